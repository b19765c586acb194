//! Stage 4: the only place with effects. It decides nothing.
//!
//! A [`State`] is an open state folder. [`State::start`] begins a run, [`State::resume`] takes one up again; both enter
//! the same loop, [`drive`].
#![expect(clippy::disallowed_methods, reason = "the host is where clocks, files and processes are")]

pub mod artifacts;
pub mod clock;
pub mod file_system;
pub mod harvest;
pub mod history;
pub mod library;
pub mod observer;
pub mod rehearse;
pub mod store;
pub mod wallet;
pub mod why;

mod attempt;
mod block;
mod folders;
mod perform;
mod resumption;
mod shelf;
mod state;
mod survivors;
#[cfg(test)]
mod tests;
mod twins;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use crate::kind::Step;
use crate::kind::{Class, Failure};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::{OnExceed, Plan};
use crate::run::event::{Ask, Ended, Entry, Event, Outcome, PurchaseId, Rest, Seen, Signal, Value};
use crate::run::library::{Library, read};
use crate::run::purchase::Receipt;
use crate::run::{Damaged, Failed, RunState, Tally, Tick};
use crate::time::Timestamp;
use artifacts::Folder;
use clock::Clock;
use observer::Observer;
use perform::{Executor, News};
use shelf::Shelf;
pub use state::{Again, Delivered, OnCopy, Options, State, StateError};
use store::inbox::Message;
use store::{Commit, Finish, Patience, Room, Store, StoreError, record};
use twins::Twins;
use wallet::{Block, Sums, Wallet};

/// What a person asks of a run from its terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Start nothing new, let end what executes, save.
    Drain,
    /// End now. The journal is right at every moment.
    Now,
}

/// How a run was left.
#[derive(Clone, Debug)]
pub struct Ending {
    pub run: RunId,
    pub how: How,
    pub tally: Tally,
    pub failures: Vec<Failed>,
    /// What the pipeline's `outputs` gave; null if it did not come to that.
    pub output: Json,
    /// What was billed so far.
    pub spent: Usd,
    /// Purchases of which it is not known yet what they came to.
    pub open: usize,
    /// From the start of the run, or of this resumption, to here.
    pub took: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Finished(Outcome),
    /// Nothing can be done before somebody's word: an answer, or what became of a purchase. It can be resumed.
    Rests(Rest),
    /// Stopped by a person; it can be resumed.
    Interrupted,
}

/// Why a run cannot go on. Its journal holds all that happened before.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    State(#[from] StateError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Damaged(#[from] Damaged),
    #[error(transparent)]
    History(#[from] history::HistoryError),
    /// The disk is full, or a file cannot be written: no fault of the node, and no other node would fare better.
    #[error("`{path}` cannot store its work: {failure}")]
    NoStorage { path: String, failure: Failure },
    #[error("the disk of the state folder is full; what was under way is recorded")]
    Full,
}

/// How often a driver looks for messages of other processes.
const INBOX: Duration = Duration::from_millis(200);

/// What drives one run.
struct Host {
    run: RunId,
    epoch: u64,
    store: Store,
    shelf: Arc<Shelf>,
    artifacts: Folder,
    executor: Executor,
    clock: Arc<dyn Clock>,
    /// The moment of the last tick: time never goes back in a journal.
    last: Timestamp,
    observer: Box<dyn Observer>,
    stop: UnboundedReceiver<Stop>,
    draining: bool,
    /// Attempts that wait until what they told is durable, in the order in which it was seen.
    told: Vec<oneshot::Sender<Receipt>>,
    /// What whoever takes the run up says of it.
    begins: Vec<Seen>,
    wallet: Wallet,
    /// What the next commit takes of the wallet.
    block: Option<Block>,
    room: Room,
    inbox: Inbox,
    twins: Twins,
}

/// What other processes ask of the run.
struct Inbox {
    next_look: tokio::time::Instant,
    /// Of the database, when it was looked into.
    version: Option<i64>,
    /// Handed to the core; gone from the table with the next commit.
    taken: Vec<Box<str>>,
    /// All that were handed on: none is handed on twice.
    heard: BTreeSet<Box<str>>,
}

