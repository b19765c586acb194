//! Where does one instance of a node stand?

use super::event::Value;
use crate::time::Timestamp;

/// Where one instance of a node stands. Only [`NodeState::after`] makes one from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// So many of the nodes that it needs have not settled yet.
    Blocked { open: u32 },
    /// Nothing stands in its way but the window. Attempts of what it falls back from are counted on.
    Ready { last: u16 },
    /// May be executed; handed out again after each resume until its end is recorded.
    Admitted { attempt: u16 },
    /// The last attempt failed, and it is not decided what follows.
    Faltered { attempt: u16 },
    /// The last attempt failed for a passing reason; the next may start at `until`.
    Delayed { attempt: u16, until: Timestamp },
    /// Nothing new is tried before the purchases of its attempts are closed.
    InDoubt { attempt: u16 },
    /// A person is asked; so many attempts were made before.
    Waiting { last: u16 },
    /// Instances of its body are under way: of a body that is tried again, by this attempt.
    Open { attempt: u16 },
    /// Dependents may read `output`.
    Succeeded { output: Value },
    /// `when` said no, or it failed and `on_error` is `skip`: dependents read null.
    Null { failed: bool },
    /// Nothing was done for it: what follows from it is known.
    Spared,
    /// No further attempt will be made.
    Failed,
    /// A node that it needs failed.
    Cancelled,
}

/// What an event means for one instance of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of the nodes that it needs has settled.
    Settled,
    Admitted {
        attempt: u16,
    },
    Expanded,
    /// Attempt `of` has failed.
    Faltered {
        of: u16,
    },
    Delayed {
        until: Timestamp,
    },
    /// The next of its alternatives takes its place.
    FellBack,
    InDoubt,
    /// Its purchases are closed: what follows is decided anew.
    Reconsidered,
    /// The attempt is handed out again.
    TakenUp {
        attempt: u16,
    },
    Asked,
    /// A person let it go on.
    GoesOn,
    Succeeded {
        output: Value,
    },
    Nulled {
        failed: bool,
    },
    Spared,
    Failed,
    Cancelled,
    /// The run has ended, and the node is done again; attempts count on.
    Reopened {
        open: u32,
        last: u16,
    },
}

/// A change that cannot follow: the log is damaged, or belongs to another plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a node that is {from:?} cannot change by {change:?}")]
pub struct IllegalTransition {
    pub from: NodeState,
    pub change: Change,
}

impl NodeState {
    /// The state after `change`.
    pub fn after(&self, change: Change) -> Result<Self, IllegalTransition> {
        use {Change as C, NodeState as S};
        Ok(match (self, change) {
            (S::Blocked { open: 1 }, C::Settled) => S::Ready { last: 0 },
            (S::Blocked { open }, C::Settled) if *open > 1 => S::Blocked { open: open - 1 },
            (S::Ready { last } | S::Delayed { attempt: last, .. }, C::Expanded) => {
                S::Open { attempt: last + 1 }
            }
            (S::Ready { last } | S::Delayed { attempt: last, .. }, C::Admitted { attempt })
                if attempt == last + 1 =>
            {
                S::Admitted { attempt }
            }
            (S::Faltered { attempt: last } | S::Ready { last }, C::FellBack) => {
                S::Ready { last: *last }
            }
            (S::Admitted { attempt } | S::Open { attempt }, C::Faltered { of })
                if of == *attempt =>
            {
                S::Faltered { attempt: *attempt }
            }
            // No attempt was made: there is no money for one.
            (S::Ready { last } | S::Delayed { attempt: last, .. }, C::Faltered { of })
                if of == *last =>
            {
                S::Faltered { attempt: *last }
            }
            (S::Faltered { attempt }, C::InDoubt) => S::InDoubt { attempt: *attempt },
            (S::InDoubt { attempt }, C::Reconsidered) => S::Faltered { attempt: *attempt },
            (S::InDoubt { attempt }, C::TakenUp { attempt: of }) if of == *attempt => {
                S::Admitted { attempt: *attempt }
            }
            (S::Ready { last } | S::Delayed { attempt: last, .. }, C::Asked) => {
                S::Waiting { last: *last }
            }
            (S::Waiting { last }, C::GoesOn) => S::Ready { last: *last },
            (S::Faltered { attempt }, C::Delayed { until }) => {
                S::Delayed { attempt: *attempt, until }
            }
            // Blocked: known by its derivation. Ready: reused, or of an inline kind. Delayed: reused.
            // Open: what its body gave. Waiting: what a person said.
            (
                S::Blocked { .. }
                | S::Ready { .. }
                | S::Delayed { .. }
                | S::Admitted { .. }
                | S::Open { .. }
                | S::Waiting { .. },
                C::Succeeded { output },
            ) => S::Succeeded { output },
            (S::Ready { .. }, C::Nulled { failed: false }) => S::Null { failed: false },
            (S::Blocked { .. } | S::Ready { .. }, C::Spared) => S::Spared,
            (
                S::Ready { .. } | S::Faltered { .. } | S::Open { .. } | S::Waiting { .. },
                C::Nulled { failed: true },
            ) => S::Null { failed: true },
            (
                S::Ready { .. } | S::Faltered { .. } | S::Open { .. } | S::Waiting { .. },
                C::Failed,
            ) => S::Failed,
            (
                S::Blocked { .. }
                | S::Ready { .. }
                | S::Delayed { .. }
                | S::Faltered { .. }
                | S::InDoubt { .. }
                | S::Waiting { .. },
                C::Cancelled,
            ) => S::Cancelled,
            (from, C::Reopened { open, last }) if from.is_settled() => match open {
                0 => S::Ready { last },
                open => S::Blocked { open },
            },
            (from, change) => return Err(IllegalTransition { from: from.clone(), change }),
        })
    }

    /// Whether nothing can change it any more, but that the run is reopened.
    pub fn is_settled(&self) -> bool {
        matches!(
            self,
            Self::Succeeded { .. }
                | Self::Null { .. }
                | Self::Spared
                | Self::Failed
                | Self::Cancelled
        )
    }

    /// The word for it in displays.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Blocked { .. } => "blocked",
            Self::Ready { .. } => "ready",
            Self::Admitted { .. } => "admitted",
            Self::Faltered { .. } | Self::Delayed { .. } => "delayed",
            Self::InDoubt { .. } => "in doubt",
            Self::Waiting { .. } => "waiting",
            Self::Open { .. } => "running",
            Self::Succeeded { .. } => "succeeded",
            Self::Null { failed: false } => "skipped",
            Self::Spared => "spared",
            Self::Null { failed: true } | Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_the_way_of_a_retry() {
        let mut state = NodeState::Blocked { open: 2 };
        let changes = [
            Change::Settled,
            Change::Settled,
            Change::Admitted { attempt: 1 },
            Change::Faltered { of: 1 },
            Change::Delayed { until: Timestamp(7) },
            Change::Admitted { attempt: 2 },
            Change::Succeeded { output: Value::null() },
        ];
        for change in changes {
            state = state.after(change).expect("each may follow the one before");
        }
        assert_eq!(state, NodeState::Succeeded { output: Value::null() });
    }

    #[test]
    fn what_cannot_follow_is_refused() {
        let settled = NodeState::Succeeded { output: Value::null() };
        assert!(settled.after(Change::Failed).is_err());
        assert!(NodeState::Ready { last: 0 }.after(Change::Admitted { attempt: 2 }).is_err());
        assert!(NodeState::Admitted { attempt: 2 }.after(Change::Faltered { of: 1 }).is_err());
    }
}
