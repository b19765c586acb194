//! What is above the horizon?

use std::f64::consts::PI;

use super::super::super::chance::Chance;
use super::super::colour::{Colour, rgb};
use super::super::svg::{Point, Svg, polyline};
use super::land::Land;
use super::{Palette, Scene, any};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Dawn,
    Day,
    Dusk,
    Night,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    Clear,
    Clouds,
    Rain,
    Storm,
    Snow,
    Fog,
}

/// The sky's colours from the zenith to the horizon, and its light's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sky {
    pub top: Colour,
    pub middle: Colour,
    pub low: Colour,
    pub sun: Colour,
}

const fn sky(colours: [u32; 4]) -> Sky {
    let [top, middle, low, sun] = colours;
    Sky { top: rgb(top), middle: rgb(middle), low: rgb(low), sun: rgb(sun) }
}

impl Time {
    pub(super) fn of(words: &[String]) -> Option<Self> {
        let lists = [
            (
                Self::Night,
                " night midnight moon moonlight moonlit star starry stars dark nocturnal ",
            ),
            (Self::Dawn, " dawn sunrise morning daybreak early "),
            (Self::Dusk, " dusk sunset evening twilight golden "),
            (Self::Day, " day noon midday sunny daylight afternoon summer bright "),
        ];
        lists.into_iter().find(|(_, list)| any(words, list)).map(|(time, _)| time)
    }

    pub(super) fn sky(self, chance: &mut Chance) -> Sky {
        let choices: &[Sky] = match self {
            Self::Dawn => &[
                sky([0x3E5C8A, 0xE59A8C, 0xFFE0B5, 0xFFF1CF]),
                sky([0x5B6FA8, 0xD9A6C2, 0xFFD9C2, 0xFFEBD6]),
                sky([0x3C7A93, 0xF2B5A0, 0xFFEBC4, 0xFFF6DD]),
            ],
            Self::Day => &[
                sky([0x2B74C4, 0x7DB8E8, 0xDDF0FA, 0xFFF8DC]),
                sky([0x2A8FB8, 0x86CBDD, 0xE9F6EE, 0xFFF6D2]),
                sky([0x4A86C8, 0x9FC9EC, 0xF3EFE2, 0xFFF4CC]),
            ],
            Self::Dusk => &[
                sky([0x231B4D, 0xB0426E, 0xFF9E5E, 0xFFD98A]),
                sky([0x1E2A5A, 0xC1536A, 0xFFB56B, 0xFFE3A0]),
                sky([0x2C1E3F, 0x8E3B5E, 0xF2785C, 0xFFC06E]),
            ],
            Self::Night => &[
                sky([0x060B1E, 0x122548, 0x2F4A75, 0xF4F1DE]),
                sky([0x0A0820, 0x231C4F, 0x4B4480, 0xF6EFE3]),
                sky([0x041018, 0x0D3144, 0x2B6070, 0xEFF6EE]),
            ],
        };
        *chance.pick(choices)
    }
}

impl Weather {
    pub(super) fn of(words: &[String]) -> Self {
        let lists = [
            (Self::Storm, " storm stormy thunder lightning hurricane tempest "),
            (Self::Snow, " snow snowy winter blizzard frost frozen ice icy snowfall "),
            (Self::Rain, " rain rainy drizzle wet shower monsoon "),
            (Self::Fog, " fog foggy mist misty haze hazy smoke "),
            (Self::Clouds, " cloud cloudy overcast clouds "),
        ];
        lists
            .into_iter()
            .find(|(_, list)| any(words, list))
            .map_or(Self::Clear, |(weather, _)| weather)
    }
}

/// Draws the sky and says where its light stands.
pub(super) fn draw(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) -> Point {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let Sky { top, middle, low, sun } = palette.sky;
    let horizon = height * 0.66;
    let paint = svg.linear(
        (0.0, 0.0),
        (0.0, horizon),
        &[(0.0, top, 1.0), (0.55, middle, 1.0), (1.0, low, 1.0)],
    );
    svg.cover(&paint);
    let at = match scene.time {
        Time::Dawn | Time::Dusk => {
            (width * chance.between(0.3, 0.72), height * chance.between(0.42, 0.52))
        }
        Time::Day => (width * chance.between(0.62, 0.85), height * chance.between(0.14, 0.24)),
        Time::Night => (width * chance.between(0.6, 0.8), height * chance.between(0.16, 0.26)),
    };
    let hidden = matches!(scene.weather, Weather::Rain | Weather::Storm);
    if scene.time == Time::Night {
        stars(svg, chance, if hidden { 0.25 } else { 1.0 });
    }
    if scene.land == Land::Space {
        nebula(svg, chance);
        return at;
    }
    let strength = match scene.time {
        _ if hidden => 0.1,
        Time::Night => 0.6,
        _ => 1.0,
    };
    let reach = if scene.time == Time::Night { 0.5 } else { 0.85 };
    let glow = svg.radial(
        at,
        unit * reach,
        &[
            (0.0, sun, 0.7 * strength),
            (0.2, sun, 0.28 * strength),
            (0.45, sun, 0.1 * strength),
            (0.7, sun, 0.03 * strength),
            (1.0, sun, 0.0),
        ],
    );
    svg.cover(&glow);
    if !hidden {
        let size = match scene.time {
            Time::Dawn | Time::Dusk => unit * 0.085,
            Time::Day => unit * 0.055,
            Time::Night => unit * 0.06,
        };
        svg.circle(
            at,
            size,
            &sun.lighter(0.2).to_string(),
            if scene.weather == Weather::Fog { 0.6 } else { 1.0 },
        );
        if scene.time == Time::Night {
            for (dx, dy, part) in
                [(-0.3, -0.2, 0.22), (0.28, 0.12, 0.16), (-0.05, 0.42, 0.13), (0.2, -0.42, 0.1)]
            {
                svg.circle(
                    (at.0 + dx * size, at.1 + dy * size),
                    size * part,
                    &sun.mix(middle, 0.28).to_string(),
                    0.7,
                );
            }
        }
    }
    clouds(svg, scene, palette, chance);
    at
}

