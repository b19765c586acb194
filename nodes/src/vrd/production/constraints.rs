//! What may a production cost, how long may it take, and what is it to be good at?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::vrd::dollars::Dollars;
use crate::vrd::issue::Issue;
use crate::vrd::milli::Milli;
use crate::vrd::word::words;

words! {
    /// What a plan is chosen for, within its limits.
    QualityPriority("quality_priority") {
        High = "high",
        Balanced = "balanced",
        Budget = "budget",
        Speed = "speed",
        Custom = "custom",
    }
}

words! {
    /// Where a tool's price comes from, and so who runs the tool.
    Channel("channel") {
        VendorList = "vendor_list",
        Reseller = "reseller",
        ResellerNearList = "reseller_near_list",
        SelfHosted = "self_hosted",
    }
}

/// The limits and wishes of a production plan. What is absent does not limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Constraints {
    /// The most that the whole may cost.
    #[serde(default, alias = "max_total_cost", skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub max_cost_usd: Option<Dollars>,
    /// The longest that the whole may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub max_time_minutes: Option<Milli>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_priority: Option<QualityPriority>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub max_cost_per_shot: Option<Dollars>,
    /// The least duration-weighted average quality for `budget` and `speed`; 6 if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 0, "maximum" = 10))]
    pub min_quality: Option<Milli>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 0, "maximum" = 10))]
    pub min_quality_per_shot: Option<Milli>,
    /// Only these tools, by id; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow_tools: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deny_tools: Vec<String>,
    /// Only tools of these channels; empty: all that need no graphics processor of one's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<Channel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 1))]
    pub max_unique_tools: Option<u16>,
    /// What one more quality point, dollar and minute weigh; for `custom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Weights>,
    /// How often each shot is generated, to choose from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("minimum" = 1, "maximum" = 20))]
    pub takes: Option<u16>,
    /// Nothing may leave one's own machines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private_data: bool,
    /// A pass to judge timing by: fast and cheap tools are preferred.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What the whole project may cost, filming and people included; not a limit of generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_range_usd: Option<[Dollars; 2]>,
}

/// How much each axis counts, each scaled from the worst to the best plan; they need not sum to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    #[serde(default)]
    pub quality: Milli,
    #[serde(default)]
    pub cost: Milli,
    #[serde(default)]
    pub time: Milli,
}

impl Constraints {
    /// Reads the object of a document; `P001` says what it cannot be.
    pub fn read(json: &Json) -> Result<Self, Issue> {
        let constraints: Self = serde_json::from_value(json.clone()).map_err(|error| {
            Issue::error("P001", format!("the constraints cannot be read: {error}"))
                .at("constraints")
        })?;
        match constraints.faults().into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(constraints),
        }
    }

    /// What no constraint can mean.
    pub fn faults(&self) -> Vec<Issue> {
        let mut faults = Vec::new();
        let mut fault = |field: &str, message: &str, fix: &str| {
            faults.push(Issue::error("P001", message).at(format!("constraints.{field}")).fix(fix));
        };
        if self.max_cost_usd.is_some_and(|most| most <= Dollars::ZERO) {
            fault("max_cost_usd", "a cost limit is above 0", "leave it out for no limit");
        }
        if self.max_cost_per_shot.is_some_and(|most| most <= Dollars::ZERO) {
            fault("max_cost_per_shot", "a cost limit is above 0", "leave it out for no limit");
        }
        if self.max_time_minutes.is_some_and(|most| most <= Milli(0)) {
            fault("max_time_minutes", "a time limit is above 0", "leave it out for no limit");
        }
        let outside = |points: Option<Milli>| {
            points.is_some_and(|points| points < Milli(0) || points > Milli::whole(10))
        };
        if outside(self.min_quality) || outside(self.min_quality_per_shot) {
            fault("min_quality", "quality lies between 0 and 10", "write a number such as 6.5");
        }
        if self.takes.is_some_and(|takes| !(1..=20).contains(&takes)) {
            fault("takes", "a shot is taken 1 to 20 times", "write a number from 1 to 20");
        }
        if self.max_unique_tools == Some(0) {
            fault("max_unique_tools", "a plan uses at least one tool", "write 1 or more");
        }
        match (self.priority(), self.weights) {
            (QualityPriority::Custom, None) => {
                fault(
                    "weights",
                    "`custom` says no weights",
                    "add `weights: { quality: 1, cost: 1 }`",
                );
            }
            (_, Some(weights)) if weights.is_senseless() => {
                fault("weights", "weights are not below 0, nor all 0", "write numbers such as 1");
            }
            _ => {}
        }
        faults
    }

    pub fn priority(&self) -> QualityPriority {
        self.quality_priority.unwrap_or(QualityPriority::Balanced)
    }

    pub fn least_quality(&self) -> Milli {
        self.min_quality.unwrap_or(Milli::whole(6))
    }
}

impl Weights {
    fn is_senseless(self) -> bool {
        let all = [self.quality, self.cost, self.time];
        all.iter().any(|weight| weight.0 < 0) || all.iter().all(|weight| weight.0 == 0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn constraints_are_read_under_their_aliases_and_refused_with_the_reason() {
        let read = Constraints::read(
            &json!({ "max_total_cost": 50, "max_time_minutes": 180, "quality_priority": "high" }),
        );
        let constraints = read.unwrap();
        assert_eq!(constraints.max_cost_usd, Some(Dollars::from_cents(5000)));
        assert_eq!(constraints.priority(), QualityPriority::High);

        for (json, says) in [
            (
                json!({ "quality_priority": "high_quality" }),
                "write one of `high`, `balanced`, `budget`",
            ),
            (json!({ "max_cost": 5 }), "unknown field `max_cost`"),
            (json!({ "max_cost_usd": 0 }), "above 0"),
            (json!({ "max_cost_usd": -1 }), "above 0"),
            (json!({ "min_quality": 11 }), "between 0 and 10"),
            (json!({ "quality_priority": "custom" }), "no weights"),
            (json!({ "channels": ["cloud"] }), "`vendor_list`"),
        ] {
            let issue = Constraints::read(&json).unwrap_err();
            assert_eq!(issue.code, "P001");
            assert!(issue.to_string().contains(says), "{issue}");
        }
    }
}
