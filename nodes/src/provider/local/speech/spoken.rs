//! What does an English voice read, and which written words does that belong to?
//!
//! The voices know ASCII. Each written word becomes one or more readable tokens, and remembers them, so that captions
//! show the text as it was written.

use crate::media::words::Word;

use super::festival::Token;

/// A text in words, with what is read for each.
#[derive(Debug)]
pub(super) struct Spoken {
    words: Vec<(String, Vec<String>)>,
}

impl Spoken {
    pub(super) fn of(text: &str) -> Self {
        let mut words: Vec<(String, Vec<String>)> = Vec::new();
        for written in text.split_whitespace().flat_map(parts) {
            let read: Vec<String> =
                readable(written).split_whitespace().map(str::to_owned).collect();
            let sounds = written.contains(char::is_alphanumeric)
                || read.iter().any(|t| t.contains(char::is_alphanumeric));
            match words.last_mut() {
                // A lone dash or sign is shown with the word before it.
                Some((last, tokens)) if !sounds => {
                    last.push(' ');
                    last.push_str(written);
                    if let Some(token) =
                        tokens.last_mut().filter(|token| !token.ends_with([',', '.']))
                    {
                        token.push(',');
                    }
                }
                _ if sounds => words.push((written.to_owned(), read)),
                _ => {}
            }
        }
        Self { words }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The written words.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|(written, _)| written.as_str())
    }

    /// What the voice is given to read.
    pub(super) fn ascii(&self) -> String {
        let tokens = self.words.iter().flat_map(|(_, tokens)| tokens).map(String::as_str);
        tokens.collect::<Vec<_>>().join(" ")
    }

    /// The written words with the times of what was read for them; and whether some had to be guessed.
    pub(super) fn timed(&self, said: &[Token], rate: f64, seconds: f64) -> (Vec<Word>, bool) {
        let mut times: Vec<Option<(f64, f64)>> = Vec::with_capacity(self.words.len());
        let mut at = 0;
        for (_, tokens) in &self.words {
            let mut span: Option<(f64, f64)> = None;
            for token in tokens {
                let near = said[at..].iter().take(8).position(|said| same(&said.text, token));
                if let Some(found) = near {
                    let Token { start, end, .. } = said[at + found];
                    at += found + 1;
                    span = Some((span.map_or(start, |(first, _)| first), end));
                }
            }
            times.push(span);
        }
        let estimated = times.iter().any(Option::is_none);
        fill(&mut times, seconds * rate);
        let words = self.words.iter().zip(times).map(|((written, _), time)| {
            let (start, end) = time.unwrap_or_default();
            let start = (start / rate).clamp(0.0, seconds);
            Word {
                word: written.clone(),
                start: thousandths(start),
                end: thousandths((end / rate).clamp(start, seconds)),
            }
        });
        (words.collect(), estimated)
    }
}

/// Spreads words that were not found over the time between their neighbours.
fn fill(times: &mut [Option<(f64, f64)>], seconds: f64) {
    let mut from = 0;
    while let Some(first) = times[from..].iter().position(Option::is_none).map(|at| at + from) {
        let next =
            times[first..].iter().position(Option::is_some).map_or(times.len(), |at| at + first);
        let before = first.checked_sub(1).and_then(|at| times[at]).map_or(0.0, |(_, end)| end);
        let after =
            times.get(next).copied().flatten().map_or(seconds, |(start, _)| start).max(before);
        let count = f64::from(u32::try_from(next - first).unwrap_or(u32::MAX));
        let mut start = before;
        for time in &mut times[first..next] {
            *time = Some((start, start + (after - before) / count));
            start += (after - before) / count;
        }
        from = next;
    }
}

