//! Can it be proved, keyword by keyword, that a consumer takes all that a producer gives?
//!
//! The producer is opened into branches, each a conjunction of plain keywords that allows no less than the producer; then
//! each keyword of the consumer must follow from one of them. Only *yes* is an answer: what is not proved may still hold.
//! A pair of types that contain themselves is proved by co-induction: below, the pair may be taken for proved, since a
//! value is finite.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::super::shape::{Branch, branches};
use super::super::{Definitions, JsonTypes, MEDIA, Schema, refer};
use super::conditions::together;
use super::facts::{
    bounded, field_nodes, have_other_tags, is_loose, is_required, is_true, item_nodes, matched,
    most, prefix, ranged, rest_nodes, said, single_types, sized, value_fits, value_is_refused,
    written,
};
use super::{language, same};

/// So many pairs are looked at; an edge's types are small, and the canonical forms come next.
const MAX_STEPS: usize = 2000;
/// So many branches of a producer are told apart.
const MAX_BRANCHES: usize = 128;
/// So deep the walk goes.
const MAX_DEPTH: usize = 48;

/// Whether it is proved that `consumer` takes all that `producer` gives: the quick half of [`covers`](super::covers).
pub fn proves(consumer: &Schema, producer: &Schema) -> bool {
    let mut proof = Proof {
        consumer: &consumer.0.defs,
        producer: &producer.0.defs,
        left: MAX_STEPS,
        assumed: BTreeMap::new(),
    };
    proof.all(&consumer.0.node, &[&producer.0.node], At { depth: 0, below: 0 })
}

/// A pair of places: a consumer's node, and the producer's nodes that all hold.
type Pair = (usize, Vec<usize>);

pub(super) struct Proof<'s> {
    pub(super) consumer: &'s Definitions,
    pub(super) producer: &'s Definitions,
    pub(super) left: usize,
    /// Pairs under proof, each with how deep in the value it stands.
    assumed: BTreeMap<Pair, usize>,
}

/// Where a proof is: how far the schemas were followed, and how deep in the value both stand.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) depth: usize,
    pub(super) below: usize,
}

impl At {
    /// One schema further, of the same value.
    pub(super) fn same(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// One schema further, of a part of the value.
    pub(super) fn part(self) -> Self {
        Self { depth: self.depth + 1, below: self.below + 1 }
    }
}

fn place<T>(of: &T) -> usize {
    std::ptr::from_ref(of) as usize
}

impl<'s> Proof<'s> {
    /// Whether `consumer` takes what fits all of `producer`; `at` says how deep in the value both stand.
    pub(super) fn all(&mut self, consumer: &'s Json, producer: &[&'s Json], at: At) -> bool {
        if is_true(consumer) {
            return true;
        }
        if self.left == 0 || at.depth > MAX_DEPTH {
            return false;
        }
        self.left -= 1;
        let mut places: Vec<usize> = producer.iter().map(|node| place(*node)).collect();
        places.sort_unstable();
        let pair = (place(consumer), places);
        match self.assumed.get(&pair) {
            // The value is smaller than where the pair was met: it holds there if it holds here.
            Some(&met) => return met < at.below,
            None => self.assumed.insert(pair.clone(), at.below),
        };
        let opened = self.opened(producer);
        let proved = opened.iter().all(|branch| self.branch(consumer, branch, at.same()));
        self.assumed.remove(&pair);
        proved
    }

