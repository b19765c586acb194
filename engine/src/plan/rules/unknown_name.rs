//! A name that nothing in sight has.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule, nearest};
use crate::document::rules::dash_in_name;
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "unknown-name",
    explanation: "\
An expression, or `needs`, mentions a name. It must be the name of a node of the same body or of one around it, a
variable of a `map` around it, or one of `inputs`, `run`, `budget`, `secrets`. From outside a body only its `outputs` are
seen, so its nodes cannot be named there.

```yaml
film:
  use: media/concat
  with:
    clips: ${{ shot.clip }}   # the node is called `shots`
```
",
};

pub(in crate::plan) fn found(
    source: &Arc<Source>,
    name: &str,
    at: Span,
    known: &[&str],
) -> Diagnostic {
    if let Some((span, repaired)) = subtracted(source, at, known) {
        // Found once for each part; the parts' findings are equal.
        return dash_in_name::read(source, span, source.slice(span), &repaired);
    }
    let finding = Diagnostic::error(&RULE, source, at, format!("nothing here is called `{name}`"));
    if let Some(help) = elsewhere(source, name, at) {
        return finding.help(help);
    }
    match nearest(name, known.iter().copied()) {
        // What is given in capitals is mended to small letters; then what reads it is too.
        Some(near) if near == name.to_ascii_lowercase() => finding.write(near),
        Some(near) => finding.help(format!("write `{near}`, or add a node called `{name}`")),
        None => finding.help(format!("add a node called `{name}`, or read one that there is")),
    }
}

/// How to say what `name` means in other tools.
fn elsewhere(source: &Source, name: &str, at: Span) -> Option<String> {
    match name {
        "env" => Some("declare an input, and give it by `-i name=env:NAME`".into()),
        "nodes" | "steps" | "jobs" | "tasks" => {
            let rest = source.text.get(at.range().end..)?.strip_prefix('.')?;
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            let node = &rest[..end.unwrap_or(rest.len())];
            Some(format!("write `{node}`: a node is read by its own name"))
        }
        _ => None,
    }
}

pub(in crate::plan) fn outside_map(source: &Arc<Source>, name: &str, at: Span) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("`{name}` stands only inside a `map`"))
        .help("name what is meant, or give the node a `map`; one with `as` calls its item so")
}

/// `my-node`, of which `at` is a part, where `my_node` is known: the whole, and that name.
fn subtracted(source: &Source, at: Span, known: &[&str]) -> Option<(Span, String)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let text = source.text.as_str();
    let before = text.get(..at.start as usize)?;
    let start = before.len() - before.chars().rev().take_while(|c| is_part(*c)).count();
    let length = text.get(start..)?.chars().take_while(|c| is_part(*c)).count();
    let written = &text[start..start + length];
    let name = written.replace('-', "_");
    (written.contains('-') && known.contains(&name.as_str()))
        .then(|| (Span::new(start..start + length), name))
}
