//! `flow completions SHELL`: the words of the command line, for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Args;
use crate::exit::{Exit, Problem};
use crate::render;

pub(crate) fn completions(shell: Shell) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "flow", &mut script);
    render::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Succeeded)
}
