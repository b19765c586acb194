//! What does a look at one ready node come to?
//!
//! Whether it runs at all, with what input, and what it may cost. Everything here evaluates expressions and changes
//! nothing.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::event::{At, Decision, Event, Request, ScopeId, Value};
use super::fingerprint::fingerprint;
use super::library::{keep, read};
use super::line::Want;
use super::node::NodeState;
use super::sight::Sight;
use super::{Current, Damaged, RunState};
use crate::expression::{Expression, Fault};
use crate::kind::{Asked, Class, Failure, Nature};
use crate::money::Usd;
use crate::plan::graph::{Body, Cache, Call, Each, Node, PlannedKind, Work};
use crate::time::Timestamp;

/// Why a node cannot be decided well: its own failure, or a journal that cannot be read.
pub(super) enum Stop {
    Failure(Failure),
    Damaged(Damaged),
}

/// What looking at a ready node came to.
pub(super) enum Looked {
    Decided(Event),
    Request(Request),
    /// It needs an account of its own first.
    Wants(Want),
}

impl RunState {
    /// Looks at one ready node: whether it runs at all, and with what.
    pub(super) fn look(
        &self,
        sight: &Sight,
        at: At,
        node: &Node,
        now: Timestamp,
    ) -> Result<Looked, Stop> {
        let has_account = self.accounts.of_node(at).is_some();
        if !has_account && self.is_first(at) {
            if !self.let_in.contains(&at)
                && let Some(event) = self.kept_out(sight, at, node)?
            {
                return Ok(Looked::Decided(event));
            }
            if let Some(mut want) = self.own_account(sight, at, node)? {
                if self.let_in.contains(&at) {
                    want.amount = Usd::ZERO; // A person let it in without.
                }
                return Ok(Looked::Wants(want));
            }
        }
        if self.is_first(at)
            && let Some(want) = self.own_undo(at, node)
        {
            return Ok(Looked::Wants(want));
        }
        match self.current(sight.plan, at).map_err(Stop::Damaged)? {
            Current::Call { call, .. } => self.call(sight, at, call, node),
            Current::Value(value) => {
                let value = ask(sight, || value.evaluate(sight))?;
                Ok(decided(at, Decision::Computed(keep(sight.library, &value))))
            }
            Current::Body(_) => self.expand(sight, at, node, now),
            Current::Approve(approve) => self.approve(sight, at, approve, now),
        }
    }

    /// Whether nothing of it was tried yet.
    fn is_first(&self, at: At) -> bool {
        let Some(NodeState::Ready { last }) = self.state(at) else { return false };
        match self.tries.get(&at) {
            Some(tries) => tries.alternatives == 0 && tries.before == *last,
            None => *last == 0,
        }
    }

    /// Whether its `when` or a gate keeps a node from running. Asked once: before the first attempt.
    fn kept_out(&self, sight: &Sight, at: At, node: &Node) -> Result<Option<Event>, Stop> {
        if let Some(when) = &node.when
            && !condition(sight, when, "`when`")?
        {
            return Ok(Some(Event::Decided { at, what: Decision::Skipped }));
        }
        for (position, gate) in (0..).zip(&node.gates) {
            if let Some(when) = &gate.when
                && !condition(sight, when, "the gate's `when`")?
            {
                return self.gate_closed(sight.plan, at, position).map(Some).map_err(Stop::Damaged);
            }
        }
        Ok(None)
    }

    /// Opens the copies of a body: one per item, one per round, or a single one.
    fn expand(&self, sight: &Sight, at: At, node: &Node, now: Timestamp) -> Result<Looked, Stop> {
        if let Some(each) = &node.each {
            return self.expand_map(sight, at, each);
        }
        let count = node.repeat.as_ref().map_or(1, |repeat| repeat.max);
        let first = ScopeId(self.next_scope);
        let inputs = match &node.work {
            Work::Pipeline { body, with } => {
                Some(self.pipeline_inputs(sight, sight.plan.body(*body), with)?)
            }
            _ => None,
        };
        let until = node.timeout.filter(|_| node.is_tried_as_a_whole()).map(|time| now.after(time));
        let (items, keys) = (None, None);
        Ok(Looked::Decided(Event::Expanded { at, first, count, items, keys, inputs, until }))
    }

