//! `agent/shot-master`: a script becomes a list of shots, a storyboard and what they need.

mod reword;

use std::collections::BTreeMap;

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature, Weight};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::paper::{Page, Table, keep};
use super::words::{Question, ask};
use crate::provider::llm::Models;
use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::Mode;
use crate::vrd::script::{Beat, Script};
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::library::{self, Template};
use crate::vrd::shots::list::{self, Setting};
use crate::vrd::shots::{AssetSummary, Shot, ShotList, sheet, table};

pub(super) struct ShotMaster {
    pub(super) models: Models,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    #[serde(default)]
    script: Option<Script>,
    /// Beats, where there is no script.
    #[serde(default)]
    beats: Option<Vec<Beat>>,
    #[serde(default)]
    script_id: Option<String>,
    /// What a reviewer wants changed.
    #[serde(default)]
    notes: Option<String>,
    /// How many seconds a shot lasts.
    #[serde(default)]
    shot_pace: Option<Seconds>,
    /// Templates to use in place of the library that ships.
    #[serde(default)]
    library: Option<Vec<Template>>,
    #[serde(default)]
    mode: Option<Mode>,
    /// Written into the list as it is.
    #[serde(default)]
    created_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    shot_list_id: String,
    shots: Vec<Shot>,
    asset_summary: AssetSummary,
    shot_list: ShotList,
    /// The contact sheet, as a page of HTML.
    storyboard: File<Page>,
    /// The shots as comma-separated values.
    csv: File<Table>,
    issues: Vec<Issue>,
    /// Whose words these are: `rules`, or a provider and its model.
    words: String,
}

impl Kind for ShotMaster {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/shot-master";
    const VERSION: u32 = 2;
    /// A model's answer too: to ask again for the same script would only cost.
    const NATURE: Nature = Nature::Pure;
    const WEIGHT: Weight = Weight::Light;
    const CAPABILITY: Option<&'static str> = Some(super::LLM);
    const DOCS: &'static str = "Breaks a script into shots with framing, light, continuity and storyboard frames.\n\n\
        Give `script`, or `beats`. The shots of a beat sum to it exactly, last 1.5 s or more, and never cut a spoken \
        sentence. `shot_pace` is how many seconds a shot lasts; without it the type of video decides. `notes` that say \
        `faster` or `slower` change the pace; other notes need a model or a person. `storyboard` is a page to look at.\n\n\
        A model may word the prompts of the frames better; framing, light, timing and continuity stay.";

    fn providers(&self) -> Vec<String> {
        self.models.providers()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let (mut list, mut issues, style) = listed(&input)?;
        let question = Question {
            template: include_str!("../../../../templates/prompts/frames.md"),
            facts: &json!({ "shots": list.shots, "style": style }),
            schema: reword::schema(&list.shots),
            judge: &|answer| reword::judge(&list.shots, answer),
        };
        let (better, words, warning) = ask(attempt, &self.models, &question).await?.taken("C050");
        if let Some(shots) = better {
            list = list.with(shots);
        }
        issues.extend(warning);
        Ok(Output {
            shot_list_id: list.shot_list_id.clone(),
            shots: list.shots.clone(),
            asset_summary: list.asset_summary.clone(),
            storyboard: keep(
                attempt,
                "storyboard.html",
                &sheet::page(&list.title, &list.shots, &BTreeMap::new()),
            )
            .await?,
            csv: keep(attempt, "shots.csv", &table::csv(&list.shots)).await?,
            shot_list: list,
            issues,
            words,
        })
    }
}

/// The shots in the words of the rules, what was noticed about them, and the style of the whole.
fn listed(input: &Input) -> Result<(ShotList, Vec<Issue>, String), Failure> {
    let beats = beats(input)?;
    let mut setting = match &input.script {
        Some(script) => Setting::of(script),
        None => bare(input.script_id.as_deref()),
    };
    if let Some(pace) = input.shot_pace {
        setting.pace = pace;
    }
    setting.mode = input.mode.unwrap_or(setting.mode);
    setting.created_at.clone_from(&input.created_at);
    let mut notes_issue = None;
    if let Some(notes) = input.notes.as_deref().filter(|notes| !notes.trim().is_empty()) {
        match paced(setting.pace, notes) {
            Some(pace) => setting.pace = pace,
            None => notes_issue = Some(unheeded(notes)),
        }
    }
    let library = input.library.clone().unwrap_or_else(library::shipped);
    let list = list::make(beats, &setting, &library);
    let issues: Vec<Issue> = list.issues.iter().cloned().chain(notes_issue).collect();
    match issue::errors(&issues) {
        Some(errors) if setting.mode == Mode::Auto => Err(Failure::input(errors)),
        _ => Ok((list, issues, setting.style.to_owned())),
    }
}

/// The beats of the input; a script and beats that disagree are refused.
fn beats(input: &Input) -> Result<&[Beat], Failure> {
    let beats = match (&input.script, &input.beats) {
        (Some(script), Some(beats)) if script.beats != *beats => {
            return Err(Failure::input("`script` and `beats` disagree").help("give one of them"));
        }
        (Some(script), _) => &script.beats,
        (None, Some(beats)) => beats,
        (None, None) => {
            return Err(Failure::input("there is neither a script nor beats")
                .help("give `script`, as `agent/script-smith` makes it, or `beats`"));
        }
    };
    let (least, most) = (Seconds::from_millis(500), Seconds::whole(3_600));
    let unfit = beats.iter().find(|beat| !(least..=most).contains(&beat.duration_seconds));
    match unfit {
        Some(beat) => {
            let message = format!("beat `{}` lasts {} s", beat.beat_id, beat.duration_seconds);
            Err(Failure::input(message).help("let every beat last 5 to 10 s"))
        }
        None if beats.is_empty() => Err(Failure::input("there are no beats")),
        None => Ok(beats),
    }
}

