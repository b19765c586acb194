//! Which words of a Markdown text are meant to be read?
//!
//! Headings, paragraphs and lists. Code, tables, pictures, footnotes and raw HTML are left out; a link is its text.

use pulldown_cmark::{Event, HeadingLevel, MetadataBlockKind, Options, Parser, Tag, TagEnd};

use super::content::{Block, Content};

/// The words of a Markdown text.
pub(crate) fn read(text: &str) -> Content {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(text, options) {
        reader.take(event);
    }
    reader.flush();
    let mut content = Content::of_blocks(reader.blocks);
    let front = |name: &str| field(&reader.front_matter, name);
    content.language = front("lang").or_else(|| front("language"));
    content.title = front("title").or(content.title);
    content
}

/// Whether `text` carries marks that only Markdown has.
pub(crate) fn looks_like(text: &str) -> bool {
    let heading = |line: &str| {
        let marks = line.bytes().take_while(|b| *b == b'#').count();
        (1..=6).contains(&marks) && line[marks..].starts_with(' ')
    };
    let escaped = |line: &str| {
        line.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && b"*_`#[<-.>".contains(&pair[1]))
    };
    text.starts_with("---\n")
        || text.lines().any(|line| {
            heading(line)
                || line.starts_with("```")
                || line.starts_with("~~~")
                || line.contains("](")
                || line.matches("**").count() >= 2
                || escaped(line)
        })
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    /// The block that is being read.
    text: String,
    heading: Option<u8>,
    /// How many lists are open around the text.
    lists: usize,
    /// How many parts that are not read aloud are open.
    left_out: usize,
    front_matter: String,
    in_front_matter: bool,
    /// Raw HTML whose text counts: a centred title is written so in many files.
    raw: String,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.open(&tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.in_front_matter => self.front_matter.push_str(&text),
            Event::Text(text) | Event::Code(text) => {
                if self.left_out == 0 {
                    self.text.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            Event::Html(html) => self.raw.push_str(&html),
            Event::InlineHtml(html) if html.starts_with("<br") => self.text.push(' '),
            Event::Rule => self.flush(),
            Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                self.heading = Some(number(*level));
            }
            Tag::List(_) => {
                self.flush();
                self.lists += 1;
            }
            Tag::Paragraph | Tag::Item | Tag::BlockQuote(_) => self.flush(),
            Tag::MetadataBlock(MetadataBlockKind::YamlStyle | MetadataBlockKind::PlusesStyle) => {
                self.in_front_matter = true;
            }
            tag if is_left_out(tag) => {
                if matches!(tag, Tag::CodeBlock(_) | Tag::Table(_) | Tag::FootnoteDefinition(_)) {
                    self.flush();
                }
                self.left_out += 1;
            }
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) | TagEnd::Paragraph | TagEnd::Item => self.flush(),
            TagEnd::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
            }
            TagEnd::MetadataBlock(_) => self.in_front_matter = false,
            TagEnd::HtmlBlock => self.close_raw(),
            TagEnd::CodeBlock | TagEnd::Table | TagEnd::Image | TagEnd::FootnoteDefinition => {
                self.left_out = self.left_out.saturating_sub(1);
            }
            _ => {}
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let heading = self.heading.take();
        if text.trim().is_empty() {
            return;
        }
        self.blocks.push(match heading {
            Some(level) => Block::Heading { level, text: without_emoji(&text) },
            None if self.lists > 0 => Block::Paragraph(format!("- {}", text.trim())),
            None => Block::Paragraph(text),
        });
    }

    fn close_raw(&mut self) {
        let raw = std::mem::take(&mut self.raw);
        let title = raw.find("<h1").and_then(|at| {
            let inner = &raw[at..];
            let inner = &inner[inner.find('>')? + 1..];
            Some(without_tags(&inner[..inner.find("</h1")?]))
        });
        if let Some(text) = title.filter(|text| !text.trim().is_empty()) {
            self.blocks.push(Block::Heading { level: 1, text });
        }
    }
}

fn is_left_out(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::CodeBlock(_) | Tag::Table(_) | Tag::Image { .. } | Tag::FootnoteDefinition(_)
    )
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The text between the tags of `html`.
fn without_tags(html: &str) -> String {
    let mut inside = false;
    html.chars()
        .filter(|c| {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    return false;
                }
                _ => {}
            }
            !inside
        })
        .collect()
}

/// `text` without pictographs, which many headings begin with.
fn without_emoji(text: &str) -> String {
    let pictograph = |c: char| matches!(u32::from(c), 0x2600..=0x27BF | 0x1F000..=0x1FAFF | 0xFE0F | 0x200D | 0x2B50 | 0x2B55);
    text.chars().filter(|c| !pictograph(*c)).collect()
}

/// The value of `name` in front matter of `name: value` or `name = "value"` lines.
fn field(front_matter: &str, name: &str) -> Option<String> {
    front_matter.lines().find_map(|line| {
        let value = line.strip_prefix(name)?.trim_start().strip_prefix([':', '='])?;
        let value = value.trim().trim_matches(['"', '\'']).trim();
        (!value.is_empty()).then(|| value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_keeps_its_prose_and_loses_code_tables_badges_and_pictures() {
        let text = "\
---
title: Ferry
lang: en
---
<h1 align=\"center\">Ferry</h1>

[![build](https://x.test/b.svg)](https://x.test) ![logo](logo.png)

Ferry moves *files* between [two machines](https://x.test/m \"how\"),
with `rsync`[^1] below.

## 🚀 Install

```sh
cargo install ferry
```

| a | b |
|---|---|
| 1 | 2 |

- Works **offline**.
- Needs no *daemon*,
  only SSH.
    1. Nested too.

> Quoted words stay.

[^1]: A footnote.
";
        let content = read(text);
        assert_eq!(content.language.as_deref(), Some("en"));
        insta::assert_snapshot!(content.to_markdown(), @r"
        # Ferry

        Ferry moves files between two machines, with rsync below.

        ## Install

        - Works offline.
        - Needs no daemon, only SSH.
        - Nested too.

        Quoted words stay.
        ");
    }

    #[test]
    fn prose_is_not_taken_for_markdown() {
        assert!(looks_like("## Install\n\nText"));
        assert!(looks_like("See [this](https://x.test)."));
        assert!(!looks_like("A plain text, with 3 * 4 = 12 and #hashtags.\n- a dash"));
    }
}
