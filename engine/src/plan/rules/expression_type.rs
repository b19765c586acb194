//! An expression whose parts do not go together.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::expression::Fault;
use crate::schema::JsonTypes;
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "expression-type",
    explanation: "\
Nothing is converted: only like compares with like, conditions are booleans, arithmetic takes numbers, and a filter takes
what its signature says.
",
};

pub(in crate::plan) fn found(source: &Arc<Source>, fault: &Fault) -> Diagnostic {
    super::of_fault(&RULE, source, fault)
}

/// What stands under `map` gives something else than `expected`.
pub(in crate::plan) fn no_list(source: &Arc<Source>, at: Span, problem: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`map` takes {problem}")).help(
        "read a list; `x | items` makes one of an object, `x | default([])` of what may be null",
    )
}

/// What stands under `key` must be `expected`, and may be of `others`.
pub(in crate::plan) fn unfit(
    source: &Arc<Source>,
    at: Span,
    key: &str,
    expected: &str,
    others: JsonTypes,
) -> Diagnostic {
    let message = format!("`{key}` takes {expected}, and this may be {others}");
    Diagnostic::error(&RULE, source, at, message).help("read another value, or `x | default(…)`")
}
