//! What is told, when, and to what effect?
//!
//! Requirements become a script of beats with words, its narrative for people and its validation. No picture is
//! planned here: that is `shots`.

pub mod allot;
pub mod beat;
mod building;
pub mod check;
pub mod fountain;
pub mod message;
pub mod narrative;
pub mod part;
mod phrase;
pub mod subtitle;
pub mod timecode;
pub mod wording;
pub mod world;
pub mod write;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::requirements::{Mode, Vrd};
use super::seconds::Seconds;
pub use beat::Beat;
pub use check::Validation;
pub use narrative::Narrative;
pub use part::Part;
pub use write::write;

/// The script of one video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Script {
    pub script_id: String,
    pub vrd_ref: String,
    pub mode: Mode,
    pub metadata: Metadata,
    pub structure: Structure,
    pub beats: Vec<Beat>,
    pub total_beat_count: usize,
    pub narrative_summary: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub narrative: Option<Narrative>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// The requirements, answers merged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vrd: Option<Vrd>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Metadata {
    pub title: String,
    pub duration_seconds: Seconds,
    pub target_audience: String,
    pub primary_message: String,
    pub tone: String,
    pub style: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Structure {
    pub total_beats: usize,
    /// Where each part starts and ends.
    pub eight_part_breakdown: BTreeMap<Part, [Seconds; 2]>,
    pub act_1_beats: usize,
    pub act_2_beats: usize,
    pub act_3_beats: usize,
}

impl Script {
    /// The frames a second that its timecodes count.
    pub fn fps(&self) -> u32 {
        self.vrd.as_ref().map_or(24, |vrd| vrd.delivery.fps)
    }

    /// Each beat with where it starts.
    pub fn timed(&self) -> Vec<(Seconds, &Beat)> {
        let mut start = Seconds::ZERO;
        let one = |beat| {
            let at = start;
            start += Beat::length(beat);
            (at, beat)
        };
        self.beats.iter().map(one).collect()
    }
}

impl Beat {
    /// How long the beat lasts.
    pub fn length(&self) -> Seconds {
        self.duration_seconds
    }
}
