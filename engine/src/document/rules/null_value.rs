//! A key without a value.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Key;
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "null-value",
    explanation: "\
No key of the language takes null: what is not wanted is left out. (A null in `with` leaves the port out.)
",
};

pub(in crate::document) fn found(source: &Arc<Source>, key: &Key) -> Diagnostic {
    Diagnostic::error(&RULE, source, key.span, format!("`{}` has no value", key.name))
        .help("write a value, or remove the key")
}

/// `key` names a node in `needs`, where a map must stand, if only an empty one.
pub(in crate::document) fn no_condition(source: &Arc<Source>, key: &Key) -> Diagnostic {
    let finding = found(source, key).help(format!("write `{}: {{}}`", key.name));
    let rest = source.text.get(key.span.end as usize..).unwrap_or_default();
    let after = key.span.range().end + usize::from(rest.starts_with(':'));
    let text = if rest.starts_with(':') { " {}" } else { ": {}" };
    finding.fix(Span::new(after..after), text)
}
