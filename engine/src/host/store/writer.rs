//! How is something written so that it stays written?
//!
//! By one thread, in groups: all that waits goes into one transaction, and each caller is answered after its commit was
//! synced. After an error nothing of the group is stored, and nothing more is written: a failed sync is never tried again
//! on the same handle.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::ballast::Ballast;
use super::wal::{self, Least};
use super::{RunRow, StoreError, home, schema, twin, wallet};
use crate::host::wallet::{Block, Sums};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::run::event::{PurchaseId, Value};
use crate::time::Timestamp;

/// Requests that may wait for the writing thread.
const QUEUE: usize = 1024;
/// The log gets its full length once so many groups were written: a short run should not pay for a long one.
const EXTEND_AFTER: u32 = 8;

/// Whether the log is long enough to be written back is looked at after about so many bytes.
const LOOK_AFTER: usize = if cfg!(test) { 1 } else { 1 << 20 };
/// What a commit adds to the log at least: some pages.
const PAGES: usize = 16 << 10;

/// What one tick of a run stores, all or nothing.
#[derive(Debug)]
pub struct Commit {
    pub run: RunId,
    /// Of the process that drives the run; an old one may not commit.
    pub epoch: u64,
    pub now: Timestamp,
    /// The tick's events as [`super::record::write`] writes them.
    pub body: String,
    pub values: Vec<(Digest, String)>,
    /// Outputs that may be used again.
    pub cached: Vec<(Digest, Value)>,
    /// The run itself, with its first tick.
    pub begin: Option<RunRow>,
    pub finish: Option<Finish>,
    /// What the run was billed so far, by provider, if this tick changed it.
    pub bills: Option<BTreeMap<Box<str>, Sums>>,
    /// What it takes of the wallet. If that has no room, nothing of the commit is stored.
    pub block: Option<Block>,
    /// Purchases that are open from now on, for the output of this fingerprint, or closed.
    pub purchases: Vec<(PurchaseId, Option<Digest>)>,
    /// Messages of the inbox that this tick took in.
    pub taken: Vec<Box<str>>,
    pub patience: Patience,
}

/// The end of a run, for lists.
#[derive(Debug)]
pub enum Finish {
    As(&'static str),
    /// It goes on after its end.
    Undone,
}

/// How long a commit waits for another process that holds the database's lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// [`schema::BUSY`], and then the run ends; it can be resumed.
    Limited,
    /// For ever: it tells of money that was spent or will be.
    Endless,
}

/// What is left of the disk after a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    Enough,
    /// The disk was full, and the ballast was given up for this commit: what is under way may still be recorded.
    Last,
}

#[derive(Clone)]
pub(super) struct Writer(Arc<Running>);

/// The writing thread, which has ended when this value is gone.
struct Running {
    /// None once it is to end.
    requests: Option<mpsc::Sender<Request>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.requests.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join()); // If it panicked, its callers were told.
        }
    }
}

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Request {
    TakeOver(RunId, Answer<u64>),
    Commit(Box<Commit>, Answer<Room>),
}

impl Request {
    /// About how many bytes of the log it takes.
    fn size(&self) -> usize {
        match self {
            Self::TakeOver(..) => PAGES,
            Self::Commit(commit, _) => {
                let values = commit.values.iter().map(|(_, text)| text.len());
                PAGES + commit.body.len() + values.sum::<usize>()
            }
        }
    }
}

/// What a request came to, if its group is committed.
enum Written {
    Epoch(u64),
    NoRun,
    Stored,
    TakenOver,
    NoRoom,
}

/// What storing a commit came to.
enum Outcome {
    Stored(End),
    /// Another process drives the run by now.
    TakenOver,
    /// The wallet has no room for what the run takes.
    NoRoom,
}

/// Where the journal of one run ends.
#[derive(Clone, Copy)]
struct End {
    seq: i64,
    crc: u32,
}

type Ends = HashMap<RunId, End>;

impl Writer {
    pub(super) fn start(connection: Connection, database: PathBuf, ballast: Ballast) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE);
        let thread =
            std::thread::spawn(move || write_all(connection, waiting, &database, &ballast));
        Self(Arc::new(Running { requests: Some(requests), thread: Some(thread) }))
    }

    pub(super) async fn take_over(&self, run: RunId) -> Result<u64, StoreError> {
        self.ask(|answer| Request::TakeOver(run, answer)).await
    }

    pub(super) async fn commit(&self, commit: Commit) -> Result<Room, StoreError> {
        self.ask(|answer| Request::Commit(Box::new(commit), answer)).await
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let requests = self.0.requests.as_ref().ok_or(StoreError::Closed)?;
        requests.send(request(answer)).await.map_err(|_| StoreError::Closed)?;
        answered.await.map_err(|_| StoreError::Closed)?
    }
}

