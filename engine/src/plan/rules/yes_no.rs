//! `yes`, `no`, `on` and `off` are text.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "yes-no",
    explanation: "\
In YAML 1.2 only `true` and `false` are booleans; `yes`, `no`, `on`, `off`, `y` and `n` are text, though older readers
took them for booleans too. Where a boolean is wanted, write `true` or `false`.

```yaml
with: { loop: yes }    # refused: text
with: { loop: true }
```
",
};

/// What stands at `at` is given to `name`, which takes a boolean, as `violation` says.
pub(in crate::plan) fn found(
    source: &Arc<Source>,
    at: Span,
    name: &str,
    violation: &str,
) -> Option<Diagnostic> {
    if !violation.contains("is not of type") || !violation.contains("\"boolean\"") {
        return None;
    }
    let written = source.slice(at).trim_matches(['"', '\'']);
    let word = match written.to_ascii_lowercase().as_str() {
        "yes" | "on" | "y" | "true" => "true",
        "no" | "off" | "n" | "false" => "false",
        _ => return None,
    };
    let message = format!("`{name}` takes a boolean, and `{written}` is text");
    Some(
        Diagnostic::error(&RULE, source, at, message).help(format!("write `{word}`")).fix(at, word),
    )
}
