//! An input whose schema or default is wrong.

use std::sync::Arc;

use super::yes_no;
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "bad-input",
    explanation: "\
Each input is a JSON Schema, draft 2020-12, and may have a `default`, which must fit it. `x-media: \"image/*\"` makes an
input a file. `$ref: schemas/scene.json` takes a schema from a file beside the pipeline.
",
};

pub(in crate::plan) fn schema(source: &Arc<Source>, at: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("the input `{name}` has no valid schema: {why}"))
        .help("write a JSON Schema, such as `{ type: string }`")
}

pub(in crate::plan) fn media(source: &Arc<Source>, at: Span, name: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("the input `{name}` takes no kind of file"))
        .help("write a range of media types, such as `image/*` or `text/*, application/pdf`")
}

pub(in crate::plan) fn default(
    source: &Arc<Source>,
    at: Span,
    name: &str,
    why: &str,
) -> Diagnostic {
    if let Some(finding) = yes_no::found(source, at, name, why) {
        return finding;
    }
    Diagnostic::error(&RULE, source, at, format!("the default of `{name}` does not fit: {why}"))
        .help("change the default or the schema")
}

/// `reference` leads nowhere.
pub(in crate::plan) fn reference(
    source: &Arc<Source>,
    at: Span,
    reference: &str,
    why: &str,
) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`{reference}` cannot be read: {why}"))
        .help("name a file of JSON Schema beside this one, or a definition: `#/$defs/scene`")
}
