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

/// Words that tell drafts apart.
#[derive(Default)]
struct Words {
    /// `exclusiveMinimum: true` and the like.
    four: bool,
    /// `definitions`, `dependencies`, an `$id` that is a name within the document.
    old: bool,
    /// A list in `items`, or `additionalItems`.
    old_lists: bool,
    /// What came with 2019-09.
    new: bool,
    /// What came with 2020-12.
    newest: bool,
}

impl Words {
    fn gather(&mut self, node: &Json) {
        let Json::Object(fields) = node else {
            return;
        };
        for (key, value) in fields {
            self.note(key, value, fields);
            match (position(key), value) {
                (Position::Named, Json::Object(schemas)) => {
                    schemas.values().for_each(|schema| self.gather(schema));
                }
                (Position::One, Json::Array(schemas)) => {
                    schemas.iter().for_each(|schema| self.gather(schema));
                }
                (Position::One, schema) => self.gather(schema),
                _ => {}
            }
        }
    }

    fn note(&mut self, key: &str, value: &Json, beside: &Map<String, Json>) {
        match key {
            "exclusiveMinimum" | "exclusiveMaximum" => self.four |= value.is_boolean(),
            "id" => {
                self.four |= value.is_string() && beside.contains_key("$schema")
                    || value.as_str().is_some_and(|id| id.starts_with("http"));
            }
            "definitions" | "dependencies" => self.old |= value.is_object(),
            "$id" => self.old |= value.as_str().is_some_and(|id| id.starts_with('#')),
            "items" => self.old_lists |= value.is_array(),
            "additionalItems" => self.old_lists = true,
            "prefixItems" | "$dynamicRef" | "$dynamicAnchor" => self.newest = true,
            "$defs" => self.new |= value.is_object(),
            "$anchor"
            | "dependentRequired"
            | "dependentSchemas"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "minContains"
            | "maxContains"
            | "$recursiveRef"
            | "$recursiveAnchor" => self.new = true,
            _ => {}
        }
    }

    fn draft(&self) -> Option<Draft> {
        match self {
            Self { newest: true, .. } => Some(Draft::Twelve),
            Self { new: true, old_lists: true, .. } => Some(Draft::Eight),
            Self { new: true, .. } => Some(Draft::Twelve),
            Self { four: true, .. } => Some(Draft::Four),
            Self { old: true, .. } | Self { old_lists: true, .. } => Some(Draft::Seven),
            _ => None,
        }
    }
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
