//! May every value of this output enter that input?
//!
//! Three-valued: *no* comes with the values that would break the edge, *unknown* with what could not be decided. Nothing
//! is coerced. Cheap proofs go first; each later step sees only what the former ones left open:
//!
//! 1. a walk of our own over both schemas, which proves inclusion and nothing else (`prove`);
//! 2. a producer of few values: each is tried;
//! 3. jsonschema's canonical forms, whose difference is the offending values (`canonical`);
//! 4. a search for one value that breaks the edge (`samples`).

mod canonical;
mod conditions;
#[cfg(test)]
mod differential;
mod facts;
mod language;
#[cfg(test)]
mod properties;
mod prove;
mod same;
mod samples;
#[cfg(test)]
mod suite;
mod unknown;

use serde_json::{Value as Json, json};

use super::shape::constants;
use super::{Draft, Schema};
pub use prove::proves;

/// Whether a consumer takes every value that a producer gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Yes,
    No {
        /// Exactly the values that the producer gives and the consumer refuses.
        offending: Schema,
        /// One of them, that was tried: it is valid for the producer, and not for the consumer.
        example: Json,
    },
    Unknown {
        /// What stood in the way of an answer, as a fragment.
        why: String,
    },
}

/// So many values of a producer are tried one by one.
const FEW: usize = 256;

/// Whether `consumer` takes every value that `producer` gives.
pub fn covers(consumer: &Schema, producer: &Schema) -> Verdict {
    if std::sync::Arc::ptr_eq(&consumer.0, &producer.0)
        || proves(consumer, producer)
        || consumer == producer
        || same::is_everything(consumer)
        || same::is_nothing(producer)
    {
        return Verdict::Yes;
    }
    if let Some(fault) = consumer.fault().or_else(|| producer.fault()) {
        return Verdict::Unknown { why: format!("a schema is faulty: {fault}") };
    }
    if let Some(values) = few_values(producer) {
        let refused: Vec<Json> =
            values.into_iter().filter(|value| breaks(consumer, producer, value)).collect();
        let Some(example) = refused.first().cloned() else {
            return Verdict::Yes;
        };
        let each: Vec<Schema> = refused.into_iter().map(Schema::constant_of).collect();
        return Verdict::No { offending: Schema::union(&each), example };
    }
    let found = |candidates: Vec<Json>| {
        candidates.into_iter().find(|value| breaks(consumer, producer, value))
    };
    let (offending, why) = match canonical::compare(consumer, producer) {
        canonical::Answer::Yes => return Verdict::Yes,
        canonical::Answer::No { offending } => {
            if let Some(example) = found(samples::of(&offending)) {
                return Verdict::No { offending, example };
            }
            (Some(offending), "they seem to differ, but no value was found that shows it".into())
        }
        canonical::Answer::Unknown { why } => (None, why),
    };
    match found(samples::against(consumer, producer)) {
        Some(example) => {
            let offending = offending.filter(|offending| offending.accepts(&example));
            let offending = offending.unwrap_or_else(|| difference(consumer, producer));
            Verdict::No { offending, example }
        }
        None => Verdict::Unknown { why },
    }
}

/// As [`covers`], of documents as they are written, each in its own draft.
pub fn covers_written(consumer: &Json, producer: &Json) -> Verdict {
    let drafts = [Draft::of(consumer), Draft::of(producer)];
    // A document that shows no draft is taken for one of the other's.
    let common = drafts[0].or(drafts[1]).unwrap_or(Draft::Twelve);
    let [to, from] = [(consumer, drafts[0]), (producer, drafts[1])]
        .map(|(document, draft)| Schema::in_draft(document.clone(), draft.unwrap_or(common)));
    covers(&to, &from)
}

