//! How does a plan read to the person who pays for it?

use std::fmt::Write;

use super::plan::{Infeasible, ProductionPlan, ShotPlan, Status};
use crate::vrd::milli::Milli;

/// Whether the charts stand in the text as pictures of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charts {
    Inline,
    Omitted,
}

/// The plan in a paragraph.
pub fn summary(plan: &ProductionPlan) -> String {
    let verdict = match plan.status {
        Status::Optimal => "This is the best there is within the limits, proven.".to_owned(),
        Status::Bounded => format!(
            "It keeps the limits; at most {} % could be gained.",
            Milli(plan.gap.0.saturating_mul(100))
        ),
        Status::Infeasible => "No plan keeps all limits.".to_owned(),
    };
    if plan.shot_plans.is_empty() {
        return verdict;
    }
    let made = match plan.shot_plans.len() {
        1 => "1 shot is".to_owned(),
        shots => format!("{shots} shots are"),
    };
    let dearest = plan.workflow_summary.primary_tools.first();
    let most = dearest
        .and_then(|tool| Some((tool, plan.cost_breakdown.by_tool.get(tool)?)))
        .map(|(tool, cost)| format!(" Most of it, {cost}, goes to {tool}."))
        .unwrap_or_default();
    format!(
        "{made} made for {} in {} minutes, at quality {} of 10.{most} {verdict}",
        plan.total_estimated_cost_usd,
        tenths(plan.timeline_estimate.parallel_time_minutes),
        tenths(plan.quality)
    )
}

/// The plan in Markdown, below its `summary`.
pub fn markdown(plan: &ProductionPlan, summary: &str, charts: Charts) -> String {
    let mut text = String::from("# Production plan\n\n");
    let _ = writeln!(text, "{summary}\n");
    if let Some(infeasible) = &plan.infeasible {
        way_out(&mut text, infeasible);
    }
    if plan.shot_plans.is_empty() {
        problems(&mut text, plan);
        return text;
    }
    let _ = writeln!(
        text,
        "**{}** · {} min side by side ({} min one after another) · quality {} of 10\n",
        plan.total_estimated_cost_usd,
        tenths(plan.timeline_estimate.parallel_time_minutes),
        tenths(plan.timeline_estimate.sequential_time_minutes),
        tenths(plan.quality)
    );
    let costs = &plan.cost_breakdown;
    let _ = writeln!(
        text,
        "Nine of ten such productions stay below {}; keep {} aside. The steps made once cost {}.\n",
        costs.p90, costs.contingency, costs.project_steps
    );
    if charts == Charts::Inline {
        let _ =
            writeln!(text, "{}\n\n{}\n", super::chart::costs(plan), super::chart::schedule(plan));
    }
    shots(&mut text, plan);
    others(&mut text, plan);
    problems(&mut text, plan);
    let _ = writeln!(text, "## Assumptions\n");
    for assumption in &plan.assumptions {
        let _ = writeln!(text, "- {assumption}");
    }
    let _ = writeln!(text, "\nTool stack of {}.", plan.tool_stack_version);
    text
}

fn way_out(text: &mut String, infeasible: &Infeasible) {
    for way in &infeasible.relaxations {
        let _ = writeln!(text, "- Way out: {}", way.fix);
    }
    for unmade in &infeasible.unmade_shots {
        let _ = writeln!(
            text,
            "- `{}` can be made by none of {} tools",
            unmade.shot_id,
            unmade.rejected.len()
        );
    }
    for point in &infeasible.extremes {
        let _ = writeln!(
            text,
            "- The {} plan without limits: {}, {} min",
            point.label,
            point.cost_usd,
            tenths(point.time_minutes)
        );
    }
    text.push('\n');
}

fn shots(text: &mut String, plan: &ProductionPlan) {
    text.push_str("## Shots\n\n| Shot | How | Tools | Cost | Time | Quality |\n|---|---|---|---:|---:|---:|\n");
    for shot in &plan.shot_plans {
        let workflow = &shot.recommended_workflow;
        let tools: Vec<&str> = workflow.steps.iter().map(|step| step.tool.as_str()).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} s | {} |",
            shot.shot_id,
            workflow.workflow_name.replace('_', " "),
            tools.join(" → "),
            workflow.total_cost,
            workflow.total_time_seconds,
            tenths(workflow.quality_score)
        );
    }
    text.push('\n');
    for shot in plan.shot_plans.iter().filter(|shot| !shot.alternative_workflows.is_empty()) {
        alternatives(text, shot);
    }
    text.push('\n');
}

fn alternatives(text: &mut String, shot: &ShotPlan) {
    let one = |workflow: &super::plan::Workflow| {
        let tools: Vec<&str> = workflow.steps.iter().map(|step| step.tool.as_str()).collect();
        format!("{} ({})", tools.join(" → "), workflow.reason.as_deref().unwrap_or_default())
    };
    let others: Vec<String> = shot.alternative_workflows.iter().map(one).collect();
    let _ = writeln!(text, "- **{}** could also be: {}", shot.shot_id, others.join("; "));
}

fn others(text: &mut String, plan: &ProductionPlan) {
    if plan.pareto.len() > 1 {
        text.push_str("## Other plans\n\n| Plan | Cost | Time | Quality |\n|---|---:|---:|---:|\n");
        for point in &plan.pareto {
            let _ = writeln!(
                text,
                "| {} | {} | {} min | {} |",
                point.label,
                point.cost_usd,
                tenths(point.time_minutes),
                tenths(point.quality)
            );
        }
        text.push('\n');
    }
    if let Some(more) = plan.sensitivity.as_ref().filter(|more| more.extra_quality.0 > 0) {
        let _ = writeln!(
            text,
            "With {} more, quality would be {} points higher.\n",
            more.extra_usd, more.extra_quality
        );
    }
}

fn problems(text: &mut String, plan: &ProductionPlan) {
    if plan.issues.is_empty() {
        return;
    }
    text.push_str("## Notes\n\n");
    for issue in &plan.issues {
        let _ = writeln!(text, "- {issue}");
    }
    text.push('\n');
}

/// One decimal.
fn tenths(number: Milli) -> String {
    format!("{:.1}", number.as_f64())
}
