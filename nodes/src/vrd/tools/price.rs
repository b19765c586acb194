//! What does some work with a tool cost?

use super::{AudioTier, Category, NativeAudio, PriceTier, Tool, Unit, lines};
use crate::vrd::dollars::Dollars;
use crate::vrd::milli::Milli;
use crate::vrd::seconds::Seconds;
use crate::vrd::tools::span::{Billed, Durations};

/// Work to be priced.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    pub length: Seconds,
    /// The resolution's shorter side that is wanted; 0 where it does not matter.
    pub lines: u32,
    pub with_audio: bool,
    pub characters: u32,
    pub frame_rate: u32,
    /// How often it is made, to choose from.
    pub takes: u32,
}

/// A price, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// With the expected retries; a started millionth counts.
    pub micros: i64,
    pub clips: u32,
    /// How long each clip is that is paid for.
    pub each: Seconds,
}

/// The price of `work` as `category`; none if the tool has no price, or none at that resolution.
pub fn of(tool: &Tool, category: Category, work: &Work) -> Option<Price> {
    let pricing = &tool.pricing;
    let unit = pricing.unit?;
    let billed = billed(tool, work.length);
    let tier = tier(tool, work, billed);
    let cost = match &tier {
        Some(tier) => tier.cost,
        None if pricing.tiers.is_empty() => pricing.cost?,
        None => return None,
    };
    let takes = i128::from(work.takes.max(1));
    let clips = i128::from(billed.clips);
    let micros = i128::from(cost.micros());
    // The amount is a fraction, rounded up only once, in the end.
    let (over, under) = match unit {
        Unit::Second => (micros * i128::from(billed.total().millis()), 1000),
        Unit::Minute => (micros * i128::from(work.length.millis()), 60_000),
        Unit::Image => (micros, 1),
        Unit::Run => (micros * clips, 1),
        Unit::Run5s => by_length(micros, clips, billed, tier, 5_000),
        Unit::Run6s => by_length(micros, clips, billed, tier, 6_000),
        Unit::ThousandCharacters => (micros * i128::from(work.characters), 1000),
        Unit::SourceFrame => {
            let frames = i128::from(work.length.millis()) * i128::from(work.frame_rate.max(1));
            (micros * frames, 1000)
        }
        Unit::MillionImageTokens => {
            (micros * i128::from(pricing.assumed_units_per_item?), 1_000_000)
        }
    };
    let success = i128::from(tool.success(category).max(1));
    let micros = (over * takes * 1000 + under * success - 1) / (under * success);
    Some(Price { micros: i64::try_from(micros).ok()?, clips: billed.clips, each: billed.each })
}

/// Runs of a fixed length: the price of the tier for this length, else as many base runs as cover it.
fn by_length(
    micros: i128,
    clips: i128,
    billed: Billed,
    tier: Option<&PriceTier>,
    base: u32,
) -> (i128, i128) {
    if tier.is_some_and(|tier| tier.duration_s.is_some()) {
        return (micros * clips, 1);
    }
    (micros * clips * i128::from(billed.each.millis().div_ceil(base).max(1)), 1)
}

/// The clips that cover `length`; where a tool does not say which lengths it makes, up to 10 s are assumed.
pub fn billed(tool: &Tool, length: Seconds) -> Billed {
    let assumed = Durations::Range(Seconds::whole(4), Seconds::whole(10));
    if length == Seconds::ZERO || !tool.category.is_generation() {
        return Billed { clips: 1, each: length };
    }
    let capabilities = &tool.capabilities;
    capabilities
        .durations_s
        .as_ref()
        .unwrap_or(&assumed)
        .billed(length, capabilities.duration_step_s)
}

