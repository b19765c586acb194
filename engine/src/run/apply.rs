//! What does an event change?
//!
//! The only writer of run state; replay uses it too. It evaluates no expression and reads no clock, so old journals stay
//! readable for as long as this file understands their events.

use super::event::{At, AttemptId, Decision, Ended, Event, ScopeId, Signal, Value};
use super::node::{Change, NodeState};
use super::scope::Scope;
use super::{Damaged, Failed, RunState, Started};
use crate::expression::Expression;
use crate::kind::{Class, Failure};
use crate::plan::graph::{Gives, OnError, Otherwise, Plan};

impl RunState {
    /// Changes the state by `event`. An error means that the journal is damaged or belongs to another plan.
    pub fn apply(&mut self, plan: &Plan, event: &Event) -> Result<(), Damaged> {
        match event {
            Event::Started { run, inputs, files, facts, .. } => {
                let (run, inputs) = (run.clone(), inputs.clone());
                self.started =
                    Some(Started { run, inputs, files: files.clone(), facts: facts.clone() });
                self.next_scope = 1;
                self.open_scope(
                    plan,
                    ScopeId(0),
                    Scope::new(plan.root(), plan.body(plan.root()), None),
                );
                Ok(())
            }
            Event::Resumed { delivered, .. } => {
                self.draining = false;
                for attempt in delivered {
                    *self.open.get_mut(attempt).ok_or(Damaged::NotOpen(*attempt))? += 1;
                }
                Ok(())
            }
            Event::Expanded { at, .. } => {
                self.change(*at, Change::Expanded)?;
                self.expanded(plan, event)
            }
            Event::Admitted { attempt, request } => {
                self.change(attempt.at, Change::Admitted { attempt: attempt.number })?;
                self.requests.insert(attempt.at, request.clone());
                self.open.insert(*attempt, 1);
                Ok(())
            }
            Event::Ended { attempt, ended, .. } => self.ended(plan, *attempt, ended),
            Event::Decided { at, what } => self.decided(plan, *at, what),
            Event::Gave { scope, output } => {
                self.queues.settled.remove(scope);
                if let Err(failure) = output {
                    self.note_failure(self.scope_path(plan, *scope), failure.clone());
                }
                self.scope_ended(plan, *scope, output.as_ref().ok().cloned())
            }
            Event::Closed { scope, closing } => {
                let output = self.closing.remove(scope).ok_or(Damaged::NoScope(*scope))?;
                match closing {
                    Ok(closing) => self.copy_ended(plan, *scope, Some((output, Some(closing)))),
                    Err(failure) => {
                        self.note_failure(self.scope_path(plan, *scope), failure.clone());
                        self.copy_ended(plan, *scope, None)
                    }
                }
            }
            Event::Signalled { id, what: Signal::Drain } => {
                self.signals.insert(id.clone());
                self.draining = true;
                Ok(())
            }
            Event::Finished { outcome } => {
                self.outcome = Some(*outcome);
                Ok(())
            }
        }
    }

    fn ended(&mut self, plan: &Plan, attempt: AttemptId, ended: &Ended) -> Result<(), Damaged> {
        if self.open.remove(&attempt).is_none() {
            return Err(Damaged::NotOpen(attempt));
        }
        match ended {
            Ended::Done(output) => {
                self.tally.ran += 1;
                self.requests.remove(&attempt.at);
                self.tries.remove(&attempt.at);
                self.succeeded(plan, attempt.at, output.clone())
            }
            Ended::Failed(failure) => {
                let tries = self.tries.entry(attempt.at).or_default();
                tries.limited += u16::from(failure.class == Class::RateLimit);
                tries.last = Some(failure.clone());
                self.change(attempt.at, Change::Faltered { of: attempt.number })
            }
        }
    }

    fn decided(&mut self, plan: &Plan, at: At, what: &Decision) -> Result<(), Damaged> {
        match what {
            Decision::Skipped => {
                self.tally.skipped += 1;
                self.change(at, Change::Nulled { failed: false })?;
                self.settled(plan, at)
            }
            Decision::Reused { output, .. } => {
                self.tally.cached += 1;
                self.succeeded(plan, at, output.clone())
            }
            Decision::Computed(output) => {
                self.tally.ran += 1;
                self.succeeded(plan, at, output.clone())
            }
            Decision::Gathered(list) => {
                self.queues.gathering.remove(&at);
                self.expansions.remove(&at);
                self.succeeded(plan, at, list.clone())
            }
            Decision::RetryAt(until) => {
                self.change(at, Change::Delayed { until: *until })?;
                self.queues.delayed.insert((*until, at));
                Ok(())
            }
            Decision::FellBack => {
                let attempts = match self.state(at) {
                    Some(NodeState::Faltered { attempt } | NodeState::Ready { last: attempt }) => {
                        *attempt
                    }
                    _ => 0,
                };
                let tries = self.tries.entry(at).or_default();
                (tries.before, tries.limited) = (attempts, 0);
                tries.alternatives += 1;
                self.requests.remove(&at);
                self.change(at, Change::FellBack)
            }
            Decision::GateClosed(gate) => {
                let gate = self
                    .node(plan, at)?
                    .gates
                    .get(usize::from(*gate))
                    .ok_or(Damaged::NoNode(at))?;
                match gate.otherwise {
                    Otherwise::Skip => self.decided(plan, at, &Decision::Skipped),
                    Otherwise::Fail | Otherwise::Ask => {
                        let when = gate.when.as_ref().map_or("", Expression::text);
                        let on = &gate.on;
                        let message =
                            format!("the gate on `{on}` stayed closed: `{when}` is false");
                        self.gave_up(plan, at, Failure::new(Class::Gate, message))
                    }
                }
            }
            Decision::GaveUp => {
                self.requests.remove(&at);
                let last = self.tries.remove(&at).and_then(|tries| tries.last);
                self.gave_up(
                    plan,
                    at,
                    last.unwrap_or_else(|| Failure::new(Class::Internal, "no attempt was made")),
                )
            }
            Decision::Broken(failure) => self.gave_up(plan, at, failure.clone()),
        }
    }

