//! What does a shot need of its tools, and what would be good for it?
//!
//! The decision matrix is data: each rule says for which shots it holds, what they require and what they prefer. No rule
//! names a tool.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::constraints::Constraints;
use crate::vrd::camera::ShotType;
use crate::vrd::milli::Milli;
use crate::vrd::shots::Shot;
use crate::vrd::tools::{Tier, Tool, lines};
use crate::vrd::word::words;

words! {
    /// Which shots a rule is about.
    When("when") {
        Wide = "wide",
        Close = "close",
        Action = "action",
        Effects = "effects",
        Speech = "speech",
        CharacterInGroup = "character_in_group",
        LegibleText = "legible_text",
        Stylised = "stylised",
        LargeDelivery = "large_delivery",
        PrivateData = "private_data",
        Draft = "draft",
    }
}

words! {
    /// What a workflow must have.
    Need("requirement") {
        Speech = "speech",
        EffectsStep = "effects_step",
        Reference = "reference",
        TextCard = "text_card",
        SelfHosted = "self_hosted",
    }
}

/// A row of the decision matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub when: When,
    #[serde(default)]
    pub require: Vec<Need>,
    /// One of these suffices: a feature of the tool, or `from_still`, `same_vendor`, `native_4k`, `fast_or_budget`.
    #[serde(default)]
    pub prefer: Vec<String>,
    /// Quality points that a workflow loses without what is preferred.
    #[serde(default)]
    pub points: Milli,
}

/// The matrix that ships.
pub fn shipped() -> Vec<Rule> {
    let rule = |when, require: &[Need], prefer: &[&str], points| Rule {
        when,
        require: require.to_vec(),
        prefer: prefer.iter().map(ToString::to_string).collect(),
        points: Milli(points),
    };
    vec![
        rule(When::Wide, &[], &["wide", "physics"], 400),
        rule(When::LargeDelivery, &[], &["native_4k"], 300),
        rule(When::Speech, &[Need::Speech], &["faces", "presenter"], 400),
        rule(When::Close, &[], &["from_still", "detail"], 300),
        rule(When::Action, &[], &["action", "physics"], 300),
        rule(When::Effects, &[Need::EffectsStep], &["same_vendor"], 300),
        rule(When::CharacterInGroup, &[Need::Reference], &[], 0),
        rule(When::LegibleText, &[Need::TextCard], &[], 0),
        rule(When::Stylised, &[], &["stylised"], 600),
        rule(When::PrivateData, &[Need::SelfHosted], &[], 0),
        rule(When::Draft, &[], &["drafts", "fast_or_budget"], 1_500),
    ]
}

impl When {
    /// Whether `shot` is one of those; `grouped` says whether its group has other shots.
    pub fn holds(self, shot: &Shot, grouped: bool, constraints: &Constraints) -> bool {
        let action = shot.action.to_lowercase();
        let says = |list: &[&str]| {
            action.split(|c: char| !c.is_alphanumeric()).any(|word| list.contains(&word))
        };
        let speaks = shot.audio.needs_lip_sync;
        match self {
            Self::Wide => shot.shot_type.is_wide(),
            Self::Close => shot.shot_type.is_close() && !speaks,
            Self::Action => {
                says(&["runs", "jumps", "races", "fights", "falls", "drives", "dances"])
                    || shot.technical_complexity.complexity_score >= 7
            }
            Self::Effects => shot.technical_complexity.requires_vfx,
            Self::Speech => speaks,
            Self::CharacterInGroup => {
                grouped
                    && shot.continuity.group_id.is_some()
                    && !shot.continuity.characters.is_empty()
            }
            Self::LegibleText => shot.shot_type == ShotType::Graphic,
            Self::Stylised => {
                let prompt = shot.storyboard_frame.reference_image_prompt.to_lowercase();
                ["anime", "cartoon", "illustrated", "flat animation", "stylised", "watercolour"]
                    .iter()
                    .any(|word| prompt.contains(word))
            }
            Self::LargeDelivery => lines(&shot.resolution).is_some_and(|lines| lines > 1080),
            Self::PrivateData => constraints.private_data,
            Self::Draft => constraints.draft,
        }
    }
}

/// What is known of a workflow when its preferences are judged.
pub struct Facts<'a> {
    pub generator: Option<&'a Tool>,
    pub from_still: bool,
    /// The vendor of the step that adds effects.
    pub effects_vendor: Option<&'a str>,
}

impl Rule {
    /// What a workflow loses by this rule.
    pub fn penalty(&self, facts: &Facts) -> i64 {
        let Some(generator) = facts.generator.filter(|_| !self.prefer.is_empty()) else {
            return 0;
        };
        let has = |wish: &String| match wish.as_str() {
            "from_still" => facts.from_still,
            "same_vendor" => facts.effects_vendor.is_none_or(|vendor| vendor == generator.vendor),
            "native_4k" => {
                let most = generator.capabilities.max_resolution.as_deref().and_then(lines);
                most.is_some_and(|lines| lines >= 2160)
            }
            "fast_or_budget" => matches!(generator.quality_tier, Some(Tier::Fast | Tier::Budget)),
            feature => generator.has(feature),
        };
        if self.prefer.iter().any(has) { 0 } else { self.points.0 }
    }
}
