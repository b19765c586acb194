//! Motifs made of lines.

use std::f64::consts::TAU;

use super::super::super::chance::Chance;
use super::super::svg::{Point, Svg, curve, polyline, ring};
use super::super::theme::Theme;

/// Threads that follow a field of slow waves.
pub(super) fn flow(svg: &mut Svg, theme: Theme, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let waves: Vec<[f64; 4]> = (0..4)
        .map(|_| {
            let turns = chance.between(0.6, 2.4) / unit * TAU / 2.0;
            let direction = chance.between(0.0, TAU);
            [
                turns * direction.cos(),
                turns * direction.sin(),
                chance.between(0.0, TAU),
                chance.between(0.35, 1.0),
            ]
        })
        .collect();
    let lean = chance.between(-0.5, 0.5);
    let angle = |(x, y): Point| -> f64 {
        let sum: f64 =
            waves.iter().map(|[a, b, phase, part]| part * (a * x + b * y + phase).sin()).sum();
        lean + sum * 0.75
    };
    let step = unit / 70.0;
    for _ in 0..240 {
        let mut at = (chance.between(-0.1, 1.05) * width, chance.between(-0.1, 1.1) * height);
        let tone = (at.0 / width + chance.between(-0.25, 0.25)).clamp(0.0, 1.0);
        let mut points = vec![at];
        for _ in 0..60 {
            let turn = angle(at);
            at = (at.0 + turn.cos() * step, at.1 + turn.sin() * step);
            points.push(at);
        }
        let colour = theme.accent2.mix(theme.accent, tone);
        let thick = unit / 900.0 * chance.between(0.8, 3.2);
        svg.stroke(&polyline(&points), &colour.to_string(), thick, chance.between(0.1, 0.55));
    }
}

/// Lines of equal height around a summit, as on a map.
pub(super) fn contours(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let unit = svg.unit();
    let bumps: Vec<(f64, f64, f64)> = (1..6)
        .map(|n| (f64::from(n), chance.between(0.0, TAU), chance.between(0.25, 1.0) / f64::from(n)))
        .collect();
    let drift = (chance.between(-0.35, -0.1), chance.between(-0.1, 0.25));
    let levels = 34;
    for level in (1..=levels).rev() {
        let part = f64::from(level) / f64::from(levels);
        let radius = unit * 1.5 * part.powf(1.15);
        let middle = (centre.0 + drift.0 * unit * part, centre.1 + drift.1 * unit * part);
        let points: Vec<Point> = (0..72)
            .map(|step| {
                let angle = f64::from(step) / 72.0 * TAU;
                let wobble: f64 = bumps
                    .iter()
                    .map(|(n, phase, size)| size * (n * angle + phase + part * 1.6).sin())
                    .sum();
                let reach = radius * (1.0 + 0.17 * wobble);
                (middle.0 + angle.cos() * reach, middle.1 + angle.sin() * reach * 0.82)
            })
            .collect();
        let colour = theme.accent.mix(theme.accent2, part);
        let bold = level % 5 == 0;
        let (thick, opacity) = if bold { (2.4, 0.75) } else { (1.1, 0.42) };
        svg.stroke(
            &ring(&points),
            &colour.to_string(),
            thick * unit / 900.0,
            opacity * (1.1 - part * 0.6),
        );
        if level == 4 {
            svg.fill(&ring(&points), &theme.accent.to_string(), 0.12);
        }
    }
    svg.circle((centre.0, centre.1), unit * 0.008, &theme.accent.to_string(), 0.95);
}

/// Orbits: arcs around one centre, some with a body on them.
pub(super) fn rings(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let unit = svg.unit();
    let glow = svg.radial(
        centre,
        unit * 0.5,
        &[(0.0, theme.accent, 0.55), (0.25, theme.accent, 0.18), (1.0, theme.accent, 0.0)],
    );
    svg.cover(&glow);
    svg.circle(centre, unit * 0.055, &theme.accent.lighter(0.25).to_string(), 1.0);
    let mut radius = unit * 0.1;
    let mut index = 0;
    while radius < unit * 1.5 {
        let colour = if chance.is(0.3) { theme.accent2 } else { theme.accent };
        let thick = unit / 900.0
            * if chance.is(0.22) { chance.between(5.0, 13.0) } else { chance.between(1.0, 2.6) };
        let (from, length) = (chance.between(0.0, TAU), chance.between(0.35, 0.97) * TAU);
        let opacity = chance.between(0.25, 0.8) * (1.15 - radius / unit / 1.6);
        let points: Vec<Point> = (0..=90)
            .map(|step| {
                let angle = from + length * f64::from(step) / 90.0;
                (centre.0 + angle.cos() * radius, centre.1 + angle.sin() * radius)
            })
            .collect();
        svg.stroke(&polyline(&points), &colour.to_string(), thick, opacity.max(0.06));
        if chance.is(0.4) {
            let end = points[points.len() - 1];
            svg.circle(end, unit * chance.between(0.006, 0.016), &theme.text.to_string(), 0.9);
        }
        index += 1;
        radius += unit * (chance.between(0.022, 0.05) + f64::from(index) * 0.0012);
    }
}

/// Layers of hills under a disc.
pub(super) fn hills(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let disc = unit * chance.between(0.17, 0.23);
    let top = theme.accent2.lighter(0.2);
    let paint = svg.linear(
        (centre.0, centre.1 - disc),
        (centre.0, centre.1 + disc),
        &[(0.0, top, 1.0), (1.0, theme.accent, 0.85)],
    );
    let halo =
        svg.radial(centre, disc * 3.2, &[(0.0, theme.accent2, 0.45), (1.0, theme.accent2, 0.0)]);
    svg.cover(&halo);
    svg.circle(centre, disc, &paint, 1.0);
    let layers = 5;
    for layer in 0..layers {
        let part = f64::from(layer) / f64::from(layers - 1);
        let base = height * (0.5 + part * 0.34);
        let swell = height * (0.085 - part * 0.02);
        let (a, b) = (chance.between(0.0, TAU), chance.between(0.0, TAU));
        let (slow, quick) = (chance.between(1.0, 1.8), chance.between(2.6, 4.0));
        let stretch = width / unit;
        let mut points: Vec<Point> = (0..=40)
            .map(|step| {
                let at = f64::from(step) / 40.0;
                let wave = (at * slow * stretch * 2.2 + a).sin()
                    + 0.45 * (at * quick * stretch * 1.7 + b).sin();
                (at * width, base - swell * wave)
            })
            .collect();
        let crest = points.clone();
        points.push((width * 1.2, height * 1.1));
        let shape = format!("{}L{width:.1} {height:.1}L0 {height:.1}Z", curve(&crest));
        let far = theme.accent.mix(theme.ground2, 0.55);
        let near = theme.ground.darker(if theme.is_light() { 0.0 } else { 0.25 });
        let near = if theme.is_light() { theme.ground2.mix(theme.accent2, 0.25) } else { near };
        let colour = far.mix(near, part.powf(0.8));
        let paint = svg.linear(
            (0.0, base - swell * 1.5),
            (0.0, height),
            &[(0.0, colour.lighter(0.06), 1.0), (1.0, colour.mix(near, 0.6), 1.0)],
        );
        svg.fill(&shape, &paint, 1.0);
    }
}
