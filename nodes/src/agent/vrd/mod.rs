//! `agent/vrd`: a brief becomes the complete requirements of a video, and the questions still open.

mod improve;

use flow_engine::kind::{Attempt, Failure, Kind, Nature, Weight};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::words::{Question as Asked, ask};
use crate::provider::llm::Models;
use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::question::{self, Answers, Question};
use crate::vrd::requirements::{Facts, Mode, Vrd, brief, complete};

pub(super) struct Requirements {
    pub(super) models: Models,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// What the video is to be, in a sentence.
    #[serde(default, alias = "text")]
    brief: Option<String>,
    /// What is known already: a VRD or a part of one, nested or by flat names.
    #[serde(default)]
    vrd: Option<Map<String, Json>>,
    /// What holds unless the brief or the VRD says something else, written like `vrd`.
    #[serde(default)]
    defaults: Option<Map<String, Json>>,
    /// Answers to earlier questions, by key.
    #[serde(default, alias = "clarifications")]
    answers: Option<Answers>,
    /// `auto` asks nothing.
    #[serde(default)]
    mode: Option<Mode>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    vrd: Vrd,
    questions: Vec<Question>,
    /// The JSON Schema of the answers.
    form: Json,
    issues: Vec<Issue>,
    /// Whose words these are: `rules`, or a provider and its model.
    words: String,
}

impl Kind for Requirements {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/vrd";
    const VERSION: u32 = 2;
    /// A model's answer too: to ask again for the same brief would only cost.
    const NATURE: Nature = Nature::Pure;
    const WEIGHT: Weight = Weight::Light;
    const CAPABILITY: Option<&'static str> = Some(super::LLM);
    const DOCS: &'static str = "Turns a brief into the complete requirements of a video.\n\n\
        Give `brief`, a part of a VRD, or both: what the document states is stronger than what the brief says. Every \
        field of `vrd` has its origin in `provenance`. `questions` are what a person should still be asked, and `form` \
        is the schema of their answers; pass them on as `answers`.\n\n\
        A model may word better what was inferred or is a default; it changes nothing that a person said, and invents no \
        figure.";

    fn providers(&self) -> Vec<String> {
        self.models.providers()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let brief = input.brief.clone().unwrap_or_default();
        let mode = input.mode.unwrap_or(Mode::Hitl);
        let (mut vrd, mut issues) = read(input)?;
        let question = Asked {
            template: include_str!("../../../../templates/prompts/requirements.md"),
            facts: &json!({ "brief": brief, "vrd": vrd }),
            schema: improve::schema(),
            judge: &|answer| improve::judge(&vrd, &brief, answer),
        };
        let (better, words, warning) = ask(attempt, &self.models, &question).await?.taken("V050");
        if let Some(better) = better {
            vrd = better;
        }
        issues.extend(warning);
        let questions = question::questions(&vrd, mode);
        let form = question::form(&questions);
        Ok(Output { vrd, questions, form, issues, words })
    }
}

/// The requirements that `input` states, says or leaves to defaults.
fn read(input: Input) -> Result<(Vrd, Vec<Issue>), Failure> {
    if input.brief.is_none() && input.vrd.is_none() {
        return Err(Failure::input("there is neither a brief nor a VRD")
            .help("give `brief`, as in `A 30 s ad for Lumo, a lamp that wakes you gently`"));
    }
    let mut facts = Facts::default();
    if let Some(document) = input.vrd {
        facts.add(Facts::read(&Json::Object(document)));
    }
    if let Some(defaults) = input.defaults {
        facts.lean_on(Facts::read(&Json::Object(defaults)));
    }
    if let Some(text) = &input.brief {
        facts.add(brief::read(text));
    }
    let (vrd, mut issues) = complete(facts);
    let mut vrd = vrd.ok_or_else(|| refuse(&issues))?;
    if let Some(answers) = &input.answers {
        let (merged, more) = question::merge(&vrd, answers);
        vrd = merged.ok_or_else(|| refuse(&more))?;
        issues = more;
    }
    Ok((vrd, issues))
}

/// The failure that the errors among `issues` make.
pub(super) fn refuse(issues: &[Issue]) -> Failure {
    Failure::input(issue::errors(issues).unwrap_or_else(|| "the requirements do not fit".into()))
}

#[cfg(test)]
mod tests {
    use super::super::words::tests::{Scripted, modelled};
    use super::*;
    use crate::testing::TestAttempt;

