//! How are clips and films encoded?
//!
//! Clips on the way are light and nearly lossless; the film is encoded once, at its end. Thread counts are fixed: what
//! x264 writes depends on them.

use super::frame::Frame;

/// Marks the clips that we encoded with [`clip`], which can be joined without encoding them again.
pub(crate) const MARK: &str = "flow clip";
/// Every so many frames of a clip stands alone, so that clips can be cut there.
pub(crate) const GROUP: u64 = 15;
/// What clips and films sound like.
pub(crate) const SAMPLE_RATE: u32 = 48_000;

/// Leaves out whatever differs between equal runs.
const EXACT: [&str; 6] = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"];
const COLOUR: [&str; 10] = [
    "-color_range",
    "tv",
    "-color_primaries",
    "bt709",
    "-color_trc",
    "bt709",
    "-colorspace",
    "bt709",
    "-pix_fmt",
    "yuv420p",
];

/// Arguments that encode a clip on the way: quick, nearly lossless, cut at every [`GROUP`]th frame.
pub(crate) fn clip(frame: Frame) -> Vec<String> {
    let (fps, group) = (frame.fps().to_string(), GROUP.to_string());
    // A fixed quantizer: the rate control of `-crf` would spend three times the bits on the grain of still pictures, and
    // decoding them twice the time, for nothing that is seen in the film.
    let mut arguments =
        words(&["-c:v", "libx264", "-preset", "ultrafast", "-qp", "14", "-threads", "1"]);
    arguments.extend(words(&["-r", &fps, "-g", &group, "-keyint_min", &group]));
    arguments.extend(words(&["-sc_threshold", "0", "-bf", "0"]));
    arguments.extend(words(&COLOUR));
    arguments.extend(lossless_sound());
    arguments.extend(clip_container());
    arguments
}

/// Arguments that say what a clip's file is like, however its streams were made.
pub(crate) fn clip_container() -> Vec<String> {
    let mark = format!("handler_name={MARK}");
    let mut arguments = words(&["-metadata:s:v:0", &mark]);
    arguments.extend(container());
    arguments
}

/// The same for a video that we did not encode.
pub(crate) fn container() -> Vec<String> {
    let mut arguments = words(&["-map_metadata", "-1"]);
    arguments.extend(words(&EXACT));
    arguments.extend(words(&["-movflags", "+faststart", "-f", "mp4"]));
    arguments
}

/// Sound that loses nothing however often it is mixed again.
pub(crate) fn lossless_sound() -> Vec<String> {
    let rate = SAMPLE_RATE.to_string();
    words(&[
        "-c:a",
        "flac",
        "-sample_fmt",
        "s16",
        "-strict",
        "experimental",
        "-ar",
        &rate,
        "-ac",
        "2",
    ])
}

/// Arguments that encode the finished film's picture and sound.
pub(crate) fn film(frame: Frame, quality: u32) -> Vec<String> {
    let (fps, quality) = (frame.fps().to_string(), quality.to_string());
    let (group, rate) = ((frame.fps() * 2).to_string(), SAMPLE_RATE.to_string());
    let mut arguments = words(&["-c:v", "libx264", "-preset", "veryfast", "-crf", &quality]);
    // A third less time than the preset alone; equal in likeness to the original, and no larger, on slowly moving stills.
    arguments.extend(words(&["-x264-params", "subme=1:rc-lookahead=10"]));
    arguments.extend(words(&["-profile:v", "high", "-threads", "4", "-r", &fps, "-g", &group]));
    arguments.extend(words(&COLOUR));
    arguments.extend(words(&[
        "-c:a",
        "aac",
        "-aac_coder",
        "fast",
        "-b:a",
        "160k",
        "-ar",
        &rate,
        "-ac",
        "2",
    ]));
    arguments.extend(words(&EXACT));
    arguments.extend(words(&["-movflags", "+faststart", "-f", "mp4"]));
    arguments
}

pub(crate) fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
