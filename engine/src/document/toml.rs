//! How does TOML become the same tree?

use std::collections::HashMap;
use std::sync::Arc;

use toml::Spanned as At;
use toml::de::{DeTable, DeValue};

use super::rules;
use super::scalar::{self, NoValue};
use super::tree::{Key, Style, Text, Tree, Value};
use crate::diagnostic::{Diagnostic, Findings};
use crate::source::{Source, Span};

/// The file's tree, if anything could be read, and all that is wrong with it.
pub(super) fn read(source: &Arc<Source>) -> (Option<Tree>, Findings) {
    if let Some(at) = one_too_many(&source.text) {
        return (
            None,
            Findings::from_iter([rules::too_large::values(source, Span::new(at..at + 1))]),
        );
    }
    let (table, errors) = DeTable::parse_recoverable(&source.text);
    let mut reader = Reader { source, findings: Findings::default() };
    let span = Span::new(0..source.text.len());
    let tree = Tree { span, ..reader.table(span, table.get_ref()) };
    let whole = errors.iter().all(|error| error.message() == DUPLICATE);
    let mut keys = HashMap::new();
    if !errors.is_empty() {
        note_keys(&tree, &mut keys);
    }
    for error in errors.iter().take(MANY) {
        let span = Span::new(error.span().unwrap_or_default());
        let finding = if error.message() == DUPLICATE {
            duplicate(source, span, &keys)
        } else {
            Some(rules::syntax::toml(source, span, error.message()))
        };
        reader.findings.extend(finding);
    }
    (whole.then_some(tree), reader.findings)
}

/// Where more values may begin than a file may have: each but the first of a list or map follows one of these signs.
fn one_too_many(text: &str) -> Option<usize> {
    let parting = text.bytes().enumerate().filter(|(_, byte)| b",=[{".contains(byte));
    parting.map(|(at, _)| at).nth(2 * rules::too_large::VALUES)
}

/// What the parser says of a key that stands there twice; it names only the second.
const DUPLICATE: &str = "duplicate key";

/// More errors than these help nobody.
const MANY: usize = 100;

/// A key at `second` that stands there twice. None for the keys of a table that is there twice itself.
fn duplicate(
    source: &Arc<Source>,
    second: Span,
    keys: &HashMap<String, Vec<Span>>,
) -> Option<Diagnostic> {
    let name = source.slice(second).trim_matches(['"', '\'']);
    let before = &source.text[..second.start as usize];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let first = if source.text[line..].starts_with('[') {
        // A table's header: the parser forgets the first one.
        let header = source.text[line..].lines().next().unwrap_or_default();
        let at = source.text.find(header)?;
        let offset = second.start as usize - line;
        Span::new(at + offset..at + offset + second.range().len())
    } else {
        let table = before.rfind("\n[").map_or(0, |end| end + 1);
        let spans = keys.get(name)?;
        let in_table =
            |first: &Span| (table..second.start as usize).contains(&(first.start as usize));
        spans.iter().copied().filter(in_table).max()?
    };
    Some(rules::duplicate_key::found(source, name, first, second))
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    findings: Findings,
}

impl Reader<'_> {
    fn table(&mut self, span: Span, table: &DeTable<'_>) -> Tree {
        let mut entries: Vec<_> = table
            .iter()
            .map(|(key, value)| {
                let name = key.get_ref().to_string();
                (Key { name, span: Span::new(key.span()) }, self.value(value))
            })
            .collect();
        // Tables may be opened in any order; people read from top to bottom.
        entries.sort_by_key(|(key, _)| key.span);
        let end = entries.iter().map(|(_, tree)| tree.span.end).max().unwrap_or(0);
        Tree::new(Value::Map(entries), Span { end: end.max(span.end), ..span })
    }

    fn value(&mut self, value: &At<DeValue<'_>>) -> Tree {
        let span = Span::new(value.span());
        let tree = match value.get_ref() {
            DeValue::String(text) => {
                Value::Text(Text { text: text.to_string(), style: Style::Quoted })
            }
            DeValue::Boolean(value) => Value::Bool(*value),
            DeValue::Integer(integer) => {
                let number = match integer.radix() {
                    10 => scalar::decimal(integer.as_str()),
                    radix => scalar::radix(integer.as_str(), radix)
                        .and_then(|number| number.ok_or(NoValue::TooLarge)),
                };
                self.number(span, number)
            }
            DeValue::Float(float) => {
                let number = float.as_str().parse().ok().and_then(serde_json::Number::from_f64);
                self.number(span, number.ok_or(NoValue::NotFinite))
            }
            DeValue::Datetime(_) => self.number(span, Err(NoValue::Date)),
            DeValue::Array(items) => {
                let items: Vec<_> = items.iter().map(|item| self.value(item)).collect();
                let end = items.last().map_or(0, |item| item.span.end).max(span.end);
                return Tree::new(Value::List(items), Span { end, ..span });
            }
            DeValue::Table(table) => return self.table(span, table),
        };
        Tree::new(tree, span)
    }

    fn number(&mut self, span: Span, number: Result<serde_json::Number, NoValue>) -> Value {
        match number {
            Ok(number) => Value::Number(number),
            Err(reason) => {
                let text = self.source.slice(span);
                self.findings.push(rules::no_value(self.source, span, text, reason));
                Value::Text(Text { text: text.into(), style: Style::Quoted })
            }
        }
    }
}

/// Where each key of `tree` stands.
fn note_keys(tree: &Tree, keys: &mut HashMap<String, Vec<Span>>) {
    match &tree.value {
        Value::List(items) => items.iter().for_each(|item| note_keys(item, keys)),
        Value::Map(entries) => {
            for (key, value) in entries {
                keys.entry(key.name.clone()).or_default().push(key.span);
                note_keys(value, keys);
            }
        }
        _ => {}
    }
}
