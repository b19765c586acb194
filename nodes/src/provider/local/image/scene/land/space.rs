//! Space, with a planet in it.

use super::super::super::super::chance::Chance;
use super::super::super::colour::rgb;
use super::super::super::svg::{Svg, curve};
use super::super::Palette;

pub(super) fn planet(svg: &mut Svg, palette: Palette, chance: &mut Chance) {
    let unit = svg.unit();
    let at = (svg.width * chance.between(0.34, 0.66), svg.height * chance.between(0.42, 0.5));
    let radius = unit * chance.between(0.22, 0.29);
    let colour = *chance.pick(&[rgb(0xC8744A), rgb(0x5C8FC9), rgb(0x8E6BB5), rgb(0x4FA08C)]);
    let colour = colour.mix(palette.accent, 0.2);
    let ringed = chance.is(0.6);
    let halo = svg.radial(at, radius * 1.7, &[(0.5, colour, 0.4), (1.0, colour, 0.0)]);
    svg.circle(at, radius * 1.7, &halo, 1.0);
    let ring = |svg: &mut Svg, sweep: u8| {
        for (scale, width, opacity) in [(1.95, 0.05, 0.5), (1.7, 0.075, 0.75), (1.48, 0.03, 0.45)] {
            let (wide, high) = (radius * scale, radius * scale * 0.24);
            let path = format!(
                "M{:.1} {:.1}A{wide:.1} {high:.1} 0 0 {sweep} {:.1} {:.1}",
                at.0 - wide,
                at.1,
                at.0 + wide,
                at.1
            );
            svg.stroke(&path, &colour.lighter(0.45).to_string(), radius * width, opacity);
        }
    };
    if ringed {
        ring(svg, 1);
    }
    let lit = svg.radial(
        (at.0 - radius * 0.45, at.1 - radius * 0.45),
        radius * 1.75,
        &[(0.0, colour.lighter(0.4), 1.0), (0.45, colour, 1.0), (1.0, colour.darker(0.85), 1.0)],
    );
    svg.circle(at, radius, &lit, 1.0);
    for _ in 0..5 {
        let y = at.1 + radius * chance.between(-0.75, 0.75);
        let reach = (radius.powi(2) - (y - at.1).powi(2)).max(0.0).sqrt() * 0.97;
        let path = curve(&[(at.0 - reach, y), (at.0, y + radius * 0.07), (at.0 + reach, y)]);
        svg.stroke(
            &path,
            &colour.darker(0.35).to_string(),
            radius * chance.between(0.03, 0.1),
            0.22,
        );
    }
    if ringed {
        ring(svg, 0);
    }
    let moon = (at.0 + radius * 1.9, at.1 - radius * 1.15);
    let shade = svg.radial(
        (moon.0 - radius * 0.06, moon.1 - radius * 0.06),
        radius * 0.26,
        &[(0.0, rgb(0xF0EBDD), 1.0), (1.0, rgb(0x5A5662), 1.0)],
    );
    svg.circle(moon, radius * 0.16, &shade, 1.0);
}
