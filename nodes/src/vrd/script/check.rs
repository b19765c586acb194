//! Is a script sound?

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::beat::{Beat, Carried};
use super::message::{Message, is_present, is_verbatim};
use super::part::Part;
use super::write::{spoken_words, words_allowed};
use super::{Script, timecode};
use crate::vrd::issue::Issue;
use crate::vrd::requirements::Vrd;
use crate::vrd::requirements::field::placeholder;
use crate::vrd::seconds::Seconds;

/// What the check of a script found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// No errors.
    pub valid: bool,
    pub total_duration: Seconds,
    pub target_duration: Seconds,
    pub difference: Seconds,
    pub issues: Vec<Issue>,
}

/// Checks `script` by every rule.
pub fn check(script: &Script) -> Validation {
    let total: Seconds = script.beats.iter().map(|beat| beat.duration_seconds).sum();
    let target = script.vrd.as_ref().map_or(script.metadata.duration_seconds, Vrd::duration);
    let mut issues = Vec::new();
    length(total, target, &mut issues);
    timing(script, &mut issues);
    completeness(script, &mut issues);
    parts(script, &mut issues);
    intensity(script, &mut issues);
    if let Some(vrd) = &script.vrd {
        messages(vrd, &script.beats, &mut issues);
        pace(vrd, &script.beats, &mut issues);
    }
    Validation {
        valid: !issues.iter().any(Issue::is_error),
        total_duration: total,
        target_duration: target,
        difference: total.abs_diff(target),
        issues,
    }
}

/// S001, S002: the whole is as long as it should be.
fn length(total: Seconds, target: Seconds, issues: &mut Vec<Issue>) {
    let difference = total.abs_diff(target);
    let tenth = Seconds::from_millis(target.millis() / 10).min(Seconds::whole(5));
    let message = format!("the beats last {total} s, {difference} s off the target of {target} s");
    let fix = "change the durations of beats until they sum to the target";
    if difference > Seconds::whole(5) {
        issues.push(Issue::error("S001", message).fix(fix));
    } else if difference > tenth {
        issues.push(Issue::warning("S002", message).fix(fix));
    }
}

/// S003, S004, S005: beats follow each other, last 5 to 10 s, and their timecodes say so.
fn timing(script: &Script, issues: &mut Vec<Issue>) {
    let fps = script.fps();
    let mut former = Some(0);
    for beat in &script.beats {
        let read = |text: &str| timecode::frame(text, fps);
        let (start, end) = (read(&beat.timecode_start), read(&beat.timecode_end));
        let fits = (Seconds::whole(5)..=Seconds::whole(10)).contains(&beat.duration_seconds);
        if !fits && script.beats.len() > 1 {
            issues.push(
                Issue::error(
                    "S004",
                    format!("the beat lasts {} s, not 5 to 10", beat.duration_seconds),
                )
                .beat(&beat.beat_id)
                .fix("split it, or join it with its neighbour"),
            );
        }
        let (Some(start), Some(end)) = (start, end) else {
            let message = format!(
                "`{}` to `{}` are not timecodes at {fps} fps",
                beat.timecode_start, beat.timecode_end
            );
            issues
                .push(Issue::error("S005", message).beat(&beat.beat_id).fix("write `HH:MM:SS:FF`"));
            former = None;
            continue;
        };
        if former.is_some_and(|former| former != start) {
            let message = format!(
                "the beat starts at `{}`, not where the former one ends",
                beat.timecode_start
            );
            issues.push(
                Issue::error("S003", message)
                    .beat(&beat.beat_id)
                    .fix("let each end be the next start"),
            );
        }
        // Timecodes count whole frames, so each may be off by one.
        let frames = end.saturating_sub(start) * 1000;
        let exact = u64::from(beat.duration_seconds.millis()) * u64::from(fps);
        if end <= start || frames.abs_diff(exact) > 1000 {
            let message =
                format!("the timecodes disagree with a duration of {} s", beat.duration_seconds);
            issues.push(
                Issue::error("S005", message).beat(&beat.beat_id).fix("derive one from the other"),
            );
        }
        former = Some(end);
    }
}

