//! How much can the stages from a place on gain at most?
//!
//! Each resource gets a price. Gains less prices are chosen without limits, stage by stage backwards; what the limits
//! would have cost is added. Any prices give a bound; the search for good ones lowers it.

use super::stage::{Chain, Link};

/// What the chain gains at most from each stage on, after each tool.
pub(super) struct Bound<const K: usize> {
    pub(super) reduced: Reduced,
    /// By stage, then by the tool before it; one more stage for the end.
    pub(super) after: Vec<Vec<i128>>,
    /// The prices of all that may be used.
    pub(super) budget: i128,
    /// Choices that were met on the way, the last ones near the limits.
    pub(super) met: Vec<Vec<usize>>,
}

/// How often all prices are searched in turn.
const ROUNDS: usize = 6;

impl<const K: usize> Bound<K> {
    pub(super) fn of(chain: &Chain<K>) -> Self {
        let mut prices = [0; K];
        let mut met = Vec::new();
        let free = Policy::at(chain, &Reduced::at(chain, &prices));
        note(&free, &mut met);
        if !chain.keeps_limits(&free.used) {
            search(chain, &mut prices, &mut met);
        }
        let reduced = Reduced::at(chain, &prices);
        let policy = Policy::at(chain, &reduced);
        note(&policy, &mut met);
        Self { reduced, after: policy.after, budget: budget(chain, &prices), met }
    }
}

fn cost<const K: usize>(prices: &[i128; K], uses: &[i64; K]) -> i128 {
    (0..K).map(|slot| prices[slot] * i128::from(uses[slot])).sum()
}

fn budget<const K: usize>(chain: &Chain<K>, prices: &[i128; K]) -> i128 {
    cost(prices, &chain.limits)
}

impl<const K: usize> Chain<K> {
    pub(super) fn keeps_limits(&self, used: &[i64; K]) -> bool {
        (0..K).all(|slot| used[slot] <= self.limits[slot])
    }
}

/// Gains less the prices of what is used, at some prices.
pub(super) struct Reduced {
    /// What each choice of each stage gains.
    pub(super) choices: Vec<Vec<i128>>,
    /// What a switch on the way into each stage loses.
    pub(super) switches: Vec<i128>,
}

impl Reduced {
    fn at<const K: usize>(chain: &Chain<K>, prices: &[i128; K]) -> Self {
        let choices = |link: &Link<K>| {
            link.choices.iter().map(|choice| choice.gain - cost(prices, &choice.uses)).collect()
        };
        Self {
            choices: chain.links.iter().map(choices).collect(),
            switches: chain
                .links
                .iter()
                .map(|link| link.loss + cost(prices, &link.switch_uses))
                .collect(),
        }
    }

    /// The same, with a price for one more resource.
    fn priced<const K: usize>(&self, chain: &Chain<K>, slot: usize, price: i128) -> Self {
        let choices = |(link, gains): (&Link<K>, &Vec<i128>)| {
            let each = link.choices.iter().zip(gains);
            each.map(|(choice, gain)| gain - price * i128::from(choice.uses[slot])).collect()
        };
        let switches = chain.links.iter().zip(&self.switches);
        Self {
            choices: chain.links.iter().zip(&self.choices).map(choices).collect(),
            switches: switches
                .map(|(link, loss)| loss + price * i128::from(link.switch_uses[slot]))
                .collect(),
        }
    }
}

/// The best choices at some prices.
struct Policy<const K: usize> {
    after: Vec<Vec<i128>>,
    picks: Vec<usize>,
    used: [i64; K],
}

impl<const K: usize> Policy<K> {
    fn at(chain: &Chain<K>, reduced: &Reduced) -> Self {
        let after = backwards(chain, reduced);
        let (picks, used) = follow(chain, reduced, &after, 0, 0);
        Self { after, picks, used }
    }
}

/// The bound that `prices` give.
fn bound<const K: usize>(chain: &Chain<K>, prices: &[i128; K]) -> i128 {
    let after = backwards(chain, &Reduced::at(chain, prices));
    after[0].first().copied().unwrap_or(0) + budget(chain, prices)
}

