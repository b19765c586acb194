//! Motifs made of shapes.

use std::f64::consts::{PI, TAU};

use super::super::super::chance::Chance;
use super::super::svg::{Point, Svg, polygon, polyline};
use super::super::theme::Theme;

/// Beams from one point.
pub(super) fn rays(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let unit = svg.unit();
    let reach = (svg.width + svg.height) * 1.1;
    let count = 22 + chance.below(10);
    let turn = chance.between(0.0, TAU);
    for index in 0..count {
        let part = |offset: f64| {
            turn + (f64::from(u32::try_from(index).unwrap_or(0)) + offset)
                / f64::from(u32::try_from(count).unwrap_or(1))
                * TAU
        };
        let open = chance.between(0.28, 0.62);
        let (from, to) = (part(0.0), part(open));
        let colour = if chance.is(0.3) { theme.accent2 } else { theme.accent };
        let strength = chance.between(0.12, 0.5);
        let paint = svg.radial(
            centre,
            reach * 0.62,
            &[(0.0, colour, strength), (0.35, colour, strength * 0.55), (1.0, colour, 0.0)],
        );
        let corner = |angle: f64| (centre.0 + angle.cos() * reach, centre.1 + angle.sin() * reach);
        svg.fill(&polygon(&[centre, corner(from), corner(to)]), &paint, 1.0);
    }
    let size = unit * chance.between(0.1, 0.15);
    let halo = svg.radial(
        centre,
        size * 3.4,
        &[(0.0, theme.accent, 0.7), (0.35, theme.accent, 0.3), (1.0, theme.accent, 0.0)],
    );
    svg.cover(&halo);
    let top = if theme.is_light() { theme.accent } else { theme.accent.lighter(0.45) };
    let disc = svg.linear(
        (centre.0, centre.1 - size),
        (centre.0, centre.1 + size),
        &[(0.0, top, 1.0), (1.0, theme.accent, 1.0)],
    );
    svg.circle(centre, size, &disc, 1.0);
}

/// Quarter circles on a grid, turned by chance: their ends always meet.
pub(super) fn tiles(svg: &mut Svg, theme: Theme, chance: &mut Chance) {
    let unit = svg.unit();
    let size = unit / (4.0 + f64::from(u32::try_from(chance.below(3)).unwrap_or(0)));
    let wide = |length: f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few tiles")]
        let count = (length / size).ceil() as u32;
        count
    };
    for row in 0..wide(svg.height) {
        for column in 0..wide(svg.width) {
            let (x, y) = (f64::from(column) * size, f64::from(row) * size);
            let half = size / 2.0;
            // From, to, and whether the arc turns clockwise.
            let arcs = if chance.is(0.5) {
                [((x + half, y), (x, y + half), 1), ((x + size, y + half), (x + half, y + size), 0)]
            } else {
                [((x + half, y), (x + size, y + half), 0), ((x, y + half), (x + half, y + size), 1)]
            };
            let tone = (x / svg.width + chance.between(-0.3, 0.3)).clamp(0.0, 1.0);
            let colour = theme.accent2.mix(theme.accent, tone);
            for (from, to, turn) in arcs {
                let path = format!(
                    "M{:.1} {:.1}A{half:.1} {half:.1} 0 0 {turn} {:.1} {:.1}",
                    from.0, from.1, to.0, to.1
                );
                let ground = theme.ground.mix(theme.ground2, 0.5);
                svg.band(&path, &ground.mix(colour, 0.42).to_string(), size * 0.3);
                svg.band(&path, &ground.to_string(), size * 0.12);
            }
        }
    }
}

