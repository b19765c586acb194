//! A field that the type does not have.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::expression::Fault;
use crate::source::Source;

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-field",
    explanation: "\
A path such as `draft.scenes` reads a field. The output schema of the node, or the input's schema, says which fields
there are; one that is not among them could never be there.
",
};

pub(in crate::plan) fn found(source: &Arc<Source>, fault: &Fault) -> Diagnostic {
    super::of_fault(&RULE, source, fault)
}
