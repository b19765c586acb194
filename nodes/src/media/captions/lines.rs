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

/// A phrase in as few lines as it needs, about equally long, broken where the voice would break; none is wider than
/// `width` unless one word is.
fn balanced(phrase: &[Word], width: usize) -> Vec<Vec<Word>> {
    let widths: Vec<usize> = phrase.iter().map(|word| columns(&word.word)).collect();
    let total = widths.iter().sum::<usize>() + widths.len().saturating_sub(1);
    let share = total.div_ceil(total.div_ceil(width.max(1)).max(1));
    // best[n]: what the cheapest way to break the first n words costs, and where its last line starts.
    let mut best = vec![(0, 0)];
    for end in 1..=phrase.len() {
        let mut cheapest = (usize::MAX, end - 1);
        let mut wide = 0;
        for start in (0..end).rev() {
            wide += widths[start] + usize::from(start + 1 < end);
            if wide > width && start + 1 < end {
                break;
            }
            let broken = if end < phrase.len() { after(&phrase[end - 1].word) } else { 0 };
            let cost = best[start].0 + LINE + share.abs_diff(wide).pow(2) + broken;
            if cost < cheapest.0 {
                cheapest = (cost, start);
            }
        }
        best.push(cheapest);
    }
    let mut lines = Vec::new();
    let mut end = phrase.len();
    while end > 0 {
        let start = best[end].1;
        lines.push(phrase[start..end].to_vec());
        end = start;
    }
    lines.reverse();
    lines
}

/// What one more line costs, in squared columns of raggedness.
const LINE: usize = 400;

/// What it costs to end a line after `word`.
fn after(word: &str) -> usize {
    const CLINGING: [&str; 34] = [
        "a", "an", "the", "of", "to", "in", "on", "at", "and", "or", "but", "by", "for", "with",
        "from", "his", "her", "its", "my", "your", "their", "our", "is", "was", "that", "who",
        "which", "as", "than", "dr.", "mr.", "mrs.", "ms.", "no.",
    ];
    if word.ends_with([',', ';', ':', '–', '—']) {
        0
    } else if CLINGING.contains(&word.to_lowercase().as_str()) {
        250
    } else {
        50
    }
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
        Dr. Smith, who lived by it,
        had 4.5 hours to move his books
        and he did it alone,
        e.g. without his brother.
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
