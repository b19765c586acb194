//! How is one node planned: what it does, when, how often, and what it gives?

use super::graph::{Body, BodyIndex, Each, Gives, Node, NodeIndex, OnError, Retry, Work};
use super::resolve::Level;
use super::rules;
use super::scope::{Scope, Type};
use super::{Planner, node_index};
use crate::document::syntax::{Entry, NodeBlock, OnErrorWord, RetryBlock, WorkBlock};
use crate::expression::{Expression, Template};
use crate::kind::Class;
use crate::schema::{JsonTypes, List, Schema};
use crate::source::Span;

/// More items than these are an error where the file does not say how many there may be.
const MAX_ITEMS: u32 = 1000;
/// The attempts of a `retry` that does not say how many.
const ATTEMPTS: u16 = 3;

/// What of a node concerns its attempts.
struct Attempts {
    retry: Retry,
    timeout: Option<std::time::Duration>,
}

impl Planner<'_> {
    /// Plans the node at `position` of `level`, which stands at `at` of the plan; its needs are left open.
    pub(super) fn node(
        &mut self,
        level: &Level<'_>,
        position: usize,
        at: (BodyIndex, NodeIndex),
        scope: &Scope<'_>,
    ) -> (Option<Node>, Type) {
        let block = &level.block.nodes[position];
        self.refuse_parts(block);
        let narrowed;
        let scope = match &block.when {
            None => scope,
            Some(when) => {
                self.condition(&when.value, scope);
                narrowed = Scope::where_true(scope, &when.value);
                &narrowed
            }
        };
        let on_error = self.on_error(block);
        let attempts = Attempts {
            retry: self.retry(block),
            timeout: block.timeout.as_ref().map(|entry| entry.value),
        };
        let inner = level.inner[position].as_ref();
        let (each, work, attempts, of) = match &block.map {
            None => {
                let (work, of) = self.work(block, inner, at, scope);
                (None, work, attempts, of)
            }
            Some(map) => self.mapped(block, map, inner, at, scope, (attempts, on_error)),
        };
        let may_be_null =
            block.when.is_some() || (on_error == OnError::Skip && block.map.is_none());
        let of = if may_be_null { of.map(|of| of.or_null()) } else { of };
        let node = work.map(|work| Node {
            when: block.when.as_ref().map(|when| when.value.clone()),
            each,
            retry: attempts.retry,
            timeout: attempts.timeout,
            on_error,
            ..Node::new(block.name.value.clone(), block.name.span, work)
        });
        (node, of)
    }

    /// A node with `map`: its work is a body, of one node where it says `use`.
    fn mapped(
        &mut self,
        block: &NodeBlock,
        map: &Entry<Expression>,
        inner: Option<&Level<'_>>,
        at: (BodyIndex, NodeIndex),
        scope: &Scope<'_>,
        (attempts, on_error): (Attempts, OnError),
    ) -> (Option<Each>, Option<Work>, Attempts, Type) {
        let items = self.items(map, scope);
        let name = block.item.as_ref().map_or("item", |item| item.value.as_str());
        let mut inside = Scope::inside(scope);
        inside.give(name, items.as_ref().map(|list| list.items.clone()));
        inside.give(
            "index",
            Some(Schema::new(serde_json::json!({ "type": "integer", "minimum": 0 }))),
        );
        if let Some(key) = &block.key {
            let of = self.type_of(&Template::Expression(key.value.clone()), &inside);
            self.expect(
                "key",
                "a text or a number",
                key.value.span(),
                of.as_ref(),
                JsonTypes::TEXT | JsonTypes::NUMBER,
            );
        }
        let max_items = block.max_items.as_ref().map_or(MAX_ITEMS, |entry| entry.value);
        let each = Each {
            list: map.value.clone(),
            item: name.parse().expect("`item` and every `as` are names"),
            key: block.key.as_ref().map(|key| key.value.clone()),
            limit: block.limit.as_ref().map(|entry| entry.value),
            max_items,
            budget: None,
        };
        let (work, of, attempts) = if let WorkBlock::Use(_) = block.work {
            let (work, of) = self.single(block, at, &inside, attempts);
            (work, of, Attempts { retry: Retry::default(), timeout: None })
        } else {
            let (work, of) = self.work(block, inner, at, &inside);
            (work, of, attempts)
        };
        let of = of.map(|of| {
            let item = if on_error == OnError::Skip { of.or_null() } else { of };
            let most = items.as_ref().and_then(|list| list.max).unwrap_or(u64::MAX);
            let least = items.as_ref().map_or(0, |list| list.min);
            // Dropped items are missed at the end only.
            let least = if on_error == OnError::Drop { 0 } else { least };
            let most = most.min(u64::from(max_items));
            Schema::list(&item, least.min(most), Some(most))
        });
        (Some(each), work, attempts, of)
    }

    /// A body of one node, for `map` with `use`.
    fn single(
        &mut self,
        block: &NodeBlock,
        at: (BodyIndex, NodeIndex),
        scope: &Scope<'_>,
        attempts: Attempts,
    ) -> (Option<Work>, Type) {
        let index = self.new_body();
        let (work, of) = self.work(block, None, at, scope);
        let body = work.map(|work| {
            let node = Node {
                retry: attempts.retry,
                timeout: attempts.timeout,
                ..Node::new(block.name.value.clone(), block.name.span, work)
            };
            Body::new(vec![node], Gives::Node(node_index(0)), Some(at))
        });
        let is_whole = body.is_some();
        self.bodies[index.0 as usize] = body;
        (is_whole.then_some(Work::Body(index)), of)
    }

    fn work(
        &mut self,
        block: &NodeBlock,
        inner: Option<&Level<'_>>,
        at: (BodyIndex, NodeIndex),
        scope: &Scope<'_>,
    ) -> (Option<Work>, Type) {
        match (&block.work, inner) {
            (WorkBlock::Use(call), _) => {
                let (call, of) = self.call(call, block.name.span, scope);
                (call.map(Work::Call), of)
            }
            (WorkBlock::Nodes(_), Some(level)) => {
                let (index, of) = self.body(level, Some(at), scope);
                (Some(Work::Body(index)), of)
            }
            _ => (None, None),
        }
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

    fn condition(&mut self, when: &Expression, scope: &Scope<'_>) {
        if scope.knows(when) {
            let (source, faults) = (self.source, when.condition_in(scope));
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

    fn retry(&mut self, block: &NodeBlock) -> Retry {
        let Some(RetryBlock { attempts, backoff, errors }) =
            block.retry.as_ref().map(|entry| &entry.value)
        else {
            return Retry::default();
        };
        let errors = errors.as_ref().map(|words| {
            let mut classes = Vec::new();
            for word in words {
                if let Some(class) = Class::ALL.into_iter().find(|class| class.word() == word.value)
                {
                    classes.push(class);
                    continue;
                }
                let known: Vec<_> = Class::ALL.iter().map(|class| class.word()).collect();
                let finding =
                    rules::unknown_word::found(self.source, word.span, &word.value, &known);
                self.findings.push(finding);
            }
            classes
        });
        Retry {
            attempts: attempts.unwrap_or(ATTEMPTS),
            least: backoff.map(|(least, _)| least),
            most: backoff.map(|(_, most)| most),
            errors,
        }
    }
}
