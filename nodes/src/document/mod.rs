//! Which words does a file hold?
//!
//! Text, Markdown, HTML, PDF and DOCX become one [`Content`]: a title and sections of paragraphs. What a text says
//! is not judged here; see `text`.

pub(crate) mod content;
mod decode;
mod docx;
mod html;
pub(crate) mod language;
pub(crate) mod markdown;
mod pdf;
pub(crate) mod plain;

use flow_engine::kind::{Attempt, Class, Failure, File, Kind, MediaType, Nature, Registry};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use content::Content;
pub use content::Section;

pub(crate) fn register(registry: &mut Registry) {
    registry.add(Read);
}

/// More text than this is no input for a film: about 700 000 words.
const MOST_TEXT: usize = 4 << 20;
/// PDF and DOCX files may hold pictures beside their text.
const MOST_FILE: u64 = 64 << 20;

/// `document/read`.
pub struct Read;

/// Files that may hold text.
pub struct Readable;

impl MediaType for Readable {
    const RANGE: &'static str = "text/*, application/pdf, application/xhtml+xml, \
        application/vnd.openxmlformats-officedocument.wordprocessingml.document, application/octet-stream";
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// A text, Markdown, HTML, PDF or DOCX file.
    pub file: File<Readable>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub title: String,
    /// The whole as Markdown, without code, tables, pictures and notes.
    pub text: String,
    pub sections: Vec<Section>,
    /// A language code such as `en`; absent when it is not clear.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the content proved to be.
    pub media_type: String,
    pub words: usize,
}

impl Kind for Read {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "document/read";
    const VERSION: u32 = 3;
    const NATURE: Nature = Nature::Pure;
    const DOCS: &'static str = "\
Reads the words of a text, Markdown, HTML, PDF or DOCX file.

What the content is decides how it is read, then the file's name. Only what is meant to be read remains: code, tables,
pictures, notes, menus and page numbers are left out, and lines and hyphens that a page broke are joined again.

- `text` is Markdown; `text/narrate` and every prompt take it.
- `sections` holds the same in parts: `{ heading, level, paragraphs }`.
- A scanned PDF has no text: run OCR first (`ocrmypdf in.pdf out.pdf`).
- At most 4 MB of text are read, and files of at most 64 MB.

```yaml
read:
  use: document/read
  with:
    file: ${{ inputs.article }}
```
";

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let File { digest, bytes, name, .. } = input.file;
        if bytes > MOST_FILE {
            return Err(too_large(bytes));
        }
        let path = attempt.artifacts().open(&digest).await?;
        let reading = tokio::task::spawn_blocking(move || {
            let bytes = std::fs::read(&path).map_err(|error| {
                Failure::new(Class::Storage, format!("cannot read {}: {error}", path.display()))
            })?;
            read(&bytes, name.as_deref())
        });
        reading.await.unwrap_or_else(|_| {
            Err(Failure::input("the file is damaged: its reader gave up")
                .help("open it in another program, export it as plain text, and give that file"))
        })
    }
}

/// The words of a file's content.
pub(crate) fn read(bytes: &[u8], name: Option<&str>) -> Result<Output, Failure> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::input("the file is empty").help("give a file with some text in it"));
    }
    let format = Format::of(bytes, name)?;
    let content = match &format {
        Format::Pdf => pdf::read(bytes)?,
        Format::Docx => docx::read(bytes)?,
        Format::Html(text) => html::read(text)?,
        Format::Markdown(text) => markdown::read(text),
        Format::Plain(text) => plain::read(text),
    };
    let words = content.words();
    if words == 0 {
        return Err(Failure::input("the file holds no words that can be read")
            .help("code, tables and pictures are left out; give a file with some prose in it"));
    }
    let text = content.to_markdown();
    if text.len() > MOST_TEXT {
        return Err(too_much_text());
    }
    let language = content
        .language
        .as_deref()
        .and_then(code)
        .or_else(|| language::of(&text).map(str::to_owned));
    let title = title(&content, name);
    let media_type = format.media_type().to_owned();
    Ok(Output { title, text, sections: content.sections, language, media_type, words })
}

/// How a file is read.
#[derive(Debug)]
enum Format {
    Pdf,
    Docx,
    Html(String),
    Markdown(String),
    Plain(String),
}

impl Format {
    /// By content first: names are often wrong.
    fn of(bytes: &[u8], name: Option<&str>) -> Result<Self, Failure> {
        if bytes
            .iter()
            .take(1024)
            .collect::<Vec<_>>()
            .windows(5)
            .any(|five| five.iter().copied().eq(b"%PDF-"))
        {
            return Ok(Self::Pdf);
        }
        if bytes.starts_with(b"PK\x03\x04") {
            return Ok(Self::Docx);
        }
        if let Some(kind) = infer::get(bytes).filter(|kind| !kind.mime_type().starts_with("text/"))
        {
            return Err(not_text(kind.mime_type()));
        }
        if bytes.len() > MOST_TEXT {
            return Err(too_much_text());
        }
        let text = decode::decode(bytes)?;
        let ending = name.and_then(|name| name.rsplit_once('.')).map(|(_, end)| end.to_lowercase());
        let start: String = text.trim_start().chars().take(2000).collect::<String>().to_lowercase();
        let is_page = start.starts_with('<')
            && ["<!doctype html", "<html", "<head", "<body", "<article"]
                .iter()
                .any(|tag| start.contains(tag));
        Ok(match ending.as_deref() {
            _ if is_page => Self::Html(text),
            Some("html" | "htm" | "xhtml") => Self::Html(text),
            Some("md" | "markdown" | "mdx") => Self::Markdown(text),
            _ if markdown::looks_like(&text) => Self::Markdown(text),
            _ => Self::Plain(text),
        })
    }

