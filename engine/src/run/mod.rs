//! Stage 3: a plan and events, and what is to be done next.
//!
//! One pure function decides, and its decisions are events. No async, no I/O, no clock, no randomness: whoever calls
//! [`RunState::tick`] stores the events, makes them durable, and only then acts on them.

pub mod event;
pub mod ledger;
pub mod library;
pub mod node;

mod apply;
mod copies;
mod decide;
mod fingerprint;
mod retry;
mod scope;
mod sight;
#[cfg(test)]
mod simulation;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use crate::expression::Template;
use crate::kind::Failure;
use crate::name::{Digest, RunId};
use crate::plan::graph::{
    Alternative, Approve, BodyIndex, Call, Gives, Node, NodeIndex, Plan, Retry, Work,
};
use crate::time::Timestamp;
use event::{Ask, At, AttemptId, Decision, Ended, Event, Outcome, Request, ScopeId, Seen, Value};
use library::{Library, Lost};
use node::{IllegalTransition, NodeState};
use scope::{Expansion, Scope};

/// Attempts that may be admitted and not ended at any time. What executes at once is the host's affair.
pub const WINDOW: usize = 1024;

/// One execution of a plan: what its events say, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    started: Option<Started>,
    scopes: HashMap<ScopeId, Scope>,
    expansions: HashMap<At, Expansion>,
    next_scope: u32,
    /// Admitted, and not ended; and how often handed out.
    open: BTreeMap<AttemptId, u32>,
    /// Of nodes that are admitted or delayed.
    requests: HashMap<At, Request>,
    /// Of nodes of which an attempt has failed.
    tries: HashMap<At, Tries>,
    /// Copies that are over, with what they gave, before it is asked what that means for the next.
    closing: BTreeMap<ScopeId, Value>,
    queues: Queues,
    signals: BTreeSet<Box<str>>,
    draining: bool,
    tally: Tally,
    failures: Vec<Failed>,
    end: Option<End>,
    outcome: Option<Outcome>,
}

/// What a tick decided. Nothing of it may be acted upon before `events` are durable.
#[derive(Clone, Debug, Default)]
pub struct Tick {
    pub events: Vec<Event>,
    /// Cache look-ups, to be answered by [`Seen::Cached`].
    pub asks: Vec<Ask>,
    /// Outputs that may be used again, by their fingerprints.
    pub learned: Vec<(Digest, Value)>,
    /// When to come again, if nothing is seen before.
    pub wake: Option<Timestamp>,
    pub outcome: Option<Outcome>,
}

/// How many nodes ended how. Bodies and maps are not counted, what stands in them is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    pub ran: u64,
    pub cached: u64,
    pub skipped: u64,
    pub failed: u64,
    pub cancelled: u64,
    /// Items of maps left out by `on_error: drop`.
    pub dropped: u64,
}

/// What is done at one instance of a node.
#[derive(Clone, Copy, Debug)]
pub enum Current<'a> {
    Call { call: &'a Call, retry: &'a Retry, timeout: Option<Duration> },
    Value(&'a Template),
    Body(BodyIndex),
    Approve(&'a Approve),
}

/// A node that failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    pub path: String,
    pub failure: Failure,
}

