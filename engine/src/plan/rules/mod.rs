//! What may not stand in a pipeline, given its other parts and the kinds that there are?
//!
//! One rule a file: its name, its page for `flow explain`, and what it finds.

pub(super) mod bad_input;
pub(super) mod budget_shape;
pub(super) mod cycle;
pub(super) mod drop_outside_map;
pub(super) mod expression_type;
pub(super) mod hidden_name;
pub(super) mod missing_port;
pub(super) mod no_alternative;
pub(super) mod not_yet;
pub(super) mod over_max;
pub(super) mod pipeline_file;
pub(super) mod port_mismatch;
pub(super) mod prompt;
pub(super) mod question;
pub(super) mod secret_port;
pub(super) mod unknown_field;
pub(super) mod unknown_kind;
pub(super) mod unknown_name;
pub(super) mod unknown_pool;
pub(super) mod unknown_port;
pub(super) mod unknown_provider;
pub(super) mod unknown_word;
pub(super) mod unwrapped_expression;
pub(super) mod value_mismatch;
pub(super) mod yes_no;

use std::sync::{Arc, OnceLock};

use crate::diagnostic::{Diagnostic, Rule};
use crate::document;
use crate::expression::{Fault, FaultKind};
use crate::source::Source;

/// The rules of this stage.
static OWN: &[&Rule] = &[
    &bad_input::RULE,
    &budget_shape::RULE,
    &cycle::RULE,
    &drop_outside_map::RULE,
    &expression_type::RULE,
    &hidden_name::RULE,
    &missing_port::RULE,
    &no_alternative::RULE,
    &not_yet::RULE,
    &pipeline_file::RULE,
    &over_max::RULE,
    &port_mismatch::RULE,
    &prompt::RULE,
    &question::RULE,
    &secret_port::RULE,
    &unknown_field::RULE,
    &unknown_kind::RULE,
    &unknown_name::RULE,
    &unknown_pool::RULE,
    &unknown_port::RULE,
    &unknown_provider::RULE,
    &unknown_word::RULE,
    &unwrapped_expression::RULE,
    &value_mismatch::RULE,
    &yes_no::RULE,
];

/// Every law that a pipeline file can break, by name; for `flow explain`.
pub fn all() -> &'static [&'static Rule] {
    static ALL: OnceLock<Vec<&'static Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = [document::rules(), OWN].concat();
        all.sort_by_key(|rule| rule.name);
        all
    })
}

/// What is wrong with an expression; none where the name that it reads was told already.
pub(super) fn fault(source: &Arc<Source>, fault: &Fault) -> Option<Diagnostic> {
    match fault.kind {
        FaultKind::UnknownName => None,
        FaultKind::UnknownField => Some(unknown_field::found(source, fault)),
        FaultKind::UnknownFunction => {
            Some(of_fault(&document::rules::unknown_function::RULE, source, fault))
        }
        FaultKind::Syntax | FaultKind::Type | FaultKind::Value | FaultKind::Fuel => {
            Some(expression_type::found(source, fault))
        }
    }
}

fn of_fault(rule: &'static Rule, source: &Arc<Source>, fault: &Fault) -> Diagnostic {
    let finding = Diagnostic::error(rule, source, fault.span, fault.message.clone());
    match &fault.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_a_page() {
        let all = all();
        for rule in all {
            let is_kebab = rule.name.bytes().all(|c| c.is_ascii_lowercase() || c == b'-');
            assert!(is_kebab, "{}", rule.name);
            assert!(rule.explanation.len() > 60, "{}", rule.name);
        }
        let mut names: Vec<_> = all.iter().map(|rule| rule.name).collect();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }
}
