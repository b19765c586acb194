//! What does a sentence such as `A 30 s ad for Lumo, under $10` say about a video?
//!
//! Whole words only: `broadcast` holds no `ad`. Lengths, amounts, platforms and tones in the text's own words are
//! stated; what is concluded from them is inferred; what is not found stays unknown.

use rust_decimal::Decimal;
use serde_json::json;

use super::defaults::{BUSINESS, CONSUMERS, Crowd};
use super::field::DURATION;
use super::topic::{core_message, subject, supporting_messages};
use super::{Facts, Provenance, VideoType, length, question};
use crate::vrd::issue::Issue;
use crate::vrd::seconds::Seconds;

/// Reads what `text` says.
pub fn read(text: &str) -> Facts {
    let words = Words::of(text);
    let mut facts = Facts::default();
    state(&words, &mut facts);
    let mut learn = |path, value| facts.learn(path, value, Provenance::Inferred);
    if let Some(kind) = video_type(&words) {
        learn("video_type", json!(kind.word()));
    }
    if let Some(crowd) = crowd(&words) {
        learn("audience.demographics", json!([crowd.demographics]));
        learn("audience.pain_points", json!(crowd.pain_points));
    }
    if let Some(style) = video_style(&words) {
        learn("style.video_style", json!(style));
    }
    if let Some(subject) = subject(text) {
        learn("project.name", json!(subject));
    }
    if let Some(message) = core_message(text) {
        learn("key_messages.core_message", json!(message));
    }
    let supporting = supporting_messages(text);
    if !supporting.is_empty() {
        learn("key_messages.supporting_messages", json!(supporting));
    }
    learn("project.context", json!(text.split_whitespace().collect::<Vec<_>>().join(" ")));
    if let Some(sign) = words.0.iter().find(|word| word.contains(['€', '£', '¥'])) {
        facts.note(
            Issue::warning(
                "V013",
                format!("`{sign}` is not an amount in US dollars, and was not read as a limit"),
            )
            .at("constraints.max_cost_usd")
            .fix("write the amount in dollars, as in `under $10`"),
        );
    }
    facts
}

/// What the text says in so many words.
fn state(words: &Words, facts: &mut Facts) {
    let mut learn = |path, value| facts.learn(path, value, Provenance::Stated);
    if let Some(length) = duration(words) {
        learn(DURATION, json!(length));
    }
    if let Some(amount) = limit(words) {
        learn("constraints", json!({ "max_cost_usd": amount }));
    }
    let platforms = platforms(words);
    if !platforms.is_empty() {
        learn("audience.platforms", json!(platforms));
    }
    if let Some(tone) = question::TONES.iter().find(|tone| words.has(tone)) {
        learn("style.tone", json!(tone));
    }
}

/// The text's words in lower case, outer punctuation cut off.
struct Words(Vec<String>);

impl Words {
    fn of(text: &str) -> Self {
        let outer = |c: char| !c.is_alphanumeric() && !"$€£¥".contains(c);
        let words = text
            .split(|c: char| c.is_whitespace() || "/()[]\"“”;—".contains(c))
            .map(|word| word.trim_matches(outer).to_lowercase())
            .filter(|word| !word.is_empty());
        Self(words.collect())
    }

    /// Whether the phrase's words stand side by side; hyphens part words, as spaces do.
    fn has(&self, phrase: &str) -> bool {
        let phrase: Vec<&str> = phrase.split([' ', '-']).collect();
        let parts: Vec<&str> = self.0.iter().flat_map(|word| word.split('-')).collect();
        parts.windows(phrase.len()).any(|window| window == phrase)
    }
}

/// What each phrase says about the type, and how strongly.
const SIGNS: [(VideoType, u32, &[&str]); 10] = [
    (VideoType::Explainer, 3, &["explainer", "how it works", "explainer video"]),
    (
        VideoType::Explainer,
        2,
        &[
            "explain",
            "explains",
            "explaining",
            "introduce",
            "introduces",
            "introducing",
            "introduction",
            "tutorial",
        ],
    ),
    (
        VideoType::ProductDemo,
        3,
        &["demo", "demonstration", "walkthrough", "walk through", "product tour"],
    ),
    (VideoType::ProductDemo, 2, &["demonstrate", "demonstrates", "showcase"]),
    (VideoType::ProductDemo, 1, &["product", "show", "shows", "showing", "feature", "features"]),
    (
        VideoType::SocialAd,
        3,
        &["ad", "ads", "advert", "advertisement", "promo", "promotion", "commercial"],
    ),
    (
        VideoType::SocialAd,
        1,
        &["social", "social media", "tiktok", "instagram", "reel", "reels", "shorts"],
    ),
    (
        VideoType::Testimonial,
        4,
        &["testimonial", "testimonials", "case study", "customer story", "customer stories"],
    ),
    (VideoType::BrandStory, 4, &["brand story", "about us", "brand film"]),
    (VideoType::BrandStory, 1, &["our story", "our mission"]),
];

