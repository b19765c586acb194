//! `flow show [RUN [NODE]]`: what happened in a run, or to one of its nodes?

use std::collections::BTreeMap;

use flow_engine::diagnostic::nearest;
use flow_engine::host::history::{self, History, NodeHistory};
use flow_engine::host::store::Store;
use flow_engine::kind::Failure;
use flow_engine::money::Usd;
use flow_engine::run::Tally;
use flow_engine::run::event::Value;
use serde::Serialize;
use serde_json::Value as Json;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::{self, BOLD, DIM};
use crate::runs::{find, look, seconds, status};
use crate::{drive, setup};

/// More nodes than this are told one level deep only.
const MANY: usize = 100;

/// What programs read of a run.
#[derive(Serialize)]
struct Document<'a> {
    run: &'a str,
    pipeline: &'a str,
    status: &'a str,
    started: String,
    seconds: Option<f64>,
    spent: String,
    tally: Tally,
    outputs: Json,
    nodes: Vec<Node<'a>>,
    /// What the nodes wait for that could go on, by path.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    waits: BTreeMap<String, String>,
}

/// What programs read of a node.
#[derive(Serialize)]
struct Node<'a> {
    path: &'a str,
    kind: &'a str,
    state: &'static str,
    attempts: u16,
    seconds: f64,
    spent: String,
    failure: Option<&'a Failure>,
}

#[derive(Serialize)]
struct Detail<'a> {
    run: &'a str,
    #[serde(flatten)]
    node: Node<'a>,
    input: Json,
    output: Json,
}

#[derive(Serialize)]
struct Log<'a> {
    run: &'a str,
    events: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    at: String,
    path: &'a str,
    what: &'a str,
}

pub(crate) fn show(
    run: Option<&str>,
    node: Option<&str>,
    log: bool,
    global: &Global,
) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let store = look(&project.state)?;
    let history = History::of(&store, find(&store, run)?)?;
    let node = node.map(|path| find_node(&history, path)).transpose()?;
    match node {
        _ if log => show_log(&history, node.map(|(path, _)| path), global)?,
        Some((path, node)) => show_node(&history, &store, path, node, global)?,
        None => show_run(&history, &store, global)?,
    }
    Ok(Exit::Succeeded)
}

pub(super) fn find_node<'a>(
    history: &'a History,
    path: &str,
) -> Result<(&'a str, &'a NodeHistory), Problem> {
    let found = history.nodes.get_key_value(path);
    found.map(|(path, node)| (path.as_str(), node)).ok_or_else(|| {
        let problem =
            Problem::refused(format!("nothing happened at `{path}` in {}", history.row.run));
        match nearest(path, history.nodes.keys().map(String::as_str)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")),
            None => problem.help(format!("`flow show {}` lists its nodes", history.row.run)),
        }
    })
}

fn show_run(history: &History, store: &Store, global: &Global) -> Result<(), Problem> {
    let row = &history.row;
    let outputs = match history.state.result() {
        Some(output) => json(store, Some(output))?,
        None => Json::Null,
    };
    let mut nodes: Vec<(&String, &NodeHistory)> = history.nodes.iter().collect();
    nodes.sort_by_key(|(_, node)| node.position);
    if global.json {
        return render::print_json(&Document {
            run: row.run.as_str(),
            pipeline: &row.pipeline,
            status: status(row),
            started: row.started.to_string(),
            seconds: seconds(row),
            spent: history.spent().to_string(),
            tally: history.tally(),
            outputs,
            nodes: nodes.iter().map(|(path, node)| entry(path, node)).collect(),
            waits: waits(history),
        });
    }
    let took = history.last.since(row.started);
    let mut text = format!(
        "{BOLD}{}{BOLD:#}  {}: {} in {}; {}; spent {}\n{DIM}started {}{DIM:#}\n\n",
        row.run,
        row.pipeline,
        status(row),
        render::seconds(took),
        drive::nodes(history.tally()),
        history.spent(),
        row.started,
    );
    text.push_str(&node_table(&nodes));
    for (path, why) in waits(history).into_iter().take(MANY) {
        text.push_str(&format!("{path} waits: {why}\n"));
    }
    for (path, node) in &nodes {
        if let Some(failure) = &node.failure {
            text.push_str(&failed(path, failure));
        }
    }
    if let Json::Object(outputs) = &outputs {
        text.push_str(&format!("\n{BOLD}outputs{BOLD:#}\n{:#}\n", Json::Object(outputs.clone())));
    }
    render::print(&text)
}

