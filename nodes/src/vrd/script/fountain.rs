//! How is a script written as a screenplay, in the Fountain format?

use std::fmt::Write;

use super::Script;
use super::write::{heading, speaker};

/// The script as Fountain.
pub fn write(script: &Script) -> String {
    let metadata = &script.metadata;
    let mut text = format!(
        "Title: {}\nCredit: {}\nNotes: {} s, {}\n",
        metadata.title, metadata.style, metadata.duration_seconds, metadata.tone
    );
    let mut scene = None;
    for beat in &script.beats {
        if scene != Some(&beat.scene_id) {
            scene = Some(&beat.scene_id);
            // A leading point forces a scene heading, whatever its first word is.
            let _ = write!(text, "\n.{}\n", heading(beat));
        }
        let _ = write!(
            text,
            "\n[[{} {} {} s]]\n",
            beat.beat_id, beat.timecode_start, beat.duration_seconds
        );
        let _ = write!(text, "\n{}\n", beat.script.action);
        let note = beat.script.delivery_note.as_ref();
        let note = note.map(|note| format!("({note})\n")).unwrap_or_default();
        if let Some(voice) = &beat.script.voiceover {
            let _ = write!(text, "\n@NARRATOR (V.O.)\n{note}{voice}\n");
        }
        if let Some(speech) = &beat.script.dialogue {
            let _ = write!(text, "\n@{}\n{note}{speech}\n", speaker(beat));
        }
        if let Some(shown) = &beat.script.on_screen_text {
            let _ = write!(text, "\n!TEXT ON SCREEN: {}\n", shown.replace('\n', " / "));
        }
    }
    text.push_str("\n> FADE OUT.\n");
    text
}
