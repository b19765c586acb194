//! How is a document read, whose draft and references may be of any form?
//!
//! What comes out is draft 2020-12, and every reference within the document has one form, `#/$defs/name`: schemas that
//! are read off others then carry a flat table of definitions, whatever the document looked like.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::address::joined;
use super::draft::Draft;
use super::position::{Position, position};
use super::refer::{PREFIX, escaped, free_name};

/// What a document says, in parts.
pub(super) struct Read {
    /// The root without its definitions.
    pub(super) node: Json,
    pub(super) defs: Map<String, Json>,
    /// The parts are not the document word by word: it was of another draft, or had addresses of its own.
    pub(super) is_rewritten: bool,
}

/// Whether a document of the current draft is a node as it stands: it has no definitions, and refers to none.
pub(super) fn is_node(document: &Json) -> bool {
    let is_framed = document
        .as_object()
        .is_some_and(|fields| fields.keys().any(|key| is_frame(key, Draft::Twelve)));
    !is_framed && !has_reference(document)
}

pub(super) fn read(document: &Json, draft: Draft) -> Read {
    let Json::Object(fields) = document else {
        return Read { node: document.clone(), defs: Map::new(), is_rewritten: false };
    };
    let is_current = draft == Draft::Twelve;
    if is_current && !has_reference(document) {
        let node = fields.iter().filter(|(key, _)| !is_frame(key, draft));
        let node = node.map(|(key, value)| (key.clone(), value.clone())).collect();
        return Read { node: Json::Object(node), defs: Map::new(), is_rewritten: false };
    }
    if is_current
        && let Some(Json::Object(defs)) = fields.get("$defs")
        && fields.iter().all(|(key, value)| {
            matches!(key.as_str(), "$schema" | "$defs") || is_flat(key, value, defs)
        })
        && defs.values().all(|value| is_flat("", value, defs))
    {
        let node = fields.iter().filter(|(key, _)| !is_frame(key, draft));
        let node = node.map(|(key, value)| (key.clone(), value.clone())).collect();
        return Read { node: Json::Object(node), defs: defs.clone(), is_rewritten: false };
    }
    let mut places = Places { draft, ..Places::default() };
    places.note(document, &mut String::new(), "");
    let is_rewritten = !is_current || (places.has_addresses && !places.is_dynamic());
    let mut reader = Reader { document, places, names: BTreeMap::new(), waiting: Vec::new() };
    let node = reader.schema(document, "");
    let mut defs = Map::new();
    while let Some((name, pointer)) = reader.waiting.pop() {
        let target = document.pointer(&pointer).cloned().unwrap_or(Json::Bool(true));
        let base = reader.places.around(&pointer).to_owned();
        let target = reader.schema(&target, &base);
        defs.insert(name, target);
    }
    Read { node, defs, is_rewritten }
}

/// What frames a schema, and says nothing of values.
fn is_frame(key: &str, draft: Draft) -> bool {
    matches!(key, "$defs" | "definitions" | "$schema" | "$anchor" | "$recursiveAnchor")
        || key == draft.id()
}

fn has_reference(json: &Json) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(key, value)| match value {
            Json::String(_) => matches!(key.as_str(), "$ref" | "$dynamicRef"),
            value => has_reference(value),
        }),
        Json::Array(items) => items.iter().any(has_reference),
        _ => false,
    }
}

/// Whether what stands under `key` refers to nothing but `defs`, in our form, and cannot be referred to: so do the
/// documents that types of Rust have.
fn is_flat(key: &str, value: &Json, defs: &Map<String, Json>) -> bool {
    match (key, value) {
        ("$ref", Json::String(reference)) => reference
            .strip_prefix(PREFIX)
            .is_some_and(|name| name.chars().all(is_plain) && defs.contains_key(name)),
        (
            "$id" | "$anchor" | "$dynamicAnchor" | "$dynamicRef" | "$recursiveRef"
            | "$recursiveAnchor" | "$defs" | "definitions" | "additionalItems",
            _,
        ) => false,
        (_, Json::Object(fields)) => fields.iter().all(|(key, value)| is_flat(key, value, defs)),
        (_, Json::Array(items)) => items.iter().all(|item| is_flat("", item, defs)),
        _ => true,
    }
}

