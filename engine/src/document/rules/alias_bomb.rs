//! Aliases may not blow a small file up.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "alias-bomb",
    explanation: "\
Each alias counts as many values as it repeats. A few lines of aliases to aliases can stand for more values than a
machine can hold; beyond 200 000 the file is refused.
",
};

pub(in crate::document) fn found(
    source: &Arc<Source>,
    span: Span,
    anchor: Span,
    limit: usize,
) -> Diagnostic {
    let message = format!("aliases repeat more than {limit} values");
    Diagnostic::error(&RULE, source, span, message)
        .related(source, anchor, "this value is repeated")
        .help("use `map` over a list instead of repeating values")
}
