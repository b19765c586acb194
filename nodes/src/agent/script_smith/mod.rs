//! `agent/script-smith`: requirements become a script of beats, for machines and for people.

use flow_engine::kind::{Failure, Pure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::vrd::refuse;
use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::question::{self, Answers};
use crate::vrd::requirements::{Facts, Mode, Vrd, complete};
use crate::vrd::script::{self, Beat, Metadata, Script, fountain, subtitle};

pub(super) struct ScriptSmith;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// The requirements: a VRD, or a part of one.
    vrd: Map<String, Json>,
    /// Answers to the questions, by key.
    #[serde(default, alias = "clarifications")]
    answers: Option<Answers>,
    /// What a reviewer wants changed.
    #[serde(default)]
    notes: Option<String>,
    #[serde(default)]
    mode: Option<Mode>,
    /// Written into the metadata as it is.
    #[serde(default)]
    created_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    script_id: String,
    script: Script,
    beats: Vec<Beat>,
    metadata: Metadata,
    /// The script for people: the story, then the two columns, in Markdown.
    narrative: String,
    /// The script as a screenplay, in Fountain.
    fountain: String,
    /// The spoken words as `SubRip`.
    subtitles: String,
    issues: Vec<Issue>,
}

impl Pure for ScriptSmith {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/script-smith";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Writes the script of a video from its requirements.\n\n\
        The script has beats of 5 to 10 seconds that sum to the duration exactly; every message of the VRD is told, and \
        the call to action stands word for word in the last beat. `answers` override the VRD. `notes` that name a \
        length, a tone, a platform or a cost limit are heeded; other notes need a model or a person. `narrative`, \
        `fountain` and `subtitles` are the same script in other forms.";

    fn evaluate(&self, input: Input) -> Result<Output, Failure> {
        let (vrd, mut issues) = complete(Facts::read(&Json::Object(input.vrd)));
        let mut vrd = vrd.ok_or_else(|| refuse(&issues))?;
        if let Some(answers) = &input.answers {
            let (merged, more) = question::merge(&vrd, answers);
            vrd = merged.ok_or_else(|| refuse(&more))?;
            issues = more;
        }
        if let Some(notes) = input.notes.as_deref().filter(|notes| !notes.trim().is_empty()) {
            vrd = heed(vrd, notes, &mut issues);
        }
        if !vrd.delivery.language.to_lowercase().starts_with("en") {
            issues.push(
                Issue::warning(
                    "S040",
                    format!(
                        "the phrases around the messages are English, not `{}`",
                        vrd.delivery.language
                    ),
                )
                .at("delivery.language"),
            );
        }
        let mode = input.mode.unwrap_or(Mode::Hitl);
        let script = script::write(&vrd, mode, input.created_at);
        let found = script.validation.as_ref().map(|validation| validation.issues.clone());
        issues.extend(found.unwrap_or_default());
        match issue::errors(&issues) {
            Some(errors) if mode == Mode::Auto => Err(Failure::input(errors)),
            _ => Ok(output(script, issues)),
        }
    }
}

fn heed(vrd: Vrd, notes: &str, issues: &mut Vec<Issue>) -> Vrd {
    question::heed(&vrd, notes).unwrap_or_else(|| {
        issues.push(
            Issue::warning(
                "S041",
                format!("the note `{notes}` was not understood, and changed nothing"),
            )
            .at("notes")
            .fix("name a length, a tone or a platform, as in `playful, 20 s`; or change the VRD"),
        );
        vrd
    })
}

fn output(script: Script, issues: Vec<Issue>) -> Output {
    let told = script.narrative.clone();
    let narrative =
        told.map(|told| format!("{}\n{}", told.prose, told.two_column)).unwrap_or_default();
    Output {
        script_id: script.script_id.clone(),
        beats: script.beats.clone(),
        metadata: script.metadata.clone(),
        narrative,
        fountain: fountain::write(&script),
        subtitles: subtitle::write(&script),
        script,
        issues,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(input: Json) -> Result<Json, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let output = ScriptSmith.evaluate(input).map_err(|failure| failure.message)?;
        serde_json::to_value(output).map_err(|error| error.to_string())
    }

    #[test]
    fn it_works_alone_from_a_few_fields() {
        let input = json!({ "vrd": { "core_message": "Lumo wakes you gently.", "duration": 20 } });
        let output = evaluate(input).unwrap();
        assert_eq!(output["beats"].as_array().unwrap().len(), 4);
        assert_eq!(output["issues"], json!([]));
        assert_eq!(flow_engine::schema::Schema::of::<Output>().violations(&output), []);
    }

    #[test]
    fn notes_are_heeded_or_said_not_to_be() {
        let with = |notes: &str| {
            let input =
                json!({ "vrd": { "core_message": "Lumo wakes you gently." }, "notes": notes });
            evaluate(input).unwrap()
        };
        let heeded = with("make it playful, 20 seconds");
        assert_eq!(heeded["metadata"]["tone"], "playful");
        assert_eq!(heeded["metadata"]["duration_seconds"], 20);
        assert_eq!(heeded["script"]["vrd"]["provenance"]["style.tone"], "clarified");
        assert_eq!(with("more zing")["issues"][0]["code"], "S041");
    }

    #[test]
    fn what_cannot_be_told_in_automatic_mode_is_refused() {
        let refused =
            evaluate(json!({ "vrd": { "core_message": "Meet [Product].", "duration": 3 } }))
                .unwrap_err();
        assert!(refused.starts_with("error[V012] key_messages.core_message"), "{refused}");
        let answered = json!({ "vrd": {}, "answers": { "mood": "x" } });
        assert!(evaluate(answered).unwrap_err().starts_with("error[V020]"));
    }
}
