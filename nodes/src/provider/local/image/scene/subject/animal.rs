//! Animals.

use super::super::super::colour::{Colour, rgb};
use super::super::super::svg::{Point, Svg};
use super::super::Palette;
use super::{Subject, shadow, shape};

/// A sitting animal, seen from the side, looking out.
pub(super) fn animal(
    svg: &mut Svg,
    who: Subject,
    base: Point,
    height: f64,
    colour: Colour,
    palette: Palette,
) {
    shadow(svg, (base.0 + height * 0.03, base.1), height * 0.4);
    let dark = colour.darker(0.45);
    let light = rgb(0xFBF3E8).mix(colour, 0.12);
    let body = colour.to_string();
    let mut part =
        |path: &str, paint: &str, opacity: f64| shape(svg, base, height, path, paint, opacity);
    let bushy = matches!(who, Subject::Fox | Subject::Wolf);
    if bushy {
        part(
            "M14 94C34 102 58 98 60 82C62 70 48 60 34 66C22 72 16 80 22 86C12 84 6 88 14 94Z",
            &body,
            1.0,
        );
        part(
            "M14 94C6 88 12 84 22 86C20 90 22 95 28 97C22 98 18 97 14 94Z",
            &light.to_string(),
            1.0,
        );
    } else {
        part("M14 88C6 76 8 60 18 58C22 57 23 62 19 63C14 66 15 78 24 86Z", &body, 1.0);
    }
    part("M-14 100C-18 82 -16 66 -8 52C0 40 16 40 26 54C36 68 38 86 30 100Z", &body, 1.0);
    part("M14 100C10 84 18 72 28 74C38 78 38 92 32 100Z", &dark.mix(colour, 0.55).to_string(), 1.0);
    part("M-10 62C-14 72 -12 84 -6 88C2 84 4 68 0 56Z", &light.to_string(), 0.95);
    part("M-13 100L-12 74L-5 74L-4 100Z", &body, 1.0);
    part("M-2 100L-1 76L6 76L7 100Z", &dark.mix(colour, 0.6).to_string(), 1.0);
    part("M-14 100C-14 95 -3 95 -3 100Z", &dark.to_string(), if bushy { 0.9 } else { 0.35 });
    part("M-3 100C-3 95 8 95 8 100Z", &dark.to_string(), if bushy { 0.9 } else { 0.35 });
    match who {
        Subject::Dog => {
            part(
                "M-24 36C-24 22 -12 16 0 18C12 20 16 32 12 44C8 54 -8 58 -16 54C-26 52 -32 46 -24 36Z",
                &body,
                1.0,
            );
            part("M4 18C14 20 20 34 16 46C10 46 4 34 2 24Z", &dark.to_string(), 0.9);
        }
        Subject::Cat => {
            part(
                "M-18 22L-16 4L-6 16C-2 15 2 15 5 16L14 5L16 24C20 36 14 52 -1 52C-17 52 -22 36 -18 22Z",
                &body,
                1.0,
            );
            part("M-14 18L-13 9L-8 16Z", &light.to_string(), 0.6);
        }
        _ => {
            part(
                "M-14 20L-13 0L-2 14C2 14 5 14 8 16L16 2L17 26C18 38 10 50 -2 52C-8 56 -22 58 -27 53C-28 50 -18 44 -16 36C-17 30 -16 24 -14 20Z",
                &body,
                1.0,
            );
            part(
                "M-27 53C-22 58 -8 56 -2 52C4 48 6 42 2 40C-6 40 -14 44 -18 48C-22 50 -27 50 -27 53Z",
                &light.to_string(),
                1.0,
            );
            part("M-12 16L-11 5L-5 13Z", &dark.to_string(), 0.85);
            part("M10 16L14.500 7L15 20Z", &dark.to_string(), 0.85);
        }
    }
    let (eye, nose) = match who {
        Subject::Cat => ((-8.0, 31.0), (-1.0, 39.0)),
        Subject::Dog => ((-8.0, 32.0), (-27.0, 42.0)),
        _ => ((-8.0, 33.0), (-26.5, 51.5)),
    };
    let scale = height / 100.0;
    let place = |(x, y): Point| (base.0 + x * scale, base.1 - height + y * scale);
    svg.circle(place(eye), scale * 2.1, "#120d0c", 1.0);
    svg.circle(place((eye.0 - 0.6, eye.1 - 0.7)), scale * 0.7, "#ffffff", 0.9);
    if who == Subject::Cat {
        svg.circle(place((6.0, 31.0)), scale * 2.1, "#120d0c", 1.0);
        svg.circle(place((5.4, 30.3)), scale * 0.7, "#ffffff", 0.9);
    }
    svg.circle(place(nose), scale * if who == Subject::Cat { 1.6 } else { 2.4 }, "#1a1312", 1.0);
    // The light of the sky on the back.
    let rim = "M24 52C31 62 35 76 34 92";
    let (x, y) = base;
    svg.raw(&format!("<g transform=\"translate({x:.1} {:.1}) scale({scale:.4})\">", y - height));
    svg.stroke(rim, &palette.sky.sun.to_string(), 1.6, 0.45);
    svg.raw("</g>");
}
