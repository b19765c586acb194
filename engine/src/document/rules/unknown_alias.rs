//! An alias leads to a value that stands before it, complete.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "unknown-alias",
    explanation: "\
`*name` in YAML repeats the value that `&name` marks. The mark must come first, and the alias cannot stand inside the
value that it would repeat.
",
};

pub(in crate::document) fn unknown(source: &Arc<Source>, span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("no value before this is marked `&{name}`"))
        .help(format!("mark the value with `&{name}`, or quote the text if it is no alias"))
}

pub(in crate::document) fn recursive(source: &Arc<Source>, span: Span) -> Diagnostic {
    let name = source.slice(span);
    Diagnostic::error(&RULE, source, span, format!("`{name}` stands inside the value it repeats"))
        .help("write the value out")
}
