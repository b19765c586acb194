//! A part of the language that this version cannot run.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "not-yet",
    explanation: "\
The language has more than this version can run. Such a part is read and checked, then refused: it is never ignored,
since a budget or a question that is passed over would cost more than an error.
",
};

/// `what` (`` `repeat` ``) stands at `at`, and cannot be run.
pub(in crate::plan) fn found(source: &Arc<Source>, what: &str, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("{what} is not supported by this version"))
        .help("take it out")
}
