//! A port that the kind does not have.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-port",
    explanation: "\
The keys of `with` are the input ports of the kind. `flow kinds NAME` shows them with their types.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    port: &str,
    at: Span,
    kind: &str,
    known: &[&str],
) -> Diagnostic {
    let message = format!("`{kind}` has no port `{port}`");
    let finding = Diagnostic::error(&RULE, source, at, message);
    let list = || {
        let ports: Vec<_> = known.iter().map(|port| format!("`{port}`")).collect();
        format!("it has {}", ports.join(", "))
    };
    match nearest(port, known.iter().copied()) {
        Some(near) => finding.write(near),
        None if known.is_empty() => finding.help("it takes no input: remove the port"),
        None => finding.help(list()),
    }
}
