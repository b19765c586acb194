//! Which plan is best for what was asked, what else could be chosen, and what to do if nothing fits?

use super::constraints::{Constraints, QualityPriority};
use super::model::{Choices, Goal, Limits, Model, NoChoices};
use super::solve::Effort;
use crate::vrd::dollars::Dollars;
use crate::vrd::milli::Milli;

/// The effort of questions beside the main one.
const SIDE: Effort = Effort { labels: 8_000 };

/// A plan in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    pub label: &'static str,
    pub choices: Choices,
    pub cents: i64,
    pub millis: i64,
    pub quality: Milli,
}

/// A way out of limits that nothing keeps: one of them, loosened just enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayOut {
    pub constraint: &'static str,
    /// The value with which a plan exists, as it would be written.
    pub value: String,
    /// How much looser that is, in thousandths of the limit.
    pub looser: i64,
}

/// When a plan's printed schedule ends, in milliseconds.
pub type End<'a> = &'a dyn Fn(&Choices) -> i64;

impl Point {
    fn of(model: &Model, label: &'static str, choices: Choices, end: End) -> Self {
        Self {
            label,
            cents: model.cents(&choices.picks),
            millis: end(&choices),
            quality: model.quality(&choices.picks),
            choices,
        }
    }
}

/// The best choices for what `constraints` ask, within `limits`.
pub fn best(model: &Model, constraints: &Constraints, limits: Limits) -> Option<Choices> {
    let floor = Limits { quality: Some(constraints.least_quality()), ..limits };
    match constraints.priority() {
        QualityPriority::High => model.choose(Goal::Quality, limits, Effort::default()),
        QualityPriority::Balanced => knee(model, limits),
        QualityPriority::Budget => model
            .choose(Goal::Cost, floor, Effort::default())
            // Where the floor is out of reach: the best there is, and of that the cheapest.
            .or_else(|| model.choose(Goal::Quality, limits, Effort::default())),
        QualityPriority::Speed => fastest(model, floor, Effort::default())
            .or_else(|| fastest(model, limits, Effort::default())),
        QualityPriority::Custom => custom(model, constraints, limits),
    }
}

/// The knee of the front of cost and quality.
///
/// Both axes scaled to 0–1, the distance to the chord from the cheapest to the best plan is proportional to quality less
/// cost: a linear goal, so the knee is found without the front.
fn knee(model: &Model, limits: Limits) -> Option<Choices> {
    let cheapest = model.choose(Goal::Cost, limits, SIDE)?;
    let best = model.choose(Goal::Quality, limits, SIDE)?;
    let quality = model.value(&best.picks) - model.value(&cheapest.picks);
    let cost = i128::from(model.cents(&best.picks) - model.cents(&cheapest.picks));
    if quality <= 0 || cost <= 0 {
        return model.choose(Goal::Quality, limits, Effort::default());
    }
    let goal = Goal::Mix { quality: cost, cost: quality, time: 0 };
    model.choose(goal, limits, Effort::default())
}

/// The best by the weights, each axis scaled from its worst to its best among the extreme plans.
fn custom(model: &Model, constraints: &Constraints, limits: Limits) -> Option<Choices> {
    const ONE: i128 = 1_000_000_000;
    let weights = constraints.weights?;
    let cheapest = model.choose(Goal::Cost, limits, SIDE)?;
    let best = model.choose(Goal::Quality, limits, SIDE)?;
    let range = |one: i128, other: i128| (one - other).abs().max(1);
    let seconds = |choices: &Choices| -> i128 {
        model.chosen(&choices.picks).map(|option| i128::from(option.millis / 1000)).sum()
    };
    let quality = range(model.value(&best.picks), model.value(&cheapest.picks));
    let cents = |choices: &Choices| i128::from(model.cents(&choices.picks));
    let scale = ONE * quality / 1000;
    let goal = Goal::Mix {
        quality: i128::from(weights.quality.0) * ONE / 1000,
        cost: i128::from(weights.cost.0) * scale / range(cents(&best), cents(&cheapest)),
        time: i128::from(weights.time.0) * scale / range(seconds(&best), seconds(&cheapest)),
    };
    model.choose(goal, limits, Effort::default())
}

/// The earliest completion, to the second, and of the plans that reach it the cheapest.
fn fastest(model: &Model, limits: Limits, effort: Effort) -> Option<Choices> {
    fastest_to(model, limits, effort, i64::MAX)
}

