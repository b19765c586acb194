//! `flow call KIND`: makes one attempt of a kind, without a pipeline file.
//!
//! The call is a pipeline of one node, checked and run like every other; so it is in `flow runs`, and what is cacheable
//! is cached.

use std::path::PathBuf;
use std::sync::Arc;

use flow_engine::diagnostic::Findings;
use flow_engine::kind::{Card, Catalog};
use flow_engine::plan::graph::Plan;
use flow_engine::schema::Schema;
use flow_engine::source::Source;
use flow_engine::{document, plan};
use serde_json::{Map, Value as Json, json};

use super::kinds;
use super::run::{Setting, start};
use crate::args::{Global, Values, Work};
use crate::drive::Answer;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::setup;
use crate::values::{self, Value};

pub(crate) fn call(
    kind: &str,
    given: &Values,
    work: &Work,
    global: &Global,
) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let registry = setup::registry_of(&project);
    let catalog = setup::catalog(&registry, &project.environment)?;
    let card = kinds::find(&catalog, kind)?;
    let ports = ports(card, given, &project.environment)?;
    let plan = plan(card, &ports, &catalog)?;
    let nothing = Values { input: Vec::new() };
    let setting = Setting { project, registry, catalog, answer: Answer::Values, global };
    start(plan, &nothing, work, &setting)
}

/// The values of the ports as a pipeline file writes them: files by their paths.
fn ports(
    card: &Card,
    given: &Values,
    environment: &Environment,
) -> Result<Map<String, Json>, Problem> {
    let schema = card.input.as_json();
    values::check_once(&given.input)?;
    let mut ports = Map::new();
    for assignment in &given.input {
        let port = schema.get("properties").and_then(|ports| ports.get(&assignment.name));
        // One that the kind does not have is read as it looks: the check of the plan tells.
        let port = port.map_or_else(Schema::anything, |port| with_definitions(port, schema));
        let value = match values::read(assignment, &port, environment)? {
            Value::Json(json) => literal(json),
            Value::File { path, .. } => literal(Json::String(absolute(path))),
        };
        ports.insert(assignment.name.clone(), value);
    }
    Ok(ports)
}

/// A port's schema stands alone when it carries the definitions that it refers to.
fn with_definitions(port: &Json, whole: &Json) -> Schema {
    let mut port = port.clone();
    if let (Json::Object(port), Some(definitions)) = (&mut port, whole.get("$defs")) {
        port.insert("$defs".into(), definitions.clone());
    }
    Schema::new(port)
}

/// Text is meant as it is: what looks like an expression is none.
fn literal(json: Json) -> Json {
    match json {
        Json::String(text) => Json::String(text.replace("${{", "$${{")),
        Json::Array(items) => items.into_iter().map(literal).collect(),
        Json::Object(fields) => {
            fields.into_iter().map(|(key, value)| (key, literal(value))).collect()
        }
        other => other,
    }
}

fn absolute(path: PathBuf) -> String {
    std::path::absolute(&path).unwrap_or(path).display().to_string()
}

/// The plan of a pipeline that does nothing but the call.
fn plan(card: &Card, ports: &Map<String, Json>, catalog: &Catalog) -> Result<Plan, Problem> {
    let fields = card.output.as_json().get("properties").and_then(Json::as_object);
    let outputs: Map<String, Json> = match fields {
        Some(fields) => fields
            .keys()
            .map(|name| (name.clone(), json!(format!("${{{{ call.{name} }}}}"))))
            .collect(),
        None => Map::from_iter([("output".to_owned(), json!("${{ call }}"))]),
    };
    let name = format!("call-{}", card.name.as_str().replace('/', "-"));
    let text = json!({
        "flow": 1,
        "name": name,
        "nodes": { "call": { "use": card.name, "with": ports } },
        "outputs": outputs,
    });
    let source = Arc::new(Source::new("call.yaml", format!("{text:#}")));
    let (document, mut findings) = document::parse(&source);
    let (plan, more) = match &document {
        Some(document) => plan::check(document, catalog),
        None => (None, Findings::default()),
    };
    findings.append(more);
    let words: Vec<&str> = findings.errors().map(|finding| finding.message.as_str()).collect();
    plan.filter(|_| words.is_empty()).ok_or_else(|| {
        Problem::refused(words.join("; ")).help(format!(
            "give each port by -i PORT=VALUE; `flow kinds {}` tells what they take",
            card.name
        ))
    })
}
