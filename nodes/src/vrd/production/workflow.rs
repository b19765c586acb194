//! How do chosen options read as workflows?

use std::collections::BTreeMap;

use serde_json::json;

use super::candidate::{Candidate, Draft};
use super::kit::Kit;
use super::model::Model;
use super::plan::{ShotPlan, Step, Workflow};
use crate::vrd::dollars::Dollars;
use crate::vrd::seconds::Seconds;
use crate::vrd::shots::{Shot, Sketch};
use crate::vrd::tools::price;
use crate::vrd::tools::{Category, ToolStack};

/// How many alternatives a shot is given.
const ALTERNATIVES: usize = 3;

/// Whole cents for `steps` together.
pub fn cents(steps: &[Draft]) -> i64 {
    let micros: i64 = steps.iter().map(|step| step.micros).sum();
    micros.div_euclid(10_000) + i64::from(micros.rem_euclid(10_000) > 0)
}

/// A plan for each shot, in order.
pub fn shot_plans(kit: &Kit, model: &Model, picks: &[usize]) -> Vec<ShotPlan> {
    let shots = model.shots.iter().zip(&model.options).zip(picks);
    shots
        .map(|((shot, options), pick)| {
            let chosen = &options[*pick];
            ShotPlan {
                shot_id: shot.shot_id.clone(),
                shot_description: describe(shot),
                start_seconds: shot.start_seconds,
                duration_seconds: shot.duration_seconds,
                aspect_ratio: shot.storyboard_frame.aspect_ratio.clone(),
                resolution: shot.resolution.clone(),
                camera_movement: shot.camera_movement,
                voiceover: shot.audio.voiceover.clone(),
                dialogue: shot.audio.dialogue.clone(),
                on_screen_text: shot.on_screen_text.clone(),
                music_mood: shot.audio.music_mood.clone(),
                sfx: shot.audio.sfx.clone(),
                sketch: Some(Sketch::from(shot)),
                recommended_workflow: workflow(kit, shot, chosen, "a", None),
                alternative_workflows: alternatives(kit, shot, options, chosen),
                production_notes: notes(kit, shot, chosen),
            }
        })
        .collect()
}

fn describe(shot: &Shot) -> String {
    let description = &shot.storyboard_frame.description;
    if description.is_empty() {
        format!("{}: {}", shot.shot_type.spoken(), shot.action)
    } else {
        description.clone()
    }
}

/// Others that are cheaper, faster or better, none beaten by the chosen one or by another.
fn alternatives(
    kit: &Kit,
    shot: &Shot,
    options: &[Candidate],
    chosen: &Candidate,
) -> Vec<Workflow> {
    let beats = |one: &Candidate, other: &Candidate| {
        let no_worse =
            one.cents <= other.cents && one.millis <= other.millis && one.quality >= other.quality;
        no_worse
            && (one.cents, one.millis, one.quality) != (other.cents, other.millis, other.quality)
    };
    let front: Vec<&Candidate> = options
        .iter()
        .filter(|one| !options.iter().any(|other| beats(other, one)))
        .filter(|one| {
            (one.cents, one.millis, one.quality) != (chosen.cents, chosen.millis, chosen.quality)
        })
        .collect();
    let cheapest = front.iter().min_by_key(|one| (one.cents, -one.quality.0, one.millis));
    let best = front.iter().max_by_key(|one| (one.quality, -one.cents, -one.millis));
    let fastest = front.iter().min_by_key(|one| (one.millis, one.cents, -one.quality.0));
    let mut picked: Vec<&Candidate> = Vec::new();
    for one in [cheapest, best, fastest].into_iter().flatten() {
        if !picked.contains(one) {
            picked.push(one);
        }
    }
    let names = ["b", "c", "d"];
    let built = picked.into_iter().take(ALTERNATIVES).zip(names);
    built.map(|(one, name)| workflow(kit, shot, one, name, Some(reason(one, chosen)))).collect()
}

fn reason(one: &Candidate, chosen: &Candidate) -> String {
    let money = |cents: i64| Dollars::from_cents(cents.abs()).to_string();
    let mut words = Vec::new();
    match one.cents - chosen.cents {
        0 => {}
        less @ ..0 => words.push(format!("{} cheaper", money(less))),
        more => words.push(format!("{} dearer", money(more))),
    }
    let quality = crate::vrd::milli::Milli((one.quality.0 - chosen.quality.0).abs());
    match one.quality.cmp(&chosen.quality) {
        std::cmp::Ordering::Less => words.push(format!("{quality} points worse")),
        std::cmp::Ordering::Greater => words.push(format!("{quality} points better")),
        std::cmp::Ordering::Equal => {}
    }
    match (one.millis - chosen.millis) / 1000 {
        0 => {}
        less @ ..0 => words.push(format!("{} s faster", -less)),
        more => words.push(format!("{more} s slower")),
    }
    words.join(", ")
}

