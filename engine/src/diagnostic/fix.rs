//! What becomes of a text when findings in it are mended?

use crate::source::Span;

/// Writes `text` over `span` of the file that the finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub text: String,
}

/// `text` after `fixes`, and how many of them were made: of two that touch the same place, the first in the text. What no
/// fix covers stays byte for byte.
pub fn mended<'f>(text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> (String, usize) {
    let mut fixes: Vec<_> = fixes.into_iter().collect();
    fixes.sort_by_key(|fix| (fix.span, fix.text.as_str()));
    fixes.dedup();
    let (mut mended, mut done, mut end) = (String::with_capacity(text.len()), 0, None);
    for Fix { span, text: new } in fixes {
        // Two insertions at one place would stand in the order of chance.
        let touches = end.is_some_and(|end| {
            span.range().start < end || (span.start == span.end && span.range().start == end)
        });
        let from = end.unwrap_or(0);
        let Some(kept) = text.get(from..span.range().start).filter(|_| !touches) else { continue };
        if text.get(span.range()).is_none() {
            continue;
        }
        mended.push_str(kept);
        mended.push_str(new);
        end = Some(span.range().end);
        done += 1;
    }
    mended.push_str(&text[end.unwrap_or(0)..]);
    (mended, done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(span: std::ops::Range<usize>, text: &str) -> Fix {
        Fix { span: Span::new(span), text: text.into() }
    }

    #[test]
    fn what_no_fix_covers_stays_as_it_is() {
        let fixes = [fix(8..9, "ß"), fix(0..1, "ab"), fix(4..4, "!")];
        assert_eq!(mended("é = 1\r\nx\t", &[fix(0..2, "e")]), ("e = 1\r\nx\t".into(), 1));
        assert_eq!(mended("a  b\r\n  c", &fixes), ("ab  b!\r\n  ß".into(), 3));
    }

    #[test]
    fn of_fixes_that_overlap_the_first_is_made() {
        assert_eq!(mended("abcdef", &[fix(2..4, "y"), fix(0..3, "x")]), ("xdef".into(), 1));
        assert_eq!(mended("ab", &[fix(0..1, "x"), fix(0..1, "x")]), ("xb".into(), 1));
        assert_eq!(mended("ab", &[fix(1..1, "x"), fix(1..1, "y")]), ("axb".into(), 1));
    }

    #[test]
    fn a_fix_outside_the_text_is_left_out() {
        assert_eq!(mended("é", &[fix(1..2, "x"), fix(7..9, "y")]), ("é".into(), 0));
    }
}
