//! Which shots are in the library, and when is each used?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vrd::camera::{Angle, Movement, ShotType};
use crate::vrd::light::Preset;
use crate::vrd::script::Part;

/// A template of the shot library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Template {
    pub template_id: String,
    pub name: String,
    pub shot_type: ShotType,
    pub angle: Angle,
    pub movement: Movement,
    #[serde(default)]
    pub lens_mm: Option<u16>,
    /// Where the eye rests, and why.
    pub composition: String,
    #[serde(default)]
    pub lighting_preset: Option<Preset>,
    pub use_when: UseWhen,
    /// What it adds to a prompt.
    pub prompt_fragment: String,
}

/// When a template suits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct UseWhen {
    pub parts: Vec<Part>,
    /// Words of a shot's subject or action.
    pub keywords: Vec<String>,
}

/// The library that ships.
pub fn shipped() -> Vec<Template> {
    SHIPPED.iter().map(Row::template).collect()
}

/// The template of `library` for a shot of this type: the one with the most matching words and parts, the first of
/// equals.
pub fn choose<'a>(
    library: &'a [Template],
    shot_type: ShotType,
    part: Part,
    text: &str,
) -> Option<&'a Template> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let score = |template: &Template| {
        let found =
            template.use_when.keywords.iter().filter(|word| words.contains(&word.as_str())).count();
        found * 2 + usize::from(template.use_when.parts.contains(&part))
    };
    let mut best: Option<(usize, &Template)> = None;
    for template in library.iter().filter(|template| template.shot_type == shot_type) {
        let score = score(template);
        if score > 0 && best.is_none_or(|(known, _)| score > known) {
            best = Some((score, template));
        }
    }
    best.map(|(_, template)| template)
}

struct Row {
    id: &'static str,
    name: &'static str,
    shot_type: ShotType,
    angle: Angle,
    movement: Movement,
    lens_mm: Option<u16>,
    composition: &'static str,
    light: Option<Preset>,
    parts: &'static [Part],
    keywords: &'static [&'static str],
    prompt: &'static str,
}

impl Row {
    fn template(&self) -> Template {
        Template {
            template_id: self.id.into(),
            name: self.name.into(),
            shot_type: self.shot_type,
            angle: self.angle,
            movement: self.movement,
            lens_mm: self.lens_mm,
            composition: self.composition.into(),
            lighting_preset: self.light,
            use_when: UseWhen {
                parts: self.parts.to_vec(),
                keywords: self.keywords.iter().map(ToString::to_string).collect(),
            },
            prompt_fragment: self.prompt.into(),
        }
    }
}

