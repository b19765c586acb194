//! A text that is no expression.

use std::sync::Arc;

use super::quoting;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::expression::Fault;
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
    let mut finding = Diagnostic::error(&RULE, source, span, fault.message.clone());
    if tree.via.is_some() {
        finding = finding.related(source, tree.place(), "used here");
    }
    let help = quoting::cut(source, tree).or_else(|| fault.help.clone());
    match help {
        Some(help) => finding.help(help),
        None => finding,
    }
}
