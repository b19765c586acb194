//! YAML tags have no meaning here.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "tag",
    explanation: "\
`!name` before a value asks a reader of YAML for a special type. Only those of the core schema are known: `!!str`,
`!!int`, `!!float`, `!!bool`, `!!null`, `!!seq`, `!!map`, on a value of that type.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, span: Span, tag: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("the tag `{tag}` has no meaning for this value"))
        .help("remove the tag")
}
