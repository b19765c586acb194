//! Which lines of the pages belong together?

use std::collections::{BTreeMap, BTreeSet};

use super::super::content::Block;
use super::lines::Line;

/// Type this much larger than the body's is a heading's.
const LARGER: f64 = 1.12;
const LONGEST_HEADING: usize = 14;

/// Headings and paragraphs, in reading order.
pub(super) fn of(mut pages: Vec<Vec<Line>>) -> Vec<Block> {
    drop_furniture(&mut pages);
    let measure = Measure::of(&pages);
    let words = vocabulary(&pages);
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Line> = None;
    for line in pages.into_iter().flatten() {
        if let Some(level) = measure.heading(&line, open.as_ref()) {
            heading(&mut blocks, level, &line, open.as_ref());
        } else {
            let text = unmarked(&line.text);
            let goes_on =
                text == line.text && open.as_ref().is_some_and(|last| measure.goes_on(last, &line));
            match blocks.last_mut() {
                Some(Block::Paragraph(paragraph)) if goes_on => join(paragraph, &text, &words),
                _ => blocks.push(Block::Paragraph(text)),
            }
        }
        open = Some(line);
    }
    blocks
}

/// A heading broken over two lines is one.
fn heading(blocks: &mut Vec<Block>, level: u8, line: &Line, last: Option<&Line>) {
    let close = |last: &Line| {
        (last.size - line.size).abs() < 0.5 && last.y > line.y && last.y - line.y < line.size * 1.8
    };
    match blocks.last_mut() {
        Some(Block::Heading { level: of, text }) if *of == level && last.is_some_and(close) => {
            text.push(' ');
            text.push_str(&line.text);
        }
        _ => blocks.push(Block::Heading { level, text: line.text.clone() }),
    }
}

/// Removes page numbers, and what repeats at the top or bottom of pages.
fn drop_furniture(pages: &mut [Vec<Line>]) {
    let at_edge = |line: &Line| line.height > 0.9 || line.height < 0.1;
    let shape = |line: &Line| -> String {
        line.text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect()
    };
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for page in pages.iter() {
        let shapes: BTreeSet<String> =
            page.iter().filter(|line| at_edge(line)).map(shape).collect();
        for shape in shapes {
            *seen.entry(shape).or_default() += 1;
        }
    }
    let often = (pages.len() / 3).clamp(2, 5);
    for page in pages.iter_mut() {
        page.retain(|line| {
            let repeats = pages_with(&seen, &shape(line)) >= often;
            let furniture = at_edge(line) && (repeats || is_page_number(&line.text));
            !furniture && !is_of_contents(&line.text)
        });
    }
}

/// A line of a table of contents: dots lead to a page number.
fn is_of_contents(text: &str) -> bool {
    text.matches(". .").count() >= 3 || text.contains(".....")
}

fn pages_with(seen: &BTreeMap<String, usize>, shape: &str) -> usize {
    seen.get(shape).copied().unwrap_or(0)
}

