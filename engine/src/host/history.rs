//! What happened in a run?
//!
//! The journal, followed once more with an eye on each node: for people who ask afterwards.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value as Json;

use super::store::{RunRow, Store, StoreError, TickRow};
use crate::kind::Failure;
use crate::plan::graph::{Plan, Work};
use crate::run::event::{At, Decision, Ended, Event, Value};
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
    pub output: Option<Value>,
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
            output: None,
            failure: None,
        }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::Expanded { .. } => self.state = "running",
            Event::Admitted { attempt, request } => {
                self.state = "admitted";
                self.attempts = attempt.number;
                self.input = Some(request.input.clone());
                self.provider = request.provider.to_string();
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
                Decision::Reused { output, .. } => self.succeeded("cached", output),
                Decision::Computed(output) | Decision::Gathered(output) => {
                    self.succeeded("succeeded", output);
                }
                Decision::RetryAt(_) => self.state = "delayed",
                Decision::FellBack => self.state = "ready",
                Decision::GateClosed(_) => self.state = "closed",
                Decision::GaveUp => self.state = "failed",
                Decision::Broken(failure) => {
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
        Event::Expanded { at, .. } | Event::Decided { at, .. } => Some(*at),
        Event::Admitted { attempt, .. } | Event::Ended { attempt, .. } => Some(attempt.at),
        _ => None,
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
            Decision::Reused { .. } => "output taken from the cache".into(),
            Decision::Computed(_) => "computed".into(),
            Decision::Gathered(_) => "all items ended; list made".into(),
            Decision::RetryAt(at) => format!("next attempt at {at}"),
            Decision::FellBack => "fell back to the next alternative".into(),
            Decision::GateClosed(gate) => format!("gate {gate} stayed closed"),
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
        Event::Signalled { .. } => "asked to drain".into(),
        Event::Finished { outcome } => format!("finished: {}", outcome.word()),
    }
}
