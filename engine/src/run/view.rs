//! What can be asked of a run, and of one instance of a node?

use std::time::Duration;

use super::event::{At, AttemptId, Outcome, Request, Value};
use super::ledger::Ledger;
use super::node::NodeState;
use super::{Damaged, End, Failed, RunState, Tally};
use crate::expression::Template;
use crate::name::RunId;
use crate::plan::graph::{Alternative, Approve, BodyIndex, Call, Node, Plan, Retry, Work};
use crate::time::Timestamp;

/// What is done at one instance of a node.
#[derive(Clone, Copy, Debug)]
pub enum Current<'a> {
    Call { call: &'a Call, retry: &'a Retry, timeout: Option<Duration> },
    Value(&'a Template),
    Body(BodyIndex),
    Approve(&'a Approve),
}

/// What an open attempt does.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    pub call: &'a Call,
    pub timeout: Option<Duration>,
    /// When the time of a body around it is over.
    pub until: Option<Timestamp>,
    pub request: &'a Request,
    /// Where it stands, for people.
    pub path: String,
}

impl RunState {
    /// The version of `kind` that a person accepted in place of the planned one.
    pub fn accepted(&self, kind: &str) -> Option<u32> {
        self.accepted.get(kind).copied()
    }

    /// What the run was given.
    pub fn inputs(&self) -> Option<&Value> {
        self.started.as_ref().map(|started| &started.inputs)
    }

    pub fn outcome(&self) -> Option<Outcome> {
        self.outcome
    }

    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The nodes that failed for good, the first hundred.
    pub fn failures(&self) -> &[Failed] {
        &self.failures
    }

    /// Who cancelled the run, if somebody did.
    pub fn cancelled(&self) -> Option<&str> {
        self.cancelled.as_deref()
    }

    /// Whether what executes is to be ended as soon as it can be without loss.
    pub fn is_stopping(&self) -> bool {
        self.stopping
    }

    /// The accounts of the run.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub fn is_draining(&self) -> bool {
        self.draining
    }

    /// What the pipeline's `outputs` gave; none before its end, or if it failed.
    pub fn result(&self) -> Option<&Value> {
        match &self.end {
            Some(End::Gave(output)) => Some(output),
            _ => None,
        }
    }

    pub fn run(&self) -> Option<&RunId> {
        self.started.as_ref().map(|started| &started.run)
    }

    /// What the open attempt of `at` is asked to do.
    pub fn request(&self, at: At) -> Option<&Request> {
        self.requests.get(&at)
    }

    /// How often an open attempt was handed out.
    pub fn delivery(&self, attempt: AttemptId) -> Option<u32> {
        self.open.get(&attempt).copied()
    }

    /// Where one instance of a node stands; none, if it is not there: not yet, or not any more.
    pub fn state(&self, at: At) -> Option<&NodeState> {
        self.scopes.get(&at.scope)?.states.get(at.node.0 as usize)
    }

    /// The plan's node of which `at` is an instance.
    pub fn node<'a>(&self, plan: &'a Plan, at: At) -> Result<&'a Node, Damaged> {
        let scope = self.scopes.get(&at.scope).ok_or(Damaged::NoScope(at.scope))?;
        plan.body(scope.body).nodes.get(at.node.0 as usize).ok_or(Damaged::NoNode(at))
    }

    /// What an open attempt does, where, and with which request.
    pub fn task<'a>(&'a self, plan: &'a Plan, attempt: AttemptId) -> Option<Task<'a>> {
        self.open.get(&attempt)?;
        if let Some(undo) = self.undos.last().filter(|undo| undo.attempt() == attempt) {
            let (path, timeout, until) = (format!("{} (undo)", undo.path), None, None);
            let (call, request) = (undo.call(plan)?, &undo.request);
            return Some(Task { call, timeout, until, request, path });
        }
        let Current::Call { call, timeout, .. } = self.current(plan, attempt.at).ok()? else {
            return None;
        };
        let request = self.requests.get(&attempt.at)?;
        let (path, until) = (self.path(plan, attempt.at), self.ends_by(attempt.at));
        Some(Task { call, timeout, until, request, path })
    }

    /// What is done at `at` now: the node's own call, or the alternative that took its place.
    pub fn current<'a>(&self, plan: &'a Plan, at: At) -> Result<Current<'a>, Damaged> {
        let node = self.node(plan, at)?;
        let alternatives = self.tries.get(&at).map_or(0, |tries| tries.alternatives);
        let alternative =
            usize::from(alternatives).checked_sub(1).and_then(|index| node.fallback.get(index));
        Ok(match (alternative, &node.work) {
            (Some(Alternative::Call { call, retry, timeout }), _) => {
                Current::Call { call, retry, timeout: *timeout }
            }
            (Some(Alternative::Value(value)), _) => Current::Value(value),
            (None, Work::Call(call)) => {
                Current::Call { call, retry: &node.retry, timeout: node.timeout }
            }
            (None, Work::Body(body) | Work::Pipeline { body, .. }) => Current::Body(*body),
            (None, Work::Approve(approve)) => Current::Approve(approve),
        })
    }

    /// What dependents of `at` read, if it has settled well.
    pub(super) fn output(&self, at: At) -> Option<Value> {
        match self.state(at)? {
            NodeState::Succeeded { output } => Some(output.clone()),
            NodeState::Null { .. } | NodeState::Spared => Some(Value::null()),
            _ => None,
        }
    }
}
