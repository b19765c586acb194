//! What happened in a run?
//!
//! The journal, followed once more with an eye on each node: for people who ask afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::store::{RunRow, Store, StoreError, TickRow};
use crate::kind::Failure;
use crate::money::Usd;
use crate::name::Digest;
use crate::plan::graph::{Plan, Work};
use crate::run::event::{
    At, Decision, Ended, Entry, Event, PurchaseId, Reopen, Signal, Value, Verdict,
};
use crate::run::ledger::AccountId;
use crate::run::{Damaged, RunState, Tally};
use crate::time::Timestamp;

/// A run, as its journal tells it.
pub struct History {
    pub row: RunRow,
    pub plan: Plan,
    pub state: RunState,
    /// Every node that something happened to, by the path of its instance.
    pub nodes: BTreeMap<String, NodeHistory>,
    pub lines: Vec<Line>,
    pub last: Timestamp,
}

/// What happened to one instance of a node.
#[derive(Clone, Debug)]
pub struct NodeHistory {
    /// Instances in the order in which they first appear.
    pub position: usize,
    pub kind: String,
    pub state: &'static str,
    pub attempts: u16,
    /// How long its attempts were executed, all together.
    pub took: Duration,
    pub input: Option<Value>,
    /// Of its last attempt; empty for a kind without a capability.
    pub provider: String,
    /// Of its last attempt; empty for the provider's default.
    pub model: String,
    /// Of its last attempt: what its output is kept under, if it may be used again.
    pub fingerprint: Option<Digest>,
    pub output: Option<Value>,
    /// What its purchases were billed.
    pub spent: Usd,
    bills: BTreeMap<PurchaseId, Usd>,
    pub failure: Option<Failure>,
}

/// One event, in words.
#[derive(Clone, Debug)]
pub struct Line {
    pub at: Timestamp,
    pub path: String,
    pub what: String,
}

/// Why a run's history cannot be told.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the plan of the run is not in the state folder, or of another version")]
    NoPlan,
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

impl History {
    /// Follows the journal of `row`.
    pub fn of(store: &Store, row: RunRow) -> Result<Self, HistoryError> {
        let plan = plan(store, &row)?;
        let ticks = store.journal(&row.run)?;
        let last = ticks.last().map_or(row.started, |tick| tick.now);
        let mut history = Self {
            row,
            plan,
            state: RunState::default(),
            nodes: BTreeMap::new(),
            lines: Vec::new(),
            last,
        };
        history.follow(&ticks)?;
        Ok(history)
    }

    fn follow(&mut self, ticks: &[TickRow]) -> Result<(), HistoryError> {
        for tick in ticks {
            for event in &tick.events {
                // Before it is applied: an instance that ends by it is not there afterwards.
                let path = place(event).map(|at| (at, self.state.path(&self.plan, at)));
                if let Some((at, path)) = &path {
                    self.note(*at, path, event);
                }
                let path = path.map(|(_, path)| path).unwrap_or_default();
                self.state.apply(&self.plan, event)?;
                self.lines.push(Line { at: tick.now, path, what: words(event) });
            }
        }
        Ok(())
    }

    fn note(&mut self, at: At, path: &str, event: &Event) {
        let position = self.nodes.len();
        let kind = self.state.node(&self.plan, at).map_or_else(
            |_| String::new(),
            |node| match &node.work {
                Work::Call(call) => call.kind.to_string(),
                Work::Body(_) if node.each.is_some() => "map".into(),
                Work::Body(_) => "body".into(),
                Work::Pipeline { .. } => "pipeline".into(),
                Work::Approve(_) => "approve".into(),
            },
        );
        let node =
            self.nodes.entry(path.to_owned()).or_insert_with(|| NodeHistory::new(position, kind));
        node.note(event);
    }

    /// What the run was billed.
    pub fn spent(&self) -> Usd {
        self.state.ledger().spent(AccountId::RUN)
    }

    pub fn tally(&self) -> Tally {
        self.state.tally()
    }
}

