//! What do the canonical forms of two schemas say of each other?
//!
//! The library knows neither media ranges nor amounts, so both are written in its own words first: a range becomes the
//! list of its types, told apart as far as the two schemas tell them apart; an amount becomes a pattern.

use std::collections::BTreeSet;

use jsonschema::canonical::{CanonicalSchema, Containment, options};
use serde_json::{Map, Value as Json, json};

use super::super::{MEDIA, Schema, in_range};

/// Texts that write an amount. Only compared with itself, and with texts that are written out.
const MONEY: &str = r"^\s*[+-]?[0-9]+(\.[0-9]{1,6}0*)?\s*USD\s*$";

pub(super) enum Answer {
    Yes,
    No { offending: Schema },
    Unknown { why: String },
}

/// Whether the canonical form of `consumer` covers that of `producer`.
pub(super) fn compare(consumer: &Schema, producer: &Schema) -> Answer {
    let atoms = atoms(&[consumer.as_json(), producer.as_json()]);
    let canonical = |schema: &Schema| {
        options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .offline()
            .canonicalize(&encoded("", schema.as_json(), &atoms))
            .map_err(|error| error.to_string())
    };
    let forms = canonical(consumer).and_then(|consumer| Ok((consumer, canonical(producer)?)));
    let (to, from) = match forms {
        Ok(forms) => forms,
        Err(why) => return Answer::Unknown { why },
    };
    match to.covers(&from) {
        Ok(Containment::Yes) => Answer::Yes,
        Ok(Containment::No) => Answer::No { offending: offending(&from, &to, &atoms) },
        Ok(Containment::Unknown) => {
            Answer::Unknown { why: "the two schemas could not be told apart".to_owned() }
        }
        Err(error) => Answer::Unknown { why: error.to_string() },
    }
}

fn offending(from: &CanonicalSchema, to: &CanonicalSchema, atoms: &BTreeSet<String>) -> Schema {
    let difference = match from.subtract(to) {
        Ok(difference) => difference.to_json_schema(),
        Err(_) => json!({ "allOf": [from.to_json_schema(), { "not": to.to_json_schema() }] }),
    };
    Schema::new(decoded("", &difference, atoms))
}

/// The media types that the schemas tell apart: those that they write out; each family without these (`video/*`); and
/// the rest (`*/*`).
fn atoms(schemas: &[&Json]) -> BTreeSet<String> {
    let (mut atoms, mut has_range) = (BTreeSet::from(["*/*".to_owned()]), false);
    for schema in schemas {
        gather("", schema, &mut atoms, &mut has_range);
    }
    if !has_range {
        return BTreeSet::new();
    }
    let families: Vec<String> =
        atoms.iter().filter_map(|atom| Some(format!("{}/*", atom.split_once('/')?.0))).collect();
    atoms.extend(families);
    atoms
}

fn gather(key: &str, json: &Json, atoms: &mut BTreeSet<String>, has_range: &mut bool) {
    match json {
        Json::String(range) if key == MEDIA => {
            *has_range = true;
            atoms.extend(range.split(',').map(|range| range.trim().to_owned()));
        }
        // A type that is written out, as in the value of a file.
        Json::String(text) => {
            let parts: Vec<&str> = text.split('/').collect();
            let word = |part: &&str| {
                !part.is_empty()
                    && part.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
            };
            if parts.len() == 2 && parts.iter().all(word) {
                atoms.insert(text.clone());
            }
        }
        Json::Array(items) => items.iter().for_each(|item| gather("", item, atoms, has_range)),
        Json::Object(fields) => {
            fields.iter().for_each(|(key, value)| gather(key, value, atoms, has_range));
        }
        _ => {}
    }
}

