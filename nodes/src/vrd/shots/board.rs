//! How is a shot drawn on a storyboard, before any picture of it exists?
//!
//! A plan of the picture: figures at the shot's size, an arrow for the camera, rays for the light. No word in it comes
//! from outside without being escaped.

use std::fmt::Write;

use super::Sketch;
use crate::vrd::camera::{Angle, Movement, ShotType};
use crate::vrd::light::Preset;

macro_rules! tip {
    () => {
        r##"<marker id="tip" viewBox="0 0 10 10" refX="6" refY="5" markerWidth="5" markerHeight="5" orient="auto-start-reverse"><path d="M0 0L10 5L0 10Z" fill="#d1495b"/></marker>"##
    };
}

/// The pixel size of a board of the aspect ratio `9:16`, `1:1` and so on; the longer side is 320.
pub fn size(aspect_ratio: &str) -> (f64, f64) {
    let sides = aspect_ratio.split_once(':');
    let read = |text: &str| text.parse::<f64>().ok().filter(|side| *side > 0.0 && *side < 1e4);
    let (width, height) =
        sides.and_then(|(w, h)| Some((read(w)?, read(h)?))).unwrap_or((16.0, 9.0));
    let scale = 320.0 / width.max(height);
    ((width * scale).round(), (height * scale).round())
}

/// The board of `shot` as an SVG of this size, described in words for whoever cannot see it; its arrows end in [`TIP`].
pub fn draw(shot: &Sketch, (width, height): (f64, f64), description: &str) -> String {
    let look = look(shot.light);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{}">"#,
        escape(description)
    );
    let id = escape(&shot.shot_id);
    let _ = write!(
        svg,
        r#"<defs><linearGradient id="bg-{id}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{}"/><stop offset="1" stop-color="{}"/></linearGradient><clipPath id="clip-{id}"><rect width="{width}" height="{height}"/></clipPath></defs><g clip-path="url(#clip-{id})"><rect width="{width}" height="{height}" fill="url(#bg-{id})"/>"#,
        look.top, look.bottom
    );
    if shot.shot_type == ShotType::Graphic {
        card(&mut svg, shot, width, height);
    } else {
        let scene = Scene { shot, look: &look, width, height };
        scene.draw(&mut svg);
    }
    svg.push_str("</g></svg>");
    svg
}

struct Look {
    top: &'static str,
    bottom: &'static str,
    ink: &'static str,
    /// Where the light comes from, as shares of width and height; none comes from behind.
    from: Option<(f64, f64)>,
}

fn look(preset: Preset) -> Look {
    let (top, bottom, ink, from) = match preset {
        Preset::HighKey => ("#fbfaf5", "#e4e1d6", "#3b4252", Some((0.92, 0.1))),
        Preset::ThreePoint => ("#dfe5ea", "#b9c3cc", "#2e3440", Some((0.9, 0.12))),
        Preset::ProductSoftbox => ("#f4f6f8", "#cfd6dc", "#38404c", Some((0.5, 0.05))),
        Preset::NaturalWindow => ("#eaf1ef", "#c3cfc9", "#33413c", Some((0.06, 0.25))),
        Preset::GoldenHour => ("#ffe2b0", "#e8a25c", "#5a3417", Some((0.1, 0.3))),
        Preset::LowKey => ("#3a4048", "#171a1f", "#cfd6dd", Some((0.05, 0.35))),
        Preset::PracticalNight => ("#3d3145", "#1b1622", "#f1d7a8", Some((0.85, 0.4))),
        Preset::ScreenGlow => ("#2b3a4f", "#121a26", "#bcd7f2", Some((0.5, 0.92))),
        Preset::Silhouette => ("#f3efe4", "#a9a18c", "#1c1b18", None),
    };
    Look { top, bottom, ink, from }
}

struct Scene<'a> {
    shot: &'a Sketch,
    look: &'a Look,
    width: f64,
    height: f64,
}

