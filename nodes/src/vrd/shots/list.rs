//! How do beats become shots?

use std::collections::BTreeMap;

use super::framing::{self, Before, Role};
use super::library::{self, Template};
use super::split::{Cutting, Piece, split};
use super::telling::{composition, outfit, set, told};
use super::{
    Cast, Continuity, Direction, Lighting, Shot, ShotAudio, ShotList, asset, complexity,
    continuity, frame,
};
use crate::vrd::camera::TimeOfDay;
use crate::vrd::light::{self, Preset};
use crate::vrd::requirements::{Mode, Vrd, defaults, short_hash};
use crate::vrd::script::{Beat, Script};
use crate::vrd::seconds::Seconds;

/// What a shot list is made with, besides the beats.
pub struct Setting<'a> {
    pub script_ref: &'a str,
    pub title: &'a str,
    pub tone: &'a str,
    pub style: &'a str,
    pub palette: &'a [String],
    pub aspect_ratio: &'a str,
    pub resolution: &'a str,
    pub fps: u32,
    pub pace: Seconds,
    pub mode: Mode,
    pub created_at: Option<String>,
}

impl<'a> Setting<'a> {
    /// What `script` says of itself.
    pub fn of(script: &'a Script) -> Self {
        let vrd = script.vrd.as_ref();
        let pace = vrd.map_or(6, |vrd| defaults::of(vrd.video_type).pace);
        Self {
            script_ref: &script.script_id,
            title: &script.metadata.title,
            tone: &script.metadata.tone,
            style: &script.metadata.style,
            palette: vrd.map(|vrd| vrd.style.color_palette.as_slice()).unwrap_or_default(),
            aspect_ratio: vrd.map_or("16:9", |vrd| &vrd.delivery.aspect_ratio),
            resolution: vrd.map_or("1080p", |vrd: &Vrd| vrd.delivery.resolution()),
            fps: script.fps(),
            pace: Seconds::whole(pace),
            mode: script.mode,
            created_at: None,
        }
    }
}

/// The shots of `beats`.
pub fn make(beats: &[Beat], setting: &Setting, library: &[Template]) -> ShotList {
    let mut making = Making {
        setting,
        library,
        beats,
        before: Before::default(),
        shots: Vec::new(),
        scene_lights: BTreeMap::new(),
    };
    let mut start = Seconds::ZERO;
    for (index, beat) in beats.iter().enumerate() {
        making.beat(index, start);
        start += beat.duration_seconds;
    }
    let mut shots = making.shots;
    frame::tell_apart(&mut shots);
    ShotList {
        shot_list_id: id(&shots),
        script_ref: setting.script_ref.into(),
        mode: setting.mode,
        title: setting.title.into(),
        total_shots: shots.len(),
        total_scenes: continuity::scenes(&shots).count(),
        asset_summary: asset::summarise(&shots, beats),
        issues: continuity::check(&shots, Some(beats)),
        shots,
        created_at: setting.created_at.clone(),
    }
}

/// The id that `shots` have by their content.
fn id(shots: &[Shot]) -> String {
    let text = serde_json::to_string(shots).unwrap_or_default();
    format!("shots_{}", short_hash(&text))
}

impl ShotList {
    /// The same list with `shots`, which tell the same in other words.
    #[must_use]
    pub fn with(self, shots: Vec<Shot>) -> Self {
        Self { shot_list_id: id(&shots), shots, ..self }
    }
}

struct Making<'a> {
    setting: &'a Setting<'a>,
    library: &'a [Template],
    beats: &'a [Beat],
    before: Before,
    shots: Vec<Shot>,
    scene_lights: BTreeMap<&'a str, Preset>,
}

impl<'a> Making<'a> {
    fn beat(&mut self, index: usize, start: Seconds) {
        let beat = &self.beats[index];
        let is_last = index + 1 == self.beats.len();
        let has_card = is_last && beat.script.on_screen_text.is_some();
        let cutting = Cutting { pace: self.setting.pace, fps: self.setting.fps };
        let mut pieces = split(beat, start, &cutting, if has_card { 2 } else { 1 });
        // The card stands while the last words are spoken, even where one sentence fills the beat.
        if has_card && pieces.len() == 1 && beat.duration_seconds >= Seconds::whole(5) {
            pieces = with_card(&pieces[0], self.setting.fps);
        }
        let roles =
            framing::roles(pieces.len(), self.needs_establishing(index, pieces.len()), has_card);
        for (piece, role) in pieces.into_iter().zip(roles) {
            let shot = self.shot(beat, piece, role);
            self.before.remember(shot.shot_type, shot.camera_movement, shot.camera_angle);
            self.shots.push(shot);
        }
    }

