//! Stage 1: a file's text becomes a document.
//!
//! Two readers make one tree of YAML and TOML; the rest sees only the tree. Everything that the language has is read and
//! told apart here; what names mean is left to planning. Nothing stops at the first finding.

pub mod syntax;
pub mod tree;

mod fields;
mod format;
mod node;
mod pipeline;
mod policy;
mod quick;
pub(crate) mod rules;
mod scalar;
mod schedule;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod tests;
mod text;
mod toml;
mod yaml;

use std::sync::Arc;

use crate::diagnostic::{Findings, Rule};
use crate::source::Source;
use fields::Reader;
pub use format::{FormatError, Syntax, written};
#[cfg(test)]
pub(crate) use node::KEYS as NODE_KEYS;
#[cfg(test)]
pub(crate) use pipeline::KEYS as PIPELINE_KEYS;
pub use syntax::Document;

/// The document that `source` writes, as far as it could be read, and all that is wrong with it in the file's order.
///
/// A path that ends in `.toml` is read as TOML, every other one as YAML.
pub fn parse(source: &Arc<Source>) -> (Option<Document>, Findings) {
    if source.text.len() > rules::too_large::BYTES {
        return (None, Findings::from_iter([rules::too_large::bytes(source)]));
    }
    let is_toml = source.path.extension().is_some_and(|ending| ending == "toml");
    let (tree, findings) = if is_toml { toml::read(source) } else { yaml::read(source) };
    let mut reader = Reader { source, findings };
    let document = match &tree {
        Some(tree) => pipeline::read(&mut reader, tree),
        None if reader.findings.is_empty() => {
            let nothing = tree::Tree::new(tree::Value::Null, crate::source::Span::default());
            pipeline::read(&mut reader, &nothing)
        }
        None => None,
    };
    rules::missing_quotes::without_echoes(&mut reader.findings);
    reader.findings.sort_by(|a, b| a.order().cmp(&b.order()));
    // What an alias repeats is found at each use; where it says the same place, once is enough.
    reader.findings.dedup();
    (document, reader.findings)
}

/// The laws of this stage, for `flow explain`.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}
