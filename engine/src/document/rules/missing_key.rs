//! A key that must be there is not.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "missing-key",
    explanation: "\
Some keys must be there: `flow` and `nodes` in a pipeline, `max` and `until` in a `repeat`, `ask` in an `approve`, `use`
in an `undo`, `limit` or `rate` in a pool.
",
};

/// `what` (`a pipeline`), whose place is `span`, lacks `key`; `example` shows it.
pub(in crate::document) fn found(
    source: &Arc<Source>,
    span: Span,
    what: &str,
    key: &str,
    example: &str,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("{what} needs the key `{key}`"))
        .help(format!("add `{example}`"))
}
