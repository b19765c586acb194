//! When is a failed attempt tried again?

use std::time::Duration;

use crate::kind::{Class, Failure};
use crate::plan::graph::Retry;
use crate::time::Timestamp;

/// The delay that grows where a file names none: from this much …
const LEAST: Duration = Duration::from_secs(1);
/// … up to this much.
const MOST: Duration = Duration::from_mins(1);

/// What is known of the tries so far.
pub(super) struct Tried<'a> {
    /// Identifies the attempt among all; the jitter is derived from it.
    pub(super) key: &'a str,
    /// Attempts so far.
    pub(super) attempts: u16,
    /// Those among them that ended by a rate limit: they use up no attempt.
    pub(super) limited: u16,
    pub(super) failure: &'a Failure,
}

/// The moment at which the next attempt may start; none, if there is to be none.
pub(super) fn next_attempt(retry: &Retry, tried: &Tried, now: Timestamp) -> Option<Timestamp> {
    let class = tried.failure.class;
    let allowed = retry.errors.as_ref().map_or(class.is_passing(), |errors| errors.contains(&class))
            // Doubt has ended, and nothing else is known to be wrong.
            || class == Class::InDoubt;
    let used = tried.attempts.saturating_sub(tried.limited);
    let left = if class == Class::RateLimit { retry.attempts > 1 } else { used < retry.attempts };
    if !allowed || !left || tried.attempts == 0 || tried.attempts == u16::MAX {
        return None;
    }
    let delay = jittered(retry, tried).max(tried.failure.after.unwrap_or_default());
    Some(now.after(delay))
}

/// Full jitter: anything from nothing to the exponential delay, by a hash of the attempt.
fn jittered(retry: &Retry, tried: &Tried) -> Duration {
    let least = retry.least.unwrap_or(LEAST);
    let most = retry.most.unwrap_or(MOST).max(least);
    let doublings = u32::from(tried.attempts - 1).min(20);
    let ceiling = least.saturating_mul(1 << doublings).min(most);
    let hash = blake3::hash(tried.key.as_bytes());
    let draw = u32::from_le_bytes(hash.as_bytes()[..4].try_into().expect("four of 32 bytes"));
    ceiling.mul_f64(f64::from(draw) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(attempts: u16) -> Retry {
        Retry {
            attempts,
            least: Some(Duration::from_secs(2)),
            most: Some(Duration::from_secs(5)),
            errors: None,
        }
    }

    fn after(retry: &Retry, class: Class, attempts: u16, limited: u16, key: &str) -> Option<u64> {
        let failure = Failure::new(class, "x").after(Duration::ZERO);
        next_attempt(retry, &Tried { key, attempts, limited, failure: &failure }, Timestamp(0))
            .map(|at| at.0)
    }

    #[test]
    fn passing_failures_are_tried_again_up_to_the_limit() {
        assert!(after(&retry(3), Class::Server, 2, 0, "a").is_some());
        assert_eq!(after(&retry(3), Class::Server, 3, 0, "a"), None);
        assert_eq!(after(&retry(3), Class::Input, 1, 0, "a"), None);
        assert_eq!(after(&Retry::default(), Class::Server, 1, 0, "a"), None);
    }

    #[test]
    fn a_rate_limit_uses_up_no_attempt() {
        assert!(after(&retry(3), Class::RateLimit, 7, 6, "a").is_some());
        assert!(after(&retry(3), Class::Server, 8, 6, "a").is_some());
        assert_eq!(after(&retry(3), Class::Server, 9, 6, "a"), None);
    }

    #[test]
    fn the_delay_is_jittered_below_a_ceiling_that_doubles() {
        for attempt in 1..6 {
            let delays: Vec<_> = (0..50)
                .filter_map(|n| after(&retry(9), Class::Server, attempt, 0, &format!("{n}")))
                .collect();
            let ceiling = [2000, 4000, 5000, 5000, 5000][usize::from(attempt) - 1];
            assert!(delays.iter().all(|delay| *delay <= ceiling));
            assert!(delays.iter().max() > Some(&(ceiling * 3 / 4)), "spread up to the ceiling");
            assert!(delays.iter().min() < Some(&(ceiling / 4)), "spread down to nothing");
        }
    }

    #[test]
    fn a_provider_s_word_is_obeyed() {
        let failure = Failure::new(Class::RateLimit, "slow down").after(Duration::from_secs(30));
        let tried = Tried { key: "a", attempts: 1, limited: 1, failure: &failure };
        assert!(next_attempt(&retry(3), &tried, Timestamp(0)) >= Some(Timestamp(30_000)));
    }
}
