//! What could a picture of this prompt look like?
//!
//! The prompt's words are read for a place, a time of day, weather and subjects; a landscape is built of them, layer by
//! layer from far to near. A prompt without any such word gets a pattern.

mod land;
mod sky;
mod subject;
mod things;

use unicode_segmentation::UnicodeSegmentation;

use super::super::chance::Chance;
use super::Input;
use super::colour::{Colour, rgb};
use super::motif::{self, Motif};
use super::svg::Svg;
use super::theme::Theme;
use land::Land;
use sky::{Sky, Time, Weather};
use subject::Subject;

/// What a prompt asks to see.
#[derive(Debug, PartialEq)]
struct Scene {
    land: Land,
    time: Time,
    weather: Weather,
    subjects: Vec<Subject>,
    tint: Option<Colour>,
}

/// The colours of a scene, from far to near.
#[derive(Clone, Copy, Debug)]
struct Palette {
    sky: Sky,
    /// What distance fades into.
    haze: Colour,
    /// The nearest, darkest ground.
    near: Colour,
    /// What stands out.
    accent: Colour,
}

/// The content words of `text`, lower case, a plural also as its singular.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for word in text.unicode_words().take(400) {
        let word = word.to_lowercase();
        if let Some(one) = word.strip_suffix('s').filter(|one| one.len() > 2) {
            words.push(one.to_owned());
        }
        words.push(word);
    }
    words
}

pub(super) fn draw(svg: &mut Svg, input: &Input) {
    let style = input.style.as_deref().unwrap_or("");
    let words = words(&format!("{} {style}", input.prompt));
    let mut chance = Chance::of(&["scene", &input.prompt, style, &input.seed.to_string()]);
    match Scene::of(&words, &mut chance) {
        Some(scene) => scene.draw(svg, &mut chance),
        None => pattern(svg, input, &words, &mut chance),
    }
}

/// A motif alone, around the middle.
fn pattern(svg: &mut Svg, input: &Input, words: &[String], chance: &mut Chance) {
    let theme = if input.theme == "auto" {
        *chance.pick(&super::theme::THEMES)
    } else {
        Theme::called(&input.theme)
    };
    motif::ground(svg, theme);
    let centre = (svg.width * chance.between(0.42, 0.62), svg.height * chance.between(0.38, 0.46));
    let motif = match Motif::of(words, chance) {
        // A chart without a number would say something that nobody said.
        Motif::Bars => Motif::Flow,
        motif => motif,
    };
    motif.draw(svg, theme, centre, chance);
}

impl Scene {
    /// What the words ask for; none, if they name nothing that can be drawn.
    fn of(words: &[String], chance: &mut Chance) -> Option<Self> {
        let subjects = Subject::of(words);
        let land = Land::of(words).or_else(|| subjects.iter().find_map(|subject| subject.land()));
        let time = Time::of(words);
        let weather = Weather::of(words);
        if land.is_none() && subjects.is_empty() && time.is_none() && weather == Weather::Clear {
            return None;
        }
        let land = land.unwrap_or_else(|| {
            *chance.pick(&[Land::Hills, Land::Mountains, Land::Hills, Land::Field])
        });
        let times = [Time::Dawn, Time::Day, Time::Dusk, Time::Dusk, Time::Night];
        let time = time.unwrap_or_else(|| {
            if land == Land::Space { Time::Night } else { *chance.pick(&times) }
        });
        Some(Self { land, time, weather, subjects, tint: tint(words) })
    }

    fn draw(&self, svg: &mut Svg, chance: &mut Chance) {
        let palette = self.palette(chance);
        let light = sky::draw(svg, self, palette, chance);
        land::draw(svg, self, palette, light, chance);
        for (index, subject) in self.subjects.iter().take(2).enumerate() {
            subject.draw(svg, self, palette, index, chance);
        }
        sky::fall(svg, self.weather, chance);
        vignette(svg);
    }

