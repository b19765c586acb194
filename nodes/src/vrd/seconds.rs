//! How long is something, in documents that say seconds?
//!
//! Documents hold decimal seconds; everything here computes with whole milliseconds.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length or a moment of a video, in whole milliseconds; written as a JSON number of seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u32);

impl Seconds {
    pub const ZERO: Self = Self(0);

    pub const fn from_millis(millis: u32) -> Self {
        Self(millis)
    }

    pub const fn whole(seconds: u32) -> Self {
        Self(seconds * 1000)
    }

    pub const fn millis(self) -> u32 {
        self.0
    }

    /// The same as a number, for drawing and for JSON; exact to the millisecond.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 1000.0
    }

    /// The nearest millisecond to `seconds`, if it is a length that fits (up to 49 days).
    pub fn from_f64(seconds: f64) -> Option<Self> {
        let millis = (seconds * 1000.0).round();
        if !(0.0..=f64::from(u32::MAX)).contains(&millis) {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above"
        )]
        Some(Self(millis as u32))
    }

    #[must_use]
    pub fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    #[must_use]
    pub fn abs_diff(self, other: Self) -> Self {
        Self(self.0.abs_diff(other.0))
    }
}

/// Without needless zeros: `7.5`, `60`.
impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1000, self.0 % 1000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Add for Seconds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Seconds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Never below zero: a length is none.
impl Sub for Seconds {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl Sum for Seconds {
    fn sum<I: Iterator<Item = Self>>(lengths: I) -> Self {
        lengths.fold(Self::ZERO, Add::add)
    }
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(1000) {
            serializer.serialize_u32(self.0 / 1000)
        } else {
            serializer.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Self::from_f64(seconds).ok_or_else(|| {
            serde::de::Error::custom(format!("`{seconds}` is not a length in seconds, as in `7.5`"))
        })
    }
}

impl JsonSchema for Seconds {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_written_as_people_write_them_and_read_back_exactly() {
        for (millis, json, shown) in [
            (7_500, "7.5", "7.5"),
            (60_000, "60", "60"),
            (5_375, "5.375", "5.375"),
            (1, "0.001", "0.001"),
        ] {
            let length = Seconds::from_millis(millis);
            assert_eq!(serde_json::to_string(&length).unwrap(), json);
            assert_eq!(length.to_string(), shown);
            assert_eq!(serde_json::from_str::<Seconds>(json).unwrap(), length);
        }
        assert!(serde_json::from_str::<Seconds>("-1").is_err());
        assert!(serde_json::from_str::<Seconds>("1e300").is_err());
    }
}
