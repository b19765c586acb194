//! What is a production plan?

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::constraints::Constraints;
use super::schedule::Slot;
use crate::vrd::camera::Movement;
use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::milli::Milli;
use crate::vrd::requirements::Mode;
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::Sketch;
use crate::vrd::tools::{Binding, Category};
use crate::vrd::word::words;

words! {
    /// How good the plan is known to be.
    Status("status") { Optimal = "optimal", Bounded = "bounded", Infeasible = "infeasible" }
}

words! {
    Optimality("optimality") { Proven = "proven", Bounded = "bounded" }
}

/// Which tools make which shot, for how much, how long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProductionPlan {
    pub production_plan_id: String,
    /// What the video is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub shot_list_ref: String,
    pub mode: Mode,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    pub constraints: Constraints,
    pub status: Status,
    pub optimality: Optimality,
    /// How far the optimum may be above, as a share; 0 if it is proven.
    pub gap: Milli,
    pub shot_plans: Vec<ShotPlan>,
    pub total_estimated_cost_usd: Dollars,
    pub total_estimated_time_minutes: Milli,
    /// The average quality, by duration.
    pub quality: Milli,
    pub workflow_summary: WorkflowSummary,
    pub cost_breakdown: CostBreakdown,
    pub timeline_estimate: Timeline,
    pub pareto: Vec<ParetoPoint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sensitivity: Option<Sensitivity>,
    /// Why nothing fits, and what would; for an infeasible plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infeasible: Option<Infeasible>,
    pub assumptions: Vec<String>,
    pub issues: Vec<Issue>,
    pub tool_stack_version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShotPlan {
    pub shot_id: String,
    pub shot_description: String,
    #[serde(default)]
    pub start_seconds: Seconds,
    pub duration_seconds: Seconds,
    pub aspect_ratio: String,
    pub resolution: String,
    pub camera_movement: Movement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voiceover: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dialogue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_screen_text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub music_mood: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sfx: Vec<String>,
    /// What its board shows; plans of older versions have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    pub recommended_workflow: Workflow,
    pub alternative_workflows: Vec<Workflow>,
    pub production_notes: Vec<String>,
}

/// The steps that make a shot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workflow {
    pub workflow_id: String,
    pub workflow_name: String,
    pub steps: Vec<Step>,
    pub total_cost: Dollars,
    pub total_time_seconds: Seconds,
    pub quality_score: Milli,
    /// Why it is an alternative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// From 1.
    pub step: u32,
    pub tool: String,
    pub purpose: String,
    pub workflow_type: Category,
    pub duration_seconds: Seconds,
    /// How much is paid for, clips times length; longer than the shot where a tool makes fixed lengths only.
    pub billed_seconds: Seconds,
    pub estimated_time_seconds: Seconds,
    /// The time is a rule of thumb, not a measurement.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    pub cost_usd: Dollars,
    pub depends_on: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    pub params: BTreeMap<String, Json>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WorkflowSummary {
    pub total_unique_tools: usize,
    /// The three on which most is spent.
    pub primary_tools: Vec<String>,
    pub workflow_types: BTreeMap<Category, usize>,
}

/// Where the money goes; each part but the last two sums to the total.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CostBreakdown {
    pub by_tool: BTreeMap<String, Dollars>,
    pub by_shot: BTreeMap<String, Dollars>,
    pub by_category: BTreeMap<Category, Dollars>,
    pub by_scene: BTreeMap<String, Dollars>,
    pub project_steps: Dollars,
    /// What should be kept aside for attempts that fail more often than expected.
    pub contingency: Dollars,
    /// What nine of ten productions stay below.
    pub p90: Dollars,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    pub parallel_generation: bool,
    pub sequential_time_minutes: Milli,
    pub parallel_time_minutes: Milli,
    pub post_processing_minutes: Milli,
    /// The same if every measured tool is as slow as one time in twenty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95_sequential_minutes: Option<Milli>,
    pub schedule: Vec<Slot>,
    /// Narration, music, effects, captions and assembly.
    pub project_steps: Vec<Step>,
}

/// A plan that could be chosen instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParetoPoint {
    pub label: String,
    pub cost_usd: Dollars,
    pub time_minutes: Milli,
    pub quality: Milli,
    pub proven: bool,
}

/// What more money would bring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    pub extra_usd: Dollars,
    pub extra_quality: Milli,
    pub quality_per_dollar: Milli,
}

/// Why no plan keeps the limits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Infeasible {
    /// The limits that are in the way.
    pub binding: Vec<String>,
    /// Each single change that makes a plan possible, the smallest first.
    pub relaxations: Vec<Relaxation>,
    /// Shots that no tool can make as the constraints are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmade_shots: Vec<Unmade>,
    /// The cheapest and the fastest plan without the limits.
    pub extremes: Vec<ParetoPoint>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Relaxation {
    pub constraint: String,
    /// The value to write instead; none: leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    pub fix: String,
}

/// A shot without any option, and why each tool falls out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unmade {
    pub shot_id: String,
    pub rejected: BTreeMap<String, String>,
}