fn video_type(words: &Words) -> Option<VideoType> {
    let score = |kind: VideoType| -> u32 {
        let signs = SIGNS.iter().filter(|(of, _, _)| *of == kind);
        signs
            .map(|(_, weight, phrases)| {
                let found = phrases.iter().filter(|phrase| words.has(phrase)).count();
                u32::try_from(found).unwrap_or(u32::MAX).saturating_mul(*weight)
            })
            .sum()
    };
    let mut best = (0, None);
    for &kind in VideoType::ALL {
        let score = score(kind);
        if score > best.0 {
            best = (score, Some(kind));
        }
    }
    best.1
}

/// The first number with a unit of time that can be the length of a video.
fn duration(words: &Words) -> Option<String> {
    let words: Vec<String> = words.0.iter().map(|word| unhyphened(word)).collect();
    for start in 0..words.len() {
        if !words[start].starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        // `1 min 30 s` is longer than `1 min`: the longest reading counts.
        for end in (start + 1..=words.len().min(start + 5)).rev() {
            let text = words[start..end].join(" ");
            let has_unit = text.contains(char::is_alphabetic) || text.contains(':');
            if !has_unit {
                continue;
            }
            if let Some(read) = length::parse(&text)
                && (Seconds::whole(1)..=Seconds::whole(3_600)).contains(&read.seconds)
            {
                return Some(text);
            }
        }
    }
    None
}

/// `30-second` as `30 second`, but `60-90` as it is.
fn unhyphened(word: &str) -> String {
    match word.split_once('-') {
        Some((number, unit))
            if number.bytes().all(|c| c.is_ascii_digit() || c == b'.')
                && unit.starts_with(char::is_alphabetic) =>
        {
            format!("{number} {unit}")
        }
        _ => word.to_owned(),
    }
}

/// An amount in dollars near a word that makes it a limit.
fn limit(words: &Words) -> Option<serde_json::Number> {
    const CUES: [&str; 9] =
        ["budget", "under", "max", "maximum", "below", "most", "within", "limit", "cap"];
    for (index, word) in words.0.iter().enumerate() {
        let next = words.0.get(index + 1).map(String::as_str);
        let former = index.checked_sub(1).map(|index| words.0[index].as_str());
        let Some(amount) = dollars(word, former, next) else {
            continue;
        };
        let near = &words.0[index.saturating_sub(4)..words.0.len().min(index + 4)];
        if near.iter().flat_map(|word| word.split('-')).any(|word| CUES.contains(&word)) {
            return Some(amount);
        }
    }
    None
}

fn dollars(word: &str, former: Option<&str>, next: Option<&str>) -> Option<serde_json::Number> {
    const NAMES: [&str; 4] = ["usd", "dollar", "dollars", "$"];
    let bare = word.trim_matches('$').trim_start_matches("usd").trim_end_matches("usd");
    let is_dollars = bare.len() < word.len()
        || next.is_some_and(|next| NAMES.contains(&next))
        || former.is_some_and(|former| former == "usd" || former == "$");
    let (digits, factor) = match bare.strip_suffix('k') {
        Some(digits) => (digits, 1000),
        None => (bare, 1),
    };
    let decimal = Decimal::from_str_exact(&digits.replace(',', "")).ok()?;
    if !is_dollars || decimal <= Decimal::ZERO {
        return None;
    }
    let decimal = decimal.checked_mul(Decimal::from(factor))?.normalize();
    decimal.to_string().parse().ok()
}

fn platforms(words: &Words) -> Vec<&'static str> {
    const PLATFORMS: [(&str, &[&str]); 12] = [
        ("TikTok", &["tiktok"]),
        ("Instagram Reels", &["reels", "reel"]),
        ("Instagram", &["instagram"]),
        ("YouTube Shorts", &["youtube shorts", "shorts"]),
        ("YouTube", &["youtube"]),
        ("LinkedIn", &["linkedin"]),
        ("Facebook", &["facebook"]),
        ("X", &["twitter"]),
        ("website", &["website", "landing page", "homepage"]),
        ("email", &["email", "newsletter"]),
        ("television", &["tv", "television"]),
        ("trade show", &["trade show", "trade fair"]),
    ];
    let found = PLATFORMS.iter().filter(|(_, names)| names.iter().any(|name| words.has(name)));
    found.map(|(platform, _)| *platform).collect()
}

