//! How is a file written well, in its own syntax or in the other?
//!
//! What a file says is never changed: whatever is written is read again and compared, and what cannot be written without
//! loss is refused.

mod notes;
mod to_toml;
mod to_yaml;

use std::path::PathBuf;
use std::sync::Arc;

use super::tree::{Tree, Value};
use crate::diagnostic::Findings;
use crate::source::Source;
use notes::{Comment, Notes};

/// How a pipeline file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    Yaml,
    Toml,
}

/// Why a file is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("the file cannot be read")]
    Broken(Findings),
    #[error("TOML has no null, which stands at `{path}`")]
    Null { path: String },
    #[error("the file cannot be written otherwise without loss")]
    Loss,
}

impl Syntax {
    /// What the file's ending says.
    pub fn of(source: &Source) -> Self {
        let is_toml = source.path.extension().is_some_and(|ending| ending == "toml");
        if is_toml { Self::Toml } else { Self::Yaml }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Toml => "toml",
        }
    }
}

/// The text of `source` in the syntax `to`, laid out anew: comments stay, values that hold an expression stand in block
/// style, and so without quotes.
pub fn written(source: &Arc<Source>, to: Syntax) -> Result<String, FormatError> {
    let from = Syntax::of(source);
    let tree = read(source)?;
    let comments = notes::comments(source, from);
    let text = match (from, to) {
        (Syntax::Yaml, Syntax::Yaml) if has_properties(source) => tidied(&source.text),
        (_, Syntax::Yaml) => {
            to_yaml::write(source, from, &tree, Notes::of(source, &tree, &comments))
        }
        (Syntax::Toml, Syntax::Toml) => tidied_toml(&source.text),
        (_, Syntax::Toml) => to_toml::write(&tree, Notes::of(source, &tree, &comments))?,
    };
    check(&text, to, source, (&tree, &comments))?;
    Ok(text)
}

fn read(source: &Arc<Source>) -> Result<Tree, FormatError> {
    let (tree, findings) = match Syntax::of(source) {
        Syntax::Yaml => super::yaml::read(source),
        Syntax::Toml => super::toml::read(source),
    };
    tree.filter(|_| findings.is_empty()).ok_or(FormatError::Broken(findings))
}

/// Whether the text says the same, and holds the same comments.
fn check(
    text: &str,
    to: Syntax,
    source: &Source,
    (tree, comments): (&Tree, &[Comment]),
) -> Result<(), FormatError> {
    let mut path = PathBuf::from(&source.path);
    path.set_extension(to.ending());
    let made = Arc::new(Source::new(path, text));
    let again = read(&made).map_err(|_| FormatError::Loss)?;
    let sorted = |comments: &[Comment]| {
        let mut texts: Vec<String> =
            comments.iter().map(|comment| comment.text.trim_end().to_owned()).collect();
        texts.sort_unstable();
        texts
    };
    let is_same = without_order(&again) == without_order(tree)
        && sorted(&notes::comments(&made, to)) == sorted(comments);
    if is_same { Ok(()) } else { Err(FormatError::Loss) }
}

/// The value with its keys sorted, and without what a null leaves out.
fn without_order(tree: &Tree) -> serde_json::Value {
    match &tree.value {
        Value::List(items) => items.iter().map(without_order).collect(),
        Value::Map(entries) => {
            let mut entries: Vec<_> = entries
                .iter()
                .filter(|(_, tree)| tree.value != Value::Null)
                .map(|(key, tree)| (key.name.clone(), without_order(tree)))
                .collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
        _ => tree.to_json(),
    }
}

/// Whether anchors, aliases, tags, directives or markers stand in the file: a tree of values does not hold them.
fn has_properties(source: &Source) -> bool {
    use granit_parser::{Event, Parser};
    Parser::new_from_str(&source.text).any(|next| match next {
        Ok((Event::Scalar(_, _, anchor, tag), _)) => anchor != 0 || tag.is_some(),
        Ok((Event::SequenceStart(_, anchor, tag) | Event::MappingStart(_, anchor, tag), _)) => {
            anchor != 0 || tag.is_some()
        }
        Ok((Event::DocumentStart(explicit, _), _)) => explicit,
        Ok((Event::Alias(_), _)) | Err(_) => true,
        _ => false,
    }) || source.text.lines().any(|line| line.starts_with("? ") || line == "...")
}

/// One line break at the end: all that can be done where the layout must stay.
fn tidied(text: &str) -> String {
    format!("{}\n", text.trim_end_matches(['\n', ' ', '\r']))
}

/// No blanks at the ends of lines, one empty line between parts; texts of several lines stay as they are.
fn tidied_toml(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    let mut quote: Option<&str> = None;
    let mut empty = 0;
    for line in text.lines() {
        let inside = quote.is_some();
        for mark in ["\"\"\"", "'''"] {
            if quote.is_none_or(|open| open == mark) && line.matches(mark).count() % 2 == 1 {
                quote = if quote.is_some() { None } else { Some(mark) };
            }
        }
        let line = if inside || quote.is_some() { line } else { line.trim_end() };
        empty = if line.is_empty() && !inside { empty + 1 } else { 0 };
        if empty > 1 || (empty == 1 && tidy.is_empty()) {
            continue;
        }
        if line.starts_with('[')
            && !inside
            && !tidy.is_empty()
            && !tidy.ends_with("\n\n")
            && !last_line_is_comment(&tidy)
        {
            tidy.push('\n');
        }
        tidy.push_str(line);
        tidy.push('\n');
    }
    format!("{}\n", tidy.trim_end_matches('\n'))
}

fn last_line_is_comment(text: &str) -> bool {
    text.lines().next_back().is_some_and(|line| line.starts_with('#'))
}
