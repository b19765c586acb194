//! What do the filters give?
//!
//! Each keeps the order of its list, and equals in theirs. A list that is null is a fault: `default([])` says what is
//! meant by it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::evaluate::{Walk, no_text};
use super::tree::{Arguments, Comparison, Node};
use super::value::{Value, amount};
use super::words::{Filter, Test};
use super::{Fault, FaultKind};
use crate::source::Span;

pub(super) fn apply<'v>(
    walk: &Walk<'v>,
    filter: Filter,
    of: &'v Node,
    arguments: &'v Arguments,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let value = walk.value(of)?;
    match filter {
        Filter::Default if value.is_null() => {
            walk.value(arguments.get(0).expect("required, checked in parse"))
        }
        Filter::Default => Ok(value),
        Filter::Length => length(&value, span),
        Filter::Items => items(value, span),
        Filter::First => {
            Ok(list(walk, filter, value, span)?.into_iter().next().unwrap_or_default())
        }
        Filter::Last => Ok(list(walk, filter, value, span)?.pop().unwrap_or_default()),
        Filter::Compact => {
            let mut items = list(walk, filter, value, span)?;
            items.retain(|item| !item.is_null());
            Ok(Value::List(items))
        }
        Filter::Chain => {
            let mut items = list(walk, filter, value, span)?;
            let other = walk.value(arguments.get(0).expect("required, checked in parse"))?;
            items.extend(list(walk, filter, other, span)?);
            Ok(Value::List(items))
        }
        Filter::Flatten => {
            let mut flat = Vec::new();
            for item in list(walk, filter, value, span)? {
                flat.extend(list(walk, filter, item, span)?);
            }
            Ok(Value::List(flat))
        }
        Filter::Join => join(walk, &list(walk, filter, value, span)?, arguments, span),
        Filter::Map => {
            let path = arguments.get(0).and_then(Node::as_text).expect("checked in parse");
            let items = list(walk, filter, value, span)?;
            let items = items.iter().map(|item| walk.path(item, path, span));
            Ok(Value::List(items.collect::<Result<_, _>>()?))
        }
        Filter::SelectAttr | Filter::RejectAttr => {
            let items = list(walk, filter, value, span)?;
            select(walk, items, arguments, filter == Filter::SelectAttr, span)
        }
        Filter::Sort => sort(walk, list(walk, filter, value, span)?, arguments, span),
        Filter::Unique => {
            let mut seen = BTreeSet::new();
            let mut kept = Vec::new();
            for item in list(walk, filter, value, span)? {
                let by = by_path(walk, &item, arguments.get(0), span)?;
                if seen.insert(by.key()) {
                    kept.push(item);
                }
            }
            Ok(Value::List(kept))
        }
    }
}

fn list<'v>(
    walk: &Walk<'v>,
    filter: Filter,
    value: Value<'v>,
    span: Span,
) -> Result<Vec<Value<'v>>, Fault> {
    walk.burn(value.items_len().unwrap_or_default(), span)?;
    value.into_items().map_err(|value| no_list(filter, value.noun(), span))
}

/// What `filter` says of something that is no list.
pub(super) fn no_list(filter: Filter, noun: &str, span: Span) -> Fault {
    let name = filter.signature().name;
    let takes = filter.signature().takes;
    let message = format!("`{name}` takes a {takes}, not {noun}");
    let fault = Fault::new(FaultKind::Type, span, message);
    match (filter, noun) {
        (Filter::Flatten, "null") => fault.help("add `| compact` before it, or `| default([])`"),
        (_, "null") => fault.help("add `| default([])` before it"),
        (_, "an object") => fault.help("add `| items` before it to read its fields as a list"),
        _ => fault,
    }
}

fn length<'v>(value: &Value<'v>, span: Span) -> Result<Value<'v>, Fault> {
    let length = match value {
        Value::List(items) => items.len(),
        Value::Json(json) => match json.as_ref() {
            Json::Array(items) => items.len(),
            Json::Object(fields) => fields.len(),
            Json::String(text) => text.chars().count(),
            _ => return Err(no_list(Filter::Length, value.noun(), span)),
        },
    };
    Ok(Value::owned(Json::from(length)))
}

