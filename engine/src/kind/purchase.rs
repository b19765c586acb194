//! What is a purchase, and which steps does it take?
//!
//! The words that kinds, providers and the run share: data alone. How a purchase is made is `buy`'s affair, what a step
//! means for money and nodes the run's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Class;
use crate::money::Usd;
use crate::name::Digest;

/// Which of an attempt's paid calls, from 0; below the kind's [`super::Kind::SLOTS`].
pub type Slot = u8;

/// What became of a purchase. A purchase without a step was never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The right to send it is claimed: from here on it may have been bought.
    Armed { client_ref: Box<str>, request: Digest },
    /// The provider works on it.
    Accepted { job: Job, by: By },
    /// The result was fetched, verified and stored.
    Landed { output: Value, bill: Bill },
    /// The provider told the end, and it is no result: failed, moderated, cancelled, expired.
    Failed { class: Class, bill: Bill },
    /// The provider said no, or the request never left: nothing was bought.
    Refused,
    /// The provider has no such job, and may be believed: nothing was bought.
    Absent,
    /// It cannot be known whether it was bought.
    Doubted,
    /// Nobody will ever know: booked as spent, by somebody's word.
    WrittenOff { bill: Bill, by: By },
    /// A refund, or a better bill than the former one.
    Corrected { bill: Bill },
}

/// A provider's remote work. Provider and id together have one owner in a state folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Job {
    pub provider: Box<str>,
    pub id: Box<str>,
    /// Addresses that the provider gave with it, by what they are for: `status`, `result`, `cancel`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub urls: BTreeMap<Box<str>, Box<str>>,
}

/// Who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The answer to the request itself.
    Answer,
    /// A look at the provider's list, or by the client's id.
    LookUp,
    /// A person, named as they want to be.
    Person(Box<str>),
    /// `doubt:` of the pipeline.
    Policy,
}

/// What a purchase came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub amount: Usd,
    pub source: Source,
}

/// Who says what a purchase came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The provider's own bill.
    Provider,
    /// Computed from the price table.
    Table,
    /// Written off: nobody knows.
    Assumed,
}

/// Who had the claim to send a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Armed {
    /// Nobody: send now.
    First,
    /// An earlier delivery of this attempt, or another life of this one: it may have been sent. Look, never send.
    Before,
}

/// Why a purchase may not be sent. Nothing was recorded, and nothing bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRecorded {
    #[error("the attempt is over")]
    Over,
    #[error("the run is cancelled")]
    Cancelled,
    #[error("the kind declares fewer paid calls than it makes")]
    Undeclared,
    #[error("the budget has no room left for it")]
    OverBudget,
    #[error("this host buys nothing")]
    NoMarket,
}

/// What would be bought, so that its price can be told.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a, I> {
    pub input: &'a I,
    /// Empty for a kind without a capability.
    pub provider: &'a str,
    /// Empty for the provider's default.
    pub model: &'a str,
}

/// No price is known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no price is known for {what}")]
pub struct Unpriced {
    /// What it is that has no price: `` `luma` model `ray-9` ``.
    pub what: String,
}

/// A JSON value as events carry it: in the event itself up to [`Value::INLINE`] bytes, in the store above.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Compact JSON text.
    Inline(Box<str>),
    Stored(Digest),
}

impl Value {
    /// The longest JSON text that stands in an event.
    pub const INLINE: usize = 1024;

    pub fn null() -> Self {
        Self::Inline("null".into())
    }
}

impl Step {
    /// Whether a purchase that came to this may still turn out to be bought: no new one may be made beside it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Armed { .. } | Self::Accepted { .. } | Self::Doubted)
    }

    /// What it cost, if this step says so.
    pub fn bill(&self) -> Option<Bill> {
        match self {
            Self::Landed { bill, .. }
            | Self::Failed { bill, .. }
            | Self::WrittenOff { bill, .. }
            | Self::Corrected { bill } => Some(*bill),
            _ => None,
        }
    }

    /// The word for it in displays.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Armed { .. } => "armed",
            Self::Accepted { .. } => "accepted",
            Self::Landed { .. } => "landed",
            Self::Failed { .. } => "failed",
            Self::Refused => "refused",
            Self::Absent => "absent",
            Self::Doubted => "in doubt",
            Self::WrittenOff { .. } => "written off",
            Self::Corrected { .. } => "corrected",
        }
    }
}
