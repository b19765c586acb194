//! Which draft of JSON Schema is a document written in?
//!
//! `$schema` says it. Where that is missing, words that only some drafts know tell it, as far as they can.

use serde_json::{Map, Value as Json};

use super::position::{Position, position};

/// A draft of JSON Schema, the oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Draft {
    Four,
    Six,
    Seven,
    /// 2019-09.
    Eight,
    /// 2020-12, in which all types of this engine are written.
    Twelve,
}

impl Draft {
    /// What the document says of itself, or what its words tell.
    pub fn of(document: &Json) -> Option<Self> {
        let said = document.get("$schema").and_then(Json::as_str).and_then(Self::by_address);
        said.or_else(|| {
            let mut words = Words::default();
            words.gather(document);
            words.draft()
        })
    }

    fn by_address(address: &str) -> Option<Self> {
        let drafts = [
            ("draft-04/", Self::Four),
            ("draft-06/", Self::Six),
            ("draft-07/", Self::Seven),
            ("draft/2019-09/", Self::Eight),
            ("draft/2020-12/", Self::Twelve),
        ];
        let rest = address.split_once("json-schema.org/")?.1;
        drafts.into_iter().find(|(name, _)| rest.starts_with(name)).map(|(_, draft)| draft)
    }

    /// Whether the draft gives the keyword a meaning.
    pub(super) fn knows(self, keyword: &str) -> bool {
        match keyword {
            "const" | "contains" | "propertyNames" => self >= Self::Six,
            "if" | "then" | "else" => self >= Self::Seven,
            "dependentRequired"
            | "dependentSchemas"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "minContains"
            | "maxContains" => self >= Self::Eight,
            "prefixItems" | "$dynamicRef" => self == Self::Twelve,
            "$recursiveRef" => self == Self::Eight,
            "additionalItems" => self <= Self::Eight,
            _ => true,
        }
    }

    /// Whether nothing is read beside `$ref`.
    pub(super) fn refers_alone(self) -> bool {
        self <= Self::Seven
    }

    /// The keyword that gives a schema its address.
    pub(super) fn id(self) -> &'static str {
        if self == Self::Four { "id" } else { "$id" }
    }
}

/// What the words of a document tell of its draft.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// `exclusiveMinimum: true` and the like.
    Four,
    /// `definitions`, `dependencies`, an `$id` that is a name within the document.
    Old,
    /// A list in `items`, or `additionalItems`.
    OldLists,
    /// What came with 2019-09.
    New,
    /// What came with 2020-12.
    Newest,
}

#[derive(Default)]
struct Words(Vec<Sign>);

impl Words {
    fn gather(&mut self, node: &Json) {
        let Json::Object(fields) = node else {
            return;
        };
        for (key, value) in fields {
            self.0.extend(sign(key, value, fields));
            let inside: Vec<&Json> = match (position(key), value) {
                (Position::Named, Json::Object(schemas)) => schemas.values().collect(),
                (Position::One, Json::Array(schemas)) => schemas.iter().collect(),
                (Position::One, schema) => vec![schema],
                _ => Vec::new(),
            };
            for schema in inside {
                self.gather(schema);
            }
        }
    }

    fn draft(&self) -> Option<Draft> {
        let has = |sign| self.0.contains(&sign);
        if has(Sign::Newest) || (has(Sign::New) && !has(Sign::OldLists)) {
            return Some(Draft::Twelve);
        }
        if has(Sign::New) {
            return Some(Draft::Eight);
        }
        if has(Sign::Four) {
            return Some(Draft::Four);
        }
        (!self.0.is_empty()).then_some(Draft::Seven)
    }
}

fn sign(key: &str, value: &Json, beside: &Map<String, Json>) -> Option<Sign> {
    let holds = match key {
        "exclusiveMinimum" | "exclusiveMaximum" => value.is_boolean(),
        "id" => value
            .as_str()
            .is_some_and(|id| beside.contains_key("$schema") || id.starts_with("http")),
        "definitions" | "dependencies" | "$defs" => value.is_object(),
        "$id" => value.as_str().is_some_and(|id| id.starts_with('#')),
        "items" => value.is_array(),
        _ => true,
    };
    let sign = match key {
        "exclusiveMinimum" | "exclusiveMaximum" | "id" => Sign::Four,
        "definitions" | "dependencies" | "$id" => Sign::Old,
        "items" | "additionalItems" => Sign::OldLists,
        "prefixItems" | "$dynamicRef" | "$dynamicAnchor" => Sign::Newest,
        "$defs"
        | "$anchor"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "minContains"
        | "maxContains"
        | "$recursiveRef"
        | "$recursiveAnchor" => Sign::New,
        _ => return None,
    };
    holds.then_some(sign)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_says_its_draft_or_shows_it() {
        let said = |address: &str| Draft::of(&json!({ "$schema": address, "prefixItems": [] }));
        assert_eq!(said("http://json-schema.org/draft-07/schema#"), Some(Draft::Seven));
        assert_eq!(said("https://json-schema.org/draft/2019-09/schema"), Some(Draft::Eight));
        assert_eq!(said("https://example.org/mine"), Some(Draft::Twelve));
        let shown = |schema: Json| Draft::of(&json!({ "properties": { "id": schema } }));
        assert_eq!(shown(json!({ "minimum": 1, "exclusiveMinimum": true })), Some(Draft::Four));
        assert_eq!(shown(json!({ "items": [true] })), Some(Draft::Seven));
        assert_eq!(shown(json!({ "items": [true], "dependentRequired": {} })), Some(Draft::Eight));
        assert_eq!(shown(json!({ "unevaluatedProperties": false })), Some(Draft::Twelve));
        assert_eq!(shown(json!({ "enum": [{ "definitions": {} }] })), None);
    }
}