    /// What `inputs` is inside a sub-pipeline: what it is given, else its defaults, each fit for its type.
    fn pipeline_inputs(
        &self,
        sight: &Sight,
        body: &Body,
        with: &[(String, crate::expression::Template)],
    ) -> Result<Value, Stop> {
        let mut inputs = Map::new();
        for input in &body.inputs {
            let given = with.iter().find(|(name, _)| name == input.name.as_str());
            let value = match given {
                Some((_, template)) => ask(sight, || template.evaluate(sight))?,
                None => Json::Null,
            };
            let value = match value {
                Json::Null => input.default.clone().unwrap_or_default(),
                value => self.with_files(sight, value)?,
            };
            let violations = input.schema.violations(&value);
            if let Some(violation) = violations.first() {
                let message = format!("the input `{}` does not fit: {violation}", input.name);
                return Err(Stop::Failure(Failure::input(message)));
            }
            inputs.insert(input.name.to_string(), value);
        }
        Ok(keep(sight.library, &Json::Object(inputs)))
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
            inputs: None,
            until: None,
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
    pub(super) fn call(
        &self,
        sight: &Sight,
        at: At,
        call: &Call,
        node: &Node,
    ) -> Result<Looked, Stop> {
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
        let model = match &call.model {
            None => String::new(),
            Some(template) => match ask(sight, || template.evaluate(sight))? {
                Json::String(model) => model,
                Json::Null => String::new(),
                other => return Err(not_a(&other, "`model`", "a model's name")),
            },
        };
        let hold = Self::hold(
            sight,
            call,
            kind,
            node,
            &Asked { input: &input, provider: &provider, model: &model },
        )?;
        let cacheable = kind.nature != Nature::Effectful && node.cache != Cache::Off;
        let said =
            call.take.as_ref().map(|take| ask(sight, || take.evaluate(sight))).transpose()?;
        let drawn = kind.nature == Nature::Drawn;
        let take = drawn.then(|| (self.round(sight.plan, at), said.unwrap_or_default()));
        let fingerprint = cacheable.then(|| {
            fingerprint(
                &call.kind,
                &self.as_accepted(call, kind),
                (&provider, &model),
                &input,
                take,
            )
        });
        let (provider, model) = (provider.into(), model.into());
        let input = keep(sight.library, &input);
        let request = Request { input, provider, model, hold, fingerprint };
        Ok(Looked::Request(request))
    }

    /// `kind` in the version that makes its attempts.
    fn as_accepted<'k>(&self, call: &Call, kind: &'k PlannedKind) -> Cow<'k, PlannedKind> {
        match self.accepted(call.kind.as_str()) {
            Some(version) => Cow::Owned(PlannedKind { version, ..kind.clone() }),
            None => Cow::Borrowed(kind),
        }
    }

    /// What is held before the attempt starts; none, if it costs nothing.
    fn hold(
        sight: &Sight,
        call: &Call,
        kind: &PlannedKind,
        node: &Node,
        asked: &Asked<'_, Json>,
    ) -> Result<Option<Usd>, Stop> {
        if kind.slots == 0 {
            return Ok(None);
        }
        match sight.library.quote(&call.kind, asked) {
            Ok(quote) => Ok(Some(quote).filter(|quote| *quote > Usd::ZERO)),
            Err(_) if Self::allows_unpriced(sight.plan, node) => Ok(Some(Usd::ZERO)),
            Err(unpriced) => Err(Stop::Failure(
                Failure::new(Class::OverBudget, unpriced.to_string())
                    .help("add its price, or write `budget: { unpriced: allow }`"),
            )),
        }
    }

    /// The round of the nearest `repeat`.
    fn round(&self, plan: &crate::plan::graph::Plan, at: At) -> Option<u32> {
        let mut scope = at.scope;
        loop {
            let (parent, copy) = self.scopes.get(&scope)?.parent?;
            if self.node(plan, parent).ok()?.repeat.is_some() {
                return Some(copy);
            }
            scope = parent.scope;
        }
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

pub(super) fn condition(sight: &Sight, expression: &Expression, what: &str) -> Result<bool, Stop> {
    match ask(sight, || expression.evaluate(sight))? {
        Json::Bool(holds) => Ok(holds),
        other => Err(not_a(&other, what, "true or false")),
    }
}

/// Evaluates, and tells a damaged journal from a fault of the expression.
pub(super) fn ask(
    sight: &Sight,
    evaluate: impl FnOnce() -> Result<Json, Fault>,
) -> Result<Json, Stop> {
    let value = evaluate();
    if let Some(lost) = sight.lost.take() {
        return Err(Stop::Damaged(lost.into()));
    }
    value.map_err(|fault| Stop::Failure(failure(&fault)))
}

pub(super) fn failure(fault: &Fault) -> Failure {
    let failure = Failure::new(Class::Input, fault.message.clone());
    match &fault.help {
        Some(help) => failure.help(help.clone()),
        None => failure,
    }
}

pub(super) fn not_a(value: &Json, what: &str, expected: &str) -> Stop {
    let shown: String = value.to_string().chars().take(80).collect();
    Stop::Failure(Failure::input(format!("{what} is {shown}, not {expected}")))
}
