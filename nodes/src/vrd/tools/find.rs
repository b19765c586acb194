//! Which tools of a stack fit a question?

use super::quality::Scale;
use super::{Category, Tool, ToolStack, ToolStatus};
use crate::vrd::camera::ShotType;
use crate::vrd::dollars::Dollars;
use crate::vrd::milli::Milli;
use crate::vrd::script::part::Level;

/// What is asked; what is absent does not limit.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub category: Option<Category>,
    pub status: Option<ToolStatus>,
    /// Makers of moving pictures, the best for such shots first.
    pub shot_type: Option<ShotType>,
    /// Makers that are good enough for shots so hard to make.
    pub complexity: Option<Level>,
    /// A feature, `lip_sync`, `first_last_frame`, `references`, `audio`, `4k`.
    pub capabilities: Vec<String>,
    /// The most that a unit may cost.
    pub max_price: Option<Dollars>,
    /// Part of an id, a name or a vendor.
    pub text: Option<String>,
}

/// The tools of `stack` that fit, in its order; the best first where a shot is asked about.
pub fn find<'a>(stack: &'a ToolStack, filter: &Filter) -> Vec<&'a Tool> {
    let scale = Scale::of(stack);
    let mut found: Vec<&Tool> =
        stack.tools.iter().filter(|tool| filter.fits(tool, &scale)).collect();
    if filter.shot_type.is_some() || filter.complexity.is_some() {
        found.sort_by_key(|tool| std::cmp::Reverse(scale.quality(tool, filter.shot_type)));
    }
    found
}

impl Filter {
    fn fits(&self, tool: &Tool, scale: &Scale) -> bool {
        let about_shots = self.shot_type.is_some() || self.complexity.is_some();
        let is_usable = tool.category.is_generation() && tool.status == ToolStatus::Active;
        let text = self.text.as_deref().map(str::to_lowercase);
        let names = [&tool.tool_id, &tool.name, &tool.vendor];
        (!about_shots || is_usable)
            && self.category.is_none_or(|category| tool.does(category))
            && self.status.is_none_or(|status| tool.status == status)
            && self
                .complexity
                .is_none_or(|level| scale.quality(tool, self.shot_type) >= least(level))
            && self.capabilities.iter().all(|wanted| can(tool, wanted))
            && self.max_price.is_none_or(|most| tool.pricing.cost.is_some_and(|cost| cost <= most))
            && text.is_none_or(|text| names.iter().any(|name| name.to_lowercase().contains(&text)))
    }
}

/// The quality that shots of a complexity need.
fn least(level: Level) -> Milli {
    match level {
        Level::Low => Milli(0),
        Level::Medium => Milli(6_500),
        Level::High => Milli(7_500),
    }
}

fn can(tool: &Tool, wanted: &str) -> bool {
    let capabilities = &tool.capabilities;
    match wanted {
        "lip_sync" => capabilities.lip_sync || tool.has("lip_sync"),
        "first_last_frame" => capabilities.first_last_frame || tool.has("first_last_frame"),
        "references" => {
            capabilities.reference_images_max.is_some_and(|most| most > 0) || tool.has("references")
        }
        "audio" => capabilities.native_audio.is_some_and(|audio| audio != super::NativeAudio::No),
        "4k" => capabilities
            .max_resolution
            .as_deref()
            .and_then(super::lines)
            .is_some_and(|lines| lines >= 2160),
        feature => tool.has(feature),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(filter: &Filter) -> Vec<String> {
        let stack = ToolStack::shipped();
        find(&stack, filter).into_iter().map(|tool| tool.tool_id.clone()).collect()
    }

    #[test]
    fn each_question_narrows_the_list() {
        let all = ids(&Filter::default()).len();
        assert_eq!(all, 79);
        let speech = ids(&Filter { category: Some(Category::TextToSpeech), ..Filter::default() });
        assert!(!speech.is_empty() && speech.len() < all);
        let cheap = Filter {
            max_price: Some(Dollars::from_cents(5)),
            category: Some(Category::TextToVideo),
            ..Filter::default()
        };
        assert!(ids(&cheap).contains(&"google-veo-3.1-lite".to_owned()));
        let loud = Filter { capabilities: vec!["audio".into(), "4k".into()], ..Filter::default() };
        assert!(ids(&loud).contains(&"google-veo-3.1".to_owned()));
        assert_eq!(
            ids(&Filter { text: Some("VEO 3.1 fast".into()), ..Filter::default() }),
            ["google-veo-3.1-fast"]
        );
        let gone = ids(&Filter { status: Some(ToolStatus::Retired), ..Filter::default() });
        assert!(gone.contains(&"openai-sora-2".to_owned()));
    }

    #[test]
    fn shots_are_answered_by_makers_the_best_first() {
        let stack = ToolStack::shipped();
        let wide = Filter { shot_type: Some(ShotType::Wide), ..Filter::default() };
        let hard = Filter { complexity: Some(Level::High), ..wide.clone() };
        let (wide, hard) = (find(&stack, &wide), find(&stack, &hard));
        let scale = Scale::of(&stack);
        let quality = |tool: &&Tool| scale.quality(tool, Some(ShotType::Wide));
        assert!(wide.is_sorted_by_key(|tool| std::cmp::Reverse(quality(tool))));
        assert!(wide.iter().all(|tool| tool.status == ToolStatus::Active));
        assert!(hard.len() < wide.len() && hard.iter().all(|tool| quality(tool) >= Milli(7_500)));
    }
}
