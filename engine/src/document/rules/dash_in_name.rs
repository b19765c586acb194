//! A `-` in a name that expressions read.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(crate) static RULE: Rule = Rule {
    name: "dash-in-name",
    explanation: "\
Names of nodes, inputs, outputs and loop variables are read by expressions, and there `a-b` subtracts `b` from `a`. Write
`a_b`, where the name is given and wherever it is read. Kinds, providers and pools may have a `-`: no expression reads
them.

```yaml
nodes:
  long-shots: { use: value }   # refused
  long_shots: { use: value }
```
",
};

/// A name that is given as `written`.
pub(in crate::document) fn given(
    source: &Arc<Source>,
    span: Span,
    written: &str,
    name: &str,
) -> Diagnostic {
    let message = format!("expressions would read `{written}` as a subtraction");
    Diagnostic::error(&RULE, source, span, message).write(name)
}

/// A name that is read as `written`, where `name` is meant.
pub(crate) fn read(source: &Arc<Source>, span: Span, written: &str, name: &str) -> Diagnostic {
    let message = format!("`{written}` would subtract: `-` is no part of a name");
    Diagnostic::error(&RULE, source, span, message).write(name)
}
