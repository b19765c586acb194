//! How is something written so that it stays written?
//!
//! By one thread, in groups: all that waits goes into one transaction, and each caller is answered after its commit was
//! synced. After an error nothing of the group is stored.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use tokio::sync::{mpsc, oneshot};

use super::{RunRow, StoreError, schema};
use crate::name::{Digest, RunId};
use crate::run::event::Value;
use crate::time::Timestamp;

/// Requests that may wait for the writing thread.
const QUEUE: usize = 1024;

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
}

/// The end of a run, for lists.
#[derive(Debug)]
pub struct Finish {
    pub outcome: &'static str,
}

#[derive(Clone)]
pub(super) struct Writer {
    requests: mpsc::Sender<Request>,
}

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

enum Request {
    TakeOver(RunId, Answer<u64>),
    Commit(Box<Commit>, Answer<()>),
}

/// Where the journal of one run ends.
#[derive(Clone, Copy)]
struct End {
    seq: i64,
    crc: u32,
}

impl Writer {
    pub(super) fn start(connection: Connection) -> Self {
        let (requests, waiting) = mpsc::channel(QUEUE);
        std::thread::spawn(move || write_all(connection, waiting));
        Self { requests }
    }

    pub(super) async fn take_over(&self, run: RunId) -> Result<u64, StoreError> {
        self.ask(|answer| Request::TakeOver(run, answer)).await
    }

    pub(super) async fn commit(&self, commit: Commit) -> Result<(), StoreError> {
        self.ask(|answer| Request::Commit(Box::new(commit), answer)).await
    }

    async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, StoreError> {
        let gone = || StoreError::Write(Arc::new(rusqlite::Error::InvalidQuery));
        let (answer, answered) = oneshot::channel();
        self.requests.send(request(answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

/// Answers a caller, once it is known whether the group was committed.
type Answering = Box<dyn FnOnce(Option<&Arc<rusqlite::Error>>) + Send>;

/// Ends when the last sender is gone, or at the first error: a failed sync is never tried again on the same handle.
fn write_all(mut connection: Connection, mut waiting: mpsc::Receiver<Request>) {
    let mut ends = HashMap::new();
    let mut group = Vec::new();
    while waiting.blocking_recv_many(&mut group, QUEUE) > 0 {
        let mut answers = Vec::new();
        let error =
            write_group(&mut connection, &mut ends, &mut group, &mut answers).err().map(Arc::new);
        // What was not reached is refused with the rest.
        answers.extend(group.drain(..).map(refusing));
        for answer in answers {
            answer(error.as_ref());
        }
        if error.is_some() {
            return;
        }
    }
}

fn write_group(
    connection: &mut Connection,
    ends: &mut HashMap<RunId, End>,
    group: &mut Vec<Request>,
    answers: &mut Vec<Answering>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for request in group.drain(..) {
        write(&transaction, ends, request, answers)?;
    }
    transaction.commit()
}

fn write(
    transaction: &Transaction,
    ends: &mut HashMap<RunId, End>,
    request: Request,
    answers: &mut Vec<Answering>,
) -> rusqlite::Result<()> {
    match request {
        Request::TakeOver(run, answer) => {
            let epoch = take_over(transaction, &run);
            let known = epoch.as_ref().ok().copied().flatten();
            answers.push(answering(answer, known.ok_or(StoreError::NoRun(run))));
            epoch.map(drop)
        }
        Request::Commit(commit, answer) => {
            let stored = store(transaction, ends, &commit);
            let taken_over = matches!(stored, Ok(false));
            answers.push(answering(
                answer,
                if taken_over { Err(StoreError::TakenOver(commit.run)) } else { Ok(()) },
            ));
            stored.map(drop)
        }
    }
}

/// Answers with `result`, unless the whole group failed.
fn answering<T: Send + 'static>(answer: Answer<T>, result: Result<T, StoreError>) -> Answering {
    Box::new(move |error| {
        let result = error.map_or(result, |error| Err(StoreError::Write(Arc::clone(error))));
        drop(answer.send(result)); // Nobody waits any more: their affair.
    })
}

/// Answers a request that was not reached.
fn refusing(request: Request) -> Answering {
    let unreached = || StoreError::Write(Arc::new(rusqlite::Error::InvalidQuery));
    match request {
        Request::Commit(_, answer) => answering(answer, Err(unreached())),
        Request::TakeOver(_, answer) => answering(answer, Err(unreached())),
    }
}

fn enter(transaction: &Transaction, row: &RunRow) -> rusqlite::Result<()> {
    let sql = "INSERT INTO run (run, pipeline, plan, started, epoch) VALUES (?1, ?2, ?3, ?4, ?5)";
    let RunRow { run, pipeline, plan, started, epoch, .. } = row;
    let started = schema::milliseconds(*started);
    transaction.prepare_cached(sql)?.execute(params![
        run.as_str(),
        pipeline,
        plan.as_bytes(),
        started,
        epoch.cast_signed()
    ])?;
    Ok(())
}

fn take_over(transaction: &Transaction, run: &RunId) -> rusqlite::Result<Option<u64>> {
    let sql = "UPDATE run SET epoch = epoch + 1 WHERE run = ?1 RETURNING epoch";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut rows = statement.query(params![run.as_str()])?;
    let row = rows.next()?;
    row.map(|row| row.get::<_, i64>(0).map(i64::cast_unsigned)).transpose()
}

/// False, if another process drives the run by now; then nothing is stored.
fn store(
    transaction: &Transaction,
    ends: &mut HashMap<RunId, End>,
    commit: &Commit,
) -> rusqlite::Result<bool> {
    if let Some(row) = &commit.begin {
        enter(transaction, row)?;
    }
    let mut epoch = transaction.prepare_cached("SELECT epoch FROM run WHERE run = ?1")?;
    let epoch: i64 = epoch.query_row(params![commit.run.as_str()], |row| row.get(0))?;
    if epoch.cast_unsigned() != commit.epoch {
        return Ok(false);
    }
    let former = match ends.get(&commit.run) {
        Some(end) => *end,
        None => journal_end(transaction, &commit.run)?,
    };
    let seq = former.seq + 1;
    let now = schema::milliseconds(commit.now);
    let crc = schema::checksum(&commit.run, seq, now, &commit.body, former.crc);
    transaction
        .prepare_cached("INSERT INTO tick (run, seq, now, body, crc) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![commit.run.as_str(), seq, now, commit.body, crc])?;
    for (digest, body) in &commit.values {
        transaction
            .prepare_cached("INSERT OR IGNORE INTO value (digest, body) VALUES (?1, ?2)")?
            .execute(params![digest.as_bytes(), body])?;
    }
    for (fingerprint, output) in &commit.cached {
        transaction
            .prepare_cached("INSERT OR REPLACE INTO cache (fingerprint, output, run, made) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![fingerprint.as_bytes(), schema::output_bytes(output), commit.run.as_str(), now])?;
    }
    if let Some(finish) = &commit.finish {
        transaction
            .prepare_cached("UPDATE run SET finished = ?2, outcome = ?3 WHERE run = ?1")?
            .execute(params![commit.run.as_str(), now, finish.outcome])?;
    }
    ends.insert(commit.run.clone(), End { seq, crc });
    Ok(true)
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