/// S010 to S013: what the video has to say is said.
fn messages(vrd: &Vrd, beats: &[Beat], issues: &mut Vec<Issue>) {
    for message in Message::all(vrd) {
        let text = message.text(vrd);
        let path = message.path();
        let is_told = |beat: &Beat| {
            is_present(text, &beat.words())
                || beat.message_refs.iter().any(|carried| carried.message == path)
        };
        let issue = match message {
            Message::Cta => {
                let last = beats.last().map(Beat::words).unwrap_or_default();
                (!is_verbatim(text, &last)).then(|| {
                    Issue::error(
                        "S012",
                        format!("the last beat does not hold the call to action `{text}`"),
                    )
                    .fix(format!("write `{text}` into its text on screen"))
                })
            }
            _ if beats.iter().any(is_told) => None,
            Message::Core => {
                Some(Issue::error("S010", format!("the core message `{text}` is nowhere told")))
            }
            Message::Support(_) => {
                Some(Issue::error("S011", format!("the message `{text}` is nowhere told")))
            }
            Message::Pain(_) => {
                Some(Issue::warning("S013", format!("the pain `{text}` is not addressed")))
            }
        };
        issues.extend(issue.map(|issue| issue.at(path)));
    }
}

/// S020, S021: all is there, and nothing is left of a template.
fn completeness(script: &Script, issues: &mut Vec<Issue>) {
    if script.beats.is_empty() {
        issues.push(Issue::error("S020", "the script has no beats"));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, beat) in script.beats.iter().enumerate() {
        let mut missing = missing(beat);
        if usize::try_from(beat.sequence_order).ok() != Some(index + 1) {
            missing.push("sequence_order");
        }
        if !seen.insert(&beat.beat_id) {
            missing.push("beat_id (it is taken)");
        }
        if !missing.is_empty() {
            let message = format!("the beat lacks {}", crate::vrd::word::list(&missing));
            issues.push(Issue::error("S020", message).beat(&beat.beat_id).fix("fill them in"));
        }
        let texts = [&beat.script.action, &beat.story_question, &beat.story_answer];
        let lines = [&beat.script.voiceover, &beat.script.dialogue, &beat.script.on_screen_text];
        for text in texts.into_iter().chain(lines.into_iter().flatten()) {
            if let Some(left) = leftover(text) {
                issues.push(
                    Issue::error("S021", format!("`{left}` is template text"))
                        .beat(&beat.beat_id)
                        .fix("write what it stands for"),
                );
            }
        }
    }
}

/// The required fields of a beat that are empty or out of range.
fn missing(beat: &Beat) -> Vec<&'static str> {
    let (visual, audio) = (&beat.visual_requirements, &beat.audio_requirements);
    let (emotion, function) = (&beat.emotional_context, &beat.narrative_function);
    let production = &beat.production_metadata;
    let told = beat.script.voiceover.is_some() || beat.script.dialogue.is_some();
    let rules = [
        ("beat_id", beat.beat_id.is_empty()),
        ("scene_id", beat.scene_id.is_empty()),
        ("story_question", beat.story_question.is_empty()),
        ("story_answer", beat.story_answer.is_empty()),
        ("script.action", beat.script.action.is_empty() && !told),
        ("visual_requirements.shot_type", visual.shot_type.is_none()),
        ("visual_requirements.camera_movement", visual.camera_movement.is_none()),
        ("visual_requirements.location", visual.location.is_empty()),
        ("visual_requirements.lighting", visual.lighting.is_empty()),
        ("visual_requirements.visual_keywords", visual.visual_keywords.len() < 2),
        ("visual_requirements.complexity", visual.complexity.is_none()),
        (
            "audio_requirements.dialogue_present",
            audio.dialogue_present != beat.script.dialogue.is_some(),
        ),
        ("emotional_context.character_emotion", emotion.character_emotion.is_empty()),
        ("emotional_context.audience_emotion", emotion.audience_emotion.is_empty()),
        ("emotional_context.emotional_arc_position", emotion.emotional_arc_position.is_empty()),
        ("emotional_context.intensity", !(1..=10).contains(&emotion.intensity)),
        ("narrative_function.beat_type", function.beat_type.is_empty()),
        ("narrative_function.story_beat_number", function.story_beat_number != beat.sequence_order),
        ("narrative_function.eight_part_position", function.eight_part_position.is_none()),
        ("narrative_function.covers", function.covers.is_empty()),
        ("narrative_function.info_conveyed", function.info_conveyed.is_empty()),
        ("production_metadata.estimated_complexity", production.estimated_complexity.is_none()),
        (
            "production_metadata.suggested_tool_category",
            production.suggested_tool_category.is_none(),
        ),
    ];
    rules.into_iter().filter(|(_, is_missing)| *is_missing).map(|(name, _)| name).collect()
}

fn leftover(text: &str) -> Option<&str> {
    const SIGNS: [&str; 6] =
        ["voiceover for ", "lorem ipsum", "insert text", "your text here", "placeholder", "tbd"];
    if let Some(hole) = placeholder(text) {
        return Some(hole);
    }
    let lower = text.to_lowercase();
    SIGNS.into_iter().find(|sign| match *sign {
        "tbd" => lower.split(|c: char| !c.is_alphanumeric()).any(|word| word == "tbd"),
        sign => lower.contains(sign),
    })
}

