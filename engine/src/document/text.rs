//! Where in a file does a byte of a text stand, and which expressions does the text hold?
//!
//! Quotes, escapes, folded lines and indentation set a text apart from what the file says; a finding inside an
//! expression must still point at the right letters.

use crate::expression::{Expression, Fault, Piece, Template};
use crate::source::{Source, Span};

use super::tree::Tree;

/// The expression that is `text`, the whole of `tree`.
pub(super) fn expression(source: &Source, tree: &Tree, text: &str) -> Result<Expression, Fault> {
    match Placing::of(source.slice(tree.span), text) {
        Placing::Shifted(by) => {
            let start = tree.span.start as usize + by;
            Expression::parse(text, Span::new(start..start + text.len()))
        }
        Placing::Scattered(offsets) => {
            let span = Span::new(0..text.len());
            let moved = |span| moved(span, &offsets, tree.span);
            Expression::parse(text, moved(span)).map_err(|fault| Fault { span: tree.span, ..fault })
        }
    }
}

/// The value that `text`, the whole of `tree`, writes: with the expressions in it.
pub(super) fn template(source: &Source, tree: &Tree, text: &str) -> Result<Template, Vec<Fault>> {
    if !text.contains("${{") {
        return Ok(Template::Literal(text.into()));
    }
    match Placing::of(source.slice(tree.span), text) {
        Placing::Shifted(by) => {
            let start = tree.span.start as usize + by;
            Template::text(text, Span::new(start..start + text.len()))
        }
        Placing::Scattered(offsets) => {
            let moved = |span| moved(span, &offsets, tree.span);
            let template = Template::text(text, Span::new(0..text.len())).map_err(|faults| {
                faults
                    .into_iter()
                    .map(|fault| Fault { span: moved(fault.span), ..fault })
                    .collect::<Vec<_>>()
            })?;
            replaced(template, &moved).map_err(|fault| vec![fault])
        }
    }
}

/// Where the bytes of a text stand in its raw form, quotes and indentation included.
enum Placing {
    /// One after the other, so far behind the start.
    Shifted(usize),
    /// Each on its own; one more entry for the end.
    Scattered(Vec<usize>),
}

impl Placing {
    fn of(raw: &str, text: &str) -> Self {
        // Nearly all texts stand there as they are, or behind a quote: a search takes longer than these looks.
        let found =
            [0, 1].into_iter().find(|at| raw.get(*at..).is_some_and(|raw| raw.starts_with(text)));
        match found.or_else(|| raw.find(text)) {
            Some(at) => Self::Shifted(at),
            None => Self::Scattered(walk(raw, text)),
        }
    }
}

/// Leads `text` along `raw`: a letter stands where the next equal one is, and what has none stays where it is.
fn walk(raw: &str, text: &str) -> Vec<usize> {
    let mut offsets = Vec::with_capacity(text.len() + 1);
    let is_block = raw.starts_with(['|', '>']);
    let mut at = if is_block { raw.find('\n').map_or(0, |end| end + 1) } else { 0 };
    for letter in text.chars() {
        // Where no equal letter follows at once, an escape stands for it.
        let here = at + next(&raw[at..], letter).unwrap_or(0);
        offsets.extend(std::iter::repeat_n(here, letter.len_utf8()));
        at = match raw[here..].chars().next() {
            Some(c) if c == letter || c.is_whitespace() => here + c.len_utf8(),
            Some('\\') => here + escape_length(&raw[here..]),
            _ => here,
        };
    }
    offsets.push(at);
    offsets
}

/// How far `letter` is, if nothing but quotes, indentation or the bar of an escape lies before it.
fn next(raw: &str, letter: char) -> Option<usize> {
    for (at, c) in raw.char_indices() {
        if c == letter || (letter == ' ' && c == '\n') {
            return Some(at);
        }
        if !c.is_whitespace() && !matches!(c, '"' | '\'' | '\\') {
            return None;
        }
    }
    None
}

/// The bytes of the escape that `raw` starts with.
fn escape_length(raw: &str) -> usize {
    let digits = match raw.as_bytes().get(1) {
        Some(b'x') => 2,
        Some(b'u') => 4,
        Some(b'U') => 8,
        _ => 0,
    };
    raw.char_indices().nth(2 + digits).map_or(raw.len(), |(at, _)| at)
}

fn moved(span: Span, offsets: &[usize], tree: Span) -> Span {
    let place = |at: u32| offsets.get(at as usize).copied().unwrap_or_default();
    let (start, end) = (place(span.start), place(span.end));
    Span::new(start..end.max(start)).within(tree)
}

/// The template with every expression where `moved` puts it.
fn replaced(template: Template, moved: &impl Fn(Span) -> Span) -> Result<Template, Fault> {
    let expression =
        |expression: Expression| Expression::parse(expression.text(), moved(expression.span()));
    Ok(match template {
        Template::Expression(inner) => Template::Expression(expression(inner)?),
        Template::Text(pieces) => Template::Text(
            pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Expression(inner) => expression(inner).map(Piece::Expression),
                    text @ Piece::Text(_) => Ok(text),
                })
                .collect::<Result<_, _>>()?,
        ),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `raw` says where each `word` of `text` stands.
    fn finds(raw: &str, text: &str, word: &str) -> bool {
        let offsets = match Placing::of(raw, text) {
            Placing::Shifted(by) => (by..=by + text.len()).collect(),
            Placing::Scattered(offsets) => offsets,
        };
        let at = text.find(word).expect("the case is written so");
        raw[offsets[at]..].starts_with(word)
    }

    #[test]
    fn a_word_of_a_text_is_found_in_the_file() {
        assert!(finds("\"a ${{ b }}\"", "a ${{ b }}", "b }}"));
        assert!(finds("|\n  one\n  two ${{ b }}\n", "one\ntwo ${{ b }}\n", "b }}"));
        assert!(finds(">-\n  one\n  two ${{ b }}\n", "one two ${{ b }}", "b }}"));
        assert!(finds("\"say \\\"a\\\" ${{ b }}\"", "say \"a\" ${{ b }}", "b }}"));
        assert!(finds("\"a\\n\\u00e9 ${{ b }}\"", "a\né ${{ b }}", "b }}"));
        assert!(finds("'it''s ${{ b }}'", "it's ${{ b }}", "b }}"));
        assert!(finds("one\n    two ${{ b }}", "one two ${{ b }}", "b }}"));
    }
}
