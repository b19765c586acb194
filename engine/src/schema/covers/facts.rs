//! What follows from the keywords of one branch?
//!
//! Each question is of one keyword of a consumer. *No* means that it does not follow from the branch alone.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

use super::super::shape::{Branch, constants};
use super::super::{JsonTypes, MEDIA, range_within};
use super::language::{self, Inclusion};

pub(super) fn is_true(node: &Json) -> bool {
    match node {
        Json::Bool(takes) => *takes,
        Json::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

pub(super) fn prefix(part: &Map<String, Json>) -> usize {
    part.get("prefixItems").and_then(Json::as_array).map_or(0, Vec::len)
}

/// The values that the branch writes out, of the types that it has left.
pub(super) fn written<'s>(branch: &Branch<'s>) -> Option<Vec<&'s Json>> {
    let values = branch.parts.iter().find_map(|part| constants(part))?;
    Some(values.iter().filter(|value| branch.types.has(JsonTypes::of(value))).collect())
}

/// Whether a written value fits, as far as types tell; a closer look is the canonical form's.
pub(super) fn value_fits(consumer: &Json, value: &Json) -> bool {
    let Json::Object(fields) = consumer else {
        return is_true(consumer);
    };
    fields.iter().all(|(key, told)| match key.as_str() {
        "type" => JsonTypes::of(value).within(JsonTypes::allowed(told)),
        "const" => told == value,
        "enum" => told.as_array().is_some_and(|values| values.contains(value)),
        "format" => is_loose(told),
        "title" | "description" | "default" | "examples" | "$comment" => true,
        key => key.starts_with("x-") && key != MEDIA,
    })
}

/// Whether it is certain that `value` does not fit.
pub(super) fn value_is_refused(consumer: &Json, value: &Json) -> bool {
    let Json::Object(fields) = consumer else {
        return consumer == &Json::Bool(false);
    };
    // Numbers that are written otherwise may be equal.
    let is_plain = matches!(value, Json::Null | Json::Bool(_) | Json::String(_));
    fields.iter().any(|(key, told)| match key.as_str() {
        "type" => !JsonTypes::of(value).within(JsonTypes::allowed(told)),
        "const" => is_plain && told != value,
        "enum" => is_plain && told.as_array().is_some_and(|values| !values.contains(value)),
        _ => false,
    })
}

/// The branch says the very same.
pub(super) fn said(branch: &Branch<'_>, key: &str, value: &Json) -> bool {
    branch.parts.iter().any(|part| part.get(key) == Some(value))
}

/// Formats that assert nothing of a text: of numbers, or unknown to the validator.
pub(super) fn is_loose(format: &Json) -> bool {
    let loose = [
        "int8", "int16", "int32", "int64", "int128", "uint", "uint8", "uint16", "uint32", "uint64",
        "uint128", "float", "double", "decimal",
    ];
    format.as_str().is_some_and(|format| loose.contains(&format))
}

pub(super) fn bounded(branch: &Branch<'_>, key: &str, bound: &Json) -> bool {
    let lower = key.ends_with("inimum");
    let strict = key.starts_with("exclusive");
    let beyond = |given: &Json, is_strict: bool| {
        order(given, bound).is_some_and(|order| {
            let inside = if lower { Ordering::Greater } else { Ordering::Less };
            order == inside || (order == Ordering::Equal && (!strict || is_strict))
        })
    };
    if let Some(values) = written(branch) {
        return values.iter().filter(|value| value.is_number()).all(|value| beyond(value, false));
    }
    let (plain, exclusive) =
        if lower { ("minimum", "exclusiveMinimum") } else { ("maximum", "exclusiveMaximum") };
    branch.parts.iter().any(|part| {
        part.get(plain).is_some_and(|given| beyond(given, false))
            || part.get(exclusive).is_some_and(|given| beyond(given, true))
    })
}

