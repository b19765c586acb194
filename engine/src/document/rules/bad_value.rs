//! A value that its key cannot mean.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "bad-value",
    explanation: "\
The type is right, but the key cannot mean this value: a duration without a unit, an amount without its currency, a
count of nothing, a word that is none of those that the key knows.
",
};

/// What `tree` says cannot be; `help` shows what can.
pub(in crate::document) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Diagnostic {
    finding(&RULE, source, tree, message).help(help)
}
