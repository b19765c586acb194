//! A file is one pipeline.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "several-documents",
    explanation: "\
`---` between two parts makes two YAML documents of one file. A pipeline is one file, so that it can be named.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, span: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, "a second document begins here")
        .help("move it into a file of its own")
}
