//! `agent/vrd`: a brief becomes the complete requirements of a video, and the questions still open.

use flow_engine::kind::{Failure, Pure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::question::{self, Answers, Question};
use crate::vrd::requirements::{Facts, Mode, Vrd, brief, complete};

pub(super) struct Requirements;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    /// What the video is to be, in a sentence.
    #[serde(default)]
    brief: Option<String>,
    /// What is known already: a VRD or a part of one, nested or by flat names.
    #[serde(default)]
    vrd: Option<Map<String, Json>>,
    /// Answers to earlier questions, by key.
    #[serde(default)]
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
}

impl Pure for Requirements {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/vrd";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Turns a brief into the complete requirements of a video.\n\n\
        Give `brief`, a part of a VRD, or both: what the document states is stronger than what the brief says. Every \
        field of `vrd` has its origin in `provenance`. `questions` are what a person should still be asked, and `form` \
        is the schema of their answers; pass them on as `answers`.";

    fn evaluate(&self, input: Input) -> Result<Output, Failure> {
        if input.brief.is_none() && input.vrd.is_none() {
            return Err(Failure::input("there is neither a brief nor a VRD")
                .help("give `brief`, as in `A 30 s ad for Lumo, a lamp that wakes you gently`"));
        }
        let mut facts = Facts::default();
        if let Some(document) = input.vrd {
            facts.add(Facts::read(&Json::Object(document)));
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
        let questions = question::questions(&vrd, input.mode.unwrap_or(Mode::Hitl));
        let form = question::form(&questions);
        Ok(Output { vrd, questions, form, issues })
    }
}

/// The failure that the errors among `issues` make.
pub(super) fn refuse(issues: &[Issue]) -> Failure {
    Failure::input(issue::errors(issues).unwrap_or_else(|| "the requirements do not fit".into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(input: Json) -> Result<Json, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let output = Requirements.evaluate(input).map_err(|failure| failure.message)?;
        serde_json::to_value(output).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_stated_beats_what_the_brief_says() {
        let input = json!({ "brief": "A 30 s ad for Lumo", "vrd": { "duration": 20 } });
        let output = evaluate(input).unwrap();
        assert_eq!(output["vrd"]["content_structure"]["total_duration_seconds"], 20);
        assert_eq!(output["vrd"]["project"]["name"], "Lumo");
        assert_eq!(output["questions"][0]["key"], "core_message");
    }

    #[test]
    fn answers_close_questions() {
        let input = json!({ "brief": "A 30 s ad for Lumo", "answers": { "core_message": "Lumo wakes you.", "tone": "playful" } });
        let output = evaluate(input).unwrap();
        assert_eq!(output["questions"][0]["key"], "cta");
        assert_eq!(output["issues"], json!([]));
        let refused =
            evaluate(json!({ "brief": "An ad", "answers": { "tone": "angry" } })).unwrap_err();
        assert!(refused.starts_with("error[V021]"), "{refused}");
    }

    #[test]
    fn equal_inputs_give_equal_bytes_and_the_output_fits_its_schema() {
        let once =
            || evaluate(json!({ "brief": "Explain bread to enterprise buyers in 90 s" })).unwrap();
        assert_eq!(once().to_string(), once().to_string());
        let schema = flow_engine::schema::Schema::of::<Output>();
        assert_eq!(schema.violations(&once()), []);
        assert!(evaluate(json!({})).is_err());
    }
}
