//! How do requirements become a script?
//!
//! Three steps that can be replaced one by one: beats are allotted, words are told, both are put together. Whoever
//! brings other words (a model, a person) enters at [`assemble`].

use std::collections::BTreeMap;

use super::allot::{Bounds, Slot, allot};
use super::beat::Beat;
use super::building::Building;
use super::message::placed;
use super::part::Part;
use super::wording::{self, Worded, sentence, tell};
use super::world::World;
use super::{Metadata, Script, Structure, check, narrative};
use crate::vrd::camera::ShotType;
use crate::vrd::requirements::{Mode, VideoStyle, Vrd, short_hash};
use crate::vrd::seconds::Seconds;

/// The script of `vrd` in the words of the phrase tables.
pub fn write(vrd: &Vrd, mode: Mode, created_at: Option<String>) -> Script {
    let slots = allot(vrd.duration(), vrd.narrative.act2_emphasis, vrd.delivery.fps);
    let world = World::of(vrd);
    let placed = placed(vrd, &slots);
    let worded = tell(vrd, &world, &slots, &placed);
    assemble(vrd, mode, created_at, &world, &slots, worded)
}

/// A script of `slots` with the words in `worded`, one for each slot; validated.
pub fn assemble(
    vrd: &Vrd,
    mode: Mode,
    created_at: Option<String>,
    world: &World,
    slots: &[Slot],
    worded: Vec<Worded>,
) -> Script {
    let last = slots.len().saturating_sub(1);
    let mut indices = [0; 8];
    let mut beats: Vec<Beat> = slots
        .iter()
        .zip(worded)
        .enumerate()
        .map(|(index, (slot, worded))| {
            let part = slot.main();
            indices[part as usize] += 1;
            let building = Building {
                vrd,
                world,
                slot,
                part,
                nth: indices[part as usize],
                is_last: index == last,
            };
            building.beat(index, worded)
        })
        .collect();
    link_questions(&mut beats);
    number_scenes(&mut beats);
    establish(&mut beats);
    finish(vrd, mode, created_at, beats)
}

/// A script with `beats`, its structure, narrative and validation derived from them.
pub fn finish(vrd: &Vrd, mode: Mode, created_at: Option<String>, beats: Vec<Beat>) -> Script {
    let edges = Bounds::of(vrd.duration(), vrd.narrative.act2_emphasis).rounded();
    let breakdown: BTreeMap<Part, [Seconds; 2]> = Part::ALL
        .iter()
        .map(|part| (*part, [edges[*part as usize], edges[*part as usize + 1]]))
        .collect();
    let in_act = |act: u8| beats.iter().filter(|beat| beat.part().custom().act == act).count();
    let structure = Structure {
        total_beats: beats.len(),
        eight_part_breakdown: breakdown,
        act_1_beats: in_act(1),
        act_2_beats: in_act(2),
        act_3_beats: in_act(3),
    };
    let style = match vrd.style.video_style {
        _ if vrd.is_stated("style.visual_style") => vrd.style.visual_style.clone(),
        VideoStyle::LiveAction => "modern_realistic".into(),
        VideoStyle::Animation => "flat_animation".into(),
        VideoStyle::Hybrid => "live_action_with_animation".into(),
    };
    let metadata = Metadata {
        title: vrd.project.name.clone(),
        duration_seconds: beats.iter().map(|beat| beat.duration_seconds).sum(),
        target_audience: vrd.audience.demographics.join("; "),
        primary_message: vrd.key_messages.core_message.clone(),
        tone: vrd.style.tone.clone(),
        style,
        created_at,
    };
    let text = serde_json::to_string(&beats).unwrap_or_default();
    let mut script = Script {
        script_id: format!("script_{}", short_hash(&format!("{}{text}", vrd.vrd_id))),
        vrd_ref: vrd.vrd_id.clone(),
        mode,
        metadata,
        structure,
        total_beat_count: beats.len(),
        beats,
        narrative_summary: String::new(),
        narrative: None,
        validation: None,
        vrd: Some(vrd.clone()),
    };
    let told = narrative::tell(&script);
    script.narrative_summary.clone_from(&told.logline);
    script.narrative = Some(told);
    script.validation = Some(check::check(&script));
    script
}

