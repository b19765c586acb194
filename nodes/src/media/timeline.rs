//! Which scene is shown when?
//!
//! Joining clips makes the timeline; sound, captions and chapters follow it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A scene of the film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scene {
    /// Seconds from the start of the film to the scene's first frame.
    pub start: f64,
    /// How long the scene is; with a cross-fade it reaches into the next one.
    pub seconds: f64,
    /// What the chapter is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Seconds from the start of the film to the start of the scene's voice, once sound is mixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<f64>,
}

impl Scene {
    pub(crate) fn end(&self) -> f64 {
        self.start + self.seconds
    }

    /// When the scene's words start counting.
    pub(crate) fn voice_start(&self) -> f64 {
        self.voice.unwrap_or(self.start)
    }
}

/// When the last of `scenes` ends.
pub(crate) fn end(scenes: &[Scene]) -> f64 {
    scenes.iter().map(Scene::end).fold(0.0, f64::max)
}
