//! Values may be nested 64 deep.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "too-deep",
    explanation: "\
Lists and maps may be nested 64 deep. No pipeline comes near; a file that does is an accident or an attack.
",
};

pub(super) fn found(source: &Arc<Source>, span: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, "lists and maps are nested too deep")
        .help("move the inner part into a file of its own")
}