    fn palette(&self, chance: &mut Chance) -> Palette {
        let mut sky = self.time.sky(chance);
        if matches!(self.weather, Weather::Rain | Weather::Fog | Weather::Storm) {
            let grey = if self.time == Time::Night { rgb(0x1C2430) } else { rgb(0x8C9AA6) };
            let strength = if self.weather == Weather::Storm { 0.7 } else { 0.5 };
            sky = Sky {
                top: sky.top.mix(grey.darker(0.25), strength),
                middle: sky.middle.mix(grey, strength),
                low: sky.low.mix(grey.lighter(0.2), strength * 0.8),
                ..sky
            };
        }
        if let Some(tint) = self.tint {
            sky = Sky { middle: sky.middle.mix(tint, 0.16), low: sky.low.mix(tint, 0.22), ..sky };
        }
        let ground = self.land.colour(self.time);
        let ground = if self.weather == Weather::Snow && self.land != Land::Sea {
            ground.mix(rgb(0xE8F0F8), 0.75)
        } else {
            ground
        };
        let dark = match self.time {
            Time::Day => 0.12,
            Time::Dawn | Time::Dusk => 0.45,
            Time::Night => 0.72,
        };
        let dark = if self.weather == Weather::Snow { dark * 0.45 } else { dark };
        let near = ground.mix(sky.top, 0.18).darker(dark);
        let accent = self.tint.unwrap_or(sky.sun);
        Palette { sky, haze: sky.low.mix(sky.middle, 0.4), near, accent }
    }
}

/// Darker corners, which hold the eye inside.
fn vignette(svg: &mut Svg) {
    let (width, height) = (svg.width, svg.height);
    let dark = rgb(0x05060A);
    let reach = width.hypot(height) * 0.62;
    let paint = svg.radial(
        (width / 2.0, height * 0.45),
        reach,
        &[(0.0, dark, 0.0), (0.62, dark, 0.0), (1.0, dark, 0.38)],
    );
    svg.cover(&paint);
}

fn tint(words: &[String]) -> Option<Colour> {
    let named = |word: &str| {
        Some(match word {
            "red" | "crimson" | "scarlet" => rgb(0xD8412F),
            "orange" => rgb(0xF08A34),
            "golden" | "gold" | "yellow" | "amber" => rgb(0xF5B83D),
            "green" | "emerald" => rgb(0x3FA36B),
            "teal" | "turquoise" => rgb(0x2FA6A0),
            "blue" | "azure" => rgb(0x3D7FD0),
            "purple" | "violet" => rgb(0x8A5BC7),
            "pink" | "magenta" => rgb(0xE0709F),
            "brown" => rgb(0x8A5A3A),
            _ => return None,
        })
    };
    words.iter().find_map(|word| named(word))
}

/// Whether any word is in the list, which has a space on both sides of each entry.
fn any(words: &[String], list: &str) -> bool {
    words.iter().any(|word| list.contains(&format!(" {word} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(prompt: &str) -> Option<Scene> {
        Scene::of(&words(prompt), &mut Chance::of(&["test"]))
    }

    #[test]
    fn words_name_place_time_weather_and_subject() {
        let fox = scene("A red fox in the snow at dawn").unwrap();
        assert_eq!((fox.time, fox.weather), (Time::Dawn, Weather::Snow));
        assert_eq!(fox.subjects, [Subject::Fox]);
        assert!(fox.tint.is_some());
        let boat = scene("Two old boats on a calm lake at night, full moon").unwrap();
        assert_eq!(
            (boat.land, boat.time, &boat.subjects[..]),
            (Land::Sea, Time::Night, &[Subject::Boat][..])
        );
        assert_eq!(scene("Skyline with rain").unwrap().land, Land::City);
    }

    #[test]
    fn abstract_prompts_name_nothing_to_draw() {
        assert_eq!(scene("The method and its consequences"), None);
    }
}
