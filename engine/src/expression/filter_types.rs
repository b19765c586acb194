//! What types do the filters give?

use serde_json::json;

use super::filters::no_list;
use super::tree::{Arguments, Node};
use super::typing::Walk;
use super::words::{Filter, Test};
use super::{Fault, FaultKind};
use crate::schema::{Field, JsonTypes, List, Schema};
use crate::source::Span;

pub(super) fn apply(
    walk: &Walk<'_>,
    filter: Filter,
    of: &Node,
    arguments: &Arguments,
    span: Span,
) -> Schema {
    let schema = walk.schema(of);
    match filter {
        Filter::Default => {
            let other = arguments.get(0).map_or_else(Schema::null, |node| walk.schema(node));
            if schema.types().has(JsonTypes::NULL) {
                Schema::union(&[schema.without_null(), other])
            } else {
                schema
            }
        }
        Filter::Length => length(walk, &schema, span),
        Filter::Items => items(walk, &schema, span),
        _ => match list(walk, filter, &schema, span) {
            Some(list) => of_list(walk, filter, list, arguments, span),
            None => Schema::anything(),
        },
    }
}

/// The list that `filter` takes; none, and a fault, where it may get something else.
fn list(walk: &Walk<'_>, filter: Filter, schema: &Schema, span: Span) -> Option<List> {
    let types = match schema.as_list() {
        Ok(list) if !list.nullable => return Some(list),
        Ok(_) => JsonTypes::NULL,
        Err(types) => types,
    };
    walk.fault(no_list(filter, &types.to_string(), span));
    None
}

fn of_list(
    walk: &Walk<'_>,
    filter: Filter,
    list: List,
    arguments: &Arguments,
    span: Span,
) -> Schema {
    let List { items, min, max, .. } = list;
    match filter {
        Filter::First | Filter::Last => {
            if min > 0 {
                items
            } else {
                items.or_null()
            }
        }
        Filter::Compact => {
            let min = if items.types().has(JsonTypes::NULL) { 0 } else { min };
            Schema::list(&items.without_null(), min, max)
        }
        Filter::Chain => {
            let Some(node) = arguments.get(0) else { return Schema::anything() };
            let Some(other) = self::list(walk, filter, &walk.schema(node), node.span) else {
                return Schema::anything();
            };
            let max = max.and_then(|max| max.checked_add(other.max?));
            Schema::list(&Schema::union(&[items, other.items]), min.saturating_add(other.min), max)
        }
        Filter::Flatten => {
            let Some(inner) = self::list(walk, filter, &items, span) else {
                return Schema::anything();
            };
            let max = max.and_then(|max| max.checked_mul(inner.max?));
            Schema::list(&inner.items, min.saturating_mul(inner.min), max)
        }
        Filter::Join => {
            if let Some(node) = arguments.get(0) {
                walk.text(node);
            }
            walk.insertable(&items, span);
            Schema::text()
        }
        Filter::Map => {
            let path = path(arguments).unwrap_or_default();
            Schema::list(&walk.path(&items, path, span), min, max)
        }
        Filter::SelectAttr | Filter::RejectAttr => {
            select(walk, &items, arguments, span);
            Schema::list(&items, 0, max)
        }
        Filter::Sort => {
            sort(walk, &items, arguments, span);
            Schema::list(&items, min, max)
        }
        _ => {
            if let Some(path) = path(arguments) {
                walk.path(&items, path, span);
            }
            Schema::list(&items, min.min(1), max)
        }
    }
}

fn path(arguments: &Arguments) -> Option<&str> {
    arguments.get(0).and_then(Node::as_text)
}

fn length(walk: &Walk<'_>, schema: &Schema, span: Span) -> Schema {
    let types = schema.types();
    let fit = JsonTypes::LIST | JsonTypes::OBJECT | JsonTypes::TEXT;
    if types != JsonTypes::ALL && !types.within(fit) {
        let noun = (types - fit).to_string();
        return walk.fault(no_list(Filter::Length, &noun, span));
    }
    let mut length = json!({ "type": "integer", "minimum": 0 });
    if let Ok(List { min, max, .. }) = schema.as_list() {
        length["minimum"] = json!(min);
        if let Some(max) = max {
            length["maximum"] = json!(max);
        }
    }
    Schema::new(length)
}

fn items(walk: &Walk<'_>, schema: &Schema, span: Span) -> Schema {
    let types = schema.types();
    if types != JsonTypes::ALL && !types.within(JsonTypes::OBJECT) {
        let noun = (types - JsonTypes::OBJECT).to_string();
        let fault =
            Fault::new(FaultKind::Type, span, format!("`items` takes an object, not {noun}"));
        let nullable = types == (JsonTypes::OBJECT | JsonTypes::NULL);
        return walk.fault(if nullable {
            fault.help("add `| default({})` before it")
        } else {
            fault
        });
    }
    Schema::list(
        &Schema::object(&[
            Field { name: "key".to_owned(), schema: Schema::text(), required: true },
            Field { name: "value".to_owned(), schema: schema.any_field(), required: true },
        ]),
        0,
        None,
    )
}

