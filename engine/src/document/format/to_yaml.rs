//! How is a tree written as YAML?
//!
//! In block style, two blanks a level; short collections without expressions stand on one line where they did so. From
//! YAML, each scalar is written as it stands there.

use super::Syntax;
use super::notes::Notes;
use crate::document::scalar;
use crate::document::tree::{Key, Style, Tree, Value};
use crate::source::{Source, Span};

/// Collections that would go beyond this column stand in block style.
const WIDTH: usize = 100;

pub(super) fn write(source: &Source, from: Syntax, tree: &Tree, notes: Notes) -> String {
    let mut writer = Writer { source, from, notes, text: String::new() };
    match &tree.value {
        Value::Map(entries) => writer.map(entries, 0, false),
        Value::List(items) => writer.list(items, 0),
        _ => writer.text.push_str(&source.text),
    }
    for line in writer.notes.take_end() {
        writer.text.push_str(&line);
        writer.text.push('\n');
    }
    writer.text
}

struct Writer<'a> {
    source: &'a Source,
    from: Syntax,
    notes: Notes,
    text: String,
}

impl Writer<'_> {
    /// Entries a line each; the first one goes on with the line that was begun, if `begun`.
    fn map(&mut self, entries: &[(Key, Tree)], indent: usize, begun: bool) {
        for (at, (key, value)) in entries.iter().enumerate() {
            let place = key.span.range().start;
            if at > 0 || !begun {
                self.before(place, indent);
                self.pad(indent);
            }
            let name = self.key(key);
            self.text.push_str(&name);
            self.text.push(':');
            self.value(value, indent, place);
        }
    }

    fn list(&mut self, items: &[Tree], indent: usize) {
        for item in items {
            let place = item.span.range().start;
            self.before(place, indent);
            self.pad(indent);
            self.text.push('-');
            match &item.value {
                Value::Map(entries)
                    if !entries.is_empty() && self.inline(item, indent).is_none() =>
                {
                    // What is said before the first key is said before the item.
                    self.text.push(' ');
                    self.map(entries, indent + 2, true);
                }
                _ => self.value(item, indent, place),
            }
        }
    }

    /// The value of the key or item at `place`, to the end of its last line.
    fn value(&mut self, tree: &Tree, indent: usize, place: usize) {
        let end = tree.span.range().end;
        if let Some(inline) = self.inline(tree, indent) {
            if !inline.is_empty() {
                self.text.push(' ');
                self.text.push_str(&inline);
            }
            self.behind(place, end);
            return;
        }
        match &tree.value {
            Value::Map(entries) => {
                self.behind(place, place);
                self.map(entries, indent + 2, false);
            }
            Value::List(items) => {
                self.behind(place, place);
                self.list(items, indent + 2);
            }
            _ => {
                let text = self.scalar(tree, indent);
                if !text.is_empty() {
                    self.text.push(' ');
                    self.text.push_str(&text);
                }
                // A comment behind the sign of a text of several lines is part of what is written.
                if text.contains('\n') {
                    self.notes.take_behind(place, place);
                    self.end_line();
                } else {
                    self.behind(place, end);
                }
            }
        }
    }

    /// The collection on one line, if it may stand so.
    fn inline(&self, tree: &Tree, indent: usize) -> Option<String> {
        let span = tree.span.range();
        let is_empty = match &tree.value {
            Value::Map(entries) => entries.is_empty(),
            Value::List(items) => items.is_empty(),
            _ => return None,
        };
        let raw = self.source.slice(tree.span);
        let inside = self.source.text.get(span.start + 1..span.end).unwrap_or_default();
        if is_empty {
            return Some(if matches!(tree.value, Value::List(_)) { "[]" } else { "{}" }.into());
        }
        let was_inline = raw.starts_with(['{', '[']) && !raw.contains('\n');
        if !was_inline
            || inside.contains("${{")
            || self.notes.has_any(span.start + 1, span.end) && inside.contains('#')
        {
            return None;
        }
        let text = self.on_one_line(tree)?;
        (indent + text.len() < WIDTH).then_some(text)
    }

    fn on_one_line(&self, tree: &Tree) -> Option<String> {
        Some(match &tree.value {
            Value::Map(entries) if entries.is_empty() => "{}".into(),
            Value::Map(entries) => {
                let entries: Option<Vec<_>> = entries
                    .iter()
                    .map(|(key, value)| {
                        Some(format!("{}: {}", self.key(key), self.on_one_line(value)?))
                    })
                    .collect();
                format!("{{ {} }}", entries?.join(", "))
            }
            Value::List(items) => {
                let items: Option<Vec<_>> =
                    items.iter().map(|item| self.on_one_line(item)).collect();
                format!("[{}]", items?.join(", "))
            }
            _ => {
                let text = match self.from {
                    Syntax::Yaml => self.source.slice(tree.span).to_owned(),
                    Syntax::Toml => plain_or_quoted(tree, Where::Inline),
                };
                let text = if text.is_empty() { "null".into() } else { text };
                (!text.contains('\n')).then_some(text)?
            }
        })
    }

    fn key(&self, key: &Key) -> String {
        match self.from {
            Syntax::Yaml => self.source.slice(key.span).to_owned(),
            Syntax::Toml => name(&key.name),
        }
    }

    /// A scalar in block style, below a key that stands `indent` deep.
    fn scalar(&self, tree: &Tree, indent: usize) -> String {
        if self.from == Syntax::Toml {
            return from_value(tree, indent);
        }
        let raw = self.source.slice(tree.span);
        match &tree.value {
            Value::Text(text) if text.style == Style::Block => self.block(tree.span, indent),
            Value::Text(text)
                if text.style == Style::Quoted
                    && text.text.contains("${{")
                    && is_plain(&text.text, Where::Block) =>
            {
                text.text.clone()
            }
            _ if raw.contains('\n') => {
                let pad = format!("\n{}", " ".repeat(indent + 2));
                let lines: Vec<&str> = raw.split('\n').map(str::trim).collect();
                // An empty line has no blanks.
                lines
                    .join(&pad)
                    .replace(&format!("{pad}\n"), "\n\n")
                    .replace(&format!("{pad}{pad}"), &format!("\n{pad}"))
            }
            _ => raw.to_owned(),
        }
    }

    /// `|` or `>`, and its lines as deep as they belong here.
    fn block(&self, span: Span, indent: usize) -> String {
        let text = &self.source.text;
        let start = span.range().start;
        // The reader tells where the words are; their sign stands on the line before.
        let before = text[..start].trim_end();
        let head_line = &before[before.rfind('\n').map_or(0, |end| end + 1)..];
        let head = block_head(head_line);
        let depth = start - text[..start].rfind('\n').map_or(0, |end| end + 1);
        let body =
            text[before.len()..span.range().end].split_once('\n').map_or("", |(_, body)| body);
        let belongs = |line: &&str| {
            line.trim().is_empty() || line.len() - line.trim_start_matches(' ').len() >= depth
        };
        let mut written = head.to_owned();
        let mut empty = 0;
        for line in body.lines().take_while(belongs) {
            if line.trim().is_empty() && line.len() <= depth {
                empty += 1;
                continue;
            }
            written.push_str(&"\n".repeat(std::mem::take(&mut empty)));
            written.push('\n');
            written.push_str(&" ".repeat(indent + 2));
            written.push_str(line.get(depth..).unwrap_or_default());
        }
        if head.contains('+') { written + &"\n".repeat(empty) } else { written }
    }

    fn before(&mut self, place: usize, indent: usize) {
        let (apart, lines) = self.notes.take_before(place);
        // TOML sets every table apart; here only what is near the top, and never what comes first below its key.
        let apart =
            apart && !self.text.ends_with(":\n") && (self.from == Syntax::Yaml || indent <= 2);
        if apart && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        for line in lines {
            self.pad(indent);
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Ends the line with what is said behind it.
    fn behind(&mut self, from: usize, to: usize) {
        for (at, (gap, comment)) in self.notes.take_behind(from, to).into_iter().enumerate() {
            // Several comments cannot stand on one line as they did; the others become part of the first.
            self.text.push_str(&" ".repeat(if at == 0 { gap.max(1) } else { 1 }));
            self.text.push_str(&comment);
        }
        self.end_line();
    }

    fn end_line(&mut self) {
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn pad(&mut self, indent: usize) {
        self.text.push_str(&" ".repeat(indent));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Block,
    /// In `{ }` or `[ ]`.
    Inline,
}

/// The sign of a text of several lines at the end of `line`, and what stands behind it.
fn block_head(line: &str) -> &str {
    let is_head = |rest: &str| {
        let rest =
            rest[1..].trim_start_matches(|c: char| matches!(c, '-' | '+') || c.is_ascii_digit());
        rest.trim().is_empty() || rest.trim_start().starts_with('#')
    };
    let signs = line.char_indices().filter(|(_, sign)| matches!(sign, '|' | '>'));
    let mut heads = signs.map(|(at, _)| &line[at..]).filter(|rest| is_head(rest));
    heads.next().unwrap_or("|").trim_end()
}

/// Whether YAML reads `text` without quotes as this text.
fn is_plain(text: &str, place: Where) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let starts = "-?:,[]{}#&*!|>'\"%@` ";
    let flow = [',', '[', ']', '{', '}'];
    let starts_well = !starts.contains(first)
        || (first == '-' && text.chars().nth(1).is_some_and(|next| !next.is_whitespace()));
    starts_well
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && (place == Where::Block || !text.contains(flow))
        && matches!(scalar::plain(text, Style::Plain), Ok(Value::Text(_)))
}

fn name(text: &str) -> String {
    if is_plain(text, Where::Inline) { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn plain_or_quoted(tree: &Tree, place: Where) -> String {
    match tree.text() {
        Some(text) if is_plain(text, place) => text.to_owned(),
        Some(text) => quoted(text),
        None => tree.to_json().to_string(),
    }
}

/// A value of TOML as a scalar in block style.
fn from_value(tree: &Tree, indent: usize) -> String {
    let Some(text) = tree.text().filter(|text| text.contains('\n')) else {
        return plain_or_quoted(tree, Where::Block);
    };
    let body = text.strip_suffix('\n').unwrap_or(text);
    let fits = !body.is_empty()
        && !body.starts_with([' ', '\n', '\t'])
        && !body.ends_with('\n')
        && !text.chars().any(|c| c.is_control() && c != '\n' && c != '\t')
        && body.lines().all(|line| line.trim_end() == line);
    if !fits {
        return quoted(text);
    }
    let head = if text.ends_with('\n') { "|" } else { "|-" };
    let pad = " ".repeat(indent + 2);
    let lines = body
        .split('\n')
        .map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") });
    format!("{head}\n{}", lines.collect::<Vec<_>>().join("\n"))
}
