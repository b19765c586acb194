//! Text that has no quotes, and so is a number or a boolean.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::{Tree, Value};
use crate::source::Source;

pub(crate) static RULE: Rule = Rule {
    name: "unquoted-text",
    explanation: "\
Without quotes `1.10` is the number 1.1, `007` is 7 and `true` is a boolean. Where text is wanted they need quotes, and
nothing is converted: what stood behind would be lost without a word.

```yaml
name: 1.10      # refused
name: \"1.10\"
```
",
};

/// `key` takes text, and `tree` is a number or a boolean.
pub(crate) fn found(source: &Arc<Source>, tree: &Tree, key: &str) -> Option<Diagnostic> {
    if !matches!(tree.value, Value::Number(_) | Value::Bool(_)) {
        return None;
    }
    let written = source.slice(tree.span);
    let message = match &tree.value {
        Value::Number(number) if number.to_string() != written => {
            format!("`{key}` takes text, and `{written}` without quotes is the number {number}")
        }
        _ => format!("`{key}` takes text, and `{written}` without quotes is {}", tree.what()),
    };
    let text = format!("\"{written}\"");
    Some(finding(&RULE, source, tree, message).help(format!("write `{text}`")).fix(tree.span, text))
}