/// A journal that cannot be followed: damaged, or of another plan.
#[derive(Debug, thiserror::Error)]
pub enum Damaged {
    #[error("the journal names {0:?}, which is not there")]
    NoScope(ScopeId),
    #[error("the journal names {0:?}, which the plan does not have")]
    NoNode(At),
    #[error("the journal opens a body of {0:?}, which has none")]
    NotABody(At),
    #[error("the journal ends {0:?}, which is not open")]
    NotOpen(AttemptId),
    #[error("the journal cannot be followed at {at:?}")]
    Illegal {
        at: At,
        #[source]
        source: Box<IllegalTransition>,
    },
    #[error(transparent)]
    Lost(#[from] Lost),
}

#[derive(Clone, Debug)]
struct Started {
    run: RunId,
    inputs: Value,
    files: Value,
    facts: Value,
}

#[derive(Clone, Debug)]
enum End {
    Gave(Value),
    Failed,
}

#[derive(Clone, Debug, Default)]
struct Tries {
    /// Attempts of what it fell back from.
    before: u16,
    /// So many alternatives took its place.
    alternatives: u8,
    limited: u16,
    last: Option<Failure>,
}

/// What waits for a decision; all of it follows from the states, but for `considered`.
#[derive(Clone, Debug, Default)]
struct Queues {
    /// Ready, and not looked at yet.
    fresh: BTreeSet<At>,
    /// Ready and looked at: the cache is asked, or there is no room in the window. Forgotten at a restart.
    considered: BTreeMap<At, Considered>,
    /// Those among them that only wait for room.
    admissible: BTreeSet<At>,
    faltered: BTreeSet<At>,
    delayed: BTreeSet<(Timestamp, At)>,
    /// Scopes whose outputs can be read.
    settled: BTreeSet<ScopeId>,
    /// Maps whose copies have all ended.
    gathering: BTreeSet<At>,
}

#[derive(Clone, Debug)]
struct Considered {
    request: Request,
    /// The cache has not answered yet.
    asked: bool,
}

impl RunState {
    /// Judges what was seen, then decides until nothing more can be decided. Pure; costs O(changes).
    pub fn tick(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        seen: Vec<Seen>,
        now: Timestamp,
    ) -> Result<Tick, Damaged> {
        let mut tick = Tick::default();
        for seen in seen {
            if let Some(event) = self.judge(seen) {
                tick.learned.extend(self.learned(&event));
                self.apply(plan, &event)?;
                tick.events.push(event);
            }
        }
        while let Some(event) = self.next(plan, library, now, &mut tick.asks)? {
            self.apply(plan, &event)?;
            tick.events.push(event);
        }
        tick.wake = self.queues.delayed.first().map(|(until, _)| *until).filter(|_| !self.draining);
        tick.outcome = self.outcome;
        Ok(tick)
    }

    /// What a fact means; none, if it comes too late or twice.
    fn judge(&mut self, seen: Seen) -> Option<Event> {
        match seen {
            Seen::Resumed { epoch } => {
                Some(Event::Resumed { epoch, delivered: self.open.keys().copied().collect() })
            }
            Seen::Ended { attempt, ended, took } => {
                self.open.contains_key(&attempt).then_some(Event::Ended { attempt, ended, took })
            }
            Seen::Cached { at, output: Some(output) } => {
                let considered =
                    self.queues.considered.get(&at).filter(|considered| considered.asked)?;
                let fingerprint = considered.request.fingerprint?;
                Some(Event::Decided { at, what: Decision::Reused { output, fingerprint } })
            }
            Seen::Cached { at, output: None } => {
                if let Some(considered) = self.queues.considered.get_mut(&at) {
                    considered.asked = false;
                    self.queues.admissible.insert(at);
                }
                None
            }
            Seen::Signal { id, what } => (self.outcome.is_none() && !self.signals.contains(&id))
                .then_some(Event::Signalled { id, what }),
            Seen::Due => None,
        }
    }

    /// The output of an attempt that may be used again.
    fn learned(&self, event: &Event) -> Option<(Digest, Value)> {
        match event {
            Event::Ended { attempt, ended: Ended::Done(output), .. } => {
                Some((self.requests.get(&attempt.at)?.fingerprint?, output.clone()))
            }
            _ => None,
        }
    }

    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The nodes that failed for good, the first hundred.
    pub fn failures(&self) -> &[Failed] {
        &self.failures
    }

    pub fn is_draining(&self) -> bool {
        self.draining
    }

