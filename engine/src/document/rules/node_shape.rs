//! Keys of a node that do not belong together.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Key;
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "node-shape",
    explanation: "\
A node is exactly one of three: `use` calls a kind, `nodes` holds a graph of its own, `approve` waits for a person.
`with`, `provider` and `model` belong to `use`, `outputs` to `nodes`; `as`, `key`, `limit`, `max_items` belong to `map`,
`retry`, `timeout`, `pool` and `cache` to what makes attempts.

An alternative of `fallback` is another call, or a plain `value`; a question takes one of `choices`, or what fits a
`schema`.
",
};

/// `name` has none of `use`, `nodes`, `approve`.
pub(in crate::document) fn nothing_to_do(
    source: &Arc<Source>,
    name: &str,
    span: Span,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{name}` has nothing to do"))
        .help("add `use` with a kind, or `nodes`, or `approve`")
}

/// `name` has two of them.
pub(in crate::document) fn two_things(
    source: &Arc<Source>,
    name: &str,
    first: &Key,
    second: &Key,
) -> Diagnostic {
    let message = format!("`{name}` has both `{}` and `{}`", first.name, second.name);
    Diagnostic::error(&RULE, source, second.span, message)
        .related(source, first.span, "the first")
        .help("make two nodes of it")
}

/// `key` is about attempts, and the node asks a person.
pub(in crate::document) fn no_attempts(
    source: &Arc<Source>,
    key: &Key,
    approve: &Key,
) -> Diagnostic {
    let message = format!("`{}` means nothing beside `approve`, which makes no attempts", key.name);
    let help = match key.name.as_str() {
        "timeout" => "write the `timeout` inside `approve`",
        _ => "remove it",
    };
    Diagnostic::error(&RULE, source, key.span, message)
        .related(source, approve.span, "asks a person")
        .help(help)
}

/// An alternative of `fallback` that is none: `problem`.
pub(in crate::document) fn alternative(
    source: &Arc<Source>,
    span: Span,
    problem: &str,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("this alternative {problem}"))
        .help("write `provider: …`, or `use` with its `with`, or `value: …` alone")
}

/// `choices` and `schema` in one question.
pub(in crate::document) fn two_answers(
    source: &Arc<Source>,
    choices: &Key,
    schema: &Key,
) -> Diagnostic {
    let message = "the answer cannot be one of `choices` and fit a `schema`";
    let (first, second) =
        if choices.span < schema.span { (choices, schema) } else { (schema, choices) };
    Diagnostic::error(&RULE, source, second.span, message)
        .related(source, first.span, "the other")
        .help("remove one of them")
}

/// `key` stands without `partner`, and means nothing then.
pub(in crate::document) fn alone(source: &Arc<Source>, key: &Key, partner: &str) -> Diagnostic {
    let message = format!("`{}` means nothing without `{partner}`", key.name);
    Diagnostic::error(&RULE, source, key.span, message)
        .help(format!("remove it, or add `{partner}`"))
}
