//! Stage 3: a plan and events, and what is to be done next.
//!
//! One pure function decides, and its decisions are events. No async, no I/O, no clock, no randomness: whoever calls
//! [`RunState::tick`] stores the events, makes them durable, and only then acts on them.

pub mod event;
pub mod ledger;
pub mod library;
pub mod node;
pub mod purchase;
pub mod purse;
pub mod reason;
pub mod reopen;

mod again;
mod apply;
mod approval;
mod copies;
mod decide;
mod derivation;
mod fingerprint;
mod flight;
mod line;
mod look;
mod money;
mod path;
mod pools;
mod question;
mod retry;
mod scope;
mod sight;
#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
mod undo;
mod view;
mod wind_down;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use crate::kind::Failure;
use crate::kind::purchase::{By, Step};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::{Cache, NodeIndex, Plan};
use crate::time::Timestamp;
use approval::Approvals;
use event::{
    Ask, At, AttemptId, Decision, Ended, Event, Outcome, PurchaseId, Question, Request, Rest,
    ScopeId, Seen, Signal, Value,
};
use ledger::{Ledger, Unbookable};
use library::{Library, Lost};
use line::Lines;
use money::Accounts;
use node::IllegalTransition;
use pools::Pools;
use purchase::{Purchases, Receipt};
use purse::Purse;
use reopen::Reopened;
use scope::{Expansion, Scope};
use undo::Undo;
pub use view::{Current, Task};

/// Attempts that may be admitted and not ended at any time. What executes at once is the host's affair.
pub const WINDOW: usize = 1024;

/// One execution of a plan: what its events say, and nothing else.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    started: Option<Started>,
    scopes: FxHashMap<ScopeId, Scope>,
    expansions: FxHashMap<At, Expansion>,
    next_scope: u32,
    /// Admitted, and not ended; and how often handed out.
    open: BTreeMap<AttemptId, u32>,
    /// Of nodes that are admitted or delayed.
    requests: FxHashMap<At, Request>,
    /// Of nodes of which an attempt has failed.
    tries: FxHashMap<At, Tries>,
    /// Copies that are over, with what they gave, before it is asked what that means for the next.
    closing: BTreeMap<ScopeId, Value>,
    queues: Queues,
    signals: BTreeSet<Box<str>>,
    draining: bool,
    /// By whom.
    cancelled: Option<Box<str>>,
    /// The run's own account had no room, and ended it.
    budget_ended: bool,
    /// What executes is to be ended as soon as it can be without loss.
    stopping: bool,
    /// Versions of kinds that a person accepted in place of the planned ones.
    accepted: BTreeMap<Box<str>, u32>,
    ledger: Ledger,
    accounts: Accounts,
    purchases: Purchases,
    purse: Purse,
    questions: BTreeMap<At, Question>,
    approvals: Approvals,
    /// What is undone if the run fails, the last first.
    undos: Vec<Undo>,
    /// A person opened their gates.
    let_in: BTreeSet<At>,
    /// Open attempts that cost money.
    open_paid: usize,
    /// Who makes the output of a fingerprint just now.
    flights: FxHashMap<Digest, At>,
    lines: Lines,
    pools: Pools,
    reopened: Reopened,
    tally: Tally,
    failures: Vec<Failed>,
    end: Option<End>,
    outcome: Option<Outcome>,
    /// Of each node of the pipeline itself; empty where nothing could be spared. Computed in each life of the run.
    derivations: Vec<Option<Digest>>,
    derived: Derived,
    /// Nodes of the pipeline itself that have succeeded in this tick.
    gave: Vec<NodeIndex>,
}

/// Whether the ancestors of what is known may be spared. Nothing of it is recorded but the decisions.
#[derive(Clone, Debug, Default)]
enum Derived {
    #[default]
    Unasked,
    /// The cache is asked about each of these nodes, and was found to have some.
    Asked { open: BTreeSet<NodeIndex>, found: BTreeMap<NodeIndex, Value> },
    /// What is left to be said of nodes that are known or spared.
    Told(VecDeque<Event>),
}