    /// Whether the beat's scene would have three shots or more and none that shows the place.
    fn needs_establishing(&self, index: usize, count: usize) -> bool {
        let scene = &self.beats[index].scene_id;
        let made = self.shots.iter().filter(|shot| shot.scene_id == *scene);
        let coming = self.beats[index..].iter().take_while(|beat| beat.scene_id == *scene);
        let is_wide = made.clone().any(|shot| shot.shot_type.is_wide())
            || coming.clone().any(|beat| framing::opening(beat).is_wide());
        !is_wide && made.count() + count + coming.count() > 3
    }

    fn shot(&mut self, beat: &'a Beat, piece: Piece, role: Role) -> Shot {
        let number = self.shots.len() + 1;
        let is_card = role == Role::Card;
        let shot_type = match role {
            Role::Opening => framing::opening(beat),
            role => framing::later(role, &self.before),
        };
        let (subject, action) = told(beat, role, number);
        let template =
            library::choose(self.library, shot_type, beat.part(), &format!("{subject} {action}"));
        let asked = match role {
            Role::Opening => beat.visual_requirements.camera_movement,
            _ => template.map(|template| template.movement),
        };
        let movement = framing::movement(beat, role, piece.duration, asked, &self.before);
        let angle =
            framing::angle(shot_type, template.map(|template| template.angle), &self.before);
        let (dialogue, voiceover) = if beat.script.dialogue.is_some() {
            (piece.spoken, None)
        } else {
            (None, piece.spoken)
        };
        let continuity = self.continuity(beat, role);
        let first = role == Role::Opening;
        let mut shot = Shot {
            shot_id: format!("shot_{number:03}"),
            beat_ref: beat.beat_id.clone(),
            scene_id: beat.scene_id.clone(),
            shot_number: u32::try_from(number).unwrap_or(u32::MAX),
            start_seconds: piece.start,
            duration_seconds: piece.duration,
            shot_type,
            camera_angle: angle,
            camera_movement: movement,
            template_id: template.map(|template| template.template_id.clone()),
            subject,
            action,
            frame_rate: self.setting.fps,
            resolution: self.setting.resolution.into(),
            composition: composition(beat, shot_type, number, &continuity, template),
            lighting: self.lighting(beat, is_card),
            set_requirements: set(beat, is_card),
            technical_complexity: complexity::Complexity::default(),
            storyboard_frame: frame::Frame::default(),
            audio: ShotAudio {
                needs_lip_sync: dialogue.is_some() && !continuity.characters.is_empty(),
                dialogue,
                voiceover,
                sfx: if first { beat.audio_requirements.sound_effects.clone() } else { Vec::new() },
                music_mood: beat.audio_requirements.music_mood.clone(),
            },
            continuity,
            // Text lies over the first picture of its beat; at the end it has a card of its own.
            on_screen_text: beat
                .script
                .on_screen_text
                .clone()
                .filter(|_| is_card || (first && !self.ends_with_card(beat))),
            intensity: match beat.emotional_context.intensity {
                0 => 5,
                intensity => intensity.min(10),
            },
        };
        shot.technical_complexity =
            complexity::estimate(&shot, beat.production_metadata.requires_vfx && first);
        let look = frame::Look {
            style: self.setting.style,
            palette: self.setting.palette,
            aspect_ratio: self.setting.aspect_ratio,
            seed: self.setting.script_ref,
        };
        let fragment = template.map(|template| template.prompt_fragment.as_str());
        shot.storyboard_frame =
            frame::draw(&shot, &look, fragment, &beat.visual_requirements.visual_keywords);
        shot
    }

    fn ends_with_card(&self, beat: &Beat) -> bool {
        self.beats.last().is_some_and(|last| last.beat_id == beat.beat_id)
            && beat.duration_seconds >= Seconds::whole(5)
    }

    /// The beat's light if it names one, else what tone and emotion select; a scene keeps its light.
    fn lighting(&mut self, beat: &'a Beat, is_card: bool) -> Lighting {
        let custom = beat.part().custom();
        let mood = if custom.is_bright { "bright" } else { "neutral" };
        let time = beat.visual_requirements.time_of_day.unwrap_or(TimeOfDay::Day);
        if is_card {
            return Lighting::of(Preset::HighKey, TimeOfDay::InteriorNeutral, "clean");
        }
        let stated = light::chosen_by(&beat.visual_requirements.lighting);
        let preset = stated
            .or_else(|| self.scene_lights.get(beat.scene_id.as_str()).copied())
            .or_else(|| light::chosen_by(self.setting.tone))
            .or_else(|| light::chosen_by(&beat.emotional_context.audience_emotion))
            .unwrap_or(if custom.is_bright { Preset::HighKey } else { Preset::ThreePoint });
        self.scene_lights.insert(&beat.scene_id, preset);
        Lighting::of(preset, time, mood)
    }