    fn media_type(&self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Html(_) => "text/html",
            Self::Markdown(_) => "text/markdown",
            Self::Plain(_) => "text/plain",
        }
    }
}

fn not_text(media_type: &str) -> Failure {
    let help = match media_type {
        "application/msword" | "application/rtf" | "text/rtf" => {
            "open it in a word processor and save it as DOCX or plain text"
        }
        "application/epub+zip" => "convert it to HTML or plain text first, as with `pandoc`",
        kind if kind.starts_with("image/") => "run OCR on it first, and give the text",
        kind if kind.starts_with("audio/") || kind.starts_with("video/") => {
            "transcribe it first, as with `speech/transcribe`, and give the text"
        }
        _ => "give a text, Markdown, HTML, PDF or DOCX file",
    };
    Failure::input(format!("the file is {media_type}, which holds no text")).help(help)
}

fn too_much_text() -> Failure {
    Failure::input(format!("the text is longer than {} MB, the most that is read", MOST_TEXT >> 20))
        .help("cut it into parts, such as chapters, and give one of them")
}

fn too_large(bytes: u64) -> Failure {
    let (size, limit) = (bytes >> 20, MOST_FILE >> 20);
    Failure::input(format!("the file has {size} MB; at most {limit} MB are read"))
        .help("extract its text first (`pdftotext in.pdf out.txt`) and give that file")
}

/// The two letters of a language tag such as `en-GB`.
fn code(tag: &str) -> Option<String> {
    let code = tag.split(['-', '_']).next()?.trim().to_lowercase();
    ((2..=3).contains(&code.len()) && code.chars().all(|c| c.is_ascii_lowercase())).then_some(code)
}

/// The document's own title, else its first heading, else the file's name, else its first words.
fn title(content: &Content, name: Option<&str>) -> String {
    let heading = || content.sections.iter().find_map(|section| section.heading.clone());
    let first_words = || {
        let text = content.sections.iter().flat_map(|section| &section.paragraphs).next()?;
        let words: Vec<&str> = text.trim_start_matches("- ").split_whitespace().take(8).collect();
        Some(words.join(" ").trim_end_matches([',', '.', ';', ':']).to_owned())
    };
    let of_name = || {
        let stem = name?.rsplit(['/', '\\']).next()?;
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        let words = stem.replace(['_', '-'], " ");
        let mut letters = words.trim().chars();
        let first = letters.next()?;
        Some(first.to_uppercase().chain(letters).collect::<String>())
    };
    let own = content.title.clone().filter(|title| !title.is_empty());
    own.or_else(heading).or_else(of_name).or_else(first_words).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stored_file_is_read() {
        let attempt = crate::testing::TestAttempt::new();
        let file = attempt.store("Rope\n\nA long rope lay there.", "text/plain");
        let output = Read.run(&attempt, Input { file }).await.unwrap();
        assert_eq!((output.title.as_str(), output.words), ("Rope", 5));
        let huge = File::new(flow_engine::name::Digest::of(b""), "text/plain", 65 << 20);
        let failure = Read.run(&attempt, Input { file: huge }).await.unwrap_err();
        assert!(failure.message.contains("at most 64 MB"), "{failure}");
    }

    #[test]
    fn content_decides_before_the_name() {
        let media_type =
            |text: &str, name: &str| read(text.as_bytes(), Some(name)).unwrap().media_type;
        assert_eq!(media_type("# Rope\n\nA long rope.", "rope.txt"), "text/markdown");
        assert_eq!(
            media_type("<!DOCTYPE html><p>One two three four five.", "page.txt"),
            "text/html"
        );
        assert_eq!(media_type("A rope lay there.", "rope.md"), "text/markdown");
        assert_eq!(media_type("A rope lay there.", "rope"), "text/plain");
    }

    #[test]
    fn a_document_without_a_title_takes_its_files_name() {
        let output =
            read(b"the old ferry sank, and nobody saw it.", Some("old-ferry.txt")).unwrap();
        assert_eq!(output.title, "Old ferry");
        assert_eq!((output.words, output.language.as_deref()), (8, Some("en")));
    }

    #[test]
    fn what_cannot_be_read_says_what_to_do() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
        let cases: [(&str, Vec<u8>); 6] = [
            ("empty", b" \n\t".to_vec()),
            ("picture", png.to_vec()),
            ("too long", b"many words ".repeat(400_000)),
            ("only code", b"```\nlet x = 1;\n```\n".to_vec()),
            ("broken pdf", b"%PDF-1.7\nnothing".to_vec()),
            (
                "junk",
                (0..5000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect(),
            ),
        ];
        let said: Vec<String> = cases
            .iter()
            .map(|(case, bytes)| {
                let failure = read(bytes, None).unwrap_err();
                assert_eq!(failure.class, Class::Input);
                format!("{case}: {failure}; {}", failure.help.as_deref().unwrap())
            })
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r"
        empty: the file is empty; give a file with some text in it
        picture: the file is image/png, which holds no text; run OCR on it first, and give the text
        too long: the text is longer than 4 MB, the most that is read; cut it into parts, such as chapters, and give one of them
        only code: the file holds no words that can be read; code, tables and pictures are left out; give a file with some prose in it
        broken pdf: the PDF is damaged: failed parsing cross reference table: invalid start value; open it in a viewer, print it to a new PDF or save its text, and give that file
        junk: the file holds binary data, no text; give a text, Markdown, HTML, PDF or DOCX file
        ");
    }
}
