//! Which nodes make what a project makes once: narration, score, captions, and the film of all shots?

use serde_json::{Map, Value as Json, json};

use super::{Compiling, literal};
use crate::vrd::production::plan::{ShotPlan, Step};
use crate::vrd::tools::Category;

/// So many words a minute are spoken without hurry.
const PACE: f64 = 140.0;

impl Compiling<'_> {
    /// The steps made once, and the cut.
    pub(super) fn film(&mut self) {
        let once = |category| {
            let steps = &self.plan.timeline_estimate.project_steps;
            steps.iter().find(|step| step.workflow_type == category)
        };
        let (narration, score, effects, captions) = (
            once(Category::TextToSpeech),
            once(Category::Music),
            once(Category::SoundEffects),
            once(Category::SpeechToText),
        );
        let lines: Vec<Json> = self
            .plan
            .shot_plans
            .iter()
            .zip(&self.voices)
            .map(|(shot, voice)| line(shot, voice.is_some()))
            .collect();
        let is_spoken = lines.iter().any(|line| !line.is_null());
        if is_spoken {
            self.narration(&lines, narration);
        }
        self.cut();
        if let Some(step) = score {
            self.score(step);
        }
        if let Some(step) = effects {
            self.effects(step);
        }
        self.mixed(is_spoken, score.is_some());
        if is_spoken {
            self.captions(captions);
        }
        self.render(is_spoken);
    }

    fn add(&mut self, name: &str, node: Json) {
        self.nodes.insert(name.into(), node);
    }

    fn narration(&mut self, lines: &[Json], step: Option<&Step>) {
        self.add(
            "spoken",
            json!({ "description": "what is said in each shot, and how fast", "use": "value", "with": { "value": lines } }),
        );
        self.add(
            "narration",
            json!({
                "description": about(step, "speak what is said"),
                "map": "spoken.value",
                "as": "line",
                "max_items": lines.len(),
                "nodes": {
                    "voice": {
                        "when": "line is not none",
                        "use": "speech/synthesize",
                        "with": { "text": "${{ line.text }}", "rate": "${{ line.rate }}" },
                    },
                },
                "outputs": { "audio": "${{ voice.audio }}", "words": "${{ voice.words }}" },
            }),
        );
    }

    fn cut(&mut self) {
        let clips: Vec<Json> =
            self.pictures.iter().map(|name| json!(format!("${{{{ {name}.video }}}}"))).collect();
        let aspect = self.plan.shot_plans[0].aspect_ratio.clone();
        self.add(
            "cut",
            json!({
                "description": "cut the shots together",
                "use": "media/concat",
                "with": { "clips": clips, "aspect": aspect, "resolution": "${{ inputs.resolution }}" },
            }),
        );
    }

    fn score(&mut self, step: &Step) {
        let moods: Vec<&str> =
            self.plan.shot_plans.iter().filter_map(|shot| shot.music_mood.as_deref()).collect();
        self.add(
            "score",
            json!({
                "description": about(Some(step), ""),
                "use": "music/generate",
                "with": { "seconds": "${{ cut.seconds }}", "mood": mood(&moods.join(" ")) },
            }),
        );
    }

    /// No part of this program makes sounds: the list is kept for whoever does.
    fn effects(&mut self, step: &Step) {
        let sounds: Vec<Json> = self
            .plan
            .shot_plans
            .iter()
            .flat_map(|shot| {
                shot.sfx
                    .iter()
                    .map(move |sound| json!({ "at": shot.start_seconds, "sound": literal(sound) }))
            })
            .collect();
        let description =
            format!("{}; planned with {}: listed, not heard", step.purpose, step.tool);
        self.add(
            "effects",
            json!({ "description": description, "use": "value", "with": { "value": sounds } }),
        );
    }

    fn mixed(&mut self, is_spoken: bool, has_score: bool) {
        let mut with = Map::new();
        if is_spoken {
            let own = |at: usize| format!("${{{{ narration[{at}].audio }}}}");
            let is_plain = self.voices.iter().all(Option::is_none);
            let voice = |(at, name): (usize, &Option<String>)| match name {
                Some(name) => json!(format!("${{{{ {name}.audio }}}}")),
                None => json!(own(at)),
            };
            let voices: Vec<Json> = self.voices.iter().enumerate().map(voice).collect();
            let all = if is_plain { json!("${{ narration.audio }}") } else { Json::Array(voices) };
            with.insert("voices".into(), all);
        }
        with.insert("scenes".into(), json!("${{ cut.scenes }}"));
        if has_score {
            with.insert("music".into(), json!("${{ score.audio }}"));
        }
        with.insert("seconds".into(), json!("${{ cut.seconds }}"));
        with.insert("lead".into(), json!(0.1));
        self.add(
            "mixed",
            json!({ "description": "mix the sound", "use": "media/mix", "with": with }),
        );
    }

    fn captions(&mut self, step: Option<&Step>) {
        let aspect = self.plan.shot_plans[0].aspect_ratio.clone();
        self.add(
            "captions",
            json!({
                "description": about(step, "time the captions"),
                "use": "media/captions",
                "with": {
                    "words": "${{ narration.words }}",
                    "scenes": "${{ mixed.scenes }}",
                    "aspect": aspect,
                    "resolution": "${{ inputs.resolution }}",
                },
            }),
        );
    }

    fn render(&mut self, is_spoken: bool) {
        let mut with = json!({
            "video": "${{ cut.video }}",
            "audio": "${{ mixed.audio }}",
            "title": "${{ inputs.title }}",
        });
        if is_spoken {
            with["subtitles"] = json!("${{ captions.srt }}");
        }
        self.add("film", json!({ "description": "the film", "use": "media/render", "with": with }));
    }
}

fn about(step: Option<&Step>, otherwise: &str) -> String {
    match step {
        Some(step) => {
            format!("{}; planned with {}: the default provider stands in", step.purpose, step.tool)
        }
        None => otherwise.into(),
    }
}

/// What is said in a shot, as fast as it must be to end with the shot; nothing where a step of its own speaks.
fn line(shot: &ShotPlan, has_voice: bool) -> Json {
    let dialogue = shot.dialogue.as_ref().filter(|_| !has_voice);
    let Some(text) = shot.voiceover.as_ref().or(dialogue) else {
        return Json::Null;
    };
    let words = u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX);
    let room = (f64::from(shot.duration_seconds.millis()) / 1000.0 - 0.3).max(0.5);
    let needed = f64::from(words) * 60.0 / room / PACE;
    let rate = (needed.clamp(1.0, 1.6) * 100.0).ceil() / 100.0;
    json!({ "text": literal(text), "rate": rate })
}

/// The mood of the score that comes nearest to what the script says of it.
fn mood(words: &str) -> &'static str {
    let words = words.to_lowercase();
    let moods: [(&str, &[&str]); 5] = [
        ("hopeful", &["hope", "inspir", "uplift", "aspir"]),
        ("bright", &["bright", "playful", "energ", "upbeat"]),
        ("warm", &["warm", "friend", "authentic", "emotion"]),
        ("serious", &["tens", "urgent", "dramatic", "serious"]),
        ("night", &["night", "late"]),
    ];
    let found = moods.iter().find(|(_, stems)| stems.iter().any(|stem| words.contains(stem)));
    found.map_or("calm", |(mood, _)| mood)
}
