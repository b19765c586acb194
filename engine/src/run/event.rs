//! What is seen, and what is recorded of it?
//!
//! A run is its events. Whatever came from outside, and whatever was chosen or computed from an expression, a time or a
//! policy, is an event; what follows from events alone (ready, blocked, progress, paths) is derived and never recorded.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ledger::AccountId;
pub use super::ledger::{Entry, PurchaseId};
pub use super::purse::Granted;
pub use super::reopen::Reopen;
use crate::kind::Failure;
pub use crate::kind::purchase::Value;
use crate::kind::purchase::{Job, Step};
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::{NodeIndex, OnExceed};
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
    /// What became of a purchase. Never too late: money is booked in any state of node and run.
    Purchase { purchase: PurchaseId, step: Step },
    /// What the cache had for an [`Ask`].
    Cached { at: At, output: Option<Value> },
    /// A person, or another process.
    Signal { id: Box<str>, what: Signal },
    /// The moment asked for has come.
    Due,
}

/// What a person or another process asks of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Admit nothing new; what is under way may end.
    Drain,
    /// End it: nothing new starts, and paid work lands.
    Cancel { by: Box<str> },
    /// A person's word on the question that waits at the node of this path.
    Answer { node: Box<str>, answer: Answer },
    /// The purchase was made, and this is its job.
    Adopt { purchase: PurchaseId, job: Job, by: Box<str> },
    /// Nobody will ever know of the purchase: what is held for it is booked as spent.
    Lost { purchase: PurchaseId, by: Box<str> },
    /// The run has ended, and a part of it is done again.
    Reopen(Reopen),
    /// The run goes on with this version of a kind in place of the planned one.
    Accept { kind: Box<str>, version: u32, by: Box<str> },
}

/// A person's word on a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// JSON text: `true`, the chosen element, an object that fits the schema; `false` rejects. Of a question about a
    /// budget the new limit: `"25 USD"`.
    pub answer: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<Box<str>>,
    pub by: Box<str>,
}

/// What a node waits for a person to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub about: About,
    /// The question itself, for people.
    pub ask: Box<str>,
    /// What it is about: files, numbers, texts.
    pub show: Value,
    /// A list, of which the answer is an element; null where there is none.
    pub choices: Value,
    /// A JSON Schema, which the answer fits; null where there is none.
    pub schema: Value,
    /// The most that can be spent after it; none, if nothing bounds it.
    pub up_to: Option<Usd>,
    /// It is answered then by `otherwise`, if nobody has.
    pub until: Option<Timestamp>,
    /// The answer at `until`; rejected, where none.
    pub otherwise: Option<Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A node that is a question.
    Approval,
    /// The gate of this position, which did not open by itself.
    Gate(u8),
    /// Its next attempt goes beyond what an approval before it was given for.
    Beyond,
    /// This account has no room, and its limit may be raised.
    Budget(AccountId),
}

/// Whose account it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    Run,
    /// All that one instance of a node does; of a map, all its items.
    Node(At),
    /// One item of a map.
    Item(ScopeId),
    /// What undoes one instance of a node.
    Undo(At),
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
        /// What the run may spend; none: what the pipeline's own `budget` says.
        limit: Option<Usd>,
        /// What it may spend at the providers that the project's wallet limits.
        granted: Granted,
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
        /// Of a sub-pipeline: what `inputs` is inside it.
        inputs: Option<Value>,
        /// Of a body with a `timeout`: when it is over.
        until: Option<Timestamp>,
    },
    /// An account is there.
    Opened {
        owner: Owner,
        account: AccountId,
        parent: Option<AccountId>,
        limit: Option<Usd>,
        allotment: Usd,
    },
    /// Something happened to money; never [`Entry::Opened`].
    Money(Entry),
    /// A step of a purchase, seen at this moment.
    Purchase {
        purchase: PurchaseId,
        step: Step,
        at: Timestamp,
    },
    /// An attempt that was over is handed out again, because its purchase was found or has landed.
    TakenUp {
        attempt: AttemptId,
    },
    /// A node has succeeded, and this undoes it; or why nothing can.
    Undoable {
        at: At,
        request: Result<Request, Failure>,
    },
    /// The run has failed or was cancelled, and what undoes a node is handed out.
    Undoing {
        attempt: AttemptId,
    },
    /// A node waits for a person.
    Asked {
        at: At,
        question: Box<Question>,
    },
    /// A question is answered: by a person (`id` is the signal's), by its `otherwise`, or by itself.
    Answered {
        at: At,
        id: Option<Box<str>>,
        verdict: Verdict,
    },
    /// An account had no room for what `at` asked for, and decided this.
    Exceeded {
        at: At,
        account: AccountId,
        quote: Usd,
        free: Usd,
        then: OnExceed,
    },
    /// `began` is the moment, where a pool with a rate counts it.
    Admitted {
        attempt: AttemptId,
        request: Request,
        began: Option<Timestamp>,
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
    /// Empty for the provider's default.
    pub model: Box<str>,
    /// What is held before it starts; none for one that costs nothing.
    pub hold: Option<Usd>,
    /// Under which its output may be used again; none for an effectful kind.
    pub fingerprint: Option<Digest>,
}

/// What an answer means for its node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The node gives this.
    Gives(Value),
    /// Its gates are open.
    LetIn,
    /// The account's limit is raised, and the node asks for money again.
    Raised {
        account: AccountId,
        limit: Usd,
    },
    Rejected(Failure),
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
    /// Nobody needs its output: what follows from it is known.
    Spared,
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
    /// The account has no room for an attempt, and will have none.
    OverBudget { by: AccountId, quote: Usd, free: Usd },
    /// The wallet has no room for an attempt at its provider, and will have none.
    OverGrant { seller: Box<str>, quote: Usd, free: Usd },
    /// Nothing new is tried before its purchases are closed.
    InDoubt,
    /// The time of its body is over.
    TimedOut,
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
    /// It ended, but items were dropped on the way, or its budget ended it.
    Partial,
    Cancelled,
}

/// What a run waits for that has nothing else to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// A person's answer.
    Person,
    /// It cannot be known whether something was bought: a purchase must be adopted, found or given up.
    Doubt,
}

/// A look into the cache: a read changes nothing and is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    pub at: At,
    pub fingerprint: Digest,
    /// An older output is none.
    pub newer_than: Option<Timestamp>,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Cancelled => "cancelled",
        }
    }
}
