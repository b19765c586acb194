//! What does a shot show, how is it composed, and what stands and is worn in it?

use super::framing::Role;
use super::library::Template;
use super::{Composition, Continuity, DepthOfField, Direction, Set};
use crate::vrd::camera::ShotType;
use crate::vrd::script::Beat;
use crate::vrd::script::wording::sentence;

/// The `nth` of the things in `beat`'s picture, from the start again at the end.
fn thing(beat: &Beat, nth: usize) -> &str {
    let visual = &beat.visual_requirements;
    let mut things: Vec<&str> = Vec::new();
    for thing in visual.props.iter().chain(visual.visual_keywords.iter().skip(1)) {
        if !things.contains(&thing.as_str()) {
            things.push(thing);
        }
    }
    things.get(nth % things.len().max(1)).copied().unwrap_or("scene")
}

/// `the laptop`, but `Lumo` and `a rising sun` as they are.
fn the(thing: &str) -> String {
    let has_article = ["a ", "an ", "the "].iter().any(|article| thing.starts_with(article));
    let is_name = thing.starts_with(char::is_uppercase);
    if has_article || is_name { thing.to_owned() } else { format!("the {thing}") }
}

/// What a shot shows and what happens in it.
pub(super) fn told(beat: &Beat, role: Role, number: usize) -> (String, String) {
    let visual = &beat.visual_requirements;
    let people = visual.characters.join(" and ");
    let thing = |nth: usize| thing(beat, nth);
    let place = if visual.location.is_empty() { "place" } else { &visual.location };
    match role {
        Role::Opening => {
            let subject = if people.is_empty() { thing(0).to_owned() } else { people };
            (subject, beat.script.action.clone())
        }
        Role::Establish => {
            let inside = if people.is_empty() { the(thing(0)) } else { format!("the {people}") };
            (place.to_owned(), format!("The view opens: {place}, with {inside} in it."))
        }
        Role::Detail => {
            let thing = thing(number);
            (
                thing.to_owned(),
                format!("Close on {}; hands move at the edge of the frame.", the(thing)),
            )
        }
        Role::Reaction => {
            let Some(person) = visual.characters.first() else {
                return (
                    thing(0).to_owned(),
                    format!("A still moment on {}.", the(thing(number + 1))),
                );
            };
            let emotion = &beat.emotional_context.character_emotion;
            let emotion = if emotion.is_empty() { "awake" } else { emotion };
            (
                person.clone(),
                format!(
                    "The face of the {person}, {emotion}, turning from {}.",
                    the(thing(number + 1))
                ),
            )
        }
        Role::Card => {
            let text = beat.script.on_screen_text.clone().unwrap_or_default().replace('\n', " / ");
            (
                "end card".into(),
                sentence(&format!("end card: “{text}” with logo and address on a plain ground.")),
            )
        }
    }
}

pub(super) fn composition(
    beat: &Beat,
    shot_type: ShotType,
    number: usize,
    continuity: &Continuity,
    template: Option<&Template>,
) -> Composition {
    use crate::vrd::script::Part;
    let is_centred =
        shot_type == ShotType::Graphic || matches!(beat.part(), Part::Hook | Part::Climax);
    // Room is left on the side that people look to.
    let focal_point = match continuity.screen_direction {
        _ if is_centred => "centre",
        Some(Direction::LeftToRight) if !continuity.characters.is_empty() => "centre_left",
        Some(Direction::RightToLeft) if !continuity.characters.is_empty() => "centre_right",
        _ if number % 2 == 1 => "centre_left",
        _ => "centre_right",
    };
    let depth = if shot_type.is_close() { DepthOfField::Shallow } else { DepthOfField::Deep };
    let natural = if shot_type.is_close() {
        85
    } else if shot_type.is_wide() {
        24
    } else {
        50
    };
    let lens = (shot_type != ShotType::Graphic).then_some(natural);
    Composition {
        rule_of_thirds: shot_type != ShotType::Graphic,
        focal_point: focal_point.into(),
        depth_of_field: depth,
        lens_mm: template.map_or(lens, |template| template.lens_mm),
    }
}

pub(super) fn set(beat: &Beat, is_card: bool) -> Set {
    let visual = &beat.visual_requirements;
    if is_card {
        return Set {
            location_type: "plain ground".into(),
            props: Vec::new(),
            set_dressing: "brand colours".into(),
        };
    }
    Set {
        location_type: visual.location.clone(),
        props: visual.props.clone(),
        set_dressing: visual.visual_keywords.first().cloned().unwrap_or_default(),
    }
}

/// What `name` wears at `place`: the same at the same place, by the letters of both.
pub(super) fn outfit(name: &str, place: &str) -> &'static str {
    const OUTFITS: [&str; 6] = [
        "a grey shirt with rolled-up sleeves",
        "a dark blue pullover",
        "a light linen jacket",
        "a green cardigan",
        "a plain white shirt",
        "a rust-coloured jumper",
    ];
    let letters: usize = name.bytes().chain(place.bytes()).map(usize::from).sum();
    OUTFITS[letters % OUTFITS.len()]
}
