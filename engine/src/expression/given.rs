//! Names for tests, with written values and types.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::{Expression, Fault, Types, Values};
use crate::schema::Schema;
use crate::source::Span;

/// An object whose fields are the names in sight: their values, or their types.
pub(crate) struct Given(pub(crate) Json);

impl Types for Given {
    fn schema(&self, name: &str) -> Option<Schema> {
        self.0.get(name).cloned().map(Schema::new)
    }

    fn names(&self) -> Vec<String> {
        self.0.as_object().into_iter().flat_map(Map::keys).cloned().collect()
    }
}

impl Values for Given {
    fn value(&self, name: &str) -> Result<Option<Arc<Json>>, Fault> {
        Ok(self.0.get(name).cloned().map(Arc::new))
    }
}

/// Types of a small production.
pub(crate) fn sight() -> Given {
    Given(json!({
        "draft": {
            "$defs": { "Scene": {
                "type": "object",
                "properties": {
                    "id": { "type": "integer" },
                    "seconds": { "type": "number" },
                    "ok": { "type": "boolean" },
                    "note": { "type": "string" },
                    "words": { "type": "array", "items": { "type": "string" }, "maxItems": 4 },
                    "image": { "type": "object", "properties": { "provider": { "enum": ["luma", "fal"] } },
                        "required": ["provider"] },
                },
                "required": ["id", "seconds", "ok", "words"],
            } },
            "type": "object",
            "properties": {
                "title": { "type": "string" },
                "scenes": { "type": "array", "items": { "$ref": "#/$defs/Scene" }, "maxItems": 9 },
                "cost": { "type": "string", "format": "money" },
                "answer": { "anyOf": [{ "const": true }, { "enum": ["accept", "revise"] }] },
            },
            "required": ["title", "scenes", "cost", "answer"],
        },
        "skipped": { "anyOf": [
            { "type": "object", "properties": { "clip": { "type": "string" }, "n": { "type": "integer" } },
                "required": ["clip", "n"] },
            { "type": "null" },
        ] },
        "some": { "type": "array", "items": { "type": ["array", "null"], "items": { "type": "integer" } } },
        "any": true,
    }))
}

/// Each expression with its type, and what is wrong with it.
pub(crate) fn table(expressions: &[&str]) -> String {
    let mut page = String::new();
    for text in expressions {
        let expression = Expression::parse(text, Span::new(0..text.len())).expect(text);
        let (schema, faults) = expression.type_in(&sight());
        let schema = if faults.is_empty() { schema.as_json().to_string() } else { String::new() };
        page.extend([*text, "\n", if schema.is_empty() { "" } else { "    " }, &schema]);
        page.extend((!schema.is_empty()).then_some("\n"));
        for fault in faults {
            let marked = &text[fault.span.range()];
            page.extend(["  ! `", marked, "`: ", &fault.message, "\n"]);
            page.extend(fault.help.map(|help| format!("    help: {help}\n")));
        }
    }
    page
}
