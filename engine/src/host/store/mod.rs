//! Where do journals, values and the cache stand?
//!
//! In one SQLite database: write-ahead log, full sync. One thread owns the only writing connection and commits what waits
//! as one group; a commit is durable when its caller is answered. Reading has a connection of its own. Whatever is read
//! is held against a checksum: what is damaged is named.

pub mod home;
pub mod inbox;
mod money;
pub mod record;

mod ballast;
mod examine;
#[cfg(test)]
mod power_loss;
mod schema;
#[cfg(test)]
mod tests;
mod twin;
pub(crate) mod wal;
mod wallet;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use super::wallet::Line;
use crate::kind::mutant::{self, Mutant};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::run::event::{Event, Value};
use crate::time::Timestamp;
use ballast::Ballast;
pub use examine::{Examined, Flaw};
use home::Home;
use inbox::Message;
use writer::Writer;
pub use writer::{Commit, Finish, Patience, Room};

/// An open state database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    path: PathBuf,
    reader: Arc<Mutex<Connection>>,
    /// None for those who only look.
    writer: Option<Writer>,
    home: Option<Home>,
}

/// What is wrong with the state database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the state in {} cannot be opened", path.display())]
    Open {
        path: PathBuf,
        #[source]
        source: rusqlite::Error,
    },
    #[error("the state cannot be read")]
    Read(#[source] rusqlite::Error),
    #[error("the state cannot be written")]
    Write(#[source] Arc<rusqlite::Error>),
    #[error(
        "the state was written by a newer version of flow (schema {found}, this version knows {known})"
    )]
    Newer { found: i64, known: i64 },
    #[error("the state in {} cannot be written: it is read-only", .0.display())]
    ReadOnly(PathBuf),
    #[error("the state takes no more: an earlier write failed")]
    Closed,
    #[error("the log {} is damaged at frame {frame}: commits behind it cannot be read", path.display())]
    Log { path: PathBuf, frame: u64 },
    #[error("the state is damaged: {0}")]
    Flawed(String),
    #[error("the stored value {0} is damaged: its content has another hash")]
    Value(Digest),
    #[error("the journal of {run} is damaged at tick {tick}: {what}")]
    Damaged { run: RunId, tick: i64, what: &'static str },
    #[error("the journal of {run} cannot be read at tick {tick}")]
    Record {
        run: RunId,
        tick: i64,
        #[source]
        source: record::BadRecord,
    },
    #[error("another process took over {0}")]
    TakenOver(RunId),
    #[error("there is no run {0}")]
    NoRun(RunId),
    #[error("the project's wallet has no room for what {0} may spend")]
    NoRoom(RunId),
}

/// A run as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub run: RunId,
    pub pipeline: String,
    pub plan: Digest,
    pub started: Timestamp,
    /// None while it has not finished.
    pub finished: Option<Timestamp>,
    /// The outcome's word; none while it has not finished.
    pub outcome: Option<String>,
    pub epoch: u64,
    /// The id of the state when the run was last taken up; another one, if the state is a copy.
    pub home: String,
    /// What it was billed so far; none for runs of schemas that did not keep it.
    pub spent: Option<Usd>,
}

/// What one tick recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct TickRow {
    pub now: Timestamp,
    pub events: Vec<Event>,
}

