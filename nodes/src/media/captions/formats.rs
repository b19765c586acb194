//! How are captions written down, for players and for the picture?

use std::fmt::Write as _;

use super::lines::Line;
use crate::media::frame::{Frame, whole};

/// How burned captions look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) highlight: Highlight,
    /// Red, green, blue.
    pub(super) colour: [u8; 3],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Highlight {
    /// The word that is being said has the colour.
    Word,
    None,
}

/// `SubRip`: what nearly every player reads.
pub(super) fn srt(lines: &[Line]) -> String {
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let (start, end) = (clock(line.start, ','), clock(line.end, ','));
        let _ = write!(text, "{}\n{start} --> {end}\n{}\n\n", number + 1, line.text());
    }
    text
}

/// WebVTT: what browsers read.
pub(super) fn vtt(lines: &[Line]) -> String {
    let mut text = "WEBVTT\n\n".to_owned();
    for line in lines {
        let (start, end) = (clock(line.start, '.'), clock(line.end, '.'));
        let said = line.text().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let _ = write!(text, "{start} --> {end}\n{said}\n\n");
    }
    text
}

/// Advanced `SubStation` Alpha: what is drawn into the picture.
pub(super) fn ass(lines: &[Line], frame: Frame, look: Look) -> String {
    let (width, height) = (frame.width(), frame.height());
    let style = Style::of(frame);
    let mut text = format!(
        "[Script Info]\nScriptType: v4.00+\nPlayResX: {width}\nPlayResY: {height}\nWrapStyle: 2\n\
         ScaledBorderAndShadow: yes\nYCbCr Matrix: TV.709\n\n\
         [V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, \
         BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n\
         Style: Caption,{FONT},{size},&H00FFFFFF,&H00181010,&H80000000,0,1,{outline},{shadow},2,{side},{side},{below},1\n\n\
         [Events]\nFormat: Layer, Start, End, Style, Text\n",
        size = style.size,
        outline = style.outline,
        shadow = style.shadow,
        side = style.side,
        below = style.below,
    );
    for line in lines {
        for (start, end, said) in spoken(line, look) {
            let (start, end) = (centiseconds(start), centiseconds(end));
            let _ = writeln!(text, "Dialogue: 0,{start},{end},Caption,{said}");
        }
    }
    text
}

/// The family name of the face; its weight is part of it.
pub(super) const FONT: &str = "Inter Semi Bold";

struct Style {
    size: u32,
    outline: u32,
    shadow: u32,
    side: u32,
    /// From the lowest edge: inside the area that every screen shows.
    below: u32,
}

impl Style {
    fn of(frame: Frame) -> Self {
        let short = frame.width().min(frame.height());
        let tall = frame.height() > frame.width();
        let scaled = |of_720: u32| (short * of_720).div_ceil(720).max(1);
        Self {
            size: scaled(46),
            outline: scaled(3),
            shadow: 0,
            side: scaled(48),
            // On telephones the lowest part belongs to buttons.
            below: if tall { frame.height() * 18 / 100 } else { frame.height() * 78 / 1000 },
        }
    }
}

/// How many characters fit into a line.
pub(super) fn width(frame: Frame) -> usize {
    let style = Style::of(frame);
    // Inter's letters are 0.56 of its size wide on average.
    let room = f64::from(frame.width() - 2 * style.side) / (0.56 * f64::from(style.size));
    usize::try_from(whole(room)).unwrap_or(usize::MAX).clamp(8, 42)
}

/// What is shown of a line from when to when.
fn spoken(line: &Line, look: Look) -> Vec<(f64, f64, String)> {
    let all: Vec<String> = line.words.iter().map(|word| escaped(&word.word)).collect();
    if look.highlight == Highlight::None {
        return vec![(line.start, line.end, all.join(" "))];
    }
    let [red, green, blue] = look.colour;
    let mut parts = Vec::new();
    for (number, word) in line.words.iter().enumerate() {
        // Each word until the next one starts, so that the line never blinks.
        let start = if number == 0 { line.start } else { word.start };
        let end = line.words.get(number + 1).map_or(line.end, |next| next.start);
        let mut words = all.clone();
        words[number] = format!(r"{{\c&H{blue:02X}{green:02X}{red:02X}&}}{}{{\r}}", all[number]);
        if end > start {
            parts.push((start, end, words.join(" ")));
        }
    }
    parts
}

/// `word` so that no character of it commands.
fn escaped(word: &str) -> String {
    word.replace('\\', "\\\u{2060}").replace('{', r"\{").replace('}', r"\}").replace('\n', " ")
}

fn clock(seconds: f64, point: char) -> String {
    let milliseconds = whole((seconds * 1000.0).round());
    let (rest, milliseconds) = (milliseconds / 1000, milliseconds % 1000);
    format!("{:02}:{:02}:{:02}{point}{milliseconds:03}", rest / 3600, rest / 60 % 60, rest % 60)
}

fn centiseconds(seconds: f64) -> String {
    let hundredths = whole((seconds * 100.0).round());
    let (rest, hundredths) = (hundredths / 100, hundredths % 100);
    format!("{}:{:02}:{:02}.{hundredths:02}", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::frame::{Aspect, Fps, Resolution};
    use crate::media::words::Word;

    fn line() -> Line {
        let word = |word: &str, start, end| Word { word: word.to_owned(), start, end };
        Line {
            start: 3661.5,
            end: 3663.0,
            words: vec![
                word("Fish", 3661.5, 3661.9),
                word("&", 3662.0, 3662.1),
                word("{x}", 3662.2, 3662.6),
            ],
        }
    }

    fn frame(aspect: Aspect) -> Frame {
        Frame::new(aspect, Resolution(720), Fps(30)).unwrap()
    }

    #[test]
    fn each_format_has_its_own_clock_and_escapes() {
        insta::assert_snapshot!(srt(&[line()]), @r"
        1
        01:01:01,500 --> 01:01:03,000
        Fish & {x}
        ");
        insta::assert_snapshot!(vtt(&[line()]), @r"
        WEBVTT

        01:01:01.500 --> 01:01:03.000
        Fish &amp; {x}
        ");
        let look = Look { highlight: Highlight::Word, colour: [255, 180, 84] };
        let drawn = ass(&[line()], frame(Aspect::Wide), look);
        let events = &drawn[drawn.find("Dialogue").unwrap()..];
        insta::assert_snapshot!(events, @r"
        Dialogue: 0,1:01:01.50,1:01:02.00,Caption,{\c&H54B4FF&}Fish{\r} & \{x\}
        Dialogue: 0,1:01:02.00,1:01:02.20,Caption,Fish {\c&H54B4FF&}&{\r} \{x\}
        Dialogue: 0,1:01:02.20,1:01:03.00,Caption,Fish & {\c&H54B4FF&}\{x\}{\r}
        ");
    }

    #[test]
    fn lines_fit_the_shape() {
        assert_eq!(width(frame(Aspect::Wide)), 42);
        assert_eq!(width(frame(Aspect::Tall)), 24);
        assert_eq!(width(frame(Aspect::Square)), 24);
    }
}
