//! What happens to a rehearsed purchase?
//!
//! Everything follows from the purchase's own reference, so the same run goes the same way, and another seed another.

use std::time::Duration;

use flow_engine::kind::buy::RecoveryKind;
use flow_engine::money::Usd;
use flow_engine::name::Digest;
use serde::{Deserialize, Serialize};

/// How a rehearsed provider behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    pub recovery: RecoveryKind,
    pub send_deadline: Duration,
    pub list_lag: Duration,
    /// All times of work are so many times as long; 1 is as long as the providers' own.
    pub pace: f64,
    /// So many of a thousand requests, and of a thousand jobs, go wrong.
    pub mishaps: u64,
    pub results: Results,
}

/// What a finished job gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// Real, if small, files of the right type.
    Files,
    /// Nothing but a few bytes with a name: nobody will look at them.
    Placeholders,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Accepted,
    /// It made a job, and nobody was told.
    Lost,
    NeverArrives,
    RateLimited,
}

/// How a job ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Good,
    /// Refused for its content, and billed.
    Moderated,
    /// Failed, and not billed.
    Broken,
}

/// How a job goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Play {
    pub(super) takes: Duration,
    pub(super) end: End,
    pub(super) bill: Usd,
}

impl Script {
    /// As providers are on a usual day.
    pub fn usual() -> Self {
        Self {
            recovery: RecoveryKind::ListWithEcho,
            send_deadline: Duration::from_mins(1),
            list_lag: Duration::from_secs(30),
            pace: 1.0,
            mishaps: 30,
            results: Results::Placeholders,
        }
    }

    /// Where nothing goes wrong by itself, quickly: for tests that kill.
    pub fn quick(recovery: RecoveryKind) -> Self {
        Self {
            recovery,
            send_deadline: Duration::ZERO,
            list_lag: Duration::ZERO,
            pace: 0.001,
            mishaps: 0,
            results: Results::Files,
        }
    }

    /// Where nothing goes wrong by itself, in the providers' own time: for rehearsals that are killed.
    pub fn faultless(recovery: RecoveryKind) -> Self {
        Self { recovery, mishaps: 0, ..Self::usual() }
    }

    pub(super) fn answer(&self, client_ref: &str) -> Answer {
        match chance(client_ref, "answer") {
            chance if chance < self.mishaps => Answer::RateLimited,
            chance if chance < self.mishaps * 4 / 3 => Answer::Lost,
            chance if chance < self.mishaps * 5 / 3 => Answer::NeverArrives,
            _ => Answer::Accepted,
        }
    }

    pub(super) fn play(&self, capability: &str, client_ref: &str, price: Usd) -> Play {
        let end = match chance(client_ref, "end") {
            chance if chance < self.mishaps => End::Moderated,
            chance if chance < self.mishaps * 2 => End::Broken,
            _ => End::Good,
        };
        // Most are a little quicker than usual, a few take several times as long.
        let unit = f64::from(u32::try_from(chance(client_ref, "time")).unwrap_or(0)) / 1000.0;
        let factor = (0.5 + unit * 0.8 + unit.powi(12) * 3.0) * self.pace;
        let takes = usual(capability).mul_f64(factor).max(Duration::from_millis(1));
        Play { takes, end, bill: if end == End::Broken { Usd::ZERO } else { price } }
    }

    pub(super) fn poll(&self, capability: &str) -> Duration {
        usual(capability).mul_f64(self.pace / 20.0).max(Duration::from_millis(1))
    }
}

/// How long a job takes on a usual day.
fn usual(capability: &str) -> Duration {
    Duration::from_secs(match capability {
        "video" => 90,
        "image" => 12,
        "music" => 40,
        _ => 4,
    })
}

/// A number below 1000, always the same for one purchase and one question.
fn chance(client_ref: &str, question: &str) -> u64 {
    let hash = Digest::of(format!("{client_ref}/{question}").as_bytes());
    let bytes = hash.as_bytes()[..8].try_into().expect("eight of 32 bytes");
    u64::from_le_bytes(bytes) % 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mishaps_are_as_frequent_as_the_script_says_and_the_same_each_time() {
        let script = Script { mishaps: 100, ..Script::usual() };
        let price = Usd::from_micros(40_000);
        let plays: Vec<_> =
            (0..2000).map(|n| script.play("image", &format!("ref-{n}"), price)).collect();
        let broken = plays.iter().filter(|play| play.end == End::Broken).count();
        assert!((140..260).contains(&broken), "{broken} of 2000");
        assert!(plays.iter().all(|play| (play.bill == Usd::ZERO) == (play.end == End::Broken)));
        assert_eq!(plays[7], script.play("image", "ref-7", price));
        let quiet = Script::quick(RecoveryKind::None);
        assert!((0..500).all(|n| quiet.answer(&format!("ref-{n}")) == Answer::Accepted));
    }
}