impl NodeHistory {
    fn new(position: usize, kind: String) -> Self {
        Self {
            position,
            kind,
            state: "ready",
            attempts: 0,
            took: Duration::ZERO,
            input: None,
            provider: String::new(),
            model: String::new(),
            fingerprint: None,
            output: None,
            spent: Usd::ZERO,
            bills: BTreeMap::new(),
            failure: None,
        }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Expanded { .. } => self.state = "running",
            Event::Admitted { attempt, request, .. } => {
                self.state = "admitted";
                self.attempts = attempt.number;
                self.input = Some(request.input.clone());
                self.provider = request.provider.to_string();
                self.model = request.model.to_string();
                self.fingerprint = request.fingerprint;
            }
            Event::Ended { ended, took, .. } => {
                self.took += *took;
                match ended {
                    Ended::Done(output) => self.succeeded("succeeded", output),
                    Ended::Failed(failure) => {
                        self.state = "failed";
                        self.failure = Some(failure.clone());
                    }
                }
            }
            Event::Decided { what, .. } => match what {
                Decision::Skipped => self.state = "skipped",
                Decision::Spared => self.state = "spared",
                Decision::Reused { output, .. } => self.succeeded("cached", output),
                Decision::Computed(output) | Decision::Gathered(output) => {
                    self.succeeded("succeeded", output);
                }
                Decision::RetryAt(_) => self.state = "delayed",
                Decision::FellBack => self.state = "ready",
                Decision::OverBudget { .. } | Decision::OverGrant { .. } => {
                    self.state = "over budget";
                }
                Decision::InDoubt => self.state = "in doubt",
                Decision::TimedOut => self.state = "timed out",
                Decision::GateClosed(_) => self.state = "closed",
                Decision::GaveUp => self.state = "failed",
                Decision::Broken(failure) => {
                    self.state = "failed";
                    self.failure = Some(failure.clone());
                }
            },
            Event::Money(
                Entry::Settled { purchase, bill }
                | Entry::Late { purchase, bill, .. }
                | Entry::Corrected { purchase, bill },
            ) => {
                self.bills.insert(*purchase, bill.amount);
                self.spent = self.bills.values().copied().sum();
            }
            Event::TakenUp { .. } => self.state = "admitted",
            Event::Asked { .. } => self.state = "waiting",
            Event::Answered { verdict, .. } => match verdict {
                Verdict::Gives(value) => self.succeeded("succeeded", value),
                Verdict::LetIn | Verdict::Raised { .. } => self.state = "ready",
                Verdict::Rejected(failure) => {
                    self.state = "failed";
                    self.failure = Some(failure.clone());
                }
            },
            _ => {}
        }
    }

    fn succeeded(&mut self, state: &'static str, output: &Value) {
        self.state = state;
        self.output = Some(output.clone());
        self.failure = None;
    }
}

/// The plan that a run was started with.
pub fn plan(store: &Store, row: &RunRow) -> Result<Plan, HistoryError> {
    let text = store.value(&row.plan)?.ok_or(HistoryError::NoPlan)?;
    serde_json::from_str(&text).map_err(|_| HistoryError::NoPlan)
}

/// The JSON of `value`; null, if it is not in the store.
pub fn json(store: &Store, value: &Value) -> Result<Json, StoreError> {
    let text = match value {
        Value::Inline(text) => Some(text.to_string()),
        Value::Stored(digest) => store.value(digest)?,
    };
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Json::Null))
}

fn place(event: &Event) -> Option<At> {
    match event {
        Event::Expanded { at, .. }
        | Event::Decided { at, .. }
        | Event::Asked { at, .. }
        | Event::Answered { at, .. }
        | Event::Exceeded { at, .. }
        | Event::Undoable { at, .. } => Some(*at),
        Event::Admitted { attempt, .. }
        | Event::Ended { attempt, .. }
        | Event::TakenUp { attempt } => Some(attempt.at),
        Event::Purchase { purchase, .. }
        | Event::Money(
            Entry::Settled { purchase, .. }
            | Entry::Late { purchase, .. }
            | Entry::Corrected { purchase, .. },
        ) => Some(purchase.attempt.at),
        _ => None,
    }
}

fn entry_words(entry: &Entry) -> String {
    match entry {
        Entry::Held { amount, .. } => format!("{amount} held"),
        Entry::Raised { more, .. } => format!("{more} more held"),
        Entry::Settled { bill, .. } => format!("{} spent", bill.amount),
        Entry::Late { bill, .. } => format!("{} spent, told late", bill.amount),
        Entry::Released { .. } => "what was held is released".into(),
        Entry::Corrected { bill, .. } => format!("a bill is corrected to {}", bill.amount),
        Entry::Limited { limit, .. } => format!("a limit is set to {limit}"),
        Entry::Opened { .. } => "an account opened".into(),
        Entry::Closed { .. } => "an account closed".into(),
    }
}

