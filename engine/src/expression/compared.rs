//! Can values of two types be compared?
//!
//! Only like compares with like: numbers, amounts, texts. Null compares by `==` alone.

use super::tree::Comparison;
use super::typing::Walk;
use super::{Fault, FaultKind};
use crate::schema::{JsonTypes, Schema};
use crate::source::Span;

impl Walk<'_> {
    /// Whether values of both types can be compared at all.
    pub(super) fn compared(&self, comparison: Comparison, a: &Schema, b: &Schema, span: Span) {
        let (left, right) = (a.types(), b.types());
        if left == JsonTypes::ALL || right == JsonTypes::ALL {
            return;
        }
        let fault = match comparison {
            Comparison::Equal | Comparison::Unequal => unlike(comparison, a, b, span),
            Comparison::In | Comparison::NotIn => not_within(comparison, a, b, span),
            _ => unordered(comparison, a, b, span),
        };
        if let Some(fault) = fault {
            self.fault(fault);
        }
    }
}

fn not_within(comparison: Comparison, part: &Schema, whole: &Schema, span: Span) -> Option<Fault> {
    let types = whole.types();
    if types.has(JsonTypes::NULL) {
        let sign = comparison.sign();
        let message = format!("`{sign}` looks into a list, and this may be null");
        let fault = Fault::new(FaultKind::Type, span, message);
        return Some(fault.help("add `| default([])` to the list"));
    }
    if types == JsonTypes::LIST {
        let items = whole.items_type()?;
        let empty = items.types().is_empty() || items.is_anything();
        return if empty { None } else { unlike(Comparison::Equal, part, &items, span) };
    }
    let texts = part.types().has(JsonTypes::TEXT);
    if texts && types.within(JsonTypes::TEXT | JsonTypes::OBJECT | JsonTypes::LIST) {
        return None;
    }
    Some(cannot(comparison, part, whole, span))
}
/// Equality is of like with like, and with null.
fn unlike(comparison: Comparison, a: &Schema, b: &Schema, span: Span) -> Option<Fault> {
    let (left, right) = (a.types() - JsonTypes::NULL, b.types() - JsonTypes::NULL);
    // An integer is a number.
    let wide = |types: JsonTypes| {
        if types.has(JsonTypes::NUMBER) { types | JsonTypes::NUMBER } else { types }
    };
    if left.is_empty() || right.is_empty() {
        return None;
    }
    if (wide(left) & wide(right)).is_empty() {
        return Some(cannot(comparison, a, b, span));
    }
    (left == JsonTypes::TEXT && right == JsonTypes::TEXT)
        .then(|| amount_and_text(comparison, a, b, span))
        .flatten()
}

/// Numbers, amounts and texts have an order; null has none.
fn unordered(comparison: Comparison, a: &Schema, b: &Schema, span: Span) -> Option<Fault> {
    let (left, right) = (a.types(), b.types());
    let both = |types| left.within(types) && right.within(types);
    if both(JsonTypes::NUMBER) {
        return None;
    }
    if both(JsonTypes::TEXT) {
        return amount_and_text(comparison, a, b, span);
    }
    let fault = cannot(comparison, a, b, span);
    let nullable = (left | right).has(JsonTypes::NULL)
        && (both(JsonTypes::NUMBER | JsonTypes::NULL) || both(JsonTypes::TEXT | JsonTypes::NULL));
    Some(if nullable { fault.help("add `| default(…)` to what may be null") } else { fault })
}

/// A text that is no amount cannot be compared by amount.
fn amount_and_text(comparison: Comparison, a: &Schema, b: &Schema, span: Span) -> Option<Fault> {
    if a.is_amount() == b.is_amount() {
        return None;
    }
    let sign = comparison.sign();
    let message = format!("`{sign}` cannot compare an amount with a text that is none");
    let fault = Fault::new(FaultKind::Type, span, message);
    Some(fault.help("write an amount as in `'0.05 USD'`, or make one of a number with `usd(x)`"))
}

fn cannot(comparison: Comparison, a: &Schema, b: &Schema, span: Span) -> Fault {
    let message = format!("`{}` cannot compare {} with {}", comparison.sign(), noun(a), noun(b));
    let fault = Fault::new(FaultKind::Type, span, message);
    let amount_and_number = (a.is_amount() && b.types().within(JsonTypes::NUMBER))
        || (b.is_amount() && a.types().within(JsonTypes::NUMBER));
    if amount_and_number { fault.help("make an amount of the number with `usd(x)`") } else { fault }
}

/// What people call such a value.
pub(super) fn noun(schema: &Schema) -> String {
    let types = schema.types();
    if types == JsonTypes::TEXT && schema.is_amount() {
        "an amount".to_owned()
    } else {
        types.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::table;

    #[test]
    fn operands_that_the_evaluation_would_refuse_are_told_before() {
        insta::assert_snapshot!(table(&[
            "draft.title == 1",
            "1 == true",
            "draft.cost < 1",
            "draft.cost > 'much'",
            "draft.cost == draft.title",
            "skipped.n > 1",
            "skipped.n + 1",
            "draft.cost + draft.cost",
            "draft.scenes + draft.scenes",
            "draft.title and true",
            "not skipped",
            "draft.scenes and true",
            "1 if draft.scenes[0].note",
            "draft.title ~ none",
            "'x' in skipped.clip",
        ]), @r"
        draft.title == 1
          ! `draft.title == 1`: `==` cannot compare a text with an integer
        1 == true
          ! `1 == true`: `==` cannot compare an integer with a boolean
        draft.cost < 1
          ! `draft.cost < 1`: `<` cannot compare an amount with an integer
            help: make an amount of the number with `usd(x)`
        draft.cost > 'much'
          ! `draft.cost > 'much'`: `>` cannot compare an amount with a text that is none
            help: write an amount as in `'0.05 USD'`, or make one of a number with `usd(x)`
        draft.cost == draft.title
          ! `draft.cost == draft.title`: `==` cannot compare an amount with a text that is none
            help: write an amount as in `'0.05 USD'`, or make one of a number with `usd(x)`
        skipped.n > 1
          ! `skipped.n > 1`: `>` cannot compare an integer or null with an integer
            help: add `| default(…)` to what may be null
        skipped.n + 1
          ! `skipped.n + 1`: `+` calculates with numbers, not with an integer or null and an integer
            help: add `| default(0)` to what may be null
        draft.cost + draft.cost
          ! `draft.cost + draft.cost`: `+` calculates with numbers, not with an amount and an amount
        draft.scenes + draft.scenes
          ! `draft.scenes + draft.scenes`: `+` calculates with numbers, not with a list and a list
            help: write `a | chain(b)` to join lists
        draft.title and true
          ! `draft.title`: a condition is true or false, and this is a text
            help: write `x | length > 0` to ask whether there is anything in it
        not skipped
          ! `skipped`: a condition is true or false, and this is an object or null
            help: write `x is not none` to ask whether there is a value
        draft.scenes and true
          ! `draft.scenes`: a condition is true or false, and this is a list
            help: write `x | length > 0` to ask whether there is anything in it
        1 if draft.scenes[0].note
          ! `draft.scenes[0].note`: a condition is true or false, and this is a text or null
            help: write `x is not none` to ask whether there is a value
        draft.title ~ none
          ! `none`: only texts, numbers and booleans stand in a text, not null
            help: add `| default('')`
        'x' in skipped.clip
          ! `'x' in skipped.clip`: `in` looks into a list, and this may be null
            help: add `| default([])` to the list
        ");
    }
}
