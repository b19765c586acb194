//! What does `$ref` mean?
//!
//! Every reference within a document is brought to one form, `#/$defs/name`: schemas that are read off others then carry
//! a flat table of definitions, whatever the document's own references looked like.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// Where a reference to a definition starts.
const PREFIX: &str = "#/$defs/";

/// A document's root without its definitions, and these.
pub(super) fn parted(document: &Json) -> (Json, Map<String, Json>) {
    let Json::Object(fields) = document else {
        return (document.clone(), Map::new());
    };
    if !has_reference(document) {
        let node = fields.iter().filter(|(key, _)| !is_frame(key));
        return (
            Json::Object(node.map(|(key, value)| (key.clone(), value.clone())).collect()),
            Map::new(),
        );
    }
    let mut reader = Reader { document, names: BTreeMap::new(), waiting: Vec::new() };
    let node = fields.iter().filter(|(key, _)| !is_frame(key));
    let node = node.map(|(key, value)| (key.clone(), value.clone())).collect();
    let node = reader.rewritten(&Json::Object(node));
    let mut defs = Map::new();
    while let Some((name, pointer)) = reader.waiting.pop() {
        let target = document.pointer(&pointer).cloned().unwrap_or(Json::Bool(true));
        let target = match target {
            // The root, referred to as a whole: its definitions stay where all are.
            Json::Object(fields) if pointer.is_empty() => {
                Json::Object(fields.into_iter().filter(|(key, _)| !is_frame(key)).collect())
            }
            target => target,
        };
        let target = reader.rewritten(&target);
        defs.insert(name, target);
    }
    (node, defs)
}

/// What frames a document, and says nothing of values.
fn is_frame(key: &str) -> bool {
    matches!(key, "$defs" | "definitions" | "$schema" | "$id")
}

fn has_reference(json: &Json) -> bool {
    match json {
        Json::Object(fields) => {
            fields.get("$ref").is_some_and(Json::is_string) || fields.values().any(has_reference)
        }
        Json::Array(items) => items.iter().any(has_reference),
        _ => false,
    }
}

struct Reader<'d> {
    document: &'d Json,
    /// The definition's name by the pointer to it.
    names: BTreeMap<String, String>,
    /// Definitions that were referred to and are not yet read.
    waiting: Vec<(String, String)>,
}

impl Reader<'_> {
    fn rewritten(&mut self, json: &Json) -> Json {
        with_references("", json, &mut |target| self.reference(target))
    }

    /// The reference in our form; unchanged, if it leads out of the document or nowhere.
    fn reference(&mut self, target: &str) -> String {
        let Some(pointer) = target.strip_prefix('#') else {
            return target.to_owned();
        };
        let pointer = percent_decoded(pointer);
        if self.document.pointer(&pointer).is_none() {
            return target.to_owned();
        }
        if let Some(name) = self.names.get(&pointer) {
            return format!("{PREFIX}{}", escaped(name));
        }
        let wanted = match pointer.rsplit('/').next() {
            Some("") | None => "root".to_owned(),
            Some(last) => last.replace("~1", "/").replace("~0", "~"),
        };
        let taken: BTreeSet<&String> = self.names.values().collect();
        let name = free_name(&wanted, |name| taken.iter().any(|taken| *taken == name));
        self.names.insert(pointer.clone(), name.clone());
        self.waiting.push((name.clone(), pointer));
        format!("{PREFIX}{}", escaped(&name))
    }
}

/// `wanted`, or it with the first number that makes it free.
fn free_name(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let name = format!("{wanted}_{number}");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn percent_decoded(pointer: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = pointer.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) if first == b'%' => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The definition that `reference` names.
pub(super) fn target<'d>(reference: &str, defs: &'d Map<String, Json>) -> Option<&'d Json> {
    let name = reference.strip_prefix(PREFIX)?;
    if name.contains('~') {
        return defs.get(&name.replace("~1", "/").replace("~0", "~"));
    }
    defs.get(name)
}

