//! What is assumed where nothing was said?

use serde_json::{Value as Json, json};

use super::field::DURATION;
use super::{Facts, Provenance, VideoType};
use crate::vrd::seconds::Seconds;

/// What a type of video is like, when nothing else is said.
pub struct Habit {
    pub name: &'static str,
    pub seconds: u32,
    /// The usual shortest and longest running time, in seconds.
    pub norm: Option<(u32, u32)>,
    pub tone: &'static str,
    pub cta: &'static str,
    pub sections: &'static [&'static str],
    /// How many seconds one shot lasts.
    pub pace: u32,
}

/// The habits of `kind`.
pub fn of(kind: VideoType) -> &'static Habit {
    match kind {
        VideoType::Explainer => &EXPLAINER,
        VideoType::ProductDemo => &PRODUCT_DEMO,
        VideoType::SocialAd => &SOCIAL_AD,
        VideoType::Testimonial => &TESTIMONIAL,
        VideoType::BrandStory => &BRAND_STORY,
        VideoType::General => &GENERAL,
    }
}

const EXPLAINER: Habit = Habit {
    name: "Explainer",
    seconds: 60,
    norm: Some((60, 90)),
    tone: "professional, educational",
    cta: "Get Started",
    sections: &["hook", "problem", "solution", "benefits", "CTA"],
    pace: 6,
};

const PRODUCT_DEMO: Habit = Habit {
    name: "Product Demo",
    seconds: 45,
    norm: Some((30, 60)),
    tone: "professional, confident",
    cta: "Start Free Trial",
    sections: &["hook", "setup", "demo", "CTA"],
    pace: 5,
};

const SOCIAL_AD: Habit = Habit {
    name: "Social Ad",
    seconds: 30,
    norm: Some((15, 30)),
    tone: "energetic, engaging",
    cta: "Sign Up",
    sections: &["hook", "one benefit", "proof", "CTA"],
    pace: 3,
};

const TESTIMONIAL: Habit = Habit {
    name: "Testimonial",
    seconds: 90,
    norm: Some((45, 90)),
    tone: "authentic, emotional, inspiring",
    cta: "Get the Same Results",
    sections: &["hook", "challenge", "solution", "results", "CTA"],
    pace: 7,
};

const BRAND_STORY: Habit = Habit {
    name: "Brand Story",
    seconds: 90,
    norm: Some((90, 120)),
    tone: "emotional, aspirational",
    cta: "Join the movement",
    sections: &["hook", "origin", "mission", "impact", "CTA"],
    pace: 7,
};

const GENERAL: Habit = Habit {
    name: "General",
    seconds: 60,
    norm: None,
    tone: "professional",
    cta: "Get Started Today",
    sections: &["hook", "problem", "solution", "benefits", "CTA"],
    pace: 6,
};

/// Who watches, and what troubles them.
pub struct Crowd {
    pub demographics: &'static str,
    pub pain_points: &'static [&'static str],
}

pub const BUSINESS: Crowd = Crowd {
    demographics: "B2B decision-makers, 28–55, marketing and product managers",
    pain_points: &["budget constraints", "time pressure", "need for measurable ROI"],
};

pub const CONSUMERS: Crowd = Crowd {
    demographics: "consumers, 18–45, platform-specific",
    pain_points: &["price", "trust", "convenience"],
};

pub const ANYBODY: Crowd = Crowd {
    demographics: "business professionals, 25–55, tech-savvy",
    pain_points: &["lack of time", "limited resources", "need for efficiency"],
};

/// Gives every field that is not known its default; those derived from others come after them.
pub fn fill(facts: &mut Facts) {
    let mut assume = |path, value: Json| facts.learn(path, value, Provenance::Default);
    assume("schema_version", json!("1"));
    assume("video_type", json!("general"));
    let kind = facts.video_type().unwrap_or(VideoType::General);
    let habit = of(kind);

    let mut assume = |path, value: Json| facts.learn(path, value, Provenance::Default);
    assume("project.name", json!(format!("{} Video", habit.name)));
    assume("project.target_completion", json!("2 weeks"));
    assume("purpose.objective", json!("awareness and conversion"));
    assume(
        "purpose.success_metrics",
        json!(["engagement rate", "conversion rate", "view completion"]),
    );
    assume("audience.demographics", json!([ANYBODY.demographics]));
    assume("audience.pain_points", json!(ANYBODY.pain_points));
    assume("audience.platforms", json!(["website", "social media", "email"]));
    assume("key_messages.supporting_messages", json!([]));
    assume("key_messages.cta", json!(habit.cta));
    assume("key_messages.brand_values", json!(["innovation", "quality", "customer success"]));
    assume(DURATION, json!(habit.seconds));
    assume("content_structure.must_include", json!(["logo", "URL", "CTA", "brand colours"]));
    assume("style.video_style", json!("live_action"));
    assume("style.tone", json!(habit.tone));
    assume("style.mood", json!("optimistic"));
    assume("style.visual_style", json!("clean, contemporary, on-brand"));
    assume("style.color_palette", json!([]));
    assume("style.visual_metaphors", json!([]));
    assume("narrative.midpoint_emotion", json!("hopeful"));
    assume("narrative.act2_emphasis", json!("balanced_50_50"));
    let pace = if kind == VideoType::SocialAd { 160 } else { 140 };
    assume("narrative.words_per_minute", json!(pace));
    assume("delivery.fps", json!(30));
    assume("delivery.container", json!("MP4"));
    assume("delivery.language", json!("en"));
    assume("constraints", json!({}));

    fill_derived(facts, habit);
    fill_picture(facts);
}

