//! A file may be 16 MB, and hold a million values.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "too-large",
    explanation: "\
A pipeline file may be 16 MB long and hold a million values: that is about 100 000 nodes. A file that is larger is data, or
an accident. What is large belongs into a file of its own that a port reads, and what repeats into a `map`.
",
};

/// So many bytes a file may have.
pub(in crate::document) const BYTES: usize = 16 << 20;
/// So many values, each in a list or a map.
pub(in crate::document) const VALUES: usize = 1_000_000;

/// The file is too long as a whole.
pub(in crate::document) fn bytes(source: &Arc<Source>) -> Diagnostic {
    let megabytes = source.text.len() >> 20;
    told(source, Span::default(), format!("a pipeline of {megabytes} MB is too large"))
}

/// The value at `span` is one too many.
pub(in crate::document) fn values(source: &Arc<Source>, span: Span) -> Diagnostic {
    told(source, span, "more values than a million".to_owned())
}

fn told(source: &Arc<Source>, span: Span, message: String) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, message)
        .help("keep data in a file that a port reads, and write a `map` for what repeats")
}
