//! A budget that does not say what it caps.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "budget-shape",
    explanation: "\
A `budget` opens an account that caps. Of a node it is an amount, or `limit` and `on_exceed`. Of a `map` it must say what
it caps: `each` every item, `limit` all of them together. `warn` and `unpriced` are the pipeline's.

```yaml
shots:
  map: draft.scenes
  budget: { each: 0.50 USD, limit: 4 USD }
```
",
};

/// `each` of `what`, which has no items.
pub(in crate::plan) fn no_items(source: &Arc<Source>, at: Span, what: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("{what} has no items, so `each` caps nothing"))
        .help("write `limit`, or give the node a `map`")
}

/// One amount for a map.
pub(in crate::plan) fn which(source: &Arc<Source>, at: Span, written: &str) -> Diagnostic {
    let message = format!("`{written}` does not say whether it caps each item or all of them");
    Diagnostic::error(&RULE, source, at, message)
        .help(format!("write `{{ each: {written} }}` or `{{ limit: {written} }}`"))
}

pub(in crate::plan) fn no_limit(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "the budget of a node needs a limit")
        .help("add `limit: 2 USD`")
}

pub(in crate::plan) fn only_of_pipelines(source: &Arc<Source>, at: Span) -> Diagnostic {
    let message = "`warn` and `unpriced` are said of the whole pipeline, not of a node";
    Diagnostic::error(&RULE, source, at, message).help("move them to the pipeline's `budget`")
}
