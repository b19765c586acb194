//! What must be known of a shot to draw its board?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Direction, Shot};
use crate::vrd::camera::{Angle, Movement, ShotType};
use crate::vrd::light::Preset;

/// A shot as far as a board shows it; a plan keeps it, so that its film can be drawn before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sketch {
    pub shot_id: String,
    pub shot_type: ShotType,
    pub camera_angle: Angle,
    pub camera_movement: Movement,
    /// Where the light comes from.
    pub light: Preset,
    pub subject: String,
    pub action: String,
    /// Whether the subject is the place itself.
    #[serde(default)]
    pub is_place: bool,
    /// How many people are in the picture.
    #[serde(default)]
    pub people: usize,
    /// `centre`, `centre_left` or `centre_right`.
    #[serde(default = "centre")]
    pub focal_point: String,
    #[serde(default)]
    pub rule_of_thirds: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screen_direction: Option<Direction>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_screen_text: Option<String>,
}

fn centre() -> String {
    "centre".to_owned()
}

impl From<&Shot> for Sketch {
    fn from(shot: &Shot) -> Self {
        Self {
            shot_id: shot.shot_id.clone(),
            shot_type: shot.shot_type,
            camera_angle: shot.camera_angle,
            camera_movement: shot.camera_movement,
            light: shot.lighting.preset,
            subject: shot.subject.clone(),
            action: shot.action.clone(),
            is_place: shot.set_requirements.location_type == shot.subject,
            people: shot.continuity.characters.len(),
            focal_point: shot.composition.focal_point.clone(),
            rule_of_thirds: shot.composition.rule_of_thirds,
            screen_direction: shot.continuity.screen_direction,
            on_screen_text: shot.on_screen_text.clone(),
        }
    }
}
