//! Where do journals, values and the cache stand?
//!
//! In one SQLite database: write-ahead log, full sync. One thread owns the only writing connection and commits what waits
//! as one group; a commit is durable when its caller is answered. Reading has a connection of its own.

pub mod record;

mod schema;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::name::{Digest, RunId};
use crate::run::event::{Event, Value};
use crate::time::Timestamp;
use writer::Writer;
pub use writer::{Commit, Finish};

/// An open state database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    path: PathBuf,
    reader: Arc<Mutex<Connection>>,
    /// None for those who only look.
    writer: Option<Writer>,
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
        let mut connection = Connection::open(&path).map_err(failed)?;
        schema::prepare(&connection).map_err(failed)?;
        schema::migrate(&mut connection, &path)?;
        let writer = Some(Writer::start(connection));
        Ok(Self { reader: Self::reader(&path)?, writer, path })
    }

    /// Opens the database of the state folder `folder` to look at; none, if there is none.
    pub fn look(folder: &Path) -> Result<Option<Self>, StoreError> {
        let path = folder.join("flow.db");
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(Self { reader: Self::reader(&path)?, writer: None, path }))
    }

    fn reader(path: &Path) -> Result<Arc<Mutex<Connection>>, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |source| StoreError::Open { path: path.into(), source };
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(schema::BUSY).map_err(failed)?;
        schema::check_version(&connection)?;
        Ok(Arc::new(Mutex::new(connection)))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes `commit` durable. On an error nothing of it is stored, and the run must not go on.
    pub async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        match &self.writer {
            Some(writer) => writer.commit(commit).await,
            None => Err(StoreError::Write(Arc::new(rusqlite::Error::InvalidQuery))),
        }
    }

    /// Takes a run over: whoever drove it before can commit no more. Gives the new epoch.
    pub async fn take_over(&self, run: &RunId) -> Result<u64, StoreError> {
        match &self.writer {
            Some(writer) => writer.take_over(run.clone()).await,
            None => Err(StoreError::Write(Arc::new(rusqlite::Error::InvalidQuery))),
        }
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
        let sql = format!(
            "SELECT run, pipeline, plan, started, finished, outcome, epoch FROM run {rest}"
        );
        let mut statement = connection.prepare(&sql).map_err(StoreError::Read)?;
        let rows = statement.query_map(with, schema::run_row).map_err(StoreError::Read)?;
        rows.collect::<Result<_, _>>().map_err(StoreError::Read)
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
        statement
            .query_row([digest.as_bytes()], |row| row.get(0))
            .optional()
            .map_err(StoreError::Read)
    }

    /// What the cache has under each of `fingerprints`.
    pub fn cached(&self, fingerprints: &[Digest]) -> Result<Vec<Option<Value>>, StoreError> {
        let connection = self.lock();
        let mut statement = connection
            .prepare_cached("SELECT output FROM cache WHERE fingerprint = ?1")
            .map_err(StoreError::Read)?;
        let mut look = |fingerprint: &Digest| {
            statement
                .query_row([fingerprint.as_bytes()], schema::output)
                .optional()
                .map_err(StoreError::Read)
        };
        fingerprints.iter().map(&mut look).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.reader.lock().expect("nothing panics while it reads")
    }
}