fn is_page_number(text: &str) -> bool {
    let text = text.to_lowercase();
    let text = text.trim_matches(['-', '–', '—', ' ', '[', ']', '|']);
    let text = text.trim_start_matches("page").trim();
    let mut parts = text.split(" of ").flat_map(|part| part.split('/'));
    let roman = |part: &str| {
        !part.is_empty() && part.len() < 6 && part.chars().all(|c| "ivxlc".contains(c))
    };
    parts.all(|part| {
        let part = part.trim();
        roman(part)
            || (!part.is_empty() && part.len() < 5 && part.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// The sizes that most of the text has.
struct Measure {
    body: f64,
    leading: f64,
    /// Sizes of headings, the largest first.
    sizes: Vec<f64>,
}

impl Measure {
    fn of(pages: &[Vec<Line>]) -> Self {
        let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
        let mut gaps: BTreeMap<u64, usize> = BTreeMap::new();
        for page in pages {
            for line in page {
                *sizes.entry(halves(line.size)).or_default() += line.text.len();
            }
            for pair in page.windows(2) {
                let gap = pair[0].y - pair[1].y;
                if gap > pair[0].size * 0.8 && gap < pair[0].size * 2.6 {
                    *gaps.entry(halves(gap)).or_default() += 1;
                }
            }
        }
        let most = |counts: &BTreeMap<u64, usize>| {
            counts.iter().max_by_key(|(_, count)| **count).map(|(size, _)| points(*size))
        };
        let body = most(&sizes).unwrap_or(10.0).max(1.0);
        let larger = sizes.keys().rev().map(|size| points(*size)).filter(|s| *s > body * LARGER);
        Self { body, leading: most(&gaps).unwrap_or(body * 1.2), sizes: larger.collect() }
    }

    fn heading(&self, line: &Line, last: Option<&Line>) -> Option<u8> {
        let words = line.text.split_whitespace().count();
        let letters = line.text.chars().filter(|c| c.is_alphabetic()).count();
        if words > LONGEST_HEADING || letters < 3 || line.text.ends_with([',', ';']) {
            return None;
        }
        if line.size > self.body * LARGER {
            let size = points(halves(line.size));
            let rank = self.sizes.iter().position(|s| *s <= size + 0.01).unwrap_or(0);
            return u8::try_from(rank + 1).ok().map(|level| level.min(6));
        }
        let apart = last.is_none_or(|last| {
            let gap = last.y - line.y;
            gap < 0.0 || gap > self.leading * 1.2
        });
        let ends = line.text.ends_with(['.', ':', '!', '?']);
        let level = u8::try_from(self.sizes.len().min(4) + 1).unwrap_or(5);
        let known = [
            "Abstract",
            "Introduction",
            "Conclusion",
            "Conclusions",
            "References",
            "Acknowledgements",
        ];
        let named = known.contains(&line.text.trim_end_matches('.'));
        let capitals = words > 1 && !line.text.chars().any(char::is_lowercase);
        (apart && (named || !ends && (is_numbered(&line.text) || capitals))).then_some(level)
    }

    /// Whether `line` belongs to the paragraph that `last` is in.
    fn goes_on(&self, last: &Line, line: &Line) -> bool {
        let sentence_ended = last.text.ends_with(['.', '!', '?', ':', '"', '”', ')']);
        let gap = last.y - line.y;
        let next_column = gap < 0.0 || gap > self.leading * 8.0;
        let sizes_differ = (last.size - line.size).abs() > self.body * LARGER - self.body;
        if next_column {
            return !sentence_ended && !sizes_differ;
        }
        let indented =
            line.left > last.left + self.body * 0.7 && line.left < last.left + self.body * 5.0;
        let far = gap > self.leading * 1.35;
        !(far || sizes_differ || indented && sentence_ended)
    }
}

/// A size in half points, so that equal type counts as equal.
fn halves(size: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range"
    )]
    let halves = (size * 2.0).round().clamp(0.0, 100_000.0) as u64;
    halves
}

fn points(halves: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most 100 000")]
    let points = halves as f64 / 2.0;
    points
}

/// `2 Methods`, `3.1 Data`, `IV. Results`.
fn is_numbered(text: &str) -> bool {
    let Some((number, rest)) = text.split_once(' ') else {
        return false;
    };
    let digits = number.trim_end_matches('.');
    let decimal = !digits.is_empty()
        && digits.len() < 8
        && digits
            .split('.')
            .all(|part| (1..3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
    let roman =
        number.ends_with('.') && !digits.is_empty() && digits.chars().all(|c| "IVX".contains(c));
    (decimal || roman) && rest.starts_with(char::is_uppercase)
}

/// A bullet becomes the mark of a list entry.
fn unmarked(text: &str) -> String {
    let item = ["• ", "◦ ", "▪ ", "● ", "– "].iter().find_map(|mark| text.strip_prefix(mark));
    item.map_or_else(|| text.to_owned(), |item| format!("- {}", item.trim_start()))
}

fn vocabulary(pages: &[Vec<Line>]) -> BTreeSet<String> {
    let words = pages.iter().flatten().flat_map(|line| line.text.split_whitespace());
    words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()).collect()
}

/// Puts `next` behind `paragraph`, and a word together that a line's end had parted.
fn join(paragraph: &mut String, next: &str, words: &BTreeSet<String>) {
    let parted = paragraph.ends_with('-')
        && paragraph.chars().rev().nth(1).is_some_and(char::is_alphabetic)
        && next.starts_with(char::is_lowercase);
    if !parted {
        if !paragraph.ends_with(['-', '–', '—', '/']) {
            paragraph.push(' ');
        }
        paragraph.push_str(next);
        return;
    }
    let before = paragraph.rsplit(' ').next().unwrap_or_default();
    let after = next.split(' ').next().unwrap_or_default();
    let bare = |text: String| text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let hyphenated = bare(format!("{before}{after}"));
    let joined = bare(format!("{}{after}", before.trim_end_matches('-')));
    // The file itself tells which spelling it uses elsewhere.
    if words.contains(&joined) || !words.contains(&hyphenated) {
        paragraph.pop();
    }
    paragraph.push_str(next);
}
