//! Which words does the command line take?
//!
//! Names, types and help texts, without logic.

use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Parser, Subcommand, ValueEnum};
use flow_engine::document::Syntax;
use flow_engine::money::Usd;

use crate::values::Assignment;

/// Runs pipelines of AI agents and media providers: checked before spent, priced before run.
///
/// Exit status: 0 succeeded, 1 failed, 2 refused before start, 3 waiting for a person, 4 partial, 5 in doubt whether
/// money was spent, 130 cancelled.
#[derive(Debug, Parser)]
#[command(name = "flow", version, max_term_width = 100, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// What may stand anywhere.
#[derive(Debug, clap::Args)]
pub(crate) struct Global {
    /// Where runs and their files are kept [default: `FLOW_STATE`, or the nearest .flow upwards]
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        num_args = 0..=1,
        default_missing_value = "",
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    pub(crate) state: Option<PathBuf>,
    /// Write one JSON document to standard output, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Start a pipeline from a template or a production plan, or list the templates
    New {
        /// What the pipeline is to be called
        name: Option<String>,
        /// What to start from [default: hello]
        #[arg(long)]
        template: Option<String>,
        /// Write a pipeline that makes what this plan says, such as out/explainer/plan.json, to standard output
        #[arg(long, value_name = "PLAN", conflicts_with_all = ["name", "template"])]
        plan: Option<PathBuf>,
    },
    /// Find what is wrong with pipelines before anything runs
    Check(Check),
    /// Write pipeline files in one style, comments and meaning kept
    ///
    /// Exit status: 0 done, 1 a file would change (with --check), 2 a file cannot be read.
    Fmt(Fmt),
    /// Draw a pipeline's graph, or what became of it in a run
    Graph {
        /// A pipeline file, or a run as `flow runs` names it [default: all below pipelines/]
        #[arg(value_name = "FILE|RUN")]
        what: Option<String>,
        #[arg(long, value_enum, default_value_t = Picture::Dot)]
        format: Picture,
    },
    /// List the kinds that nodes can use, or show the page of one
    Kinds {
        /// A kind, such as media/concat
        name: Option<String>,
    },
    /// Write the JSON Schema of pipeline files, for editors
    Schema {
        #[command(subcommand)]
        what: Option<SchemaVerb>,
    },
    /// Say what a rule of `flow check` means, and how to obey it
    Explain {
        /// The name in brackets, as in error[unknown-node] [default: all]
        rule: Option<String>,
    },
    /// Make one attempt of a kind, without a pipeline
    Call {
        /// A kind, such as media/concat
        kind: String,
        #[command(flatten)]
        values: Values,
        #[command(flatten)]
        work: Work,
    },
    /// Tell what a pipeline can cost at most, what it will cost and how long it will take, before it runs
    Plan {
        /// A pipeline file
        file: PathBuf,
        #[command(flatten)]
        values: Values,
        /// Which implementations to take, such as video=luma or image=local,music=local
        #[arg(long, value_name = "CAPABILITY=NAME", value_delimiter = ',')]
        provider: Vec<String>,
        /// Play so many runs, and tell how they are spread
        #[arg(long, value_name = "RUNS", value_parser = clap::value_parser!(u64).range(1..=100_000))]
        simulate: Option<u64>,
    },
    /// Run a pipeline
    Run {
        /// A pipeline file
        file: PathBuf,
        #[command(flatten)]
        values: Values,
        #[command(flatten)]
        work: Work,
        #[command(flatten)]
        rehearsal: Rehearsal,
    },
    /// Go on with a run that was stopped or killed, or do a part of one again that has ended
    Resume(Resume),
    /// List runs, newest first
    Runs,
    /// Show a run, or what one of its nodes did
    Show {
        /// A run, as `flow runs` names it [default: the newest]
        run: Option<String>,
        /// A node's path, such as scenes[s-1]/picture
        node: Option<String>,
        /// Every recorded event
        #[arg(long)]
        log: bool,
    },
    /// Say what a run waits for a person to say
    Answer {
        /// A run, as `flow runs` names it [default: the newest]
        run: Option<String>,
        /// The node that asks [default: the only one]
        node: Option<String>,
        #[command(flatten)]
        word: Word,
    },
    /// End a run; what is paid for lands
    Cancel {
        /// A run, as `flow runs` names it [default: the newest]
        run: Option<String>,
    },
    /// List the purchases that are not closed, or say what became of one
    Jobs {
        #[command(subcommand)]
        what: Option<Jobs>,
    },
    /// List the files that are kept, and which run made them
    Library {
        #[command(subcommand)]
        what: Option<Keeping>,
    },
    /// Say why a node ran, was taken from the cache, waited, was skipped or failed
    Why {
        /// A run, as `flow runs` names it
        run: String,
        /// A node's path, such as scenes[s-1]/picture
        node: String,
    },
    /// Look at the tools that productions are planned with, and keep them up to date
    Tools {
        #[command(subcommand)]
        verb: ToolsVerb,
    },
    /// Find out what this machine has of what pipelines need; with --state, whether all that is kept is as it was written
    Doctor,
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}