/// What a beat raises, the next one answers.
fn link_questions(beats: &mut [Beat]) {
    for index in 1..beats.len() {
        let question = beats[index].story_question.clone();
        beats[index - 1].narrative_function.raises_question = Some(question);
    }
}

/// A scene is a run of beats at the same place and time of day.
pub fn number_scenes(beats: &mut [Beat]) {
    let mut number = 0;
    let mut here: Option<(String, Option<crate::vrd::camera::TimeOfDay>)> = None;
    for beat in beats {
        let visual = &beat.visual_requirements;
        let place = (visual.location.clone(), visual.time_of_day);
        if here.as_ref() != Some(&place) {
            number += 1;
            here = Some(place);
        }
        beat.scene_id = format!("scene_{number:03}");
    }
}

/// Lets a scene of three beats or more show its place once.
fn establish(beats: &mut [Beat]) {
    for scene in beats.chunk_by_mut(|one, next| one.scene_id == next.scene_id) {
        let is_wide =
            |beat: &Beat| beat.visual_requirements.shot_type.is_some_and(ShotType::is_wide);
        if scene.len() < 3 || scene.iter().any(is_wide) {
            continue;
        }
        let may_be_wide = |beat: &Beat| beat.part().custom().framing.contains(&ShotType::Wide);
        let at = scene.iter().position(may_be_wide).unwrap_or(0);
        scene[at].visual_requirements.shot_type = Some(ShotType::Wide);
    }
}

/// A heading such as `CLUTTERED OFFICE DESK - DUSK`.
pub fn heading(beat: &Beat) -> String {
    let visual = &beat.visual_requirements;
    let place = if visual.location.is_empty() { "unknown place" } else { &visual.location };
    let time = visual.time_of_day.map_or("day", crate::vrd::camera::TimeOfDay::spoken);
    format!("{} - {}", place.to_uppercase(), time.to_uppercase())
}

/// `a product manager` as it opens a line of a screenplay.
pub(super) fn speaker(beat: &Beat) -> String {
    let character = beat.visual_requirements.characters.first();
    character.map_or_else(|| "SPEAKER".into(), |name| sentence(name).to_uppercase())
}

/// Whether `beat`'s spoken words fit at `words_per_minute`, without the room to breathe.
pub(super) fn words_allowed(beat: &Beat, words_per_minute: u32) -> usize {
    let words = u64::from(beat.duration_seconds.millis()) * u64::from(words_per_minute) / 60_000;
    usize::try_from(words).unwrap_or(usize::MAX)
}

