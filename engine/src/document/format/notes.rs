//! Which comments does a file hold, and to which key does each belong?

use std::collections::{BTreeMap, BTreeSet};

use granit_parser::{Event, Parser};

use super::Syntax;
use crate::document::tree::{Tree, Value};
use crate::source::Source;

/// A comment, from its `#` to the end of its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    pub at: usize,
    pub text: String,
    /// Nothing but blanks stands before it.
    pub alone: bool,
    /// The blanks between it and what it follows.
    pub gap: usize,
}

/// Comments by where the keys and items start that they belong to.
#[derive(Default)]
pub(super) struct Notes {
    /// On lines of their own, before it.
    before: BTreeMap<usize, Vec<String>>,
    /// Behind it, on its line.
    behind: BTreeMap<usize, Vec<(usize, String)>>,
    /// After everything.
    end: Vec<String>,
    /// Keys with an empty line before them, or before their comments.
    apart: BTreeSet<usize>,
}

/// The comments of a file, in its order.
pub(super) fn comments(source: &Source, syntax: Syntax) -> Vec<Comment> {
    let text = &source.text;
    let starts = match syntax {
        Syntax::Yaml => in_yaml(text),
        Syntax::Toml => in_toml(text),
    };
    let comment = |at: usize| {
        let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let before = &text[line_start..at];
        let line = text[at..].lines().next().unwrap_or_default();
        Comment {
            at,
            text: line.trim_end().to_owned(),
            alone: before.trim().is_empty(),
            gap: before.len() - before.trim_end().len(),
        }
    };
    starts.into_iter().map(comment).collect()
}

fn in_yaml(text: &str) -> Vec<usize> {
    let options = granit_parser::options! { emit_comments: true };
    let events = Parser::new_from_str_with_options(text, options).map_while(Result::ok);
    let comments = events.filter(|(event, _)| matches!(event, Event::Comment(..)));
    let mut starts: Vec<usize> =
        comments.filter_map(|(_, span)| span.byte_range().map(|range| range.start)).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Each `#` outside of texts.
fn in_toml(text: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while let Some(sign) = text[at..].chars().next() {
        let rest = &text[at..];
        match sign {
            '#' => {
                starts.push(at);
                at += rest.find('\n').unwrap_or(rest.len());
            }
            '"' | '\'' => at += quoted_length(rest, sign),
            _ => at += sign.len_utf8(),
        }
    }
    starts
}

/// The bytes of the text that `rest` starts with.
fn quoted_length(rest: &str, quote: char) -> usize {
    let long: String = [quote; 3].iter().collect();
    let mark = if rest.starts_with(&long) { long.as_str() } else { &rest[..1] };
    let mut at = mark.len();
    while at < rest.len() {
        if rest[at..].starts_with(mark) {
            return at + mark.len();
        }
        let escaped = quote == '"' && rest[at..].starts_with('\\');
        let signs = if escaped { 2 } else { 1 };
        at += rest[at..].chars().take(signs).map(char::len_utf8).sum::<usize>();
    }
    rest.len()
}

impl Notes {
    pub(super) fn of(source: &Source, tree: &Tree, comments: &[Comment]) -> Self {
        let mut places = Vec::new();
        collect(tree, &mut places);
        places.sort_unstable();
        places.dedup();
        let mut notes = Self::default();
        for comment in comments {
            if comment.alone {
                match places.iter().find(|place| **place > comment.at) {
                    Some(place) => {
                        notes.before.entry(*place).or_default().push(comment.text.clone());
                    }
                    None => notes.end.push(comment.text.clone()),
                }
            } else {
                let place = places.iter().rev().find(|place| **place < comment.at);
                let place = place.copied().unwrap_or_default();
                let behind = notes.behind.entry(place).or_default();
                behind.push((comment.gap, comment.text.clone()));
            }
        }
        for place in places {
            if is_apart(&source.text, place) {
                notes.apart.insert(place);
            }
        }
        notes
    }

    /// The lines before what starts at `place`; and whether an empty one comes first.
    pub(super) fn take_before(&mut self, place: usize) -> (bool, Vec<String>) {
        (self.apart.remove(&place), self.before.remove(&place).unwrap_or_default())
    }

    /// What is said behind anything from `from` up to `to`, that which stands before such a thing on a line of its own
    /// not included.
    pub(super) fn take_behind(&mut self, from: usize, to: usize) -> Vec<(usize, String)> {
        let keys: Vec<usize> =
            self.behind.range(from..to.max(from + 1)).map(|(key, _)| *key).collect();
        keys.into_iter().flat_map(|key| self.behind.remove(&key).unwrap_or_default()).collect()
    }

    /// Every comment about anything from `from` up to `to`.
    pub(super) fn take_all(&mut self, from: usize, to: usize) -> Vec<String> {
        let keys: Vec<usize> = self.before.range(from..to).map(|(key, _)| *key).collect();
        let before: Vec<String> =
            keys.into_iter().flat_map(|key| self.before.remove(&key).unwrap_or_default()).collect();
        let behind = self.take_behind(from, to).into_iter().map(|(_, text)| text);
        before.into_iter().chain(behind).collect()
    }

    /// Whether a comment stands inside of what lies from `from` up to `to`.
    pub(super) fn has_any(&self, from: usize, to: usize) -> bool {
        from < to
            && (self.before.range(from..to).next().is_some()
                || self.behind.range(from..to).next().is_some())
    }

    pub(super) fn take_end(&mut self) -> Vec<String> {
        std::mem::take(&mut self.end)
    }
}

/// Where keys and items start.
fn collect(tree: &Tree, places: &mut Vec<usize>) {
    match &tree.value {
        Value::List(items) => {
            for item in items {
                places.push(item.span.range().start);
                collect(item, places);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                places.push(key.span.range().start);
                collect(value, places);
            }
        }
        _ => {}
    }
}

/// Whether an empty line comes before the line of `place`, comments between them aside.
fn is_apart(text: &str, place: usize) -> bool {
    let line_start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    let lead = text[line_start..place].trim_start_matches([' ', '\t', '-', '[']);
    if !lead.trim().is_empty() && !text[line_start..].starts_with('[') {
        return false;
    }
    let mut before = text[..line_start].lines().rev();
    before
        .find(|line| !line.trim_start().starts_with('#'))
        .is_some_and(|line| line.trim().is_empty())
}