/// What can be referred to, and where it stands; by JSON Pointers into the document.
struct Places {
    draft: Draft,
    /// Schemas by their address.
    resources: BTreeMap<String, String>,
    /// Schemas by the address of what holds them, and their name there.
    anchors: BTreeMap<(String, String), String>,
    /// The address of each schema that has one.
    bases: BTreeMap<String, String>,
    dynamic: Vec<(String, String)>,
    has_addresses: bool,
}

impl Default for Places {
    fn default() -> Self {
        Self {
            draft: Draft::Twelve,
            resources: BTreeMap::from([(String::new(), String::new())]),
            anchors: BTreeMap::new(),
            bases: BTreeMap::from([(String::new(), String::new())]),
            dynamic: Vec::new(),
            has_addresses: false,
        }
    }
}

impl Places {
    /// Notes the schema at `pointer`, and all within.
    fn note(&mut self, node: &Json, pointer: &mut String, base: &str) {
        let Json::Object(fields) = node else {
            return;
        };
        let refers = fields.get("$ref").is_some_and(Json::is_string);
        let base = if refers && self.draft.refers_alone() {
            base.to_owned()
        } else {
            self.own(fields, pointer, base)
        };
        for (key, value) in fields {
            let end = pointer.len();
            pointer.push('/');
            pointer.push_str(&escaped(key));
            match (position(key), value) {
                (Position::Data | Position::Unknown, _) => {}
                (Position::Named, Json::Object(schemas)) => {
                    for (name, schema) in schemas {
                        let end = pointer.len();
                        pointer.push('/');
                        pointer.push_str(&escaped(name));
                        self.note(schema, pointer, &base);
                        pointer.truncate(end);
                    }
                }
                (_, Json::Array(schemas)) => {
                    for (index, schema) in schemas.iter().enumerate() {
                        let end = pointer.len();
                        pointer.push_str(&format!("/{index}"));
                        self.note(schema, pointer, &base);
                        pointer.truncate(end);
                    }
                }
                (_, schema) => self.note(schema, pointer, &base),
            }
            pointer.truncate(end);
        }
    }

    /// Notes how a schema is called; gives its address.
    fn own(&mut self, fields: &Map<String, Json>, pointer: &str, outer: &str) -> String {
        let mut base = outer.to_owned();
        let word = |key: &str| fields.get(key).and_then(Json::as_str);
        if let Some(id) = word(self.draft.id()) {
            self.has_addresses = true;
            let whole = joined(outer, id);
            let (address, name) = whole.split_once('#').unwrap_or((&whole, ""));
            if self.draft.refers_alone() && !name.is_empty() {
                self.anchors.insert((address.to_owned(), name.to_owned()), pointer.to_owned());
            }
            if address != outer {
                address.clone_into(&mut base);
                self.resources.insert(base.clone(), pointer.to_owned());
                self.bases.insert(pointer.to_owned(), base.clone());
            }
        }
        if !self.draft.refers_alone() {
            for key in ["$anchor", "$dynamicAnchor"] {
                if let Some(name) = word(key) {
                    self.has_addresses = true;
                    self.anchors.insert((base.clone(), name.to_owned()), pointer.to_owned());
                }
            }
            if let Some(name) = word("$dynamicAnchor") {
                self.dynamic.push((name.to_owned(), pointer.to_owned()));
            }
            if fields.get("$recursiveAnchor") == Some(&Json::Bool(true)) {
                self.dynamic.push((String::new(), pointer.to_owned()));
            }
        }
        base
    }

    /// The address of the innermost schema around `pointer` that has one.
    fn around(&self, pointer: &str) -> &str {
        let mut end = pointer.len();
        loop {
            if let Some(base) = self.bases.get(&pointer[..end]) {
                return base;
            }
            end = pointer[..end].rfind('/').unwrap_or(0);
        }
    }

    /// Whether what a reference means depends on how one came there.
    fn is_dynamic(&self) -> bool {
        let names: BTreeSet<&String> = self.dynamic.iter().map(|(name, _)| name).collect();
        names.len() < self.dynamic.len()
    }
}

struct Reader<'d> {
    document: &'d Json,
    places: Places,
    /// The definition's name by the pointer to it.
    names: BTreeMap<String, String>,
    /// Definitions that were referred to and are not yet read.
    waiting: Vec<(String, String)>,
}

