//! The tools database on a `PostgreSQL` server.

use std::error::Error as _;

use tokio::runtime::Runtime;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use super::Error;
use super::sql::{Dialect, Row, Sql};

/// A connection, and the runtime that moves it along while it is asked.
pub(super) struct Postgres {
    client: Client,
    runtime: Runtime,
}

impl Postgres {
    pub(super) fn open(url: &str) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| opening(url, error.to_string()))?;
        let (client, connection) = runtime
            .block_on(tokio_postgres::connect(url, NoTls))
            .map_err(|error| opening(url, reason(&error)))?;
        // It ends with the client; what broke it is told to whoever asks next.
        runtime.spawn(connection);
        Ok(Self { client, runtime })
    }
}

impl Sql for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn batch(&mut self, statements: &str) -> Result<(), Error> {
        let done = self.runtime.block_on(self.client.batch_execute(statements));
        done.map_err(|error| failed(statements, &error))
    }

    fn execute(&mut self, statement: &str, values: &[Option<String>]) -> Result<(), Error> {
        let done = self.runtime.block_on(self.client.execute(statement, &bound(values)));
        done.map(drop).map_err(|error| failed(statement, &error))
    }

    fn rows(&mut self, query: &str, values: &[Option<String>]) -> Result<Vec<Row>, Error> {
        let found = self.runtime.block_on(self.client.query(query, &bound(values)));
        let found = found.map_err(|error| failed(query, &error))?;
        let row = |row: &tokio_postgres::Row| (0..row.len()).map(|at| row.try_get(at)).collect();
        let rows = found.iter().map(row).collect::<Result<_, _>>();
        rows.map_err(|error| failed(query, &error))
    }
}

fn bound(values: &[Option<String>]) -> Vec<&(dyn ToSql + Sync)> {
    values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// The place without the password in it.
fn opening(url: &str, reason: String) -> Error {
    let place = match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{host}"),
        _ => url.to_owned(),
    };
    Error::Open { place, reason }
}

fn failed(statement: &str, error: &tokio_postgres::Error) -> Error {
    let doing = statement.split_whitespace().take(3).collect::<Vec<_>>().join(" ").to_lowercase();
    Error::Failed { doing, reason: reason(error) }
}

/// What the server said, which the error's own text leaves out.
fn reason(error: &tokio_postgres::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
