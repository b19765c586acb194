//! What is left of a document once its layout is gone?
//!
//! A title and sections of paragraphs, and the Markdown that says the same: what [`Content::to_markdown`] writes,
//! [`super::markdown::read`] reads back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

/// A document's words, without its layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub title: Option<String>,
    pub sections: Vec<Section>,
    /// What the document itself says of its language, such as `en-GB`.
    pub language: Option<String>,
}

/// A heading and what stands below it, up to the next heading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Absent above the first heading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    /// 2 for a chapter of the document, 3 for a part of a chapter, up to 6; 1 for what has no heading.
    #[serde(default = "top")]
    pub level: u8,
    /// Plain text, one line each; an entry of a list begins with `- `.
    pub paragraphs: Vec<String>,
}

fn top() -> u8 {
    1
}

impl Content {
    /// Sections gathered from `headings` and `paragraphs` in their order.
    pub(super) fn of_blocks(blocks: Vec<Block>) -> Self {
        let mut content = Self::default();
        let mut open = Section { level: 1, ..Section::default() };
        for block in blocks {
            match block {
                Block::Paragraph(text) => {
                    let text = one_line(&text);
                    if !text.is_empty() && text != "-" {
                        open.paragraphs.push(text);
                    }
                }
                Block::Heading { level, text } => {
                    content.sections.push(std::mem::take(&mut open));
                    let text = one_line(&text);
                    open = Section { heading: Some(text), level, paragraphs: Vec::new() };
                }
            }
        }
        content.sections.push(open);
        content.settle();
        content
    }

    /// Makes a leading top heading the title, drops empty sections, and lets chapters start at level 2.
    fn settle(&mut self) {
        self.sections.retain(|section| {
            section.heading.as_ref().map_or(!section.paragraphs.is_empty(), |text| !text.is_empty())
        });
        let top = self.sections.iter().filter(|s| s.heading.is_some()).map(|s| s.level).min();
        if let Some(first) = self.sections.first_mut()
            && Some(first.level) == top
            && first.heading.is_some()
        {
            self.title = first.heading.take();
            first.level = 1;
        }
        // A heading without text of its own still names the parts below it.
        let last = self.sections.len().saturating_sub(1);
        let parts: Vec<bool> = (0..self.sections.len())
            .map(|i| i < last && self.sections[i + 1].level > self.sections[i].level)
            .collect();
        let mut keep = parts.iter();
        self.sections.retain(|section| {
            let names_parts = keep.next().copied().unwrap_or(false);
            !section.paragraphs.is_empty() || (names_parts && section.heading.is_some())
        });
        let headed = || self.sections.iter().filter(|s| s.heading.is_some());
        let shift = headed().map(|s| s.level).min().map_or(0, |top| 2 - i16::from(top));
        for section in &mut self.sections {
            let level = i16::from(section.level) + shift;
            section.level = match section.heading {
                Some(_) => u8::try_from(level.clamp(2, 6)).unwrap_or(6),
                None => 1,
            };
        }
    }

    /// How many words the sections hold.
    pub(crate) fn words(&self) -> usize {
        self.texts().map(|text| text.unicode_words().count()).sum()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().flat_map(|section| {
            section.heading.iter().chain(&section.paragraphs).map(String::as_str)
        })
    }

    pub(crate) fn to_markdown(&self) -> String {
        let mut markdown = String::new();
        if let Some(title) = &self.title {
            block(&mut markdown, "# ", title);
        }
        for section in &self.sections {
            if let Some(heading) = &section.heading {
                let marks = format!("{} ", "#".repeat(usize::from(section.level.max(1))));
                block(&mut markdown, &marks, heading);
            }
            for paragraph in &section.paragraphs {
                match paragraph.strip_prefix("- ") {
                    Some(item) => block(&mut markdown, "- ", item),
                    None => block(&mut markdown, "", paragraph),
                }
            }
        }
        markdown.truncate(markdown.trim_end().len());
        markdown
    }
}

/// One piece of a document in reading order, as the readers of formats find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Heading { level: u8, text: String },
    Paragraph(String),
}

/// `text` with its white space reduced to single spaces, and without the invisible characters of layout.
pub(super) fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}'))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn block(markdown: &mut String, marks: &str, text: &str) {
    // Entries of one list stay together; everything else is set apart.
    let last = markdown.trim_end().rsplit('\n').next().unwrap_or_default();
    if marks == "- " && last.starts_with("- ") {
        markdown.pop();
    }
    markdown.push_str(marks);
    escape(text, markdown);
    markdown.push_str("\n\n");
}

/// Writes `text` so that Markdown reads it back as it is.
fn escape(text: &str, out: &mut String) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = !out.ends_with("# ") && digits > 0 && text[digits..].starts_with(['.', ')']);
    let mut before = ' ';
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let next = rest.peek().map_or(' ', |(_, c)| *c);
        let special = match c {
            '<' => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
            '&' => next.is_ascii_alphanumeric() || next == '#',
            '_' => !(before.is_alphanumeric() && next.is_alphanumeric()),
            '\\' | '`' | '*' | '~' | '|' => true,
            '[' => at == 0 || before == '!' || next == '^',
            ']' => matches!(next, '(' | '[' | ':'),
            '#' => at == 0 || rest.peek().is_none() || next == '#' || before == '#',
            '>' | '+' | '-' | '=' | ':' => at == 0,
            '.' | ')' => numbered && at == digits && next == ' ',
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        before = c;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::markdown;
    use super::*;

    #[test]
    fn a_leading_heading_is_the_title_and_chapters_start_at_level_two() {
        let heading = |level, text: &str| Block::Heading { level, text: text.to_owned() };
        let paragraph = |text: &str| Block::Paragraph(text.to_owned());
        let content = Content::of_blocks(vec![
            heading(1, "The Fox"),
            paragraph("It  snowed\nall day."),
            heading(1, "Dusk"),
            paragraph("The wind fell."),
        ]);
        assert_eq!(content.title.as_deref(), Some("The Fox"));
        assert_eq!(content.sections[0].paragraphs, ["It snowed all day."]);
        assert_eq!(content.sections[1].level, 2);
        assert_eq!(
            content.to_markdown(),
            "# The Fox\n\nIt snowed all day.\n\n## Dusk\n\nThe wind fell."
        );
    }

    proptest! {
        #[test]
        fn what_is_written_as_markdown_reads_back(
            title in "[A-Za-z0-9#*_<>&.`\\[\\]| :~!-]{0,20}",
            texts in prop::collection::vec("[A-Za-z0-9#*_<>&.`\\[\\]()|+=:~$!\" -]{1,40}", 1..6),
        ) {
            let mut blocks = vec![Block::Heading { level: 1, text: format!("T{title}") }];
            blocks.extend(texts.into_iter().map(|text| Block::Paragraph(format!("a{text}"))));
            let content = Content::of_blocks(blocks);
            prop_assert_eq!(markdown::read(&content.to_markdown()), content);
        }
    }
}
