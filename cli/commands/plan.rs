//! `flow plan FILE`: what a pipeline can cost at most, what it will cost, and how long it will take.

use std::path::Path;

use flow_engine::host::rehearse::{Part, Report, Simulation};
use flow_engine::money::Usd;
use flow_engine::plan::cost::{self, Bound, Worst};
use flow_engine::plan::graph::Amount;
use serde::Serialize;

use super::rehearse::{self, Scene};
use crate::args::{Global, Values};
use crate::exit::{Exit, Problem};
use crate::render;
use crate::render::table::table;
use crate::wallet::{self, Standing};

pub(crate) fn plan(
    file: &Path,
    given: &Values,
    providers: &[String],
    simulate: Option<u64>,
    global: &Global,
) -> Result<Exit, Problem> {
    let scene = Scene::of(file, given, providers, global)?;
    let worst = cost::worst(&scene.plan, &scene.catalog);
    let limit = match scene.plan.budget.as_ref().and_then(|budget| budget.limit.as_ref()) {
        Some(Amount::Written(limit)) => Some(*limit),
        Some(_) => None,
        None => scene.project.settings()?.budget.run,
    };
    if let Some(runs) = simulate {
        let simulation = scene.simulate(runs, limit)?;
        if global.json {
            render::print_json(&spread(&simulation))?;
        } else {
            render::print(&told(&simulation, limit))?;
        }
        return Ok(Exit::Succeeded);
    }
    let wallet = wallet::standing(&scene.project, Some(scene.state.store()))?;
    let expected = scene.play(0)?;
    let remaining = scene.play_on_cache(0)?;
    if global.json {
        let document = Document { wallet, ..document(&worst, &expected, &remaining, limit) };
        render::print_json(&document)?;
    } else {
        let wallet = wallet.map(|wallet| wallet.text()).unwrap_or_default();
        render::print(&(text(&worst, &expected, &remaining, limit) + &wallet))?;
    }
    Ok(Exit::Succeeded)
}

fn text(worst: &Worst, expected: &Report, remaining: &Report, limit: Option<Usd>) -> String {
    let rows = worst.nodes.iter().map(|node| {
        let share = expected.nodes.get(&node.path).copied().unwrap_or_default();
        let (attempts, most) = match &node.worst {
            Bound::AtMost(most) => (node.attempts.to_string(), most.to_string()),
            Bound::Unbounded(_) => (node.attempts.to_string(), "no bound".into()),
        };
        vec![
            node.path.clone(),
            attempts,
            most,
            share.spent.to_string(),
            render::seconds(share.took),
        ]
    });
    let mut text = table(&["node", "attempts, at most", "worst", "expected", "takes"], rows);
    match worst.total() {
        Ok(total) => text.push_str(&format!("worst case: {total}\n")),
        Err((path, why)) => text.push_str(&format!("worst case: no bound: `{path}`: {why}\n")),
    }
    if let Some(limit) = limit {
        text.push_str(&format!("budget: {limit}\n"));
    }
    let took = render::seconds(expected.took);
    text.push_str(&format!("expected: {}, {took}\n", expected.spent));
    text.push_str(&rehearse::critical(expected));
    let buys: Vec<_> = bought(remaining).map(|(path, count)| format!("{path} × {count}")).collect();
    let buys = if buys.is_empty() { "nothing".into() } else { buys.join(", ") };
    text.push_str(&format!("would buy now: {buys}, for {}\n", remaining.spent));
    let cached = remaining.tally.cached;
    text.push_str(&format!("in the cache: {}\n", render::count(cached, "node")));
    text
}

fn bought(report: &Report) -> impl Iterator<Item = (&String, u32)> {
    let bought = report.nodes.iter().filter(|(_, share)| share.part == Part::Bought);
    bought.map(|(path, share)| (path, share.purchases))
}

