//! What is given bytes that nobody chose, and what must hold of it.
//!
//! Each function is one target of `make fuzz`. The tests of the project replay the stored corpus through the same
//! functions, so that whatever was found once stays found.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use flow_engine::diagnostic::{Diagnostic, Findings};
use flow_engine::document::{self, Document};
use flow_engine::expression::{Expression, Fault, Template, Types, Values};
use flow_engine::kind::{Catalog, Failure, Known, Pure, Registry};
use flow_engine::plan;
use flow_engine::schema::{Draft, Schema, Verdict, covers_written};
use flow_engine::source::{Source, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Any text becomes a document or findings, each with a place in the text.
pub fn document_yaml(bytes: &[u8]) {
    parsed("case.yaml", bytes);
}

pub fn document_toml(bytes: &[u8]) {
    parsed("case.toml", bytes);
}

/// Any document becomes a plan or findings.
pub fn plan(bytes: &[u8]) {
    let Some((document, told)) = parsed("case.yaml", bytes) else {
        return;
    };
    let (plan, findings) = plan::check(&document, catalog());
    findings.iter().for_each(has_a_place);
    let is_told = !told.is_empty() || !findings.is_empty();
    assert!(plan.is_some() || is_told, "no plan, and nothing wrong");
}

/// Any text is no expression, or one that has a type and, as far as it has a value, a value of that type.
pub fn expression(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let span = Span::new(0..text.len());
    if let Ok(expression) = Expression::parse(text, span) {
        let (of, faults) = expression.type_in(&World);
        let value = expression.evaluate(&World);
        if let (Ok(value), true) = (value, faults.is_empty()) {
            assert!(of.accepts(&value), "{text} gives {value}, no {of:?}");
        }
        expression.names();
        expression.paths();
    }
    if let Ok(template) = Template::text(text, span) {
        let (of, faults) = template.type_in(&World);
        let value = template.evaluate(&World);
        if let (Ok(value), true) = (value, faults.is_empty()) {
            assert!(of.accepts(&value), "{text} gives {value}, no {of:?}");
        }
    }
}

/// Any two schemas, one after the other as JSON: no answer is contradicted by a value that stands behind them.
pub fn schemas(bytes: &[u8]) {
    let mut read = serde_json::Deserializer::from_slice(bytes).into_iter::<Json>();
    let (Some(Ok(consumer)), Some(Ok(producer))) = (read.next(), read.next()) else {
        return;
    };
    let [to, from] = [&consumer, &producer]
        .map(|one| Schema::in_draft(one.clone(), Draft::of(one).unwrap_or(Draft::Twelve)));
    let same_draft = Draft::of(&consumer) == Draft::of(&producer);
    match covers_written(&consumer, &producer) {
        Verdict::No { example, offending } if same_draft => {
            assert!(from.accepts(&example) && !to.accepts(&example), "{example}");
            assert!(offending.accepts(&example), "{example} {offending:?}");
        }
        Verdict::Yes if same_draft && to.fault().is_none() => {
            for value in read.take(20).map_while(Result::ok) {
                assert!(!from.accepts(&value) || to.accepts(&value), "yes, but {value}");
            }
        }
        _ => {}
    }
}

fn parsed(path: &str, bytes: &[u8]) -> Option<(Document, Findings)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let source = Arc::new(Source::new(Path::new(path), text));
    let (document, findings) = document::parse(&source);
    findings.iter().for_each(has_a_place);
    Some((document?, findings))
}

fn has_a_place(finding: &Diagnostic) {
    for label in std::iter::once(&finding.at).chain(&finding.related) {
        assert!(label.source.text.get(label.span.range()).is_some(), "{finding:?}");
    }
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let mut registry = Registry::default();
        registry.add_pure(Echo);
        registry.add_pure(Drafts);
        registry.catalog()
    })
}

/// Gives what it takes.
struct Echo;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Given {
    value: Json,
}

impl Pure for Echo {
    type Input = Given;
    type Output = Json;

    const NAME: &'static str = "value";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Gives what it takes.";

    fn output(&self, known: &Known) -> Schema {
        let of = known.ports.get("value").map(|port| port.schema.as_json().clone());
        Schema::new(json!({
            "type": "object", "properties": { "value": of.unwrap_or(json!(true)) }, "required": ["value"],
            "additionalProperties": false,
        }))
    }

    fn evaluate(&self, input: Given) -> Result<Json, Failure> {
        Ok(json!({ "value": input.value }))
    }
}

/// Has ports of all types.
struct Drafts;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Order {
    topic: String,
    pub seconds: Option<f64>,
    pub scenes: Option<Vec<Scene>>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct Scene {
    id: String,
    seconds: f64,
    mood: Option<String>,
}

#[derive(Serialize, JsonSchema)]
struct Drafted {
    scenes: Vec<Scene>,
    total: u32,
}

impl Pure for Drafts {
    type Input = Order;
    type Output = Drafted;

    const NAME: &'static str = "draft";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Scenes of a film.";

    fn evaluate(&self, input: Order) -> Result<Drafted, Failure> {
        let scene = Scene { id: input.topic, seconds: input.seconds.unwrap_or(1.0), mood: None };
        let mut scenes = input.scenes.unwrap_or_default();
        scenes.push(scene);
        Ok(Drafted { total: 1, scenes })
    }
}

/// Names of every type, each with a value.
struct World;

fn world(name: &str) -> Option<(Json, Json)> {
    Some(match name {
        "inputs" => (
            json!({
                "type": "object",
                "properties": {
                    "text": { "type": "string" }, "whole": { "type": "integer" }, "part": { "type": "number" },
                    "live": { "type": "boolean" }, "cost": { "type": "string", "format": "money" },
                    "free": true, "none": { "type": "null" }, "maybe": { "type": ["string", "null"] },
                },
                "required": ["text", "whole", "part", "live", "cost", "free", "none", "maybe"],
                "additionalProperties": false,
            }),
            json!({
                "text": "é🎬", "whole": i64::MAX, "part": 0.5, "live": true, "cost": "0.05 USD",
                "free": { "a": [1, null] }, "none": null, "maybe": null,
            }),
        ),
        "shots" => (
            json!({
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": { "id": { "type": "string" }, "seconds": { "type": "number" }, "note": { "type": "string" } },
                    "required": ["id", "seconds"],
                    "additionalProperties": false,
                },
            }),
            json!([{ "id": "a", "seconds": 1 }, { "id": "b", "seconds": 2.5, "note": "n" }]),
        ),
        _ => return None,
    })
}

impl Types for World {
    fn schema(&self, name: &str) -> Option<Schema> {
        world(name).map(|(of, _)| Schema::new(of))
    }

    fn names(&self) -> Vec<String> {
        vec!["inputs".to_owned(), "shots".to_owned()]
    }
}

impl Values for World {
    fn value(&self, name: &str) -> Result<Option<Arc<Json>>, Fault> {
        Ok(world(name).map(|(_, value)| Arc::new(value)))
    }
}
