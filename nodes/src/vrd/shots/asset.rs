//! What must be at hand, or be made, before the shots can be?

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shot;
use crate::vrd::camera::ShotType;
use crate::vrd::milli::Milli;
use crate::vrd::script::Beat;
use crate::vrd::seconds::Seconds;
use crate::vrd::word::words;

words! {
    AssetKind("asset kind") {
        Character = "character",
        Location = "location",
        Prop = "prop",
        Product = "product",
        Logo = "logo",
        Font = "font",
        Music = "music",
        Voice = "voice",
        Sfx = "sfx",
    }
}

words! {
    AssetStatus("asset status") { Provided = "provided", ToGenerate = "to_generate", Missing = "missing" }
}

/// Something that shots need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Asset {
    pub asset_id: String,
    pub kind: AssetKind,
    pub name: String,
    /// Ids of shots, in order.
    pub needed_by: Vec<String>,
    pub status: AssetStatus,
}

/// What a list of shots needs, in figures and one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AssetSummary {
    pub total_unique_locations: usize,
    pub total_unique_shot_types: usize,
    /// Shots with at least one character.
    pub total_character_shots: usize,
    pub unique_characters: usize,
    pub vfx_shots: usize,
    /// Whether a character or product must look the same over several shots, which a general model cannot promise.
    pub requires_custom_models: bool,
    pub estimated_total_time_minutes: Milli,
    pub voiceover_seconds: Seconds,
    pub assets: Vec<Asset>,
}

/// Summarises `shots`; `beats` know of music and of pictures that are given.
pub fn summarise(shots: &[Shot], beats: &[Beat]) -> AssetSummary {
    let locations: BTreeSet<&str> = places(shots).collect();
    let types: BTreeSet<ShotType> = shots.iter().map(|shot| shot.shot_type).collect();
    let cast = |shot: &Shot| !shot.continuity.characters.is_empty();
    let time: u32 =
        shots.iter().map(|shot| shot.technical_complexity.estimated_generation_time_seconds).sum();
    let assets = assets(shots, beats);
    let characters = assets.iter().filter(|asset| asset.kind == AssetKind::Character);
    let spoken = shots.iter().filter(|shot| shot.audio.voiceover.is_some());
    AssetSummary {
        total_unique_locations: locations.len(),
        total_unique_shot_types: types.len(),
        total_character_shots: shots.iter().filter(|shot| cast(shot)).count(),
        unique_characters: characters.clone().count(),
        vfx_shots: shots.iter().filter(|shot| shot.technical_complexity.requires_vfx).count(),
        requires_custom_models: characters.clone().any(|asset| asset.needed_by.len() >= 8),
        estimated_total_time_minutes: Milli(i64::from(time) * 1000 / 60),
        voiceover_seconds: spoken.map(|shot| shot.duration_seconds).sum(),
        assets,
    }
}

fn places(shots: &[Shot]) -> impl Iterator<Item = &str> {
    let filmed = shots.iter().filter(|shot| shot.shot_type != ShotType::Graphic);
    filmed
        .map(|shot| shot.set_requirements.location_type.as_str())
        .filter(|place| !place.is_empty())
}

/// Assets in the order of first need.
struct Collected {
    order: Vec<(AssetKind, String)>,
    needed: BTreeMap<(AssetKind, String), Vec<String>>,
}

impl Collected {
    fn need(&mut self, kind: AssetKind, name: &str, shot: &Shot) {
        let key = (kind, name.to_owned());
        let shots = self.needed.entry(key.clone()).or_default();
        if shots.is_empty() {
            self.order.push(key);
        }
        if shots.last() != Some(&shot.shot_id) {
            shots.push(shot.shot_id.clone());
        }
    }
}

fn assets(shots: &[Shot], beats: &[Beat]) -> Vec<Asset> {
    let mut all = Collected { order: Vec::new(), needed: BTreeMap::new() };
    for shot in shots {
        for person in &shot.continuity.characters {
            all.need(AssetKind::Character, &person.name, shot);
        }
        if shot.shot_type == ShotType::Graphic {
            all.need(AssetKind::Logo, "logo", shot);
        } else if !shot.set_requirements.location_type.is_empty() {
            all.need(AssetKind::Location, &shot.set_requirements.location_type, shot);
        }
        for prop in &shot.set_requirements.props {
            all.need(AssetKind::Prop, prop, shot);
        }
        if shot.on_screen_text.is_some() {
            all.need(AssetKind::Font, "brand font", shot);
        }
        if shot.audio.music_mood.is_some() {
            all.need(AssetKind::Music, "score", shot);
        }
        if shot.audio.voiceover.is_some() {
            all.need(AssetKind::Voice, "narrator", shot);
        }
        for sound in &shot.audio.sfx {
            all.need(AssetKind::Sfx, sound, shot);
        }
    }
    let given = beats.iter().any(|beat| !beat.production_metadata.reference_images.is_empty());
    let Collected { order, mut needed } = all;
    order
        .into_iter()
        .map(|key| {
            let needed_by = needed.remove(&key).unwrap_or_default();
            let (kind, name) = key;
            let status = match kind {
                AssetKind::Logo | AssetKind::Font => AssetStatus::Missing,
                AssetKind::Product if given => AssetStatus::Provided,
                _ => AssetStatus::ToGenerate,
            };
            Asset { asset_id: format!("{kind}_{}", slug(&name)), kind, name, needed_by, status }
        })
        .collect()
}

/// `busy parent` as `busy_parent`: letters and digits, the rest underscores.
pub fn slug(text: &str) -> String {
    let plain = text.to_lowercase();
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("_")
}
