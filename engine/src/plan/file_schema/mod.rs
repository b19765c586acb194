//! What may an editor know of pipeline files?
//!
//! The JSON Schema of a file, draft 7, which is what editors read best. It offers keys and kinds, shows what they mean,
//! and marks what is wrong with one value alone; names, types across edges and money remain `flow check`'s.

mod node;
mod ports;

use serde_json::{Map, Value as Json, json};

use crate::expression::signatures;
use crate::kind::Catalog;

/// The schema of pipeline files whose nodes use the kinds of `catalog`.
pub fn file_schema(catalog: &Catalog) -> Json {
    let mut definitions = Map::new();
    shared(&mut definitions);
    ports::define(catalog, &mut definitions);
    node::define(catalog, &mut definitions);
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A flow pipeline",
        "type": "object",
        "required": ["flow", "nodes"],
        "properties": pipeline(catalog),
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
        "definitions": definitions,
        "x-expressions": signatures().collect::<Vec<_>>(),
    })
}

/// The keys of a pipeline.
fn pipeline(catalog: &Catalog) -> Json {
    json!({
        "flow": described(json!({ "const": 1 }), "The version of the format: 1."),
        "name": described(text(), "What the pipeline is called; without it, the file's name."),
        "description": described(text(), "For people."),
        "schedule": described(text(), "When `flow serve` starts it: a duration such as `24h`, or a cron text with an optional time zone."),
        "inputs": {
            "description": "What a run is given. Each is a JSON Schema, plus `default`; without one the input is required.",
            "type": "object",
            "propertyNames": refer("name"),
            "additionalProperties": refer("input"),
        },
        "budget": described(refer("budget"), "What a run may spend: `5 USD`, or `{ limit, warn, on_exceed, unpriced }`."),
        "providers": {
            "description": "The provider of each capability, where a node names none.",
            "type": "object",
            "properties": providers(catalog),
            "additionalProperties": text(),
        },
        "pools": {
            "description": "Limits that nodes share by `pool`: so many at once, or `{ limit: 4, rate: 60/min }`.",
            "type": "object",
            "additionalProperties": { "anyOf": [
                refer("count"),
                object(json!({
                    "limit": described(refer("count"), "So many at once."),
                    "rate": described(json!({ "type": "string", "pattern": "^ *[0-9]+ */" }), "So many in a time: `60/min`."),
                }), &[]),
            ] },
        },
        "doubt": refer("doubt"),
        "nodes": refer("nodes"),
        "outputs": refer("outputs"),
    })
}

/// What several keys hold.
fn shared(to: &mut Map<String, Json>) {
    let parts = [
        ("name", json!({ "type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$" })),
        (
            "expression",
            json!({ "type": "string", "pattern": "\\$\\{\\{", "description": "An expression: `${{ … }}`." }),
        ),
        (
            "bare",
            json!({ "type": ["string", "boolean", "number"], "description": "An expression, without `${{ }}`." }),
        ),
        ("count", json!({ "type": "integer", "minimum": 1 })),
        (
            "duration",
            json!({ "type": "string", "pattern": "[0-9] *[a-z]", "description": "A duration: `90s`, `2m`, `1h30m`." }),
        ),
        (
            "money",
            json!({ "anyOf": [
            { "type": "string", "pattern": "^ *[0-9]+(\\.[0-9]{1,6})? *USD *$", "description": "An amount with its currency: `5 USD`." },
            { "$ref": "#/definitions/expression" },
        ] }),
        ),
        (
            "budget",
            json!({ "anyOf": [refer("money"), object(json!({
            "limit": described(refer("money"), "What may be spent in all."),
            "each": described(refer("money"), "What each item of a `map` may spend."),
            "warn": described(json!({ "type": "string", "pattern": "^[0-9]{1,3} *%$" }), "Warn at this share of the limit: `80%`."),
            "on_exceed": described(words(&["finish", "stop", "ask", "fail"]), "What becomes of the run when the budget ends: `finish` (default) lets paid work land."),
            "unpriced": described(words(&["deny", "allow"]), "Whether work without a known price may start; `deny` is the default."),
        }), &[])] }),
        ),
        (
            "doubt",
            described(
                object(
                    json!({
                        "wait": described(refer("duration"), "How long to look for what may have been bought."),
                        "then": described(words(&["ask", "write_off", "fail"]), "Whom to ask then: a person (default), or book it as spent, or fail."),
                        "auto_below": described(refer("money"), "Below this amount it is written off unasked."),
                    }),
                    &[],
                ),
                "What to do when it cannot be known whether something was bought.",
            ),
        ),
        (
            "outputs",
            json!({
                "description": "What it gives, by name: values in which `${{ }}` may stand.",
                "type": "object",
                "propertyNames": refer("name"),
            }),
        ),
        (
            "input",
            object_open(json!({
                "type": { "description": "The JSON type." },
                "description": text(),
                "default": { "description": "What is taken where nothing is given." },
                "enum": { "type": "array", "description": "The only values." },
                "const": {},
                "minimum": { "type": "number" },
                "maximum": { "type": "number" },
                "minLength": { "type": "integer" },
                "maxLength": { "type": "integer" },
                "pattern": text(),
                "format": { "type": "string", "description": "`money`, for amounts such as `5 USD`." },
                "items": {},
                "minItems": { "type": "integer" },
                "maxItems": { "type": "integer" },
                "properties": { "type": "object" },
                "required": { "type": "array" },
                "additionalProperties": {},
                "anyOf": { "type": "array" },
                "x-media": { "type": "string", "description": "Makes it a file of this media range: `image/*`." },
            })),
        ),
    ];
    to.extend(parts.map(|(name, schema)| (name.to_owned(), schema)));
}

