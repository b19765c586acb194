//! What of a plan cannot be run by this version?
//!
//! All of the language is read, checked and kept; what is not carried out yet is refused before a run starts, never
//! passed over.

use std::sync::Arc;

use super::graph::{Node, Plan};
use super::{rules, secret};
use crate::diagnostic::Diagnostic;

/// What `plan` asks for and no run gives yet, each told at the node that asks for it.
pub fn unsupported(plan: &Plan) -> Vec<Diagnostic> {
    let sources: Vec<_> = plan.sources.iter().cloned().map(Arc::new).collect();
    let mut findings = Vec::new();
    for body in &plan.bodies {
        let Some(source) = sources.get(body.source as usize) else { continue };
        for node in body.nodes.iter().filter(|node| computes_with_a_secret(node)) {
            let what = "a secret within a larger expression";
            findings.push(rules::not_yet::found(source, what, node.span));
        }
    }
    findings
}

fn computes_with_a_secret(node: &Node) -> bool {
    node.calls().flat_map(|call| &call.with).any(|(_, value)| secret::computes_with_one(value))
}
