//! How is one beat put together from its place, its words and what is customary for its part?

use super::allot::Slot;
use super::beat::{Audio, Beat, Emotion, Function, Lines, Production, ToolCategory, Visual};
use super::part::Part;
use super::timecode;
use super::wording::{Worded, place};
use super::world::World;
use crate::vrd::light::Preset;
use crate::vrd::requirements::Vrd;

/// One beat in the making.
pub(super) struct Building<'a> {
    pub(super) vrd: &'a Vrd,
    pub(super) world: &'a World,
    pub(super) slot: &'a Slot,
    pub(super) part: Part,
    /// Which beat of its part it is, from 1.
    pub(super) nth: usize,
    pub(super) is_last: bool,
}

impl Building<'_> {
    pub(super) fn beat(&self, index: usize, worded: Worded) -> Beat {
        let order = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let fps = self.vrd.delivery.fps;
        let custom = self.part.custom();
        let function = Function {
            beat_type: custom.beat_type.into(),
            story_beat_number: order,
            eight_part_position: Some(self.part),
            covers: self.slot.covers.clone(),
            info_conveyed: worded.info.clone(),
            raises_question: None,
            answers_question: Some(worded.question.clone()),
        };
        Beat {
            beat_id: format!("{}.{}", self.part.number(), self.nth),
            scene_id: String::new(),
            sequence_order: order,
            timecode_start: timecode::write(self.slot.start, fps),
            timecode_end: timecode::write(self.slot.end, fps),
            duration_seconds: self.slot.duration(),
            story_question: worded.question.clone(),
            story_answer: worded.answer.clone(),
            visual_requirements: self.visual(&worded),
            audio_requirements: self.audio(&worded),
            emotional_context: self.emotion(),
            production_metadata: self.production(&worded.lines),
            narrative_function: function,
            script: worded.lines,
            alternatives: Vec::new(),
            message_refs: worded.refs,
        }
    }

    fn visual(&self, worded: &Worded) -> Visual {
        let custom = self.part.custom();
        let place = place(self.world, self.part);
        let named =
            |person: &str| person.split_once(' ').map_or(person, |(_, noun)| noun).to_owned();
        let is_seen =
            |person: &&&str| worded.lines.action.to_lowercase().contains(&person.to_lowercase());
        let people = [self.world.hero.as_str(), self.world.helper];
        Visual {
            shot_type: Some(custom.framing[(self.nth - 1) % 2]),
            camera_movement: Some(custom.movement),
            location: place.name.into(),
            time_of_day: Some(place.time),
            lighting: self.light().word().into(),
            visual_keywords: worded.keywords.clone(),
            characters: people.iter().filter(is_seen).map(|person| named(person)).collect(),
            props: worded.props.iter().map(ToString::to_string).collect(),
            complexity: Some(custom.complexity),
        }
    }

    fn light(&self) -> Preset {
        let (before, after) = World::lights(self.vrd);
        if std::ptr::eq(place(self.world, self.part), &raw const self.world.before) {
            before
        } else {
            after
        }
    }

    fn audio(&self, worded: &Worded) -> Audio {
        let tone = self.vrd.style.tone.split(',').next().unwrap_or_default().trim();
        let music = match self.part {
            Part::Hook | Part::IncitingEvent | Part::FirstPinchPoint => {
                format!("tense under a {tone} pulse")
            }
            Part::FirstPlotPoint => format!("{tone}, opening"),
            Part::Midpoint => format!("{tone}, rising, {}", self.vrd.narrative.midpoint_emotion),
            Part::SecondPinchPoint | Part::ThirdPlotPoint => format!("{tone}, steady"),
            Part::Climax => format!("{tone}, full"),
        };
        let effect = match worded.props[0] {
            "laptop" => Some("keyboard clicks"),
            "phone" => Some("a phone buzzes"),
            "wall clock" => Some("a clock ticks"),
            "cold coffee cup" | "cup of tea" | "glass of water" => Some("a cup is set down"),
            "unopened mail" | "pile of folders" | "open notebook" => Some("paper rustles"),
            _ => None,
        };
        Audio {
            dialogue_present: worded.lines.dialogue.is_some(),
            sound_effects: effect.map(str::to_owned).into_iter().collect(),
            music_mood: Some(music),
            ambient: Some(place(self.world, self.part).ambient.into()),
        }
    }

    fn emotion(&self) -> Emotion {
        let custom = self.part.custom();
        let audience = if self.slot.covers.contains(&Part::Midpoint) {
            self.vrd.narrative.midpoint_emotion.word()
        } else {
            custom.audience_emotion
        };
        let strongest = self.slot.covers.iter().map(|part| part.custom().intensity).max();
        Emotion {
            character_emotion: custom.character_emotion.into(),
            audience_emotion: audience.into(),
            emotional_arc_position: custom.arc.into(),
            intensity: strongest.unwrap_or(custom.intensity),
        }
    }

    fn production(&self, lines: &Lines) -> Production {
        const EFFECTS: [&str; 10] = [
            "hologram",
            "explosion",
            "particles",
            "morph",
            "dissolve",
            "transform",
            "floating",
            "magic",
            "portal",
            "x-ray",
        ];
        let keywords = self.vrd.style.visual_metaphors.join(" ").to_lowercase();
        let shows_metaphor = [Part::Hook, Part::Midpoint, Part::Climax]
            .iter()
            .any(|part| self.slot.covers.contains(part));
        let text = format!(
            "{} {}",
            lines.action.to_lowercase(),
            if shows_metaphor { keywords } else { String::new() }
        );
        let is_product = self.world.is_named && lines.action.contains(&self.world.product);
        let category = match self.part {
            _ if lines.dialogue.is_some() => ToolCategory::TalkingAvatar,
            _ if self.is_last => ToolCategory::Graphics,
            _ if is_product => ToolCategory::ImageToVideo,
            _ => ToolCategory::TextToVideo,
        };
        Production {
            estimated_complexity: Some(self.part.custom().complexity),
            requires_vfx: EFFECTS.iter().any(|effect| text.contains(effect)),
            requires_custom_assets: self.is_last || is_product,
            suggested_tool_category: Some(category),
            reference_images: Vec::new(),
        }
    }
}