/// Which providers each capability has.
fn providers(catalog: &Catalog) -> Json {
    let mut all = Map::new();
    for card in catalog.kinds.values() {
        let Some(capability) = card.capability else { continue };
        all.insert(capability.to_owned(), json!({ "enum": card.providers }));
    }
    all.sort_keys();
    Json::Object(all)
}

fn text() -> Json {
    json!({ "type": "string" })
}

fn words(words: &[&str]) -> Json {
    json!({ "enum": words })
}

fn refer(name: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// `schema` with words for people; beside a `$ref` readers of draft 7 would not see them.
fn described(schema: Json, words: &str) -> Json {
    let mut schema = match schema {
        Json::Object(schema) if !schema.contains_key("$ref") => schema,
        other => Map::from_iter([("allOf".to_owned(), json!([other]))]),
    };
    schema.insert("description".into(), words.into());
    schema.into()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at every call makes a value to give away"
)]
/// A map with these keys, `x-*` and no others.
fn object(properties: Json, required: &[&str]) -> Json {
    json!({
        "type": "object",
        "required": required,
        "properties": properties,
        "patternProperties": { "^x-": true },
        "additionalProperties": false,
    })
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`json!` at every call makes a value to give away"
)]
fn object_open(properties: Json) -> Json {
    json!({ "type": "object", "properties": properties })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::document;
    use crate::plan::tests::{FILM, catalog};
    use crate::schema::Schema;

    fn keys(schema: &Json) -> BTreeSet<&str> {
        let properties = schema["properties"].as_object().expect("an object has properties");
        properties.keys().map(String::as_str).collect()
    }

    fn wrong(text: &str) -> Vec<String> {
        let json: Json = serde_yaml::from_str(text).expect("the case is YAML");
        let schema = Schema::new(file_schema(&catalog()));
        assert_eq!(schema.fault(), None);
        schema.violations(&json).into_iter().map(|violation| violation.path).collect()
    }

    #[test]
    fn the_keys_are_those_that_the_reader_knows() {
        let schema = file_schema(&catalog());
        assert_eq!(keys(&schema), BTreeSet::from(document::PIPELINE_KEYS));
        assert_eq!(keys(&schema["definitions"]["node"]), BTreeSet::from(document::NODE_KEYS));
    }

    #[test]
    fn a_sound_pipeline_fits() {
        assert_eq!(wrong(FILM), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_with_one_value_is_marked() {
        let node = |text: &str| wrong(&format!("{{ flow: 1, nodes: {{ a: {{ {text} }} }} }}"));
        assert!(!node("use: agent/script-writer, with: { topic: film, seconds: many }").is_empty());
        assert!(
            node("use: agent/script-writer, with: { topic: film, seconds: '${{ x }}' }").is_empty()
        );
        assert!(node("use: agent/script-writer, with: { topic: film, seconds: null }").is_empty());
        assert!(!node("use: agent/script-writer, with: { topik: film }").is_empty());
        assert!(!node("use: agent/script-writer").is_empty());
        assert!(!node("use: agent/scriptwriter, with: { topic: film }").is_empty());
        assert!(node("use: ./scene.yaml, with: { anything: film }").is_empty());
        assert!(!node("use: value, with: { value: 1 }, wehn: true").is_empty());
        assert!(
            node("use: value, with: { value: { deep: [1, '${{ x }}'] } }, x-tool: 1").is_empty()
        );
        assert!(!node("use: value, with: { value: 1 }, retry: { errors: [sever] }").is_empty());
        assert!(!node("use: value, with: { value: 1 }, undo: { use: image/generate }").is_empty());
        assert!(
            !wrong("{ flow: 1, nodes: { a-b: { use: value, with: { value: 1 } } } }").is_empty()
        );
        assert!(!wrong("{ flow: 1, budget: 5, nodes: {} }").is_empty());
    }
}