/// S022: the eight parts are told, in order.
fn parts(script: &Script, issues: &mut Vec<Issue>) {
    let mut told: Vec<Part> =
        script.beats.iter().flat_map(|beat| beat.narrative_function.covers.clone()).collect();
    let is_ordered = told.is_sorted();
    told.dedup();
    let missing: Vec<&str> =
        Part::ALL.iter().filter(|part| !told.contains(part)).map(|part| part.word()).collect();
    if !missing.is_empty() {
        let message = format!("no beat covers {}", crate::vrd::word::list(&missing));
        issues.push(
            Issue::error("S022", message).fix("name them in `covers` of the beats that tell them"),
        );
    } else if !is_ordered {
        issues.push(
            Issue::error("S022", "the eight parts are not told in their order")
                .fix("reorder the beats"),
        );
    }
}

/// S030: what is spoken can be spoken in time.
fn pace(vrd: &Vrd, beats: &[Beat], issues: &mut Vec<Issue>) {
    for beat in beats {
        let (words, most) =
            (spoken_words(beat), words_allowed(beat, vrd.narrative.words_per_minute));
        if words > most {
            let message =
                format!("{words} words are spoken in {} s, {most} fit", beat.duration_seconds);
            issues.push(
                Issue::warning("S030", message)
                    .beat(&beat.beat_id)
                    .fix(format!("cut {} words", words - most)),
            );
        }
    }
}

/// S031: nothing outshines the climax, and the midpoint stands out.
fn intensity(script: &Script, issues: &mut Vec<Issue>) {
    let of = |beat: &Beat| beat.emotional_context.intensity;
    let beats = &script.beats;
    let climax = beats.iter().filter(|beat| beat.covers(Part::Climax)).map(of).max().unwrap_or(10);
    for (index, beat) in beats.iter().enumerate() {
        let flat = |message: String| Issue::warning("S031", message).beat(&beat.beat_id);
        if of(beat) > climax {
            issues.push(flat(format!("its intensity {} is above the climax's {climax}", of(beat))));
        }
        if !beat.covers(Part::Midpoint) {
            continue;
        }
        let beside =
            [index.checked_sub(1).and_then(|former| beats.get(former)), beats.get(index + 1)];
        let beside = beside.into_iter().flatten().filter(|near| !near.covers(Part::Midpoint));
        if let Some(near) =
            beside.filter(|near| !near.covers(Part::Climax)).find(|near| of(near) > of(beat))
        {
            issues.push(flat(format!(
                "the midpoint's intensity {} is below {} beside it",
                of(beat),
                of(near)
            )));
        }
    }
}

