//! Where do the words stand on a card?
//!
//! On a wide picture at the left, above the middle; on a tall or square one in its lower half, above the part that
//! captions take. A veil of the ground's colour lies between motif and words, so that they always read.

use flow_engine::kind::{Class, Failure};

use super::super::chance::Chance;
use super::letters::{Choice, Fonts, Style, wrapped};
use super::motif::{self, Motif};
use super::svg::{Point, Svg, escaped};
use super::theme::Theme;
use super::{Input, scene};

/// The part of the picture's height, from below, that captions and the camera's way over the picture may take: on a wide
/// picture, on a square one, and on a tall one, whose captions stand above what phones show over it.
const CAPTIONS: (f64, f64, f64) = (0.18, 0.27, 0.35);

impl Line {
    fn width(&self, fonts: &Fonts) -> f64 {
        self.size * fonts.width(self.face, &self.text, self.spacing)
    }
}

/// Where words may stand, in pixels.
struct Room {
    left: f64,
    width: f64,
    top: f64,
    bottom: f64,
    /// Whether the block of words stands in the middle of the room's height, or at its bottom.
    centred: bool,
}

/// A line of words, set.
struct Line {
    text: String,
    face: Choice,
    size: f64,
    /// Between letters, as a part of the size.
    spacing: f64,
    paint: String,
    opacity: f64,
    /// From the line before to this one's baseline.
    advance: f64,
}

pub(super) fn draw(svg: &mut Svg, input: &Input, fonts: &Fonts) {
    let theme = theme(input);
    let words =
        scene::words(&format!("{} {}", input.prompt, input.title.as_deref().unwrap_or_default()));
    let mut chance = Chance::of(&[
        "card",
        &input.prompt,
        input.style.as_deref().unwrap_or(""),
        &input.seed.to_string(),
    ]);
    let wide = svg.width > svg.height * 1.2;
    let centre = if wide {
        (svg.width * 0.76, svg.height * 0.42)
    } else {
        (svg.width * 0.56, svg.height * 0.27)
    };
    motif::ground(svg, theme);
    let motif = if input.number.is_some() { Motif::Bars } else { Motif::of(&words, &mut chance) };
    motif.draw(svg, theme, centre, &mut chance);
    let room = room(svg, wide);
    let lines = lines(svg, input, theme, fonts, &room);
    let height: f64 = lines.iter().map(|line| line.advance).sum();
    let free = (room.bottom - room.top - height).max(0.0);
    let top = room.top + if room.centred { free * 0.5 } else { free };
    let right = lines.iter().map(|line| line.width(fonts)).fold(0.0, f64::max) + room.left;
    veil(svg, theme, wide.then_some(right), top);
    place(svg, &lines, (room.left, top));
}

/// Whether all letters of the words can be set.
pub(super) fn check(input: &Input, fonts: &Fonts) -> Result<(), Failure> {
    let words = [&input.title, &input.kicker, &input.footer, &input.number].into_iter().flatten();
    let missing: String = words
        .flat_map(|text| text.chars())
        .filter(|c| {
            c.is_alphabetic() && fonts.choose(Style::Text, c.encode_utf8(&mut [0; 4])).is_none()
        })
        .take(8)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Class::Missing, format!("no installed font has the letters `{missing}`")).help(
        "install more scripts: `apt-get install --no-install-recommends fonts-dejavu-core fonts-noto-cjk`, or leave \
         out the title",
    ))
}

fn theme(input: &Input) -> Theme {
    if input.theme != "auto" {
        return Theme::called(&input.theme);
    }
    // All cards of a film usually share this line.
    Theme::called(input.kicker.as_deref().or(input.title.as_deref()).unwrap_or(&input.prompt))
}

/// From the words' side the ground's colour covers the motif: as far as the words go, then it fades out. `right` is
/// where they end on a picture that has them at its left.
fn veil(svg: &mut Svg, theme: Theme, right: Option<f64>, top: f64) {
    let (width, height) = (svg.width, svg.height);
    let ground = theme.ground;
    let side = if let Some(right) = right {
        let end = (right / width + 0.02).clamp(0.3, 0.74);
        let stops = [
            (0.0, ground, 0.95),
            (end * 0.6, ground, 0.88),
            (end, ground, 0.62),
            (end + 0.24, ground, 0.0),
        ];
        svg.linear((0.0, 0.0), (width, 0.0), &stops)
    } else {
        let end = (1.0 - top / height + 0.03).clamp(0.3, 0.78);
        let stops = [
            (0.0, ground, 0.96),
            (end * 0.75, ground, 0.9),
            (end, ground, 0.72),
            ((end + 0.2).min(1.0), ground, 0.0),
        ];
        svg.linear((0.0, height), (0.0, 0.0), &stops)
    };
    svg.cover(&side);
    let foot = svg.linear(
        (0.0, height),
        (0.0, height * 0.68),
        &[(0.0, ground, 0.85), (0.5, ground, 0.5), (1.0, ground, 0.0)],
    );
    svg.cover(&foot);
}

fn room(svg: &Svg, wide: bool) -> Room {
    // A camera that moves over the card takes half of this at most: the rest is what screens may cut.
    let margin = svg.width * 0.1;
    let width = if wide { svg.width * 0.55 } else { svg.width - margin * 2.0 };
    let tall = svg.height > svg.width * 1.2;
    let (top, captions) = match (wide, tall) {
        (true, _) => (0.1, CAPTIONS.0),
        (false, false) => (0.3, CAPTIONS.1),
        (false, true) => (0.28, CAPTIONS.2),
    };
    let bottom = svg.height * (1.0 - captions);
    Room { left: margin, width, top: svg.height * top, bottom, centred: wide }
}

