//! How does this machine play music?
//!
//! A score is written from the seed and played on the instruments of a soundfont; no recording is used.

mod score;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_engine::kind::{Attempt, Class, Failure};
use rustysynth::{SoundFont, Synthesizer, SynthesizerSettings};

use crate::generate::music::{Input, Output};
use crate::media;
use score::{Note, Score};

const RATE: u32 = 48_000;
/// Where Debian's packages put soundfonts; the best sounding first.
const FOLDER: &str = "/usr/share/sounds/sf2";
const KNOWN: [(&str, &str); 3] = [
    ("FluidR3_GM.sf2", "Instruments: FluidR3 GM by Frank Wen (MIT)"),
    ("TimGM6mb.sf2", "Instruments: TimGM6mb by Tim Brechbill (GPL-2)"),
    ("default-GM.sf2", "Instruments: the system's General MIDI soundfont"),
];
/// How long the last notes ring on.
const TAIL: f64 = 0.8;
const FADE_OUT: f64 = 2.5;
const FADE_IN: f64 = 0.4;
/// The loudness of the bed before mixing, as a part of full scale: −20 dB, with peaks of at most −3 dB.
const LEVEL: f32 = 0.1;
const PEAK: f32 = 0.707;

/// The soundfont that would be played; none, if none is installed.
pub fn soundfont() -> Option<PathBuf> {
    let known =
        KNOWN.iter().map(|(name, _)| Path::new(FOLDER).join(name)).find(|path| path.is_file());
    known.or_else(|| {
        let entries = std::fs::read_dir(FOLDER).ok()?;
        let fonts = entries.flatten().map(|entry| entry.path());
        fonts.filter(|path| path.extension().is_some_and(|end| end == "sf2")).min()
    })
}

pub(crate) fn revision() -> String {
    let identity = |path: PathBuf| {
        let data = path.metadata().ok()?;
        let age = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{} {} {}", path.display(), data.len(), age.as_secs()))
    };
    soundfont().and_then(identity).unwrap_or_else(|| "no soundfont".to_owned())
}

pub(crate) async fn compose(attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
    let font = soundfont().ok_or_else(|| {
        Failure::new(Class::Missing, format!("no soundfont is installed in {FOLDER}"))
            .help("install one: `apt-get install --no-install-recommends timgm6mb-soundfont`")
    })?;
    let credit = credit(&font);
    let path = attempt.folder().join("music.wav");
    let to = path.clone();
    let Input { seconds, mood, tempo, seed } = input;
    let playing = tokio::task::spawn_blocking(move || {
        let score = Score::write(mood, tempo, seconds - TAIL.min(seconds / 4.0), seed);
        let (mut left, mut right) = play(&score, &font, seconds)?;
        master(&mut left, &mut right);
        save(&to, &left, &right)?;
        Ok::<f64, Failure>(score.tempo)
    });
    let tempo = playing.await.map_err(|error| {
        Failure::new(Class::Internal, format!("the music ended early: {error}"))
    })??;
    Ok(Output {
        audio: media::keep(attempt, &path, "audio/wav").await?,
        seconds,
        credits: vec!["Music: composed by flow".to_owned(), credit],
        provider: super::NAME.to_owned(),
        mood,
        tempo,
    })
}

fn credit(font: &Path) -> String {
    let name = font.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let known =
        KNOWN.iter().find(|(known, _)| *known == name).map(|(_, credit)| (*credit).to_owned());
    known.unwrap_or_else(|| format!("Instruments: soundfont {name}"))
}

