//! How are spoken words timed as subtitles, in the `SubRip` format?

use std::fmt::Write;

use super::Script;
use super::wording::count;
use crate::vrd::seconds::Seconds;

/// The longest line, in characters.
const WIDTH: usize = 42;

/// A line of speech on screen.
struct Cue {
    start: Seconds,
    end: Seconds,
    text: String,
}

/// The spoken words of `script` as `SubRip`.
pub fn write(script: &Script) -> String {
    let mut text = String::new();
    for (index, cue) in cues(script).iter().enumerate() {
        let blank = if index > 0 { "\n" } else { "" };
        let _ = write!(
            text,
            "{blank}{}\n{} --> {}\n{}\n",
            index + 1,
            moment(cue.start),
            moment(cue.end),
            cue.text
        );
    }
    text
}

/// Each beat's words over the beat's time, cut at sentences, by their number of words.
fn cues(script: &Script) -> Vec<Cue> {
    let mut cues = Vec::new();
    for (start, beat) in script.timed() {
        let spoken = beat.script.dialogue.as_ref().or(beat.script.voiceover.as_ref());
        let pieces = spoken.map(|text| pieces(text)).unwrap_or_default();
        let words: usize = pieces.iter().map(|piece| count(piece)).sum();
        let mut before = 0;
        let at = |words_before: usize| {
            let share = u64::from(beat.duration_seconds.millis())
                * u64::try_from(words_before).unwrap_or(0);
            let millis = share / u64::try_from(words.max(1)).unwrap_or(1);
            start + Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX))
        };
        for piece in pieces {
            let after = before + count(&piece);
            cues.push(Cue { start: at(before), end: at(after), text: lines(&piece) });
            before = after;
        }
    }
    cues
}

/// Sentences joined as long as two lines hold them; longer ones cut between words.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for sentence in sentences(text) {
        match pieces.last_mut() {
            Some(last) if last.len() + sentence.len() < WIDTH => {
                last.push(' ');
                last.push_str(&sentence);
            }
            _ => pieces.extend(cut(&sentence, WIDTH * 2 - 6)),
        }
    }
    pieces
}

/// The sentences of `text`.
pub fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut words: Vec<&str> = Vec::new();
    for word in text.split_whitespace() {
        words.push(word);
        if word.ends_with(['.', '!', '?', '…']) {
            sentences.push(words.join(" "));
            words.clear();
        }
    }
    if !words.is_empty() {
        sentences.push(words.join(" "));
    }
    sentences
}

fn cut(sentence: &str, width: usize) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for word in sentence.split_whitespace() {
        match pieces.last_mut() {
            Some(last) if last.chars().count() + 1 + word.chars().count() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => pieces.push(word.to_owned()),
        }
    }
    pieces
}

fn lines(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    let half = text.chars().count().div_ceil(2) + 4;
    cut(text, half.max(1)).join("\n")
}

fn moment(at: Seconds) -> String {
    let millis = at.millis();
    let seconds = millis / 1000;
    format!(
        "{:02}:{:02}:{:02},{:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60,
        millis % 1000
    )
}
