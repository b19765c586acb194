//! How much does the engine add to what the disk takes?
//!
//! Pairs are measured in one run, on one disk, and alternated: an append with sync, then a run. Ratios hold where absolute
//! figures depend on the machine.

#![expect(clippy::disallowed_methods, reason = "a bench has a clock and writes files")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use flow_engine::expression::Expression;
use flow_engine::host::{Ending, Options, State};
use flow_engine::kind::{Attempt, Failure, Kind, Nature, Pure, Registry, Weight};
use flow_engine::plan::graph::{
    Body, BodyIndex, Call, Each, Gives, Node, NodeIndex, Plan, PlannedKind, Work,
};
use flow_engine::source::Span;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Map;

/// Does nothing, and may not be used again.
struct Nothing;

#[derive(Deserialize, Serialize, JsonSchema)]
struct Empty {}

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

fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.add(Nothing);
    registry.add_pure(Inline);
    registry
}

fn node(name: &str, kind: &str, needs: &[usize]) -> Node {
    let index = |need: &usize| NodeIndex(u32::try_from(*need).expect("small"));
    let call =
        Call { kind: kind.parse().expect("a kind"), with: Vec::new(), provider: None, model: None };
    let name = name.parse().expect("a name");
    Node {
        needs: needs.iter().map(index).collect(),
        ..Node::new(name, Span::default(), Work::Call(call))
    }
}

fn plan(mut bodies: Vec<Body>, nodes: Vec<Node>) -> Plan {
    bodies.insert(0, Body::new(nodes, Gives::Outputs(Vec::new()), None));
    let catalog = registry().catalog();
    let kinds = catalog.kinds.into_iter().map(|(name, card)| {
        let planned = PlannedKind {
            version: card.version,
            revision: String::new(),
            nature: card.nature,
            weight: card.weight,
            inline: card.inline,
            input: card.input,
            output: card.output,
            provider: String::new(),
            slots: 0,
        };
        (name, planned)
    });
    Plan { name: "bench".into(), kinds: kinds.collect(), bodies, ..Plan::default() }
}

fn chain(kind: &str, length: usize) -> Plan {
    let nodes = (0..length).map(|at| {
        let needs: Vec<usize> = at.checked_sub(1).into_iter().collect();
        node(&format!("n{at}"), kind, &needs)
    });
    plan(Vec::new(), nodes.collect())
}

fn fan_out(width: usize) -> Plan {
    plan(Vec::new(), (0..width).map(|at| node(&format!("n{at}"), "nothing", &[])).collect())
}

fn map(items: usize) -> Plan {
    let body = Body::new(
        vec![node("each", "nothing", &[])],
        Gives::Node(NodeIndex(0)),
        Some((BodyIndex(0), NodeIndex(0))),
    );
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
    plan(vec![body], vec![outer])
}

async fn run(folder: &Path, plan: &Plan) -> (Duration, Ending) {
    let state = State::open(folder).expect("a state folder");
    let began = Instant::now();
    let ending =
        state.start(plan, Map::new(), Vec::new(), Options::new(registry())).await.expect("a run");
    (began.elapsed(), ending)
}

/// The mean of one append of `bytes` and its sync.
fn appends(folder: &Path, count: u32, bytes: usize) -> Duration {
    let mut file = File::create(folder.join("append")).expect("a file");
    let row = vec![b'x'; bytes];
    let began = Instant::now();
    for _ in 0..count {
        file.write_all(&row).expect("written");
        file.sync_data().expect("synced");
    }
    began.elapsed() / count
}

#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn report(name: &str, count: usize, took: Duration, more: &str) {
    let seconds = took.as_secs_f64();
    let count = u32::try_from(count).expect("small");
    println!(
        "{name:32} {count:>7} nodes {seconds:8.3} s {:>10.0} nodes/s {:8.1} µs/node {more}",
        f64::from(count) / seconds,
        seconds * 1e6 / f64::from(count),
    );
}

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let temporary = tempfile::tempdir_in(".").expect("a folder on the disk of the project");
    let folder = |name: &str| temporary.path().join(name);
    for (round, length) in [1_000, 1_000, 1_000].into_iter().enumerate() {
        let append = appends(temporary.path(), 500, 4096);
        let (took, _) =
            runtime.block_on(run(&folder(&format!("chain-{round}")), &chain("nothing", length)));
        let per_node = took / u32::try_from(length).expect("small");
        let ratio = per_node.as_secs_f64() / append.as_secs_f64();
        report(
            "chain, effectful",
            length,
            took,
            &format!("= {ratio:.2} x an append of {append:.2?}"),
        );
    }
    for length in [1_000, 10_000] {
        let (took, _) =
            runtime.block_on(run(&folder(&format!("inline-{length}")), &chain("inline", length)));
        report("chain, inside the tick", length, took, "");
    }
    for width in [1_000, 10_000] {
        let (took, _) = runtime.block_on(run(&folder(&format!("fan-{width}")), &fan_out(width)));
        report("fan-out, effectful", width, took, "");
    }
    for items in [10_000, 100_000] {
        let path = folder(&format!("map-{items}"));
        let (took, _) = runtime.block_on(run(&path, &map(items)));
        let bytes = std::fs::metadata(path.join("flow.db")).map_or(0, |data| data.len());
        report("map, effectful", items, took, &format!("{} B journal/node", bytes / items as u64));
    }
}
