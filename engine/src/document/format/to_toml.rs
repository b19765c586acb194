//! How is a tree written as TOML?
//!
//! Keys with plain values first, then tables: a section each for inputs, nodes, and the maps in them whose order or size
//! matters; all else in one line. What a null leaves out in `with` is left out.

use super::FormatError;
use super::notes::Notes;
use crate::document::tree::{Key, Tree, Value};

pub(super) fn write(tree: &Tree, notes: Notes) -> Result<String, FormatError> {
    let mut writer = Writer { notes, text: String::new() };
    let Value::Map(entries) = &tree.value else { return Err(FormatError::Loss) };
    writer.table(entries, &mut Vec::new(), Table::Pipeline)?;
    for line in writer.notes.take_end() {
        writer.text.push_str(&format!("{line}\n"));
    }
    Ok(writer.text)
}

struct Writer {
    notes: Notes,
    text: String,
}

/// What a table's entries are, and so which of them are tables of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Pipeline,
    /// Inputs or nodes by name.
    Names(&'static Table),
    Node,
    /// Each value in one line.
    Values,
}

impl Table {
    /// What the map under `key` is; none where it stands in one line.
    fn inside(self, key: &str) -> Option<Self> {
        match (self, key) {
            (Self::Pipeline, "inputs") => Some(Self::Names(&Self::Values)),
            (Self::Pipeline | Self::Node, "nodes") => Some(Self::Names(&Self::Node)),
            (Self::Pipeline, "providers" | "pools" | "budget" | "doubt" | "outputs") => {
                Some(Self::Values)
            }
            (Self::Node, "with" | "outputs" | "carry" | "approve" | "repeat") => Some(Self::Values),
            (Self::Names(inside), _) => Some(*inside),
            _ => None,
        }
    }
}

impl Writer {
    fn table(
        &mut self,
        entries: &[(Key, Tree)],
        path: &mut Vec<String>,
        of: Table,
    ) -> Result<(), FormatError> {
        let section = |key: &Key, value: &Tree| match &value.value {
            Value::Map(inner) if !inner.is_empty() => of.inside(&key.name),
            _ => None,
        };
        for (key, value) in entries {
            if section(key, value).is_none() {
                self.line(key, value, path)?;
            }
        }
        for (key, value) in entries {
            let (Some(inside), Value::Map(inner)) = (section(key, value), &value.value) else {
                continue;
            };
            path.push(name(&key.name));
            // A table of tables needs no header of its own, unless something is said of it.
            let place = key.span.range().start;
            let is_bare = matches!(inside, Table::Names(_))
                && inner.iter().all(
                    |(_, value)| matches!(&value.value, Value::Map(inner) if !inner.is_empty()),
                );
            let has_words = self.notes.has_any(place, place + 1);
            if !is_bare || has_words {
                self.header(place, path);
            }
            self.table(inner, path, inside)?;
            path.pop();
        }
        Ok(())
    }

    fn header(&mut self, place: usize, path: &[String]) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
        let (_, lines) = self.notes.take_before(place);
        for line in lines {
            self.text.push_str(&format!("{line}\n"));
        }
        self.text.push_str(&format!("[{}]", path.join(".")));
        self.end(place, place);
    }

    fn line(&mut self, key: &Key, value: &Tree, path: &[String]) -> Result<(), FormatError> {
        let place = key.span.range().start;
        let end = value.span.range().end;
        let (_, lines) = self.notes.take_before(place);
        // One line holds no comments inside: they go before it.
        let inside = self.notes.take_all(place + 1, end);
        for line in lines.into_iter().chain(inside) {
            self.text.push_str(&format!("{line}\n"));
        }
        let full = || path.iter().cloned().chain([key.name.clone()]).collect::<Vec<_>>().join(".");
        if value.value == Value::Null && path.last().is_some_and(|name| name == "with") {
            // Left out, as null says; what is said of it stays.
            for (_, comment) in self.notes.take_behind(place, place) {
                self.text.push_str(&format!("{comment}\n"));
            }
            return Ok(());
        }
        let written = written(value).ok_or_else(|| FormatError::Null { path: full() })?;
        self.text.push_str(&format!("{} = {written}", name(&key.name)));
        self.end(place, place);
        Ok(())
    }

    /// Ends the line with what is said behind it.
    fn end(&mut self, from: usize, to: usize) {
        for (_, comment) in self.notes.take_behind(from, to) {
            self.text.push_str(&format!(" {comment}"));
        }
        self.text.push('\n');
    }
}

/// A value in one line, but for texts of several; none where it holds null.
fn written(tree: &Tree) -> Option<String> {
    Some(match &tree.value {
        Value::Null => return None,
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::Text(text) => quoted(&text.text),
        Value::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(written).collect();
            format!("[{}]", items?.join(", "))
        }
        Value::Map(entries) if entries.is_empty() => "{}".into(),
        Value::Map(entries) => {
            let entries: Option<Vec<_>> = entries
                .iter()
                .map(|(key, value)| Some(format!("{} = {}", name(&key.name), written(value)?)))
                .collect();
            format!("{{ {} }}", entries?.join(", "))
        }
    })
}

fn name(text: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !text.is_empty() && text.chars().all(is_bare) { text.to_owned() } else { basic(text) }
}

/// A text as it reads best.
fn quoted(text: &str) -> String {
    let is_odd = |c: char| c.is_control() && c != '\n';
    let has_odd = text.chars().any(is_odd);
    if text.contains('\n') && !has_odd && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''\n{text}'''");
    }
    if !text.contains('\n') && !has_odd && text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    basic(text)
}

fn basic(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}