pub(super) fn thousandths(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

fn same(a: &str, b: &str) -> bool {
    let bare = |text: &str| {
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase()
    };
    bare(a) == bare(b)
}

/// A written word, parted after dashes that join two words.
fn parts(word: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some(at) = rest.find(['—', '–']).filter(|at| *at > 0) {
        let after = at + '—'.len_utf8();
        let between_digits = rest[..at].ends_with(|c: char| c.is_ascii_digit())
            && rest[after..].starts_with(|c: char| c.is_ascii_digit());
        if between_digits || after >= rest.len() {
            break;
        }
        parts.push(&rest[..after]);
        rest = &rest[after..];
    }
    parts.push(rest);
    parts
}

/// `word` in ASCII, signs as words.
fn readable(word: &str) -> String {
    let (word, after) = currency(word);
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(c) = letters.next() {
        let next_is_digit = letters.peek().is_some_and(char::is_ascii_digit);
        match c {
            '–' if next_is_digit && out.ends_with(|c: char| c.is_ascii_digit()) => {
                out.push_str(" to ");
            }
            '&' => out.push_str(" and "),
            '+' => out.push_str(" plus "),
            '=' => out.push_str(" equals "),
            '%' => out.push_str(" percent"),
            '@' => out.push_str(" at "),
            '#' if next_is_digit => out.push_str(" number "),
            '°' => out.push_str(" degrees "),
            '×' => out.push_str(" times "),
            '_' | '/' | '~' | '*' | '^' | '|' | '<' | '>' | '\\' | '`' | '#' => out.push(' '),
            c if c.is_ascii() => out.push(c),
            c => out.push_str(folded(c)),
        }
    }
    out.push_str(after);
    out
}

/// A sum of a currency that the voices do not know, with its name behind it.
fn currency(word: &str) -> (&str, &'static str) {
    for (sign, name) in [("€", " euros"), ("£", " pounds"), ("¥", " yen")] {
        if let Some(rest) = word.strip_prefix(sign).or_else(|| word.strip_suffix(sign)) {
            return (rest, name);
        }
    }
    (word, "")
}

/// The ASCII spelling of a letter or mark; nothing for those without one.
fn folded(c: char) -> &'static str {
    const LETTERS: [(&str, &str); 42] = [
        ("àáâãāăą", "a"),
        ("ÀÁÂÃĀĂĄ", "A"),
        ("äæ", "ae"),
        ("ÄÆ", "Ae"),
        ("å", "aa"),
        ("Å", "Aa"),
        ("çćĉċč", "c"),
        ("ÇĆĈĊČ", "C"),
        ("ďđð", "d"),
        ("ĎĐÐ", "D"),
        ("èéêëēĕėęě", "e"),
        ("ÈÉÊËĒĔĖĘĚ", "E"),
        ("ĝğġģ", "g"),
        ("ĜĞĠĢ", "G"),
        ("ĥħ", "h"),
        ("ĤĦ", "H"),
        ("ìíîïĩīĭįı", "i"),
        ("ÌÍÎÏĨĪĬĮİ", "I"),
        ("ĵ", "j"),
        ("ķ", "k"),
        ("ĺļľŀł", "l"),
        ("ĹĻĽĿŁ", "L"),
        ("ñńņňŋ", "n"),
        ("ÑŃŅŇŊ", "N"),
        ("òóôõøōŏő", "o"),
        ("ÒÓÔÕØŌŎŐ", "O"),
        ("öœ", "oe"),
        ("ÖŒ", "Oe"),
        ("ŕŗř", "r"),
        ("ŔŖŘ", "R"),
        ("śŝşšș", "s"),
        ("ŚŜŞŠȘ", "S"),
        ("ß", "ss"),
        ("ţťŧț", "t"),
        ("ŢŤŦȚ", "T"),
        ("ùúûũūŭůűų", "u"),
        ("ÙÚÛŨŪŬŮŰŲ", "U"),
        ("ü", "ue"),
        ("Ü", "Ue"),
        ("ýÿŷ", "y"),
        ("źżž", "z"),
        ("ŹŻŽ", "Z"),
    ];
    match c {
        '‘' | '’' | '‚' | '′' => "'",
        '“' | '”' | '„' | '«' | '»' | '″' => "\"",
        '–' | '‐' | '‑' | '−' => "-",
        '—' => ",",
        '…' => "...",
        '½' => " one half",
        '¼' => " one quarter",
        '¾' => " three quarters",
        '→' => " to ",
        c => LETTERS.iter().find(|(from, _)| from.contains(c)).map_or("", |(_, to)| to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str, start: f64, end: f64) -> Token {
        Token { text: text.to_owned(), start, end }
    }

    #[test]
    fn what_is_read_is_ascii_and_what_is_shown_is_the_text() {
        let spoken = Spoken::of("“Café—now,” she said: 50% of €4.50 – R&D…  — naïve");
        assert_eq!(
            spoken.ascii(),
            "\"Cafe, now,\" she said: 50 percent of 4.50 euros, R and D... naive"
        );
        let words: Vec<&str> = spoken.words().collect();
        assert_eq!(
            words,
            ["“Café—", "now,”", "she", "said:", "50%", "of", "€4.50 –", "R&D… —", "naïve"]
        );
    }

    #[test]
    fn times_find_their_words_even_if_one_is_missing() {
        let spoken = Spoken::of("In 2026, €5 was much.");
        let said = [
            token("In", 0.0, 0.2),
            token("2026,", 0.2, 1.0),
            token("5", 1.2, 1.4),
            token("euros", 1.4, 1.8),
            token("much.", 2.4, 3.0),
        ];
        let (words, estimated) = spoken.timed(&said, 1.0, 3.2);
        assert!(estimated, "`was` has no time of its own");
        let times: Vec<(&str, f64, f64)> =
            words.iter().map(|w| (w.word.as_str(), w.start, w.end)).collect();
        assert_eq!(
            times,
            [
                ("In", 0.0, 0.2),
                ("2026,", 0.2, 1.0),
                ("€5", 1.2, 1.8),
                ("was", 1.8, 2.4),
                ("much.", 2.4, 3.0)
            ]
        );
    }

    #[test]
    fn a_faster_pace_shortens_all_times() {
        let (words, estimated) =
            Spoken::of("Go now").timed(&[token("Go", 0.0, 1.0), token("now", 1.0, 2.0)], 2.0, 1.0);
        assert!(!estimated);
        assert_eq!((words[1].start, words[1].end), (0.5, 1.0));
    }
}
