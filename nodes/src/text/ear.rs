//! How does a written sentence read aloud?
//!
//! What only an eye can use goes: addresses, citations, brackets, marks. Long sentences are parted where both halves
//! stand alone. Words are left out, never put in; what cannot be made to sound right is refused.

/// More words than this are hard to follow by ear.
pub(super) const LONGEST: usize = 28;

/// Words that lean on the sentence before, with the words after which they may simply be left out.
const LINKS: [&str; 22] = [
    "however",
    "therefore",
    "thus",
    "moreover",
    "furthermore",
    "in addition",
    "additionally",
    "for example",
    "for instance",
    "hence",
    "nevertheless",
    "nonetheless",
    "instead",
    "likewise",
    "similarly",
    "meanwhile",
    "also",
    "in fact",
    "of course",
    "as a result",
    "consequently",
    "in other words",
];
const POINTERS: [&str; 14] = [
    "this", "these", "those", "such", "that", "both", "here", "it", "he", "she", "they", "its",
    "their", "them",
];
const AUXILIARIES: &str = " is are was were be been has have had can could will would shall should may might must does do \
    did says said makes made gets got goes went takes took gives gave needs wants keeps kept found ran runs came comes ";

/// What the sentence before must give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// Nothing: it can stand first.
    Free,
    /// It points back, and is poorer without the sentence before.
    Pointing,
    /// It makes no sense without the sentence before.
    Leaning,
}

/// The sentences that `written` makes for a listener; none, if it cannot be read aloud.
pub(super) fn spoken(written: &str) -> Vec<String> {
    let Some(text) = without_brackets(written) else {
        return Vec::new();
    };
    let text = words_of_signs(&text);
    if is_code(&text) || text.trim_end().ends_with(':') {
        return Vec::new();
    }
    let text = balanced(&text);
    let long = word_count(&text) > LONGEST || text.contains(';');
    let parts = if long { parted(&text) } else { vec![text] };
    parts.into_iter().filter_map(|part| finished(&part)).collect()
}

pub(super) fn word_count(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

/// How `sentence` leans on the one before it.
pub(super) fn opening(sentence: &str) -> Opening {
    let lower = sentence.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    // A quotation without the words that say whose it is.
    if sentence.starts_with(['"', '“']) && sentence.ends_with(['"', '”']) {
        return Opening::Leaning;
    }
    let starts = |word: &&str| {
        lower.strip_prefix(*word).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    if LINKS.iter().any(starts)
        || ["but", "and", "so", "yet", "or", "nor", "then"].iter().any(starts)
    {
        return Opening::Leaning;
    }
    if POINTERS.iter().any(starts) {
        let second = lower.split_whitespace().nth(1).unwrap_or_default();
        // "This is …" says less without its past than "This paper shows …".
        let bare = AUXILIARIES.contains(&format!(" {second} "));
        return if bare && !lower.starts_with("here") {
            Opening::Leaning
        } else {
            Opening::Pointing
        };
    }
    Opening::Free
}

/// `sentence` without the word that ties it to the one before; none, if it has no such word that may go.
pub(super) fn untied(sentence: &str) -> Option<String> {
    let lower = sentence.to_lowercase();
    let rest = LINKS.iter().find_map(|link| lower.strip_prefix(link)?.strip_prefix(", ")).or_else(
        || {
            ["but ", "and ", "so ", "yet ", "but, ", "and, "]
                .iter()
                .find_map(|link| lower.strip_prefix(link))
        },
    )?;
    // By length from the end: lower case may be of another length than the text.
    let rest = sentence.get(sentence.len().checked_sub(rest.len())?..)?;
    let rest = capitalised(rest);
    (opening(&rest) == Opening::Free && word_count(&rest) >= 5).then_some(rest)
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `text` without what stands in brackets; none, if they do not match.
fn without_brackets(text: &str) -> Option<String> {
    let text = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    (depth == 0).then(|| tidy(&out))
}

/// Signs and short forms as the words that a reader would say.
fn words_of_signs(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let bare = word.trim_end_matches([',', ';']);
        let tail = &word[bare.len()..];
        let said = match bare.to_lowercase().as_str() {
            "e.g." | "e.g" | "eg." => "for example",
            "i.e." | "i.e" | "ie." => "that is",
            "etc." | "etc" => "and so on",
            "vs." | "vs" => "versus",
            "w/o" => "without",
            "w/" => "with",
            "&" => "and",
            _ => "",
        };
        match said {
            "" => words.push(word.chars().filter(|c| !is_ornament(*c)).collect()),
            said => words.push(format!("{said}{tail}")),
        }
    }
    // The dot of a short form may have been the sentence's as well.
    let mut text = tidy(&words.join(" "));
    if text.ends_with("and so on") {
        text.push('.');
    }
    text
}

fn is_ornament(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x1F000..=0x1FAFF | 0xFE0F | 0x200D | 0x2B50)
        || matches!(c, '*' | '`' | '†' | '‡' | '®' | '™' | '©' | '•' | '¹' | '²' | '³')
}

fn tidy(text: &str) -> String {
    let mut text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in [",", ".", ";", ":", "!", "?"] {
        text = text.replace(&format!(" {mark}"), mark);
    }
    text.replace(",,", ",").replace(",.", ".")
}

/// Whether `text` holds what nobody would say: addresses, code, formulas, tables of dots.
fn is_code(text: &str) -> bool {
    let sign = |c: char| {
        matches!(
            c,
            '<' | '>'
                | '='
                | '|'
                | '\\'
                | '{'
                | '}'
                | '→'
                | '←'
                | '⇒'
                | '∑'
                | '∈'
                | '≤'
                | '≥'
                | '^'
                | '~'
                | '⃝'
        )
    };
    let odd = |word: &str| {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '/' | '_' | '.'));
        word.contains("://")
            || word.starts_with("www.")
            || word.contains("::")
            || bare.starts_with("--")
            || bare.contains('_')
            || bare.matches('/').count() > 1
            || bare.ends_with('/')
            || (bare.starts_with('/') || bare.starts_with("./")) && bare.len() > 2
            || word.contains('@') && word.contains('.')
            || word.starts_with('$') && word[1..].starts_with(|c: char| !c.is_ascii_digit())
    };
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    text.contains(sign)
        || text.contains("..")
        || text.split_whitespace().any(odd)
        || letters * 2 < text.chars().count()
}

