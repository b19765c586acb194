//! What may stand in `with`, kind by kind?
//!
//! A port's own schema, in which an expression may stand for any value. Kinds write draft 2020-12; editors read draft 7.

use serde_json::{Map, Value as Json, json};

use super::{described, refer};
use crate::kind::{Card, Catalog, Nature};
use crate::plan::call::TAKE;

/// Defines the ports of every kind, and what they refer to.
pub(super) fn define(catalog: &Catalog, to: &mut Map<String, Json>) {
    for card in catalog.kinds.values() {
        let name = name_of(card);
        let schema = card.input.as_json();
        let part = |part: &str| format!("{name}.{part}");
        if let Some(defs) = schema.get("$defs").and_then(Json::as_object) {
            for (def, schema) in defs {
                to.insert(part(def), value(schema, &name));
            }
        }
        to.insert(name.clone(), with(card, &name));
    }
}

/// What the ports of a kind are called among the definitions.
pub(super) fn name_of(card: &Card) -> String {
    format!("with.{}", card.name.as_str().replace('/', "."))
}

/// The map under `with`: optional ports take null, which leaves them out.
fn with(card: &Card, name: &str) -> Json {
    let schema = card.input.as_json();
    let required = schema.get("required").cloned().unwrap_or_else(|| json!([]));
    let is_required = |port: &str| {
        required.as_array().is_some_and(|ports| ports.iter().any(|required| required == port))
    };
    let ports = schema.get("properties").and_then(Json::as_object).cloned().unwrap_or_default();
    let mut ports: Map<String, Json> = ports
        .iter()
        .map(|(port, schema)| {
            let taken = value(schema, name);
            (port.clone(), if is_required(port) { taken } else { or_null(taken) })
        })
        .collect();
    if card.nature == Nature::Drawn && !ports.contains_key(TAKE) {
        let words = "Which of several takes is meant: another number, another draw.";
        let take = json!({ "type": ["integer", "null"], "minimum": 0 });
        ports.insert(TAKE.into(), described(lifted(take, refer("expression")), words));
    }
    let mut with = json!({
        "type": "object",
        "description": card.summary(),
        "required": required,
        "properties": ports,
    });
    if let Some(others) = schema.get("additionalProperties") {
        with["additionalProperties"] = value_or_bool(others, name);
    }
    with
}

fn or_null(schema: Json) -> Json {
    if let Some(choices) = schema.get("anyOf").and_then(Json::as_array) {
        let null = json!({ "type": "null" });
        if !choices.contains(&null) {
            let mut schema = schema.clone();
            schema["anyOf"] = choices.iter().cloned().chain([null]).collect();
            return schema;
        }
        return schema;
    }
    let is_bounded = ["enum", "const", "$ref"].iter().any(|key| schema.get(*key).is_some());
    let types = match schema.get("type") {
        _ if is_bounded => None,
        // It takes everything.
        None => return schema,
        Some(Json::String(name)) => Some(vec![json!(name)]),
        Some(Json::Array(names)) => Some(names.clone()),
        Some(_) => None,
    };
    let Some(mut types) = types else {
        return lifted(schema, json!({ "type": "null" }));
    };
    let mut schema = schema;
    if !types.contains(&json!("null")) {
        types.push(json!("null"));
        schema["type"] = types.into();
    }
    schema
}

/// A value of `schema`, in which expressions may stand; `kind` is what its definitions are called by.
fn value(schema: &Json, kind: &str) -> Json {
    let Some(object) = schema.as_object() else {
        return schema.clone();
    };
    if object.contains_key("x-media") {
        return file(object);
    }
    let mut own = Map::new();
    for (key, inner) in object {
        match (key.as_str(), inner) {
            ("$ref", Json::String(target)) => {
                let name = target.rsplit('/').next().unwrap_or_default();
                own.extend([("$ref".to_owned(), json!(format!("#/definitions/{kind}.{name}")))]);
            }
            ("properties" | "patternProperties", Json::Object(map)) => {
                let map: Map<_, _> =
                    map.iter().map(|(key, inner)| (key.clone(), value(inner, kind))).collect();
                own.insert(key.clone(), map.into());
            }
            ("items" | "prefixItems", Json::Array(list)) => {
                own.insert("items".into(), list.iter().map(|inner| value(inner, kind)).collect());
            }
            ("items", inner) if object.contains_key("prefixItems") => {
                own.insert("additionalItems".into(), value_or_bool(inner, kind));
            }
            ("items" | "additionalProperties", inner) => {
                own.insert(key.clone(), value_or_bool(inner, kind));
            }
            ("anyOf" | "oneOf", Json::Array(list)) => {
                // With expressions in them, choices are no longer exclusive.
                own.insert("anyOf".into(), list.iter().map(|inner| value(inner, kind)).collect());
            }
            ("allOf", Json::Array(list)) => {
                own.insert("allOf".into(), list.iter().map(|inner| value(inner, kind)).collect());
            }
            // An expression may give what a literal could not be told to lack.
            (
                "$defs"
                | "unevaluatedProperties"
                | "dependentRequired"
                | "dependentSchemas"
                | "not"
                | "if"
                | "then"
                | "else",
                _,
            ) => {}
            _ => drop(own.insert(key.clone(), inner.clone())),
        }
    }
    let own = Json::Object(own);
    if takes_any_text(object) { own } else { lifted(own, refer("expression")) }
}

fn value_or_bool(schema: &Json, kind: &str) -> Json {
    if schema.is_boolean() { schema.clone() } else { value(schema, kind) }
}

/// A file: a path beside the pipeline, or an expression.
fn file(object: &Map<String, Json>) -> Json {
    let range = object.get("x-media").and_then(Json::as_str).unwrap_or("*/*");
    let own = object.get("description").and_then(Json::as_str).unwrap_or_default();
    let words = format!("{own} A path beside this file ({range}), or an expression.");
    json!({ "type": ["string", "object"], "description": words.trim() })
}

/// Whether an expression fits already: the schema takes every text, or everything.
fn takes_any_text(object: &Map<String, Json>) -> bool {
    let bounds = [
        "enum",
        "const",
        "pattern",
        "minLength",
        "maxLength",
        "format",
        "$ref",
        "anyOf",
        "oneOf",
        "allOf",
    ];
    if bounds.iter().any(|key| object.contains_key(*key)) {
        return false;
    }
    match object.get("type") {
        None => true,
        Some(Json::String(name)) => name == "string",
        Some(Json::Array(names)) => names.iter().any(|name| name == "string"),
        Some(_) => false,
    }
}

/// `schema` or `other`; what is said of the one is said of both.
fn lifted(schema: Json, other: Json) -> Json {
    let mut schema = schema;
    let mut whole = Map::new();
    if let Json::Object(own) = &mut schema {
        for key in ["description", "default"] {
            whole.extend(own.remove(key).map(|said| (key.to_owned(), said)));
        }
        if let Some(Json::Array(choices)) = own.get_mut("anyOf")
            && !choices.is_empty()
        {
            choices.push(other);
            whole.append(own);
            return whole.into();
        }
    }
    whole.insert("anyOf".into(), json!([schema, other]));
    whole.into()
}
