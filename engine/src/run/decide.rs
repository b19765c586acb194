//! What is to be done next?
//!
//! All policy of a run stands here and in what this file calls. It changes nothing but the queue of nodes that were
//! looked at; what it decides is an event, and takes effect by being applied.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::event::{
    Ask, At, AttemptId, Closing, Decision, Event, Outcome, Request, ScopeId, Value,
};
use super::fingerprint::fingerprint;
use super::library::{Library, keep, read};
use super::node::NodeState;
use super::retry::{Tried, next_attempt};
use super::scope::Copy;
use super::sight::Sight;
use super::{Considered, Current, Damaged, End, RunState, WINDOW};
use crate::expression::{Expression, Fault};
use crate::kind::{Class, Failure, Nature};
use crate::plan::graph::{Call, Each, Gives, Node, Plan, PlannedKind};
use crate::time::Timestamp;

/// Why a node cannot be decided well: its own failure, or a journal that cannot be read.
enum Stop {
    Failure(Failure),
    Damaged(Damaged),
}

/// What looking at a ready node came to.
enum Looked {
    Decided(Event),
    Request(Request),
}

impl RunState {
    /// The next event, if anything can be decided.
    pub(super) fn next(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        now: Timestamp,
        asks: &mut Vec<Ask>,
    ) -> Result<Option<Event>, Damaged> {
        if self.outcome.is_some() || self.started.is_none() {
            return Ok(None);
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
        if let Some(end) = &self.end {
            return Ok(Some(Event::Finished { outcome: self.outcome_of(end) }));
        }
        if self.draining {
            return Ok(None);
        }
        if let Some(event) = self.look_at_fresh(plan, library, asks)? {
            return Ok(Some(event));
        }
        Ok(self.admit(now))
    }

    fn outcome_of(&self, end: &End) -> Outcome {
        match end {
            End::Failed => Outcome::Failed,
            End::Gave(_) if self.tally.dropped > 0 => Outcome::Partial,
            End::Gave(_) => Outcome::Succeeded,
        }
    }

    /// Reads the outputs of a scope whose nodes have all settled.
    fn give(&self, plan: &Plan, library: &dyn Library, scope: ScopeId) -> Result<Event, Damaged> {
        let body = plan.body(self.scopes.get(&scope).ok_or(Damaged::NoScope(scope))?.body);
        let Gives::Outputs(outputs) = &body.gives else {
            return Err(Damaged::NoScope(scope));
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

    fn after_failure(&self, plan: &Plan, at: At, now: Timestamp) -> Result<Event, Damaged> {
        let (Some(NodeState::Faltered { attempt }), Current::Call { retry, .. }) =
            (self.state(at), self.current(plan, at)?)
        else {
            return Err(Damaged::NoNode(at));
        };
        let key = self.attempt_key(plan, AttemptId { at, number: *attempt });
        let until = self.tries.get(&at).and_then(|tries| {
            let failure = tries.last.as_ref()?;
            let attempts = attempt - tries.before;
            next_attempt(
                retry,
                &Tried { key: &key, attempts, limited: tries.limited, failure },
                now,
            )
        });
        let what = match until {
            Some(until) => Decision::RetryAt(until),
            None => self.fall_back_or_give_up(plan, at)?,
        };
        Ok(Event::Decided { at, what })
    }

    fn fall_back_or_give_up(&self, plan: &Plan, at: At) -> Result<Decision, Damaged> {
        let used = self.tries.get(&at).map_or(0, |tries| usize::from(tries.alternatives));
        let more = self.node(plan, at)?.fallback.len() > used;
        Ok(if more { Decision::FellBack } else { Decision::GaveUp })
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

    /// Identifies an attempt among all of all runs; the same at every delivery.
    pub fn attempt_key(&self, plan: &Plan, attempt: AttemptId) -> String {
        let run = self.started.as_ref().map_or("", |started| started.run.as_str());
        format!("{run}/{}#{}", self.path(plan, attempt.at), attempt.number)
    }

    /// Looks at ready nodes until one can be decided, or the window is full of requests.
    fn look_at_fresh(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        asks: &mut Vec<Ask>,
    ) -> Result<Option<Event>, Damaged> {
        while self.queues.considered.len() < WINDOW {
            let Some(at) = self.queues.fresh.first().copied() else { break };
            let node = self.node(plan, at)?;
            match self.look(plan, library, at, node) {
                Ok(Looked::Decided(event)) => return Ok(Some(event)),
                Ok(Looked::Request(request)) => {
                    self.queues.fresh.remove(&at);
                    match request.fingerprint {
                        Some(fingerprint) => asks.push(Ask { at, fingerprint }),
                        None => drop(self.queues.admissible.insert(at)),
                    }
                    self.queues
                        .considered
                        .insert(at, Considered { asked: request.fingerprint.is_some(), request });
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

    /// Admits an attempt, if there is room: delayed ones whose time has come first.
    fn admit(&self, now: Timestamp) -> Option<Event> {
        if self.open.len() >= WINDOW {
            return None;
        }
        if let Some((_, at)) = self.queues.delayed.first().filter(|(until, _)| *until <= now) {
            let Some(NodeState::Delayed { attempt, .. }) = self.state(*at) else { return None };
            let attempt = AttemptId { at: *at, number: attempt + 1 };
            return Some(Event::Admitted { attempt, request: self.requests.get(at)?.clone() });
        }
        let at = *self.queues.admissible.first()?;
        let Some(NodeState::Ready { last }) = self.state(at) else { return None };
        let request = self.queues.considered.get(&at)?.request.clone();
        Some(Event::Admitted { attempt: AttemptId { at, number: last + 1 }, request })
    }

    /// Looks at one ready node: whether it runs at all, and with what.
    fn look(
        &self,
        plan: &Plan,
        library: &dyn Library,
        at: At,
        node: &Node,
    ) -> Result<Looked, Stop> {
        let sight = Sight::new(self, plan, library, at.scope);
        let is_first = matches!(self.state(at), Some(NodeState::Ready { last: 0 }));
        if let Some(what) = is_first.then(|| Self::refused(&sight, node)).transpose()?.flatten() {
            return Ok(decided(at, what));
        }
        match self.current(plan, at).map_err(Stop::Damaged)? {
            Current::Call { call, .. } => self.call(&sight, at, call),
            Current::Value(value) => {
                let value = ask(&sight, || value.evaluate(&sight))?;
                Ok(decided(at, Decision::Computed(keep(library, &value))))
            }
            Current::Body(_) => self.expand(&sight, at, node),
            Current::Approve(_) => {
                Err(Stop::Failure(Failure::new(Class::Internal, "this version asks nobody")))
            }
        }
    }

    /// Whether its `when` or a gate keeps a node from running. Asked once: before the first attempt.
    fn refused(sight: &Sight, node: &Node) -> Result<Option<Decision>, Stop> {
        if let Some(when) = &node.when
            && !condition(sight, when, "`when`")?
        {
            return Ok(Some(Decision::Skipped));
        }
        for (position, gate) in (0..).zip(&node.gates) {
            if let Some(when) = &gate.when
                && !condition(sight, when, "the gate's `when`")?
            {
                return Ok(Some(Decision::GateClosed(position)));
            }
        }
        Ok(None)
    }

    /// Opens the copies of a body: one per item, one per round, or a single one.
    fn expand(&self, sight: &Sight, at: At, node: &Node) -> Result<Looked, Stop> {
        if let Some(each) = &node.each {
            return self.expand_map(sight, at, each);
        }
        let count = node.repeat.as_ref().map_or(1, |repeat| repeat.max);
        let first = ScopeId(self.next_scope);
        Ok(Looked::Decided(Event::Expanded { at, first, count, items: None, keys: None }))
    }

    /// Reads the list of a map and the keys of its items.
    fn expand_map(&self, sight: &Sight, at: At, each: &Each) -> Result<Looked, Stop> {
        let list = match ask(sight, || each.list.evaluate(sight))? {
            Json::Array(list) => list,
            other => return Err(not_a(&other, "`map`", "a list")),
        };
        let count = u32::try_from(list.len()).unwrap_or(u32::MAX);
        if count > each.max_items {
            let message = format!(
                "`map` has {} items, more than `max_items: {}` allows",
                list.len(),
                each.max_items
            );
            return Err(Stop::Failure(
                Failure::input(message)
                    .help(format!("raise `max_items` to {count}, or give fewer items")),
            ));
        }
        let keys = each.key.as_ref().map(|key| self.keys(sight, each, key, &list)).transpose()?;
        let items = Some(keep(sight.library, &Json::Array(list)));
        Ok(Looked::Decided(Event::Expanded {
            at,
            first: ScopeId(self.next_scope),
            count,
            items,
            keys,
        }))
    }

    fn keys(
        &self,
        sight: &Sight,
        each: &Each,
        key: &Expression,
        list: &[Json],
    ) -> Result<Box<[Box<str>]>, Stop> {
        let mut seen = BTreeSet::new();
        let mut keys = Vec::with_capacity(list.len());
        for (index, item) in list.iter().enumerate() {
            let mut inner = Sight::new(self, sight.plan, sight.library, sight.scope);
            inner.item = Some((&each.item, Arc::new(item.clone()), index));
            let text: Box<str> = match ask(&inner, || key.evaluate(&inner))? {
                Json::String(text) => text.into(),
                number @ Json::Number(_) => number.to_string().into(),
                other => return Err(not_a(&other, "`key`", "a text or a number")),
            };
            if !seen.insert(text.clone()) {
                let message = format!("two items of the map have the key `{text}`");
                return Err(Stop::Failure(
                    Failure::input(message).help("choose a `key` that differs for every item"),
                ));
            }
            keys.push(text);
        }
        Ok(keys.into())
    }

    /// Renders a call's input; evaluates it at once if its kind is inline.
    fn call(&self, sight: &Sight, at: At, call: &Call) -> Result<Looked, Stop> {
        let kind = sight.plan.kind(&call.kind);
        let input = self.render(sight, call, kind)?;
        if kind.inline {
            let output = sight.library.evaluate(&call.kind, input).map_err(Stop::Failure)?;
            return Ok(decided(at, Decision::Computed(keep(sight.library, &output))));
        }
        let provider = match &call.provider {
            None => kind.provider.clone(),
            Some(template) => match ask(sight, || template.evaluate(sight))? {
                Json::String(provider) => provider,
                Json::Null => kind.provider.clone(),
                other => return Err(not_a(&other, "`provider`", "a provider's name")),
            },
        };
        let cacheable = kind.nature != Nature::Effectful;
        let fingerprint = cacheable.then(|| fingerprint(&call.kind, kind, &provider, &input));
        let request =
            Request { input: keep(sight.library, &input), provider: provider.into(), fingerprint };
        Ok(Looked::Request(request))
    }

    /// The values of a call's ports, checked against their schemas; a null leaves its port out.
    fn render(&self, sight: &Sight, call: &Call, kind: &PlannedKind) -> Result<Json, Stop> {
        let mut input = Map::new();
        for (port, template) in &call.with {
            let value = ask(sight, || template.evaluate(sight))?;
            if !value.is_null() {
                input.insert(port.clone(), self.with_files(sight, value)?);
            }
        }
        let input = Json::Object(input);
        let violations = kind.input.violations(&input);
        if violations.is_empty() {
            return Ok(input);
        }
        let list: Vec<_> = violations.iter().map(ToString::to_string).collect();
        Err(Stop::Failure(Failure::input(format!(
            "the input of `{}` does not fit: {}",
            call.kind,
            list.join("; ")
        ))))
    }

    /// Puts the files that the pipeline names literally in place of `{"$file": index}`.
    fn with_files(&self, sight: &Sight, value: Json) -> Result<Json, Stop> {
        match value {
            Json::Object(fields) => match fields.get("$file").and_then(Json::as_u64) {
                Some(index) if fields.len() == 1 => {
                    let files =
                        self.started.as_ref().map(|started| read(sight.library, &started.files));
                    let files = files.transpose().map_err(|lost| Stop::Damaged(lost.into()))?;
                    let index = usize::try_from(index).unwrap_or(usize::MAX);
                    Ok(files.and_then(|files| files.get(index).cloned()).unwrap_or(Json::Null))
                }
                _ => fields
                    .into_iter()
                    .map(|(key, value)| Ok((key, self.with_files(sight, value)?)))
                    .collect::<Result<Map<_, _>, _>>()
                    .map(Json::Object),
            },
            Json::Array(items) => {
                items.into_iter().map(|item| self.with_files(sight, item)).collect()
            }
            other => Ok(other),
        }
    }
}

fn decided(at: At, what: Decision) -> Looked {
    Looked::Decided(Event::Decided { at, what })
}

fn condition(sight: &Sight, expression: &Expression, what: &str) -> Result<bool, Stop> {
    match ask(sight, || expression.evaluate(sight))? {
        Json::Bool(holds) => Ok(holds),
        other => Err(not_a(&other, what, "true or false")),
    }
}

/// Evaluates, and tells a damaged journal from a fault of the expression.
fn ask(sight: &Sight, evaluate: impl FnOnce() -> Result<Json, Fault>) -> Result<Json, Stop> {
    let value = evaluate();
    if let Some(lost) = sight.lost.take() {
        return Err(Stop::Damaged(lost.into()));
    }
    value.map_err(|fault| Stop::Failure(failure(&fault)))
}

fn failure(fault: &Fault) -> Failure {
    let failure = Failure::new(Class::Input, fault.message.clone());
    match &fault.help {
        Some(help) => failure.help(help.clone()),
        None => failure,
    }
}

fn not_a(value: &Json, what: &str, expected: &str) -> Stop {
    let shown: String = value.to_string().chars().take(80).collect();
    Stop::Failure(Failure::input(format!("{what} is {shown}, not {expected}")))
}
