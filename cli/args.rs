//! Which words does the command line take?
//!
//! Names, types and help texts, without logic.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

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
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Write one JSON document to standard output, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// List the kinds that nodes can use, or show the page of one
    Kinds {
        /// A kind, such as media/concat
        name: Option<String>,
    },
    /// Find out what this machine has of what pipelines need
    Doctor,
    /// Print a completion script for a shell
    Completions { shell: clap_complete::Shell },
}
