//! How do results and findings reach a terminal, or a program?
//!
//! Data goes to standard output and nothing else does; everything said about it goes to standard error. Colours are
//! written always, and taken out by `anstream` where nobody would see them.

pub(crate) mod diagnostics;
pub(crate) mod outline;
pub(crate) mod progress;
pub(crate) mod sarif;
pub(crate) mod schema;
pub(crate) mod table;

use std::io::{ErrorKind, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::MultiProgress;
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

/// The lines that change on the terminal now, if there are any: who writes there lets them step aside.
static BARS: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// Says whose lines change on the terminal from now on.
pub(crate) fn share_terminal(bars: Option<MultiProgress>) {
    *BARS.lock().unwrap_or_else(PoisonError::into_inner) = bars;
}

/// Says something to the person at the terminal. Whoever closed standard error does not want to know.
pub(crate) fn say(text: &str) {
    let write = || drop(anstream::stderr().lock().write_all(text.as_bytes()));
    let bars = BARS.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match bars {
        Some(bars) => bars.suspend(write),
        None => write(),
    }
}

/// Says what stopped the command, and how to fix it.
pub(crate) fn problem(problem: &Problem) {
    let mut text = format!("{BAD}error{BAD:#}{BOLD}:{BOLD:#} {}\n", problem.message);
    if let Some(help) = &problem.help {
        text.push_str(&format!("{HINT}help{HINT:#}{BOLD}:{BOLD:#} {help}\n"));
    }
    say(&text);
}

/// Says what to do next.
pub(crate) fn hint(text: &str) {
    say(&format!("{HINT}help{HINT:#}{BOLD}:{BOLD:#} {text}\n"));
}

/// `text` as standard error shows it, for those who write there by other ways.
pub(crate) fn for_stderr(text: &str) -> String {
    match anstream::AutoStream::choice(&std::io::stderr()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

/// `0.4 s`, `2 min 5 s`, `1 h 2 min`.
pub(crate) fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    match whole {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: impl TryInto<u64>, word: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}
