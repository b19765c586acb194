//! Which notes make a pleasant bed of music?
//!
//! A slow progression of chords, led so that each voice moves little; over it an arpeggio, under it a bass, and later a
//! sparse melody of five tones. Parts enter one after the other and leave before the end, on the tonic.

use super::super::chance::Chance;
use crate::generate::music::Mood;

/// A piece of music.
pub(super) struct Score {
    pub tempo: f64,
    pub voices: Vec<Voice>,
    pub notes: Vec<Note>,
}

/// An instrument on its channel; values as MIDI has them, from 0 to 127.
pub(super) struct Voice {
    pub channel: i32,
    pub program: i32,
    pub volume: i32,
    pub pan: i32,
    pub reverb: i32,
}

/// A note; times in seconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Note {
    pub channel: i32,
    pub key: i32,
    pub velocity: i32,
    pub start: f64,
    pub end: f64,
}

const PAD: i32 = 0;
const ARPEGGIO: i32 = 1;
const BASS: i32 = 2;
const MELODY: i32 = 3;
const BEATS: f64 = 4.0;

const MAJOR: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
const MINOR: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];

/// What a mood sounds like. Instruments are General MIDI programs, from 0.
struct Palette {
    scale: [i32; 7],
    tempo: f64,
    /// Degrees of the scale, one a bar.
    progressions: [[usize; 4]; 3],
    /// Keys of the tonic near middle C to choose from.
    tonics: [i32; 3],
    pad: i32,
    arpeggio: [i32; 2],
    bass: i32,
    melody: i32,
    /// Notes of the arpeggio in a beat.
    density: u32,
}

fn palette(mood: Mood) -> Palette {
    let base = Palette {
        scale: MAJOR,
        tempo: 76.0,
        progressions: [[0, 4, 5, 3], [0, 5, 3, 4], [3, 0, 4, 5]],
        tonics: [60, 62, 65],
        pad: 89,
        arpeggio: [0, 4],
        bass: 32,
        melody: 11,
        density: 2,
    };
    match mood {
        Mood::Calm => base,
        Mood::Warm => Palette { tempo: 88.0, pad: 49, arpeggio: [24, 25], melody: 0, ..base },
        Mood::Bright => Palette {
            tempo: 112.0,
            progressions: [[0, 3, 4, 3], [0, 4, 3, 4], [0, 5, 3, 4]],
            arpeggio: [24, 108],
            melody: 10,
            bass: 33,
            tonics: [62, 64, 67],
            ..base
        },
        Mood::Hopeful => Palette {
            tempo: 80.0,
            progressions: [[3, 0, 4, 5], [5, 3, 0, 4], [0, 2, 3, 4]],
            pad: 48,
            arpeggio: [0, 46],
            ..base
        },
        Mood::Serious => Palette {
            scale: MINOR,
            tempo: 70.0,
            progressions: [[0, 5, 3, 4], [0, 3, 5, 4], [0, 6, 5, 6]],
            tonics: [57, 58, 60],
            pad: 48,
            arpeggio: [0, 46],
            melody: 42,
            ..base
        },
        Mood::Night => Palette {
            scale: MINOR,
            tempo: 62.0,
            progressions: [[0, 5, 2, 6], [0, 2, 5, 6], [0, 3, 0, 5]],
            tonics: [57, 59, 62],
            pad: 95,
            arpeggio: [11, 4],
            melody: 46,
            density: 1,
            ..base
        },
    }
}

impl Score {
    /// A piece whose last note ends at `seconds`.
    pub(super) fn write(mood: Mood, tempo: Option<f64>, seconds: f64, seed: u64) -> Self {
        let palette = palette(mood);
        let mut chance = Chance::of(&["music", &seed.to_string(), &format!("{mood:?}")]);
        let bar = BEATS * 60.0 / tempo.unwrap_or(palette.tempo);
        // A whole number of bars: the tempo gives way a little.
        let bars = (seconds / bar).round().max(1.0);
        let bar = seconds / bars;
        let arpeggio = *chance.pick(&palette.arpeggio);
        let voices = [
            (PAD, palette.pad, 72, 64, 90),
            (ARPEGGIO, arpeggio, 78, 46, 70),
            (BASS, palette.bass, 82, 64, 20),
            (MELODY, palette.melody, 70, 84, 96),
        ];
        let voice = |(channel, program, volume, pan, reverb)| Voice {
            channel,
            program,
            volume,
            pan,
            reverb,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small whole number"
        )]
        let mut writer = Writer { bars: bars as usize, bar, palette, chance, notes: Vec::new() };
        writer.write();
        let mut notes = writer.notes;
        notes.sort_by(|a, b| {
            a.start.total_cmp(&b.start).then(a.channel.cmp(&b.channel)).then(a.key.cmp(&b.key))
        });
        Self { tempo: BEATS * 60.0 / bar, voices: voices.into_iter().map(voice).collect(), notes }
    }
}