/// Exact for integers, and for what floats hold.
pub(super) fn order(a: &Json, b: &Json) -> Option<Ordering> {
    let whole =
        |json: &Json| json.as_i64().map(i128::from).or_else(|| json.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        // Beyond this, a float stands for several integers.
        (Some(whole), None) | (None, Some(whole)) if whole.unsigned_abs() > 1 << 53 => None,
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

pub(super) fn sized(branch: &Branch<'_>, key: &str, bound: &Json) -> bool {
    let Some(bound) = bound.as_u64() else {
        return false;
    };
    let lower = key.starts_with("min");
    let inside = |given: u64| if lower { given >= bound } else { given <= bound };
    if lower && bound == 0 {
        return true;
    }
    if let Some(values) = written(branch) {
        return values.iter().all(|value| match value {
            Json::String(text) if key.ends_with("Length") => inside(text.chars().count() as u64),
            Json::Array(items) if key.ends_with("Items") => inside(items.len() as u64),
            Json::Object(fields) if key.ends_with("Properties") => inside(fields.len() as u64),
            _ => true,
        });
    }
    branch.parts.iter().any(|part| part.get(key).and_then(Json::as_u64).is_some_and(inside))
        || (key == "maxItems" && most(branch).is_some_and(inside))
}

/// So many items a list of this branch has at most.
pub(super) fn most(branch: &Branch<'_>) -> Option<u64> {
    let bounds = branch.parts.iter().filter_map(|part| {
        let closed = part.get("items") == Some(&Json::Bool(false));
        let told = closed.then(|| prefix(part) as u64);
        [part.get("maxItems").and_then(Json::as_u64), told].into_iter().flatten().min()
    });
    bounds.min()
}

pub(super) fn matched(branch: &Branch<'_>, pattern: &Json) -> bool {
    if said(branch, "pattern", pattern) {
        return true;
    }
    let Some(pattern) = pattern.as_str() else {
        return false;
    };
    branch
        .parts
        .iter()
        .filter_map(|part| part.get("pattern")?.as_str())
        .any(|given| language::within(given, pattern) == Some(Inclusion::Within))
}

pub(super) fn ranged(branch: &Branch<'_>, range: &Json) -> bool {
    range.as_str().is_some_and(|range| {
        let given = |part: &&Map<String, Json>| {
            part.get(MEDIA).and_then(Json::as_str).is_some_and(|given| range_within(given, range))
        };
        range_within("*/*", range) || branch.parts.iter().any(given)
    })
}

pub(super) fn is_required(branch: &Branch<'_>, name: &str) -> bool {
    if let Some(values) = written(branch) {
        return values.iter().all(|value| value.get(name).is_some());
    }
    branch.parts.iter().any(|part| {
        let names = part.get("required").and_then(Json::as_array);
        names.is_some_and(|names| names.iter().any(|known| known == name))
    })
}

/// The schemas that all hold of field `name`; none, where no object of the branch has it.
pub(super) fn field_nodes<'s>(branch: &Branch<'s>, name: &str) -> Option<Vec<&'s Json>> {
    let mut nodes = Vec::new();
    for part in &branch.parts {
        let own = part.get("properties").and_then(|properties| properties.get(name));
        let by_pattern = part.get("patternProperties").is_some_and(|patterns| {
            patterns.as_object().is_some_and(|patterns| !patterns.is_empty())
        });
        match (own, part.get("additionalProperties")) {
            (Some(own), _) => nodes.push(own),
            // A pattern may speak of it, and then this does not.
            (None, _) if by_pattern => {}
            (None, Some(Json::Bool(false))) => return None,
            (None, Some(rest)) => nodes.push(rest),
            (None, None) => {}
        }
    }
    Some(nodes)
}

/// The schemas that all hold of fields that are not named; none, where there are no such fields.
pub(super) fn rest_nodes<'s>(branch: &Branch<'s>) -> Option<Vec<&'s Json>> {
    let mut nodes = Vec::new();
    for part in &branch.parts {
        match part.get("additionalProperties") {
            Some(Json::Bool(false)) => return None,
            Some(rest) => nodes.push(rest),
            None => {}
        }
    }
    Some(nodes)
}

/// The schemas that all hold of item `index`.
pub(super) fn item_nodes<'s>(branch: &Branch<'s>, index: usize) -> Vec<&'s Json> {
    let nodes = branch.parts.iter().filter_map(|part| {
        let told = part.get("prefixItems").and_then(|items| items.get(index));
        told.or_else(|| part.get("items"))
    });
    nodes.collect()
}

/// Both require a field whose written values differ.
pub(super) fn have_other_tags(a: &Branch<'_>, b: &Branch<'_>) -> bool {
    let tags = |branch: &Branch<'_>| -> Vec<(String, Vec<Json>)> {
        let properties = branch.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        properties
            .flatten()
            .filter(|(name, _)| is_required(branch, name))
            .filter_map(|(name, schema)| {
                Some((name.clone(), constants(schema.as_object()?)?.to_vec()))
            })
            .collect()
    };
    let others = tags(b);
    tags(a).iter().any(|(name, values)| {
        others.iter().any(|(other, taken)| {
            name == other && values.iter().all(|value| !taken.contains(value))
        })
    })
}

pub(super) fn single_types(types: JsonTypes) -> Vec<JsonTypes> {
    let all = [
        JsonTypes::NULL,
        JsonTypes::BOOLEAN,
        JsonTypes::NUMBER,
        JsonTypes::TEXT,
        JsonTypes::LIST,
        JsonTypes::OBJECT,
    ];
    all.into_iter().map(|one| one & types).filter(|one| !one.is_empty()).collect()
}
