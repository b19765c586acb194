//! What of a plan cannot be run by this version?
//!
//! All of the language is read, checked and kept; what is not carried out yet is refused before a run starts, never
//! passed over.

use std::sync::Arc;

use super::graph::{Node, Plan, Work};
use super::{rules, secret};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What `plan` asks for and no run gives yet, each told at the node that asks for it.
pub fn unsupported(plan: &Plan) -> Vec<Diagnostic> {
    let sources: Vec<_> = plan.sources.iter().cloned().map(Arc::new).collect();
    let mut findings = Vec::new();
    let mut tell = |source: usize, what: &str, at: Span| {
        if let Some(source) = sources.get(source) {
            findings.push(rules::not_yet::found(source, what, at));
        }
    };
    let start = Span::default();
    let of_pipeline = [("`pools`", !plan.pools.is_empty())];
    for (what, _) in of_pipeline.into_iter().filter(|(_, is_there)| *is_there) {
        tell(0, what, start);
    }
    for body in &plan.bodies {
        for node in &body.nodes {
            for what in of_node(node) {
                tell(body.source as usize, what, node.span);
            }
        }
    }
    findings
}

fn of_node(node: &Node) -> Vec<&'static str> {
    let is_body = matches!(node.work, Work::Body(_) | Work::Pipeline { .. });
    // A body that was made for a node's own `map` or `repeat` has neither retries nor a limit of time.
    let has_retry = node.retry.attempts > 1;
    let parts = [
        ("`pool`", !node.pools.is_empty()),
        ("a secret within a larger expression", computes_with_a_secret(node)),
        ("`retry` of a node with a body", is_body && has_retry),
        ("`timeout` of a node with a body", is_body && node.timeout.is_some()),
        ("`fallback` of a node with a body", is_body && !node.fallback.is_empty()),
    ];
    let parts = parts.into_iter().filter(|(_, is_there)| *is_there);
    let mut parts: Vec<_> = parts.map(|(what, _)| what).collect();
    parts.dedup();
    parts
}

fn computes_with_a_secret(node: &Node) -> bool {
    node.calls().flat_map(|call| &call.with).any(|(_, value)| secret::computes_with_one(value))
}
