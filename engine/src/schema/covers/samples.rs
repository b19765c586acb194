//! Which values are worth trying to break an edge?
//!
//! Values at the edges of what a producer may give: its least and greatest numbers, its shortest and longest texts and
//! lists, each optional field left out and put in; and those that the consumer speaks of. Nothing here decides: each
//! value is tried against both schemas. The order is fixed, so the same edge always gets the same example.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::super::shape::{Branch, branches, constants};
use super::super::{JsonTypes, MEDIA, Schema, in_range};
use super::facts::{is_true, item_nodes};
use super::language::{self, Inclusion};

/// So many words of the schemas are tried in one place.
const MAX_EACH: usize = 24;
/// So many values are made for one place, by how deep it stands; deeper ones get one.
const MOST: [usize; 5] = [2_000, 48, 12, 5, 2];
/// So many places are filled with care; what comes after them gets the plainest value.
const MAX_STEPS: usize = 1_500;
/// To try values counts as much as to fill so many places.
const TRYING: usize = 20;
/// So deep values go.
const MAX_DEPTH: usize = 8;
/// So many fields an object is given to reach a bound.
const MAX_FIELDS: u64 = 12;
/// So long a text or list is made to reach a bound.
const MAX_LENGTH: u64 = 300;

/// Values that probably fit `schema`.
pub(super) fn of(schema: &Schema) -> Vec<Json> {
    against(schema, schema)
}

/// Values that probably fit `producer` and that `consumer` may refuse.
pub(super) fn against(consumer: &Schema, producer: &Schema) -> Vec<Json> {
    let mut hints = Hints::default();
    hints.gather("", consumer.as_json());
    hints.gather("", producer.as_json());
    let mut maker = Maker { schema: producer, hints, left: MAX_STEPS };
    maker.values(&[&producer.0.node], 0)
}

/// What the schemas speak of.
#[derive(Default)]
struct Hints {
    values: Vec<Json>,
    numbers: Vec<f64>,
    lengths: BTreeSet<u64>,
    patterns: BTreeSet<String>,
    names: BTreeSet<String>,
    media_types: BTreeSet<String>,
}

impl Hints {
    fn gather(&mut self, key: &str, json: &Json) {
        match (key, json) {
            ("const", value) => self.values.push(value.clone()),
            ("enum", Json::Array(values)) => self.values.extend(values.iter().cloned()),
            ("pattern", Json::String(pattern)) => {
                self.patterns.insert(pattern.clone());
            }
            (MEDIA, Json::String(range)) => {
                let told = range.split(',').map(str::trim).filter(|range| !range.ends_with('*'));
                self.media_types.extend(told.map(str::to_owned));
            }
            ("required", Json::Array(names)) => {
                self.names.extend(names.iter().filter_map(Json::as_str).map(str::to_owned));
            }
            (
                "properties" | "patternProperties" | "$defs" | "dependentSchemas",
                Json::Object(fields),
            ) => {
                for (name, schema) in fields {
                    match key {
                        "properties" => _ = self.names.insert(name.clone()),
                        "patternProperties" => self.names.extend(language::example(name)),
                        _ => {}
                    }
                    self.gather("", schema);
                }
            }
            (_, Json::Object(fields)) => {
                fields.iter().for_each(|(key, value)| self.gather(key, value));
            }
            (_, Json::Array(items)) => items.iter().for_each(|item| self.gather("", item)),
            (_, Json::Number(number)) => {
                self.numbers.extend(number.as_f64());
                self.lengths.extend(number.as_u64().filter(|length| *length <= MAX_LENGTH));
            }
            _ => {}
        }
    }
}

struct Maker<'s> {
    schema: &'s Schema,
    hints: Hints,
    /// So many more places are filled with care.
    left: usize,
}

/// The first of each, then the second of each: every form comes early.
fn in_turn(each: &[Vec<Json>]) -> Vec<Json> {
    let longest = each.iter().map(Vec::len).max().unwrap_or_default();
    let rows = (0..longest).map(|index| each.iter().filter_map(move |values| values.get(index)));
    rows.flatten().cloned().collect()
}

/// Whether it says what values are not made by: such values are tried before they become a part of others.
fn is_intricate(node: &Json) -> bool {
    let words = [
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "if",
        "contains",
        "dependentSchemas",
        "unevaluatedProperties",
    ];
    node.as_object().is_some_and(|fields| words.iter().any(|word| fields.contains_key(*word)))
}

fn most_of(depth: usize) -> usize {
    MOST.get(depth).copied().unwrap_or(1)
}

