//! How is the YAML read that people mostly write?
//!
//! Maps and lists by indentation, words and quoted texts on one line, `{ }` and `[ ]` on one line, texts behind `|`, and
//! comments: in one pass, in a tenth of the time that a parser of all of YAML takes. Whatever else stands in the file, or could be meant in
//! another way, is left to `yaml`, with all that is wrong: where this gives a tree, that gives the same.

use std::collections::HashSet;

use super::rules::too_large;
use super::scalar;
use super::tree::{Key, Style, Text, Tree, Value};
use crate::source::Span;

/// Collections in each other; those that are deeper are left to `yaml`, which tells which are too deep.
const DEPTH: usize = 24;
/// Longer keys are left to `yaml`, which has a limit.
const LONGEST_KEY: usize = 128;
/// Where a map has more keys than these, they are looked up by hash.
const MANY: usize = 16;

/// The tree of `text`; none, where another reader has to look.
pub(super) fn read(text: &str) -> Option<Tree> {
    // No branch for each byte: most files hold nothing else.
    let is_ascii = text.bytes().fold(true, |all, byte| all & matches!(byte, b'\n' | b' '..=b'~'));
    if !is_ascii && !text.chars().all(is_plain) {
        return None;
    }
    let mut reader = Quick { text, at: 0, column: None, events: 0 };
    reader.next_line();
    if reader.column != Some(0) {
        return None;
    }
    let tree = reader.map(0, 0)?;
    // The other reader counts so, the start and the end of the file included.
    let is_small = reader.events + 4 <= 2 * too_large::VALUES;
    (reader.column.is_none() && is_small).then_some(tree)
}

/// Whether YAML takes the sign everywhere, and for nothing but itself: no tabs, no other line breaks, no marks.
fn is_plain(sign: char) -> bool {
    matches!(sign, '\n' | ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{10000}'..='\u{1fffd}')
}

struct Quick<'t> {
    text: &'t str,
    at: usize,
    /// Where the line at hand starts, if there is one; counted once, at its first sign.
    column: Option<usize>,
    /// So many would be told of by a parser.
    events: usize,
}

