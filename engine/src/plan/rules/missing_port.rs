//! A port that must be given is not.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "missing-port",
    explanation: "\
A kind cannot work without its required ports. `flow kinds NAME` shows which they are. A null leaves a port out.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    kind: &str,
    missing: &[&str],
) -> Diagnostic {
    let ports: Vec<_> = missing.iter().map(|port| format!("`{port}`")).collect();
    let message = format!("`{kind}` needs {}", ports.join(", "));
    let lines: Vec<_> = missing.iter().map(|port| format!("`{port}: …`")).collect();
    Diagnostic::error(&RULE, source, at, message)
        .help(format!("add {} to `with`", lines.join(", ")))
}
