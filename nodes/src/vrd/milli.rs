//! How is a measured number kept exact? As whole thousandths: quality points, rates, minutes, weights.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of three decimals, written as a JSON number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milli(pub i64);

impl Milli {
    pub const fn whole(number: i64) -> Self {
        Self(number * 1000)
    }

    /// For drawing and for JSON; the numbers kept here have far fewer than 15 digits.
    pub fn as_f64(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let thousandths = self.0 as f64;
        thousandths / 1000.0
    }

    fn from_f64(number: f64) -> Option<Self> {
        let thousandths = (number * 1000.0).round();
        if thousandths.is_nan() || thousandths.abs() > 1e15 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked above")]
        Some(Self(thousandths as i64))
    }
}

/// Without needless zeros: `8.5`, `180`.
impl fmt::Display for Milli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0.abs() / 1000, self.0.abs() % 1000);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Milli {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0 % 1000 == 0 {
            serializer.serialize_i64(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Milli {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        Self::from_f64(number)
            .ok_or_else(|| serde::de::Error::custom(format!("`{number}` is too large")))
    }
}

impl JsonSchema for Milli {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}