    /// What the pipeline's `outputs` gave; none before its end, or if it failed.
    pub fn result(&self) -> Option<&Value> {
        match &self.end {
            Some(End::Gave(output)) => Some(output),
            _ => None,
        }
    }

    pub fn run(&self) -> Option<&RunId> {
        self.started.as_ref().map(|started| &started.run)
    }

    /// What the open attempt of `at` is asked to do.
    pub fn request(&self, at: At) -> Option<&Request> {
        self.requests.get(&at)
    }

    /// How often an open attempt was handed out.
    pub fn delivery(&self, attempt: AttemptId) -> Option<u32> {
        self.open.get(&attempt).copied()
    }

    /// Where one instance of a node stands; none, if it is not there: not yet, or not any more.
    pub fn state(&self, at: At) -> Option<&NodeState> {
        self.scopes.get(&at.scope)?.states.get(at.node.0 as usize)
    }

    /// The plan's node of which `at` is an instance.
    pub fn node<'a>(&self, plan: &'a Plan, at: At) -> Result<&'a Node, Damaged> {
        let scope = self.scopes.get(&at.scope).ok_or(Damaged::NoScope(at.scope))?;
        plan.body(scope.body).nodes.get(at.node.0 as usize).ok_or(Damaged::NoNode(at))
    }

    /// What is done at `at` now: the node's own call, or the alternative that took its place.
    pub fn current<'a>(&self, plan: &'a Plan, at: At) -> Result<Current<'a>, Damaged> {
        let node = self.node(plan, at)?;
        let alternatives = self.tries.get(&at).map_or(0, |tries| tries.alternatives);
        let alternative =
            usize::from(alternatives).checked_sub(1).and_then(|index| node.fallback.get(index));
        Ok(match (alternative, &node.work) {
            (Some(Alternative::Call { call, retry, timeout }), _) => {
                Current::Call { call, retry, timeout: *timeout }
            }
            (Some(Alternative::Value(value)), _) => Current::Value(value),
            (None, Work::Call(call)) => {
                Current::Call { call, retry: &node.retry, timeout: node.timeout }
            }
            (None, Work::Body(body) | Work::Pipeline { body, .. }) => Current::Body(*body),
            (None, Work::Approve(approve)) => Current::Approve(approve),
        })
    }

    /// What dependents of `at` read, if it has settled well.
    fn output(&self, at: At) -> Option<Value> {
        match self.state(at)? {
            NodeState::Succeeded { output } => Some(output.clone()),
            NodeState::Null { .. } => Some(Value::null()),
            _ => None,
        }
    }

    /// Where `at` stands, as people read it: `scenes[s-3]/picture`.
    pub fn path(&self, plan: &Plan, at: At) -> String {
        let Some(scope) = self.scopes.get(&at.scope) else {
            return String::new();
        };
        let body = plan.body(scope.body);
        let prefix = self.scope_path(plan, at.scope);
        // A map of one node has no body in its file: the copy is all there is.
        if matches!(body.gives, Gives::Node(_)) {
            return prefix;
        }
        let name = body.nodes.get(at.node.0 as usize).map_or("", |node| node.name.as_str());
        if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
    }

    /// Where a scope stands: empty for the pipeline's own, else the node with the copy's key.
    fn scope_path(&self, plan: &Plan, id: ScopeId) -> String {
        let Some((parent, copy)) = self.scopes.get(&id).and_then(|scope| scope.parent) else {
            return String::new();
        };
        let path = self.path(plan, parent);
        match self.expansions.get(&parent) {
            Some(Expansion { items: Some(_), keys, .. }) => {
                match keys.as_ref().and_then(|keys| keys.get(copy as usize)) {
                    Some(key) => format!("{path}[{key}]"),
                    None => format!("{path}[{copy}]"),
                }
            }
            _ => path,
        }
    }
}

fn at(scope: ScopeId, index: usize) -> At {
    At { scope, node: NodeIndex(u32::try_from(index).expect("a body has far fewer nodes")) }
}
