//! Which words does a Word document hold?
//!
//! A DOCX file is a ZIP archive of XML. Paragraphs, headings (by the outline level of their style) and list entries
//! are read; tables, notes and deleted text are not. What an archive may unpack to is bounded.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use flow_engine::kind::Failure;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use zip::ZipArchive;

use super::MOST_TEXT;
use super::content::{Block, Content};

const BODY: &str = "word/document.xml";
const STYLES: &str = "word/styles.xml";
/// XML is far longer than the text in it.
const MOST_XML: u64 = 16 * MOST_TEXT as u64;

/// The words of a Word document.
pub(super) fn read(bytes: &[u8]) -> Result<Content, Failure> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(&error))?;
    let names: Vec<String> =
        archive.file_names().flatten().take(10_000).map(std::borrow::Cow::into_owned).collect();
    if !names.iter().any(|name| name == BODY) {
        return Err(other_archive(&names));
    }
    let body = part(&mut archive, BODY)?;
    let styles = if names.iter().any(|name| name == STYLES) {
        outline(&part(&mut archive, STYLES)?)?
    } else {
        BTreeMap::new()
    };
    Ok(Content::of_blocks(blocks(&body, &styles)?))
}

fn damaged(error: &dyn std::fmt::Display) -> Failure {
    Failure::input(format!("the DOCX file is damaged: {error}"))
        .help("open it in a word processor and save it again")
}

fn other_archive(names: &[String]) -> Failure {
    let has = |start: &str| names.iter().any(|name| name.starts_with(start));
    let what = match () {
        () if has("xl/") => "a spreadsheet",
        () if has("ppt/") => "a presentation",
        () if has("META-INF/container.xml") => "an e-book (EPUB)",
        () if has("content.xml") => "an OpenDocument file",
        () => "a ZIP archive",
    };
    Failure::input(format!("the file is {what}, not a document that can be read"))
        .help("export its text as DOCX, PDF, HTML, Markdown or plain text")
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, Failure> {
    let file = archive.by_name(name).map_err(|error| damaged(&error))?;
    let mut xml = Vec::new();
    // By what really comes out: an archive may lie about the size.
    file.take(MOST_XML + 1).read_to_end(&mut xml).map_err(|error| damaged(&error))?;
    if xml.len() as u64 > MOST_XML {
        return Err(super::too_much_text());
    }
    super::decode::decode(&xml)
}

/// What a paragraph style says: its level in the outline, 0 for the title.
fn outline(xml: &str) -> Result<BTreeMap<String, u8>, Failure> {
    let mut reader = Reader::from_str(xml);
    let mut levels = BTreeMap::new();
    let mut style = String::new();
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                "style" => style = attribute(&tag, "w:styleId"),
                "name" => {
                    let name = attribute(&tag, "w:val").to_lowercase();
                    let level = match name.strip_prefix("heading ").map(str::parse) {
                        Some(Ok(level @ 1..=9)) => Some(level),
                        _ => (name == "title").then_some(0),
                    };
                    if let Some(level) = level {
                        levels.insert(style.clone(), level);
                    }
                }
                "outlineLvl" => {
                    if let Ok(level @ 0..=8) = attribute(&tag, "w:val").parse::<u8>() {
                        levels.entry(style.clone()).or_insert(level + 1);
                    }
                }
                _ => {}
            },
            Event::Eof => return Ok(levels),
            _ => {}
        }
    }
}

/// A paragraph as far as it was read.
#[derive(Default)]
struct Open {
    text: String,
    /// 0 for the title, 1 and up for headings.
    level: Option<u8>,
    in_list: bool,
}

fn blocks(xml: &str, styles: &BTreeMap<String, u8>) -> Result<Vec<Block>, Failure> {
    let mut reader = Reader::from_str(xml);
    let mut blocks = Vec::new();
    let mut open = Open::default();
    let (mut tables, mut in_text) = (0_u32, false);
    loop {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "tbl" => tables += 1,
                "t" => in_text = true,
                _ => property(&tag, styles, &mut open),
            },
            Event::Empty(tag) => property(&tag, styles, &mut open),
            Event::Text(text) if in_text && tables == 0 => {
                open.text.push_str(&text.xml10_content());
            }
            Event::GeneralRef(entity) if in_text && tables == 0 => {
                open.text.push_str(&named(&entity));
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                "tbl" => tables = tables.saturating_sub(1),
                "t" => in_text = false,
                "p" => close(std::mem::take(&mut open), &mut blocks),
                _ => {}
            },
            Event::Eof => return Ok(blocks),
            _ => {}
        }
    }
}

fn property(tag: &BytesStart<'_>, styles: &BTreeMap<String, u8>, open: &mut Open) {
    match tag.local_name().as_ref() {
        "pStyle" => open.level = styles.get(&attribute(tag, "w:val")).copied().or(open.level),
        "outlineLvl" => {
            open.level =
                attribute(tag, "w:val").parse().ok().filter(|l: &u8| *l < 9).map(|l| l + 1);
        }
        "numPr" => open.in_list = true,
        "tab" | "br" | "cr" => open.text.push(' '),
        "noBreakHyphen" => open.text.push('-'),
        _ => {}
    }
}

fn close(open: Open, blocks: &mut Vec<Block>) {
    let Open { text, level, in_list } = open;
    if text.trim().is_empty() {
        return;
    }
    blocks.push(match level {
        // The title stands above all chapters.
        Some(level) => Block::Heading { level: (level + 1).min(9), text },
        None if in_list => Block::Paragraph(format!("- {}", text.trim())),
        None => Block::Paragraph(text),
    });
}

fn named(entity: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        return c.to_string();
    }
    match &*entity.xml10_content() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => "",
    }
    .to_owned()
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let value = tag.try_get_attribute(name).ok().flatten();
    value
        .and_then(|value| {
            value.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    const WORD_STYLES: &str = r#"<w:styles xmlns:w="w"><w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
        <w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style></w:styles>"#;

    #[test]
    fn headings_lists_and_runs_are_read_and_tables_left_out() {
        let body = r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>
            <w:p><w:pPr><w:pStyle w:val="Titel"/></w:pPr><w:r><w:t>Tides</w:t></w:r></w:p>
            <w:p><w:r><w:t xml:space="preserve">Salt &amp; </w:t></w:r><w:r><w:t>water.</w:t><w:br/><w:t>Twice a day&#8230;</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            <w:p><w:pPr><w:pStyle w:val="berschrift1"/></w:pPr><w:r><w:t>Springs</w:t></w:r></w:p>
            <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/></w:numPr></w:pPr><w:r><w:t>The moon pulls.</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>
            </w:body></w:document>"#;
        let file = archive(&[(BODY, body), (STYLES, WORD_STYLES)]);
        insta::assert_snapshot!(read(&file).unwrap().to_markdown(), @r"
        # Tides

        Salt & water. Twice a day…

        ## Springs

        - The moon pulls.
        ");
    }

    #[test]
    fn an_archive_that_unpacks_to_too_much_is_refused() {
        let bomb = format!("<w:p><w:t>{}</w:t></w:p>", " ".repeat(16 * MOST_TEXT));
        let failure = read(&archive(&[(BODY, &bomb)])).unwrap_err();
        assert!(failure.message.contains("MB"), "{failure}");
    }

    #[test]
    fn other_archives_are_named() {
        let failure = read(&archive(&[("xl/workbook.xml", "")])).unwrap_err();
        assert!(failure.message.contains("spreadsheet"), "{failure}");
        assert!(read(b"PK\x03\x04 broken").unwrap_err().message.contains("damaged"));
    }
}
