//! What do the parser's operators mean?

use minijinja::machinery::ast;

use super::Fault;
use super::parse::Reader;
use super::tree::{Comparison, Kind, Node, Operator};

impl Reader<'_> {
    pub(super) fn unary(&self, unary: &ast::UnaryOp<'_>, depth: usize) -> Result<Kind, Fault> {
        let of = self.boxed(&unary.expr, depth)?;
        Ok(match (&unary.op, of.kind) {
            // How minijinja writes `a not in b`; the same as `not (a in b)`.
            (ast::UnaryOpKind::Not, Kind::Compare(left, mut rest))
                if rest.len() == 1 && rest[0].0 == Comparison::In =>
            {
                rest[0].0 = Comparison::NotIn;
                Kind::Compare(left, rest)
            }
            (ast::UnaryOpKind::Not, kind) => Kind::Not(Box::new(Node::new(kind, of.span))),
            (ast::UnaryOpKind::Neg, kind) => Kind::Negate(Box::new(Node::new(kind, of.span))),
        })
    }

    pub(super) fn binary(&self, binary: &ast::BinOp<'_>, depth: usize) -> Result<Kind, Fault> {
        let left = self.boxed(&binary.left, depth)?;
        let right = self.boxed(&binary.right, depth)?;
        let calculate = |operator, left, right| Kind::Calculate(operator, left, right);
        let compare =
            |comparison, left, right: Box<Node>| Kind::Compare(left, vec![(comparison, *right)]);
        Ok(match binary.op {
            ast::BinOpKind::Eq => compare(Comparison::Equal, left, right),
            ast::BinOpKind::Ne => compare(Comparison::Unequal, left, right),
            ast::BinOpKind::Lt => compare(Comparison::Less, left, right),
            ast::BinOpKind::Lte => compare(Comparison::LessOrEqual, left, right),
            ast::BinOpKind::Gt => compare(Comparison::Greater, left, right),
            ast::BinOpKind::Gte => compare(Comparison::GreaterOrEqual, left, right),
            ast::BinOpKind::In => compare(Comparison::In, left, right),
            ast::BinOpKind::ScAnd => Kind::Both(left, right),
            ast::BinOpKind::ScOr => Kind::Either(left, right),
            ast::BinOpKind::Concat => Kind::Concat(left, right),
            ast::BinOpKind::Add => calculate(Operator::Add, left, right),
            ast::BinOpKind::Sub => calculate(Operator::Subtract, left, right),
            ast::BinOpKind::Mul => calculate(Operator::Multiply, left, right),
            ast::BinOpKind::Div => calculate(Operator::Divide, left, right),
            ast::BinOpKind::FloorDiv => calculate(Operator::FloorDivide, left, right),
            ast::BinOpKind::Rem => calculate(Operator::Remainder, left, right),
            ast::BinOpKind::Pow => calculate(Operator::Power, left, right),
        })
    }
}

pub(super) fn comparison(op: ast::CompareOpKind) -> Comparison {
    match op {
        ast::CompareOpKind::Eq => Comparison::Equal,
        ast::CompareOpKind::Ne => Comparison::Unequal,
        ast::CompareOpKind::Lt => Comparison::Less,
        ast::CompareOpKind::Lte => Comparison::LessOrEqual,
        ast::CompareOpKind::Gt => Comparison::Greater,
        ast::CompareOpKind::Gte => Comparison::GreaterOrEqual,
        ast::CompareOpKind::In => Comparison::In,
        ast::CompareOpKind::NotIn => Comparison::NotIn,
    }
}
