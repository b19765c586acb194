//! What do the functions give?

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde_json::Value as Json;

use super::evaluate::Walk;
use super::tree::Arguments;
use super::value::{Number, Value};
use super::words::Function;
use super::{Fault, FaultKind};
use crate::money::Usd;
use crate::source::Span;

pub(super) fn call<'v>(
    walk: &Walk<'v>,
    function: Function,
    arguments: &'v Arguments,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let argument = arguments.get(0).expect("each function has one argument, checked in parse");
    match function {
        Function::Range => {
            let stop = i64::try_from(walk.integer(argument)?).unwrap_or(i64::MAX).max(0);
            walk.burn(usize::try_from(stop).unwrap_or(usize::MAX), span)?;
            Ok(Value::List((0..stop).map(|index| Value::owned(Json::from(index))).collect()))
        }
        Function::Usd => {
            let value = walk.value(argument)?;
            let Some(number) = value.as_number() else {
                let message = format!("`usd` makes an amount of a number, not of {}", value.noun());
                return Err(Fault::new(FaultKind::Type, argument.span, message));
            };
            let amount = amount(number)
                .ok_or_else(|| Fault::new(FaultKind::Value, span, "the amount is too large"))?;
            Ok(Value::owned(Json::String(amount.to_string())))
        }
    }
}

/// Rounded to six decimals.
fn amount(number: Number) -> Option<Usd> {
    let decimal = match number {
        Number::Integer(integer) => Decimal::from_i128(integer),
        Number::Fraction(fraction) => Decimal::from_f64(fraction),
    };
    Usd::new(decimal?.round_dp(6)).ok()
}
