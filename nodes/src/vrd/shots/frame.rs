//! What stands on a storyboard for a shot, and which prompt would draw it?

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shot;
use crate::vrd::camera::ShotType;
use crate::vrd::light;
use crate::vrd::requirements::short_hash;
use crate::vrd::word::words;

words! {
    /// Which moment of a shot a frame shows.
    FrameRole("frame role") { First = "first", Last = "last", Key = "key" }
}

/// A frame of the storyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Frame {
    /// What the viewer sees.
    pub description: String,
    pub reference_image_prompt: String,
    pub negative_prompt: String,
    /// Null until it is rendered.
    pub thumbnail_url: Option<String>,
    pub seed: u32,
    pub frame_role: FrameRole,
    pub aspect_ratio: String,
}

impl Default for Frame {
    fn default() -> Self {
        Self {
            description: String::new(),
            reference_image_prompt: String::new(),
            negative_prompt: String::new(),
            thumbnail_url: None,
            seed: 0,
            frame_role: FrameRole::Key,
            aspect_ratio: "16:9".into(),
        }
    }
}

/// What the whole video looks like.
pub struct Look<'a> {
    pub style: &'a str,
    pub palette: &'a [String],
    pub aspect_ratio: &'a str,
    /// Mixed into every seed, so that another script is another set of pictures.
    pub seed: &'a str,
}

/// The frame of `shot`, with what a template adds and the keywords of its beat.
pub fn draw(shot: &Shot, look: &Look, fragment: Option<&str>, keywords: &[String]) -> Frame {
    let place = &shot.set_requirements.location_type;
    let is_card = shot.shot_type == ShotType::Graphic;
    let description = if is_card {
        shot.action.clone()
    } else {
        let time = shot.lighting.time_of_day.spoken();
        format!("{} {}, {time}: {}", article(shot.shot_type.spoken()), at(place), shot.action)
    };
    let lens = shot.composition.lens_mm.map(|lens| format!("{lens} mm lens"));
    let mut parts = vec![
        format!("{}, {}", shot.shot_type.spoken(), shot.camera_angle.spoken()),
        shot.subject.clone(),
        shot.action.trim_end_matches('.').to_owned(),
    ];
    if !is_card {
        parts.push(format!("{place}, {}", shot.lighting.time_of_day.spoken()));
        parts.push(light::setup(shot.lighting.preset).look.into());
        parts.push(format!("{} mood", shot.lighting.mood));
        parts.extend(shot.continuity.wardrobe.clone());
    }
    parts.extend(lens);
    parts.extend(fragment.map(str::to_owned));
    parts.push(look.style.replace('_', " "));
    parts.extend(keywords.iter().filter(|_| !is_card).cloned());
    if !look.palette.is_empty() {
        parts.push(format!("colours {}", look.palette.join(", ")));
    }
    parts.push(format!("subject {}", shot.composition.focal_point.replace('_', " ")));
    parts.push(format!("aspect ratio {}", look.aspect_ratio));
    let digest = short_hash(&format!("{}/{}", look.seed, shot.shot_id));
    Frame {
        description,
        reference_image_prompt: parts.join("; "),
        negative_prompt: negative(shot).join(", "),
        thumbnail_url: None,
        seed: u32::from_str_radix(&digest[..7], 16).unwrap_or(0),
        frame_role: FrameRole::First,
        aspect_ratio: look.aspect_ratio.into(),
    }
}

/// Makes prompts that came out equal differ.
pub fn tell_apart(shots: &mut [Shot]) {
    let mut seen = BTreeSet::new();
    for shot in shots {
        let prompt = &mut shot.storyboard_frame.reference_image_prompt;
        let plain = prompt.clone();
        let mut number = 2;
        while !seen.insert(prompt.clone()) {
            *prompt = format!("{plain}; variation {number}");
            number += 1;
        }
    }
}

fn negative(shot: &Shot) -> Vec<&'static str> {
    let mut unwanted = vec!["watermark", "distorted hands", "extra limbs", "low quality"];
    if shot.has_legible_text() {
        unwanted.push("misspelt text");
    } else {
        unwanted.extend(["text", "subtitles"]);
    }
    unwanted
}

fn article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
    format!("{article} {noun}")
}

/// `in the bright meeting room`; a place without a name needs no preposition.
fn at(place: &str) -> String {
    if place.is_empty() { "of the scene".into() } else { format!("at the {place}") }
}
