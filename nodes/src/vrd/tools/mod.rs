//! Which tools are there, what can they do, and what do they cost?
//!
//! The stack is data with a source and a date for every price; no rule names a tool. A retired tool stays in it, so that
//! a plan that names one can be told its nearest replacement.

pub mod change;
pub mod csv;
pub mod find;
pub mod price;
pub mod quality;
pub mod span;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::dollars::Dollars;
use super::issue::Issue;
use super::milli::Milli;
use super::production::constraints::Channel;
use super::word::words;
pub use span::Durations;

words! {
    /// What a tool makes of what.
    Category("tool category") {
        TextToVideo = "text_to_video",
        ImageToVideo = "image_to_video",
        VideoToVideo = "video_to_video",
        TextToImage = "text_to_image",
        TalkingAvatar = "talking_avatar",
        LipSync = "lip_sync",
        PerformanceCapture = "performance_capture",
        TextToSpeech = "text_to_speech",
        Music = "music",
        SoundEffects = "sound_effects",
        SpeechToText = "speech_to_text",
        VideoUpscale = "video_upscale",
        VideoMatting = "video_matting",
        Assembly = "assembly",
    }
}

impl Category {
    /// The kind whose nodes do this work.
    pub fn kind(self) -> &'static str {
        match self {
            Self::TextToVideo | Self::ImageToVideo => "video/generate",
            Self::VideoToVideo => "video/edit",
            Self::TextToImage => "image/generate",
            Self::TalkingAvatar | Self::PerformanceCapture => "video/avatar",
            Self::LipSync => "video/lip-sync",
            Self::TextToSpeech => "speech/synthesize",
            Self::Music => "music/generate",
            Self::SoundEffects => "sound/generate",
            Self::SpeechToText => "speech/transcribe",
            Self::VideoUpscale => "video/upscale",
            Self::VideoMatting => "video/matte",
            Self::Assembly => "media/render",
        }
    }

    /// Whether it makes moving pictures out of an idea, so that what it gives can disappoint.
    pub fn is_generation(self) -> bool {
        matches!(
            self,
            Self::TextToVideo
                | Self::ImageToVideo
                | Self::VideoToVideo
                | Self::TalkingAvatar
                | Self::PerformanceCapture
        )
    }
}

words! {
    ToolStatus("status") { Active = "active", Preview = "preview", Superseded = "superseded", Retired = "retired" }
}

words! {
    /// An editor's guess of quality, until something was measured.
    Tier("quality tier") {
        Flagship = "flagship",
        Standard = "standard",
        Fast = "fast",
        Local = "local",
        Budget = "budget",
        Legacy = "legacy",
    }
}

words! {
    /// Whether a tool gives sound with its pictures.
    NativeAudio("native_audio") { No = "no", Optional = "optional", Always = "always" | "yes" }
}

words! {
    /// Which version of a clip a price is for.
    AudioTier("audio") { Silent = "silent", WithAudio = "with_audio" }
}

words! {
    /// What a price is per.
    Unit("unit") {
        Second = "second",
        Image = "image",
        Run = "run",
        Run5s = "run_5s",
        Run6s = "run_6s",
        Minute = "minute",
        ThousandCharacters = "1000_characters",
        SourceFrame = "source_frame",
        MillionImageTokens = "million_image_output_tokens",
    }
}

/// All tools, as of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ToolStack {
    pub tool_stack_version: String,
    pub tools: Vec<Tool>,
}

/// A tool that can be planned with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    pub tool_id: String,
    pub name: String,
    pub vendor: String,
    pub category: Category,
    /// What else it can do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Category>,
    pub status: ToolStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality_tier: Option<Tier>,
    #[serde(default)]
    pub capabilities: Capabilities,
    #[serde(default)]
    pub quality_metrics: QualityMetrics,
    #[serde(default)]
    pub pricing: Pricing,
    #[serde(default)]
    pub performance: Performance,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub best_for: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limitations: Vec<String>,
    /// Who makes it, and by which kind; absent: it can be planned and rehearsed, not run live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_integration: Option<ApiIntegration>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// What an editor noted beside, such as `license` or `price_notes`; nothing is planned with it.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub remarks: std::collections::BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Capabilities {
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub durations_s: Option<Durations>,
    /// The step within a range; any length if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_step_s: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_resolution: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aspect_ratios: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_audio: Option<NativeAudio>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lip_sync: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first_last_frame: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference_images_max: Option<u16>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct QualityMetrics {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality_score: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub benchmark_score: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sota_score: Option<Milli>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub by_shot_type: std::collections::BTreeMap<String, Milli>,
    /// From comparisons of pairs, as chess players are rated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairwise_rating: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub samples: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Pricing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Dollars>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<Unit>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<PriceTier>,
    /// How many units one item uses, where that is known only afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_units_per_item: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of_basis: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
}

