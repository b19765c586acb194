//! Does every value of one type fit another?

use serde_json::Value as Json;

use crate::schema::{JsonTypes, Schema};

pub(super) enum Fit {
    Yes,
    /// It cannot be decided.
    Unknown,
    No {
        /// The type of exactly the values that do not fit.
        offending: Json,
        example: Option<Json>,
    },
}

/// Whether every value of `producer` fits `consumer`.
pub(super) fn fit(consumer: &Schema, producer: &Schema) -> Fit {
    let (takes, gives) = (consumer.types(), producer.types());
    let others = gives - takes;
    if producer.is_anything() && !consumer.is_anything() {
        return Fit::Unknown;
    }
    if others.is_empty() {
        return Fit::Yes;
    }
    let example = others.has(JsonTypes::NULL).then_some(Json::Null);
    Fit::No { offending: Json::String(others.to_string()), example }
}
