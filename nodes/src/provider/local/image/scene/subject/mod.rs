//! Who or what is in the scene?
//!
//! Simple figures in flat colours, lit from the sky. They stand above the part that captions take.

mod animal;
mod indoors;
mod outdoors;

use super::super::super::chance::Chance;
use super::super::colour::{Colour, rgb};
use super::super::svg::{Point, Svg};
use super::land::Land;
use super::sky::Time;
use super::{Palette, Scene, any, things};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Fox,
    Dog,
    Cat,
    Wolf,
    Person,
    Cup,
    Book,
    Boat,
    Lighthouse,
    House,
    Bridge,
    Birds,
    Balloon,
    Rocket,
}

const WORDS: [(Subject, &str); 14] = [
    (Subject::Fox, " fox vixen "),
    (Subject::Dog, " dog puppy hound retriever "),
    (Subject::Cat, " cat kitten tomcat "),
    (Subject::Wolf, " wolf coyote "),
    (Subject::Cup, " cup coffee tea mug espresso cappuccino "),
    (Subject::Book, " book notebook novel reading library "),
    (Subject::Lighthouse, " lighthouse beacon "),
    (Subject::Boat, " boat ship sail sailboat ferry yacht vessel sailor fisherman "),
    (Subject::House, " house cabin cottage home hut barn farmhouse "),
    (Subject::Bridge, " bridge "),
    (Subject::Balloon, " balloon "),
    (Subject::Rocket, " rocket spaceship spacecraft launch "),
    (
        Subject::Person,
        " person man woman girl boy child hiker traveller traveler walker keeper figure wanderer runner people astronaut skipper captain ",
    ),
    (Subject::Birds, " bird seagull gull swallow crane goose eagle "),
];

impl Subject {
    /// What the words name, animals and things before people and birds.
    pub(super) fn of(words: &[String]) -> Vec<Self> {
        WORDS
            .iter()
            .filter(|(_, list)| any(words, list))
            .map(|(subject, _)| *subject)
            .take(2)
            .collect()
    }

    /// Where it is found if the prompt does not say.
    pub(super) fn land(self) -> Option<Land> {
        match self {
            Self::Cup | Self::Book => Some(Land::Room),
            Self::Boat | Self::Lighthouse | Self::Bridge => Some(Land::Sea),
            Self::Rocket => Some(Land::Space),
            Self::Fox | Self::Wolf => Some(Land::Forest),
            _ => None,
        }
    }

    pub(super) fn draw(
        self,
        svg: &mut Svg,
        scene: &Scene,
        palette: Palette,
        index: usize,
        chance: &mut Chance,
    ) {
        let (width, height, unit) = (svg.width, svg.height, svg.unit());
        let side = if index == 0 { chance.between(0.4, 0.56) } else { chance.between(0.7, 0.8) };
        let x = width * side;
        let floor = height * 0.81;
        let dark = palette.near.darker(0.45);
        match self {
            Self::Fox | Self::Dog | Self::Cat | Self::Wolf => {
                let colour = scene.tint.unwrap_or(match self {
                    Self::Fox => rgb(0xD9652B),
                    Self::Dog => rgb(0xB98A55),
                    Self::Cat => rgb(0x6B6470),
                    _ => rgb(0x7B8794),
                });
                let night = if scene.time == Time::Night { 0.45 } else { 0.06 };
                animal::animal(
                    svg,
                    self,
                    (x, floor),
                    unit * 0.34,
                    colour.mix(palette.near, night),
                    palette,
                );
            }
            Self::Person => person(svg, (x, floor), unit * 0.2, dark),
            Self::Cup => indoors::cup(svg, (x, height * 0.8), unit * 0.3, scene.tint, palette),
            Self::Book => {
                indoors::book(
                    svg,
                    (x, height * 0.8),
                    unit * 0.42,
                    scene.tint.unwrap_or(rgb(0x2F5D73)),
                );
            }
            Self::Boat => outdoors::boat(
                svg,
                (x, height * 0.7),
                unit * 0.3,
                scene.tint.unwrap_or(rgb(0xB5402F)),
                palette,
            ),
            Self::Lighthouse => {
                let right = if index == 0 { 0.74 } else { 0.84 };
                outdoors::lighthouse(
                    svg,
                    (width * right, height * 0.69),
                    unit * 0.46,
                    scene,
                    palette,
                );
            }
            Self::House => outdoors::house(svg, (x, floor), unit * 0.24, scene, palette),
            Self::Bridge => outdoors::bridge(svg, dark),
            Self::Birds => {
                for _ in 0..7 {
                    let at =
                        (width * chance.between(0.2, 0.85), height * chance.between(0.14, 0.4));
                    things::bird(svg, at, unit * chance.between(0.025, 0.06), dark);
                }
            }
            Self::Balloon => outdoors::balloon(
                svg,
                (width * side, height * 0.32),
                unit * 0.17,
                scene.tint.unwrap_or(rgb(0xD8412F)),
            ),
            Self::Rocket => outdoors::rocket(svg, (width * side, height * 0.45), unit * 0.36),
        }
    }
}

/// A shadow on the ground.
fn shadow(svg: &mut Svg, at: Point, half: f64) {
    svg.ellipse(at, (half, half * 0.13), "#05060a", 0.32);
}

/// A shape of a path that is drawn for a height of 100, standing on `base`.
fn shape(svg: &mut Svg, (x, y): Point, height: f64, path: &str, paint: &str, opacity: f64) {
    let scale = height / 100.0;
    svg.raw(&format!("<g transform=\"translate({x:.1} {:.1}) scale({scale:.4})\">", y - height));
    svg.fill(path, paint, opacity);
    svg.raw("</g>");
}

fn person(svg: &mut Svg, base: Point, height: f64, colour: Colour) {
    shadow(svg, base, height * 0.22);
    let paint = colour.to_string();
    shape(
        svg,
        base,
        height,
        "M-3 16C-12 18 -14 26 -14 40L-15 60L-10 61L-9 98C-9 101 -2 101 -2 98L0 66L2 98C2 101 9 101 9 98L10 61L15 60L14 40C14 26 12 18 3 16Z",
        &paint,
        1.0,
    );
    shape(svg, base, height, "M0 -1A8 8.500 0 1 1 -0.010 -1Z", &paint, 1.0);
    // A bag, so that the figure is on its way.
    shape(
        svg,
        base,
        height,
        "M9 24C18 24 20 30 20 44C20 50 16 52 11 51Z",
        &colour.lighter(0.12).to_string(),
        1.0,
    );
}
