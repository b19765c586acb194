//! Which sentences and pictures does each part have to offer?
//!
//! Data for the form that needs no model. Marks in braces are filled by `wording`; none of these lines claims a fact.

use super::part::Part;

/// What a part has to offer.
pub(super) struct Phrases {
    /// What the camera sees; each names a prop, so that the same line is another picture with another prop.
    pub(super) actions: &'static [&'static str],
    /// Short sentences around the messages.
    pub(super) voices: &'static [&'static str],
    pub(super) question: &'static str,
    pub(super) answer: &'static str,
}

/// The phrases of `part`.
pub(super) fn of(part: Part) -> &'static Phrases {
    &PHRASES[part as usize]
}

/// What the last beat shows.
pub(super) const FAREWELL: &str =
    "{hero} smiles {at}, {thing} in full view; then the end card shows {include}.";

/// How a pain is put into words, one after another.
pub(super) const PAINS: [&str; 4] = [
    "{Pain}? You know the feeling.",
    "And then there's {pain}.",
    "Not to mention {pain}.",
    "On top of that, {pain}.",
];

const PHRASES: [Phrases; 8] = [
    Phrases {
        actions: &[
            "{hero} stops mid-motion {at} and stares at the {prop}.",
            "Hands push the {prop} aside; {hero} looks up, visibly worn out.",
            "{hero} leans back {at} and exhales while the {prop} waits.",
            "The {prop} fills the frame; behind it {hero} rubs both eyes.",
        ],
        voices: &[
            "You've been here before.",
            "It starts like every other day.",
            "Be honest.",
            "You're not the only one.",
            "This shouldn't be so hard.",
            "Look closely.",
            "Something's got to give.",
            "You can see it coming.",
        ],
        question: "Why would {hero} keep watching?",
        answer: "Because {pain} looks just as it feels.",
    },
    Phrases {
        actions: &[
            "{hero} reaches for the {prop} {at}, checks the time and frowns.",
            "The {prop} slides out of reach as {hero} tries to do two things at once.",
            "{hero} paces {at}; the {prop} stays untouched.",
            "The light fades {at} while {hero} starts over, the {prop} still in the way.",
        ],
        voices: &[
            "It doesn't stop by itself.",
            "And you work around it, again.",
            "You can feel it adding up.",
            "That's the real problem.",
            "It takes your best hours.",
            "And nobody talks about it.",
            "You've accepted it for too long.",
            "It never waits for a good moment.",
        ],
        question: "What does {pain} cost {hero}?",
        answer: "More with every day on which {pain} goes on.",
    },
    Phrases {
        actions: &[
            "{thing} appears beside the {prop} {at}; {hero} turns towards it.",
            "{helper} moves {thing} next to the {prop}; {hero} leans in.",
            "{hero} looks at {thing} closely {at}, the {prop} forgotten.",
            "{hero} makes room for {thing} {at}; the {prop} moves aside.",
        ],
        voices: &[
            "But there's another way.",
            "Here's what changes it.",
            "You don't need more effort.",
            "It starts with one step.",
            "Picture it differently.",
            "This is where it begins.",
            "That's the idea behind {product}.",
            "It doesn't have to stay like this.",
        ],
        question: "What can {product} do about {pain}?",
        answer: "{core}",
    },
    Phrases {
        actions: &[
            "Back {at}, {hero} hesitates, one hand above the {prop}.",
            "{hero} glances from the {prop} to the door and does not move.",
            "The {prop} slips from a hand; {hero} closes both eyes for a moment.",
            "{hero} weighs the {prop} in one hand {at}, undecided.",
        ],
        voices: &[
            "Sure, you've tried things before.",
            "Old habits pull you back.",
            "Change sounds like more work.",
            "So you hesitate.",
            "You've heard big promises.",
            "That's only natural.",
            "And the clock keeps running.",
            "It's easy to put it off.",
        ],
        question: "What still stands between {hero} and {product}?",
        answer: "{Pain}, and the habit of living with it.",
    },
    Phrases {
        actions: &[
            "{hero} turns to {thing} {at}; shoulders drop, a smile appears, the {prop} out of focus.",
            "The light grows warmer {at} as {hero} stops next to the {prop}, {thing} in view.",
            "{thing} in the foreground; behind it {hero} straightens up beside the {prop}.",
            "{hero} turns around {at}, the {prop} tidy, {thing} in the middle.",
        ],
        voices: &[
            "Now watch what changes.",
            "This is where it turns.",
            "You notice it right away.",
            "Look at the difference.",
            "You breathe again.",
            "Suddenly it feels possible.",
            "One moment, and it's a different day.",
            "You can see it from here.",
        ],
        question: "How does {product} change the day of {hero}?",
        answer: "{support}",
    },
    Phrases {
        actions: &[
            "Close on {thing}, the {prop} beside it.",
            "{hero} points at {thing} and nods across the {prop}.",
            "Details of {thing} fill the frame one after another, past the {prop}.",
            "{helper} watches {thing} over the shoulder of {hero}, near the {prop}.",
        ],
        voices: &[
            "See for yourself.",
            "And it's there when it counts.",
            "You don't have to guess.",
            "Take a closer look.",
            "This isn't a trick.",
            "It's made for real days.",
            "You'd want to see this twice.",
            "That's what you came for.",
        ],
        question: "What shows that {product} works?",
        answer: "{support}",
    },
    Phrases {
        actions: &[
            "{helper} asks a question {at}; {hero} shows {thing} beside the {prop} and smiles.",
            "{hero} leaves the {prop} to {helper} and steps closer to {thing}.",
            "{hero} shrugs off the doubt {at} and turns from the {prop} to {thing}.",
            "{helper} nods {at}; {hero} rests a hand on the {prop}, {thing} in view.",
        ],
        voices: &[
            "Still not sure?",
            "You can start small.",
            "You don't have to change everything.",
            "You stay in control.",
            "Questions? That's fine.",
            "It's simpler than you think.",
            "You decide how far to go.",
            "Give it one honest try.",
        ],
        question: "What could still keep {hero} from {product}?",
        answer: "A last doubt, and seeing {product} in use settles it.",
    },
    Phrases {
        actions: &[
            "{hero} stands relaxed {at}, {thing} within reach, the {prop} in order.",
            "{hero} and {helper} walk past the {prop} {at}, {thing} in view.",
            "{hero} looks out {at}, calm, with {thing} beside the {prop}.",
            "Sunlight crosses the {prop}; {thing} stands in the middle of the frame.",
            "{hero} laughs with {helper} {at}, {thing} and the {prop} between them.",
        ],
        voices: &[
            "This is how it can feel.",
            "It's your turn now.",
            "Start where you are.",
            "Don't wait for the perfect day.",
            "Make today the day.",
            "You'll be glad you did.",
            "The next step is yours.",
            "You've got this.",
        ],
        question: "What does {hero} do now?",
        answer: "{cta}: {core}",
    },
];
