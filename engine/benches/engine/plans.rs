//! Which plans are measured, and of which kinds are their nodes?

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use flow_engine::expression::{Expression, Template};
use flow_engine::kind::{Attempt, Failure, Kind, Nature, Pure, Registry, Weight};
use flow_engine::plan::graph::{
    Body, BodyIndex, Call, Each, Gives, Node, NodeIndex, Plan, PlannedKind, Work,
};
use flow_engine::schema::Schema;
use flow_engine::source::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::UnboundedSender;

#[derive(Deserialize, Serialize, JsonSchema)]
pub(crate) struct Empty {}

/// Does nothing, and may not be used again.
struct Nothing;

impl Kind for Nothing {
    type Input = Empty;
    type Output = Empty;
    const NAME: &'static str = "nothing";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Does nothing.";
    const NATURE: Nature = Nature::Effectful;
    const WEIGHT: Weight = Weight::Light;

    async fn run(&self, _: &dyn Attempt, _: Empty) -> Result<Empty, Failure> {
        Ok(Empty {})
    }
}

/// Gives back a number, and may be used again.
struct Echo;

#[derive(Deserialize, Serialize, JsonSchema)]
struct Number {
    number: u64,
}

impl Kind for Echo {
    type Input = Number;
    type Output = Number;
    const NAME: &'static str = "echo";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Gives back a number.";
    const NATURE: Nature = Nature::Pure;
    const WEIGHT: Weight = Weight::Light;

    async fn run(&self, _: &dyn Attempt, input: Number) -> Result<Number, Failure> {
        Ok(input)
    }
}

/// Does nothing, inside the tick.
struct Inline;

impl Pure for Inline {
    type Input = Empty;
    type Output = Empty;
    const NAME: &'static str = "inline";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Does nothing, inside the tick.";

    fn evaluate(&self, _: Empty) -> Result<Empty, Failure> {
        Ok(Empty {})
    }
}

/// Tells when it is begun; the first time it never ends.
pub(crate) struct Last {
    pub(crate) is_second: Arc<AtomicBool>,
    pub(crate) begun: UnboundedSender<Instant>,
}

impl Kind for Last {
    type Input = Empty;
    type Output = Empty;
    const NAME: &'static str = "last";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Tells when it is begun.";
    const NATURE: Nature = Nature::Effectful;
    const WEIGHT: Weight = Weight::Light;

    async fn run(&self, attempt: &dyn Attempt, _: Empty) -> Result<Empty, Failure> {
        let _ = self.begun.send(Instant::now());
        if !self.is_second.load(Ordering::SeqCst) {
            attempt.cancelled().await;
        }
        Ok(Empty {})
    }
}

pub(crate) fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add(Nothing);
    registry.add(Echo);
    registry.add_pure(Inline);
    registry
}

pub(crate) fn node(name: &str, kind: &str, needs: &[usize]) -> Node {
    let index = |need: &usize| NodeIndex(u32::try_from(*need).expect("small"));
    let call = Call {
        kind: kind.parse().expect("a kind"),
        with: Vec::new(),
        provider: None,
        model: None,
        take: None,
    };
    let name = name.parse().expect("a name");
    Node {
        needs: needs.iter().map(index).collect(),
        ..Node::new(name, Span::default(), Work::Call(call))
    }
}

pub(crate) fn plan(registry: &Registry, mut bodies: Vec<Body>, nodes: Vec<Node>) -> Plan {
    bodies.insert(0, Body::new(nodes, Gives::Outputs(Vec::new()), None));
    let called: BTreeSet<_> = (bodies.iter().flat_map(|body| &body.nodes))
        .flat_map(Node::calls)
        .map(|call| call.kind.clone())
        .collect();
    let kinds = registry.catalog().kinds.into_iter();
    let kinds = kinds.filter(|(name, _)| called.contains(name)).map(|(name, card)| {
        let planned = PlannedKind {
            version: card.version,
            revision: String::new(),
            nature: card.nature,
            weight: card.weight,
            inline: card.inline,
            input: Schema::clone(&card.input),
            output: Schema::clone(&card.output),
            provider: String::new(),
            slots: 0,
        };
        (name, planned)
    });
    Plan { name: "bench".into(), kinds: kinds.collect(), bodies, ..Plan::default() }
}

pub(crate) fn chain(kind: &str, length: usize) -> Plan {
    let nodes = (0..length).map(|at| {
        let needs: Vec<usize> = at.checked_sub(1).into_iter().collect();
        node(&format!("n{at}"), kind, &needs)
    });
    plan(&registry(), Vec::new(), nodes.collect())
}

pub(crate) fn fan_out(width: usize) -> Plan {
    let nodes = (0..width).map(|at| node(&format!("n{at}"), "nothing", &[]));
    plan(&registry(), Vec::new(), nodes.collect())
}

/// A map over so many items, each a node of `kind`; `echo` is given its item.
pub(crate) fn map(kind: &str, items: usize) -> Plan {
    let mut inner = node("each", kind, &[]);
    if let (Work::Call(call), "echo") = (&mut inner.work, kind) {
        let number = Expression::parse("it", Span::default()).expect("an expression");
        call.with.push(("number".into(), Template::Expression(number)));
    }
    let parent = Some((BodyIndex(0), NodeIndex(0)));
    let body = Body::new(vec![inner], Gives::Node(NodeIndex(0)), parent);
    let each = Each {
        list: Expression::parse(&format!("range({items})"), Span::default())
            .expect("an expression"),
        item: "it".parse().expect("a name"),
        key: None,
        limit: None,
        max_items: u32::MAX,
        budget: None,
    };
    let outer =
        Node { each: Some(each), work: Work::Body(BodyIndex(1)), ..node("all", "nothing", &[]) };
    plan(&registry(), vec![body], vec![outer])
}
