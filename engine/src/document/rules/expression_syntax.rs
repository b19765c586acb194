//! A text that is no expression.

use std::sync::Arc;

use super::{missing_quotes, unknown_function};
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::expression::{Fault, FaultKind};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "expression-syntax",
    explanation: "\
Between `${{` and `}}`, and in keys such as `when` and `map`, stands an expression: names, paths (`draft.scenes[0]`),
operators, and filters after `|`.
",
};

pub(in crate::document) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    span: Span,
    fault: &Fault,
) -> Diagnostic {
    let rule = match fault.kind {
        FaultKind::UnknownFunction => &unknown_function::RULE,
        _ => &RULE,
    };
    let cut = missing_quotes::cut(source, tree, span, &fault.message);
    let is_cut = cut.is_some();
    let mut finding =
        cut.unwrap_or_else(|| Diagnostic::error(rule, source, span, fault.message.clone()));
    if tree.via.is_some() {
        finding = finding.related(source, tree.place(), "used here");
    }
    match &fault.help {
        Some(help) if !is_cut => finding.help(help.clone()),
        _ => finding,
    }
}
