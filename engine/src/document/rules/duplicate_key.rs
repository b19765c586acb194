//! The same key twice in one map.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "duplicate-key",
    explanation: "\
A map holds each key once. Two equal keys are nearly always a copied block whose name was forgotten, and one of the two
would be lost without a word.
",
};

pub(in crate::document) fn found(
    source: &Arc<Source>,
    name: &str,
    first: Span,
    second: Span,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, second, format!("the key `{name}` stands here twice"))
        .label("the second")
        .related(source, first, "the first")
        .help("remove one of them, or give it another name")
}
