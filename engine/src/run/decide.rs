//! What is to be done next?
//!
//! All policy of a run stands here and in what this file calls. It changes nothing but the queue of nodes that were
//! looked at; what it decides is an event, and takes effect by being applied.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::event::{
    Ask, At, AttemptId, Closing, Decision, Event, Outcome, Request, ScopeId, Value,
};
use super::library::{Library, keep, read};
use super::look::{Looked, Stop, ask, condition, failure, not_a};
use super::node::NodeState;
use super::retry::{Tried, next_attempt};
use super::scope::Copy;
use super::sight::Sight;
use super::{Considered, Current, Damaged, Derived, End, RunState, WINDOW};
use crate::expression::Fault;
use crate::kind::Class;
use crate::plan::graph::{Cache, Gives, Node, Plan, Retry, Then};
use crate::time::Timestamp;

impl RunState {
    /// The next event, if anything can be decided.
    pub(super) fn next(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        now: Timestamp,
        asks: &mut Vec<Ask>,
    ) -> Result<Option<Event>, Damaged> {
        if self.started.is_none() {
            return Ok(None);
        }
        // Money is booked in any state, finished runs included.
        if let Some(event) = self.book() {
            return Ok(Some(event));
        }
        if self.outcome.is_some() {
            return Ok(None);
        }
        if let Some(event) = self.close_account() {
            return Ok(Some(event));
        }
        if self.end.is_none()
            && let Some(event) = self.open_account(plan, library)?
        {
            return Ok(Some(event));
        }
        if let Some(attempt) = self.purchases.retakes.first() {
            return Ok(Some(Event::TakenUp { attempt: *attempt }));
        }
        if let Some(event) = self.undoable(plan, library)? {
            return Ok(Some(event));
        }
        if let Some(scope) = self.queues.settled.first() {
            return self.give(plan, library, *scope).map(Some);
        }
        if let Some(at) = self.queues.gathering.first() {
            return self.gather(library, *at).map(Some);
        }
        if let Some((scope, output)) = self.closing.first_key_value() {
            return self.close(plan, library, *scope, output).map(Some);
        }
        if let Some(at) = self.queues.faltered.first() {
            return self.after_failure(plan, *at, now).map(Some);
        }
        if let Some(event) = self.expired(library, now)? {
            return Ok(Some(event));
        }
        if let Some((_, at)) = self.queues.expiring.first().filter(|(until, _)| *until <= now) {
            return Ok(Some(Event::Decided { at: *at, what: Decision::TimedOut }));
        }
        if let Some(End::Failed) = &self.end
            && !self.undos.is_empty()
        {
            return Ok(if self.draining { None } else { self.undo_next() });
        }
        if let Some(end) = &self.end {
            return Ok(Some(Event::Finished { outcome: self.outcome_of(end) }));
        }
        if self.draining {
            return Ok(None);
        }
        match &mut self.derived {
            Derived::Unasked | Derived::Asked { .. } => return Ok(None),
            Derived::Told(events) => {
                if let Some(event) = events.pop_front() {
                    return Ok(Some(event));
                }
            }
        }
        while let Some((at, fingerprint, output)) = self.queues.served.pop() {
            if !self.queues.considered.contains_key(&at) {
                continue; // Cancelled meanwhile.
            }
            return Ok(Some(Event::Decided { at, what: Decision::Reused { output, fingerprint } }));
        }
        self.take_up_bodies(now);
        if let Some(event) = self.look_at_fresh(plan, library, now, asks)? {
            return Ok(Some(event));
        }
        self.admit(plan, now, asks)
    }

    fn outcome_of(&self, end: &End) -> Outcome {
        match end {
            End::Failed if self.cancelled.is_some() => Outcome::Cancelled,
            End::Failed if self.budget_ended => Outcome::Partial,
            End::Failed => Outcome::Failed,
            End::Gave(_) if self.tally.dropped > 0 => Outcome::Partial,
            End::Gave(_) => Outcome::Succeeded,
        }
    }

    /// Reads the outputs of a scope whose nodes have all settled.
    fn give(&self, plan: &Plan, library: &dyn Library, scope: ScopeId) -> Result<Event, Damaged> {
        let body = plan.body(self.scopes.get(&scope).ok_or(Damaged::NoScope(scope))?.body);
        let outputs = match &body.gives {
            Gives::Outputs(outputs) => outputs,
            Gives::Node(node) => {
                let output = self.output(At { scope, node: *node });
                let output = Ok(output.ok_or(Damaged::NoScope(scope))?);
                return Ok(Event::Gave { scope, output });
            }
        };
        let sight = Sight::new(self, plan, library, scope);
        let given: Result<Map<_, _>, Fault> = outputs
            .iter()
            .map(|(name, template)| Ok((name.to_string(), template.evaluate(&sight)?)))
            .collect();
        if let Some(lost) = sight.lost.take() {
            return Err(lost.into());
        }
        let output = match given {
            Ok(given) => Ok(keep(library, &Json::Object(given))),
            Err(fault) => Err(failure(&fault)),
        };
        Ok(Event::Gave { scope, output })
    }

