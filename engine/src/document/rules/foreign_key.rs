//! A word of another tool where this language has its own.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Key;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "foreign-key",
    explanation: "\
Other tools have other words for what this language can say too: `if` is `when` here, `uses` is `use`, `for_each` is
`map`, `depends_on` and `gates` are `needs`; a node's `inputs` or `params` stand under `with`, and a pipeline's `steps`
are its `nodes`.

```yaml
film:
  uses: media/concat        # refused
  depends_on: [look]
film:
  use: media/concat
  needs: [look]
```
",
};

/// Words of other tools, and what they are called here.
const ELSEWHERE: [(&str, &str); 24] = [
    ("if", "when"),
    ("condition", "when"),
    ("uses", "use"),
    ("kind", "use"),
    ("type", "use"),
    ("action", "use"),
    ("for_each", "map"),
    ("foreach", "map"),
    ("for", "map"),
    ("loop", "map"),
    ("depends_on", "needs"),
    ("dependsOn", "needs"),
    ("after", "needs"),
    ("gates", "needs"),
    ("inputs", "with"),
    ("input", "with"),
    ("params", "with"),
    ("args", "with"),
    ("params", "inputs"),
    ("vars", "inputs"),
    ("steps", "nodes"),
    ("tasks", "nodes"),
    ("jobs", "nodes"),
    ("version", "flow"),
];

/// What other tools call `here`.
pub(in crate::document) fn words_for(here: &str) -> impl Iterator<Item = &'static str> {
    ELSEWHERE.into_iter().filter(move |(_, meant)| *meant == here).map(|(word, _)| word)
}

/// `key` is not among the `known` ones of `what` (`a node`), but what it means elsewhere is.
pub(super) fn found(
    source: &Arc<Source>,
    key: &Key,
    what: &str,
    known: &[&str],
) -> Option<Diagnostic> {
    let mut meant = ELSEWHERE.iter().filter(|(word, _)| *word == key.name);
    let (_, here) = meant.find(|(_, here)| known.contains(here))?;
    let message = format!("{what} has no key `{}`: it is called `{here}` here", key.name);
    Some(Diagnostic::error(&RULE, source, key.span, message).write(here))
}
