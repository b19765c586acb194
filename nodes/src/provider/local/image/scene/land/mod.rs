//! What is below the horizon?
//!
//! Layers from far to near, each darker and fuller of colour than the one behind it.

mod built;
mod space;
mod wild;

use std::f64::consts::TAU;

use super::super::super::chance::Chance;
use super::super::colour::{Colour, rgb};
use super::super::svg::{Point, Svg, curve, polygon, polyline};
use super::sky::{Time, Weather};
use super::{Palette, Scene, any, things};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Land {
    Hills,
    Mountains,
    Sea,
    City,
    Forest,
    Desert,
    Field,
    Room,
    Space,
}

impl Land {
    pub(super) fn of(words: &[String]) -> Option<Self> {
        let lists = [
            (Self::Room, " table desk kitchen room indoor interior cafe café office shelf studio "),
            (Self::Space, " space galaxy planet cosmos nebula universe orbit astronaut mars "),
            (
                Self::City,
                " city skyline street town skyscraper downtown urban building metropolis rooftop traffic ",
            ),
            (Self::Forest, " forest wood woods tree pine jungle woodland "),
            (Self::Mountains, " mountain alps peak summit glacier cliff alpine volcano "),
            (Self::Desert, " desert dune sand sahara camel "),
            (
                Self::Sea,
                " sea ocean lake coast beach harbour harbor water river shore bay island wave port ferry pier tide ",
            ),
            (Self::Field, " field meadow farm wheat flower grass garden vineyard prairie park "),
            (Self::Hills, " hill valley countryside village landscape road path "),
        ];
        lists.into_iter().find(|(_, list)| any(words, list)).map(|(land, _)| land)
    }

    /// The ground's own colour.
    pub(super) fn colour(self, time: Time) -> Colour {
        let night = time == Time::Night;
        match self {
            Self::Hills => rgb(if night { 0x1D3B40 } else { 0x5D8A57 }),
            Self::Mountains => rgb(if night { 0x22304A } else { 0x5A6F8C }),
            Self::Sea => rgb(if night { 0x12324E } else { 0x2E7C9E }),
            Self::City => rgb(if night { 0x1A2036 } else { 0x56617E }),
            Self::Forest => rgb(if night { 0x10302F } else { 0x3F6F55 }),
            Self::Desert => rgb(if night { 0x4A3A4A } else { 0xD79A5B }),
            Self::Field => rgb(if night { 0x2A3D38 } else { 0x93A24C }),
            Self::Room => rgb(0x8A5A3A),
            Self::Space => rgb(0x33406A),
        }
    }
}

pub(super) fn draw(
    svg: &mut Svg,
    scene: &Scene,
    palette: Palette,
    light: Point,
    chance: &mut Chance,
) {
    match scene.land {
        Land::Hills => {
            ridges(svg, palette, [(0.6, 0.05), (0.66, 0.055), (0.73, 0.06)], chance);
            ground(svg, palette, 0.8, 0.05, chance);
            trees(svg, scene, palette, 0.8, 8, chance);
        }
        Land::Field => {
            ridges(svg, palette, [(0.6, 0.035), (0.64, 0.03), (0.68, 0.025)], chance);
            field(svg, scene, palette, chance);
        }
        Land::Forest => wild::forest(svg, scene, palette, chance),
        Land::Mountains => wild::mountains(svg, scene, palette, chance),
        Land::Desert => {
            ridges(svg, palette, [(0.62, 0.03), (0.68, 0.05), (0.76, 0.07)], chance);
            ground(svg, palette, 0.84, 0.06, chance);
        }
        Land::Sea => sea(svg, scene, palette, light, chance),
        Land::City => built::city(svg, scene, palette, chance),
        Land::Room => built::room(svg, palette, chance),
        Land::Space => space::planet(svg, palette, chance),
    }
}

fn layer(palette: Palette, part: f64) -> Colour {
    palette.haze.mix(palette.near, 0.22 + 0.78 * part.powf(1.2))
}

/// Rolling ridges, each given as its height on the picture and its swell.
fn ridges(svg: &mut Svg, palette: Palette, rows: [(f64, f64); 3], chance: &mut Chance) {
    for (index, (at, swell)) in rows.into_iter().enumerate() {
        let part = f64::from(u32::try_from(index).unwrap_or(0)) / 3.0;
        ridge(svg, palette, at, swell, part, chance);
    }
}

fn ridge(svg: &mut Svg, palette: Palette, at: f64, swell: f64, part: f64, chance: &mut Chance) {
    let (width, height) = (svg.width, svg.height);
    let stretch = width / svg.unit();
    let (a, b, c) = (chance.between(0.0, TAU), chance.between(0.0, TAU), chance.between(0.0, TAU));
    let points: Vec<Point> = (0..=36)
        .map(|step| {
            let x = f64::from(step) / 36.0;
            let wave = (x * stretch * 2.6 + a).sin()
                + 0.5 * (x * stretch * 6.1 + b).sin()
                + 0.16 * (x * stretch * 14.0 + c).sin();
            (x * width, height * (at - swell * wave * 0.8))
        })
        .collect();
    let colour = layer(palette, part);
    let paint = svg.linear(
        (0.0, height * (at - swell * 1.5)),
        (0.0, height * (at + 0.2)),
        &[
            (0.0, colour.mix(palette.sky.sun, 0.14), 1.0),
            (0.5, colour, 1.0),
            (1.0, colour.mix(palette.haze, 0.3), 1.0),
        ],
    );
    svg.fill(&format!("{}L{width:.1} {height:.1}L0 {height:.1}Z", curve(&points)), &paint, 1.0);
}