fn told(simulation: &Simulation, limit: Option<Usd>) -> String {
    let runs = simulation.runs;
    let share = |of: u64| format!("{}.{} %", of * 100 / runs, of * 1000 / runs % 10);
    let (cost, took) = (simulation.cost, simulation.took);
    let rows = [
        ("least", cost.least, took.least),
        ("half of them, at most", cost.half, took.half),
        ("95 %, at most", cost.p95, took.p95),
        ("most", cost.most, took.most),
    ];
    let rows = rows
        .map(|(name, cost, took)| vec![name.to_owned(), cost.to_string(), render::seconds(took)]);
    let mut text = table(&[&render::count(runs, "run"), "cost", "takes"], rows);
    text.push_str(&format!("succeeded: {}\n", share(simulation.succeeded)));
    if let (Some(within), Some(limit)) = (simulation.within, limit) {
        text.push_str(&format!("within the budget of {limit}: {}\n", share(within)));
    }
    let whole: Usd = simulation.nodes.iter().map(|(_, cost, _)| *cost).sum();
    match simulation.nodes.first() {
        Some((path, cost, _)) if *cost > Usd::ZERO => {
            let part = cost.micros().saturating_mul(100) / whole.micros();
            text.push_str(&format!("most of the cost: {path}, {part} %\n"));
        }
        _ => {}
    }
    if let Some((path, _, took)) = simulation.nodes.iter().max_by_key(|(_, _, took)| *took) {
        let took = render::seconds(*took / u32::try_from(runs).unwrap_or(u32::MAX));
        text.push_str(&format!("most of the time: {path}, {took} a run\n"));
    }
    text
}

/// What programs read of a plan.
#[derive(Serialize)]
struct Document {
    worst: Option<String>,
    unbounded: Vec<Unbounded>,
    budget: Option<String>,
    expected: Expected,
    cached: u64,
    buys: Vec<Buys>,
    nodes: Vec<Node>,
    /// Of the project; left out, if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<Standing>,
}

#[derive(Serialize)]
struct Unbounded {
    path: String,
    why: String,
}

#[derive(Serialize)]
struct Expected {
    cost: String,
    seconds: f64,
    critical: Vec<rehearse::Leg>,
    nodes: Vec<rehearse::Node>,
}

#[derive(Serialize)]
struct Buys {
    path: String,
    purchases: u32,
}

#[derive(Serialize)]
struct Node {
    path: String,
    attempts: u64,
    each: String,
    worst: Option<String>,
}

fn document(worst: &Worst, expected: &Report, remaining: &Report, limit: Option<Usd>) -> Document {
    let bound = |bound: &Bound| match bound {
        Bound::AtMost(most) => Some(most.to_string()),
        Bound::Unbounded(_) => None,
    };
    let unbounded = worst.nodes.iter().filter_map(|node| match &node.worst {
        Bound::Unbounded(why) => Some(Unbounded { path: node.path.clone(), why: why.clone() }),
        Bound::AtMost(_) => None,
    });
    Document {
        worst: worst.total().ok().map(|total| total.to_string()),
        unbounded: unbounded.collect(),
        budget: limit.map(|limit| limit.to_string()),
        expected: Expected {
            cost: expected.spent.to_string(),
            seconds: expected.took.as_secs_f64(),
            critical: rehearse::legs(expected),
            nodes: rehearse::nodes(expected),
        },
        cached: remaining.tally.cached,
        buys: bought(remaining)
            .map(|(path, purchases)| Buys { path: path.clone(), purchases })
            .collect(),
        nodes: worst
            .nodes
            .iter()
            .map(|node| Node {
                path: node.path.clone(),
                attempts: node.attempts,
                each: node.each.to_string(),
                worst: bound(&node.worst),
            })
            .collect(),
        wallet: None,
    }
}

/// What programs read of many runs.
#[derive(Serialize)]
struct Spread {
    runs: u64,
    succeeded: u64,
    within_budget: Option<u64>,
    cost: Levels<String>,
    seconds: Levels<f64>,
    nodes: Vec<Total>,
}

#[derive(Serialize)]
struct Levels<T> {
    least: T,
    p50: T,
    p95: T,
    most: T,
}

#[derive(Serialize)]
struct Total {
    path: String,
    cost: String,
    seconds: f64,
}

fn spread(simulation: &Simulation) -> Spread {
    let (cost, took) = (simulation.cost, simulation.took);
    Spread {
        runs: simulation.runs,
        succeeded: simulation.succeeded,
        within_budget: simulation.within,
        cost: Levels {
            least: cost.least.to_string(),
            p50: cost.half.to_string(),
            p95: cost.p95.to_string(),
            most: cost.most.to_string(),
        },
        seconds: Levels {
            least: took.least.as_secs_f64(),
            p50: took.half.as_secs_f64(),
            p95: took.p95.as_secs_f64(),
            most: took.most.as_secs_f64(),
        },
        nodes: simulation
            .nodes
            .iter()
            .map(|(path, cost, took)| Total {
                path: path.clone(),
                cost: cost.to_string(),
                seconds: took.as_secs_f64(),
            })
            .collect(),
    }
}
