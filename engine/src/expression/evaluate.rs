//! What is an expression's value?
//!
//! The one walk that computes. It reads values by reference, does no input or output, and burns fuel for each part and
//! each item that it touches, so that every evaluation ends.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::calculate::{calculate, negate};
use super::tree::{Comparison, Kind, Node};
use super::value::{Number, Value};
use super::{Fault, FaultKind, Values, filters, functions};
use crate::source::Span;

/// So many parts and items may be touched: a list of 100 000 items passes twenty filters, and none takes 200 MB.
const FUEL: u64 = 2_000_000;

/// The value of `node`.
pub(super) fn evaluate(node: &Node, values: &dyn Values) -> Result<Json, Fault> {
    let mut names = BTreeMap::new();
    gather(node, values, &mut names)?;
    let walk = Walk { names: &names, fuel: Cell::new(FUEL) };
    walk.value(node).map(Value::into_json)
}

/// Reads each name that the expression mentions once.
fn gather<'n>(
    node: &'n Node,
    values: &dyn Values,
    names: &mut BTreeMap<&'n str, Arc<Json>>,
) -> Result<(), Fault> {
    if let Kind::Name(name) = &node.kind
        && !names.contains_key(name.as_str())
    {
        let Some(value) = values.value(name)? else {
            let message = format!("nothing in sight is called `{name}`");
            return Err(Fault::new(FaultKind::UnknownName, node.span, message));
        };
        names.insert(name, value);
    }
    node.children().into_iter().try_for_each(|child| gather(child, values, names))
}

pub(super) struct Walk<'v> {
    names: &'v BTreeMap<&'v str, Arc<Json>>,
    fuel: Cell<u64>,
}

impl<'v> Walk<'v> {
    /// Burns fuel for touching `items`.
    pub(super) fn burn(&self, items: usize, span: Span) -> Result<(), Fault> {
        match self.fuel.get().checked_sub(items as u64) {
            Some(left) => {
                self.fuel.set(left);
                Ok(())
            }
            None => Err(Fault::new(FaultKind::Fuel, span, "the expression takes too many steps")
                .help("give the work to a node, such as `exec/command`")),
        }
    }