/// Ends when the last sender is gone, or at the first error.
fn write_all(
    mut connection: Connection,
    mut waiting: mpsc::Receiver<Request>,
    database: &Path,
    ballast: &Ballast,
) {
    let (mut ends, mut group, mut groups) = (Ends::new(), Vec::new(), 0_u32);
    let mut unseen = 0;
    while waiting.blocking_recv_many(&mut group, QUEUE) > 0 {
        unseen += group.iter().map(Request::size).sum::<usize>();
        let written = write_group(&mut connection, &mut ends, &group, ballast);
        let is_broken = written.is_err();
        answer(group.drain(..), written);
        if is_broken {
            return;
        }
        groups = groups.saturating_add(1);
        if groups == EXTEND_AFTER {
            drop(wal::extend(&mut connection, database)); // Without it commits are slower, and as durable.
        }
        if unseen >= LOOK_AFTER {
            unseen = 0;
            if wal::write_back(&connection, Least::Long).is_err() {
                return;
            }
        }
    }
    drop(wal::write_back(&connection, Least::Any)); // All of it is in the log too.
}

/// Commits `group`; waits for locks as long as it must, and gives up the ballast if the disk is full.
fn write_group(
    connection: &mut Connection,
    ends: &mut Ends,
    group: &[Request],
    ballast: &Ballast,
) -> rusqlite::Result<(Vec<Written>, Room)> {
    let mut room = Room::Enough;
    loop {
        let error = match try_group(connection, ends, group) {
            Ok(written) => return Ok((written, room)),
            Err(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) if is_patient(group) => {}
            Some(ErrorCode::DiskFull) if room == Room::Enough && ballast.free() => {
                room = Room::Last;
            }
            _ => return Err(error),
        }
    }
}

/// Whether some commit of the group must be written, however long it takes, and its caller is still there.
fn is_patient(group: &[Request]) -> bool {
    group.iter().any(|request| match request {
        Request::Commit(commit, answer) => {
            commit.patience == Patience::Endless && !answer.is_closed()
        }
        Request::TakeOver(..) => false,
    })
}

/// One transaction; `ends` moves only if it is committed.
fn try_group(
    connection: &mut Connection,
    ends: &mut Ends,
    group: &[Request],
) -> rusqlite::Result<Vec<Written>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut moved = Ends::new();
    let write = |request: &Request| match request {
        Request::TakeOver(run, _) => {
            Ok(take_over(&transaction, run)?.map_or(Written::NoRun, Written::Epoch))
        }
        Request::Commit(commit, _) => {
            let former = moved.get(&commit.run).or_else(|| ends.get(&commit.run)).copied();
            Ok(match store(&transaction, former, commit)? {
                Outcome::Stored(end) => {
                    moved.insert(commit.run.clone(), end);
                    Written::Stored
                }
                Outcome::TakenOver => Written::TakenOver,
                Outcome::NoRoom => Written::NoRoom,
            })
        }
    };
    let written = group.iter().map(write).collect::<rusqlite::Result<_>>()?;
    transaction.commit()?;
    ends.extend(moved);
    Ok(written)
}

fn answer(group: impl Iterator<Item = Request>, written: rusqlite::Result<(Vec<Written>, Room)>) {
    let (written, room) = match written {
        Ok(written) => written,
        Err(error) => {
            let error = Arc::new(error);
            let failed = || StoreError::Write(Arc::clone(&error));
            for request in group {
                match request {
                    Request::TakeOver(_, answer) => drop(answer.send(Err(failed()))),
                    Request::Commit(_, answer) => drop(answer.send(Err(failed()))),
                }
            }
            return;
        }
    };
    for (request, written) in group.zip(written) {
        // Nobody waits any more: their affair.
        match (request, written) {
            (Request::TakeOver(_, answer), Written::Epoch(epoch)) => drop(answer.send(Ok(epoch))),
            (Request::TakeOver(run, answer), _) => drop(answer.send(Err(StoreError::NoRun(run)))),
            (Request::Commit(_, answer), Written::Stored) => drop(answer.send(Ok(room))),
            (Request::Commit(commit, answer), Written::NoRoom) => {
                drop(answer.send(Err(StoreError::NoRoom(commit.run))));
            }
            (Request::Commit(commit, answer), _) => {
                drop(answer.send(Err(StoreError::TakenOver(commit.run))));
            }
        }
    }
}

