//! What is seen, and what is recorded of it?
//!
//! A run is its events. Whatever came from outside, and whatever was chosen or computed from an expression, a time or a
//! policy, is an event; what follows from events alone (ready, blocked, progress, paths) is derived and never recorded.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kind::Failure;
pub use crate::kind::purchase::Value;
use crate::name::{Digest, RunId};
use crate::plan::graph::NodeIndex;
use crate::time::Timestamp;

/// The number of the rules by which decisions are made; raised when the same facts would be decided otherwise.
pub const SEMANTICS: u32 = 1;

/// One instance of a body: the whole pipeline, or one item of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeId(pub u32);

/// One instance of a node: which instance of its body, and which node of that body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct At {
    pub scope: ScopeId,
    pub node: NodeIndex,
}

/// One try of one instance of a node; numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AttemptId {
    pub at: At,
    pub number: u16,
}

/// What came from outside. May come twice, late, and in any order.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// A process took up the run.
    Resumed { epoch: u64 },
    /// `took` is how long the attempt was executed, without what it waited.
    Ended { attempt: AttemptId, ended: Ended, took: Duration },
    /// What the cache had for an [`Ask`].
    Cached { at: At, output: Option<Value> },
    /// A person, or another process.
    Signal { id: Box<str>, what: Signal },
    /// The moment asked for has come.
    Due,
}

/// What a person or another process asks of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Admit nothing new; what is under way may end.
    Drain,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Done(Value),
    Failed(Failure),
}

/// What is recorded. [`super::RunState::apply`] reads nothing else and holds no policy.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// `facts` is what expressions see as `run`.
    Started {
        run: RunId,
        plan: Digest,
        semantics: u32,
        inputs: Value,
        files: Value,
        facts: Value,
    },
    /// Each open attempt is handed out again.
    Resumed {
        epoch: u64,
        delivered: Vec<AttemptId>,
    },
    /// `count` scopes from `first` on; `items` and their `keys` if the node is a map.
    Expanded {
        at: At,
        first: ScopeId,
        count: u32,
        items: Option<Value>,
        keys: Option<Box<[Box<str>]>>,
    },
    Admitted {
        attempt: AttemptId,
        request: Request,
    },
    Ended {
        attempt: AttemptId,
        ended: Ended,
        took: Duration,
    },
    Decided {
        at: At,
        what: Decision,
    },
    /// All nodes of a scope have settled, and its outputs were read.
    Gave {
        scope: ScopeId,
        output: Result<Value, Failure>,
    },
    /// A copy of a node with `repeat` or `carry` is over, and it was asked what that means for the next.
    Closed {
        scope: ScopeId,
        closing: Result<Closing, Failure>,
    },
    Signalled {
        id: Box<str>,
        what: Signal,
    },
    Finished {
        outcome: Outcome,
    },
}

/// What an attempt is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub input: Value,
    /// Empty for a kind without a capability.
    pub provider: Box<str>,
    /// Under which its output may be used again; none for an effectful kind.
    pub fingerprint: Option<Digest>,
}

/// What the end of one copy means for the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// Of `repeat`: its condition holds, and this round is the last.
    pub until: bool,
    /// Of `repeat` with `best`: a number.
    pub score: Option<Value>,
    /// In the order of `carry`.
    pub carried: Vec<Value>,
}

/// What was chosen for a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Its `when` said no.
    Skipped,
    /// The cache had its output.
    Reused { output: Value, fingerprint: Digest },
    /// It is of an inline kind, evaluated in the tick.
    Computed(Value),
    /// The list that the copies of a map gave.
    Gathered(Value),
    /// The next attempt may start then.
    RetryAt(Timestamp),
    /// The next of its alternatives takes its place.
    FellBack,
    /// The gate of this position stayed closed.
    GateClosed(u8),
    /// No further attempt will be made.
    GaveUp,
    /// It failed before an attempt could be made.
    Broken(Failure),
}

/// How a run stands when nothing more can be done for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Succeeded,
    Failed,
    /// It ended, but items were dropped on the way.
    Partial,
}

/// A look into the cache: a read changes nothing and is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    pub at: At,
    pub fingerprint: Digest,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Partial => "partial",
        }
    }
}
