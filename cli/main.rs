//! `flow`: parses the arguments, calls a command, returns its exit status.

mod args;
mod commands;
mod deliver;
mod drive;
mod environment;
mod exit;
mod media_type;
mod outputs;
mod pipelines;
mod render;
mod runs;
mod settings;
mod setup;
mod values;
mod wallet;

use std::process::ExitCode;

use clap::Parser;

/// Plans and documents are many small pieces; the system's own allocator takes a third longer for them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let exit = commands::perform(&args).unwrap_or_else(|problem| {
        render::problem(&problem);
        problem.exit
    });
    exit.into()
}
