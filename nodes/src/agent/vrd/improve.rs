//! Which fields may a model word better, and is what it wrote allowed?

use serde_json::{Map, Value as Json, json};

use super::super::words::invented;
use crate::vrd::requirements::{Provenance, Vrd, complete};

/// What a model may change, by its flat name, and where that stands.
const FIELDS: [(&str, &str); 6] = [
    ("core_message", "key_messages.core_message"),
    ("supporting_messages", "key_messages.supporting_messages"),
    ("pain_points", "audience.pain_points"),
    ("demographics", "audience.demographics"),
    ("roles", "audience.roles"),
    ("tone", "style.tone"),
];

/// What an answer looks like.
pub(super) fn schema() -> Json {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": 200 });
    let list = json!({ "type": "array", "items": text, "maxItems": 5 });
    let field = |name: &str| if matches!(name, "core_message" | "tone") { &text } else { &list };
    let fields: Map<String, Json> =
        FIELDS.iter().map(|(name, _)| ((*name).to_owned(), field(name).clone())).collect();
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

/// `vrd` with the fields of `answer`, or what is wrong with them.
pub(super) fn judge(vrd: &Vrd, brief: &str, answer: &Json) -> Result<Vrd, Vec<String>> {
    let mut facts = vrd.facts();
    let mut faults = Vec::new();
    let told = json!([vrd.key_messages, vrd.project, vrd.audience]);
    let source = format!("{brief}\n{told}");
    for (name, value) in answer.as_object().into_iter().flatten() {
        let Some((_, path)) = FIELDS.iter().find(|(known, _)| known == name) else { continue };
        if vrd.is_stated(path) {
            faults.push(format!("`{name}` was said by a person: leave it as it is"));
        } else {
            faults.extend(invented(name, &value.to_string(), &source));
            facts.forget(path);
            facts.learn(path, value.clone(), Provenance::Inferred);
        }
    }
    if !vrd.is_stated("purpose.business_challenge") {
        // It is made of the pain points.
        facts.forget("purpose.business_challenge");
    }
    let (better, issues) = complete(facts);
    faults.extend(issues.iter().filter(|issue| issue.is_error()).map(ToString::to_string));
    match better {
        Some(better) if faults.is_empty() => Ok(better),
        _ => Err(faults),
    }
}