/// Plays the score for exactly so many seconds.
fn play(score: &Score, font: &Path, seconds: f64) -> Result<(Vec<f32>, Vec<f32>), Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        Failure::new(
            Class::Missing,
            format!("the soundfont {} cannot be used: {error}", font.display()),
        )
        .help("install it again, or another: `apt-get install --reinstall timgm6mb-soundfont`")
    };
    let file = File::open(font).map_err(|error| broken(&error))?;
    let font = SoundFont::new(&mut BufReader::new(file)).map_err(|error| broken(&error))?;
    let rate = i32::try_from(RATE).unwrap_or(i32::MAX);
    let mut synthesizer = Synthesizer::new(&Arc::new(font), &SynthesizerSettings::new(rate))
        .map_err(|error| broken(&error))?;
    for voice in &score.voices {
        synthesizer.process_midi_message(voice.channel, 0xC0, voice.program, 0);
        synthesizer.process_midi_message(voice.channel, 0xB0, 7, voice.volume);
        synthesizer.process_midi_message(voice.channel, 0xB0, 10, voice.pan);
        synthesizer.process_midi_message(voice.channel, 0xB0, 91, voice.reverb);
    }
    let length = sample(seconds);
    let (mut left, mut right) = (vec![0.0; length], vec![0.0; length]);
    let mut at = 0;
    for (time, on, note) in events(&score.notes) {
        let next = sample(time).min(length);
        synthesizer.render(&mut left[at..next], &mut right[at..next]);
        at = next;
        if on {
            synthesizer.note_on(note.channel, note.key, note.velocity);
        } else {
            synthesizer.note_off(note.channel, note.key);
        }
    }
    synthesizer.render(&mut left[at..], &mut right[at..]);
    Ok((left, right))
}

/// Starts and ends of notes in order of time; an end before a start at the same moment.
fn events(notes: &[Note]) -> Vec<(f64, bool, &Note)> {
    let starts = notes.iter().map(|note| (note.start, true, note));
    let ends = notes.iter().map(|note| (note.end, false, note));
    let mut events: Vec<_> = starts.chain(ends).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    events
}

fn sample(seconds: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most an hour, not negative"
    )]
    let sample = (seconds.max(0.0) * f64::from(RATE)).round() as usize;
    sample
}

/// Brings the music to its level, and lets it begin and end softly.
fn master(left: &mut [f32], right: &mut [f32]) {
    let length = left.len();
    #[expect(clippy::cast_precision_loss, reason = "loudness needs no more digits")]
    let count = (length * 2).max(1) as f32;
    let power: f32 = left.iter().chain(right.iter()).map(|s| s * s).sum::<f32>() / count;
    let peak = left.iter().chain(right.iter()).fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let gain = (LEVEL / power.sqrt().max(1e-6)).min(PEAK / peak.max(1e-6));
    let (rise, fall) =
        (sample(FADE_IN).min(length / 4).max(1), sample(FADE_OUT).min(length / 3).max(1));
    for (index, (l, r)) in left.iter_mut().zip(right).enumerate() {
        let from_end = length - 1 - index;
        #[expect(clippy::cast_precision_loss, reason = "a fade needs no more digits")]
        let fade = (index as f32 / rise as f32).min(from_end as f32 / fall as f32).min(1.0);
        // Smooth at both ends, so that no corner is heard.
        let fade = fade * fade * (3.0 - 2.0 * fade) * gain;
        *l *= fade;
        *r *= fade;
    }
}

fn save(path: &Path, left: &[f32], right: &[f32]) -> Result<(), Failure> {
    let failed = |error: hound::Error| {
        Failure::new(Class::Storage, format!("cannot write the music: {error}"))
    };
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec).map_err(failed)?;
    #[expect(clippy::cast_possible_truncation, reason = "clamped to the range")]
    let whole = |sample: f32| (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16;
    for (l, r) in left.iter().zip(right) {
        writer.write_sample(whole(*l)).map_err(failed)?;
        writer.write_sample(whole(*r)).map_err(failed)?;
    }
    writer.finalize().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_are_silent_and_nothing_is_too_loud() {
        let mut left: Vec<f32> =
            (0..480_000_u32).map(|n| if n % 100 < 50 { 0.9 } else { -0.9 }).collect();
        let mut right = left.clone();
        master(&mut left, &mut right);
        assert!(left[0].abs() < 1e-3 && left[left.len() - 1].abs() < 1e-3);
        assert!(left.iter().all(|s| s.abs() <= PEAK));
        assert!(left[240_000].abs() > 0.05);
    }
}
