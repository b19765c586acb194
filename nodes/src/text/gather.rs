//! Which sentences of a document may be narrated?

use std::collections::BTreeSet;

use super::ear::{self, Opening};
use super::rank::Ranking;
use super::sentences;
use crate::document::content::Content;

/// A sentence as it would be said.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub text: String,
    pub section: usize,
    pub paragraph: usize,
    pub words: usize,
    pub opening: Opening,
    /// How much it says of the whole, and how well it sounds; 1 is average.
    pub score: f64,
}

/// The sentences, in the order of the document, and how they relate.
pub(super) struct Gathered {
    pub sentences: Vec<Sentence>,
    pub ranking: Ranking,
}

/// A longer document is thinned: the ends of its paragraphs say less than their beginnings.
const MOST_SENTENCES: usize = 1000;

/// Sections of these names are about the document, not its matter.
const ASIDES: [&str; 38] = [
    "license",
    "licence",
    "contributing",
    "contributors",
    "references",
    "bibliography",
    "table of contents",
    "contents",
    "acknowledgements",
    "acknowledgments",
    "acknowledgement",
    "changelog",
    "see also",
    "external links",
    "footnotes",
    "further reading",
    "about the author",
    "related articles",
    "related",
    "credits",
    "copyright",
    "index",
    "appendix",
    "sources",
    "comments",
    "share",
    "newsletter",
    "badges",
    "funding",
    "citation",
    "citations",
    "works cited",
    "notes",
    "notes and references",
    "references and notes",
    "release notes",
    "disclaimer",
    "version history",
];
/// Paragraphs that begin so stand beside the text.
const BESIDE: [&str; 18] = [
    "figure ",
    "fig. ",
    "table ",
    "photo:",
    "photograph:",
    "image:",
    "image credit",
    "copyright",
    "©",
    "read more",
    "subscribe",
    "sign up",
    "advertisement",
    "all rights reserved",
    "click here",
    "follow us",
    "note:",
    "listing ",
];

pub(super) fn gather(content: &Content, language: &str) -> Gathered {
    let mut keep = usize::MAX;
    let mut found = sentences_of(content, keep);
    while found.len() > MOST_SENTENCES && keep > 1 {
        keep = keep.min(16) / 2;
        found = sentences_of(content, keep);
    }
    if found.len() > MOST_SENTENCES {
        let step = found.len().div_ceil(MOST_SENTENCES);
        found = found.into_iter().step_by(step).collect();
    }
    let texts: Vec<&str> = found.iter().map(|sentence| sentence.text.as_str()).collect();
    let ranking = Ranking::of(&texts, language);
    score(&mut found, &ranking);
    Gathered { sentences: found, ranking }
}

/// At most `keep` sentences of each paragraph. If nothing is fit to be said by the usual standard, short pieces are.
fn sentences_of(content: &Content, keep: usize) -> Vec<Sentence> {
    let of = |least: usize| -> Vec<Sentence> {
        let mut found = Vec::new();
        let mut paragraph_number = 0;
        let mut seen = BTreeSet::new();
        let mut aside = None; // The level of the aside's heading; what stands below it belongs to it.
        for (section, part) in content.sections.iter().enumerate() {
            if let Some(heading) = &part.heading {
                aside = aside.filter(|level| part.level > *level);
                if aside.is_none() && is_aside(heading) {
                    aside = Some(part.level);
                }
            }
            if aside.is_some() {
                continue;
            }
            for paragraph in &part.paragraphs {
                paragraph_number += 1;
                let spoken = of_paragraph(paragraph, least).into_iter().take(keep);
                // What stands twice is said once.
                let spoken = spoken.filter(|text| seen.insert(text.clone()));
                found.extend(spoken.map(|text| Sentence {
                    section,
                    paragraph: paragraph_number,
                    words: ear::word_count(&text),
                    opening: ear::opening(&text),
                    score: 1.0,
                    text,
                }));
            }
        }
        found
    };
    let usual = of(4);
    if usual.is_empty() { of(1) } else { usual }
}

fn is_aside(heading: &str) -> bool {
    let version = heading.trim().trim_start_matches('v');
    if version.contains('.') && version.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return true;
    }
    let bare: String =
        heading.to_lowercase().chars().filter(|c| c.is_alphabetic() || *c == ' ').collect();
    ASIDES.contains(&bare.trim())
}

fn of_paragraph(paragraph: &str, least: usize) -> Vec<String> {
    let (text, item) = match paragraph.strip_prefix("- ") {
        Some(item) => (item, true),
        None => (paragraph, false),
    };
    let lower = text.to_lowercase();
    if BESIDE.iter().any(|start| lower.starts_with(start)) {
        return Vec::new();
    }
    let pieces = sentences::split(text);
    let mut spoken = Vec::new();
    for piece in pieces {
        let closed = piece.trim_end_matches(['"', '”', '’', '\'', ')', ']', '»', '」']);
        let ends = closed.ends_with(['.', '!', '?', '…', '。', '！', '？', ';', '—', '–']);
        let words = ear::word_count(piece);
        // What has no mark at its end was cut off, or is a label; an entry of a list may do without.
        let label = !ends && (!item || words < 5) && least > 1;
        let wide = piece.contains(|c: char| c > '\u{2e80}');
        if label || (words < least && !wide) || is_legal(piece) {
            continue;
        }
        spoken.extend(ear::spoken(piece));
    }
    spoken
}

/// Terms, which are about the document.
fn is_legal(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    ["licensed under", "all rights reserved", "read more about", "pull request"]
        .iter()
        .any(|term| lower.contains(term))
}

/// Whether a sentence speaks of what only a reader sees.
fn points_elsewhere(sentence: &str) -> bool {
    let lower = format!(" {} ", sentence.to_lowercase());
    [" table", " figure", " listing", " below", " following", " above", " screenshot"]
        .iter()
        .any(|word| lower.contains(word))
}

fn score(sentences: &mut [Sentence], ranking: &Ranking) {
    let mut last_section = None;
    for (index, sentence) in sentences.iter_mut().enumerate() {
        let first_of_section = last_section.replace(sentence.section) != Some(sentence.section);
        let place = match index {
            0 => 1.25,
            1 | 2 => 1.1,
            _ if first_of_section => 1.1,
            _ => 1.0,
        };
        let words = f64::from(u32::try_from(sentence.words).unwrap_or(u32::MAX));
        let longest = f64::from(u32::try_from(ear::LONGEST).unwrap_or(u32::MAX));
        let length = match sentence.words {
            0..=4 => 0.4,
            5..=7 => 0.75,
            words_now if words_now > ear::LONGEST + 14 => 0.05,
            words_now if words_now > ear::LONGEST => (longest / words).powi(2) * 0.7,
            _ => 1.0,
        };
        let has = |c: char| sentence.text.contains(c);
        let number = if sentence.text.contains(|c: char| c.is_ascii_digit()) { 1.05 } else { 1.0 };
        let quoted = if has('"') || has('“') { 0.85 } else { 1.0 };
        let elsewhere = if points_elsewhere(&sentence.text) { 0.4 } else { 1.0 };
        let question = if has('?') { 0.8 } else { 1.0 };
        sentence.score =
            ranking.rank[index] * place * length * number * quoted * question * elsewhere;
    }
}