fn notes(kit: &Kit, shot: &Shot, chosen: &Candidate) -> Vec<String> {
    let mut notes = Vec::new();
    for step in &chosen.steps {
        let tool = &kit.stack.tools[step.tool];
        if step.category.is_generation() {
            let billed = price::billed(tool, step.length);
            if billed.clips > 1 {
                notes.push(format!("{} clips of {} s, cut together", billed.clips, billed.each));
            } else if billed.each > step.length {
                notes.push(format!("{} s are billed, trim to {} s", billed.each, step.length));
            }
        }
        if tool.binding.is_none() && step.category != Category::Assembly {
            notes.push(format!(
                "`{}` has no provider here: it can be rehearsed, not run live",
                tool.tool_id
            ));
        }
        if tool.pricing.confidence.as_deref() == Some("low") {
            notes.push(format!("the price of `{}` is not sure", tool.tool_id));
        }
    }
    if !shot.continuity.characters.is_empty()
        && chosen.steps.iter().any(|step| step.category == Category::TextToImage)
    {
        let names: Vec<&str> =
            shot.continuity.characters.iter().map(|person| person.reference_id.as_str()).collect();
        notes.push(format!("use the reference pictures of {}", names.join(", ")));
    }
    notes
}

fn workflow(
    kit: &Kit,
    shot: &Shot,
    option: &Candidate,
    name: &str,
    reason: Option<String>,
) -> Workflow {
    let steps = priced(
        kit.stack,
        &option.steps,
        option.cents,
        Some(shot),
        kit.constraints.takes.unwrap_or(1),
    );
    Workflow {
        workflow_id: format!("{}_{name}", shot.shot_id),
        workflow_name: option.name(),
        total_cost: Dollars::from_cents(option.cents),
        total_time_seconds: seconds(option.millis),
        quality_score: option.quality,
        steps,
        reason,
    }
}

/// The steps with their costs; what rounding to whole cents adds lies on the dearest one, so that they sum.
pub fn priced(
    stack: &ToolStack,
    drafts: &[Draft],
    cents: i64,
    shot: Option<&Shot>,
    takes: u16,
) -> Vec<Step> {
    let exact: i64 = drafts.iter().map(|step| step.micros).sum();
    let dearest =
        (0..drafts.len()).max_by_key(|index| (drafts[*index].micros, std::cmp::Reverse(*index)));
    let one = |(index, draft): (usize, &Draft)| {
        let rounding = if Some(index) == dearest { cents * 10_000 - exact } else { 0 };
        step(stack, draft, index, draft.micros + rounding, shot, takes)
    };
    drafts.iter().enumerate().map(one).collect()
}

fn step(
    stack: &ToolStack,
    draft: &Draft,
    index: usize,
    micros: i64,
    shot: Option<&Shot>,
    takes: u16,
) -> Step {
    let tool = &stack.tools[draft.tool];
    let number = |index: usize| u32::try_from(index + 1).unwrap_or(u32::MAX);
    let pictures = draft.category == Category::TextToImage || draft.category.is_generation();
    let frame = shot.filter(|_| pictures).map(|shot| &shot.storyboard_frame);
    let mut params = BTreeMap::new();
    if pictures && draft.lines > 0 {
        params.insert("resolution".to_owned(), json!(format!("{}p", draft.lines)));
    }
    if draft.category.is_generation() {
        params.insert("audio".to_owned(), json!(draft.with_audio));
        params.insert("duration_seconds".to_owned(), json!(price::billed(tool, draft.length).each));
        if takes > 1 {
            params.insert("takes".to_owned(), json!(takes));
        }
    }
    if let Some(frame) = frame {
        params.insert("aspect_ratio".to_owned(), json!(frame.aspect_ratio));
        params.insert("seed".to_owned(), json!(frame.seed));
        if !frame.negative_prompt.is_empty() {
            params.insert("negative_prompt".to_owned(), json!(frame.negative_prompt));
        }
    }
    let billed = price::billed(tool, draft.length);
    Step {
        step: number(index),
        tool: tool.tool_id.clone(),
        purpose: draft.purpose.into(),
        workflow_type: draft.category,
        duration_seconds: draft.length,
        billed_seconds: if draft.category.is_generation() { billed.total() } else { draft.length },
        estimated_time_seconds: seconds(draft.millis),
        estimated: draft.is_estimated,
        cost_usd: Dollars(flow_engine::money::Usd::from_micros(micros)),
        depends_on: draft.after.iter().map(|before| number(*before)).collect(),
        inputs: draft.after.iter().map(|before| format!("step {}", number(*before))).collect(),
        prompt: prompt(draft, shot),
        params,
        as_of: tool.pricing.as_of.clone(),
        binding: binding(tool, draft.category),
    }
}

/// The tool's binding, by the kind of the step's own category.
fn binding(
    tool: &crate::vrd::tools::Tool,
    category: Category,
) -> Option<crate::vrd::tools::Binding> {
    let known = tool.binding.as_ref()?;
    Some(crate::vrd::tools::Binding { kind: category.kind().into(), ..known.clone() })
}

fn prompt(draft: &Draft, shot: Option<&Shot>) -> Option<String> {
    let shot = shot?;
    let frame = &shot.storyboard_frame;
    let text = match draft.category {
        Category::TextToImage => frame.reference_image_prompt.clone(),
        Category::TextToSpeech => shot.audio.dialogue.clone()?,
        Category::ImageToVideo => format!("{}; {}", shot.camera_movement.spoken(), shot.action),
        category if category.is_generation() => {
            format!("{}; {}", shot.camera_movement.spoken(), frame.reference_image_prompt)
        }
        Category::Assembly => shot.on_screen_text.clone()?,
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn seconds(millis: i64) -> Seconds {
    Seconds::from_millis(u32::try_from(millis.max(0)).unwrap_or(u32::MAX))
}