/// What a node was billed; empty, where that is nothing.
fn spent(node: &NodeHistory) -> String {
    if node.spent > Usd::ZERO { node.spent.to_string() } else { String::new() }
}

/// What the nodes wait for that could go on.
fn waits(history: &History) -> BTreeMap<String, String> {
    let reasons = history.state.reasons(&history.plan, history.last);
    reasons.into_iter().map(|(path, why)| (path, why.to_string())).collect()
}

/// The nodes as rows; of very many, the pipeline's own and those that failed.
fn node_table(nodes: &[(&String, &NodeHistory)]) -> String {
    let is_many = nodes.len() > MANY;
    let told = |path: &str, node: &NodeHistory| {
        !is_many || !path.contains(['/', '[']) || node.failure.is_some()
    };
    let shown: Vec<_> = nodes.iter().filter(|(path, node)| told(path, node)).collect();
    let is_paid = shown.iter().any(|(_, node)| node.spent > Usd::ZERO);
    let rows = shown.iter().map(|(path, node)| {
        let mut row = vec![
            (*path).clone(),
            node.kind.clone(),
            node.state.to_owned(),
            node.attempts.to_string(),
            if node.took.is_zero() { String::new() } else { render::seconds(node.took) },
        ];
        row.extend(is_paid.then(|| spent(node)));
        row
    });
    let mut headings = vec!["node", "kind", "state", "attempts", "took"];
    headings.extend(is_paid.then_some("spent"));
    let mut text = render::table::table(&headings, rows);
    let hidden = nodes.len() - shown.len();
    if hidden > 0 {
        text.push_str(&format!("{DIM}and {hidden} inside of these: --json lists them{DIM:#}\n"));
    }
    text
}

fn show_node(
    history: &History,
    store: &Store,
    path: &str,
    node: &NodeHistory,
    global: &Global,
) -> Result<(), Problem> {
    let (input, output) = (json(store, node.input.as_ref())?, json(store, node.output.as_ref())?);
    if global.json {
        let run = history.row.run.as_str();
        return render::print_json(&Detail { run, node: entry(path, node), input, output });
    }
    let mut text = format!(
        "{BOLD}{path}{BOLD:#}  {}: {} after {}, {}\n",
        node.kind,
        node.state,
        render::count(node.attempts, "attempt"),
        render::seconds(node.took),
    );
    if let Some(failure) = &node.failure {
        text.push_str(&failed(path, failure));
    }
    for (title, value) in [("input", input), ("output", output)] {
        if !value.is_null() {
            text.push_str(&format!("\n{BOLD}{title}{BOLD:#}\n{value:#}\n"));
        }
    }
    render::print(&text)
}

fn show_log(history: &History, path: Option<&str>, global: &Global) -> Result<(), Problem> {
    let belongs = |of: &str| path.is_none_or(|path| of == path);
    let lines = history.lines.iter().filter(|line| belongs(&line.path));
    if global.json {
        let events =
            lines.map(|line| Entry { at: line.at.to_string(), path: &line.path, what: &line.what });
        let run = history.row.run.as_str();
        return render::print_json(&Log { run, events: events.collect() });
    }
    let rows = lines.map(|line| vec![line.at.to_string(), line.path.clone(), line.what.clone()]);
    render::print(&render::table::table(&["at", "node", "what"], rows))
}

fn failed(path: &str, failure: &Failure) -> String {
    let help = failure.help.as_ref().map(|help| format!("help: {help}\n")).unwrap_or_default();
    format!("\n`{path}` failed ({}): {}\n{help}", failure.class.word(), failure.message)
}

fn entry<'a>(path: &'a str, node: &'a NodeHistory) -> Node<'a> {
    Node {
        path,
        kind: &node.kind,
        state: node.state,
        attempts: node.attempts,
        seconds: node.took.as_secs_f64(),
        spent: node.spent.to_string(),
        failure: node.failure.as_ref(),
    }
}

fn json(store: &Store, value: Option<&Value>) -> Result<Json, Problem> {
    Ok(match value {
        Some(value) => history::json(store, value)?,
        None => Json::Null,
    })
}
