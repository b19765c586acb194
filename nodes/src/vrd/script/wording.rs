//! In which words and pictures is each beat told, when no model writes?
//!
//! The messages come first and word for word; short sentences fill what time is left. What cannot be spoken in its beat
//! is shown as text, and what fits neither way is pictured and said so.

use super::allot::Slot;
use super::beat::{Carried, Lines, MessageRef};
use super::message::Message;
use super::part::Part;
use super::phrase;
use super::world::{Place, World};
use crate::vrd::requirements::{VideoType, Vrd};
use crate::vrd::seconds::Seconds;

/// The words of one beat.
pub struct Worded {
    pub lines: Lines,
    pub refs: Vec<MessageRef>,
    pub question: String,
    pub answer: String,
    pub info: String,
    /// The thing in the middle of the action, and another one near it.
    pub props: [&'static str; 2],
    pub keywords: Vec<String>,
}

/// The most words that fit into `duration`, with room to breathe.
pub fn room(duration: Seconds, words_per_minute: u32) -> usize {
    let words = u64::from(duration.millis()) * u64::from(words_per_minute) * 87 / 6_000_000;
    usize::try_from(words).unwrap_or(usize::MAX)
}

/// The number of words in `text`.
pub fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Words all beats, in order: what was said once is not said again.
pub fn tell(vrd: &Vrd, world: &World, slots: &[Slot], placed: &[Vec<Message>]) -> Vec<Worded> {
    let mut told = Told { next_voice: [0; 8], next_action: [0; 8] };
    let last = slots.len().saturating_sub(1);
    let one = |(index, slot): (usize, &Slot)| {
        let telling =
            Telling { vrd, world, slot, messages: &placed[index], is_last: index == last };
        telling.word(&mut told, index)
    };
    slots.iter().enumerate().map(one).collect()
}

/// How far each part's phrases are used up.
struct Told {
    next_voice: [usize; 8],
    next_action: [usize; 8],
}

/// One beat to be told.
struct Telling<'a> {
    vrd: &'a Vrd,
    world: &'a World,
    slot: &'a Slot,
    messages: &'a [Message],
    is_last: bool,
}

