//! Which parts of the language are read and checked, but cannot be run yet?

use super::Planner;
use super::rules;
use crate::document::Document;
use crate::document::syntax::{CacheBlock, NodeBlock, WorkBlock};
use crate::source::Span;

impl Planner<'_> {
    /// Parts around the nodes that cannot be run.
    pub(super) fn refuse(&mut self, document: &Document) {
        let parts = [
            ("`budget`", document.budget.as_ref().map(|entry| entry.key)),
            ("`pools`", document.pools.as_ref().map(|entry| entry.key)),
            ("`doubt`", document.doubt.as_ref().map(|entry| entry.key)),
        ];
        for (what, at) in parts {
            self.not_yet(what, at);
        }
    }

    pub(super) fn not_yet(&mut self, what: &str, at: Option<Span>) {
        self.findings.extend(at.map(|at| rules::not_yet::found(self.source, what, at)));
    }

    /// Parts of a node that cannot be run.
    pub(super) fn refuse_parts(&mut self, block: &NodeBlock) {
        let is_body = matches!(block.work, WorkBlock::Nodes(_));
        let cache = block.cache.as_ref().filter(|entry| entry.value != CacheBlock::Auto);
        let model = match &block.work {
            WorkBlock::Use(call) => call.model.as_ref().map(|entry| entry.key),
            _ => None,
        };
        let approve = match &block.work {
            WorkBlock::Approve(approve) => Some(approve.key),
            _ => None,
        };
        let parts = [
            ("`approve`", approve),
            ("`repeat`", block.repeat.as_ref().map(|entry| entry.key)),
            ("`carry`", block.carry.as_ref().map(|entry| entry.key)),
            ("`fallback`", block.fallback.as_ref().map(|entry| entry.key)),
            ("`budget`", block.budget.as_ref().map(|entry| entry.key)),
            ("`doubt`", block.doubt.as_ref().map(|entry| entry.key)),
            ("`pool`", block.pools.as_ref().map(|entry| entry.key)),
            ("`cache`", cache.map(|entry| entry.key)),
            ("`undo`", block.undo.as_ref().map(|entry| entry.key)),
            ("`model`", model),
            (
                "`retry` of a node with `nodes`",
                block.retry.as_ref().map(|entry| entry.key).filter(|_| is_body),
            ),
            (
                "`timeout` of a node with `nodes`",
                block.timeout.as_ref().map(|entry| entry.key).filter(|_| is_body),
            ),
        ];
        for (what, at) in parts {
            self.not_yet(what, at);
        }
        for gate in block.needs.iter().filter_map(|need| need.gate.as_ref()) {
            self.not_yet("a condition in `needs`", Some(gate.at));
        }
    }
}
