//! What is known not to be null where a condition holds?
//!
//! `when: scene.image is not none` lets its node read `scene.image` without null. Only paths of fields are followed: an
//! item of a list is another one each time.

use serde_json::Value as Json;

use super::tree::{Comparison, Kind, Node};
use super::words::Filter;
use super::{Expression, Types};
use crate::schema::Schema;

/// A name and the fields read off it.
pub type FieldPath = Vec<String>;

/// The types in sight, where some paths are known not to be null.
pub struct Narrowed<'t> {
    types: &'t dyn Types,
    not_null: Vec<FieldPath>,
}

impl<'t> Narrowed<'t> {
    pub fn new(types: &'t dyn Types, not_null: Vec<FieldPath>) -> Self {
        Self { types, not_null }
    }
}

impl Types for Narrowed<'_> {
    fn schema(&self, name: &str) -> Option<Schema> {
        self.types.schema(name)
    }

    fn names(&self) -> Vec<String> {
        self.types.names()
    }

    fn is_not_null(&self, path: &[&str]) -> bool {
        // A path through null is null: what stands above a value that is not null is not null either.
        self.not_null.iter().any(|known| {
            known.len() >= path.len() && path.iter().zip(known).all(|(part, known)| part == known)
        }) || self.types.is_not_null(path)
    }
}

impl Expression {
    /// The paths that are not null where the expression, a condition, is true.
    pub fn not_null(&self) -> Vec<FieldPath> {
        not_null(&self.tree, true)
    }
}

/// The paths that are not null where `node`, a condition, is `truth`.
pub(super) fn not_null(node: &Node, truth: bool) -> Vec<FieldPath> {
    match &node.kind {
        Kind::Not(of) => not_null(of, !truth),
        Kind::IsNone(of) => {
            if truth {
                Vec::new()
            } else {
                surely(of)
            }
        }
        Kind::Both(a, b) if truth => joined(not_null(a, true), not_null(b, true)),
        Kind::Either(a, b) if !truth => joined(not_null(a, false), not_null(b, false)),
        Kind::Both(a, b) | Kind::Either(a, b) => {
            let b = not_null(b, truth);
            not_null(a, truth).into_iter().filter(|path| b.contains(path)).collect()
        }
        Kind::Compare(first, rest) if truth || rest.len() == 1 => {
            let mut found = Vec::new();
            let mut left = first.as_ref();
            for (comparison, right) in rest {
                found.extend(compared(*comparison, left, right, truth));
                left = right;
            }
            found
        }
        // True only where the value was there.
        Kind::Filter(Filter::Default, of, arguments) => {
            match arguments.get(0).map(|node| &node.kind) {
                Some(Kind::Constant(Json::Bool(value))) if *value != truth => surely(of),
                _ => Vec::new(),
            }
        }
        _ => surely(node),
    }
}

fn compared(comparison: Comparison, left: &Node, right: &Node, truth: bool) -> Vec<FieldPath> {
    let is_null = |node: &Node| matches!(node.kind, Kind::Constant(Json::Null));
    let is_value = |node: &Node| match &node.kind {
        Kind::Constant(value) => !value.is_null(),
        Kind::List(_) | Kind::Object(_) => true,
        _ => false,
    };
    let equal = match comparison {
        Comparison::Equal => truth,
        Comparison::Unequal => !truth,
        // These fault on null, whatever they come to.
        Comparison::In | Comparison::NotIn => return surely(right),
        _ => return joined(surely(left), surely(right)),
    };
    let mut found = Vec::new();
    for (one, other) in [(left, right), (right, left)] {
        if (equal && is_value(other)) || (!equal && is_null(other)) {
            found.extend(surely(one));
        }
    }
    found
}

/// The paths that cannot be null if `node` comes to a value other than null.
fn surely(node: &Node) -> Vec<FieldPath> {
    if let Some(path) = path_of(node) {
        return vec![path.iter().map(|&part| part.to_owned()).collect()];
    }
    match &node.kind {
        Kind::Filter(Filter::Default, ..) => Vec::new(),
        Kind::Field(of, _) | Kind::Filter(_, of, _) | Kind::Slice(of, _) | Kind::Negate(of) => {
            surely(of)
        }
        Kind::Item(a, b) | Kind::Calculate(_, a, b) | Kind::Concat(a, b) => {
            joined(surely(a), surely(b))
        }
        _ => Vec::new(),
    }
}

/// The name and the fields, if `node` is nothing else.
pub(super) fn path_of(node: &Node) -> Option<Vec<&str>> {
    match &node.kind {
        Kind::Name(name) => Some(vec![name]),
        Kind::Field(of, field) => {
            let mut path = path_of(of)?;
            path.push(field);
            Some(path)
        }
        _ => None,
    }
}

fn joined(mut a: Vec<FieldPath>, b: Vec<FieldPath>) -> Vec<FieldPath> {
    a.extend(b);
    a
}

#[cfg(test)]
mod tests {
    use crate::source::Span;

    use super::*;

    fn known(text: &str) -> String {
        let expression = Expression::parse(text, Span::new(0..text.len())).expect(text);
        let paths: Vec<String> = expression.not_null().iter().map(|path| path.join(".")).collect();
        paths.join(" ")
    }

    #[test]
    fn a_condition_tells_what_is_not_null() {
        assert_eq!(known("x.a is not none"), "x.a");
        assert_eq!(known("not x is none and y != null"), "x y");
        assert_eq!(known("x is not none or y is not none"), "");
        assert_eq!(known("x.a == 'lit' and none != y"), "x.a y");
        assert_eq!(known("not (x is none or y == none)"), "x y");
        assert_eq!(known("x.a | length > 0 and 1 < y + 1"), "x.a y");
        assert_eq!(known("x.ok | default(false)"), "x.ok");
        assert_eq!(known("x.ok | default(true)"), "");
        assert_eq!(known("x == y"), "");
        assert_eq!(known("x != 'lit'"), "");
        assert_eq!(known("x[0].a is not none"), "x");
        assert_eq!(known("inputs.on"), "inputs.on");
        assert_eq!(known("'a' in x.tags"), "x.tags");
    }
}
