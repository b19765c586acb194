//! Does any value contradict a verdict, whatever keywords the schemas are made of?
//!
//! Pairs of schemas as ports have them, seeded: some alike, some one made of the other by a small change. Values are
//! guessed by a generator that shares nothing with the search of `samples`, and tried by the validator. `FLOW_TEST_CASES`
//! says how many pairs; what is kept small here runs for hundreds of thousands before a release.

#![expect(
    clippy::disallowed_methods,
    reason = "the number of cases is told from outside, and slow answers are measured"
)]

use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json, json};

use super::{Verdict, covers};
use crate::schema::Schema;

const CASES: u64 = 120;
/// So many values are guessed for one pair.
const GUESSES: usize = 60;
/// No answer takes longer, even unoptimised; measured where many cases are asked for.
const SLOW: Duration = Duration::from_secs(10);

#[test]
#[expect(clippy::print_stderr, reason = "whoever runs many cases wants their figures")]
fn no_value_contradicts_a_verdict() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (first, cases) = (number("FLOW_TEST_FIRST").unwrap_or(0), number("FLOW_TEST_CASES"));
    let (mut yes, mut no, mut unknown, mut missed) = (0, 0, 0, 0);
    let mut slowest = (Duration::ZERO, 0);
    let mut wrong = Vec::new();
    for seed in first..first + cases.unwrap_or(CASES) {
        let pair = pair(seed);
        let [consumer, producer] = pair.clone().map(Schema::new);
        let told = |what: &str| format!("{seed}: {what}\n  {}\n  takes {}", pair[0], pair[1]);
        let begun = Instant::now();
        let verdict = covers(&consumer, &producer);
        slowest = slowest.max((begun.elapsed(), seed));
        let guessed = guesses(seed, &pair).into_iter().find(|value| breaks(&pair, value));
        match (verdict, guessed) {
            (Verdict::Yes, Some(value)) => wrong.push(told(&format!("yes, but {value}"))),
            (Verdict::Yes, None) => yes += 1,
            (Verdict::No { offending, example }, _) => {
                no += 1;
                if !breaks(&pair, &example) || !offending.accepts(&example) {
                    wrong.push(told(&format!("no proof: {example}, {offending:?}")));
                }
            }
            (Verdict::Unknown { why }, guessed) => {
                unknown += 1;
                if let Some(value) = guessed {
                    missed += 1;
                    eprintln!("{}", told(&format!("missed {value}: {why}")));
                } else if cases.is_some() {
                    eprintln!("{}", told(&why));
                }
            }
        }
    }
    eprintln!("yes {yes}, no {no}, unknown {unknown} ({missed} of them no); slowest {slowest:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.is_none() || slowest.0 < SLOW, "{slowest:?}");
}

/// Tried with schemas of its own, so that nothing is shared with what was judged.
fn breaks([consumer, producer]: &[Json; 2], value: &Json) -> bool {
    thread_local! {
        static LAST: std::cell::RefCell<Option<(String, [Schema; 2])>> = const { std::cell::RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        let key = format!("{consumer}\n{producer}");
        if last.as_ref().is_none_or(|(known, _)| *known != key) {
            let schemas = [consumer, producer].map(|schema| Schema::new(schema.clone()));
            *last = Some((key, schemas));
        }
        let [consumer, producer] = &last.as_ref().expect("filled above").1;
        consumer.fault().is_none() && producer.accepts(value) && !consumer.accepts(value)
    })
}

/// A consumer and a producer.
fn pair(seed: u64) -> [Json; 2] {
    let mut made = Made { random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1 };
    let [mut consumer, mut producer] = [made.schema(3), made.schema(3)];
    match made.below(10) {
        0 => {}
        1 => producer = json!({ "allOf": [consumer, producer] }),
        2 => consumer = json!({ "anyOf": [consumer, producer] }),
        3..6 => {
            producer = consumer.clone();
            made.change(&mut producer, 3);
        }
        _ => {
            consumer = producer.clone();
            made.change(&mut consumer, 3);
            if made.below(2) == 0 {
                made.change(&mut consumer, 3);
            }
        }
    }
    if made.below(8) == 0 {
        let holding = |part: Json| {
            json!({
                "$defs": { "T": { "type": "object", "properties": { "a": part, "b": { "$ref": "#/$defs/T" } } } },
                "$ref": "#/$defs/T",
            })
        };
        return [holding(consumer), holding(producer)];
    }
    [consumer, producer]
}