/// Whether a port takes what an edge brings: as [`covers`], but where nothing wrong is known save that the type of some
/// part is not known at all, the answer is that it cannot be known before the run.
pub fn fits(port: &Schema, edge: &Schema) -> Verdict {
    let verdict = covers(port, edge);
    let Verdict::No { offending, example } = verdict else {
        return verdict;
    };
    let Some((takes, gives)) = unknown::left_out(port, edge) else {
        return Verdict::No { offending, example };
    };
    let unknown = |why: &str| Verdict::Unknown { why: why.to_owned() };
    match covers(&takes, &gives) {
        Verdict::Yes => unknown("the type of what comes is not known in every part"),
        Verdict::Unknown { why } => unknown(&why),
        Verdict::No { example: known, .. } => {
            let known = unknown::with_null(&known);
            let example = if breaks(port, edge, &known) { known } else { example };
            Verdict::No { offending, example }
        }
    }
}

fn breaks(consumer: &Schema, producer: &Schema, value: &Json) -> bool {
    producer.accepts(value) && !consumer.accepts(value)
}

/// What the producer gives and the consumer refuses, where no shorter form is known.
fn difference(consumer: &Schema, producer: &Schema) -> Schema {
    let refused = Schema::within(json!({ "not": consumer.0.node }), &consumer.0.defs);
    Schema::intersection(&[producer.clone(), refused])
}

