//! Which node makes a step of a shot?

use serde_json::{Map, Value as Json, json};

use super::super::plan::{ShotPlan, Step};
use super::{Means, literal};
use crate::vrd::camera::Movement;
use crate::vrd::tools::Category;

/// A step, and what its node is made from.
pub(super) struct Making<'a> {
    pub(super) shot: &'a ShotPlan,
    pub(super) step: &'a Step,
    pub(super) steps: &'a [Step],
    /// The nodes of the steps before this one.
    pub(super) names: &'a [String],
    pub(super) means: &'a Means,
}

/// What a step's node is called, after its shot.
pub(super) fn word(step: &Step) -> &'static str {
    match step.workflow_type {
        Category::TextToImage => "still",
        Category::TextToVideo | Category::ImageToVideo => "clip",
        Category::VideoToVideo => "effects",
        Category::TalkingAvatar | Category::PerformanceCapture => "speaker",
        Category::LipSync => "lips",
        Category::TextToSpeech => "voice",
        Category::VideoUpscale => "larger",
        Category::VideoMatting => "matte",
        Category::Assembly => "text",
        Category::Music => "music",
        Category::SoundEffects => "sounds",
        Category::SpeechToText => "words",
    }
}

pub(super) fn is_voice(step: &Step) -> bool {
    step.workflow_type == Category::TextToSpeech
}