/// The cheapest tier that is large enough, has the sound that is wanted, and is for this length.
fn tier<'a>(tool: &'a Tool, work: &Work, billed: Billed) -> Option<&'a PriceTier> {
    let fits = |tier: &&PriceTier| {
        let is_large_enough =
            tier.resolution.as_deref().and_then(lines).is_none_or(|lines| lines >= work.lines);
        let has_sound = match tier.audio {
            Some(AudioTier::Silent) => !work.with_audio,
            Some(AudioTier::WithAudio) => work.with_audio || is_always(tool),
            None => true,
        };
        let is_long_enough =
            tier.duration_s.is_none_or(|length| length >= Milli(i64::from(billed.each.millis())));
        is_large_enough && has_sound && is_long_enough
    };
    tool.pricing.tiers.iter().filter(fits).min_by_key(|tier| tier.cost)
}

fn is_always(tool: &Tool) -> bool {
    tool.capabilities.native_audio == Some(NativeAudio::Always)
}

/// The resolutions that a tool has prices for, by their shorter sides; an assumption of 720 where nothing is said.
pub fn resolutions(tool: &Tool) -> Vec<u32> {
    let mut known: Vec<u32> =
        tool.pricing.tiers.iter().filter_map(|tier| lines(tier.resolution.as_deref()?)).collect();
    if known.is_empty() {
        known.push(tool.capabilities.max_resolution.as_deref().and_then(lines).unwrap_or(720));
    }
    known.sort_unstable();
    known.dedup();
    known
}

/// How long the work takes, in milliseconds, and whether that is a guess.
pub fn time(tool: &Tool, category: Category, price: &Price, length: Seconds) -> (i64, bool) {
    if let Some(latency) = tool.performance.latency_s_p50 {
        return (latency.0 * i64::from(price.clips), false);
    }
    let length = i64::from(length.millis());
    // What runs on this machine works at about the speed of the film; a service needs a start and twice the length.
    match category {
        Category::Assembly | Category::SpeechToText => (length, true),
        _ => (45_000 + 2 * length, true),
    }
}

/// The worst that the work may take, in milliseconds, as far as that is known.
pub fn risk(tool: &Tool, price: &Price) -> Option<i64> {
    tool.performance.latency_s_p95.map(|latency| latency.0 * i64::from(price.clips))
}

impl Price {
    pub fn dollars(&self) -> Dollars {
        Dollars(flow_engine::money::Usd::from_micros(self.micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vrd::tools::ToolStack;

    fn price(tool: &str, category: Category, work: Work) -> Option<String> {
        let stack = ToolStack::shipped();
        of(stack.get(tool).unwrap(), category, &work)
            .map(|price| price.dollars().0.decimal().to_string())
    }

    #[test]
    fn prices_follow_their_units() {
        let clip = Work {
            length: Seconds::from_millis(5_400),
            lines: 1080,
            takes: 1,
            frame_rate: 24,
            ..Work::default()
        };
        let video = Category::TextToVideo;
        // 6 s are billed at 0.20, and nine of ten attempts succeed.
        assert_eq!(price("google-veo-3.1", video, clip).as_deref(), Some("1.333334"));
        assert_eq!(
            price("google-veo-3.1", video, Work { with_audio: true, ..clip }).as_deref(),
            Some("2.666667")
        );
        assert_eq!(price("google-veo-3.1", video, Work { takes: 3, ..clip }).as_deref(), Some("4"));
        // A 10 s run costs three times a 5 s run.
        assert_eq!(price("luma-ray-3.2", video, Work { lines: 720, ..clip }).as_deref(), Some("1"));
        assert_eq!(price("kling-4.0-flash", video, clip), None);
        let still = Category::TextToImage;
        assert_eq!(
            price("bfl-flux-2-pro", still, Work { takes: 1, ..Work::default() }).as_deref(),
            Some("0.031579")
        );
        assert_eq!(
            price("openai-gpt-image-2", still, Work { takes: 1, ..Work::default() }).as_deref(),
            Some("0.197053")
        );
        let speech = Work { characters: 850, takes: 1, ..Work::default() };
        assert_eq!(
            price("elevenlabs-multilingual-v2", Category::TextToSpeech, speech).as_deref(),
            Some("0.085")
        );
        assert_eq!(
            price("topaz-starlight-fast", Category::VideoUpscale, clip).as_deref(),
            Some("0.2592")
        );
        assert_eq!(price("haiper-2.0", video, clip), None);
    }
}
