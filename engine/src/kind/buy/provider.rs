//! What does a purchase ask of whoever sells?
//!
//! One request that may cost money and is never sent again in secret, and questions that cost nothing. What a provider
//! does not declare counts as none, unknown, untrusted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::kind::purchase::Job;
use crate::kind::{Class, Failure};
use crate::money::Usd;
use crate::name::Digest;
use crate::time::Timestamp;

/// Someone who does paid work, asked for one purchase at a time.
#[async_trait]
pub trait Provider: Send + Sync {
    fn name(&self) -> &str;
    fn declared(&self) -> Declared;
    /// Sends `request`, once: no retry of its own, no redirect, a fresh connection. `client_ref` goes along wherever
    /// the provider takes something.
    async fn submit(&self, request: &Request, client_ref: &str) -> Result<Job, SubmitError>;
    /// Looks for what a former `submit` may have come to. Costs nothing.
    async fn recover(&self, request: &Request, client_ref: &str)
    -> Result<Recovery, ProviderError>;
    async fn poll(&self, job: &Job) -> Result<Status, ProviderError>;
    /// Writes the results of a finished job into `folder`.
    async fn fetch(&self, job: &Job, folder: &Path) -> Result<Fetched, ProviderError>;
    /// Asks to end a job; what becomes of it is told by the next `poll`.
    async fn cancel(&self, job: &Job) -> Result<(), ProviderError>;
}

/// What is to be bought: complete, so that a dead sender's request is known by its hash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Empty for the provider's default.
    pub model: String,
    pub body: Json,
    /// What it costs by the price table: the bill, where the provider gives none.
    pub price: Usd,
}

/// What a provider is known to do, each by the page or test that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    pub recovery: RecoveryKind,
    /// A used client id is refused, so that sending again finds the first.
    pub refuses_reuse: bool,
    /// After it no byte of a request can still arrive.
    pub send_deadline: Duration,
    /// How late a job may show up in a list that is complete up to there; none, if that is not known.
    pub list_lag: Option<Duration>,
    /// The test that showed that a job which is not found is not there.
    pub absence: Option<&'static str>,
    pub cancel: CancelClass,
    /// Between two polls of one job.
    pub poll: Duration,
}

/// By what a job is found again when the answer to its request was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecoveryKind {
    /// The client chooses the job's id.
    ClientId,
    /// A list shows what each job was asked for.
    ListWithEcho,
    /// The same, once a job has finished.
    ListFinishedOnly,
    /// Results appear under a prefix that the client chose.
    OutputPrefix,
    None,
}

/// What cancelling a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelClass {
    /// It is not billed.
    Refunds,
    /// Work ends; what was done is billed.
    Stops,
    /// A result that is there already may be lost: never used.
    Destroys,
    None,
}

/// Why a request has no job as its answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    #[error("the request never left: {0}")]
    NotSent(String),
    #[error("the provider refused the request: {0}")]
    Refused(Failure),
    /// A time-out, a reset, a failure of the server after it took the request: look before anything else.
    #[error("it is not known what became of the request: {0}")]
    OutcomeUnknown(String),
}

/// A question that could not be asked or answered. It says nothing of any job.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ProviderError(pub String);

/// What a look for a lost job came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recovery {
    Found(Job),
    NotFound,
    /// More than one job may be the one.
    Ambiguous(Vec<Job>),
    /// The provider cannot tell.
    Unknown,
}

/// How a job stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// Waiting or working; how far from 0 to 1, if that is told. Unknown words count as this.
    Running(Option<f64>),
    Succeeded {
        bill: Option<Usd>,
    },
    /// The end, without a result; it may be billed all the same.
    Failed {
        failure: Failure,
        bill: Option<Usd>,
    },
    /// The provider knows the job no more, or its result is gone: paid and lost.
    Gone,
}

/// What was fetched of a finished job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fetched {
    pub files: BTreeMap<String, Asset>,
    /// Whatever else the provider told: seconds, seeds, words.
    pub facts: Json,
}

/// A file that was fetched, and what the provider says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    pub path: PathBuf,
    pub media_type: String,
    /// Its length and hash, as far as the provider tells them.
    pub bytes: Option<u64>,
    pub digest: Option<Digest>,
}

