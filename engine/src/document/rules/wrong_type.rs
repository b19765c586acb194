//! A value of another type than its key takes.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::format::Syntax;
use crate::document::tree::{Tree, Value};
use crate::schema::TYPES;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "wrong-type",
    explanation: "\
Each key of the language takes one type of value. Nothing is converted: `limit: \"4\"` is text, not a number.
",
};

/// The whole file is `tree`, which is no map.
pub(in crate::document) fn no_pipeline(source: &Arc<Source>, tree: &Tree) -> Diagnostic {
    finding(&RULE, source, tree, format!("a pipeline is a map of keys, not {}", tree.what()))
        .help("begin the file with `flow: 1`")
}

/// `tree`, the value of `key`, is not a list; a text is likely its only item.
pub(in crate::document) fn no_list(source: &Arc<Source>, tree: &Tree, key: &str) -> Diagnostic {
    let finding = found(source, tree, key, "a list of nodes: `[look]`");
    let written = source.slice(tree.span);
    match tree.text() {
        Some(text) if text.split([',', ' ']).count() == 1 => {
            let text = format!("[{written}]");
            finding.help(format!("write `{text}`")).fix(tree.span, text)
        }
        _ => finding,
    }
}

/// `tree`, the value of the input `name`, is no schema; a word may be its type.
pub(in crate::document) fn no_schema(source: &Arc<Source>, tree: &Tree, name: &str) -> Diagnostic {
    let finding = found(source, tree, name, "a JSON Schema, such as `{ type: string }`");
    let Some(word) = tree.text().filter(|word| TYPES.contains(word)) else { return finding };
    let sign = if Syntax::of(source) == Syntax::Toml { " = " } else { ": " };
    let quote = if Syntax::of(source) == Syntax::Toml { "\"" } else { "" };
    let text = format!("{{ type{sign}{quote}{word}{quote} }}");
    finding.help(format!("write `{text}`")).fix(tree.span, text)
}

/// `tree`, the value of `key`, is not a number; a text may be one in quotes.
pub(in crate::document) fn no_count(source: &Arc<Source>, tree: &Tree, key: &str) -> Diagnostic {
    let finding = found(source, tree, key, "a whole number");
    match tree.text().filter(|text| text.parse::<u32>().is_ok()) {
        Some(text) => finding.help(format!("write `{text}`")).fix(tree.span, text),
        None => finding,
    }
}

/// `tree`, the value of `key`, is not `expected` (`a list of names`).
pub(in crate::document) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    key: &str,
    expected: &str,
) -> Diagnostic {
    let message = format!("`{key}` takes {expected}, not {}", tree.what());
    let finding = finding(&RULE, source, tree, message);
    match meant(source, tree, key) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// How to write what `tree`, the value of `key`, is likely to mean.
fn meant(source: &Source, tree: &Tree, key: &str) -> Option<String> {
    Some(match (key, &tree.value) {
        ("retry", Value::Number(attempts)) => format!("write `retry: {{ attempts: {attempts} }}`"),
        ("repeat", Value::Number(max)) => {
            format!("write `repeat: {{ max: {max}, until: … }}`, with the condition that ends it")
        }
        ("approve", Value::Text(_) | Value::Bool(_)) => {
            "write what is asked: `approve: { ask: Go on? }`".into()
        }
        ("doubt", Value::Text(word)) => format!("write `{{ then: {} }}`", word.text),
        ("pools", Value::List(_)) => "write how many may go at once: `gpu: 4`".into(),
        ("providers", Value::Text(name)) => {
            format!("write for what: `{{ image: {} }}`", name.text)
        }
        ("cache", Value::Bool(_)) => "write `auto`, `off`, or `{ ttl: 30d }`".into(),
        ("fallback", Value::Text(text)) => {
            let kind = if text.text.contains('/') { "use" } else { "provider" };
            format!("write `[{{ {kind}: {} }}]`", text.text)
        }
        ("nodes", Value::List(_)) => "write each node under its name: `draft: { use: … }`".into(),
        ("with", Value::List(_) | Value::Text(_)) => {
            "write each value under its port: `with: { prompt: … }`".into()
        }
        ("inputs", Value::List(_)) => {
            "write each input under its name: `topic: { type: string }`".into()
        }
        ("outputs", Value::Text(_) | Value::List(_)) => {
            "give each value a name: `outputs: { film: \"${{ film.video }}\" }`".into()
        }
        (_, Value::List(_)) if source.slice(tree.span).starts_with("[[") => {
            format!("write `{}`", header(source.slice(tree.span))?)
        }
        _ => return None,
    })
}

/// The header of a list of tables in TOML as that of one table.
fn header(written: &str) -> Option<&str> {
    let end = written.find("]]")?;
    written.get(1..=end)
}
