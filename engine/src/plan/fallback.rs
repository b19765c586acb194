//! What is done instead, when the last attempt has failed?

use super::Planner;
use super::graph::{Alternative, Retry};
use super::retry::Attempts;
use super::scope::{Scope, Type};
use crate::document::syntax::{CallBlock, FallbackBlock, NodeBlock, WorkBlock};
use crate::source::Spanned;

impl Planner<'_> {
    /// The alternatives of a node, and the type of each; none, where one is broken.
    pub(super) fn fallback(
        &mut self,
        block: &NodeBlock,
        attempts: &Attempts,
        scope: &Scope<'_>,
    ) -> (Option<Vec<Alternative>>, Vec<Type>) {
        let (mut alternatives, mut types) = (Some(Vec::new()), Vec::new());
        for alternative in block.fallback.iter().flat_map(|fallback| &fallback.value) {
            let (planned, of) = self.alternative(block, alternative, attempts, scope);
            types.push(of);
            match (&mut alternatives, planned) {
                (Some(alternatives), Some(planned)) => alternatives.push(planned),
                _ => alternatives = None,
            }
        }
        (alternatives, types)
    }

    fn alternative(
        &mut self,
        node: &NodeBlock,
        block: &FallbackBlock,
        attempts: &Attempts,
        scope: &Scope<'_>,
    ) -> (Option<Alternative>, Type) {
        let own = match block {
            FallbackBlock::Value(value) => {
                let Some(template) = &value.template else { return (None, None) };
                self.unwrapped(&value.tree, scope);
                let of = self.type_of(template, scope);
                return (Some(Alternative::Value(template.clone())), of);
            }
            FallbackBlock::Call(own) => own,
        };
        // With a kind of its own it inherits nothing.
        let (call, attempts) = match (&own.target, &node.work) {
            (Some(_), _) => {
                (CallBlock::clone(own), Attempts { retry: Retry::default(), timeout: None })
            }
            (None, WorkBlock::Use(call)) => (inherited(call, own), attempts.clone()),
            (None, _) => {
                let at = node.fallback.as_ref().map_or(node.name.span, |fallback| fallback.key);
                let finding = super::rules::no_alternative::found(self.source, at);
                self.findings.push(finding);
                return (None, None);
            }
        };
        let (call, of) = self.call(&call, node.name.span, scope);
        let Attempts { retry, timeout } = attempts;
        (call.map(|call| Alternative::Call { call, retry, timeout }), of)
    }
}

/// `own` with what it does not name of the node's `call`. A model belongs to its provider: with another, it is not
/// inherited.
fn inherited(call: &CallBlock, own: &CallBlock) -> CallBlock {
    let names = |port: &Spanned<String>| own.with.iter().any(|(name, _)| name.value == port.value);
    let mut with: Vec<_> = call.with.iter().filter(|(port, _)| !names(port)).cloned().collect();
    with.extend(own.with.iter().cloned());
    let model = match &own.provider {
        None => call.model.clone(),
        Some(_) => None,
    };
    CallBlock {
        target: call.target.clone(),
        with,
        provider: own.provider.clone().or_else(|| call.provider.clone()),
        model: own.model.clone().or(model),
    }
}
