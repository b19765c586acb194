//! A filter, test or function that the language does not have.

use crate::diagnostic::Rule;

pub(crate) static RULE: Rule = Rule {
    name: "unknown-function",
    explanation: "\
Only the filters, tests and functions that `flow schema` publishes can stand in an expression.
",
};
