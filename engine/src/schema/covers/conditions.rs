//! Does a keyword that says something under a condition follow from a branch?
//!
//! Of opposites, alternatives by case, lists that contain something, and fields that ask for others. Each answer is a proof
//! or none.

use serde_json::{Map, Value as Json};

use super::super::JsonTypes;
use super::super::shape::Branch;
use super::facts::{field_nodes, is_required, most, rest_nodes, written};
use super::prove::{At, Proof};
use super::{language, same};

/// The keywords that say what `key` means, besides itself.
pub(super) fn together(key: &str) -> impl Iterator<Item = &'static str> {
    const NONE: &[&str] = &[];
    const CONTAINS: &[&str] = &["contains", "minContains", "maxContains"];
    const CASES: &[&str] = &["if", "then", "else"];
    const FIELDS: &[&str] = &["properties", "patternProperties", "additionalProperties"];
    const ITEMS: &[&str] = &["prefixItems", "items"];
    // What is left over depends on whatever speaks of fields or items.
    const MADE: &[&str] = &["$ref", "allOf", "anyOf", "oneOf", "not", "dependentSchemas"];
    let groups = match key {
        "contains" | "minContains" | "maxContains" => [CONTAINS, NONE, NONE, NONE],
        "if" | "then" | "else" => [CASES, NONE, NONE, NONE],
        "additionalProperties" => [FIELDS, NONE, NONE, NONE],
        "items" => [ITEMS, NONE, NONE, NONE],
        "unevaluatedProperties" => [FIELDS, CASES, MADE, NONE],
        "unevaluatedItems" => [ITEMS, CONTAINS, CASES, MADE],
        _ => [NONE; 4],
    };
    groups.into_iter().flatten().copied()
}

impl<'s> Proof<'s> {
    /// Whether the keyword `key` of `fields` follows; a keyword that asserts nothing does.
    pub(super) fn condition(
        &mut self,
        fields: &'s Map<String, Json>,
        key: &str,
        value: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        let is_list = branch.types.has(JsonTypes::LIST);
        let is_object = branch.types.has(JsonTypes::OBJECT);
        match key {
            "not" => self.opposite(value, branch, at),
            "if" => self.cases(fields, value, branch, at),
            "contains" => !is_list || self.contains(fields, value, branch, at),
            "propertyNames" => {
                let given = branch.parts.iter().filter_map(|part| part.get(key));
                let given: Vec<&'s Json> = given.collect();
                !is_object || (!given.is_empty() && self.all(value, &given, at.part()))
            }
            "patternProperties" => {
                let patterns = value.as_object().into_iter().flatten();
                !is_object
                    || patterns.into_iter().all(|(name, of)| self.pattern(name, of, branch, at))
            }
            "dependentRequired" => {
                let asked = value.as_object().into_iter().flatten();
                !is_object || asked.into_iter().all(|(name, others)| asks(branch, name, others))
            }
            "dependentSchemas" => {
                let asked = value.as_object().into_iter().flatten();
                !is_object
                    || asked.into_iter().all(|(name, of)| self.dependent(name, of, branch, at))
            }
            // What nothing else speaks of is less than what `properties` or `prefixItems` do not.
            "unevaluatedProperties" => !is_object || self.rest(fields, value, branch, at),
            "unevaluatedItems" => !is_list || self.items(fields, value, branch, at),
            _ => true,
        }
    }

    fn opposite(&mut self, refused: &'s Json, branch: &Branch<'s>, at: At) -> bool {
        let mut given = branch.parts.iter().filter_map(|part| part.get("not"));
        self.is_apart(refused, branch) || given.any(|given| self.turned(given, refused, at))
    }

    /// Both cases hold; or one of them, and the branch is in no other; or each follows from the branch's own of the same
    /// condition.
    fn cases(
        &mut self,
        fields: &'s Map<String, Json>,
        condition: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        let given = branch.parts.iter().find(|part| {
            part.get("if").is_some_and(|given| {
                same::says("", [(condition, self.consumer), (given, self.producer)])
            })
        });
        let mut holds = |case: &str| {
            let Some(asked) = fields.get(case) else { return true };
            self.branch(asked, branch, at.same())
                || given
                    .and_then(|part| part.get(case))
                    .is_some_and(|given| self.all(asked, &[given], at.same()))
        };
        let (then, otherwise) = (holds("then"), holds("else"));
        match (then, otherwise) {
            (true, true) => true,
            (true, false) => self.branch(condition, branch, at.same()),
            (false, true) => self.is_apart(condition, branch),
            (false, false) => false,
        }
    }

    fn contains(
        &mut self,
        fields: &'s Map<String, Json>,
        wanted: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        let count = |part: &Map<String, Json>, key: &str| part.get(key).and_then(Json::as_u64);
        let least = count(fields, "minContains").unwrap_or(1);
        let given = || branch.parts.iter().filter(|part| part.contains_key("contains"));
        let enough = least == 0
            || given().any(|part| {
                count(part, "minContains").unwrap_or(1) >= least
                    && self.all(wanted, &[&part["contains"]], at.part())
            });
        let most_wanted = count(fields, "maxContains").unwrap_or(u64::MAX);
        enough
            && (most_wanted == u64::MAX
                || most(branch).is_some_and(|most| most <= most_wanted)
                || given().any(|part| {
                    count(part, "maxContains").is_some_and(|most| most <= most_wanted)
                        && self.turned(&part["contains"], wanted, at)
                }))
    }

    /// Whether every field whose name matches `pattern` fits `of`.
    fn pattern(&mut self, pattern: &str, of: &'s Json, branch: &Branch<'s>, at: At) -> bool {
        let patterns =
            || branch.parts.iter().filter_map(|part| part.get("patternProperties")?.as_object());
        if patterns()
            .filter_map(|patterns| patterns.get(pattern))
            .any(|given| self.all(of, &[given], at.part()))
        {
            return true;
        }
        if branch.opaque || written(branch).is_some() {
            return false;
        }
        let named = branch.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        let mut named = named.flat_map(Map::keys);
        named.all(|name| {
            language::has(pattern, name) == Some(false) || self.property(of, name, branch, at)
        }) && patterns().flat_map(Map::values).all(|given| self.all(of, &[given], at.part()))
            && rest_nodes(branch).is_none_or(|nodes| self.all(of, &nodes, at.part()))
    }

    fn dependent(&mut self, name: &str, of: &'s Json, branch: &Branch<'s>, at: At) -> bool {
        let mut given =
            branch.parts.iter().filter_map(|part| part.get("dependentSchemas")?.get(name));
        is_absent(branch, name)
            || self.branch(of, branch, at.same())
            || given.any(|given| self.all(of, &[given], at.same()))
    }
}

/// Whether an object of the branch that has `name` has `others` too.
fn asks(branch: &Branch<'_>, name: &str, others: &Json) -> bool {
    let others = others.as_array().map(Vec::as_slice).unwrap_or_default();
    let given = branch.parts.iter().filter_map(|part| part.get("dependentRequired")?.get(name));
    let given: Vec<&Json> = given.filter_map(Json::as_array).flatten().collect();
    is_absent(branch, name)
        || others.iter().all(|other| {
            given.contains(&other) || is_required(branch, other.as_str().unwrap_or_default())
        })
}

/// Whether no object of the branch has a field `name`.
fn is_absent(branch: &Branch<'_>, name: &str) -> bool {
    field_nodes(branch, name).is_none_or(|nodes| nodes.contains(&&Json::Bool(false)))
}
