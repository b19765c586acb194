//! How do shots, constraints and a tool stack become a plan?

use std::collections::BTreeMap;

use super::candidate::{Candidate, candidates};
use super::choose::{self, Point, WayOut};
use super::constraints::Constraints;
use super::kit::Kit;
use super::matrix::{self, Rule};
use super::model::{Choices, Limits, Model};
use super::plan::{
    Infeasible, Optimality, ParetoPoint, ProductionPlan, Relaxation, Sensitivity, Status, Unmade,
};
use super::{figures, project, timeline, workflow};
use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::milli::Milli;
use crate::vrd::requirements::{Mode, short_hash};
use crate::vrd::shots::{Shot, continuity};
use crate::vrd::tools::{ToolStack, ToolStatus};

/// What a plan is made from.
pub struct Order<'a> {
    pub shots: &'a [Shot],
    pub shot_list_ref: &'a str,
    /// What the video is called, if it has a name.
    pub title: Option<&'a str>,
    pub mode: Mode,
    pub created_at: Option<String>,
    pub constraints: &'a Constraints,
    pub stack: &'a ToolStack,
    /// The decision matrix; empty for the one that ships.
    pub rules: &'a [Rule],
    /// The day that the ages of prices are counted from; the newest price's if nobody says.
    pub today: Option<&'a str>,
}

/// The plan, or what is wrong with the order.
pub fn plan(order: &Order) -> Result<ProductionPlan, Vec<Issue>> {
    let mut faults = order.constraints.faults();
    faults.extend(order.stack.faults());
    if order.shots.is_empty() {
        faults.push(Issue::error("P004", "there are no shots to plan").at("shots"));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let shipped = matrix::shipped();
    let rules = if order.rules.is_empty() { &shipped } else { order.rules };
    let kit = Kit::of(order.stack, order.constraints, rules);
    let (options, unmade) = options(order, &kit);
    let steps = project::steps(&kit, order.shots);
    let project_cents = workflow::cents(&steps);
    let project_millis = steps.iter().map(|step| step.millis).sum();
    let model = Model::new(order.stack, order.shots, options, (project_cents, project_millis));
    let mut plan = if unmade.is_empty() {
        solved(order, &kit, &model, &steps)
    } else {
        let relaxations = lifted(order, rules);
        let infeasible = Infeasible {
            binding: relaxations.iter().map(|way| way.constraint.clone()).collect(),
            relaxations,
            unmade_shots: unmade,
            extremes: Vec::new(),
        };
        unmade_plan(order, infeasible)
    };
    plan.issues.splice(0..0, named_tools(order));
    let text = serde_json::to_string(&plan).unwrap_or_default();
    plan.production_plan_id = format!("plan_{}", short_hash(&text));
    plan.created_at.clone_from(&order.created_at);
    Ok(plan)
}

/// The ways to make each shot, and the shots that have none.
fn options(order: &Order, kit: &Kit) -> (Vec<Vec<Candidate>>, Vec<Unmade>) {
    let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
    for group in order.shots.iter().filter_map(|shot| shot.continuity.group_id.as_deref()) {
        *sizes.entry(group).or_default() += 1;
    }
    let mut all = Vec::new();
    let mut unmade = Vec::new();
    for shot in order.shots {
        let grouped = shot.continuity.group_id.as_deref().is_some_and(|group| sizes[group] > 1);
        let (found, rejected) = candidates(kit, shot, grouped);
        if found.is_empty() {
            let unusable = kit
                .usable
                .iter()
                .enumerate()
                .filter_map(|(index, usable)| Some((index, usable.as_ref().err()?.clone())));
            let reasons = unusable.chain(rejected);
            let named = |(index, reason): (usize, String)| {
                (order.stack.tools[index].tool_id.clone(), reason)
            };
            unmade.push(Unmade {
                shot_id: shot.shot_id.clone(),
                rejected: reasons.map(named).collect(),
            });
        }
        all.push(found);
    }
    (all, unmade)
}

fn solved(
    order: &Order,
    kit: &Kit,
    model: &Model,
    steps: &[super::candidate::Draft],
) -> ProductionPlan {
    let limits = Limits::hard(order.constraints);
    let mut within = limits;
    // The printed schedule knows what waits for what; where it breaks the limit, the model's is tightened.
    for _ in 0..5 {
        let Some(choices) = choose::best(model, order.constraints, within) else { break };
        let narrowed = few_tools(order, model, choices, within);
        let Some((model, choices)) = narrowed else { break };
        let end = timeline::end_millis(model.as_ref(), &choices, steps);
        match limits.millis {
            Some(most) if end > most => {
                within.millis = within.millis.map(|known| known - (end - most).max(1000));
            }
            _ => {
                let is_original = within == limits;
                return assembled(
                    order,
                    kit,
                    model.as_ref(),
                    &choices,
                    steps,
                    (limits, is_original),
                );
            }
        }
    }
    let extremes = choose::extremes(model, &|choices| timeline::end_millis(model, choices, steps));
    let infeasible = infeasible(model, limits, &extremes);
    let cheapest = extremes.into_iter().next();
    let Some(cheapest) = cheapest else {
        return unmade_plan(order, infeasible);
    };
    let mut plan =
        assembled(order, kit, model, &cheapest.choices, steps, (Limits::default(), true));
    plan.status = Status::Infeasible;
    plan.optimality = Optimality::Bounded;
    plan.pareto.clear();
    plan.sensitivity = None;
    let ways: Vec<&str> = infeasible.relaxations.iter().map(|way| way.fix.as_str()).collect();
    let fix = if ways.is_empty() { "loosen the limits".to_owned() } else { ways.join(", or ") };
    plan.issues.push(
        Issue::error("P002", "no plan keeps all limits; the cheapest one is shown")
            .at("constraints")
            .fix(fix),
    );
    plan.infeasible = Some(infeasible);
    plan
}

/// A model of its own, where tools were taken away, or the one that was given.
enum Held<'a, 'b> {
    Given(&'b Model<'a>),
    Own(Box<Model<'a>>),
}

impl<'a> Held<'a, '_> {
    fn as_ref(&self) -> &Model<'a> {
        match self {
            Self::Given(model) => model,
            Self::Own(model) => model,
        }
    }
}

