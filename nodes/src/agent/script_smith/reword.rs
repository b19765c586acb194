//! Are a model's words for the beats of a script allowed, and how does the script read with them?

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::super::words::invented;
use crate::vrd::requirements::Vrd;
use crate::vrd::script::beat::Lines;
use crate::vrd::script::{Beat, Script, write};

/// What an answer looks like: words by beat; a beat that is left out keeps its own.
pub(super) fn schema(beats: &[Beat]) -> Json {
    let text = json!({ "type": "string", "minLength": 1, "maxLength": 600 });
    let words = json!({
        "type": "object",
        "properties": { "action": text, "voiceover": text, "on_screen_text": { "type": ["string", "null"] } },
        "additionalProperties": false,
    });
    let fields: Map<String, Json> =
        beats.iter().map(|beat| (beat.beat_id.clone(), words.clone())).collect();
    json!({ "type": "object", "properties": fields, "additionalProperties": false })
}

/// `script` in the words of `answer`, or the rules that it breaks and the script of the rules does not.
pub(super) fn judge(vrd: &Vrd, script: &Script, answer: &Json) -> Result<Script, Vec<String>> {
    let lines: Vec<&Lines> = script.beats.iter().map(|beat| &beat.script).collect();
    let must = &vrd.content_structure.must_include;
    let source = json!([vrd.key_messages, vrd.project, vrd.audience, must, lines]).to_string();
    let mut beats = script.beats.clone();
    let mut faults = Vec::new();
    for beat in &mut beats {
        let Some(words) = answer.get(&beat.beat_id) else { continue };
        faults.extend(invented(&beat.beat_id, &words.to_string(), &source));
        take(beat, words);
    }
    let better = write::finish(vrd, script.mode, script.metadata.created_at.clone(), beats);
    let before: BTreeSet<String> = issues(script).collect();
    faults.extend(issues(&better).filter(|issue| !before.contains(issue)));
    if faults.is_empty() { Ok(better) } else { Err(faults) }
}

fn issues(script: &Script) -> impl Iterator<Item = String> {
    let found = script.validation.iter().flat_map(|validation| &validation.issues);
    found.map(ToString::to_string)
}

fn take(beat: &mut Beat, words: &Json) {
    let text =
        |name: &str| words.get(name).and_then(Json::as_str).map(|text| text.trim().to_owned());
    let lines = &mut beat.script;
    if let Some(action) = text("action") {
        lines.action = action;
    }
    if let Some(spoken) = text("voiceover") {
        // What a person in the picture says stays said by that person.
        let place =
            if lines.dialogue.is_some() { &mut lines.dialogue } else { &mut lines.voiceover };
        *place = Some(spoken);
    }
    if words.get("on_screen_text").is_some() {
        lines.on_screen_text = text("on_screen_text").filter(|text| !text.is_empty());
    }
}
