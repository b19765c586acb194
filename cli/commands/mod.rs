//! Which command does which verb call? One file a verb.

pub(crate) mod answer;
mod call;
mod cancel;
mod check;
mod completions;
mod doctor;
mod explain;
mod fmt;
mod graph;
mod jobs;
mod kill;
mod kinds;
mod library;
mod new;
mod plan;
mod rehearse;
mod resume;
mod run;
mod runs;
mod schema;
mod show;
mod tools;
mod why;

use crate::args::{Args, Keeping, SchemaVerb, Verb};
use crate::exit::{Exit, Problem};

pub(crate) fn perform(args: &Args) -> Result<Exit, Problem> {
    let global = &args.global;
    match &args.verb {
        Verb::Check(what) => check::check(what, global),
        Verb::New { name, template, plan } => {
            new::new(name.as_deref(), template.as_deref(), plan.as_deref(), global)
        }
        Verb::Fmt(what) => fmt::fmt(what),
        Verb::Graph { what, format } => graph::graph(what.as_deref(), *format, global),
        Verb::Kinds { name } => kinds::kinds(name.as_deref(), global),
        Verb::Schema { what: None } => schema::schema(),
        Verb::Schema { what: Some(SchemaVerb::Covers(what)) } => schema::compare(what, global),
        Verb::Explain { rule } => explain::explain(rule.as_deref(), global),
        Verb::Call { kind, values, work } => call::call(kind, values, work, global),
        Verb::Plan { file, values, provider, simulate } => {
            plan::plan(file, values, provider, *simulate, global)
        }
        Verb::Run { file, values, work, rehearsal } if rehearsal.rehearse => {
            rehearse::rehearse(file, values, &work.provider, rehearsal, global)
        }
        Verb::Run { file, values, work, .. } => run::run(file, values, work, global),
        Verb::Resume(what) => resume::resume(what, global),
        Verb::Runs => runs::runs(global),
        Verb::Show { run, node, log } => show::show(run.as_deref(), node.as_deref(), *log, global),
        Verb::Answer { run, node, word } => {
            answer::answer(run.as_deref(), node.as_deref(), word, global)
        }
        Verb::Cancel { run } => cancel::cancel(run.as_deref(), global),
        Verb::Jobs { what } => jobs::jobs(what.as_ref(), global),
        Verb::Library { what: None } => library::list(global),
        Verb::Library { what: Some(Keeping::Clean) } => library::clean(global),
        Verb::Why { run, node } => why::why(run, node, global),
        Verb::Tools { verb } => tools::tools(verb, global),
        Verb::Doctor => doctor::doctor(global),
        Verb::Completions { shell } => completions::completions(*shell),
    }
}
