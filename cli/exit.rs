//! How does the process end, and what is a user told who was not served?
//!
//! The statuses are part of the interface: scripts branch on them, so a number never changes its meaning.

use std::fmt::Display;
use std::process::ExitCode;

/// The exit status of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for was done.
    Succeeded = 0,
    /// A run or an attempt failed, or something this machine lacks stood in the way.
    Failed = 1,
    /// Refused before anything started: the arguments or the pipeline are wrong.
    Refused = 2,
}

/// Why a command could not do what it was asked: what, where, and how to fix it.
#[derive(Debug)]
pub(crate) struct Problem {
    /// A lower-case fragment with the user's words in backticks.
    pub(crate) message: String,
    /// An order that works when followed.
    pub(crate) help: Option<String>,
    pub(crate) exit: Exit,
}

impl Exit {
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

impl Problem {
    /// The arguments, the file or the values are wrong: nothing was started.
    pub(crate) fn refused(message: impl Display) -> Self {
        Self { message: message.to_string(), help: None, exit: Exit::Refused }
    }

    /// What was started went wrong.
    pub(crate) fn failed(message: impl Display) -> Self {
        Self { message: message.to_string(), help: None, exit: Exit::Failed }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Display) -> Self {
        self.help = Some(help.to_string());
        self
    }
}
