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

/// `tree`, the value of `key`, is not a list; a text is likely its only item.
pub(in crate::document) fn no_list(source: &Arc<Source>, tree: &Tree, key: &str) -> Diagnostic {
    let finding = found(source, tree, key, "a list of nodes: `[look]`");
    let written = source.slice(tree.span);
    match tree.text() {
        Some(text) if text.split([',', ' ']).count() == 1 => {
            let text = format!("[{written}]");
            finding.help(format!("write `{text}`")).fix(tree.span, text)
        }
        _ => finding,
    }
}

/// `tree`, the value of `key`, is not a number; a text may be one in quotes.
pub(in crate::document) fn no_count(source: &Arc<Source>, tree: &Tree, key: &str) -> Diagnostic {
    let finding = found(source, tree, key, "a whole number");
    match tree.text().filter(|text| text.parse::<u32>().is_ok()) {
        Some(text) => finding.help(format!("write `{text}`")).fix(tree.span, text),
        None => finding,
    }
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