impl Quick<'_> {
    fn here(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn after(&self, offset: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + offset).copied()
    }

    fn skip_spaces(&mut self) -> usize {
        let from = self.at;
        while self.here() == Some(b' ') {
            self.at += 1;
        }
        self.at - from
    }

    fn skip_line(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    }

    /// Goes from the start of a line to the next one that holds more than a comment.
    fn next_line(&mut self) {
        loop {
            let column = self.skip_spaces();
            match self.here() {
                None => return self.column = None,
                Some(b'\n') => self.at += 1,
                Some(b'#') => self.skip_line(),
                Some(_) => return self.column = Some(column),
            }
        }
    }

    /// Goes on behind a value, if nothing but a comment is left of its line.
    fn end_line(&mut self) -> Option<()> {
        let spaces = self.skip_spaces();
        match self.here() {
            Some(b'#') if spaces > 0 => self.skip_line(),
            None | Some(b'\n') => {}
            Some(_) => return None,
        }
        self.next_line_behind();
        Some(())
    }

    fn next_line_behind(&mut self) {
        self.at = (self.at + 1).min(self.text.len());
        self.next_line();
    }

    /// A map whose keys start at `indent`, the first of them here.
    fn map(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        let start = self.enter(depth)?;
        let mut entries = Keys::default();
        loop {
            let key = self.key()?;
            let value = self.value(indent, depth)?;
            entries.push(key, value)?;
            match self.column {
                Some(column) if column == indent => {}
                Some(column) if column > indent => return None,
                _ => break,
            }
        }
        let end = entries.all.last()?.1.span.end;
        Some(Tree::new(Value::Map(entries.all), ending(start, end)))
    }

    /// A list whose dashes stand at `indent`, the first of them here, behind a key at `outer`.
    fn list(&mut self, indent: usize, outer: usize, depth: usize) -> Option<Tree> {
        let mut start = self.enter(depth)?;
        let mut items: Vec<Tree> = Vec::new();
        while self.is_dash() && self.column == Some(indent) {
            self.at += 1;
            let column = indent + 1 + self.skip_spaces();
            // Without an indentation of its own, a list starts for parsers at its first item.
            if items.is_empty() && indent == outer {
                start = self.at;
            }
            items.push(if self.is_key() {
                self.map(column, depth + 1)?
            } else {
                self.whole(indent, depth)?
            });
            if self.column.is_some_and(|column| column > indent) {
                return None;
            }
        }
        let end = items.last()?.span.end;
        Some(Tree::new(Value::List(items), ending(start, end)))
    }

    /// Where a collection starts, unless it is too deep.
    fn enter(&mut self, depth: usize) -> Option<usize> {
        self.events += 2;
        (depth < DEPTH).then_some(self.at)
    }

    fn is_dash(&self) -> bool {
        self.here() == Some(b'-') && self.after(1) == Some(b' ')
    }

    /// A key and its colon.
    fn key(&mut self) -> Option<Key> {
        let length = self.key_length()?;
        let (start, end) = (self.at, self.at + length);
        self.at = end + 1;
        self.events += 1;
        match scalar::plain(&self.text[start..end], Style::Plain) {
            Ok(Value::Text(text)) => Some(Key { name: text.text, span: Span::new(start..end) }),
            _ => None,
        }
    }

    fn is_key(&self) -> bool {
        self.key_length().is_some()
    }

    fn key_length(&self) -> Option<usize> {
        let rest = &self.text.as_bytes()[self.at..];
        let may_begin = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
        let may_follow = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let length = rest.iter().position(|byte| !may_follow(byte))?;
        let is_key = rest.first().is_some_and(may_begin)
            && length <= LONGEST_KEY
            && rest[length] == b':'
            && matches!(rest.get(length + 1), None | Some(b' ' | b'\n'));
        is_key.then_some(length)
    }

    /// What stands behind the colon of a key at `indent`, on its line or below.
    fn value(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        self.skip_spaces();
        if !matches!(self.here(), None | Some(b'\n' | b'#')) {
            return self.whole(indent, depth);
        }
        self.skip_line();
        self.next_line_behind();
        let column = self.column?;
        match self.is_dash() {
            true if column >= indent => self.list(column, indent, depth + 1),
            false if column > indent => self.map(column, depth + 1),
            _ => None,
        }
    }

    /// A value that ends with its line, and does not go on in the next.
    fn whole(&mut self, indent: usize, depth: usize) -> Option<Tree> {
        let tree = if self.here() == Some(b'|') {
            self.literal(indent)?
        } else {
            let tree = self.inline(Style::Plain, depth)?;
            self.end_line()?;
            tree
        };
        self.column.is_none_or(|column| column <= indent).then_some(tree)
    }

    /// A value within a line; a plain word is of `style`.
    fn inline(&mut self, style: Style, depth: usize) -> Option<Tree> {
        match self.here()? {
            quote @ (b'"' | b'\'') => self.quoted(quote),
            b'{' => self.flow_map(depth + 1),
            b'[' => self.flow_list(depth + 1),
            b'-' | b'?' | b':' | b',' | b']' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>'
            | b'%' | b'@' | b'`' => None,
            _ => self.plain(style),
        }
    }

    /// A text in quotes that holds no quote and no escape.
    fn quoted(&mut self, quote: u8) -> Option<Tree> {
        let start = self.at;
        let inner = &self.text.as_bytes()[start + 1..];
        let length =
            inner.iter().position(|byte| *byte == quote || matches!(byte, b'\n' | b'\\'))?;
        if inner[length] != quote || inner.get(length + 1) == Some(&b'\'') {
            return None;
        }
        self.events += 1;
        self.at = start + length + 2;
        let text = self.text[start + 1..=start + length].to_owned();
        let text = Text { text, style: Style::Quoted };
        Some(Tree::new(Value::Text(text), Span::new(start..self.at)))
    }

    /// A text of whole lines behind `|` or `|-`, which stand deeper than `indent`.
    fn literal(&mut self, indent: usize) -> Option<Tree> {
        self.at += 1;
        let is_stripped = self.here() == Some(b'-');
        self.at += usize::from(is_stripped);
        let spaces = self.skip_spaces();
        match self.here()? {
            b'\n' => {}
            b'#' if spaces > 0 => self.skip_line(),
            _ => return None,
        }
        self.at = (self.at + 1).min(self.text.len());
        let column = self.skip_spaces();
        if column <= indent || matches!(self.here()?, b'\n') {
            return None;
        }
        let start = self.at;
        let mut text = String::new();
        loop {
            let from = self.at;
            self.skip_line();
            text.push_str(&self.text[from..self.at]);
            self.here()?;
            let (breaks, next) = self.breaks(column);
            self.column = next;
            if next != Some(column) {
                break;
            }
            text.extend(std::iter::repeat_n('\n', breaks));
        }
        if !is_stripped {
            text.push('\n');
        }
        self.events += 1;
        let text = Text { text, style: Style::Block };
        let tree = Tree::new(Value::Text(text), Span::new(start..self.at));
        if self.column.is_some_and(|column| column > indent) {
            return None;
        }
        if self.here() == Some(b'#') {
            self.skip_line();
            self.next_line_behind();
        }
        Some(tree)
    }

    /// Goes over line breaks and up to `most` spaces behind each: so many breaks, and where the next line starts.
    fn breaks(&mut self, most: usize) -> (usize, Option<usize>) {
        let (mut breaks, mut column) = (0, 0);
        loop {
            match self.here() {
                None => return (breaks, None),
                Some(b'\n') => (breaks, column) = (breaks + 1, 0),
                Some(b' ') if column < most => column += 1,
                Some(_) => return (breaks, Some(column)),
            }
            self.at += 1;
        }
    }

    /// A word, or some, without quotes.
    fn plain(&mut self, style: Style) -> Option<Tree> {
        let start = self.at;
        let in_flow = style == Style::PlainInFlow;
        while let Some(byte) = self.here() {
            let next = self.after(1).unwrap_or(b'\n');
            match byte {
                b'\n' => break,
                b',' | b']' | b'}' if in_flow => break,
                b'[' | b'{' if in_flow => return None,
                b':' if matches!(next, b' ' | b'\n') => return None,
                b':' if in_flow && matches!(next, b',' | b'[' | b']' | b'{' | b'}') => return None,
                b' ' if next == b'#' => break,
                _ => self.at += 1,
            }
        }
        let text = self.text[start..self.at].trim_end_matches(' ');
        self.events += 1;
        let span = Span::new(start..start + text.len());
        scalar::plain(text, style).ok().map(|value| Tree::new(value, span))
    }

    /// `{ key: value, … }`
    fn flow_map(&mut self, depth: usize) -> Option<Tree> {
        let start = self.enter(depth)?;
        let mut entries = Keys::default();
        let mut is_open = self.opens(b'}');
        while is_open {
            let key = self.key()?;
            self.skip_spaces();
            let value = self.inline(Style::PlainInFlow, depth)?;
            entries.push(key, value)?;
            is_open = self.goes_on(b'}')?;
        }
        Some(Tree::new(Value::Map(entries.all), Span::new(start..self.at)))
    }

    /// `[value, …]`
    fn flow_list(&mut self, depth: usize) -> Option<Tree> {
        let start = self.enter(depth)?;
        let mut items = Vec::new();
        let mut is_open = self.opens(b']');
        while is_open {
            items.push(self.inline(Style::PlainInFlow, depth)?);
            is_open = self.goes_on(b']')?;
        }
        Some(Tree::new(Value::List(items), Span::new(start..self.at)))
    }

    /// Whether anything stands before the bracket that closes.
    fn opens(&mut self, close: u8) -> bool {
        self.at += 1;
        self.skip_spaces();
        let is_empty = self.here() == Some(close);
        self.at += usize::from(is_empty);
        !is_empty
    }

    /// Whether a comma follows, with something behind it, or the bracket that closes.
    fn goes_on(&mut self, close: u8) -> Option<bool> {
        self.skip_spaces();
        let sign = self.here()?;
        self.at += 1;
        match sign {
            b',' => {
                self.skip_spaces();
                Some(true)
            }
            _ if sign == close => Some(false),
            _ => None,
        }
    }
}

