//! What do the figures of a plan add up to, and what do they rest on?

use std::collections::{BTreeMap, BTreeSet};

use flow_engine::money::Usd;

use super::build::Order;
use super::kit::Kit;
use super::model::{Choices, Model};
use super::plan::{CostBreakdown, ShotPlan, Step, WorkflowSummary};
use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::tools::Category;

/// After how many days a price is old.
const STALE_DAYS: i64 = 90;
/// How many standard deviations nine of ten normal figures stay below, in ten-thousandths.
const P90: i128 = 12_816;

/// Where the money goes.
pub fn breakdown(order: &Order, shot_plans: &[ShotPlan], project: &[Step]) -> CostBreakdown {
    let mut costs = CostBreakdown::default();
    let mut variance = 0_i128;
    let mut book = |costs: &mut CostBreakdown, step: &Step| {
        *costs.by_tool.entry(step.tool.clone()).or_default() =
            sum(costs.by_tool.get(&step.tool), step.cost_usd);
        let category = costs.by_category.get(&step.workflow_type).copied();
        costs.by_category.insert(step.workflow_type, sum(category.as_ref(), step.cost_usd));
        let success =
            order.stack.get(&step.tool).map_or(1000, |tool| tool.success(step.workflow_type));
        // The number of attempts is geometric: with success p, the cost's variance is its square times 1 − p.
        variance += i128::from(step.cost_usd.micros()).pow(2) * i128::from(1000 - success) / 1000;
    };
    for (plan, shot) in shot_plans.iter().zip(order.shots) {
        let cost = plan.recommended_workflow.total_cost;
        costs.by_shot.insert(plan.shot_id.clone(), cost);
        let scene = costs.by_scene.get(&shot.scene_id).copied();
        costs.by_scene.insert(shot.scene_id.clone(), sum(scene.as_ref(), cost));
        for step in &plan.recommended_workflow.steps {
            book(&mut costs, step);
        }
    }
    for step in project {
        book(&mut costs, step);
    }
    costs.project_steps = Dollars(project.iter().map(|step| step.cost_usd.0).sum());
    if costs.project_steps > Dollars::ZERO {
        costs.by_shot.insert("project".into(), costs.project_steps);
        costs.by_scene.insert("project".into(), costs.project_steps);
    }
    let more = root(variance) * P90 / 10_000;
    let cents = i64::try_from((more + 9_999) / 10_000).unwrap_or(i64::MAX);
    costs.contingency = Dollars::from_cents(cents);
    costs.p90 = Dollars(total(&costs).0 + costs.contingency.0);
    costs
}

fn sum(known: Option<&Dollars>, more: Dollars) -> Dollars {
    Dollars(known.map_or(Usd::ZERO, |known| known.0) + more.0)
}

/// The whole number below the square root.
fn root(square: i128) -> i128 {
    let square = square.max(0);
    let mut low = 0_i128;
    let mut high = 1_i128 << 60;
    while high - low > 1 {
        let middle = i128::midpoint(low, high);
        if middle * middle <= square { low = middle } else { high = middle }
    }
    low
}

/// The sum of a breakdown.
pub fn total(costs: &CostBreakdown) -> Dollars {
    Dollars(costs.by_shot.values().map(|cost| cost.0).sum())
}

/// The tools and workflows in figures.
pub fn summary(costs: &CostBreakdown, shot_plans: &[ShotPlan]) -> WorkflowSummary {
    let mut by_spend: Vec<(&String, &Dollars)> = costs.by_tool.iter().collect();
    by_spend.sort_by_key(|(tool, cost)| (std::cmp::Reverse(**cost), (*tool).clone()));
    let mut workflow_types: BTreeMap<Category, usize> = BTreeMap::new();
    for step in shot_plans.iter().flat_map(|plan| &plan.recommended_workflow.steps) {
        *workflow_types.entry(step.workflow_type).or_default() += 1;
    }
    WorkflowSummary {
        total_unique_tools: costs.by_tool.len(),
        primary_tools: by_spend.into_iter().take(3).map(|(tool, _)| tool.clone()).collect(),
        workflow_types,
    }
}

