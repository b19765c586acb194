//! Which command does which verb call? One file a verb.

mod completions;
mod doctor;
mod kinds;

use crate::args::{Args, Verb};
use crate::exit::{Exit, Problem};

pub(crate) fn perform(args: &Args) -> Result<Exit, Problem> {
    let global = &args.global;
    match &args.verb {
        Verb::Kinds { name } => kinds::kinds(name.as_deref(), global),
        Verb::Doctor => doctor::doctor(global),
        Verb::Completions { shell } => completions::completions(*shell),
    }
}
