//! Which faces are there, and how wide is a line set in one?
//!
//! Faces come from their packages' folders by path and from nowhere else, so that renders repeat. A face is taken for
//! a line only if it has all of the line's characters.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use flow_engine::kind::{Class, Failure};
use resvg::usvg::{self, fontdb};
use ttf_parser::Face;

/// A face that text may be set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Large words.
    Display,
    /// Large figures: those of the serif are old-style.
    Figures,
    /// Small capitals of a kicker.
    Label,
    Text,
}

struct File {
    path: &'static str,
    family: &'static str,
    weight: u16,
    package: &'static str,
    /// Without an optional face only some scripts are missing.
    optional: bool,
}

const fn file(
    path: &'static str,
    family: &'static str,
    weight: u16,
    package: &'static str,
) -> File {
    File { path, family, weight, package, optional: false }
}

/// In the order in which they are asked for a character.
const FILES: [File; 7] = [
    file("/usr/share/fonts/truetype/vollkorn/Vollkorn-Bold.ttf", "Vollkorn", 700, "fonts-vollkorn"),
    file(
        "/usr/share/fonts/opentype/inter/InterDisplay-Bold.otf",
        "Inter Display",
        700,
        "fonts-inter",
    ),
    file("/usr/share/fonts/opentype/inter/Inter-SemiBold.otf", "Inter", 600, "fonts-inter"),
    file("/usr/share/fonts/opentype/inter/Inter-Regular.otf", "Inter", 400, "fonts-inter"),
    File {
        optional: true,
        ..file(
            "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
            "DejaVu Sans",
            700,
            "fonts-dejavu-core",
        )
    },
    File {
        optional: true,
        ..file(
            "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
            "DejaVu Sans",
            400,
            "fonts-dejavu-core",
        )
    },
    File {
        optional: true,
        ..file(
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
            "Noto Sans CJK SC",
            700,
            "fonts-noto-cjk",
        )
    },
];

/// The faces of this machine.
pub(super) struct Fonts {
    pub database: Arc<fontdb::Database>,
    faces: Vec<Option<Arc<Vec<u8>>>>,
}

/// A face for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice(usize);

impl Choice {
    pub(super) fn family(self) -> &'static str {
        FILES[self.0].family
    }

    pub(super) fn weight(self) -> u16 {
        FILES[self.0].weight
    }
}

/// What a fingerprint should know of the faces.
pub(super) fn revision() -> String {
    let identity = |file: &File| {
        let data = Path::new(file.path).metadata().ok()?;
        let age = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
        Some(format!("{} {} {}", file.path, data.len(), age.as_secs()))
    };
    let faces =
        FILES.iter().map(|file| identity(file).unwrap_or_else(|| format!("{} missing", file.path)));
    faces.collect::<Vec<_>>().join("; ")
}

/// The packages of faces that are needed and not installed.
pub fn missing() -> Vec<&'static str> {
    let absent = FILES.iter().filter(|file| !file.optional && !Path::new(file.path).is_file());
    let mut packages: Vec<&str> = absent.map(|file| file.package).collect();
    packages.dedup();
    packages
}

