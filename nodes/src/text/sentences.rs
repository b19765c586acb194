//! Where does a sentence end?
//!
//! At its mark, unless that belongs to an abbreviation, an initial or a number.

/// Abbreviations that a sentence goes on after.
const ABBREVIATIONS: &str = " mr mrs ms dr prof sr jr st mt ft gen col maj sgt capt lt cmdr adm rev hon gov sen rep pres \
    vs e.g i.e cf viz fig figs eq eqs sec secs ch no nos vol vols pp p ed eds trans approx ca est dept univ assn ave blvd \
    jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun resp incl z.b d.h u.a bzw nr usw ggf \
    vgl bspw mme mlle m sra dra ";
/// Abbreviations that may also end a sentence: only a word that commonly begins one tells.
const PERHAPS_LAST: &str = " etc al a.m p.m u.s u.k u.n e.u d.c ph.d inc ltd co corp bros ";
const BEGINNINGS: &str = " the a an in on at it he she they we i you this that these those but and so if when while as \
    there here for with after before its his her their our my not no what why how who all some many most ";

/// The sentences of `text`, which is one line, in order and without the white space around them.
pub(super) fn split(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(is_mark) {
        let mark = at + found;
        let end = after_marks(text, mark);
        at = end;
        if ends(text, start, mark, end) {
            sentences.push(text[start..end].trim());
            start = end;
        }
    }
    sentences.push(text[start..].trim());
    sentences.retain(|sentence| !sentence.is_empty());
    sentences
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || is_wide(c)
}

/// Marks of scripts that part sentences without a space.
fn is_wide(c: char) -> bool {
    matches!(c, '。' | '！' | '？')
}

/// The end of the run of marks and closing quotes and brackets that starts at `mark`.
fn after_marks(text: &str, mark: usize) -> usize {
    let closing =
        |c: char| is_mark(c) || matches!(c, '"' | '\'' | '”' | '’' | '»' | ')' | ']' | '」' | '』');
    mark + text[mark..].find(|c| !closing(c)).unwrap_or(text.len() - mark)
}

fn ends(text: &str, start: usize, mark: usize, end: usize) -> bool {
    let rest = &text[end..];
    let Some(next) = rest.trim_start().chars().next() else {
        return true;
    };
    if text[mark..end].chars().any(is_wide) {
        return true;
    }
    let apart = rest.starts_with(char::is_whitespace);
    let begins = next.is_uppercase()
        || next.is_numeric()
        || matches!(next, '"' | '\'' | '“' | '‘' | '«' | '(' | '[' | '¿' | '¡')
        || (next.is_alphabetic() && !next.is_lowercase());
    if !apart || !begins {
        return false;
    }
    if !text[mark..end].starts_with('.')
        || text[mark..end].chars().filter(|c| is_mark(*c)).count() > 1
    {
        return true;
    }
    !is_abbreviated(&text[start..mark], rest.trim_start())
}

/// Whether the word that `before` ends with is cut short by its dot.
fn is_abbreviated(before: &str, rest: &str) -> bool {
    let word = before
        .rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '“' | '-'))
        .next();
    let word = word.unwrap_or_default();
    let initial = word.chars().count() == 1 && word.starts_with(char::is_uppercase) && word != "I";
    let lower = format!(" {} ", word.to_lowercase());
    let next = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let next_begins = BEGINNINGS.contains(&format!(" {} ", next.to_lowercase()));
    if lower.contains("no ") && word.chars().count() == 2 {
        // "No." is a number's mark only in front of one.
        return rest.starts_with(|c: char| c.is_ascii_digit());
    }
    ABBREVIATIONS.contains(&lower) && !word.is_empty()
        || initial && !next_begins
        || PERHAPS_LAST.contains(&lower) && !next_begins && !word.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(split(text), expect);
    }

    #[test]
    fn marks_end_sentences_and_abbreviations_do_not() {
        check(
            "It rained. He ran!  Why? No one knew…",
            &["It rained.", "He ran!", "Why?", "No one knew…"],
        );
        check(
            "Dr. J. R. Smith of St. Ives paid $4.50, i.e. Less. Then he left.",
            &["Dr. J. R. Smith of St. Ives paid $4.50, i.e. Less.", "Then he left."],
        );
        check(
            "See Fig. 3. The U.S. Navy left at 5 p.m. The port slept.",
            &["See Fig. 3.", "The U.S. Navy left at 5 p.m.", "The port slept."],
        );
        check(
            "Version 2.1.3 runs flow.yaml. 40 people use it.",
            &["Version 2.1.3 runs flow.yaml.", "40 people use it."],
        );
    }

    #[test]
    fn closing_quotes_belong_to_the_sentence_before_them() {
        check(
            "“Stop!” he said. “Now.” (He meant it.) She stopped.",
            &["“Stop!” he said.", "“Now.”", "(He meant it.)", "She stopped."],
        );
    }

    #[test]
    fn wide_marks_need_no_space() {
        check("風がやんだ。森は暗い。", &["風がやんだ。", "森は暗い。"]);
    }
}
