//! What is a kind of work, and what does it see of the engine?
//!
//! The contract with `nodes/`. A kind says what goes in, what comes out and how to make one attempt; when, how often
//! and within which budget are the engine's affair. Nothing here runs anything.

pub mod buy;
pub mod catalog;
pub mod file;
pub(crate) mod mutant;
pub mod purchase;
pub mod registry;
pub mod secret;

use std::future::Future;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::money::Usd;
use crate::name::Digest;
use crate::schema::Schema;
use crate::time::Timestamp;
pub use catalog::{Card, Catalog, Known, Later, Nature, Port, Weight};
pub use file::{AnyFile, Artifacts, File, MediaType, StoreError};
pub use purchase::{Armed, Asked, Bill, By, Job, NotRecorded, Slot, Source, Step, Unpriced, Value};
pub use registry::Registry;
pub use secret::Secrets;

/// A kind of work that a node names with `use:`, done by attempts outside the scheduler.
pub trait Kind: Send + Sync + 'static {
    /// What `with:` must give; each field is an input port.
    type Input: DeserializeOwned + JsonSchema + Send + 'static;
    type Output: Serialize + JsonSchema + Send + 'static;

    const NAME: &'static str;
    /// Raised whenever equal inputs may give another output; part of every fingerprint.
    const VERSION: u32;
    /// Markdown for `flow kinds NAME`: one sentence, a blank line, then what an author must know.
    const DOCS: &'static str;
    const NATURE: Nature;
    const WEIGHT: Weight = Weight::Core;
    /// The capability whose providers this kind chooses from (`image`, `speech`), if it has any.
    const CAPABILITY: Option<&'static str> = None;
    /// The most paid calls that one attempt makes; 0 for a kind that costs nothing.
    const SLOTS: u8 = 0;

    /// The names that `provider:` may take, the default first; empty for a kind without a capability.
    fn providers(&self) -> Vec<String> {
        Vec::new()
    }

    /// What else decides the output besides the input: versions of tools, voices, fonts. Part of every fingerprint.
    fn revision(&self) -> String {
        String::new()
    }

    /// The output's schema, given what is known of the input; for most kinds that of `Output`.
    fn output(&self, known: &Known) -> Schema {
        let _ = known;
        Schema::of::<Self::Output>()
    }

    /// The most that one attempt can cost, all its slots together, by the provider's own price for exactly this. Pure:
    /// so much is held before anything is sent.
    fn quote(&self, asked: &Asked<'_, Self::Input>) -> Result<Usd, Unpriced> {
        let _ = asked;
        Ok(Usd::ZERO)
    }

    /// The same while only some of the input is known, so that a plan's worst case is known unrun.
    fn ceiling(&self, known: &Known, provider: &str, model: &str) -> Result<Usd, Unpriced> {
        let _ = (known, provider, model);
        Ok(Usd::ZERO)
    }

    /// Makes one attempt. Whatever is paid goes through `buy`.
    fn run(
        &self,
        attempt: &dyn Attempt,
        input: Self::Input,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;
}

/// A kind that is quick and depends on nothing but its input: evaluated inside the scheduler's tick.
pub trait Pure: Send + Sync + 'static {
    type Input: DeserializeOwned + JsonSchema + 'static;
    type Output: Serialize + JsonSchema + 'static;

    const NAME: &'static str;
    const VERSION: u32;
    const DOCS: &'static str;

    fn output(&self, known: &Known) -> Schema {
        let _ = known;
        Schema::of::<Self::Output>()
    }

    fn evaluate(&self, input: Self::Input) -> Result<Self::Output, Failure>;
}

/// One try of one node, as a kind sees it.
#[async_trait]
pub trait Attempt: Send + Sync {
    /// The idempotency key: the same at every delivery of this attempt, no other attempt's.
    fn key(&self) -> &str;
    /// Where the node stands: `scenes[s-3]/picture`.
    fn path(&self) -> &str;
    /// Which try of the node this is, from 1.
    fn number(&self) -> u16;
    /// How often this attempt was handed out, from 1; more than once after a crash.
    fn delivery(&self) -> u32;
    /// Which implementation of the kind's capability was chosen; empty for a kind without one.
    fn provider(&self) -> &str;
    /// Which of the provider's models was chosen; empty for its default.
    fn model(&self) -> &str;
    /// An empty folder of this delivery's own, absolute, gone when the attempt is over.
    fn folder(&self) -> &Path;
    /// Variables that a child process must carry, so that it is found and ended if this process dies.
    fn environment(&self) -> Vec<(String, String)>;
    async fn sleep(&self, time: Duration) -> Timestamp;
    /// How far the attempt is, from 0 to 1. For displays only; may be dropped.
    fn progress(&self, done: f64);
    /// Resolves when nobody waits for this attempt any more: time-out, cancel, the end of the run.
    async fn cancelled(&self);
    fn artifacts(&self) -> &dyn Artifacts;

