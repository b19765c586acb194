//! Which choices are the best, stage by stage?

use super::Effort;
use super::bound::{self, Bound};
use super::stage::{Chain, Link, Pick};

/// The end of a search.
pub(super) enum Found {
    Best { picks: Vec<usize>, bound: i128 },
    Nothing { is_proven: bool },
}

/// What was gained and used up to a stage, and how.
#[derive(Clone, Copy)]
struct Label<const K: usize> {
    gain: i128,
    /// The gain less the prices of what was used.
    reduced: i128,
    used: [i64; K],
    tool: u32,
    /// The step before, among those recorded, and the choice that led here.
    before: u32,
    pick: u32,
    /// Its own place among the steps, once it is recorded.
    step: u32,
}

/// A choice, and the step before it.
struct Step {
    before: u32,
    pick: u32,
}

const START: u32 = u32::MAX;
/// How many labels are made before the needless ones among them are dropped.
const CROWD: usize = 400_000;
/// The same where comparing is dearer.
const DEAR_CROWD: usize = 20_000;
/// How many labels of each stage are completed to the end, in the hope of a better answer.
const DIVES: usize = 2;
/// How often all stages are looked over for single changes.
const TURNS: usize = 4;

struct Search<'a, const K: usize> {
    chain: &'a Chain<K>,
    bound: &'a Bound<K>,
    steps: Vec<Step>,
    best: Option<(i128, Vec<usize>)>,
    /// The most that a dropped label could have gained.
    dropped: Option<i128>,
}

pub(super) fn search<const K: usize>(chain: &Chain<K>, bound: &Bound<K>, effort: Effort) -> Found {
    let mut search = Search { chain, bound, steps: Vec::new(), best: None, dropped: None };
    for picks in &bound.met {
        search.offer(improved(chain, repaired(chain, picks.clone())));
    }
    let start =
        Label { gain: 0, reduced: 0, used: [0; K], tool: 0, before: START, pick: 0, step: START };
    let mut labels = vec![start];
    for at in 0..chain.links.len() {
        labels = search.extend(at, &labels, effort);
        search.trim(at, &mut labels, effort);
        search.record(&mut labels);
        search.dive(at, &labels);
    }
    for label in &labels {
        if search.best.as_ref().is_none_or(|(gain, _)| label.gain > *gain) {
            let picks = search.picks(label.step);
            search.best = Some((label.gain, picks));
        }
    }
    match search.best {
        Some((gain, picks)) => {
            Found::Best { picks, bound: search.dropped.unwrap_or(gain).max(gain) }
        }
        None => Found::Nothing { is_proven: search.dropped.is_none() },
    }
}

