//! What may not stand in a file, whatever kinds there are?
//!
//! One rule a file: its name, its page for `flow explain`, and what it finds. Rules about names and types that need the
//! rest of the pipeline or the catalog are in `plan::rules`.

pub(super) mod alias_bomb;
pub(super) mod bad_name;
pub(super) mod bad_value;
pub(crate) mod dash_in_name;
pub(super) mod date;
pub(super) mod duplicate_key;
pub(super) mod expression_syntax;
pub(super) mod flow_version;
pub(in crate::document) mod foreign_key;
pub(super) mod key_not_text;
pub(super) mod literal_only;
pub(super) mod merge_key;
pub(super) mod missing_key;
pub(super) mod missing_quotes;
pub(crate) mod no_currency;
pub(super) mod node_shape;
pub(super) mod null_value;
pub(super) mod number;
pub(super) mod reserved_name;
pub(super) mod several_documents;
pub(super) mod syntax;
pub(super) mod tab;
pub(super) mod tag;
pub(super) mod too_deep;
pub(super) mod too_large;
pub(super) mod unknown_alias;
pub(crate) mod unknown_function;
pub(super) mod unknown_key;
pub(crate) mod unquoted_text;
pub(super) mod wrapped_expression;
pub(super) mod wrong_type;

use std::sync::Arc;

use super::scalar::NoValue;
use super::tree::Tree;
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

/// The rules of this stage.
pub(super) static ALL: &[&Rule] = &[
    &alias_bomb::RULE,
    &bad_name::RULE,
    &bad_value::RULE,
    &dash_in_name::RULE,
    &date::RULE,
    &duplicate_key::RULE,
    &expression_syntax::RULE,
    &flow_version::RULE,
    &foreign_key::RULE,
    &key_not_text::RULE,
    &literal_only::RULE,
    &merge_key::RULE,
    &missing_key::RULE,
    &missing_quotes::RULE,
    &no_currency::RULE,
    &node_shape::RULE,
    &null_value::RULE,
    &number::RULE,
    &reserved_name::RULE,
    &several_documents::RULE,
    &syntax::RULE,
    &tab::RULE,
    &tag::RULE,
    &too_deep::RULE,
    &too_large::RULE,
    &unknown_alias::RULE,
    &unknown_function::RULE,
    &unknown_key::RULE,
    &unquoted_text::RULE,
    &wrapped_expression::RULE,
    &wrong_type::RULE,
];

/// An error about `tree`, where people find it; with the place where an alias took it from.
pub(super) fn finding(
    rule: &'static Rule,
    source: &Arc<Source>,
    tree: &Tree,
    message: impl Into<String>,
) -> Diagnostic {
    let finding = Diagnostic::error(rule, source, tree.place(), message);
    match tree.via {
        Some(_) => finding.related(source, tree.span, "the value stands here"),
        None => finding,
    }
}

/// A word that looks like a value which JSON cannot hold.
pub(super) fn no_value(
    source: &Arc<Source>,
    span: Span,
    text: &str,
    reason: NoValue,
) -> Diagnostic {
    match reason {
        NoValue::Date => date::found(source, span, text),
        NoValue::NotFinite => number::not_finite(source, span, text),
        NoValue::TooLarge => number::too_large(source, span, text),
    }
}
