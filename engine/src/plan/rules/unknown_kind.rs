//! A kind that nothing implements.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-kind",
    explanation: "\
`use` names a kind, such as `media/concat`. `flow kinds` lists all that there are.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    kind: &str,
    at: Span,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::error(&RULE, source, at, format!("there is no kind `{kind}`"));
    match nearest(kind, known.iter().copied()) {
        Some(near) => finding.write(near),
        None => finding.help("`flow kinds` lists all kinds"),
    }
}
