//! Numbers are finite, integers have 64 bits.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "number",
    explanation: "\
Values travel as JSON: infinity and not-a-number do not exist there, and integers are exact only within 64 bits.
",
};

pub(super) fn not_finite(source: &Arc<Source>, span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{text}` is not a finite number"))
        .help("write a number, or quote it if it is text")
}

pub(super) fn too_large(source: &Arc<Source>, span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{text}` does not fit into 64 bits"))
        .help("quote it if it is text")
}
