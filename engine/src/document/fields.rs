//! How is one map of a file read key by key, so that nothing of it is overlooked?

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::rules;
use super::syntax::{Entry, ValueBlock};
use super::text;
use super::tree::{Key, Tree, Value};
use crate::diagnostic::{Diagnostic, Findings, nearest};
use crate::expression::{Expression, Fault, Template, is_word};
use crate::name::{NodeName, RESERVED};
use crate::source::{Source, Span, Spanned};
use crate::time::parse_duration;

/// Collects findings while the tree of one file is read.
pub(super) struct Reader<'a> {
    pub source: &'a Arc<Source>,
    pub findings: Findings,
}

/// The entries of a map that nobody has asked for yet.
pub(super) struct Fields<'t> {
    pub span: Span,
    entries: Vec<(&'t Key, &'t Tree)>,
    /// Keys without a value, which is told: nothing follows from what they do not say.
    empty: Vec<&'t str>,
}

/// A key that stands there, and its value.
pub(super) type Field<'t> = (&'t Key, &'t Tree);

impl<'t> Fields<'t> {
    /// The entry of `name`, if the map has it.
    pub(super) fn take(&mut self, name: &str) -> Option<Field<'t>> {
        let at = self.entries.iter().position(|(key, _)| key.name == name)?;
        Some(self.entries.remove(at))
    }

    pub(super) fn key(&self, name: &str) -> Option<&'t Key> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(key, _)| *key)
    }

    pub(super) fn value(&self, name: &str) -> Option<&'t Tree> {
        self.entries.iter().find(|(key, _)| key.name == name).map(|(_, value)| *value)
    }

    /// Whether `name` stands there, with a value or without.
    pub(super) fn names(&self, name: &str) -> bool {
        self.key(name).is_some() || self.empty.contains(&name)
    }

    /// All entries left, in the file's order.
    pub(super) fn rest(&mut self) -> Vec<Field<'t>> {
        std::mem::take(&mut self.entries)
    }
}

