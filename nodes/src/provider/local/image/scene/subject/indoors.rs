//! What stands on a table.

use super::super::super::colour::{Colour, rgb};
use super::super::super::svg::{Point, Svg, curve};
use super::super::Palette;
use super::{shadow, shape};

pub(super) fn cup(svg: &mut Svg, base: Point, height: f64, tint: Option<Colour>, palette: Palette) {
    let colour = tint.unwrap_or(rgb(0xF4EEE4));
    shadow(svg, (base.0, base.1 + height * 0.02), height * 0.75);
    let scale = height / 100.0;
    let (x, y) = base;
    svg.ellipse(
        (x, y - scale * 3.0),
        (scale * 66.0, scale * 9.0),
        &colour.darker(0.18).to_string(),
        1.0,
    );
    svg.ellipse(
        (x, y - scale * 5.5),
        (scale * 62.0, scale * 7.0),
        &colour.lighter(0.2).to_string(),
        1.0,
    );
    svg.raw(&format!("<g transform=\"translate({x:.1} {:.1}) scale({scale:.4})\">", y - height));
    svg.stroke("M36 42C62 36 64 74 30 76", &colour.darker(0.1).to_string(), 7.0, 1.0);
    svg.raw("</g>");
    let side = svg.linear(
        (x - scale * 42.0, 0.0),
        (x + scale * 42.0, 0.0),
        &[(0.0, colour.lighter(0.35), 1.0), (0.45, colour, 1.0), (1.0, colour.darker(0.38), 1.0)],
    );
    svg.fill(&cup_side(x, y, scale), &side, 1.0);
    svg.ellipse(
        (x, y - scale * 68.0),
        (scale * 42.0, scale * 9.5),
        &colour.lighter(0.45).to_string(),
        1.0,
    );
    svg.ellipse((x, y - scale * 67.0), (scale * 37.5, scale * 7.5), "#3a2115", 1.0);
    svg.ellipse((x - scale * 6.0, y - scale * 66.5), (scale * 22.0, scale * 4.0), "#8a5a38", 0.55);
    for (dx, sway, opacity) in [(-14.0, 7.0, 0.34), (2.0, -8.0, 0.42), (17.0, 6.0, 0.28)] {
        let at = |part: f64, turn: f64| (x + scale * (dx + sway * turn), y - scale * (76.0 + part));
        let path =
            curve(&[at(0.0, 0.0), at(16.0, 1.0), at(34.0, -0.8), at(52.0, 1.1), at(70.0, 0.2)]);
        svg.stroke(&path, &palette.sky.sun.lighter(0.5).to_string(), scale * 4.2, opacity * 0.6);
    }
}

fn cup_side(x: f64, y: f64, scale: f64) -> String {
    let at = |dx: f64, dy: f64| format!("{:.1} {:.1}", x + dx * scale, y - dy * scale);
    format!(
        "M{}C{} {} {}L{}C{} {} {}Z",
        at(-42.0, 68.0),
        at(-41.0, 36.0),
        at(-34.0, 12.0),
        at(-20.0, 7.0),
        at(20.0, 7.0),
        at(34.0, 12.0),
        at(41.0, 36.0),
        at(42.0, 68.0)
    )
}

pub(super) fn book(svg: &mut Svg, base: Point, wide: f64, colour: Colour) {
    shadow(svg, base, wide * 0.6);
    shape(
        svg,
        base,
        wide,
        "M-56 78L0 86L56 78L56 98L0 106L-56 98Z",
        &colour.darker(0.3).to_string(),
        1.0,
    );
    shape(
        svg,
        base,
        wide,
        "M-52 62C-34 56 -14 58 0 68L0 100C-14 90 -34 90 -52 95Z",
        "#f6efe2",
        1.0,
    );
    shape(svg, base, wide, "M52 62C34 56 14 58 0 68L0 100C14 90 34 90 52 95Z", "#e7dcc8", 1.0);
    for line in 0..4 {
        let y = 66.0 + f64::from(line) * 6.0;
        shape(
            svg,
            base,
            wide,
            &format!(
                "M-44 {y:.1}C-32 {0:.1} -18 {0:.1} -8 {1:.1}L-8 {2:.1}C-18 {3:.1} -32 {3:.1} -44 {4:.1}Z",
                y - 2.0,
                y + 4.0,
                y + 5.2,
                y - 0.8,
                y + 1.2
            ),
            "#8f8676",
            0.5,
        );
    }
}