/// The number of spoken words of a beat.
pub(super) fn spoken_words(beat: &Beat) -> usize {
    [&beat.script.voiceover, &beat.script.dialogue]
        .into_iter()
        .flatten()
        .map(|text| wording::count(text))
        .sum()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::super::{fountain, subtitle};
    use super::*;
    use crate::vrd::requirements::question::{Answers, merge};
    use crate::vrd::requirements::{Facts, brief, complete};

    fn script(document: &Json) -> Script {
        write(&complete(Facts::read(document)).0.unwrap(), Mode::Auto, None)
    }

    fn lamp() -> Script {
        let document = json!({
            "key_messages": { "supporting_messages": ["It dims by itself", "It lasts for years"], "core_message": "Lumo wakes you gently with light." },
            "video_type": "social_ad", "duration": 30, "target_audience": "tired parents, 30–45", "tone": "friendly",
        });
        script(&document)
    }

    #[test]
    fn a_script_reads_like_one() {
        insta::assert_snapshot!(lamp().narrative.unwrap().two_column, @r"
        ## SCENE 1: NARROW KITCHEN - DUSK

        | Visual | Audio |
        |---|---|
        | **1.1** · 0–7.5 s (7.5 s)<br>*close-up, static camera*<br>A tired parent stops mid-motion in a narrow kitchen and stares at the phone.<br>TEXT: “Limited resources” | VO: “Lack of time? You know the feeling. You've been here before. Lumo wakes you gently with light.”<br>*(friendly; direct, close to the microphone)*<br>SFX: a phone buzzes<br>MUSIC: tense under a friendly pulse |

        ## SCENE 2: SUNLIT LIVING ROOM - DAY

        | Visual | Audio |
        |---|---|
        | **5.1** · 7.5–15 s (7.5 s)<br>*wide shot, slow push in*<br>A tired parent turns to Lumo in a sunlit living room; shoulders drop, a smile appears, the sofa out of focus.<br>TEXT: “Need for efficiency” | VO: “Not to mention need for efficiency. Now watch what changes. It dims by itself.”<br>*(friendly; opening up, with a smile)*<br>MUSIC: friendly, rising, hopeful |
        | **7.1** · 15–22.5 s (7.5 s)<br>*medium shot, slow push in*<br>A friend asks a question in a sunlit living room; a tired parent shows Lumo beside the sofa and smiles.<br>TEXT: “It lasts for years” | VO: “Still not sure? You can start small. It lasts for years.”<br>*(friendly; calm and sure)*<br>MUSIC: friendly, steady |
        | **8.1** · 22.5–30 s (7.5 s)<br>*medium shot, dolly move*<br>A tired parent smiles in a sunlit living room, Lumo in full view; then the end card shows logo, URL, CTA, brand colours.<br>TEXT: “Lumo / Sign Up” | VO: “This is how it can feel. Lumo wakes you gently with light. Sign Up.”<br>*(friendly; warm, with energy)*<br>MUSIC: friendly, full |
        ");
        insta::assert_snapshot!(lamp().narrative.unwrap().prose, @r"
        # Social Ad Video

        *A tired parent who lives with lack of time finds out: Lumo wakes you gently with light.*

        **Act one.** A tired parent stops mid-motion in a narrow kitchen and stares at the phone. The voice says: “Lack of time? You know the feeling. You've been here before. Lumo wakes you gently with light.” On screen: “Limited resources”.

        **Act two.** A tired parent turns to Lumo in a sunlit living room; shoulders drop, a smile appears, the sofa out of focus. The voice says: “Not to mention need for efficiency. Now watch what changes. It dims by itself.” On screen: “Need for efficiency”.

        **Act three.** A friend asks a question in a sunlit living room; a tired parent shows Lumo beside the sofa and smiles. The voice says: “Still not sure? You can start small. It lasts for years.” On screen: “It lasts for years”. A tired parent smiles in a sunlit living room, Lumo in full view; then the end card shows logo, URL, CTA, brand colours. The voice says: “This is how it can feel. Lumo wakes you gently with light. Sign Up.” On screen: “Lumo Sign Up”.

        56 spoken words in 30 s.
        ");
    }

    #[test]
    fn a_script_leaves_as_a_screenplay_and_as_subtitles() {
        insta::assert_snapshot!(fountain::write(&lamp()), @r"
        Title: Social Ad Video
        Credit: modern_realistic
        Notes: 30 s, friendly

        .NARROW KITCHEN - DUSK

        [[1.1 00:00:00:00 7.5 s]]

        A tired parent stops mid-motion in a narrow kitchen and stares at the phone.

        @NARRATOR (V.O.)
        (friendly; direct, close to the microphone)
        Lack of time? You know the feeling. You've been here before. Lumo wakes you gently with light.

        !TEXT ON SCREEN: Limited resources

        .SUNLIT LIVING ROOM - DAY

        [[5.1 00:00:07:15 7.5 s]]

        A tired parent turns to Lumo in a sunlit living room; shoulders drop, a smile appears, the sofa out of focus.

        @NARRATOR (V.O.)
        (friendly; opening up, with a smile)
        Not to mention need for efficiency. Now watch what changes. It dims by itself.

        !TEXT ON SCREEN: Need for efficiency

        [[7.1 00:00:15:00 7.5 s]]

        A friend asks a question in a sunlit living room; a tired parent shows Lumo beside the sofa and smiles.

        @NARRATOR (V.O.)
        (friendly; calm and sure)
        Still not sure? You can start small. It lasts for years.

        !TEXT ON SCREEN: It lasts for years

        [[8.1 00:00:22:15 7.5 s]]

        A tired parent smiles in a sunlit living room, Lumo in full view; then the end card shows logo, URL, CTA, brand colours.

        @NARRATOR (V.O.)
        (friendly; warm, with energy)
        This is how it can feel. Lumo wakes you gently with light. Sign Up.

        !TEXT ON SCREEN: Lumo / Sign Up

        > FADE OUT.
        ");
        insta::assert_snapshot!(subtitle::write(&lamp()), @r"
        1
        00:00:00,000 --> 00:00:03,088
        Lack of time? You know the feeling.

        2
        00:00:03,088 --> 00:00:04,852
        You've been here before.

        3
        00:00:04,852 --> 00:00:07,500
        Lumo wakes you gently with light.

        4
        00:00:07,500 --> 00:00:10,714
        Not to mention need for efficiency.

        5
        00:00:10,714 --> 00:00:15,000
        Now watch what changes. It dims by itself.

        6
        00:00:15,000 --> 00:00:19,772
        Still not sure? You can start small.

        7
        00:00:19,772 --> 00:00:22,500
        It lasts for years.

        8
        00:00:22,500 --> 00:00:25,714
        This is how it can feel.

        9
        00:00:25,714 --> 00:00:30,000
        Lumo wakes you gently with light. Sign Up.
        ");
    }

    #[test]
    fn equal_requirements_give_equal_bytes() {
        let text = || serde_json::to_string(&lamp()).unwrap();
        assert_eq!(text(), text());
        let again: Script = serde_json::from_str(&text()).unwrap();
        assert_eq!(again, lamp());
    }

    #[test]
    fn every_answer_changes_the_script() {
        let vrd =
            complete(brief::read("Explain Acme Cloud to enterprise buyers in 60 s")).0.unwrap();
        let plain = write(&vrd, Mode::Hitl, None);
        let answers = [
            ("core_message", "Acme Cloud ends busywork."),
            ("tone", "playful"),
            ("midpoint_emotion", "relieved"),
            ("act2_emphasis", "problem_70_30"),
            ("visual_metaphors", "a rising sun"),
            ("cta", "book a demo"),
        ];
        for (key, answer) in answers {
            let given: Answers = [(key.to_owned(), json!(answer))].into();
            let changed = write(&merge(&vrd, &given).0.unwrap(), Mode::Hitl, None);
            assert_ne!(changed.beats, plain.beats, "{key}");
            assert_eq!(changed.validation.as_ref().unwrap().issues, [], "{key}");
        }
        let given: Answers = answers.map(|(key, answer)| (key.to_owned(), json!(answer))).into();
        let told = write(&merge(&vrd, &given).0.unwrap(), Mode::Hitl, None);
        let midpoint = told.beats.iter().find(|beat| beat.covers(Part::Midpoint)).unwrap();
        assert_eq!(midpoint.emotional_context.audience_emotion, "relieved");
        assert!(midpoint.visual_requirements.visual_keywords.contains(&"a rising sun".to_owned()));
        assert!(told.beats.last().unwrap().words().contains("Book a demo"));
        assert_eq!(told.metadata.tone, "playful");
        assert!(told.beats.iter().any(|beat| beat.words().contains("Acme Cloud ends busywork.")));
    }

    #[test]
    fn long_videos_do_not_repeat_their_pictures() {
        let script = script(
            &json!({ "duration": 600, "core_message": "Lumo wakes you gently with light." }),
        );
        let mut actions: Vec<&str> =
            script.beats.iter().map(|beat| beat.script.action.as_str()).collect();
        assert_eq!(actions.len(), script.total_beat_count);
        actions.sort_unstable();
        actions.dedup();
        assert_eq!(actions.len(), script.total_beat_count);
    }
}