/// Points, joined to their neighbours.
pub(super) fn nodes(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let mut points: Vec<Point> = Vec::new();
    let mut tries = 0;
    while points.len() < 90 && tries < 3000 {
        tries += 1;
        let at = (chance.between(-0.03, 1.03) * width, chance.between(-0.03, 1.03) * height);
        let gap = unit * (0.055 + 0.09 * distance(at, centre) / (width + height));
        if points.iter().all(|other| distance(*other, at) > gap) {
            points.push(at);
        }
    }
    let near = |index: usize| {
        let mut others: Vec<usize> = (0..points.len()).filter(|other| *other != index).collect();
        others.sort_by(|a, b| {
            distance(points[index], points[*a]).total_cmp(&distance(points[index], points[*b]))
        });
        others.truncate(3);
        others
    };
    for index in 0..points.len() {
        for other in near(index).into_iter().filter(|other| *other > index) {
            let (a, b) = (points[index], points[other]);
            let far = distance(a, centre) / unit;
            let colour = theme.accent.mix(theme.accent2, (far * 0.6).min(1.0));
            svg.stroke(
                &polyline(&[a, b]),
                &colour.to_string(),
                unit / 900.0 * 1.6,
                (0.6 - far * 0.18).max(0.15),
            );
        }
    }
    for at in &points {
        let far = distance(*at, centre) / unit;
        let radius = unit * chance.between(0.004, 0.011) * if chance.is(0.12) { 2.2 } else { 1.0 };
        let colour = if chance.is(0.2) { theme.accent2 } else { theme.accent };
        if radius > unit * 0.011 {
            let glow = svg.radial(*at, radius * 5.0, &[(0.0, colour, 0.5), (1.0, colour, 0.0)]);
            svg.circle(*at, radius * 5.0, &glow, 1.0);
        }
        svg.circle(*at, radius, &colour.lighter(0.15).to_string(), (1.0 - far * 0.25).max(0.35));
    }
}

/// Bars of many heights, one of them marked. They stand for numbers and show none: no trend is drawn that nobody said.
pub(super) fn bars(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let wide = width > height;
    let count = 11_u8;
    let span = if wide { width * 0.37 } else { width * 0.86 };
    let left = (centre.0 + unit * 0.06 - span / 2.0).clamp(width * 0.06, width * 0.96 - span);
    let step = span / f64::from(count);
    let floor = if wide { height * 0.8 } else { height * 0.46 };
    let room = if wide { height * 0.62 } else { height * 0.34 };
    for line in 0..5_u8 {
        let y = floor - room * f64::from(line) / 4.0;
        svg.stroke(
            &polyline(&[(left, y), (left + span, y)]),
            &theme.text.to_string(),
            unit / 900.0,
            0.12,
        );
    }
    let (slow, quick) = (chance.between(0.0, TAU), chance.between(0.0, TAU));
    let marked = 5 + u8::from(chance.is(0.5)) * 2;
    for index in 0..count {
        let at = f64::from(index);
        let wave = 0.5 + 0.24 * (at * 0.75 + slow).sin() + 0.14 * (at * 1.9 + quick).sin();
        let high = room * if index == marked { 0.94 } else { wave.clamp(0.12, 0.86) };
        let (x, top) = (left + step * (at + 0.17), floor - high);
        let colour = if index == marked { theme.accent2 } else { theme.accent };
        let strong = if index == marked { 1.0 } else { 0.8 };
        let paint = svg.linear((x, top), (x, floor), &[(0.0, colour, strong), (1.0, colour, 0.1)]);
        svg.rect((x, top), (step * 0.66, high), step * 0.14, &paint, 1.0);
        svg.circle(
            (x + step * 0.33, top - unit * 0.022),
            unit * 0.005,
            &colour.to_string(),
            strong,
        );
    }
}

/// Large discs that overlap like glass.
pub(super) fn discs(svg: &mut Svg, theme: Theme, centre: Point, chance: &mut Chance) {
    let unit = svg.unit();
    for index in 0..9 {
        let angle = chance.between(0.0, TAU);
        let reach = unit * chance.between(0.0, 0.55);
        let at = (centre.0 + angle.cos() * reach * 1.25, centre.1 + angle.sin() * reach);
        let radius = unit * chance.between(0.1, 0.34);
        let colour = if index % 3 == 0 { theme.accent2 } else { theme.accent };
        let tilt = chance.between(0.0, PI);
        let (dx, dy) = (tilt.cos() * radius, tilt.sin() * radius);
        let paint = svg.linear(
            (at.0 - dx, at.1 - dy),
            (at.0 + dx, at.1 + dy),
            &[(0.0, colour.lighter(0.1), 0.62), (1.0, colour, 0.06)],
        );
        svg.circle(at, radius, &paint, 1.0);
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}