    pub(super) fn value(&self, node: &'v Node) -> Result<Value<'v>, Fault> {
        self.burn(1, node.span)?;
        Ok(match &node.kind {
            Kind::Constant(json) => Value::borrowed(json),
            Kind::Name(name) => {
                Value::borrowed(self.names.get(name.as_str()).expect("gathered before the walk"))
            }
            Kind::Field(of, name) => {
                let of = self.value(of)?;
                self.field(of, name, node.span)?
            }
            Kind::Item(of, index) => self.item(of, index, node.span)?,
            Kind::Slice(of, bounds) => self.slice(of, bounds, node.span)?,
            Kind::Not(of) => Value::owned(Json::Bool(!self.boolean(of)?)),
            Kind::Negate(of) => negate(&self.value(of)?, node.span)?,
            Kind::Both(a, b) => Value::owned(Json::Bool(self.boolean(a)? && self.boolean(b)?)),
            Kind::Either(a, b) => Value::owned(Json::Bool(self.boolean(a)? || self.boolean(b)?)),
            Kind::Compare(first, rest) => Value::owned(Json::Bool(self.chain(first, rest)?)),
            Kind::Calculate(operator, a, b) => {
                calculate(*operator, &self.value(a)?, &self.value(b)?, node.span)?
            }
            Kind::Concat(a, b) => Value::owned(Json::String(self.text(a)? + &self.text(b)?)),
            Kind::If { condition, then, otherwise } => {
                match (self.boolean(condition)?, otherwise) {
                    (true, _) => self.value(then)?,
                    (false, Some(otherwise)) => self.value(otherwise)?,
                    (false, None) => Value::null(),
                }
            }
            Kind::Filter(filter, of, arguments) => {
                filters::apply(self, *filter, of, arguments, node.span)?
            }
            Kind::IsNone(of) => Value::owned(Json::Bool(self.value(of)?.is_null())),
            Kind::Call(function, arguments) => {
                functions::call(self, *function, arguments, node.span)?
            }
            Kind::List(items) => {
                Value::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            Kind::Object(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), self.value(value)?.into_json())));
                Value::owned(Json::Object(fields.collect::<Result<Map<_, _>, Fault>>()?))
            }
        })
    }

    pub(super) fn boolean(&self, node: &'v Node) -> Result<bool, Fault> {
        let value = self.value(node)?;
        value.as_bool().ok_or_else(|| {
            let message = format!("a condition is true or false, and this is {}", value.noun());
            let fault = Fault::new(FaultKind::Type, node.span, message);
            if value.is_null() { fault.help("add `| default(false)`") } else { fault }
        })
    }

    pub(super) fn integer(&self, node: &'v Node) -> Result<i128, Fault> {
        let value = self.value(node)?;
        if let Some(Number::Integer(integer)) = value.as_number() {
            return Ok(integer);
        }
        let message = format!("an integer stands here, not {}", value.noun());
        Err(Fault::new(FaultKind::Type, node.span, message))
    }

    pub(super) fn text(&self, node: &'v Node) -> Result<String, Fault> {
        let value = self.value(node)?;
        value.to_text().ok_or_else(|| no_text(value.noun(), node.span))
    }

    fn chain(&self, first: &'v Node, rest: &'v [(Comparison, Node)]) -> Result<bool, Fault> {
        let mut left = self.value(first)?;
        let mut span = first.span;
        for (comparison, node) in rest {
            let right = self.value(node)?;
            let place = Span { start: span.start.min(node.span.start), end: node.span.end };
            if !self.compare(*comparison, &left, &right, place)? {
                return Ok(false);
            }
            (left, span) = (right, node.span);
        }
        Ok(true)
    }

    pub(super) fn compare(
        &self,
        comparison: Comparison,
        left: &Value<'v>,
        right: &Value<'v>,
        span: Span,
    ) -> Result<bool, Fault> {
        let unlike = || {
            let (sign, left, right) = (comparison.sign(), left.noun(), right.noun());
            let message = format!("`{sign}` cannot compare {left} with {right}");
            Fault::new(FaultKind::Type, span, message)
        };
        let order = || left.order(right).ok_or_else(unlike);
        Ok(match comparison {
            Comparison::Equal => left.equals(right).ok_or_else(unlike)?,
            Comparison::Unequal => !left.equals(right).ok_or_else(unlike)?,
            Comparison::Less => order()? == Ordering::Less,
            Comparison::LessOrEqual => order()? != Ordering::Greater,
            Comparison::Greater => order()? == Ordering::Greater,
            Comparison::GreaterOrEqual => order()? != Ordering::Less,
            Comparison::In => self.holds(right, left, span)?.ok_or_else(unlike)?,
            Comparison::NotIn => !self.holds(right, left, span)?.ok_or_else(unlike)?,
        })
    }

    /// Whether `part` is an item of the list, a field of the object, a stretch of the text `whole`.
    fn holds(
        &self,
        whole: &Value<'v>,
        part: &Value<'v>,
        span: Span,
    ) -> Result<Option<bool>, Fault> {
        if let (Some(whole), Some(part)) = (whole.as_text(), part.as_text()) {
            return Ok(Some(whole.contains(part)));
        }
        if let (Value::Json(json), Some(name)) = (whole, part.as_text())
            && let Json::Object(fields) = json.as_ref()
        {
            return Ok(Some(fields.contains_key(name)));
        }
        let Some(length) = whole.items_len() else {
            return Ok(None);
        };
        self.burn(length, span)?;
        let key = part.key();
        Ok(Some(match whole {
            Value::List(items) => items.iter().any(|item| item.key() == key),
            Value::Json(json) => json
                .as_array()
                .is_some_and(|items| items.iter().any(|item| Value::borrowed(item).key() == key)),
        }))
    }
}

