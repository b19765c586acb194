//! What is a beat, the smallest unit of a story?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::part::{Level, Part};
use crate::vrd::camera::{Movement, ShotType, TimeOfDay};
use crate::vrd::seconds::Seconds;
use crate::vrd::word::words;

words! {
    /// How a beat's pictures are best made.
    ToolCategory("tool category") {
        TextToVideo = "text_to_video",
        ImageToVideo = "image_to_video",
        VideoToVideo = "video_to_video",
        TalkingAvatar = "talking_avatar",
        Graphics = "graphics",
    }
}

words! {
    /// How a message reaches the viewer.
    Carried("how") { Spoken = "spoken", Shown = "shown", Pictured = "pictured" }
}

/// A beat of 5 to 10 seconds that does one thing.
///
/// What a document leaves out stays empty here, so that one check can name all that is missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Beat {
    pub beat_id: String,
    #[serde(default)]
    pub scene_id: String,
    pub sequence_order: u32,
    #[serde(default)]
    pub timecode_start: String,
    #[serde(default)]
    pub timecode_end: String,
    pub duration_seconds: Seconds,
    #[serde(default)]
    pub story_question: String,
    #[serde(default)]
    pub story_answer: String,
    pub script: Lines,
    #[serde(default)]
    pub visual_requirements: Visual,
    #[serde(default)]
    pub audio_requirements: Audio,
    #[serde(default)]
    pub emotional_context: Emotion,
    #[serde(default)]
    pub narrative_function: Function,
    #[serde(default)]
    pub production_metadata: Production,
    #[serde(default)]
    pub alternatives: Vec<Alternative>,
    /// Which messages of the VRD the beat carries, by path.
    #[serde(default)]
    pub message_refs: Vec<MessageRef>,
}

/// What is seen, said and read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Lines {
    pub action: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voiceover: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_screen_text: Option<String>,
    /// How the voice sounds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_note: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Visual {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shot_type: Option<ShotType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera_movement: Option<Movement>,
    pub location: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_of_day: Option<TimeOfDay>,
    /// A preset of the light library, or words that select one.
    pub lighting: String,
    pub visual_keywords: Vec<String>,
    /// Who is in the picture.
    pub characters: Vec<String>,
    pub props: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<Level>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Audio {
    pub dialogue_present: bool,
    pub sound_effects: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub music_mood: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ambient: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Emotion {
    pub character_emotion: String,
    pub audience_emotion: String,
    pub emotional_arc_position: String,
    /// 1 to 10; 0 where nothing was said.
    pub intensity: u8,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Function {
    pub beat_type: String,
    pub story_beat_number: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eight_part_position: Option<Part>,
    pub covers: Vec<Part>,
    pub info_conveyed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raises_question: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers_question: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Production {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_complexity: Option<Level>,
    pub requires_vfx: bool,
    pub requires_custom_assets: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggested_tool_category: Option<ToolCategory>,
    pub reference_images: Vec<String>,
}

/// Another version of a beat's words, for tests and branches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    pub alt_id: String,
    pub condition: String,
    pub script: Lines,
    #[serde(default)]
    pub emotional_context: Emotion,
}

/// A message that a beat carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MessageRef {
    /// Its path in the VRD: `key_messages.supporting_messages[0]`.
    pub message: String,
    pub how: Carried,
}

impl Beat {
    /// The beat's main part.
    pub fn part(&self) -> Part {
        let function = &self.narrative_function;
        function.eight_part_position.unwrap_or_else(|| Part::main_of(&function.covers))
    }

    pub fn covers(&self, part: Part) -> bool {
        self.narrative_function.covers.contains(&part)
    }

    /// All that is heard or read in the beat.
    pub fn words(&self) -> String {
        let script = &self.script;
        [&script.voiceover, &script.dialogue, &script.on_screen_text]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }
}
