//! When is a body tried again as a whole, and what ends it in time?
//!
//! Its `retry`, `timeout` and `fallback` are about one copy of it. Part of `apply`, but for the taking up.

use super::event::At;
use super::node::{Change, NodeState};
use super::scope::Expansion;
use super::{Damaged, RunState};
use crate::kind::{Class, Failure};
use crate::plan::graph::Plan;
use crate::time::Timestamp;

impl RunState {
    /// The bodies whose time to be tried again has come are looked at like any other that is ready.
    pub(super) fn take_up_bodies(&mut self, now: Timestamp) {
        while let Some(due) = self.queues.later.first().copied().filter(|due| due.0 <= now) {
            self.queues.later.remove(&due);
            self.queues.fresh.insert(due.1);
        }
    }

    /// The copies of `at` are gone.
    pub(super) fn end_expansion(&mut self, at: At) -> Option<Expansion> {
        let expansion = self.expansions.remove(&at)?;
        if let Some(until) = expansion.until {
            self.queues.expiring.remove(&(until, at));
        }
        Some(expansion)
    }

    /// All copies of `at` have ended, and it failed: it may be tried again, or have alternatives.
    pub(super) fn body_failed(
        &mut self,
        plan: &Plan,
        at: At,
        cause: Option<Box<Failure>>,
    ) -> Result<(), Damaged> {
        let node = self.node(plan, at)?;
        let goes_on = node.is_tried_as_a_whole()
            && (node.retry.attempts > 1 || !node.fallback.is_empty())
            && !self.is_winding(at);
        let (true, Some(NodeState::Open { attempt })) = (goes_on, self.state(at)) else {
            return self.failed(plan, at, cause);
        };
        let attempt = *attempt;
        // What failed in it is told again if nothing helps.
        let path = self.path(plan, at);
        let inside = |failed: &str| {
            // A body that is one call shares its path.
            let rest = failed.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#']))
        };
        self.failures.retain(|failed| !inside(&failed.path));
        let unnamed = || Box::new(Failure::new(Class::Internal, "its body failed"));
        let failure = *cause.unwrap_or_else(unnamed);
        let tries = self.tries.entry(at).or_default();
        tries.limited += u16::from(failure.class == Class::RateLimit);
        tries.last = Some(failure);
        self.change(at, Change::Faltered { of: attempt })
    }

    /// The time of the body at `at` is over: nothing new starts in it. Whoever executes its attempts ends them.
    pub(super) fn timed_out(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        let Some(expansion) = self.expansions.get_mut(&at) else { return Ok(()) };
        if let Some(until) = expansion.until {
            self.queues.expiring.remove(&(until, at));
        }
        let message = "no end of its body within its `timeout`";
        expansion.cause = Some(Box::new(
            Failure::new(Class::Timeout, message).help("raise `timeout:`, or give it less to do"),
        ));
        self.wind_down_node(plan, at)
    }

    /// When the time of the bodies around `at` is over, the first of them.
    pub fn ends_by(&self, at: At) -> Option<Timestamp> {
        let mut scope = at.scope;
        let mut first: Option<Timestamp> = None;
        while let Some((parent, _)) = self.scopes.get(&scope).and_then(|scope| scope.parent) {
            let until = self.expansions.get(&parent).and_then(|expansion| expansion.until);
            first = [first, until].into_iter().flatten().min();
            scope = parent.scope;
        }
        first
    }
}