impl Fonts {
    /// Reads the faces once; a failure is not kept, for they may be installed meanwhile.
    pub(super) fn load() -> Result<&'static Self, Failure> {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        if let Some(fonts) = FONTS.get() {
            return Ok(fonts);
        }
        let absent = missing();
        if !absent.is_empty() {
            let packages = absent.join(" ");
            return Err(Failure::new(
                Class::Missing,
                format!("the fonts of {packages} are not installed"),
            )
            .help(format!("install them: `apt-get install --no-install-recommends {packages}`")));
        }
        Ok(FONTS.get_or_init(Self::read))
    }

    /// What a drawing with words is read with.
    pub(super) fn options(&self) -> usvg::Options<'static> {
        usvg::Options { fontdb: Arc::clone(&self.database), ..usvg::Options::default() }
    }

    fn read() -> Self {
        let mut database = fontdb::Database::new();
        let faces = FILES.iter().map(|file| {
            let data = Arc::new(std::fs::read(file.path).ok()?);
            database.load_font_source(fontdb::Source::Binary(Arc::clone(&data) as _));
            Some(data)
        });
        let faces = faces.collect();
        database.set_sans_serif_family("Inter");
        Self { database: Arc::new(database), faces }
    }

    /// The best face for `text`; none, if no face has its characters.
    pub(super) fn choose(&self, style: Style, text: &str) -> Option<Choice> {
        let order: &[usize] = match style {
            Style::Display => &[0, 1, 4, 6],
            Style::Figures => &[1, 4, 6],
            Style::Label => &[2, 4, 6],
            Style::Text => &[3, 5, 6],
        };
        order.iter().map(|at| Choice(*at)).find(|choice| {
            self.face(*choice).is_some_and(|face| text.chars().all(|c| has(&face, c)))
        })
    }

    /// `text` without the characters that no face has, and a face for the rest.
    pub(super) fn fitting(&self, style: Style, text: &str) -> Option<(String, Choice)> {
        let known = |c: &char| self.choose(style, c.encode_utf8(&mut [0; 4])).is_some();
        let text: String =
            text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(known).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return None;
        }
        if let Some(choice) = self.choose(style, &text) {
            return Some((text, choice));
        }
        // Characters of two scripts: the face that has most of them.
        let counts = (0..FILES.len()).filter_map(|at| {
            let face = self.face(Choice(at))?;
            let kept: String = text.chars().filter(|c| has(&face, *c)).collect();
            Some((kept.chars().count(), std::cmp::Reverse(at), kept))
        });
        let (_, std::cmp::Reverse(at), kept) = counts.max()?;
        Some((kept.split_whitespace().collect::<Vec<_>>().join(" "), Choice(at)))
    }

    fn face(&self, choice: Choice) -> Option<Face<'_>> {
        let data = self.faces[choice.0].as_ref()?;
        Face::parse(data, 0).ok()
    }

    /// How wide `text` is at a size of 1, with so much space between letters.
    pub(super) fn width(&self, choice: Choice, text: &str, spacing: f64) -> f64 {
        let Some(face) = self.face(choice) else {
            return 0.0;
        };
        let unit = f64::from(face.units_per_em());
        let advance = |c: char| {
            let glyph = face.glyph_index(c)?;
            Some(f64::from(face.glyph_hor_advance(glyph)?) / unit)
        };
        text.chars().map(|c| advance(c).unwrap_or(0.6) + spacing).sum()
    }
}

fn has(face: &Face<'_>, c: char) -> bool {
    c.is_whitespace() || face.glyph_index(c).is_some()
}

/// `words` in lines no wider than `width` by `measure`, as even as the fewest lines allow.
pub(super) fn wrapped(text: &str, width: f64, measure: impl Fn(&str) -> f64) -> Vec<String> {
    let greedy = lines(text, width, &measure);
    // The narrowest width that still gives as few lines leaves no word alone on the last one.
    let mut best = greedy;
    let mut narrow = width;
    for _ in 0..12 {
        narrow *= 0.95;
        let tried = lines(text, narrow, &measure);
        if tried.len() > best.len() || tried.iter().any(|line| measure(line) > narrow) {
            break;
        }
        best = tried;
    }
    best
}

fn lines(text: &str, width: f64, measure: &impl Fn(&str) -> f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in breakable(text) {
        let glue = if word.starts_with(' ') { " " } else { "" };
        let word = word.trim_start();
        match lines.last_mut() {
            Some(line) if measure(&format!("{line}{glue}{word}")) <= width => {
                line.push_str(glue);
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The pieces between which a line may end; scripts without spaces may end one anywhere.
fn breakable(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let wide = |c: char| matches!(u32::from(c), 0x2E80..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF);
        let mark = matches!(c, '、' | '。' | '，' | '！' | '？' | '」' | '』' | '：');
        if c == ' ' || pieces.is_empty() || (!mark && (wide(c) || wide(before))) {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
        before = c;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: u32, expect: &[&str]) {
        let measure = |line: &str| f64::from(u32::try_from(line.chars().count()).unwrap());
        assert_eq!(wrapped(text, f64::from(width), measure), expect);
    }

    #[test]
    fn lines_are_even_and_no_word_is_left_alone() {
        check("one two three four", 14, &["one two", "three four"]);
        check("short", 14, &["short"]);
        check("風がやんだ。森は暗い。", 6, &["風がやんだ。", "森は暗い。"]);
        check("Unbreakablylong word", 8, &["Unbreakablylong", "word"]);
    }
}