impl<const K: usize> Search<'_, K> {
    /// Takes `picks` if they are better than the best known ones.
    fn offer(&mut self, picks: Vec<usize>) {
        let (gain, used) = self.chain.worth(&picks);
        let is_better = self.best.as_ref().is_none_or(|(known, _)| gain > *known);
        if is_better && self.chain.keeps_limits(&used) {
            self.best = Some((gain, picks));
        }
    }

    /// The labels after stage `at` that may still lead to something better.
    fn extend(&mut self, at: usize, labels: &[Label<K>], effort: Effort) -> Vec<Label<K>> {
        let link = &self.chain.links[at];
        let after = &self.bound.after[at + 1];
        let least = self.chain.links.get(at + 1).map_or([0; K], |next| next.least);
        // What is left of a label's hope after a choice, the best first: the rest need not be looked at.
        let reduced = &self.bound.reduced.choices[at];
        let mut ranked: Vec<(i128, usize)> = link
            .choices
            .iter()
            .zip(reduced)
            .enumerate()
            .map(|(index, (choice, gain))| (gain + after[choice.tool as usize], index))
            .collect();
        ranked.sort_unstable_by_key(|(worth, index)| (std::cmp::Reverse(*worth), *index));
        let target = self.best.as_ref().map(|(gain, _)| *gain - self.bound.budget);
        let switch = self.bound.reduced.switches[at];
        let mut extended = Vec::new();
        let mut crowd = if K == 1 { CROWD } else { DEAR_CROWD };
        for label in labels {
            for (worth, index) in &ranked {
                if target.is_some_and(|target| label.reduced + worth <= target) {
                    break;
                }
                let choice = &link.choices[*index];
                let is_switch = link.is_linked && choice.tool != label.tool;
                if is_switch
                    && target.is_some_and(|target| label.reduced + worth - switch <= target)
                {
                    continue;
                }
                let used: [i64; K] = std::array::from_fn(|slot| {
                    let more = if is_switch { link.switch_uses[slot] } else { 0 };
                    label.used[slot] + choice.uses[slot] + more
                });
                if (0..K).any(|slot| used[slot] + least[slot] > self.chain.limits[slot]) {
                    continue;
                }
                let (loss, price) = if is_switch { (link.loss, switch) } else { (0, 0) };
                extended.push(Label {
                    gain: label.gain + choice.gain - loss,
                    reduced: label.reduced + reduced[*index] - price,
                    used,
                    tool: choice.tool,
                    before: label.step,
                    pick: u32::try_from(*index).unwrap_or(u32::MAX),
                    step: START,
                });
            }
            if extended.len() > crowd {
                if K > 1 {
                    self.trim(at, &mut extended, effort.doubled());
                }
                dominate(&mut extended, self.chain.links.get(at + 1));
                crowd = extended.len() + if K == 1 { CROWD } else { DEAR_CROWD };
            }
        }
        if K > 1 {
            self.trim(at, &mut extended, effort.doubled());
        }
        dominate(&mut extended, self.chain.links.get(at + 1));
        extended
    }

    fn record(&mut self, labels: &mut [Label<K>]) {
        for label in labels {
            label.step = u32::try_from(self.steps.len()).unwrap_or(START);
            self.steps.push(Step { before: label.before, pick: label.pick });
        }
    }

    /// The most that `label` after stage `at` can come to.
    fn hope(&self, at: usize, label: &Label<K>) -> i128 {
        label.reduced + self.bound.after[at + 1][label.tool as usize] + self.bound.budget
    }

    /// Keeps no more labels than allowed, the most promising.
    fn trim(&mut self, at: usize, labels: &mut Vec<Label<K>>, effort: Effort) {
        if labels.len() <= effort.labels {
            return;
        }
        labels.sort_unstable_by_key(|label| {
            (std::cmp::Reverse(self.hope(at, label)), label.before, label.pick)
        });
        let lost = labels[effort.labels..].iter().map(|label| self.hope(at, label)).max();
        self.dropped = self.dropped.max(lost);
        labels.truncate(effort.labels);
    }

    /// Completes the most promising labels as the prices advise.
    fn dive(&mut self, at: usize, labels: &[Label<K>]) {
        let mut promising: Vec<&Label<K>> = labels.iter().collect();
        let count = DIVES.min(promising.len());
        if count == 0 {
            return;
        }
        let key = |label: &&Label<K>| (std::cmp::Reverse(self.hope(at, label)), label.step);
        promising.select_nth_unstable_by_key(count - 1, key);
        promising.truncate(count);
        promising.sort_unstable_by_key(|label| label.step);
        for label in promising {
            let (rest, more) = bound::follow(
                self.chain,
                &self.bound.reduced,
                &self.bound.after,
                at + 1,
                label.tool,
            );
            let used: [i64; K] = std::array::from_fn(|slot| label.used[slot] + more[slot]);
            if self.chain.keeps_limits(&used) {
                let picks = [self.picks(label.step), rest].concat();
                self.offer(improved(self.chain, picks));
            }
        }
    }

    fn picks(&self, step: u32) -> Vec<usize> {
        let mut picks = Vec::new();
        let mut step = step;
        while let Some(Step { before, pick }) = self.steps.get(step as usize) {
            picks.push(*pick as usize);
            step = *before;
        }
        picks.reverse();
        picks
    }
}

