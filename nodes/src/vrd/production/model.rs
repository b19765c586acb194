//! How do shots and their options become a problem of whole numbers, and an answer a choice?

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Candidate;
use super::constraints::Constraints;
use super::solve::{Answer, Choice, Effort, Problem, Solution, Stage, Switch, solve};
use crate::vrd::milli::Milli;
use crate::vrd::shots::Shot;
use crate::vrd::tools::{Category, ToolStack};

/// What a change of tools inside a group costs, in thousandths of a quality point.
pub const SWITCH: i64 = 300;

/// Shots, their options, and what the project costs besides.
pub struct Model<'a> {
    pub stack: &'a ToolStack,
    pub shots: &'a [Shot],
    pub options: Vec<Vec<Candidate>>,
    pub project_cents: i64,
    pub project_millis: i64,
    providers: Vec<Provider>,
    /// The place of each tool's provider, by the tool's place in the stack.
    provider_of: Vec<usize>,
    groups: Vec<Option<u32>>,
}

struct Provider {
    concurrency: i64,
}

/// The limits of one question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub cents: Option<i64>,
    pub millis: Option<i64>,
    /// The least average quality, by duration.
    pub quality: Option<Milli>,
}

impl Limits {
    /// The hard limits of `constraints`.
    pub fn hard(constraints: &Constraints) -> Self {
        Self {
            cents: constraints.max_cost_usd.map(|most| most.micros() / 10_000),
            millis: constraints.max_time_minutes.map(|most| most.0.saturating_mul(60)),
            quality: None,
        }
    }
}

/// What is wanted most; ties by cost, then by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    Quality,
    /// The least cost; of equals the best.
    Cost,
    /// So much for each unit of quality, less so much for each cent and each second.
    Mix {
        quality: i128,
        cost: i128,
        time: i128,
    },
}

/// A choice for every shot, by its place among the shot's options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    pub picks: Vec<usize>,
    pub is_proven: bool,
    /// How far the optimum may be above, as a share in millionths.
    pub gap_millionths: i64,
}

/// Why there are no choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoChoices {
    /// Nothing keeps the limits; that is certain.
    Impossible,
    /// None were found with this effort.
    NotFound,
}

impl<'a> Model<'a> {
    pub fn new(
        stack: &'a ToolStack,
        shots: &'a [Shot],
        options: Vec<Vec<Candidate>>,
        project: (i64, i64),
    ) -> Self {
        let mut used = vec![false; stack.tools.len()];
        for step in options.iter().flatten().flat_map(|option| &option.steps) {
            used[step.tool] = true;
        }
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut providers: Vec<Provider> = Vec::new();
        let mut provider_of = vec![usize::MAX; stack.tools.len()];
        for (index, tool) in stack.tools.iter().enumerate().filter(|(index, _)| used[*index]) {
            let place = *places.entry(tool.provider()).or_insert(providers.len());
            let concurrency = i64::from(tool.concurrency());
            match providers.get_mut(place) {
                Some(known) => known.concurrency = known.concurrency.min(concurrency),
                None => providers.push(Provider { concurrency }),
            }
            provider_of[index] = place;
        }
        let mut names: BTreeMap<&str, u32> = BTreeMap::new();
        let groups = shots
            .iter()
            .map(|shot| {
                let next = u32::try_from(names.len()).unwrap_or(u32::MAX);
                shot.continuity.group_id.as_deref().map(|group| *names.entry(group).or_insert(next))
            })
            .collect();
        let (project_cents, project_millis) = project;
        Self {
            stack,
            shots,
            options,
            project_cents,
            project_millis,
            providers,
            provider_of,
            groups,
        }
    }

    /// The best choices for `goal` within `limits`; none if none were found.
    pub fn choose(&self, goal: Goal, limits: Limits, effort: Effort) -> Option<Choices> {
        self.ask(goal, limits, effort).ok()
    }