fn guesses(seed: u64, pair: &[Json; 2]) -> Vec<Json> {
    let mut made = Made { random: seed.wrapping_mul(0xD134_2543_DE82_EF95) | 1 };
    let mut values = Vec::new();
    while values.len() < GUESSES {
        let schema = &pair[usize::from(made.below(3) == 0)];
        let mut value = made.value(schema, schema, 6);
        if made.below(3) == 0 {
            made.disturb(&mut value);
        }
        values.push(value);
    }
    values
}

struct Made {
    random: u64,
}

const NAMES: [&str; 4] = ["a", "b", "c", "media_type"];

impl Made {
    /// xorshift64*.
    fn below(&mut self, bound: usize) -> usize {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        let high = self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(high).expect("31 bits") % bound
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn flip(&mut self) -> bool {
        self.below(2) == 0
    }

    fn number(&mut self) -> Json {
        let odd = [
            json!(0.5),
            json!(1.0),
            json!(-1),
            json!(1e3),
            json!(9_007_199_254_740_993_i64),
            json!(-2.5),
        ];
        if self.below(4) == 0 { self.pick(&odd) } else { json!(self.below(5)) }
    }

    fn text(&mut self) -> Json {
        json!(self.pick(&[
            "",
            "a",
            "ab",
            "b",
            "abc",
            "é",
            "🎬🎬",
            "1 USD",
            "video/mp4",
            "image/png"
        ]))
    }

    fn constant(&mut self, depth: usize) -> Json {
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => Json::Null,
            1 => json!(self.flip()),
            2 | 3 => self.number(),
            4 => self.text(),
            5 => (0..self.below(3)).map(|_| self.constant(depth - 1)).collect(),
            _ => {
                let fields = (0..self.below(3))
                    .map(|_| (self.pick(&NAMES).to_owned(), self.constant(depth - 1)));
                Json::Object(fields.collect())
            }
        }
    }

    fn schemas(&mut self, depth: usize, most: usize) -> Json {
        (0..=self.below(most)).map(|_| self.schema(depth)).collect()
    }

    fn named(&mut self, depth: usize) -> Json {
        let fields =
            (0..=self.below(3)).map(|_| (self.pick(&NAMES).to_owned(), self.schema(depth)));
        Json::Object(fields.collect())
    }

    fn names(&mut self) -> Json {
        let mut names: Vec<&str> = NAMES.to_vec();
        names.retain(|_| self.below(3) == 0);
        json!(names)
    }

    fn schema(&mut self, depth: usize) -> Json {
        if self.below(12) == 0 {
            return json!(self.below(3) > 0);
        }
        let leaf = self.below(if depth == 0 { 6 } else { 14 });
        let mut schema = match leaf {
            0 => json!({ "const": self.constant(2) }),
            1 => {
                let mut values: Vec<Json> = Vec::new();
                for _ in 0..=self.below(3) {
                    let value = self.constant(1);
                    if !values.contains(&value) {
                        values.push(value);
                    }
                }
                json!({ "enum": values })
            }
            2 | 3 => json!({ "type": self.pick(&["integer", "number"]) }),
            4 => json!({ "type": "string" }),
            5 => json!({ "type": self.pick(&[
                json!("null"), json!("boolean"), json!(["string", "null"]), json!(["integer", "string", "array"]),
            ]) }),
            6..9 => {
                json!({ "type": "object", "properties": self.named(depth - 1), "required": self.names() })
            }
            9 | 10 => json!({ "type": "array", "items": self.schema(depth - 1) }),
            11 => {
                let key = self.pick(&["anyOf", "oneOf", "allOf"]);
                let parts = self.schemas(depth - 1, 3);
                json!({ key: parts })
            }
            _ => json!({}),
        };
        if let Some(fields) = schema.as_object_mut() {
            let further = self.below(if leaf >= 12 { 4 } else { 3 });
            for _ in 0..further {
                let (key, value) = self.keyword(depth.saturating_sub(1), fields);
                fields.insert(key.to_owned(), value);
            }
        }
        schema
    }

