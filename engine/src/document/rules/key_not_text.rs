//! Keys are text.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::{Tree, Value};
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "key-not-text",
    explanation: "\
The key of a map is text, as in JSON and TOML. Quote a key that YAML would read as a number, a boolean or nothing.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, key: &Tree) -> Diagnostic {
    let word = source.slice(key.span);
    let finding = finding(&RULE, source, key, format!("a key is text, not {}", key.what()));
    match key.value {
        Value::Bool(_) | Value::Number(_) | Value::Null if !word.is_empty() => {
            finding.help(format!("write `\"{word}\"`")).fix(key.span, format!("\"{word}\""))
        }
        _ => finding.help("give the key a name"),
    }
}