impl Reader<'_> {
    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// The entries of `tree`, the value of `key`; keys without a value are told and left out.
    pub(super) fn fields<'t>(&mut self, tree: &'t Tree, key: &str) -> Option<Fields<'t>> {
        let entries = self.map(tree, key, "a map")?;
        let mut kept = Vec::with_capacity(entries.len());
        let mut empty = Vec::new();
        for (key, value) in entries {
            match value.value {
                Value::Null if key.name.starts_with("x-") => {}
                Value::Null => {
                    self.no_value(key, value);
                    empty.push(key.name.as_str());
                }
                _ => kept.push((key, value)),
            }
        }
        Some(Fields { span: tree.place(), entries: kept, empty })
    }

    /// Tells that `key` has no value, unless it has one that is told of already: an alias that leads nowhere.
    pub(super) fn no_value(&mut self, key: &Key, value: &Tree) {
        if !self.is_lost(value) {
            self.report(rules::null_value::found(self.source, key));
        }
    }

    /// Whether an alias that leads nowhere stands for `value`.
    pub(super) fn is_lost(&self, value: &Tree) -> bool {
        value.value == Value::Null && self.source.slice(value.span).starts_with('*')
    }

    /// The entries of `tree`, in which a null may stand.
    pub(super) fn map<'t>(
        &mut self,
        tree: &'t Tree,
        key: &str,
        expected: &str,
    ) -> Option<&'t [(Key, Tree)]> {
        match &tree.value {
            Value::Map(entries) => Some(entries),
            _ => self.wrong(tree, key, expected),
        }
    }

    /// Tells what nobody has asked for; `what` (`a node`) has the `known` keys.
    pub(super) fn finish(&mut self, mut fields: Fields<'_>, what: &str, known: &[&str]) {
        for (key, _) in fields.rest() {
            if !key.name.starts_with("x-") {
                self.report(rules::unknown_key::found(self.source, key, what, known));
            }
        }
    }

    pub(super) fn wrong<T>(&mut self, tree: &Tree, key: &str, expected: &str) -> Option<T> {
        self.report(rules::wrong_type::found(self.source, tree, key, expected));
        None
    }

    /// Tells that `tree`, the value of `key`, is not text.
    pub(super) fn no_text<T>(&mut self, tree: &Tree, key: &str) -> Option<T> {
        match rules::unquoted_text::found(self.source, tree, key) {
            Some(finding) => self.report(finding),
            None => return self.wrong(tree, key, "text"),
        }
        None
    }

    pub(super) fn bad<T>(&mut self, tree: &Tree, message: String, help: &str) -> Option<T> {
        self.report(rules::bad_value::found(self.source, tree, message, help));
        None
    }

    /// A text that is no expression.
    pub(super) fn literal<'t>(&mut self, (key, tree): Field<'t>) -> Option<&'t str> {
        let Some(text) = tree.text() else {
            return self.no_text(tree, &key.name);
        };
        if text.contains("${{") {
            self.report(rules::literal_only::found(self.source, tree, &key.name));
            return None;
        }
        Some(text)
    }

    /// A text read as `T`; `help` shows what it may be.
    pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(
        &mut self,
        field: Field<'_>,
        help: &str,
    ) -> Option<T> {
        let text = self.literal(field)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(error) => self.bad(field.1, error.to_string(), help),
        }
    }

    pub(super) fn duration(&mut self, field: Field<'_>) -> Option<Duration> {
        if let Value::Number(number) = &field.1.value {
            let message = format!("`{number}` has no unit");
            return self.bad(field.1, message, &format!("write `{number}s` for seconds"));
        }
        let text = self.literal(field)?;
        match parse_duration(text) {
            Ok(duration) => Some(duration),
            Err(error) => {
                self.bad(field.1, format!("`{text}` is not a duration"), &error.to_string())
            }
        }
    }

    /// A count from 1 up to `most`.
    pub(super) fn count(&mut self, (key, tree): Field<'_>, most: u32) -> Option<u32> {
        let Value::Number(number) = &tree.value else {
            if tree.text().is_some_and(|text| text.contains("${{")) {
                self.report(rules::literal_only::found(self.source, tree, &key.name));
                return None;
            }
            self.report(rules::wrong_type::no_count(self.source, tree, &key.name));
            return None;
        };
        let count = number.as_u64().and_then(|count| u32::try_from(count).ok());
        match count {
            Some(count) if (1..=most).contains(&count) => Some(count),
            _ => self.bad(
                tree,
                format!("`{}` cannot be `{number}`", key.name),
                &format!("write a whole number from 1 to {most}"),
            ),
        }
    }

    /// One of `words`.
    pub(super) fn word<T: Copy>(&mut self, field: Field<'_>, words: &[(&str, T)]) -> Option<T> {
        if field.1.text().is_none() {
            return self.wrong(field.1, &field.0.name, "a word");
        }
        let text = self.literal(field)?;
        if let Some((_, meaning)) = words.iter().find(|(word, _)| *word == text) {
            return Some(*meaning);
        }
        let list: Vec<_> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let message = format!("`{}` cannot be `{text}`", field.0.name);
        let help = format!("write one of {}", list.join(", "));
        let finding = rules::bad_value::found(self.source, field.1, message, help);
        let near = nearest(text, words.iter().map(|(word, _)| *word));
        self.report(match near.filter(|_| field.1.via.is_none()) {
            Some(near) => finding.write(near),
            None => finding,
        });
        None
    }

    /// A name that expressions may read.
    pub(super) fn name(&mut self, text: &str, span: Span) -> Option<Spanned<NodeName>> {
        let Ok(name) = text.parse::<NodeName>() else {
            self.report(rules::bad_name::found(self.source, text, span));
            return None;
        };
        if RESERVED.contains(&text) || is_word(text) {
            self.report(rules::reserved_name::found(self.source, text, span));
            return None;
        }
        Some(Spanned::new(name, span))
    }

    /// An expression that stands without `${{ }}`.
    pub(super) fn bare(&mut self, (key, tree): Field<'_>) -> Option<Expression> {
        let text = match &tree.value {
            Value::Text(text) => text.text.as_str(),
            // `when: true`, `map: 3`: written as an expression would write them.
            Value::Bool(_) | Value::Number(_) => self.source.slice(tree.span),
            _ => {
                let unquoted = rules::missing_quotes::collection(self.source, tree, &key.name);
                self.report(unquoted.unwrap_or_else(|| {
                    rules::wrong_type::found(self.source, tree, &key.name, "an expression")
                }));
                return None;
            }
        };
        if let Some(inner) =
            text.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"))
        {
            let inner = inner.trim();
            self.report(rules::wrapped_expression::found(self.source, tree, &key.name, inner));
            // It goes on as it is mended, so that nothing follows from the finding.
            return text::expression(self.source, tree, inner).ok();
        }
        match text::expression(self.source, tree, text) {
            Ok(expression) => Some(expression),
            Err(fault) => self.fault(tree, &fault),
        }
    }

    fn fault<T>(&mut self, tree: &Tree, fault: &Fault) -> Option<T> {
        self.report(rules::expression_syntax::found(self.source, tree, fault.span, fault));
        None
    }

    /// A value in which `${{ }}` may stand.
    pub(super) fn value(&mut self, tree: &Tree) -> ValueBlock {
        ValueBlock { template: self.template(tree), tree: tree.clone() }
    }

    /// None where an expression inside is broken, which is told.
    fn template(&mut self, tree: &Tree) -> Option<Template> {
        match &tree.value {
            Value::Text(written) => match text::template(self.source, tree, &written.text) {
                Ok(template) => Some(template),
                Err(faults) => {
                    for fault in faults {
                        let _: Option<()> = self.fault(tree, &fault);
                    }
                    None
                }
            },
            Value::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.template(item)).collect();
                let items = items.into_iter().collect::<Option<Vec<_>>>()?;
                let literal = items.iter().map(literal).collect::<Option<Vec<_>>>();
                Some(literal.map_or(Template::List(items), |items| Template::Literal(items.into())))
            }
            Value::Map(entries) => {
                let values: Vec<_> = entries
                    .iter()
                    .map(|(key, value)| Some((key.name.clone(), self.template(value)?)))
                    .collect();
                let values = values.into_iter().collect::<Option<Vec<_>>>()?;
                let literal = values
                    .iter()
                    .map(|(key, value)| Some((key.clone(), literal(value)?)))
                    .collect::<Option<serde_json::Map<_, _>>>();
                Some(literal.map_or(Template::Object(values), |map| Template::Literal(map.into())))
            }
            _ => Some(Template::Literal(tree.to_json())),
        }
    }
}

/// The value, if no expression stands in it.
fn literal(template: &Template) -> Option<serde_json::Value> {
    match template {
        Template::Literal(json) => Some(json.clone()),
        _ => None,
    }
}

/// The value of a field with the places of both.
pub(super) fn entry<T>((key, tree): Field<'_>, value: T) -> Entry<T> {
    Entry { key: key.span, span: tree.place(), value }
}
