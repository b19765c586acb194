//! What stands for the output of work that a rehearsal does not do?
//!
//! The plainest value that the output's schema allows: each required field, one item in each list, files that exist by
//! name alone.

use serde_json::{Map, Value as Json, json};

use crate::name::Digest;
use crate::schema::{ARTIFACT, MEDIA, Schema};

/// A plain value of `schema`; its files differ by `key`. None, if none is found that fits.
pub(super) fn example(schema: &Schema, key: &str) -> Option<Json> {
    let whole = schema.as_json();
    let value = Maker { whole, key }.value(whole, 0);
    schema.accepts(&value).then_some(value)
}

struct Maker<'a> {
    whole: &'a Json,
    key: &'a str,
}

impl Maker<'_> {
    fn value(&self, schema: &Json, depth: usize) -> Json {
        const DEEPEST: usize = 32;
        if depth > DEEPEST {
            return Json::Null;
        }
        let at = |name: &str| schema.get(name);
        if let Some(target) = at("$ref").and_then(Json::as_str) {
            let target = target.strip_prefix('#').and_then(|path| self.whole.pointer(path));
            return target.map_or(Json::Null, |target| self.value(target, depth + 1));
        }
        if let Some(constant) = at("const") {
            return constant.clone();
        }
        if let Some(first) = at("enum").and_then(|values| values.get(0)) {
            return first.clone();
        }
        if let Some(range) = at(MEDIA).and_then(Json::as_str) {
            return self.file(range);
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(choices) = at(word).and_then(Json::as_array) {
                let choice =
                    choices.iter().find(|choice| choice.get("type") != Some(&json!("null")));
                return choice.map_or(Json::Null, |choice| self.value(choice, depth + 1));
            }
        }
        if let Some(first) = at("allOf").and_then(|all| all.get(0)) {
            return self.value(first, depth + 1);
        }
        if let Some(default) = at("default") {
            return default.clone();
        }
        let kind = match at("type") {
            Some(Json::Array(kinds)) => kinds.iter().find(|kind| *kind != "null"),
            kind => kind,
        };
        match kind.and_then(Json::as_str) {
            Some("object") => self.object(schema, depth),
            Some("array") => self.list(schema, depth),
            Some("string") => text(schema),
            Some("integer") => whole(number(schema)),
            Some("number") => json!(number(schema)),
            Some("boolean") => json!(true),
            _ if at("properties").is_some() => self.object(schema, depth),
            _ => Json::Null,
        }
    }

    fn object(&self, schema: &Json, depth: usize) -> Json {
        let required = schema.get("required").and_then(Json::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|other| other == name));
        let properties = schema.get("properties").and_then(Json::as_object);
        let fields = properties.into_iter().flatten().filter(|(name, _)| is_required(name));
        let fields: Map<_, _> =
            fields.map(|(name, field)| (name.clone(), self.value(field, depth + 1))).collect();
        Json::Object(fields)
    }

    fn list(&self, schema: &Json, depth: usize) -> Json {
        let least = schema.get("minItems").and_then(Json::as_u64).unwrap_or(0).max(1);
        let item = schema.get("items").unwrap_or(&Json::Null);
        Json::Array((0..least.min(100)).map(|_| self.value(item, depth + 1)).collect())
    }

    fn file(&self, range: &str) -> Json {
        let first = range.split(',').next().unwrap_or(range).trim();
        let media_type = match first {
            "*/*" => "application/octet-stream".to_owned(),
            "image/*" => "image/png".to_owned(),
            "audio/*" => "audio/wav".to_owned(),
            "video/*" => "video/mp4".to_owned(),
            "text/*" => "text/plain".to_owned(),
            other => other.replace('*', "plain"),
        };
        json!({ ARTIFACT: Digest::of(self.key.as_bytes()), "media_type": media_type, "bytes": 1 })
    }
}

fn text(schema: &Json) -> Json {
    let least = schema.get("minLength").and_then(Json::as_u64).unwrap_or(0);
    let text = match schema.get("format").and_then(Json::as_str) {
        Some("money") => "0.00 USD".to_owned(),
        _ => "rehearsed".to_owned(),
    };
    let missing = usize::try_from(least).unwrap_or(0).saturating_sub(text.len());
    let text = text + &".".repeat(missing);
    let most = schema.get("maxLength").and_then(Json::as_u64);
    let most = most.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
    json!(text.chars().take(most).collect::<String>())
}

/// The next integer, as JSON writes it.
fn whole(number: f64) -> Json {
    format!("{:.0}", number.ceil()).parse::<i64>().map_or(Json::Null, Json::from)
}

/// Five, such as seconds, or the nearest number that is allowed.
fn number(schema: &Json) -> f64 {
    let bound = |name: &str| schema.get(name).and_then(Json::as_f64);
    let least = bound("minimum").or(bound("exclusiveMinimum").map(|least| least + 1.0));
    let most = bound("maximum").or(bound("exclusiveMaximum").map(|most| most - 1.0));
    5f64.max(least.unwrap_or(f64::MIN)).min(most.unwrap_or(f64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_fits_its_schema() {
        let schema = Schema::new(json!({
            "type": "object",
            "properties": {
                "film": { "$ref": "#/$defs/File" },
                "scenes": {
                    "type": "array", "minItems": 2,
                    "items": {
                        "type": "object", "required": ["seconds", "words"],
                        "properties": {
                            "seconds": { "type": "number", "maximum": 3 },
                            "words": { "type": ["string", "null"], "minLength": 12 },
                            "left": { "type": "integer" },
                        },
                    },
                },
                "mood": { "enum": ["calm", "warm"] },
            },
            "required": ["film", "scenes", "mood"],
            "$defs": { "File": {
                "type": "object", MEDIA: "video/*", "required": [ARTIFACT, "media_type", "bytes"],
            } },
        }));
        let value = example(&schema, "film#1").expect("there is one");
        assert_eq!(value["film"]["media_type"], "video/mp4");
        assert_eq!(value["scenes"][1], json!({ "seconds": 3.0, "words": "rehearsed..." }));
        assert_ne!(value, example(&schema, "film#2").expect("there is one"));
        let impossible = Schema::new(json!({ "type": "string", "pattern": "^[0-9]{4}$" }));
        assert_eq!(example(&impossible, "x"), None);
    }
}
