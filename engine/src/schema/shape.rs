//! What forms may a value of this type have?
//!
//! A schema is opened into branches, one of which every value fits: conjunctions of plain keywords, with references
//! followed and `allOf`, `anyOf`, `oneOf` taken apart. What cannot be taken apart is left out, so that a branch may allow
//! too much, and never too little.

use std::fmt;
use std::ops::{BitAnd, BitOr, Sub};

use serde_json::{Map, Value as Json};

use super::{Schema, refer};

/// So many branches are told apart; beyond, alternatives are left out.
const MAX_BRANCHES: usize = 64;
/// So deep alternatives and references may lead.
const MAX_DEPTH: usize = 64;
/// So many schemas are opened for one question.
const MAX_STEPS: usize = 4096;
/// Keywords that are left out, and may speak of fields that no `properties` names.
const OPAQUE: [&str; 4] = ["if", "dependentSchemas", "$dynamicRef", "$recursiveRef"];

/// A set of JSON's types. A number without a fraction is an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonTypes(u8);

impl JsonTypes {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(1 << 1);
    pub const INTEGER: Self = Self(1 << 2);
    pub const FRACTION: Self = Self(1 << 3);
    pub const NUMBER: Self = Self(1 << 2 | 1 << 3);
    pub const TEXT: Self = Self(1 << 4);
    pub const LIST: Self = Self(1 << 5);
    pub const OBJECT: Self = Self(1 << 6);
    pub const ALL: Self = Self((1 << 7) - 1);

    pub fn of(json: &Json) -> Self {
        match json {
            Json::Null => Self::NULL,
            Json::Bool(_) => Self::BOOLEAN,
            Json::Number(number) => {
                let whole = number.is_i64()
                    || number.is_u64()
                    || number.as_f64().is_some_and(|float| float.fract() == 0.0);
                if whole { Self::INTEGER } else { Self::FRACTION }
            }
            Json::String(_) => Self::TEXT,
            Json::Array(_) => Self::LIST,
            Json::Object(_) => Self::OBJECT,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::TEXT,
            "array" => Self::LIST,
            "object" => Self::OBJECT,
            _ => Self::NONE,
        }
    }

    /// What the keyword `type` allows.
    pub(super) fn allowed(keyword: &Json) -> Self {
        match keyword {
            Json::String(name) => Self::named(name),
            Json::Array(names) => names
                .iter()
                .filter_map(Json::as_str)
                .fold(Self::NONE, |types, name| types | Self::named(name)),
            _ => Self::ALL,
        }
    }

    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl BitOr for JsonTypes {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for JsonTypes {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Sub for JsonTypes {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// As people say it: `a text or null`.
impl fmt::Display for JsonTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nouns = [
            (Self::TEXT, "a text"),
            (Self::LIST, "a list"),
            (Self::OBJECT, "an object"),
            (Self::BOOLEAN, "a boolean"),
            (Self::NULL, "null"),
        ];
        let number = if self.has(Self::FRACTION) {
            Some("a number")
        } else {
            self.has(Self::INTEGER).then_some("an integer")
        };
        let others = nouns.iter().filter(|(types, _)| self.has(*types)).map(|(_, noun)| *noun);
        let nouns: Vec<&str> = number.into_iter().chain(others).collect();
        f.write_str(&nouns.join(" or "))
    }
}

/// Keywords that hold at once for some of a schema's values.
#[derive(Clone, Debug)]
pub(super) struct Branch<'s> {
    pub(super) parts: Vec<&'s Map<String, Json>>,
    pub(super) types: JsonTypes,
    /// Something was left out that may speak of further fields.
    pub(super) opaque: bool,
}

impl Schema {
    /// The types that a value may have.
    pub fn types(&self) -> JsonTypes {
        // Most types are plain, and are asked often.
        if let Some(types) = plain_types(&self.0.node) {
            return types;
        }
        self.branches().iter().fold(JsonTypes::NONE, |types, branch| types | branch.types)
    }

    /// Whether every value fits, as the schema's first look tells.
    pub fn takes_everything(&self) -> bool {
        match &self.0.node {
            Json::Bool(takes) => *takes,
            Json::Object(fields) => fields.keys().all(|key| {
                matches!(key.as_str(), "title" | "description" | "default" | "examples")
            }),
            _ => false,
        }
    }

    /// Whether nothing is known of a value.
    pub fn is_anything(&self) -> bool {
        self.types() == JsonTypes::ALL
    }

    /// Whether every text that fits is an amount of money.
    pub fn is_amount(&self) -> bool {
        let mut texts = self.branches();
        texts.retain(|branch| branch.types.has(JsonTypes::TEXT));
        let amount = |part: &&Map<String, Json>| {
            part.get("format").is_some_and(|format| format == "money")
                || constants(part).is_some_and(|texts| texts.iter().all(is_amount))
        };
        !texts.is_empty() && texts.iter().all(|branch| branch.parts.iter().any(amount))
    }