/// The whole executor. On an error the state is dropped: it may be ahead of the journal.
async fn drive(plan: &Plan, run: &mut RunState, host: &mut Host) -> Result<How, HostError> {
    let mut seen = vec![Seen::Resumed { epoch: host.epoch }];
    seen.append(&mut host.begins);
    loop {
        host.last = host.last.max(host.clock.now());
        let refused = host.keep_to_wallet(plan, run, &mut seen)?;
        let tick = run.tick(plan, &*host.shelf, seen, host.last)?;
        host.append(run, &tick).await?; // Durable before anything acts on it.
        for event in &tick.events {
            host.perform(plan, run, event); // Effects of recorded events alone.
        }
        host.answer(tick.receipts);
        for (_, why) in tick.refused.iter().chain(&refused) {
            host.observer.unheard(why);
        }
        if let Some(outcome) = tick.outcome {
            return Ok(How::Finished(outcome));
        }
        if let Some(rest) = tick.rest {
            return Ok(How::Rests(rest));
        }
        seen = match host.observe(tick.asks, tick.wake).await? {
            Some(seen) => seen,
            None if host.room == Room::Last => return Err(HostError::Full),
            None => return Ok(How::Interrupted),
        };
    }
}

impl Host {
    async fn append(&mut self, run: &RunState, tick: &Tick) -> Result<(), HostError> {
        if tick.events.is_empty() && tick.learned.is_empty() {
            return Ok(());
        }
        let commit = Commit {
            run: self.run.clone(),
            epoch: self.epoch,
            now: self.last,
            body: record::write(&tick.events),
            values: self.shelf.take_fresh(),
            cached: tick.learned.clone(),
            begin: None,
            finish: finish(tick),
            bills: bills(run, tick),
            block: self.block.take(),
            purchases: purchases(run, tick),
            taken: std::mem::take(&mut self.inbox.taken),
            patience: patience(&tick.events),
        };
        if self.store.commit(commit).await? == Room::Last {
            self.room = Room::Last;
        }
        Ok(())
    }

    fn perform(&mut self, plan: &Plan, run: &RunState, event: &Event) {
        match event {
            Event::Admitted { attempt, .. } => self.executor.execute(plan, run, *attempt),
            Event::Resumed { delivered, .. } => {
                for attempt in delivered {
                    self.executor.execute(plan, run, *attempt);
                }
            }
            Event::TakenUp { attempt } | Event::Undoing { attempt } => {
                self.executor.execute(plan, run, *attempt);
            }
            Event::Signalled { what: Signal::Cancel { .. }, .. }
            | Event::Exceeded { then: OnExceed::Stop, .. } => self.executor.cancel(),
            Event::Signalled { what: Signal::Drain, .. } => {
                self.draining = true;
                self.executor.drain();
            }
            _ => {}
        }
        self.observer.recorded(plan, run, event, self.last);
    }

    /// What attempts told is durable: they go on.
    fn answer(&mut self, receipts: Vec<Receipt>) {
        for (told, receipt) in self.told.drain(..).zip(receipts) {
            let _gone = told.send(receipt); // The attempt was ended meanwhile.
        }
    }

    /// All that is there to be seen, at least one; none, when a stopped run has nothing under way any more.
    async fn observe(
        &mut self,
        asks: Vec<Ask>,
        wake: Option<Timestamp>,
    ) -> Result<Option<Vec<Seen>>, HostError> {
        let mut seen = self.look_up(asks)?;
        self.look_into_inbox(&mut seen)?;
        if self.room == Room::Last && !self.draining {
            seen.push(self.drain("full"));
        }
        while seen.is_empty() {
            if self.draining && self.executor.is_idle() {
                return Ok(None);
            }
            let mut news = Vec::new();
            let clock = Arc::clone(&self.clock);
            tokio::select! {
                biased;
                stop = next_stop(&mut self.stop) => match stop {
                    Stop::Drain => seen.push(self.drain("drain")),
                    Stop::Now => {
                        self.executor.stop().await;
                        return Ok(None);
                    }
                },
                () = self.executor.news(&mut news) => {}
                () = clock.sleep_until(wake.unwrap_or_default()), if wake.is_some() => seen.push(Seen::Due),
                () = tokio::time::sleep_until(self.inbox.next_look) => self.look_into_inbox(&mut seen)?,
                () = until(self.twins.next_look()) => seen.extend(self.look_for_twins()?),
            }
            for news in news {
                seen.extend(self.hear(news)?);
            }
        }
        Ok(Some(seen))
    }

    fn drain(&self, why: &str) -> Seen {
        Seen::Signal { id: format!("{why}-{}", self.epoch).into(), what: Signal::Drain }
    }

    /// Adds what other processes have sent since the last look, if it is time for one.
    fn look_into_inbox(&mut self, seen: &mut Vec<Seen>) -> Result<(), HostError> {
        let now = tokio::time::Instant::now();
        if now < self.inbox.next_look {
            return Ok(());
        }
        self.inbox.next_look = now + INBOX;
        let version = Some(self.store.version()?);
        if version != self.inbox.version {
            self.inbox.version = version;
            seen.extend(self.inbox.hear(self.store.inbox(&self.run)?));
        }
        Ok(())
    }

