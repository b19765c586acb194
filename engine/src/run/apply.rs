//! What does an event change?
//!
//! The only writer of run state; replay uses it too. It evaluates no expression and reads no clock, so old journals stay
//! readable for as long as this file understands their events.

use super::event::{At, AttemptId, Decision, Ended, Entry, Event, Owner, ScopeId, Signal, Value};
use super::node::{Change, NodeState};
use super::scope::Scope;
use super::{Current, Damaged, Failed, RunState, Started};
use crate::expression::Expression;
use crate::kind::{Class, Failure};
use crate::money::Usd;
use crate::plan::graph::{Gives, OnError, Otherwise, Plan};

impl RunState {
    /// Changes the state by `event`. An error means that the journal is damaged or belongs to another plan.
    pub fn apply(&mut self, plan: &Plan, event: &Event) -> Result<(), Damaged> {
        match event {
            Event::Started { .. } => {
                self.begun(plan, event);
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
            Event::Admitted { attempt, request, began } => {
                self.change(attempt.at, Change::Admitted { attempt: attempt.number })?;
                self.requests.insert(attempt.at, request.clone());
                self.reopened.admitted(attempt.at, attempt.number);
                self.takes_pools(plan, *attempt, *began);
                self.opened_attempt(*attempt, 1);
                Ok(())
            }
            Event::TakenUp { attempt } => {
                self.purchases.releasable.remove(attempt);
                self.change(attempt.at, Change::TakenUp { attempt: attempt.number })?;
                self.takes_pools(plan, *attempt, None);
                self.opened_attempt(*attempt, 2);
                Ok(())
            }
            Event::Opened { .. } => self.account_opened(event),
            Event::Money(entry) => self.book_entry(entry),
            Event::Purchase { purchase, step, at } => self.purchase_went(*purchase, step, *at),
            Event::Undoable { at, request } => self.undo_is_known(plan, *at, request),
            Event::Undoing { attempt } => {
                self.reopened.is_undone = true;
                self.open.insert(*attempt, 1);
                Ok(())
            }
            Event::Asked { at, question } => self.asked(*at, question),
            Event::Answered { at, id, verdict } => {
                self.signals.extend(id.clone());
                self.answered(plan, *at, verdict)
            }
            Event::Exceeded { at, account, quote, free, then } => {
                let failure = over_budget(*quote, *free);
                self.exceeded(plan, *at, *account, *then, failure)
            }
            Event::Ended { attempt, ended, .. } => self.ended(plan, *attempt, ended),
            Event::Decided { at, what } => self.decided(plan, *at, what),
            Event::Gave { scope, output } => {
                self.queues.settled.remove(scope);
                if let Err(failure) = output {
                    self.scope_mut(*scope)?.cause = Some(Box::new(failure.clone()));
                    self.note_failure(self.scope_path(plan, *scope), failure.clone());
                }
                self.scope_ended(plan, *scope, output.as_ref().ok().cloned())
            }
            Event::Closed { scope, closing } => {
                let output = self.closing.remove(scope).ok_or(Damaged::NoScope(*scope))?;
                match closing {
                    Ok(closing) => self.copy_ended(plan, *scope, Some((output, Some(closing)))),
                    Err(failure) => {
                        self.scope_mut(*scope)?.cause = Some(Box::new(failure.clone()));
                        self.note_failure(self.scope_path(plan, *scope), failure.clone());
                        self.copy_ended(plan, *scope, None)
                    }
                }
            }
            Event::Signalled { id, what } => {
                self.signals.insert(id.clone());
                match what {
                    Signal::Drain => self.draining = true,
                    Signal::Cancel { by } if self.end.is_none() => {
                        self.cancelled = Some(by.clone());
                        self.stopping = true;
                        self.wind_down(plan, ScopeId(0))?;
                    }
                    Signal::Reopen(what) => self.reopen(plan, what)?,
                    Signal::Accept { kind, version, .. } => {
                        self.accepted.insert(kind.clone(), *version);
                    }
                    // What it means follows as an event of its own.
                    _ => {}
                }
                Ok(())
            }
            Event::Finished { outcome } => {
                self.outcome = Some(*outcome);
                Ok(())
            }
        }
    }

    fn begun(&mut self, plan: &Plan, event: &Event) {
        let Event::Started { run, inputs, files, facts, limit, granted, .. } = event else {
            return;
        };
        self.started = Some(Started {
            run: run.clone(),
            inputs: inputs.clone(),
            files: files.clone(),
            facts: facts.clone(),
            limit: *limit,
        });
        self.purse.granted = granted.clone();
        self.next_scope = 1;
        let scope = Scope::new(plan.root(), plan.body(plan.root()), None);
        self.open_scope(plan, ScopeId(0), scope);
    }

    fn ended(&mut self, plan: &Plan, attempt: AttemptId, ended: &Ended) -> Result<(), Damaged> {
        if self.is_undo(attempt) {
            self.undone(attempt, ended);
            return Ok(());
        }
        if self.open.remove(&attempt).is_none() {
            return Err(Damaged::NotOpen(attempt));
        }
        self.leaves_pools(plan, attempt);
        self.ended_flight(attempt, ended);
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

    /// There is no money for the next attempt at `at`.
    fn lacked(&mut self, at: At, failure: Failure) -> Result<(), Damaged> {
        let attempt = self.next_attempt_of(at).map_or(0, |attempt| attempt.number - 1);
        self.tries.entry(at).or_default().last = Some(failure);
        self.change(at, Change::Faltered { of: attempt })
    }

    fn account_opened(&mut self, event: &Event) -> Result<(), Damaged> {
        let Event::Opened { owner, account, parent, limit, allotment } = *event else {
            return Ok(());
        };
        self.accounts.opened(owner, account);
        if let Owner::Node(at) | Owner::Undo(at) = owner {
            // It is looked at again, now that it has an account.
            self.unline(at);
            self.queues.fresh.insert(at);
        }
        self.book_entry(&Entry::Opened { account, parent, limit, allotment })
    }

    /// Changes the accounts, and what follows from them.
    pub(super) fn book_entry(&mut self, entry: &Entry) -> Result<(), Damaged> {
        if let Entry::Settled { purchase, bill }
        | Entry::Corrected { purchase, bill }
        | Entry::Late { purchase, bill, .. } = entry
        {
            let former = self.ledger.bill(*purchase);
            self.ledger.book(entry)?;
            self.billed(*purchase, former, *bill);
            self.purchases.unbooked.remove(purchase);
            self.lines.freed();
            return Ok(());
        }
        self.ledger.book(entry)?;
        match entry {
            Entry::Released { attempt } => {
                self.purchases.releasable.remove(attempt);
            }
            Entry::Closed { account } => {
                self.accounts.closable.remove(account);
            }
            Entry::Limited { .. } => {}
            _ => return Ok(()),
        }
        self.lines.freed();
        Ok(())
    }

    /// Whether `at` waits for the purchases of attempt `number` to be closed.
    pub(super) fn is_in_doubt(&self, at: At, number: u16) -> bool {
        self.state(at) == Some(&NodeState::InDoubt { attempt: number })
    }

    /// The last open purchase of `at` is closed: what follows is decided anew.
    pub(super) fn reconsider(&mut self, at: At) {
        let changed = self.change(at, Change::Reconsidered);
        debug_assert!(changed.is_ok(), "asked of nodes in doubt alone");
    }

    fn decided(&mut self, plan: &Plan, at: At, what: &Decision) -> Result<(), Damaged> {
        match what {
            Decision::Skipped => {
                self.tally.skipped += 1;
                self.change(at, Change::Nulled { failed: false })?;
                self.settled(plan, at)
            }
            Decision::Spared => {
                self.tally.cached += 1;
                self.change(at, Change::Spared)?;
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
                if let Some(expansion) = self.end_expansion(at) {
                    self.reopened.keep(at, expansion);
                }
                self.succeeded(plan, at, list.clone())
            }
            Decision::RetryAt(until) => {
                self.change(at, Change::Delayed { until: *until })?;
                match self.current(plan, at)? {
                    Current::Body(_) => self.queues.later.insert((*until, at)),
                    _ => self.queues.delayed.insert((*until, at)),
                };
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
                self.give_up_flight(at);
                self.requests.remove(&at);
                self.change(at, Change::FellBack)
            }
            Decision::OverBudget { quote, free, .. } => self.lacked(at, over_budget(*quote, *free)),
            Decision::OverGrant { seller, quote, free } => {
                let message = format!(
                    "it may cost {quote}, and {free} are free at `{seller}`, which the project's wallet limits"
                );
                let help = "raise what the wallet allows there, or name another provider";
                self.lacked(at, Failure::new(Class::OverBudget, message).help(help))
            }
            Decision::InDoubt => self.change(at, Change::InDoubt),
            Decision::TimedOut => self.timed_out(plan, at),
            Decision::GateClosed(gate) => {
                let gate = self
                    .node(plan, at)?
                    .gates
                    .get(usize::from(*gate))
                    .ok_or(Damaged::NoNode(at))?;
                match gate.otherwise {
                    Otherwise::Skip => self.decided(plan, at, &Decision::Skipped),
                    Otherwise::Fail | Otherwise::Ask => {
                        let on = &gate.on;
                        let message = match gate.when.as_ref().map(Expression::text) {
                            Some(when) if gate.budget.is_none() => {
                                format!("the gate on `{on}` stayed closed: `{when}` is false")
                            }
                            _ => {
                                format!("the gate on `{on}` stayed closed: its budget is not free")
                            }
                        };
                        self.gave_up(plan, at, Failure::new(Class::Gate, message))
                    }
                }
            }
            Decision::GaveUp => {
                self.give_up_flight(at);
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
        self.tries.remove(&at);
        self.change(at, Change::Succeeded { output })?;
        self.may_learn(at);
        if self.node(plan, at)?.undo.is_some() {
            self.queues.undoable.insert(at);
        }
        self.settled(plan, at)
    }

    pub(super) fn gave_up(&mut self, plan: &Plan, at: At, failure: Failure) -> Result<(), Damaged> {
        self.tally.failed += 1;
        let path = self.path(plan, at);
        let cause =
            Failure { message: format!("`{path}`: {}", failure.message), ..failure.clone() };
        self.note_failure(path, failure);
        self.failed(plan, at, Some(Box::new(cause)))
    }

    /// The node at `at` will not succeed. In a map, `on_error` is about the items, not about the map.
    pub(super) fn failed(
        &mut self,
        plan: &Plan,
        at: At,
        cause: Option<Box<Failure>>,
    ) -> Result<(), Damaged> {
        let node = self.node(plan, at)?;
        if node.on_error == OnError::Skip && node.each.is_none() {
            self.change(at, Change::Nulled { failed: true })?;
            return self.settled(plan, at);
        }
        self.change(at, Change::Failed)?;
        let scope = self.scope_mut(at.scope)?;
        scope.failed = true;
        scope.cause = scope.cause.take().or(cause);
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
        if scope.open > 0 || scope.over {
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
            // What undoes it is asked while it is in sight.
            Gives::Node(node) if plan.body(scope.body).node(*node).undo.is_some() => {
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
    pub(super) fn change(&mut self, at: At, change: Change) -> Result<(), Damaged> {
        let scope = self.scopes.get_mut(&at.scope).ok_or(Damaged::NoScope(at.scope))?;
        let slot = scope.states.get_mut(at.node.0 as usize).ok_or(Damaged::NoNode(at))?;
        let state = slot
            .after(change)
            .map_err(|source| Damaged::Illegal { at, source: Box::new(source) })?;
        let state = self.reopened.counted_on(at, state);
        let is_ready = matches!(state, NodeState::Ready { .. });
        let is_faltered = matches!(state, NodeState::Faltered { .. });
        let is_settled = state.is_settled();
        let has_succeeded = matches!(state, NodeState::Succeeded { .. });
        let former = std::mem::replace(slot, state);
        self.unqueue(at, &former);
        if is_ready {
            self.queues.fresh.insert(at);
        } else if is_faltered {
            self.queues.faltered.insert(at);
        } else if is_settled {
            self.accounts.node_ended(at);
            if !has_succeeded {
                self.accounts.undo_ended(at);
            }
            self.let_in.remove(&at);
        }
        Ok(())
    }

    /// Takes a node out of whatever queue `state` put it into.
    pub(super) fn unqueue(&mut self, at: At, state: &NodeState) {
        match state {
            NodeState::Ready { .. } => self.unline(at),
            NodeState::Faltered { .. } => drop(self.queues.faltered.remove(&at)),
            NodeState::Delayed { until, .. } => {
                self.queues.delayed.remove(&(*until, at));
                self.queues.later.remove(&(*until, at));
                self.unline(at);
            }
            NodeState::InDoubt { attempt } => {
                self.purchases.retakes.remove(&AttemptId { at, number: *attempt });
            }
            NodeState::Waiting { .. } => {
                if let Some(until) = self.questions.remove(&at).and_then(|asked| asked.until) {
                    self.queues.deadlines.remove(&(until, at));
                }
            }
            _ => {}
        }
    }

    /// Forgets what was found out about a node that could go on.
    fn unline(&mut self, at: At) {
        self.queues.fresh.remove(&at);
        self.queues.admissible.remove(&at);
        self.lines.leave(at);
        self.pools.leave(at);
        let considered = self.queues.considered.remove(&at);
        if let Some(fingerprint) = considered.and_then(|considered| considered.request.fingerprint)
            && let Some(followers) = self.queues.followers.get_mut(&fingerprint)
        {
            followers.remove(&at);
        }
    }

    pub(super) fn scope_mut(&mut self, id: ScopeId) -> Result<&mut Scope, Damaged> {
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

fn over_budget(quote: Usd, free: Usd) -> Failure {
    let message = format!("it may cost {quote}, and {free} are free");
    Failure::new(Class::OverBudget, message).help("raise the budget, or choose what costs less")
}