fn stars(svg: &mut Svg, chance: &mut Chance, strength: f64) {
    let unit = svg.unit();
    for _ in 0..240 {
        let at = (chance.part() * svg.width, chance.part().powf(1.4) * svg.height * 0.68);
        let bright = chance.part();
        let size = unit / 900.0 * (0.6 + bright.powi(6) * 2.4);
        svg.circle(at, size, "#fdfbf2", (0.25 + bright * 0.7) * strength);
    }
}

fn nebula(svg: &mut Svg, chance: &mut Chance) {
    let unit = svg.unit();
    for colour in [0x6A3FA0, 0x2F6FB5, 0xC0507F, 0x2A8C8C] {
        let at = (chance.part() * svg.width, chance.part() * svg.height);
        let glow = svg.radial(
            at,
            unit * chance.between(0.5, 0.95),
            &[(0.0, rgb(colour), 0.42), (0.5, rgb(colour), 0.14), (1.0, rgb(colour), 0.0)],
        );
        svg.cover(&glow);
    }
}

/// Flat-bottomed heaps, lit from the sky below them.
fn clouds(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let (count, opacity) = match scene.weather {
        Weather::Clouds => (9, 0.75),
        Weather::Storm | Weather::Rain => (12, 0.8),
        Weather::Fog => (3, 0.3),
        Weather::Snow => (6, 0.5),
        Weather::Clear if scene.time == Time::Night => (2, 0.2),
        Weather::Clear => (4, 0.5),
    };
    let heavy = matches!(scene.weather, Weather::Storm | Weather::Rain);
    for _ in 0..count {
        let (x, y) = (
            chance.between(-0.05, 1.0) * width,
            height * chance.between(0.06, if heavy { 0.3 } else { 0.42 }),
        );
        let length = unit * chance.between(0.22, 0.55);
        let light =
            if heavy { palette.sky.middle.darker(0.25) } else { palette.sky.low.lighter(0.35) };
        let shade = if scene.time == Time::Night { palette.sky.low.mix(light, 0.2) } else { light };
        let thick = length * chance.between(0.05, 0.09);
        let paint = svg.linear(
            (0.0, y - thick * 3.4),
            (0.0, y + thick * 0.6),
            &[(0.0, shade, 1.0), (1.0, shade.mix(palette.sky.middle, 0.75), 1.0)],
        );
        // Drawn as one, so that the heaps do not show through each other.
        svg.raw(&format!("<g opacity=\"{opacity:.2}\">"));
        svg.rect((x, y - thick), (length, thick * 1.2), thick * 0.6, &paint, 1.0);
        for _ in 0..4 {
            let part = chance.between(0.18, 0.82);
            // Higher in the middle than at the ends.
            let swell = (part * PI).sin() * chance.between(0.75, 1.25);
            let size = (thick * 2.1 * swell, thick * 1.75 * swell);
            svg.ellipse((x + length * part, y - thick * 0.7), size, &paint, 1.0);
        }
        svg.raw("</g>");
    }
}

/// What falls or drifts in front of everything.
pub(super) fn fall(svg: &mut Svg, weather: Weather, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    match weather {
        Weather::Snow => {
            for _ in 0..260 {
                let near = chance.part().powi(3);
                let at = (chance.part() * width, chance.part() * height);
                svg.circle(at, unit * (0.0012 + near * 0.0065), "#ffffff", 0.85 - near * 0.45);
            }
        }
        Weather::Rain | Weather::Storm => {
            for _ in 0..340 {
                let (x, y) = (chance.part() * width, chance.part() * height);
                let long = unit * chance.between(0.02, 0.06);
                svg.stroke(
                    &polyline(&[(x, y), (x - long * 0.22, y + long)]),
                    "#dfeaf2",
                    unit / 900.0 * 1.1,
                    chance.between(0.1, 0.38),
                );
            }
        }
        Weather::Fog => {
            for _ in 0..5 {
                let (y, thick) =
                    (height * chance.between(0.5, 0.9), unit * chance.between(0.08, 0.2));
                let mist = rgb(0xEEF2F4);
                let paint = svg.linear(
                    (0.0, y - thick),
                    (0.0, y + thick),
                    &[(0.0, mist, 0.0), (0.5, mist, 0.24), (1.0, mist, 0.0)],
                );
                svg.rect((0.0, y - thick), (width, thick * 2.0), 0.0, &paint, 1.0);
            }
        }
        Weather::Clear | Weather::Clouds => {}
    }
}
