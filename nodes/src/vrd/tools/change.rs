//! What has changed between two versions of a tool stack, and how much does it matter?

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::quality::Scale;
use super::{Tool, ToolStack, ToolStatus};
use crate::vrd::camera::ShotType;
use crate::vrd::requirements::short_hash;
use crate::vrd::word::words;

words! {
    ChangeKind("change") {
        NewTool = "new_tool",
        PriceChange = "price_change",
        CapabilityChange = "capability_change",
        QualityRankChange = "quality_rank_change",
        LatencyRegression = "latency_regression",
        DeprecationAnnounced = "deprecation_announced",
        Retired = "retired",
        NewSota = "new_sota",
    }
}

words! {
    Grade("severity") { Low = "low", Medium = "medium", High = "high" }
}

/// One change of one tool, or of who is best for a kind of shot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The same for the same change, however often it is found.
    pub event_id: String,
    pub kind: ChangeKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub technique_id: Option<String>,
    pub before: Json,
    pub after: Json,
    pub severity: Grade,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_url: Option<String>,
    /// When it was noticed; empty until it is recorded.
    #[serde(default)]
    pub detected_at: String,
}

/// All changes from `before` to `after`, by the order of the tools.
pub fn changes(before: &ToolStack, after: &ToolStack) -> Vec<Change> {
    let mut found = Finding { version: &after.tool_stack_version, changes: Vec::new() };
    for tool in &after.tools {
        match before.get(&tool.tool_id) {
            Some(former) => found.compare(former, tool),
            None => {
                found.add(
                    ChangeKind::NewTool,
                    Grade::Low,
                    Some(tool),
                    Json::Null,
                    json!(tool.name),
                );
            }
        }
    }
    for gone in before.tools.iter().filter(|tool| after.get(&tool.tool_id).is_none()) {
        found.add(ChangeKind::Retired, Grade::High, Some(gone), json!(gone.status), Json::Null);
    }
    found.ranks(before, after);
    found.changes
}

struct Finding<'a> {
    version: &'a str,
    changes: Vec<Change>,
}

impl Finding<'_> {
    fn compare(&mut self, former: &Tool, tool: &Tool) {
        if former.status != tool.status {
            let gone = match tool.status {
                ToolStatus::Retired => Some((ChangeKind::Retired, Grade::High)),
                ToolStatus::Superseded => Some((ChangeKind::DeprecationAnnounced, Grade::Medium)),
                ToolStatus::Active | ToolStatus::Preview => None,
            };
            if let Some((kind, grade)) = gone {
                self.add(kind, grade, Some(tool), json!(former.status), json!(tool.status));
            }
        } else if former.valid_until != tool.valid_until && tool.valid_until.is_some() {
            let (before, after) = (json!(former.valid_until), json!(tool.valid_until));
            self.add(ChangeKind::DeprecationAnnounced, Grade::Medium, Some(tool), before, after);
        }
        let (old, new) = (prices(former), prices(tool));
        if old.keys().ne(new.keys()) || old.iter().any(|(at, price)| is_apart(*price, new[at])) {
            let (before, after) = (json!(former.pricing), json!(tool.pricing));
            self.add(ChangeKind::PriceChange, Grade::Medium, Some(tool), before, after);
        }
        if former.capabilities != tool.capabilities {
            let (before, after) = (json!(former.capabilities), json!(tool.capabilities));
            self.add(ChangeKind::CapabilityChange, Grade::Low, Some(tool), before, after);
        }
        let slow = |tool: &Tool| tool.performance.latency_s_p95.map(|seconds| seconds.0);
        if let (Some(old), Some(new)) = (slow(former), slow(tool))
            && new * 2 > old * 3
        {
            let (before, after) = (json!(former.performance), json!(tool.performance));
            self.add(ChangeKind::LatencyRegression, Grade::Medium, Some(tool), before, after);
        }
    }

    /// Who the best three are, by shot type.
    fn ranks(&mut self, before: &ToolStack, after: &ToolStack) {
        let (old, new) = (Scale::of(before), Scale::of(after));
        for shot_type in ShotType::ALL.iter().filter(|shot_type| **shot_type != ShotType::Graphic) {
            let (was, is) = (best(before, &old, *shot_type), best(after, &new, *shot_type));
            if was != is {
                let (was, is) = (json!({ shot_type.word(): was }), json!({ shot_type.word(): is }));
                self.add(ChangeKind::QualityRankChange, Grade::Low, None, was, is);
            }
        }
    }

    fn add(
        &mut self,
        kind: ChangeKind,
        severity: Grade,
        tool: Option<&Tool>,
        before: Json,
        after: Json,
    ) {
        let tool_id = tool.map(|tool| tool.tool_id.clone());
        let text = json!([self.version, kind, tool_id, before, after]).to_string();
        self.changes.push(Change {
            event_id: format!("change_{}", short_hash(&text)),
            kind,
            tool_id,
            technique_id: None,
            before,
            after,
            severity,
            source_url: tool.and_then(|tool| tool.sources.first().cloned()),
            detected_at: String::new(),
        });
    }
}

