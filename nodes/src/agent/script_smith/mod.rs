//! `agent/script-smith`: requirements become a script of beats, for machines and for people.

mod reword;

use flow_engine::kind::{Attempt, Failure, Kind, Nature, Weight};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::vrd::refuse;
use super::words::{Question, ask};
use crate::provider::llm::Models;
use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::question::{self, Answers};
use crate::vrd::requirements::{Facts, Mode, Vrd, complete};
use crate::vrd::script::{self, Beat, Metadata, Script, fountain, subtitle};

pub(super) struct ScriptSmith {
    pub(super) models: Models,
}

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
    /// Whose words these are: `rules`, or a provider and its model.
    words: String,
}

impl Kind for ScriptSmith {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/script-smith";
    const VERSION: u32 = 2;
    /// A model's answer too: to ask again for the same requirements would only cost.
    const NATURE: Nature = Nature::Pure;
    const WEIGHT: Weight = Weight::Light;
    const CAPABILITY: Option<&'static str> = Some(super::LLM);
    const DOCS: &'static str = "Writes the script of a video from its requirements.\n\n\
        The script has beats of 5 to 10 seconds that sum to the duration exactly; every message of the VRD is told, and \
        the call to action stands word for word in the last beat. `answers` override the VRD. `notes` that name a \
        length, a tone, a platform or a cost limit are heeded; other notes need a model or a person. `narrative`, \
        `fountain` and `subtitles` are the same script in other forms.\n\n\
        A model may word actions, speech and on-screen text better; beats, messages and timing stay, and the script is \
        checked by the same rules.";

    fn providers(&self) -> Vec<String> {
        self.models.providers()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let mode = input.mode.unwrap_or(Mode::Hitl);
        let (vrd, mut issues, script) = written(input, mode)?;
        let question = Question {
            template: include_str!("../../../../templates/prompts/beats.md"),
            facts: &json!({ "vrd": vrd, "beats": script.beats }),
            schema: reword::schema(&script.beats),
            judge: &|answer| reword::judge(&vrd, &script, answer),
        };
        let (better, words, warning) = ask(attempt, &self.models, &question).await?.taken("S050");
        let script = better.unwrap_or(script);
        issues.extend(warning);
        let found = script.validation.as_ref().map(|validation| validation.issues.clone());
        issues.extend(found.unwrap_or_default());
        match issue::errors(&issues) {
            Some(errors) if mode == Mode::Auto => Err(Failure::input(errors)),
            _ => Ok(output(script, issues, words)),
        }
    }
}

/// The requirements, what was noticed on the way to them, and their script in the words of the rules.
fn written(input: Input, mode: Mode) -> Result<(Vrd, Vec<Issue>, Script), Failure> {
    let (vrd, mut issues) = complete(Facts::read(&Json::Object(input.vrd)));
    let mut vrd = vrd.ok_or_else(|| refuse(&issues))?;
    if let Some(answers) = &input.answers {
        let (answered, found) = question::merge(&vrd, answers);
        vrd = answered.ok_or_else(|| refuse(&found))?;
        issues = found;
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
    let script = script::write(&vrd, mode, input.created_at);
    Ok((vrd, issues, script))
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

fn output(script: Script, issues: Vec<Issue>, words: String) -> Output {
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
        words,
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{Scripted, modelled};
    use super::*;
    use crate::testing::TestAttempt;

    async fn with(models: Models, attempt: TestAttempt, input: Json) -> Result<Json, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let output = ScriptSmith { models }.run(&attempt, input).await;
        serde_json::to_value(output.map_err(|failure| failure.message)?)
            .map_err(|error| error.to_string())
    }

    async fn evaluate(input: Json) -> Result<Json, String> {
        with(Models::default(), TestAttempt::new(), input).await
    }

    #[tokio::test]
    async fn it_works_alone_from_a_few_fields() {
        let input = json!({ "vrd": { "core_message": "Lumo wakes you gently.", "duration": 20 } });
        let output = evaluate(input).await.unwrap();
        assert_eq!(output["beats"].as_array().unwrap().len(), 4);
        assert_eq!(output["issues"], json!([]));
        assert_eq!(flow_engine::schema::Schema::of::<Output>().violations(&output), []);
    }

    #[tokio::test]
    async fn notes_are_heeded_or_said_not_to_be() {
        let with = |notes: &str| {
            evaluate(json!({ "vrd": { "core_message": "Lumo wakes you gently." }, "notes": notes }))
        };
        let heeded = with("make it playful, 20 seconds").await.unwrap();
        assert_eq!(heeded["metadata"]["tone"], "playful");
        assert_eq!(heeded["metadata"]["duration_seconds"], 20);
        assert_eq!(heeded["script"]["vrd"]["provenance"]["style.tone"], "clarified");
        assert_eq!(with("more zing").await.unwrap()["issues"][0]["code"], "S041");
    }

    #[tokio::test]
    async fn another_language_is_said_to_be_told_in_english() {
        let german =
            json!({ "core_message": "Lumo weckt sanft.", "delivery": { "language": "de" } });
        let output = evaluate(json!({ "vrd": german })).await.unwrap();
        assert_eq!(output["issues"][0]["code"], "S040");
    }

    #[tokio::test]
    async fn what_cannot_be_told_in_automatic_mode_is_refused() {
        let hole = json!({ "vrd": { "core_message": "Meet [Product].", "duration": 3 } });
        let refused = evaluate(hole).await.unwrap_err();
        assert!(refused.starts_with("error[V012] key_messages.core_message"), "{refused}");
        let answered = json!({ "vrd": {}, "answers": { "mood": "x" } });
        assert!(evaluate(answered).await.unwrap_err().starts_with("error[V020]"));
    }

    #[tokio::test]
    async fn a_model_words_the_beats_and_keeps_the_messages() {
        let input = json!({ "vrd": { "core_message": "Lumo wakes you gently.", "duration": 20, "cta": "Try Lumo" } });
        let plain = evaluate(input.clone()).await.unwrap();
        let first = plain["beats"][0]["beat_id"].as_str().unwrap().to_owned();
        let good = json!({ first.as_str(): { "action": "A woman blinks at a glowing lamp.", "voiceover": "It's still dark. You're awake." } });
        let model = Scripted::new(&[&good]);
        let output = with(model.models(), modelled(), input.clone()).await.unwrap();
        assert_eq!(output["words"], "scripted/double");
        assert_eq!(output["beats"][0]["script"]["action"], "A woman blinks at a glowing lamp.");
        assert_eq!(output["script"]["beats"], output["beats"]);
        assert!(output["subtitles"].as_str().unwrap().contains("It's still dark."));
        assert!(model.asked()[0].contains("word for word on screen in the last beat: Try Lumo"));

        let last = plain["beats"][3]["beat_id"].as_str().unwrap().to_owned();
        let long = "word ".repeat(80);
        let bad = json!({
            first.as_str(): { "voiceover": long },
            last.as_str(): { "on_screen_text": "Buy [Product] at 30 % off", "voiceover": "Buy now." },
        });
        let model = Scripted::new(&[&bad, &bad, &bad]);
        let output = with(model.models(), modelled(), input).await.unwrap();
        assert_eq!(output["beats"], plain["beats"]);
        let warning = &output["issues"][0];
        assert_eq!(warning["code"], "S050");
        let message = warning["message"].as_str().unwrap();
        for rule in ["S012", "S021", "S030", "figure 30"] {
            assert!(message.contains(rule), "{rule}: {message}");
        }
    }
}
