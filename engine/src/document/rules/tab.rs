//! YAML knows no tabs as indentation.

use std::ops::Range;
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
    let finding = Diagnostic::error(
        &RULE,
        source,
        Span::new(marked.clone()),
        "a tab where YAML counts spaces",
    )
    .help("indent with spaces");
    match indented(text, marked.start) {
        Some((range, spaces)) => finding.fix(Span::new(range), spaces),
        None => finding,
    }
}

/// The indentations from the line at `at` on that hold tabs, and the same in spaces; of the first line any, of later ones
/// those that begin with a tab: others may be text.
fn indented(text: &str, at: usize) -> Option<(Range<usize>, String)> {
    let mut start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let first = text[start..].split_inclusive('\n').next().unwrap_or_default();
    if !indentation(first).contains('\t') {
        // The parser stops at a value, too, that the next line would go on with.
        start += first.len();
    }
    let width = text.lines().map(|line| line.len() - line.trim_start_matches(' ').len());
    let spaces = " ".repeat(width.filter(|width| *width > 0).min().unwrap_or(2));
    let (mut line_start, mut copied) = (start, start);
    let mut replaced = String::new();
    for line in text[start..].split_inclusive('\n') {
        let indent = indentation(line);
        let is_first = line_start == start;
        if indent.starts_with('\t') || (is_first && indent.contains('\t')) {
            replaced.push_str(&text[copied..line_start]);
            replaced.push_str(&indent.replace('\t', &spaces));
            copied = line_start + indent.len();
        } else if is_first {
            return None;
        }
        line_start += line.len();
    }
    (copied > start).then_some((start..copied, replaced))
}

fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
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
