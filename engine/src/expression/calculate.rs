//! What do `+ - * / // % **` give?
//!
//! Integers are exact and have 64 bits; more is an error. `/` gives a number. A number without a fraction is an integer.

use super::tree::Operator;
use super::value::{Number, Value};
use super::{Fault, FaultKind};
use crate::source::Span;

pub(super) fn calculate<'v>(
    operator: Operator,
    left: &Value<'_>,
    right: &Value<'_>,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
        return Err(no_numbers(operator, left.noun(), right.noun(), span));
    };
    let by_zero = b.to_float() == 0.0;
    if by_zero && matches!(operator, Operator::Divide | Operator::FloorDivide | Operator::Remainder)
    {
        return Err(Fault::new(FaultKind::Value, span, "nothing can be divided by 0"));
    }
    let result = match (a, b) {
        (Number::Integer(a), Number::Integer(b)) if operator != Operator::Divide => {
            whole(operator, a, b)
        }
        _ => Number::of_float(float(operator, a.to_float(), b.to_float())),
    };
    written(result, span)
}

pub(super) fn negate<'v>(value: &Value<'_>, span: Span) -> Result<Value<'v>, Fault> {
    match value.as_number() {
        Some(Number::Integer(integer)) => written(Some(Number::Integer(-integer)), span),
        Some(Number::Fraction(fraction)) => written(Number::of_float(-fraction), span),
        None => {
            let message = format!("`-` stands before a number, not before {}", value.noun());
            Err(Fault::new(FaultKind::Type, span, message))
        }
    }
}

fn written<'v>(number: Option<Number>, span: Span) -> Result<Value<'v>, Fault> {
    number.and_then(Number::to_json).map(Value::owned).ok_or_else(|| {
        Fault::new(FaultKind::Value, span, "the result is too large: an integer has 64 bits")
    })
}

/// What operands are wrong, and what was perhaps meant.
pub(super) fn no_numbers(operator: Operator, left: &str, right: &str, span: Span) -> Fault {
    let sign = operator.sign();
    let message = format!("`{sign}` calculates with numbers, not with {left} and {right}");
    let fault = Fault::new(FaultKind::Type, span, message);
    match (operator, left, right) {
        (Operator::Add, "a list", "a list") => fault.help("write `a | chain(b)` to join lists"),
        (Operator::Add, "a text", _) | (Operator::Add, _, "a text") => {
            fault.help("write `a ~ b` to join texts")
        }
        (_, "null", _) | (_, _, "null") => fault.help("add `| default(0)` to what may be null"),
        _ => fault,
    }
}

/// None where the result needs more than 128 bits.
fn whole(operator: Operator, a: i128, b: i128) -> Option<Number> {
    let result = match operator {
        Operator::Add => a.checked_add(b),
        Operator::Subtract => a.checked_sub(b),
        Operator::Multiply => a.checked_mul(b),
        Operator::FloorDivide => Some(floor_divide(a, b)),
        Operator::Remainder => Some(a - floor_divide(a, b) * b),
        Operator::Power => match u32::try_from(b) {
            Ok(exponent) => a.checked_pow(exponent),
            Err(_) => return Number::of_float(float(operator, to_float(a), to_float(b))),
        },
        Operator::Divide => None,
    };
    result.map(Number::Integer)
}

fn floor_divide(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

fn to_float(integer: i128) -> f64 {
    Number::Integer(integer).to_float()
}

fn float(operator: Operator, a: f64, b: f64) -> f64 {
    match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        Operator::FloorDivide => (a / b).floor(),
        Operator::Remainder => a - (a / b).floor() * b,
        Operator::Power => a.powf(b),
    }
}
