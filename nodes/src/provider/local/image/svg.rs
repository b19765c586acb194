//! How is a drawing written down?
//!
//! SVG, piece by piece, in pixels of the picture.

use std::fmt::Write;

use super::colour::Colour;

pub(super) type Point = (f64, f64);

/// A drawing on its way.
pub(super) struct Svg {
    pub width: f64,
    pub height: f64,
    definitions: String,
    body: String,
    count: u32,
}

/// A stop of a gradient: where, which colour, how opaque.
pub(super) type Stop = (f64, Colour, f64);

impl Svg {
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self { width, height, definitions: String::new(), body: String::new(), count: 0 }
    }

    /// The shorter side: what sizes are measured by.
    pub(super) fn unit(&self) -> f64 {
        self.width.min(self.height)
    }

    /// A gradient from one point to another, as a paint.
    pub(super) fn linear(&mut self, from: Point, to: Point, stops: &[Stop]) -> String {
        let id = self.next();
        let place = format!(
            "x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"",
            from.0, from.1, to.0, to.1
        );
        self.gradient("linearGradient", id, &place, stops)
    }

    /// A gradient around a point, as a paint.
    pub(super) fn radial(&mut self, centre: Point, radius: f64, stops: &[Stop]) -> String {
        let id = self.next();
        let place = format!("cx=\"{:.1}\" cy=\"{:.1}\" r=\"{radius:.1}\"", centre.0, centre.1);
        self.gradient("radialGradient", id, &place, stops)
    }

    fn next(&mut self) -> u32 {
        self.count += 1;
        self.count
    }

    fn gradient(&mut self, tag: &str, id: u32, place: &str, stops: &[Stop]) -> String {
        let out = &mut self.definitions;
        put(out, format_args!("<{tag} id=\"g{id}\" gradientUnits=\"userSpaceOnUse\" {place}>"));
        for (at, colour, opacity) in stops {
            put(
                out,
                format_args!(
                    "<stop offset=\"{at:.3}\" stop-color=\"{colour}\" stop-opacity=\"{opacity:.3}\"/>"
                ),
            );
        }
        put(out, format_args!("</{tag}>"));
        format!("url(#g{id})")
    }

    /// A colour over the whole picture.
    pub(super) fn cover(&mut self, paint: &str) {
        let (width, height) = (self.width, self.height);
        put(
            &mut self.body,
            format_args!("<rect width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{paint}\"/>"),
        );
    }

    pub(super) fn rect(
        &mut self,
        (x, y): Point,
        (width, height): Point,
        round: f64,
        paint: &str,
        opacity: f64,
    ) {
        put(
            &mut self.body,
            format_args!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{round:.1}\" fill=\"{paint}\" opacity=\"{opacity:.3}\"/>"
            ),
        );
    }

    pub(super) fn circle(&mut self, (x, y): Point, radius: f64, paint: &str, opacity: f64) {
        put(
            &mut self.body,
            format_args!(
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.2}\" fill=\"{paint}\" opacity=\"{opacity:.3}\"/>"
            ),
        );
    }

    pub(super) fn ellipse(
        &mut self,
        (x, y): Point,
        (wide, high): Point,
        paint: &str,
        opacity: f64,
    ) {
        put(
            &mut self.body,
            format_args!(
                "<ellipse cx=\"{x:.1}\" cy=\"{y:.1}\" rx=\"{wide:.1}\" ry=\"{high:.1}\" fill=\"{paint}\" opacity=\"{opacity:.3}\"/>"
            ),
        );
    }

    /// The inside of a path.
    pub(super) fn fill(&mut self, path: &str, paint: &str, opacity: f64) {
        put(
            &mut self.body,
            format_args!("<path d=\"{path}\" fill=\"{paint}\" opacity=\"{opacity:.3}\"/>"),
        );
    }

    /// The line of a path.
    pub(super) fn stroke(&mut self, path: &str, paint: &str, width: f64, opacity: f64) {
        put(
            &mut self.body,
            format_args!(
                "<path d=\"{path}\" fill=\"none\" stroke=\"{paint}\" stroke-width=\"{width:.2}\" stroke-linecap=\"round\" stroke-linejoin=\"round\" opacity=\"{opacity:.3}\"/>"
            ),
        );
    }

    /// The line of a path, cut square at its ends, so that it joins another without a seam.
    pub(super) fn band(&mut self, path: &str, paint: &str, width: f64) {
        put(
            &mut self.body,
            format_args!(
                "<path d=\"{path}\" fill=\"none\" stroke=\"{paint}\" stroke-width=\"{width:.2}\"/>"
            ),
        );
    }

    /// A piece of SVG as it is.
    pub(super) fn raw(&mut self, piece: &str) {
        self.body.push_str(piece);
    }

    pub(super) fn finish(self) -> String {
        let Self { width, height, definitions, body, .. } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\"><defs>{definitions}</defs>{body}</svg>"
        )
    }
}

fn put(out: &mut String, piece: std::fmt::Arguments<'_>) {
    out.write_fmt(piece).expect("writing to a string does not fail");
}

/// Straight lines through the points.
pub(super) fn polyline(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        put(&mut path, format_args!("{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' }));
    }
    path
}

pub(super) fn polygon(points: &[Point]) -> String {
    polyline(points) + "Z"
}

/// A smooth line through the points (a Catmull-Rom spline).
pub(super) fn curve(points: &[Point]) -> String {
    let Some(((x, y), last)) = points.first().zip(points.len().checked_sub(1)) else {
        return String::new();
    };
    let mut path = format!("M{x:.1} {y:.1}");
    for index in 0..last {
        let before = points[index.saturating_sub(1)];
        let (from, to) = (points[index], points[index + 1]);
        let after = points[(index + 2).min(last)];
        bend(&mut path, before, from, to, after);
    }
    path
}

/// A smooth closed line through the points.
pub(super) fn ring(points: &[Point]) -> String {
    let count = points.len();
    let Some((x, y)) = points.first() else {
        return String::new();
    };
    let mut path = format!("M{x:.1} {y:.1}");
    for index in 0..count {
        let at = |step: usize| points[(index + count + step - 1) % count];
        bend(&mut path, at(0), at(1), at(2), at(3));
    }
    path + "Z"
}

fn bend(path: &mut String, before: Point, from: Point, to: Point, after: Point) {
    let (a, b) = (
        (from.0 + (to.0 - before.0) / 6.0, from.1 + (to.1 - before.1) / 6.0),
        (to.0 - (after.0 - from.0) / 6.0, to.1 - (after.1 - from.1) / 6.0),
    );
    put(path, format_args!("C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.0, a.1, b.0, b.1, to.0, to.1));
}

/// `text` as it may stand in SVG.
pub(super) fn escaped(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
