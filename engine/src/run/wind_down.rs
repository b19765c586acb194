//! How does a run, or a part of it, end early?
//!
//! Nothing new starts; what is under way lands. Cancelled, out of budget, out of time: the scope fails once its last
//! attempt has ended. Part of `apply`: it follows from events alone.

use super::event::{At, ScopeId};
use super::node::{Change, NodeState};
use super::{Damaged, RunState};
use crate::plan::graph::Plan;

impl RunState {
    /// Cancels all in `scope` that has not started, and lets it fail when the rest has ended.
    pub(super) fn wind_down(&mut self, plan: &Plan, id: ScopeId) -> Result<(), Damaged> {
        let Some(scope) = self.scopes.get_mut(&id) else { return Ok(()) };
        (scope.failed, scope.winding) = (true, true);
        let count = scope.states.len();
        for index in 0..count {
            let at = super::at(id, index);
            match self.state(at) {
                Some(NodeState::Open { .. }) => self.wind_down_node(plan, at)?,
                Some(
                    NodeState::Blocked { .. }
                    | NodeState::Ready { .. }
                    | NodeState::Delayed { .. }
                    | NodeState::Faltered { .. }
                    | NodeState::Waiting { .. }
                    | NodeState::InDoubt { .. },
                ) => self.cancel(at)?,
                _ => {}
            }
        }
        // Its copies may have ended it already.
        match self.scopes.get(&id) {
            Some(scope) if scope.open == 0 && !scope.over => self.scope_ended(plan, id, None),
            _ => Ok(()),
        }
    }

    /// Winds down all that a node has under way; it fails at the end.
    pub(super) fn wind_down_node(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        let Some(expansion) = self.expansions.get_mut(&at) else { return Ok(()) };
        expansion.failed = true;
        let copies = expansion.first.0..expansion.first.0 + expansion.opened;
        if expansion.active == 0 {
            // Its list is made, or was about to be.
            self.queues.gathering.remove(&at);
            let cause = self.end_expansion(at).and_then(|expansion| expansion.cause);
            return self.failed(plan, at, cause);
        }
        for copy in copies {
            self.closing
                .remove(&ScopeId(copy))
                .map_or(Ok(()), |_| self.copy_ended(plan, ScopeId(copy), None))?;
            self.wind_down(plan, ScopeId(copy))?;
        }
        Ok(())
    }

    /// What has not started never will.
    fn cancel(&mut self, at: At) -> Result<(), Damaged> {
        let next = self.next_attempt_of(at);
        self.tally.cancelled += 1;
        self.change(at, Change::Cancelled)?;
        if let Some(attempt) = next {
            self.may_release(attempt); // Held, and not admitted: the window was full.
        }
        self.give_up_flight(at);
        self.requests.remove(&at);
        self.tries.remove(&at);
        if let Some(scope) = self.scopes.get_mut(&at.scope) {
            scope.open -= 1;
        }
        Ok(())
    }

    /// Whether nothing new is tried where `at` stands.
    pub(super) fn is_winding(&self, at: At) -> bool {
        self.scopes.get(&at.scope).is_some_and(|scope| scope.winding)
    }
}