impl Telling<'_> {
    fn word(&self, told: &mut Told, index: usize) -> Worded {
        let part = self.slot.main();
        let phrases = phrase::of(part);
        let place = place(self.world, part);
        let turn = told.next_action[part as usize];
        told.next_action[part as usize] += 1;
        let nth = (turn % phrases.actions.len() + turn / phrases.actions.len()) % 3;
        let prop = place.props[nth];
        let pattern = if self.is_last {
            phrase::FAREWELL
        } else {
            phrases.actions[turn % phrases.actions.len()]
        };
        let action = self.fill(pattern, place, prop, index);
        let (spoken, mut refs) = self.voice(told, index);
        let on_screen_text = self.screen(&mut refs);
        let speaks = self.vrd.video_type == VideoType::Testimonial
            && self.messages.iter().any(|message| matches!(message, Message::Support(_)));
        let (dialogue, voiceover) = if speaks { (spoken, None) } else { (None, spoken) };
        let note = (dialogue.is_some() || voiceover.is_some()).then(|| self.delivery(part));
        let action = if speaks {
            format!("{action} {} speaks to the camera.", sentence(&self.world.hero))
        } else {
            action
        };
        Worded {
            lines: Lines { action, dialogue, voiceover, on_screen_text, delivery_note: note },
            question: self.fill(phrases.question, place, prop, index),
            answer: self.fill(phrases.answer, place, prop, index),
            info: self.info(),
            props: [prop, place.props[(nth + 1) % 3]],
            keywords: self.keywords(place, prop, turn),
            refs: refs.iter().map(reference).collect(),
        }
    }

    /// What is spoken, and which messages are in it; the others are pictured for now.
    fn voice(&self, told: &mut Told, index: usize) -> (Option<String>, Vec<(Message, Carried)>) {
        let mut left = room(self.slot.duration(), self.vrd.narrative.words_per_minute);
        let mut carried: Vec<(Message, Carried)> =
            self.messages.iter().map(|message| (*message, Carried::Pictured)).collect();
        let mut order: Vec<usize> = (0..carried.len()).collect();
        order.sort_by_key(|at| self.rank(carried[*at].0));
        let mut said: Vec<Option<String>> = vec![None; carried.len()];
        for at in order {
            let words = self.said(carried[at].0);
            if count(&words) <= left {
                left -= count(&words);
                said[at] = Some(words);
                carried[at].1 = Carried::Spoken;
            }
        }
        let part = self.slot.main();
        let voices = phrase::of(part).voices;
        let mut fillers = Vec::new();
        for _ in 0..2 {
            let next = told.next_voice[part as usize];
            let Some(line) = voices.get(next) else { break };
            let line = self.fill(line, place(self.world, part), "", index);
            if count(&line) > left {
                break;
            }
            told.next_voice[part as usize] += 1;
            left -= count(&line);
            fillers.push(line);
        }
        // A pain opens its beat; every other message is what the beat leads up to.
        let is_pain = |at: &usize| matches!(carried[*at].0, Message::Pain(_));
        let (pains, others): (Vec<usize>, Vec<usize>) = (0..carried.len()).partition(is_pain);
        let pick = |places: Vec<usize>| {
            places.into_iter().filter_map(|at| said[at].clone()).collect::<Vec<_>>()
        };
        let sentences = [pick(pains), fillers, pick(others)].concat();
        ((!sentences.is_empty()).then(|| sentences.join(" ")), carried)
    }

    /// Which message is spoken first, when not all fit.
    fn rank(&self, message: Message) -> u8 {
        match message {
            Message::Core if self.slot.covers.contains(&Part::FirstPlotPoint) => 0,
            Message::Cta => 1,
            Message::Support(_) => 2,
            Message::Core => 3,
            Message::Pain(_) => 4,
        }
    }

    fn said(&self, message: Message) -> String {
        let text = message.text(self.vrd);
        match message {
            Message::Pain(index) => {
                let pattern = phrase::PAINS[index % phrase::PAINS.len()];
                pattern.replace("{Pain}", &sentence(text)).replace("{pain}", &inside(text))
            }
            _ => closed(text),
        }
    }

    /// What is read: the call to action at the end, else the first message that could not be spoken; where most watch
    /// without sound, also a spoken one.
    fn screen(&self, carried: &mut [(Message, Carried)]) -> Option<String> {
        let fits = |text: &str| count(text) <= 14;
        if self.is_last {
            let cta = &self.vrd.key_messages.cta;
            for (message, how) in carried.iter_mut() {
                if *message == Message::Cta {
                    *how = Carried::Shown;
                }
            }
            let head = if self.world.is_named { self.world.product.clone() } else { String::new() };
            return Some(if head.is_empty() { cta.clone() } else { format!("{head}\n{cta}") });
        }
        let is_muted = self.vrd.video_type == VideoType::SocialAd;
        let shown = carried
            .iter_mut()
            .find(|(message, how)| *how == Carried::Pictured && fits(message.text(self.vrd)));
        if let Some((message, how)) = shown {
            *how = Carried::Shown;
            return Some(two_lines(&sentence(message.text(self.vrd))));
        }
        let caption = carried.iter().find(|(message, _)| is_muted && fits(message.text(self.vrd)));
        caption.map(|(message, _)| two_lines(&sentence(message.text(self.vrd))))
    }

    fn delivery(&self, part: Part) -> String {
        let tone = &self.vrd.style.tone;
        let manner = match part {
            Part::Hook => "direct, close to the microphone",
            Part::IncitingEvent | Part::FirstPinchPoint => "lower, with pauses",
            Part::FirstPlotPoint => "lighter, inviting",
            Part::Midpoint => "opening up, with a smile",
            Part::SecondPinchPoint | Part::ThirdPlotPoint => "calm and sure",
            Part::Climax => "warm, with energy",
        };
        format!("{tone}; {manner}")
    }

    fn info(&self) -> String {
        match self.messages {
            [] => format!("How it feels: {}", self.slot.main().custom().audience_emotion),
            messages => {
                messages.iter().map(|message| message.text(self.vrd)).collect::<Vec<_>>().join("; ")
            }
        }
    }

    fn keywords(&self, place: &Place, prop: &str, turn: usize) -> Vec<String> {
        let mut keywords = vec![place.looks[turn % 2].to_owned(), prop.to_owned()];
        if self.world.is_named {
            keywords.push(self.world.product.clone());
        }
        let parts = [Part::Hook, Part::Midpoint, Part::Climax];
        if parts.iter().any(|part| self.slot.covers.contains(part)) {
            keywords.extend(self.vrd.style.visual_metaphors.iter().cloned());
        }
        keywords
    }

    fn fill(&self, pattern: &str, place: &Place, prop: &str, index: usize) -> String {
        let pains = &self.vrd.audience.pain_points;
        let own = self.messages.iter().find_map(|message| match message {
            Message::Pain(index) => Some(*index),
            _ => None,
        });
        let pain = own.unwrap_or(index % pains.len().max(1));
        let pain = pains.get(pain).map_or("the old way", String::as_str);
        let supports = &self.vrd.key_messages.supporting_messages;
        let core = &self.vrd.key_messages.core_message;
        let own = self.messages.iter().find_map(|message| match message {
            Message::Support(index) => supports.get(*index),
            _ => None,
        });
        let filled = pattern
            .replace("{Pain}", &sentence(pain))
            .replace("{pain}", &inside(pain))
            .replace("{hero}", &self.world.hero)
            .replace("{helper}", self.world.helper)
            .replace("{thing}", &self.world.thing)
            .replace("{product}", &self.world.product)
            .replace("{at}", place.at)
            .replace("{prop}", prop)
            .replace("{support}", own.unwrap_or(core))
            .replace("{cta}", &self.vrd.key_messages.cta)
            .replace("{include}", &self.vrd.content_structure.must_include.join(", "))
            .replace("{core}", core);
        // `; a colleague` stays small, what opens a sentence does not.
        sentence(&filled)
    }
}

fn reference((message, how): &(Message, Carried)) -> MessageRef {
    MessageRef { message: message.path(), how: *how }
}

/// The place of `part`: the world before, or after.
pub fn place(world: &World, part: Part) -> &Place {
    match part {
        Part::Hook | Part::IncitingEvent | Part::FirstPinchPoint => &world.before,
        _ => &world.after,
    }
}

/// With a capital at the start.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// As it stands inside a sentence: no capital, unless the word is a name or an acronym.
fn inside(text: &str) -> String {
    let text = text.trim_end_matches(['.', '!', '?']);
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// With a full stop, unless there is an end already.
fn closed(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// On two lines of about equal length, if it is longer than one.
fn two_lines(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= 7 {
        return words.join(" ");
    }
    let (first, second) = words.split_at(words.len().div_ceil(2));
    format!("{}\n{}", first.join(" "), second.join(" "))
}
