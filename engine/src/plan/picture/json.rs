//! A picture as data, for tools that draw it their own way.

use serde_json::{Value as Json, json as object};

use super::{
    Carries, Drawn, Inside, States, account, drawn, inputs_of, nodes_of, outputs, remarks,
};
use crate::plan::graph::{BodyIndex, Plan};

/// All `plans`: nodes by their paths, bodies inside of their nodes.
pub fn json(plans: &[&Plan], states: &States) -> Json {
    let pipelines: Vec<Json> =
        plans.iter().enumerate().map(|(of, plan)| pipeline(plan, of, states)).collect();
    object!({ "pipelines": pipelines })
}

fn pipeline(plan: &Plan, of: usize, states: &States) -> Json {
    let root = plan.body(plan.root());
    let (nodes, _) = drawn(plan, of, plan.root(), "");
    let inputs: Vec<Json> = plan
        .inputs
        .iter()
        .enumerate()
        .map(|(index, input)| {
            let readers = nodes.iter().filter(|node| inputs_of(plan, node.node).contains(&index));
            let to: Vec<&str> = readers.map(|node| node.path.as_str()).collect();
            object!({ "name": input.name, "to": to })
        })
        .collect();
    let outputs: Vec<Json> = outputs(root)
        .iter()
        .map(|(name, value)| {
            let from: Vec<&str> =
                nodes_of(root, value).into_iter().map(|node| nodes[node].path.as_str()).collect();
            object!({ "name": name, "from": from })
        })
        .collect();
    let mut whole = body(plan, of, (plan.root(), ""), states);
    whole["name"] = plan.name.as_str().into();
    whole["budget"] = account(plan).into();
    whole["inputs"] = inputs.into();
    whole["outputs"] = outputs.into();
    whole
}

fn body(plan: &Plan, of: usize, (index, within): (BodyIndex, &str), states: &States) -> Json {
    let (nodes, lines) = drawn(plan, of, index, within);
    let edges: Vec<Json> = lines
        .iter()
        .map(|line| {
            object!({
                "from": nodes[line.from].path,
                "to": nodes[line.to].path,
                "carries": match line.carries { Carries::Data => "data", Carries::Order => "order" },
                "values": line.says,
                "gate": line.gate,
            })
        })
        .collect();
    let nodes: Vec<Json> = nodes.iter().map(|node| one(plan, of, node, states)).collect();
    object!({ "nodes": nodes, "edges": edges })
}

fn one(plan: &Plan, of: usize, node: &Drawn<'_>, states: &States) -> Json {
    let mut one = object!({
        "path": node.path,
        "name": node.node.name,
        "map": node.node.each.is_some(),
        "repeat": node.node.repeat.is_some(),
        "remarks": remarks(plan, node.node),
    });
    match &node.inside {
        Inside::Kind(kind) => one["kind"] = (*kind).into(),
        Inside::Body(index, _) => one["body"] = body(plan, of, (*index, &node.path), states),
    }
    if let Some(shown) = states.get(&node.path) {
        one["state"] = object!(shown.state);
        one["note"] = shown.note.as_str().into();
    }
    one
}