    /// The best choices for `goal` within `limits`, or why there are none.
    pub fn ask(&self, goal: Goal, limits: Limits, effort: Effort) -> Result<Choices, NoChoices> {
        let problem = self.problem(goal, limits).ok_or(NoChoices::Impossible)?;
        let allowed: Vec<Vec<usize>> = self.allowed(limits);
        let solution = match solve(&problem, effort) {
            Answer::Solved(solution) => solution,
            Answer::Infeasible => return Err(NoChoices::Impossible),
            Answer::Unknown => return Err(NoChoices::NotFound),
        };
        let picks =
            solution.picks.iter().zip(&allowed).map(|(pick, places)| places[*pick]).collect();
        Ok(Choices { picks, is_proven: solution.is_proven(), gap_millionths: gap(&solution) })
    }

    /// The options of each shot that are not too long by themselves.
    fn allowed(&self, limits: Limits) -> Vec<Vec<usize>> {
        let room = limits.millis.map_or(i64::MAX, |most| most - self.project_millis);
        let fits = |option: &Candidate| option.millis <= room;
        self.options
            .iter()
            .map(|options| (0..options.len()).filter(|place| fits(&options[*place])).collect())
            .collect()
    }

    fn problem(&self, goal: Goal, limits: Limits) -> Option<Problem> {
        let room = limits.millis.map(|most| most - self.project_millis);
        let budget = limits.cents.map(|most| most - self.project_cents);
        if room.is_some_and(|room| room < 0) || budget.is_some_and(|budget| budget < 0) {
            return None;
        }
        let mut resources = vec![budget.unwrap_or(i64::MAX / 8)];
        resources.push(limits.quality.map_or(i64::MAX / 8, |least| {
            self.shots
                .iter()
                .map(|shot| i64::from(shot.duration_seconds.millis()) * (10_000 - least.0))
                .sum()
        }));
        if let Some(room) = room {
            resources.extend(
                self.providers.iter().map(|provider| room.saturating_mul(provider.concurrency)),
            );
        }
        let allowed = self.allowed(limits);
        let stage = |index: usize| {
            let choice = |place: &usize| {
                let option = &self.options[index][*place];
                let mut uses = vec![option.cents, self.deficit(index, option)];
                if room.is_some() {
                    uses.extend(self.loads(option));
                }
                let tool = u32::try_from(option.tool).unwrap_or(u32::MAX);
                Choice { gain: self.gain(goal, index, option), uses, tool }
            };
            let loss = match goal {
                Goal::Cost => i128::from(self.weight(index)) * i128::from(SWITCH),
                Goal::Quality => (i128::from(self.weight(index)) * i128::from(SWITCH)) << 56,
                Goal::Mix { quality, .. } => {
                    (i128::from(self.weight(index)) * i128::from(SWITCH) * quality) << 28
                }
            };
            Stage {
                choices: allowed[index].iter().map(choice).collect(),
                group: self.groups[index],
                switch: Switch { loss, uses: vec![0; resources.len()] },
            }
        };
        Some(Problem { stages: (0..self.shots.len()).map(stage).collect(), limits: resources })
    }

    /// How much a shot counts: its length, and up to half more or less by its intensity; ten times the figure.
    pub fn weight(&self, index: usize) -> i64 {
        let shot = &self.shots[index];
        i64::from(shot.duration_seconds.millis()) * (5 + i64::from(shot.intensity.clamp(1, 10)))
    }

    fn deficit(&self, index: usize, option: &Candidate) -> i64 {
        i64::from(self.shots[index].duration_seconds.millis()) * (10_000 - option.quality.0)
    }

    /// How long each provider works on `option`.
    fn loads(&self, option: &Candidate) -> Vec<i64> {
        let mut loads = vec![0; self.providers.len()];
        for step in &option.steps {
            loads[self.provider_of[step.tool]] += step.millis;
        }
        loads
    }

