//! Forests and mountains.

use super::super::super::super::chance::Chance;
use super::super::super::colour::{Colour, rgb};
use super::super::super::svg::{Point, Svg, polygon};
use super::super::sky::{Time, Weather};
use super::super::{Palette, Scene, things};
use super::{ground, layer, ridge, trees};

pub(super) fn forest(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    ridge(svg, palette, 0.6, 0.05, 0.0, chance);
    let snowy = (scene.weather == Weather::Snow).then_some(rgb(0xF2F7FB));
    let rows = 4;
    for row in 0..rows {
        let part = f64::from(row) / f64::from(rows - 1);
        let base = height * (0.66 + 0.17 * part);
        let size = unit * (0.14 + 0.24 * part);
        let colour = layer(palette, 0.15 + part * 0.8);
        ridge(svg, palette, 0.645 + 0.17 * part, 0.012, 0.1 + part * 0.7, chance);
        let mut x = -size * chance.part();
        while x < width + size {
            let middle = (x / width - 0.5).abs();
            // A clearing opens towards the viewer.
            let open = part > 0.4 && middle < 0.14 + part * 0.12;
            if !open {
                let tall = size * chance.between(0.75, 1.3);
                things::pine(
                    svg,
                    (x, base + unit * 0.02),
                    tall,
                    colour.mix(palette.near, chance.between(0.0, 0.25)),
                    snowy.filter(|_| part > 0.3),
                );
            }
            x += size * chance.between(0.2, 0.42);
        }
        let mist = svg.linear(
            (0.0, base - size * 0.25),
            (0.0, base + unit * 0.05),
            &[(0.0, palette.haze, 0.0), (1.0, palette.haze, 0.42 * (1.0 - part))],
        );
        svg.rect((0.0, base - size * 0.25), (width, size * 0.25 + unit * 0.05), 0.0, &mist, 1.0);
    }
    ground(svg, palette, 0.86, 0.012, chance);
}

pub(super) fn mountains(svg: &mut Svg, scene: &Scene, palette: Palette, chance: &mut Chance) {
    let (width, height) = (svg.width, svg.height);
    let snow = if scene.time == Time::Night {
        palette.haze.lighter(0.35)
    } else {
        palette.sky.sun.mix(rgb(0xF7FBFF), 0.6)
    };
    for (index, (base, high)) in [(0.64, 0.34), (0.7, 0.26), (0.77, 0.17)].into_iter().enumerate() {
        let part = f64::from(u32::try_from(index).unwrap_or(0)) / 3.0;
        let colour = layer(palette, part + 0.08);
        let peaks = 4 + chance.below(2);
        let stretch = (width / height).clamp(0.7, 1.8);
        let step = width / f64::from(u32::try_from(peaks).unwrap_or(4)) * (1.2 / stretch).max(0.8);
        let mut x = -step * chance.between(0.2, 0.9);
        while x < width + step {
            let top = (
                x + step * chance.between(0.35, 0.65),
                height * (base - high * chance.between(0.45, 1.0)),
            );
            mountain(
                svg,
                (x - step * 0.35, height * base),
                top,
                (x + step * 1.35, height * base),
                (
                    colour,
                    if index < 2 {
                        Some(snow.mix(palette.haze, 0.25 * (1.0 - part)))
                    } else {
                        None
                    },
                ),
                palette,
                chance,
            );
            x += step * chance.between(0.55, 0.95);
        }
        let mist = svg.linear(
            (0.0, height * (base - 0.16)),
            (0.0, height * base),
            &[(0.0, palette.haze, 0.0), (1.0, palette.haze, 0.55)],
        );
        svg.rect((0.0, height * (base - 0.16)), (width, height * 0.17), 0.0, &mist, 1.0);
    }
    ridge(svg, palette, 0.755, 0.022, 0.7, chance);
    ground(svg, palette, 0.86, 0.03, chance);
    trees(svg, scene, palette, 0.83, 12, chance);
}

/// A mountain with a lit and a shaded side, and snow on its top.
fn mountain(
    svg: &mut Svg,
    left: Point,
    top: Point,
    right: Point,
    (colour, snow): (Colour, Option<Colour>),
    palette: Palette,
    chance: &mut Chance,
) {
    let jag = |from: Point, to: Point, chance: &mut Chance| -> Vec<Point> {
        (0..=7)
            .map(|step| {
                let part = f64::from(step) / 7.0;
                let rough = if step == 0 || step == 7 { 0.0 } else { chance.between(-0.05, 0.05) };
                (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * (part + rough))
            })
            .collect()
    };
    let (up, down) = (jag(left, top, chance), jag(top, right, chance));
    let middle: Vec<Point> = (0..=5)
        .map(|step| {
            let part = f64::from(step) / 5.0;
            let sway = if step == 0 { 0.0 } else { chance.between(-0.04, 0.07) };
            (top.0 + (right.0 - left.0) * sway, top.1 + (left.1 - top.1) * part)
        })
        .collect();
    let outline: Vec<Point> = up.iter().chain(&down).copied().collect();
    let paint = svg.linear(
        top,
        (top.0, left.1),
        &[(0.0, colour, 1.0), (1.0, colour.mix(palette.haze, 0.35), 1.0)],
    );
    svg.fill(&polygon(&outline), &paint, 1.0);
    let lit: Vec<Point> = up.iter().copied().chain(middle.iter().copied()).collect();
    svg.fill(&polygon(&lit), &palette.sky.sun.to_string(), 0.13);
    if let Some(snow) = snow {
        let line = |points: &[Point], part: f64| {
            let at = part * 7.0;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "an index below 8"
            )]
            let index = (at.floor() as usize).min(points.len() - 2);
            let rest = at - at.floor();
            let (a, b) = (points[index], points[index + 1]);
            (a.0 + (b.0 - a.0) * rest, a.1 + (b.1 - a.1) * rest)
        };
        let (from, to) = (line(&up, 0.66), line(&down, 0.34));
        let mut cap = vec![from];
        cap.extend(up.iter().copied().filter(|point| point.1 < from.1));
        cap.extend(down.iter().copied().filter(|point| point.1 < to.1));
        cap.push(to);
        for step in 1..6 {
            let part = f64::from(step) / 6.0;
            let drop = (left.1 - top.1) * if step % 2 == 0 { 0.07 } else { -0.08 };
            cap.push((to.0 + (from.0 - to.0) * part, to.1 + (from.1 - to.1) * part + drop));
        }
        svg.fill(&polygon(&cap), &snow.to_string(), 0.92);
    }
}
