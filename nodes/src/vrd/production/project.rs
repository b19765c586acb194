//! Which steps does a project need once, besides its shots?

use super::candidate::Draft;
use super::constraints::QualityPriority;
use super::kit::Kit;
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::Shot;
use crate::vrd::tools::price::{self, Work};
use crate::vrd::tools::{Category, Tool};

/// How long a sound effect is, unless it is said.
const EFFECT: Seconds = Seconds::whole(3);

/// Narration, music, effects and captions, then the assembly of all; none that nothing asks for.
pub fn steps(kit: &Kit, shots: &[Shot]) -> Vec<Draft> {
    let length: Seconds = shots.iter().map(|shot| shot.duration_seconds).sum();
    let count = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
    let narrated: usize = shots.iter().map(|shot| count(&shot.audio.voiceover)).sum();
    let effects: usize = shots.iter().map(|shot| shot.audio.sfx.len()).sum();
    let whole = Work { length, takes: 1, ..Work::default() };
    let mut steps = Vec::new();
    let mut add = |category, work: Work, purpose| {
        steps.extend(choose(kit, category, &work, purpose));
    };
    if narrated > 0 {
        let characters = u32::try_from(narrated).unwrap_or(u32::MAX);
        add(Category::TextToSpeech, Work { characters, ..whole }, "speak the narration");
    }
    if shots.iter().any(|shot| shot.audio.music_mood.is_some()) {
        add(Category::Music, whole, "compose the score");
    }
    if effects > 0 {
        let millis = u32::try_from(effects).unwrap_or(1).saturating_mul(EFFECT.millis());
        add(
            Category::SoundEffects,
            Work { length: Seconds::from_millis(millis), ..whole },
            "make the sound effects",
        );
    }
    if narrated > 0 || shots.iter().any(|shot| shot.audio.dialogue.is_some()) {
        add(Category::SpeechToText, whole, "time the captions");
    }
    add(Category::Assembly, whole, "cut the shots together, mix the sound, burn the captions in");
    let last = steps.len().saturating_sub(1);
    if let Some(assembly) = steps.last_mut().filter(|step| step.category == Category::Assembly) {
        assembly.after = (0..last).collect();
    }
    steps
}

/// One tool for a step: the best, the cheapest, or the one with the most quality for its price, as is asked.
fn choose(kit: &Kit, category: Category, work: &Work, purpose: &'static str) -> Option<Draft> {
    let priority = kit.constraints.priority();
    let known = kit.tools(category).filter_map(|(index, tool)| {
        let price = price::of(tool, category, work)?;
        let (millis, is_estimated) = price::time(tool, category, &price, work.length);
        let quality = kit.scale.quality(tool, None).0;
        Some((
            rank(priority, tool, price.micros, quality, millis),
            index,
            price,
            millis,
            is_estimated,
        ))
    });
    let (_, index, price, millis, is_estimated) =
        known.min_by_key(|(rank, index, ..)| (*rank, *index))?;
    Some(Draft {
        tool: index,
        category,
        purpose,
        length: work.length,
        micros: price.micros,
        millis,
        is_estimated,
        worst_millis: price::risk(&kit.stack.tools[index], &price),
        clips: 1,
        lines: 0,
        with_audio: false,
        after: Vec::new(),
    })
}

fn rank(
    priority: QualityPriority,
    tool: &Tool,
    micros: i64,
    quality: i64,
    millis: i64,
) -> (i64, i64, i64) {
    match priority {
        QualityPriority::High => (-quality, micros, millis),
        QualityPriority::Budget => (micros, -quality, millis),
        QualityPriority::Speed => (i64::from(tool.needs_own_gpu()), millis, micros),
        // A quality point is worth five cents in a step that is made once.
        QualityPriority::Balanced | QualityPriority::Custom => {
            (micros - quality * 50, -quality, millis)
        }
    }
}
