//! Do the shots belong together?

use std::collections::BTreeMap;

use super::{Direction, Shot};
use crate::vrd::camera::ShotType;
use crate::vrd::issue::Issue;
use crate::vrd::script::Beat;
use crate::vrd::seconds::Seconds;

/// Checks `shots` by the rules C001 to C007; without `beats` the first half of C001 cannot be judged.
pub fn check(shots: &[Shot], beats: Option<&[Beat]>) -> Vec<Issue> {
    let mut issues = Vec::new();
    if let Some(beats) = beats {
        sums(shots, beats, &mut issues);
    }
    for scene in scenes(shots) {
        settings(scene, beats, &mut issues);
        direction(scene, &mut issues);
        cast(scene, &mut issues);
        establishing(scene, &mut issues);
    }
    jumps(shots, &mut issues);
    runs(shots, &mut issues);
    issues
}

/// Runs of shots of one scene.
pub fn scenes(shots: &[Shot]) -> impl Iterator<Item = &[Shot]> {
    shots.chunk_by(|one, next| one.scene_id == next.scene_id)
}

/// C001: shots refer to beats, and sum to them.
fn sums(shots: &[Shot], beats: &[Beat], issues: &mut Vec<Issue>) {
    let mut lengths: BTreeMap<&str, Seconds> = BTreeMap::new();
    for shot in shots {
        if beats.iter().any(|beat| beat.beat_id == shot.beat_ref) {
            *lengths.entry(&shot.beat_ref).or_default() += shot.duration_seconds;
        } else {
            let message =
                format!("the shot belongs to a beat `{}` that does not exist", shot.beat_ref);
            issues.push(
                Issue::error("C001", message).shot(&shot.shot_id).fix("name a beat of the script"),
            );
        }
    }
    for beat in beats {
        let sum = lengths.get(beat.beat_id.as_str()).copied().unwrap_or_default();
        if sum != beat.duration_seconds {
            let message = format!("its shots last {sum} s, the beat {} s", beat.duration_seconds);
            issues.push(
                Issue::error("C001", message)
                    .beat(&beat.beat_id)
                    .fix("let the shots sum to the beat"),
            );
        }
    }
}

/// C002: one place, one time, one light in a scene; a beat that says otherwise may differ.
fn settings(scene: &[Shot], beats: Option<&[Beat]>, issues: &mut Vec<Issue>) {
    let filmed: Vec<&Shot> =
        scene.iter().filter(|shot| shot.shot_type != ShotType::Graphic).collect();
    let Some(first) = filmed.first() else {
        return;
    };
    let lighting_of = |shot: &Shot| {
        let beat = beats?.iter().find(|beat| beat.beat_id == shot.beat_ref)?;
        crate::vrd::light::chosen_by(&beat.visual_requirements.lighting)
    };
    for shot in &filmed[1..] {
        let says_otherwise = lighting_of(shot).is_some_and(|light| light == shot.lighting.preset);
        let differs = [
            ("place", shot.set_requirements.location_type != first.set_requirements.location_type),
            ("time of day", shot.lighting.time_of_day != first.lighting.time_of_day),
            ("light", shot.lighting.preset != first.lighting.preset && !says_otherwise),
        ];
        for (what, _) in differs.iter().filter(|(_, differs)| *differs) {
            let message = format!(
                "its {what} is not that of `{}`, though the scene is the same",
                first.shot_id
            );
            issues.push(
                Issue::error("C002", message)
                    .shot(&shot.shot_id)
                    .fix("keep it, or begin a new scene"),
            );
        }
    }
}

