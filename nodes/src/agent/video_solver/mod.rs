//! `agent/video-solver`: shots and constraints become a costed production plan.

mod reword;

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_engine::kind::{Attempt, Class, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use super::paper::{Page, Report, keep};
use super::words::{Question, ask};
use crate::provider::llm::Models;
use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::production::constraints::Constraints;
use crate::vrd::production::matrix::Rule;
use crate::vrd::production::plan::{CostBreakdown, ShotPlan, Timeline};
use crate::vrd::production::report::{self, Charts};
use crate::vrd::production::{Order, ProductionPlan, plan};
use crate::vrd::requirements::Mode;
use crate::vrd::shots::{Shot, sheet};
use crate::vrd::tools::{Stacks, Tool, ToolStack};

pub(super) struct VideoSolver {
    pub(super) models: Models,
    pub(super) stacks: Arc<dyn Stacks>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    shots: Vec<Shot>,
    #[serde(default)]
    shot_list_id: Option<String>,
    /// What the video is called.
    #[serde(default)]
    title: Option<String>,
    /// `max_cost_usd`, `max_time_minutes`, `quality_priority` and others; absent: none.
    #[serde(default)]
    constraints: Option<Map<String, Json>>,
    /// Tools in place of those that `flow tools` lists.
    #[serde(default)]
    tools: Option<Tools>,
    /// Which version of the tools to plan with, as a plan names it; what they are called where `tools` is given.
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

/// Tools as people give them: a list, or a whole stack as `flow tools export` writes it.
#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Tools {
    List(Vec<Map<String, Json>>),
    Stack(Map<String, Json>),
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
    report: File<Report>,
    /// The contact sheet with each shot's cost, as a page of HTML.
    storyboard: File<Page>,
    /// The plan in a paragraph, for the person who pays for it.
    summary: String,
    issues: Vec<Issue>,
    /// Whose words these are: `rules`, or a provider and its model.
    words: String,
}

impl Kind for VideoSolver {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "agent/video-solver";
    const VERSION: u32 = 2;
    const DOCS: &'static str = "Chooses the tools for every shot of a video: the best plan within limits of cost and time.\n\n\
        `constraints` may hold `max_cost_usd`, `max_time_minutes` and `quality_priority` (`high`, `balanced`, `budget`, \
        `speed`, `custom`). The plan's `status` is `optimal` where the optimum is proven, `bounded` with a `gap` where \
        it is not, and `infeasible` where nothing keeps the limits: then `infeasible.relaxations` say what would. In \
        automatic mode an infeasible plan fails the node. Prices are estimates of the tool stack and no quotes. \
        A plan names the version of the tools that it was made with; given as `tool_stack_version`, it is planned with \
        again. `flow new --plan` makes a pipeline of a plan.";
    /// A model's words too: to ask again for the same plan would only cost.
    const NATURE: Nature = Nature::Pure;
    const CAPABILITY: Option<&'static str> = Some(super::LLM);

    fn providers(&self) -> Vec<String> {
        self.models.providers()
    }

    /// Other tools make another plan.
    fn revision(&self) -> String {
        self.stacks.current().unwrap_or_default()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let stacks = Arc::clone(&self.stacks);
        let solving = tokio::task::spawn_blocking(move || {
            solve(&input, &*stacks).map(|plan| (plan, input.shots))
        });
        let (plan, shots) = solving
            .await
            .map_err(|_| Failure::new(Class::Internal, "the solver stopped unexpectedly"))??;
        let figures = reword::figures_of(&plan);
        let question = Question {
            template: include_str!("../../../../templates/prompts/plan.md"),
            facts: &json!({ "plan": figures }),
            schema: reword::schema(),
            judge: &|answer| reword::judge(&figures, answer),
        };
        let (better, words, warning) = ask(attempt, &self.models, &question).await?.taken("P050");
        let summary = better.unwrap_or_else(|| report::summary(&plan));
        let costs: BTreeMap<String, Dollars> = plan
            .shot_plans
            .iter()
            .map(|shot| (shot.shot_id.clone(), shot.recommended_workflow.total_cost))
            .collect();
        let title = plan.title.as_deref().unwrap_or("Production plan");
        let page = sheet::page(title, &shots, &costs);
        let text = report::markdown(&plan, &summary, Charts::Inline);
        Ok(Output {
            production_plan_id: plan.production_plan_id.clone(),
            total_cost: plan.total_estimated_cost_usd.0.to_string(),
            shot_plans: plan.shot_plans.clone(),
            cost_breakdown: plan.cost_breakdown.clone(),
            timeline_estimate: plan.timeline_estimate.clone(),
            report: keep(attempt, "plan.md", &text).await?,
            storyboard: keep(attempt, "storyboard.html", &page).await?,
            summary,
            issues: plan.issues.iter().cloned().chain(warning).collect(),
            plan,
            words,
        })
    }
}

/// The tools of the input; each is told that is none.
fn given(tools: &Tools, version: Option<&str>) -> Result<ToolStack, Failure> {
    let (list, of_stack) = match tools {
        Tools::List(list) => (list.iter().cloned().map(Json::Object).collect(), None),
        Tools::Stack(stack) => {
            let named = stack.get("tool_stack_version").and_then(Json::as_str);
            (stack.get("tools").and_then(Json::as_array).cloned().unwrap_or_default(), named)
        }
    };
    let read = |(at, tool): (usize, Json)| {
        let name = tool["tool_id"].as_str().unwrap_or("without an id").to_owned();
        serde_json::from_value::<Tool>(tool)
            .map_err(|error| Failure::input(format!("tool {} ({name}): {error}", at + 1)))
    };
    let tools = list.into_iter().enumerate().map(read).collect::<Result<Vec<_>, _>>()?;
    if tools.is_empty() {
        return Err(Failure::input("`tools` holds no tool")
            .help("give a list, or what `flow tools export` writes; or leave it out"));
    }
    let version = version.or(of_stack).unwrap_or("given");
    Ok(ToolStack { tool_stack_version: version.into(), tools })
}

fn solve(input: &Input, stacks: &dyn Stacks) -> Result<ProductionPlan, Failure> {
    let constraints = match &input.constraints {
        Some(constraints) => Constraints::read(&Json::Object(constraints.clone()))
            .map_err(|issue| Failure::input(issue.to_string()))?,
        None => Constraints::default(),
    };
    let version = input.tool_stack_version.as_deref();
    let stack = match &input.tools {
        Some(tools) => given(tools, version)?,
        None => stacks.stack(version).map_err(|message| {
            Failure::input(message).help("`flow tools history` lists the versions that there are")
        })?,
    };
    let order = Order {
        shots: &input.shots,
        shot_list_ref: input.shot_list_id.as_deref().unwrap_or("shots"),
        title: input.title.as_deref(),
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
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use flow_engine::schema::Schema;

    use super::super::words::tests::{Scripted, modelled};
    use super::*;
    use crate::testing::TestAttempt;
    use crate::vrd::tools::Shipped;

    fn shot() -> Json {
        json!({
            "shot_id": "shot_001", "beat_ref": "1.1", "shot_number": 1, "shot_type": "wide", "subject": "cat",
            "action": "A cat crosses the street.", "duration_seconds": 5.4,
        })
    }

    async fn made(models: Models, attempt: &TestAttempt, input: Json) -> Result<Output, Failure> {
        let input =
            serde_json::from_value(input).map_err(|error| Failure::input(error.to_string()))?;
        VideoSolver { models, stacks: Arc::new(Shipped) }.run(attempt, input).await
    }

    async fn evaluate(input: Json) -> Result<Json, Failure> {
        let output = made(Models::default(), &TestAttempt::new(), input).await?;
        Ok(serde_json::to_value(output).unwrap())
    }

    #[tokio::test]
    async fn it_works_alone_from_a_bare_shot() {
        let input = json!({ "shots": [shot()], "constraints": { "max_cost_usd": 3, "quality_priority": "high" } });
        let output = evaluate(input).await.unwrap();
        assert_eq!(output["plan"]["status"], "optimal");
        assert_eq!(output["shot_plans"][0]["shot_id"], "shot_001");
        assert_eq!(Schema::of::<Output>().violations(&output), []);
        assert!(output["total_cost"].as_str().unwrap().ends_with(" USD"));
    }

    #[tokio::test]
    async fn tools_can_be_given_or_named_by_their_version() {
        let tool = json!({
            "tool_id": "mine", "name": "Mine", "vendor": "Me", "category": "text_to_video", "status": "active",
            "quality_metrics": { "quality_score": 7 }, "pricing": { "cost": 0.1, "unit": "second" },
            "capabilities": { "max_resolution": "4k" },
        });
        let output = evaluate(json!({ "shots": [shot()], "tools": [tool] })).await.unwrap();
        assert_eq!(output["shot_plans"][0]["recommended_workflow"]["steps"][0]["tool"], "mine");
        assert_eq!(output["plan"]["tool_stack_version"], "given");
        let stack = ToolStack::shipped();
        let whole = evaluate(json!({ "shots": [shot()], "tools": stack })).await.unwrap();
        assert_eq!(whole["plan"]["tool_stack_version"], stack.tool_stack_version);
        let unknown = json!({ "shots": [shot()], "tools": [{ "tool_id": "x", "name": "X", "vendor": "V", "category": "magic", "status": "active" }] });
        let message = evaluate(unknown).await.unwrap_err().message;
        assert!(
            message.starts_with(
                "tool 1 (x): unknown tool category `magic`: write one of `text_to_video`"
            ),
            "{message}"
        );
        let version = stack.tool_stack_version;
        let named = evaluate(json!({ "shots": [shot()], "tool_stack_version": version })).await;
        assert_eq!(named.unwrap()["plan"]["tool_stack_version"], version);
        let unknown = evaluate(json!({ "shots": [shot()], "tool_stack_version": "1999" })).await;
        assert!(unknown.unwrap_err().message.contains("no tool stack `1999`"));
    }

    #[tokio::test]
    async fn what_is_impossible_fails_in_automatic_mode_with_the_way_out() {
        let input =
            json!({ "shots": [shot()], "constraints": { "max_cost_usd": 0.01 }, "mode": "auto" });
        let failure = evaluate(input).await.unwrap_err();
        assert!(failure.help.unwrap().starts_with("write `max_cost_usd: "));
        let asked = json!({ "shots": [shot()], "constraints": { "max_cost_usd": 0.01 } });
        assert_eq!(evaluate(asked).await.unwrap()["plan"]["status"], "infeasible");
    }

    #[tokio::test]
    async fn unknown_words_are_refused_with_the_list() {
        let input = json!({ "shots": [shot()], "constraints": { "quality_priority": "best" } });
        let message = evaluate(input).await.unwrap_err().message;
        assert!(message.contains("`high`, `balanced`, `budget`, `speed`, `custom`"), "{message}");
    }

    #[tokio::test]
    async fn a_model_tells_the_plan_with_its_own_figures_only() {
        let input = json!({ "shots": [shot()], "constraints": { "max_cost_usd": 3 } });
        let plain = evaluate(input.clone()).await.unwrap();
        let cost = plain["plan"]["total_estimated_cost_usd"].to_string();
        let good = json!({ "summary": format!("One shot of a cat, for {cost} dollars.") });
        let attempt = modelled();
        let output = made(Scripted::new(&[&good]).models(), &attempt, input.clone()).await.unwrap();
        assert_eq!(
            (output.summary.as_str(), output.words.as_str()),
            (good["summary"].as_str().unwrap(), "scripted/double")
        );
        let report = String::from_utf8(attempt.read(&output.report)).unwrap();
        assert!(report.contains(&output.summary), "{report}");

        let bad = json!({ "summary": "It costs about 12345 dollars, or [amount]." });
        let model = Scripted::new(&[&bad, &bad, &bad]);
        let output = made(model.models(), &modelled(), input).await.unwrap();
        assert_eq!(json!(output.summary), plain["summary"]);
        let warning = output.issues.last().unwrap();
        assert!(warning.code == "P050" && warning.message.contains("12345"), "{warning}");
    }
}
