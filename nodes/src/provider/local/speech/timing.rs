//! When is which word spoken, if the voice does not tell?
//!
//! The pauses of the sound are found, the long ones matched with the marks of the text, and the words between two
//! pauses spread by how long they are to say.

use std::path::Path;

use flow_engine::kind::{Class, Failure};

use crate::media::words::Word;

use super::spoken::thousandths;

/// A voice's sound, as far as times need it.
#[derive(Debug)]
pub(super) struct Sound {
    pub seconds: f64,
    /// Where something is heard, in order.
    runs: Vec<(f64, f64)>,
}

/// How loud a voice is at least, as a part of full scale: about −42 dB.
const QUIET: f64 = 0.008;
/// Shorter gaps are stops inside words.
const SHORTEST_PAUSE: f64 = 0.12;
const WINDOW: f64 = 0.01;

impl Sound {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let unreadable = |error: hound::Error| {
            Failure::new(Class::Output, format!("the voice's sound cannot be read: {error}"))
        };
        let reader = hound::WavReader::open(path).map_err(unreadable)?;
        let rate = f64::from(reader.spec().sample_rate);
        let samples: Vec<i16> =
            reader.into_samples().collect::<Result<_, _>>().map_err(unreadable)?;
        Ok(Self::of(&samples, rate))
    }

    fn of(samples: &[i16], rate: f64) -> Self {
        let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let window = ((rate * WINDOW) as usize).max(1);
        let mut runs: Vec<(f64, f64)> = Vec::new();
        for (index, part) in samples.chunks(window).enumerate() {
            let power: f64 = part.iter().map(|s| (f64::from(*s) / 32768.0).powi(2)).sum::<f64>()
                / count(part.len());
            if power.sqrt() < QUIET {
                continue;
            }
            let start = count(index * window) / rate;
            let end = count(index * window + part.len()) / rate;
            match runs.last_mut() {
                Some((_, last)) if start - *last < SHORTEST_PAUSE => *last = end,
                _ => runs.push((start, end)),
            }
        }
        let seconds = count(samples.len()) / rate;
        if runs.is_empty() {
            runs.push((0.0, seconds));
        }
        Self { seconds, runs }
    }
}

/// The words with the times at which they are probably spoken.
pub(super) fn estimate<'a>(words: impl Iterator<Item = &'a str>, sound: &Sound) -> Vec<Word> {
    let words: Vec<&str> = words.collect();
    let phrases = phrases(&words);
    let runs = matched(&sound.runs, &phrases);
    let mut timed = Vec::with_capacity(words.len());
    for (phrase, (start, end)) in phrases.iter().zip(runs) {
        let total: f64 = phrase.iter().map(|word| length(word)).sum();
        let mut at = start;
        for word in phrase {
            let next = at + (end - start) * length(word) / total;
            timed.push(Word {
                word: (*word).to_owned(),
                start: thousandths(at),
                end: thousandths(next),
            });
            at = next;
        }
    }
    timed
}

/// Words up to a mark at which a voice pauses.
fn phrases<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut phrases: Vec<Vec<&str>> = Vec::new();
    let mut open = true;
    for word in words {
        if std::mem::take(&mut open) {
            phrases.push(Vec::new());
        }
        if let Some(phrase) = phrases.last_mut() {
            phrase.push(*word);
        }
        open = word
            .trim_end_matches(['"', '”', '\'', '’', ')'])
            .ends_with(['.', ',', ';', ':', '!', '?', '…', '—', '–']);
    }
    phrases
}

/// The stretch of sound of each phrase: pauses are dropped or phrases parted at where their lengths put them.
fn matched(runs: &[(f64, f64)], phrases: &[Vec<&str>]) -> Vec<(f64, f64)> {
    let lengths: Vec<f64> =
        phrases.iter().map(|phrase| phrase.iter().map(|word| length(word)).sum()).collect();
    let sounding: f64 = runs.iter().map(|(start, end)| end - start).sum();
    let total: f64 = lengths.iter().sum();
    // Where each phrase would end if the voice kept one pace, counted in sounding time.
    let mut ends = Vec::with_capacity(lengths.len());
    let mut said = 0.0;
    for length in &lengths {
        said += length / total * sounding;
        ends.push(said);
    }
    let mut borders = Vec::with_capacity(runs.len());
    let mut heard = 0.0;
    for (start, end) in runs {
        heard += end - start;
        borders.push(heard);
    }
    snap(&mut ends, &borders, (sounding / total * 12.0).max(0.35));
    let mut stretches = Vec::with_capacity(lengths.len());
    let mut from: f64 = 0.0;
    for end in ends {
        let end = end.max(from);
        stretches.push((placed(runs, from, Edge::Start), placed(runs, end, Edge::End)));
        from = end;
    }
    stretches
}

