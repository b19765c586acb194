//! Which choice of each stage is best, within limits that all stages share?
//!
//! A multiple-choice knapsack with memory: one choice a stage, several limited resources, and a loss wherever the tool
//! changes inside a group. Solved exactly:
//!
//! 1. The stages of a group are brought together, choices that another one beats are dropped.
//! 2. Prices of the resources are searched ([`bound`]) for which the best choices without limits bound the optimum from
//!    above. With one resource this is the bound of the linear relaxation over the convex hull.
//! 3. Labels of what was gained and used are carried from stage to stage ([`search`]). One that cannot beat the best
//!    known answer, or that another one dominates, is dropped. What is left in the end is the optimum.
//!
//! Whole numbers only, so an answer is the optimum and not nearly so. It knows nothing of money, time or shots.

mod bound;
mod search;
mod stage;

/// What is to be solved.
#[derive(Clone, Debug, Default)]
pub struct Problem {
    pub stages: Vec<Stage>,
    /// The most of each resource that may be used.
    pub limits: Vec<i64>,
}

/// One decision.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    pub choices: Vec<Choice>,
    /// Stages of one group should use one tool, each compared with the one before it.
    pub group: Option<u32>,
    /// What a change of tools costs on the way into this stage.
    pub switch: Switch,
}

/// A way to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub gain: i128,
    /// How much of each resource it uses; none is negative.
    pub uses: Vec<i64>,
    pub tool: u32,
}

/// A loss of gain, and a use of resources.
#[derive(Clone, Debug, Default)]
pub struct Switch {
    pub loss: i128,
    pub uses: Vec<i64>,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Solved(Solution),
    /// No choice of all stages keeps the limits.
    Infeasible,
    /// Neither an answer nor a proof that there is none was found within the labels allowed.
    Unknown,
}

/// The choices, by stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    pub picks: Vec<usize>,
    pub gain: i128,
    /// Nothing gains more than this; equal to `gain` if the optimum is proven.
    pub bound: i128,
}

impl Solution {
    pub fn is_proven(&self) -> bool {
        self.bound <= self.gain
    }
}

/// How many labels a stage may carry before the least promising are dropped, and with them the proof.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    pub labels: usize,
}

impl Effort {
    /// The same for labels that are that much dearer to compare.
    fn shared(self, by: usize) -> Self {
        Self { labels: (self.labels / by).max(2) }
    }
}

impl Effort {
    /// Twice as many, before those that others dominate are dropped.
    fn doubled(self) -> Self {
        Self { labels: self.labels.saturating_mul(2) }
    }
}

impl Default for Effort {
    fn default() -> Self {
        Self { labels: 60_000 }
    }
}

/// The best choices, with the proof or the gap.
pub fn solve(problem: &Problem, effort: Effort) -> Answer {
    if problem.stages.iter().any(|stage| stage.choices.is_empty()) {
        return Answer::Infeasible;
    }
    // Only limits that are in the way are carried: the optimum without the others is the optimum, if it keeps them.
    let tight = stage::tight(problem);
    let mut active: Vec<usize> = Vec::new();
    loop {
        let answer = with_limits(problem, &active, effort);
        let Answer::Solved(solution) = &answer else {
            return answer;
        };
        let uses = problem.uses(&solution.picks);
        let broken: Vec<usize> = tight
            .iter()
            .copied()
            .filter(|resource| uses[*resource] > problem.limits[*resource])
            .filter(|resource| !active.contains(resource))
            .collect();
        if broken.is_empty() {
            return answer;
        }
        active.extend(broken);
    }
}

/// The search is compiled for small numbers of resources.
fn with_limits(problem: &Problem, active: &[usize], effort: Effort) -> Answer {
    // Labels of several resources are compared with each other one by one, so a long chain carries fewer of them.
    let length = problem.stages.len() / 16 + 1;
    match active.len() {
        0 | 1 => prepared::<1>(problem, active, effort),
        2 => prepared::<2>(problem, active, effort.shared(10 + length)),
        3 | 4 => prepared::<4>(problem, active, effort.shared(30 * length)),
        5..=8 => prepared::<8>(problem, active, effort.shared(30 * length)),
        _ => prepared::<32>(problem, active, effort.shared(30 * length)),
    }
}

