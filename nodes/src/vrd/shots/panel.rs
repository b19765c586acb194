//! How does a board look as a picture of its own?
//!
//! A strip with what a storyboard says beside the drawing, then the drawing. The strip keeps away from the edges, since a
//! camera may move over the picture.

use std::fmt::Write;

use super::Sketch;
use super::board::{TIP_MARKER, draw, escape};
use crate::vrd::camera::Movement;

/// How much of the height is the strip, and how far its words keep from the edges.
const STRIP: f64 = 0.24;
const MARGIN: f64 = 0.055;
/// Lines of action at most.
const LINES: usize = 2;

/// The picture of `shot`, `width` by `height` pixels.
pub fn draw_panel(shot: &Sketch, (width, height): (u32, u32)) -> String {
    // Boards are drawn 320 units long, whatever the picture's size.
    let unit = f64::from(width.max(height)) / 320.0;
    let (wide, high) = (f64::from(width) / unit, f64::from(height) / unit);
    let strip = high * if wide < high { STRIP * 0.7 } else { STRIP };
    let size = (wide.min(high) / 24.0).max(6.0);
    let left = wide * MARGIN;
    let mut top = high * MARGIN + size;
    let mut svg = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {wide:.2} {high:.2}"><defs>{TIP_MARKER}</defs><rect width="100%" height="100%" fill="#22262e"/><g font-family="sans-serif" font-size="{size:.2}">"##
    );
    let id = shot.shot_id.replace('_', " ");
    let _ = write!(
        svg,
        r##"<text x="{left:.2}" y="{top:.2}"><tspan font-weight="600" fill="#ffffff">{}</tspan><tspan fill="#9aa1b0"> · {}</tspan></text>"##,
        escape(&id),
        escape(&camera(shot))
    );
    let room = (wide - left * 2.0) / (size * 0.53);
    for line in wrapped(&shot.action, room) {
        top += size * 1.35;
        let _ = write!(
            svg,
            r##"<text x="{left:.2}" y="{top:.2}" fill="#e6e8ee">{}</text>"##,
            escape(&line)
        );
    }
    let board = draw(shot, (wide, high - strip), &shot.action);
    let _ = write!(
        svg,
        r#"</g><g transform="translate(0 {strip:.2})">{}</g></svg>"#,
        board.replacen(
            "<svg ",
            &format!(r#"<svg width="{wide:.2}" height="{:.2}" "#, high - strip),
            1
        )
    );
    svg
}

/// The camera in words: a still one is not mentioned.
fn camera(shot: &Sketch) -> String {
    let mut words = format!("{}, {}", shot.shot_type.spoken(), shot.camera_angle.spoken());
    if shot.camera_movement != Movement::Static {
        let _ = write!(words, ", {}", shot.camera_movement.spoken());
    }
    words
}

/// `text` in lines of at most `room` letters, the last one cut where there would be more than [`LINES`].
fn wrapped(text: &str, room: f64) -> Vec<String> {
    #[expect(clippy::cast_precision_loss, reason = "letters of a line")]
    let fits = |line: &str| line.chars().count() as f64 <= room;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let longer = lines.last().map(|line| format!("{line} {word}"));
        match longer.filter(|line| fits(line)) {
            Some(line) => {
                lines.pop();
                lines.push(line);
            }
            None if lines.len() < LINES => lines.push(word.to_owned()),
            None => {
                let last = lines.pop().unwrap_or_default();
                lines.push(last + "…");
                break;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_action_is_cut_after_two_lines_and_short_is_not() {
        assert_eq!(wrapped("She opens the door.", 40.0), ["She opens the door."]);
        assert_eq!(wrapped("one two three four five six", 8.0), ["one two", "three…"]);
        assert!(wrapped("", 8.0).is_empty());
    }
}