    pub(super) fn branches(&self) -> Vec<Branch<'_>> {
        branches(&self.0.node, &self.0.defs)
    }

    /// The only value that fits, if the schema writes it out.
    pub fn constant(&self) -> Option<&Json> {
        match self.branches().as_slice() {
            [branch] => branch.parts.iter().find_map(|part| match constants(part)? {
                [only] => Some(only),
                _ => None,
            }),
            _ => None,
        }
    }
}

/// The types of a schema that neither refers to others nor is made of them.
fn plain_types(node: &Json) -> Option<JsonTypes> {
    match node {
        Json::Bool(takes) => Some(if *takes { JsonTypes::ALL } else { JsonTypes::NONE }),
        Json::Object(fields) => {
            let is_made =
                |key: &String| matches!(key.as_str(), "$ref" | "allOf" | "anyOf" | "oneOf");
            (!fields.keys().any(is_made)).then(|| own_types(fields))
        }
        _ => None,
    }
}

/// What a schema says under `name`. It has few keywords: to look at each is faster than to hash one.
pub(super) fn keyword<'s>(part: &'s Map<String, Json>, name: &str) -> Option<&'s Json> {
    part.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// The values that `const` or `enum` writes out.
pub(super) fn constants(part: &Map<String, Json>) -> Option<&[Json]> {
    match (keyword(part, "const"), keyword(part, "enum")) {
        (Some(value), _) => Some(std::slice::from_ref(value)),
        (None, Some(Json::Array(values))) => Some(values),
        _ => None,
    }
}

/// No amount is a text that is none; what is no text does not matter.
fn is_amount(json: &Json) -> bool {
    json.as_str().is_none_or(|text| text.parse::<crate::money::Usd>().is_ok())
}

pub(super) fn branches<'s>(node: &'s Json, defs: &'s Map<String, Json>) -> Vec<Branch<'s>> {
    Opening { defs, left: MAX_STEPS }.open(node, 0)
}

struct Opening<'s> {
    defs: &'s Map<String, Json>,
    /// So many more schemas may be opened: definitions that refer to each other could be opened for ever.
    left: usize,
}

impl<'s> Opening<'s> {
    fn open(&mut self, node: &'s Json, depth: usize) -> Vec<Branch<'s>> {
        let fields = match node {
            Json::Bool(false) => return Vec::new(),
            Json::Object(fields) => fields,
            _ => return vec![Branch { parts: Vec::new(), types: JsonTypes::ALL, opaque: false }],
        };
        if self.left == 0 || depth > MAX_DEPTH {
            return vec![Branch { parts: vec![fields], types: own_types(fields), opaque: true }];
        }
        self.left -= 1;
        let opaque = fields.keys().any(|key| OPAQUE.contains(&key.as_str()));
        let mut all = vec![Branch { parts: vec![fields], types: own_types(fields), opaque }];
        if let Some(reference) = keyword(fields, "$ref").and_then(Json::as_str) {
            match refer::target(reference, self.defs) {
                Some(target) => all = product(all, &self.open(target, depth + 1)),
                None => all.iter_mut().for_each(|branch| branch.opaque = true),
            }
        }
        if let Some(Json::Array(parts)) = keyword(fields, "allOf") {
            for part in parts {
                all = product(all, &self.open(part, depth + 1));
            }
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Json::Array(alternatives)) = keyword(fields, key) {
                let mut opened = Vec::new();
                for alternative in alternatives {
                    opened.extend(self.open(alternative, depth + 1));
                }
                all = product(all, &opened);
            }
        }
        all
    }
}

/// Each of `a` together with each of `b`.
fn product<'s>(mut a: Vec<Branch<'s>>, b: &[Branch<'s>]) -> Vec<Branch<'s>> {
    if a.len() * b.len() > MAX_BRANCHES {
        for branch in &mut a {
            branch.opaque = true;
        }
        return a;
    }
    let joined = a.iter().flat_map(|a| b.iter().map(move |b| (a, b))).map(|(a, b)| Branch {
        parts: a.parts.iter().chain(&b.parts).copied().collect(),
        types: a.types & b.types,
        opaque: a.opaque || b.opaque,
    });
    joined.filter(|branch| !branch.types.is_empty()).collect()
}

fn own_types(fields: &Map<String, Json>) -> JsonTypes {
    let typed = keyword(fields, "type").map_or(JsonTypes::ALL, JsonTypes::allowed);
    match constants(fields) {
        None => typed,
        Some(values) => {
            typed & values.iter().fold(JsonTypes::NONE, |types, value| types | JsonTypes::of(value))
        }
    }
}
