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
        kind => missing_quotes::structure(source, span, message(kind))
            .unwrap_or_else(|| Diagnostic::error(&RULE, source, span, message(kind))),
    }
}

/// What the TOML parser stumbled over.
pub(in crate::document) fn toml(source: &Arc<Source>, span: Span, message: &str) -> Diagnostic {
    if message.starts_with("recursion limit") || message.starts_with("cannot recurse") {
        return too_deep::found(source, span);
    }
    Diagnostic::error(&RULE, source, span, format!("this is not TOML: {message}"))
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
        other => format!("this is not YAML: {other}"),
    }
}
