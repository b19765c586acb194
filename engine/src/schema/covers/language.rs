//! Does one pattern match all that another one matches?
//!
//! Both become automata over bytes; a text that the one takes and the other does not is found by walking both at once.

use std::collections::{BTreeMap, VecDeque};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};

type Dfa = dense::DFA<Vec<u32>>;

/// So large an automaton may become, in bytes.
const MAX_SIZE: usize = 1 << 20;
/// So many pairs of states are looked at.
const MAX_PAIRS: usize = 20_000;

/// Whether one pattern matches all that another matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Inclusion {
    Within,
    /// A text that matches `from`, and not `to`.
    Beyond(String),
}

/// Whether all that `from` matches, `to` matches. None, where it cannot be told.
pub(super) fn within(from: &str, to: &str) -> Option<Inclusion> {
    search(&automaton(from)?, &automaton(to)?)
}

/// Whether `pattern` is found in `text`. None, where it cannot be told.
pub(super) fn has(pattern: &str, text: &str) -> Option<bool> {
    let dfa = automaton(pattern)?;
    let mut state = dfa.start_state(&start::Config::new().anchored(Anchored::Yes)).ok()?;
    for byte in text.bytes() {
        state = dfa.next_state(state, byte);
        if dfa.is_quit_state(state) {
            return None;
        }
    }
    Some(dfa.is_match_state(dfa.next_eoi_state(state)))
}

/// The shortest text that `pattern` matches.
pub(super) fn example(pattern: &str) -> Option<String> {
    match search(&automaton(pattern)?, &dense::DFA::never_match().ok()?)? {
        Inclusion::Beyond(text) => Some(text),
        Inclusion::Within => None,
    }
}

/// A pair of states, one of each automaton.
type Pair = (StateID, StateID);

fn search(from: &Dfa, to: &Dfa) -> Option<Inclusion> {
    let start = start::Config::new().anchored(Anchored::Yes);
    let first = (from.start_state(&start).ok()?, to.start_state(&start).ok()?);
    // How each pair was reached: from which, by which byte.
    let mut reached: BTreeMap<Pair, Option<(Pair, u8)>> = BTreeMap::from([(first, None)]);
    let mut waiting = VecDeque::from([first]);
    let mut split = false;
    while let Some(pair) = waiting.pop_front() {
        let ends = |dfa: &Dfa, state| dfa.is_match_state(dfa.next_eoi_state(state));
        if ends(from, pair.0) && !ends(to, pair.1) {
            match text(&reached, pair) {
                Some(text) => return Some(Inclusion::Beyond(text)),
                // Bytes that are no text: another way may lead to one that is.
                None => split = true,
            }
        }
        if reached.len() > MAX_PAIRS {
            return None;
        }
        // Letters first, so that an example can be read.
        for byte in
            (b'a'..=b'z').chain(b' '..=b'`').chain(b'{'..=b'~').chain(0..b' ').chain(127..=255)
        {
            let next = (from.next_state(pair.0, byte), to.next_state(pair.1, byte));
            if from.is_quit_state(next.0) || to.is_quit_state(next.1) {
                return None;
            }
            if !from.is_dead_state(next.0) && !reached.contains_key(&next) {
                reached.insert(next, Some((pair, byte)));
                waiting.push_back(next);
            }
        }
    }
    (!split).then_some(Inclusion::Within)
}

fn text(reached: &BTreeMap<Pair, Option<(Pair, u8)>>, mut pair: Pair) -> Option<String> {
    let mut bytes = Vec::new();
    while let Some(Some((before, byte))) = reached.get(&pair) {
        bytes.push(*byte);
        pair = *before;
    }
    bytes.reverse();
    String::from_utf8(bytes).ok()
}

/// Takes exactly the texts in which `pattern` is found.
fn automaton(pattern: &str) -> Option<Dfa> {
    let pattern = format!("(?s:.*)(?:{})(?s:.*)", translated(pattern)?);
    dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Anchored)
                .match_kind(MatchKind::All)
                .dfa_size_limit(Some(MAX_SIZE))
                .determinize_size_limit(Some(MAX_SIZE)),
        )
        .build(&pattern)
        .ok()
}

/// The pattern in our dialect: JavaScript's classes are of ASCII letters and digits.
fn translated(pattern: &str) -> Option<String> {
    let mut written = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            written.push(sign);
            continue;
        }
        match signs.next()? {
            'd' => written.push_str("[0-9]"),
            'D' => written.push_str("[^0-9]"),
            'w' => written.push_str("[0-9A-Za-z_]"),
            'W' => written.push_str("[^0-9A-Za-z_]"),
            's' => written.push_str(r"[\t\n\x0B\x0C\r \u{A0}\u{FEFF}\u{2028}\u{2029}\p{Zs}]"),
            'S' => written.push_str(r"[^\t\n\x0B\x0C\r \u{A0}\u{FEFF}\u{2028}\u{2029}\p{Zs}]"),
            '/' => written.push('/'),
            // Ends of words look at two signs, and differ between the dialects.
            'b' | 'B' | 'c' | 'k' | 'A' | 'z' => return None,
            other => written.extend(['\\', other]),
        }
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beyond(from: &str, to: &str) -> String {
        match within(from, to) {
            Some(Inclusion::Within) => "within".to_owned(),
            Some(Inclusion::Beyond(text)) => format!("{text:?}"),
            None => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_narrower_pattern_lies_within_a_wider_one() {
        assert_eq!(beyond("^[a-c]{2}$", "^[a-z]+$"), "within");
        assert_eq!(beyond("^b3:[0-9a-f]{64}$", "^b3:"), "within");
        assert_eq!(beyond(r"^\d+$", "^[0-9]*$"), "within");
        assert_eq!(beyond("ab", "a"), "within");
        assert_eq!(beyond("^(ab)*$", "^(abab)*$"), r#""ab""#);
        assert_eq!(beyond("^[a-z]+$", "^[a-c]+$"), r#""d""#);
        assert_eq!(beyond("a", "^a"), r#""ba""#);
        assert_eq!(beyond("^é+$", "^[é-ü]*$"), "within");
        assert_eq!(beyond("(?=a)", "a"), "unknown");
        assert_eq!(example("^b3:[0-9]{4}$").as_deref(), Some("b3:0000"));
    }
}