/// The entries of a map so far.
#[derive(Default)]
struct Keys {
    all: Vec<(Key, Tree)>,
    /// The names, once there are many.
    names: HashSet<String>,
}

impl Keys {
    /// None, where the key stands there already.
    fn push(&mut self, key: Key, value: Tree) -> Option<()> {
        if self.all.len() < MANY {
            if self.all.iter().any(|(known, _)| known.name == key.name) {
                return None;
            }
        } else {
            if self.names.is_empty() {
                self.names.extend(self.all.iter().map(|(known, _)| known.name.clone()));
            }
            if !self.names.insert(key.name.clone()) {
                return None;
            }
        }
        self.all.push((key, value));
        Some(())
    }
}

/// From `start` to where a part ends.
fn ending(start: usize, end: u32) -> Span {
    Span { end, ..Span::new(start..start) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::yaml;
    use super::*;
    use crate::source::Source;

    /// Whether a tree was made; then the reader of all of YAML makes the same, and finds nothing wrong.
    #[track_caller]
    fn agrees(text: &str) -> bool {
        let Some(tree) = read(text) else { return false };
        let (other, findings) = yaml::read_all(&Arc::new(Source::new("a.yaml", text)));
        assert!(findings.is_empty(), "{text:?} has {findings:?}");
        assert_eq!(Some(tree), other, "{text:?}");
        true
    }

    #[test]
    fn what_people_mostly_write_is_read() {
        for text in [
            "a: b",
            "a:\n  b: 1\n  c-d: 'x'  # why\n\n# so\ne: \"y\"\n",
            "a: { b: c, d: [1, 2.5, true, null, ~], e: {}, f: [] }\n",
            "a: { value: '${{ x.y }}' }\nb: ${{ x.y }} and more\n",
            "a: # b\n- c: 'd'\n",
            "a:\n-  |\n  b\n",
            "a:\n- b\n- c: 1\n  d: 2\n-   e: 3\n    f: 4\ng:\n  - \"h\"\n  - [i]\nj: k\n",
            "a: b:c # d\ne: f#g\nh: http://x/y?z\n",
            "a: [http://x, b c , 'd' ]\n",
            "é: 1\n",
            "a: é ß 漢 🎬\n",
            "a: |\n  b\n\n   c # d\n  \n    \ne: |- # f\n   g\nh:\n  - |\n    i: [\n  - k: |-\n      l\n# m\n  # n\n",
            "a:\n    b:\n     c: 1\n    d: 2\n",
            "    # x\na: 1\n   \n    # y\nb: 2",
        ] {
            let is_ascii_key = !text.starts_with('é');
            assert_eq!(agrees(text), is_ascii_key, "{text:?}");
        }
    }

    #[test]
    fn what_could_be_meant_in_another_way_is_left_to_the_other_reader() {
        for text in [
            "",
            " a: 1\n",
            "a: b\n  c\n",
            "a: b: c\n",
            "a: b:\n",
            "a: >\n  b\n",
            "a: |+\n  b\n",
            "a: |2\n  b\n",
            "a: |\n\n  b\n",
            "a: |\nb: c\n",
            "a: |\n  b",
            "a: |\n   b\n  c\n",
            "a: |\n    b\n  # c\n",
            "a: [|\n  b]\n",
            "a: &b c\n",
            "a: *b\n",
            "a: !!str 1\n",
            "a: 1\na: 2\n",
            "a: 2026-11-23\n",
            "a: .inf\n",
            "a:\n",
            "a:\nb: 1\n",
            "a: 'it''s'\n",
            "a: \"\\n\"\n",
            "a: 'b' c\n",
            "a: 'b\n  c'\n",
            "a: [b\n",
            "a: [b: c]\n",
            "a: [b,]\n",
            "a: {b}\n",
            "a: {b: c d}: e\n",
            "a: {\"b\": c}\n",
            "a: [b] c\n",
            "a: \t1\n",
            "a: 1\r\n",
            "a: 1\n---\nb: 2\n",
            "---\na: 1\n",
            "a: 1\n...\n",
            "true: 1\n",
            "<<: { a: 1 }\n",
            "a: - b\n",
            "a:\n  b: 1\n c: 2\n",
            "a:\n  - b\n c: 1\n",
            "a:\n  - b\n  c: 1\n",
            "a:\n  -\n    b\n",
            "a:\n  - - b\n",
            "- a\n",
            "a: \u{feff}b\n",
            "a: \u{85}b\n",
            "a: \u{2028}b\n",
        ] {
            assert!(!agrees(text), "{text:?}");
        }
    }

    const KEYS: [&str; 9] = ["a:", "b:", "x-y:", "- ", "- a:", "'a':", "a :", "true:", "-a:"];
    const VALUES: [&str; 50] = [
        "",
        " |\n        b\n\n         c",
        " |- # d\n          b # c\n        ",
        " |\n   b",
        " b",
        " b c",
        " 1",
        " -1",
        " 1.5e3",
        " true",
        " ~",
        " 'b'",
        " \"b\"",
        " '${{ b }}'",
        " ${{ b }}",
        " { a: b }",
        " {a: b, c: 'd'}",
        " [a, 'b', 1]",
        " []",
        " {}",
        " { a: [b, { c: d }] }",
        " [a b, c#d]",
        " # c",
        " b # c",
        " 'b' # c",
        " [b] # c",
        " b:c",
        " b: c",
        " b:",
        " [b:c]",
        " [b: c]",
        " {a: b:c}",
        " {a:b}",
        " {a: }",
        " [,]",
        " [a,]",
        " [a, ,b]",
        " 'b",
        " \"b",
        " [a",
        " {a: b",
        " 'b'c",
        " [b]c",
        " b'c\"d",
        " |",
        " >",
        " &a b",
        " *a",
        " !b c",
        "b",
    ];

    /// A line as people write it, or nearly so.
    fn line() -> impl Strategy<Value = String> {
        let indent = select(vec![0_usize, 0, 0, 2, 2, 2, 4, 4, 6, 1, 3]);
        let written = (select(&KEYS[..]), select(&VALUES[..]))
            .prop_map(|(key, value)| format!("{key}{value}"));
        let other = select(vec!["# c", "", "  ", "---", "...", "b c", "'b'", "[a]", "- b"])
            .prop_map(str::to_owned);
        let end = select(vec!["\n", "\n", "\n", "\n", " \n", "\n\n", "  # d\n"]);
        (indent, prop_oneof![8 => written, 2 => other], end)
            .prop_map(|(indent, body, end)| format!("{}{body}{end}", " ".repeat(indent)))
    }

    /// A document in which keys differ and lines are indented as they should be, mostly.
    fn nested() -> impl Strategy<Value = String> {
        let step = select(vec![-2_i32, -1, 0, 0, 0, 1, 2]);
        let value = select(VALUES[..37].to_vec());
        let dash = prop::bool::weighted(0.2);
        prop::collection::vec((step, value, dash), 1..9).prop_map(|lines| {
            let (mut text, mut level) = (String::new(), 0_i32);
            for (at, (step, value, dash)) in lines.into_iter().enumerate() {
                let opens = at > 0 && text.trim_end().ends_with(':');
                level = if opens { level + 1 } else { (level + step.min(0)).max(0) };
                let indent = " ".repeat(usize::try_from(level * 2).unwrap_or_default());
                let dash = if dash { "- " } else { "" };
                text.push_str(&format!("{indent}{dash}k{at}:{value}\n"));
            }
            text
        })
    }

    const FILE: &str = "flow: 1 # a\nname: b-c\ninputs:\n  topic: { type: string, minLength: 3 }\nnodes:\n  draft:\n    use: agent/x\n    needs: [a, 'b']\n    with:\n      topic: ${{ inputs.topic }}\n\n  # c\n  shots:\n    map: draft.scenes\n    fallback:\n      - provider: local\n        model: \"m\"\n      - value: ''\n    steps:\n    - one\n    - { two: 2.5 }\n    text: |\n      d: e\n\n        f\n    last: |-\n      g\noutputs: { film: '${{ film.video }}', x: [] }\n";

    /// A whole file with some slips of the finger.
    fn slipped() -> impl Strategy<Value = String> {
        let sign = select(" \n:-#'\"{}[],|&*!>?%@`a1~.".chars().collect::<Vec<_>>());
        let slip = (any::<prop::sample::Index>(), 0..2_usize, prop::option::of(sign));
        prop::collection::vec(slip, 1..4).prop_map(|slips| {
            slips.into_iter().fold(FILE.to_owned(), |mut text, (at, cut, sign)| {
                let at = at.index(text.len());
                text.replace_range(at..at + cut, &sign.map(String::from).unwrap_or_default());
                text
            })
        })
    }

    #[test]
    fn a_whole_file_is_read() {
        assert!(agrees(FILE));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn lines_in_any_order_are_read_as_the_other_reader_reads_them(lines in prop::collection::vec(line(), 1..7)) {
            agrees(&lines.concat());
        }

        #[test]
        fn a_file_with_slips_is_read_as_the_other_reader_reads_it(text in slipped()) {
            agrees(&text);
        }

        #[test]
        fn nested_lines_are_read_as_the_other_reader_reads_them(text in nested()) {
            agrees(&text);
        }

        #[test]
        fn any_signs_are_read_as_the_other_reader_reads_them(text in "a: [ -~\n]{0,24}") {
            agrees(&text);
        }

        #[test]
        fn signs_with_a_meaning_are_read_as_the_other_reader_reads_them(text in "a:[ab:,\\[\\]{}'\"# \n-]{1,16}") {
            agrees(&text);
        }
    }
}
