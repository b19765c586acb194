//! How is one node planned: what it does, when, how often, and what it gives?
//!
//! From outside in: `when` and gates, `map`, `repeat`, `fallback`, `retry`. Where two of these need a body between them,
//! the plan has one of a single node.

use super::carry::{Copy, after};
use super::graph::{
    Body, BodyIndex, Call, Each, Gives, Node, NodeIndex, OnError, Otherwise, Repeat, Work,
};
use super::money::{both, holding};
use super::resolve::Level;
use super::rules;
use super::scope::{Given, Scope, Type};
use super::{Planner, node_index};
use crate::document::syntax::{Entry, NodeBlock, OnErrorWord, RepeatBlock, WorkBlock};
use crate::expression::{Expression, Template};
use crate::schema::{JsonTypes, List, Schema};
use crate::source::Span;

/// More items than these are an error where the file does not say how many there may be.
const MAX_ITEMS: u32 = 1000;

/// Where a node stands in the plan.
type Place = (BodyIndex, NodeIndex);

/// A node of a file, with its body.
#[derive(Clone, Copy)]
struct Written<'d, 'l> {
    block: &'d NodeBlock,
    inner: Option<&'l Level<'d>>,
    on_error: OnError,
}

impl Planner<'_> {
    /// Plans the node at `position` of `level`, which stands at `at` of the plan; its needs are left open.
    pub(super) fn node(
        &mut self,
        level: &Level<'_>,
        position: usize,
        at: Place,
        scope: &Scope<'_>,
    ) -> (Option<Node>, Type) {
        let block = &level.block.nodes[position];
        let outside = self.enter(block);
        let on_error = self.on_error(block);
        let node = Written { block, inner: level.inner[position].as_ref(), on_error };
        let planned = self.conditional(node, at, scope);
        self.around = outside;
        planned
    }

    /// The node where its conditions hold; null where they skip it.
    fn conditional(
        &mut self,
        node: Written<'_, '_>,
        at: Place,
        scope: &Scope<'_>,
    ) -> (Option<Node>, Type) {
        let Written { block, on_error, .. } = node;
        let when = block.when.as_ref().map(|when| &when.value);
        if let Some(when) = when {
            self.condition(when, scope);
        }
        let wanted = Scope::where_all(scope, when.into_iter());
        let gates = self.gates(block, &wanted);
        let open = Scope::where_all(&wanted, holding(&gates));
        let (planned, of) = self.mapped(node, at, &open);
        let may_be_null = when.is_some()
            || gates.iter().any(|gate| gate.otherwise == Otherwise::Skip)
            || (on_error == OnError::Skip && block.map.is_none());
        let of = if may_be_null { of.map(|of| of.or_null()) } else { of };
        (planned.map(|planned| Node { when: when.cloned(), gates, on_error, ..planned }), of)
    }

    /// The node with an account around it and, where it has a `map`, one copy per item.
    fn mapped(
        &mut self,
        node: Written<'_, '_>,
        at: Place,
        scope: &Scope<'_>,
    ) -> (Option<Node>, Type) {
        let block = node.block;
        let Some(map) = &block.map else {
            let budget = self.node_budget(block, scope, scope);
            let copy = self.repeated(node, at, scope);
            let planned = copy.node.map(|planned| Node {
                budget: both(budget.whole, planned.budget.clone()),
                ..planned
            });
            return (planned, copy.of);
        };
        let items = self.items(map, scope);
        let mut inside = Scope::inside(scope);
        let name = block.item.as_ref().map_or("item", |item| item.value.as_str());
        inside.give(name, items.as_ref().map(|list| list.items.clone()));
        let index = serde_json::json!({ "type": "integer", "minimum": 0 });
        inside.give("index", Some(Schema::new(index)));
        let budget = self.node_budget(block, scope, &inside);
        if let Some(key) = &block.key {
            let of = self.type_of(&Template::Expression(key.value.clone()), &inside);
            let allowed = JsonTypes::TEXT | JsonTypes::NUMBER;
            self.expect("key", "a text or a number", key.value.span(), of.as_ref(), allowed);
        }
        let max_items = block.max_items.as_ref().map_or(MAX_ITEMS, |entry| entry.value);
        let each = Each {
            list: map.value.clone(),
            item: name.parse().expect("`item` and every `as` are names"),
            key: block.key.as_ref().map(|key| key.value.clone()),
            limit: block.limit.as_ref().map(|entry| entry.value),
            // The smaller of what the file says and of what the list's type allows.
            max_items: items
                .as_ref()
                .and_then(|list| u32::try_from(list.max?).ok())
                .map_or(max_items, |most| most.min(max_items)),
            budget: budget.each,
        };
        let (copy, carry) = if block.repeat.is_some() {
            // What is carried then goes from round to round.
            (self.alone(block, at, |this, at| this.repeated(node, at, &inside)), Vec::new())
        } else {
            self.carried(block, &inside, &mut |this, inside| {
                if is_body(block) {
                    this.once(node, at, inside)
                } else {
                    this.alone(block, at, |this, at| this.once(node, at, inside))
                }
            })
        };
        let of = copy.of.map(|of| list_of(&of, items.as_ref(), each.max_items, node.on_error));
        let planned = copy.node.map(|planned| Node {
            each: Some(each),
            carry,
            budget: budget.whole,
            ..planned
        });
        (planned, of)
    }

    /// The node, round after round where it has a `repeat`.
    fn repeated(&mut self, node: Written<'_, '_>, at: Place, scope: &Scope<'_>) -> Copy {
        let block = node.block;
        let Some(entry) = &block.repeat else {
            return self.once(node, at, scope);
        };
        let (copy, carry) = self.carried(block, scope, &mut |this, inside| {
            let copy = if is_body(block) {
                this.once(node, at, inside)
            } else {
                this.alone(block, at, |this, at| this.once(node, at, inside))
            };
            // Here what the rounds hand on is in sight.
            this.rounds(block, &entry.value, inside, &copy);
            copy
        });
        let RepeatBlock { max, until, best } = &entry.value;
        let repeat = Repeat { max: *max, until: until.clone(), best: best.clone() };
        let planned = copy.node.map(|planned| Node { repeat: Some(repeat), carry, ..planned });
        // From outside, the nodes of a round are not in sight.
        Copy { node: planned, of: copy.of, names: Given::new() }
    }

    /// What ends the rounds, and which is the best.
    fn rounds(&mut self, block: &NodeBlock, repeat: &RepeatBlock, inside: &Scope<'_>, copy: &Copy) {
        let after = after(block, inside, copy);
        self.condition(&repeat.until, &after);
        if let Some(best) = &repeat.best {
            let of = self.type_of(&Template::Expression(best.clone()), &after);
            self.expect("best", "a number", best.span(), of.as_ref(), JsonTypes::NUMBER);
        }
    }

    /// A copy that is a body of one node.
    fn alone(
        &mut self,
        block: &NodeBlock,
        at: Place,
        plan: impl FnOnce(&mut Self, Place) -> Copy,
    ) -> Copy {
        let index = self.new_body();
        let Copy { node, of, .. } = plan(self, (index, node_index(0)));
        let outer = node
            .as_ref()
            .map(|_| Node::new(block.name.value.clone(), block.name.span, Work::Body(index)));
        let body = node.map(|node| Body::new(vec![node], Gives::Node(node_index(0)), Some(at)));
        self.bodies[index.0 as usize] = body;
        self.in_source(index);
        // From outside, what stands in it is not in sight.
        Copy { node: outer, of, names: Given::new() }
    }

    /// What the node does in one copy and one round: its work, or an alternative.
    fn once(&mut self, node: Written<'_, '_>, at: Place, scope: &Scope<'_>) -> Copy {
        let block = node.block;
        let attempts = self.attempts(block);
        let (work, of, names, budget) = match (&block.work, node.inner) {
            (WorkBlock::Use(call), _) => {
                let used = self.used(call, block.name.span, scope);
                (used.work, used.of, Given::new(), used.budget)
            }
            (WorkBlock::Nodes(_), Some(level)) => {
                let (index, of, names) = self.body(level, Some(at), scope);
                (Some(Work::Body(index)), of, names, None)
            }
            (WorkBlock::Approve(approve), _) => {
                let (approve, of) = self.approve(approve, scope);
                let work = approve.map(|approve| Work::Approve(Box::new(approve)));
                (work, of, Given::new(), None)
            }
            _ => (None, None, Given::new(), None),
        };
        let (fallback, others) = self.fallback(block, &attempts, scope);
        let of = others
            .into_iter()
            .fold(of, |of, other| of.zip(other).map(|(of, other)| Schema::union(&[of, other])));
        let copy = Copy { node: None, of, names };
        let undo = self.undo(block, scope, &copy).map(Box::new);
        let planned = work.zip(fallback).map(|(work, fallback)| Node {
            retry: attempts.retry,
            timeout: attempts.timeout,
            fallback,
            undo,
            budget,
            doubt: self.around.doubt,
            pools: self.around.pools.clone(),
            cache: self.around.cache,
            ..Node::new(block.name.value.clone(), block.name.span, work)
        });
        Copy { node: planned, ..copy }
    }

    fn undo(&mut self, block: &NodeBlock, scope: &Scope<'_>, copy: &Copy) -> Option<Call> {
        let undo = block.undo.as_ref()?;
        let after = after(block, scope, copy);
        self.call(&undo.value, undo.key, &after).0
    }

    /// Tells where what stands under `key` may be something else than `allowed`.
    pub(super) fn expect(
        &mut self,
        key: &str,
        what: &str,
        at: Span,
        of: Option<&Schema>,
        allowed: JsonTypes,
    ) {
        let others = of.map_or(JsonTypes::NONE, |of| of.types() - allowed);
        if !others.is_empty() && of.is_some_and(|of| !of.is_anything()) {
            let finding = rules::expression_type::unfit(self.source, at, key, what, others);
            self.findings.push(finding);
        }
    }

    /// What the type of `map` says of the list.
    fn items(&mut self, map: &Entry<Expression>, scope: &Scope<'_>) -> Option<List> {
        let of = self.type_of(&Template::Expression(map.value.clone()), scope)?;
        let problem = match of.as_list() {
            Ok(list) if !list.nullable => return Some(list),
            Ok(_) => "a list, and this may be null".to_owned(),
            Err(others) => format!("a list, and this may be {others}"),
        };
        let finding = rules::expression_type::no_list(self.source, map.value.span(), &problem);
        self.findings.push(finding);
        None
    }

    pub(super) fn condition(&mut self, condition: &Expression, scope: &Scope<'_>) {
        let names = condition.names();
        if !self.tells_a_secret(&names) && scope.knows_all(&names) {
            let (source, faults) = (self.source, condition.condition_in(scope));
            self.findings.extend(faults.iter().filter_map(|fault| rules::fault(source, fault)));
        }
    }

    fn on_error(&mut self, block: &NodeBlock) -> OnError {
        match block.on_error.as_ref().map(|entry| (entry.value, entry.span)) {
            None | Some((OnErrorWord::Fail, _)) => OnError::Fail,
            Some((OnErrorWord::Skip, _)) => OnError::Skip,
            Some((OnErrorWord::Drop, at)) => {
                if block.map.is_none() {
                    self.findings.push(rules::drop_outside_map::found(self.source, at));
                }
                OnError::Drop
            }
        }
    }
}

/// Whether a copy of the node is its body and nothing else.
fn is_body(block: &NodeBlock) -> bool {
    let is_tried = block.fallback.is_some() || block.retry.is_some() || block.timeout.is_some();
    matches!(block.work, WorkBlock::Nodes(_)) && !is_tried
}

/// The type of a map whose items give `of`.
fn list_of(of: &Schema, items: Option<&List>, max_items: u32, on_error: OnError) -> Schema {
    let item = if on_error == OnError::Skip { of.or_null() } else { of.clone() };
    let most = items.and_then(|list| list.max).unwrap_or(u64::MAX).min(u64::from(max_items));
    let least = items.map_or(0, |list| list.min);
    // Dropped items are missed at the end only.
    let least = if on_error == OnError::Drop { 0 } else { least };
    Schema::list(&item, least.min(most), Some(most))
}