impl Request {
    pub fn digest(&self) -> Digest {
        Digest::of(format!("{}\n{}\n{}", self.model, self.body, self.price).as_bytes())
    }
}

/// For clocks that differ: that of the list's owner and ours.
const SKEW: Duration = Duration::from_mins(15);

impl Declared {
    /// A provider of which nothing is known.
    pub fn nothing() -> Self {
        Self {
            recovery: RecoveryKind::None,
            refuses_reuse: false,
            send_deadline: Duration::from_mins(2),
            list_lag: None,
            absence: None,
            cancel: CancelClass::None,
            poll: Duration::from_secs(5),
        }
    }

    /// Whether a job that is not found at `now` was never made. `claimed`: when the right to send was claimed, and no
    /// other life can send any more.
    pub fn absence_is_final(&self, claimed: Option<Timestamp>, now: Timestamp) -> bool {
        self.absence_after()
            .zip(claimed)
            .is_some_and(|(after, claimed)| now >= claimed.after(after))
    }

    /// How long after the claim absence may be believed; none, if never.
    fn absence_after(&self) -> Option<Duration> {
        let listed = match self.recovery {
            RecoveryKind::ClientId | RecoveryKind::ListWithEcho => self.list_lag?,
            // Neither shows a job that is still under way.
            RecoveryKind::ListFinishedOnly | RecoveryKind::OutputPrefix | RecoveryKind::None => {
                return None;
            }
        };
        self.absence.map(|_| self.send_deadline + listed + SKEW)
    }

    /// How long to wait before each look: short at first, then longer, `wait` in all; further on, if absence can be
    /// believed later.
    pub fn patience(&self, wait: Duration) -> Vec<Duration> {
        const FIRST: Duration = Duration::from_secs(2);
        const AGAIN: Duration = Duration::from_mins(1);
        if self.recovery == RecoveryKind::None {
            return Vec::new();
        }
        let whole = self.absence_after().map_or(wait, |after| wait.max(after));
        let (mut waits, mut passed, mut next) = (Vec::new(), Duration::ZERO, FIRST);
        while passed < whole {
            let step = next.min(whole.saturating_sub(passed));
            waits.push(step);
            passed += step;
            next = (next * 2).min(Duration::from_mins(5));
        }
        if self.absence_after().is_some() {
            waits.extend([AGAIN; 3]); // One look may fail, and this one decides.
        }
        waits
    }
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self::new(Class::Network, error.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed() -> Declared {
        Declared {
            recovery: RecoveryKind::ListWithEcho,
            list_lag: Some(Duration::from_mins(1)),
            absence: Some("a_test"),
            ..Declared::nothing()
        }
    }

    #[test]
    fn absence_is_believed_after_deadline_lag_and_skew_and_never_without_a_test() {
        let last = Timestamp(0).after(Duration::from_mins(2 + 1 + 15));
        let before = Timestamp(last.0 - 1);
        assert!(listed().absence_is_final(Some(Timestamp(0)), last));
        assert!(!listed().absence_is_final(Some(Timestamp(0)), before));
        assert!(!listed().absence_is_final(None, last), "another life may still send");
        let untrusted = Declared { absence: None, ..listed() };
        let finished = Declared { recovery: RecoveryKind::ListFinishedOnly, ..listed() };
        let unknown = Declared { list_lag: None, ..listed() };
        for declared in [untrusted, finished, unknown] {
            assert!(!declared.absence_is_final(Some(Timestamp(0)), Timestamp(u64::MAX)));
        }
    }

    #[test]
    fn looks_spread_over_the_wait_and_reach_the_moment_that_decides() {
        let sum = |declared: &Declared, wait| -> Duration { declared.patience(wait).iter().sum() };
        let wait = Duration::from_mins(10);
        assert_eq!(sum(&listed(), wait), Duration::from_mins(18 + 3));
        let untrusted = Declared { absence: None, ..listed() };
        assert_eq!(sum(&untrusted, wait), wait);
        assert_eq!(Declared::nothing().patience(wait), []);
    }
}
