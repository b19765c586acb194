//! What does the camera see?
//!
//! A script's beats become shots with framing, light, continuity and storyboard frames, and a summary of what is needed
//! to make them. With which tools they are made is the question of `production`.

pub mod asset;
pub mod board;
pub mod complexity;
pub mod continuity;
pub mod frame;
pub mod framing;
pub mod library;
pub mod list;
pub mod panel;
pub mod sheet;
pub mod sketch;
pub mod split;
pub mod table;
mod telling;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::camera::{Angle, Movement, ShotType, TimeOfDay};
use super::issue::Issue;
use super::light::Preset;
use super::requirements::Mode;
use super::seconds::Seconds;
use super::word::words;
pub use asset::AssetSummary;
pub use complexity::Complexity;
pub use frame::Frame;
pub use sketch::Sketch;

words! {
    DepthOfField("depth of field") { Shallow = "shallow", Deep = "deep" }
}

words! {
    /// Which way a scene looks and moves; a graphic has none.
    Direction("screen direction") {
        LeftToRight = "left_to_right",
        RightToLeft = "right_to_left",
        Neutral = "neutral",
    }
}

/// One shot: what a camera sees from one cut to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shot {
    pub shot_id: String,
    pub beat_ref: String,
    #[serde(default)]
    pub scene_id: String,
    pub shot_number: u32,
    /// Where it starts in the video.
    #[serde(default)]
    pub start_seconds: Seconds,
    pub duration_seconds: Seconds,
    pub shot_type: ShotType,
    #[serde(default = "eye_level")]
    pub camera_angle: Angle,
    #[serde(default = "still")]
    pub camera_movement: Movement,
    /// The template of the shot library that it follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_id: Option<String>,
    pub subject: String,
    pub action: String,
    #[serde(default = "film_rate")]
    pub frame_rate: u32,
    #[serde(default = "full_hd")]
    pub resolution: String,
    #[serde(default)]
    pub composition: Composition,
    #[serde(default)]
    pub lighting: Lighting,
    #[serde(default)]
    pub set_requirements: Set,
    #[serde(default)]
    pub technical_complexity: Complexity,
    #[serde(default)]
    pub storyboard_frame: Frame,
    #[serde(default)]
    pub continuity: Continuity,
    #[serde(default)]
    pub audio: ShotAudio,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_screen_text: Option<String>,
    /// 1 to 10; 5 when unknown.
    #[serde(default = "middling")]
    pub intensity: u8,
}

fn eye_level() -> Angle {
    Angle::EyeLevel
}

fn still() -> Movement {
    Movement::Static
}

fn film_rate() -> u32 {
    24
}

fn full_hd() -> String {
    "1080p".into()
}

fn middling() -> u8 {
    5
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Composition {
    pub rule_of_thirds: bool,
    /// `centre`, `centre_left` or `centre_right`.
    pub focal_point: String,
    pub depth_of_field: DepthOfField,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens_mm: Option<u16>,
}

impl Default for Composition {
    fn default() -> Self {
        Self {
            rule_of_thirds: true,
            focal_point: "centre".into(),
            depth_of_field: DepthOfField::Deep,
            lens_mm: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Lighting {
    pub preset: Preset,
    pub time_of_day: TimeOfDay,
    pub mood: String,
    pub key_light: String,
    pub practical_lights: Vec<String>,
}

impl Default for Lighting {
    fn default() -> Self {
        Self::of(Preset::ThreePoint, TimeOfDay::Day, "neutral")
    }
}

impl Lighting {
    pub fn of(preset: Preset, time_of_day: TimeOfDay, mood: &str) -> Self {
        let setup = super::light::setup(preset);
        Self {
            preset,
            time_of_day,
            mood: mood.into(),
            key_light: setup.key_light.into(),
            practical_lights: setup.practicals.iter().map(ToString::to_string).collect(),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Set {
    pub location_type: String,
    pub props: Vec<String>,
    pub set_dressing: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Continuity {
    /// Shots of one group show the same people and things, and should look alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    pub characters: Vec<Cast>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wardrobe: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen_direction: Option<Direction>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev_shot: Option<String>,
}

/// A person in a shot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cast {
    pub name: String,
    /// Names the pictures that show what the person looks like.
    pub reference_id: String,
    #[serde(default)]
    pub wardrobe: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ShotAudio {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voiceover: Option<String>,
    pub sfx: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub music_mood: Option<String>,
    pub needs_lip_sync: bool,
}

/// All shots of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShotList {
    pub shot_list_id: String,
    pub script_ref: String,
    pub mode: Mode,
    pub title: String,
    pub total_shots: usize,
    pub total_scenes: usize,
    pub shots: Vec<Shot>,
    pub asset_summary: AssetSummary,
    /// What breaks continuity.
    pub issues: Vec<Issue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}

impl Shot {
    pub fn end_seconds(&self) -> Seconds {
        self.start_seconds + self.duration_seconds
    }

    /// Whether letters or a logo must be readable.
    pub fn has_legible_text(&self) -> bool {
        self.on_screen_text.is_some() || self.shot_type == ShotType::Graphic
    }
}
