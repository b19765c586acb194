//! Which instances of bodies are there?
//!
//! A scope is one instance of a body. The scopes of a map are numbered densely when it is expanded; the states of one are
//! made when its item is opened and dropped when it ends. Only what it gave stays.

use std::collections::BTreeSet;

use super::event::{At, ScopeId, Value};
use super::node::NodeState;
use crate::kind::Failure;
use crate::plan::graph::{Body, BodyIndex};
use crate::time::Timestamp;

/// Items of one map under way at once, where its file sets no `limit`.
pub(super) const ITEMS_AT_ONCE: u32 = 1024;

/// One instance of a body.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scope {
    pub(super) body: BodyIndex,
    /// The node whose body it is, and which copy; none for the pipeline's own.
    pub(super) parent: Option<(At, u32)>,
    pub(super) states: Box<[NodeState]>,
    /// Nodes that have not settled.
    pub(super) open: u32,
    pub(super) failed: bool,
    /// What failed first in it.
    pub(super) cause: Option<Box<Failure>>,
    /// Nothing new is tried in it.
    pub(super) winding: bool,
    /// What it gave is taken in; of the pipeline's own, which stays.
    pub(super) over: bool,
}

/// The copies of one node: of a map one per item, else a single one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Expansion {
    pub(super) body: BodyIndex,
    pub(super) first: ScopeId,
    pub(super) items: Option<Value>,
    pub(super) keys: Option<Box<[Box<str>]>>,
    /// Of a sub-pipeline: what `inputs` is inside it.
    pub(super) inputs: Option<Value>,
    /// How many copies may be under way at once.
    pub(super) limit: u32,
    /// How many may be opened so far: of `repeat` one more after each round that was not the last.
    pub(super) granted: u32,
    pub(super) opened: u32,
    /// Copies that are opened once more.
    pub(super) again: BTreeSet<u32>,
    pub(super) active: u32,
    pub(super) failed: bool,
    /// What failed first in its copies.
    pub(super) cause: Option<Box<Failure>>,
    /// When its time is over, of a body with a `timeout`.
    pub(super) until: Option<Timestamp>,
    pub(super) copies: Vec<Copy>,
    /// What the former copy handed on, in the order of `carry`; empty at first.
    pub(super) carried: Vec<Value>,
    /// Of `repeat`: the round with the highest score so far.
    pub(super) best: Option<(u32, f64)>,
    /// The copy whose output is the node's.
    pub(super) chosen: u32,
}

/// How one copy stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Copy {
    Pending,
    Gave(Value),
    Dropped,
}

impl Scope {
    pub(super) fn new(index: BodyIndex, body: &Body, parent: Option<(At, u32)>) -> Self {
        let state = |needs: usize| match u32::try_from(needs).expect("a body has far fewer nodes") {
            0 => NodeState::Ready { last: 0 },
            open => NodeState::Blocked { open },
        };
        let states: Box<[_]> = body.nodes.iter().map(|node| state(node.needs.len())).collect();
        let open = u32::try_from(states.len()).expect("a body has far fewer nodes");
        Self {
            body: index,
            parent,
            states,
            open,
            failed: false,
            cause: None,
            winding: false,
            over: false,
        }
    }
}

impl Expansion {
    /// The next copy to open, if one may be.
    pub(super) fn next_copy(&self) -> Option<u32> {
        if self.failed || self.active >= self.limit {
            return None;
        }
        let next = || (self.opened < self.granted).then_some(self.opened);
        self.again.first().copied().or_else(next)
    }

    /// Whether no copy is under way and none will be.
    pub(super) fn is_over(&self) -> bool {
        self.active == 0 && self.next_copy().is_none()
    }
}
