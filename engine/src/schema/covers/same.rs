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
            let defs = &*schema.0.defs;
            says("", [(part, defs), (opposite, defs)])
        })
    })
}

/// Whether both say the same as values of the keyword `key`; each refers to definitions of its own.
pub(super) fn says(key: &str, both: [(&Json, &Map<String, Json>); 2]) -> bool {
    let [(a, of_a), (b, of_b)] = both;
    Pairing { defs: [of_a, of_b], assumed: BTreeSet::new() }.same(key, a, b)
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
    defs: [&'s Map<String, Json>; 2],
    /// References that are taken for the same while their targets are compared.
    assumed: BTreeSet<(String, String)>,
}

impl Pairing<'_> {
    fn same(&mut self, key: &str, a: &Json, b: &Json) -> bool {
        match (a, b) {
            _ if matches!(key, "const" | "enum") => a == b,
            // What they mean depends on how one came there.
            _ if matches!(key, "$dynamicRef" | "$recursiveRef") => false,
            (Json::String(a), Json::String(b)) if key == "$ref" => self.same_targets(a, b),
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
                b.get(key).is_some_and(|other| self.same(keyword, value, other))
            })
    }

    fn same_targets(&mut self, a: &str, b: &str) -> bool {
        let [of_a, of_b] = self.defs;
        let is_one = a == b && std::ptr::eq(of_a, of_b);
        if is_one || !self.assumed.insert((a.to_owned(), b.to_owned())) {
            return true;
        }
        match (refer::target(a, of_a), refer::target(b, of_b)) {
            (Some(a), Some(b)) => self.same("", a, b),
            _ => false,
        }
    }
}
