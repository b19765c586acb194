//! What is a value of a pipeline file, in which `${{ }}` may stand?

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::evaluate::no_text;
use super::value::Value;
use super::{Expression, Fault, Types, Values, scan, typing};
use crate::schema::{Field, Schema};
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
    pub fn names(&self) -> Vec<Spanned<&str>> {
        match self {
            Self::Expression(expression) => expression.names(),
            _ => self.expressions().into_iter().flat_map(Expression::names).collect(),
        }
    }

    /// The value's type, and all that is wrong with it. What is written out is a `const`; lists and objects are closed.
    pub fn type_in(&self, types: &dyn Types) -> (Schema, Vec<Fault>) {
        let mut faults = Vec::new();
        let schema = self.typed(types, &mut faults);
        (schema, faults)
    }

    fn typed(&self, types: &dyn Types, faults: &mut Vec<Fault>) -> Schema {
        match self {
            Self::Literal(json) => Schema::constant_of(json.clone()),
            Self::Expression(expression) => {
                let (schema, found) = expression.type_in(types);
                faults.extend(found);
                schema
            }
            Self::Text(pieces) => {
                for expression in pieces.iter().filter_map(Piece::expression) {
                    faults.extend(typing::text_in(&expression.tree, types));
                }
                // What is written out around the expressions is always there.
                let written = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => text.chars().count(),
                    Piece::Expression(_) => 0,
                });
                let mut of = json!({ "type": "string" });
                let least: usize = written.sum();
                if least > 0 {
                    of["minLength"] = json!(least);
                }
                Schema::new(of)
            }
            Self::List(items) => {
                let items: Vec<Schema> =
                    items.iter().map(|item| item.typed(types, faults)).collect();
                Schema::tuple(&items)
            }
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| Field {
                    name: name.clone(),
                    schema: value.typed(types, faults),
                    required: true,
                });
                Schema::object(&fields.collect::<Vec<_>>())
            }
        }
    }

    /// The value, where the file writes it out.
    pub fn constant(&self) -> Option<&Json> {
        match self {
            Self::Literal(json) => Some(json),
            _ => None,
        }
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

#[cfg(test)]
mod tests {
    use super::super::given::Given;
    use super::*;

    #[test]
    fn a_value_of_a_file_has_a_closed_type() {
        let read = |text: &str| Template::text(text, Span::new(0..text.len())).expect("parsed");
        let template = Template::Object(vec![
            ("title".to_owned(), read("The ${{ n }} of ${{ title }}")),
            (
                "all".to_owned(),
                Template::List(vec![read("${{ n }}"), Template::Literal(json!("x"))]),
            ),
            ("fixed".to_owned(), Template::Literal(json!({ "a": [1] }))),
        ]);
        let types = Given(json!({ "n": { "type": "integer" }, "title": { "type": "string" } }));
        let (schema, faults) = template.type_in(&types);
        assert_eq!(faults, []);
        insta::assert_snapshot!(schema.as_json(), @r#"{"type":"object","properties":{"title":{"type":"string","minLength":8},"all":{"type":"array","prefixItems":[{"type":"integer"},{"const":"x"}],"items":false,"minItems":2,"maxItems":2},"fixed":{"const":{"a":[1]}}},"required":["title","all","fixed"],"additionalProperties":false}"#);
        let values = Given(json!({ "n": 2, "title": "x" }));
        let value = template.evaluate(&values).expect("evaluated");
        assert_eq!(schema.violations(&value), []);
        let names: Vec<&str> = template.names().into_iter().map(|name| name.value).collect();
        assert_eq!(names, ["n", "title", "n"]);
    }

    #[test]
    fn a_list_in_longer_text_is_told_before_the_run() {
        let text = "All of ${{ list }}";
        let template = Template::text(text, Span::new(0..text.len())).expect("parsed");
        let types = Given(json!({ "list": { "type": "array" } }));
        let faults = template.type_in(&types).1;
        assert_eq!(faults[0].span, Span::new(11..15));
        assert_eq!(faults[0].help.as_deref(), Some("add `| join(', ')`"));
    }

    #[test]
    fn a_template_is_stored_and_read_again() {
        let text = "a ${{ x.y | default('é') }} b";
        let template = Template::text(text, Span::new(7..7 + text.len())).expect("parsed");
        let stored = serde_json::to_string(&template).expect("stored");
        let read: Template = serde_json::from_str(&stored).expect("read");
        assert_eq!(read, template);
        assert_eq!(read.names()[0].span, Span::new(13..14));
    }
}
