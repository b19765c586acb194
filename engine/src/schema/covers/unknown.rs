//! Is a producer's type wrong, or only unknown in some part?
//!
//! What a program or a server gives may have no type at all. Strictly such a part may be anything and no port covers it;
//! but nothing wrong is known of it either. To leave these parts out of the comparison, each becomes one value that
//! stands for them, and the consumer takes that value wherever the producer may have it.

use serde_json::{Map, Value as Json, json};

use super::super::Schema;

/// Stands for a part of unknown type. No text of a pipeline holds this character.
const UNKNOWN: &str = "\u{0}unknown";

/// The consumer and the producer with the unknown parts left out; none, where there are none.
pub(super) fn left_out(consumer: &Schema, producer: &Schema) -> Option<(Schema, Schema)> {
    let mut found = false;
    let marked = Marking { found: &mut found }.position(producer.as_json());
    found.then(|| (Schema::new(position(consumer.as_json())), Schema::new(marked)))
}

/// The value with null where an unknown part stands.
pub(super) fn with_null(value: &Json) -> Json {
    match value {
        Json::String(text) if text == UNKNOWN => Json::Null,
        Json::Array(items) => Json::Array(items.iter().map(with_null).collect()),
        Json::Object(fields) => Json::Object(
            fields.iter().map(|(name, value)| (name.clone(), with_null(value))).collect(),
        ),
        value => value.clone(),
    }
}

fn unknown() -> Json {
    json!({ "const": UNKNOWN })
}

/// Nothing is said of a value but words.
fn is_unknown(node: &Json) -> bool {
    let words = ["title", "description", "default", "examples", "$comment", "$schema"];
    match node {
        Json::Bool(takes) => *takes,
        Json::Object(fields) => {
            fields.keys().all(|key| words.contains(&key.as_str()) || key.starts_with("x-"))
                && !fields.contains_key(super::super::MEDIA)
        }
        _ => false,
    }
}

/// Where a keyword's schemas stand.
enum Place {
    /// At a part of the value.
    Part,
    /// At the value itself.
    Same,
    /// By name, at a part of the value each.
    NamedParts,
    /// By name, at the value itself each.
    NamedSame,
    Elsewhere,
}

fn place(key: &str) -> Place {
    match key {
        "items" | "prefixItems" | "additionalProperties" => Place::Part,
        "properties" | "patternProperties" => Place::NamedParts,
        "allOf" | "anyOf" | "oneOf" => Place::Same,
        "$defs" => Place::NamedSame,
        _ => Place::Elsewhere,
    }
}

struct Marking<'f> {
    found: &'f mut bool,
}

impl Marking<'_> {
    fn position(&mut self, node: &Json) -> Json {
        if is_unknown(node) {
            *self.found = true;
            return unknown();
        }
        self.inner(node)
    }

    fn inner(&mut self, node: &Json) -> Json {
        let Json::Object(fields) = node else {
            return node.clone();
        };
        let mut marked: Map<String, Json> = Map::new();
        for (key, value) in fields {
            let value = match (place(key), value) {
                // An object that may have further fields is no unknown part: it is said so.
                (Place::Part, Json::Bool(_)) if key == "additionalProperties" => value.clone(),
                (Place::Part, Json::Array(items)) => {
                    items.iter().map(|item| self.position(item)).collect()
                }
                (Place::Part, schema) => self.position(schema),
                (Place::Same, Json::Array(parts)) => parts
                    .iter()
                    .map(|part| if key == "allOf" { self.inner(part) } else { self.position(part) })
                    .collect(),
                (Place::NamedParts | Place::NamedSame, Json::Object(schemas)) => Json::Object(
                    schemas
                        .iter()
                        .map(|(name, schema)| (name.clone(), self.position(schema)))
                        .collect(),
                ),
                _ => value.clone(),
            };
            marked.insert(key.clone(), value);
        }
        let is_list = marked.get("type").is_some_and(|name| name == "array");
        if is_list && !marked.contains_key("items") && !marked.contains_key("prefixItems") {
            *self.found = true;
            marked.insert("items".to_owned(), unknown());
        }
        Json::Object(marked)
    }
}

/// The consumer's schema that also takes what stands for an unknown part, here and below.
fn position(node: &Json) -> Json {
    if is_unknown(node) {
        return node.clone();
    }
    let inner = inner(node);
    let defs = node.get("$defs").map(|_| inner["$defs"].clone());
    let mut either = json!({ "anyOf": [inner, unknown()] });
    if let Some(defs) = defs {
        either["$defs"] = defs;
        if let Some(inner) = either["anyOf"][0].as_object_mut() {
            inner.shift_remove("$defs");
        }
    }
    either
}

fn inner(node: &Json) -> Json {
    let Json::Object(fields) = node else {
        return node.clone();
    };
    let loosened = fields.iter().map(|(key, value)| {
        let loose = match (place(key), value) {
            (Place::Part, Json::Bool(_)) => value.clone(),
            (Place::Part, Json::Array(items)) => items.iter().map(position).collect(),
            (Place::Part, schema) => position(schema),
            (Place::Same, Json::Array(parts)) => parts.iter().map(inner).collect(),
            (Place::NamedParts, Json::Object(schemas)) => {
                schemas.iter().map(|(name, schema)| (name.clone(), position(schema))).collect()
            }
            (Place::NamedSame, Json::Object(schemas)) => {
                schemas.iter().map(|(name, schema)| (name.clone(), inner(schema))).collect()
            }
            _ => value.clone(),
        };
        // Two forms may both take an unknown part: which one it is, only the run can tell.
        let key = if key == "oneOf" && !fields.contains_key("anyOf") { "anyOf" } else { key };
        (key.to_owned(), loose)
    });
    Json::Object(loosened.collect())
}