/// Moves each pause's nearest end to the pause, if it is near: no pause is the end of two phrases.
fn snap(ends: &mut [f64], pauses: &[f64], tolerance: f64) {
    let unmoved = ends.to_vec();
    let distance = |end: usize, pause: f64| (unmoved[end] - pause).abs();
    let mut moved: Vec<Option<f64>> = vec![None; ends.len()];
    for pause in pauses {
        let nearest =
            (0..ends.len()).min_by(|a, b| distance(*a, *pause).total_cmp(&distance(*b, *pause)));
        let Some(nearest) = nearest.filter(|end| distance(*end, *pause) < tolerance) else {
            continue;
        };
        if moved[nearest].is_none_or(|other| distance(nearest, *pause) < distance(nearest, other)) {
            moved[nearest] = Some(*pause);
        }
    }
    for (end, moved) in ends.iter_mut().zip(moved) {
        *end = moved.unwrap_or(*end);
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Edge {
    Start,
    End,
}

/// The moment at which so much sounding time has passed: behind a pause for a start, before it for an end.
fn placed(runs: &[(f64, f64)], sounding: f64, edge: Edge) -> f64 {
    let mut left = sounding;
    for (start, end) in runs {
        let length = end - start;
        let inside = match edge {
            Edge::Start => left < length - 1e-9,
            Edge::End => left <= length + 1e-9,
        };
        if inside {
            return start + left.max(0.0);
        }
        left -= length;
    }
    runs.last().map_or(0.0, |(_, end)| *end)
}

/// How long a word is to say, in letters; a digit is a word of its own.
fn length(word: &str) -> f64 {
    let letters = word.chars().map(|c| match c {
        '0'..='9' => 4.0,
        '$' | '€' | '£' | '%' => 6.0,
        c if c > '\u{2e80}' => 3.0,
        c if c.is_alphabetic() => 1.0,
        _ => 0.0,
    });
    letters.sum::<f64>() + 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sound where `loud` says so, at 1 kHz.
    fn sound(loud: &[(u32, u32)], length: u32) -> Sound {
        let samples: Vec<i16> =
            (0..length)
                .map(|ms| {
                    if loud.iter().any(|(from, to)| (*from..*to).contains(&ms)) { 8000 } else { 0 }
                })
                .collect();
        Sound::of(&samples, 1000.0)
    }

    #[test]
    fn pauses_are_found_and_stops_inside_words_are_not() {
        let sound = sound(&[(100, 500), (550, 900), (1400, 2000)], 2200);
        assert_eq!(sound.runs, [(0.1, 0.9), (1.4, 2.0)]);
        assert!((sound.seconds - 2.2).abs() < 1e-9);
    }

    #[test]
    fn words_lie_between_the_pauses_that_their_marks_ask_for() {
        let sound = sound(&[(200, 1000), (1500, 2300)], 2500);
        let words = estimate(["One", "two,", "three", "for."].into_iter(), &sound);
        assert_eq!((words[0].start, words[1].end), (0.2, 1.0));
        assert_eq!((words[2].start, words[3].end), (1.5, 2.3));
        assert!(words.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    #[test]
    fn words_follow_each_other_whatever_the_pauses() {
        let loud: Vec<(u32, u32)> = (0..9).map(|n| (n * 400 + n * n * 3, n * 400 + 250)).collect();
        let text = "A, b, c. Many words in this phrase, d, e; f. And $4.50 for 1,200 of them, g!";
        let words = estimate(text.split(' '), &sound(&loud, 4000));
        assert!(words.iter().all(|word| word.start <= word.end), "{words:?}");
        assert!(words.windows(2).all(|pair| pair[0].end <= pair[1].start + 1e-9), "{words:?}");
    }

    #[test]
    fn silence_still_gives_times() {
        let words = estimate(["One", "two"].into_iter(), &sound(&[], 1000));
        assert!(words[1].end <= 1.0 && words[1].start > 0.0);
    }
}
