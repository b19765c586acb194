//! `flow explain RULE`: what does a rule mean, and how is it obeyed?

use std::collections::BTreeSet;

use flow_engine::diagnostic::{Rule, nearest};
use flow_engine::plan;
use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::{self, BOLD};

/// What programs read of a rule.
#[derive(Serialize)]
struct Page {
    rule: &'static str,
    explanation: &'static str,
}

pub(crate) fn explain(name: &str, global: &Global) -> Result<Exit, Problem> {
    let rule = find(name)?;
    if global.json {
        render::print_json(&Page { rule: rule.name, explanation: rule.explanation })?;
    } else {
        render::print(&format!("{BOLD}{}{BOLD:#}\n\n{}\n", rule.name, rule.explanation.trim()))?;
    }
    Ok(Exit::Succeeded)
}

fn find(name: &str) -> Result<&'static Rule, Problem> {
    let rules = || plan::rules().iter().copied();
    rules().find(|rule| rule.name == name).ok_or_else(|| {
        let problem = Problem::refused(format!("no rule is called `{name}`"));
        if let Some(near) = nearest(name, rules().map(|rule| rule.name)) {
            return problem.help(format!("did you mean `{near}`?"));
        }
        let names: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
        problem.help(format!("the rules are {}", Vec::from_iter(names).join(", ")))
    })
}
