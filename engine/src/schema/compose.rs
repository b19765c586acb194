//! How are types made of types?

use std::sync::LazyLock;

use serde_json::{Map, Value as Json, json};

use super::shape::constants;
use super::{Definitions, JsonTypes, Schema, refer};

/// A field of an object type that is put together.
#[derive(Clone, Debug)]
pub struct Field {
    pub name: String,
    pub schema: Schema,
    /// It is always there.
    pub required: bool,
}

// Nearly every expression has one of these: each is made once.
static NULL: LazyLock<Schema> = LazyLock::new(|| Schema::plain(json!({ "type": "null" })));
static BOOLEAN: LazyLock<Schema> = LazyLock::new(|| Schema::plain(json!({ "type": "boolean" })));
static INTEGER: LazyLock<Schema> = LazyLock::new(|| Schema::plain(json!({ "type": "integer" })));
static NUMBER: LazyLock<Schema> = LazyLock::new(|| Schema::plain(json!({ "type": "number" })));
static TEXT: LazyLock<Schema> = LazyLock::new(|| Schema::plain(json!({ "type": "string" })));

/// Nodes of several schemas, brought to one table of definitions.
#[derive(Default)]
struct Gathering {
    defs: Definitions,
}

impl Gathering {
    fn add(&mut self, schema: &Schema) -> Json {
        let (node, defs) = (&schema.0.node, &schema.0.defs);
        if defs.is_empty() || std::sync::Arc::ptr_eq(defs, &self.defs) {
            return node.clone();
        }
        if self.defs.is_empty() {
            self.defs = std::sync::Arc::clone(defs);
            return node.clone();
        }
        let mut all = Map::clone(&self.defs);
        let node = refer::imported(node, defs, &mut all);
        self.defs = std::sync::Arc::new(all);
        node
    }

    fn finish(self, node: Json) -> Schema {
        Schema::within(node, &self.defs)
    }
}

impl Schema {
    pub fn null() -> Self {
        NULL.clone()
    }

    pub fn boolean() -> Self {
        BOOLEAN.clone()
    }

    pub fn integer() -> Self {
        INTEGER.clone()
    }

    pub fn number() -> Self {
        NUMBER.clone()
    }

    pub fn text() -> Self {
        TEXT.clone()
    }

    /// The one that says the same as `node`, where that names a type and says nothing else of it.
    pub(super) fn of_type_alone(node: &Json) -> Option<Self> {
        let node = node.as_object().filter(|node| node.len() == 1)?;
        match node.get("type")?.as_str()? {
            "null" => Some(Self::null()),
            "boolean" => Some(Self::boolean()),
            "integer" => Some(Self::integer()),
            "number" => Some(Self::number()),
            "string" => Some(Self::text()),
            _ => None,
        }
    }

    /// The schema of one value.
    pub fn constant_of(value: Json) -> Self {
        if value.is_null() {
            return Self::null();
        }
        Self::plain(Json::Object(Map::from_iter([("const".to_owned(), value)])))
    }

    /// The lists of `items`, at least `min` and at most `max` of them.
    pub fn list(items: &Self, min: u64, max: Option<u64>) -> Self {
        let mut gathering = Gathering::default();
        let mut node = saying([("type", "array".into()), ("items", gathering.add(items))]);
        if min > 0 {
            node["minItems"] = json!(min);
        }
        if let Some(max) = max {
            node["maxItems"] = json!(max);
        }
        gathering.finish(node)
    }

    /// The lists with exactly these items.
    pub fn tuple(items: &[Self]) -> Self {
        let values: Option<Vec<&Json>> = items.iter().map(Self::written).collect();
        if let Some(values) = values {
            return Self::constant_of(json!(values));
        }
        let mut gathering = Gathering::default();
        let nodes: Vec<Json> = items.iter().map(|item| gathering.add(item)).collect();
        let length = nodes.len();
        gathering.finish(saying([
            ("type", "array".into()),
            ("prefixItems", Json::Array(nodes)),
            ("items", false.into()),
            ("minItems", length.into()),
            ("maxItems", length.into()),
        ]))
    }

    /// The objects with these fields and no others.
    pub fn object(fields: &[Field]) -> Self {
        let values: Option<Map<String, Json>> = fields
            .iter()
            .map(|field| Some((field.name.clone(), field.schema.written()?.clone())))
            .collect();
        if let Some(values) = values.filter(|_| fields.iter().all(|field| field.required)) {
            return Self::constant_of(Json::Object(values));
        }
        let mut gathering = Gathering::default();
        let properties: Map<String, Json> =
            fields.iter().map(|field| (field.name.clone(), gathering.add(&field.schema))).collect();
        let required = fields.iter().filter(|field| field.required).map(|field| &*field.name);
        gathering.finish(saying([
            ("type", "object".into()),
            ("properties", Json::Object(properties)),
            ("required", required.collect()),
            ("additionalProperties", false.into()),
        ]))
    }