fn enter(transaction: &Transaction, row: &RunRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO run (run, pipeline, plan, started, epoch, home, spent)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let RunRow { run, pipeline, plan, started, epoch, home, spent, .. } = row;
    transaction.prepare_cached(sql)?.execute(params![
        run.as_str(),
        pipeline,
        plan.as_bytes(),
        schema::milliseconds(*started),
        epoch.cast_signed(),
        home,
        spent.map(Usd::micros),
    ])?;
    home::count(transaction)
}

fn take_over(transaction: &Transaction, run: &RunId) -> rusqlite::Result<Option<u64>> {
    home::count(transaction)?;
    let sql = "UPDATE run SET epoch = epoch + 1, home = (SELECT state FROM home) WHERE run = ?1 RETURNING epoch";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params![run.as_str()])?;
    let row = rows.next()?;
    row.map(|row| row.get::<_, i64>(0).map(i64::cast_unsigned)).transpose()
}

/// Stores all of `commit`, or nothing.
fn store(
    transaction: &Transaction,
    former: Option<End>,
    commit: &Commit,
) -> rusqlite::Result<Outcome> {
    let takes_block = || {
        commit
            .block
            .as_ref()
            .map_or(Ok(true), |block| wallet::take(transaction, &commit.run, block))
    };
    if let Some(row) = &commit.begin {
        if !takes_block()? {
            return Ok(Outcome::NoRoom);
        }
        enter(transaction, row)?;
    }
    let run = commit.run.as_str();
    let mut epoch = transaction.prepare_cached("SELECT epoch FROM run WHERE run = ?1")?;
    let epoch: i64 = epoch.query_row(params![run], |row| row.get(0))?;
    if epoch.cast_unsigned() != commit.epoch {
        return Ok(Outcome::TakenOver);
    }
    if commit.begin.is_none() && !takes_block()? {
        return Ok(Outcome::NoRoom);
    }
    let former = former.map_or_else(|| journal_end(transaction, &commit.run), Ok)?;
    let seq = former.seq + 1;
    let now = schema::milliseconds(commit.now);
    let crc = schema::checksum(&commit.run, seq, now, &commit.body, former.crc);
    transaction
        .prepare_cached("INSERT INTO tick (run, seq, now, body, crc) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![run, seq, now, commit.body, crc])?;
    for (digest, body) in &commit.values {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO value (digest, body) VALUES (?1, ?2)")?
            .execute(params![digest.as_bytes(), body])?;
    }
    for (fingerprint, output) in &commit.cached {
        let output = schema::output_bytes(output);
        let crc = schema::cache_checksum(fingerprint, &output);
        transaction
            .prepare_cached("INSERT OR REPLACE INTO cache (fingerprint, output, run, made, crc) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![fingerprint.as_bytes(), output, run, now, crc])?;
    }
    for message in &commit.taken {
        transaction.prepare_cached("DELETE FROM inbox WHERE id = ?1")?.execute(params![message])?;
    }
    twin::note(transaction, &commit.run, &commit.purchases)?;
    if let Some(bills) = &commit.bills {
        wallet::book(transaction, &commit.run, bills)?;
    }
    if let Some(finish) = &commit.finish {
        let (finished, outcome) = match finish {
            Finish::As(outcome) => (Some(now), Some(*outcome)),
            Finish::Undone => (None, None),
        };
        transaction
            .prepare_cached("UPDATE run SET finished = ?2, outcome = ?3 WHERE run = ?1")?
            .execute(params![run, finished, outcome])?;
    }
    Ok(Outcome::Stored(End { seq, crc }))
}

fn journal_end(transaction: &Transaction, run: &RunId) -> rusqlite::Result<End> {
    let sql = "SELECT seq, crc FROM tick WHERE run = ?1 ORDER BY seq DESC LIMIT 1";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params![run.as_str()])?;
    match rows.next()? {
        Some(row) => Ok(End { seq: row.get(0)?, crc: row.get(1)? }),
        None => Ok(End { seq: -1, crc: 0 }),
    }
}