fn bare(script_id: Option<&str>) -> Setting<'_> {
    Setting {
        script_ref: script_id.unwrap_or("script"),
        title: "Storyboard",
        tone: "professional",
        style: "modern_realistic",
        palette: &[],
        aspect_ratio: "16:9",
        resolution: "1080p",
        fps: 24,
        pace: Seconds::whole(6),
        mode: Mode::Hitl,
        created_at: None,
    }
}

/// Another pace, if the notes ask for one.
fn paced(pace: Seconds, notes: &str) -> Option<Seconds> {
    let notes = notes.to_lowercase();
    let any = |list: &[&str]| {
        notes.split(|c: char| !c.is_alphanumeric()).any(|word| list.contains(&word))
    };
    if any(&["faster", "quicker", "shorter"]) {
        Some(Seconds::from_millis(pace.millis() / 3 * 2))
    } else if any(&["slower", "calmer", "longer"]) {
        Some(Seconds::from_millis(pace.millis() / 2 * 3))
    } else {
        None
    }
}

fn unheeded(notes: &str) -> Issue {
    Issue::warning("C041", format!("the note `{notes}` was not understood, and changed nothing"))
        .at("notes")
        .fix("say `faster` or `slower`, or change the beats")
}

#[cfg(test)]
mod tests {
    use serde_json::Value as Json;

    use super::super::words::tests::{Scripted, modelled};
    use super::*;
    use crate::testing::TestAttempt;

    async fn made(models: Models, attempt: &TestAttempt, input: Json) -> Result<Output, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        ShotMaster { models }.run(attempt, input).await.map_err(|failure| failure.message)
    }

    async fn evaluate(input: Json) -> Result<Json, String> {
        let output = made(Models::default(), &TestAttempt::new(), input).await?;
        serde_json::to_value(output).map_err(|error| error.to_string())
    }

    fn beat() -> Json {
        json!({
            "beat_id": "1.1", "sequence_order": 1, "duration_seconds": 9, "script": { "action": "A cat wakes up and looks at the door." },
            "visual_requirements": { "location": "kitchen", "camera_movement": "slow_push" },
        })
    }

    #[tokio::test]
    async fn it_works_alone_from_bare_beats() {
        let output = evaluate(json!({ "beats": [beat()], "shot_pace": 3 })).await.unwrap();
        assert_eq!(output["shots"].as_array().unwrap().len(), 3);
        assert_eq!(output["issues"], json!([]));
        assert_eq!(flow_engine::schema::Schema::of::<Output>().violations(&output), []);
        assert_eq!(output["storyboard"]["media_type"], "text/html");
    }

    #[test]
    fn the_input_s_schema_takes_what_is_read() {
        let schema = flow_engine::schema::Schema::of_input::<Input>();
        assert_eq!(schema.violations(&json!({ "beats": [beat()] })), []);
        assert!(!schema.violations(&json!({ "beats": [{ "beat_id": 1 }] })).is_empty());
    }

    #[tokio::test]
    async fn notes_change_the_pace_or_are_said_not_to() {
        let with = async |notes: &str| {
            evaluate(json!({ "beats": [beat()], "shot_pace": 3, "notes": notes })).await.unwrap()
        };
        assert_eq!(with("Faster, please").await["shots"].as_array().unwrap().len(), 5);
        assert_eq!(with("more cats").await["issues"][0]["code"], "C041");
    }

    #[tokio::test]
    async fn what_is_no_script_is_refused() {
        assert!(evaluate(json!({})).await.unwrap_err().contains("neither a script nor beats"));
        assert!(evaluate(json!({ "beats": [] })).await.unwrap_err().contains("no beats"));
        let mut long = beat();
        long["duration_seconds"] = json!(100_000);
        assert!(evaluate(json!({ "beats": [long] })).await.unwrap_err().contains("lasts 100000 s"));
        let mut wrong = beat();
        wrong["visual_requirements"]["camera_movement"] = json!("fly");
        assert!(evaluate(json!({ "beats": [wrong] })).await.unwrap_err().contains("`push_in`"));
    }

    #[tokio::test]
    async fn a_model_words_the_prompts_and_nothing_else() {
        let input = json!({ "beats": [beat()], "shot_pace": 5 });
        let plain = made(Models::default(), &TestAttempt::new(), input.clone()).await.unwrap();
        let good = json!({ "shot_001": "Wide shot of a kitchen at dawn, a cat stretches; aspect ratio 16:9" });
        let model = Scripted::new(&[&good]);
        let attempt = modelled();
        let output = made(model.models(), &attempt, input.clone()).await.unwrap();
        let prompt = &output.shots[0].storyboard_frame.reference_image_prompt;
        assert_eq!(*prompt, good["shot_001"].as_str().unwrap());
        assert_eq!(output.words, "scripted/double");
        assert_ne!(output.shot_list_id, plain.shot_list_id);
        assert!(String::from_utf8(attempt.read(&output.storyboard)).unwrap().contains("<svg"));

        let same = json!({ "shot_001": "A cat in a kitchen, the same one, aspect ratio 16:9", "shot_002": "A cat in a kitchen, the same one, aspect ratio 16:9" });
        let bare = json!({ "shot_001": "A [subject] in a kitchen, looking out" });
        let model = Scripted::new(&[&same, &bare, &bare]);
        let output = made(model.models(), &modelled(), input).await.unwrap();
        assert_eq!(output.shots, plain.shots);
        let warning = output.issues.last().unwrap();
        assert!(warning.code == "C050" && warning.message.contains("[subject]"), "{warning}");
        assert!(model.asked()[1].contains("another shot has the same prompt"));
    }
}
