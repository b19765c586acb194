//! Why is a node that could go on not started?
//!
//! Read from the state alone: of a run that another process drives, what is known is what its journal says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::event::{At, Owner};
use super::node::NodeState;
use super::pools::Full;
use super::purse::Short;
use super::{Current, RunState, WINDOW};
use crate::money::Usd;
use crate::plan::graph::Plan;
use crate::time::Timestamp;

/// What a node that is ready, or is to be tried again, waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The run admits nothing new before it is resumed.
    Draining,
    /// The pause before its next attempt.
    Pause { until: Timestamp },
    /// As many attempts of this pool as its limit allows are under way.
    Pool { name: String },
    /// As many attempts of this pool as its rate allows began in the time before.
    Rate { name: String, until: Timestamp },
    /// A purchase of an earlier attempt may still turn out to be bought.
    Purchase,
    /// Open holds leave too little free in the account of this owner; none: the run's.
    Budget { of: Option<String>, left: Usd },
    /// A person is asked this.
    Person { ask: String },
    /// As many attempts as the engine admits ahead are admitted.
    Window,
    /// Of a map: so many of its items are not begun, because as many as its `limit` allows are under way.
    Items { waiting: u32, limit: u32 },
    /// It is not known yet whether its output is there already.
    Cache,
    /// The wallet lets the run spend no more there before open holds are given back.
    Provider { seller: String },
}

impl RunState {
    /// What `at` waits for at `now`; none, if it is not ready, or nothing is known to keep it.
    pub fn reason(&self, plan: &Plan, at: At, now: Timestamp) -> Option<Reason> {
        match self.state(at)? {
            NodeState::Waiting { .. } => {
                let ask = self.questions.get(&at)?.ask.to_string();
                return Some(Reason::Person { ask });
            }
            NodeState::InDoubt { .. } => return Some(Reason::Purchase),
            NodeState::Open { .. } => return self.waiting_items(at),
            NodeState::Ready { .. } | NodeState::Delayed { .. } => {}
            _ => return None,
        }
        if self.draining {
            return Some(Reason::Draining);
        }
        if let Some(NodeState::Delayed { until, .. }) = self.state(at)
            && *until > now
        {
            return Some(Reason::Pause { until: *until });
        }
        if self.has_open_purchase(plan, at) {
            return Some(Reason::Purchase);
        }
        if let Some((pool, full)) = self.full_pool(plan, at, now) {
            let name = plan.pools.get(pool.0 as usize)?.name.clone();
            return Some(match full {
                Full::Limit => Reason::Pool { name },
                Full::Rate(until) => Reason::Rate { name, until },
            });
        }
        if self.open.len() >= WINDOW {
            return Some(Reason::Window);
        }
        let asked = self.queues.considered.get(&at).is_some_and(|considered| considered.asked);
        if asked || self.is_asked_of_derivation(at) {
            return Some(Reason::Cache);
        }
        self.short_of_grant(at).or_else(|| self.short_of_money(plan, at))
    }

    /// What keeps further items of the map at `at` from being begun.
    fn waiting_items(&self, at: At) -> Option<Reason> {
        let expansion = self.expansions.get(&at).filter(|expansion| expansion.items.is_some())?;
        let waiting = expansion.granted.checked_sub(expansion.opened).filter(|left| *left > 0)?;
        let limit = expansion.limit;
        (expansion.active >= limit).then_some(Reason::Items { waiting, limit })
    }

    fn short_of_grant(&self, at: At) -> Option<Reason> {
        let considered = self.queues.considered.get(&at).map(|considered| &considered.request);
        let wanted = considered.or_else(|| self.requests.get(&at))?.hold?;
        let short = self.short_at_provider(at, wanted, &BTreeSet::new())?;
        (short == Short::Waits).then(|| {
            let seller = self.next_attempt_of(at).map(|attempt| self.seller(attempt));
            Reason::Provider { seller: seller.unwrap_or_default().into() }
        })
    }

    fn short_of_money(&self, plan: &Plan, at: At) -> Option<Reason> {
        let is_paid = match self.current(plan, at).ok()? {
            Current::Call { call, .. } => plan.kind(&call.kind).slots > 0,
            _ => false,
        };
        let account = self.account_of(at);
        let left = self.ledger.left(account)?;
        let wanted = self.requests.get(&at).and_then(|request| request.hold);
        let has_room = wanted.is_some_and(|wanted| self.ledger.fits(account, wanted));
        if !is_paid || has_room || self.ledger.holders().next().is_none() {
            return None;
        }
        let of = match self.accounts().find(|(id, _)| *id == account)?.1 {
            Owner::Run => None,
            Owner::Node(at) => Some(self.path(plan, at)),
            Owner::Item(scope) => Some(self.scope_path(plan, scope)),
            Owner::Undo(at) => Some(format!("{} (undo)", self.path(plan, at))),
        };
        Some(Reason::Budget { of, left })
    }

    /// The nodes that could go on and are known to wait, by path.
    pub fn reasons(&self, plan: &Plan, now: Timestamp) -> BTreeMap<String, Reason> {
        if self.outcome.is_some() {
            return BTreeMap::new();
        }
        let all = self
            .scopes
            .iter()
            .flat_map(|(id, scope)| (0..scope.states.len()).map(|index| super::at(*id, index)));
        all.filter_map(|at| Some((self.path(plan, at), self.reason(plan, at, now)?))).collect()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draining => {
                write!(f, "the run was stopped, and admits nothing new before it is resumed")
            }
            Self::Pause { until } => write!(f, "its next attempt is made at {until}"),
            Self::Pool { name } => {
                write!(f, "the pool `{name}` has no place: its limit is under way")
            }
            Self::Rate { name, until } => {
                write!(f, "the pool `{name}` has no place before {until}, by its rate")
            }
            Self::Purchase => write!(f, "it may have bought something: `flow jobs` tells what"),
            Self::Budget { of: None, left } => {
                write!(f, "{left} of the run's budget are free while others hold the rest")
            }
            Self::Budget { of: Some(path), left } => {
                write!(f, "{left} of the budget of `{path}` are free while others hold the rest")
            }
            Self::Person { ask } => write!(f, "a person is asked: {ask}"),
            Self::Items { waiting, limit } => {
                write!(f, "{waiting} of its items are not begun: `limit: {limit}` are under way")
            }
            Self::Cache => write!(f, "it is asked whether its output is there already"),
            Self::Provider { seller } => {
                write!(f, "others hold what the project's wallet leaves at `{seller}`")
            }
            Self::Window => write!(f, "as many attempts as are admitted ahead are admitted"),
        }
    }
}