    /// One keyword, mostly of those that fit the type.
    fn keyword(&mut self, depth: usize, beside: &Map<String, Json>) -> (&'static str, Json) {
        let kind = beside.get("type").and_then(Json::as_str).unwrap_or("any");
        let kind = if self.below(8) == 0 { "any" } else { kind };
        let keys: &[&str] = match kind {
            "integer" | "number" => {
                &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
            }
            "string" => &["minLength", "maxLength", "pattern", "format"],
            "array" => &[
                "minItems",
                "maxItems",
                "uniqueItems",
                "prefixItems",
                "contains",
                "items",
                "unevaluatedItems",
            ],
            "object" => &[
                "minProperties",
                "maxProperties",
                "additionalProperties",
                "patternProperties",
                "propertyNames",
                "dependentRequired",
                "dependentSchemas",
                "unevaluatedProperties",
                "x-media",
                "additionalProperties",
            ],
            _ => &[
                "not",
                "if",
                "then",
                "else",
                "anyOf",
                "oneOf",
                "allOf",
                "required",
                "properties",
                "minimum",
            ],
        };
        let key = self.pick(keys);
        let value = match key {
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => self.number(),
            "multipleOf" => self.pick(&[json!(1), json!(2), json!(3), json!(0.5), json!(0.1)]),
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => json!(self.below(4)),
            "pattern" => json!(self.pick(&["^a", "^[ab]+$", "b$", "^.{2,3}$", "^[a-z]*$"])),
            "format" => json!(self.pick(&["money", "date", "uuid"])),
            "uniqueItems" => json!(self.flip()),
            "prefixItems" | "anyOf" | "oneOf" | "allOf" => self.schemas(depth, 2),
            "additionalProperties" | "unevaluatedProperties" | "unevaluatedItems"
                if self.flip() =>
            {
                json!(false)
            }
            "patternProperties" => {
                let pattern = self.pick(&["^a", "^[ab]$", "c", "^x"]);
                json!({ pattern: self.schema(depth) })
            }
            "propertyNames" => self.pick(&[
                json!({ "maxLength": 1 }),
                json!({ "pattern": "^[a-c]" }),
                json!({ "enum": ["a", "b"] }),
            ]),
            "dependentRequired" => json!({ self.pick(&NAMES): self.names() }),
            "dependentSchemas" => json!({ self.pick(&NAMES): self.schema(depth) }),
            "x-media" => json!(self.pick(&["video/*", "video/mp4", "image/*, video/mp4", "*/*"])),
            "required" => self.names(),
            "properties" => self.named(depth),
            _ => self.schema(depth),
        };
        (key, value)
    }

    /// Makes one small change somewhere in a schema.
    fn change(&mut self, schema: &mut Json, depth: usize) {
        let Json::Object(fields) = schema else {
            *schema = self.schema(1);
            return;
        };
        let keys: Vec<String> = fields.keys().cloned().collect();
        if keys.is_empty() || self.below(4) == 0 {
            let (key, value) = self.keyword(1, fields);
            fields.insert(key.to_owned(), value);
            return;
        }
        let key = self.pick(&keys);
        if self.below(6) == 0 {
            fields.shift_remove(&key);
            return;
        }
        let value = fields.get_mut(&key).expect("one of its keys");
        match (key.as_str(), &mut *value) {
            ("type", _) => {
                *value = match value.as_str() {
                    Some("integer") => json!("number"),
                    Some("number") => json!("integer"),
                    Some(name) => json!([name, "null"]),
                    None => json!("string"),
                }
            }
            ("required", names) => *names = self.names(),
            ("enum", Json::Array(values)) => values.push(json!("more")),
            ("const", value) => *value = self.constant(1),
            ("properties" | "patternProperties" | "dependentSchemas", Json::Object(named)) => {
                let inner: Vec<String> = named.keys().cloned().collect();
                if let (Some(name), true) = (inner.first(), depth > 0) {
                    let name = if self.flip() { name } else { inner.last().expect("not empty") };
                    self.change(&mut named[name.as_str()], depth - 1);
                }
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Json::Array(parts)) => {
                let place = self.below(parts.len().max(1));
                match parts.get_mut(place) {
                    Some(part) if depth > 0 => self.change(part, depth - 1),
                    _ => {}
                }
            }
            (_, Json::Number(number)) if number.is_u64() => {
                let number = number.as_u64().unwrap_or_default();
                let less = number.saturating_sub(1).max(u64::from(key == "multipleOf"));
                *value = json!(if self.flip() { number + 1 } else { less });
            }
            (_, Json::Object(_)) if depth > 0 && key != "dependentRequired" => {
                self.change(value, depth - 1);
            }
            _ => {}
        }
    }

