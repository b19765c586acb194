//! How do results and findings reach a terminal, or a program?
//!
//! Data goes to standard output and nothing else does; everything said about it goes to standard error. Colours are
//! written always, and taken out by `anstream` where nobody would see them.

pub(crate) mod schema;
pub(crate) mod table;

use std::io::{ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::exit::Problem;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Writes data to standard output. A reader that has seen enough is no problem.
pub(crate) fn print(text: &str) -> Result<(), Problem> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Problem::failed(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes one JSON document to standard output.
pub(crate) fn print_json(document: &impl Serialize) -> Result<(), Problem> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Problem::failed(format!("cannot write JSON: {error}")))?;
    print(&format!("{text}\n"))
}

/// Says something to the person at the terminal. Whoever closed standard error does not want to know.
pub(crate) fn say(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Says what stopped the command, and how to fix it.
pub(crate) fn problem(problem: &Problem) {
    let mut text = format!("{BAD}error{BAD:#}{BOLD}:{BOLD:#} {}\n", problem.message);
    if let Some(help) = &problem.help {
        text.push_str(&format!("{HINT}help{HINT:#}{BOLD}:{BOLD:#} {help}\n"));
    }
    say(&text);
}