    /// Makes the list of what the copies of a map gave, without those that were dropped.
    fn gather(&self, library: &dyn Library, at: At) -> Result<Event, Damaged> {
        let expansion = self.expansions.get(&at).ok_or(Damaged::NoScope(at.scope))?;
        let mut list = Vec::with_capacity(expansion.copies.len());
        for copy in &expansion.copies {
            if let Copy::Gave(output) = copy {
                list.push(Arc::unwrap_or_clone(read(library, output)?));
            }
        }
        Ok(Event::Decided { at, what: Decision::Gathered(keep(library, &Json::Array(list))) })
    }

    /// What follows a failed attempt: another, an alternative, or the end; nothing, while it may still have bought.
    fn after_failure(&self, plan: &Plan, at: At, now: Timestamp) -> Result<Event, Damaged> {
        let decided = |what| Ok(Event::Decided { at, what });
        if self.is_winding(at) {
            return decided(Decision::GaveUp);
        }
        if let Some(event) = self.write_off(plan, at, now)? {
            return Ok(event);
        }
        let next = self.after_attempt(plan, at, now)?;
        if !self.is_open_at(at) {
            return decided(next);
        }
        let class = self.tries.get(&at).and_then(|tries| Some(tries.last.as_ref()?.class));
        let asks = class == Some(Class::InDoubt) && self.doubt(plan, at)?.then == Then::Ask;
        let fails = class == Some(Class::InDoubt) && !asks;
        if fails || (next == Decision::GaveUp && !asks) {
            return decided(Decision::GaveUp);
        }
        decided(Decision::InDoubt)
    }

    fn after_attempt(&self, plan: &Plan, at: At, now: Timestamp) -> Result<Decision, Damaged> {
        let Some(NodeState::Faltered { attempt }) = self.state(at) else {
            return Err(Damaged::NoNode(at));
        };
        let key = self.attempt_key(plan, AttemptId { at, number: *attempt });
        let until = self.retry_of(plan, at)?.and_then(|retry| {
            let tries = self.tries.get(&at)?;
            let failure = tries.last.as_ref().filter(|it| it.class != Class::OverBudget)?;
            let (attempts, limited) = (attempt - tries.before, tries.limited);
            next_attempt(retry, &Tried { key: &key, attempts, limited, failure }, now)
        });
        match until {
            Some(until) => Ok(Decision::RetryAt(until)),
            None if self.has_alternative(plan, at)? => Ok(Decision::FellBack),
            None => Ok(Decision::GaveUp),
        }
    }