struct Writer {
    bars: usize,
    /// The length of a bar in seconds.
    bar: f64,
    palette: Palette,
    chance: Chance,
    notes: Vec<Note>,
}

impl Writer {
    fn write(&mut self) {
        let tonic = *self.chance.pick(&self.palette.tonics);
        let progression = *self.chance.pick(&self.palette.progressions);
        let other = *self.chance.pick(&self.palette.progressions);
        let pattern = *self.chance.pick(&PATTERNS);
        // With few bars there is no time to build up.
        let entrance = if self.bars < 8 { 0 } else { 2 };
        let mut chord = Vec::new();
        for index in 0..self.bars {
            let last = index + 1 == self.bars;
            let phrase = index / 8 % 2;
            let degree = match () {
                () if last => 0,
                // The bar before the last one leads home.
                () if index + 2 == self.bars => 4,
                () if phrase == 0 => progression[index % 4],
                () => other[index % 4],
            };
            chord = led(&self.triad(tonic, degree), &chord);
            self.pad(index, &chord);
            if index >= entrance && !last {
                self.arpeggio(index, &chord, &pattern);
            }
            if index >= entrance * 2 && !last {
                let key = low(tonic + self.step(degree));
                self.bass(index, key);
            }
            let sings = index >= entrance * 4 && index % 8 >= 4 && index + 2 < self.bars;
            if sings {
                self.melody(index, tonic);
            }
        }
    }

    /// How many semitones a degree of the scale lies above the tonic.
    fn step(&self, degree: usize) -> i32 {
        let octaves = i32::try_from(degree / 7).unwrap_or(0);
        self.palette.scale[degree % 7] + 12 * octaves
    }

    fn triad(&mut self, tonic: i32, degree: usize) -> Vec<i32> {
        let mut chord: Vec<i32> =
            [0, 2, 4].iter().map(|third| tonic + self.step(degree + third)).collect();
        // Now and then a ninth opens the sound.
        if self.chance.is(0.35) {
            chord.push(tonic + self.step(degree + 8) - 12);
        }
        chord
    }

    fn pad(&mut self, index: usize, chord: &[i32]) {
        let last = index + 1 == self.bars;
        for key in chord {
            // A little over the bar's end, so that chords melt into each other.
            let length = if last { 1.0 } else { 1.06 };
            self.note(PAD, *key, 52, index, 0.0, BEATS * length);
        }
    }

    fn arpeggio(&mut self, index: usize, chord: &[i32], pattern: &[usize; 8]) {
        let density = self.palette.density;
        let notes = density * 4;
        for step in 0..notes {
            let place = pattern[step as usize % 8];
            let key =
                chord[place % chord.len()] + 12 * i32::try_from(place / chord.len()).unwrap_or(0);
            let accent = if step % density.max(2) == 0 { 8 } else { 0 };
            // A missing note now and then lets the pattern breathe.
            if self.chance.is(0.12) && step > 0 {
                continue;
            }
            let beat = f64::from(step) / f64::from(density);
            self.note(ARPEGGIO, key.min(88), 50 + accent, index, beat, 1.6 / f64::from(density));
        }
    }

    fn bass(&mut self, index: usize, key: i32) {
        self.note(BASS, key, 62, index, 0.0, BEATS * 0.6);
        if index % 2 == 1 {
            self.note(BASS, key + 7, 48, index, 2.5, 1.2);
        }
    }

    /// A tone or two of five, that never clash with the chords.
    fn melody(&mut self, index: usize, tonic: i32) {
        let tones: [usize; 5] =
            if self.palette.scale == MAJOR { [0, 1, 2, 4, 5] } else { [0, 2, 3, 4, 6] };
        let mut at = self.chance.below(tones.len());
        for beat in [0.0, 1.5, 2.5] {
            if self.chance.is(0.45) {
                let key = tonic + 12 + self.step(tones[at]);
                self.note(MELODY, key.min(86), 54, index, beat, 1.8);
            }
            at = if self.chance.is(0.5) { (at + 1) % tones.len() } else { at.saturating_sub(1) };
        }
    }

