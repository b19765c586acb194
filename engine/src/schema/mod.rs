//! Which values may a port take?
//!
//! Types are JSON Schemas, draft 2020-12, with `format: money` and `x-media` for files. A schema carries the definitions
//! that it refers to, so whatever is read off it stands on its own.

mod address;
mod compose;
mod covers;
mod draft;
mod generated;
mod lists;
mod media;
mod objects;
mod position;
mod reader;
mod refer;
mod shape;
mod sound;
mod told;

use std::fmt;
use std::sync::{Arc, OnceLock};

use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use schemars::JsonSchema;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::money::Usd;
pub use compose::Field;
pub use covers::{Verdict, covers, covers_written, fits, proves};
pub use draft::Draft;
pub use lists::List;
pub use media::{ARTIFACT, MEDIA, in_range, range_within};
pub use objects::NoField;
pub use shape::JsonTypes;
pub(crate) use sound::is_sound;

/// A JSON Schema. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    /// Refers to definitions by `#/$defs/name` alone, and has none of its own.
    node: Json,
    /// What `node` and these themselves may refer to.
    defs: Definitions,
    /// Both as one, or what was written where more than that stood there.
    whole: OnceLock<Json>,
    validator: OnceLock<Result<Validator, String>>,
}

type Definitions = Arc<Map<String, Json>>;

/// A value that breaks a schema: where in the value, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// A JSON Pointer into the value; empty for the whole.
    pub path: String,
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return f.write_str(&self.message);
        }
        write!(f, "at {}: {}", self.path, self.message)
    }
}

impl Schema {
    pub fn new(json: Json) -> Self {
        Self::in_draft(json, Draft::Twelve)
    }

    /// What a document says that is written in `draft`.
    pub fn in_draft(document: Json, draft: Draft) -> Self {
        if draft == Draft::Twelve && reader::is_node(&document) {
            return Self::plain(document);
        }
        let read = reader::read(&document, draft);
        let schema = Self::within(read.node, &Arc::new(read.defs));
        if !read.is_rewritten {
            schema.0.whole.get_or_init(|| document);
        }
        schema
    }

    /// A schema whose references are to `defs`.
    fn within(node: Json, defs: &Definitions) -> Self {
        Self(Arc::new(Inner {
            node,
            defs: Arc::clone(defs),
            whole: OnceLock::new(),
            validator: OnceLock::new(),
        }))
    }

    /// One that refers to nothing.
    fn plain(node: Json) -> Self {
        static NONE: OnceLock<Definitions> = OnceLock::new();
        Self::within(node, NONE.get_or_init(Definitions::default))
    }

    /// The schema of every value.
    pub fn anything() -> Self {
        static ANYTHING: OnceLock<Schema> = OnceLock::new();
        ANYTHING.get_or_init(|| Self::plain(json!(true))).clone()
    }

    /// What `T` serialises to. Made once: every node of a kind has the same one.
    pub fn of<T: JsonSchema + 'static>() -> Self {
        generated::once::<T>(Contract::Serialize)
    }

    /// What `T` deserialises from.
    pub fn of_input<T: JsonSchema + 'static>() -> Self {
        generated::once::<T>(Contract::Deserialize)
    }

    /// The schema as a document of its own, with the definitions that it refers to.
    pub fn as_json(&self) -> &Json {
        let Inner { node, defs, whole, .. } = &*self.0;
        match whole.get() {
            None if defs.is_empty() => node,
            _ => whole.get_or_init(|| refer::joined(node, defs)),
        }
    }

    /// Whether it is a copy of `other`, or the other way round; equal ones may be told apart.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// All violations of `value`; none, if it fits. A schema that is none is broken by every value.
    pub fn violations(&self, value: &Json) -> Vec<Violation> {
        let validator = match self.validator() {
            Ok(validator) => validator,
            Err(fault) => {
                let message = format!("the schema itself is faulty: {fault}");
                return vec![Violation { path: String::new(), message }];
            }
        };
        validator.iter_errors(value).flat_map(|error| told::violations(self, &error)).collect()
    }

    /// Whether `value` fits.
    pub fn accepts(&self, value: &Json) -> bool {
        self.validator().is_ok_and(|validator| validator.is_valid(value))
    }

    /// Whether it is proved that `value` fits, without a validator: to make one takes longer than to check a small
    /// pipeline. What is not proved may fit all the same.
    pub fn surely_accepts(&self, value: &Json) -> bool {
        proves(self, &Self::constant_of(value.clone()))
    }

    /// Whether the schema, or a definition beside it, says something under `keyword` anywhere.
    pub fn mentions(&self, keyword: &str) -> bool {
        let Inner { node, defs, .. } = &*self.0;
        mentions(node, keyword) || defs.values().any(|node| mentions(node, keyword))
    }

    /// Why this is no schema at all, if so.
    pub fn fault(&self) -> Option<&str> {
        self.validator().err()
    }

    /// Whether it is written with more than `most` JSON values, its definitions not counted.
    pub fn is_larger_than(&self, most: usize) -> bool {
        let mut seen = 0;
        let mut waiting = vec![&self.0.node];
        while let Some(node) = waiting.pop() {
            seen += 1;
            if seen > most {
                return true;
            }
            match node {
                Json::Array(items) => waiting.extend(items),
                Json::Object(fields) => waiting.extend(fields.values()),
                _ => {}
            }
        }
        false
    }

    fn validator(&self) -> Result<&Validator, &str> {
        let made = self.0.validator.get_or_init(|| compile(self.as_json()));
        made.as_ref().map_err(String::as_str)
    }
}

