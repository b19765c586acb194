//! The version of the format, first of all.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "flow-version",
    explanation: "\
`flow: 1` says which version of the language the file is written in. Known versions are read for ever; a file of a
later one needs a later program.
",
};

pub(in crate::document) fn found(source: &Arc<Source>, tree: &Tree) -> Diagnostic {
    let finding = finding(&RULE, source, tree, "this version of the format is not known")
        .help("write `flow: 1`");
    let is_one = matches!(source.slice(tree.span).trim_matches(['"', '\'']), "1" | "1.0" | "v1");
    if is_one { finding.fix(tree.span, "1") } else { finding }
}