impl Scene<'_> {
    fn draw(&self, svg: &mut String) {
        self.horizon(svg);
        self.thirds(svg);
        self.subject(svg);
        self.light(svg);
        self.caption(svg);
        self.camera(svg);
    }

    /// The floor's line: high for a view from above, low for one from below.
    fn horizon(&self, svg: &mut String) {
        let at = match self.shot.camera_angle {
            Angle::Overhead => return,
            Angle::High => 0.38,
            Angle::Low | Angle::Ground => 0.88,
            _ => 0.68,
        };
        let (y, tilt) =
            (self.height * at, if self.shot.camera_angle == Angle::Dutch { 22.0 } else { 0.0 });
        let _ = write!(
            svg,
            r#"<path d="M0 {:.1}L{} {:.1}" stroke="{}" stroke-opacity=".35" fill="none"/>"#,
            y + tilt,
            self.width,
            y - tilt,
            self.look.ink
        );
    }

    fn thirds(&self, svg: &mut String) {
        if !self.shot.rule_of_thirds {
            return;
        }
        let (w, h) = (self.width / 3.0, self.height / 3.0);
        let _ = write!(
            svg,
            r#"<path d="M{w:.1} 0V{height}M{:.1} 0V{height}M0 {h:.1}H{width}M0 {:.1}H{width}" stroke="{}" stroke-opacity=".14" stroke-dasharray="3 5" fill="none"/>"#,
            w * 2.0,
            h * 2.0,
            self.look.ink,
            width = self.width,
            height = self.height
        );
    }

    /// A sun with three rays towards the subject.
    fn light(&self, svg: &mut String) {
        let focus = (self.focus(), self.height * 0.5);
        let Some((x, y)) = self.look.from.map(|(x, y)| (x * self.width, y * self.height)) else {
            let _ = write!(
                svg,
                r##"<circle cx="{:.1}" cy="{:.1}" r="{:.1}" fill="none" stroke="#f2b632" stroke-width="3" stroke-dasharray="2 6"/>"##,
                focus.0,
                focus.1,
                self.height * 0.34
            );
            return;
        };
        let length = (focus.0 - x).hypot(focus.1 - y).max(1.0);
        let (dx, dy) = ((focus.0 - x) / length, (focus.1 - y) / length);
        let _ = write!(
            svg,
            r##"<g stroke="#f2b632" stroke-width="2" stroke-linecap="round"><circle cx="{x:.1}" cy="{y:.1}" r="6" fill="#f2b632" stroke="none"/>"##
        );
        for turn in [-0.35_f64, 0.0, 0.35] {
            let (rx, ry) = (dx * turn.cos() - dy * turn.sin(), dx * turn.sin() + dy * turn.cos());
            let _ = write!(
                svg,
                r#"<path d="M{:.1} {:.1}L{:.1} {:.1}"/>"#,
                x + rx * 11.0,
                y + ry * 11.0,
                x + rx * 24.0,
                y + ry * 24.0
            );
        }
        svg.push_str("</g>");
    }

    fn focus(&self) -> f64 {
        match self.shot.focal_point.as_str() {
            "centre_left" => self.width * 0.36,
            "centre_right" => self.width * 0.64,
            _ => self.width * 0.5,
        }
    }

    fn subject(&self, svg: &mut String) {
        let people = self.shot.people;
        let is_detail = people == 0 || self.shot.shot_type == ShotType::Insert;
        if is_detail && !self.shot.is_place {
            return self.thing(svg, 0.34);
        }
        if self.shot.shot_type == ShotType::OverTheShoulder {
            self.thing(svg, 0.3);
            return self.figure(svg, self.width * 0.1, 1.5);
        }
        if people >= 2 || self.shot.shot_type == ShotType::TwoShot {
            let gap = self.height.min(self.width * 1.1) * self.scale() * 0.17;
            let gap = gap.min(self.width * 0.24);
            self.figure(svg, self.width * 0.5 - gap, self.scale());
            return self.figure(svg, self.width * 0.5 + gap, self.scale() * 0.94);
        }
        if people == 0 {
            // A place: three planes.
            for (share, x) in [(0.2, 0.2), (0.3, 0.75), (0.16, 0.48)] {
                self.block(svg, x * self.width, share * self.height);
            }
            return;
        }
        self.figure(svg, self.focus(), self.scale());
    }

    /// How tall a standing figure is, in heights of the picture.
    fn scale(&self) -> f64 {
        match self.shot.shot_type.size() {
            Some(0) => 5.2,
            Some(1) => 3.6,
            Some(2) => 2.5,
            Some(3) => 1.75,
            Some(4) => 1.15,
            Some(5) => 0.72,
            _ => 0.32,
        }
    }

    /// A head, a neck and a body of seven heads; the head stays in the picture, whatever is cut off below.
    fn figure(&self, svg: &mut String, x: f64, scale: f64) {
        let tall = self.height.min(self.width * 1.1) * scale;
        let head = tall / 7.0;
        let top = match scale {
            standing if standing <= 1.0 => self.height * 0.93 - tall,
            near if near > 3.0 => self.height * 0.45 - head / 2.0,
            _ => self.height * 0.15,
        };
        let (chin, shoulder) = (top + head, top + head * 1.3);
        let (hip, foot) = (top + head * 3.9, top + tall);
        let (wide, waist) = (head * 1.05, head * 0.62);
        let _ = write!(
            svg,
            r#"<g fill="{ink}" opacity=".88"><ellipse cx="{x:.1}" cy="{:.1}" rx="{:.1}" ry="{:.1}"/><path d="M{:.1} {:.1}V{:.1}C{:.1} {shoulder:.1} {:.1} {shoulder:.1} {:.1} {:.1}L{:.1} {hip:.1}L{:.1} {foot:.1}H{:.1}L{x:.1} {:.1}L{:.1} {foot:.1}H{:.1}L{:.1} {hip:.1}L{:.1} {:.1}C{:.1} {shoulder:.1} {:.1} {shoulder:.1} {:.1} {:.1}V{:.1}Z"/></g>"#,
            top + head * 0.5,
            head * 0.38,
            head * 0.5,
            x + head * 0.2,
            chin - head * 0.12,
            chin + head * 0.12,
            x + head * 0.3,
            x + wide * 0.8,
            x + wide,
            shoulder + head * 0.5,
            x + waist,
            x + waist * 0.95,
            x + waist * 0.2,
            hip + head * 0.3,
            x - waist * 0.2,
            x - waist * 0.95,
            x - waist,
            x - wide,
            shoulder + head * 0.5,
            x - wide * 0.8,
            x - head * 0.3,
            x - head * 0.2,
            chin + head * 0.12,
            chin - head * 0.12,
            ink = self.look.ink
        );
        if scale > 1.5 {
            self.face(svg, x, top, head);
        }
    }

    /// Eyes and a mouth, turned the way the scene looks.
    fn face(&self, svg: &mut String, x: f64, top: f64, head: f64) {
        let turn = match self.shot.screen_direction {
            Some(super::Direction::RightToLeft) => -0.1,
            Some(super::Direction::LeftToRight) => 0.1,
            _ => 0.0,
        };
        let (x, eyes, mouth) = (x + head * turn, top + head * 0.46, top + head * 0.74);
        let _ = write!(
            svg,
            r#"<g fill="{paper}" stroke="none"><circle cx="{:.1}" cy="{eyes:.1}" r="{r:.1}"/><circle cx="{:.1}" cy="{eyes:.1}" r="{r:.1}"/></g><path d="M{:.1} {mouth:.1}h{:.1}" stroke="{paper}" stroke-width="{:.1}" stroke-linecap="round"/>"#,
            x - head * 0.15,
            x + head * 0.15,
            x - head * 0.09,
            head * 0.18,
            (head * 0.03).max(1.2),
            r = (head * 0.04).max(1.3),
            paper = self.look.top
        );
    }

    /// An object in the middle of the interest.
    fn thing(&self, svg: &mut String, share: f64) {
        let side = self.width.min(self.height) * share;
        let (x, y) = (self.focus() - side * 0.7, self.height * 0.54 - side / 2.0);
        let _ = write!(
            svg,
            r#"<g stroke="{ink}" stroke-width="3" fill="{}" fill-opacity=".55"><rect x="{x:.1}" y="{y:.1}" width="{:.1}" height="{side:.1}" rx="7"/><path d="M{:.1} {:.1}H{:.1}M{:.1} {:.1}H{:.1}" stroke-opacity=".55"/></g>"#,
            self.look.top,
            side * 1.4,
            x + side * 0.2,
            y + side * 0.35,
            x + side * 1.2,
            x + side * 0.2,
            y + side * 0.62,
            x + side * 0.85,
            ink = self.look.ink
        );
    }

    fn block(&self, svg: &mut String, x: f64, tall: f64) {
        let _ = write!(
            svg,
            r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{tall:.1}" rx="3" fill="{}" fill-opacity=".45"/>"#,
            x - tall * 0.6,
            self.height * 0.68 - tall,
            tall * 1.2,
            self.look.ink
        );
    }

    /// Text that lies over the picture.
    fn caption(&self, svg: &mut String) {
        let Some(text) = &self.shot.on_screen_text else {
            return;
        };
        let lines: Vec<&str> = text.lines().take(2).collect();
        let size = (self.width / 22.0).min(14.0);
        #[expect(clippy::cast_precision_loss, reason = "two lines at most")]
        let tall = size * 1.5 * lines.len() as f64;
        let top = self.height - tall - 8.0;
        let _ = write!(
            svg,
            r##"<rect x="8" y="{top:.1}" width="{:.1}" height="{tall:.1}" rx="4" fill="#000" fill-opacity=".55"/>"##,
            self.width - 16.0
        );
        let mut y = top + size * 1.1;
        for line in lines {
            let _ = write!(
                svg,
                r##"<text x="{:.1}" y="{y:.1}" font-size="{size:.1}" font-family="sans-serif" text-anchor="middle" fill="#fff">{}</text>"##,
                self.width / 2.0,
                escape(line)
            );
            y += size * 1.5;
        }
    }

    /// An arrow in the way the camera moves.
    fn camera(&self, svg: &mut String) {
        let (w, h) = (self.width, self.height);
        // Above the heads.
        let (x, y) = (w * 0.5, h * 0.075);
        let right = self.shot.screen_direction != Some(super::Direction::RightToLeft);
        let across = if right { 34.0 } else { -34.0 };
        let path = match self.shot.camera_movement {
            Movement::Static => return,
            Movement::Pan | Movement::Tracking | Movement::SlowDolly | Movement::Dolly => {
                format!("M{:.1} {y:.1}h{:.1}", x - across, across * 2.0)
            }
            Movement::Tilt | Movement::Crane => {
                format!("M{:.1} {:.1}v{:.1}", w * 0.93, h * 0.7, -h * 0.36)
            }
            Movement::Orbit => format!(
                "M{:.1} {:.1}a{:.1} {:.1} 0 0 0 {:.1} 0",
                x - 44.0,
                h * 0.86,
                44.0,
                14.0,
                88.0
            ),
            Movement::Handheld => format!("M{:.1} {y:.1}q10 -12 20 0t20 0t20 0", x - 30.0),
            Movement::PushIn | Movement::Zoom => return self.corners(svg, true),
            Movement::PullOut => return self.corners(svg, false),
        };
        let _ = write!(
            svg,
            r##"<path d="{path}" stroke="#d1495b" stroke-width="3.5" fill="none" stroke-linecap="round" marker-end="url(#tip)"/>"##
        );
    }

    /// Four arrows from the corners inwards, or outwards.
    fn corners(&self, svg: &mut String, inwards: bool) {
        let (w, h) = (self.width, self.height);
        for (x, y, sx, sy) in [
            (0.07, 0.1, 1.0, 1.0),
            (0.93, 0.1, -1.0, 1.0),
            (0.07, 0.9, 1.0, -1.0),
            (0.93, 0.9, -1.0, -1.0),
        ] {
            let (from, to) = ((x * w, y * h), (x * w + sx * 20.0, y * h + sy * 14.0));
            let (from, to) = if inwards { (from, to) } else { (to, from) };
            let _ = write!(
                svg,
                r##"<path d="M{:.1} {:.1}L{:.1} {:.1}" stroke="#d1495b" stroke-width="3" fill="none" stroke-linecap="round" marker-end="url(#tip)"/>"##,
                from.0, from.1, to.0, to.1
            );
        }
    }
}

