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

/// A pipeline that begins at `start` does not say in which version of the format it is written.
pub(in crate::document) fn no_version(source: &Arc<Source>, start: Span) -> Diagnostic {
    let is_toml = source.path.extension().is_some_and(|ending| ending == "toml");
    let line = if is_toml { "flow = 1" } else { "flow: 1" };
    let finding = found(source, start, "a pipeline", "flow", line);
    let rest = source.text.get(start.range().start..).unwrap_or_default();
    if rest.starts_with('{') { finding } else { finding.fix(start, format!("{line}\n")) }
}