/// What a tick decided. Nothing of it may be acted upon before `events` are durable.
#[derive(Clone, Debug, Default)]
pub struct Tick {
    pub events: Vec<Event>,
    /// Cache look-ups, to be answered by [`Seen::Cached`].
    pub asks: Vec<Ask>,
    /// One for each [`Seen::Purchase`], in order.
    pub receipts: Vec<Receipt>,
    /// Signals that mean nothing, and why.
    pub refused: Vec<(Box<str>, String)>,
    /// What it waits for, if it has nothing else to do.
    pub rest: Option<Rest>,
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
    #[error("the journal goes on with {0:?}, which was never claimed")]
    NoPurchase(PurchaseId),
    #[error(transparent)]
    Unbookable(#[from] Unbookable),
    #[error(transparent)]
    Lost(#[from] Lost),
}

#[derive(Clone, Debug)]
struct Started {
    run: RunId,
    inputs: Value,
    files: Value,
    facts: Value,
    limit: Option<Usd>,
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
    /// Bodies that are tried again then.
    later: BTreeSet<(Timestamp, At)>,
    /// Bodies whose time is over then.
    expiring: BTreeSet<(Timestamp, At)>,
    /// Scopes whose outputs can be read.
    settled: BTreeSet<ScopeId>,
    /// Maps whose copies have all ended.
    gathering: BTreeSet<At>,
    /// Succeeded, and it is not known yet how they are undone.
    undoable: BTreeSet<At>,
    /// When questions are answered by themselves.
    deadlines: BTreeSet<(Timestamp, At)>,
    /// Ready, and waiting for another node that makes the same output. Forgotten at a restart.
    followers: FxHashMap<Digest, BTreeSet<At>>,
    /// Followers whose output is there.
    served: Vec<(At, Digest, Value)>,
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
            for event in self.judge(plan, library, seen, now, &mut tick)? {
                tick.learned.extend(self.learned(plan, &event));
                self.apply(plan, &event)?;
                tick.events.push(event);
            }
        }
        self.derive(plan, library, &mut tick.asks)?;
        while let Some(event) = self.next(plan, library, now, &mut tick.asks)? {
            self.apply(plan, &event)?;
            tick.events.push(event);
        }
        tick.learned.extend(self.learned_by_derivation(plan));
        let queues = &self.queues;
        let due = [&queues.delayed, &queues.deadlines, &queues.later, &queues.expiring];
        let due = due.into_iter().filter_map(|queue| queue.first()).map(|(until, _)| *until);
        let due = due.chain(self.next_turn(plan, now)).min();
        tick.wake = due.filter(|_| !self.draining);
        tick.rest = self.rest();
        tick.outcome = self.outcome;
        Ok(tick)
    }

    /// What a fact means; none, if it comes too late or twice.
    fn judge(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        seen: Seen,
        now: Timestamp,
        tick: &mut Tick,
    ) -> Result<Vec<Event>, Damaged> {
        Ok(match seen {
            Seen::Resumed { epoch } => {
                vec![Event::Resumed { epoch, delivered: self.open.keys().copied().collect() }]
            }
            Seen::Ended { attempt, ended, took } => {
                let is_open = self.open.contains_key(&attempt);
                if is_open { vec![Event::Ended { attempt, ended, took }] } else { vec![] }
            }
            Seen::Purchase { purchase, step } => {
                let (events, receipt) = self.judge_purchase(plan, purchase, step, now);
                tick.receipts.push(receipt);
                events
            }
            Seen::Cached { at, output } if self.is_asked_of_derivation(at) => {
                self.told_of_derivation(plan, at, output);
                vec![]
            }
            Seen::Cached { at, output: Some(output) } => {
                let asked = self.queues.considered.get(&at).filter(|considered| considered.asked);
                let fingerprint = asked.and_then(|considered| considered.request.fingerprint);
                let reused = |fingerprint| Decision::Reused { output, fingerprint };
                let event = |what| Event::Decided { at, what };
                fingerprint.map(reused).map(event).into_iter().collect()
            }
            Seen::Cached { at, output: None } => {
                if let Some(considered) = self.queues.considered.get_mut(&at) {
                    considered.asked = false;
                    let hold = considered.request.hold;
                    self.may_be_admitted(at, hold);
                }
                vec![]
            }
            Seen::Signal { id, what } => self.signalled(plan, library, id, what, now, tick)?,
            Seen::Due => vec![],
        })
    }

