//! A word of another tool where this language has its own.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Key;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "foreign-key",
    explanation: "\
Other tools have other words for what this language can say too: `if` is `when` here, `uses` is `use`, `for_each` is
`map`, `depends_on` and `gates` are `needs`.

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
const ELSEWHERE: [(&str, &str); 5] = [
    ("if", "when"),
    ("uses", "use"),
    ("for_each", "map"),
    ("depends_on", "needs"),
    ("gates", "needs"),
];

/// `key` is not among the `known` ones of `what` (`a node`), but what it means elsewhere is.
pub(super) fn found(
    source: &Arc<Source>,
    key: &Key,
    what: &str,
    known: &[&str],
) -> Option<Diagnostic> {
    let (_, here) = ELSEWHERE.iter().find(|(word, _)| *word == key.name)?;
    if !known.contains(here) {
        return None;
    }
    let message = format!("{what} has no key `{}`: it is called `{here}` here", key.name);
    Some(Diagnostic::error(&RULE, source, key.span, message).write(here))
}
