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
    let text = source.text.as_str();
    let stop = text.floor_char_boundary((span.start as usize).min(text.len()));
    // The parser stops behind the tab, or at what follows from it.
    let marked = if text[..stop].ends_with('\t') {
        stop - 1..stop
    } else {
        stop..stop + text[stop..].chars().next().map_or(0, char::len_utf8)
    };
    Diagnostic::error(&RULE, source, Span::new(marked), "a tab where YAML counts spaces")
        .help("indent with spaces")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_characters_are_marked_wherever_the_parser_stops() {
        let text = "A:\n¡\n\t\u{1}";
        let source = Arc::new(Source::new("a.yaml", text));
        for offset in 0..=u32::try_from(text.len()).unwrap() + 1 {
            let marked = found(&source, Span { start: offset, end: offset }).at.span;
            assert!(text.get(marked.range()).is_some(), "{offset}: {marked:?}");
        }
        let behind = u32::try_from(text.find('\t').unwrap()).unwrap() + 1;
        let marked = found(&source, Span { start: behind, end: behind }).at.span;
        assert_eq!(source.slice(marked), "\t");
    }
}
