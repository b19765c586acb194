//! A key that the language does not have.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::document::tree::Key;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "unknown-key",
    explanation: "\
Only the keys of the language may stand in a pipeline, so that a slip of the finger is told instead of ignored. Keys
that begin with `x-` are free, for other tools.

Words of other tools have another name here: `if` is `when`, `uses` is `use`, `for_each` is `map`, `depends_on` and
`gates` are `needs`.
",
};

/// Words of other tools, and what they are called here.
const ELSEWHERE: [(&str, &str); 5] = [
    ("if", "when"),
    ("uses", "use"),
    ("for_each", "map"),
    ("depends_on", "needs"),
    ("gates", "needs"),
];

/// `key` is not among the `known` ones of `what` (`a node`).
pub(in crate::document) fn found(
    source: &Arc<Source>,
    key: &Key,
    what: &str,
    known: &[&str],
) -> Diagnostic {
    let finding =
        Diagnostic::error(&RULE, source, key.span, format!("{what} has no key `{}`", key.name));
    let elsewhere = ELSEWHERE.iter().find(|(word, _)| *word == key.name).map(|(_, here)| *here);
    match elsewhere.filter(|here| known.contains(here)) {
        Some(here) => finding.help(format!("write `{here}`")).fix(key.span, here),
        None => match nearest(&key.name, known.iter().copied()) {
            Some(near) => finding.help(format!("write `{near}`")),
            None if known.is_empty() => finding.help("remove it"),
            None => finding.help(format!("it has {}", list(known))),
        },
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
