//! Which values may a port take?
//!
//! Types are JSON Schemas, draft 2020-12.

use std::fmt;
use std::sync::{Arc, OnceLock};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A JSON Schema. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    json: Json,
    validator: OnceLock<Option<jsonschema::Validator>>,
}

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
        Self(Arc::new(Inner { json, validator: OnceLock::new() }))
    }

    /// The schema of every value.
    pub fn anything() -> Self {
        Self::new(json!(true))
    }

    /// What `T` serialises to.
    pub fn of<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize();
        Self::new(settings.into_generator().into_root_schema_for::<T>().to_value())
    }

    /// What `T` deserialises from.
    pub fn of_input<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        Self::new(settings.into_generator().into_root_schema_for::<T>().to_value())
    }

    pub fn as_json(&self) -> &Json {
        &self.0.json
    }

    /// All violations of `value`; none, if it fits.
    pub fn violations(&self, value: &Json) -> Vec<Violation> {
        let validator =
            self.0.validator.get_or_init(|| jsonschema::draft202012::new(&self.0.json).ok());
        let Some(validator) = validator else {
            return Vec::new();
        };
        validator
            .iter_errors(value)
            .map(|error| Violation {
                path: error.instance_path().to_string(),
                message: error.to_string(),
            })
            .collect()
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.0.json == other.0.json
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schema({})", self.0.json)
    }
}

impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.json.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Json::deserialize(deserializer).map(Self::new)
    }
}
