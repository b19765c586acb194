//! Things that several scenes hold.

use super::super::colour::Colour;
use super::super::svg::{Point, Svg, curve, polygon};

/// A conifer that stands on `base`.
pub(super) fn pine(svg: &mut Svg, base: Point, height: f64, colour: Colour, snow: Option<Colour>) {
    let (x, y) = base;
    svg.rect(
        (x - height * 0.025, y - height * 0.16),
        (height * 0.05, height * 0.18),
        0.0,
        &colour.darker(0.3).to_string(),
        1.0,
    );
    let mut left = Vec::new();
    let mut right = Vec::new();
    let tiers = 4_u8;
    for tier in 0..tiers {
        let part = f64::from(tier) / f64::from(tiers);
        let top = y - height * (1.0 - part * 0.86);
        let foot = y - height * (0.74 - part * 0.8).max(0.1);
        let half = height * (0.1 + 0.145 * part);
        left.push((x - half * 0.34, top + (foot - top) * 0.28));
        left.push((x - half, foot));
        right.push((x + half * 0.34, top + (foot - top) * 0.28));
        right.push((x + half, foot));
    }
    let mut outline = vec![(x, y - height)];
    outline.extend(right.iter().copied());
    outline.extend(left.iter().rev().copied());
    svg.fill(&polygon(&outline), &colour.to_string(), 1.0);
    if let Some(snow) = snow {
        // The upper and the lower corner of each tier, one after the other.
        for tier in left.chunks_exact(2) {
            let (tip, end) = (tier[0], tier[1]);
            let path = polygon(&[
                tip,
                end,
                (end.0 + (tip.0 - end.0) * 0.55, end.1 - height * 0.012),
                (x, tip.1 + height * 0.02),
            ]);
            svg.fill(&path, &snow.to_string(), 0.85);
        }
    }
}

/// A bird far away, with a wing's span.
pub(super) fn bird(svg: &mut Svg, (x, y): Point, span: f64, colour: Colour) {
    let path = curve(&[
        (x - span / 2.0, y - span * 0.16),
        (x - span * 0.22, y - span * 0.2),
        (x, y),
        (x + span * 0.22, y - span * 0.2),
        (x + span / 2.0, y - span * 0.16),
    ]);
    svg.stroke(&path, &colour.to_string(), span * 0.075, 0.85);
}
