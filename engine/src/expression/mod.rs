//! What does `${{ draft.scenes[0].seconds }}` name, what type has it, and what is its value?
//!
//! minijinja's grammar, parsed by it; typed and evaluated by one walk of ours over its tree. No I/O, no clock.

mod arguments;
mod calculate;
mod compared;
mod evaluate;
mod filter_types;
mod filters;
mod functions;
mod narrow;
mod operators;
mod parse;
mod path;
mod path_types;
mod prompt;
mod scan;
mod short;
mod template;
mod tree;
mod typing;
mod value;
mod words;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::schema::Schema;
use crate::source::{Span, Spanned};
pub use narrow::{FieldPath, Narrowed};
pub use prompt::{BrokenPrompt, prompt_variables};
pub use template::{Piece, Template};
pub use words::{KEYWORDS, Parameter, Signature, Sort, Takes, is_word, signatures};

/// A parsed expression and where it stands. Stored as its text, and parsed again when a plan is loaded.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Expression {
    text: Arc<str>,
    span: Span,
    tree: Arc<tree::Node>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    text: Arc<str>,
    at: Span,
}

/// An outer name, and the fields that are read off it as far as they are written out; items are passed through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub name: Spanned<String>,
    pub fields: Vec<String>,
}

/// Why a text is not an expression, or an expression has no type or value: what, and where in the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub kind: FaultKind,
    pub message: String,
    pub span: Span,
    pub help: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    Syntax,
    UnknownName,
    UnknownField,
    UnknownFunction,
    Type,
    Value,
    Fuel,
}

/// The types of the names that an expression may read.
pub trait Types {
    fn schema(&self, name: &str) -> Option<Schema>;
    /// All names in sight, for suggestions.
    fn names(&self) -> Vec<String>;
    /// Whether the value at `path`, a name and its fields, is known not to be null.
    fn is_not_null(&self, _path: &[&str]) -> bool {
        false
    }
}

/// The values of the names that an expression may read.
pub trait Values {
    /// None where the name is not in sight; JSON null where it stands for nothing.
    fn value(&self, name: &str) -> Result<Option<Arc<Json>>, Fault>;
}

impl Expression {
    /// Parses `text`, which stands at `span` of its file.
    ///
    /// Where the two differ in length (a block, escapes), every place within is the whole span.
    pub fn parse(text: &str, span: Span) -> Result<Self, Fault> {
        let tree = parse::parse(text, span)?;
        Ok(Self { text: text.into(), span, tree: Arc::new(tree) })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn span(&self) -> Span {
        self.span
    }

    /// The outer names that the expression reads, in order, each where it stands.
    pub fn names(&self) -> Vec<Spanned<&str>> {
        let mut found = Vec::new();
        names(&self.tree, &mut found);
        found
    }

    /// What the expression reads off each outer name, in order.
    pub fn paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        paths(&self.tree, &mut Vec::new(), &mut found);
        found
    }

    /// Whether the expression does nothing but read off one name: `draft.scenes[0].text`.
    pub fn is_path(&self) -> bool {
        is_path(&self.tree)
    }

    /// The expression's type, and all that is wrong with it. `anything` where it is not known.
    pub fn type_in(&self, types: &dyn Types) -> (Schema, Vec<Fault>) {
        typing::type_in(&self.tree, types)
    }

    /// The same, and a condition: what may be null or is no boolean is a fault.
    pub fn condition_in(&self, types: &dyn Types) -> Vec<Fault> {
        typing::condition_in(&self.tree, types)
    }

    pub fn evaluate(&self, values: &dyn Values) -> Result<Json, Fault> {
        evaluate::evaluate(&self.tree, values)
    }
}

fn names<'n>(node: &'n tree::Node, found: &mut Vec<Spanned<&'n str>>) {
    match &node.kind {
        tree::Kind::Name(name) => found.push(Spanned::new(name, node.span)),
        tree::Kind::Field(of, _) => names(of, found),
        _ => node.children().into_iter().for_each(|child| names(child, found)),
    }
}

fn is_path(node: &tree::Node) -> bool {
    match &node.kind {
        tree::Kind::Name(_) => true,
        tree::Kind::Field(of, _) => is_path(of),
        tree::Kind::Item(of, index) => is_path(of) && index.is_written_out(),
        _ => false,
    }
}

/// Collects the paths of `node`, off which `fields` are read, the last one first.
fn paths<'n>(node: &'n tree::Node, fields: &mut Vec<&'n str>, found: &mut Vec<Path>) {
    match &node.kind {
        tree::Kind::Name(name) => found.push(Path {
            name: Spanned::new(name.clone(), node.span),
            fields: fields.iter().rev().map(|&field| field.to_owned()).collect(),
        }),
        tree::Kind::Field(of, field) => {
            fields.push(field);
            paths(of, fields, found);
            fields.pop();
        }
        // These choose among items, and a path goes through a list.
        tree::Kind::Item(of, _) | tree::Kind::Slice(of, _) => {
            paths(of, fields, found);
            for child in node.children().into_iter().skip(1) {
                paths(child, &mut Vec::new(), found);
            }
        }
        _ => {
            for child in node.children() {
                paths(child, &mut Vec::new(), found);
            }
        }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.span == other.span
    }
}

impl Fault {
    pub fn new(kind: FaultKind, span: Span, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), span, help: None }
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<Expression> for Stored {
    fn from(expression: Expression) -> Self {
        Self { text: expression.text, at: expression.span }
    }
}

impl TryFrom<Stored> for Expression {
    type Error = Fault;

    fn try_from(stored: Stored) -> Result<Self, Fault> {
        Self::parse(&stored.text, stored.at)
    }
}

#[cfg(test)]
pub(crate) mod given;