fn select(walk: &Walk<'_>, items: &Schema, arguments: &Arguments, span: Span) {
    let Some(path) = path(arguments) else { return };
    let value = walk.path(items, path, span);
    match arguments.get(1).and_then(Node::as_text).and_then(Test::named) {
        Some(Test::None) => {}
        Some(Test::Compare(comparison)) => {
            if let Some(other) = arguments.get(2) {
                walk.compared(comparison, &value, &walk.schema(other), span);
            }
        }
        None => {
            let types = value.types();
            if types != JsonTypes::ALL && !types.within(JsonTypes::BOOLEAN) {
                let message =
                    format!("`{path}` is {types} in an item, and true or false is asked for");
                let fault = Fault::new(FaultKind::Type, span, message);
                walk.fault(
                    fault.help(format!("name a test, as in `selectattr('{path}', '==', 1)`")),
                );
            }
        }
    }
}

fn sort(walk: &Walk<'_>, items: &Schema, arguments: &Arguments, span: Span) {
    if let Some(reverse) = arguments.get(0) {
        walk.condition(reverse);
    }
    let by_itself = arguments.get(1).is_none();
    let by = match arguments.get(1).and_then(Node::as_text) {
        Some(path) => walk.path(items, path, span),
        None => items.clone(),
    };
    let types = by.types();
    let ordered = types.within(JsonTypes::NUMBER) || types.within(JsonTypes::TEXT);
    if types != JsonTypes::ALL && !ordered {
        let message = format!("`sort` cannot tell the order of {types}");
        let fault = Fault::new(FaultKind::Type, span, message);
        walk.fault(match by_itself && types.has(JsonTypes::OBJECT) {
            true => fault.help("name what to sort by, as in `sort(attribute='order')`"),
            false if types.has(JsonTypes::NULL) => fault.help("leave out what is null before it"),
            false => fault,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::given::table;

    #[test]
    fn paths_and_lists_that_the_evaluation_would_refuse_are_told_before() {
        insta::assert_snapshot!(table(&[
            "draft.scenez",
            "darft.title",
            "draft.title.x",
            "draft.scenes.image.povider",
            "draft.scenes[9]",
            "draft.scenes['x']",
            "some | flatten",
            "skipped | length",
            "draft.scenes | sort",
            "draft.scenes | sort(attribute='note')",
            "draft.scenes | selectattr('note')",
            "draft.scenes | selectattr('nite', '==', 'x')",
            "draft.scenes | rejectattr('id', 'in', ['a'])",
            "draft.scenes | join",
            "skipped | items",
            "usd('1')",
            "draft.title[0]",
        ]), @r"
        draft.scenez
          ! `scenez`: there is no field `scenez`
            help: write `scenes`
        darft.title
          ! `darft`: nothing in sight is called `darft`
            help: write `draft`
        draft.title.x
          ! `x`: a text has no fields, `x` neither
        draft.scenes.image.povider
          ! `povider`: there is no field `povider`
            help: write `provider`
        draft.scenes[9]
          ! `draft.scenes[9]`: there is no item 9 in a list of at most 9
        draft.scenes['x']
          ! `['x']`: there is no field `x`
            help: the fields are: id, image, note, ok, seconds, words
        some | flatten
          ! `some | flatten`: `flatten` takes a list of lists of T, not null
            help: add `| compact` before it, or `| default([])`
        skipped | length
          ! `skipped | length`: `length` takes a list, object or text, not null
            help: add `| default([])` before it
        draft.scenes | sort
          ! `draft.scenes | sort`: `sort` cannot tell the order of an object
            help: name what to sort by, as in `sort(attribute='order')`
        draft.scenes | sort(attribute='note')
          ! `draft.scenes | sort(attribute='note')`: `sort` cannot tell the order of a text or null
            help: leave out what is null before it
        draft.scenes | selectattr('note')
          ! `draft.scenes | selectattr('note')`: `note` is a text or null in an item, and true or false is asked for
            help: name a test, as in `selectattr('note', '==', 1)`
        draft.scenes | selectattr('nite', '==', 'x')
          ! `draft.scenes | selectattr('nite', '==', 'x')`: there is no field `nite`
            help: write `note`
        draft.scenes | rejectattr('id', 'in', ['a'])
          ! `draft.scenes | rejectattr('id', 'in', ['a'])`: `==` cannot compare an integer with a text
        draft.scenes | join
          ! `draft.scenes | join`: only texts, numbers and booleans stand in a text, not an object
        skipped | items
          ! `skipped | items`: `items` takes an object, not null
            help: add `| default({})` before it
        usd('1')
          ! `'1'`: `usd` makes an amount of a number, not of a text
        draft.title[0]
          ! `draft.title[0]`: a text has no items that are counted
        ");
    }
}
