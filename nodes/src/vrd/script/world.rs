//! Where does the story take place, and with whom?

use crate::vrd::camera::TimeOfDay;
use crate::vrd::light::{self, Preset};
use crate::vrd::requirements::{Provenance, VideoStyle, VideoType, Vrd, defaults};

/// A place with what stands in it.
pub struct Place {
    pub name: &'static str,
    /// The same with its preposition.
    pub at: &'static str,
    pub time: TimeOfDay,
    pub ambient: &'static str,
    pub props: [&'static str; 3],
    pub looks: [&'static str; 2],
}

/// The two worlds of a story, and who acts in them.
pub struct World {
    pub before: Place,
    pub after: Place,
    pub hero: String,
    pub helper: &'static str,
    /// What the video is about, as it is spoken of.
    pub product: String,
    /// What of it a camera can see.
    pub thing: String,
    pub is_named: bool,
}

impl World {
    /// The world that suits the audience of `vrd`.
    pub fn of(vrd: &Vrd) -> Self {
        let crowd = vrd.audience.demographics.first().map(String::as_str).unwrap_or_default();
        let (before, after, hero, helper) = match crowd {
            _ if crowd == defaults::CONSUMERS.demographics => home(),
            _ if crowd == defaults::BUSINESS.demographics => office(),
            _ if is_private(crowd) => home(),
            _ => desk(),
        };
        let hero = vrd.audience.roles.first().map_or_else(
            || if vrd.is_stated("audience.demographics") { person(crowd) } else { hero.to_owned() },
            |role| person(role),
        );
        let (product, is_named) = product(vrd);
        let thing =
            if is_software(vrd) { format!("a screen with {product}") } else { product.clone() };
        Self { before, after, hero, helper, product, thing, is_named }
    }

    /// The light of the world before, and of the world after.
    pub fn lights(vrd: &Vrd) -> (Preset, Preset) {
        let emotion = vrd.narrative.midpoint_emotion.word();
        let tone = light::chosen_by(&vrd.style.tone);
        let before = match tone {
            Some(Preset::LowKey) => Preset::LowKey,
            _ if vrd.video_type == VideoType::SocialAd => Preset::ThreePoint,
            _ => Preset::ScreenGlow,
        };
        let after = light::chosen_by(emotion).or(tone).unwrap_or(Preset::HighKey);
        (before, after)
    }
}

fn office() -> (Place, Place, &'static str, &'static str) {
    (
        Place {
            name: "cluttered office desk",
            at: "at a cluttered office desk",
            time: TimeOfDay::Dusk,
            ambient: "quiet office hum",
            props: ["laptop", "sticky notes", "cold coffee cup"],
            looks: ["stacked paper", "glass partition"],
        },
        Place {
            name: "bright meeting room",
            at: "in a bright meeting room",
            time: TimeOfDay::Day,
            ambient: "calm room tone",
            props: ["wall screen", "open notebook", "long table"],
            looks: ["daylight through glass", "green plants"],
        },
        "a product manager",
        "a colleague",
    )
}

fn home() -> (Place, Place, &'static str, &'static str) {
    (
        Place {
            name: "narrow kitchen",
            at: "in a narrow kitchen",
            time: TimeOfDay::Dusk,
            ambient: "a humming fridge",
            props: ["phone", "shopping bag", "unopened mail"],
            looks: ["crowded counter", "dim window"],
        },
        Place {
            name: "sunlit living room",
            at: "in a sunlit living room",
            time: TimeOfDay::Day,
            ambient: "birds outside an open window",
            props: ["sofa", "phone", "cup of tea"],
            looks: ["soft curtains", "warm wood"],
        },
        "a young customer",
        "a friend",
    )
}

fn desk() -> (Place, Place, &'static str, &'static str) {
    (
        Place {
            name: "crowded desk by a dark window",
            at: "at a crowded desk by a dark window",
            time: TimeOfDay::Dusk,
            ambient: "distant traffic",
            props: ["laptop", "wall clock", "pile of folders"],
            looks: ["tangled cables", "half-drawn blinds"],
        },
        Place {
            name: "airy shared workspace",
            at: "in an airy shared workspace",
            time: TimeOfDay::Day,
            ambient: "soft conversations",
            props: ["tablet", "standing desk", "glass of water"],
            looks: ["high ceiling", "morning light"],
        },
        "an office worker",
        "a colleague",
    )
}

fn is_private(crowd: &str) -> bool {
    const WORDS: [&str; 14] = [
        "parents",
        "families",
        "family",
        "consumers",
        "shoppers",
        "teens",
        "students",
        "gamers",
        "runners",
        "travellers",
        "travelers",
        "homeowners",
        "women",
        "men",
    ];
    crowd.to_lowercase().split(|c: char| !c.is_alphabetic()).any(|word| WORDS.contains(&word))
}

/// Whether only a screen can show what the video is about.
fn is_software(vrd: &Vrd) -> bool {
    const WORDS: [&str; 14] = [
        "app",
        "software",
        "platform",
        "saas",
        "api",
        "cloud",
        "dashboard",
        "website",
        "tool",
        "editor",
        "service",
        "workflow",
        "workflows",
        "crm",
    ];
    let context = vrd.project.context.as_deref().unwrap_or_default();
    let text = format!("{context} {}", vrd.key_messages.core_message).to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| WORDS.contains(&word))
}

/// One of a group: `busy parents, 30–45` gives `a busy parent`.
fn person(group: &str) -> String {
    let head = group.split([',', ';', '(']).next().unwrap_or(group).trim().trim_end_matches('.');
    let head = head.split(" who ").next().unwrap_or(head);
    let (rest, noun) = head.rsplit_once(' ').unwrap_or(("", head));
    let one = match noun.to_lowercase().as_str() {
        "people" => "person".to_owned(),
        "women" => "woman".to_owned(),
        "men" => "man".to_owned(),
        "children" => "child".to_owned(),
        lower if lower.ends_with("ies") => format!("{}y", &noun[..noun.len() - 3]),
        lower if lower.ends_with("ss") || !lower.ends_with('s') => noun.to_owned(),
        _ => noun[..noun.len() - 1].to_owned(),
    };
    let whole = if rest.is_empty() { one } else { format!("{rest} {one}") };
    let article =
        if whole.to_lowercase().starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {whole}")
}

/// Words before which a core message names its subject, as in `Lumo is a lamp`.
const VERBS: [&str; 10] = [
    " is ", " helps ", " lets ", " makes ", " gives ", " turns ", " saves ", " brings ", " keeps ",
    " wakes ",
];

/// What the video is about, and whether that is a name.
fn product(vrd: &Vrd) -> (String, bool) {
    let origin = vrd.provenance.get("project.name").copied().unwrap_or(Provenance::Default);
    if origin != Provenance::Default {
        return (vrd.project.name.clone(), true);
    }
    let core = &vrd.key_messages.core_message;
    let end = VERBS.iter().filter_map(|verb| core.find(verb)).min();
    match end.map(|end| &core[..end]) {
        Some(name)
            if name.split(' ').count() <= 3
                && name.split(' ').all(|word| word.starts_with(char::is_uppercase))
                && !matches!(name, "There" | "This" | "It") =>
        {
            (name.to_owned(), true)
        }
        _ if vrd.style.video_style == VideoStyle::Animation => ("the idea".into(), false),
        _ => ("the product".into(), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_members() {
        for (group, one) in [
            ("busy parents, 30–45", "a busy parent"),
            ("engineers", "an engineer"),
            ("young families", "a young family"),
            ("people who run", "a person"),
            ("B2B decision-makers", "a B2B decision-maker"),
        ] {
            assert_eq!(person(group), one);
        }
    }
}