    async fn with(models: Models, attempt: TestAttempt, input: Json) -> Result<Json, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let output = Requirements { models }.run(&attempt, input).await;
        serde_json::to_value(output.map_err(|failure| failure.message)?)
            .map_err(|error| error.to_string())
    }

    async fn evaluate(input: Json) -> Result<Json, String> {
        with(Models::default(), TestAttempt::new(), input).await
    }

    #[tokio::test]
    async fn what_is_stated_beats_what_the_brief_says() {
        let input = json!({ "brief": "A 30 s ad for Lumo", "vrd": { "duration": 20 } });
        let output = evaluate(input).await.unwrap();
        assert_eq!(output["vrd"]["content_structure"]["total_duration_seconds"], 20);
        assert_eq!(output["vrd"]["project"]["name"], "Lumo");
        assert_eq!(output["questions"][0]["key"], "core_message");
        assert_eq!(output["words"], "rules");
    }

    #[tokio::test]
    async fn defaults_are_weaker_than_what_is_said_and_stronger_than_what_is_guessed() {
        let defaults = json!({ "video_type": "social_ad", "duration": 15, "delivery": { "aspect_ratio": "9:16" } });
        let with = async |brief: &str| {
            evaluate(json!({ "brief": brief, "defaults": defaults })).await.unwrap()["vrd"].clone()
        };
        let short = with("Show how Lumo wakes you").await;
        assert_eq!(short["video_type"], "social_ad");
        assert_eq!(short["content_structure"]["total_duration_seconds"], 15);
        assert_eq!(short["delivery"]["height"], 1920);
        assert_eq!(short["provenance"]["video_type"], "inferred");
        let long = with("Show how Lumo wakes you, 25 s").await;
        assert_eq!(long["content_structure"]["total_duration_seconds"], 25);
    }

    #[tokio::test]
    async fn answers_close_questions() {
        let input = json!({ "text": "A 30 s ad for Lumo", "answers": { "core_message": "Lumo wakes you.", "tone": "playful" } });
        let output = evaluate(input).await.unwrap();
        assert_eq!(output["questions"][0]["key"], "cta");
        assert_eq!(output["issues"], json!([]));
        let refused = evaluate(json!({ "brief": "An ad", "answers": { "tone": "angry" } })).await;
        let refused = refused.unwrap_err();
        assert!(refused.starts_with("error[V021]"), "{refused}");
    }

    #[tokio::test]
    async fn equal_inputs_give_equal_bytes_and_the_output_fits_its_schema() {
        let said = || evaluate(json!({ "brief": "Explain bread to enterprise buyers in 90 s" }));
        let (one, other) = (said().await.unwrap(), said().await.unwrap());
        assert_eq!(one.to_string(), other.to_string());
        let schema = flow_engine::schema::Schema::of::<Output>();
        assert_eq!(schema.violations(&one), []);
        assert!(evaluate(json!({})).await.is_err());
    }

    #[tokio::test]
    async fn a_model_words_what_was_guessed_and_nothing_that_was_said() {
        let brief = json!({ "brief": "A 30 s ad for Lumo, a lamp that wakes you gently", "vrd": { "tone": "calm" } });
        let good =
            json!({ "core_message": "Lumo wakes you gently.", "pain_points": ["loud alarms"] });
        let model = Scripted::new(&[&good]);
        let output = with(model.models(), modelled(), brief.clone()).await.unwrap();
        assert_eq!(output["vrd"]["key_messages"]["core_message"], "Lumo wakes you gently.");
        assert_eq!(output["vrd"]["provenance"]["key_messages.core_message"], "inferred");
        assert_eq!(output["words"], "scripted/double");
        assert!(model.asked()[0].contains("A 30 s ad for Lumo"));

        let bold = json!({ "core_message": "Lumo wakes 9 of 10 people.", "tone": "loud" });
        let model = Scripted::new(&[&bold, &bold, &bold]);
        let output = with(model.models(), modelled(), brief).await.unwrap();
        assert_eq!(
            (&output["words"], &output["vrd"]["style"]["tone"]),
            (&json!("rules"), &json!("calm"))
        );
        let warning = output["issues"].as_array().unwrap().last().unwrap();
        assert_eq!(warning["code"], "V050");
        let message = warning["message"].as_str().unwrap();
        assert!(message.contains("figure 9") && message.contains("`tone`"), "{message}");
    }
}
