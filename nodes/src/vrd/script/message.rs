//! Which beat carries which message, and is a message present in some words?

use super::allot::Slot;
use super::part::Part;
use crate::vrd::requirements::Vrd;

/// A message of a VRD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Message {
    Pain(usize),
    Core,
    Support(usize),
    Cta,
}

impl Message {
    /// Its words.
    pub fn text(self, vrd: &Vrd) -> &str {
        match self {
            Self::Pain(index) => &vrd.audience.pain_points[index],
            Self::Core => &vrd.key_messages.core_message,
            Self::Support(index) => &vrd.key_messages.supporting_messages[index],
            Self::Cta => &vrd.key_messages.cta,
        }
    }

    /// Its path in the VRD.
    pub fn path(self) -> String {
        match self {
            Self::Pain(index) => format!("audience.pain_points[{index}]"),
            Self::Core => "key_messages.core_message".into(),
            Self::Support(index) => format!("key_messages.supporting_messages[{index}]"),
            Self::Cta => "key_messages.cta".into(),
        }
    }

    /// All messages of `vrd`.
    pub fn all(vrd: &Vrd) -> Vec<Self> {
        let pains = (0..vrd.audience.pain_points.len()).map(Self::Pain);
        let supports = (0..vrd.key_messages.supporting_messages.len()).map(Self::Support);
        pains.chain([Self::Core]).chain(supports).chain([Self::Cta]).collect()
    }
}

/// The messages of each slot, in the order of telling.
pub fn placed(vrd: &Vrd, slots: &[Slot]) -> Vec<Vec<Message>> {
    let mut placed = vec![Vec::new(); slots.len()];
    let Some(last) = slots.len().checked_sub(1) else {
        return placed;
    };
    let covering = |parts: &[Part]| -> Vec<usize> {
        let inside = |slot: &Slot| slot.covers.iter().any(|part| parts.contains(part));
        (0..slots.len()).filter(|index| inside(&slots[*index])).collect()
    };
    let problem = covering(&[Part::Hook, Part::IncitingEvent, Part::FirstPinchPoint]);
    let pains = vrd.audience.pain_points.len();
    for index in 0..pains {
        placed[spread(&problem, index, pains, last)].push(Message::Pain(index));
    }
    let proof = covering(&[Part::Midpoint, Part::SecondPinchPoint, Part::ThirdPlotPoint]);
    let supports = vrd.key_messages.supporting_messages.len();
    for index in 0..supports {
        placed[spread(&proof, index, supports, last)].push(Message::Support(index));
    }
    let turn = covering(&[Part::FirstPlotPoint]);
    let climax = covering(&[Part::Climax]);
    for at in [turn.first(), climax.first()].into_iter().flatten() {
        if !placed[*at].contains(&Message::Core) {
            placed[*at].push(Message::Core);
        }
    }
    placed[last].push(Message::Cta);
    for messages in &mut placed {
        messages.sort_unstable();
    }
    placed
}

/// Where the `index`-th of `count` things goes, if they are spread over `places`.
fn spread(places: &[usize], index: usize, count: usize, otherwise: usize) -> usize {
    places.get(index * places.len() / count.max(1)).copied().unwrap_or(otherwise)
}

/// Whether `message` is in `words`: contained as it is, case and punctuation aside, or by most of its content words.
pub fn is_present(message: &str, words: &str) -> bool {
    let (message, words) = (plain(message), plain(words));
    if format!(" {words} ").contains(&format!(" {message} ")) {
        return true;
    }
    let content: Vec<&str> = message.split(' ').filter(|word| is_content(word)).collect();
    let heard: Vec<&str> = words.split(' ').collect();
    let found = content.iter().filter(|word| heard.contains(word)).count();
    !content.is_empty() && found * 10 >= content.len() * 6
}

/// Whether `message` stands in `words` letter by letter.
pub fn is_verbatim(message: &str, words: &str) -> bool {
    !message.is_empty() && words.contains(message)
}

/// Lower case, words only, one space between them.
fn plain(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

fn is_content(word: &str) -> bool {
    const FUNCTION: [&str; 34] = [
        "a", "an", "the", "and", "or", "but", "of", "to", "in", "on", "at", "for", "with", "by",
        "from", "is", "are", "be", "it", "its", "it's", "that", "this", "you", "your", "we", "our",
        "i", "as", "so", "not", "can", "will", "has",
    ];
    !FUNCTION.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_present_by_its_words_or_most_of_them() {
        assert!(is_present("Saves you time!", "and it saves YOU time, daily"));
        assert!(is_present("Set up in five minutes without IT", "five minutes, no IT: set up"));
        assert!(!is_present("Works offline", "Works everywhere else entirely"));
        assert!(!is_present("price", "priceless"));
        assert!(is_verbatim("Sign Up", "Sign Up today") && !is_verbatim("Sign Up", "sign up"));
    }
}
