//! An expression where the file must say the value itself.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "literal-only",
    explanation: "\
What decides the shape of a run before it starts, such as `limit`, `retry` or `needs`, is written out: an expression
there would be read too late.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, tree: &Tree, key: &str) -> Diagnostic {
    finding(&RULE, source, tree, format!("`{key}` cannot be computed"))
        .help("write the value itself")
}
