//! What does a plan keep of money, shared limits, doubt and people?
//!
//! Data alone: what an account grants is the ledger's affair, what doubt leads to the run's.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::expression::{Expression, Template};
use crate::money::Usd;
use crate::name::NodeName;

/// An amount: written in the file, or computed when it is needed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amount {
    Written(Usd),
    /// Gives a text such as `0.05 USD`.
    Computed(Template),
}

/// What opens an account, of the run or of one node.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// None: nothing but the accounts around it caps it.
    pub limit: Option<Amount>,
    /// Tell when so many percent of the limit are used.
    pub warn: Option<u8>,
    /// None: the run's is `finish`; a node fails `over_budget`.
    pub on_exceed: Option<OnExceed>,
    pub unpriced: Unpriced,
}

/// What an account without room for a hold does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnExceed {
    /// Nothing new is admitted, and paid work in flight lands.
    Finish,
    Stop,
    Ask,
    Fail,
}

/// What becomes of an attempt whose price nobody knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unpriced {
    #[default]
    Deny,
    Allow,
}

/// A limit that nodes share: so many at once, so many in a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    pub name: String,
    pub limit: Option<u32>,
    pub rate: Option<(u32, Duration)>,
}

/// An index into a plan's pools.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PoolIndex(pub u32);

/// What is done when it cannot be known whether something was bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doubt {
    /// How long the provider is asked before it counts as doubt.
    pub wait: Duration,
    pub then: Then,
    /// Holds up to this much are written off unasked.
    pub auto_below: Usd,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    #[default]
    Ask,
    /// The hold is booked as spent, and the node goes on.
    WriteOff,
    /// Without retry or fallback; the hold stays.
    Fail,
}

/// Whether a stored output may take the place of an attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    #[default]
    Auto,
    Off,
    /// One that is no older than this.
    For(Duration),
}

/// A condition on an edge: whether a node may go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The node at the edge's other end.
    pub on: NodeName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expression>,
    /// So much must be free, and is then set aside for the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
    pub otherwise: Otherwise,
}

/// What becomes of a node whose gate stays closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    #[default]
    Fail,
    Skip,
    /// A person decides.
    Ask,
}

/// A question to a person, which holds a node up until it is answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approve {
    pub ask: Template,
    pub show: Option<Template>,
    /// A list, of which the answer is an element.
    pub choices: Option<Template>,
    /// A JSON Schema, which the answer fits. Never beside `choices`; without either, the answer is true.
    pub schema: Option<Template>,
    /// Below this worst case of what is ahead, it is approved unasked.
    pub above: Option<Amount>,
    pub timeout: Option<Duration>,
    /// The answer at the timeout; `reject`, where none.
    pub otherwise: Option<Template>,
}

impl Default for Doubt {
    fn default() -> Self {
        Self { wait: Duration::from_mins(10), then: Then::default(), auto_below: Usd::ZERO }
    }
}

impl Cache {
    pub fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}