impl Making<'_> {
    pub(super) fn node(&self) -> Json {
        let kind = self.step.workflow_type.kind();
        let wanted = self.wanted();
        let known =
            self.means.kinds.get(kind).filter(|_| self.step.workflow_type != Category::Assembly);
        let bound = self.step.binding.as_ref();
        let mut node = Map::new();
        let Some(known) = known else {
            node.insert("description".into(), json!(self.about("a local part stands in")));
            node.extend(self.stand_in());
            return Json::Object(node);
        };
        let provider = bound.filter(|binding| known.providers.contains(&binding.provider));
        let how = match (provider, bound) {
            (Some(_), _) => "",
            (None, Some(_)) => "its provider is not here, and a local one stands in",
            (None, None) => "it has no provider, and is rehearsed with a local one",
        };
        node.insert("description".into(), json!(self.about(how)));
        let is_still = self.step.workflow_type == Category::TextToImage;
        if let Some(board) = self.board().filter(|_| provider.is_none() && is_still) {
            node.extend(board);
            return Json::Object(node);
        }
        node.insert("use".into(), json!(kind));
        if let Some(binding) = provider {
            node.insert("provider".into(), json!(binding.provider));
        }
        let with: Map<String, Json> =
            wanted.into_iter().filter(|(port, _)| known.ports.contains(port)).collect();
        node.insert("with".into(), Json::Object(with));
        Json::Object(node)
    }

    fn about(&self, how: &str) -> String {
        let Step { purpose, tool, cost_usd, .. } = self.step;
        match self.step.workflow_type {
            Category::Assembly => format!("{purpose} ({})", self.shot.shot_id),
            _ if how.is_empty() => format!("{purpose}, with {tool} for {cost_usd}"),
            _ => format!("{purpose}; planned with {tool} for {cost_usd}: {how}"),
        }
    }

    /// All that a kind of this category may want to know; ports that it does not have are left out.
    fn wanted(&self) -> Map<String, Json> {
        let mut with = Map::new();
        let mut put = |port: &str, value: Option<Json>| {
            if let Some(value) = value {
                with.insert(port.into(), value);
            }
        };
        let category = self.step.workflow_type;
        let words = self.step.prompt.as_deref().map(literal);
        if is_voice(self.step) {
            put("text", words);
            return with;
        }
        put("prompt", words);
        put("image", self.of("image", |category| category == Category::TextToImage));
        put(
            "video",
            self.of("video", |category| {
                !matches!(category, Category::TextToImage | Category::TextToSpeech)
            }),
        );
        put("audio", self.of("audio", |category| category == Category::TextToSpeech));
        if category.is_generation() {
            put("seconds", Some(json!(self.step.duration_seconds)));
        }
        if category == Category::TextToImage {
            put("title", self.card_text());
            put("theme", Some(json!("${{ inputs.theme }}")));
        }
        put("aspect", Some(json!(self.shot.aspect_ratio)));
        put("resolution", Some(json!("${{ inputs.resolution }}")));
        put("seed", self.step.params.get("seed").cloned());
        with
    }

    /// Words for a picture that is made of words.
    fn card_text(&self) -> Option<Json> {
        let is_card = self.steps.iter().all(|step| !step.workflow_type.is_generation());
        self.shot.on_screen_text.as_deref().filter(|_| is_card).map(literal)
    }

    /// An output of the nearest step before this one that is of the right category and that it depends on.
    fn of(&self, output: &str, fits: impl Fn(Category) -> bool) -> Option<Json> {
        let before = self.step.depends_on.iter().rev().filter_map(|number| {
            let at = usize::try_from(*number).ok()?.checked_sub(1)?;
            fits(self.steps.get(at)?.workflow_type).then(|| self.names.get(at)).flatten()
        });
        before.map(|name| json!(format!("${{{{ {name}.{output} }}}}"))).next()
    }

    /// Parts of this program that give something of the same kind.
    fn stand_in(&self) -> Map<String, Json> {
        let image = || self.of("image", |category| category == Category::TextToImage);
        let video = || {
            self.of("video", |category| {
                !matches!(category, Category::TextToImage | Category::TextToSpeech)
            })
        };
        let fields = match (self.step.workflow_type, image(), video()) {
            (Category::Assembly, None, Some(video)) => self.overlay(&video),
            (_, Some(image), None) => self.moving(&image),
            (_, _, Some(video)) => json!({
                "use": "media/fit",
                "with": {
                    "video": video,
                    "mode": "hold",
                    "aspect": self.shot.aspect_ratio,
                    "resolution": "${{ inputs.resolution }}",
                },
            }),
            (_, None, None) => self.drawn(),
        };
        match fields {
            Json::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    /// The words on the screen, over the clip.
    fn overlay(&self, video: &Json) -> Json {
        let text = self.shot.on_screen_text.as_deref().unwrap_or_default();
        let words: Vec<&str> = text.split_whitespace().collect();
        let length = f64::from(self.shot.duration_seconds.millis()) / 1000.0;
        let count = u32::try_from(words.len().max(1)).unwrap_or(u32::MAX);
        let each = (length - 0.5).max(0.5) / f64::from(count);
        let timed = |(at, word): (u32, &&str)| {
            let start = 0.3 + each * f64::from(at);
            let rounded = |seconds: f64| (seconds * 1000.0).round() / 1000.0;
            json!({ "word": literal(word), "start": rounded(start), "end": rounded(start + each) })
        };
        let words: Vec<Json> = (0..).zip(&words).map(timed).collect();
        json!({
            "use": "media/captions",
            "with": {
                "words": words,
                "style": "plain",
                "video": video,
                "aspect": self.shot.aspect_ratio,
                "resolution": "${{ inputs.resolution }}",
            },
        })
    }

    /// A camera over a still picture.
    fn moving(&self, image: &Json) -> Json {
        let mut with = json!({
            "image": image,
            "seconds": self.shot.duration_seconds,
            "aspect": self.shot.aspect_ratio,
            "resolution": "${{ inputs.resolution }}",
            "motion": motion(self.shot.camera_movement),
        });
        if self.shot.camera_movement == Movement::Static {
            // A still camera films what moves; a picture that does not, would look like a fault.
            with["zoom"] = json!(0.02);
        }
        json!({ "use": "media/ken-burns", "with": with })
    }

    /// The shot's board, which shows what is planned where nothing here can make its picture.
    fn board(&self) -> Option<Map<String, Json>> {
        let sketch = self.shot.sketch.as_ref().filter(|_| self.card_text().is_none())?;
        let with = json!({
            "shot": escaped(json!(sketch)),
            "aspect": self.shot.aspect_ratio,
            "resolution": "${{ inputs.resolution }}",
        });
        Some(Map::from_iter([("use".into(), json!("storyboard/draw")), ("with".into(), with)]))
    }

    /// A picture, and a camera over it.
    fn drawn(&self) -> Json {
        let picture = self.board().map_or_else(|| self.generated(), Json::Object);
        json!({
            "nodes": {
                "picture": picture,
                "motion": self.moving(&json!("${{ picture.image }}")),
            },
            "outputs": { "video": "${{ motion.video }}" },
        })
    }

    fn generated(&self) -> Json {
        let prompt = self.step.prompt.as_deref().unwrap_or(&self.shot.shot_description);
        let mut picture = json!({
            "prompt": literal(prompt),
            "theme": "${{ inputs.theme }}",
            "aspect": self.shot.aspect_ratio,
            "resolution": "${{ inputs.resolution }}",
        });
        if let Some(text) = self.card_text() {
            picture["title"] = text;
        }
        if let Some(seed) = self.step.params.get("seed") {
            picture["seed"] = seed.clone();
        }
        json!({ "use": "image/generate", "with": picture })
    }
}

/// `json` with all its texts as they are: what looks like an expression is none.
fn escaped(json: Json) -> Json {
    match json {
        Json::String(text) => literal(&text),
        Json::Object(fields) => {
            fields.into_iter().map(|(name, field)| (name, escaped(field))).collect()
        }
        other => other,
    }
}

/// The nearest that a camera over a still picture can do.
fn motion(movement: Movement) -> &'static str {
    match movement {
        Movement::Pan | Movement::Tracking | Movement::Orbit => "pan-right",
        Movement::Tilt => "pan-left",
        Movement::PullOut | Movement::Crane => "zoom-out",
        _ => "zoom-in",
    }
}