/// P020: prices that are old.
pub fn stale(order: &Order, costs: &CostBreakdown) -> Vec<Issue> {
    let Some(today) = order.today.and_then(day).or_else(|| day(order.stack.newest())) else {
        return Vec::new();
    };
    let used = costs.by_tool.keys().filter_map(|tool| order.stack.get(tool));
    let old = used.filter_map(|tool| {
        let as_of = tool.pricing.as_of.as_deref()?;
        let is_paid = tool.pricing.cost.is_some_and(|cost| cost > Dollars::ZERO);
        let age = today - day(as_of)?;
        (is_paid && age > STALE_DAYS).then(|| {
            Issue::warning(
                "P020",
                format!("the price of `{}` is {age} days old, of {as_of}", tool.tool_id),
            )
            .at("tools")
            .fix("refresh the tool stack before approving the plan")
        })
    });
    old.collect()
}

/// The day's number; a month counts as its first day, so that no price looks younger than it may be.
fn day(date: &str) -> Option<i64> {
    let mut parts = date.get(..10).unwrap_or(date).split('-');
    let year: i64 = parts.next()?.parse().ok()?;
    let month: i64 = parts.next()?.parse().ok()?;
    let day: i64 = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(0..=9999).contains(&year) {
        return None;
    }
    // The civil calendar, counted from March so that the leap day comes last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year)
}

/// What the figures rest on, besides the tool stack's own.
pub fn assumptions(order: &Order, kit: &Kit, model: &Model, choices: &Choices) -> Vec<String> {
    let tools: BTreeSet<usize> = model.tools(&choices.picks);
    let tools: Vec<_> = tools.iter().map(|index| &order.stack.tools[*index]).collect();
    let names = |holds: &dyn Fn(&crate::vrd::tools::Tool) -> bool| -> String {
        tools
            .iter()
            .filter(|tool| holds(tool))
            .map(|tool| tool.tool_id.as_str())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let makes_clips = |tool: &crate::vrd::tools::Tool| tool.category.is_generation();
    let said = [
        (
            "nine of ten clips and nineteen of twenty stills succeed",
            names(&|tool| {
                tool.performance.success_rate.is_none() && tool.category != Category::Assembly
            }),
        ),
        (
            "an unmeasured job takes 45 s and twice the clip's length",
            names(&|tool| tool.performance.latency_s_p50.is_none()),
        ),
        (
            "four jobs run at once at a provider that does not say, one on this machine",
            names(&|tool| tool.performance.concurrency.is_none()),
        ),
        (
            "clips of any length up to 10 s",
            names(&|tool| makes_clips(tool) && tool.capabilities.durations_s.is_none()),
        ),
        (
            "720p, where a largest resolution is not known",
            names(&|tool| {
                makes_clips(tool)
                    && tool.capabilities.max_resolution.is_none()
                    && tool.pricing.tiers.is_empty()
            }),
        ),
        (
            "quality is an editor's guess, not a measurement",
            names(&|tool| {
                tool.quality_metrics.quality_score.is_none()
                    && tool.quality_metrics.by_shot_type.is_empty()
            }),
        ),
    ];
    let mut assumptions: Vec<String> = said
        .into_iter()
        .filter(|(_, tools)| !tools.is_empty())
        .map(|(what, tools)| format!("{what}: {tools}"))
        .collect();
    if kit.constraints.channels.is_empty() && !kit.constraints.private_data {
        assumptions.push("tools that need a graphics processor of one's own are left out".into());
    }
    assumptions.push("prices are estimates of the tool stack; a bound provider quotes anew before anything is bought".into());
    assumptions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        let between = |from: &str, to: &str| day(to).unwrap() - day(from).unwrap();
        assert_eq!(between("2026-08", "2026-11-20"), 111);
        assert_eq!(between("2024-02-28", "2024-03-01"), 2);
        assert_eq!(between("2025-12-31", "2026-01-01T10:00:00Z"), 1);
        assert_eq!((day("soon"), day("2026-13-01"), day("")), (None, None, None));
    }

    #[test]
    fn a_root_is_whole() {
        assert_eq!([0, 1, 15, 16, 1_000_000_000_000].map(root), [0, 1, 3, 4, 1_000_000]);
    }
}
