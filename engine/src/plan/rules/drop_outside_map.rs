//! Items are dropped only from a `map`.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "drop-outside-map",
    explanation: "\
`on_error: drop` leaves a failed item out of the list that a `map` gives. A node without `map` has no items; with `skip`
it gives null when it fails.
",
};

pub(in crate::plan) fn found(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "`drop` is about the items of a `map`")
        .write("skip")
        .help("write `skip`: the node gives null when it fails")
}
