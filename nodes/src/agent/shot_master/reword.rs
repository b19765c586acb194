//! Are a model's prompts for the frames of a storyboard allowed?

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use crate::vrd::requirements::field::placeholder;
use crate::vrd::shots::Shot;

/// What an answer looks like: a prompt by shot; a shot that is left out keeps its own.
pub(super) fn schema(shots: &[Shot]) -> Json {
    let prompt = json!({ "type": "string", "minLength": 20, "maxLength": 1500 });
    let fields: Map<String, Json> =
        shots.iter().map(|shot| (shot.shot_id.clone(), prompt.clone())).collect();
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

/// `shots` with the prompts of `answer`, or what is wrong with them.
pub(super) fn judge(shots: &[Shot], answer: &Json) -> Result<Vec<Shot>, Vec<String>> {
    let mut shots = shots.to_vec();
    let mut faults = Vec::new();
    for shot in &mut shots {
        let id = &shot.shot_id;
        let frame = &mut shot.storyboard_frame;
        let Some(prompt) = answer.get(id).and_then(Json::as_str) else { continue };
        if let Some(hole) = placeholder(prompt) {
            faults.push(format!("{id}: the placeholder {hole} is left"));
        }
        if !prompt.contains(&frame.aspect_ratio) {
            faults.push(format!("{id}: the aspect ratio {} is missing", frame.aspect_ratio));
        }
        prompt.trim().clone_into(&mut frame.reference_image_prompt);
    }
    let mut seen = BTreeSet::new();
    let twice =
        shots.iter().filter(|shot| !seen.insert(&shot.storyboard_frame.reference_image_prompt));
    faults.extend(twice.map(|shot| format!("{}: another shot has the same prompt", shot.shot_id)));
    if faults.is_empty() { Ok(shots) } else { Err(faults) }
}