/// The names of the definitions that `json` refers to, those that they refer to included.
fn reachable(json: &Json, defs: &Map<String, Json>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![json];
    while let Some(json) = waiting.pop() {
        match json {
            Json::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Json::as_str)
                    && let Some(target) = target(reference, defs)
                    && let Some(name) = reference.strip_prefix(PREFIX)
                    && found.insert(name.replace("~1", "/").replace("~0", "~"))
                {
                    waiting.push(target);
                }
                waiting.extend(fields.values());
            }
            Json::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

/// A document of `node` and of the definitions that it needs, in their order.
pub(super) fn joined(node: &Json, defs: &Map<String, Json>) -> Json {
    let needed = reachable(node, defs);
    let (Json::Object(fields), false) = (node, needed.is_empty()) else {
        return node.clone();
    };
    let mut fields = fields.clone();
    let kept = defs.iter().filter(|(name, _)| needed.contains(*name));
    let kept = kept.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    fields.insert("$defs".to_owned(), Json::Object(kept));
    Json::Object(fields)
}

/// Brings `node` with the definitions that it needs into `into`; gives it with its references renamed where a name
/// there means something else.
pub(super) fn imported(
    node: &Json,
    defs: &Map<String, Json>,
    into: &mut Map<String, Json>,
) -> Json {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let needed = reachable(node, defs);
    for name in &needed {
        if into.get(name).is_some_and(|known| Some(known) != defs.get(name)) {
            let free = free_name(name, |free| into.contains_key(free) || needed.contains(free));
            renamed.insert(
                format!("{PREFIX}{}", escaped(name)),
                format!("{PREFIX}{}", escaped(&free)),
            );
            into.insert(free, Json::Null);
        }
    }
    let mut replace =
        |target: &str| renamed.get(target).cloned().unwrap_or_else(|| target.to_owned());
    for name in &needed {
        let reference = format!("{PREFIX}{}", escaped(name));
        let schema = with_references("", &defs[name], &mut replace);
        let name = renamed.get(&reference).map_or(name.as_str(), |new| &new[PREFIX.len()..]);
        into.insert(name.replace("~1", "/").replace("~0", "~"), schema);
    }
    with_references("", node, &mut replace)
}

/// The schema, which stands at `key`, with its references replaced.
fn with_references(key: &str, json: &Json, replace: &mut dyn FnMut(&str) -> String) -> Json {
    match json {
        // Data, in which `$ref` is a word like any other.
        _ if matches!(key, "const" | "enum" | "default" | "examples") => json.clone(),
        Json::String(target) if key == "$ref" => Json::String(replace(target)),
        Json::Object(fields) => {
            let of_names = matches!(
                key,
                "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
            );
            let fields = fields.iter().map(|(key, value)| {
                let keyword = if of_names { "" } else { key.as_str() };
                (key.clone(), with_references(keyword, value, replace))
            });
            Json::Object(fields.collect())
        }
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| with_references("", item, replace)).collect())
        }
        _ => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_reference_becomes_one() {
        let (node, defs) = parted(&json!({
            "$defs": { "a": { "items": { "$ref": "#/$defs/b" } }, "b": { "$ref": "#/$defs/a" }, "unused": true },
            "definitions": { "a": { "const": { "$ref": "#/x" } } },
            "properties": {
                "one": { "$ref": "#/$defs/a", "x": { "items": { "$ref": "#" } } },
                "two": { "$ref": "#/definitions/a" },
                "three": { "$ref": "#/properties/one/x" },
                "four": { "$ref": "https://example.org/x" },
                "const": { "$ref": "#/$defs/a" },
            },
        }));
        let defs = Json::Object(defs);
        insta::assert_snapshot!(format!("{node}\n{defs}").replace("},", "},\n"), @r##"
        {"properties":{"one":{"$ref":"#/$defs/a","x":{"items":{"$ref":"#/$defs/root"}}},
        "two":{"$ref":"#/$defs/a_2"},
        "three":{"$ref":"#/$defs/x"},
        "four":{"$ref":"https://example.org/x"},
        "const":{"$ref":"#/$defs/a"}}}
        {"x":{"items":{"$ref":"#/$defs/root"}},
        "a_2":{"const":{"$ref":"#/x"}},
        "root":{"properties":{"one":{"$ref":"#/$defs/a","x":{"items":{"$ref":"#/$defs/root"}}},
        "two":{"$ref":"#/$defs/a_2"},
        "three":{"$ref":"#/$defs/x"},
        "four":{"$ref":"https://example.org/x"},
        "const":{"$ref":"#/$defs/a"}}},
        "a":{"items":{"$ref":"#/$defs/b"}},
        "b":{"$ref":"#/$defs/a"}}
        "##);
    }

    #[test]
    fn a_name_that_means_something_else_is_renamed() {
        let mut into = json!({ "a": true }).as_object().cloned().expect("an object");
        let defs = json!({ "a": { "items": { "$ref": "#/$defs/a" } } });
        let node =
            imported(&json!({ "$ref": "#/$defs/a" }), defs.as_object().expect("one"), &mut into);
        assert_eq!(node, json!({ "$ref": "#/$defs/a_2" }));
        assert_eq!(
            Json::Object(into),
            json!({ "a": true, "a_2": { "items": { "$ref": "#/$defs/a_2" } } })
        );
    }
}
