//! How is a port's type said in a few words?
//!
//! The full schema is for `--json`; here stands what fits into a table's cell.

use serde_json::Value as Json;

/// The type that `schema` describes, in words; `root` holds the definitions that it refers to.
pub(crate) fn words(schema: &Json, root: &Json) -> String {
    describe(schema, root, 0)
}

/// Past this depth of lists and references only `…` is said: a schema may contain itself.
const DEEPEST: u8 = 6;

fn describe(schema: &Json, root: &Json, depth: u8) -> String {
    if depth > DEEPEST {
        return "…".into();
    }
    let Some(object) = schema.as_object() else {
        return if schema == &Json::Bool(false) { "nothing".into() } else { "anything".into() };
    };
    if let Some(media) = object.get("x-media").and_then(Json::as_str) {
        return format!("file {media}");
    }
    if let Some(target) = object.get("$ref").and_then(Json::as_str) {
        let found = target.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        return found.map_or_else(|| "anything".into(), |found| describe(found, root, depth + 1));
    }
    if let Some(constant) = object.get("const") {
        return constant.to_string();
    }
    if let Some(words) = object.get("enum").and_then(Json::as_array) {
        return words.iter().map(plain).collect::<Vec<_>>().join(" | ");
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(choices) = object.get(several).and_then(Json::as_array) {
            return union(choices.iter().map(|choice| describe(choice, root, depth + 1)));
        }
    }
    match object.get("type") {
        Some(Json::String(name)) => one(name, schema, root, depth),
        Some(Json::Array(names)) => {
            union(names.iter().filter_map(Json::as_str).map(|name| one(name, schema, root, depth)))
        }
        _ => "anything".into(),
    }
}

/// The schema's type `name` with its bounds.
fn one(name: &str, schema: &Json, root: &Json, depth: u8) -> String {
    match name {
        "array" => {
            let item = schema
                .get("items")
                .map_or_else(|| "anything".into(), |items| describe(items, root, depth + 1));
            format!("list of {item}")
        }
        "string" => match schema.get("format").and_then(Json::as_str) {
            Some(format) => format!("string ({format})"),
            None => name.into(),
        },
        "integer" | "number" => {
            let bound = |key: &str| schema.get(key).map(plain);
            match (bound("minimum"), bound("maximum")) {
                (Some(least), Some(most)) => format!("{name} {least}–{most}"),
                (Some(least), None) => format!("{name} ≥ {least}"),
                (None, Some(most)) => format!("{name} ≤ {most}"),
                (None, None) => name.into(),
            }
        }
        _ => name.into(),
    }
}

/// Each word once, in order.
fn union(words: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        if !seen.contains(&word) {
            seen.push(word);
        }
    }
    seen.join(" or ")
}

/// A literal as people write it.
fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_type_is_said_in_a_few_words() {
        let root = json!({ "$defs": {
            "Scene": { "type": "object" },
            "Tree": { "type": "array", "items": { "$ref": "#/$defs/Tree" } },
        } });
        let cases = [
            (json!(true), "anything"),
            (json!({ "type": "integer", "minimum": 1, "maximum": 9 }), "integer 1–9"),
            (json!({ "type": ["string", "null"] }), "string or null"),
            (json!({ "type": "string", "format": "money" }), "string (money)"),
            (json!({ "enum": ["fast", "slow"] }), "fast | slow"),
            (json!({ "type": "object", "x-media": "video/*" }), "file video/*"),
            (json!({ "type": "array", "items": { "$ref": "#/$defs/Scene" } }), "list of object"),
            (
                json!({ "anyOf": [{ "$ref": "#/$defs/Scene" }, { "type": "null" }] }),
                "object or null",
            ),
        ];
        for (schema, expected) in cases {
            assert_eq!(words(&schema, &root), expected, "{schema}");
        }
    }

    #[test]
    fn a_type_that_contains_itself_ends() {
        let root = json!({ "$defs": { "Tree": { "type": "array", "items": { "$ref": "#/$defs/Tree" } } } });
        assert!(words(&json!({ "$ref": "#/$defs/Tree" }), &root).ends_with('…'));
    }
}