    /// A value that may well fit.
    fn value(&mut self, root: &Json, node: &Json, depth: usize) -> Json {
        let Json::Object(fields) = node else {
            return self.constant(1);
        };
        if depth == 0 {
            return self.constant(0);
        }
        let list =
            |key: &str| fields.get(key).and_then(Json::as_array).filter(|all| !all.is_empty());
        if let Some(value) = fields.get("const") {
            return value.clone();
        }
        if let Some(values) = list("enum") {
            return self.pick(values);
        }
        if fields.contains_key("$ref") {
            return self.value(root, &root["$defs"]["T"], depth - 1);
        }
        for key in ["anyOf", "oneOf", "allOf"] {
            if let Some(parts) = list(key)
                && (fields.len() == 1 || self.below(3) == 0)
            {
                let part = self.pick(parts);
                return self.value(root, &part, depth - 1);
            }
        }
        let names = match fields.get("type") {
            Some(Json::String(name)) => vec![name.clone()],
            Some(Json::Array(names)) => {
                names.iter().filter_map(Json::as_str).map(str::to_owned).collect()
            }
            _ => ["null", "integer", "string", "array", "object", "object"]
                .map(str::to_owned)
                .to_vec(),
        };
        match self.pick(&names).as_str() {
            "null" => Json::Null,
            "boolean" => json!(self.flip()),
            "integer" | "number" => self.number(),
            "string" => self.text(),
            "array" => {
                let prefix = list("prefixItems").cloned().unwrap_or_default();
                let rest = fields.get("items").cloned().unwrap_or(json!(true));
                let length = self.below(4);
                let item = |index: usize| prefix.get(index).unwrap_or(&rest).clone();
                (0..length).map(|index| self.value(root, &item(index), depth - 1)).collect()
            }
            _ => {
                let mut object = Map::new();
                for name in NAMES.iter().chain(&["x"]) {
                    let own = fields.get("properties").and_then(|all| all.get(*name));
                    let needed =
                        list("required").is_some_and(|all| all.iter().any(|one| one == name));
                    if needed || (own.is_some() && self.flip()) || self.below(6) == 0 {
                        let schema = own.or_else(|| fields.get("additionalProperties"));
                        let schema = schema.cloned().unwrap_or(json!(true));
                        object.insert((*name).to_owned(), self.value(root, &schema, depth - 1));
                    }
                }
                Json::Object(object)
            }
        }
    }

    /// Puts something else somewhere into a value.
    fn disturb(&mut self, value: &mut Json) {
        match value {
            Json::Array(items) if !items.is_empty() && self.below(3) > 0 => {
                let place = self.below(items.len());
                self.disturb(&mut items[place]);
            }
            Json::Object(fields) if !fields.is_empty() && self.below(4) > 0 => {
                let names: Vec<String> = fields.keys().cloned().collect();
                let name = self.pick(&names);
                if self.below(3) == 0 {
                    fields.shift_remove(&name);
                } else {
                    self.disturb(&mut fields[name.as_str()]);
                }
            }
            value => *value = self.constant(1),
        }
    }
}