    /// What the provider keeps with the purchase wherever it takes something: 26 letters and digits, the same at every
    /// delivery of this attempt.
    fn client_ref(&self, slot: Slot) -> String;
    /// The job of this purchase, if one is known.
    async fn job(&self, slot: Slot) -> Option<Job>;
    /// Claims the right to send `slot`: durable, conditional, the last thing before the first byte.
    async fn arm(&self, slot: Slot, request: Digest) -> Result<Armed, NotRecorded>;
    /// Whether anything may be sent. Where not, the attempt is over, and its purchases are only looked for and fetched.
    fn may_send(&self) -> bool {
        true
    }
    /// Records a step; durable on return, tried until it is. False: that job is another purchase's.
    async fn record(&self, slot: Slot, step: Step) -> bool;
    /// When `slot` was claimed. No other life of it can send any more, and its own send ends within the provider's send
    /// deadline after this moment; none, if it was not claimed, or while another life may still be alive.
    fn last_send(&self, slot: Slot) -> Option<Timestamp>;
    /// `output` as [`Step::Landed`] carries it.
    fn keep(&self, output: &serde_json::Value) -> Value;
    /// What [`Attempt::keep`] was given; none, if it cannot be read again.
    async fn read(&self, output: &Value) -> Option<serde_json::Value>;
    /// The step that closed this purchase, if one did: nothing is asked of its provider any more.
    async fn closed(&self, slot: Slot) -> Option<Step>;
    /// How long to look for what may have been bought: `doubt.wait` of the node or run.
    fn doubt_wait(&self) -> Duration;
}

/// Why an attempt failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub class: Class,
    /// What went wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Another attempt may start this long after, at the earliest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Duration>,
}

/// Failures sorted by what may be done about them; the words that `retry.errors` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The provider asks to slow down. Uses up no attempt.
    RateLimit,
    /// No end within `timeout`.
    Timeout,
    /// The provider failed, not the request.
    Server,
    /// The provider was not reached.
    Network,
    /// A child process ended with a status other than 0.
    Command,
    /// The input is wrong; equal inputs will fail again.
    Input,
    /// A tool, font, voice or key is missing on this machine.
    Missing,
    /// The provider refused the content.
    Moderated,
    /// A gate on an edge stayed closed.
    Gate,
    /// The budget has no room for it.
    OverBudget,
    /// It cannot be known whether something was bought, and `doubt` says to fail.
    InDoubt,
    /// The result was paid for, and gone before it was fetched.
    Expired,
    /// A person said no.
    Rejected,
    /// A person, or another process, cancelled it.
    Cancelled,
    /// The output breaks the kind's own schema, or was lost on the way.
    Output,
    /// The disk is full, a file cannot be written or read.
    Storage,
    /// A bug in the kind.
    Internal,
}

impl Class {
    pub const ALL: [Self; 17] = [
        Self::RateLimit,
        Self::Timeout,
        Self::Server,
        Self::Network,
        Self::Command,
        Self::Input,
        Self::Missing,
        Self::Moderated,
        Self::Gate,
        Self::OverBudget,
        Self::InDoubt,
        Self::Expired,
        Self::Rejected,
        Self::Cancelled,
        Self::Output,
        Self::Storage,
        Self::Internal,
    ];

    /// The word for it in files and displays.
    pub fn word(self) -> &'static str {
        match self {
            Self::RateLimit => "rate_limit",
            Self::Timeout => "timeout",
            Self::Server => "server",
            Self::Network => "network",
            Self::Command => "command",
            Self::Input => "input",
            Self::Missing => "missing",
            Self::Moderated => "moderated",
            Self::Gate => "gate",
            Self::OverBudget => "over_budget",
            Self::InDoubt => "in_doubt",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Output => "output",
            Self::Storage => "storage",
            Self::Internal => "internal",
        }
    }

    /// Whether another attempt with the same input may succeed; what `retry` without `errors` tries again.
    pub fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RateLimit | Self::Timeout | Self::Server | Self::Network | Self::Command
        )
    }
}

impl Failure {
    pub fn new(class: Class, message: impl Into<String>) -> Self {
        Self { class, message: message.into(), help: None, after: None }
    }

    /// The input is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(Class::Input, message)
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn after(mut self, after: Duration) -> Self {
        self.after = Some(after);
        self
    }
}