/// How a run is gone on with.
#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    /// A run, as `flow runs` names it [default: the newest]
    pub(crate) run: Option<String>,
    /// Do this node again, and all that follows from it
    #[arg(long, value_name = "NODE")]
    pub(crate) from: Vec<String>,
    /// Do this item of a map again, such as 'shots[3]', and all that follows from it
    #[arg(long, value_name = "ITEM")]
    pub(crate) redo: Vec<String>,
    #[command(flatten)]
    pub(crate) values: Values,
    /// Where to put the outputs [default: out/PIPELINE]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Go on here with a run of a state that was copied or restored
    #[arg(long)]
    pub(crate) take_over: bool,
    /// Go on with this version of a kind, though the run was planned with another, such as media/concat@2
    #[arg(long, value_name = "KIND@VERSION", value_parser = accepted)]
    pub(crate) accept: Vec<(String, u32)>,
}

fn accepted(text: &str) -> Result<(String, u32), String> {
    let parsed = text
        .rsplit_once('@')
        .and_then(|(kind, version)| Some((kind.to_owned(), version.parse().ok()?)));
    parsed.ok_or_else(|| "write a kind and its version, such as media/concat@2".into())
}

/// A person's word.
#[derive(Debug, clap::Args)]
pub(crate) struct Word {
    /// `yes`, one of the choices or its number, a new limit, or JSON; asked for at a terminal
    #[arg(long, value_name = "ANSWER")]
    pub(crate) value: Option<String>,
    /// Say no
    #[arg(long, conflicts_with = "value")]
    pub(crate) no: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
}

/// What became of a purchase, by a person's word.
#[derive(Debug, Subcommand)]
pub(crate) enum Jobs {
    /// Look for all that are open, fetch what is there, and book what it cost
    Harvest {
        /// A run, as `flow runs` names it [default: all that nobody drives]
        run: Option<String>,
    },
    /// It was made: this is its job
    Adopt { run: String, node: String, provider: String, job: String },
    /// Nobody will know: what is held for it counts as spent
    Lost { run: String, node: String },
}

/// What is done with the files that are kept.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Keeping {
    /// Remove files that no run, value or cached output names, and that are older than a day
    Clean,
}

/// What is written anew, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Fmt {
    /// Pipeline files [default: all below pipelines/]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Change nothing; list the files that would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Write the file in another syntax, to standard output
    #[arg(long, value_enum, conflicts_with = "check")]
    pub(crate) to: Option<To>,
}

/// A syntax of pipeline files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum To {
    Yaml,
    Toml,
}

impl To {
    pub(crate) fn syntax(self) -> Syntax {
        match self {
            Self::Yaml => Syntax::Yaml,
            Self::Toml => Syntax::Toml,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaVerb {
    /// Tell whether every value of one JSON Schema is valid for another
    ///
    /// Exit status: 0 it is, 1 it is not or could not be decided.
    Covers(Covers),
}

/// What is compared.
#[derive(Debug, clap::Args)]
pub(crate) struct Covers {
    /// A file with the schema of the values
    #[arg(required_unless_present = "batch")]
    pub(crate) output: Option<PathBuf>,
    /// A file with the schema that they are to fit
    #[arg(required_unless_present = "batch")]
    pub(crate) input: Option<PathBuf>,
    /// Read lines of {"id", "output", "input"} from standard input, and answer each with {"id", "verdict", "example"}
    #[arg(long, conflicts_with_all = ["output", "input"])]
    pub(crate) batch: bool,
}

/// What is checked, and how findings are told.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Pipeline files [default: all below pipelines/]
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Make the changes that findings offer, and check again
    #[arg(long)]
    pub(crate) fix: bool,
    /// Take warnings for errors
    #[arg(long)]
    pub(crate) strict: bool,
    /// Prove that no run of a pipeline can cost more, or show what can
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) max: Option<Usd>,
    #[arg(long, value_enum, default_value_t = Findings::Text)]
    pub(crate) format: Findings,
}

/// A way to tell findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Findings {
    /// For people
    Text,
    /// For programs; the same as --json
    Json,
    /// SARIF 2.1.0, for code-scanning services
    Sarif,
}