    fn continuity(&self, beat: &Beat, role: Role) -> Continuity {
        let prev_shot = self.shots.last().map(|shot| shot.shot_id.clone());
        if role == Role::Card {
            let screen_direction = Some(Direction::Neutral);
            return Continuity { screen_direction, prev_shot, ..Continuity::default() };
        }
        let wardrobe = |name: &str| {
            format!("{} wears {}", name, outfit(name, &beat.visual_requirements.location))
        };
        let people = &beat.visual_requirements.characters;
        let seen = match role {
            // A detail shows hands at most.
            Role::Detail => &[],
            Role::Reaction => &people[..people.len().min(1)],
            _ => &people[..],
        };
        let characters: Vec<Cast> = seen
            .iter()
            .map(|name| Cast {
                name: name.clone(),
                reference_id: format!("character_{}", asset::slug(name)),
                wardrobe: outfit(name, &beat.visual_requirements.location).into(),
            })
            .collect();
        let is_even = beat.scene_id.bytes().last().is_some_and(|digit| digit % 2 == 0);
        Continuity {
            group_id: (!beat.scene_id.is_empty()).then(|| format!("group_{}", beat.scene_id)),
            wardrobe: (!characters.is_empty()).then(|| {
                characters
                    .iter()
                    .map(|person| wardrobe(&person.name))
                    .collect::<Vec<_>>()
                    .join(", ")
            }),
            characters,
            screen_direction: Some(if is_even {
                Direction::RightToLeft
            } else {
                Direction::LeftToRight
            }),
            prev_shot,
        }
    }
}