fn crowd(words: &Words) -> Option<&'static Crowd> {
    const BUSINESS_WORDS: [&str; 4] = ["b2b", "saas", "enterprise", "enterprises"];
    const CONSUMER_WORDS: [&str; 10] = [
        "shop",
        "shops",
        "shopping",
        "store",
        "e-commerce",
        "ecommerce",
        "app for people",
        "consumer",
        "consumers",
        "shoppers",
    ];
    if BUSINESS_WORDS.iter().any(|word| words.has(word)) {
        return Some(&BUSINESS);
    }
    CONSUMER_WORDS.iter().any(|word| words.has(word)).then_some(&CONSUMERS)
}

fn video_style(words: &Words) -> Option<&'static str> {
    let any = |list: &[&str]| list.iter().any(|word| words.has(word));
    match (any(&["animated", "animation", "cartoon", "anime"]), any(&["live action", "filmed"])) {
        (true, true) => Some("hybrid"),
        (true, false) => Some("animation"),
        (false, true) => Some("live_action"),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::complete;
    use super::*;

    fn kind(text: &str) -> &'static str {
        video_type(&Words::of(text)).map_or("none", VideoType::word)
    }

    #[test]
    fn whole_words_choose_the_type_and_the_highest_score_wins() {
        for (text, expected) in [
            ("Explain how our API gateway works", "explainer"),
            ("A product demo of the new editor", "product_demo"),
            ("Make an ad for our shoes", "social_ad"),
            ("A customer story of Acme", "testimonial"),
            ("A case-study film", "testimonial"),
            ("About us: thirty years of bread", "brand_story"),
            ("A broadcast that people download, made in Spain", "none"),
            ("An explainer that shows our product", "explainer"),
            ("Roadmap update", "none"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn lengths_are_found_in_sentences() {
        for (text, expected) in [
            ("A 30-second ad", Some("30 second")),
            ("a 90 s film", Some("90 s")),
            ("2 min about cheese", Some("2 min")),
            ("1 minute 30 seconds of bread", Some("1 minute 30 seconds")),
            ("a 60-90s clip", Some("60-90s")),
            ("a 1:30 film", Some("1:30")),
            ("30 people in 3 rooms", None),
            ("24 hours of footage", None),
        ] {
            assert_eq!(duration(&Words::of(text)).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn an_amount_is_a_limit_only_beside_a_word_that_says_so() {
        for (text, expected) in [
            ("under $10", Some("10")),
            ("budget of 12.50 USD", Some("12.5")),
            ("max 1,200 dollars", Some("1200")),
            ("a $5 budget", Some("5")),
            ("a $5 coffee", None),
            ("under 10 minutes", None),
            ("under 10 €", None),
        ] {
            let found = limit(&Words::of(text)).map(|number| number.to_string());
            assert_eq!(found.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_sentence_becomes_a_complete_vrd_that_says_what_it_guessed() {
        let text =
            "Make a playful 20 second TikTok ad for Lumo, a lamp that wakes you gently, under $8";
        let (vrd, issues) = complete(read(text));
        let vrd = vrd.unwrap();
        assert_eq!(issues.iter().map(|issue| issue.code.as_ref()).collect::<Vec<_>>(), ["V011"]);
        let origins = vrd.provenance.iter().filter(|(_, origin)| **origin != Provenance::Default);
        let known: BTreeMap<_, _> = origins.collect();
        insta::assert_yaml_snapshot!((&vrd.key_messages, &vrd.delivery, known), @r#"
        - core_message: Lumo is a lamp that wakes you gently.
          supporting_messages: []
          cta: Sign Up
          brand_values:
            - innovation
            - quality
            - customer success
        - width: 1080
          height: 1920
          fps: 30
          container: MP4
          aspect_ratio: "9:16"
          language: en
        - audience.platforms: stated
          constraints: stated
          content_structure.total_duration_seconds: stated
          key_messages.core_message: inferred
          project.context: inferred
          project.name: inferred
          style.tone: stated
          video_type: inferred
        "#);
        let json = serde_json::to_string(&vrd).unwrap();
        assert!(
            !json.contains("[\"[")
                && super::super::field::placeholder(&vrd.key_messages.core_message).is_none()
        );
    }

    #[test]
    fn an_amount_in_another_currency_is_told_and_not_read() {
        let (vrd, issues) = complete(read("An ad for Lumo under 10€"));
        assert_eq!(vrd.unwrap().constraints.max_cost_usd, None);
        assert!(issues.iter().any(|issue| issue.code == "V013"));
    }

    #[test]
    fn nothing_known_still_makes_a_vrd() {
        let (vrd, _) = complete(read("bread"));
        assert_eq!(vrd.unwrap().video_type, VideoType::General);
    }
}
