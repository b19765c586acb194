//! Does a model tell a plan as it is?

use serde_json::{Value as Json, json};

use super::super::words::invented;
use crate::vrd::production::ProductionPlan;
use crate::vrd::requirements::field::placeholder;

/// What a model is told of `plan`: all that may stand in a summary.
pub(super) fn figures_of(plan: &ProductionPlan) -> Json {
    let timeline = &plan.timeline_estimate;
    json!({
        "status": plan.status,
        "shots": plan.shot_plans.len(),
        "cost_usd": plan.total_estimated_cost_usd,
        "p90_usd": plan.cost_breakdown.p90,
        "minutes_side_by_side": timeline.parallel_time_minutes,
        "minutes_one_after_another": timeline.sequential_time_minutes,
        "quality_of_10": plan.quality,
        "cost_by_tool_usd": plan.cost_breakdown.by_tool,
        "primary_tools": plan.workflow_summary.primary_tools,
        "constraints": plan.constraints,
        "infeasible": plan.infeasible,
        "notes": plan.issues,
    })
}

pub(super) fn schema() -> Json {
    json!({
        "type": "object",
        "required": ["summary"],
        "properties": { "summary": { "type": "string", "minLength": 20, "maxLength": 900 } },
        "additionalProperties": false,
    })
}

/// The summary, or what in it is not the plan's.
pub(super) fn judge(figures: &Json, answer: &Json) -> Result<String, Vec<String>> {
    let summary = answer["summary"].as_str().unwrap_or_default().trim();
    let mut faults = invented("summary", summary, &figures.to_string());
    if let Some(hole) = placeholder(summary) {
        faults.push(format!("summary: the placeholder {hole} is left"));
    }
    if summary.contains('\n') {
        faults.push("summary: it is more than one paragraph".into());
    }
    if faults.is_empty() { Ok(summary.to_owned()) } else { Err(faults) }
}
