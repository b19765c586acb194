//! What is a brief about, in its own words?

/// Words after which an order names its topic.
const LEADS: [&str; 12] = [
    " explain ",
    " introduce ",
    " showing ",
    " demo of ",
    " introducing ",
    " introduces ",
    " explaining ",
    " explains ",
    " about ",
    " that shows ",
    " for ",
    " of ",
];

/// Words from which on a topic speaks of the order again.
const STOPS: [&str; 18] = [
    ", to ",
    " to enterprise",
    " for people who",
    ", under ",
    " under $",
    ", max",
    ", budget",
    " with a budget",
    " budget ",
    ", on tiktok",
    " on tiktok",
    " on instagram",
    " on linkedin",
    " on youtube",
    " for tiktok",
    " for instagram",
    " within ",
    ", in a ",
];

/// What the video is about, in the text's own words: what follows `for`, `about`, `introducing`.
fn topic(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    if lower.len() != text.len() {
        return None;
    }
    let padded = format!(" {lower}");
    let (start, lead) = LEADS
        .iter()
        .filter_map(|lead| Some((padded.find(lead)?, *lead)))
        .min_by_key(|(at, _)| *at)?;
    let rest = text[(start + lead.len() - 1).min(text.len())..].trim();
    let end = rest.find(['.', '!', '?', ';', '\n']).unwrap_or(rest.len());
    let topic = &rest[..end];
    let lower = topic.to_lowercase();
    let end = STOPS.iter().filter_map(|stop| lower.find(stop)).min().unwrap_or(topic.len());
    let topic = topic[..end].trim().trim_end_matches([',', ':', '-', '–']).trim();
    (topic.split_whitespace().count() >= 1 && topic.contains(char::is_alphabetic)).then_some(topic)
}

/// A proper name at the head of the topic.
pub(super) fn subject(text: &str) -> Option<String> {
    let topic = topic(text)?;
    let names = topic.split_whitespace().map_while(|word| {
        let name = word.trim_end_matches([',', ':', '–']);
        let is_name = name.starts_with(char::is_uppercase) && name.len() > 1;
        is_name.then_some((name, name.len() < word.len()))
    });
    let mut subject = Vec::new();
    for (name, is_last) in names.take(4) {
        subject.push(name);
        if is_last {
            break;
        }
    }
    (!subject.is_empty()).then(|| subject.join(" "))
}

/// The topic as a sentence: `Lumo, a lamp that wakes you` becomes `Lumo is a lamp that wakes you.`
pub(super) fn core_message(text: &str) -> Option<String> {
    let topic = topic(text)?;
    let sentence = match (subject(text), topic.split_once(", ")) {
        (Some(subject), Some((head, rest))) if head == subject => {
            let article = rest.split(' ').next().unwrap_or_default().to_lowercase();
            match article.as_str() {
                "a" | "an" | "the" | "your" | "our" => format!("{subject} is {rest}"),
                _ => format!("Meet {subject}, {rest}"),
            }
        }
        _ if topic.split_whitespace().count() < 3 => format!("Meet {topic}"),
        _ => {
            let mut letters = topic.chars();
            let first = letters.next()?.to_uppercase();
            format!("{first}{}", letters.as_str())
        }
    };
    Some(format!("{sentence}."))
}

/// Words of sentences that speak of the order, not of what the video is about.
const ORDERING: [&str; 14] = [
    "video", "clip", "film", "make", "please", "budget", "under", "max", "seconds", "minutes",
    "tone", "style", "audience", "platform",
];

/// The sentences after the first one that say something of the topic: short, in whole words, three at most.
pub(super) fn supporting_messages(text: &str) -> Vec<String> {
    let sentences = text.split_inclusive(['.', '!', '?', '\n']).skip(1).map(str::trim);
    let says = |sentence: &&str| {
        let words: Vec<String> = sentence
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        (3..=12).contains(&words.len())
            && sentence.ends_with('.')
            && sentence.starts_with(char::is_uppercase)
            && !sentence.contains(['$', '€', '[', '{', '<'])
            && !words.iter().any(|word| ORDERING.contains(&word.as_str()))
    };
    sentences.filter(says).take(3).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_sentences_are_messages_unless_they_speak_of_the_order() {
        let text = "An ad for Lumo. Lumo wakes you with light. Make it short. Is it new? It costs $5. It \
                    never rings. And it is a lamp that does many more things than any one sentence could ever hold.";
        assert_eq!(supporting_messages(text), ["Lumo wakes you with light.", "It never rings."]);
        assert_eq!(supporting_messages("Explain 3.5 mm plugs."), [""; 0]);
    }
}
