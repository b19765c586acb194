//! Which tables are there?
//!
//! Migrations go forward only, by SQLite's `user_version`; a database of a newer version is refused.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{FromSqlError, Type};
use rusqlite::{Connection, Row};

use super::{RunRow, StoreError};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::run::event::Value;
use crate::time::Timestamp;

/// How long one process waits for another's transaction.
pub(super) const BUSY: Duration =
    if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(30) };

/// Each brings the schema from its index to the next number.
pub(super) const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE run (
    run      TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    plan     BLOB NOT NULL,
    started  INTEGER NOT NULL,
    finished INTEGER,
    outcome  TEXT,
    epoch    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE tick (
    run  TEXT NOT NULL,
    seq  INTEGER NOT NULL,
    now  INTEGER NOT NULL,
    body TEXT NOT NULL,
    crc  INTEGER NOT NULL,
    PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE value (
    digest BLOB PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE cache (
    fingerprint BLOB PRIMARY KEY,
    output      BLOB NOT NULL,
    run         TEXT NOT NULL,
    made        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
",
    "
ALTER TABLE cache ADD COLUMN crc INTEGER;
ALTER TABLE run ADD COLUMN home TEXT NOT NULL DEFAULT '';
CREATE TABLE inbox (
    id   TEXT PRIMARY KEY,
    run  TEXT NOT NULL,
    what TEXT NOT NULL,
    sent INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE home (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    state   TEXT NOT NULL,
    machine TEXT NOT NULL,
    file    TEXT NOT NULL,
    count   INTEGER NOT NULL
) STRICT;
",
    "
ALTER TABLE run ADD COLUMN spent INTEGER;
",
    "
CREATE TABLE block (
    run         TEXT NOT NULL,
    line        TEXT NOT NULL,
    month       TEXT NOT NULL,
    granted     INTEGER NOT NULL,
    provider    INTEGER NOT NULL DEFAULT 0,
    price_table INTEGER NOT NULL DEFAULT 0,
    assumed     INTEGER NOT NULL DEFAULT 0,
    doubtful    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, line, month)
) STRICT, WITHOUT ROWID;
INSERT INTO block (run, line, month, granted, price_table)
    SELECT run, '', strftime('%Y-%m', started / 1000, 'unixepoch'), 0, coalesce(spent, 0) FROM run;
",
    "
CREATE TABLE purchase (
    run         TEXT NOT NULL,
    of          TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    PRIMARY KEY (run, of)
) STRICT, WITHOUT ROWID;
CREATE INDEX purchase_by_fingerprint ON purchase (fingerprint);
",
];

/// Sets what every writing connection needs.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The writer does it outside of commits; and the log keeps its length for the next process.
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// Brings the schema to this version's.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Open { path: path.into(), source };
    if check_version(connection)? == known() {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
        .map_err(failed)?;
    let from = usize::try_from(check_version(&transaction)?).unwrap_or(0);
    for migration in &MIGRATIONS[from..] {
        transaction.execute_batch(migration).map_err(failed)?;
    }
    transaction.pragma_update(None, "user_version", known()).map_err(failed)?;
    transaction.commit().map_err(failed)
}

/// The schema's number, unless it is of a newer version.
pub(super) fn check_version(connection: &Connection) -> Result<i64, StoreError> {
    let found = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(StoreError::Read)?;
    if found > known() { Err(StoreError::Newer { found, known: known() }) } else { Ok(found) }
}

fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).expect("a handful of migrations")
}

/// The checksum of a tick, which also covers the ticks before it.
pub(super) fn checksum(run: &RunId, seq: i64, now: i64, body: &str, former: u32) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(former);
    hasher.update(run.as_str().as_bytes());
    hasher.update(&seq.to_le_bytes());
    hasher.update(&now.to_le_bytes());
    hasher.update(body.as_bytes());
    hasher.finalize()
}

/// The checksum of a row of the cache.
pub(super) fn cache_checksum(fingerprint: &Digest, output: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fingerprint.as_bytes());
    hasher.update(output);
    hasher.finalize()
}

pub(super) fn run_row(row: &Row) -> rusqlite::Result<RunRow> {
    Ok(RunRow {
        run: RunId::new(&row.get::<_, String>(0)?),
        pipeline: row.get(1)?,
        plan: Digest::from_bytes(row.get(2)?),
        started: timestamp(row.get(3)?),
        finished: row.get::<_, Option<i64>>(4)?.map(timestamp),
        outcome: row.get(5)?,
        epoch: row.get::<_, i64>(6)?.cast_unsigned(),
        home: row.get(7)?,
        spent: row.get::<_, Option<i64>>(8)?.map(Usd::from_micros),
    })
}

/// A cached output: the 32 bytes of a digest after a zero byte, or JSON text; none, if its bytes are damaged.
pub(super) fn output(fingerprint: &Digest, row: &Row) -> rusqlite::Result<Option<Value>> {
    let (bytes, crc): (Vec<u8>, Option<u32>) = (row.get(0)?, row.get(1)?);
    // Rows of the first schema have no checksum.
    if crc.is_some_and(|crc| crc != cache_checksum(fingerprint, &bytes)) {
        return Ok(None);
    }
    let bad = || {
        rusqlite::Error::FromSqlConversionFailure(
            0,
            Type::Blob,
            Box::new(FromSqlError::InvalidType),
        )
    };
    Ok(Some(match bytes.split_first() {
        Some((0, digest)) => {
            Value::Stored(Digest::from_bytes(digest.try_into().map_err(|_| bad())?))
        }
        _ => Value::Inline(String::from_utf8(bytes).map_err(|_| bad())?.into()),
    }))
}

/// The reverse of [`output`].
pub(super) fn output_bytes(output: &Value) -> Vec<u8> {
    match output {
        Value::Inline(text) => text.as_bytes().to_vec(),
        Value::Stored(digest) => [&[0], digest.as_bytes().as_slice()].concat(),
    }
}

pub(super) fn timestamp(milliseconds: i64) -> Timestamp {
    Timestamp(milliseconds.cast_unsigned())
}

pub(super) fn milliseconds(timestamp: Timestamp) -> i64 {
    timestamp.0.cast_signed()
}