impl<const K: usize> Chain<K> {
    /// What `picks` gain and use.
    fn worth(&self, picks: &[usize]) -> (i128, [i64; K]) {
        let (mut gain, mut used, mut tool) = (0, [0; K], 0);
        for (link, pick) in self.links.iter().zip(picks) {
            let choice = &link.choices[*pick];
            let is_switch = link.is_linked && choice.tool != tool;
            gain += choice.gain - if is_switch { link.loss } else { 0 };
            for (slot, used) in used.iter_mut().enumerate() {
                *used += choice.uses[slot] + if is_switch { link.switch_uses[slot] } else { 0 };
            }
            tool = choice.tool;
        }
        (gain, used)
    }

    /// What stage `at` of `picks` brings with `pick`: its own choice, and the switches on both of its sides.
    fn around(&self, picks: &[usize], at: usize, pick: usize) -> Around<'_, K> {
        let link = &self.links[at];
        let choice = &link.choices[pick];
        let into = at.checked_sub(1).map(|former| self.links[former].choices[picks[former]].tool);
        let next = self.links.get(at + 1).map(|next| (next, next.choices[picks[at + 1]].tool));
        let switch = |link: &'_ Link<K>, other: Option<u32>| {
            link.is_linked && other.is_some_and(|other| other != choice.tool)
        };
        let out = next.filter(|(next, tool)| switch(next, Some(*tool)));
        Around {
            choice,
            into: Some(link).filter(|link| switch(link, into)),
            out: out.map(|(next, _)| next),
        }
    }
}

/// A choice, and the switches that it makes.
struct Around<'a, const K: usize> {
    choice: &'a Pick<K>,
    into: Option<&'a Link<K>>,
    out: Option<&'a Link<K>>,
}

impl<const K: usize> Around<'_, K> {
    fn gain(&self) -> i128 {
        let loss = |link: Option<&Link<K>>| link.map_or(0, |link| link.loss);
        self.choice.gain - loss(self.into) - loss(self.out)
    }

    fn uses(&self) -> [i64; K] {
        let more =
            |link: Option<&Link<K>>, slot: usize| link.map_or(0, |link| link.switch_uses[slot]);
        std::array::from_fn(|slot| {
            self.choice.uses[slot] + more(self.into, slot) + more(self.out, slot)
        })
    }
}

/// `used` with one stage's part of it exchanged.
fn exchanged<const K: usize>(used: &[i64; K], old: &[i64; K], new: &[i64; K]) -> [i64; K] {
    std::array::from_fn(|slot| used[slot] - old[slot] + new[slot])
}

/// How far beyond the limits `used` is, in millionths of each.
fn excess<const K: usize>(chain: &Chain<K>, used: &[i64; K]) -> i128 {
    let beyond = |slot: usize| {
        let limit = chain.limits[slot];
        i128::from((used[slot] - limit).max(0)) * 1_000_000 / i128::from(limit.max(1))
            + i128::from(used[slot] > limit)
    };
    (0..K).map(beyond).sum()
}

/// `picks` with single changes until they keep the limits: each time the one that gives up least for what it saves.
fn repaired<const K: usize>(chain: &Chain<K>, mut picks: Vec<usize>) -> Vec<usize> {
    let (_, mut used) = chain.worth(&picks);
    for _ in 0..chain.links.len() * 2 {
        let before = excess(chain, &used);
        if before == 0 {
            break;
        }
        let mut best: Option<(i128, usize, usize, [i64; K])> = None;
        for (at, link) in chain.links.iter().enumerate() {
            let old = chain.around(&picks, at, picks[at]);
            let (lost, freed) = (old.gain(), old.uses());
            for pick in 0..link.choices.len() {
                let new = chain.around(&picks, at, pick);
                let after = exchanged(&used, &freed, &new.uses());
                let saved = before - excess(chain, &after);
                if saved <= 0 {
                    continue;
                }
                let gain = new.gain() - lost;
                let worth = if gain >= 0 { gain.saturating_mul(saved) } else { gain / saved };
                if best.is_none_or(|(known, ..)| worth > known) {
                    best = Some((worth, at, pick, after));
                }
            }
        }
        let Some((_, at, pick, after)) = best else { break };
        picks[at] = pick;
        used = after;
    }
    picks
}

