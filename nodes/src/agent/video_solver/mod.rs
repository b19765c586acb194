//! `agent/video-solver`: shots and constraints become a costed production plan.

use std::collections::BTreeMap;

use flow_engine::kind::{Attempt, Class, Failure, Kind, Known, Nature};
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::production::constraints::Constraints;
use crate::vrd::production::matrix::Rule;
use crate::vrd::production::plan::{CostBreakdown, ShotPlan, Timeline};
use crate::vrd::production::report::{self, Charts};
use crate::vrd::production::{Order, ProductionPlan, plan};
use crate::vrd::requirements::Mode;
use crate::vrd::shots::{Shot, sheet};
use crate::vrd::tools::{Tool, ToolStack};

pub(super) struct VideoSolver;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    shots: Vec<Shot>,
    #[serde(default)]
    shot_list_id: Option<String>,
    /// `max_cost_usd`, `max_time_minutes`, `quality_priority` and others; absent: none.
    #[serde(default)]
    constraints: Option<Map<String, Json>>,
    /// Tools in place of the stack that ships.
    #[serde(default)]
    tools: Option<Vec<Tool>>,
    /// What the tools are called by as a whole, where `tools` is given.
    #[serde(default)]
    tool_stack_version: Option<String>,
    /// The decision matrix, in place of the one that ships.
    #[serde(default)]
    matrix: Option<Vec<Rule>>,
    /// The day that the ages of prices are counted from, as in `2026-11-20`.
    #[serde(default)]
    today: Option<String>,
    #[serde(default)]
    mode: Option<Mode>,
    /// Written into the plan as it is.
    #[serde(default)]
    created_at: Option<String>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    production_plan_id: String,
    plan: ProductionPlan,
    /// What the plan is expected to cost.
    #[schemars(extend("format" = "money"))]
    total_cost: String,
    shot_plans: Vec<ShotPlan>,
    cost_breakdown: CostBreakdown,
    timeline_estimate: Timeline,
    /// The plan for people, in Markdown, with its charts.
    report: String,
    /// The contact sheet with each shot's cost, as a page of HTML.
    storyboard: String,
    issues: Vec<Issue>,
}

impl Kind for VideoSolver {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/video-solver";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Chooses the tools for every shot of a video: the best plan within limits of cost and time.\n\n\
        `constraints` may hold `max_cost_usd`, `max_time_minutes` and `quality_priority` (`high`, `balanced`, `budget`, \
        `speed`, `custom`). The plan's `status` is `optimal` where the optimum is proven, `bounded` with a `gap` where \
        it is not, and `infeasible` where nothing keeps the limits: then `infeasible.relaxations` say what would. In \
        automatic mode an infeasible plan fails the node. Prices are estimates of the tool stack and no quotes.";
    const NATURE: Nature = Nature::Pure;

    fn output(&self, _: &Known) -> Schema {
        Schema::of::<Output>()
    }

    async fn run(&self, _: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let solving = tokio::task::spawn_blocking(move || solve(&input));
        solving
            .await
            .map_err(|_| Failure::new(Class::Internal, "the solver stopped unexpectedly"))?
    }
}

fn solve(input: &Input) -> Result<Output, Failure> {
    let constraints = match &input.constraints {
        Some(constraints) => Constraints::read(&Json::Object(constraints.clone()))
            .map_err(|issue| Failure::input(issue.to_string()))?,
        None => Constraints::default(),
    };
    let stack = match &input.tools {
        Some(tools) => ToolStack {
            tool_stack_version: input.tool_stack_version.clone().unwrap_or_else(|| "given".into()),
            tools: tools.clone(),
        },
        None => ToolStack::shipped(),
    };
    let order = Order {
        shots: &input.shots,
        shot_list_ref: input.shot_list_id.as_deref().unwrap_or("shots"),
        mode: input.mode.unwrap_or(Mode::Hitl),
        created_at: input.created_at.clone(),
        constraints: &constraints,
        stack: &stack,
        rules: input.matrix.as_deref().unwrap_or_default(),
        today: input.today.as_deref(),
    };
    let plan = plan(&order).map_err(|issues| {
        let lines: Vec<String> = issues.iter().map(ToString::to_string).collect();
        Failure::input(lines.join("\n"))
    })?;
    if order.mode == Mode::Auto
        && let Some(infeasible) = &plan.infeasible
    {
        let ways: Vec<&str> = infeasible.relaxations.iter().map(|way| way.fix.as_str()).collect();
        let failure = Failure::input("no plan keeps all limits");
        return Err(if ways.is_empty() { failure } else { failure.help(ways.join(", or ")) });
    }
    Ok(output(plan, &input.shots))
}

