//! Is the text one of the short expressions that most are?
//!
//! `draft.scenes`, `index + 1`: a path, or two paths or numbers with a sign between them. They are read here in a tenth of
//! the time that minijinja takes, to the same tree; where anything else stands in the text, none is made.

use serde_json::Value as Json;

use super::parse::Reader;
use super::tree::{Kind, Node, Operator};
use super::words::is_word;
use crate::name::is_name;
use crate::source::Span;

/// Longer texts are left to minijinja, and those limits are not met here.
const LONGEST: usize = 256;

impl Reader<'_> {
    pub(super) fn short(&self) -> Option<Node> {
        if self.text.len() > LONGEST {
            return None;
        }
        let mut end = 0;
        let words = self.text.split(' ').map(|word| {
            let start = end;
            end += word.len() + 1;
            (start, word)
        });
        let mut words = words.filter(|(_, word)| !word.is_empty());
        let left = self.operand(words.next()?)?;
        let Some((_, sign)) = words.next() else { return Some(left) };
        let operator = match sign {
            "+" => Operator::Add,
            "-" => Operator::Subtract,
            "*" => Operator::Multiply,
            "/" => Operator::Divide,
            _ => return None,
        };
        let right = self.operand(words.next()?)?;
        if words.next().is_some() {
            return None;
        }
        let span = Span { start: left.span.start, end: right.span.end };
        Some(Node::new(Kind::Calculate(operator, Box::new(left), Box::new(right)), span))
    }

    /// A path of names or a number, which is a part of the text.
    fn operand(&self, (start, word): (usize, &str)) -> Option<Node> {
        if word.starts_with(|first: char| first.is_ascii_digit()) {
            return self.number(word, start);
        }
        let mut parts = word.split('.');
        let name = parts.next().filter(|name| is_name(name) && !is_word(name))?;
        let mut end = start + name.len();
        let mut node = Node::new(Kind::Name(name.to_owned()), self.place(start, end));
        for field in parts {
            if !is_name(field) {
                return None;
            }
            end += 1 + field.len();
            node = Node::new(Kind::Field(Box::new(node), field.to_owned()), self.place(start, end));
        }
        Some(node)
    }

    fn number(&self, word: &str, start: usize) -> Option<Node> {
        let is_plain = word.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = word.parse().ok().filter(|_| is_plain)?;
        Some(Node::new(Kind::Constant(Json::from(number)), self.place(start, start + word.len())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    /// Whether a tree was made; then minijinja's is the same, wherever the text stands.
    #[track_caller]
    fn agrees(text: &str) -> bool {
        let mut is_short = false;
        for length in [text.len(), text.len() + 3] {
            let reader = Reader::new(text, Span::new(7..7 + length));
            let Some(node) = reader.short() else { continue };
            let other = reader.full().map(|other| format!("{other:?}"));
            assert_eq!(Ok(format!("{node:?}")), other, "{text:?}");
            is_short = true;
        }
        is_short
    }

    #[test]
    fn paths_and_simple_sums_are_read() {
        for text in [
            "a",
            "draft.scenes",
            " a.b.c_1 ",
            "a.b + 1",
            "1 * index",
            "a  -  b.c",
            "7 / 2",
            "00 + a",
        ] {
            assert!(agrees(text), "{text:?}");
        }
    }

    #[test]
    fn whatever_means_more_is_left_to_minijinja() {
        for text in [
            "",
            " ",
            "true",
            "none",
            "null",
            "range",
            "a.",
            ".a",
            "a..b",
            "a.0",
            "a[0]",
            "a.b.C",
            "a-b",
            "a + b + c",
            "a +",
            "+ a",
            "a % b",
            "1.5",
            "1_0",
            "0x1",
            "18446744073709551616",
            "a | length",
            "not a",
            "a == b",
            "a\n",
            "é",
        ] {
            assert!(!agrees(text), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn words_in_any_order_are_read_as_minijinja_reads_them(words in prop::collection::vec(select(vec![
            "a", "b_1", "in", "is", "not", "if", "else", "and", "or", "null", "none", "true", "range", "length", ".", ".", ".a", " ", " ",
            " + ", " - ", " * ", " / ", "1", "0", "012", "18446744073709551615", "1e3", "-", "[0]", "|",
        ]), 1..7)) {
            agrees(&words.concat());
        }

        #[test]
        fn signs_in_any_order_are_read_as_minijinja_reads_them(text in "[ab01_.+*/ -]{1,9}") {
            agrees(&text);
        }
    }
}