/// The single piece of a last beat, and a silent card after it: two thirds to one, 3 s for the card where there is room.
fn with_card(piece: &Piece, fps: u32) -> Vec<Piece> {
    let card = Seconds::whole(3).min(Seconds::from_millis(piece.duration.millis() / 2));
    let fps = fps.max(1);
    let millis = (piece.start + piece.duration - card).millis();
    let cut = Seconds::from_millis(
        u32::try_from(u64::from(millis) * u64::from(fps) / 1000 * 1000 / u64::from(fps))
            .unwrap_or(millis),
    );
    let first =
        Piece { start: piece.start, duration: cut - piece.start, spoken: piece.spoken.clone() };
    let last = Piece { start: cut, duration: piece.start + piece.duration - cut, spoken: None };
    vec![first, last]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::super::table;
    use super::*;
    use crate::vrd::requirements::{Facts, VideoType, complete};
    use crate::vrd::script::write;

    fn shots(document: &serde_json::Value, pace: Option<u32>) -> (Script, ShotList) {
        let script = write(&complete(Facts::read(document)).0.unwrap(), Mode::Auto, None);
        let mut setting = Setting::of(&script);
        setting.pace = pace.map_or(setting.pace, Seconds::whole);
        let list = make(&script.beats, &setting, &library::shipped());
        (script, list)
    }

    #[test]
    fn shots_are_sound_for_every_type_length_and_pace() {
        for kind in VideoType::ALL {
            for (seconds, pace) in [
                (5, None),
                (8, Some(2)),
                (15, None),
                (20, Some(3)),
                (30, None),
                (45, None),
                (60, None),
                (90, Some(3)),
                (120, None),
                (180, Some(4)),
                (600, None),
            ] {
                let document = json!({
                    "video_type": kind.word(), "duration": seconds, "core_message": "Lumo wakes you with light.",
                    "key_messages": { "supporting_messages": ["It dims by itself", "It lasts for years"] },
                });
                let (script, list) = shots(&document, pace);
                assert_eq!(list.issues, [], "{kind} of {seconds} s at {pace:?}");
                let prompts: BTreeSet<&str> = list
                    .shots
                    .iter()
                    .map(|shot| shot.storyboard_frame.reference_image_prompt.as_str())
                    .collect();
                assert_eq!(prompts.len(), list.total_shots);
                assert!(
                    list.shots
                        .iter()
                        .all(|shot| shot.duration_seconds >= Seconds::from_millis(1_450))
                );
                let end = list.shots.last().unwrap().end_seconds();
                assert_eq!(end, script.metadata.duration_seconds);
                let moves: Vec<_> = list.shots.iter().map(|shot| shot.camera_movement).collect();
                let is_dull = |three: &[crate::vrd::camera::Movement]| {
                    three[0] != crate::vrd::camera::Movement::Static
                        && three.iter().all(|one| *one == three[0])
                };
                assert!(!moves.windows(3).any(is_dull));
            }
        }
    }

    #[test]
    fn the_pace_sets_how_many_shots_there_are() {
        let document = json!({ "video_type": "brand_story", "duration": 90, "core_message": "Lumo wakes you with light." });
        assert!(
            shots(&document, Some(3)).1.total_shots >= 30,
            "{}",
            shots(&document, Some(3)).1.total_shots
        );
        let explainer =
            json!({ "video_type": "explainer", "core_message": "Lumo wakes you with light." });
        assert!((8..=14).contains(&shots(&explainer, None).1.total_shots));
    }

    #[test]
    fn metaphors_reach_the_prompts_and_people_the_continuity() {
        let document = json!({ "core_message": "Lumo wakes you with light.", "visual_metaphors": "a rising sun", "duration": 30 });
        let (script, list) = shots(&document, None);
        let told =
            |shot: &&Shot| shot.storyboard_frame.reference_image_prompt.contains("a rising sun");
        let beats: BTreeSet<&str> =
            list.shots.iter().filter(told).map(|shot| shot.beat_ref.as_str()).collect();
        assert!(beats.contains(script.beats[0].beat_id.as_str()) && beats.len() >= 3, "{beats:?}");
        let summary = &list.asset_summary;
        assert!(summary.total_character_shots < list.total_shots && summary.unique_characters >= 1);
        assert!(summary.assets.iter().any(|asset| asset.kind == asset::AssetKind::Logo));
    }

    #[test]
    fn a_testimonial_speaks_to_the_camera() {
        let document = json!({
            "video_type": "testimonial", "core_message": "Lumo wakes you with light.",
            "key_messages": { "supporting_messages": ["I sleep better now"] },
        });
        let (_, list) = shots(&document, None);
        let speaking = list.shots.iter().find(|shot| shot.audio.needs_lip_sync).unwrap();
        assert!(speaking.audio.dialogue.as_ref().unwrap().contains("I sleep better now"));
        assert!(
            speaking.technical_complexity.complexity_factors.contains(&"lip sync +2".to_owned())
        );
    }

    #[test]
    fn a_shot_list_reads_as_a_table() {
        let document = json!({ "video_type": "social_ad", "duration": 15, "core_message": "Lumo wakes you with light." });
        let (_, list) = shots(&document, None);
        insta::assert_snapshot!(table::csv(&list.shots), @r#"
        shot,scene,beat,start_s,duration_s,shot_type,angle,movement,lens_mm,subject,action,location,time_of_day,light,on_screen_text,voiceover,dialogue,complexity
        1,scene_001,1.1,0,3.1,closeup,eye_level,static,85,office worker,An office worker stops mid-motion at a crowded desk by a dark window and stares at the laptop.,crowded desk by a dark window,dusk,three_point,Need for efficiency,Lack of time? You know the feeling.,,5
        2,scene_001,1.1,3.1,2.2,wide,eye_level,static,24,crowded desk by a dark window,"The view opens: crowded desk by a dark window, with the office worker in it.",crowded desk by a dark window,dusk,three_point,,And then there's limited resources.,,3
        3,scene_001,1.1,5.3,2.2,insert,high,static,85,laptop,Close on the laptop; hands move at the edge of the frame.,crowded desk by a dark window,dusk,three_point,,Lumo wakes you with light.,,2
        4,scene_002,8.1,7.5,2.633,medium,eye_level,static,50,office worker,"An office worker smiles in an airy shared workspace, Lumo in full view; then the end card shows logo, URL, CTA, brand colours.",airy shared workspace,day,golden_hour,,This is how it can feel.,,2
        5,scene_002,8.1,10.133,1.767,wide,eye_level,static,24,airy shared workspace,"The view opens: airy shared workspace, with the office worker in it.",airy shared workspace,day,golden_hour,,It's your turn now.,,2
        6,scene_002,8.1,11.9,3.1,graphic,eye_level,static,,end card,End card: “Lumo / Sign Up” with logo and address on a plain ground.,plain ground,interior_neutral,high_key,"Lumo
        Sign Up",Lumo wakes you with light. Sign Up.,,4
        "#);
        insta::assert_snapshot!(list.shots[1].storyboard_frame.reference_image_prompt, @"wide shot, eye level; crowded desk by a dark window; The view opens: crowded desk by a dark window, with the office worker in it; crowded desk by a dark window, dusk; balanced three-point light; bright mood; office worker wears a rust-coloured jumper; 24 mm lens; depth in three planes, leading lines; modern realistic; tangled cables; laptop; Lumo; subject centre; aspect ratio 16:9");
    }

    #[test]
    fn equal_scripts_give_equal_bytes_and_lists_read_themselves() {
        let text = || {
            serde_json::to_string(&shots(&json!({ "core_message": "It works." }), None).1).unwrap()
        };
        assert_eq!(text(), text());
        let list: ShotList = serde_json::from_str(&text()).unwrap();
        assert_eq!(serde_json::to_string(&list).unwrap(), text());
    }
}