    /// A note at `beat` of the bar, for so many beats, as a person would play it: not quite even.
    fn note(&mut self, channel: i32, key: i32, velocity: i32, index: usize, beat: f64, beats: f64) {
        let total = self.bar * f64::from(u32::try_from(self.bars).unwrap_or(u32::MAX));
        let early = if channel == PAD { 0.0 } else { self.chance.between(0.0, 0.014) };
        let start =
            self.bar * (f64::from(u32::try_from(index).unwrap_or(u32::MAX)) + beat / BEATS) + early;
        let end = (start + self.bar * beats / BEATS).min(total);
        #[expect(clippy::cast_possible_truncation, reason = "a few units")]
        let touch = self.chance.between(-5.0, 5.0) as i32;
        if end > start + 0.02 {
            self.notes.push(Note { channel, key, velocity: velocity + touch, start, end });
        }
    }
}

/// Orders in which an arpeggio walks over its chord.
const PATTERNS: [[usize; 8]; 5] = [
    [0, 1, 2, 3, 4, 3, 2, 1],
    [0, 2, 1, 3, 2, 4, 3, 2],
    [0, 2, 4, 2, 3, 2, 4, 2],
    [0, 1, 2, 4, 3, 2, 1, 2],
    [2, 1, 0, 1, 2, 3, 4, 3],
];

/// The inversion of `chord` whose tones are nearest to those of `before`, between G3 and G5.
fn led(chord: &[i32], before: &[i32]) -> Vec<i32> {
    let place = |key: i32| {
        let centre = if before.is_empty() {
            64
        } else {
            before.iter().sum::<i32>() / i32::try_from(before.len()).unwrap_or(1)
        };
        let octaves = [-24, -12, 0, 12, 24].map(|octave| key + octave);
        let near = |key: &i32| {
            let step = before.iter().map(|tone| (tone - key).abs()).min().unwrap_or(0);
            step * 2 + (key - centre).abs()
        };
        octaves.into_iter().filter(|key| (55..=79).contains(key)).min_by_key(near).unwrap_or(key)
    };
    let mut led: Vec<i32> = chord.iter().map(|key| place(*key)).collect();
    led.sort_unstable();
    led.dedup();
    led
}

/// `key` in the bass's octave.
fn low(key: i32) -> i32 {
    36 + (key - 36).rem_euclid(12)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOODS: [Mood; 6] =
        [Mood::Calm, Mood::Warm, Mood::Bright, Mood::Hopeful, Mood::Serious, Mood::Night];

    #[test]
    fn every_note_can_be_played_and_the_piece_ends_in_time() {
        for mood in MOODS {
            for (seconds, seed) in [(3.0, 1), (20.0, 2), (58.0, 3), (300.0, 4)] {
                let score = Score::write(mood, None, seconds, seed);
                assert!(!score.notes.is_empty());
                for note in &score.notes {
                    assert!(
                        (28..=96).contains(&note.key) && (1..=127).contains(&note.velocity),
                        "{note:?}"
                    );
                    assert!(
                        note.start >= 0.0 && note.start < note.end && note.end <= seconds + 1e-9,
                        "{note:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_tempo_gives_way_only_a_little() {
        for seconds in [20.0, 33.3, 60.0, 61.0, 119.0] {
            let score = Score::write(Mood::Calm, Some(90.0), seconds, 7);
            assert!((score.tempo - 90.0).abs() < 8.0, "{}", score.tempo);
        }
    }

    #[test]
    fn a_seed_is_a_piece() {
        let notes = |seed| Score::write(Mood::Warm, None, 40.0, seed).notes;
        assert_eq!(notes(5), notes(5));
        assert_ne!(notes(5), notes(6));
    }

    #[test]
    fn chords_move_little() {
        let first = led(&[60, 64, 67], &[]);
        let second = led(&[67, 71, 74], &first);
        let moved: i32 = first.iter().zip(&second).map(|(a, b)| (a - b).abs()).sum();
        assert!(moved <= 8, "{first:?} {second:?}");
    }
}
