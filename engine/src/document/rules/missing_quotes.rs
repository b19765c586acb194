//! Values that YAML cuts short, or takes for something else, because they have no quotes.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Findings, Rule};
use crate::document::tree::{Style, Tree, Value};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "missing-quotes",
    explanation: "\
In block style a value needs no quotes, except where YAML would read another one, or end it early:

- it holds `: ` or ` #`;
- it stands in `{ }` or `[ ]` and holds `${{ }}`, a comma or a bracket;
- it is an expression that begins with a quote or a bracket.

Quote the whole value then.

```yaml
when: 'live' == run.mode          # YAML ends the value at the second quote
when: \"'live' == run.mode\"
with: { clips: ${{ shots.clip }} }  # `{` begins a map in here
with: { clips: \"${{ shots.clip }}\" }
```
",
};

/// What broke the structure at `span`, where missing quotes explain it.
pub(super) fn structure(
    source: &Arc<Source>,
    span: Span,
    message: impl Into<String>,
) -> Option<Diagnostic> {
    let start = (span.start as usize).min(source.text.len());
    let line_start = source.text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = source.text[line_start..].lines().next().unwrap_or_default();
    let (before, rest) = line.split_once(':')?;
    let value = without_comment(rest.trim());
    let at = line_start + before.len() + 1 + (rest.len() - rest.trim_start().len());
    let place = Span::new(at..at + value.len());
    let key = before.trim().trim_start_matches("- ");
    let found = |help: String, text: String| {
        let finding = Diagnostic::error(&RULE, source, span, message);
        Some(finding.help(help).fix(place, text))
    };
    let opens_collection = value.starts_with(['{', '[']);
    if opens_collection && value.contains("${{") {
        let help = "quote values with `${{ }}` that stand in `{ }` or `[ ]`";
        return found(help.into(), quoted_inside(value));
    }
    if value.starts_with(['\'', '"', '[', '{']) && is_bare(key) {
        let text = quoted(value);
        return found(format!("quote the whole expression: `{key}: {text}`"), text);
    }
    if !opens_collection && value.contains(": ") {
        let text = quoted(value);
        return found(format!("quote the whole value: `{key}: {text}`"), text);
    }
    None
}

/// The text at `span` in `tree` is no expression because YAML has cut it short.
pub(super) fn cut(
    source: &Arc<Source>,
    tree: &Tree,
    span: Span,
    message: &str,
) -> Option<Diagnostic> {
    let Value::Text(text) = &tree.value else {
        return None;
    };
    if is_balanced(&text.text) {
        return None;
    }
    let rest = source.text.get(tree.span.end as usize..)?.lines().next()?;
    let help = match text.style {
        Style::Plain | Style::PlainInFlow if rest.trim_start().starts_with('#') => {
            "quote the whole value: YAML ends one without quotes at ` #`"
        }
        Style::PlainInFlow => {
            "quote the whole value: in `{ }` and `[ ]` YAML ends it at `,` and brackets"
        }
        _ => return None,
    };
    let finding = Diagnostic::error(&RULE, source, span, message).help(help);
    Some(match whole(source, tree.span, text.style) {
        Some(place) => finding.fix(place, quoted(source.slice(place))),
        None => finding,
    })
}

/// `key` takes an expression, and `tree` is a collection: one that begins like it, more likely than not.
pub(in crate::document) fn collection(
    source: &Arc<Source>,
    tree: &Tree,
    key: &str,
) -> Option<Diagnostic> {
    let raw = source.slice(tree.span);
    if !raw.starts_with(['[', '{']) || raw.contains('\n') {
        return None;
    }
    let text = quoted(raw);
    let message = format!("`{key}` takes an expression, not {}", tree.what());
    let help = format!("quote the whole expression: `{text}`");
    Some(finding(&RULE, source, tree, message).help(help).fix(tree.span, text))
}

/// Takes out what only follows from a value that was cut: its rest, read as something else.
pub(in crate::document) fn without_echoes(findings: &mut Findings) {
    let cut: Vec<Span> = findings
        .iter()
        .filter(|finding| finding.rule == &RULE)
        .filter_map(|finding| finding.fix.as_ref().map(|fix| fix.span))
        .collect();
    findings.retain(|finding| {
        let at = finding.at.span.start;
        finding.rule == &RULE || !cut.iter().any(|cut| (cut.start..cut.end).contains(&at))
    });
}

/// The value that starts like the one at `span`, up to where its brackets and quotes are closed.
fn whole(source: &Source, span: Span, style: Style) -> Option<Span> {
    let line = source.text.get(span.range().start..)?.lines().next()?;
    let ends = |rest: &str| match style {
        Style::PlainInFlow => rest.trim_start().starts_with([',', ']', '}']) || rest.is_empty(),
        _ => rest.trim().is_empty() || rest.starts_with(" #"),
    };
    let least = span.range().len();
    let mut offsets = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    let end = offsets.find(|at| *at > least && is_balanced(&line[..*at]) && ends(&line[*at..]))?;
    let length = line[..end].trim_end().len();
    Some(Span::new(span.range().start..span.range().start + length))
}

/// Keys that hold an expression.
fn is_bare(key: &str) -> bool {
    matches!(key, "when" | "map" | "key" | "until" | "best")
}

/// The value without a comment behind it.
fn without_comment(value: &str) -> &str {
    let comment = value.match_indices(" #").find(|(at, _)| is_balanced(&value[..*at]));
    comment.map_or(value, |(at, _)| value[..at].trim_end())
}

/// The value in quotes that do not end inside it.
fn quoted(value: &str) -> String {
    if value.contains(['"', '\\']) {
        format!("'{}'", value.replace('\'', "''"))
    } else {
        format!("\"{value}\"")
    }
}

/// The collection with quotes around the values in it that hold an expression.
fn quoted_inside(value: &str) -> String {
    let mut text = String::new();
    let (mut copied, mut start, mut at) = (0, 0, 0);
    while let Some(sign) = value[at..].chars().next() {
        let begins = value[start..at].trim().is_empty();
        if value[at..].starts_with("${{") {
            let end = at + expression_length(&value[at..]);
            let end = value[end..].find([',', ']', '}']).map_or(value.len(), |rest| end + rest);
            let scalar = value[start..end].trim();
            let from = end - value[start..end].trim_start().len();
            text.push_str(&value[copied..from]);
            text.push_str(&quoted(scalar));
            copied = from + scalar.len();
            (start, at) = (end, end);
        } else if matches!(sign, '"' | '\'') && begins {
            at += value[at + 1..].find(sign).map_or(1, |length| length + 2);
        } else {
            at += sign.len_utf8();
            if matches!(sign, ',' | '[' | '{') || (sign == ':' && value[at..].starts_with(' ')) {
                start = at;
            }
        }
    }
    text + &value[copied..]
}

/// The bytes of the `${{ }}` that `text` starts with; all of them, where it is not closed.
fn expression_length(text: &str) -> usize {
    let mut quote = None;
    for (at, sign) in text.char_indices() {
        match (quote, sign) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != sign),
            (None, '\'' | '"') => quote = Some(sign),
            (None, '}') if text[at..].starts_with("}}") => return at + 2,
            _ => {}
        }
    }
    text.len()
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