/// Whether a message was said aloud or stands on screen, rather than being pictured.
pub fn is_heard_or_read(beat: &Beat, path: &str) -> bool {
    beat.message_refs
        .iter()
        .any(|carried| carried.message == path && carried.how != Carried::Pictured)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::write;
    use super::*;
    use crate::vrd::requirements::{Facts, Mode, VideoType, complete};

    fn vrd(document: &Json) -> Vrd {
        complete(Facts::read(document)).0.unwrap()
    }

    fn script() -> Script {
        let document = json!({
            "core_message": "Lumo wakes you with light.", "cta": "Try it tonight",
            "key_messages": { "supporting_messages": ["It dims by itself", "It lasts for years"] },
        });
        write(&vrd(&document), Mode::Auto, None)
    }

    /// The codes that a change of a sound script brings up.
    fn codes(change: impl FnOnce(&mut Script)) -> Vec<String> {
        let mut script = script();
        change(&mut script);
        let mut codes: Vec<String> =
            check(&script).issues.into_iter().map(|issue| issue.code.into_owned()).collect();
        codes.dedup();
        codes
    }

    #[test]
    fn a_written_script_is_sound_for_every_type_and_length() {
        for kind in VideoType::ALL {
            for seconds in (5..=60).chain([75, 90, 120, 180, 300, 600]) {
                let document = json!({
                    "video_type": kind.word(), "duration": seconds, "core_message": "Lumo wakes you with light.",
                    "key_messages": { "supporting_messages": ["It dims by itself", "It lasts for years", "It needs no app"] },
                });
                let validation = write(&vrd(&document), Mode::Auto, None).validation.unwrap();
                assert_eq!(validation.issues, [], "{kind} of {seconds} s");
                assert_eq!(validation.difference, Seconds::ZERO);
            }
        }
    }

    #[test]
    fn every_rule_of_length_and_time_speaks() {
        assert_eq!(codes(|_| {}), [""; 0]);
        let set = |index: usize, seconds: u32| {
            move |script: &mut Script| {
                script.beats[index].duration_seconds = Seconds::whole(seconds);
            }
        };
        assert!(codes(set(0, 20)).contains(&"S001".into()));
        assert!(
            codes(set(0, 2)).contains(&"S002".into()) || codes(set(0, 2)).contains(&"S001".into())
        );
        assert!(codes(set(0, 11)).contains(&"S004".into()));
        assert_eq!(
            codes(|script| script.beats[1].timecode_start = "00:00:09:00".into()),
            ["S003", "S005"]
        );
        assert_eq!(codes(|script| script.beats[1].timecode_end = "00:00:15:99".into()), ["S005"]);
        let short = |script: &mut Script| {
            let vrd = script.vrd.as_mut().unwrap();
            vrd.content_structure.total_duration_seconds = Seconds::whole(56);
        };
        assert_eq!(codes(short), [""; 0]);
        let fifteen = json!({ "duration": 15, "core_message": "It works." });
        let mut script = write(&vrd(&fifteen), Mode::Auto, None);
        script.vrd.as_mut().unwrap().content_structure.total_duration_seconds = Seconds::whole(13);
        assert_eq!(check(&script).issues[0].code, "S002");
    }

    #[test]
    fn every_rule_of_messages_speaks() {
        let silence = |script: &mut Script, message: &str| {
            for beat in &mut script.beats {
                beat.message_refs.retain(|carried| !carried.message.starts_with(message));
                beat.script.voiceover = None;
                beat.script.on_screen_text = Some("Try it tonight".into());
            }
        };
        assert_eq!(codes(|script| silence(script, "key_messages.core")), ["S010"]);
        assert_eq!(
            codes(|script| silence(script, "key_messages.supporting_messages[1]")),
            ["S011"]
        );
        assert_eq!(codes(|script| silence(script, "audience.pain")), ["S013"]);
        let last =
            |script: &mut Script| script.beats.last_mut().unwrap().script.on_screen_text = None;
        let mute = |script: &mut Script| {
            last(script);
            script.beats.last_mut().unwrap().script.voiceover = Some("try it TONIGHT".into());
        };
        assert_eq!(codes(mute), ["S012"]);
    }

    #[test]
    fn every_rule_of_completeness_speaks() {
        assert_eq!(codes(|script| script.beats[2].visual_requirements.location.clear()), ["S020"]);
        assert_eq!(
            codes(|script| script.beats[2].emotional_context.intensity = 11),
            ["S020", "S031"]
        );
        assert_eq!(codes(|script| script.beats[2].beat_id = "1.1".into()), ["S020"]);
        assert_eq!(
            codes(|script| script.beats[0].script.action = "Show the [Product]".into()),
            ["S021"]
        );
        assert_eq!(
            codes(|script| script.beats[0].script.action = "Voiceover for hook".into()),
            ["S021"]
        );
        let forget = |script: &mut Script| {
            script.beats[4].narrative_function.covers = vec![Part::FirstPinchPoint];
        };
        assert!(codes(forget).contains(&"S022".into()));
        let swap = |script: &mut Script| {
            let covers = script.beats[3].narrative_function.covers.clone();
            script.beats[3].narrative_function.covers =
                script.beats[4].narrative_function.covers.clone();
            script.beats[4].narrative_function.covers = covers;
        };
        assert!(codes(swap).contains(&"S022".into()));
        let rush =
            |script: &mut Script| script.beats[1].script.voiceover = Some("very ".repeat(60));
        assert!(codes(rush).contains(&"S030".into()));
        assert_eq!(codes(|script| script.beats[0].emotional_context.intensity = 10), ["S031"]);
        assert!(codes(|script| script.beats.clear()).contains(&"S020".into()));
    }

    #[test]
    fn a_beat_that_leaves_all_out_is_told_what_it_lacks() {
        let document = json!({
            "beat_id": "1.1", "sequence_order": 1, "duration_seconds": 6, "script": { "action": "A cat sleeps." },
        });
        let beat: Beat = serde_json::from_value(document).unwrap();
        assert_eq!(missing(&beat).len(), 20);
        let wrong = json!({ "beat_id": "1", "sequence_order": 1, "duration_seconds": 6, "script": {}, "visual_requirements": { "shot_type": "macro" } });
        let error = serde_json::from_value::<Beat>(wrong).unwrap_err().to_string();
        assert!(
            error.contains("unknown shot type `macro`: write one of `extreme_closeup`"),
            "{error}"
        );
    }
}
