//! Which node does a name mean, and so which node needs which?
//!
//! Every name that a node mentions makes an edge. A name from outside that is mentioned inside a body is a need of the
//! node whose body it is, so edges never leave their level.

use std::collections::HashMap;
use std::sync::Arc;

use super::order;
use super::rules;
use crate::diagnostic::Findings;
use crate::document::syntax::{
    AmountBlock, BodyBlock, CallBlock, FallbackBlock, NodeBlock, ValueBlock, WorkBlock,
};
use crate::expression::{Expression, Template};
use crate::source::{Source, Span, Spanned};

/// A body whose names are resolved. Nodes go by their position in the file.
pub(super) struct Level<'d> {
    pub block: &'d BodyBlock,
    /// What each node needs, each need once.
    pub needs: Vec<Vec<usize>>,
    /// The nodes, each behind all that it needs; those in a cycle last.
    pub order: Vec<usize>,
    /// Nodes that need themselves, by whatever way.
    pub cyclic: Vec<bool>,
    /// The bodies of nodes that have one.
    pub inner: Vec<Option<Level<'d>>>,
}

/// A mention of another node.
pub(super) struct Need {
    pub position: usize,
    pub at: Span,
}

/// The names in sight while a file is read from the outside in.
pub(super) struct Names<'d> {
    pub source: &'d Arc<Source>,
    pub findings: Findings,
    seen: HashMap<&'d str, Seen>,
}

#[derive(Clone, Copy)]
struct Seen {
    at: Span,
    /// How many bodies deep the name was given, and to which node of that body; none for a loop's variable.
    depth: usize,
    node: Option<usize>,
}

/// What expressions can read everywhere.
const ROOTS: [&str; 4] = ["inputs", "run", "budget", "secrets"];
/// What they can read inside a `map`.
const LOOP: [&str; 2] = ["item", "index"];

impl<'d> Names<'d> {
    pub(super) fn new(source: &'d Arc<Source>) -> Self {
        Self { source, findings: Findings::default(), seen: HashMap::new() }
    }

    /// Resolves `block`, which lies `depth` bodies deep; names from outside go to `free`.
    pub(super) fn level(
        &mut self,
        block: &'d BodyBlock,
        depth: usize,
        free: &mut Vec<Spanned<&'d str>>,
    ) -> Level<'d> {
        let given: Vec<_> = block
            .nodes
            .iter()
            .enumerate()
            .map(|(position, node)| {
                let seen = Seen { at: node.name.span, depth, node: Some(position) };
                self.give(node.name.value.as_str(), seen)
            })
            .collect();
        let mut inner = Vec::with_capacity(block.nodes.len());
        let mut needs = Vec::with_capacity(block.nodes.len());
        for node in &block.nodes {
            let mut mentions = Vec::new();
            inner.push(self.node(node, depth, &mut mentions));
            let (near, far) = self.sort(mentions, depth);
            needs.push(near);
            free.extend(far);
        }
        let mut mentions = Vec::new();
        for (_, value) in &block.outputs {
            names_in(value, &mut mentions);
        }
        // Outputs are read when all nodes have settled: those of the same body make no edge.
        free.extend(self.sort(mentions, depth).1);
        for (node, given) in block.nodes.iter().zip(given) {
            if given {
                self.seen.remove(node.name.value.as_str());
            }
        }
        let ordered = order::order(self.source, block, &needs, &mut self.findings);
        let needs = needs.into_iter().map(unique).collect();
        Level { block, needs, order: ordered.order, cyclic: ordered.cyclic, inner }
    }

    /// Tells what `amount`, which no node is in sight of, mentions besides what is read everywhere.
    pub(super) fn of_pipeline(&mut self, amount: Option<&'d AmountBlock>) {
        let mut mentions = Vec::new();
        names_in_amount(amount, &mut mentions);
        for mention in &mentions {
            self.unknown(mention);
        }
    }

    /// Collects what `node` mentions of its own level and of outer ones.
    fn node(
        &mut self,
        node: &'d NodeBlock,
        depth: usize,
        mentions: &mut Vec<Spanned<&'d str>>,
    ) -> Option<Level<'d>> {
        let outside = [&node.when, &node.map];
        for expression in outside.into_iter().flatten() {
            mentions.extend(expression.value.names());
        }
        for need in &node.needs {
            mentions.push(Spanned::new(&need.node.value, need.node.span));
            let gate = need.gate.as_ref();
            let when = gate.and_then(|gate| gate.when.as_ref());
            mentions.extend(when.into_iter().flat_map(|when| when.value.names()));
            let budget = gate.and_then(|gate| gate.budget.as_ref());
            names_in_amount(budget.map(|budget| &budget.value), mentions);
        }
        let budget = node.budget.as_ref().map(|budget| &budget.value);
        names_in_amount(budget.and_then(|budget| budget.limit.as_ref()), mentions);
        let variables = self.enter(node, depth);
        let mut within = Vec::new();
        if let Some(key) = &node.key {
            within.extend(key.value.names());
        }
        names_in_amount(budget.and_then(|budget| budget.each.as_ref()), &mut within);
        let level = self.work(node, depth, &mut within);
        within.extend(afterwards(node));
        // What names nothing is told while the loop's own names are in sight: one of them may be meant.
        let (within, unknown): (Vec<_>, Vec<_>) =
            within.into_iter().partition(|name| self.seen.contains_key(name.value));
        for mention in &unknown {
            self.unknown(mention);
        }
        // What the loop gives is no need of anyone.
        mentions.extend(within.into_iter().filter(|name| !variables.contains(&name.value)));
        for variable in &variables {
            self.seen.remove(variable);
        }
        level
    }

    /// Gives the variables of `map` and `carry`, and tells which they are.
    fn enter(&mut self, node: &'d NodeBlock, depth: usize) -> Vec<&'d str> {
        let mut variables = Vec::new();
        if let Some(map) = &node.map {
            let name = node.item.as_ref().map_or("item", |item| item.value.as_str());
            let at = node.item.as_ref().map_or(map.key, |item| item.span);
            if self.give(name, Seen { at, depth, node: None }) {
                variables.push(name);
            }
            // The innermost index is meant, so it hides no other.
            if self.seen.insert("index", Seen { at, depth, node: None }).is_none() {
                variables.push("index");
            }
        }
        for carried in node.carry.iter().flat_map(|carry| &carry.value) {
            let name = carried.name.value.as_str();
            if self.give(name, Seen { at: carried.name.span, depth, node: None }) {
                variables.push(name);
            }
        }
        variables
    }

    fn work(
        &mut self,
        node: &'d NodeBlock,
        depth: usize,
        mentions: &mut Vec<Spanned<&'d str>>,
    ) -> Option<Level<'d>> {
        for alternative in node.fallback.iter().flat_map(|fallback| &fallback.value) {
            match alternative {
                FallbackBlock::Value(value) => names_in(value, mentions),
                FallbackBlock::Call(call) => names_in_call(call, mentions),
            }
        }
        match &node.work {
            WorkBlock::Use(call) => names_in_call(call, mentions),
            WorkBlock::Nodes(body) => return Some(self.level(body, depth + 1, mentions)),
            WorkBlock::Approve(approve) => {
                let approve = &approve.value;
                let values = [
                    &approve.ask,
                    &approve.show,
                    &approve.choices,
                    &approve.schema,
                    &approve.otherwise,
                ];
                for value in values.into_iter().flatten() {
                    names_in(value, mentions);
                }
                names_in_amount(approve.above.as_ref(), mentions);
            }
            WorkBlock::Unknown => {}
        }
        None
    }

    /// Whether `name` is new; else it hides another, which is told.
    fn give(&mut self, name: &'d str, seen: Seen) -> bool {
        if let Some(first) = self.seen.get(name) {
            let finding = rules::hidden_name::found(self.source, name, first.at, seen.at);
            self.findings.push(finding);
            return false;
        }
        self.seen.insert(name, seen);
        true
    }

    /// Parts what names nodes at `depth` from what names something further out. What names nothing is told.
    fn sort(
        &mut self,
        mentions: Vec<Spanned<&'d str>>,
        depth: usize,
    ) -> (Vec<Need>, Vec<Spanned<&'d str>>) {
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for mention in mentions {
            match self.seen.get(mention.value) {
                Some(Seen { depth: given, node: Some(position), .. }) if *given == depth => {
                    near.push(Need { position: *position, at: mention.span });
                }
                Some(Seen { node: None, .. }) => {}
                Some(_) => far.push(mention),
                None => self.unknown(&mention),
            }
        }
        (near, far)
    }

    fn unknown(&mut self, mention: &Spanned<&str>) {
        let name = mention.value;
        match name {
            _ if ROOTS.contains(&name) => {}
            _ if LOOP.contains(&name) => {
                let finding = rules::unknown_name::outside_map(self.source, name, mention.span);
                self.findings.push(finding);
            }
            _ => {
                let mut known: Vec<&str> = Vec::new();
                // Nobody reads so many suggestions, and each is sought among all names.
                if !self.findings.are_many() {
                    known.extend(self.seen.keys());
                    known.extend(ROOTS);
                    known.sort_unstable();
                }
                let finding = rules::unknown_name::found(self.source, name, mention.span, &known);
                self.findings.push(finding);
            }
        }
    }
}

