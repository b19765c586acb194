//! The tools database in a file, or in memory.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, params_from_iter};

use super::Error;
use super::sql::{Dialect, Row, Sql};

pub(super) struct Sqlite(Connection);

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |reason: String| Error::Open { place: path.display().to_string(), reason };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        }
        let connection = Connection::open(path).map_err(|error| failed(error.to_string()))?;
        Self::prepared(connection).map_err(|error| failed(error.to_string()))
    }

    pub(super) fn memory() -> Result<Self, Error> {
        let opened = Connection::open_in_memory().and_then(Self::prepared);
        opened.map_err(|error| Error::Open { place: "memory".into(), reason: error.to_string() })
    }

    fn prepared(connection: Connection) -> rusqlite::Result<Self> {
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.execute_batch(
            "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;",
        )?;
        Ok(Self(connection))
    }
}

impl Sql for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn batch(&mut self, statements: &str) -> Result<(), Error> {
        self.0.execute_batch(statements).map_err(|error| failed(statements, &error))
    }

    fn execute(&mut self, statement: &str, values: &[Option<String>]) -> Result<(), Error> {
        let done = self
            .0
            .prepare_cached(statement)
            .and_then(|mut prepared| prepared.execute(params_from_iter(values)));
        done.map(drop).map_err(|error| failed(statement, &error))
    }

    fn rows(&mut self, query: &str, values: &[Option<String>]) -> Result<Vec<Row>, Error> {
        let found = self.0.prepare_cached(query).and_then(|mut prepared| {
            let columns = prepared.column_count();
            let row = |row: &rusqlite::Row| (0..columns).map(|at| row.get(at)).collect();
            prepared.query_map(params_from_iter(values), row)?.collect()
        });
        found.map_err(|error| failed(query, &error))
    }
}

fn failed(statement: &str, error: &rusqlite::Error) -> Error {
    let doing = statement.split_whitespace().take(3).collect::<Vec<_>>().join(" ").to_lowercase();
    Error::Failed { doing, reason: error.to_string() }
}
