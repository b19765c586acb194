//! What people build, on land, on water and in the air.

use super::super::super::colour::{Colour, rgb};
use super::super::super::svg::{Point, Svg, polygon, polyline};
use super::super::sky::Time;
use super::super::{Palette, Scene};
use super::{shadow, shape};

pub(super) fn boat(svg: &mut Svg, base: Point, height: f64, colour: Colour, palette: Palette) {
    let sail = palette.sky.sun.mix(rgb(0xFFFAF0), 0.6);
    svg.ellipse((base.0, base.1 + height * 0.02), (height * 0.5, height * 0.035), "#04121c", 0.4);
    shape(
        svg,
        base,
        height,
        "M-1.500 2L1.500 2L1.500 84L-1.500 84Z",
        &palette.near.darker(0.5).to_string(),
        1.0,
    );
    shape(svg, base, height, "M4 6C26 28 36 52 38 74L4 76Z", &sail.to_string(), 1.0);
    shape(
        svg,
        base,
        height,
        "M-4 14C-18 34 -28 54 -32 74L-4 76Z",
        &sail.darker(0.16).to_string(),
        1.0,
    );
    shape(
        svg,
        base,
        height,
        "M-46 82L50 82C44 94 36 100 28 101L-28 101C-38 99 -44 92 -46 82Z",
        &colour.to_string(),
        1.0,
    );
    shape(svg, base, height, "M-46 82L50 82L48 86L-45 86Z", &colour.lighter(0.35).to_string(), 1.0);
    shape(
        svg,
        base,
        height,
        "M-28 104C-10 102 10 102 30 104C14 112 -8 116 -20 122C-30 112 -32 108 -28 104Z",
        &colour.darker(0.3).to_string(),
        0.3,
    );
}

pub(super) fn lighthouse(svg: &mut Svg, base: Point, height: f64, scene: &Scene, palette: Palette) {
    let stone = palette.near.darker(0.3);
    shape(
        svg,
        base,
        height,
        "M-44 106C-38 92 -22 86 -8 88C10 82 30 88 40 96C46 100 50 104 52 108Z",
        &stone.to_string(),
        1.0,
    );
    let white =
        rgb(0xF5EFE6).mix(palette.sky.middle, if scene.time == Time::Night { 0.35 } else { 0.12 });
    let (x, y) = base;
    let side = svg.linear(
        (x - height * 0.13, y),
        (x + height * 0.13, y),
        &[(0.0, white.lighter(0.2), 1.0), (1.0, white.darker(0.35), 1.0)],
    );
    let lamp = (x, y - height * 0.86);
    if matches!(scene.time, Time::Night | Time::Dusk) {
        for (angle, opacity) in [(-0.12_f64, 0.34), (std::f64::consts::PI - 0.06, 0.28)] {
            let reach = height * 2.6;
            let beam = svg.radial(
                lamp,
                reach,
                &[(0.0, rgb(0xFFF3C4), opacity * 1.6), (1.0, rgb(0xFFF3C4), 0.0)],
            );
            let tip = |turn: f64| {
                (lamp.0 + (angle + turn).cos() * reach, lamp.1 + (angle + turn).sin() * reach)
            };
            svg.fill(&polygon(&[lamp, tip(-0.075), tip(0.075)]), &beam, 1.0);
        }
    }
    let red = scene.tint.unwrap_or(rgb(0xC8412F)).to_string();
    shape(svg, base, height, "M-12 92L-7 22L7 22L12 92Z", &side, 1.0);
    shape(svg, base, height, "M-10.600 72L-9.300 54L9.300 54L10.600 72Z", &red, 0.95);
    shape(svg, base, height, "M-8.300 40L-7 24L7 24L8.300 40Z", &red, 0.95);
    shape(svg, base, height, "M-10 22L10 22L10 19L-10 19Z", &stone.to_string(), 1.0);
    shape(svg, base, height, "M-5.500 19L-5.500 10L5.500 10L5.500 19Z", "#ffe9a8", 1.0);
    shape(svg, base, height, "M-7.500 10L0 2L7.500 10Z", &red, 1.0);
    let glow =
        svg.radial(lamp, height * 0.22, &[(0.0, rgb(0xFFF0B5), 0.8), (1.0, rgb(0xFFF0B5), 0.0)]);
    svg.circle(lamp, height * 0.22, &glow, 1.0);
}

