//! Where does something stand, as people and providers read it?

use super::RunState;
use super::event::{At, AttemptId, ScopeId};
use super::node::NodeState;
use super::scope::Expansion;
use crate::plan::graph::{Gives, Plan};

impl RunState {
    /// Identifies an attempt among all of all runs; the same at every delivery.
    pub fn attempt_key(&self, plan: &Plan, attempt: AttemptId) -> String {
        let run = self.started.as_ref().map_or("", |started| started.run.as_str());
        format!("{run}/{}#{}", self.reference(plan, attempt.at), attempt.number)
    }

    /// Where `at` stands, as people read it: `scenes[s-3]/picture`.
    pub fn path(&self, plan: &Plan, at: At) -> String {
        let Some(scope) = self.scopes.get(&at.scope) else {
            return String::new();
        };
        let body = plan.body(scope.body);
        let prefix = self.scope_path(plan, at.scope);
        // A map of one node has no body in its file: the copy is all there is.
        if matches!(body.gives, Gives::Node(_)) {
            return prefix;
        }
        let name = body.nodes.get(at.node.0 as usize).map_or("", |node| node.name.as_str());
        if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") }
    }

    /// Where a scope stands: empty for the pipeline's own, else the node with the copy's key.
    pub(super) fn scope_path(&self, plan: &Plan, id: ScopeId) -> String {
        let Some((parent, copy)) = self.scopes.get(&id).and_then(|scope| scope.parent) else {
            return String::new();
        };
        let path = self.path(plan, parent);
        match self.expansions.get(&parent) {
            Some(Expansion { items: Some(_), keys, .. }) => {
                match keys.as_ref().and_then(|keys| keys.get(copy as usize)) {
                    Some(key) => format!("{path}[{key}]"),
                    None => format!("{path}[{copy}]"),
                }
            }
            // No two rounds share a path, or their attempts would share a key.
            _ if self.node(plan, parent).is_ok_and(|node| node.repeat.is_some()) => {
                format!("{path}[{}]", copy + 1)
            }
            // Nor do two attempts of a body.
            _ => match self.state(parent) {
                Some(NodeState::Open { attempt }) if *attempt > 1 => format!("{path}#{attempt}"),
                _ => path,
            },
        }
    }
}