/// C003: two shots of one subject side by side differ in size or angle.
fn jumps(shots: &[Shot], issues: &mut Vec<Issue>) {
    for pair in shots.windows(2) {
        let (one, next) = (&pair[0], &pair[1]);
        let same_cast = !one.continuity.characters.is_empty()
            && one.continuity.characters.first() == next.continuity.characters.first();
        let same_subject = one.subject == next.subject || same_cast;
        let same_view = one.shot_type.size() == next.shot_type.size()
            && one.camera_angle == next.camera_angle
            && next.shot_type != ShotType::Graphic;
        if same_subject && same_view && one.scene_id == next.scene_id {
            let message =
                format!("it shows the same as `{}` from as near and the same angle", one.shot_id);
            issues.push(
                Issue::warning("C003", message)
                    .shot(&next.shot_id)
                    .fix("change the size by a step, or the angle"),
            );
        }
    }
}

/// C004: no more than two shots of one type in a row.
fn runs(shots: &[Shot], issues: &mut Vec<Issue>) {
    for run in
        shots.chunk_by(|one, next| one.shot_type == next.shot_type).filter(|run| run.len() > 2)
    {
        let message = format!("{} shots in a row are `{}`", run.len(), run[0].shot_type);
        issues
            .push(Issue::warning("C004", message).shot(&run[2].shot_id).fix("change one of them"));
    }
}

/// C005: a scene looks one way.
fn direction(scene: &[Shot], issues: &mut Vec<Issue>) {
    let facing = |shot: &Shot| {
        shot.continuity.screen_direction.filter(|direction| *direction != Direction::Neutral)
    };
    let Some(first) = scene.iter().find_map(facing) else {
        return;
    };
    for shot in scene.iter().filter(|shot| facing(shot).is_some_and(|direction| direction != first))
    {
        let message = format!("it looks against the scene, which goes `{first}`");
        issues.push(
            Issue::warning("C005", message).shot(&shot.shot_id).fix("keep the camera on one side"),
        );
    }
}

/// C006: a character looks the same through a scene.
fn cast(scene: &[Shot], issues: &mut Vec<Issue>) {
    let mut known: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for shot in scene {
        for person in &shot.continuity.characters {
            let looks = (person.reference_id.as_str(), person.wardrobe.as_str());
            let first = *known.entry(&person.name).or_insert(looks);
            if first != looks {
                let what = if first.0 == looks.0 { "wardrobe" } else { "reference" };
                let message =
                    format!("`{}` has another {what} than before in the scene", person.name);
                issues.push(
                    Issue::error("C006", message)
                        .shot(&shot.shot_id)
                        .fix("keep it, or begin a new scene"),
                );
            }
        }
    }
}

/// C007: a scene of three shots shows where it is.
fn establishing(scene: &[Shot], issues: &mut Vec<Issue>) {
    let filmed: Vec<&Shot> =
        scene.iter().filter(|shot| shot.shot_type != ShotType::Graphic).collect();
    if filmed.len() >= 3 && !filmed.iter().any(|shot| shot.shot_type.is_wide()) {
        let message = format!("the scene of {} shots never shows its place", filmed.len());
        issues.push(
            Issue::warning("C007", message).shot(&filmed[0].shot_id).fix("make one of them `wide`"),
        );
    }
}