pub(super) fn house(svg: &mut Svg, base: Point, height: f64, scene: &Scene, palette: Palette) {
    shadow(svg, base, height * 0.7);
    let wall = scene
        .tint
        .unwrap_or(rgb(0xE9D9C2))
        .mix(palette.near, if scene.time == Time::Night { 0.6 } else { 0.2 });
    shape(svg, base, height, "M-50 44L30 44L30 101L-50 101Z", &wall.to_string(), 1.0);
    shape(svg, base, height, "M30 44L58 52L58 101L30 101Z", &wall.darker(0.3).to_string(), 1.0);
    shape(
        svg,
        base,
        height,
        "M-60 46L-34 8L16 8L34 46Z",
        &palette.near.darker(0.35).to_string(),
        1.0,
    );
    shape(
        svg,
        base,
        height,
        "M16 8L34 46L62 54L42 14Z",
        &palette.near.darker(0.55).to_string(),
        1.0,
    );
    let lit = if scene.time == Time::Day { palette.sky.middle.darker(0.3) } else { rgb(0xFFD58A) };
    shape(
        svg,
        base,
        height,
        "M-38 58L-22 58L-22 76L-38 76Z M4 58L20 58L20 76L4 76Z",
        &lit.to_string(),
        0.95,
    );
    shape(svg, base, height, "M-16 66L-2 66L-2 101L-16 101Z", &wall.darker(0.5).to_string(), 1.0);
}

pub(super) fn bridge(svg: &mut Svg, colour: Colour) {
    let (width, height, unit) = (svg.width, svg.height, svg.unit());
    let paint = colour.to_string();
    let deck = height * 0.64;
    svg.rect((0.0, deck), (width, unit * 0.014), 0.0, &paint, 1.0);
    for at in [0.22, 0.72] {
        let x = width * at;
        svg.rect(
            (x - unit * 0.012, deck - unit * 0.26),
            (unit * 0.024, unit * 0.36),
            0.0,
            &paint,
            1.0,
        );
        for step in 1..12 {
            let reach = width * 0.25 * f64::from(step) / 12.0;
            let top = deck - unit * (0.25 - 0.008 * f64::from(step));
            for side in [-1.0, 1.0] {
                svg.stroke(
                    &polyline(&[(x, top), (x + side * reach, deck)]),
                    &paint,
                    unit * 0.0018,
                    0.8,
                );
            }
        }
    }
}

pub(super) fn balloon(svg: &mut Svg, (x, y): Point, radius: f64, colour: Colour) {
    let stripes = 7;
    for stripe in 0..stripes {
        let part = |step: i32| f64::from(step) / f64::from(stripes) * 2.0 - 1.0;
        let (from, to) = (part(stripe), part(stripe + 1));
        let edge = |at: f64, dy: f64| format!("{:.1} {:.1}", x + radius * at, y + radius * dy);
        let path = format!(
            "M{}C{} {} {}L{}C{} {} {}Z",
            edge(from * 0.1, -1.0),
            edge(from * 1.3, -0.9),
            edge(from * 1.35, 0.3),
            edge(from * 0.16, 1.15),
            edge(to * 0.16, 1.15),
            edge(to * 1.35, 0.3),
            edge(to * 1.3, -0.9),
            edge(to * 0.1, -1.0)
        );
        let tone = if stripe % 2 == 0 { colour } else { rgb(0xFBF0DC) };
        svg.fill(&path, &tone.darker(0.1 + 0.24 * (to.max(0.0))).to_string(), 1.0);
    }
    for side in [-1.0, 1.0] {
        svg.stroke(
            &polyline(&[
                (x + side * radius * 0.16, y + radius * 1.15),
                (x + side * radius * 0.1, y + radius * 1.5),
            ]),
            "#3a2a20",
            radius * 0.015,
            1.0,
        );
    }
    svg.rect(
        (x - radius * 0.13, y + radius * 1.5),
        (radius * 0.26, radius * 0.2),
        radius * 0.04,
        "#7a4e31",
        1.0,
    );
}

pub(super) fn rocket(svg: &mut Svg, at: Point, height: f64) {
    let base = (at.0, at.1 + height / 2.0);
    shape(svg, base, height, "M-8 84C-12 104 -4 112 0 130C4 112 12 104 8 84Z", "#ffb347", 0.95);
    shape(svg, base, height, "M-4 84C-6 98 -2 104 0 114C2 104 6 98 4 84Z", "#fff1c2", 1.0);
    shape(svg, base, height, "M-14 60L-30 90L-12 84Z M14 60L30 90L12 84Z", "#c8412f", 1.0);
    shape(svg, base, height, "M0 0C16 16 18 50 12 86L-12 86C-18 50 -16 16 0 0Z", "#eef1f5", 1.0);
    shape(svg, base, height, "M0 0C16 16 18 50 12 86L2 86C8 50 8 16 0 0Z", "#b9c2d0", 1.0);
    shape(svg, base, height, "M0 32A8 8 0 1 1 -0.010 32Z", "#2e5f8a", 1.0);
}
