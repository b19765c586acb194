//! A text that would be an expression, had it `${{ }}` around it.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::tree::{Style, Text, Tree};
use crate::source::Source;

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unwrapped-expression",
    explanation: "\
Under `with`, `outputs` and `approve`, and as the `value` of an alternative, an expression stands in `${{ }}`; without, it
is a text. A text that names a field of a node, of an input or of an item in sight was most likely meant to be read.
Prompts and longer texts are left alone.

```yaml
outputs:
  poster: draw.image            # a warning: the output is these ten letters
  poster: ${{ draw.image }}
  poster: ${{ 'draw.image' }}   # where the letters are meant
```
",
};

/// `tree` is `text`, a path to a field that is there.
pub(in crate::plan) fn found(source: &Arc<Source>, tree: &Tree, text: &Text) -> Diagnostic {
    let path = &text.text;
    let message = format!("`{path}` is a text here, and reads like an expression");
    let finding = Diagnostic::error(&RULE, source, tree.place(), message)
        .warning()
        .help(format!("write `${{{{ {path} }}}}`"));
    match wrapped(source, tree, text) {
        Some(wrapped) => finding.fix(tree.span, wrapped),
        None => finding,
    }
}

/// What to write instead, where the file holds the text letter by letter.
fn wrapped(source: &Source, tree: &Tree, text: &Text) -> Option<String> {
    let path = &text.text;
    let written = source.slice(tree.span);
    let quote = match (text.style, written.chars().next()?) {
        // What an alias repeats may be meant as a text where it is written.
        _ if tree.via.is_some() => return None,
        (_, quote @ ('"' | '\'')) if written == format!("{quote}{path}{quote}") => {
            quote.to_string()
        }
        (Style::Plain, _) if written == path => return Some(format!("${{{{ {path} }}}}")),
        (Style::PlainInFlow, _) if written == path => "\"".to_owned(),
        _ => return None,
    };
    (!path.contains(&quote)).then(|| format!("{quote}${{{{ {path} }}}}{quote}"))
}
