//! A value of another type than its key takes.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "wrong-type",
    explanation: "\
Each key of the language takes one type of value. Nothing is converted: `limit: \"4\"` is text, not a number.
",
};

/// The whole file is `tree`, which is no map.
pub(in crate::document) fn no_pipeline(source: &Arc<Source>, tree: &Tree) -> Diagnostic {
    finding(&RULE, source, tree, format!("a pipeline is a map of keys, not {}", tree.what()))
        .help("begin the file with `flow: 1`")
}

/// `tree`, the value of `key`, is not `expected` (`a list of names`).
pub(in crate::document) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    key: &str,
    expected: &str,
) -> Diagnostic {
    let message = format!("`{key}` takes {expected}, not {}", tree.what());
    finding(&RULE, source, tree, message)
}
