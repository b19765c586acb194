//! A written value that its port does not take.

use std::sync::Arc;

use super::yes_no;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::rules::unquoted_text;
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::plan) static RULE: Rule = Rule {
    name: "value-mismatch",
    explanation: "\
A value that stands in the file is checked against the JSON Schema of its port before anything runs.
",
};

/// `tree` is given to `port`, whose schema says `violation` of it.
pub(in crate::plan) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    port: &str,
    violation: &str,
) -> Diagnostic {
    if let Some(finding) = traps(source, tree, port, violation) {
        return finding;
    }
    let message = format!("`{port}` does not take this: {violation}");
    let finding = Diagnostic::error(&RULE, source, tree.place(), message);
    match tree.via {
        Some(_) => finding.related(source, tree.span, "the value stands here"),
        None => finding,
    }
}

/// What is wrong more often than anything else has rules of its own.
fn traps(source: &Arc<Source>, tree: &Tree, port: &str, violation: &str) -> Option<Diagnostic> {
    // What an alias repeats may be right elsewhere.
    if tree.via.is_some() {
        return None;
    }
    if let Some(finding) = yes_no::found(source, tree.span, port, violation) {
        return Some(finding);
    }
    if violation.contains("is not of type") && violation.contains("\"string\"") {
        return unquoted_text::found(source, tree, port);
    }
    None
}
