//! Streets and rooms.

use super::super::super::super::chance::Chance;
use super::super::super::colour::{Colour, rgb};
use super::super::super::svg::{Point, Svg, curve, polygon, polyline};
use super::super::sky::Time;
use super::super::{Palette, Scene};
use super::layer;

pub(super) fn city(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let lit = matches!(scene.time, Time::Night | Time::Dusk);
    for row in 0..4 {
        let part = f64::from(row) / 3.0;
        let colour = layer(palette, 0.1 + part * 0.8);
        let floor = height * (0.74 + 0.1 * part);
        let mut x = -unit * 0.1 * chance.part();
        while x < width {
            let wide = unit * chance.between(0.06, 0.14) * (0.8 + part * 0.45);
            let crowd = 1.0 - ((x / width) - 0.55).abs();
            let high =
                unit * chance.between(0.12, 0.42) * (1.05 - part * 0.5) * (0.55 + crowd * 0.75);
            let top = floor - high;
            let paint = svg.linear(
                (0.0, top),
                (0.0, floor),
                &[(0.0, colour, 1.0), (1.0, colour.mix(palette.haze, 0.28 * (1.0 - part)), 1.0)],
            );
            svg.rect((x, top), (wide, height - top), unit * 0.002, &paint, 1.0);
            roof(svg, (x, top), wide, colour, chance);
            if row > 0 {
                windows(
                    svg,
                    (x, top),
                    (wide, high),
                    if lit { 0.42 } else { 0.2 },
                    lit,
                    part,
                    palette,
                    chance,
                );
            }
            x += wide * chance.between(0.92, 1.25);
        }
        let mist = svg.linear(
            (0.0, floor - unit * 0.16),
            (0.0, floor),
            &[(0.0, palette.haze, 0.0), (1.0, palette.haze, 0.34 * (1.0 - part))],
        );
        svg.rect((0.0, floor - unit * 0.16), (width, unit * 0.16), 0.0, &mist, 1.0);
    }
    let street = palette.near.darker(0.3);
    let fade = svg.linear(
        (0.0, height * 0.76),
        (0.0, height * 0.9),
        &[(0.0, street, 0.0), (1.0, street, 0.92)],
    );
    svg.rect((0.0, height * 0.76), (width, height * 0.24), 0.0, &fade, 1.0);
}

fn roof(svg: &mut Svg, (x, top): Point, wide: f64, colour: Colour, chance: &mut Chance) {
    let paint = colour.to_string();
    match chance.below(5) {
        0 => svg.stroke(
            &polyline(&[(x + wide * 0.5, top), (x + wide * 0.5, top - wide * 0.8)]),
            &paint,
            wide * 0.035,
            1.0,
        ),
        1 => svg.rect(
            (x + wide * 0.2, top - wide * 0.2),
            (wide * 0.6, wide * 0.22),
            0.0,
            &paint,
            1.0,
        ),
        2 => svg.fill(
            &polygon(&[(x, top + 1.0), (x + wide * 0.5, top - wide * 0.4), (x + wide, top + 1.0)]),
            &paint,
            1.0,
        ),
        _ => {}
    }
}

#[expect(clippy::too_many_arguments, reason = "a place, a size, and how the windows look")]
fn windows(
    svg: &mut Svg,
    (x, top): Point,
    (wide, high): (f64, f64),
    share: f64,
    lit: bool,
    part: f64,
    palette: Palette,
    chance: &mut Chance,
) {
    let pane = svg.unit() * (0.0055 + 0.0035 * part);
    let (step_x, step_y) = (pane * 2.1, pane * 2.6);
    let colour = if lit { rgb(0xFFD58A) } else { palette.haze.lighter(0.3) };
    let mut y = top + step_y;
    while y < top + high - step_y * 0.4 {
        let mut at = x + step_x * 0.5;
        while at < x + wide - pane * 1.2 {
            if chance.is(share) {
                svg.rect(
                    (at, y),
                    (pane, pane * 1.35),
                    0.0,
                    &colour.to_string(),
                    if lit { chance.between(0.35, 0.95) } else { 0.3 },
                );
            }
            at += step_x;
        }
        y += step_y;
    }
}

/// A wall with a window's light, and a table before it.
pub(super) fn room(svg: &mut Svg, palette: Palette, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let wall = rgb(0xD9C7B0).mix(palette.sky.middle, 0.3);
    let paint = svg.linear(
        (0.0, 0.0),
        (width, height * 0.7),
        &[(0.0, wall.lighter(0.12), 1.0), (1.0, wall.darker(0.28), 1.0)],
    );
    svg.cover(&paint);
    let left = width * chance.between(0.08, 0.2);
    let (wide, high) = (unit * 0.52, unit * 0.5);
    let top = height * 0.1;
    let pane = svg.linear(
        (0.0, top),
        (0.0, top + high),
        &[(0.0, palette.sky.top, 1.0), (0.6, palette.sky.middle, 1.0), (1.0, palette.sky.low, 1.0)],
    );
    svg.rect(
        (left - unit * 0.015, top - unit * 0.015),
        (wide + unit * 0.03, high + unit * 0.03),
        unit * 0.008,
        &wall.lighter(0.45).to_string(),
        1.0,
    );
    svg.rect((left, top), (wide, high), unit * 0.004, &pane, 1.0);
    let frame = wall.lighter(0.45).to_string();
    svg.rect((left + wide * 0.49, top), (wide * 0.02, high), 0.0, &frame, 1.0);
    svg.rect((left, top + high * 0.49), (wide, high * 0.02), 0.0, &frame, 1.0);
    let glow = svg.radial(
        (left + wide / 2.0, top + high / 2.0),
        unit * 0.95,
        &[(0.0, palette.sky.sun, 0.5), (0.5, palette.sky.sun, 0.13), (1.0, palette.sky.sun, 0.0)],
    );
    svg.cover(&glow);
    let wood = rgb(0x7A4E31);
    let board = svg.linear(
        (0.0, height * 0.72),
        (0.0, height),
        &[(0.0, wood.lighter(0.16), 1.0), (0.16, wood, 1.0), (1.0, wood.darker(0.5), 1.0)],
    );
    svg.rect((0.0, height * 0.72), (width, height * 0.28), 0.0, &board, 1.0);
    for line in 0..5 {
        let y = height * (0.745 + 0.05 * f64::from(line));
        let path = curve(&[
            (0.0, y),
            (width * 0.3, y + unit * chance.between(-0.008, 0.008)),
            (width * 0.7, y + unit * chance.between(-0.008, 0.008)),
            (width, y),
        ]);
        svg.stroke(&path, &wood.darker(0.4).to_string(), unit * 0.0018, 0.4);
    }
}
