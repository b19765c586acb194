//! A secret where it would be seen.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "secret-port",
    explanation: "\
`secrets.NAME` stands only in ports that their kind marks as secret, such as the headers of `http/request`. There it is
stored by its name, and looked up when the attempt is made. Anywhere else its value would be written into the journal,
shown, or sent to somebody else.
",
};

pub(in crate::plan) fn found(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "a secret stands only in a port that is marked secret")
        .help("take it out, or give it to such a port; `flow kinds NAME` shows which are")
}
