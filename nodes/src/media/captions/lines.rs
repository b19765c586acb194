//! How are spoken words broken into lines that can be read in time?

use crate::media::words::Word;

/// A line of captions: shown from `start` to `end`, its words spoken in between.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) words: Vec<Word>,
}

/// How lines are broken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breaking {
    /// At most so wide, in characters.
    pub(super) width: usize,
    /// Two frames: so long nothing is shown between two lines.
    pub(super) gap: f64,
}

/// A pause of so many seconds ends a line.
const PAUSE: f64 = 0.35;
/// A line is shown at least so long, if the next one lets it.
const SHORTEST: f64 = 0.8;
/// So many characters can be read in a second.
const READABLE: f64 = 17.0;

impl Line {
    pub(super) fn text(&self) -> String {
        self.words.iter().map(|word| word.word.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// The lines of `words`, which are in the film's time.
pub(super) fn lines(words: &[Word], breaking: Breaking) -> Vec<Line> {
    let mut lines = Vec::new();
    for phrase in phrases(words) {
        lines.extend(balanced(phrase, breaking.width).into_iter().map(|words| Line {
            start: words.first().map_or(0.0, |word| word.start),
            end: words.last().map_or(0.0, |word| word.end),
            words,
        }));
    }
    settle(&mut lines, breaking.gap);
    lines
}

/// Stretches without a pause or the end of a sentence inside.
fn phrases(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    words.chunk_by(|word, next| !ends_sentence(&word.word) && next.start - word.end <= PAUSE)
}

fn ends_sentence(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'', '”', '’', ')', ']', '»']);
    word.ends_with(['.', '!', '?', '…', '。', '！', '？', ':']) && !abbreviation(word)
}

/// `e.g.`, `Dr.`, `J.`: a stop after which a sentence goes on.
fn abbreviation(word: &str) -> bool {
    const SHORT: [&str; 12] = [
        "mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "vs.", "no.", "jr.", "sr.", "fig.", "approx.",
    ];
    let letters = word.trim_end_matches('.');
    let initials = letters.split('.').all(|part| part.chars().count() == 1);
    word.ends_with('.')
        && (SHORT.contains(&word.to_lowercase().as_str())
            || (initials && letters.starts_with(char::is_alphabetic) && letters != "I"))
}

/// A phrase in as few lines as it needs, about equally long, none wider than `width` unless one word is.
fn balanced(phrase: &[Word], width: usize) -> Vec<Vec<Word>> {
    let total: usize = phrase.iter().map(|word| columns(&word.word) + 1).sum::<usize>();
    let fewest = total.saturating_sub(1).div_ceil(width.max(1)).max(1);
    // Greedy by an even share; where a share is too narrow to keep the number of lines, by the width.
    let share = total.div_ceil(fewest);
    let even = fill(phrase, width, share);
    if even.len() <= fewest { even } else { fill(phrase, width, width) }
}

/// Fills lines up to `share`, a word that crosses it included, but never beyond `width`.
fn fill(phrase: &[Word], width: usize, share: usize) -> Vec<Vec<Word>> {
    let mut lines: Vec<Vec<Word>> = Vec::new();
    let mut used = 0;
    for word in phrase {
        let wide = columns(&word.word);
        match lines.last_mut() {
            Some(line) if used < share && used + 1 + wide <= width => {
                used += 1 + wide;
                line.push(word.clone());
            }
            _ => {
                used = wide;
                lines.push(vec![word.clone()]);
            }
        }
    }
    lines
}

/// How many columns `text` takes: wide scripts take two each.
fn columns(text: &str) -> usize {
    text.chars()
        .map(|c| if ('\u{1100}'..='\u{115f}').contains(&c) || c >= '\u{2e80}' { 2 } else { 1 })
        .sum()
}

/// Lets each line stand as long as it takes to read, and ends it before the next one starts.
fn settle(lines: &mut [Line], gap: f64) {
    for number in 0..lines.len() {
        let latest = lines.get(number + 1).map_or(f64::INFINITY, |next| next.start - gap);
        let line = &mut lines[number];
        #[expect(clippy::cast_precision_loss, reason = "a line has far fewer characters")]
        let reading = line.text().chars().count() as f64 / READABLE;
        let wished = line.end.max(line.start + reading.max(SHORTEST));
        line.end = wished.min(latest).max(line.start + gap.min(0.05));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words said one after the other, a third of a second each; `|` is a pause of a second.
    fn said(text: &str) -> Vec<Word> {
        let mut at = 0.0;
        let mut words = Vec::new();
        for word in text.split_whitespace() {
            if word == "|" {
                at += 1.0;
                continue;
            }
            words.push(Word { word: word.to_owned(), start: at, end: at + 0.3 });
            at += 1.0 / 3.0;
        }
        words
    }

    fn broken(text: &str, width: usize) -> Vec<String> {
        lines(&said(text), Breaking { width, gap: 2.0 / 30.0 }).iter().map(Line::text).collect()
    }

    #[test]
    fn lines_end_with_sentences_and_pauses_and_are_about_equally_long() {
        insta::assert_snapshot!(
            broken(
                "The river rose in the night. Dr. Smith, who lived by it, had 4.5 hours to move his \
                 books | and he did it alone, e.g. without his brother.",
                40,
            )
            .join("\n"),
            @r"
        The river rose in the night.
        Dr. Smith, who lived by it, had
        4.5 hours to move his books
        and he did it alone, e.g.
        without his brother.
        "
        );
    }

    #[test]
    fn no_line_is_wider_than_allowed_and_no_word_is_lost() {
        let text = "a bb ccc dddd eeeee ffffff ggggggg hhhhhhhh iiiiiiiii jjjjjjjjjj kkkkkkkkkkk "
            .repeat(5);
        for width in 11..60 {
            let lines = broken(&text, width);
            assert!(lines.iter().all(|line| line.len() <= width), "{width}: {lines:?}");
            let words: Vec<&str> = lines.iter().flat_map(|line| line.split(' ')).collect();
            assert!(words.iter().eq(text.split_whitespace().collect::<Vec<_>>().iter()));
        }
    }

    #[test]
    fn a_line_stays_until_it_is_read_but_never_over_the_next() {
        let lines = lines(&said("Yes. No. | Extraordinarily."), Breaking { width: 40, gap: 0.07 });
        let times: Vec<(f64, f64)> = lines
            .iter()
            .map(|line| ((line.start * 100.0).round() / 100.0, (line.end * 100.0).round() / 100.0))
            .collect();
        assert_eq!(times, [(0.0, 0.26), (0.33, 1.13), (1.67, 2.61)]);
    }
}
