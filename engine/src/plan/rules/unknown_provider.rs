//! A provider that the kind cannot take.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-provider",
    explanation: "\
Kinds with a capability, such as `image` or `speech`, choose one of several providers. `flow providers` lists them.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    provider: &str,
    capability: &str,
    known: &[&str],
) -> Diagnostic {
    let message = format!("there is no provider `{provider}` for `{capability}`");
    let finding = Diagnostic::error(&RULE, source, at, message);
    let list: Vec<_> = known.iter().map(|provider| format!("`{provider}`")).collect();
    match nearest(provider, known.iter().copied()) {
        Some(near) => finding.write(near),
        None => finding.help(format!("write one of {}", list.join(", "))),
    }
}

pub(in crate::plan) fn no_capability(source: &Arc<Source>, at: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`{kind}` has no providers to choose from"))
        .help("remove `provider`")
}

pub(in crate::plan) fn no_model(source: &Arc<Source>, at: Span, kind: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`{kind}` has no models to choose from"))
        .help("remove `model`")
}

pub(in crate::plan) fn unknown_capability(
    source: &Arc<Source>,
    at: Span,
    capability: &str,
    known: &[&str],
) -> Diagnostic {
    let message = format!("there is no capability `{capability}`");
    let finding = Diagnostic::error(&RULE, source, at, message);
    let list: Vec<_> = known.iter().map(|capability| format!("`{capability}`")).collect();
    match nearest(capability, known.iter().copied()) {
        Some(near) => finding.write(near),
        None => finding.help(format!("write one of {}", list.join(", "))),
    }
}
