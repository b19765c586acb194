//! How does a plan become a pipeline that makes it?
//!
//! One node for each step, by the table of categories and kinds; edges from what a step depends on; then the steps made
//! once, and the cut. A step that this program has no provider for is made by a stand-in, and says so.

mod film;
mod step;
pub mod yaml;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::plan::{ProductionPlan, ShotPlan, Status};
use crate::vrd::issue::Issue;
use crate::vrd::tools::lines;

/// What a program can make plans with: its kinds.
#[derive(Clone, Debug, Default)]
pub struct Means {
    pub kinds: BTreeMap<String, Kind>,
}

/// What is known of a kind here.
#[derive(Clone, Debug, Default)]
pub struct Kind {
    pub ports: BTreeSet<String>,
    pub providers: BTreeSet<String>,
}

/// What all nodes of one pipeline share.
struct Compiling<'a> {
    plan: &'a ProductionPlan,
    means: &'a Means,
    nodes: Map<String, Json>,
    /// The node that gives each shot's picture.
    pictures: Vec<String>,
    /// The node that speaks a shot's dialogue, where a step does.
    voices: Vec<Option<String>>,
}

/// The pipeline of `plan`; none for a plan that nothing can make.
pub fn compile(plan: &ProductionPlan, means: &Means) -> Result<String, Issue> {
    if plan.status == Status::Infeasible || plan.shot_plans.is_empty() {
        let ways = plan.infeasible.iter().flat_map(|infeasible| &infeasible.relaxations);
        let ways: Vec<&str> = ways.map(|way| way.fix.as_str()).collect();
        let issue = Issue::error("P007", "a plan that keeps not all limits is not made").at("plan");
        return Err(issue.fix(format!("plan anew: {}", ways.join(", or "))));
    }
    let mut compiling =
        Compiling { plan, means, nodes: Map::new(), pictures: Vec::new(), voices: Vec::new() };
    for shot in &plan.shot_plans {
        compiling.shot(shot);
    }
    compiling.film();
    let tree = json!({
        "flow": 1,
        "name": "production",
        "description": format!(
            "{} shots as planned in {}: {}, {} min, with the tools of {}.",
            plan.shot_plans.len(),
            plan.production_plan_id,
            plan.total_estimated_cost_usd,
            plan.total_estimated_time_minutes,
            plan.tool_stack_version
        ),
        "inputs": inputs(plan),
        "nodes": compiling.nodes,
        "outputs": {
            "film": "${{ film.video }}",
            "poster": "${{ film.poster }}",
        },
    });
    Ok(format!(
        "# Made by `flow new --plan`: edit it like any other pipeline.\n{}",
        yaml::write(&tree)
    ))
}

fn inputs(plan: &ProductionPlan) -> Json {
    let first = &plan.shot_plans[0];
    let lines = lines(&first.resolution).unwrap_or(1080).clamp(90, 2160);
    json!({
        "title": { "type": "string", "default": plan.title.as_deref().unwrap_or("Production") },
        "resolution": {
            "description": "The film's shorter side; a small one makes a quick draft.",
            "type": "integer", "minimum": 90, "maximum": 2160, "default": lines,
        },
        "theme": {
            "description": "The colours of what is drawn here.",
            "type": "string",
            "default": "auto",
        },
    })
}

impl Compiling<'_> {
    fn shot(&mut self, shot: &ShotPlan) {
        let steps = &shot.recommended_workflow.steps;
        let mut names: Vec<String> = Vec::new();
        for step in steps {
            let name = self.free_name(&format!("{}_{}", name(&shot.shot_id), step::word(step)));
            let made = step::Making { shot, step, steps, names: &names, means: self.means };
            self.nodes.insert(name.clone(), made.node());
            names.push(name);
        }
        let voice = steps.iter().zip(&names).find(|(step, _)| step::is_voice(step));
        self.voices.push(voice.map(|(_, name)| name.clone()));
        let picture = steps.iter().zip(&names).rfind(|(step, _)| !step::is_voice(step));
        self.pictures.push(picture.map(|(_, name)| name.clone()).unwrap_or_default());
    }

    fn free_name(&self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while self.nodes.contains_key(&name) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }
}

/// `text` as a name that expressions can read.
fn name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .take(40)
        .collect();
    if name.starts_with(|c: char| c.is_ascii_lowercase()) { name } else { format!("s{name}") }
}

/// `text` as it is: what looks like an expression is none.
fn literal(text: &str) -> Json {
    Json::String(text.replace("${{", "$${{"))
}

#[cfg(test)]
mod tests;
