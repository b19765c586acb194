//! What do ffmpeg's detectors write about pictures and sound?
//!
//! Blocks of `key=value` lines, each below a line with a frame's time.

use super::stretch::{Sample, Stretch};

/// What was seen of the picture, frame by frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pictures {
    pub(super) frames: u64,
    pub(super) first: f64,
    /// When the last frame is shown.
    pub(super) last: f64,
    /// A stretch that lasts to the last frame has no end.
    pub(super) black: Vec<Open>,
}

/// What was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sound {
    pub(super) blocks: u64,
    pub(super) first: f64,
    /// When the last block of [`BLOCK`] seconds, or what is left of one, begins.
    pub(super) last: f64,
    pub(super) silence: Vec<Open>,
    /// LUFS; none if it is silent, or too short to tell.
    pub(super) loudness: Option<f64>,
    /// dBTP; none if there is no sound at all.
    pub(super) true_peak: Option<f64>,
}

/// A stretch that may last to the end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Open {
    start: f64,
    end: Option<f64>,
}

/// How long the blocks are in which sound is measured.
pub(super) const BLOCK: f64 = 0.1;
/// The gate of the loudness measure: what is quieter counts as nothing.
const GATE: f64 = -70.0;

impl Open {
    pub(super) fn close(self, end: f64) -> Stretch {
        Stretch::between(self.start, self.end.unwrap_or(end))
    }
}

/// Reads what the filters of every frame wrote.
pub(super) fn pictures(dump: &str) -> Pictures {
    let mut pictures = Pictures::default();
    for line in dump.lines() {
        match entry(line) {
            Some(Entry::Frame(at)) => {
                if pictures.frames == 0 {
                    pictures.first = at;
                }
                pictures.frames += 1;
                pictures.last = at;
            }
            Some(Entry::Value("black_start", start)) => {
                pictures.black.push(Open { start, end: None });
            }
            Some(Entry::Value("black_end", end)) => close(&mut pictures.black, end),
            _ => {}
        }
    }
    pictures
}

/// Reads what the filters of the samples wrote.
pub(super) fn samples(dump: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in dump.lines() {
        match (entry(line), samples.last_mut()) {
            (Some(Entry::Frame(at)), _) => samples.push(Sample { at, ..Sample::default() }),
            (Some(Entry::Value("siti.si", detail)), Some(sample)) => sample.detail = detail,
            (Some(Entry::Value("siti.ti", movement)), Some(sample)) => sample.movement = movement,
            _ => {}
        }
    }
    samples
}

/// Reads what the filters of the sound wrote.
pub(super) fn sound(dump: &str) -> Sound {
    let mut sound = Sound::default();
    for line in dump.lines() {
        match entry(line) {
            Some(Entry::Frame(at)) => {
                if sound.blocks == 0 {
                    sound.first = at;
                }
                sound.blocks += 1;
                sound.last = at;
            }
            Some(Entry::Value("silence_start", start)) => {
                sound.silence.push(Open { start, end: None });
            }
            Some(Entry::Value("silence_end", end)) => close(&mut sound.silence, end),
            Some(Entry::Value("r128.I", loudness)) => {
                sound.loudness = Some(loudness).filter(|loudness| *loudness > GATE);
            }
            Some(Entry::Value("r128.true_peak", peak)) => {
                sound.true_peak = Some(20.0 * peak.log10()).filter(|peak| peak.is_finite());
            }
            _ => {}
        }
    }
    sound
}

fn close(stretches: &mut [Open], end: f64) {
    if let Some(last) = stretches.last_mut() {
        last.end = Some(end);
    }
}

enum Entry<'a> {
    /// A frame is shown at so many seconds.
    Frame(f64),
    Value(&'a str, f64),
}

fn entry(line: &str) -> Option<Entry<'_>> {
    if line.starts_with("frame:") {
        let (_, at) = line.rsplit_once("pts_time:")?;
        return number(at).map(Entry::Frame);
    }
    let (key, value) = line.strip_prefix("lavfi.")?.split_once('=')?;
    Some(Entry::Value(key, number(value)?))
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_counted_and_black_stretches_found() {
        let dump = "frame:0    pts:0       pts_time:0\nseen=1\n\
                    frame:1    pts:512     pts_time:0.04\nlavfi.black_start=0.04\nseen=1\n\
                    frame:2    pts:1024    pts_time:0.08\nlavfi.black_end=0.08\nseen=1\n\
                    frame:3    pts:1536    pts_time:0.12\nlavfi.black_start=0.12\nseen=1\n";
        let pictures = pictures(dump);
        assert_eq!((pictures.frames, pictures.first, pictures.last), (4, 0.0, 0.12));
        let black: Vec<Stretch> = pictures.black.iter().map(|black| black.close(0.5)).collect();
        assert_eq!(black, [Stretch::between(0.04, 0.08), Stretch::between(0.12, 0.5)]);
    }

    #[test]
    fn samples_have_detail_and_movement() {
        let dump = "frame:0 pts:0 pts_time:0\nlavfi.siti.si=109.86\nlavfi.siti.ti=0.00\n\
                    frame:1 pts:1 pts_time:0.25\nlavfi.siti.si=12.5\nlavfi.siti.ti=36.21\n";
        assert_eq!(
            samples(dump),
            [
                Sample { at: 0.0, detail: 109.86, movement: 0.0 },
                Sample { at: 0.25, detail: 12.5, movement: 36.21 },
            ]
        );
    }

    #[test]
    fn the_last_word_on_loudness_counts() {
        let dump = "frame:0 pts:0 pts_time:0\nlavfi.r128.I=-70.000\nlavfi.r128.true_peak=0.500\n\
                    frame:1 pts:1 pts_time:0.1\nlavfi.silence_start=0.05\nlavfi.r128.I=-20.5\n\
                    lavfi.r128.true_peak=1.000\nseen=1\nframe:2 pts:2 pts_time:0.2\nseen=1\n";
        let sound = sound(dump);
        assert_eq!((sound.loudness, sound.true_peak), (Some(-20.5), Some(0.0)));
        assert_eq!((sound.blocks, sound.last), (3, 0.2));
        assert_eq!(sound.silence[0].close(0.3), Stretch::between(0.05, 0.3));
    }

    #[test]
    fn silence_has_no_loudness() {
        let dump = "frame:0 pts:0 pts_time:0\nlavfi.r128.I=-70.000\nlavfi.r128.true_peak=0.000\n";
        assert_eq!((sound(dump).loudness, sound(dump).true_peak), (None, None));
        let odd = "frame:0 pts_time:NOPTS\nlavfi.r128.I=nan\nlavfi.r128.I\nnoise\n";
        assert_eq!(sound(odd), Sound::default());
        assert_eq!(pictures(""), Pictures::default());
    }
}
