//! How does the process end, and what is a user told who was not served?
//!
//! The statuses are part of the interface: scripts branch on them, so a number never changes its meaning.

use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;

use flow_engine::host::history::HistoryError;
use flow_engine::host::store::StoreError;
use flow_engine::host::{HostError, StateError};

/// The exit status of every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything that was asked for was done.
    Succeeded = 0,
    /// A run or an attempt failed, or something this machine lacks stood in the way.
    Failed = 1,
    /// Refused before anything started: the arguments or the pipeline are wrong.
    Refused = 2,
    /// The run waits for a person's answer.
    Waiting = 3,
    /// The run ended before all was done: its budget stopped it, or items were dropped.
    Partial = 4,
    /// Money may have been spent, and it is not known.
    InDoubt = 5,
    /// A person stopped it.
    Cancelled = 130,
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

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        let message = with_causes(&error);
        match error {
            HostError::State(error) => error.into(),
            HostError::Store(error) | HostError::History(HistoryError::Store(error)) => {
                error.into()
            }
            HostError::History(error) => error.into(),
            HostError::NoStorage { failure, .. } => {
                let help = failure.help.unwrap_or_else(|| "free some space".into());
                Self::failed(message).help(format!("{help}; `flow resume` goes on with the run"))
            }
            HostError::Full => {
                Self::failed(message).help("free some space, then go on with: flow resume")
            }
            HostError::Damaged(_) => Self::failed(message).help(
                "the run cannot go on; start a new one, which takes what is done from the cache",
            ),
        }
    }
}

impl From<StateError> for Problem {
    fn from(error: StateError) -> Self {
        let problem = Self::refused(with_causes(&error));
        match &error {
            StateError::Io { .. } => problem.help("choose another state folder: --state DIR"),
            StateError::Driven(_) => {
                problem.help("wait until it ends, or stop it with Ctrl-C where it runs")
            }
            StateError::InUse => problem.help("wait until it ends, then clean"),
            StateError::Copied(_) => problem.help(
                "make sure that it is driven nowhere else, then: flow resume --take-over",
            ),
            StateError::File(_) => Self { exit: Exit::Failed, ..problem }
                .help("`flow doctor --state` names all that is damaged"),
            StateError::Ended { .. } => problem.help(
                "start a new one: flow run FILE; or do a part of it again: --from NODE, --redo 'shots[3]'",
            ),
            StateError::NotAgain { .. } => problem,
            StateError::NoSecret(name) => problem
                .help(format!("set the variable {name}, or write `{name}=…` into .env")),
            StateError::OtherVersion { kind, here, .. } => problem.help(format!(
                "resume it with the version of flow that started it; or let it go on with this one: --accept {kind}@{here}"
            )),
            StateError::Short(short) => {
                let raise = match &short.provider {
                    None => "`month` under [budget] in flow.toml".to_owned(),
                    Some(provider) => {
                        format!("`{provider}` under [budget.providers] in flow.toml")
                    }
                };
                problem.help(format!("run it with --budget '{}' or less, or raise {raise}", short.free))
            }
            StateError::NoLimit { .. } => problem.help(
                "say what it may spend: --budget 5USD, or `budget: 5 USD` in the pipeline",
            ),
            StateError::GaveUp => Self { exit: Exit::Cancelled, ..problem },
            StateError::NoKind { .. } => problem.help(
                "resume it with the version of flow that started it, or start a new run: what has not changed is taken \
                 from the cache",
            ),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let problem = Self::failed(with_causes(&error));
        match &error {
            StoreError::NoRun(_) => Self { exit: Exit::Refused, ..problem }
                .help("`flow runs` lists the runs that are here"),
            StoreError::ReadOnly(_) => Self { exit: Exit::Refused, ..problem }
                .help("choose another state folder: --state DIR"),
            StoreError::Newer { .. } => {
                problem.help("update flow, or choose another folder: --state DIR")
            }
            StoreError::Damaged { .. } | StoreError::Record { .. } => problem.help(
                "the run cannot go on; start a new one, which takes what is done from the cache",
            ),
            StoreError::Log { .. } | StoreError::Value(_) | StoreError::Flawed(_) => problem.help(
                "restore the state folder from a backup; `flow doctor --state` names all that is damaged",
            ),
            StoreError::NoRoom(_) => Self { exit: Exit::Refused, ..problem }
                .help("another run took what was left: try again; `flow runs` tells what is free"),
            StoreError::TakenOver(_) => problem.help("`flow show` tells how it goes on there"),
            StoreError::Open { .. }
            | StoreError::Read(_)
            | StoreError::Write(_)
            | StoreError::Closed => {
                problem.help("`flow doctor` tells whether the folder is fit for it")
            }
        }
    }
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        match error {
            HistoryError::Store(error) => error.into(),
            other => Self::failed(with_causes(&other))
                .help("look at it with the version of flow that started it"),
        }
    }
}

/// An error and what caused it, cause after cause; a cause that only repeats is left out.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let words = next.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = next.source();
    }
    text
}
