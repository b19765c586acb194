//! A pool that the pipeline does not have.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-pool",
    explanation: "\
`pool` names limits that nodes share. Each is declared under `pools` of the pipeline: so many at once, so many in a time.

```yaml
pools: { gpu: 2, luma: { limit: 4, rate: 60/min } }
```
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    name: &str,
    known: &[&str],
) -> Diagnostic {
    let finding = Diagnostic::error(&RULE, source, at, format!("there is no pool `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(near) => finding.help(format!("write `{near}`, or declare `{name}` under `pools`")),
        None => finding.help(format!("declare it at the top: `pools: {{ {name}: 4 }}`")),
    }
}