fn items(value: Value<'_>, span: Span) -> Result<Value<'_>, Fault> {
    match value.into_json() {
        Json::Object(fields) => Ok(Value::List(
            fields
                .into_iter()
                .map(|(key, value)| Value::owned(json!({ "key": key, "value": value })))
                .collect(),
        )),
        other => {
            let message = format!("`items` takes an object, not {}", super::value::noun(&other));
            Err(Fault::new(FaultKind::Type, span, message))
        }
    }
}

fn join<'v>(
    walk: &Walk<'v>,
    items: &[Value<'v>],
    arguments: &'v Arguments,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let separator = arguments.get(0).map(|node| walk.text(node)).transpose()?.unwrap_or_default();
    let texts = items.iter().map(|item| item.to_text().ok_or_else(|| no_text(item.noun(), span)));
    let texts: Vec<String> = texts.collect::<Result<_, _>>()?;
    Ok(Value::owned(Json::String(texts.join(&separator))))
}

/// What an item is sorted or told apart by: what stands at the path, or itself.
fn by_path<'v>(
    walk: &Walk<'v>,
    item: &Value<'v>,
    path: Option<&Node>,
    span: Span,
) -> Result<Value<'v>, Fault> {
    match path.and_then(Node::as_text) {
        Some(path) => walk.path(item, path, span),
        None => Ok(item.clone()),
    }
}

fn select<'v>(
    walk: &Walk<'v>,
    items: Vec<Value<'v>>,
    arguments: &'v Arguments,
    wanted: bool,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let path = arguments.get(0).and_then(Node::as_text).expect("checked in parse");
    let test = arguments.get(1).and_then(Node::as_text).and_then(Test::named);
    let other = arguments.get(2).map(|node| walk.value(node)).transpose()?.unwrap_or_default();
    // A list that is searched once per item is hashed once.
    let known = match (test, &other) {
        (Some(Test::Compare(Comparison::In | Comparison::NotIn)), list) => keys(walk, list, span)?,
        _ => None,
    };
    let mut kept = Vec::new();
    for item in items {
        let value = walk.path(&item, path, span)?;
        let passes = match (test, &known) {
            (Some(Test::Compare(_)), Some(known)) => known.contains(&value.key()),
            (Some(Test::Compare(comparison)), None) => {
                walk.compare(comparison, &value, &other, span)?
            }
            (Some(Test::None), _) => value.is_null(),
            (None, _) => value.as_bool().ok_or_else(|| {
                let message =
                    format!("`{path}` is true or false in each item, and here {}", value.noun());
                Fault::new(FaultKind::Type, span, message)
            })?,
        };
        if passes == wanted {
            kept.push(item);
        }
    }
    Ok(Value::List(kept))
}

fn keys(walk: &Walk<'_>, list: &Value<'_>, span: Span) -> Result<Option<BTreeSet<String>>, Fault> {
    let Some(length) = list.items_len() else {
        return Ok(None);
    };
    walk.burn(length, span)?;
    Ok(list.clone().into_items().ok().map(|items| items.iter().map(Value::key).collect()))
}

fn sort<'v>(
    walk: &Walk<'v>,
    items: Vec<Value<'v>>,
    arguments: &'v Arguments,
    span: Span,
) -> Result<Value<'v>, Fault> {
    let reverse = arguments.get(0).map(|node| walk.boolean(node)).transpose()?.unwrap_or(false);
    let keyed = items.into_iter().map(|item| {
        let by = by_path(walk, &item, arguments.get(1), span)?;
        Ok((by, item))
    });
    let mut keyed: Vec<(Value<'v>, Value<'v>)> = keyed.collect::<Result<_, Fault>>()?;
    if let Some(pair) = keyed.windows(2).find(|pair| pair[0].0.order(&pair[1].0).is_none()) {
        let (a, b) = (pair[0].0.noun(), pair[1].0.noun());
        let message = format!("`sort` cannot tell the order of {a} and {b}");
        return Err(Fault::new(FaultKind::Type, span, message));
    }
    // One rule for the whole list: by amount only where all are amounts.
    let amounts = keyed.iter().all(|(by, _)| by.as_text().and_then(amount).is_some());
    keyed.sort_by(|(a, _), (b, _)| {
        let order = match (a.as_text(), b.as_text()) {
            (Some(a), Some(b)) if !amounts => a.cmp(b),
            _ => a.order(b).unwrap_or(Ordering::Equal),
        };
        if reverse { order.reverse() } else { order }
    });
    Ok(Value::List(keyed.into_iter().map(|(_, item)| item).collect()))
}