    /// The value, where the schema is a `const` or null and nothing else.
    fn written(&self) -> Option<&Json> {
        let node = self.0.node.as_object().filter(|node| node.len() == 1)?;
        match (node.get("const"), node.get("type")) {
            (Some(value), _) => Some(value),
            (None, Some(Json::String(name))) if name == "null" => Some(&Json::Null),
            _ => None,
        }
    }

    /// What fits any of `parts`; nothing at all, if there are none.
    pub fn union(parts: &[Self]) -> Self {
        if let [one] = parts {
            return one.clone();
        }
        let mut gathering = Gathering::default();
        let mut nodes: Vec<Json> = Vec::new();
        let mut nullable = false;
        for part in parts {
            for node in alternatives(gathering.add(part)) {
                match node {
                    Json::Bool(true) => return Self::anything(),
                    Json::Bool(false) => {}
                    node if is_null(&node) => nullable = true,
                    node if nodes.contains(&node) => {}
                    node => nodes.push(node),
                }
            }
        }
        merge_values(&mut nodes);
        if nullable {
            let carried = nodes.len() == 1 && allow_null(&mut nodes[0]);
            if !carried {
                nodes.push(json!({ "type": "null" }));
            }
        }
        let node = match nodes.len() {
            0 => json!(false),
            1 => nodes.remove(0),
            _ => saying([("anyOf", Json::Array(nodes))]),
        };
        gathering.finish(node)
    }

    /// What fits all of `parts`.
    pub fn intersection(parts: &[Self]) -> Self {
        let mut gathering = Gathering::default();
        let mut nodes: Vec<Json> = Vec::new();
        for node in parts.iter().map(|part| gathering.add(part)) {
            if node != json!(true) && !nodes.contains(&node) {
                nodes.push(node);
            }
        }
        let node = match nodes.len() {
            0 => json!(true),
            1 => nodes.remove(0),
            _ => saying([("allOf", Json::Array(nodes))]),
        };
        gathering.finish(node)
    }

    /// The type, or null.
    #[must_use]
    pub fn or_null(&self) -> Self {
        if self.types().has(JsonTypes::NULL) {
            return self.clone();
        }
        Self::union(&[self.clone(), Self::null()])
    }

    /// The type without null; unchanged, where null is not told apart.
    #[must_use]
    pub fn without_null(&self) -> Self {
        let types = self.types();
        if !types.has(JsonTypes::NULL) || types == JsonTypes::ALL {
            return self.clone();
        }
        let mut node = self.0.node.clone();
        if drop_null(&mut node) {
            return Self::within(node, &self.0.defs);
        }
        let not_null = json!({ "type": ["boolean", "object", "array", "number", "string"] });
        Self::within(json!({ "allOf": [node, not_null] }), &self.0.defs)
    }
}

