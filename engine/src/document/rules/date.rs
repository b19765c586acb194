//! JSON has no dates.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::source::{Source, Span};

pub(in crate::document) static RULE: Rule = Rule {
    name: "date",
    explanation: "\
Values travel as JSON, which has no dates. Quote a date to make it text.

```yaml
since: 2026-11-23     # refused: some readers of YAML make a date of it, others text
since: \"2026-11-23\"
```
",
};

pub(super) fn found(source: &Arc<Source>, span: Span, text: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, span, format!("`{text}` is a date without quotes"))
        .help(format!("write `\"{text}\"`"))
        .fix(span, format!("\"{text}\""))
}
