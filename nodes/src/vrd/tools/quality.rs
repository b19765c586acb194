//! How good is a tool for a shot?

use std::collections::BTreeMap;

use super::{Category, Tier, Tool, ToolStack, ToolStatus};
use crate::vrd::camera::ShotType;
use crate::vrd::milli::Milli;

/// How many tools of a category must be rated before their median means anything.
const RATED: usize = 5;

/// What is known of a stack's quality as a whole: the median of the ratings by category.
pub struct Scale {
    medians: BTreeMap<Category, u32>,
}

impl Scale {
    pub fn of(stack: &ToolStack) -> Self {
        let mut rated: BTreeMap<Category, Vec<u32>> = BTreeMap::new();
        for tool in stack.tools.iter().filter(|tool| tool.status == ToolStatus::Active) {
            if let Some(rating) = tool.quality_metrics.pairwise_rating {
                rated.entry(tool.category).or_default().push(rating);
            }
        }
        let median = |(category, mut ratings): (Category, Vec<u32>)| {
            ratings.sort_unstable();
            (ratings.len() >= RATED).then(|| (category, ratings[ratings.len() / 2]))
        };
        Self { medians: rated.into_iter().filter_map(median).collect() }
    }

    /// Quality from 0 to 10: measured for the shot type, else measured or rated overall, else the editor's guess.
    pub fn quality(&self, tool: &Tool, shot_type: Option<ShotType>) -> Milli {
        let metrics = &tool.quality_metrics;
        let by_type = shot_type.and_then(|shot_type| metrics.by_shot_type.get(shot_type.word()));
        let rated = || {
            let median = self.medians.get(&tool.category)?;
            Some(win_rate(metrics.pairwise_rating?, *median))
        };
        by_type.copied().or(metrics.quality_score).or_else(rated).unwrap_or_else(|| prior(tool))
    }
}

/// The editor's guess.
fn prior(tool: &Tool) -> Milli {
    Milli(match tool.quality_tier {
        Some(Tier::Flagship) => 8_500,
        Some(Tier::Standard) => 7_500,
        Some(Tier::Fast) => 6_500,
        Some(Tier::Local) | None => 6_000,
        Some(Tier::Budget) => 5_500,
        Some(Tier::Legacy) => 4_000,
    })
}

/// Ten times the expected share of comparisons won against a tool of the median rating.
fn win_rate(rating: u32, median: u32) -> Milli {
    let difference = f64::from(median) - f64::from(rating);
    let rate = 10_000.0 / (1.0 + 10_f64.powf(difference / 400.0));
    #[expect(clippy::cast_possible_truncation, reason = "from 0 to 10000")]
    Milli(rate.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_measured_beats_what_is_rated_beats_what_is_guessed() {
        let mut stack = ToolStack::shipped();
        let at = |stack: &ToolStack| {
            let tool = stack.get("alibaba-happyhorse-1.0").unwrap();
            Scale::of(stack).quality(tool, Some(ShotType::Closeup)).to_string()
        };
        // Three ratings are no scale.
        assert_eq!(at(&stack), "8.5");
        let videos = stack.tools.iter_mut().filter(|tool| tool.category == Category::TextToVideo);
        for (rating, tool) in (1_100..)
            .step_by(10)
            .zip(videos.filter(|tool| tool.quality_metrics.pairwise_rating.is_none()))
        {
            tool.quality_metrics.pairwise_rating = Some(rating);
        }
        assert!(at(&stack).parse::<f64>().unwrap() > 5.0);
        let tool =
            stack.tools.iter_mut().find(|tool| tool.tool_id == "alibaba-happyhorse-1.0").unwrap();
        tool.quality_metrics.quality_score = Some(Milli(9_100));
        tool.quality_metrics.by_shot_type.insert("closeup".into(), Milli(9_400));
        assert_eq!(at(&stack), "9.4");
        assert_eq!((win_rate(1200, 1200), win_rate(1600, 1200)), (Milli(5_000), Milli(9_091)));
    }
}