/// `text` with its quotation marks in pairs; a lone one goes.
fn balanced(text: &str) -> String {
    let straight = text.matches('"').count();
    let (open, close) = (text.matches('“').count(), text.matches('”').count());
    let (left, right) = (text.matches('«').count(), text.matches('»').count());
    let lone = |c: char| match c {
        '"' => straight % 2 == 1,
        '“' | '”' => open != close,
        '«' | '»' => left != right,
        _ => false,
    };
    tidy(&text.chars().filter(|c| !lone(*c)).collect::<String>())
}

/// A long sentence in parts that stand alone, or in one piece.
fn parted(text: &str) -> Vec<String> {
    if text.contains(['"', '“', '«']) {
        return vec![text.to_owned()];
    }
    for mark in ["; ", ": "] {
        let halves: Vec<&str> = text.split(mark).collect();
        if halves.len() > 1 && halves.iter().all(|half| is_clause(half)) {
            return halves.into_iter().flat_map(|half| parted(&capitalised(half))).collect();
        }
    }
    if word_count(text) <= LONGEST {
        return vec![text.to_owned()];
    }
    for link in [", and ", ", but ", ", while ", ", so ", " — ", " – ", ", which ", ", where "]
    {
        for (at, _) in text.match_indices(link) {
            let (before, after) = (&text[..at], &text[at + link.len()..]);
            let fits = (9..=LONGEST).contains(&word_count(before)) && is_clause(before);
            let joins = matches!(link, ", and " | ", but " | ", so ");
            // After `and` may come the last entry of a list; the rest of a clause would be missing.
            if !fits || joins && !has_verb(after) {
                continue;
            }
            let alone = joins && is_clause(after) && has_subject(after);
            let mut parts = vec![before.to_owned()];
            if alone {
                parts.extend(parted(&capitalised(after)));
            }
            return parts;
        }
    }
    vec![text.to_owned()]
}

fn is_clause(text: &str) -> bool {
    word_count(text) >= 6 && has_verb(text)
}

fn has_verb(text: &str) -> bool {
    text.split_whitespace().skip(1).any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        AUXILIARIES.contains(&format!(" {word} ")) || (word.len() > 4 && word.ends_with("ed"))
    })
}

/// Whether `text` begins as a subject does.
fn has_subject(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(
        first.as_str(),
        "the"
            | "a"
            | "an"
            | "it"
            | "he"
            | "she"
            | "they"
            | "we"
            | "i"
            | "you"
            | "there"
            | "his"
            | "her"
            | "their"
            | "our"
            | "each"
            | "every"
            | "some"
            | "many"
            | "most"
    )
}

/// `text` with a capital at its head and a mark at its end, if it is worth saying.
fn finished(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['-', '–', '—', ',', ';', ':', '.', ' ']);
    let text = text.trim_end_matches([',', ';', '-', '–', '—', ' ']);
    if word_count(text) < 2 && !text.contains(|c: char| c > '\u{2e80}') {
        return None;
    }
    let mut said = capitalised(text);
    let closed = said.trim_end_matches(['"', '”', '’', '\'', '»', '」']);
    if !closed.ends_with(['.', '!', '?', '…', '。', '！', '？']) {
        said.push('.');
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(written: &str, expect: &[&str]) {
        assert_eq!(spoken(written), expect, "{written}");
    }

    #[test]
    fn what_only_eyes_can_use_goes() {
        check("The tide (see [12], Fig. 3) rises 4 m [Smith et al.].", &["The tide rises 4 m."]);
        check(
            "Salt & sand, e.g. from storms, etc.",
            &["Salt and sand, for example from storms, and so on."],
        );
        check("🚀 Works *offline*", &["Works offline."]);
        check("“Wait, he said.", &["Wait, he said."]);
    }

    #[test]
    fn what_cannot_be_said_is_refused() {
        for written in [
            "Run it with --live to buy.",
            "See https://x.test/a for more.",
            "Call store::open() first.",
            "The following are needed:",
            "f(x) = 2 for all x.",
            "Unbalanced) brackets here.",
            "Introduction . . . . . . 7",
        ] {
            check(written, &[]);
        }
    }

    #[test]
    fn long_sentences_are_parted_where_both_halves_stand() {
        check(
            "The harbour master had kept a record of every single tide for more than thirty years in small black books, \
             and the council was sure that nobody would ever want to read a single one of them.",
            &[
                "The harbour master had kept a record of every single tide for more than thirty years in small black books.",
                "The council was sure that nobody would ever want to read a single one of them.",
            ],
        );
    }

    #[test]
    fn openings_that_lean_back_are_known() {
        assert_eq!(opening("However, it rained."), Opening::Leaning);
        assert_eq!(opening("This is bad."), Opening::Leaning);
        assert_eq!(opening("These ferries sail at dawn."), Opening::Pointing);
        assert_eq!(opening("Andrew sailed."), Opening::Free);
        assert_eq!(
            untied("However, the ferry sailed at dawn.").as_deref(),
            Some("The ferry sailed at dawn.")
        );
        assert_eq!(untied("However, it sailed at dawn today."), None);
    }
}