impl Reader<'_> {
    /// The schema in our words; `base` is the address around it.
    fn schema(&mut self, node: &Json, base: &str) -> Json {
        let Json::Object(fields) = node else {
            return node.clone();
        };
        let draft = self.places.draft;
        let reference = fields.get("$ref").and_then(Json::as_str);
        if let Some(target) = reference.filter(|_| draft.refers_alone()) {
            return json!({ "$ref": self.reference(target, base) });
        }
        let id = fields.get(draft.id()).and_then(Json::as_str);
        let base = id.map_or_else(|| base.to_owned(), |id| joined(base, id));
        let base = base.split('#').next().unwrap_or_default();
        let mut written = Map::new();
        for (key, value) in fields {
            if draft.knows(key) && !is_frame(key, draft) {
                self.keyword(key, value, fields, base, &mut written);
            }
        }
        Json::Object(written)
    }

    fn keyword(
        &mut self,
        key: &str,
        value: &Json,
        beside: &Map<String, Json>,
        base: &str,
        written: &mut Map<String, Json>,
    ) {
        let draft = self.places.draft;
        let is_strict =
            |bound: &str| draft == Draft::Four && beside.get(bound) == Some(&Json::Bool(true));
        let (name, value) = match (key, value) {
            ("$ref", Json::String(target)) => (key, Json::String(self.reference(target, base))),
            ("$dynamicRef" | "$recursiveRef", Json::String(target)) => {
                if self.places.is_dynamic() {
                    (key, value.clone())
                } else {
                    ("$ref", Json::String(self.reference(target, base)))
                }
            }
            ("$dynamicAnchor", _) if !self.places.is_dynamic() => return,
            ("minimum", _) if is_strict("exclusiveMinimum") => ("exclusiveMinimum", value.clone()),
            ("maximum", _) if is_strict("exclusiveMaximum") => ("exclusiveMaximum", value.clone()),
            ("exclusiveMinimum" | "exclusiveMaximum", Json::Bool(_)) if draft == Draft::Four => {
                return;
            }
            ("items", Json::Array(items)) if draft < Draft::Twelve => {
                if let Some(rest) = beside.get("additionalItems") {
                    written.insert("items".to_owned(), self.schema(rest, base));
                }
                ("prefixItems", items.iter().map(|item| self.schema(item, base)).collect())
            }
            ("additionalItems", _) => return,
            ("dependencies", Json::Object(all)) if draft.refers_alone() => {
                return self.dependencies(all, base, written);
            }
            (_, value) => (key, self.inside(key, value, base)),
        };
        written.insert(name.to_owned(), value);
    }

    fn inside(&mut self, key: &str, value: &Json, base: &str) -> Json {
        match (position(key), value) {
            (Position::Data, value) => value.clone(),
            (Position::Named, Json::Object(schemas)) => Json::Object(
                schemas.iter().map(|(name, one)| (name.clone(), self.schema(one, base))).collect(),
            ),
            (_, Json::Array(items)) => items.iter().map(|item| self.schema(item, base)).collect(),
            (_, value) => self.schema(value, base),
        }
    }

    fn dependencies(
        &mut self,
        all: &Map<String, Json>,
        base: &str,
        written: &mut Map<String, Json>,
    ) {
        let (mut names, mut schemas) = (Map::new(), Map::new());
        for (field, needed) in all {
            match needed {
                Json::Array(_) => _ = names.insert(field.clone(), needed.clone()),
                schema => _ = schemas.insert(field.clone(), self.schema(schema, base)),
            }
        }
        for (key, found) in [("dependentRequired", names), ("dependentSchemas", schemas)] {
            if !found.is_empty() {
                written.insert(key.to_owned(), Json::Object(found));
            }
        }
    }

    /// The reference in our form; unchanged, if it leads out of the document or nowhere.
    fn reference(&mut self, target: &str, base: &str) -> String {
        let Some(pointer) = self.target(target, base) else {
            return target.to_owned();
        };
        if let Some(name) = self.names.get(&pointer) {
            return format!("{PREFIX}{}", escaped(name));
        }
        let wanted = match pointer.rsplit('/').next() {
            Some("") | None => "root".to_owned(),
            Some(last) => last.replace(|sign| !is_plain(sign), "_"),
        };
        let taken: BTreeSet<&String> = self.names.values().collect();
        let name = free_name(&wanted, |name| taken.iter().any(|taken| *taken == name));
        self.names.insert(pointer.clone(), name.clone());
        self.waiting.push((name.clone(), pointer));
        format!("{PREFIX}{}", escaped(&name))
    }

    /// The pointer to what a reference means, where that stands in the document.
    fn target(&self, reference: &str, base: &str) -> Option<String> {
        let whole = joined(base, reference);
        let (address, fragment) = whole.split_once('#').unwrap_or((&whole, ""));
        let fragment = percent_decoded(fragment);
        if !fragment.is_empty() && !fragment.starts_with('/') {
            return self.places.anchors.get(&(address.to_owned(), fragment)).cloned();
        }
        let resource = self.places.resources.get(address)?;
        let pointer = format!("{resource}{fragment}");
        self.document.pointer(&pointer).is_some().then_some(pointer)
    }
}

