//! A prompt that cannot be filled in.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::expression::BrokenPrompt;
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "prompt",
    explanation: "\
A port that takes a prompt takes a text written out, or the path of a file beside the pipeline (`./prompts/scene.md`). Its
`{{ }}` are read when the prompt is sent, from the fields of another port; each must be bound there. `${{ }}` cannot stand
in it: give what it computes to that other port, and read it as `{{ name }}`. So what was inserted is never read as a
template again.
",
};

pub(in crate::plan) fn computed(source: &Arc<Source>, at: Span, port: &str) -> Diagnostic {
    Diagnostic::error(
        &RULE,
        source,
        at,
        format!("`{port}` takes a prompt, which is never computed"),
    )
    .help("bind the value to a variable, and read it in the prompt as `{{ name }}`")
}

pub(in crate::plan) fn unreadable(
    source: &Arc<Source>,
    at: Span,
    file: &str,
    why: &str,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("the prompt `{file}` cannot be read: {why}"))
        .help("name a text file beside this one")
}

pub(in crate::plan) fn broken(source: &Arc<Source>, at: Span, broken: &BrokenPrompt) -> Diagnostic {
    let BrokenPrompt { line, message } = broken;
    Diagnostic::error(
        &RULE,
        source,
        at,
        format!("the prompt is broken in its line {line}: {message}"),
    )
    .help("mend the template, or write `{{ '{{' }}` for the signs themselves")
}

/// `read` (`scene.mood`) is not among the fields of `port`.
pub(in crate::plan) fn unbound(
    source: &Arc<Source>,
    at: Span,
    read: &str,
    port: &str,
    (given, known, name): (Option<Span>, &[String], &str),
) -> Diagnostic {
    let message = format!("the prompt reads `{read}`, which `{port}` does not bind");
    let finding = Diagnostic::error(&RULE, source, at, message);
    let finding = match given {
        Some(given) => finding.related(source, given, "what it may read"),
        None => finding,
    };
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => finding.help(format!("write `{near}`, or bind `{name}`")),
        None => finding.help(format!("add `{name}` to `{port}`")),
    }
}
