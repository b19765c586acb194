//! A computed value that its port may not take.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Rule};
use crate::schema::Schema;
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "port-mismatch",
    explanation: "\
The type of what an expression gives is known before anything runs: from the output schema of the node that it reads, or
from the input's schema. Every value of that type must fit the port. Where one does not, this tells the schema of exactly
the values that do not fit, and one of them.

Where it cannot be decided, as with two different patterns, it is a warning, and the value is checked at run time before
anything is bought that depends on it.

A value that may be null (of a node with `when`, or of an optional field) does not fit a port that must be given: write
`${{ x | default(y) }}`.
",
};

/// More characters than these are no help in one line.
const LONG: usize = 120;

/// Some values of the expression do not fit; `example` is one.
pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    port: &str,
    offending: &Schema,
    example: &Json,
) -> Diagnostic {
    let message = format!("`{port}` would not take {}", short(example));
    let finding = Diagnostic::error(&RULE, source, at, message).label(told(offending));
    match example {
        Json::Null => finding.help("say what to take instead: `${{ … | default(…) }}`"),
        _ => {
            finding.help("read a value of another type, or give it through a node that changes it")
        }
    }
}

/// It cannot be decided.
pub(in crate::plan) fn unproven(
    source: &Arc<Source>,
    at: Span,
    port: &str,
    why: &str,
) -> Diagnostic {
    let message = format!("it cannot be proved that `{port}` takes every value of this");
    Diagnostic::error(&RULE, source, at, message)
        .warning()
        .label(why)
        .help("the value is checked when it is there, before it is used")
}

/// The type of the values that do not fit: in full where that is short, else by its name.
fn told(offending: &Schema) -> String {
    let text = offending.as_json().to_string();
    if text.len() <= LONG {
        return format!("may be anything of `{text}`");
    }
    format!("may be {}", offending.types())
}

/// JSON in one line that fits a terminal.
fn short(json: &Json) -> String {
    let text = json.to_string();
    if text.chars().count() <= LONG {
        return format!("`{text}`");
    }
    let cut: String = text.chars().take(LONG - 3).collect();
    format!("`{cut}…`")
}
