//! How hard is a shot to generate?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shot;
use crate::vrd::camera::{Movement, ShotType};
use crate::vrd::script::part::Level;
use crate::vrd::seconds::Seconds;

/// How hard a shot is, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Complexity {
    /// 1 to 10; 0 where it was not estimated.
    pub complexity_score: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Level>,
    pub complexity_factors: Vec<String>,
    pub requires_motion: bool,
    pub requires_vfx: bool,
    pub requires_compositing: bool,
    pub estimated_generation_time_seconds: u32,
}

/// Estimates `shot`; effects are known from its beat.
pub fn estimate(shot: &Shot, requires_vfx: bool) -> Complexity {
    let requires_compositing = shot.on_screen_text.is_some();
    let crowd = ["crowd", "audience", "people", "team"]
        .iter()
        .any(|word| shot.action.to_lowercase().contains(word));
    let factors: [(u8, bool, &str); 8] = [
        (1, shot.camera_movement != Movement::Static, "moving camera"),
        (1, shot.continuity.characters.len() >= 2, "two or more characters"),
        (2, shot.audio.needs_lip_sync, "lip sync"),
        (2, requires_vfx, "visual effects"),
        (1, requires_compositing, "text or pictures laid over"),
        (1, shot.shot_type == ShotType::ExtremeWide || crowd, "scale or crowd"),
        (1, shot.duration_seconds > Seconds::whole(8), "longer than 8 s"),
        (1, shot.has_legible_text(), "legible text or logo"),
    ];
    let found = || factors.iter().filter(|(_, holds, _)| *holds);
    let score = (2 + found().map(|(points, _, _)| points).sum::<u8>()).clamp(1, 10);
    Complexity {
        complexity_score: score,
        category: Some(category(score)),
        complexity_factors: found()
            .map(|(points, _, reason)| format!("{reason} +{points}"))
            .collect(),
        requires_motion: shot.shot_type != ShotType::Graphic,
        requires_vfx,
        requires_compositing,
        estimated_generation_time_seconds: 45 + 2 * shot.duration_seconds.millis().div_ceil(1000),
    }
}

/// The word for a score.
pub fn category(score: u8) -> Level {
    match score {
        0..=3 => Level::Low,
        4..=6 => Level::Medium,
        _ => Level::High,
    }
}
