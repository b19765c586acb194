//! A `fallback` or `undo` that says no call.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "no-alternative",
    explanation: "\
An alternative of `fallback` inherits from the node's own `use` what it does not name. A node with `nodes` or `approve`
has none: its alternatives name a kind, or are a plain `value`. What takes a node's place, or undoes it, is one call of a
kind; a pipeline file stands in a node of its own.

```yaml
film:
  nodes: …
  fallback:
    - use: media/render
      with: { cut: \"${{ cut.best }}\" }
    - value: { video: null }
```
",
};

pub(in crate::plan) fn found(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "there is no `use` that the alternative could inherit")
        .help("add `use` with its `with`, or write `value: …`")
}

pub(in crate::plan) fn pipeline(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "a pipeline file cannot stand here, only a kind")
        .help("name a kind, or give the file a node of its own")
}
