//! Which lines do the placed letters of a page form?

use pdf_extract::{MediaBox, OutputDev, OutputError, Transform};

/// One line as it stands on its page; measures in points, `y` from the page's bottom.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub text: String,
    /// Where its first letter begins and its last one ends.
    pub left: f64,
    pub right: f64,
    pub y: f64,
    /// The height of its type.
    pub size: f64,
    /// Where it stands on the page, from 0 at the bottom to 1.
    pub height: f64,
}

/// The letters of one page, gathered into lines as they come.
#[derive(Default)]
pub(super) struct Page {
    lines: Vec<Line>,
    bottom: f64,
    top: f64,
    starts_word: bool,
}

impl Page {
    pub(super) fn into_lines(self) -> Vec<Line> {
        let mut lines = self.lines;
        for line in &mut lines {
            line.text = expand(line.text.trim());
        }
        lines.retain(|line| !line.text.is_empty());
        lines
    }

    fn put(&mut self, x: f64, y: f64, size: f64, width: f64, text: &str) {
        let height = (y - self.bottom) / (self.top - self.bottom).max(1.0);
        let starts_word = std::mem::take(&mut self.starts_word);
        if let Some(line) = self.lines.last_mut() {
            let tall = size.max(line.size);
            let same = (y - line.y).abs() < tall * 0.5
                && x > line.right - tall * 2.0
                && x < line.right + tall * 6.0;
            if same {
                if starts_word && x > line.right + tall * 0.14 && !line.text.ends_with(' ') {
                    line.text.push(' ');
                }
                line.text.push_str(text);
                line.right = x + width;
                // Raised and lowered signs are smaller and set a little off.
                if size > line.size {
                    (line.size, line.y) = (size, y);
                }
                return;
            }
        }
        let text = text.to_owned();
        self.lines.push(Line { text, left: x, right: x + width, y, size, height });
    }
}

impl OutputDev for Page {
    fn begin_page(
        &mut self,
        _: u32,
        media_box: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        (self.bottom, self.top) = (media_box.lly, media_box.ury);
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        // The side of the square that is as large as what the placing makes of the letter's.
        let area = place.m11 * place.m22 - place.m12 * place.m21;
        let size = size * area.abs().sqrt();
        let (x, y) = (place.m31, place.m32);
        let upright = place.m12.abs() < place.m11.abs();
        if upright && x.is_finite() && y.is_finite() && size.is_finite() {
            self.put(x, y, size, width * size, text);
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.starts_word = true;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// `text` with joined letters taken apart and control characters gone.
fn expand(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬃ' => out.push_str("ffi"),
            'ﬄ' => out.push_str("ffl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            '\u{2010}' | '\u{2011}' => out.push('-'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
