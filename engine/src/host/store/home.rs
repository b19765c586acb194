//! Is this state where it was, or a copy of it?
//!
//! A state knows the machine and the file that it is kept in, and counts how often it was taken up, in the database and
//! beside it. A copy, a restored backup or a clone is noticed by a difference, and gets an id of its own: two copies
//! never share the ids that they give to providers. A folder that was moved is the same one.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

/// What a state folder is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    /// The id under which providers know purchases of this state.
    pub state: String,
    machine: String,
    file: String,
    count: i64,
}

/// Finds the home of the database at `path`, which is noted if it is new here or elsewhere than it was.
pub(super) fn settle(connection: &mut Connection, path: &Path) -> rusqlite::Result<Home> {
    let known = read(connection)?;
    let here = |home: &Home| {
        home.machine == machine() && home.file == file(path) && home.count >= counted(path)
    };
    if let Some(home) = known.filter(here) {
        return Ok(home);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(home) = read(&transaction)?.filter(here) {
        return Ok(home); // Another process was quicker.
    }
    let state = uuid::Uuid::now_v7().simple().to_string();
    let count = counted(path).max(1);
    let home = Home { state, machine: machine(), file: file(path), count };
    transaction.execute(
        "INSERT OR REPLACE INTO home (one, state, machine, file, count) VALUES (1, ?1, ?2, ?3, ?4)",
        params![home.state, home.machine, home.file, home.count],
    )?;
    transaction.commit()?;
    note(path, home.count);
    Ok(home)
}

fn read(connection: &Connection) -> rusqlite::Result<Option<Home>> {
    let mut statement = connection.prepare("SELECT state, machine, file, count FROM home")?;
    let home = |row: &rusqlite::Row| {
        let (state, machine, file) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Home { state, machine, file, count: row.get(3)? })
    };
    statement.query_row([], home).optional()
}

/// Counts one more run that was taken up, in its own transaction.
pub(super) fn count(transaction: &Transaction) -> rusqlite::Result<()> {
    transaction.prepare_cached("UPDATE home SET count = count + 1")?.execute([]).map(drop)
}

/// Notes beside the database at `path` what it has counted, once that is durable. What is lost with the power is noted
/// the next time: only a note that is ahead tells of an older database.
pub(super) fn keep_up(connection: &Connection, path: &Path) -> rusqlite::Result<()> {
    let count = connection.query_row("SELECT count FROM home", [], |row| row.get(0))?;
    note(path, count);
    Ok(())
}

fn note(path: &Path, count: i64) {
    drop(fs::write(beside(path), format!("{count}\n"))); // Without it a restored database is found by its file alone.
}

fn counted(path: &Path) -> i64 {
    fs::read_to_string(beside(path)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

fn beside(path: &Path) -> PathBuf {
    path.with_file_name("count")
}

/// The file's number on its disk, and when it was made, where file systems tell.
fn file(path: &Path) -> String {
    let Ok(data) = fs::metadata(path) else { return String::new() };
    let made = data.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
    format!("{}-{}", data.ino(), made.map_or(0, |made| made.as_nanos()))
}

/// The machine's own id; empty where it has none.
fn machine() -> String {
    let read = |path| fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    read("/etc/machine-id").or_else(|| read("/var/lib/dbus/machine-id")).unwrap_or_default()
}