    /// What a person's or another process's word means; it counts once.
    fn signalled(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        id: Box<str>,
        what: Signal,
        now: Timestamp,
        tick: &mut Tick,
    ) -> Result<Vec<Event>, Damaged> {
        if self.signals.contains(&id) {
            return Ok(vec![]);
        }
        let (purchase, step) = match &what {
            Signal::Drain | Signal::Cancel { .. } if self.outcome.is_some() => return Ok(vec![]),
            Signal::Answer { node, answer } => {
                let judged = self.judge_answer(plan, library, &id, (node, answer), now)?;
                return Ok(judged.map_or_else(
                    |why| {
                        tick.refused.push((id, why));
                        vec![]
                    },
                    |event| vec![event],
                ));
            }
            Signal::Reopen(_) if self.outcome.is_none() => {
                tick.refused.push((id, "it has not ended: resume it first".into()));
                return Ok(vec![]);
            }
            Signal::Drain | Signal::Cancel { .. } | Signal::Reopen(_) | Signal::Accept { .. } => {
                return Ok(vec![Event::Signalled { id, what }]);
            }
            Signal::Adopt { purchase, job, by } => {
                let by = By::Person(by.clone());
                (*purchase, Step::Accepted { job: job.clone(), by })
            }
            Signal::Lost { purchase, by } => (*purchase, self.given_up(*purchase, by)),
        };
        let (mut events, receipt) = self.judge_purchase(plan, purchase, step, now);
        if receipt == Receipt::NotYours {
            tick.refused
                .push((id, "it is not this purchase's job, or there is no such purchase".into()));
        } else {
            events.insert(0, Event::Signalled { id, what });
        }
        Ok(events)
    }

    /// What the run waits for, if nothing is under way and nothing will be by itself.
    fn rest(&self) -> Option<Rest> {
        let asked = || self.queues.considered.values().any(|considered| considered.asked);
        let busy = self.outcome.is_some() || !self.open.is_empty() || self.draining || asked();
        let busy = busy || matches!(self.derived, Derived::Asked { .. });
        let due = [&self.queues.delayed, &self.queues.later, &self.queues.expiring];
        if busy || due.iter().any(|queue| !queue.is_empty()) || self.pools.waiting() > 0 {
            return None;
        }
        if self.questions.is_empty() { Some(Rest::Doubt) } else { Some(Rest::Person) }
    }

    /// Where it may wait for room: in the window, or for money.
    fn may_be_admitted(&mut self, at: At, hold: Option<Usd>) {
        match hold {
            None => drop(self.queues.admissible.insert(at)),
            Some(amount) => {
                let account = self.account_of(at);
                self.lines.join(at, line::Want { account, amount, use_: line::Use::Hold });
            }
        }
    }

    /// The output of an attempt that may be used again.
    fn learned(&self, plan: &Plan, event: &Event) -> Option<(Digest, Value)> {
        match event {
            Event::Ended { attempt, ended: Ended::Done(output), .. } => {
                let off = self.node(plan, attempt.at).is_ok_and(|node| node.cache == Cache::Off);
                let request = self.requests.get(&attempt.at).filter(|_| !off)?;
                Some((request.fingerprint?, output.clone()))
            }
            _ => None,
        }
    }
}

fn at(scope: ScopeId, index: usize) -> At {
    At { scope, node: NodeIndex(u32::try_from(index).expect("a body has far fewer nodes")) }
}