fn prepared<const K: usize>(problem: &Problem, tight: &[usize], effort: Effort) -> Answer {
    let Some(chain) = stage::Chain::<K>::of(problem, tight) else {
        return Answer::Infeasible;
    };
    let bound = bound::Bound::of(&chain);
    match search::search(&chain, &bound, effort) {
        search::Found::Best { picks, bound } => {
            let picks = chain.unordered(&picks);
            let gain = problem.gain(&picks);
            Answer::Solved(Solution { picks, gain, bound: bound.max(gain) })
        }
        search::Found::Nothing { is_proven: true } => Answer::Infeasible,
        search::Found::Nothing { is_proven: false } => Answer::Unknown,
    }
}

impl Problem {
    /// What `picks` gain, changes of tools taken off.
    pub fn gain(&self, picks: &[usize]) -> i128 {
        self.walk(picks)
            .map(|(choice, switch)| choice.gain - switch.map_or(0, |switch| switch.loss))
            .sum()
    }

    /// What `picks` use of each resource.
    pub fn uses(&self, picks: &[usize]) -> Vec<i64> {
        let mut uses = vec![0; self.limits.len()];
        for (choice, switch) in self.walk(picks) {
            let more = switch.map(|switch| switch.uses.as_slice()).unwrap_or_default();
            for (resource, used) in uses.iter_mut().enumerate() {
                *used += choice.uses.get(resource).unwrap_or(&0) + more.get(resource).unwrap_or(&0);
            }
        }
        uses
    }

    /// Whether `picks` keep all limits.
    pub fn fits(&self, picks: &[usize]) -> bool {
        self.uses(picks).iter().zip(&self.limits).all(|(used, limit)| used <= limit)
    }

