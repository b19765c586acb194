//! What must this video do?
//!
//! A sentence or a partial document becomes a complete VRD, in which every field says where it comes from. Nothing is
//! asked here: [`question`] makes the questions, and merges the answers.

pub mod brief;
pub mod defaults;
pub mod facts;
pub mod field;
pub mod length;
pub mod question;
mod topic;

use std::collections::BTreeMap;

use flow_engine::name::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::issue::Issue;
use super::production::constraints::Constraints;
use super::seconds::Seconds;
use super::word::words;
pub use facts::Facts;

words! {
    /// What kind of video it is; in the order in which ties are broken.
    VideoType("video_type") {
        Explainer = "explainer",
        ProductDemo = "product_demo",
        SocialAd = "social_ad",
        Testimonial = "testimonial",
        BrandStory = "brand_story",
        General = "general",
    }
}

words! {
    VideoStyle("video_style") { LiveAction = "live_action", Animation = "animation", Hybrid = "hybrid" }
}

words! {
    /// What the audience is to feel when the story turns.
    MidpointEmotion("midpoint_emotion") {
        Hopeful = "hopeful",
        Inspired = "inspired",
        Curious = "curious",
        Confident = "confident",
        Relieved = "relieved",
        Excited = "excited",
    }
}

words! {
    /// How the second act is shared between the problem and the solution.
    Act2Emphasis("act2_emphasis") {
        Balanced = "balanced_50_50",
        Problem60 = "problem_60_40",
        Solution60 = "solution_60_40",
        Problem70 = "problem_70_30",
        Solution70 = "solution_70_30",
    }
}

impl Act2Emphasis {
    /// The problem's share, in tenths.
    pub fn problem_tenths(self) -> u32 {
        match self {
            Self::Balanced => 5,
            Self::Problem60 => 6,
            Self::Solution60 => 4,
            Self::Problem70 => 7,
            Self::Solution70 => 3,
        }
    }
}

words! {
    /// Where a field's value comes from; a later word is weaker than an earlier one.
    Provenance("provenance") {
        Clarified = "clarified",
        Stated = "stated",
        Inferred = "inferred",
        Default = "default",
    }
}

words! {
    /// Whether people are asked.
    Mode("mode") { Hitl = "hitl", Auto = "auto" | "yolo" }
}

/// The complete requirements of one video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vrd {
    pub schema_version: String,
    #[serde(default)]
    pub vrd_id: String,
    pub video_type: VideoType,
    pub project: Project,
    pub purpose: Purpose,
    pub audience: Audience,
    pub key_messages: KeyMessages,
    pub content_structure: ContentStructure,
    pub style: Style,
    pub narrative: Narrative,
    pub delivery: Delivery,
    pub constraints: Constraints,
    /// Where each field's value comes from, by its path.
    pub provenance: BTreeMap<String, Provenance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Project {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<String>,
    pub target_completion: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Purpose {
    pub objective: String,
    pub business_challenge: String,
    pub success_metrics: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Audience {
    pub demographics: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub knowledge_level: Option<String>,
    pub pain_points: Vec<String>,
    pub platforms: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyMessages {
    pub core_message: String,
    pub supporting_messages: Vec<String>,
    pub cta: String,
    pub brand_values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContentStructure {
    pub total_duration_seconds: Seconds,
    pub outline: Vec<Section>,
    pub must_include: Vec<String>,
}

/// A named span of the running time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    pub name: String,
    pub start: Seconds,
    pub end: Seconds,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Style {
    pub video_style: VideoStyle,
    pub tone: String,
    pub mood: String,
    pub visual_style: String,
    pub color_palette: Vec<String>,
    pub visual_metaphors: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Narrative {
    pub midpoint_emotion: MidpointEmotion,
    pub act2_emphasis: Act2Emphasis,
    pub words_per_minute: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delivery {
    pub width: u32,
    pub height: u32,
    pub fps: u32,
    pub container: String,
    pub aspect_ratio: String,
    pub language: String,
}

impl Delivery {
    /// The name of the smallest standard resolution that holds the picture's shorter side.
    pub fn resolution(&self) -> &'static str {
        match self.width.min(self.height) {
            0..=480 => "480p",
            481..=720 => "720p",
            721..=1080 => "1080p",
            1081..=1440 => "1440p",
            _ => "4k",
        }
    }
}

/// Completes `facts` with defaults. Where an issue is an error there is no VRD.
pub fn complete(mut facts: Facts) -> (Option<Vrd>, Vec<Issue>) {
    let mut issues = facts.take_issues();
    defaults::fill(&mut facts);
    issues.extend(facts.take_issues());
    issues.extend(check(&facts));
    if issues.iter().any(Issue::is_error) {
        return (None, issues);
    }
    let tree = facts.tree();
    match serde_json::from_value::<Vrd>(tree) {
        Ok(mut vrd) => {
            vrd.identify();
            (Some(vrd), issues)
        }
        Err(error) => {
            issues.push(Issue::error("V005", format!("the requirements cannot be read: {error}")));
            (None, issues)
        }
    }
}

/// The rules of a VRD that concern more than one field's form.
fn check(facts: &Facts) -> Vec<Issue> {
    let mut issues = Vec::new();
    let path = field::DURATION;
    let (Some(duration), Some(kind)) = (facts.duration(), facts.video_type()) else {
        return issues;
    };
    if duration < Seconds::whole(5) {
        issues.push(
            Issue::error(
                "V002",
                format!("a video of {duration} s is too short for one beat of 5 s"),
            )
            .at(path)
            .fix("ask for 5 to 600 seconds"),
        );
    } else if duration > Seconds::whole(600) {
        issues.push(
            Issue::error("V003", format!("a video of {duration} s is longer than 600 s"))
                .at(path)
                .fix("ask for 5 to 600 seconds, or make several videos"),
        );
    } else if let Some((least, most)) = defaults::of(kind).norm
        && !(Seconds::whole(least)..=Seconds::whole(most)).contains(&duration)
    {
        issues.push(
            Issue::warning(
                "V010",
                format!(
                    "{duration} s is unusual for `{kind}`, which mostly lasts {least} to {most} s"
                ),
            )
            .at(path),
        );
    }
    if facts.origin("key_messages.core_message").is_none_or(|origin| origin >= Provenance::Inferred)
    {
        issues.push(
            Issue::warning("V011", "the core message was not stated: it is a guess")
                .at("key_messages.core_message")
                .fix("state `core_message` in one sentence"),
        );
    }
    issues
}

impl Vrd {
    /// Gives the id that its content has, unless it has one.
    fn identify(&mut self) {
        if self.vrd_id.is_empty() {
            let text = serde_json::to_string(&self).unwrap_or_default();
            self.vrd_id = format!("vrd_{}", short_hash(&text));
            self.provenance.insert("vrd_id".into(), Provenance::Default);
        }
    }

    /// The facts that this VRD is made of, as if read from a file.
    pub fn facts(&self) -> Facts {
        let tree = serde_json::to_value(self).unwrap_or(Json::Null);
        Facts::read(&tree)
    }

    pub fn duration(&self) -> Seconds {
        self.content_structure.total_duration_seconds
    }

    /// Whether the field at `path` was said or answered by a person.
    pub fn is_stated(&self, path: &str) -> bool {
        self.provenance.get(path).is_some_and(|origin| *origin <= Provenance::Stated)
    }
}

/// Twelve hexadecimal digits of a text's hash, for ids that stay equal for equal content.
pub(crate) fn short_hash(text: &str) -> String {
    Digest::of(text.as_bytes()).to_hex()[..12].to_owned()
}
