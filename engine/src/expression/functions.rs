//! What do the functions give, and of what type?

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use serde_json::{Value as Json, json};

use super::evaluate::Walk;
use super::tree::Arguments;
use super::value::{Number, Value};
use super::words::Function;
use super::{Fault, FaultKind, typing};
use crate::money::Usd;
use crate::schema::{JsonTypes, Schema};
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

pub(super) fn type_of(
    walk: &typing::Walk<'_>,
    function: Function,
    arguments: &Arguments,
) -> Schema {
    let argument = arguments.get(0).expect("each function has one argument, checked in parse");
    match function {
        Function::Range => {
            let schema = walk.integer(argument);
            let stop = schema.constant().and_then(Json::as_u64);
            let mut items = json!({ "type": "integer", "minimum": 0 });
            if let Some(last) = stop.and_then(|stop| stop.checked_sub(1)) {
                items["maximum"] = json!(last);
            }
            Schema::list(&Schema::new(items), stop.unwrap_or_default(), stop)
        }
        Function::Usd => {
            let types = walk.schema(argument).types();
            if types != JsonTypes::ALL && !types.within(JsonTypes::NUMBER) {
                let message = format!("`usd` makes an amount of a number, not of {types}");
                walk.fault(Fault::new(FaultKind::Type, argument.span, message));
            }
            Schema::new(json!({ "type": "string", "format": "money" }))
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
