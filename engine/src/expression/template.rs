//! What is a value of a pipeline file, in which `${{ }}` may stand?

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::evaluate::no_text;
use super::value::Value;
use super::{Expression, Fault, Types, Values, scan};
use crate::schema::Schema;
use crate::source::{Span, Spanned};

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
    /// Reads a text of the file. One `${{ }}` with only white space around it keeps its type.
    ///
    /// `span` covers the text itself, without quotes; where its length differs from the text's (a block, escapes),
    /// every place within is the whole span.
    pub fn text(text: &str, span: Span) -> Result<Self, Vec<Fault>> {
        let (mut pieces, faults) = scan::pieces(text, span);
        if !faults.is_empty() {
            return Err(faults);
        }
        let is_blank = |piece: &Piece| matches!(piece, Piece::Text(text) if text.trim().is_empty());
        let expressions =
            pieces.iter().filter(|piece| matches!(piece, Piece::Expression(_))).count();
        if expressions == 0 {
            let text = pieces.into_iter().map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Expression(_) => String::new(),
            });
            return Ok(Self::Literal(Json::String(text.collect())));
        }
        if expressions == 1
            && pieces.iter().filter(|piece| is_blank(piece)).count() + 1 == pieces.len()
        {
            pieces.retain(|piece| !is_blank(piece));
            if let Some(Piece::Expression(expression)) = pieces.pop() {
                return Ok(Self::Expression(expression));
            }
        }
        Ok(Self::Text(pieces))
    }

    /// All expressions of the value, in order.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Text(pieces) => pieces.iter().filter_map(Piece::expression).collect(),
            Self::List(items) => items.iter().flat_map(Self::expressions).collect(),
            Self::Object(fields) => {
                fields.iter().flat_map(|(_, value)| value.expressions()).collect()
            }
        }
    }

    /// The outer names that the value reads, each where it stands.
    pub fn names(&self) -> Vec<Spanned<String>> {
        self.expressions().into_iter().flat_map(Expression::names).collect()
    }

    pub fn type_in(&self, _types: &dyn Types) -> (Schema, Vec<Fault>) {
        (Schema::anything(), Vec::new())
    }

    pub fn evaluate(&self, values: &dyn Values) -> Result<Json, Fault> {
        match self {
            Self::Literal(json) => Ok(json.clone()),
            Self::Expression(expression) => expression.evaluate(values),
            Self::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(plain) => text.push_str(plain),
                        Piece::Expression(expression) => {
                            text.push_str(&inserted(expression, values)?);
                        }
                    }
                }
                Ok(Json::String(text))
            }
            Self::List(items) => items
                .iter()
                .map(|item| item.evaluate(values))
                .collect::<Result<_, _>>()
                .map(Json::Array),
            Self::Object(fields) => {
                let fields =
                    fields.iter().map(|(name, value)| Ok((name.clone(), value.evaluate(values)?)));
                fields.collect::<Result<Map<_, _>, _>>().map(Json::Object)
            }
        }
    }
}

/// The expression's value as longer text shows it.
fn inserted(expression: &Expression, values: &dyn Values) -> Result<String, Fault> {
    let value = Value::owned(expression.evaluate(values)?);
    value.to_text().ok_or_else(|| no_text(value.noun(), expression.span()))
}

impl Piece {
    pub fn expression(&self) -> Option<&Expression> {
        match self {
            Self::Text(_) => None,
            Self::Expression(expression) => Some(expression),
        }
    }
}
