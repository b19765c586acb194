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

#[derive(Serialize)]
struct Pages {
    rules: Vec<Page>,
}

pub(crate) fn explain(name: Option<&str>, global: &Global) -> Result<Exit, Problem> {
    let Some(name) = name else {
        return all(global);
    };
    let rule = find(name)?;
    if global.json {
        render::print_json(&page(rule))?;
    } else {
        render::print(&format!("{BOLD}{}{BOLD:#}\n\n{}\n", rule.name, rule.explanation.trim()))?;
    }
    Ok(Exit::Succeeded)
}

fn all(global: &Global) -> Result<Exit, Problem> {
    if global.json {
        render::print_json(&Pages { rules: plan::rules().iter().copied().map(page).collect() })?;
    } else {
        let rows = plan::rules().iter().map(|rule| vec![rule.name.into(), summary(rule)]);
        render::print(&render::table::table(&["rule", "what it says"], rows))?;
    }
    Ok(Exit::Succeeded)
}

fn page(rule: &Rule) -> Page {
    Page { rule: rule.name, explanation: rule.explanation }
}

/// The first sentence of the explanation, on one line.
fn summary(rule: &Rule) -> String {
    let first = rule.explanation.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match first.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => first,
    }
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
