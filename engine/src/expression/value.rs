//! What does a part of an expression come to, and when are two values equal, less or the same text?
//!
//! A value borrows from the outputs that it was read from; only what a whole expression gives is copied.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Number as JsonNumber, Value as Json};

use crate::money::Usd;

/// What a part of an expression comes to.
#[derive(Clone, Debug)]
pub(super) enum Value<'v> {
    Json(Cow<'v, Json>),
    /// A list that was put together: its items are not copied.
    List(Vec<Value<'v>>),
}

/// An exact integer, or a number with a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Within 64 bits, signed or unsigned, where it is a result.
    Integer(i128),
    /// Finite, and no integer below 2^64.
    Fraction(f64),
}

const NULL: Json = Json::Null;

impl<'v> Value<'v> {
    pub(super) fn owned(json: Json) -> Self {
        Self::Json(Cow::Owned(json))
    }

    pub(super) fn borrowed(json: &'v Json) -> Self {
        Self::Json(Cow::Borrowed(json))
    }

    pub(super) fn null() -> Self {
        Self::owned(Json::Null)
    }

    pub(super) fn into_json(self) -> Json {
        match self {
            Self::Json(json) => json.into_owned(),
            Self::List(items) => Json::Array(items.into_iter().map(Self::into_json).collect()),
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Json(json) if json.is_null())
    }

    pub(super) fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Json(json) => json.as_bool(),
            Self::List(_) => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Json(json) => json.as_str(),
            Self::List(_) => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<Number> {
        match self {
            Self::Json(json) => Number::of(json),
            Self::List(_) => None,
        }
    }

    /// The items, if it is a list; those of a borrowed one stay borrowed.
    pub(super) fn into_items(self) -> Result<Vec<Self>, Self> {
        match self {
            Self::List(items) => Ok(items),
            Self::Json(Cow::Borrowed(Json::Array(items))) => {
                Ok(items.iter().map(Self::borrowed).collect())
            }
            Self::Json(Cow::Owned(Json::Array(items))) => {
                Ok(items.into_iter().map(Self::owned).collect())
            }
            other @ Self::Json(_) => Err(other),
        }
    }

    /// How many items the list has.
    pub(super) fn items_len(&self) -> Option<usize> {
        match self {
            Self::List(items) => Some(items.len()),
            Self::Json(json) => json.as_array().map(Vec::len),
        }
    }

    /// The field of an object; null where it is absent. None, if it is no object.
    pub(super) fn into_field(self, name: &str) -> Option<Self> {
        match self {
            Self::Json(Cow::Borrowed(Json::Object(fields))) => {
                Some(fields.get(name).map_or_else(Self::null, Self::borrowed))
            }
            Self::Json(Cow::Owned(Json::Object(mut fields))) => {
                Some(Self::owned(fields.swap_remove(name).unwrap_or(Json::Null)))
            }
            _ => None,
        }
    }

    /// What people call such a value.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::List(_) => "a list",
            Self::Json(json) => noun(json),
        }
    }

    /// As longer text shows it: strings raw, numbers and booleans as JSON writes them.
    pub(super) fn to_text(&self) -> Option<String> {
        match self {
            Self::Json(json) => match json.as_ref() {
                Json::String(text) => Some(text.clone()),
                json @ (Json::Number(_) | Json::Bool(_)) => Some(json.to_string()),
                Json::Null | Json::Array(_) | Json::Object(_) => None,
            },
            Self::List(_) => None,
        }
    }

    /// A text that two values share if, and only if, they are equal.
    pub(super) fn key(&self) -> String {
        let mut key = String::new();
        self.write_key(&mut key);
        key
    }

    fn write_key(&self, key: &mut String) {
        match self {
            Self::Json(json) => write_key(json, key),
            Self::List(items) => {
                key.push('[');
                for item in items {
                    item.write_key(key);
                    key.push(',');
                }
                key.push(']');
            }
        }
    }

    /// Whether they are equal, if they can be compared at all: null with everything, else like with like.
    pub(super) fn equals(&self, other: &Self) -> Option<bool> {
        if self.is_null() || other.is_null() {
            return Some(self.is_null() && other.is_null());
        }
        (self.noun() == other.noun()).then(|| self.key() == other.key())
    }

    /// Which of two numbers, amounts or texts comes first. None for what has no order.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        if let (Some(a), Some(b)) = (self.as_number(), other.as_number()) {
            return Some(a.order(b));
        }
        let (a, b) = (self.as_text()?, other.as_text()?);
        Some(match (amount(a), amount(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => a.cmp(b),
        })
    }
}

pub(super) fn noun(json: &Json) -> &'static str {
    match json {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// The amount that `text` writes, as data has it.
pub(super) fn amount(text: &str) -> Option<Usd> {
    text.ends_with("USD").then(|| text.parse().ok()).flatten()
}

fn write_key(json: &Json, key: &mut String) {
    match json {
        Json::Number(_) => match Number::of(json) {
            Some(Number::Integer(integer)) => key.push_str(&integer.to_string()),
            Some(Number::Fraction(fraction)) => key.push_str(&fraction.to_string()),
            None => key.push_str(&json.to_string()),
        },
        Json::String(text) => match amount(text) {
            Some(amount) => {
                key.push('$');
                key.push_str(&amount.micros().to_string());
            }
            None => key.push_str(&json.to_string()),
        },
        Json::Array(items) => {
            key.push('[');
            for item in items {
                write_key(item, key);
                key.push(',');
            }
            key.push(']');
        }
        Json::Object(fields) => write_fields(fields, key),
        Json::Null | Json::Bool(_) => key.push_str(&json.to_string()),
    }
}

fn write_fields(fields: &Map<String, Json>, key: &mut String) {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    key.push('{');
    for (name, value) in sorted {
        key.push_str(&Json::from(name.as_str()).to_string());
        key.push(':');
        write_key(value, key);
        key.push(',');
    }
    key.push('}');
}

impl Number {
    pub(super) fn of(json: &Json) -> Option<Self> {
        let Json::Number(number) = json else {
            return None;
        };
        let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        integer.map(Self::Integer).or_else(|| number.as_f64().and_then(Self::of_float))
    }

    /// A float without a fraction is an integer, if 64 bits hold it.
    pub(super) fn of_float(float: f64) -> Option<Self> {
        if !float.is_finite() {
            return None;
        }
        let fits = float.fract() == 0.0 && (-TWO_TO_63..TWO_TO_64).contains(&float);
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^64")]
        let number = if fits { Self::Integer(float as i128) } else { Self::Fraction(float) };
        Some(number)
    }

    /// None where the integer needs more than 64 bits.
    pub(super) fn to_json(self) -> Option<Json> {
        match self {
            Self::Integer(integer) => i64::try_from(integer)
                .map(Json::from)
                .or_else(|_| u64::try_from(integer).map(Json::from))
                .ok(),
            Self::Fraction(fraction) => JsonNumber::from_f64(fraction).map(Json::Number),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the nearest float is what is asked for")]
    pub(super) fn to_float(self) -> f64 {
        match self {
            Self::Integer(integer) => integer as f64,
            Self::Fraction(fraction) => fraction,
        }
    }

    /// Exact: a number with a fraction is below 2^53, and one above 2^64 is beyond every integer.
    fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            _ => self.to_float().total_cmp(&other.to_float()),
        }
    }
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

impl Default for Value<'_> {
    fn default() -> Self {
        Self::Json(Cow::Owned(NULL))
    }
}
