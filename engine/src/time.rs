//! What is a moment, and how is a length of time written?
//!
//! Values only: no clock is read here. The one clock is the host's.

use std::fmt;
use std::time::Duration;

use jiff::{SpanRelativeTo, Unit};
use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// This moment, `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// This moment, `duration` earlier; the first of all moments at the earliest.
    #[must_use]
    pub fn before(self, duration: std::time::Duration) -> Self {
        Self(self.0.saturating_sub(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The month in UTC: `2026-11`.
    pub fn month(self) -> String {
        self.to_string().chars().take(7).collect()
    }

    /// How long after `earlier` this moment is; zero if it is not.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

/// RFC 3339, in UTC, to the millisecond.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment =
            i64::try_from(self.0).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        match moment {
            Some(moment) => write!(f, "{moment:.3}"),
            None => write!(f, "{} ms", self.0),
        }
    }
}

/// Why a text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadDuration {
    #[error("a duration is written like `90s`, `2m` or `1h30m`")]
    NotADuration,
    #[error("a duration is longer than nothing, as in `90s`")]
    NotPositive,
}

/// Reads `90s`, `2m`, `1h30m`, `1.5h`, `2d 3h` (a day is 24 hours).
pub fn parse_duration(text: &str) -> Result<Duration, BadDuration> {
    let span: jiff::Span = text.trim().parse().map_err(|_| BadDuration::NotADuration)?;
    let milliseconds = span
        .total((Unit::Millisecond, SpanRelativeTo::days_are_24_hours()))
        .map_err(|_| BadDuration::NotADuration)?;
    if milliseconds <= 0.0 {
        return Err(BadDuration::NotPositive);
    }
    Ok(Duration::from_secs_f64(milliseconds / 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_in_people_s_units() {
        let seconds = |text: &str| parse_duration(text).map(|duration| duration.as_secs_f64());
        assert_eq!(seconds("90s"), Ok(90.0));
        assert_eq!(seconds("1h30m"), Ok(5400.0));
        assert_eq!(seconds("250ms"), Ok(0.25));
        assert_eq!(seconds("2d 3h"), Ok(51.0 * 3600.0));
        assert_eq!(seconds("90"), Err(BadDuration::NotADuration));
        assert_eq!(seconds("0s"), Err(BadDuration::NotPositive));
        assert_eq!(seconds("-5s"), Err(BadDuration::NotPositive));
    }

    #[test]
    fn a_moment_is_shown_in_utc() {
        assert_eq!(Timestamp(1_500).to_string(), "1970-01-01T00:00:01.500Z");
        assert_eq!(
            Timestamp(5).after(Duration::from_secs(1)).since(Timestamp(1_000)),
            Duration::from_millis(5)
        );
    }
}