/// A price at a resolution, with or without sound, or of a clip of some length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PriceTier {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioTier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_s: Option<Milli>,
    pub cost: Dollars,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Performance {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_s_p50: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_s_p95: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success_rate: Option<Milli>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
}

/// How a tool is called by programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ApiIntegration {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sdk_available: Option<bool>,
    /// How its jobs tell that they are done: `poll`, `webhook`.
    #[serde(rename = "async", skip_serializing_if = "Option::is_none")]
    pub waits_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Binding {
    pub provider: String,
    pub model: String,
    pub kind: String,
}

/// Where stacks of tools are kept, each by the version that plans name.
pub trait Stacks: Send + Sync + 'static {
    /// The version that is planned with where none is named.
    fn current(&self) -> Result<String, String>;
    /// The stack of `version`; where none is named, the current one.
    fn stack(&self, version: Option<&str>) -> Result<ToolStack, String>;
}

/// The one stack that ships.
#[derive(Clone, Copy, Debug)]
pub struct Shipped;

impl Stacks for Shipped {
    fn current(&self) -> Result<String, String> {
        Ok(ToolStack::shipped().tool_stack_version)
    }

    fn stack(&self, version: Option<&str>) -> Result<ToolStack, String> {
        let shipped = ToolStack::shipped();
        match version {
            Some(version) if version != shipped.tool_stack_version => Err(format!(
                "there is no tool stack `{version}`, only `{}`",
                shipped.tool_stack_version
            )),
            _ => Ok(shipped),
        }
    }
}

const SEED: &str = include_str!("stack.json");

impl ToolStack {
    /// The stack that ships.
    pub fn shipped() -> Self {
        serde_json::from_str(SEED).expect("a test reads the stack that ships")
    }

    pub fn get(&self, tool_id: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.tool_id == tool_id)
    }

    /// What cannot be planned with: `P003`.
    pub fn faults(&self) -> Vec<Issue> {
        let mut faults = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for tool in &self.tools {
            let mut fault = |what: &str| {
                faults.push(
                    Issue::error("P003", format!("the tool `{}` {what}", tool.tool_id)).at("tools"),
                );
            };
            if !seen.insert(&tool.tool_id) {
                fault("stands in the stack twice");
            }
            let below_zero = |cost: &Dollars| *cost < Dollars::ZERO;
            if tool
                .pricing
                .cost
                .iter()
                .chain(tool.pricing.tiers.iter().map(|tier| &tier.cost))
                .any(below_zero)
            {
                fault("has a price below 0");
            }
            if tool.performance.success_rate.is_some_and(|rate| !(1..=1000).contains(&rate.0)) {
                fault("has a success rate that is not above 0 and at most 1");
            }
            let metrics = &tool.quality_metrics;
            let scores = metrics.quality_score.iter().chain(metrics.by_shot_type.values());
            if scores.clone().any(|score| !(0..=10_000).contains(&score.0)) {
                fault("has a score that is not from 0 to 10");
            }
        }
        faults
    }

    /// The active tool that comes nearest to `gone`: of the same category, then the same vendor, then as alike as can be.
    pub fn replacement(&self, gone: &Tool) -> Option<&Tool> {
        let audio = |tool: &Tool| {
            tool.capabilities.native_audio.is_some_and(|audio| audio != NativeAudio::No)
        };
        let price = |tool: &Tool| tool.pricing.cost.map_or(0, Dollars::micros);
        let distance = |tool: &&Tool| {
            let other_unit = tool.pricing.unit != gone.pricing.unit && gone.pricing.unit.is_some();
            (
                tool.vendor != gone.vendor,
                audio(tool) != audio(gone),
                other_unit,
                (price(tool) - price(gone)).abs(),
            )
        };
        self.tools
            .iter()
            .filter(|tool| tool.status == ToolStatus::Active && tool.tool_id != gone.tool_id)
            .filter(|tool| tool.does(gone.category) && !tool.needs_own_gpu())
            .min_by_key(distance)
    }

    /// The day that ages are counted from when nobody says which day it is: the newest price's.
    pub fn newest(&self) -> &str {
        let days = self.tools.iter().filter_map(|tool| tool.pricing.as_of.as_deref());
        days.max().unwrap_or(&self.tool_stack_version)
    }
}

