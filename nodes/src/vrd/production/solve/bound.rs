//! How much can the stages from a place on gain at most?
//!
//! Each resource gets a price. Gains less prices are chosen without limits, stage by stage backwards; what the limits
//! would have cost is added. Any prices give a bound; the search for good ones lowers it.

use super::stage::{Chain, Pick};

/// Prices, and what the chain gains at most from each stage on, after each tool.
pub(super) struct Bound<const K: usize> {
    pub(super) prices: [i128; K],
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
        let free = Policy::at(chain, &prices);
        note(&free, &mut met);
        if !chain.keeps_limits(&free.used) {
            search(chain, &mut prices, &mut met);
        }
        let policy = Policy::at(chain, &prices);
        note(&policy, &mut met);
        let budget = (0..K).map(|slot| prices[slot] * i128::from(chain.limits[slot])).sum();
        Self { prices, after: policy.after, budget, met }
    }

    /// What `pick` gains less the prices of what it uses.
    pub(super) fn reduced(&self, pick: &Pick<K>) -> i128 {
        pick.gain - cost(&self.prices, &pick.uses)
    }
}

pub(super) fn cost<const K: usize>(prices: &[i128; K], uses: &[i64; K]) -> i128 {
    (0..K).map(|slot| prices[slot] * i128::from(uses[slot])).sum()
}

impl<const K: usize> Chain<K> {
    pub(super) fn keeps_limits(&self, used: &[i64; K]) -> bool {
        (0..K).all(|slot| used[slot] <= self.limits[slot])
    }
}

/// The best choices at some prices.
struct Policy<const K: usize> {
    after: Vec<Vec<i128>>,
    picks: Vec<usize>,
    used: [i64; K],
}

impl<const K: usize> Policy<K> {
    fn at(chain: &Chain<K>, prices: &[i128; K]) -> Self {
        let after = backwards(chain, prices);
        let (picks, used) = follow(chain, prices, &after, 0, 0);
        Self { after, picks, used }
    }

    /// The bound that the prices give.
    fn bound(&self, chain: &Chain<K>, prices: &[i128; K]) -> i128 {
        let budget: i128 = (0..K).map(|slot| prices[slot] * i128::from(chain.limits[slot])).sum();
        self.after[0].first().copied().unwrap_or(0) + budget
    }
}

/// The most that is gained from each stage on, after each tool.
fn backwards<const K: usize>(chain: &Chain<K>, prices: &[i128; K]) -> Vec<Vec<i128>> {
    let mut after = vec![vec![0; chain.tools.max(1)]; chain.links.len() + 1];
    for at in (0..chain.links.len()).rev() {
        let link = &chain.links[at];
        let mut by_tool = vec![i128::MIN; chain.tools.max(1)];
        let mut best = i128::MIN;
        for choice in &link.choices {
            let tool = choice.tool as usize;
            let worth = choice.gain - cost(prices, &choice.uses) + after[at + 1][tool];
            by_tool[tool] = by_tool[tool].max(worth);
            best = best.max(worth);
        }
        if link.is_linked {
            let switched = best - link.loss - cost(prices, &link.switch_uses);
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
    prices: &[i128; K],
    after: &[Vec<i128>],
    from: usize,
    tool: u32,
) -> (Vec<usize>, [i64; K]) {
    let mut tool = tool;
    let mut picks = Vec::with_capacity(chain.links.len() - from);
    let mut used = [0; K];
    for (at, link) in chain.links.iter().enumerate().skip(from) {
        let mut best: Option<(i128, usize, bool)> = None;
        for (index, choice) in link.choices.iter().enumerate() {
            let is_switch = link.is_linked && choice.tool != tool;
            let switch = if is_switch { link.loss + cost(prices, &link.switch_uses) } else { 0 };
            let worth = choice.gain - cost(prices, &choice.uses) - switch
                + after[at + 1][choice.tool as usize];
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
    let mut best = (Policy::at(chain, prices).bound(chain, prices), *prices);
    for _ in 0..if K == 1 { 1 } else { ROUNDS } {
        let before = best.0;
        for slot in 0..K {
            let (mut low, mut high) = (0_i128, 1_i128);
            let uses_too_much = |price: i128, prices: &mut [i128; K], met: &mut Vec<Vec<usize>>| {
                prices[slot] = price;
                let policy = Policy::at(chain, prices);
                note(&policy, met);
                policy.used[slot] > chain.limits[slot]
            };
            if uses_too_much(0, prices, met) {
                while uses_too_much(high, prices, met) && high < 1 << 100 {
                    low = high;
                    high *= 4;
                }
                while high - low > 1 && high - low > high >> 40 {
                    let middle = i128::midpoint(low, high);
                    if uses_too_much(middle, prices, met) { low = middle } else { high = middle }
                }
                prices[slot] = high;
            } else {
                prices[slot] = 0;
            }
            let bound = Policy::at(chain, prices).bound(chain, prices);
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
    let excess = met.len().saturating_sub(if K == 1 { 3 } else { 12 });
    met.drain(..excess);
}
