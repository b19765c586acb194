//! How does a shot list leave as a table for spreadsheets?

use super::Shot;

const COLUMNS: [&str; 18] = [
    "shot",
    "scene",
    "beat",
    "start_s",
    "duration_s",
    "shot_type",
    "angle",
    "movement",
    "lens_mm",
    "subject",
    "action",
    "location",
    "time_of_day",
    "light",
    "on_screen_text",
    "voiceover",
    "dialogue",
    "complexity",
];

/// The shots as comma-separated values, one line each under a heading.
pub fn csv(shots: &[Shot]) -> String {
    let mut text = COLUMNS.join(",");
    text.push_str("\r\n");
    for shot in shots {
        let row: Vec<String> = row(shot).iter().map(|cell| quoted(cell)).collect();
        text.push_str(&row.join(","));
        text.push_str("\r\n");
    }
    text
}

fn row(shot: &Shot) -> [String; 18] {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        shot.shot_number.to_string(),
        shot.scene_id.clone(),
        shot.beat_ref.clone(),
        shot.start_seconds.to_string(),
        shot.duration_seconds.to_string(),
        shot.shot_type.to_string(),
        shot.camera_angle.to_string(),
        shot.camera_movement.to_string(),
        shot.composition.lens_mm.map(|lens| lens.to_string()).unwrap_or_default(),
        shot.subject.clone(),
        shot.action.clone(),
        shot.set_requirements.location_type.clone(),
        shot.lighting.time_of_day.to_string(),
        shot.lighting.preset.to_string(),
        optional(&shot.on_screen_text),
        optional(&shot.audio.voiceover),
        optional(&shot.audio.dialogue),
        shot.technical_complexity.complexity_score.to_string(),
    ]
}

/// A cell in quotes where it needs them; one that a spreadsheet would take for a formula gets an apostrophe.
fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '@', '-']) { "'" } else { "" };
    if guard.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_keep_their_commas_and_cannot_be_formulas() {
        assert_eq!(quoted("plain"), "plain");
        assert_eq!(quoted("a, \"b\""), "\"a, \"\"b\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
    }
}