/// `picks` with single changes for the better, stage after stage, until none is left or each stage has had its turns.
fn improved<const K: usize>(chain: &Chain<K>, mut picks: Vec<usize>) -> Vec<usize> {
    let (_, mut used) = chain.worth(&picks);
    for _ in 0..TURNS {
        let mut is_better = false;
        for (at, link) in chain.links.iter().enumerate() {
            let old = chain.around(&picks, at, picks[at]);
            let (mut most, freed) = (old.gain(), old.uses());
            let mut best: Option<(usize, [i64; K])> = None;
            for pick in 0..link.choices.len() {
                let new = chain.around(&picks, at, pick);
                if new.gain() <= most {
                    continue;
                }
                let after = exchanged(&used, &freed, &new.uses());
                if chain.keeps_limits(&after) {
                    most = new.gain();
                    best = Some((pick, after));
                }
            }
            if let Some((pick, after)) = best {
                picks[at] = pick;
                used = after;
                is_better = true;
            }
        }
        if !is_better {
            break;
        }
    }
    picks
}

/// Drops labels that another one makes needless: as much gained with as little used, and the same tool, or so much more
/// gained that a switch is paid for.
fn dominate<const K: usize>(labels: &mut Vec<Label<K>>, next: Option<&Link<K>>) {
    let next = next.filter(|next| next.is_linked);
    let tool = |label: &Label<K>| if next.is_some() { label.tool } else { 0 };
    // By resources first, so that whatever could dominate a label stands before it.
    labels.sort_unstable_by(|one, other| {
        one.used
            .cmp(&other.used)
            .then(other.gain.cmp(&one.gain))
            .then((one.before, one.pick).cmp(&(other.before, other.pick)))
    });
    if K == 1 {
        return sweep(labels, next, tool);
    }
    let mut kept: Vec<Label<K>> = Vec::with_capacity(labels.len().min(4096));
    for label in labels.iter() {
        let is_dominated = kept.iter().rev().take(128).any(|other| {
            let switch = next.filter(|_| tool(other) != tool(label));
            let (loss, uses) = switch.map_or((0, [0; K]), |next| (next.loss, next.switch_uses));
            other.gain - loss >= label.gain
                && (0..K).all(|slot| other.used[slot] + uses[slot] <= label.used[slot])
        });
        if !is_dominated {
            kept.push(*label);
        }
    }
    *labels = kept;
}

/// With one resource a single pass is enough: the best gain so far, for each tool and for all.
fn sweep<const K: usize>(
    labels: &mut Vec<Label<K>>,
    next: Option<&Link<K>>,
    tool: impl Fn(&Label<K>) -> u32,
) {
    let mut by_tool: Vec<i128> = Vec::new();
    let mut overall = i128::MIN;
    // A switch that uses the resource is paid by no label that stands before; then only the same tool counts.
    let loss = next.map_or(Some(0), |next| (next.switch_uses[0] == 0).then_some(next.loss));
    labels.retain(|label| {
        let tool = tool(label) as usize;
        if by_tool.len() <= tool {
            by_tool.resize(tool + 1, i128::MIN);
        }
        let is_beaten = label.gain <= by_tool[tool]
            || loss.is_some_and(|loss| overall != i128::MIN && label.gain <= overall - loss);
        if !is_beaten {
            by_tool[tool] = label.gain;
            overall = overall.max(label.gain);
        }
        !is_beaten
    });
}