/// The same for a comparison: of many shots to a sixtieth of the time, so that long videos are not compared for minutes.
fn about_fastest(model: &Model, limits: Limits) -> Option<Choices> {
    let parts = if model.shots.len() <= 40 { i64::MAX } else { 60 };
    fastest_to(model, limits, Effort { labels: 500 }, parts)
}

/// The earliest completion, to one of `parts` of what the cheapest plan takes, and no finer than a second.
fn fastest_to(model: &Model, limits: Limits, effort: Effort, parts: i64) -> Option<Choices> {
    let start = model.choose(Goal::Cost, limits, effort)?;
    let mut high = model.millis(&start.picks).div_euclid(1000) + 1;
    let mut low = model.project_millis.div_euclid(1000) - 1;
    let near = (high / parts).max(1);
    let (mut found, mut is_proven) = (start, near == 1);
    while high - low > near {
        let middle = i64::midpoint(low, high);
        let within = Limits { millis: Some(middle * 1000), ..limits };
        match model.ask(Goal::Cost, within, effort) {
            Ok(choices) => {
                high = (model.millis(&choices.picks) + 999).div_euclid(1000).min(middle);
                found = choices;
            }
            Err(why) => {
                is_proven &= why == NoChoices::Impossible;
                low = middle;
            }
        }
    }
    found.is_proven &= is_proven;
    Some(found)
}

/// Up to five plans worth comparing: none of them is worse than another in cost, time and quality at once.
pub fn front(model: &Model, chosen: &Choices, limits: Limits, end: End) -> Vec<Point> {
    let asked = [
        ("chosen", Some(chosen.clone())),
        ("cheapest", model.choose(Goal::Cost, limits, SIDE)),
        ("fastest", about_fastest(model, limits)),
        ("best", model.choose(Goal::Quality, limits, SIDE)),
        ("knee", knee(model, limits)),
    ];
    let mut points: Vec<Point> = Vec::new();
    for (label, choices) in asked {
        let Some(choices) = choices else { continue };
        let point = Point::of(model, label, choices, end);
        let figures = (point.cents, point.millis, point.quality);
        if !points.iter().any(|known| (known.cents, known.millis, known.quality) == figures) {
            points.push(point);
        }
    }
    let all = points.clone();
    points.retain(|point| {
        point.label == "chosen" || !all.iter().any(|other| dominates(other, point))
    });
    points
}

fn dominates(one: &Point, other: &Point) -> bool {
    let is_no_worse =
        one.cents <= other.cents && one.millis <= other.millis && one.quality >= other.quality;
    let is_better =
        one.cents < other.cents || one.millis < other.millis || one.quality > other.quality;
    is_no_worse && is_better
}

/// The cheapest and the fastest plan, whatever the limits.
pub fn extremes(model: &Model, end: End) -> Vec<Point> {
    let free = Limits::default();
    let cheapest = model
        .choose(Goal::Cost, free, SIDE)
        .map(|choices| Point::of(model, "cheapest", choices, end));
    let fastest =
        about_fastest(model, free).map(|choices| Point::of(model, "fastest", choices, end));
    cheapest.into_iter().chain(fastest).collect()
}

/// Each limit that, loosened alone, lets a plan exist; the smallest loosening first.
pub fn ways_out(model: &Model, limits: Limits) -> Vec<WayOut> {
    let mut ways = Vec::new();
    if let Some(most) = limits.cents {
        let free = Limits { cents: None, ..limits };
        if let Some(choices) = model.choose(Goal::Cost, free, Effort::default()) {
            let needed = model.cents(&choices.picks);
            ways.push(WayOut {
                constraint: "max_cost_usd",
                value: plain(Dollars::from_cents(needed)),
                looser: (needed - most).max(0) * 1000 / most.max(1),
            });
        }
    }
    if let Some(most) = limits.millis {
        let free = Limits { millis: None, ..limits };
        if let Some(choices) = fastest(model, free, SIDE) {
            let needed = (model.millis(&choices.picks) + 59).div_euclid(60);
            ways.push(WayOut {
                constraint: "max_time_minutes",
                value: Milli(needed).to_string(),
                looser: (needed * 60 - most).max(0) * 1000 / most.max(1),
            });
        }
    }
    ways.sort_by_key(|way| way.looser);
    ways
}

fn plain(amount: Dollars) -> String {
    amount.0.decimal().to_string()
}
