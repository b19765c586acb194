//! What is an expression made of?
//!
//! Owned, and smaller than minijinja's own tree: what the language forbids cannot be said with it.

use serde_json::Value as Json;

use super::words::{Filter, Function};
use crate::source::Span;

/// A part of an expression, and where it stands in the file.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Null, a boolean, a number, a text.
    Constant(Json),
    /// A name from outside.
    Name(String),
    /// `x.field`, `x['field']`.
    Field(Box<Node>, String),
    /// `x[0]`, `x[name]`.
    Item(Box<Node>, Box<Node>),
    /// `x[start:stop:step]`.
    Slice(Box<Node>, [Option<Box<Node>>; 3]),
    Not(Box<Node>),
    Negate(Box<Node>),
    Both(Box<Node>, Box<Node>),
    Either(Box<Node>, Box<Node>),
    /// `a < b <= c`: each with its neighbour.
    Compare(Box<Node>, Vec<(Comparison, Node)>),
    Calculate(Operator, Box<Node>, Box<Node>),
    /// `a ~ b`: one text.
    Concat(Box<Node>, Box<Node>),
    If {
        condition: Box<Node>,
        then: Box<Node>,
        /// Null where none.
        otherwise: Option<Box<Node>>,
    },
    Filter(Filter, Box<Node>, Arguments),
    /// `x is none`.
    IsNone(Box<Node>),
    Call(Function, Arguments),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    NotIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// Rounded down.
    FloorDivide,
    /// What rounding down leaves over; has the divisor's sign.
    Remainder,
    Power,
}

/// What a filter or function was given, in the order of its signature's parameters; none where left out.
#[derive(Clone, Debug, Default)]
pub(super) struct Arguments(pub(super) Vec<Option<Node>>);

impl Node {
    pub(super) fn new(kind: Kind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The parts that the part is made of, in the order in which they are written.
    pub(super) fn children(&self) -> Vec<&Node> {
        match &self.kind {
            Kind::Constant(_) | Kind::Name(_) => Vec::new(),
            Kind::Field(of, _) | Kind::Not(of) | Kind::Negate(of) | Kind::IsNone(of) => vec![of],
            Kind::Item(a, b)
            | Kind::Both(a, b)
            | Kind::Either(a, b)
            | Kind::Calculate(_, a, b)
            | Kind::Concat(a, b) => vec![a, b],
            Kind::Slice(of, bounds) => {
                let bounds = bounds.iter().flatten().map(AsRef::as_ref);
                std::iter::once(of.as_ref()).chain(bounds).collect()
            }
            Kind::Compare(first, rest) => {
                std::iter::once(first.as_ref()).chain(rest.iter().map(|(_, node)| node)).collect()
            }
            Kind::If { condition, then, otherwise } => {
                let mut parts = vec![then.as_ref(), condition.as_ref()];
                parts.extend(otherwise.as_deref());
                parts
            }
            Kind::Filter(_, of, arguments) => {
                std::iter::once(of.as_ref()).chain(arguments.0.iter().flatten()).collect()
            }
            Kind::Call(_, arguments) => arguments.0.iter().flatten().collect(),
            Kind::List(items) => items.iter().collect(),
            Kind::Object(fields) => fields.iter().map(|(_, node)| node).collect(),
        }
    }

    /// The text that the part is, where it is written out.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Constant(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Whether it is a value that the text itself says: `'id'`, `0`, `-1`.
    pub(super) fn is_written_out(&self) -> bool {
        match &self.kind {
            Kind::Constant(_) => true,
            Kind::Negate(of) => of.is_written_out(),
            _ => false,
        }
    }
}

impl Arguments {
    pub(super) fn get(&self, index: usize) -> Option<&Node> {
        self.0.get(index)?.as_ref()
    }
}

impl Comparison {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

impl Operator {
    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Remainder => "%",
            Self::Power => "**",
        }
    }
}