impl Store {
    /// Opens the database of the state folder `folder` to write, and makes or migrates it.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("flow.db");
        let failed = |source| StoreError::Open { path: path.clone(), source };
        check_log(&path)?;
        let mut connection = Connection::open(&path).map_err(failed)?;
        if connection.is_readonly("main").map_err(failed)? {
            return Err(StoreError::ReadOnly(path));
        }
        schema::prepare(&connection).map_err(failed)?;
        schema::migrate(&mut connection, &path)?;
        let home = home::settle(&mut connection, &path).map_err(failed)?;
        let writer = Some(Writer::start(connection, path.clone(), Ballast::take(folder)));
        Ok(Self { reader: Self::reader(&path)?, writer, home: Some(home), path })
    }

    /// Opens the database of the state folder `folder` to look at; none, if there is none.
    pub fn look(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join("flow.db");
        if !path.exists() {
            return Ok(None);
        }
        check_log(&path)?;
        let store = Self { reader: Self::reader(&path)?, writer: None, home: None, path };
        // Whoever made it may have died before its tables.
        let is_made = schema::check_version(&store.lock())? > 0;
        Ok(is_made.then_some(store))
    }

    fn reader(path: &Path) -> Result<Arc<Mutex<Connection>>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |source| StoreError::Open { path: path.into(), source };
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(schema::BUSY).map_err(failed)?;
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
            .map_err(failed)?;
        schema::check_version(&connection)?;
        Ok(Arc::new(Mutex::new(connection)))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes `commit` durable. On an error nothing of it is stored, and the run must not go on.
    pub async fn commit(&self, mut commit: Commit) -> Result<Room, StoreError> {
        if mutant::is(Mutant::EpochNotChecked)
            && let Ok(row) = self.run(&commit.run)
        {
            commit.epoch = row.epoch;
        }
        self.writer()?.commit(commit).await
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        self.writer.as_ref().ok_or(StoreError::Closed)
    }

    /// The id under which this state gives ids to providers; empty for those who only look.
    pub fn id(&self) -> &str {
        self.home.as_ref().map_or("", |home| &home.state)
    }

    /// Takes a run over: whoever drove it before can commit no more. Gives the new epoch.
    pub async fn take_over(&self, run: &RunId) -> Result<u64, StoreError> {
        let epoch = self.writer()?.take_over(run.clone()).await?;
        self.keep_up();
        Ok(epoch)
    }

    /// Notes beside the database what it counts; to be called when a run has been begun.
    pub fn keep_up(&self) {
        drop(home::keep_up(&self.lock(), &self.path)); // A note that lags tells nothing wrong.
    }

    /// Leaves `message` for whoever drives `run`, durably.
    pub fn send(&self, run: &RunId, message: &Message, now: Timestamp) -> Result<(), StoreError> {
        let failed = |source| StoreError::Open { path: self.path.clone(), source };
        let connection = Connection::open(&self.path).map_err(failed)?;
        schema::prepare(&connection).map_err(failed)?;
        inbox::send(&connection, run, message, now)
    }

    /// What others have sent to `run` and nobody has taken in.
    pub fn inbox(&self, run: &RunId) -> Result<Vec<Message>, StoreError> {
        inbox::waiting(&self.lock(), run).map_err(StoreError::Read)
    }

    /// A number that changes when another process has written.
    pub fn version(&self) -> Result<i64, StoreError> {
        let read = self.lock().pragma_query_value(None, "data_version", |row| row.get(0));
        read.map_err(StoreError::Read)
    }

    /// All runs, newest first.
    pub fn runs(&self) -> Result<Vec<RunRow>, StoreError> {
        self.select_runs("ORDER BY started DESC, run DESC", params![])
    }

    pub fn run(&self, run: &RunId) -> Result<RunRow, StoreError> {
        let mut rows = self.select_runs("WHERE run = ?1", params![run.as_str()])?;
        rows.pop().ok_or_else(|| StoreError::NoRun(run.clone()))
    }

    fn select_runs(
        &self,
        rest: &str,
        with: impl rusqlite::Params,
    ) -> Result<Vec<RunRow>, StoreError> {
        let connection = self.lock();
        let spent = if schema::check_version(&connection)? >= 3 { "spent" } else { "NULL" };
        let sql = format!(
            "SELECT run, pipeline, plan, started, finished, outcome, epoch, home, {spent} FROM run {rest}"
        );
        let mut statement = connection.prepare(&sql).map_err(StoreError::Read)?;
        let rows = statement.query_map(with, schema::run_row).map_err(StoreError::Read)?;
        rows.collect::<Result<_, _>>().map_err(StoreError::Read)
    }

    /// The wallet's lines in `month`, by provider, the whole wallet's under an empty name; without what `except` has.
    pub fn wallet(
        &self,
        month: &str,
        except: Option<&RunId>,
    ) -> Result<BTreeMap<Box<str>, Line>, StoreError> {
        let connection = self.lock();
        if schema::check_version(&connection)? < 4 {
            return Ok(BTreeMap::new());
        }
        let nobody = RunId::new("");
        wallet::lines(&connection, month, except.unwrap_or(&nobody)).map_err(StoreError::Read)
    }

    /// What `run` was billed in other months than `month`, by line.
    pub fn before(&self, run: &RunId, month: &str) -> Result<BTreeMap<Box<str>, Usd>, StoreError> {
        wallet::before(&self.lock(), run, month).map_err(StoreError::Read)
    }

    /// Whether any run has bought something of which it is not known yet what came of it.
    pub fn has_open_purchases(&self) -> Result<bool, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM purchase)")
            .map_err(StoreError::Read)?;
        statement.query_row([], |row| row.get(0)).map_err(StoreError::Read)
    }

    /// A run other than `except` that may have bought what has this fingerprint, and does not know yet.
    pub fn twin(&self, fingerprint: &Digest, except: &RunId) -> Result<Option<RunId>, StoreError> {
        twin::of(&self.lock(), fingerprint, except).map_err(StoreError::Read)
    }

    /// The ticks of a run, in order, each held against its checksum.
    pub fn journal(&self, run: &RunId) -> Result<Vec<TickRow>, StoreError> {
        let connection = self.lock();
        let sql = "SELECT seq, now, body, crc FROM tick WHERE run = ?1 ORDER BY seq";
        let mut statement = connection.prepare(sql).map_err(StoreError::Read)?;
        let mut rows = statement.query(params![run.as_str()]).map_err(StoreError::Read)?;
        let (mut ticks, mut former) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(StoreError::Read)? {
            let get =
                |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
            let (seq, now, body, crc): (i64, i64, String, u32) =
                get(row).map_err(StoreError::Read)?;
            let damaged = |what| StoreError::Damaged { run: run.clone(), tick: seq, what };
            if usize::try_from(seq) != Ok(ticks.len()) {
                return Err(damaged("a tick is missing before it"));
            }
            former = schema::checksum(run, seq, now, &body, former);
            if crc != former {
                return Err(damaged("its checksum does not match"));
            }
            let events = record::read(&body).map_err(|source| StoreError::Record {
                run: run.clone(),
                tick: seq,
                source,
            })?;
            ticks.push(TickRow { now: schema::timestamp(now), events });
        }
        Ok(ticks)
    }

    /// The JSON text of a stored value.
    pub fn value(&self, digest: &Digest) -> Result<Option<String>, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT body FROM value WHERE digest = ?1")
            .map_err(StoreError::Read)?;
        let body: Option<String> = statement
            .query_row([digest.as_bytes()], |row| row.get(0))
            .optional()
            .map_err(StoreError::Read)?;
        match body {
            Some(body) if Digest::of(body.as_bytes()) != *digest => Err(StoreError::Value(*digest)),
            body => Ok(body),
        }
    }

    /// What the cache has under each of `fingerprints`. A damaged row is none: what it held is made anew.
    pub fn cached(&self, fingerprints: &[Digest]) -> Result<Vec<Option<Value>>, StoreError> {
        let asked: Vec<_> = fingerprints.iter().map(|of| (*of, Timestamp::default())).collect();
        self.cached_since(&asked)
    }

    /// The same, each no older than its moment.
    pub fn cached_since(
        &self,
        asked: &[(Digest, Timestamp)],
    ) -> Result<Vec<Option<Value>>, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT output, crc FROM cache WHERE fingerprint = ?1 AND made >= ?2")
            .map_err(StoreError::Read)?;
        let mut look = |(fingerprint, since): &(Digest, Timestamp)| {
            let row = statement
                .query_row(params![fingerprint.as_bytes(), schema::milliseconds(*since)], |row| {
                    schema::output(fingerprint, row)
                })
                .optional();
            row.map(Option::flatten).map_err(StoreError::Read)
        };
        asked.iter().map(&mut look).collect()
    }

    /// Holds everything in the database against its checksums.
    pub fn examine(&self) -> Result<Examined, StoreError> {
        examine::examine(self)
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().expect("nothing panics while it reads")
    }
}

/// Refuses a log in which commits are damaged: SQLite would leave them out without a word.
fn check_log(path: &Path) -> Result<(), StoreError> {
    let unreadable = |error: std::io::Error| {
        StoreError::Read(rusqlite::Error::ToSqlConversionFailure(error.into()))
    };
    match wal::check(path).map_err(unreadable)? {
        Some(flaw) => Err(StoreError::Log { path: wal::path(path), frame: flaw.frame }),
        None => Ok(()),
    }
}

impl StoreError {
    fn write(error: rusqlite::Error) -> Self {
        Self::Write(Arc::new(error))
    }
}