fn output(plan: ProductionPlan, shots: &[Shot]) -> Output {
    let costs: BTreeMap<String, Dollars> = plan
        .shot_plans
        .iter()
        .map(|shot| (shot.shot_id.clone(), shot.recommended_workflow.total_cost))
        .collect();
    Output {
        production_plan_id: plan.production_plan_id.clone(),
        total_cost: plan.total_estimated_cost_usd.0.to_string(),
        shot_plans: plan.shot_plans.clone(),
        cost_breakdown: plan.cost_breakdown.clone(),
        timeline_estimate: plan.timeline_estimate.clone(),
        report: report::markdown(&plan, Charts::Inline),
        storyboard: sheet::page("Production plan", shots, &costs),
        issues: plan.issues.clone(),
        plan,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shot() -> Json {
        json!({
            "shot_id": "shot_001", "beat_ref": "1.1", "shot_number": 1, "shot_type": "wide", "subject": "cat",
            "action": "A cat crosses the street.", "duration_seconds": 5.4,
        })
    }

    fn evaluate(input: Json) -> Result<Json, Failure> {
        let input =
            serde_json::from_value(input).map_err(|error| Failure::input(error.to_string()))?;
        solve(&input).map(|output| serde_json::to_value(output).unwrap_or_default())
    }

    #[test]
    fn it_works_alone_from_a_bare_shot() {
        let input = json!({ "shots": [shot()], "constraints": { "max_cost_usd": 3, "quality_priority": "high" } });
        let output = evaluate(input).unwrap();
        assert_eq!(output["plan"]["status"], "optimal");
        assert_eq!(output["shot_plans"][0]["shot_id"], "shot_001");
        assert_eq!(Schema::of::<Output>().violations(&output), []);
        assert!(output["total_cost"].as_str().unwrap().ends_with(" USD"));
    }

    #[test]
    fn tools_can_be_given() {
        let tool = json!({
            "tool_id": "mine", "name": "Mine", "vendor": "Me", "category": "text_to_video", "status": "active",
            "quality_metrics": { "quality_score": 7 }, "pricing": { "cost": 0.1, "unit": "second" },
            "capabilities": { "max_resolution": "4k" },
        });
        let output = evaluate(json!({ "shots": [shot()], "tools": [tool] })).unwrap();
        assert_eq!(output["shot_plans"][0]["recommended_workflow"]["steps"][0]["tool"], "mine");
        assert_eq!(output["plan"]["tool_stack_version"], "given");
    }

    #[test]
    fn what_is_impossible_fails_in_automatic_mode_with_the_way_out() {
        let input =
            json!({ "shots": [shot()], "constraints": { "max_cost_usd": 0.01 }, "mode": "auto" });
        let failure = evaluate(input).unwrap_err();
        assert!(failure.help.unwrap().starts_with("write `max_cost_usd: "));
        let asked = json!({ "shots": [shot()], "constraints": { "max_cost_usd": 0.01 } });
        assert_eq!(evaluate(asked).unwrap()["plan"]["status"], "infeasible");
    }

    #[test]
    fn unknown_words_are_refused_with_the_list() {
        let input = json!({ "shots": [shot()], "constraints": { "quality_priority": "best" } });
        let message = evaluate(input).unwrap_err().message;
        assert!(message.contains("`high`, `balanced`, `budget`, `speed`, `custom`"), "{message}");
    }
}