impl<'s> Maker<'s> {
    /// Values that fit all of `nodes`, the plainest first.
    fn values(&mut self, nodes: &[&'s Json], depth: usize) -> Vec<Json> {
        if depth > 0 && nodes.iter().all(|node| is_true(node)) {
            return self.anything(depth);
        }
        let everything = Branch { parts: Vec::new(), types: JsonTypes::ALL, opaque: false };
        let mut all = vec![everything];
        for node in nodes {
            let opened = branches(node, &self.schema.0.defs);
            let pairs = all.iter().flat_map(|a| opened.iter().map(move |b| (a, b)));
            all = pairs
                .map(|(a, b)| Branch {
                    parts: a.parts.iter().chain(&b.parts).copied().collect(),
                    types: a.types & b.types,
                    opaque: a.opaque || b.opaque,
                })
                .filter(|branch| !branch.types.is_empty())
                .take(MAX_EACH)
                .collect();
        }
        let each: Vec<Vec<Json>> = all.iter().map(|branch| self.of_branch(branch, depth)).collect();
        let mut values = in_turn(&each);
        if depth > 0 && self.left > 0 && nodes.iter().any(|node| is_intricate(node)) {
            self.left = self.left.saturating_sub(TRYING);
            let whole = self.schema.all_of(nodes);
            if values.iter().any(|value| whole.accepts(value)) {
                values.retain(|value| whole.accepts(value));
            }
        }
        values.truncate(most_of(depth));
        values
    }

    /// Values of all types, where nothing is said of them.
    fn anything(&self, depth: usize) -> Vec<Json> {
        let mut values =
            vec![json!("a"), Json::Null, json!(1), json!(0.5), json!(true), json!([]), json!({})];
        values.extend(self.hints.values.iter().take(MAX_EACH).cloned());
        values.truncate(most_of(depth).max(7));
        values
    }

    fn of_branch(&mut self, branch: &Branch<'s>, depth: usize) -> Vec<Json> {
        if let Some(values) = branch.parts.iter().find_map(|part| constants(part)) {
            return values.to_vec();
        }
        let types = branch.types;
        let plain = [json!("a"), json!(0), json!(true), json!([]), json!({}), Json::Null];
        if depth > MAX_DEPTH || self.left == 0 {
            return plain
                .into_iter()
                .find(|value| types.has(JsonTypes::of(value)))
                .into_iter()
                .collect();
        }
        self.left -= 1;
        let mut each: Vec<Vec<Json>> = Vec::new();
        if types.has(JsonTypes::TEXT) {
            each.push(self.texts(branch));
        }
        if types.has(JsonTypes::NUMBER) {
            each.push(self.numbers(branch));
        }
        if types.has(JsonTypes::BOOLEAN) {
            each.push(vec![json!(true), json!(false)]);
        }
        if types.has(JsonTypes::LIST) {
            each.push(self.lists(branch, depth));
        }
        if types.has(JsonTypes::OBJECT) {
            each.push(self.objects(branch, depth));
        }
        if types.has(JsonTypes::NULL) {
            each.push(vec![Json::Null]);
        }
        let spoken = self.hints.values.iter().filter(|value| types.has(JsonTypes::of(value)));
        each.push(spoken.take(MAX_EACH).cloned().collect());
        in_turn(&each)
    }

    fn numbers(&self, branch: &Branch<'_>) -> Vec<Json> {
        let bound =
            |key: &'static str| branch.parts.iter().filter_map(move |part| part.get(key)?.as_f64());
        let low = bound("minimum").chain(bound("exclusiveMinimum")).fold(f64::MIN, f64::max);
        let high = bound("maximum").chain(bound("exclusiveMaximum")).fold(f64::MAX, f64::min);
        let step = bound("multipleOf").next();
        let mut numbers: Vec<f64> =
            [low, high].into_iter().filter(|bound| bound.abs() < f64::MAX).collect();
        numbers.extend([0.0, 1.0, -1.0, 0.5, 1e9, -1e9, 1e17]);
        for &told in self.hints.numbers.iter().take(MAX_EACH) {
            numbers.extend([told, told + 1.0, told - 1.0, told + 0.5, told - 0.5]);
        }
        if let Some(step) = step {
            let start = if low > f64::MIN { (low / step).ceil() } else { 0.0 };
            numbers.extend([0.0, 1.0, 2.0, 3.0, 7.0].map(|count| (start + count) * step));
        }
        let whole_only = !branch.types.has(JsonTypes::FRACTION);
        numbers.retain(|number| {
            (low..=high).contains(number) && (!whole_only || number.fract() == 0.0)
        });
        numbers.into_iter().map(as_json).collect()
    }

    fn texts(&self, branch: &Branch<'_>) -> Vec<Json> {
        let told =
            |key: &'static str| branch.parts.iter().filter_map(move |part| part.get(key)?.as_str());
        let bound =
            |key: &'static str| branch.parts.iter().filter_map(move |part| part.get(key)?.as_u64());
        let least = bound("minLength").max().unwrap_or_default();
        let most = bound("maxLength").min().unwrap_or(u64::MAX);
        let own: Vec<&str> = told("pattern").collect();
        let mut texts: Vec<String> = Vec::new();
        if own.is_empty() {
            texts.push("a".to_owned());
        }
        for pattern in if own.is_empty() { vec![""] } else { own } {
            texts.extend(language::example(pattern));
            for other in &self.hints.patterns {
                if let Some(Inclusion::Beyond(text)) = language::within(pattern, other) {
                    texts.push(text);
                }
            }
        }
        texts.extend(told("format").filter_map(of_format).map(str::to_owned));
        texts.extend(["a", ""].map(str::to_owned));
        let lengths = [least, most].into_iter().chain(self.hints.lengths.iter().copied());
        let near =
            lengths.flat_map(|length| [length, length.saturating_add(1), length.saturating_sub(1)]);
        let near: BTreeSet<u64> = near
            .filter(|length| (least..=most).contains(length) && *length <= MAX_LENGTH)
            .collect();
        let longer: Vec<String> = texts
            .iter()
            .take(3)
            .flat_map(|text| {
                let own = text.chars().count() as u64;
                let lacking = near.iter().filter_map(move |length| length.checked_sub(own));
                let lacking = lacking.filter(|lacking| (1..=MAX_LENGTH).contains(lacking)).take(8);
                lacking.flat_map(move |lacking| {
                    let filling = "a".repeat(usize::try_from(lacking).unwrap_or(0));
                    [format!("{filling}{text}"), format!("{text}{filling}")]
                })
            })
            .collect();
        texts.extend(longer);
        texts.extend(
            near.into_iter().map(|length| "a".repeat(usize::try_from(length).unwrap_or(0))),
        );
        texts.into_iter().map(Json::String).collect()
    }

    fn media_types(&self, range: &str) -> Vec<Json> {
        let told = self.hints.media_types.iter().map(String::as_str);
        told.chain(COMMON).filter(|name| in_range(name, range)).map(Json::from).collect()
    }

    fn lists(&mut self, branch: &Branch<'s>, depth: usize) -> Vec<Json> {
        let bound =
            |key: &'static str| branch.parts.iter().filter_map(move |part| part.get(key)?.as_u64());
        let closed = branch.parts.iter().any(|part| part.get("items") == Some(&Json::Bool(false)));
        let prefix = branch.parts.iter().filter_map(|part| part.get("prefixItems")?.as_array());
        let told = prefix.map(Vec::len).max().unwrap_or_default() as u64;
        let least = bound("minItems").max().unwrap_or_default();
        let most = bound("maxItems").min().unwrap_or(if closed { told } else { u64::MAX });
        let hinted =
            self.hints.lengths.iter().flat_map(|length| [*length, length.saturating_add(1)]);
        let lengths: BTreeSet<u64> = [least, told, 1, 2]
            .into_iter()
            .chain(hinted)
            .filter(|length| (least..=most).contains(length) && *length <= MAX_LENGTH)
            .take(8)
            .collect();
        let longest = lengths.iter().max().copied().unwrap_or_default().min(told + 1);
        let items: Vec<Vec<Json>> = (0..longest)
            .map(|index| {
                self.values(
                    &item_nodes(branch, usize::try_from(index).unwrap_or(usize::MAX)),
                    depth + 1,
                )
            })
            .collect();
        let item = |index: u64, choice: usize| {
            let place = index.min(longest.saturating_sub(1));
            let values = items.get(usize::try_from(place).unwrap_or(0))?;
            values.get(choice % values.len().max(1)).cloned()
        };
        let mut lists = Vec::new();
        for length in lengths {
            if lists.len() > most_of(depth) {
                break;
            }
            // All alike, all different, and each value at each place once.
            lists.extend((0..length).map(|index| item(index, 0)).collect::<Option<Vec<_>>>());
            let varied = (0..length).map(|index| item(index, usize::try_from(index).unwrap_or(0)));
            lists.extend(varied.collect::<Option<Vec<_>>>());
            for place in 0..length.min(3) {
                for choice in 1..8 {
                    let one = |index| item(index, if index == place { choice } else { 0 });
                    lists.extend((0..length).map(one).collect::<Option<Vec<_>>>());
                }
            }
        }
        lists.into_iter().map(Json::Array).collect()
    }

    fn objects(&mut self, branch: &Branch<'s>, depth: usize) -> Vec<Json> {
        let own = branch.parts.iter().filter_map(|part| part.get("properties")?.as_object());
        let mut names: Vec<String> = own.flat_map(Map::keys).cloned().collect();
        let required = branch.parts.iter().filter_map(|part| part.get("required")?.as_array());
        let required: BTreeSet<String> =
            required.flatten().filter_map(Json::as_str).map(str::to_owned).collect();
        names.extend(required.iter().cloned());
        let closed = branch
            .parts
            .iter()
            .any(|part| part.get("additionalProperties") == Some(&Json::Bool(false)));
        if !closed || branch.parts.iter().any(|part| part.contains_key("patternProperties")) {
            names.extend(self.hints.names.iter().take(MAX_EACH).cloned());
            names.push("x".to_owned());
        }
        let range = branch.parts.iter().find_map(|part| part.get(MEDIA)?.as_str());
        let mut known = BTreeSet::new();
        names.retain(|name| known.insert(name.clone()));
        let choices: Vec<(String, Vec<Json>)> = names
            .into_iter()
            .map(|name| {
                let values = match range.filter(|_| name == "media_type") {
                    Some(range) => self.media_types(range),
                    None => self.values(&field_nodes(branch, &name), depth + 1),
                };
                (name, values)
            })
            .collect();
        let first =
            |(name, values): &(String, Vec<Json>)| Some((name.clone(), values.first()?.clone()));
        let needed = choices.iter().filter(|(name, _)| required.contains(name));
        let Some(base) = needed.map(first).collect::<Option<Map<String, Json>>>() else {
            return Vec::new();
        };
        let all: Map<String, Json> = choices.iter().filter_map(first).collect();
        let mut objects = vec![base.clone(), all.clone()];
        objects.extend(self.of_each_size(&choices, base.clone(), depth));
        for (name, values) in &choices {
            if objects.len() > most_of(depth) {
                break;
            }
            for value in values {
                for start in [&base, &all] {
                    let mut object = start.clone();
                    object.insert(name.clone(), value.clone());
                    objects.push(object);
                }
            }
            if !required.contains(name) {
                let mut object = all.clone();
                object.swap_remove(name);
                objects.push(object);
            }
        }
        objects.into_iter().map(Json::Object).collect()
    }

    /// Objects with one more field each, from `base` on: of the names that there are, then of any that may stand there.
    fn of_each_size(
        &self,
        choices: &[(String, Vec<Json>)],
        base: Map<String, Json>,
        depth: usize,
    ) -> Vec<Map<String, Json>> {
        let most = self.hints.lengths.iter().copied().filter(|length| *length <= MAX_FIELDS).max();
        let most = usize::try_from(most.unwrap_or_default()).unwrap_or_default() + 1;
        let known =
            choices.iter().filter_map(|(name, values)| Some((name.clone(), values.first()?)));
        // Any other name takes what `x` takes, which is there where others are.
        let other = choices.iter().find(|(name, _)| name == "x");
        let others = other.and_then(|(_, values)| values.first()).into_iter();
        let others = others.flat_map(|value| (1..=most).map(move |n| (format!("x{n}"), value)));
        let mut growing = base;
        let mut objects = Vec::new();
        for (name, value) in known.chain(others) {
            if growing.len() >= most || objects.len() >= most_of(depth) {
                break;
            }
            if !growing.contains_key(&name) {
                growing.insert(name, value.clone());
                objects.push(growing.clone());
            }
        }
        objects
    }
}

/// Media types of each family, for ranges that name none.
const COMMON: [&str; 9] = [
    "image/png",
    "image/jpeg",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/wav",
    "text/plain",
    "application/pdf",
    "model/obj",
];

fn as_json(number: f64) -> Json {
    #[expect(clippy::cast_possible_truncation, reason = "whole and far below 2^63")]
    let whole = (number.fract() == 0.0 && number.abs() < 1e18).then_some(number as i64);
    whole.map_or_else(|| json!(number), Json::from)
}

fn of_format(format: &str) -> Option<&'static str> {
    Some(match format {
        "money" => "0.05 USD",
        "date-time" => "2020-01-01T00:00:00Z",
        "date" => "2020-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT1S",
        "email" | "idn-email" => "a@example.org",
        "hostname" | "idn-hostname" => "example.org",
        "ipv4" => "127.0.0.1",
        "ipv6" => "::1",
        "uri" | "iri" => "https://example.org/",
        "uri-reference" | "iri-reference" | "json-pointer" => "/a",
        "uuid" => "00000000-0000-4000-8000-000000000000",
        "regex" => "a",
        _ => return None,
    })
}

fn field_nodes<'s>(branch: &Branch<'s>, name: &str) -> Vec<&'s Json> {
    let nodes = branch.parts.iter().filter_map(|part| {
        let own = part.get("properties").and_then(|properties| properties.get(name));
        own.or_else(|| part.get("additionalProperties").filter(|rest| rest.is_object()))
    });
    nodes.collect()
}
