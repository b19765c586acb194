//! What is a word of YAML that has no quotes?
//!
//! The core schema of YAML 1.2: `yes`, `no` and `on` are text.

use serde_json::Number;

use super::tree::{Style, Text, Value};

/// Why an unquoted word has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoValue {
    /// Looks like a date, for which JSON has no type.
    Date,
    /// Infinite, or not a number.
    NotFinite,
    /// An integer beyond 64 bits.
    TooLarge,
}

/// The value of an unquoted word.
pub(super) fn plain(text: &str, style: Style) -> Result<Value, NoValue> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Ok(Value::Bool(false)),
        _ => {}
    }
    if is_infinite(text) || is_not_a_number(text) {
        return Err(NoValue::NotFinite);
    }
    if is_date(text) {
        return Err(NoValue::Date);
    }
    match number(text)? {
        Some(number) => Ok(Value::Number(number)),
        None => Ok(Value::Text(Text { text: text.into(), style })),
    }
}

/// The number that `text` writes in the core schema, if it is one.
pub(super) fn number(text: &str) -> Result<Option<Number>, NoValue> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return decimal(text).map(Some);
    }
    if !is_float(unsigned) {
        return Ok(None);
    }
    let value: f64 = text.parse().map_err(|_| NoValue::NotFinite)?;
    Number::from_f64(value).map(Some).ok_or(NoValue::NotFinite)
}

/// An integer of `digits` in another base; none where they are not its digits.
pub(super) fn radix(digits: &str, radix: u32) -> Result<Option<Number>, NoValue> {
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return Ok(None);
    }
    let value = u64::from_str_radix(digits, radix).map_err(|_| NoValue::TooLarge)?;
    Ok(Some(value.into()))
}

/// The integer that decimal digits, perhaps after a sign, write.
pub(super) fn decimal(text: &str) -> Result<Number, NoValue> {
    if let Ok(value) = text.parse::<i64>() {
        return Ok(value.into());
    }
    text.parse::<u64>().map(Number::from).map_err(|_| NoValue::TooLarge)
}

/// `12.`, `.5`, `1.5e3`, without a sign.
fn is_float(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let some_digit = !whole.is_empty() || !fraction.is_empty();
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    some_digit && digits(whole) && digits(fraction) && exponent_fits
}

fn is_infinite(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    matches!(unsigned, ".inf" | ".Inf" | ".INF")
}

fn is_not_a_number(text: &str) -> bool {
    matches!(text, ".nan" | ".NaN" | ".NAN")
}

/// `2026-11-23`, perhaps with a time: other readers of YAML make a date of it.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
        && (bytes.len() == 10
            || (matches!(bytes[10], b'T' | b't' | b' ')
                && bytes.get(11).is_some_and(u8::is_ascii_digit)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::document::tree::Tree;
    use crate::source::Span;

    fn json_of(text: &str) -> Result<Json, NoValue> {
        plain(text, Style::Plain).map(|value| Tree::new(value, Span::default()).to_json())
    }

    #[test]
    fn an_unquoted_word_has_the_type_that_yaml_1_2_gives_it() {
        for (text, value) in [
            ("~", json!(null)),
            ("True", json!(true)),
            ("yes", json!("yes")),
            ("on", json!("on")),
            ("12", json!(12)),
            ("-0", json!(0)),
            ("+12", json!(12)),
            ("010", json!(10)),
            ("0o17", json!(15)),
            ("0xfF", json!(255)),
            ("0xg", json!("0xg")),
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5e3", json!(1500.0)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            (".", json!(".")),
            ("1.2.3", json!("1.2.3")),
            ("1_000", json!("1_000")),
            ("5 USD", json!("5 USD")),
            ("2s..60s", json!("2s..60s")),
        ] {
            assert_eq!(json_of(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_json_cannot_hold_has_no_value() {
        assert_eq!(json_of("2026-11-23"), Err(NoValue::Date));
        assert_eq!(json_of("2026-11-23T10:00:00Z"), Err(NoValue::Date));
        assert_eq!(json_of("2026-11-23-draft"), Ok(json!("2026-11-23-draft")));
        assert_eq!(json_of("-.inf"), Err(NoValue::NotFinite));
        assert_eq!(json_of("1e999"), Err(NoValue::NotFinite));
        assert_eq!(json_of("18446744073709551616"), Err(NoValue::TooLarge));
    }
}
