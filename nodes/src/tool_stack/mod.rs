//! Where are stacks of tools kept, with their history, and what is known of tools besides?
//!
//! Four tables (tools, benchmarks, techniques, workflows), every published version of the stack, and what changed between
//! versions. One description of the tables, two databases: SQLite in a file, or a `PostgreSQL` server.

mod database;
mod known;
mod postgres;
mod sql;
mod sqlite;
mod table;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Mutex;

use crate::vrd::tools::{Stacks, ToolStack};
pub use database::{Database, Published, Snapshot};
pub use known::{Benchmark, Pattern, Technique};

/// Which database is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Gone with the process; for tests, and where nothing was ever imported.
    Memory,
    Sqlite(PathBuf),
    /// `postgres://user:password@host/name`, without encryption.
    Postgres(String),
}

/// Why a database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot open the tools database `{place}`: {reason}")]
    Open { place: String, reason: String },
    #[error("the tools database failed to {doing}: {reason}")]
    Failed { doing: String, reason: String },
    #[error("the tools database holds something unreadable in `{place}`: {reason}")]
    Unreadable { place: &'static str, reason: String },
    #[error(
        "the tools database was written by a newer version of this program (schema {found}, known {known})"
    )]
    Newer { found: usize, known: usize },
    #[error(
        "version `{version}` of the tools is published, and holds others: published versions never change"
    )]
    Taken { version: String },
    #[error("the tools cannot be published: {faults}")]
    Faulty { faults: String },
}

impl FromStr for Location {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_server = text.starts_with("postgres://") || text.starts_with("postgresql://");
        Ok(if is_server { Self::Postgres(text.into()) } else { Self::Sqlite(text.into()) })
    }
}

/// The stacks of a database that is opened when it is first asked.
pub struct Kept {
    location: Location,
    database: Mutex<Option<Database>>,
}

impl Kept {
    pub fn at(location: Location) -> Self {
        Self { location, database: Mutex::new(None) }
    }

    fn with<T>(&self, ask: impl FnOnce(&mut Database) -> Result<T, Error>) -> Result<T, String> {
        let mut open = self.database.lock().map_err(|_| "the tools database is broken")?;
        let database = match &mut *open {
            Some(database) => database,
            none => none.insert(Database::open(&self.location).map_err(|error| error.to_string())?),
        };
        ask(database).map_err(|error| error.to_string())
    }
}

impl Stacks for Kept {
    fn current(&self) -> Result<String, String> {
        let current = self.with(Database::current)?;
        Ok(current.map_or_else(|| ToolStack::shipped().tool_stack_version, |found| found.version))
    }

    fn stack(&self, version: Option<&str>) -> Result<ToolStack, String> {
        let found = self.with(|database| database.stack(version))?;
        match (found, version) {
            (Some(stack), _) => Ok(stack),
            (None, Some(version)) => crate::vrd::tools::Shipped
                .stack(Some(version))
                .map_err(|_| format!("the tools database holds no version `{version}`")),
            (None, None) => Ok(ToolStack::shipped()),
        }
    }
}
