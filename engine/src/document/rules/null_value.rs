//! A key without a value.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Key;
use crate::source::Source;

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
