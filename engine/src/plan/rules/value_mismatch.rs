//! A written value that its port does not take.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
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
    let message = format!("`{port}` does not take this: {violation}");
    let finding = Diagnostic::error(&RULE, source, tree.place(), message);
    let finding = match tree.via {
        Some(_) => finding.related(source, tree.span, "the value stands here"),
        None => finding,
    };
    let word = match tree.text() {
        Some("yes" | "on" | "y") => "true",
        Some("no" | "off" | "n") => "false",
        _ => return finding,
    };
    if violation.ends_with("is not of type \"boolean\"") {
        return finding.help(format!("write `{word}`")).fix(tree.place(), word);
    }
    finding
}