/// Takes away the tools that are missed least until no more than allowed are left.
fn few_tools<'a, 'b>(
    order: &Order,
    model: &'b Model<'a>,
    choices: Choices,
    limits: Limits,
) -> Option<(Held<'a, 'b>, Choices)> {
    let most = order.constraints.max_unique_tools.map_or(usize::MAX, usize::from);
    let mut held = Held::Given(model);
    let mut choices = choices;
    while held.as_ref().tools(&choices.picks).len() > most {
        let current = held.as_ref();
        let mut best: Option<(i128, Model<'a>, Choices)> = None;
        for tool in current.tools(&choices.picks) {
            let fewer = current.without(tool);
            let Some(found) = choose::best(&fewer, order.constraints, limits) else { continue };
            let value = fewer.value(&found.picks);
            if best.as_ref().is_none_or(|(known, ..)| value > *known) {
                best = Some((value, fewer, found));
            }
        }
        let (_, fewer, mut found) = best?;
        // Another set of tools might do better, so nothing is proven.
        found.is_proven = false;
        (held, choices) = (Held::Own(Box::new(fewer)), found);
    }
    Some((held, choices))
}

fn assembled(
    order: &Order,
    kit: &Kit,
    model: &Model,
    choices: &Choices,
    steps: &[super::candidate::Draft],
    (limits, is_original): (Limits, bool),
) -> ProductionPlan {
    let shot_plans = workflow::shot_plans(kit, model, &choices.picks);
    let timeline = timeline::estimate(model, choices, steps);
    let project_steps = &timeline.project_steps;
    let breakdown = figures::breakdown(order, &shot_plans, project_steps);
    let total = figures::total(&breakdown);
    let is_proven = choices.is_proven && is_original;
    let tools: Vec<&str> = model
        .chosen(&choices.picks)
        .map(|option| order.stack.tools[option.tool].tool_id.as_str())
        .collect();
    let mut issues = continuity::switches(order.shots, &tools);
    issues.extend(figures::stale(order, &breakdown));
    let front = choose::front(model, choices, limits, &|choices| {
        timeline::end_millis(model, choices, steps)
    });
    let mut plan = ProductionPlan {
        production_plan_id: String::new(),
        title: order.title.map(str::to_owned),
        shot_list_ref: order.shot_list_ref.into(),
        mode: order.mode,
        created_at: None,
        constraints: order.constraints.clone(),
        status: if is_proven { Status::Optimal } else { Status::Bounded },
        optimality: if is_proven { Optimality::Proven } else { Optimality::Bounded },
        gap: Milli(if choices.is_proven { 0 } else { (choices.gap_millionths + 999) / 1000 }),
        total_estimated_cost_usd: total,
        total_estimated_time_minutes: timeline.parallel_time_minutes,
        quality: model.quality(&choices.picks),
        workflow_summary: figures::summary(&breakdown, &shot_plans),
        cost_breakdown: breakdown,
        timeline_estimate: timeline,
        pareto: front.iter().map(point).collect(),
        sensitivity: sensitivity(order, model, choices, limits),
        infeasible: None,
        assumptions: figures::assumptions(order, kit, model, choices),
        issues,
        tool_stack_version: order.stack.tool_stack_version.clone(),
        shot_plans,
    };
    if order.constraints.priority() == super::constraints::QualityPriority::Budget
        && plan.quality < order.constraints.least_quality()
    {
        plan.issues.push(
            Issue::warning(
                "P005",
                format!(
                    "the best quality within the limits is {}, below `min_quality`",
                    plan.quality
                ),
            )
            .at("constraints.min_quality"),
        );
    }
    plan
}

fn point(point: &Point) -> ParetoPoint {
    ParetoPoint {
        label: point.label.into(),
        cost_usd: Dollars::from_cents(point.cents),
        time_minutes: Milli((point.millis + 59) / 60),
        quality: point.quality,
        proven: point.choices.is_proven,
    }
}

/// What a tenth more money, a dollar at least, would bring.
fn sensitivity(
    order: &Order,
    model: &Model,
    choices: &Choices,
    limits: Limits,
) -> Option<Sensitivity> {
    let most = limits.cents?;
    let extra = (most / 10).max(100);
    let more =
        choose::best(model, order.constraints, Limits { cents: Some(most + extra), ..limits })?;
    let gained = (model.quality(&more.picks).0 - model.quality(&choices.picks).0).max(0);
    Some(Sensitivity {
        extra_usd: Dollars::from_cents(extra),
        extra_quality: Milli(gained),
        quality_per_dollar: Milli(gained * 100 / extra),
    })
}

fn infeasible(model: &Model, limits: Limits, extremes: &[Point]) -> Infeasible {
    let ways = choose::ways_out(model, limits);
    let both =
        [("max_cost_usd", limits.cents.is_some()), ("max_time_minutes", limits.millis.is_some())];
    let in_the_way: Vec<String> = if ways.is_empty() {
        both.iter().filter(|(_, is_set)| *is_set).map(|(name, _)| (*name).to_owned()).collect()
    } else {
        ways.iter().map(|way| way.constraint.to_owned()).collect()
    };
    let relaxation = |way: &WayOut| Relaxation {
        constraint: way.constraint.into(),
        value: Some(way.value.clone()),
        fix: format!("write `{}: {}`", way.constraint, way.value),
    };
    let mut relaxations: Vec<Relaxation> = ways.iter().map(relaxation).collect();
    if relaxations.is_empty() && !in_the_way.is_empty() {
        let needed: Vec<String> = extremes
            .iter()
            .map(|point| {
                format!(
                    "the {} plan costs {} and takes {} min",
                    point.label,
                    Dollars::from_cents(point.cents),
                    Milli((point.millis + 59) / 60)
                )
            })
            .collect();
        relaxations.push(Relaxation {
            constraint: in_the_way.join(", "),
            value: None,
            fix: format!("loosen both: {}", needed.join(", ")),
        });
    }
    Infeasible {
        binding: in_the_way,
        relaxations,
        unmade_shots: Vec::new(),
        extremes: extremes.iter().map(point).collect(),
    }
}

/// Takes one constraint away.
type Lift = fn(&mut Constraints);

/// The constraints of which one, left out alone, lets every shot be made.
fn lifted(order: &Order, rules: &[Rule]) -> Vec<Relaxation> {
    let without: [(&str, Lift); 6] = [
        ("allow_tools", |constraints| constraints.allow_tools.clear()),
        ("deny_tools", |constraints| constraints.deny_tools.clear()),
        ("channels", |constraints| constraints.channels.clear()),
        ("max_cost_per_shot", |constraints| constraints.max_cost_per_shot = None),
        ("min_quality_per_shot", |constraints| constraints.min_quality_per_shot = None),
        ("private_data", |constraints| constraints.private_data = false),
    ];
    let mut ways = Vec::new();
    for (name, lift) in without {
        let mut constraints = order.constraints.clone();
        lift(&mut constraints);
        if constraints == *order.constraints {
            continue;
        }
        let kit = Kit::of(order.stack, &constraints, rules);
        if options(order, &kit).1.is_empty() {
            ways.push(Relaxation {
                constraint: name.into(),
                value: None,
                fix: format!("leave `{name}` out"),
            });
        }
    }
    ways
}

/// A plan that makes nothing, and says why.
fn unmade_plan(order: &Order, infeasible: Infeasible) -> ProductionPlan {
    let shots: Vec<&str> =
        infeasible.unmade_shots.iter().map(|unmade| unmade.shot_id.as_str()).collect();
    let ways: Vec<&str> = infeasible.relaxations.iter().map(|way| way.fix.as_str()).collect();
    let fix = if ways.is_empty() {
        "loosen several constraints at once".to_owned()
    } else {
        ways.join(", or ")
    };
    let message = format!("no tool can make {} as the constraints are", shots.join(", "));
    ProductionPlan {
        production_plan_id: String::new(),
        title: order.title.map(str::to_owned),
        shot_list_ref: order.shot_list_ref.into(),
        mode: order.mode,
        created_at: None,
        constraints: order.constraints.clone(),
        status: Status::Infeasible,
        optimality: Optimality::Proven,
        gap: Milli(0),
        shot_plans: Vec::new(),
        total_estimated_cost_usd: Dollars::ZERO,
        total_estimated_time_minutes: Milli(0),
        quality: Milli(0),
        workflow_summary: super::plan::WorkflowSummary::default(),
        cost_breakdown: super::plan::CostBreakdown::default(),
        timeline_estimate: super::plan::Timeline::default(),
        pareto: Vec::new(),
        sensitivity: None,
        infeasible: Some(infeasible),
        assumptions: Vec::new(),
        issues: vec![Issue::error("P006", message).at("constraints").fix(fix)],
        tool_stack_version: order.stack.tool_stack_version.clone(),
    }
}

/// P010, P011: tools that the constraints name and that are gone or were never there.
fn named_tools(order: &Order) -> Vec<Issue> {
    let constraints = order.constraints;
    let named =
        [("allow_tools", &constraints.allow_tools), ("deny_tools", &constraints.deny_tools)];
    let mut issues = Vec::new();
    for (field, tool_id) in
        named.iter().flat_map(|(field, tools)| tools.iter().map(move |tool| (*field, tool)))
    {
        let place = format!("constraints.{field}");
        let Some(tool) = order.stack.get(tool_id) else {
            issues.push(
                Issue::warning("P011", format!("no tool is called `{tool_id}`"))
                    .at(place)
                    .fix("see `flow tools`"),
            );
            continue;
        };
        let is_gone = matches!(tool.status, ToolStatus::Retired | ToolStatus::Superseded);
        if is_gone && field == "allow_tools" {
            let fix = order
                .stack
                .replacement(tool)
                .map(|near| format!("write `{}` ({}) instead", near.tool_id, near.name));
            let issue =
                Issue::warning("P010", format!("`{tool_id}` is {}, and is not used", tool.status))
                    .at(place);
            issues.push(match fix {
                Some(fix) => issue.fix(fix),
                None => issue,
            });
        }
    }
    issues
}