const SHIPPED: [Row; 12] = [
    Row {
        id: "establishing_wide",
        name: "Establishing wide",
        shot_type: ShotType::Wide,
        angle: Angle::EyeLevel,
        movement: Movement::SlowDolly,
        lens_mm: Some(24),
        composition: "three planes, leading lines towards the subject",
        light: None,
        parts: &[Part::Hook, Part::IncitingEvent, Part::FirstPlotPoint],
        keywords: &["wide", "place", "whole", "view"],
        prompt: "depth in three planes, leading lines",
    },
    Row {
        id: "hero_product",
        name: "Hero product",
        shot_type: ShotType::MediumWide,
        angle: Angle::Low,
        movement: Movement::PushIn,
        lens_mm: Some(35),
        composition: "product in the centre, air around it",
        light: Some(Preset::ProductSoftbox),
        parts: &[Part::FirstPlotPoint],
        keywords: &["appears", "enters", "product"],
        prompt: "the product as the hero of the frame",
    },
    Row {
        id: "product_insert",
        name: "Product insert",
        shot_type: ShotType::Insert,
        angle: Angle::High,
        movement: Movement::Static,
        lens_mm: Some(85),
        composition: "one detail, shallow depth",
        light: Some(Preset::ProductSoftbox),
        parts: &[Part::SecondPinchPoint],
        keywords: &["detail", "close", "screen", "feature"],
        prompt: "a single sharp detail, background out of focus",
    },
    Row {
        id: "presenter",
        name: "Presenter",
        shot_type: ShotType::Medium,
        angle: Angle::EyeLevel,
        movement: Movement::Static,
        lens_mm: Some(50),
        composition: "eyes on the upper third",
        light: Some(Preset::ThreePoint),
        parts: &[],
        keywords: &["speaks", "presenter", "camera", "says"],
        prompt: "facing the camera, eyes on the upper third",
    },
    Row {
        id: "testimonial",
        name: "Testimonial",
        shot_type: ShotType::MediumCloseup,
        angle: Angle::EyeLevel,
        movement: Movement::Static,
        lens_mm: Some(85),
        composition: "off centre, look room on the open side",
        light: Some(Preset::NaturalWindow),
        parts: &[Part::SecondPinchPoint],
        keywords: &["speaks", "customer", "tells"],
        prompt: "speaking just past the lens, soft background",
    },
    Row {
        id: "reaction",
        name: "Reaction",
        shot_type: ShotType::Closeup,
        angle: Angle::EyeLevel,
        movement: Movement::Static,
        lens_mm: Some(85),
        composition: "the face fills two thirds",
        light: None,
        parts: &[Part::Hook, Part::FirstPinchPoint, Part::Climax],
        keywords: &["face", "reacts", "smile", "frowns"],
        prompt: "emotion in the face, shallow depth",
    },
    Row {
        id: "over_shoulder_screen",
        name: "Over the shoulder to a screen",
        shot_type: ShotType::OverTheShoulder,
        angle: Angle::OverShoulder,
        movement: Movement::PushIn,
        lens_mm: Some(50),
        composition: "shoulder in the near third, screen in the far one",
        light: Some(Preset::ScreenGlow),
        parts: &[Part::SecondPinchPoint],
        keywords: &["screen", "shoulder", "laptop"],
        prompt: "past a shoulder onto a bright screen",
    },
    Row {
        id: "pov_hands",
        name: "Hands, seen by their owner",
        shot_type: ShotType::Insert,
        angle: Angle::Pov,
        movement: Movement::Handheld,
        lens_mm: Some(35),
        composition: "hands from below, subject in the centre",
        light: None,
        parts: &[],
        keywords: &["hand", "hands", "uses"],
        prompt: "hands at work, seen by their owner",
    },
    Row {
        id: "walk_and_talk",
        name: "Walk and talk",
        shot_type: ShotType::Medium,
        angle: Angle::EyeLevel,
        movement: Movement::Tracking,
        lens_mm: Some(35),
        composition: "lead room in the direction of walking",
        light: None,
        parts: &[],
        keywords: &["walk", "walks", "paces"],
        prompt: "moving with the subject at walking pace",
    },
    Row {
        id: "reveal",
        name: "Reveal",
        shot_type: ShotType::Wide,
        angle: Angle::EyeLevel,
        movement: Movement::PullOut,
        lens_mm: Some(24),
        composition: "from the subject to the whole place",
        light: None,
        parts: &[Part::Midpoint],
        keywords: &["reveal", "turns", "light"],
        prompt: "the frame opens up and shows the changed place",
    },
    Row {
        id: "aerial",
        name: "Aerial",
        shot_type: ShotType::ExtremeWide,
        angle: Angle::Overhead,
        movement: Movement::Crane,
        lens_mm: Some(24),
        composition: "patterns on the ground, small figures",
        light: None,
        parts: &[Part::Climax],
        keywords: &["aerial", "city", "crowd", "landscape"],
        prompt: "seen from far above",
    },
    Row {
        id: "end_card",
        name: "End card",
        shot_type: ShotType::Graphic,
        angle: Angle::EyeLevel,
        movement: Movement::Static,
        lens_mm: None,
        composition: "centred, wide margins",
        light: Some(Preset::HighKey),
        parts: &[Part::Climax],
        keywords: &["card", "logo", "end"],
        prompt: "flat graphic, centred type, wide margins",
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_ships_twelve_templates_that_can_be_edited_as_data() {
        let library = shipped();
        assert_eq!(library.len(), 12);
        let text = serde_json::to_string(&library).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Template>>(&text).unwrap(), library);
    }

    #[test]
    fn words_choose_among_templates_of_a_type() {
        let library = shipped();
        let chosen = |shot_type, text| {
            choose(&library, shot_type, Part::ThirdPlotPoint, text)
                .map(|template| template.template_id.clone())
        };
        assert_eq!(
            chosen(ShotType::Medium, "She walks down the hall").as_deref(),
            Some("walk_and_talk")
        );
        assert_eq!(chosen(ShotType::Insert, "Hands on the lamp").as_deref(), Some("pov_hands"));
        assert_eq!(chosen(ShotType::Medium, "She sits"), None);
    }
}