/// C008: adjacent shots of a group are made with one tool; `tools` names each shot's.
pub fn switches(shots: &[Shot], tools: &[&str]) -> Vec<Issue> {
    let mut last: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let mut issues = Vec::new();
    for (shot, tool) in shots.iter().zip(tools) {
        let Some(group) = shot.continuity.group_id.as_deref() else {
            continue;
        };
        if let Some((former, shot_id)) = last.insert(group, (tool, &shot.shot_id))
            && former != *tool
        {
            let message =
                format!("it is made with `{tool}`, `{shot_id}` of the same group with `{former}`");
            issues.push(
                Issue::warning("C008", message)
                    .shot(&shot.shot_id)
                    .fix("compare the looks before approving"),
            );
        }
    }
    issues
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Lighting, library, list};
    use super::*;
    use crate::vrd::camera::{Angle, TimeOfDay};
    use crate::vrd::light::Preset;
    use crate::vrd::requirements::{Facts, Mode, complete};
    use crate::vrd::script::{Script, write};

    fn sound() -> (Script, Vec<Shot>) {
        let document = json!({ "core_message": "Lumo wakes you with light.", "duration": 60, "video_type": "social_ad" });
        let script = write(&complete(Facts::read(&document)).0.unwrap(), Mode::Auto, None);
        let list = list::make(&script.beats, &list::Setting::of(&script), &library::shipped());
        (script, list.shots)
    }

    /// The codes that a change of sound shots brings up.
    fn codes(change: impl FnOnce(&mut [Shot])) -> Vec<String> {
        let (script, mut shots) = sound();
        change(&mut shots);
        let mut codes: Vec<String> = check(&shots, Some(&script.beats))
            .into_iter()
            .map(|issue| issue.code.into_owned())
            .collect();
        codes.dedup();
        codes
    }

    #[test]
    fn every_rule_of_continuity_speaks() {
        assert_eq!(codes(|_| {}), [""; 0]);
        assert_eq!(codes(|shots| shots[1].duration_seconds = Seconds::whole(1)), ["C001"]);
        assert_eq!(codes(|shots| shots[1].beat_ref = "9.9".into()), ["C001"]);
        assert_eq!(
            codes(|shots| shots[1].set_requirements.location_type = "moon".into()),
            ["C002"]
        );
        assert_eq!(codes(|shots| shots[1].lighting.time_of_day = TimeOfDay::Dawn), ["C002"]);
        let relit = |shots: &mut [Shot]| {
            shots[1].lighting = Lighting::of(Preset::Silhouette, TimeOfDay::Dusk, "dark");
        };
        assert_eq!(codes(relit), ["C002"]);
        let jump = |shots: &mut [Shot]| {
            shots[1].shot_type = shots[0].shot_type;
            shots[1].camera_angle = shots[0].camera_angle;
            shots[1].continuity = shots[0].continuity.clone();
        };
        assert!(codes(jump).contains(&"C003".into()));
        let run = |shots: &mut [Shot]| {
            for (index, shot) in shots[..3].iter_mut().enumerate() {
                shot.shot_type = ShotType::Wide;
                shot.camera_angle = Angle::ALL[index];
            }
        };
        assert!(codes(run).contains(&"C004".into()));
        let turned = |shots: &mut [Shot]| {
            shots[1].continuity.screen_direction = Some(Direction::RightToLeft);
        };
        assert_eq!(codes(turned), ["C005"]);
        let dressed = |shots: &mut [Shot]| {
            let shot = shots
                .iter_mut()
                .skip(1)
                .find(|shot| !shot.continuity.characters.is_empty())
                .unwrap();
            shot.continuity.characters[0].wardrobe = "a top hat".into();
        };
        assert_eq!(codes(dressed), ["C006"]);
        let narrow = |shots: &mut [Shot]| {
            for (index, shot) in shots.iter_mut().enumerate() {
                shot.shot_type = [ShotType::Medium, ShotType::Closeup][index % 2];
            }
        };
        assert!(codes(narrow).contains(&"C007".into()));
    }

    #[test]
    fn a_beat_may_ask_for_another_light() {
        let (mut script, mut shots) = sound();
        let beat = script.beats.iter_mut().find(|beat| beat.beat_id == shots[1].beat_ref).unwrap();
        beat.visual_requirements.lighting = "silhouette".into();
        for shot in shots.iter_mut().filter(|shot| shot.beat_ref == beat.beat_id) {
            shot.lighting = Lighting::of(Preset::Silhouette, TimeOfDay::Dusk, "dark");
        }
        let issues = check(&shots, Some(&script.beats));
        assert!(issues.iter().all(|issue| issue.code != "C002"), "{issues:?}");
    }

    #[test]
    fn a_switch_of_tools_inside_a_group_is_told() {
        let (_, shots) = sound();
        let same = vec!["a"; shots.len()];
        assert_eq!(switches(&shots, &same), []);
        let mut mixed = same.clone();
        mixed[0] = "b";
        let codes: Vec<_> = switches(&shots, &mixed).into_iter().map(|issue| issue.code).collect();
        assert_eq!(codes, ["C008"]);
    }
}
