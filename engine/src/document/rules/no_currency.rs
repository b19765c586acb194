//! An amount of money without its currency.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::{Tree, Value};
use crate::source::Source;

pub(crate) static RULE: Rule = Rule {
    name: "no-currency",
    explanation: "\
An amount of money is written with its currency, so that nobody takes cents for dollars: `5 USD`, `0.05 USD`; the space
may be left out. `USD` is the only currency.

```yaml
budget: 5       # refused
budget: 5 USD
```
",
};

/// `tree` stands for an amount, and is only a number, or has a sign that could be of several currencies.
pub(crate) fn found(source: &Arc<Source>, tree: &Tree) -> Option<Diagnostic> {
    let written = source.slice(tree.span);
    let bare = match &tree.value {
        Value::Number(_) => written,
        Value::Text(text) => text.text.trim().trim_start_matches('$').trim(),
        _ => return None,
    };
    let mut parts = bare.split('.');
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    if !parts.all(is_digits) || bare.matches('.').count() > 1 {
        return None;
    }
    let amount = format!("{bare} USD");
    // TOML knows no text without quotes.
    let is_toml = source.path.extension().is_some_and(|ending| ending == "toml");
    let text = if is_toml || written.starts_with(['"', '\'']) {
        format!("\"{amount}\"")
    } else {
        amount.clone()
    };
    let message = format!("`{}` has no currency", written.trim_matches(['"', '\'']));
    Some(
        finding(&RULE, source, tree, message)
            .help(format!("write `{amount}`"))
            .fix(tree.span, text),
    )
}
