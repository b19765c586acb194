//! What does a type say of a list's items?

use serde_json::Value as Json;

use super::shape::{Branch, constants, keyword};
use super::{JsonTypes, Schema};

/// What a type says of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct List {
    /// What every item fits.
    pub items: Schema,
    /// So many items there are at least.
    pub min: u64,
    /// So many at most, if that is bounded.
    pub max: Option<u64>,
    /// Null may come instead of a list.
    pub nullable: bool,
}

impl Schema {
    /// What the type says of a list; if a value may be something else than a list or null, what it may be.
    pub fn as_list(&self) -> Result<List, JsonTypes> {
        let branches = self.branches();
        let types = branches.iter().fold(JsonTypes::NONE, |types, branch| types | branch.types);
        if types == JsonTypes::ALL {
            return Ok(List { items: Self::anything(), min: 0, max: None, nullable: false });
        }
        let others = types - JsonTypes::LIST - JsonTypes::NULL;
        if !others.is_empty() || !types.has(JsonTypes::LIST) {
            return Err(if others.is_empty() { types } else { others });
        }
        let lists: Vec<List> = branches
            .iter()
            .filter(|branch| branch.types.has(JsonTypes::LIST))
            .map(|branch| self.list_of_branch(branch))
            .collect();
        let items: Vec<Self> = lists.iter().map(|list| list.items.clone()).collect();
        Ok(List {
            items: Self::union(&items),
            min: lists.iter().map(|list| list.min).min().unwrap_or_default(),
            max: lists.iter().map(|list| list.max).try_fold(0, |most, max| Some(most.max(max?))),
            nullable: types.has(JsonTypes::NULL),
        })
    }

    /// The type of the items of a list, as a map hands them out; none, if a value may be something else than a list.
    pub fn items_type(&self) -> Option<Self> {
        self.as_list().ok().map(|list| list.items)
    }

    /// The most items that a list of this type has, if that is bounded.
    pub fn most_items(&self) -> Option<u64> {
        self.as_list().ok()?.max
    }

    /// The type of item `index`, if the type tells items apart by their place.
    pub(crate) fn item_at(&self, index: usize) -> Option<Self> {
        let branches = self.branches();
        let mut read = Vec::new();
        for branch in branches.iter().filter(|branch| branch.types.has(JsonTypes::LIST)) {
            let value = branch.parts.iter().find_map(|part| constants(part));
            if let Some([Json::Array(items)]) = value {
                read.push(Self::constant_of(items.get(index)?.clone()));
                continue;
            }
            let told =
                branch.parts.iter().find_map(|part| keyword(part, "prefixItems")?.get(index))?;
            read.push(self.all_of(&[told]));
        }
        (!read.is_empty()).then(|| Self::union(&read))
    }

    /// One branch that allows lists.
    pub(super) fn list_of_branch(&self, branch: &Branch<'_>) -> List {
        if let Some(values) = branch.parts.iter().find_map(|part| constants(part)) {
            return list_of_values(values);
        }
        let (mut min, mut max) = (0, None::<u64>);
        let mut items = Vec::new();
        for part in &branch.parts {
            let bound = |key| keyword(part, key).and_then(Json::as_u64);
            min = min.max(bound("minItems").unwrap_or_default());
            if let Some(bound) = bound("maxItems") {
                max = Some(max.map_or(bound, |max| max.min(bound)));
            }
            items.extend(self.items_of(part, &mut max));
        }
        let items = match items.as_slice() {
            [] => Self::anything(),
            [one] => one.clone(),
            // Each of them holds; the first tells enough of an item's form where the others cannot be joined.
            many => Self::intersection(many),
        };
        List { items, min, max, nullable: false }
    }

    /// What one group of keywords says of any item; and of their number, where nothing may follow the first few.
    fn items_of(
        &self,
        part: &serde_json::Map<String, Json>,
        max: &mut Option<u64>,
    ) -> Option<Self> {
        let prefix = keyword(part, "prefixItems").and_then(Json::as_array);
        let rest = keyword(part, "items");
        if prefix.is_none() && rest.is_none() {
            return None;
        }
        let mut items: Vec<Self> =
            prefix.into_iter().flatten().map(|item| self.all_of(&[item])).collect();
        if rest == Some(&Json::Bool(false)) {
            let told = items.len() as u64;
            *max = Some(max.map_or(told, |max| max.min(told)));
        } else if max.is_none_or(|max| max > items.len() as u64) {
            items.push(rest.map_or_else(Self::anything, |rest| self.all_of(&[rest])));
        }
        Some(Self::union(&items))
    }
}

fn list_of_values(values: &[Json]) -> List {
    let lists: Vec<&Vec<Json>> = values.iter().filter_map(Json::as_array).collect();
    let items: Vec<Schema> = lists
        .iter()
        .flat_map(|list| list.iter())
        .map(|item| Schema::constant_of(item.clone()))
        .collect();
    let lengths = lists.iter().map(|list| list.len() as u64);
    List {
        items: Schema::union(&items),
        min: lengths.clone().min().unwrap_or_default(),
        max: lengths.max(),
        nullable: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: Json) -> String {
        match Schema::new(schema).as_list() {
            Ok(List { items, min, max, nullable }) => {
                format!("{} {min}..{max:?} {nullable}", items.as_json())
            }
            Err(types) => types.to_string(),
        }
    }

    #[test]
    fn a_list_tells_its_items_and_their_number() {
        let list =
            json!({ "type": "array", "items": { "type": "string" }, "minItems": 1, "maxItems": 3 });
        assert_eq!(told(list.clone()), r#"{"type":"string"} 1..Some(3) false"#);
        assert_eq!(
            told(json!({ "anyOf": [list, { "type": "null" }] })),
            r#"{"type":"string"} 1..Some(3) true"#
        );
        assert_eq!(told(json!({ "type": ["array", "null"] })), "true 0..None true");
        assert_eq!(told(json!(true)), "true 0..None false");
        assert_eq!(told(json!({ "const": [1, "a"] })), r#"{"enum":[1,"a"]} 2..Some(2) false"#);
        assert_eq!(
            told(
                json!({ "type": "array", "prefixItems": [{ "type": "integer" }], "items": false })
            ),
            r#"{"type":"integer"} 0..Some(1) false"#
        );
        assert_eq!(told(json!({ "type": ["array", "object"] })), "an object");
        assert_eq!(told(json!({ "type": "null" })), "null");
    }
}
