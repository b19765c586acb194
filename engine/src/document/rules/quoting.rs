//! Which values does YAML cut short because they have no quotes?

use crate::document::tree::{Style, Tree, Value};
use crate::source::{Source, Span};

/// What to do about a broken structure at `span`, where missing quotes explain it.
pub(super) fn help(source: &Source, span: Span) -> Option<String> {
    let start = (span.start as usize).min(source.text.len());
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = source.text[line_start..].lines().next().unwrap_or_default();
    let (key, value) = line.split_once(':')?;
    let value = value.trim();
    let key = key.trim().trim_start_matches("- ");
    let opens_collection = value.starts_with(['{', '[']);
    if opens_collection && value.contains("${{") {
        return Some("quote values with `${{ }}` that stand in `{ }` or `[ ]`".into());
    }
    if value.starts_with(['\'', '"', '[', '{']) && is_bare(key) {
        return Some(format!("quote the whole expression: `{key}: {}`", quoted(value)));
    }
    if !opens_collection && value.contains(": ") {
        return Some(format!("quote the whole value: `{key}: {}`", quoted(value)));
    }
    None
}

/// What to do about a text that is no expression, where YAML has cut it short.
pub(super) fn cut(source: &Source, tree: &Tree) -> Option<String> {
    let Value::Text(text) = &tree.value else {
        return None;
    };
    if is_balanced(&text.text) {
        return None;
    }
    let rest = source.text.get(tree.span.end as usize..)?.lines().next()?;
    match text.style {
        Style::Plain | Style::PlainInFlow if rest.trim_start().starts_with('#') => {
            Some("quote the whole value: YAML ends one without quotes at ` #`".into())
        }
        Style::PlainInFlow => Some(
            "quote the whole value: in `{ }` and `[ ]` YAML ends it at `,` and brackets".into(),
        ),
        _ => None,
    }
}

/// Keys that hold an expression.
fn is_bare(key: &str) -> bool {
    matches!(key, "when" | "map" | "key" | "until" | "best")
}

/// The value in quotes that do not end inside it.
fn quoted(value: &str) -> String {
    if value.contains('"') {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}

/// Whether every quote and bracket of an expression is closed: then YAML has cut nothing off.
fn is_balanced(text: &str) -> bool {
    let (mut open, mut quote) = (0_i64, None);
    for sign in text.chars() {
        match (quote, sign) {
            (Some(quoted), _) => quote = Some(quoted).filter(|quoted| *quoted != sign),
            (None, '\'' | '"') => quote = Some(sign),
            (None, '(' | '[' | '{') => open += 1,
            (None, ')' | ']' | '}') => open -= 1,
            _ => {}
        }
    }
    open == 0 && quote.is_none()
}