/// Signs that need no escape in a reference.
fn is_plain(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || "_.-".contains(sign)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn current(document: &Json) -> Read {
        read(document, Draft::Twelve)
    }

    #[test]
    fn every_form_of_reference_becomes_one() {
        let Read { node, defs, .. } = current(&json!({
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
    fn an_address_within_the_document_is_found_from_where_it_is_named() {
        let Read { node, defs, is_rewritten } = current(&json!({
            "$id": "http://example.org/film/root.json",
            "properties": {
                "scene": {
                    "$id": "scene.json",
                    "$defs": { "id": { "type": "integer" } },
                    "properties": { "id": { "$ref": "#/$defs/id" }, "next": { "$ref": "#" } },
                },
                "first": { "$ref": "/film/scene.json" },
                "named": { "$ref": "#look" },
                "self": { "$dynamicRef": "#tree" },
            },
            "$defs": {
                "look": { "$anchor": "look", "type": "string" },
                "tree": { "$dynamicAnchor": "tree", "type": "null" },
            },
        }));
        assert!(is_rewritten);
        insta::assert_snapshot!(format!("{node}\n{}", Json::Object(defs)).replace("},", "},\n"), @r##"
        {"properties":{"scene":{"properties":{"id":{"$ref":"#/$defs/id"},
        "next":{"$ref":"#/$defs/scene"}}},
        "first":{"$ref":"#/$defs/scene"},
        "named":{"$ref":"#/$defs/look"},
        "self":{"$ref":"#/$defs/tree"}}}
        {"tree":{"type":"null"},
        "look":{"type":"string"},
        "scene":{"properties":{"id":{"$ref":"#/$defs/id"},
        "next":{"$ref":"#/$defs/scene"}}},
        "id":{"type":"integer"}}
        "##);
    }

    #[test]
    fn an_older_draft_is_read_in_the_words_of_the_newest() {
        let told = |draft, document: &Json| read(document, draft).node.to_string();
        let list =
            json!({ "items": [true, { "const": 1 }], "additionalItems": false, "contains": true });
        insta::assert_snapshot!(told(Draft::Four, &list), @r#"{"items":false,"prefixItems":[true,{}]}"#);
        insta::assert_snapshot!(told(Draft::Seven, &list), @r#"{"items":false,"prefixItems":[true,{"const":1}],"contains":true}"#);
        insta::assert_snapshot!(
            told(Draft::Four, &json!({ "minimum": 1, "exclusiveMinimum": true, "maximum": 2, "exclusiveMaximum": false })),
            @r#"{"exclusiveMinimum":1,"maximum":2}"#
        );
        insta::assert_snapshot!(
            told(Draft::Seven, &json!({ "dependencies": { "a": ["b"], "c": { "required": ["d"] } }, "minContains": 2 })),
            @r#"{"dependentRequired":{"a":["b"]},"dependentSchemas":{"c":{"required":["d"]}}}"#
        );
        insta::assert_snapshot!(
            told(Draft::Six, &json!({ "properties": { "a": { "$ref": "#", "type": "string" } } })),
            @r##"{"properties":{"a":{"$ref":"#/$defs/root"}}}"##
        );
    }
}