/// All values that `schema` can have, if they are written out; perhaps more.
fn few_values(schema: &Schema) -> Option<Vec<Json>> {
    let mut values = Vec::new();
    for branch in schema.branches() {
        let written = branch.parts.iter().find_map(|part| constants(part));
        match written {
            Some(written) => values.extend(written.iter().cloned()),
            None if branch.types == super::JsonTypes::NULL => values.push(Json::Null),
            None if branch.types == super::JsonTypes::BOOLEAN => {
                values.extend([json!(false), json!(true)]);
            }
            None => return None,
        }
        if values.len() > FEW {
            return None;
        }
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(range: &str) -> Json {
        json!({
            "type": "object",
            "x-media": range,
            "properties": {
                "$artifact": { "type": "string", "pattern": "^b3:[0-9a-f]{64}$" },
                "media_type": { "type": "string" },
                "bytes": { "type": "integer", "minimum": 0 },
                "name": { "type": "string" },
            },
            "required": ["$artifact", "media_type", "bytes"],
        })
    }

    fn tree(leaf: &Json) -> Json {
        json!({
            "$defs": { "Node": {
                "type": "object",
                "properties": { "leaf": leaf, "children": { "type": "array", "items": { "$ref": "#/$defs/Node" } } },
                "required": ["leaf", "children"],
            } },
            "$ref": "#/$defs/Node",
        })
    }

    fn tagged(tags: &[&str]) -> Json {
        let form = |tag: &&str| {
            json!({
                "type": "object",
                "properties": { "kind": { "const": tag }, tag.to_string(): { "type": "integer" } },
                "required": ["kind", tag],
            })
        };
        json!({ "oneOf": tags.iter().map(form).collect::<Vec<_>>() })
    }

    /// What is said of each pair: consumer first, then producer.
    fn table(pairs: &[(Json, Json)]) -> String {
        let mut page = String::new();
        for (consumer, producer) in pairs {
            let [to, from] = [consumer, producer].map(|json| Schema::new(json.clone()));
            let told = match covers(&to, &from) {
                Verdict::Yes => "yes".to_owned(),
                Verdict::Unknown { why } => format!("unknown: {why}"),
                Verdict::No { offending, example } => {
                    assert!(breaks(&to, &from, &example), "{example}");
                    assert!(offending.accepts(&example), "{offending:?} {example}");
                    format!("no: {}\n    such as {example}", offending.as_json())
                }
            };
            page.extend([
                &*consumer.to_string(),
                "\n  takes ",
                &producer.to_string(),
                "\n  ",
                &told,
                "\n",
            ]);
        }
        page.replace(&file("video/*").to_string(), "VIDEO")
            .replace(&file("video/mp4").to_string(), "MP4")
    }

    #[test]
    fn values_and_texts_are_told_apart() {
        insta::assert_snapshot!(table(&[
            (json!({ "type": "number" }), json!({ "type": "integer" })),
            (json!({ "type": "integer" }), json!({ "type": "number" })),
            (json!({ "type": "string" }), json!({ "type": ["string", "null"] })),
            (json!({ "type": "integer", "minimum": 1, "maximum": 60 }), json!({ "type": "integer", "minimum": 1 })),
            (json!({ "type": "number", "minimum": 1 }), json!({ "const": 4 })),
            (json!({ "enum": ["a", "b", "c"] }), json!({ "enum": ["a", "b"] })),
            (json!({ "enum": ["a", "b"] }), json!({ "enum": ["a", "z"] })),
            (json!({ "type": "string", "pattern": "^[a-z]+$" }), json!({ "type": "string", "pattern": "^(foo|bar)$" })),
            (json!({ "type": "string", "pattern": "^[a-y]+$" }), json!({ "type": "string", "pattern": "^[a-z]+$" })),
            (json!({ "type": "string", "format": "money" }), json!({ "type": "string", "format": "money" })),
            (json!({ "type": "string", "format": "money" }), json!({ "type": "string" })),
            (json!({ "type": "string", "format": "money" }), json!({ "const": "0.05 USD" })),
            (json!({ "type": "string" }), json!({ "type": "string", "format": "money" })),
        ]), @r#"
        {"type":"number"}
          takes {"type":"integer"}
          yes
        {"type":"integer"}
          takes {"type":"number"}
          no: {"allOf":[{"type":"number"},{"not":{"type":"integer"}}]}
            such as 0.5
        {"type":"string"}
          takes {"type":["string","null"]}
          no: {"type":"null"}
            such as null
        {"type":"integer","minimum":1,"maximum":60}
          takes {"type":"integer","minimum":1}
          no: {"type":"integer","minimum":61}
            such as 61
        {"type":"number","minimum":1}
          takes {"const":4}
          yes
        {"enum":["a","b","c"]}
          takes {"enum":["a","b"]}
          yes
        {"enum":["a","b"]}
          takes {"enum":["a","z"]}
          no: {"const":"z"}
            such as "z"
        {"type":"string","pattern":"^[a-z]+$"}
          takes {"type":"string","pattern":"^(foo|bar)$"}
          yes
        {"type":"string","pattern":"^[a-y]+$"}
          takes {"type":"string","pattern":"^[a-z]+$"}
          no: {"allOf":[{"type":"string","pattern":"^[a-z]+$"},{"not":{"type":"string","pattern":"^[a-y]+$"}}]}
            such as "z"
        {"type":"string","format":"money"}
          takes {"type":"string","format":"money"}
          yes
        {"type":"string","format":"money"}
          takes {"type":"string"}
          no: {"type":"string","allOf":[{"not":{"format":"money"}}]}
            such as "a"
        {"type":"string","format":"money"}
          takes {"const":"0.05 USD"}
          yes
        {"type":"string"}
          takes {"type":"string","format":"money"}
          yes
        "#);
    }

    #[test]
    fn lists_objects_and_unions_are_compared_part_by_part() {
        insta::assert_snapshot!(table(&[
            (json!({ "type": "array", "maxItems": 3 }), json!({ "type": "array", "maxItems": 2, "items": { "type": "string" } })),
            (json!({ "type": "array", "items": { "type": "string" } }),
                json!({ "type": "array", "items": { "type": ["string", "null"] } })),
            (json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] }),
                json!({ "type": "object", "properties": { "a": { "type": "integer" } } })),
            (json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "additionalProperties": false }),
                json!({ "const": { "a": 1, "b": 2 } })),
            (json!({ "type": "object", "properties": { "a": { "type": "integer" } }, "additionalProperties": false }),
                json!({ "type": "object", "properties": { "a": { "type": "integer" } } })),
            (tree(&json!({ "type": "number" })), tree(&json!({ "type": "integer" }))),
            (tree(&json!({ "type": "integer" })), tree(&json!({ "type": "string" }))),
            (tagged(&["a", "b", "c"]), tagged(&["a", "b"])),
            (tagged(&["a", "b"]), tagged(&["a", "c"])),
        ]), @r##"
        {"type":"array","maxItems":3}
          takes {"type":"array","maxItems":2,"items":{"type":"string"}}
          yes
        {"type":"array","items":{"type":"string"}}
          takes {"type":"array","items":{"type":["string","null"]}}
          no: {"type":"array","items":{"type":["null","string"]},"contains":{"type":["null","boolean","number","array","object"]}}
            such as [null]
        {"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}
          takes {"type":"object","properties":{"a":{"type":"integer"}}}
          no: {"type":"object","properties":{"a":false}}
            such as {}
        {"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}
          takes {"const":{"a":1,"b":2}}
          no: {"const":{"a":1,"b":2}}
            such as {"a":1,"b":2}
        {"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}
          takes {"type":"object","properties":{"a":{"type":"integer"}}}
          no: {"allOf":[{"type":"object","properties":{"a":{"type":"integer"}}},{"not":{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}}]}
            such as {"a":0,"x":"a"}
        {"$defs":{"Node":{"type":"object","properties":{"leaf":{"type":"number"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["leaf","children"]}},"$ref":"#/$defs/Node"}
          takes {"$defs":{"Node":{"type":"object","properties":{"leaf":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["leaf","children"]}},"$ref":"#/$defs/Node"}
          yes
        {"$defs":{"Node":{"type":"object","properties":{"leaf":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["leaf","children"]}},"$ref":"#/$defs/Node"}
          takes {"$defs":{"Node":{"type":"object","properties":{"leaf":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["leaf","children"]}},"$ref":"#/$defs/Node"}
          no: {"allOf":[{"$ref":"#/$defs/Node"},{"not":{"$ref":"#/$defs/Node_2"}}],"$defs":{"Node":{"type":"object","properties":{"leaf":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["leaf","children"]},"Node_2":{"type":"object","properties":{"leaf":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/Node_2"}}},"required":["leaf","children"]}}}
            such as {"leaf":"a","children":[]}
        {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"a":{"type":"integer"}},"required":["kind","a"]},{"type":"object","properties":{"kind":{"const":"b"},"b":{"type":"integer"}},"required":["kind","b"]},{"type":"object","properties":{"kind":{"const":"c"},"c":{"type":"integer"}},"required":["kind","c"]}]}
          takes {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"a":{"type":"integer"}},"required":["kind","a"]},{"type":"object","properties":{"kind":{"const":"b"},"b":{"type":"integer"}},"required":["kind","b"]}]}
          yes
        {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"a":{"type":"integer"}},"required":["kind","a"]},{"type":"object","properties":{"kind":{"const":"b"},"b":{"type":"integer"}},"required":["kind","b"]}]}
          takes {"oneOf":[{"type":"object","properties":{"kind":{"const":"a"},"a":{"type":"integer"}},"required":["kind","a"]},{"type":"object","properties":{"kind":{"const":"c"},"c":{"type":"integer"}},"required":["kind","c"]}]}
          no: {"type":"object","properties":{"c":{"type":"integer"},"kind":{"const":"c"}},"required":["c","kind"]}
            such as {"c":0,"kind":"c"}
        "##);
    }

    #[test]
    fn a_part_of_unknown_type_is_no_error() {
        let verdict = |port: Json, edge: Json| match fits(&Schema::new(port), &Schema::new(edge)) {
            Verdict::Yes => "yes".to_owned(),
            Verdict::Unknown { .. } => "unknown".to_owned(),
            Verdict::No { example, .. } => format!("no: {example}"),
        };
        let object = |a: Json, b: Json| json!({ "type": "object", "properties": { "a": a, "b": b }, "required": ["a", "b"] });
        let [text, whole] = [json!({ "type": "string" }), json!({ "type": "integer" })];
        let port = object(text.clone(), whole.clone());
        assert_eq!(verdict(text.clone(), json!(true)), "unknown");
        assert_eq!(verdict(text.clone(), json!({ "description": "Whatever came." })), "unknown");
        assert_eq!(verdict(port.clone(), object(json!(true), whole.clone())), "unknown");
        assert_eq!(
            verdict(port.clone(), object(json!(true), text.clone())),
            r#"no: {"a":null,"b":"a"}"#
        );
        assert_eq!(verdict(port.clone(), json!({ "type": "object" })), "no: {}");
        assert_eq!(
            verdict(json!({ "type": "array", "items": port.clone() }), json!({ "type": "array" })),
            "unknown"
        );
        assert_eq!(
            verdict(json!({ "type": "array", "maxItems": 2 }), json!({ "type": "array" })),
            "no: [null,null,null]"
        );
        assert_eq!(verdict(json!(true), json!(true)), "yes");
        assert_eq!(verdict(tree(&whole), tree(&json!(true))), "unknown");
        assert_eq!(
            verdict(
                tagged(&["a"]),
                json!({ "anyOf": [{ "type": "integer" }, { "type": "array" }] })
            ),
            "no: 0"
        );
    }

    #[test]
    fn files_are_compared_by_their_media_range() {
        let closed = json!({ "type": "array", "items": file("image/*") });
        insta::assert_snapshot!(table(&[
            (file("video/*"), file("video/mp4")),
            (file("video/mp4"), file("video/*")),
            (file("video/*"), file("audio/mpeg, video/mp4")),
            (file("*/*"), file("video/*")),
            (json!({ "type": "array", "items": file("video/*") }), closed),
            (file("video/*"), json!({ "const": { "$artifact": format!("b3:{}", "0".repeat(64)), "media_type": "video/mp4", "bytes": 1 } })),
        ]), @r#"
        VIDEO
          takes MP4
          yes
        MP4
          takes VIDEO
          no: {"type":"object","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"bytes":{"type":"integer","minimum":0},"media_type":{"type":"string"},"name":{"type":"string"}},"required":["$artifact","bytes","media_type"],"x-media":"video/*","allOf":[{"not":{"x-media":"video/mp4"}}]}
            such as {"$artifact":"b3:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bytes":0,"media_type":"video/webm"}
        VIDEO
          takes {"type":"object","x-media":"audio/mpeg, video/mp4","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"media_type":{"type":"string"},"bytes":{"type":"integer","minimum":0},"name":{"type":"string"}},"required":["$artifact","media_type","bytes"]}
          no: {"type":"object","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"bytes":{"type":"integer","minimum":0},"media_type":{"type":"string"},"name":{"type":"string"}},"required":["$artifact","bytes","media_type"],"x-media":"audio/mpeg"}
            such as {"$artifact":"b3:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bytes":0,"media_type":"audio/mpeg"}
        {"type":"object","x-media":"*/*","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"media_type":{"type":"string"},"bytes":{"type":"integer","minimum":0},"name":{"type":"string"}},"required":["$artifact","media_type","bytes"]}
          takes VIDEO
          yes
        {"type":"array","items":VIDEO}
          takes {"type":"array","items":{"type":"object","x-media":"image/*","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"media_type":{"type":"string"},"bytes":{"type":"integer","minimum":0},"name":{"type":"string"}},"required":["$artifact","media_type","bytes"]}}
          no: {"allOf":[{"type":"array","items":{"type":"object","x-media":"image/*","properties":{"$artifact":{"type":"string","pattern":"^b3:[0-9a-f]{64}$"},"media_type":{"type":"string"},"bytes":{"type":"integer","minimum":0},"name":{"type":"string"}},"required":["$artifact","media_type","bytes"]}},{"not":{"type":"array","items":VIDEO}}]}
            such as [{"$artifact":"b3:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","media_type":"image/png","bytes":0}]
        VIDEO
          takes {"const":{"$artifact":"b3:0000000000000000000000000000000000000000000000000000000000000000","media_type":"video/mp4","bytes":1}}
          yes
        "#);
    }
}
