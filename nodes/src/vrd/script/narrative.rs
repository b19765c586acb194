//! How does a script read to a person?

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Script;
use super::beat::Beat;
use super::write::{heading, spoken_words};
use crate::vrd::camera::{Movement, ShotType};
use crate::vrd::seconds::Seconds;

/// Two renderings of one script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Narrative {
    /// A Markdown table of what is seen and what is heard.
    pub two_column: String,
    pub logline: String,
    /// The story in Markdown, a paragraph for each act.
    pub prose: String,
    /// Of what is spoken.
    pub word_count: usize,
    /// How long it takes to read the story.
    pub read_time_seconds: Seconds,
}

/// Renders `script`.
pub fn tell(script: &Script) -> Narrative {
    let logline = logline(script);
    let word_count = script.beats.iter().map(spoken_words).sum();
    let prose = prose(script, &logline, word_count);
    let words = u32::try_from(super::wording::count(&prose)).unwrap_or(u32::MAX);
    Narrative {
        two_column: two_column(script),
        logline,
        // Silent reading at 240 words a minute.
        read_time_seconds: Seconds::from_millis(words.saturating_mul(250)),
        prose,
        word_count,
    }
}

fn logline(script: &Script) -> String {
    let hero = script.beats.iter().find_map(|beat| beat.visual_requirements.characters.first());
    let pain = script.vrd.as_ref().and_then(|vrd| vrd.audience.pain_points.first());
    let message = script.metadata.primary_message.trim_end_matches('.');
    match (hero, pain) {
        (Some(hero), Some(pain)) => {
            let article = if hero.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
            format!("{article} {hero} who lives with {pain} finds out: {message}.")
        }
        _ => format!("{message}."),
    }
}

fn two_column(script: &Script) -> String {
    let mut text = String::new();
    let mut scene = "";
    let mut number = 0;
    for (start, beat) in script.timed() {
        if beat.scene_id != scene || number == 0 {
            scene = &beat.scene_id;
            number += 1;
            let blank = if number > 1 { "\n" } else { "" };
            let _ = writeln!(
                text,
                "{blank}## SCENE {number}: {}\n\n| Visual | Audio |\n|---|---|",
                heading(beat)
            );
        }
        let _ = writeln!(text, "| {} | {} |", visual_cell(start, beat), audio_cell(beat));
    }
    text
}

fn visual_cell(start: Seconds, beat: &Beat) -> String {
    let visual = &beat.visual_requirements;
    let end = start + beat.duration_seconds;
    let mut cell = format!("**{}** · {start}–{end} s ({} s)", beat.beat_id, beat.duration_seconds);
    let camera =
        [visual.shot_type.map(ShotType::spoken), visual.camera_movement.map(Movement::spoken)];
    let camera: Vec<&str> = camera.into_iter().flatten().collect();
    if !camera.is_empty() {
        let _ = write!(cell, "<br>*{}*", camera.join(", "));
    }
    let _ = write!(cell, "<br>{}", cell_text(&beat.script.action));
    if let Some(shown) = &beat.script.on_screen_text {
        let _ = write!(cell, "<br>TEXT: “{}”", cell_text(shown));
    }
    cell
}

fn audio_cell(beat: &Beat) -> String {
    let mut lines = Vec::new();
    let script = &beat.script;
    if let Some(voice) = &script.voiceover {
        lines.push(format!("VO: “{}”", cell_text(voice)));
    }
    if let Some(speech) = &script.dialogue {
        lines.push(format!("{}: “{}”", super::write::speaker(beat), cell_text(speech)));
    }
    if let Some(note) = &script.delivery_note {
        lines.push(format!("*({})*", cell_text(note)));
    }
    let audio = &beat.audio_requirements;
    if !audio.sound_effects.is_empty() {
        lines.push(format!("SFX: {}", cell_text(&audio.sound_effects.join(", "))));
    }
    if let Some(music) = &audio.music_mood {
        lines.push(format!("MUSIC: {}", cell_text(music)));
    }
    lines.join("<br>")
}

/// Text that cannot break out of a cell of a Markdown table.
fn cell_text(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " / ")
}

fn prose(script: &Script, logline: &str, word_count: usize) -> String {
    let mut text = format!("# {}\n\n*{logline}*\n", script.metadata.title);
    for (act, name) in [(1, "Act one"), (2, "Act two"), (3, "Act three")] {
        let beats = script.beats.iter().filter(|beat| beat.part().custom().act == act);
        let paragraph: Vec<String> = beats.map(told).collect();
        if !paragraph.is_empty() {
            let _ = write!(text, "\n**{name}.** {}\n", paragraph.join(" "));
        }
    }
    let duration = script.metadata.duration_seconds;
    let _ = write!(text, "\n{word_count} spoken words in {duration} s.\n");
    text
}

fn told(beat: &Beat) -> String {
    let mut sentence = beat.script.action.clone();
    if let Some(voice) = &beat.script.voiceover {
        let _ = write!(sentence, " The voice says: “{voice}”");
    }
    if let Some(speech) = &beat.script.dialogue {
        let _ = write!(sentence, " “{speech}”");
    }
    if let Some(shown) = &beat.script.on_screen_text {
        let _ = write!(sentence, " On screen: “{}”.", shown.replace('\n', " "));
    }
    sentence
}