/// The most that is gained from each stage on, after each tool.
fn backwards<const K: usize>(chain: &Chain<K>, reduced: &Reduced) -> Vec<Vec<i128>> {
    let mut after = vec![vec![0; chain.tools.max(1)]; chain.links.len() + 1];
    for at in (0..chain.links.len()).rev() {
        let link = &chain.links[at];
        let mut by_tool = vec![i128::MIN; chain.tools.max(1)];
        let mut best = i128::MIN;
        for (choice, gain) in link.choices.iter().zip(&reduced.choices[at]) {
            let tool = choice.tool as usize;
            let worth = gain + after[at + 1][tool];
            by_tool[tool] = by_tool[tool].max(worth);
            best = best.max(worth);
        }
        if link.is_linked {
            let switched = best - reduced.switches[at];
            for worth in &mut by_tool {
                *worth = (*worth).max(switched);
            }
        } else {
            by_tool.fill(best);
        }
        after[at] = by_tool;
    }
    after
}

/// The best choices from stage `from` on, after `tool`, and what they use; of equals the first.
pub(super) fn follow<const K: usize>(
    chain: &Chain<K>,
    reduced: &Reduced,
    after: &[Vec<i128>],
    from: usize,
    tool: u32,
) -> (Vec<usize>, [i64; K]) {
    let mut tool = tool;
    let mut picks = Vec::with_capacity(chain.links.len() - from);
    let mut used = [0; K];
    for (at, link) in chain.links.iter().enumerate().skip(from) {
        let mut best: Option<(i128, usize, bool)> = None;
        for (index, (choice, gain)) in link.choices.iter().zip(&reduced.choices[at]).enumerate() {
            let is_switch = link.is_linked && choice.tool != tool;
            let loss = if is_switch { reduced.switches[at] } else { 0 };
            let worth = gain - loss + after[at + 1][choice.tool as usize];
            if best.is_none_or(|(known, _, _)| worth > known) {
                best = Some((worth, index, is_switch));
            }
        }
        let Some((_, index, is_switch)) = best else { break };
        let choice = &link.choices[index];
        for (slot, used) in used.iter_mut().enumerate() {
            *used += choice.uses[slot] + if is_switch { link.switch_uses[slot] } else { 0 };
        }
        tool = choice.tool;
        picks.push(index);
    }
    (picks, used)
}

fn note<const K: usize>(policy: &Policy<K>, met: &mut Vec<Vec<usize>>) {
    if !met.contains(&policy.picks) {
        met.push(policy.picks.clone());
    }
}

/// Searches each price in turn: at the right one, what is used crosses the limit.
fn search<const K: usize>(chain: &Chain<K>, prices: &mut [i128; K], met: &mut Vec<Vec<usize>>) {
    let mut best = (bound(chain, prices), *prices);
    // Of several prices none is right before the others are, so none is searched to its last digits.
    let (rounds, precision) = if K == 1 { (1, 40) } else { (ROUNDS, 14) };
    for _ in 0..rounds {
        let before = best.0;
        for slot in 0..K {
            prices[slot] = 0;
            let others = Reduced::at(chain, prices);
            let mut uses_too_much = |price: i128| {
                let policy = Policy::at(chain, &others.priced(chain, slot, price));
                note(&policy, met);
                policy.used[slot] > chain.limits[slot]
            };
            if uses_too_much(0) {
                let (mut low, mut high) = (0_i128, 1_i128);
                while uses_too_much(high) && high < 1 << 100 {
                    low = high;
                    high *= 16;
                }
                while high - low > 1 && high - low > high >> precision {
                    let middle = i128::midpoint(low, high);
                    if uses_too_much(middle) { low = middle } else { high = middle }
                }
                prices[slot] = high;
            }
            let bound = bound(chain, prices);
            if bound < best.0 {
                best = (bound, *prices);
            }
        }
        if best.0 >= before {
            break;
        }
    }
    *prices = best.1;
    // The last met are the ones nearest to the limits.
    let excess = met.len().saturating_sub(if K == 1 { 3 } else { 4 });
    met.drain(..excess);
}
