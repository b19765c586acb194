//! `flow new --plan PLAN`: makes a pipeline of a production plan.

use std::path::Path;

use flow_engine::kind::Catalog;
use flow_nodes::vrd::production::ProductionPlan;
use flow_nodes::vrd::production::compile::{Kind, Means, compile};
use serde_json::Value as Json;

use crate::exit::{Exit, Problem};
use crate::{render, setup};

pub(super) fn from_plan(file: &Path) -> Result<Exit, Problem> {
    let plan = read(file)?;
    let text = compile(&plan, &means(&setup::registry().catalog())).map_err(|issue| {
        let problem = Problem::refused(issue.message);
        match issue.fix {
            Some(fix) => problem.help(String::from(fix)),
            None => problem,
        }
    })?;
    render::print(&text)?;
    Ok(Exit::Succeeded)
}

/// The plan in `file`: by itself, or among the outputs of a run or a call.
fn read(file: &Path) -> Result<ProductionPlan, Problem> {
    let shown = file.display();
    let help =
        "give the plan that a run of pipelines/explainer.yaml writes: out/explainer/plan.json";
    let text = std::fs::read_to_string(file)
        .map_err(|error| Problem::refused(format!("cannot read `{shown}`: {error}")).help(help))?;
    let tree: Json = serde_json::from_str(&text)
        .map_err(|error| Problem::refused(format!("`{shown}` is no JSON: {error}")).help(help))?;
    let inner = ["/outputs/plan", "/plan"].iter().find_map(|place| tree.pointer(place));
    serde_json::from_value(inner.unwrap_or(&tree).clone()).map_err(|error| {
        Problem::refused(format!("`{shown}` is no production plan: {error}")).help(help)
    })
}

/// The provider that every machine has.
const HERE: &str = "local";

/// What the kinds of `catalog` take, and who does their work: on this machine, since nothing can be bought yet.
fn means(catalog: &Catalog) -> Means {
    let kind = |card: &flow_engine::kind::Card| {
        let ports = card.input.as_json().get("properties").and_then(Json::as_object);
        Kind {
            ports: ports.into_iter().flat_map(|ports| ports.keys().cloned()).collect(),
            providers: card.providers.iter().filter(|name| *name == HERE).cloned().collect(),
        }
    };
    let is_here = |card: &flow_engine::kind::Card| {
        card.providers.is_empty() || card.providers.iter().any(|name| name == HERE)
    };
    let kinds = catalog
        .kinds
        .iter()
        .filter(|(_, card)| is_here(card))
        .map(|(name, card)| (name.to_string(), kind(card)));
    Means { kinds: kinds.collect() }
}