/// All lines, top to bottom, shrunk until they fit the room.
fn lines(svg: &Svg, input: &Input, theme: Theme, fonts: &Fonts, room: &Room) -> Vec<Line> {
    let unit = svg.unit();
    let mut size = unit * if room.centred { 0.15 } else { 0.135 };
    loop {
        let lines = set(input, theme, fonts, room, size, unit);
        let height: f64 = lines.iter().map(|line| line.advance).sum();
        let widest = lines.iter().map(|line| line.width(fonts)).fold(0.0, f64::max);
        let titles = lines.iter().filter(|line| (line.size - size).abs() < 1e-9).count();
        let fits = height <= room.bottom - room.top
            && widest <= room.width * 1.001
            && titles <= if size > unit * 0.09 { 3 } else { 4 };
        if fits || size < unit * 0.036 {
            return lines;
        }
        size *= 0.93;
    }
}

fn set(input: &Input, theme: Theme, fonts: &Fonts, room: &Room, size: f64, unit: f64) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(kicker) = input.kicker.as_deref() {
        let paint = theme.readable_accent().to_string();
        lines.extend(small(
            &kicker.to_uppercase(),
            Style::Label,
            0.13,
            unit * 0.034,
            &paint,
            fonts,
            room,
        ));
    }
    if let Some((number, face)) =
        input.number.as_deref().and_then(|number| fonts.fitting(Style::Figures, number))
    {
        let natural = fonts.width(face, &number, -0.03);
        let large = (room.width / natural.max(0.01))
            .min(unit * if input.title.is_some() { 0.24 } else { 0.34 });
        let paint = theme.readable_accent().to_string();
        lines.push(Line {
            text: number,
            face,
            size: large,
            spacing: -0.03,
            paint,
            opacity: 1.0,
            advance: large * 1.06,
        });
    }
    if let Some(title) = input.title.as_deref() {
        let figures = title.contains(|c: char| c.is_ascii_digit());
        let style = if figures { Style::Figures } else { Style::Display };
        if let Some((title, face)) = fonts.fitting(style, title) {
            let title = bound(&title);
            let spacing = if figures { -0.022 } else { -0.012 };
            let size = if input.number.is_some() { size * 0.62 } else { size };
            let measure = |line: &str| size * fonts.width(face, line, spacing);
            let wrapped = wrapped(&title, room.width, measure);
            lines.extend(wrapped.into_iter().enumerate().map(|(index, text)| {
                let air = if input.kicker.is_some() { unit * 0.012 } else { 0.0 };
                let advance = if index == 0 { size * 1.22 + air } else { size * 1.1 };
                Line {
                    text,
                    face,
                    size,
                    spacing,
                    paint: theme.text.to_string(),
                    opacity: 1.0,
                    advance,
                }
            }));
        }
    }
    if let Some(footer) = input.footer.as_deref() {
        let text = theme.text.to_string();
        let mut footer = small(footer, Style::Text, 0.0, unit * 0.037, &text, fonts, room);
        if let Some(first) = footer.first_mut() {
            first.advance *= 1.4;
        }
        lines.extend(footer);
    }
    lines
}

/// `title` with each number bound to the word after it, which it counts.
fn bound(title: &str) -> String {
    let mut bound = String::with_capacity(title.len());
    for word in title.split(' ') {
        if !bound.is_empty() {
            let number = bound.rsplit([' ', '\u{a0}']).next().is_some_and(|last| {
                last.len() <= 5 && last.starts_with(|c: char| c.is_ascii_digit())
            });
            bound.push(if number { '\u{a0}' } else { ' ' });
        }
        bound.push_str(word);
    }
    bound
}

/// At most two small lines; what does not fit ends with an ellipsis.
fn small(
    text: &str,
    style: Style,
    spacing: f64,
    size: f64,
    paint: &str,
    fonts: &Fonts,
    room: &Room,
) -> Vec<Line> {
    let Some((text, face)) = fonts.fitting(style, text) else {
        return Vec::new();
    };
    let measure = |line: &str| size * fonts.width(face, line, spacing);
    let mut wrapped = wrapped(&text, room.width, measure);
    if wrapped.len() > 2 {
        wrapped.truncate(2);
        if let Some(last) = wrapped.last_mut() {
            while measure(&format!("{last}…")) > room.width && last.pop().is_some() {}
            last.push('…');
        }
    }
    let line = |text: String| Line {
        text,
        face,
        size,
        spacing,
        paint: paint.to_owned(),
        opacity: if style == Style::Text { 0.82 } else { 1.0 },
        advance: size * 1.45,
    };
    wrapped.into_iter().map(line).collect()
}

fn place(svg: &mut Svg, lines: &[Line], (left, top): Point) {
    let mut y = top;
    for line in lines {
        y += line.advance;
        // The last line's descenders need room below its baseline.
        write(svg, line, (left, y - line.size * 0.22));
    }
}

fn write(svg: &mut Svg, line: &Line, (x, y): Point) {
    let Line { text, face, size, spacing, paint, opacity, .. } = line;
    let (family, weight) = (face.family(), face.weight());
    svg.raw(&format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" font-family=\"{family}\" font-weight=\"{weight}\" font-size=\"{size:.2}\" letter-spacing=\"{:.3}\" fill=\"{paint}\" fill-opacity=\"{opacity:.2}\" xml:space=\"preserve\">{}</text>",
        size * spacing,
        escaped(text),
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_with_what_it_counts() {
        assert_eq!(
            bound("Installed in 3 minutes by 4,700 people"),
            "Installed in 3\u{a0}minutes by 4,700\u{a0}people"
        );
        assert_eq!(bound("No number here"), "No number here");
    }
}