/// The nearest ground, down to the picture's edge.
fn ground(svg: &mut Svg, palette: Palette, at: f64, swell: f64, chance: &mut Chance) {
    ridge(svg, palette, at, swell, 0.9, chance);
    let (width, height) = (svg.width, svg.height);
    let shade = svg.linear(
        (0.0, height * at),
        (0.0, height),
        &[(0.0, palette.near, 0.0), (1.0, palette.near.darker(0.35), 0.85)],
    );
    svg.rect((0.0, height * at), (width, height * (1.0 - at)), 0.0, &shade, 1.0);
}

fn trees(
    svg: &mut Svg,
    scene: &Scene,
    palette: Palette,
    at: f64,
    count: usize,
    chance: &mut Chance,
) {
    let snowy = scene.weather == Weather::Snow;
    let mut places: Vec<(f64, f64)> = (0..count)
        .map(|_| {
            // Left and right, with the middle free for a subject.
            let side =
                if chance.is(0.5) { chance.between(0.0, 0.26) } else { chance.between(0.74, 1.0) };
            (side, chance.between(0.05, 0.12))
        })
        .collect();
    places.sort_by(|a, b| a.1.total_cmp(&b.1));
    for (x, size) in places {
        let base = (x * svg.width, svg.height * (at + 0.02 + size * 0.3));
        let colour = palette.near.darker(0.25);
        things::pine(
            svg,
            base,
            svg.unit() * size * 1.5,
            colour,
            if snowy { Some(rgb(0xF2F7FB)) } else { None },
        );
    }
}

fn sea(svg: &mut Svg, scene: &Scene, palette: Palette, light: Point, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let horizon = height * 0.6;
    for part in [0.0, 0.14] {
        ridge(svg, palette, 0.6, 0.02 - part * 0.06, part, chance);
    }
    let far = palette.haze.mix(palette.near, 0.35);
    let paint = svg.linear(
        (0.0, horizon),
        (0.0, height),
        &[
            (0.0, far.mix(palette.sky.low, 0.35), 1.0),
            (0.3, far, 1.0),
            (1.0, palette.near.darker(0.2), 1.0),
        ],
    );
    svg.rect((0.0, horizon), (width, height - horizon), 0.0, &paint, 1.0);
    let rough = if scene.weather == Weather::Storm { 2.6 } else { 1.0 };
    // The light's path on the water: broader and looser towards the viewer.
    for _ in 0..90 {
        let part = chance.part().powf(1.3);
        let y = horizon + (height - horizon) * part;
        let spread = unit * (0.03 + 0.26 * part);
        let x = light.0 + chance.between(-1.0, 1.0) * spread;
        let long = unit * (0.012 + 0.06 * part) * chance.between(0.4, 1.4);
        svg.stroke(
            &polyline(&[(x - long, y), (x + long, y)]),
            &palette.sky.sun.to_string(),
            unit * (0.0012 + 0.0036 * part),
            (0.6 - 0.42 * part).max(0.1),
        );
    }
    for _ in 0..70 {
        let part = chance.part().powf(1.2);
        let (x, y) = (chance.part() * width, horizon + (height - horizon) * part);
        let long = unit * (0.02 + 0.09 * part) * chance.between(0.4, 1.2);
        let swell = unit * 0.004 * part * rough;
        let colour = if chance.is(0.55) { palette.sky.low } else { palette.near.darker(0.3) };
        let path = curve(&[
            (x - long, y),
            (x - long * 0.4, y - swell),
            (x + long * 0.3, y + swell * 0.6),
            (x + long, y),
        ]);
        svg.stroke(&path, &colour.to_string(), unit * (0.001 + 0.003 * part), 0.22);
    }
}

fn field(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let horizon = height * 0.69;
    let near = palette.near.mix(palette.accent, 0.12);
    let paint = svg.linear(
        (0.0, horizon),
        (0.0, height),
        &[(0.0, near.mix(palette.haze, 0.45), 1.0), (1.0, near.darker(0.28), 1.0)],
    );
    svg.rect((0.0, horizon), (width, height - horizon), 0.0, &paint, 1.0);
    // Rows that meet at the horizon.
    let meet = (width * chance.between(0.4, 0.62), horizon - unit * 0.02);
    for row in -16..=16 {
        let x = width * 0.5 + f64::from(row) * width * 0.13;
        let stripe = polygon(&[meet, (x, height * 1.02), (x + width * 0.055, height * 1.02)]);
        svg.fill(&stripe, &near.darker(0.45).to_string(), 0.2);
    }
    let haze = svg.linear(
        (0.0, horizon),
        (0.0, horizon + unit * 0.1),
        &[(0.0, palette.haze, 0.6), (1.0, palette.haze, 0.0)],
    );
    svg.rect((0.0, horizon - 1.0), (width, unit * 0.1), 0.0, &haze, 1.0);
    if scene.weather != Weather::Snow {
        for _ in 0..150 {
            let part = chance.part().powf(0.6);
            let at = (chance.part() * width, horizon + (height - horizon) * (0.15 + 0.85 * part));
            let colour = if chance.is(0.6) { palette.sky.sun } else { palette.accent };
            svg.circle(at, unit * (0.001 + 0.004 * part), &colour.to_string(), 0.55);
        }
    }
    trees(svg, scene, palette, 0.69, 7, chance);
}
