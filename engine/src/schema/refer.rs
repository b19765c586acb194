//! What does `$ref` mean, where every reference has the form `#/$defs/name`?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::position::{Position, position};

/// Where a reference to a definition starts.
pub(super) const PREFIX: &str = "#/$defs/";

/// `wanted`, or it with the first number that makes it free.
pub(super) fn free_name(wanted: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    let mut number = 2_u32;
    loop {
        let name = format!("{wanted}_{number}");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The definition that `reference` names.
pub(super) fn target<'d>(reference: &str, defs: &'d Map<String, Json>) -> Option<&'d Json> {
    let name = reference.strip_prefix(PREFIX)?;
    if name.contains('~') {
        return defs.get(&name.replace("~1", "/").replace("~0", "~"));
    }
    defs.get(name)
}

/// The names of the definitions that `json` refers to, those that they refer to included.
fn reachable(json: &Json, defs: &Map<String, Json>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![json];
    while let Some(json) = waiting.pop() {
        match json {
            Json::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Json::as_str)
                    && let Some(target) = target(reference, defs)
                    && let Some(name) = reference.strip_prefix(PREFIX)
                    && found.insert(name.replace("~1", "/").replace("~0", "~"))
                {
                    waiting.push(target);
                }
                waiting.extend(fields.values());
            }
            Json::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    found
}

/// A document of `node` and of the definitions that it needs, in their order.
pub(super) fn joined(node: &Json, defs: &Map<String, Json>) -> Json {
    let needed = reachable(node, defs);
    let (Json::Object(fields), false) = (node, needed.is_empty()) else {
        return node.clone();
    };
    let mut fields = fields.clone();
    let kept = defs.iter().filter(|(name, _)| needed.contains(*name));
    let kept = kept.map(|(name, schema)| (name.clone(), schema.clone())).collect();
    fields.insert("$defs".to_owned(), Json::Object(kept));
    Json::Object(fields)
}

/// Brings `node` with the definitions that it needs into `into`; gives it with its references renamed where a name
/// there means something else.
pub(super) fn imported(
    node: &Json,
    defs: &Map<String, Json>,
    into: &mut Map<String, Json>,
) -> Json {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    let needed = reachable(node, defs);
    for name in &needed {
        if into.get(name).is_some_and(|known| Some(known) != defs.get(name)) {
            let free = free_name(name, |free| into.contains_key(free) || needed.contains(free));
            renamed.insert(
                format!("{PREFIX}{}", escaped(name)),
                format!("{PREFIX}{}", escaped(&free)),
            );
            into.insert(free, Json::Null);
        }
    }
    let mut replace =
        |target: &str| renamed.get(target).cloned().unwrap_or_else(|| target.to_owned());
    for name in &needed {
        let reference = format!("{PREFIX}{}", escaped(name));
        let schema = with_references("", &defs[name], &mut replace);
        let name = renamed.get(&reference).map_or(name.as_str(), |new| &new[PREFIX.len()..]);
        into.insert(name.replace("~1", "/").replace("~0", "~"), schema);
    }
    with_references("", node, &mut replace)
}

/// The schema, which stands at `key`, with its references replaced.
fn with_references(key: &str, json: &Json, replace: &mut dyn FnMut(&str) -> String) -> Json {
    match (json, position(key)) {
        (_, Position::Data) => json.clone(),
        (Json::String(target), _) if key == "$ref" => Json::String(replace(target)),
        (Json::Object(fields), position) => {
            let fields = fields.iter().map(|(key, value)| {
                let keyword = if position == Position::Named { "" } else { key.as_str() };
                (key.clone(), with_references(keyword, value, replace))
            });
            Json::Object(fields.collect())
        }
        (Json::Array(items), _) => {
            Json::Array(items.iter().map(|item| with_references("", item, replace)).collect())
        }
        _ => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_that_means_something_else_is_renamed() {
        let mut into = json!({ "a": true }).as_object().cloned().expect("an object");
        let defs = json!({ "a": { "items": { "$ref": "#/$defs/a" } } });
        let node =
            imported(&json!({ "$ref": "#/$defs/a" }), defs.as_object().expect("one"), &mut into);
        assert_eq!(node, json!({ "$ref": "#/$defs/a_2" }));
        assert_eq!(
            Json::Object(into),
            json!({ "a": true, "a_2": { "items": { "$ref": "#/$defs/a_2" } } })
        );
    }
}
