//! What are the eight parts of a story, and what is each for?

use crate::vrd::camera::{Movement, ShotType};
use crate::vrd::word::words;

words! {
    /// A part of the story, in the order of telling.
    Part("part") {
        Hook = "hook",
        IncitingEvent = "inciting_event",
        FirstPlotPoint = "first_plot_point",
        FirstPinchPoint = "first_pinch_point",
        Midpoint = "midpoint",
        SecondPinchPoint = "second_pinch_point",
        ThirdPlotPoint = "third_plot_point",
        Climax = "climax",
    }
}

words! {
    /// How much work something is.
    Level("complexity") { Low = "low", Medium = "medium", High = "high" }
}

/// What is customary for a part.
pub struct Custom {
    /// The share of the running time, in percent.
    pub share: u32,
    pub act: u8,
    pub intensity: u8,
    pub movement: Movement,
    pub is_bright: bool,
    /// The framings of its first and second beat.
    pub framing: [ShotType; 2],
    pub complexity: Level,
    pub beat_type: &'static str,
    pub arc: &'static str,
    pub character_emotion: &'static str,
    pub audience_emotion: &'static str,
}

/// The parts in the order in which one of several in a beat is its main one.
const RANKED: [Part; 8] = [
    Part::Hook,
    Part::Climax,
    Part::Midpoint,
    Part::FirstPlotPoint,
    Part::ThirdPlotPoint,
    Part::IncitingEvent,
    Part::SecondPinchPoint,
    Part::FirstPinchPoint,
];

impl Part {
    /// 1 to 8.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The part that a beat with `covers` mainly is.
    pub fn main_of(covers: &[Self]) -> Self {
        RANKED.into_iter().find(|part| covers.contains(part)).unwrap_or(Self::Hook)
    }

    pub fn custom(self) -> &'static Custom {
        &CUSTOMS[self as usize]
    }
}

const CUSTOMS: [Custom; 8] = [
    Custom {
        share: 5,
        act: 1,
        intensity: 7,
        movement: Movement::Static,
        is_bright: true,
        framing: [ShotType::Closeup, ShotType::MediumCloseup],
        complexity: Level::High,
        beat_type: "hook_recognition",
        arc: "tension",
        character_emotion: "frustrated",
        audience_emotion: "recognition",
    },
    Custom {
        share: 7,
        act: 1,
        intensity: 6,
        movement: Movement::PushIn,
        is_bright: false,
        framing: [ShotType::Medium, ShotType::MediumWide],
        complexity: Level::Medium,
        beat_type: "problem_demonstration",
        arc: "tension",
        character_emotion: "worn down",
        audience_emotion: "concern",
    },
    Custom {
        share: 13,
        act: 1,
        intensity: 5,
        movement: Movement::Dolly,
        is_bright: true,
        framing: [ShotType::Wide, ShotType::Medium],
        complexity: Level::Medium,
        beat_type: "solution_introduction",
        arc: "curiosity",
        character_emotion: "surprised",
        audience_emotion: "curiosity",
    },
    Custom {
        share: 12,
        act: 2,
        intensity: 6,
        movement: Movement::Static,
        is_bright: false,
        framing: [ShotType::Closeup, ShotType::Medium],
        complexity: Level::Medium,
        beat_type: "obstacle",
        arc: "tension",
        character_emotion: "hesitant",
        audience_emotion: "doubt",
    },
    Custom {
        share: 13,
        act: 2,
        intensity: 8,
        movement: Movement::PushIn,
        is_bright: true,
        framing: [ShotType::Medium, ShotType::Wide],
        complexity: Level::High,
        beat_type: "transformation",
        arc: "hope",
        character_emotion: "relieved",
        audience_emotion: "hopeful",
    },
    Custom {
        share: 12,
        act: 2,
        intensity: 7,
        movement: Movement::Static,
        is_bright: true,
        framing: [ShotType::Closeup, ShotType::MediumCloseup],
        complexity: Level::Medium,
        beat_type: "proof",
        arc: "confidence",
        character_emotion: "focused",
        audience_emotion: "trust",
    },
    Custom {
        share: 13,
        act: 3,
        intensity: 6,
        movement: Movement::PushIn,
        is_bright: false,
        framing: [ShotType::Medium, ShotType::MediumWide],
        complexity: Level::Medium,
        beat_type: "objection_overcome",
        arc: "confidence",
        character_emotion: "assured",
        audience_emotion: "reassurance",
    },
    Custom {
        share: 25,
        act: 3,
        intensity: 9,
        movement: Movement::Dolly,
        is_bright: true,
        framing: [ShotType::Medium, ShotType::Wide],
        complexity: Level::High,
        beat_type: "call_to_action",
        arc: "resolution",
        character_emotion: "proud",
        audience_emotion: "resolve",
    },
];