/// The schema in words that the library knows.
fn encoded(key: &str, json: &Json, atoms: &BTreeSet<String>) -> Json {
    match json {
        _ if matches!(key, "const" | "enum") => sorted(json),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| encoded("", item, atoms)).collect())
        }
        Json::Object(fields) if is_map_of_schemas(key) => Json::Object(
            fields
                .iter()
                .map(|(name, schema)| (name.clone(), encoded("", schema, atoms)))
                .collect(),
        ),
        Json::Object(fields) => {
            let mut written = Map::new();
            let mut further = Vec::new();
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    (MEDIA, Some(range)) => further.extend(types_in(range, atoms)),
                    ("format", Some("money")) => {
                        further.push(json!({ "pattern": MONEY }));
                    }
                    _ => {
                        written.insert(key.clone(), encoded(key, value, atoms));
                    }
                }
            }
            if !further.is_empty() {
                let all = written.entry("allOf").or_insert_with(|| json!([]));
                if let Json::Array(all) = all {
                    all.extend(further);
                }
            }
            Json::Object(written)
        }
        json => json.clone(),
    }
}

fn is_map_of_schemas(key: &str) -> bool {
    matches!(key, "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas")
}

/// What `x-media: range` says of an object's `media_type`; nothing, if all types lie in the range.
fn types_in(range: &str, atoms: &BTreeSet<String>) -> Option<Json> {
    let inside: Vec<&String> = atoms.iter().filter(|atom| in_range(atom, range)).collect();
    (inside.len() < atoms.len()).then(|| {
        let texts = json!({ "anyOf": [
            { "type": ["null", "boolean", "number", "array", "object"] }, { "enum": inside }
        ] });
        json!({ "properties": { "media_type": texts } })
    })
}

/// Values that are written out are compared with the order of their keys.
fn sorted(json: &Json) -> Json {
    match json {
        Json::Array(items) => Json::Array(items.iter().map(sorted).collect()),
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(name, _)| *name);
            Json::Object(
                fields.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect(),
            )
        }
        json => json.clone(),
    }
}

/// The schema with amounts and media ranges in our own words again.
fn decoded(key: &str, json: &Json, atoms: &BTreeSet<String>) -> Json {
    match json {
        _ if matches!(key, "const" | "enum") => json.clone(),
        Json::Array(items) => {
            Json::Array(items.iter().map(|item| decoded("", item, atoms)).collect())
        }
        Json::Object(fields) if is_map_of_schemas(key) => Json::Object(
            fields
                .iter()
                .map(|(name, schema)| (name.clone(), decoded("", schema, atoms)))
                .collect(),
        ),
        Json::Object(fields) => {
            let mut read = Map::new();
            for (key, value) in fields {
                match (key.as_str(), value.as_str()) {
                    ("pattern", Some(MONEY)) => {
                        read.insert("format".to_owned(), json!("money"));
                    }
                    ("$schema", _) => {}
                    _ => {
                        read.insert(key.clone(), decoded(key, value, atoms));
                    }
                }
            }
            if let Some((range, except)) = range_of(&mut read, atoms) {
                read.insert(MEDIA.to_owned(), Json::String(range));
                if !except.is_empty() {
                    let all = read.entry("allOf").or_insert_with(|| json!([]));
                    all.as_array_mut()
                        .into_iter()
                        .for_each(|all| all.push(json!({ "not": { MEDIA: except } })));
                }
            }
            Json::Object(read)
        }
        json => json.clone(),
    }
}

/// Takes the list of types out of an object's `media_type`; gives the range that it stands for, and what of the range
/// it leaves out.
fn range_of(fields: &mut Map<String, Json>, atoms: &BTreeSet<String>) -> Option<(String, String)> {
    if atoms.is_empty() {
        return None;
    }
    let media_type = fields.get_mut("properties")?.get_mut("media_type")?;
    let types: Vec<String> = match (media_type.get("const"), media_type.get("enum")) {
        (Some(Json::String(only)), _) => vec![only.clone()],
        (None, Some(Json::Array(types))) => {
            types.iter().map(|name| name.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    if !types.iter().all(|name| atoms.contains(name)) {
        return None;
    }
    *media_type = json!({ "type": "string" });
    let families: Vec<&String> = types.iter().filter(|name| name.ends_with('*')).collect();
    let in_family = |name: &&String| families.iter().any(|family| in_range(name, family));
    let kept = types.iter().filter(|name| name.ends_with('*') || !in_family(name));
    let except = atoms.iter().filter(|atom| in_family(atom) && !types.contains(atom));
    let joined = |names: Vec<&str>| names.join(", ");
    Some((joined(kept.map(String::as_str).collect()), joined(except.map(String::as_str).collect())))
}