fn words(event: &Event) -> String {
    match event {
        Event::Started { run, .. } => format!("run {run} started"),
        Event::Resumed { epoch: 1, .. } => "a process took it up".into(),
        Event::Resumed { delivered, .. } => {
            format!("resumed; {} open attempts handed out again", delivered.len())
        }
        Event::Expanded { items: Some(_), count, .. } => format!("expanded to {count} items"),
        Event::Expanded { .. } => "opened".into(),
        Event::Admitted { attempt, .. } => format!("attempt {} admitted", attempt.number),
        Event::Ended { attempt, ended: Ended::Done(_), took } => {
            format!("attempt {} done in {:.2} s", attempt.number, took.as_secs_f64())
        }
        Event::Ended { attempt, ended: Ended::Failed(failure), .. } => {
            format!(
                "attempt {} failed ({}): {}",
                attempt.number,
                failure.class.word(),
                failure.message
            )
        }
        Event::Decided { what, .. } => match what {
            Decision::Skipped => "skipped: `when` said no".into(),
            Decision::Spared => "spared: what follows from it is in the cache".into(),
            Decision::Reused { .. } => "output taken from the cache".into(),
            Decision::Computed(_) => "computed".into(),
            Decision::Gathered(_) => "all items ended; list made".into(),
            Decision::RetryAt(at) => format!("next attempt at {at}"),
            Decision::FellBack => "fell back to the next alternative".into(),
            Decision::GateClosed(gate) => format!("gate {gate} stayed closed"),
            Decision::OverBudget { quote, free, .. } => {
                format!("no money for an attempt: it may cost {quote}, and {free} are free")
            }
            Decision::OverGrant { seller, quote, free } => {
                format!(
                    "no money for an attempt: it may cost {quote}, and {free} are free at `{seller}`"
                )
            }
            Decision::InDoubt => "nothing new is tried before its purchases are closed".into(),
            Decision::TimedOut => "its time is over".into(),
            Decision::GaveUp => "no further attempt".into(),
            Decision::Broken(failure) => format!("failed before an attempt: {}", failure.message),
        },
        Event::Gave { output: Ok(_), .. } => "outputs read".into(),
        Event::Gave { output: Err(failure), .. } => {
            format!("outputs cannot be read: {}", failure.message)
        }
        Event::Closed { closing: Ok(closing), .. } if closing.until => {
            "a copy is over: the last".into()
        }
        Event::Closed { closing: Ok(_), .. } => "a copy is over".into(),
        Event::Closed { closing: Err(failure), .. } => {
            format!("a copy cannot be closed: {}", failure.message)
        }
        Event::Signalled { what, .. } => match what {
            Signal::Drain => "asked to drain".into(),
            Signal::Cancel { by } => format!("cancelled by {by}"),
            Signal::Answer { .. } => "answered".into(),
            Signal::Adopt { by, .. } => format!("a job is adopted by the word of {by}"),
            Signal::Reopen(Reopen { by, .. }) => format!("begun again by {by}"),
            Signal::Accept { kind, version, by } => {
                format!("version {version} of `{kind}` is accepted by {by}")
            }
            Signal::Lost { by, .. } => format!("a purchase is given up by the word of {by}"),
        },
        Event::Undoable { request: Ok(_), .. } => "it is known how to undo it".into(),
        Event::Undoable { request: Err(failure), .. } => {
            format!("it cannot be undone: {}", failure.message)
        }
        Event::Undoing { .. } => "a node is undone".into(),
        Event::TakenUp { attempt } => format!("attempt {} taken up again", attempt.number),
        Event::Opened { limit: Some(limit), allotment, .. } if *allotment == Usd::ZERO => {
            format!("an account of {limit} opened")
        }
        Event::Opened { allotment, .. } if *allotment > Usd::ZERO => {
            format!("an account opened, {allotment} set aside for it")
        }
        Event::Opened { .. } => "an account without a limit opened".into(),
        Event::Money(entry) => entry_words(entry),
        Event::Purchase { purchase, step, .. } => {
            let bill = step.bill().map_or_else(String::new, |bill| format!(", {}", bill.amount));
            format!("purchase {} {}{bill}", purchase.slot + 1, step.word())
        }
        Event::Asked { question, .. } => format!("asks: {}", question.ask),
        Event::Answered { verdict, .. } => match verdict {
            Verdict::Gives(_) => "answered".into(),
            Verdict::LetIn => "let in by a person".into(),
            Verdict::Raised { limit, .. } => format!("the limit is raised to {limit}"),
            Verdict::Rejected(failure) => failure.message.clone(),
        },
        Event::Exceeded { quote, free, .. } => {
            format!("the budget ends it: {quote} are asked for, and {free} are free")
        }
        Event::Finished { outcome } => format!("finished: {}", outcome.word()),
    }
}
