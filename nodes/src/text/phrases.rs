//! What is a scene about, in a few words?
//!
//! Runs of content words, scored by how often and in how long runs their words occur (RAKE); and the number that
//! stands out.

use std::collections::BTreeMap;

use super::rank::is_stop_word;

const LONGEST: usize = 3;

/// The key phrases of `text` as written there, the best first.
pub(super) fn key(text: &str, language: &str) -> Vec<String> {
    let runs = runs(text, language);
    let mut counts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for run in &runs {
        for word in run {
            let (count, degree) = counts.entry(word.to_lowercase()).or_default();
            *count += 1.0;
            *degree += f64::from(u32::try_from(run.len()).unwrap_or(1));
        }
    }
    let begins: Vec<&str> = text
        .split(['.', '!', '?', '"', '“'])
        .filter_map(|part| part.split_whitespace().next())
        .collect();
    let starts_sentence = |word: &str| begins.contains(&word);
    let score = |run: &[&str]| -> f64 {
        let worth = |word: &&str| {
            let (count, degree) = counts[&word.to_lowercase()];
            let name = if word.starts_with(char::is_uppercase) { 1.3 } else { 1.0 };
            // Repeated words tell the topic; long ones tell more than short ones.
            name * degree / count * count.sqrt() * if word.chars().count() > 4 { 1.0 } else { 0.6 }
        };
        // One word with a capital may only begin a sentence.
        let lone =
            run.len() == 1 && run[0].starts_with(char::is_uppercase) && starts_sentence(run[0]);
        run.iter().map(worth).sum::<f64>() * if lone { 0.4 } else { 1.0 }
    };
    let mut scored: Vec<(f64, String)> = Vec::new();
    for run in &runs {
        let phrase = run.join(" ");
        if phrase.chars().filter(|c| c.is_alphabetic()).count() >= 3
            && !scored.iter().any(|(_, known)| known.eq_ignore_ascii_case(&phrase))
        {
            scored.push((score(run), phrase));
        }
    }
    // A stable sort: equals stay in the order of the text.
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.into_iter().map(|(_, phrase)| phrase).collect()
}

/// Runs of content words between stop words, verbs and marks, cut to [`LONGEST`] words.
fn runs<'a>(text: &'a str, language: &str) -> Vec<Vec<&'a str>> {
    let mut runs = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut before = String::new();
    for word in text.split_whitespace() {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let lower = bare.to_lowercase();
        let number = bare.starts_with(|c: char| c.is_ascii_digit());
        let parts = bare.is_empty() || number || is_stop_word(&lower, language) || is_action(bare);
        if parts || !word.starts_with(bare) {
            close(&mut open, &before, &lower, &mut runs);
        }
        if parts {
            before = lower;
            continue;
        }
        open.push(bare);
        if !word.ends_with(bare) {
            close(&mut open, &before, "", &mut runs);
            before.clear();
        }
    }
    close(&mut open, &before, "", &mut runs);
    runs
}

/// Ends a run between two words: what follows a pronoun, or stands in front of an article, is a verb.
fn close<'a>(open: &mut Vec<&'a str>, before: &str, after: &str, runs: &mut Vec<Vec<&'a str>>) {
    let verb_first = matches!(
        before,
        "that"
            | "which"
            | "who"
            | "to"
            | "it"
            | "he"
            | "she"
            | "they"
            | "we"
            | "you"
            | "i"
            | "will"
            | "can"
            | "not"
    );
    let verb_last = matches!(
        after,
        "the"
            | "a"
            | "an"
            | "his"
            | "her"
            | "its"
            | "their"
            | "it"
            | "them"
            | "him"
            | "that"
            | "how"
            | "whether"
    );
    if verb_first && !open.is_empty() && open[0].starts_with(char::is_lowercase) {
        open.remove(0);
    }
    if verb_last && open.len() > 1 {
        open.pop();
    }
    if !open.is_empty() {
        let from = open.len().saturating_sub(LONGEST);
        runs.push(open.split_off(from));
    }
    open.clear();
}

/// Verbs of the past that no ending gives away.
const PAST: &str = " ran broke rang came took stood struck hung fell rose lost found knew saw heard thought told left kept held \
    gave went got began brought built bought sent spent met paid led wrote grew threw drew flew sat lay put set let won sang \
    spoke drove chose felt meant closed ";

/// Whether `word` says what happens rather than what there is.
fn is_action(word: &str) -> bool {
    let lower = word.to_lowercase();
    let ends = |end: &str, least: usize| lower.len() > least && lower.ends_with(end);
    ends("ly", 4)
        || ends("ed", 4)
        || ends("ing", 5) && word.starts_with(char::is_lowercase)
        || PAST.contains(&format!(" {lower} "))
}

/// The number that stands out in `text`, with its unit: `40 %`, `$4.5 million`, `1,200`.
pub(super) fn number(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut best: Option<(u32, String)> = None;
    for (at, word) in words.iter().enumerate() {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '$' | '€' | '£' | '%'));
        if !bare.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let digits = bare.trim_matches(['$', '€', '£', '%']);
        if !digits.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
            continue;
        }
        let next = words
            .get(at + 1)
            .map_or("", |next| next.trim_matches(|c: char| !c.is_alphanumeric() && c != '%'));
        let unit = match next {
            "percent" | "per" | "%" => " %",
            "million" => " million",
            "billion" => " billion",
            "thousand" => " thousand",
            _ => "",
        };
        let year =
            digits.len() == 4 && unit.is_empty() && bare == digits && !digits.contains(['.', ',']);
        let worth = match () {
            () if bare.contains('%') || unit == " %" => 5,
            () if bare.contains(['$', '€', '£']) || !unit.is_empty() => 4,
            () if year => 1,
            // A version, or a measure without its unit.
            () if digits.contains('.') => 0,
            () if digits.len() > 2 => 3,
            () => 0,
        };
        if worth > best.as_ref().map_or(0, |(worth, _)| *worth) {
            let bare = bare.replace('%', " %");
            best = Some((worth, format!("{bare}{unit}").trim().to_owned()));
        }
    }
    best.map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phrase_that_recurs_comes_first() {
        let text = "The harbour master waited. Ice closed the harbour, and the harbour master rang the bell slowly.";
        assert_eq!(key(text, "en")[0], "harbour master");
    }

    #[test]
    fn the_striking_number_is_taken_with_its_unit() {
        let check =
            |text, expect: Option<&str>| assert_eq!(number(text).as_deref(), expect, "{text}");
        check("In 2024 it grew by 40 percent, or $3.", Some("40 %"));
        check("They paid $4.5 million in 2019.", Some("$4.5 million"));
        check("Some 1,200 boats came.", Some("1,200"));
        check("Version 2 of it.", None);
        check("It needs Rust 1.95 now.", None);
    }
}
