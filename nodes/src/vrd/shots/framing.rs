//! From where, how near and how moving does the camera look?

use crate::vrd::camera::{Angle, Movement, ShotType};
use crate::vrd::script::{Beat, Part};
use crate::vrd::seconds::Seconds;
use crate::vrd::word::words;

words! {
    /// What a shot does inside its beat.
    Role("role") {
        Opening = "opening",
        Establish = "establish",
        Detail = "detail",
        Reaction = "reaction",
        Card = "card",
    }
}

/// What the camera has done so far.
#[derive(Default)]
pub struct Before {
    types: Vec<ShotType>,
    moves: Vec<Movement>,
    last_angle: Option<Angle>,
}

impl Before {
    pub fn remember(&mut self, shot_type: ShotType, movement: Movement, angle: Angle) {
        self.types.push(shot_type);
        self.moves.push(movement);
        self.last_angle = Some(angle);
    }

    fn last_type(&self) -> Option<ShotType> {
        self.types.last().copied()
    }

    fn would_be_third(&self, shot_type: ShotType) -> bool {
        matches!(self.types[..], [.., first, second] if first == shot_type && second == shot_type)
    }
}

/// The shot type of the first shot of `beat`: what was asked for, else what the content needs, else what is customary.
pub fn opening(beat: &Beat) -> ShotType {
    if let Some(asked) = beat.visual_requirements.shot_type {
        return asked;
    }
    by_content(beat).unwrap_or_else(|| customary(beat.part()))
}

fn by_content(beat: &Beat) -> Option<ShotType> {
    let action = beat.script.action.to_lowercase();
    let words: Vec<&str> = action.split(|c: char| !c.is_alphanumeric()).collect();
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    if action.is_empty() && beat.script.on_screen_text.is_some() {
        Some(ShotType::Graphic)
    } else if beat.script.dialogue.is_some() || any(&["face", "eyes", "speaks"]) {
        Some(ShotType::MediumCloseup)
    } else if any(&["logo", "detail", "button"]) {
        Some(ShotType::Insert)
    } else if any(&["product", "screen"]) {
        Some(ShotType::Closeup)
    } else if any(&["crowd", "city", "landscape", "street", "hall"]) {
        Some(ShotType::Wide)
    } else {
        None
    }
}

fn customary(part: Part) -> ShotType {
    match part {
        Part::Hook | Part::SecondPinchPoint => ShotType::Closeup,
        Part::IncitingEvent | Part::ThirdPlotPoint => ShotType::Medium,
        Part::FirstPlotPoint | Part::Climax => ShotType::MediumWide,
        Part::FirstPinchPoint => ShotType::MediumCloseup,
        Part::Midpoint => ShotType::Wide,
    }
}

/// The shot type for `role` after `before`: another size than the last one, never the same three times.
pub fn later(role: Role, before: &Before) -> ShotType {
    let choices: &[ShotType] = match role {
        Role::Establish => &[ShotType::Wide, ShotType::MediumWide],
        Role::Detail => &[ShotType::Insert, ShotType::ExtremeCloseup, ShotType::Medium],
        Role::Reaction => &[ShotType::MediumCloseup, ShotType::Closeup, ShotType::Medium],
        Role::Opening => &[ShotType::Medium, ShotType::MediumWide],
        Role::Card => &[ShotType::Graphic],
    };
    let differs = |shot_type: &&ShotType| {
        let sizes = (shot_type.size(), before.last_type().and_then(ShotType::size));
        let is_other_size = match sizes {
            (Some(one), Some(other)) => one != other,
            _ => true,
        };
        is_other_size && !before.would_be_third(**shot_type)
    };
    choices.iter().find(differs).copied().unwrap_or(choices[0])
}

/// The roles of the shots after a beat's first; a scene that lacks an establishing size gets it first.
pub fn roles(count: usize, needs_establishing: bool, ends_with_card: bool) -> Vec<Role> {
    let cycle: [Role; 3] = if needs_establishing {
        [Role::Establish, Role::Detail, Role::Reaction]
    } else {
        [Role::Detail, Role::Reaction, Role::Establish]
    };
    let mut roles = vec![Role::Opening];
    roles.extend((1..count).map(|index| cycle[(index - 1) % 3]));
    if ends_with_card && count > 1 {
        roles[count - 1] = Role::Card;
    }
    roles
}

/// How the camera moves in a shot of `beat`.
pub fn movement(
    beat: &Beat,
    role: Role,
    duration: Seconds,
    asked: Option<Movement>,
    before: &Before,
) -> Movement {
    let part = beat.part();
    let speaks = beat.script.dialogue.is_some();
    let wished = if role == Role::Card || duration < Seconds::whole(4) {
        Movement::Static
    } else if let Some(asked) = asked {
        asked
    } else if speaks {
        Movement::PushIn
    } else if beat.emotional_context.intensity >= 8 && role == Role::Establish {
        Movement::Tracking
    } else if matches!(part, Part::Midpoint | Part::Climax) {
        if duration > Seconds::whole(5) { Movement::Dolly } else { Movement::PushIn }
    } else {
        Movement::SlowDolly
    };
    let is_third = matches!(before.moves[..], [.., one, two] if one == wished && two == wished);
    if is_third && wished != Movement::Static { Movement::Static } else { wished }
}

/// The angle: the template's, unless the former shot has the same size and angle.
pub fn angle(shot_type: ShotType, wished: Option<Angle>, before: &Before) -> Angle {
    let angle = wished.unwrap_or(match shot_type {
        ShotType::OverTheShoulder => Angle::OverShoulder,
        _ => Angle::EyeLevel,
    });
    let is_same_size = before.last_type().and_then(ShotType::size) == shot_type.size();
    if shot_type == ShotType::Graphic || !is_same_size || before.last_angle != Some(angle) {
        return angle;
    }
    if angle == Angle::Low { Angle::EyeLevel } else { Angle::Low }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(action: &str) -> Beat {
        let mut beat = Beat::default();
        beat.script.action = action.into();
        beat
    }

    #[test]
    fn the_first_shot_is_asked_for_needed_or_customary() {
        let mut asked = beat("A crowd cheers.");
        assert_eq!(opening(&asked), ShotType::Wide);
        asked.visual_requirements.shot_type = Some(ShotType::ExtremeCloseup);
        assert_eq!(opening(&asked), ShotType::ExtremeCloseup);
        assert_eq!(opening(&beat("The logo shines.")), ShotType::Insert);
        let mut speaking = beat("He stands.");
        speaking.script.dialogue = Some("It works.".into());
        assert_eq!(opening(&speaking), ShotType::MediumCloseup);
        let mut midpoint = beat("She smiles.");
        midpoint.narrative_function.covers = vec![Part::Midpoint];
        assert_eq!(opening(&midpoint), ShotType::Wide);
    }

    #[test]
    fn moves_and_types_do_not_come_three_times() {
        let mut before = Before::default();
        let mut types = Vec::new();
        for index in 0..12 {
            let role = roles(13, false, false)[index + 1];
            let shot_type = later(role, &before);
            let movement = movement(&beat("She walks."), role, Seconds::whole(6), None, &before);
            before.remember(shot_type, movement, Angle::EyeLevel);
            types.push((shot_type, movement));
        }
        assert!(types.windows(2).all(|pair| pair[0].0.size() != pair[1].0.size()), "{types:?}");
        assert!(
            types
                .windows(3)
                .all(|three| three.iter().any(|(_, movement)| *movement == Movement::Static))
        );
    }
}
