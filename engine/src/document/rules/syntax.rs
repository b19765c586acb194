//! The file is not YAML, or not TOML.

use std::sync::Arc;

use granit_parser::{ErrorKind, ScanError};

use super::{missing_quotes, tab, too_deep};
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "syntax",
    explanation: "\
A pipeline file is YAML 1.2 or TOML, told apart by its ending (`.yaml`, `.yml`, `.toml`).

Where the structure is broken nothing else of the file can be checked, so this finding stands alone.
Often a value needs quotes, which `missing-quotes` tells where it can.
",
};

/// What the YAML parser stumbled over.
pub(in crate::document) fn yaml(source: &Arc<Source>, error: &ScanError) -> Diagnostic {
    let start = error.marker().byte_offset().unwrap_or_default().min(source.text.len());
    let length = source.text[start..].chars().next().map_or(0, char::len_utf8);
    let span = Span::new(start..start + length);
    match error.kind() {
        kind if tab::is_about(kind) => tab::found(source, span),
        ErrorKind::RecursionLimitExceeded => too_deep::found(source, span),
        kind => missing_quotes::structure(source, span, message(kind)).unwrap_or_else(|| {
            let finding = Diagnostic::error(&RULE, source, span, message(kind));
            match help(kind) {
                Some(help) => finding.help(help),
                None => finding,
            }
        }),
    }
}

/// What the TOML parser stumbled over.
pub(in crate::document) fn toml(source: &Arc<Source>, span: Span, message: &str) -> Diagnostic {
    if message.starts_with("recursion limit") || message.starts_with("cannot recurse") {
        return too_deep::found(source, span);
    }
    let error = |message: &str| Diagnostic::error(&RULE, source, span, message);
    let line = source.text.get(span.range().start..).and_then(|rest| rest.lines().next());
    let begins = line.is_some_and(|rest| rest.starts_with(char::is_alphabetic));
    if message.starts_with("invalid boolean") || (message.contains("string") && begins) {
        let word = line.unwrap_or_default().trim();
        return error("a value without quotes").help(format!("write text in quotes: `\"{word}\"`"));
    }
    if message.starts_with("invalid basic string") || message.starts_with("invalid literal string")
    {
        return error("a quoted value without its second quote").help("close it on its line");
    }
    error(&format!("this is not TOML: {message}"))
}

fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::MappingValueNotAllowed => "`: ` inside a value that has no quotes".into(),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => "text after a quoted value".into(),
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            "a quoted value without its second quote".into()
        }
        ErrorKind::UnclosedFlowCollection { open } => format!("`{open}` is never closed"),
        other => match other.to_string().as_str() {
            "while parsing a block mapping, did not find expected key" => {
                "this line belongs to no key above it".into()
            }
            "while parsing a block collection, did not find expected '-' indicator" => {
                "this line belongs to no item above it".into()
            }
            text if text.starts_with("unexpected character") => {
                "a sign that YAML does not allow here".into()
            }
            text if text.starts_with("mismatched bracket") => text.replace('\'', "`"),
            text => format!("this is not YAML: {text}"),
        },
    }
}

/// What to do about it, where the place itself does not tell.
fn help(kind: &ErrorKind) -> Option<String> {
    let text = kind.to_string();
    let help = match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent => {
            "close it where it ends"
        }
        _ if text.contains("did not find expected key")
            || text.contains("did not find expected '-'") =>
        {
            "indent it exactly as far as the lines it stands among"
        }
        _ if text.starts_with("unexpected character") => {
            "remove it, or quote the value; in double quotes it may be an escape such as `\\u0001`"
        }
        _ if text.starts_with("mismatched bracket") => "close each bracket with its own kind",
        _ if text == "invalid indentation" => {
            "indent by spaces, each level further than the one above; close every quote before its line ends"
        }
        _ => return None,
    };
    Some(help.to_owned())
}