impl Tool {
    pub fn does(&self, category: Category) -> bool {
        self.category == category || self.also.contains(&category)
    }

    pub fn has(&self, feature: &str) -> bool {
        self.capabilities.features.iter().any(|known| known == feature)
    }

    /// Whether it may be planned with at all.
    pub fn is_plannable(&self) -> bool {
        matches!(self.status, ToolStatus::Active | ToolStatus::Preview)
    }

    pub fn needs_own_gpu(&self) -> bool {
        self.has("own_gpu")
    }

    /// Who limits how many jobs run at once: the bound provider, else the vendor; one's own machine for all that runs there.
    pub fn provider(&self) -> String {
        match &self.binding {
            Some(binding) => binding.provider.clone(),
            None if self.pricing.channel == Some(Channel::SelfHosted) => "this machine".into(),
            None => super::shots::asset::slug(&self.vendor),
        }
    }

    /// How many of its jobs may run at once.
    pub fn concurrency(&self) -> u32 {
        let assumed = if self.pricing.channel == Some(Channel::SelfHosted) { 1 } else { 4 };
        self.performance.concurrency.unwrap_or(assumed).max(1)
    }

    /// The expected share of attempts that succeed, in thousandths; an assumption where nothing was measured.
    pub fn success(&self, category: Category) -> i64 {
        let assumed = if category.is_generation() {
            900
        } else if category == Category::TextToImage {
            950
        } else {
            1000
        };
        self.performance.success_rate.map_or(assumed, |rate| rate.0)
    }
}

/// The shorter side of a resolution such as `1080p`, `4k`, `1280x768`; none if it says nothing.
pub fn lines(resolution: &str) -> Option<u32> {
    match resolution {
        "any" => Some(u32::MAX),
        "2k" => Some(1440),
        "4k" => Some(2160),
        "8k" => Some(4320),
        _ => match resolution.split_once('x') {
            Some((width, height)) => Some(width.parse::<u32>().ok()?.min(height.parse().ok()?)),
            None => resolution.strip_suffix('p')?.parse().ok(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stack_that_ships_is_sound() {
        let stack = ToolStack::shipped();
        assert_eq!(stack.tools.len(), 79);
        assert_eq!(stack.faults(), []);
        for tool in &stack.tools {
            assert!(tool.pricing.as_of.is_some() && !tool.sources.is_empty(), "{}", tool.tool_id);
            let gone = matches!(tool.status, ToolStatus::Retired | ToolStatus::Superseded);
            assert!(gone || tool.pricing.cost.is_some(), "{}", tool.tool_id);
            for resolution in tool.pricing.tiers.iter().filter_map(|tier| tier.resolution.as_ref())
            {
                assert!(lines(resolution).is_some(), "{resolution}");
            }
        }
        let text = serde_json::to_string(&stack).unwrap();
        assert_eq!(serde_json::from_str::<ToolStack>(&text).unwrap(), stack);
    }

    #[test]
    fn every_retired_tool_has_an_active_replacement() {
        let stack = ToolStack::shipped();
        let gone: Vec<&Tool> =
            stack.tools.iter().filter(|tool| tool.status == ToolStatus::Retired).collect();
        assert!(gone.len() >= 5);
        for tool in gone {
            let replacement = stack.replacement(tool).unwrap();
            assert!(replacement.status == ToolStatus::Active && replacement.does(tool.category));
        }
        let kling = stack.replacement(stack.get("kling-2.1").unwrap()).unwrap();
        assert_eq!(kling.vendor, "Kuaishou");
    }

    #[test]
    fn what_cannot_be_planned_with_is_told() {
        let mut stack = ToolStack::shipped();
        stack.tools[1].tool_id = stack.tools[0].tool_id.clone();
        stack.tools[2].pricing.cost = Some(Dollars::from_cents(-1));
        stack.tools[3].performance.success_rate = Some(Milli(0));
        stack.tools[4].quality_metrics.quality_score = Some(Milli::whole(11));
        let codes: Vec<_> = stack.faults().into_iter().map(|issue| issue.code).collect();
        assert_eq!(codes, ["P003"; 4]);
    }
}
