//! When is a pipeline started by itself: every so often, or at the times of a cron text?

use std::str::FromStr;

use croner::Cron;

use super::fields::{Field, Reader};
use crate::time::parse_duration;

const HELP: &str = "write a duration such as `24h`, or a cron text such as `0 6 * * *`, perhaps \
                    with a time zone behind it: `0 6 * * * Europe/Berlin`";

impl Reader<'_> {
    /// `24h`, `0 6 * * *`, `0 6 * * mon-fri Europe/Berlin`.
    pub(super) fn schedule(&mut self, field: Field<'_>) -> Option<String> {
        let text = self.literal(field)?.trim();
        match problem(text) {
            None => Some(text.to_owned()),
            Some(problem) => self.bad(field.1, problem, HELP),
        }
    }
}

/// Why `text` says no time, if so.
fn problem(text: &str) -> Option<String> {
    if parse_duration(text).is_ok() {
        return None;
    }
    let (times, zone) = parted(text);
    if let Err(error) = Cron::from_str(times) {
        return Some(format!("`{times}` is no schedule: {error}"));
    }
    zone.filter(|zone| !is_zone(zone)).map(|zone| format!("`{zone}` is no time zone"))
}

/// The cron text, and the time zone behind it.
fn parted(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(char::is_whitespace) {
        Some((times, last))
            if last.contains('/') && !last.starts_with(|c: char| !c.is_alphabetic()) =>
        {
            (times.trim_end(), Some(last))
        }
        Some((times, "UTC")) => (times.trim_end(), Some("UTC")),
        _ => (text, None),
    }
}

/// Whether `name` has the shape of a zone's name: `Europe/Berlin`, `America/Argentina/Salta`, `UTC`. Which of them a
/// machine knows is asked where the times are computed.
fn is_zone(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    name.split('/').count() <= 3 && name.split('/').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_a_duration_or_a_cron_text_perhaps_with_a_zone() {
        for text in [
            "24h",
            "1h30m",
            "0 6 * * *",
            "*/5 * * * *",
            "0 6 * * MON-FRI Europe/Berlin",
            "0 6 * * * UTC",
        ] {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in
            ["soon", "0 6 * *", "0 25 * * *", "0 6 * * * Europe/", "0 6 * * * europe/berlin"]
        {
            assert!(problem(text).is_some(), "{text}");
        }
    }
}
