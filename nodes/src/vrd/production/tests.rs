//! Do plans keep their promises, from the shots to the figures?

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::build::{Order, plan};
use super::constraints::Constraints;
use super::plan::{ProductionPlan, Status};
use super::report::{self, Charts};
use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::milli::Milli;
use crate::vrd::requirements::{Facts, Mode, complete};
use crate::vrd::script::write;
use crate::vrd::shots::{Shot, library, list};
use crate::vrd::tools::{ToolStack, ToolStatus};

fn shots(document: &Json) -> Vec<Shot> {
    let script = write(&complete(Facts::read(document)).0.unwrap(), Mode::Auto, None);
    list::make(&script.beats, &list::Setting::of(&script), &library::shipped()).shots
}

pub(super) fn lamp() -> Vec<Shot> {
    shots(
        &json!({ "video_type": "social_ad", "duration": 30, "core_message": "Lumo wakes you with light." }),
    )
}

fn order(
    shots: &[Shot],
    constraints: &Json,
    stack: &ToolStack,
) -> Result<ProductionPlan, Vec<Issue>> {
    let constraints = Constraints::read(constraints).map_err(|issue| vec![issue])?;
    plan(&Order {
        shots,
        shot_list_ref: "shots_1",
        title: None,
        mode: Mode::Auto,
        created_at: None,
        constraints: &constraints,
        stack,
        rules: &[],
        today: None,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "every caller writes it in place")]
pub(super) fn planned(shots: &[Shot], constraints: Json) -> ProductionPlan {
    order(shots, &constraints, &ToolStack::shipped()).unwrap()
}

fn markdown(plan: &ProductionPlan, charts: Charts) -> String {
    report::markdown(plan, &report::summary(plan), charts)
}

/// What holds for every plan that is not refused.
fn check(plan: &ProductionPlan, shots: &[Shot]) {
    let stack = ToolStack::shipped();
    let total = plan.total_estimated_cost_usd;
    let sum = |costs: Vec<&Dollars>| Dollars(costs.into_iter().map(|cost| cost.0).sum());
    let costs = &plan.cost_breakdown;
    assert_eq!(sum(costs.by_tool.values().collect()), total);
    assert_eq!(sum(costs.by_shot.values().collect()), total);
    assert_eq!(sum(costs.by_scene.values().collect()), total);
    assert_eq!(sum(costs.by_category.values().collect()), total);
    assert_eq!(total.micros() % 10_000, 0);
    assert!(costs.p90 >= total);
    let timeline = &plan.timeline_estimate;
    assert!(timeline.parallel_time_minutes <= timeline.sequential_time_minutes);
    let ids: Vec<&str> = plan.shot_plans.iter().map(|plan| plan.shot_id.as_str()).collect();
    assert_eq!(ids, shots.iter().map(|shot| shot.shot_id.as_str()).collect::<Vec<_>>());
    for shot in &plan.shot_plans {
        let chosen = &shot.recommended_workflow;
        assert_eq!(
            sum(chosen.steps.iter().map(|step| &step.cost_usd).collect()),
            chosen.total_cost
        );
        assert!(shot.alternative_workflows.len() <= 3);
        for other in &shot.alternative_workflows {
            let is_beaten = chosen.total_cost <= other.total_cost
                && chosen.total_time_seconds <= other.total_time_seconds
                && chosen.quality_score >= other.quality_score;
            assert!(!is_beaten && other.reason.is_some());
        }
        for step in chosen
            .steps
            .iter()
            .chain(shot.alternative_workflows.iter().flat_map(|other| &other.steps))
        {
            let tool = stack.get(&step.tool).unwrap();
            assert_eq!(tool.status, ToolStatus::Active);
            assert!(step.depends_on.iter().all(|before| *before < step.step));
        }
    }
    if plan.status != Status::Infeasible {
        let constraints = &plan.constraints;
        assert!(constraints.max_cost_usd.is_none_or(|most| total <= most));
        assert!(
            constraints
                .max_time_minutes
                .is_none_or(|most| plan.total_estimated_time_minutes <= most)
        );
    }
    assert!(plan.pareto.len() <= 5);
}

#[test]
fn every_priority_is_planned_and_means_what_it_says() {
    let shots = lamp();
    let mut points: BTreeMap<&str, (Dollars, Milli, Milli)> = BTreeMap::new();
    for priority in ["high", "balanced", "budget", "speed"] {
        let plan = planned(
            &shots,
            json!({ "max_cost_usd": 50, "max_time_minutes": 180, "quality_priority": priority }),
        );
        check(&plan, &shots);
        assert_eq!(plan.status, Status::Optimal, "{priority}");
        points.insert(
            priority,
            (plan.total_estimated_cost_usd, plan.quality, plan.total_estimated_time_minutes),
        );
    }
    assert!(
        points["high"].1 >= points["balanced"].1 && points["balanced"].1 >= points["budget"].1,
        "{points:?}"
    );
    assert!(
        points["budget"].0 <= points["balanced"].0 && points["balanced"].0 <= points["high"].0,
        "{points:?}"
    );
    assert!(points.values().all(|(_, _, time)| points["speed"].2 <= *time), "{points:?}");
    assert!(points["budget"].1 >= Milli::whole(6));
    let custom = planned(
        &shots,
        json!({ "quality_priority": "custom", "weights": { "quality": 1, "cost": 3 } }),
    );
    check(&custom, &shots);
    assert!(custom.total_estimated_cost_usd <= points["high"].0);
}

#[test]
fn a_plan_reads_like_one() {
    let shots = shots(
        &json!({ "video_type": "social_ad", "duration": 15, "core_message": "Lumo wakes you with light." }),
    );
    let plan = planned(&shots, json!({ "max_cost_usd": 5 }));
    insta::assert_snapshot!(markdown(&plan, Charts::Omitted), @r"
        # Production plan

        6 shots are made for $2.15 in 2.9 minutes, at quality 8.1 of 10. Most of it, $1.23, goes to runway-gen-4.5. This is the best there is within the limits, proven.

        **$2.15** · 2.9 min side by side (16.4 min one after another) · quality 8.1 of 10

        Nine of ten such productions stay below $2.45; keep $0.30 aside. The steps made once cost $0.07.

        ## Shots

        | Shot | How | Tools | Cost | Time | Quality |
        |---|---|---|---:|---:|---:|
        | shot_001 | text to image → image to video → video upscale → assembly | bfl-flux-2-pro → minimax-h3 → wavespeed-flashvsr → ffmpeg | $0.45 | 156.7 s | 8.1 |
        | shot_002 | text to image → image to video → video upscale | bfl-flux-2-pro → runway-gen-4.5 → wavespeed-flashvsr | $0.37 | 148.2 s | 7.7 |
        | shot_003 | text to image → image to video → video upscale | bfl-flux-2-pro → runway-gen-4.5 → wavespeed-flashvsr | $0.37 | 148.2 s | 8.1 |
        | shot_004 | text to image → image to video → video upscale | bfl-flux-2-pro → runway-gen-4.5 → wavespeed-flashvsr | $0.44 | 150.798 s | 8.1 |
        | shot_005 | text to video → video upscale | runway-gen-4.5 → wavespeed-flashvsr | $0.30 | 97.068 s | 7.5 |
        | shot_006 | text to image → assembly | google-gemini-3-pro-image → ffmpeg | $0.15 | 54.3 s | 8.5 |

        - **shot_001** could also be: luma-photon-1 → bytedance-seedance-1.0-pro-fast → wavespeed-flashvsr → ffmpeg ($0.28 cheaper, 2.6 points worse); google-gemini-3-pro-image → kling-3.0 → ffmpeg ($0.19 dearer, 0.4 points better, 51 s faster); minimax-h3 → ffmpeg ($0.13 dearer, 0.1 points better, 102 s faster)
        - **shot_002** could also be: luma-photon-1 → bytedance-seedance-1.0-pro-fast → wavespeed-flashvsr ($0.22 cheaper, 2.6 points worse); google-gemini-3-pro-image → google-veo-3.1 ($0.66 dearer, 0.8 points better, 49 s faster); minimax-h3 ($0.21 dearer, 0.4 points better, 98 s faster)
        - **shot_003** could also be: bytedance-seedance-1.0-pro-fast → wavespeed-flashvsr ($0.23 cheaper, 2.9 points worse, 49 s faster); kling-3.0 ($0.13 dearer, 0.4 points better, 98 s faster); alibaba-happyhorse-1.0 ($0.43 dearer, 0.4 points better, 110 s faster)
        - **shot_004** could also be: luma-photon-1 → bytedance-seedance-1.0-pro-fast → wavespeed-flashvsr ($0.28 cheaper, 2.6 points worse); minimax-h3 ($0.14 dearer, 0.4 points better, 100 s faster)
        - **shot_005** could also be: luma-photon-1 → bytedance-seedance-1.0-pro-fast → wavespeed-flashvsr ($0.15 cheaper, 2.4 points worse, 48 s slower); google-gemini-3-pro-image → google-veo-3.1 ($0.73 dearer, 1 points better); minimax-h3 ($0.28 dearer, 0.6 points better, 48 s faster)
        - **shot_006** could also be: ffmpeg ($0.15 cheaper, 2.5 points worse, 51 s faster); recraft-v4 → ffmpeg ($0.10 cheaper, 1 points worse)

        ## Other plans

        | Plan | Cost | Time | Quality |
        |---|---:|---:|---:|
        | chosen | $2.15 | 2.9 min | 8.1 |
        | cheapest | $0.84 | 2.9 min | 5.5 |
        | fastest | $2.61 | 1.5 min | 7.3 |
        | best | $4.92 | 2.0 min | 8.5 |

        ## Notes

        - warning[C008] shot_002: it is made with `runway-gen-4.5`, `shot_001` of the same group with `minimax-h3`; compare the looks before approving
        - warning[P020] tools: the price of `elevenlabs-multilingual-v2` is 158 days old, of 2026-05-19; refresh the tool stack before approving the plan
        - warning[P020] tools: the price of `google-gemini-3-pro-image` is 92 days old, of 2026-07-24; refresh the tool stack before approving the plan
        - warning[P020] tools: the price of `runway-gen-4.5` is 186 days old, of 2026-04-21; refresh the tool stack before approving the plan

        ## Assumptions

        - nine of ten clips and nineteen of twenty stills succeed: runway-gen-4.5, minimax-h3, google-gemini-3-pro-image, bfl-flux-2-pro, wavespeed-flashvsr
        - an unmeasured job takes 45 s and twice the clip's length: runway-gen-4.5, minimax-h3, google-gemini-3-pro-image, bfl-flux-2-pro, wavespeed-flashvsr
        - four jobs run at once at a provider that does not say, one on this machine: runway-gen-4.5, minimax-h3, google-gemini-3-pro-image, bfl-flux-2-pro, wavespeed-flashvsr
        - quality is an editor's guess, not a measurement: runway-gen-4.5, minimax-h3, google-gemini-3-pro-image, bfl-flux-2-pro, wavespeed-flashvsr
        - tools that need a graphics processor of one's own are left out
        - prices are estimates of the tool stack; a bound provider quotes anew before anything is bought

        Tool stack of 2026-10-24.
        ");
}

#[test]
fn equal_orders_give_equal_bytes() {
    let text = || serde_json::to_string(&planned(&lamp(), json!({ "max_cost_usd": 6 }))).unwrap();
    assert_eq!(text(), text());
    assert_eq!(
        serde_json::to_string(&serde_json::from_str::<ProductionPlan>(&text()).unwrap()).unwrap(),
        text()
    );
}

#[test]
fn limits_that_nothing_keeps_are_answered_with_the_way_out() {
    let shots = lamp();
    let poor = planned(&shots, json!({ "max_cost_usd": 0.05 }));
    assert_eq!(poor.status, Status::Infeasible);
    let infeasible = poor.infeasible.as_ref().unwrap();
    assert_eq!(infeasible.binding, ["max_cost_usd"]);
    let needed: f64 = infeasible.relaxations[0].value.as_ref().unwrap().parse().unwrap();
    assert_eq!(planned(&shots, json!({ "max_cost_usd": needed })).status, Status::Optimal);
    let cent = (needed * 100.0 - 1.0).round() / 100.0;
    assert_eq!(planned(&shots, json!({ "max_cost_usd": cent })).status, Status::Infeasible);
    check(&poor, &shots);
    assert!(infeasible.extremes.iter().any(|point| point.label == "fastest"));

    let hasty = planned(&shots, json!({ "max_time_minutes": 0.5 }));
    let way = &hasty.infeasible.as_ref().unwrap().relaxations[0];
    assert_eq!(way.constraint, "max_time_minutes");
    let needed: f64 = way.value.as_ref().unwrap().parse().unwrap();
    let plan = planned(&shots, json!({ "max_time_minutes": needed * 1.5 }));
    assert_ne!(plan.status, Status::Infeasible);
    check(&plan, &shots);

    let both = planned(&shots, json!({ "max_time_minutes": 0.2, "max_cost_usd": 0.01 }));
    assert_eq!(both.infeasible.unwrap().binding, ["max_cost_usd", "max_time_minutes"]);
}

#[test]
fn contradictory_constraints_name_the_one_to_leave_out() {
    let shots = lamp();
    let only_a_still = json!({ "allow_tools": ["bfl-flux-2-pro"], "max_cost_usd": 50 });
    let plan = planned(&shots, only_a_still);
    assert_eq!((plan.status, plan.shot_plans.len()), (Status::Infeasible, 0));
    let infeasible = plan.infeasible.as_ref().unwrap();
    assert_eq!(infeasible.relaxations[0].fix, "leave `allow_tools` out");
    assert!(infeasible.unmade_shots[0].rejected["google-veo-3.1"].contains("allow_tools"));
    assert!(markdown(&plan, Charts::Inline).contains("Way out: leave `allow_tools` out"));
    let too_good = planned(&shots, json!({ "min_quality_per_shot": 9.9 }));
    assert_eq!(too_good.infeasible.unwrap().relaxations[0].constraint, "min_quality_per_shot");
}

#[test]
fn a_retired_tool_is_never_used_and_is_named_with_its_replacement() {
    let shots = lamp();
    let allow = json!({ "allow_tools": ["openai-sora-2", "kling-2.1", "google-veo-3.1", "bfl-flux-2-pro", "nobody"] });
    let plan = planned(&shots, allow);
    check(&plan, &shots);
    let issues: Vec<String> = plan
        .issues
        .iter()
        .filter(|issue| issue.code.starts_with("P01"))
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(issues.join("\n"), @r"
        warning[P010] constraints.allow_tools: `openai-sora-2` is retired, and is not used; write `google-veo-3.1-fast` (Veo 3.1 Fast) instead
        warning[P010] constraints.allow_tools: `kling-2.1` is retired, and is not used; write `kling-2.5-turbo` (Kling 2.5 Turbo) instead
        warning[P011] constraints.allow_tools: no tool is called `nobody`; see `flow tools`
        ");
}

#[test]
fn old_prices_are_told() {
    let (shots, stack) = (lamp(), ToolStack::shipped());
    let constraints = Constraints::default();
    let at = |today: &str| {
        let order = Order {
            shots: &shots,
            shot_list_ref: "s",
            title: None,
            mode: Mode::Auto,
            created_at: None,
            constraints: &constraints,
            stack: &stack,
            rules: &[],
            today: Some(today),
        };
        plan(&order).unwrap().issues.iter().filter(|issue| issue.code == "P020").count()
    };
    assert!(at("2027-06-01") > at("2026-08-15"));
}

#[test]
fn few_tools_are_kept_and_private_data_stays_here() {
    let shots = shots(&json!({ "duration": 20, "core_message": "Lumo wakes you with light." }));
    let plan = planned(&shots, json!({ "max_unique_tools": 2 }));
    let shot_steps = plan.shot_plans.iter().flat_map(|shot| &shot.recommended_workflow.steps);
    let mut tools: Vec<&str> =
        shot_steps.filter(|step| step.tool != "ffmpeg").map(|step| step.tool.as_str()).collect();
    tools.sort_unstable();
    tools.dedup();
    assert!(tools.len() <= 2, "{tools:?}");
    check(&plan, &shots);
    let private = planned(&shots, json!({ "private_data": true }));
    // Local tools reach 720p, and no upscaler runs here.
    assert_eq!(private.status, Status::Infeasible);
}

#[test]
fn speech_effects_and_groups_get_the_steps_they_need() {
    let testimonial = shots(&json!({
        "video_type": "testimonial", "core_message": "Lumo wakes you with light.",
        "key_messages": { "supporting_messages": ["I sleep better now"] },
    }));
    let plan = planned(&testimonial, json!({ "quality_priority": "high" }));
    check(&plan, &testimonial);
    for (shot, made) in testimonial.iter().zip(&plan.shot_plans) {
        let steps = &made.recommended_workflow.steps;
        let has = |category: &str| steps.iter().any(|step| step.workflow_type.word() == category);
        let with_sound = steps.iter().any(|step| step.params.get("audio") == Some(&json!(true)));
        if shot.audio.needs_lip_sync {
            assert!(with_sound || has("lip_sync") || has("talking_avatar"), "{steps:?}");
        }
    }
    let mut effects = lamp();
    effects[0].technical_complexity.requires_vfx = true;
    let plan = planned(&effects, json!({}));
    check(&plan, &effects);
    assert!(
        plan.shot_plans[0]
            .recommended_workflow
            .steps
            .iter()
            .any(|step| step.workflow_type.word() == "video_to_video")
    );
    let card = plan.shot_plans.last().unwrap();
    assert!(
        card.recommended_workflow.steps.iter().any(|step| step.workflow_type.word() == "assembly")
    );
}

#[test]
fn a_longer_limit_never_makes_a_plan_worse() {
    let shots = lamp();
    let mut last = Milli(0);
    for cents in [150, 250, 400, 800] {
        let plan = planned(
            &shots,
            json!({ "max_cost_usd": f64::from(cents) / 100.0, "quality_priority": "high" }),
        );
        if plan.status == Status::Optimal {
            assert!(plan.quality.0 + 400 >= last.0);
            last = plan.quality;
        }
    }
    assert!(last > Milli(0));
}

#[test]
fn limits_that_were_not_met_say_their_codes() {
    let shots = lamp();
    let codes = |constraints: Json| -> Vec<String> {
        let issues = planned(&shots, constraints).issues;
        let own = issues.into_iter().filter(|issue| issue.code.starts_with("P00"));
        own.map(|issue| issue.code.into_owned()).collect()
    };
    assert_eq!(codes(json!({ "max_cost_usd": 0.05 })), ["P002"]);
    assert_eq!(codes(json!({ "allow_tools": ["bfl-flux-2-pro"] })), ["P006"]);
    assert_eq!(codes(json!({ "quality_priority": "budget", "min_quality": 9.8 })), ["P005"]);
    assert_eq!(codes(json!({ "quality_priority": "budget" })), [""; 0]);
}

#[test]
fn what_cannot_be_planned_is_refused() {
    let codes = |found: Result<ProductionPlan, Vec<Issue>>| -> Vec<String> {
        found.unwrap_err().into_iter().map(|issue| issue.code.into_owned()).collect()
    };
    assert_eq!(codes(order(&[], &json!({}), &ToolStack::shipped())), ["P004"]);
    assert_eq!(
        codes(order(&lamp(), &json!({ "quality_priority": "best" }), &ToolStack::shipped())),
        ["P001"]
    );
    let mut stack = ToolStack::shipped();
    stack.tools[0].pricing.cost = Some(Dollars::from_cents(-5));
    assert_eq!(codes(order(&lamp(), &json!({}), &stack)), ["P003"]);
}