fn fill_derived(facts: &mut Facts, habit: &Habit) {
    let pains = facts.texts("audience.pain_points").join("; ");
    facts.learn("purpose.business_challenge", pains, Provenance::Default);
    let core = match facts.text("project.name") {
        Some(name) if facts.origin("project.name") < Some(Provenance::Default) => {
            format!("{name} makes it simpler.")
        }
        _ => "There is a simpler way.".to_owned(),
    };
    facts.learn("key_messages.core_message", core, Provenance::Default);
    if let Some(duration) = facts.duration() {
        let outline = outline(duration, habit.sections);
        facts.learn("content_structure.outline", outline, Provenance::Default);
    }
}

/// The picture's shape: upright where a platform is, and width and height that agree with it.
fn fill_picture(facts: &mut Facts) {
    let upright = |platform: &String| {
        let platform = platform.to_lowercase();
        ["tiktok", "reel", "short"].iter().any(|word| platform.contains(word))
    };
    let aspect =
        if facts.texts("audience.platforms").iter().any(upright) { "9:16" } else { "16:9" };
    let known = |path| facts.get(path).and_then(Json::as_u64);
    let aspect = match (known("delivery.width"), known("delivery.height")) {
        (Some(width), Some(height)) => {
            let divisor = gcd(width, height);
            format!("{}:{}", width / divisor, height / divisor)
        }
        _ => aspect.to_owned(),
    };
    facts.learn("delivery.aspect_ratio", aspect, Provenance::Default);
    let (width, height) = match facts.text("delivery.aspect_ratio") {
        Some("9:16") => (1080, 1920),
        Some("1:1") => (1080, 1080),
        Some("4:5") => (1080, 1350),
        _ => (1920, 1080),
    };
    facts.learn("delivery.width", width, Provenance::Default);
    facts.learn("delivery.height", height, Provenance::Default);
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a.max(1) } else { gcd(b, a % b) }
}

/// The sections over `duration`: the spans of a minute scaled, the hook 3 to 5 s, the last end exact.
pub fn outline(duration: Seconds, sections: &[&str]) -> Json {
    // Where each section ends in a video of 60 s; the hook's 5 s aside, the rest is scaled.
    let ends: &[u32] = if sections.len() == 5 { &[5, 20, 45, 55, 60] } else { &[5, 20, 55, 60] };
    let total = duration.millis();
    let hook = (total / 12).clamp(3_000, 5_000).min(total);
    let place = |end: u32| {
        Seconds::from_millis(
            hook + (total - hook) / 55 * (end - 5) + (total - hook) % 55 * (end - 5) / 55,
        )
    };
    let mut start = Seconds::ZERO;
    let mut spans = Vec::new();
    for (name, end) in sections.iter().zip(ends) {
        let end = place(*end);
        spans.push(json!({ "name": name, "start": start, "end": end }));
        start = end;
    }
    Json::Array(spans)
}

#[cfg(test)]
mod tests {
    use super::super::complete;
    use super::*;

    #[test]
    fn the_outline_follows_the_duration() {
        let ends = |seconds: u32| -> Vec<Seconds> {
            let outline = outline(Seconds::whole(seconds), EXPLAINER.sections);
            let sections: Vec<super::super::Section> = serde_json::from_value(outline).unwrap();
            sections.into_iter().map(|section| section.end).collect()
        };
        assert_eq!(ends(60), [5, 20, 45, 55, 60].map(Seconds::whole));
        assert_eq!(ends(30).first(), Some(&Seconds::whole(3)));
        for seconds in 5..=600 {
            let ends = ends(seconds);
            let hook = Seconds::whole(3)..=Seconds::whole(5);
            assert!(hook.contains(&ends[0]) && ends.is_sorted(), "{seconds}: {ends:?}");
            assert_eq!(ends.last(), Some(&Seconds::whole(seconds)));
        }
    }

    #[test]
    fn an_upright_platform_makes_an_upright_picture() {
        let document =
            json!({ "core_message": "It works.", "audience": { "platforms": ["TikTok"] } });
        let delivery = complete(Facts::read(&document)).0.unwrap().delivery;
        assert_eq!(
            (delivery.width, delivery.height, delivery.aspect_ratio.as_str()),
            (1080, 1920, "9:16")
        );
        let document = json!({ "delivery": { "width": 3840, "height": 2160 } });
        let delivery = complete(Facts::read(&document)).0.unwrap().delivery;
        assert_eq!((delivery.aspect_ratio.as_str(), delivery.resolution()), ("16:9", "4k"));
    }
}
