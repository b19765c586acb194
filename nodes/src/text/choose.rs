//! Which sentences say most in the time there is?
//!
//! The document is parted into as many stretches as there are scenes, so that the narration covers all of it; from
//! each the sentences are taken that rank high, repeat nothing, and follow from each other.

use std::collections::BTreeSet;

use super::ear::{self, Opening};
use super::gather::{Gathered, Sentence};

/// What one scene says: sentences by their index, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Picked {
    pub section: usize,
    /// Whether no earlier scene is of this section.
    pub opens_section: bool,
    pub sentences: Vec<usize>,
}

/// Room for words, and scenes to put them in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub words: usize,
    pub scenes: usize,
}

/// The scenes of a narration, first to last.
pub(super) fn choose(gathered: &Gathered, room: Room) -> Vec<Picked> {
    let total: usize = gathered.sentences.iter().map(|sentence| sentence.words).sum();
    if total <= room.words + room.words / 8 {
        return everything(gathered, room);
    }
    let mut chosen = Chosen { gathered, taken: BTreeSet::new() };
    let per_scene = room.words / room.scenes;
    let close = closing(gathered, per_scene);
    let hook = chosen.hook(close, per_scene);
    chosen.taken.extend(close);
    let said: usize = hook.iter().chain(&close).map(|i| gathered.sentences[*i].words).sum();
    let mut left = room.words.saturating_sub(said);
    let stretches = stretches(gathered, room.scenes - 2, &chosen.taken);
    let mut scenes = vec![hook];
    let count = stretches.len();
    for (index, stretch) in stretches.into_iter().enumerate() {
        let picked = chosen.pick(&stretch, left / (count - index));
        left = left.saturating_sub(picked.iter().map(|i| gathered.sentences[*i].words).sum());
        scenes.push(picked);
    }
    scenes.extend(close.map(|index| vec![index]));
    in_scenes(gathered, scenes)
}

fn in_scenes(gathered: &Gathered, scenes: Vec<Vec<usize>>) -> Vec<Picked> {
    let mut seen = BTreeSet::new();
    let scenes = scenes.into_iter().filter(|sentences| !sentences.is_empty()).map(|sentences| {
        let section = gathered.sentences[sentences[0]].section;
        Picked { section, opens_section: seen.insert(section), sentences }
    });
    scenes.collect()
}

/// A text that fits is narrated whole, in even scenes.
fn everything(gathered: &Gathered, room: Room) -> Vec<Picked> {
    let sentences = &gathered.sentences;
    let total: usize = sentences.iter().map(|sentence| sentence.words).sum();
    let even = total.div_ceil(room.scenes).max(room.words / room.scenes / 2).max(1);
    let mut scenes: Vec<Vec<usize>> = Vec::new();
    let mut words = 0;
    for (index, sentence) in sentences.iter().enumerate() {
        let new_section = index > 0 && sentences[index - 1].section != sentence.section;
        let full = words + sentence.words / 2 > even;
        if scenes.is_empty() || full || (new_section && words * 2 > even) {
            scenes.push(Vec::new());
            words = 0;
        }
        words += sentence.words;
        scenes.last_mut().expect("one was pushed").push(index);
    }
    in_scenes(gathered, scenes)
}

/// The sentence to end with: a good one from the end of the document that stands alone.
fn closing(gathered: &Gathered, room: usize) -> Option<usize> {
    let sentences = &gathered.sentences;
    let last_paragraph = sentences.last()?.paragraph;
    let last_section = sentences.last()?.section;
    let from = sentences.len() * 2 / 3;
    let fits = |sentence: &Sentence| {
        sentence.opening == Opening::Free && (5..=room.max(14)).contains(&sentence.words)
    };
    let worth = |index: usize| {
        let sentence = &sentences[index];
        let last = if sentence.paragraph == last_paragraph { 1.5 } else { 1.0 };
        sentence.score * last
    };
    let within = |from: usize| (from.max(1)..sentences.len()).filter(|i| fits(&sentences[*i]));
    let ending =
        sentences.iter().position(|sentence| sentence.section == last_section).unwrap_or(0);
    let from = if within(ending.max(from)).next().is_some() { ending.max(from) } else { from };
    within(from).max_by(|a, b| worth(*a).total_cmp(&worth(*b)).then(b.cmp(a)))
}