/// What a pipeline or a kind is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Values {
    /// A value, read by its type: text as it is, anything else as JSON; @FILE reads a file, env:NAME a variable, and @@
    /// starts a text with @
    #[arg(short, long = "input", value_name = "NAME=VALUE")]
    pub(crate) input: Vec<Assignment>,
}

/// How work is done, and where its outputs go.
#[derive(Debug, clap::Args)]
pub(crate) struct Work {
    /// Which implementations to take, such as speech=local or image=local,music=local
    #[arg(long, value_name = "CAPABILITY=NAME", value_delimiter = ',')]
    pub(crate) provider: Vec<String>,
    /// What it may spend at most, such as 10USD [default: what the pipeline says]
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) budget: Option<Usd>,
    /// Where to put the outputs [default: out/NAME]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Buy what another run may have bought, without waiting for what came of it
    #[arg(long)]
    pub(crate) buy_again: bool,
}

/// Whether a run is only played.
#[derive(Debug, clap::Args)]
pub(crate) struct Rehearsal {
    /// Play it in a moment: every provider is stood in for, at its own prices; nothing is bought or written
    #[arg(long, conflicts_with_all = ["out", "budget"])]
    pub(crate) rehearse: bool,
    /// Another number plays it with other delays and failures
    #[arg(long, value_name = "NUMBER", requires = "rehearse", default_value_t = 0)]
    pub(crate) seed: u64,
    /// Kill it at each of its moments, resume it, and hold it against the seller's book; so many moments at most
    #[arg(
        long,
        value_name = "MOMENTS",
        requires = "rehearse",
        num_args = 0..=1,
        default_missing_value = "1000"
    )]
    pub(crate) kill_everywhere: Option<u64>,
}

/// A way to draw a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// For Graphviz: flow graph | dot -Tsvg
    Dot,
    /// For Markdown pages
    Mermaid,
    /// For people; needs no other program
    Svg,
    /// For programs
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ToolsVerb {
    /// List tools, the best first where a shot is asked about
    List {
        #[command(flatten)]
        asked: Asked,
        /// Of a published version [default: the newest]
        #[arg(long = "of", value_name = "VERSION")]
        version: Option<String>,
        /// As they were at the end of a day, such as 2026-11-26
        #[arg(long, value_name = "DAY", conflicts_with = "version")]
        as_of: Option<String>,
    },
    /// Show all that is known of a tool
    Show {
        /// A tool, as `flow tools list` names it
        tool: String,
    },
    /// Publish the tools of a file (CSV or JSON) as a new version
    Import {
        file: PathBuf,
        /// What plans are to call the version [default: what the file says, else today]
        #[arg(long = "as", value_name = "VERSION")]
        version: Option<String>,
    },
    /// Write all tools to standard output
    Export {
        #[arg(long, value_enum, default_value_t = Table::Csv)]
        format: Table,
        /// Of a published version [default: the newest]
        #[arg(long = "of", value_name = "VERSION")]
        version: Option<String>,
    },
    /// List the published versions, and what changed between them
    History {
        /// Only the changes of this tool
        tool: Option<String>,
    },
}

/// Which tools are asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// What they make, such as `text_to_video`
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// `active`, `preview`, `superseded` or `retired`
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// For shots of this type, such as `wide` or `closeup`
    #[arg(long, value_name = "TYPE")]
    pub(crate) shot_type: Option<String>,
    /// For shots of this complexity: `low`, `medium`, `high`
    #[arg(long, value_name = "LEVEL")]
    pub(crate) complexity: Option<String>,
    /// Able to do this: `lip_sync`, `references`, `audio`, `4k`, or a feature such as `physics`
    #[arg(long, value_name = "CAPABILITY")]
    pub(crate) with: Vec<String>,
    /// Whose unit costs no more, in US dollars
    #[arg(long, value_name = "USD")]
    pub(crate) max_price: Option<String>,
    /// Part of an id, a name or a vendor
    pub(crate) text: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    Csv,
    Json,
}
