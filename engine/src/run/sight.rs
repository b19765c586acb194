//! What do expressions see from where they stand?
//!
//! Names are looked up from the inside out, and only when an expression asks: a context of all outputs, made for each
//! evaluation, would cost more with every node.

use std::cell::RefCell;
use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::event::{At, ScopeId, Value};
use super::library::{Library, Lost, read};
use super::{RunState, Started};
use crate::expression::{Fault, FaultKind, Values};
use crate::kind::secret::stand_in;
use crate::name::NodeName;
use crate::plan::graph::Plan;
use crate::source::Span;

/// The values in sight of one scope.
pub(super) struct Sight<'a> {
    pub(super) state: &'a RunState,
    pub(super) plan: &'a Plan,
    pub(super) library: &'a dyn Library,
    pub(super) scope: ScopeId,
    /// The node for which it looks, whose own account `budget` is.
    pub(super) at: Option<At>,
    /// An item whose scope is not there yet: what names it is asked before it is made.
    pub(super) item: Option<(&'a NodeName, Arc<Json>, usize)>,
    /// A node that is asked what its copy means for the next: its name is what the copy gave.
    pub(super) own: Option<(&'a NodeName, Arc<Json>)>,
    /// A stored value that could not be read: the fault that an expression reports would hide it.
    pub(super) lost: RefCell<Option<Lost>>,
}

impl<'a> Sight<'a> {
    pub(super) fn new(
        state: &'a RunState,
        plan: &'a Plan,
        library: &'a dyn Library,
        scope: ScopeId,
    ) -> Self {
        Self {
            state,
            plan,
            library,
            scope,
            at: None,
            item: None,
            own: None,
            lost: RefCell::new(None),
        }
    }

    fn read(&self, value: &Value) -> Result<Arc<Json>, Lost> {
        read(self.library, value)
    }

    fn find(&self, name: &str) -> Result<Option<Arc<Json>>, Lost> {
        if let Some((item, value, index)) = &self.item {
            match name {
                "index" => return Ok(Some(Arc::new(json!(index)))),
                name if name == item.as_str() => return Ok(Some(Arc::clone(value))),
                _ => {}
            }
        }
        if let Some((_, value)) = self.own.as_ref().filter(|(own, _)| name == own.as_str()) {
            return Ok(Some(Arc::clone(value)));
        }
        if name == "secrets" {
            let names = self.plan.secrets();
            let stand_ins = names.into_iter().map(|name| (name.clone(), json!(stand_in(&name))));
            return Ok(Some(Arc::new(Json::Object(stand_ins.collect()))));
        }
        if name == "budget" {
            return Ok(Some(Arc::new(self.state.budget_json(self.at, self.scope))));
        }
        let mut next = Some(self.scope);
        while let Some((id, scope)) = next.and_then(|id| Some((id, self.state.scopes.get(&id)?))) {
            if name == "inputs"
                && let Some(inputs) = self.state.reopened.inputs(id)
            {
                return self.read(inputs).map(Some);
            }
            if let Some(node) = self.plan.body(scope.body).position(name) {
                let output = self.state.output(At { scope: id, node });
                return output.map(|output| self.read(&output)).transpose();
            }
            let Some((parent, copy)) = scope.parent else { break };
            if let Some(expansion) = self.state.expansions.get(&parent)
                && let Some(inputs) = &expansion.inputs
            {
                // A pipeline's body sees no outer name.
                return match name {
                    "inputs" => self.read(inputs).map(Some),
                    "run" => self.facts(),
                    _ => Ok(None),
                };
            }
            if let Some(value) = self.item_of(parent, copy, name)? {
                return Ok(Some(value));
            }
            next = Some(parent.scope);
        }
        match (name, &self.state.started) {
            ("inputs", Some(Started { inputs, .. })) => self.read(inputs).map(Some),
            ("run", _) => self.facts(),
            _ => Ok(None),
        }
    }

    fn facts(&self) -> Result<Option<Arc<Json>>, Lost> {
        self.state.started.as_ref().map(|started| self.read(&started.facts)).transpose()
    }

    /// What `name` is to copy `copy` of `parent`: its item, its index, or what the former copy handed on.
    fn item_of(&self, parent: At, copy: u32, name: &str) -> Result<Option<Arc<Json>>, Lost> {
        let node = self.state.node(self.plan, parent).ok();
        let (Some(node), Some(expansion)) = (node, self.state.expansions.get(&parent)) else {
            return Ok(None);
        };
        if let Some(position) = node.carry.iter().position(|carry| carry.name.as_str() == name) {
            let carried = expansion.carried.get(position).map(|carried| self.read(carried));
            return Ok(Some(carried.transpose()?.unwrap_or_default()));
        }
        match (&expansion.items, &node.each) {
            (Some(_), Some(_)) if name == "index" => Ok(Some(Arc::new(json!(copy)))),
            (Some(items), Some(each)) if name == each.item.as_str() => {
                let items = self.read(items)?;
                Ok(items.get(copy as usize).cloned().map(Arc::new))
            }
            _ => Ok(None),
        }
    }
}

impl Values for Sight<'_> {
    fn value(&self, name: &str) -> Result<Option<Arc<Json>>, Fault> {
        self.find(name).map_err(|lost| {
            let fault = Fault {
                kind: FaultKind::Value,
                message: lost.to_string(),
                span: Span::default(),
                help: None,
            };
            *self.lost.borrow_mut() = Some(lost);
            fault
        })
    }
}
