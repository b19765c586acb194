//! `${{ }}` around an expression that stands bare.

use std::sync::Arc;

use super::finding;
use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::Tree;
use crate::source::Source;

pub(in crate::document) static RULE: Rule = Rule {
    name: "wrapped-expression",
    explanation: "\
`when`, `map`, `key`, `until`, `best` and `carry` always hold an expression, so it stands there without `${{ }}`.

```yaml
when: ${{ inputs.upscale }}   # refused
when: inputs.upscale
```
",
};

/// `key` holds `tree`, whose text is `${{ inner }}`.
pub(in crate::document) fn found(
    source: &Arc<Source>,
    tree: &Tree,
    key: &str,
    inner: &str,
) -> Diagnostic {
    let finding = finding(&RULE, source, tree, format!("`{key}` takes the expression itself"))
        .help(format!("write `{key}: {inner}`"));
    let quotes = match source.slice(tree.span).chars().next() {
        Some(quote @ ('"' | '\'')) if !inner.contains(quote) => quote.to_string(),
        Some('$') => String::new(),
        _ => return finding,
    };
    finding.fix(tree.span, format!("{quotes}{inner}{quotes}"))
}