/// A schema with these keywords, made of the values themselves: `json!` copies what it is given.
fn saying<const N: usize>(keywords: [(&str, Json); N]) -> Json {
    keywords.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What a plain `anyOf` lists; else the schema itself.
fn alternatives(node: Json) -> Vec<Json> {
    match node {
        Json::Object(mut fields) if fields.len() == 1 && fields.contains_key("anyOf") => {
            match fields.swap_remove("anyOf") {
                Some(Json::Array(alternatives)) => alternatives,
                _ => vec![Json::Bool(true)],
            }
        }
        Json::Object(fields) if fields.is_empty() => vec![Json::Bool(true)],
        node => vec![node],
    }
}

fn is_null(node: &Json) -> bool {
    node.get("type").is_some_and(|name| name == "null") || node.get("const") == Some(&Json::Null)
}

/// Brings values that are written out into one `enum`.
fn merge_values(nodes: &mut Vec<Json>) {
    let plain = |node: &Json| {
        node.as_object().is_some_and(|node| node.len() == 1 && constants(node).is_some())
    };
    if nodes.iter().filter(|node| plain(node)).count() < 2 {
        return;
    }
    let mut values: Vec<Json> = Vec::new();
    let mut place = None;
    let mut kept = Vec::new();
    for node in nodes.drain(..) {
        match node.as_object().filter(|_| plain(&node)).and_then(constants) {
            Some(more) => {
                place.get_or_insert(kept.len());
                values.extend(
                    more.iter()
                        .filter(|value| !values.contains(value))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
            }
            None => kept.push(node),
        }
    }
    kept.insert(place.unwrap_or_default(), json!({ "enum": values }));
    *nodes = kept;
}

/// Adds null to a plain `type`. False, where the schema says more than that keyword can carry.
fn allow_null(node: &mut Json) -> bool {
    let Some(fields) = node.as_object_mut() else {
        return false;
    };
    // These hold for every type; all other keywords speak of one type alone, which null is not.
    let general = ["const", "enum", "$ref", "allOf", "anyOf", "oneOf", "not", "if", "$dynamicRef"];
    if general.iter().any(|key| fields.contains_key(*key)) {
        return false;
    }
    let types = match fields.get("type") {
        Some(Json::String(name)) => json!([name, "null"]),
        Some(Json::Array(names)) if names.contains(&json!("null")) => return true,
        Some(Json::Array(names)) => {
            json!(names.iter().chain([&json!("null")]).collect::<Vec<_>>())
        }
        _ => return false,
    };
    fields.insert("type".to_owned(), types);
    true
}

/// Takes null out of a plain `type`, `enum` or `anyOf`. False, where it comes from elsewhere.
fn drop_null(node: &mut Json) -> bool {
    let Some(fields) = node.as_object_mut() else {
        return false;
    };
    if let Some(Json::Array(names)) = fields.get_mut("type") {
        names.retain(|name| name != "null");
        if let [only] = names.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
        return true;
    }
    if let Some(Json::Array(values)) = fields.get_mut("enum") {
        values.retain(|value| !value.is_null());
        return true;
    }
    if fields.len() == 1
        && let Some(Json::Array(parts)) = fields.get_mut("anyOf")
    {
        parts.retain(|part| !is_null(part));
        let told = |part: &Json| {
            part.as_object()
                .is_some_and(|part| !part.contains_key("$ref") && part.contains_key("type"))
        };
        let clean = parts.iter_mut().all(|part| {
            !part.get("type").is_some_and(Json::is_array)
                && (told(part) || part.get("$ref").is_some())
                || drop_null(part)
        });
        if let [only] = parts.as_slice()
            && clean
        {
            *node = only.clone();
        }
        return clean;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(schema: &Schema) -> String {
        schema.as_json().to_string()
    }

    #[test]
    fn a_union_is_as_short_as_it_can_be() {
        let [a, b] = [json!({ "type": "string" }), json!({ "const": 1 })].map(Schema::new);
        let null = Schema::null();
        assert_eq!(
            text(&Schema::union(&[a.clone(), null.clone()])),
            r#"{"type":["string","null"]}"#
        );
        assert_eq!(
            text(&Schema::union(&[b.clone(), null.clone(), b.clone()])),
            r#"{"anyOf":[{"const":1},{"type":"null"}]}"#
        );
        let both = Schema::union(&[
            Schema::union(&[a.clone(), b]),
            null,
            Schema::new(json!({ "const": 2 })),
        ]);
        assert_eq!(text(&both), r#"{"anyOf":[{"type":"string"},{"enum":[1,2]},{"type":"null"}]}"#);
        assert_eq!(text(&Schema::union(&[a, Schema::anything()])), "true");
        assert_eq!(text(&Schema::union(&[])), "false");
    }

    #[test]
    fn null_is_taken_out_again() {
        for schema in [
            json!({ "type": "string", "minLength": 1 }),
            json!({ "enum": ["a", "b"] }),
            json!({ "anyOf": [{ "type": "string" }, { "type": "integer" }] }),
            json!({ "const": 1 }),
            json!({ "$defs": { "A": { "type": "object" } }, "$ref": "#/$defs/A" }),
        ] {
            let schema = Schema::new(schema);
            let nullable = schema.or_null();
            assert!(nullable.accepts(&Json::Null) && !schema.accepts(&Json::Null), "{schema:?}");
            assert!(!nullable.without_null().accepts(&Json::Null), "{nullable:?}");
            assert_eq!(nullable.without_null().types(), schema.types());
        }
        let hidden = Schema::new(
            json!({ "$defs": { "A": { "type": ["string", "null"] } }, "$ref": "#/$defs/A" }),
        );
        assert!(
            !hidden.without_null().accepts(&Json::Null)
                && hidden.without_null().accepts(&json!("x"))
        );
    }

    #[test]
    fn types_of_two_documents_keep_their_own_definitions() {
        let [a, b] = ["string", "integer"].map(|name| {
            Schema::new(json!({ "$defs": { "A": { "type": name } }, "$ref": "#/$defs/A" }))
        });
        let both = Schema::object(&[
            Field { name: "a".into(), schema: a, required: true },
            Field { name: "b".into(), schema: b, required: false },
        ]);
        assert!(both.accepts(&json!({ "a": "x", "b": 1 })) && !both.accepts(&json!({ "a": 1 })));
        assert_eq!(
            both.field("b").map(|schema| schema.types()),
            Ok(JsonTypes::INTEGER | JsonTypes::NULL)
        );
    }
}
