//! A name that means something else in expressions.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "reserved-name",
    explanation: "\
`inputs`, `item`, `index`, `run`, `budget` and `secrets` are what every expression can read, and words such as `and`,
`if` or `none` are part of the language: nothing else can be called by them.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{name}` means something else in expressions"))
        .help("give it another name")
}
