//! YAML knows no tabs as indentation.

use std::sync::Arc;

use granit_parser::ErrorKind;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "tab",
    explanation: "\
YAML forbids tabs where indentation counts, since it could not say how wide they are. Use spaces, two a level.
",
};

pub(super) fn is_about(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabAtBlockScalarStart
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabInIndentation
    )
}

pub(super) fn found(source: &Arc<Source>, span: Span) -> Diagnostic {
    // The parser stops behind the tab.
    let before = source.text[..span.start as usize].ends_with('\t');
    let start = span.start - u32::from(before);
    let span = Span { start, end: start + 1 };
    Diagnostic::error(&RULE, source, span, "a tab where YAML counts spaces")
        .help("indent with spaces")
}