fn mentions(node: &Json, keyword: &str) -> bool {
    match node {
        Json::Object(fields) => {
            fields.iter().any(|(key, value)| key == keyword || mentions(value, keyword))
        }
        Json::Array(items) => items.iter().any(|item| mentions(item, keyword)),
        _ => false,
    }
}

fn compile(json: &Json) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .with_format("money", |text: &str| text.parse::<Usd>().is_ok())
        .with_keyword(MEDIA, |_, range, _| {
            Ok(Box::new(media::MediaRange(range.as_str().unwrap_or("*/*").to_owned())))
        })
        .build(json)
        .map_err(|error| told_of_schema(&error))
}

fn told_of_schema(error: &ValidationError<'_>) -> String {
    let is_type = error.instance_path().as_str().ends_with("/type");
    match error.kind() {
        ValidationErrorKind::AnyOf { .. } if is_type => {
            format!("{} is no type: there are {}", error.instance(), TYPES.join(", "))
        }
        _ => error.to_string(),
    }
}

/// Where in `json` something stands that no schema says, as a JSON Pointer, and why not; none, if it is a schema.
/// References to other files are not followed.
pub fn not_a_schema(json: &Json) -> Option<(String, String)> {
    if is_sound(json) {
        return None;
    }
    let error = jsonschema::meta::validate(json).err()?;
    Some((error.instance_path().as_str().to_owned(), told_of_schema(&error)))
}

/// What the keyword `type` may say.
pub(crate) const TYPES: [&str; 7] =
    ["string", "number", "integer", "boolean", "object", "array", "null"];

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.as_json() == other.as_json()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.as_json())
    }
}

impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Json::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_and_a_file_are_checked_by_what_they_are() {
        let schema = Schema::new(json!({
            "properties": {
                "cost": { "type": "string", "format": "money" },
                "clip": { "type": "object", MEDIA: "video/*" },
            },
        }));
        assert!(
            schema.accepts(&json!({ "cost": "0.05 USD", "clip": { "media_type": "video/mp4" } }))
        );
        let broken =
            schema.violations(&json!({ "cost": "5", "clip": { "media_type": "audio/mpeg" } }));
        insta::assert_debug_snapshot!(broken, @r#"
        [
            Violation {
                path: "/cost",
                message: "\"5\" is no amount such as \"0.05 USD\"",
            },
            Violation {
                path: "/clip",
                message: "a file of type `audio/mpeg` is no `video/*`",
            },
        ]
        "#);
    }

    #[test]
    fn a_schema_s_size_is_that_of_all_it_holds() {
        let schema = Schema::new(json!({ "prefixItems": [{ "const": [1, 2] }, true] }));
        assert!(schema.is_larger_than(6));
        assert!(!schema.is_larger_than(7));
    }

    #[test]
    fn a_schema_that_is_none_is_said_to_be_so() {
        let schema = Schema::new(json!({ "type": "strnig" }));
        assert!(schema.fault().is_some());
        assert!(!schema.violations(&json!("x")).is_empty());
    }
}