/// The document in `count` stretches: whole sections where there are enough, else parts of them.
fn stretches(gathered: &Gathered, count: usize, taken: &BTreeSet<usize>) -> Vec<Vec<usize>> {
    let mut sections: Vec<Vec<usize>> = Vec::new();
    let mut last = None;
    for (index, sentence) in gathered.sentences.iter().enumerate() {
        if taken.contains(&index) {
            continue;
        }
        if last.replace(sentence.section) != Some(sentence.section) {
            sections.push(Vec::new());
        }
        sections.last_mut().expect("one was pushed").push(index);
    }
    sections.retain(|section| {
        section.iter().any(|i| gathered.sentences[*i].opening != Opening::Leaning)
    });
    let weight = |section: &Vec<usize>| -> f64 {
        let words: usize = section.iter().map(|i| gathered.sentences[*i].words).sum();
        let best = section.iter().map(|i| gathered.sentences[*i].score).fold(0.0, f64::max);
        f64::from(u32::try_from(words).unwrap_or(u32::MAX)).sqrt() * best
    };
    let weights: Vec<f64> = sections.iter().map(weight).collect();
    let mut shares = vec![0_u32; sections.len()];
    for _ in 0..count {
        // The first share of each section before the second of any, the heaviest first.
        let next = (0..sections.len())
            .filter(|i| {
                usize::try_from(shares[*i]).is_ok_and(|share| share * 2 < sections[*i].len().max(2))
            })
            .max_by(|a, b| {
                let claim =
                    |i: usize| weights[i] / f64::from(shares[i] + 1) / f64::from(shares[i] * 2 + 1);
                claim(*a).total_cmp(&claim(*b)).then(b.cmp(a))
            });
        match next {
            Some(next) => shares[next] += 1,
            None => break,
        }
    }
    let parts = sections.iter().zip(shares).filter(|(_, share)| *share > 0);
    parts.flat_map(|(section, share)| parted(gathered, section, share as usize)).collect()
}

/// `section` in `count` runs of about as many words each.
fn parted(gathered: &Gathered, section: &[usize], count: usize) -> Vec<Vec<usize>> {
    let words = |i: &usize| gathered.sentences[*i].words;
    let total: usize = section.iter().map(words).sum();
    let mut parts = vec![Vec::new(); count];
    let mut before = 0;
    for index in section {
        let part = (before * count / total.max(1)).min(count - 1);
        parts[part].push(*index);
        before += words(index);
    }
    parts
}

struct Chosen<'a> {
    gathered: &'a Gathered,
    taken: BTreeSet<usize>,
}

impl Chosen<'_> {
    /// The opening: the first sentence that stands alone and is easy to follow, and what comes after it.
    fn hook(&mut self, close: Option<usize>, room: usize) -> Vec<usize> {
        let sentences = &self.gathered.sentences;
        let early = sentences.len().min(6);
        let section = sentences.first().map(|sentence| sentence.section);
        let stands = |i: &usize| {
            Some(*i) != close
                && sentences[*i].opening == Opening::Free
                && Some(sentences[*i].section) == section
                && (5..=ear::LONGEST + 4).contains(&sentences[*i].words)
        };
        let first = (0..early).find(stands);

        let Some(first) = first else {
            return self.pick(&(0..early).collect::<Vec<_>>(), room);
        };
        self.taken.insert(first);
        let rest: Vec<usize> =
            (first + 1..early).filter(|i| Some(sentences[*i].section) == section).collect();
        let mut hook = vec![first];
        let left = room.saturating_sub(sentences[first].words);
        if left >= 7 {
            hook.extend(self.pick(&rest, left));
        }
        hook
    }

    /// Sentences of `stretch` for about `room` words, one at least, in order.
    fn pick(&mut self, stretch: &[usize], room: usize) -> Vec<usize> {
        let mut picked = Vec::new();
        let mut left = room;
        let most = stretch
            .iter()
            .map(|i| self.gathered.sentences[*i].score)
            .fold(f64::MIN_POSITIVE, f64::max);
        while left >= 6 || picked.is_empty() {
            let slack = if picked.is_empty() { left.max(ear::LONGEST) } else { left + 4 };
            let fits =
                |i: &&usize| !self.taken.contains(i) && self.gathered.sentences[**i].words <= slack;
            let best = stretch
                .iter()
                .filter(fits)
                .filter_map(|i| Some((self.worth(*i, most)?, *i)))
                .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
            let Some((_, index)) = best else {
                break;
            };
            left = left.saturating_sub(self.gathered.sentences[index].words);
            self.taken.insert(index);
            picked.push(index);
        }
        picked.sort_unstable();
        picked
    }

    /// What taking the sentence would add; none, if it cannot stand where it would.
    fn worth(&self, index: usize, most: f64) -> Option<f64> {
        let sentence = &self.gathered.sentences[index];
        let follows = self.follows(index);
        let standing = match sentence.opening {
            Opening::Free => 1.0,
            _ if follows => 1.0,
            Opening::Pointing => 0.5,
            Opening::Leaning => {
                ear::untied(&sentence.text)?;
                0.9
            }
        };
        let repeats = self.taken.iter().map(|other| self.gathered.ranking.likeness(index, *other));
        let repeats = repeats.fold(0.0, f64::max);
        let bonus = if follows { 0.2 } else { 0.0 };
        Some(0.75 * sentence.score / most * standing - 0.25 * repeats + bonus)
    }

    /// Whether the sentence before it in its paragraph is said.
    fn follows(&self, index: usize) -> bool {
        let sentences = &self.gathered.sentences;
        index > 0
            && self.taken.contains(&(index - 1))
            && sentences[index - 1].paragraph == sentences[index].paragraph
    }
}