    /// The branches of what fits all of `nodes`.
    fn opened(&self, nodes: &[&'s Json]) -> Vec<Branch<'s>> {
        let everything = Branch { parts: Vec::new(), types: JsonTypes::ALL, opaque: false };
        nodes.iter().fold(vec![everything], |all, node| {
            let opened = branches(node, self.producer);
            // Fewer keywords allow more: what is left out here makes the proof harder, never wrong.
            if all.len() * opened.len() > MAX_BRANCHES {
                return all;
            }
            let pairs = all.iter().flat_map(|a| opened.iter().map(move |b| (a, b)));
            let joined = pairs.map(|(a, b)| Branch {
                parts: a.parts.iter().chain(&b.parts).copied().collect(),
                types: a.types & b.types,
                opaque: a.opaque || b.opaque,
            });
            joined.filter(|branch| !branch.types.is_empty()).collect()
        })
    }

    /// Whether `consumer` takes all of `branch`.
    pub(super) fn branch(&mut self, consumer: &'s Json, branch: &Branch<'s>, at: At) -> bool {
        let fields = match consumer {
            Json::Bool(takes) => return *takes,
            Json::Object(fields) => fields,
            _ => return false,
        };
        if at.depth > MAX_DEPTH || self.left == 0 {
            return false;
        }
        self.left -= 1;
        fields.iter().all(|(key, value)| {
            self.keyword(fields, key, value, branch, at) || self.stands(fields, key, branch)
        })
    }

    /// Whether the branch says `key`, and all that it depends on, word by word.
    fn stands(&self, fields: &Map<String, Json>, key: &str, branch: &Branch<'s>) -> bool {
        branch.parts.iter().any(|part| {
            let same = |key: &str| match (fields.get(key), part.get(key)) {
                (Some(a), Some(b)) => same::says(key, [(a, self.consumer), (b, self.producer)]),
                (a, b) => a.is_none() && b.is_none(),
            };
            same(key) && together(key).all(same)
        })
    }

    fn keyword(
        &mut self,
        fields: &'s Map<String, Json>,
        key: &str,
        value: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        let types = branch.types;
        let list = || value.as_array().map(Vec::as_slice).unwrap_or_default();
        match key {
            "type" => types.within(JsonTypes::allowed(value)),
            "const" => {
                written(branch).is_some_and(|written| written.iter().all(|one| *one == value))
            }
            "enum" => written(branch)
                .is_some_and(|written| written.iter().all(|one| list().contains(one))),
            "$ref" => {
                let target = value.as_str().and_then(|target| refer::target(target, self.consumer));
                target.is_some_and(|target| self.branch(target, branch, at.same()))
            }
            "allOf" => list().iter().all(|part| self.branch(part, branch, at.same())),
            "anyOf" => self.any(list(), branch, at),
            "oneOf" => self.one(list(), branch, at),
            "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum" => {
                !types.has(JsonTypes::NUMBER) || bounded(branch, key, value)
            }
            "minLength" | "maxLength" => !types.has(JsonTypes::TEXT) || sized(branch, key, value),
            "minItems" | "maxItems" => !types.has(JsonTypes::LIST) || sized(branch, key, value),
            "minProperties" | "maxProperties" => {
                !types.has(JsonTypes::OBJECT) || sized(branch, key, value)
            }
            "multipleOf" => {
                !types.has(JsonTypes::NUMBER)
                    || said(branch, key, value)
                    || (value.as_u64() == Some(1) && !types.has(JsonTypes::FRACTION))
            }
            "pattern" => !types.has(JsonTypes::TEXT) || matched(branch, value),
            "format" => !types.has(JsonTypes::TEXT) || said(branch, key, value) || is_loose(value),
            MEDIA => !types.has(JsonTypes::OBJECT) || ranged(branch, value),
            "required" => {
                !types.has(JsonTypes::OBJECT)
                    || list()
                        .iter()
                        .all(|name| is_required(branch, name.as_str().unwrap_or_default()))
            }
            "properties" => {
                !types.has(JsonTypes::OBJECT)
                    || value.as_object().is_some_and(|properties| {
                        properties
                            .iter()
                            .all(|(name, schema)| self.property(schema, name, branch, at))
                    })
            }
            "additionalProperties" => {
                !types.has(JsonTypes::OBJECT) || self.rest(fields, value, branch, at)
            }
            "items" => !types.has(JsonTypes::LIST) || self.items(fields, value, branch, at),
            "prefixItems" => {
                !types.has(JsonTypes::LIST)
                    || list().iter().enumerate().all(|(index, item)| {
                        let given = item_nodes(branch, index);
                        most(branch).is_some_and(|most| most <= index as u64)
                            || self.all(item, &given, at.part())
                    })
            }
            "uniqueItems" => {
                !types.has(JsonTypes::LIST)
                    || value == &Json::Bool(false)
                    || said(branch, key, value)
                    || most(branch).is_some_and(|most| most <= 1)
            }
            // What asserts, and is not followed here.
            "dependencies" | "$dynamicRef" | "$recursiveRef" => false,
            _ => self.condition(fields, key, value, branch, at),
        }
    }

    /// Whether `consumer`, of the producer's own schemas, takes all of `producer`, of the consumer's.
    pub(super) fn turned(&mut self, consumer: &'s Json, producer: &'s Json, at: At) -> bool {
        let left = self.left;
        let assumed = BTreeMap::new();
        let mut proof = Proof { consumer: self.producer, producer: self.consumer, left, assumed };
        let proved = proof.all(consumer, &[producer], at.same());
        self.left = proof.left;
        proved
    }

    fn any(&mut self, alternatives: &'s [Json], branch: &Branch<'s>, at: At) -> bool {
        if alternatives.iter().any(|one| self.branch(one, branch, at.same())) {
            return true;
        }
        let some_fits = |value: &&Json| alternatives.iter().any(|one| value_fits(one, value));
        if written(branch).is_some_and(|values| values.iter().all(some_fits)) {
            return true;
        }
        // Values of different types may go different ways.
        let parts = single_types(branch.types);
        parts.len() > 1
            && parts.into_iter().all(|types| {
                let branch = Branch { types, ..branch.clone() };
                alternatives.iter().any(|one| self.branch(one, &branch, at.same()))
            })
    }

    /// Exactly one alternative: one takes all, and no other takes any.
    fn one(&mut self, alternatives: &'s [Json], branch: &Branch<'s>, at: At) -> bool {
        let only_one_fits = |value: &&Json| {
            let taking = alternatives.iter().position(|one| value_fits(one, value));
            let mut others = alternatives.iter().enumerate().filter(|(at, _)| Some(*at) != taking);
            taking.is_some() && others.all(|(_, one)| value_is_refused(one, value))
        };
        if written(branch).is_some_and(|values| values.iter().all(only_one_fits)) {
            return true;
        }
        let parts = single_types(branch.types);
        parts.into_iter().all(|types| {
            let branch = Branch { types, ..branch.clone() };
            let taking = alternatives.iter().position(|one| self.branch(one, &branch, at.same()));
            taking.is_some_and(|taking| {
                alternatives
                    .iter()
                    .enumerate()
                    .all(|(index, one)| index == taking || self.is_apart(one, &branch))
            })
        })
    }

    /// Whether no value of `branch` fits `consumer`: another type, or another tag.
    pub(super) fn is_apart(&self, consumer: &'s Json, branch: &Branch<'s>) -> bool {
        branches(consumer, self.consumer).iter().all(|other| {
            (other.types & branch.types).is_empty()
                || (branch.types == JsonTypes::OBJECT && have_other_tags(other, branch))
        })
    }

    pub(super) fn property(
        &mut self,
        consumer: &'s Json,
        name: &str,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        if let Some(values) = written(branch) {
            return values
                .iter()
                .filter_map(|value| value.get(name))
                .all(|value| value_fits(consumer, value));
        }
        match field_nodes(branch, name) {
            None => true,
            Some(nodes) => self.all(consumer, &nodes, at.part()),
        }
    }

    /// Fields that the consumer does not name.
    pub(super) fn rest(
        &mut self,
        fields: &'s Map<String, Json>,
        consumer: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        if is_true(consumer) {
            return true;
        }
        if branch.opaque || written(branch).is_some() {
            return false;
        }
        let named = fields.get("properties").and_then(Json::as_object);
        let taken = fields.get("patternProperties").and_then(Json::as_object);
        let is_taken = |name: &str| {
            taken.into_iter().flat_map(Map::keys).any(|p| language::has(p, name) == Some(true))
        };
        let is_named =
            |name: &str| named.is_some_and(|named| named.contains_key(name)) || is_taken(name);
        let own = branch.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        let own: Vec<&'s String> = own.flat_map(Map::keys).filter(|name| !is_named(name)).collect();
        let patterns =
            branch.parts.iter().filter_map(|part| part.get("patternProperties")?.as_object());
        let patterns = patterns.flatten();
        let is_new = |pattern: &str| !taken.is_some_and(|taken| taken.contains_key(pattern));
        let patterns = patterns.filter(|(pattern, _)| is_new(pattern));
        let patterns: Vec<&'s Json> = patterns.map(|(_, schema)| schema).collect();
        own.into_iter().all(|name| self.property(consumer, name, branch, at))
            && patterns.iter().all(|schema| self.all(consumer, &[*schema], at.part()))
            && match rest_nodes(branch) {
                None => true,
                Some(nodes) => self.all(consumer, &nodes, at.part()),
            }
    }

    pub(super) fn items(
        &mut self,
        fields: &'s Map<String, Json>,
        consumer: &'s Json,
        branch: &Branch<'s>,
        at: At,
    ) -> bool {
        if let Some(values) = written(branch) {
            let skipped = prefix(fields);
            let lists = values.iter().filter_map(|value| value.as_array());
            let items = lists.flat_map(|items| items.iter().skip(skipped));
            return items.into_iter().all(|item| value_fits(consumer, item));
        }
        let most = most(branch).unwrap_or(u64::MAX);
        let told = branch.parts.iter().map(|part| prefix(part)).max().unwrap_or_default();
        let first = prefix(fields);
        let each = (first..told).take_while(|index| (*index as u64) < most).all(|index| {
            let given = item_nodes(branch, index);
            self.all(consumer, &given, at.part())
        });
        let behind = told.max(first);
        each && (most <= behind as u64 || {
            let given = item_nodes(branch, behind);
            self.all(consumer, &given, at.part())
        })
    }
}
