//! What is a value of a pipeline file, in which `${{ }}` may stand?

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Expression, Fault, Types, Values};
use crate::schema::Schema;
use crate::source::Spanned;

/// A value of a pipeline file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// No expression anywhere inside.
    Literal(Json),
    /// One `${{ }}` alone: keeps its JSON type.
    Expression(Expression),
    /// Text with expressions in it.
    Text(Vec<Piece>),
    List(Vec<Template>),
    Object(Vec<(String, Template)>),
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Text(String),
    Expression(Expression),
}

impl Template {
    /// The outer names that the value reads, each where it stands.
    pub fn names(&self) -> Vec<Spanned<String>> {
        Vec::new()
    }

    pub fn type_in(&self, _types: &dyn Types) -> (Schema, Vec<Fault>) {
        (Schema::anything(), Vec::new())
    }

    pub fn evaluate(&self, _values: &dyn Values) -> Result<Json, Fault> {
        Ok(Json::Null)
    }
}
