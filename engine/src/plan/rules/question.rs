//! A question that cannot be answered.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "question",
    explanation: "\
`approve` asks a person. The answer is true, an element of `choices`, or an object that fits `schema`, a JSON Schema.
`else` is the answer at the `timeout`: `reject`, which fails the node, or one that a person could give.

```yaml
pick:
  approve:
    ask: Which cut?
    choices: [short, long]
    timeout: 24h
    else: short
```
",
};

pub(in crate::plan) fn no_choices(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "there is nothing to choose from")
        .help("list what a person may choose, or remove `choices`")
}

pub(in crate::plan) fn no_schema(source: &Arc<Source>, at: Span, why: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`schema` is no JSON Schema: {why}"))
        .help("write one, such as `{ type: object, properties: { title: { type: string } } }`")
}

/// A question of yes or no has no answer `word`.
pub(in crate::plan) fn no_answer(source: &Arc<Source>, at: Span, word: &Json) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("nobody could answer {word}"))
        .help("write `true` to go on at the timeout, or `reject` to fail")
}

pub(in crate::plan) fn no_timeout(source: &Arc<Source>, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, "`else` means nothing without `timeout`")
        .help("add `timeout: 24h`, or remove `else`")
}
