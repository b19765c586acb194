//! A word for a class of failures that there is not.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-word",
    explanation: "\
`retry.errors` lists the classes of failures after which another attempt is made, such as `rate_limit`, `timeout` or
`server`. Without it, those that may pass are tried again.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    word: &str,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::error(&RULE, source, at, format!("no failure is called `{word}`"));
    let list: Vec<_> = known.iter().map(|word| format!("`{word}`")).collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => finding.write(near),
        None => finding.help(format!("write some of {}", list.join(", "))),
    }
}
