//! A name that would hide another.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "hidden-name",
    explanation: "\
No name hides another: a node inside a body cannot have the name of a node, or of a loop's variable, that is in sight
there, so that every name means one thing wherever it is read. A `map` inside a `map` needs `as`, since both items would
be called `item`.
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    name: &str,
    first: Span,
    second: Span,
) -> Diagnostic {
    let finding =
        Diagnostic::error(&RULE, source, second, format!("`{name}` hides another `{name}`"))
            .related(source, first, "the other");
    if name == "item" {
        finding.help("give the inner `map` an `as`, such as `as: scene`")
    } else {
        finding.help("give one of them another name")
    }
}
