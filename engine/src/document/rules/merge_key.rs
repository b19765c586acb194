//! `<<` is not part of the language.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::{Key, Tree};
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "merge-key",
    explanation: "\
`<<` copies the keys of one map into another. It is no part of YAML 1.2, TOML has nothing like it, and which of two
equal keys wins is hard to see. Repeat the keys, or put what nodes share into a pipeline of its own.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, key: &Key, value: &Tree) -> Diagnostic {
    let finding = Diagnostic::error(&RULE, source, key.span, "`<<` is not supported")
        .help("write the keys out where they are needed");
    if value.via.is_some() { finding.related(source, value.span, "these keys") } else { finding }
}