    /// How often the call that stands at `at` now is tried.
    pub(super) fn retry_of<'a>(
        &self,
        plan: &'a Plan,
        at: At,
    ) -> Result<Option<&'a Retry>, Damaged> {
        Ok(match self.current(plan, at)? {
            Current::Call { retry, .. } => Some(retry),
            Current::Body(_) => {
                let node = self.node(plan, at)?;
                node.is_tried_as_a_whole().then_some(&node.retry)
            }
            _ => None,
        })
    }

    pub(super) fn has_alternative(&self, plan: &Plan, at: At) -> Result<bool, Damaged> {
        let used = self.tries.get(&at).map_or(0, |tries| usize::from(tries.alternatives));
        Ok(self.node(plan, at)?.fallback.len() > used)
    }

    /// The most paid calls of an attempt, by what it was planned with.
    pub(super) fn slots(&self, plan: &Plan, attempt: AttemptId) -> Option<u8> {
        Some(plan.kind(&self.task(plan, attempt)?.call.kind).slots)
    }

    /// Asks what the end of a copy means for the next: whether there is one, and what is handed on.
    fn close(
        &self,
        plan: &Plan,
        library: &dyn Library,
        scope: ScopeId,
        output: &Value,
    ) -> Result<Event, Damaged> {
        let (parent, _) = self
            .scopes
            .get(&scope)
            .and_then(|scope| scope.parent)
            .ok_or(Damaged::NoScope(scope))?;
        let node = self.node(plan, parent)?;
        let mut sight = Sight::new(self, plan, library, scope);
        sight.own = Some((&node.name, read(library, output)?));
        match Self::closing(&sight, node) {
            Ok(closing) => Ok(Event::Closed { scope, closing: Ok(closing) }),
            Err(Stop::Failure(failure)) => Ok(Event::Closed { scope, closing: Err(failure) }),
            Err(Stop::Damaged(damaged)) => Err(damaged),
        }
    }

    fn closing(sight: &Sight, node: &Node) -> Result<Closing, Stop> {
        let mut closing = Closing { until: false, score: None, carried: Vec::new() };
        if let Some(repeat) = &node.repeat {
            closing.until = condition(sight, &repeat.until, "`until`")?;
            if let Some(best) = &repeat.best {
                closing.score = match ask(sight, || best.evaluate(sight))? {
                    number @ Json::Number(_) => Some(keep(sight.library, &number)),
                    other => return Err(not_a(&other, "`best`", "a number")),
                };
            }
        }
        for carry in &node.carry {
            let value = ask(sight, || carry.value.evaluate(sight))?;
            closing.carried.push(keep(sight.library, &value));
        }
        Ok(closing)
    }

    /// Looks at ready nodes until one can be decided, or the window is full of requests.
    fn look_at_fresh(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        now: Timestamp,
        asks: &mut Vec<Ask>,
    ) -> Result<Option<Event>, Damaged> {
        // Whoever waits for a pool keeps nobody else from being looked at.
        while self.queues.considered.len() < WINDOW + self.pools.waiting() {
            let Some(at) = self.queues.fresh.first().copied() else { break };
            let node = self.node(plan, at)?;
            let mut sight = Sight::new(self, plan, library, at.scope);
            sight.at = Some(at);
            match self.look(&sight, at, node, now) {
                Ok(Looked::Decided(event)) => return Ok(Some(event)),
                Ok(Looked::Request(request)) => {
                    self.queues.fresh.remove(&at);
                    self.consider(plan, at, request, now, asks)?;
                }
                Ok(Looked::Wants(want)) => {
                    self.queues.fresh.remove(&at);
                    self.lines.join(at, want);
                }
                Err(Stop::Failure(failure)) => {
                    let what = Decision::Broken(failure);
                    return Ok(Some(Event::Decided { at, what }));
                }
                Err(Stop::Damaged(damaged)) => return Err(damaged),
            }
        }
        Ok(None)
    }

    /// Asks whether the output of `request` is known already; else it may be admitted.
    fn consider(
        &mut self,
        plan: &Plan,
        at: At,
        request: Request,
        now: Timestamp,
        asks: &mut Vec<Ask>,
    ) -> Result<(), Damaged> {
        let (hold, key) = (request.hold, request.fingerprint);
        let key = key.filter(|_| !self.is_anew(at));
        self.queues.considered.insert(at, Considered { request, asked: key.is_some() });
        match key {
            Some(fingerprint) => {
                let newer_than = match self.node(plan, at)?.cache {
                    Cache::For(age) => Some(now.before(age)),
                    _ => None,
                };
                asks.push(Ask { at, fingerprint, newer_than });
            }
            None => self.may_be_admitted(at, hold),
        }
        Ok(())
    }

    /// Admits an attempt, if there is room: delayed ones whose time has come first, then free ones, then paid ones.
    fn admit(
        &mut self,
        plan: &Plan,
        now: Timestamp,
        asks: &mut Vec<Ask>,
    ) -> Result<Option<Event>, Damaged> {
        if self.open.len() >= WINDOW {
            return Ok(None);
        }
        while let Some(due) = self.queues.delayed.first().copied().filter(|due| due.0 <= now) {
            let at = due.1;
            let paid = self.requests.get(&at).filter(|request| request.hold.is_some()).cloned();
            if paid.is_none() && !self.waits_for_pool(plan, at, now) {
                return Ok(self.admitted(plan, at, now));
            }
            self.queues.delayed.remove(&due);
            if let Some(request) = paid {
                // While it waited, another may have bought the same, or be about to.
                self.consider(plan, at, request, now, asks)?;
            }
        }
        loop {
            while let Some(at) = self.queues.admissible.first().copied() {
                if self.follows(at) || self.waits_for_pool(plan, at, now) {
                    self.queues.admissible.remove(&at);
                    continue;
                }
                return Ok(self.admitted(plan, at, now));
            }
            if let Some(event) = self.serve_lines(plan, now)? {
                return Ok(Some(event));
            }
            if !self.call_from_pool(plan, now) {
                return Ok(None);
            }
        }
    }

    /// Whether another node makes the same output just now: then it waits for that one.
    pub(super) fn follows(&mut self, at: At) -> bool {
        let request = self.queues.considered.get(&at).map(|considered| &considered.request);
        let Some(fingerprint) = request.and_then(|request| request.fingerprint) else {
            return false;
        };
        if self.flights.get(&fingerprint).is_none_or(|leader| *leader == at) {
            return false;
        }
        self.queues.followers.entry(fingerprint).or_default().insert(at);
        true
    }
}