    fn hear(&mut self, news: News) -> Result<Option<Seen>, HostError> {
        match news {
            News::Failed { path, failure, .. } if failure.class == Class::Storage => {
                return Err(HostError::NoStorage { path, failure });
            }
            News::Failed { attempt, failure, took, .. } => {
                return Ok(Some(Seen::Ended { attempt, ended: Ended::Failed(failure), took }));
            }
            News::Done { attempt, output, took } => {
                return Ok(Some(Seen::Ended { attempt, ended: Ended::Done(output), took }));
            }
            News::Began { attempt, path } => self.observer.began(attempt, &path),
            News::Progressed { attempt, path, done } => {
                self.observer.progressed(attempt, &path, done);
            }
            News::Went { purchase, step, receipt } => {
                self.told.push(receipt);
                return Ok(Some(Seen::Purchase { purchase, step }));
            }
            News::Withdrew => {}
        }
        Ok(None)
    }

    fn is_whole(&self, output: &Value) -> bool {
        read(&*self.shelf, output).is_ok_and(|json| {
            artifacts_in(&json).iter().all(|digest| self.artifacts.contains(digest))
        })
    }
}

impl Inbox {
    fn new() -> Self {
        let next_look = tokio::time::Instant::now();
        Self { next_look, version: None, taken: Vec::new(), heard: BTreeSet::new() }
    }

    /// The messages that were not heard yet, as the core takes them.
    fn hear(&mut self, messages: Vec<Message>) -> Vec<Seen> {
        let fresh = messages.into_iter().filter(|message| self.heard.insert(message.id.clone()));
        let seen: Vec<_> = fresh.map(|Message { id, what }| Seen::Signal { id, what }).collect();
        self.taken.extend(seen.iter().filter_map(|seen| match seen {
            Seen::Signal { id, .. } => Some(id.clone()),
            _ => None,
        }));
        seen
    }
}

/// What the run was billed, if this tick changed it, or what is in doubt of it.
fn bills(run: &RunState, tick: &Tick) -> Option<BTreeMap<Box<str>, Sums>> {
    let is_bill = |event: &Event| {
        matches!(
            event,
            Event::Money(Entry::Settled { .. } | Entry::Late { .. } | Entry::Corrected { .. })
        )
    };
    let is_over = run.outcome().is_some() || finish(tick).is_some();
    (is_over || tick.events.iter().any(is_bill)).then(|| run.bills())
}

/// Which purchases this tick opened, for which output, and which it closed.
fn purchases(run: &RunState, tick: &Tick) -> Vec<(PurchaseId, Option<Digest>)> {
    let told = tick.events.iter().filter_map(|event| match event {
        Event::Purchase { purchase, step: Step::Armed { .. }, .. } => {
            let fingerprint = run.request(purchase.attempt.at)?.fingerprint?;
            Some((*purchase, Some(fingerprint)))
        }
        Event::Purchase { purchase, step, .. } if !step.is_open() => Some((*purchase, None)),
        _ => None,
    });
    told.collect()
}

/// Whether the run ends by this tick, or goes on after its end.
fn finish(tick: &Tick) -> Option<Finish> {
    let reopens = |event: &Event| matches!(event, Event::Signalled { what: Signal::Reopen(_), .. });
    match tick.outcome {
        Some(outcome) => Some(Finish::As(outcome.word())),
        None => tick.events.iter().any(reopens).then_some(Finish::Undone),
    }
}

/// What an attempt gave cannot be had again for nothing, and money is not told twice: such a commit waits as long as it
/// must.
fn patience(events: &[Event]) -> Patience {
    let is_precious = |event: &Event| {
        matches!(event, Event::Ended { .. } | Event::Purchase { .. } | Event::Money(_))
    };
    if events.iter().any(is_precious) { Patience::Endless } else { Patience::Limited }
}

/// Waits for a person's word; for ever, if nobody can give one.
async fn next_stop(stop: &mut UnboundedReceiver<Stop>) -> Stop {
    match stop.recv().await {
        Some(stop) => stop,
        None => std::future::pending().await,
    }
}

async fn until(moment: Option<tokio::time::Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// The files that a value refers to, wherever they stand in it.
pub fn artifacts_in(json: &Json) -> Vec<Digest> {
    match json {
        Json::Object(fields) => match fields.get("$artifact").and_then(Json::as_str) {
            Some(text) => text.parse().ok().into_iter().collect(),
            None => fields.values().flat_map(artifacts_in).collect(),
        },
        Json::Array(items) => items.iter().flat_map(artifacts_in).collect(),
        _ => Vec::new(),
    }
}

/// The value of `output` as JSON; null where there is none.
fn output_json(library: &dyn Library, output: Option<&Value>) -> Result<Json, Damaged> {
    match output {
        Some(output) => Ok(Arc::unwrap_or_clone(read(library, output)?)),
        None => Ok(Json::Null),
    }
}
