//! A key that the language does not have.

use std::sync::Arc;

use super::foreign_key;
use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::document::tree::Key;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "unknown-key",
    explanation: "\
Only the keys of the language may stand in a pipeline, so that a slip of the finger is told instead of ignored. Keys
that begin with `x-` are free, for other tools.

```yaml
nodes:
  film: { use: media/concat, wiht: {} }   # it is called `with`
```
",
};

/// `key` is not among the `known` ones of `what` (`a node`).
pub(in crate::document) fn found(
    source: &Arc<Source>,
    key: &Key,
    what: &str,
    known: &[&str],
) -> Diagnostic {
    if let Some(finding) = foreign_key::found(source, key, what, known) {
        return finding;
    }
    let finding =
        Diagnostic::error(&RULE, source, key.span, format!("{what} has no key `{}`", key.name));
    match nearest(&key.name, known.iter().copied()) {
        Some(near) => finding.write(near),
        None if known.is_empty() => finding.help("remove it"),
        None => finding.help(format!("it has {}", list(known))),
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
