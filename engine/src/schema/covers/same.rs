//! Do two schemas say the same, word by word?
//!
//! References are followed, so that two copies of a recursive type are the same. Of use where no normal form exists:
//! `X or not X` is everything, `X and not X` is nothing, whatever `X` says.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::super::{Schema, refer};

/// Whether `schema` is an `anyOf` with a part and its opposite.
pub(super) fn is_everything(schema: &Schema) -> bool {
    has_opposites(schema, "anyOf")
}

/// Whether `schema` is an `allOf` with a part and its opposite.
pub(super) fn is_nothing(schema: &Schema) -> bool {
    has_opposites(schema, "allOf")
}

fn has_opposites(schema: &Schema, key: &str) -> bool {
    let Some(Json::Array(parts)) = schema.0.node.get(key) else {
        return false;
    };
    let opposites = parts.iter().filter_map(|part| {
        let fields = part.as_object()?;
        fields.keys().all(|key| key == "not" || is_annotation(key)).then(|| fields.get("not"))?
    });
    let opposites: Vec<&Json> = opposites.collect();
    parts.iter().any(|part| {
        opposites.iter().any(|opposite| {
            Pairing { defs: &schema.0.defs, assumed: BTreeSet::new() }.same("", part, opposite)
        })
    })
}

fn is_annotation(key: &str) -> bool {
    matches!(
        key,
        "$id"
            | "$defs"
            | "definitions"
            | "$comment"
            | "title"
            | "description"
            | "default"
            | "examples"
            | "$schema"
    )
}

struct Pairing<'s> {
    defs: &'s Map<String, Json>,
    /// References that are taken for the same while their targets are compared.
    assumed: BTreeSet<(String, String)>,
}

impl Pairing<'_> {
    fn same(&mut self, key: &str, a: &Json, b: &Json) -> bool {
        match (a, b) {
            _ if matches!(key, "const" | "enum") => a == b,
            (Json::Object(a), Json::Object(b)) => self.same_objects(key, a, b),
            (Json::Array(a), Json::Array(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.same("", a, b))
            }
            _ => a == b,
        }
    }

    fn same_objects(&mut self, key: &str, a: &Map<String, Json>, b: &Map<String, Json>) -> bool {
        let names = matches!(key, "properties" | "patternProperties" | "dependentSchemas");
        let told = |fields: &Map<String, Json>| {
            fields.keys().filter(|key| names || !is_annotation(key)).count()
        };
        told(a) == told(b)
            && a.iter().filter(|(key, _)| names || !is_annotation(key)).all(|(key, value)| {
                let keyword = if names { "" } else { key.as_str() };
                b.get(key).is_some_and(|other| match (keyword, value, other) {
                    ("$ref", Json::String(a), Json::String(b)) => self.same_targets(a, b),
                    _ => self.same(keyword, value, other),
                })
            })
    }

    fn same_targets(&mut self, a: &str, b: &str) -> bool {
        if a == b || !self.assumed.insert((a.to_owned(), b.to_owned())) {
            return true;
        }
        match (refer::target(a, self.defs), refer::target(b, self.defs)) {
            (Some(a), Some(b)) => self.same("", a, b),
            _ => false,
        }
    }
}