    /// The goal in the upper digits, the ties in the lower ones.
    fn gain(&self, goal: Goal, index: usize, option: &Candidate) -> i128 {
        let value = i128::from(self.weight(index)) * i128::from(option.quality.0);
        let (cents, seconds) = (i128::from(option.cents), i128::from(option.millis / 1000));
        match goal {
            Goal::Quality => (value << 56) - (cents << 28) - seconds,
            Goal::Cost => value - (cents << 64),
            Goal::Mix { quality, cost, time } => {
                ((value * quality - cents * cost - seconds * time) << 28) - cents
            }
        }
    }

    /// Cost in cents, project steps included.
    pub fn cents(&self, picks: &[usize]) -> i64 {
        let shots: i64 = self.chosen(picks).map(|option| option.cents).sum();
        shots + self.project_cents
    }

    /// The completion time of the model: the project's steps, and the longest shot or the busiest provider.
    pub fn millis(&self, picks: &[usize]) -> i64 {
        let mut loads = vec![0; self.providers.len()];
        for option in self.chosen(picks) {
            for (total, load) in loads.iter_mut().zip(self.loads(option)) {
                *total += load;
            }
        }
        let lanes = loads.iter().zip(&self.providers);
        let busiest = lanes.map(|(load, provider)| {
            load / provider.concurrency + i64::from(load % provider.concurrency > 0)
        });
        let longest = self.chosen(picks).map(|option| option.millis).max();
        self.project_millis + busiest.max().unwrap_or(0).max(longest.unwrap_or(0))
    }

    /// The average quality, by duration, in thousandths.
    pub fn quality(&self, picks: &[usize]) -> Milli {
        let total: i64 =
            self.shots.iter().map(|shot| i64::from(shot.duration_seconds.millis())).sum();
        let sum: i64 = self
            .chosen(picks)
            .zip(self.shots)
            .map(|(option, shot)| option.quality.0 * i64::from(shot.duration_seconds.millis()))
            .sum();
        Milli(sum / total.max(1))
    }

    /// What the choices are worth: weighted quality, switches taken off.
    pub fn value(&self, picks: &[usize]) -> i128 {
        let mut last: BTreeMap<u32, usize> = BTreeMap::new();
        let mut value = 0;
        for (index, option) in self.chosen(picks).enumerate() {
            let weight = i128::from(self.weight(index));
            value += weight * i128::from(option.quality.0);
            let former = self.groups[index].and_then(|group| last.insert(group, option.tool));
            if former.is_some_and(|former| former != option.tool) {
                value -= weight * i128::from(SWITCH);
            }
        }
        value
    }

    pub fn chosen<'b>(&'b self, picks: &'b [usize]) -> impl Iterator<Item = &'b Candidate> {
        self.options.iter().zip(picks).map(|(options, pick)| &options[*pick])
    }

    /// The tools that the choices use, assembly aside.
    pub fn tools(&self, picks: &[usize]) -> BTreeSet<usize> {
        let steps = self.chosen(picks).flat_map(|option| &option.steps);
        steps.filter(|step| step.category != Category::Assembly).map(|step| step.tool).collect()
    }

    /// The same model without the options that use `tool`.
    #[must_use]
    pub fn without(&self, tool: usize) -> Self {
        let uses = |option: &Candidate| option.steps.iter().any(|step| step.tool == tool);
        let keep = |options: &Vec<Candidate>| {
            options.iter().filter(|option| !uses(option)).cloned().collect()
        };
        let options = self.options.iter().map(keep).collect();
        Self::new(self.stack, self.shots, options, (self.project_cents, self.project_millis))
    }
}

fn gap(solution: &Solution) -> i64 {
    let distance = (solution.bound - solution.gain).max(0);
    let share = distance / (solution.gain.abs() / 1_000_000).max(1);
    i64::try_from(share).unwrap_or(i64::MAX)
}
