//! How is a problem prepared for the search?

use super::{Problem, Switch};

/// The stages in the order of the search, with the resources that matter, and without choices that others beat.
pub(super) struct Chain<const K: usize> {
    pub(super) links: Vec<Link<K>>,
    pub(super) limits: [i64; K],
    /// How many tools there are; they are numbered from 0.
    pub(super) tools: usize,
    /// The stage's place in the problem, by its place here.
    order: Vec<usize>,
}

/// A stage of the chain.
pub(super) struct Link<const K: usize> {
    pub(super) choices: Vec<Pick<K>>,
    /// Whether the former stage of the chain is of the same group.
    pub(super) is_linked: bool,
    pub(super) loss: i128,
    pub(super) switch_uses: [i64; K],
    /// The least that this stage and all after it use.
    pub(super) least: [i64; K],
}

#[derive(Clone, Copy)]
pub(super) struct Pick<const K: usize> {
    pub(super) gain: i128,
    pub(super) uses: [i64; K],
    pub(super) tool: u32,
    /// Its place in the problem's stage.
    pub(super) place: usize,
}

/// The resources of which the dearest choices of all stages use more than the limit.
pub(super) fn tight(problem: &Problem) -> Vec<usize> {
    let most = |resource: usize| -> i128 {
        let used = |uses: &[i64]| i128::from(uses.get(resource).copied().unwrap_or(0));
        let stage = |stage: &super::Stage| {
            let dearest = stage.choices.iter().map(|choice| used(&choice.uses)).max().unwrap_or(0);
            dearest + used(&stage.switch.uses)
        };
        problem.stages.iter().map(stage).sum()
    };
    (0..problem.limits.len())
        .filter(|resource| most(*resource) > i128::from(problem.limits[*resource]))
        .collect()
}

impl<const K: usize> Chain<K> {
    /// None, if a stage has no choice that could keep the limits.
    pub(super) fn of(problem: &Problem, tight: &[usize]) -> Option<Self> {
        let mut limits = [i64::MAX / 4; K];
        // More resources than can be carried are not expected; the last ones would go unlimited, so they are refused.
        for (slot, resource) in tight.iter().enumerate() {
            *limits.get_mut(slot)? = problem.limits[*resource];
        }
        let order = order(problem);
        let (tools, numbers) = numbered(problem);
        let narrow = |uses: &[i64]| -> [i64; K] {
            std::array::from_fn(|slot| {
                tight.get(slot).and_then(|resource| uses.get(*resource)).copied().unwrap_or(0)
            })
        };
        let mut links: Vec<Link<K>> = Vec::with_capacity(order.len());
        for (at, index) in order.iter().enumerate() {
            let stage = &problem.stages[*index];
            let pick = |(place, choice): (usize, &super::Choice)| Pick {
                gain: choice.gain,
                uses: narrow(&choice.uses),
                tool: numbers
                    .binary_search(&choice.tool)
                    .map_or(0, |tool| u32::try_from(tool).unwrap_or(0)),
                place,
            };
            let former = at.checked_sub(1).map(|former| &problem.stages[order[former]]);
            let Switch { loss, uses } = &stage.switch;
            links.push(Link {
                choices: stage.choices.iter().enumerate().map(pick).collect(),
                is_linked: stage.group.is_some()
                    && former.is_some_and(|former| former.group == stage.group),
                loss: *loss,
                switch_uses: narrow(uses),
                least: [0; K],
            });
        }
        let mut chain = Self { links, limits, tools, order };
        chain.measure();
        chain.drop_hopeless()?;
        chain.drop_beaten();
        Some(chain)
    }

    /// Fills in the least that is used from each stage on.
    fn measure(&mut self) {
        let mut after = [0; K];
        for link in self.links.iter_mut().rev() {
            let least = link.cheapest();
            after = std::array::from_fn(|slot| after[slot] + least[slot]);
            link.least = after;
        }
    }

    /// Drops choices that no choice of the others can make up for.
    fn drop_hopeless(&mut self) -> Option<()> {
        let total = self.links.first().map_or([0; K], |link| link.least);
        let limits = self.limits;
        for link in &mut self.links {
            let least = link.cheapest();
            link.choices.retain(|choice| {
                (0..K).all(|slot| total[slot] - least[slot] + choice.uses[slot] <= limits[slot])
            });
            if link.choices.is_empty() {
                return None;
            }
        }
        Some(())
    }

    /// Drops choices that another one beats even after a switch on both sides.
    fn drop_beaten(&mut self) {
        let next: Vec<Option<(i128, [i64; K])>> = (0..self.links.len())
            .map(|at| {
                let next = self.links.get(at + 1)?;
                next.is_linked.then_some((next.loss, next.switch_uses))
            })
            .collect();
        for (link, next) in self.links.iter_mut().zip(next) {
            let into = if link.is_linked { (link.loss, link.switch_uses) } else { (0, [0; K]) };
            let out = next.unwrap_or((0, [0; K]));
            let beats = |one: &Pick<K>, other: &Pick<K>| {
                let (loss, uses) = if one.tool == other.tool {
                    (0, [0; K])
                } else {
                    (into.0 + out.0, std::array::from_fn(|slot| into.1[slot] + out.1[slot]))
                };
                let is_better = one.gain - loss >= other.gain
                    && (0..K).all(|slot| one.uses[slot] + uses[slot] <= other.uses[slot]);
                let is_same = one.gain == other.gain && one.uses == other.uses && loss == 0;
                // Of equals the first stays.
                is_better && (!is_same || one.place < other.place)
            };
            let all = link.choices.clone();
            link.choices.retain(|other| {
                !all.iter().any(|one| one.place != other.place && beats(one, other))
            });
        }
    }

    /// `picks` by place in the chain and by place in its stage, as the problem counts them.
    pub(super) fn unordered(&self, picks: &[usize]) -> Vec<usize> {
        let mut places = vec![0; picks.len()];
        for (at, pick) in picks.iter().enumerate() {
            places[self.order[at]] = self.links[at].choices[*pick].place;
        }
        places
    }
}

impl<const K: usize> Link<K> {
    fn cheapest(&self) -> [i64; K] {
        std::array::from_fn(|slot| {
            self.choices.iter().map(|choice| choice.uses[slot]).min().unwrap_or(0)
        })
    }
}

/// The stages with each group's together, in the order of their first ones.
fn order(problem: &Problem) -> Vec<usize> {
    let first = |index: usize| match problem.stages[index].group {
        Some(group) => {
            problem.stages.iter().position(|stage| stage.group == Some(group)).unwrap_or(index)
        }
        None => index,
    };
    let mut order: Vec<usize> = (0..problem.stages.len()).collect();
    order.sort_by_key(|index| (first(*index), *index));
    order
}

fn numbered(problem: &Problem) -> (usize, Vec<u32>) {
    let choices = problem.stages.iter().flat_map(|stage| &stage.choices);
    let mut tools: Vec<u32> = choices.map(|choice| choice.tool).collect();
    tools.sort_unstable();
    tools.dedup();
    (tools.len(), tools)
}