    /// Each chosen choice, with the switch if the tool changed on the way into its stage.
    fn walk<'a>(
        &'a self,
        picks: &'a [usize],
    ) -> impl Iterator<Item = (&'a Choice, Option<&'a Switch>)> {
        let mut last: std::collections::BTreeMap<u32, u32> = std::collections::BTreeMap::new();
        self.stages.iter().zip(picks).map(move |(stage, pick)| {
            let choice = &stage.choices[*pick];
            let former = stage.group.and_then(|group| last.insert(group, choice.tool));
            let changed = former.is_some_and(|former| former != choice.tool);
            (choice, changed.then_some(&stage.switch))
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The best gain of all combinations; none if none fits.
    fn brute_force(problem: &Problem) -> Option<i128> {
        let mut picks = vec![0; problem.stages.len()];
        let mut best = None;
        loop {
            if problem.fits(&picks) {
                best = best.max(Some(problem.gain(&picks)));
            }
            let next = (0..picks.len())
                .rev()
                .find(|at| picks[*at] + 1 < problem.stages[*at].choices.len());
            let Some(at) = next else { return best };
            picks[at] += 1;
            picks[at + 1..].fill(0);
        }
    }

    fn check(problem: &Problem, effort: Effort) -> Result<(), TestCaseError> {
        match (solve(problem, effort), brute_force(problem)) {
            (Answer::Solved(solution), Some(best)) => {
                prop_assert!(problem.fits(&solution.picks));
                prop_assert_eq!(solution.gain, problem.gain(&solution.picks));
                prop_assert!(solution.bound >= best);
                if effort.labels > 1000 {
                    prop_assert!(
                        solution.is_proven(),
                        "bound {} gain {}",
                        solution.bound,
                        solution.gain
                    );
                    prop_assert_eq!(solution.gain, best);
                }
            }
            (Answer::Infeasible, None) => {}
            (Answer::Unknown, _) if effort.labels <= 1000 => {}
            (answer, best) => prop_assert!(false, "{answer:?}, by force {best:?}"),
        }
        Ok(())
    }

    fn problems() -> impl Strategy<Value = Problem> {
        (1..=6_usize, 0..=3_usize).prop_flat_map(|(stages, resources)| {
            let uses = move || proptest::collection::vec(0..12_i64, resources);
            let choice = (0..30_i128, uses(), 0..4_u32).prop_map(|(gain, uses, tool)| Choice {
                gain,
                uses,
                tool,
            });
            let switch = (0..8_i128, proptest::collection::vec(0..3_i64, resources))
                .prop_map(|(loss, uses)| Switch { loss, uses });
            let stage =
                (proptest::collection::vec(choice, 1..=5), proptest::option::of(0..2_u32), switch)
                    .prop_map(|(choices, group, switch)| Stage { choices, group, switch });
            let limits = proptest::collection::vec(0..45_i64, resources);
            (proptest::collection::vec(stage, stages), limits)
                .prop_map(|(stages, limits)| Problem { stages, limits })
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2500, ..ProptestConfig::default() })]
        #[test]
        fn the_optimum_is_that_of_brute_force(problem in problems()) {
            check(&problem, Effort::default())?;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn an_answer_cut_short_is_feasible_and_bounded(problem in problems()) {
            check(&problem, Effort { labels: 2 })?;
        }
    }

    /// Numbers that look random and are the same everywhere.
    pub(super) struct Dice(u64);

    impl Dice {
        pub(super) fn roll(&mut self, below: u64) -> u64 {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % below
        }
    }

    /// Stages whose dearer choices are better, as tools are.
    pub(super) fn large(stages: usize, choices: usize, seed: u64) -> Problem {
        let mut dice = Dice(seed);
        let stage = |index: usize, dice: &mut Dice| {
            let weight = i128::from(2_000 + dice.roll(6_000)) * 12;
            let choice = |dice: &mut Dice| {
                let cost = i64::try_from(3 + dice.roll(300)).unwrap();
                let tool = u32::try_from(dice.roll(25)).unwrap();
                let quality =
                    i128::from(4_000 + 12 * cost + i64::try_from(dice.roll(1_500)).unwrap());
                Choice { gain: (weight * quality) << 56, uses: vec![cost], tool }
            };
            let choices = (0..choices).map(|_| choice(dice)).collect();
            let group = (!index.is_multiple_of(9)).then(|| u32::try_from(index / 5).unwrap());
            Stage { choices, group, switch: Switch { loss: (weight * 300) << 56, uses: vec![0] } }
        };
        let stages: Vec<Stage> = (0..stages).map(|index| stage(index, &mut dice)).collect();
        let limit = i64::try_from(stages.len()).unwrap() * 110;
        Problem { stages, limits: vec![limit] }
    }

    #[test]
    fn two_hundred_shots_of_forty_options_are_proven() {
        let shots = if cfg!(debug_assertions) { 60 } else { 200 };
        for seed in 0..3 {
            let problem = large(shots, 40, seed);
            let Answer::Solved(solution) = solve(&problem, Effort::default()) else {
                panic!("there is an answer");
            };
            assert!(solution.is_proven() && problem.fits(&solution.picks));
        }
    }

    #[test]
    fn without_limits_the_best_of_each_is_taken_unless_a_switch_costs_more() {
        let choice = |gain, tool| Choice { gain, uses: vec![], tool };
        let stage =
            |choices| Stage { choices, group: Some(1), switch: Switch { loss: 3, uses: vec![] } };
        let stages = vec![
            stage(vec![choice(10, 0), choice(9, 1)]),
            stage(vec![choice(5, 0), choice(10, 1)]),
        ];
        let problem = Problem { stages, limits: vec![] };
        let Answer::Solved(solution) = solve(&problem, Effort::default()) else { panic!() };
        assert_eq!((solution.picks, solution.gain), (vec![1, 1], 19));
    }
}