/// A card of text.
fn card(svg: &mut String, shot: &Sketch, width: f64, height: f64) {
    let text = shot.on_screen_text.clone().unwrap_or_else(|| shot.subject.clone());
    let lines: Vec<&str> = text.lines().take(4).collect();
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(1);
    #[expect(clippy::cast_precision_loss, reason = "a line of a card")]
    let size = (width * 1.35 / longest.max(8) as f64).clamp(9.0, 26.0);
    let _ = write!(
        svg,
        r##"<rect x="10" y="10" width="{:.1}" height="{:.1}" rx="6" fill="none" stroke="#3b4252" stroke-opacity=".4"/><circle cx="{:.1}" cy="{:.1}" r="13" fill="none" stroke="#3b4252" stroke-width="3"/>"##,
        width - 20.0,
        height - 20.0,
        width / 2.0,
        height * 0.26
    );
    let mut y = height * 0.52;
    for (index, line) in lines.iter().enumerate() {
        let weight = if index + 1 == lines.len() { "700" } else { "400" };
        let _ = write!(
            svg,
            r##"<text x="{:.1}" y="{y:.1}" font-size="{size:.1}" font-weight="{weight}" font-family="sans-serif" text-anchor="middle" fill="#2e3440">{}</text>"##,
            width / 2.0,
            escape(line)
        );
        y += size * 1.45;
    }
}

/// The arrow's tip, which every board refers to; stands once in a page.
pub const TIP: &str = concat!(
    r#"<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>"#,
    tip!(),
    "</defs></svg>"
);

/// The same, among the definitions of a drawing of its own.
pub const TIP_MARKER: &str = tip!();

/// Text as it may stand in HTML and in an attribute.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
