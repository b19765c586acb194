//! `agent/shot-master`: a script becomes a list of shots, a storyboard and what they need.

use std::collections::BTreeMap;

use flow_engine::kind::{Failure, Pure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vrd::issue::{self, Issue};
use crate::vrd::requirements::Mode;
use crate::vrd::script::{Beat, Script};
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::library::{self, Template};
use crate::vrd::shots::list::{self, Setting};
use crate::vrd::shots::{AssetSummary, Shot, ShotList, sheet, table};

pub(super) struct ShotMaster;

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
    storyboard: String,
    /// The shots as comma-separated values.
    csv: String,
    issues: Vec<Issue>,
}

impl Pure for ShotMaster {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/shot-master";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Breaks a script into shots with framing, light, continuity and storyboard frames.\n\n\
        Give `script`, or `beats`. The shots of a beat sum to it exactly, last 1.5 s or more, and never cut a spoken \
        sentence. `shot_pace` is how many seconds a shot lasts; without it the type of video decides. `notes` that say \
        `faster` or `slower` change the pace; other notes need a model or a person. `storyboard` is a page to look at.";

    fn evaluate(&self, input: Input) -> Result<Output, Failure> {
        let beats = beats(&input)?;
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
            _ => Ok(output(list, issues)),
        }
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

fn output(list: ShotList, issues: Vec<Issue>) -> Output {
    Output {
        shot_list_id: list.shot_list_id.clone(),
        shots: list.shots.clone(),
        asset_summary: list.asset_summary.clone(),
        storyboard: sheet::page(&list.title, &list.shots, &BTreeMap::new()),
        csv: table::csv(&list.shots),
        shot_list: list,
        issues,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn evaluate(input: Json) -> Result<Json, String> {
        let input = serde_json::from_value(input).map_err(|error| error.to_string())?;
        let output = ShotMaster.evaluate(input).map_err(|failure| failure.message)?;
        serde_json::to_value(output).map_err(|error| error.to_string())
    }

    fn beat() -> Json {
        json!({
            "beat_id": "1.1", "sequence_order": 1, "duration_seconds": 9, "script": { "action": "A cat wakes up and looks at the door." },
            "visual_requirements": { "location": "kitchen", "camera_movement": "slow_push" },
        })
    }

    #[test]
    fn it_works_alone_from_bare_beats() {
        let output = evaluate(json!({ "beats": [beat()], "shot_pace": 3 })).unwrap();
        assert_eq!(output["shots"].as_array().unwrap().len(), 3);
        assert_eq!(output["issues"], json!([]));
        assert_eq!(flow_engine::schema::Schema::of::<Output>().violations(&output), []);
        assert!(output["storyboard"].as_str().unwrap().contains("<svg"));
    }

    #[test]
    fn the_input_s_schema_takes_what_is_read() {
        let schema = flow_engine::schema::Schema::of_input::<Input>();
        assert_eq!(schema.violations(&json!({ "beats": [beat()] })), []);
        assert!(!schema.violations(&json!({ "beats": [{ "beat_id": 1 }] })).is_empty());
    }

    #[test]
    fn notes_change_the_pace_or_are_said_not_to() {
        let with = |notes: &str| {
            evaluate(json!({ "beats": [beat()], "shot_pace": 3, "notes": notes })).unwrap()
        };
        assert_eq!(with("Faster, please")["shots"].as_array().unwrap().len(), 5);
        assert_eq!(with("more cats")["issues"][0]["code"], "C041");
    }

    #[test]
    fn what_is_no_script_is_refused() {
        assert!(evaluate(json!({})).unwrap_err().contains("neither a script nor beats"));
        assert!(evaluate(json!({ "beats": [] })).unwrap_err().contains("no beats"));
        let mut long = beat();
        long["duration_seconds"] = json!(100_000);
        assert!(evaluate(json!({ "beats": [long] })).unwrap_err().contains("lasts 100000 s"));
        let mut wrong = beat();
        wrong["visual_requirements"]["camera_movement"] = json!("fly");
        assert!(evaluate(json!({ "beats": [wrong] })).unwrap_err().contains("`push_in`"));
    }
}