/// What is mentioned where the node's own name is what it has just given, and its body's nodes are in sight: those
/// names aside, which are no needs.
fn afterwards(node: &NodeBlock) -> Vec<Spanned<&str>> {
    let mut mentions = Vec::new();
    if let Some(repeat) = &node.repeat {
        let read = [Some(&repeat.value.until), repeat.value.best.as_ref()];
        mentions.extend(read.into_iter().flatten().flat_map(Expression::names));
    }
    for carry in node.carry.iter().flat_map(|carry| &carry.value) {
        mentions.extend(carry.value.names());
    }
    if let Some(undo) = &node.undo {
        names_in_call(&undo.value, &mut mentions);
    }
    let body = match &node.work {
        WorkBlock::Nodes(body) => &body.nodes[..],
        _ => &[],
    };
    let just_given: Vec<_> =
        body.iter().chain([node]).map(|node| node.name.value.as_str()).collect();
    mentions.retain(|mention| !just_given.contains(&mention.value));
    mentions
}

/// The needs in the order of the file, each once.
fn unique(needs: Vec<Need>) -> Vec<usize> {
    let mut positions: Vec<_> = needs.into_iter().map(|need| need.position).collect();
    positions.sort_unstable();
    positions.dedup();
    positions
}

fn names_in<'d>(value: &'d ValueBlock, mentions: &mut Vec<Spanned<&'d str>>) {
    mentions.extend(value.template.iter().flat_map(Template::names));
}

fn names_in_call<'d>(call: &'d CallBlock, mentions: &mut Vec<Spanned<&'d str>>) {
    for (_, value) in &call.with {
        names_in(value, mentions);
    }
    let values = [&call.provider, &call.model];
    for value in values.into_iter().flatten() {
        names_in(&value.value, mentions);
    }
}

fn names_in_amount<'d>(amount: Option<&'d AmountBlock>, mentions: &mut Vec<Spanned<&'d str>>) {
    if let Some(AmountBlock::Computed(value)) = amount {
        names_in(value, mentions);
    }
}