/// Every price of a tool, by what it is for.
fn prices(tool: &Tool) -> BTreeMap<String, i64> {
    let tiers = tool.pricing.tiers.iter().map(|tier| {
        let name = json!([tier.resolution, tier.audio, tier.duration_s, tool.pricing.unit]);
        (name.to_string(), tier.cost.micros())
    });
    let base = tool.pricing.cost.map(|cost| (json!(tool.pricing.unit).to_string(), cost.micros()));
    base.into_iter().chain(tiers).collect()
}

/// Whether a price is 5 % higher or lower than it was.
fn is_apart(old: i64, new: i64) -> bool {
    (new - old).abs() * 20 >= old.abs() && new != old
}

fn best(stack: &ToolStack, scale: &Scale, shot_type: ShotType) -> Vec<String> {
    let mut makers: Vec<&Tool> = stack
        .tools
        .iter()
        .filter(|tool| tool.status == ToolStatus::Active && tool.category.is_generation())
        .collect();
    makers.sort_by_key(|tool| std::cmp::Reverse(scale.quality(tool, Some(shot_type))));
    makers.into_iter().take(3).map(|tool| tool.tool_id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vrd::dollars::Dollars;
    use crate::vrd::milli::Milli;

    fn kinds(change: impl FnOnce(&mut ToolStack)) -> Vec<(&'static str, Option<String>)> {
        let before = ToolStack::shipped();
        let mut after = before.clone();
        change(&mut after);
        let found = changes(&before, &after);
        found.into_iter().map(|change| (change.kind.word(), change.tool_id)).collect()
    }

    #[test]
    fn each_kind_of_change_is_found() {
        let first = || Some("google-veo-3.1".to_owned());
        let price = |cents: i64| {
            kinds(move |stack| {
                for tier in &mut stack.tools[0].pricing.tiers {
                    tier.cost = Dollars::from_cents(tier.cost.micros() / 10_000 * cents / 100);
                }
            })
        };
        assert_eq!(price(105), [("price_change", first())]);
        assert_eq!(price(100), []);
        assert_eq!(
            kinds(|stack| stack.tools[0].status = ToolStatus::Superseded)[0],
            ("deprecation_announced", first())
        );
        assert_eq!(
            kinds(|stack| stack.tools[0].status = ToolStatus::Retired)[0],
            ("retired", first())
        );
        assert_eq!(
            kinds(|stack| stack.tools[0].valid_until = Some("2027-01-01".into())),
            [("deprecation_announced", first())]
        );
        assert_eq!(
            kinds(|stack| stack.tools[0].capabilities.lip_sync = true),
            [("capability_change", first())]
        );
        let gone = kinds(|stack| {
            stack.tools.retain(|tool| tool.tool_id != "kling-2.1");
        });
        assert_eq!(gone, [("retired", Some("kling-2.1".to_owned()))]);
        let new = kinds(|stack| {
            let mut tool = stack.tools[0].clone();
            tool.tool_id = "new".into();
            tool.quality_metrics.quality_score = Some(Milli::whole(10));
            stack.tools.push(tool);
        });
        assert_eq!(new[0], ("new_tool", Some("new".to_owned())));
        assert_eq!(new[1..].iter().filter(|(kind, _)| *kind == "quality_rank_change").count(), 10);
        let slow = kinds(|stack| {
            let kling = stack.tools.iter_mut().find(|tool| tool.tool_id == "kling-4.0").unwrap();
            kling.performance.latency_s_p95 = Some(Milli::whole(427));
        });
        assert_eq!(slow, [("latency_regression", Some("kling-4.0".to_owned()))]);
    }

    #[test]
    fn the_same_change_has_the_same_id() {
        let before = ToolStack::shipped();
        let mut after = before.clone();
        after.tools[0].status = ToolStatus::Retired;
        assert_eq!(changes(&before, &after), changes(&before, &after));
        assert_eq!(changes(&before, &before), []);
    }
}
