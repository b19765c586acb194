//! How long is `2 min`, `1m30s`, `1:30`, `PT90S`, `60-90s`?

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::Value as Json;

use crate::vrd::seconds::Seconds;

/// A length as read, and whether it was said exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    pub seconds: Seconds,
    /// The middle of a range.
    pub is_guess: bool,
}

/// Reads a number of seconds or a text; none if it is neither.
pub fn read(json: &Json) -> Option<Length> {
    match json {
        Json::Number(number) => exact(seconds_of(&number.to_string())?),
        Json::String(text) => parse(text),
        _ => None,
    }
}

/// Reads a text such as `90 sec`; a range takes its middle.
pub fn parse(text: &str) -> Option<Length> {
    let text = text.trim().to_lowercase();
    if let Some(length) = single(&text) {
        return exact(length);
    }
    let (from, to) = text.split_once(['-', '–', '—']).or_else(|| text.split_once(" to "))?;
    let to = single(to)?;
    // `60-90s`: the first number has the second's unit.
    let unit: String = text.chars().rev().take_while(|c| c.is_alphabetic()).collect();
    let unit: String = unit.chars().rev().collect();
    let from = if from.trim().bytes().all(|c| c.is_ascii_digit() || c == b'.') {
        single(&format!("{}{unit}", from.trim()))?
    } else {
        single(from)?
    };
    let middle = u32::midpoint(from.millis(), to.millis());
    (from < to).then_some(Length { seconds: Seconds::from_millis(middle), is_guess: true })
}

#[expect(clippy::unnecessary_wraps, reason = "reads as one expression at both callers")]
fn exact(seconds: Seconds) -> Option<Length> {
    Some(Length { seconds, is_guess: false })
}

fn single(text: &str) -> Option<Seconds> {
    let text = text.trim();
    let text = text.strip_prefix("pt").unwrap_or(text);
    if let Some((minutes, seconds)) = text.split_once(':') {
        let (minutes, seconds) = (digits(minutes)?, digits(seconds)?);
        return (seconds < 60)
            .then(|| minutes.checked_mul(60)?.checked_add(seconds))
            .flatten()
            .and_then(whole);
    }
    let mut total = Decimal::ZERO;
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number = Decimal::from_str_exact(&rest[..end]).ok()?;
        let after = rest[end..].trim_start();
        let unit_end = after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len());
        let factor = factor(&after[..unit_end])?;
        total = total.checked_add(number.checked_mul(factor)?)?;
        rest = after[unit_end..].trim_start_matches([' ', ',']);
        if rest.is_empty() {
            return from_decimal(total);
        }
    }
}

/// How many seconds the unit has; a bare number is seconds.
pub(super) fn factor(unit: &str) -> Option<Decimal> {
    match unit {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => Some(Decimal::ONE),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(Decimal::from(60)),
        "h" | "hr" | "hour" | "hours" => Some(Decimal::from(3600)),
        "ms" | "milliseconds" => Some(Decimal::new(1, 3)),
        _ => None,
    }
}

fn digits(text: &str) -> Option<u32> {
    let fits = !text.is_empty() && text.len() <= 5 && text.bytes().all(|c| c.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn whole(seconds: u32) -> Option<Seconds> {
    seconds.checked_mul(1000).map(Seconds::from_millis)
}

fn seconds_of(text: &str) -> Option<Seconds> {
    from_decimal(Decimal::from_str_exact(text).ok()?)
}

fn from_decimal(seconds: Decimal) -> Option<Seconds> {
    let millis = seconds.checked_mul(Decimal::from(1000))?.round();
    millis.to_u32().map(Seconds::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, millis) in [
            ("60", 60_000),
            ("60s", 60_000),
            ("90 sec", 90_000),
            ("2 min", 120_000),
            ("1m30s", 90_000),
            ("1:30", 90_000),
            ("PT90S", 90_000),
            ("PT1M30S", 90_000),
            ("7.5", 7_500),
            ("1 minute 30 seconds", 90_000),
        ] {
            let read = parse(text).unwrap();
            assert_eq!((read.seconds.millis(), read.is_guess), (millis, false), "{text}");
        }
        for (text, millis) in
            [("60-90s", 75_000), ("1-2 min", 90_000), ("30 to 60 seconds", 45_000)]
        {
            let read = parse(text).unwrap();
            assert_eq!((read.seconds.millis(), read.is_guess), (millis, true), "{text}");
        }
        for text in [
            "",
            "soon",
            "-5",
            "1:75",
            "90-60s",
            "5 weeks",
            "1e9",
            "1:2:3",
            "PT",
            "99999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(read(&serde_json::json!(45)).unwrap().seconds, Seconds::whole(45));
        assert_eq!(read(&serde_json::json!([45])), None);
    }
}
