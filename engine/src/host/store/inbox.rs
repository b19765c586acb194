//! How do other processes ask something of a run?
//!
//! They never write events: a message goes into a table, under an id of its own, and whoever drives the run makes events
//! of it.

use rusqlite::{Connection, params};

use super::{StoreError, schema};
use crate::name::RunId;
use crate::run::event::Signal;
use crate::time::Timestamp;

/// What someone asks of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The same message, sent twice, is one.
    pub id: Box<str>,
    pub what: Signal,
}

/// Puts `message` in, durably.
pub(super) fn send(
    connection: &Connection,
    run: &RunId,
    message: &Message,
    now: Timestamp,
) -> Result<(), StoreError> {
    let what = serde_json::to_string(&message.what).expect("signals have text keys");
    let sql = "INSERT OR IGNORE INTO inbox (id, run, what, sent) VALUES (?1, ?2, ?3, ?4)";
    let values = params![message.id, run.as_str(), what, schema::milliseconds(now)];
    connection.execute(sql, values).map(drop).map_err(StoreError::write)
}

/// What waits for `run`, in the order in which it was sent. A message that this version does not know stays.
pub(super) fn waiting(connection: &Connection, run: &RunId) -> rusqlite::Result<Vec<Message>> {
    let sql = "SELECT id, what FROM inbox WHERE run = ?1 ORDER BY sent, id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![run.as_str()], |row| {
        let what: String = row.get(1)?;
        Ok((row.get::<_, Box<str>>(0)?, serde_json::from_str(&what).ok()))
    })?;
    let messages = rows.map(|row| row.map(|(id, what)| Some(Message { id, what: what? })));
    messages.filter_map(Result::transpose).collect()
}