pub(super) fn no_text(noun: &str, span: Span) -> Fault {
    let message = format!("only texts, numbers and booleans stand in a text, not {noun}");
    let fault = Fault::new(FaultKind::Type, span, message);
    match noun {
        "null" => fault.help("add `| default('')`"),
        "a list" => fault.help("add `| join(', ')`"),
        _ => fault,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::given::Given;
    use super::super::{Expression, FaultKind};
    use super::*;

    fn given() -> Given {
        Given(json!({
            "draft": {
                "title": "Tides",
                "scenes": [
                    { "id": 1, "order": 2, "seconds": 2.5, "words": ["a", "b"], "ok": true },
                    { "id": 2, "order": 1, "seconds": 4, "words": [], "ok": false, "note": "x" },
                    { "id": 3, "order": 1, "seconds": 4.0, "words": ["c"], "ok": true },
                ],
                "odd-name": { "items": [1, 1.0, 2] },
            },
            "skipped": null,
            "some": [null, 1, null, 2],
            "cost": "0.10 USD",
            "limit": "9.50 USD",
            "big": u64::MAX,
            "flag": true,
        }))
    }

    fn fault(text: &str) -> Fault {
        match Expression::parse(text, Span::new(0..text.len())) {
            Ok(expression) => expression.evaluate(&given()).expect_err(text),
            Err(fault) => fault,
        }
    }

    #[track_caller]
    fn gives(text: &str, expected: &Json) {
        let expression = Expression::parse(text, Span::new(0..text.len())).expect(text);
        assert_eq!(expression.evaluate(&given()), Ok(expected.clone()), "{text}");
    }

    #[track_caller]
    fn fails(text: &str, kind: FaultKind) {
        let fault = fault(text);
        assert_eq!(fault.kind, kind, "{text}: {fault}");
    }

    #[test]
    fn a_path_reads_fields_items_and_every_item_of_a_list() {
        gives("draft.title", &json!("Tides"));
        gives("draft.scenes[0].seconds", &json!(2.5));
        gives("draft['odd-name'].items", &json!([1, 1.0, 2]));
        gives("draft.scenes[-1].id", &json!(3));
        gives("draft.scenes.id", &json!([1, 2, 3]));
        gives("draft.scenes.words", &json!([["a", "b"], [], ["c"]]));
        gives("draft.scenes[:2].id", &json!([1, 2]));
        gives("draft.scenes[-2:].id", &json!([2, 3]));
        gives("draft.scenes[::2].id", &json!([1, 3]));
        gives("draft.scenes[5:].id", &json!([]));
        gives("draft.title[:2]", &json!("Ti"));
        fails("draft.scenes[3]", FaultKind::Value);
        fails("draft.title.length", FaultKind::Type);
        fails("darft.title", FaultKind::UnknownName);
    }

    #[test]
    fn a_path_through_null_is_null() {
        gives("skipped.video.url", &json!(null));
        gives("skipped[0]", &json!(null));
        gives("skipped[:3]", &json!(null));
        gives("draft.scenes.note", &json!([null, "x", null]));
        gives("skipped.x | default('y')", &json!("y"));
        gives("draft.scenes[0].note is none", &json!(true));
        gives("draft.scenes[1].note is not none", &json!(true));
        gives("null is none and none == null and not none is not none", &json!(true));
    }

    #[test]
    fn integers_are_exact_and_overflow_is_a_fault() {
        gives("9007199254740993 + 1", &json!(9_007_199_254_740_994_i64));
        gives("big - 1", &json!(u64::MAX - 1));
        gives("7 / 2", &json!(3.5));
        gives("6 / 2", &json!(3));
        gives("-7 // 2", &json!(-4));
        gives("-7 % 3", &json!(2));
        gives("2 ** 10", &json!(1024));
        gives("0.5 + 0.5", &json!(1));
        gives("9007199254740993 > 9007199254740992.0", &json!(true));
        fails("big + 1", FaultKind::Value);
        fails("10 ** 40", FaultKind::Value);
        fails("1 / 0", FaultKind::Value);
        fails("'1' + 1", FaultKind::Type);
        fails("skipped + 1", FaultKind::Type);
        fails("true + 1", FaultKind::Type);
    }

    #[test]
    fn only_like_compares_with_like() {
        gives("1 == 1.0 and 'a' != 'b' and 2 > 1 and 'a' < 'b'", &json!(true));
        gives("1 < 2 < 3 and not 1 < 3 < 2", &json!(true));
        gives("draft.scenes[1].seconds == draft.scenes[2].seconds", &json!(true));
        gives("skipped == 'x' or skipped != none", &json!(false));
        gives("[1, {'a': 2}] == [1.0, {'a': 2}]", &json!(true));
        fails("1 == true", FaultKind::Type);
        fails("1 == '1'", FaultKind::Type);
        fails("skipped < 1", FaultKind::Type);
        fails("true < false", FaultKind::Type);
        fails("[1] < [2]", FaultKind::Type);
    }

    #[test]
    fn amounts_are_compared_by_amount() {
        gives("cost < limit", &json!(true));
        gives("limit > '10 USD'", &json!(false));
        gives("cost == '0.1 USD'", &json!(true));
        gives("usd(0.1) == cost and usd(3) > limit", &json!(false));
        gives("usd(0.1 + 0.2)", &json!("0.30 USD"));
        gives("['10 USD', '9 USD'] | sort", &json!(["9 USD", "10 USD"]));
        fails("usd('1')", FaultKind::Type);
        fails("cost + cost", FaultKind::Type);
    }

    #[test]
    fn conditions_are_booleans() {
        gives("flag and not draft.scenes[1].ok", &json!(true));
        gives("false and 1", &json!(false));
        gives("'yes' if flag else 'no'", &json!("yes"));
        gives("'yes' if not flag", &json!(null));
        fails("1 and true", FaultKind::Type);
        fails("not ''", FaultKind::Type);
        fails("skipped or true", FaultKind::Type);
        fails("1 if draft.scenes else 2", FaultKind::Type);
    }

    #[test]
    fn membership_is_of_lists_objects_and_texts() {
        gives(
            "2 in draft.scenes.id and 2.0 in [2] and 'title' in draft and 'x' in 'Tides'",
            &json!(false),
        );
        gives("'ide' in 'Tides' and 4 not in draft.scenes.id", &json!(true));
        gives("2 is in [1, 2] and 2 is ge 2", &json!(true));
        fails("1 in skipped", FaultKind::Type);
        fails("1 in 'x'", FaultKind::Type);
    }

    #[test]
    fn filters_keep_the_order() {
        gives("some | compact", &json!([1, 2]));
        gives("[1] | chain(some | compact)", &json!([1, 1, 2]));
        gives("draft.scenes.words | flatten", &json!(["a", "b", "c"]));
        gives("(draft.scenes | sort(attribute='order')).id", &json!([2, 3, 1]));
        gives("(draft.scenes | sort(reverse=true, attribute='order')).id", &json!([1, 2, 3]));
        gives("(draft.scenes | unique(attribute='order')).id", &json!([1, 2]));
        gives("draft['odd-name'].items | unique", &json!([1, 2]));
        gives("(draft.scenes | selectattr('ok')).id", &json!([1, 3]));
        gives("(draft.scenes | rejectattr('id', 'in', [1, 3])).id", &json!([2]));
        gives("(draft.scenes | selectattr('seconds', '>=', 4)).id", &json!([2, 3]));
        gives("(draft.scenes | rejectattr('note', 'none')).id", &json!([2]));
        gives("draft.scenes | map(attribute='id') | join('-')", &json!("1-2-3"));
        gives(
            "[draft.scenes | first, [] | first, some | last, some | length]",
            &json!([
                { "id": 1, "order": 2, "seconds": 2.5, "words": ["a", "b"], "ok": true }, null, 2, 4
            ]),
        );
        gives(
            "{'a': 1, 'b': none} | items",
            &json!([
                { "key": "a", "value": 1 }, { "key": "b", "value": null }
            ]),
        );
        gives("'ñandú' | length", &json!(5));
        gives("range(3)", &json!([0, 1, 2]));
        gives("1 ~ '-' ~ true ~ cost", &json!("1-true0.10 USD"));
        fails("skipped | length", FaultKind::Type);
        fails("skipped | compact", FaultKind::Type);
        fails("some | flatten", FaultKind::Type);
        fails("['a', 1] | sort", FaultKind::Type);
        fails("some | join", FaultKind::Type);
        fails("draft.scenes | selectattr('id')", FaultKind::Type);
    }

    #[test]
    fn work_without_end_runs_out_of_fuel() {
        fails("range(1000000000000)", FaultKind::Fuel);
        fails("(range(10000) | selectattr('x')) if 1 in range(30000000) else 1", FaultKind::Fuel);
    }
}
