//! A name that expressions could not read.

use std::sync::Arc;

use super::dash_in_name;
use crate::diagnostic::{Diagnostic, Rule};
use crate::name::NodeName;
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "bad-name",
    explanation: "\
Names of nodes, inputs, outputs, loop variables are read by expressions: `[a-z][a-z0-9_]*`, at most 64 characters.
Pools, kinds and providers are no names that expressions read, and may have `-`.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, name: &str, span: Span) -> Diagnostic {
    if let Some(repaired) = repaired(name).filter(|repaired| *repaired == name.replace('-', "_")) {
        return dash_in_name::given(source, span, name, &repaired);
    }
    let finding = Diagnostic::error(
        &RULE,
        source,
        span,
        format!("`{name}` is not a name that expressions can read"),
    );
    match repaired(name) {
        Some(repaired) => finding.write(&repaired),
        None => finding.help("use `a-z`, `0-9` and `_`, first a letter, at most 64 characters"),
    }
}

/// A pool whose name is none.
pub(in crate::document) fn no_pool(source: &Arc<Source>, name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{name}` is not the name of a pool"))
        .help("use `a-z`, `0-9`, `_` and `-`, first a letter, at most 64 characters")
}

/// The name that was nearly written: lower case, `_` for every other character.
pub(in crate::document) fn repaired(name: &str) -> Option<String> {
    let text: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })
        .collect();
    text.parse::<NodeName>().ok().map(String::from)
}