    pub(super) fn succeeded(&mut self, plan: &Plan, at: At, output: Value) -> Result<(), Damaged> {
        self.change(at, Change::Succeeded { output })?;
        self.settled(plan, at)
    }

    fn gave_up(&mut self, plan: &Plan, at: At, failure: Failure) -> Result<(), Damaged> {
        self.tally.failed += 1;
        self.note_failure(self.path(plan, at), failure);
        self.failed(plan, at)
    }

    /// The node at `at` will not succeed. In a map, `on_error` is about the items, not about the map.
    pub(super) fn failed(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        let node = self.node(plan, at)?;
        if node.on_error == OnError::Skip && node.each.is_none() {
            self.change(at, Change::Nulled { failed: true })?;
            return self.settled(plan, at);
        }
        self.change(at, Change::Failed)?;
        self.scope_mut(at.scope)?.failed = true;
        self.cancel_dependents(plan, at)?;
        self.settled_once(plan, at.scope)
    }

    fn cancel_dependents(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        let mut pending: Vec<At> = self.dependents(plan, at)?;
        while let Some(dependent) = pending.pop() {
            if matches!(self.state(dependent), Some(NodeState::Blocked { .. })) {
                self.tally.cancelled += 1;
                self.change(dependent, Change::Cancelled)?;
                pending.extend(self.dependents(plan, dependent)?);
                self.scope_mut(at.scope)?.open -= 1;
            }
        }
        Ok(())
    }

    /// The node at `at` has settled well: its dependents may go on.
    fn settled(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        for dependent in self.dependents(plan, at)? {
            if matches!(self.state(dependent), Some(NodeState::Blocked { .. })) {
                self.change(dependent, Change::Settled)?;
            }
        }
        self.settled_once(plan, at.scope)
    }

    /// One more node of `scope` has settled; the last one ends it.
    fn settled_once(&mut self, plan: &Plan, id: ScopeId) -> Result<(), Damaged> {
        let scope = self.scope_mut(id)?;
        scope.open -= 1;
        if scope.open > 0 {
            return Ok(());
        }
        if scope.failed {
            return self.scope_ended(plan, id, None);
        }
        match &plan.body(scope.body).gives {
            Gives::Outputs(_) => {
                self.queues.settled.insert(id);
                Ok(())
            }
            Gives::Node(node) => {
                let output =
                    self.output(At { scope: id, node: *node }).ok_or(Damaged::NoScope(id))?;
                self.scope_ended(plan, id, Some(output))
            }
        }
    }

    pub(super) fn open_scope(&mut self, plan: &Plan, id: ScopeId, scope: Scope) {
        for (index, state) in scope.states.iter().enumerate() {
            if matches!(state, NodeState::Ready { .. }) {
                self.queues.fresh.insert(super::at(id, index));
            }
        }
        let (empty, body) = (scope.open == 0, scope.body);
        self.scopes.insert(id, scope);
        if empty && matches!(plan.body(body).gives, Gives::Outputs(_)) {
            self.queues.settled.insert(id);
        }
    }

    /// Changes one node's state, and what is derived from it.
    fn change(&mut self, at: At, change: Change) -> Result<(), Damaged> {
        let scope = self.scopes.get_mut(&at.scope).ok_or(Damaged::NoScope(at.scope))?;
        let slot = scope.states.get_mut(at.node.0 as usize).ok_or(Damaged::NoNode(at))?;
        let state = slot
            .after(change)
            .map_err(|source| Damaged::Illegal { at, source: Box::new(source) })?;
        match slot {
            NodeState::Ready { .. } => {
                self.queues.fresh.remove(&at);
                self.queues.considered.remove(&at);
                self.queues.admissible.remove(&at);
            }
            NodeState::Faltered { .. } => {
                self.queues.faltered.remove(&at);
            }
            NodeState::Delayed { until, .. } => {
                self.queues.delayed.remove(&(*until, at));
            }
            _ => {}
        }
        match state {
            NodeState::Ready { .. } => {
                self.queues.fresh.insert(at);
            }
            NodeState::Faltered { .. } => {
                self.queues.faltered.insert(at);
            }
            _ => {}
        }
        *slot = state;
        Ok(())
    }

    fn scope_mut(&mut self, id: ScopeId) -> Result<&mut Scope, Damaged> {
        self.scopes.get_mut(&id).ok_or(Damaged::NoScope(id))
    }

    fn dependents(&self, plan: &Plan, at: At) -> Result<Vec<At>, Damaged> {
        let node = self.node(plan, at)?;
        Ok(node.dependents.iter().map(|node| At { scope: at.scope, node: *node }).collect())
    }

    pub(super) fn note_failure(&mut self, path: String, failure: Failure) {
        /// Enough to understand a run by; a map of 100 000 items may fail in each.
        const MOST: usize = 100;
        if self.failures.len() < MOST {
            self.failures.push(Failed { path, failure });
        }
    }
}
