//! Where are the headings and paragraphs on the pages of a PDF?
//!
//! A PDF holds placed letters. Letters become lines by where they stand, lines lose running headers and page
//! numbers, and join into paragraphs by distance, indentation and how they end; a heading is set larger, or numbered.

mod lines;
mod paragraphs;

use std::panic::{AssertUnwindSafe, catch_unwind};

use flow_engine::kind::Failure;
use pdf_extract::Document;

use super::content::{Content, one_line};
use lines::{Line, Page};

/// Longer files are read up to here.
const MOST_PAGES: usize = 1000;
/// Fewer letters on a page than this are stamps on a picture.
const FEWEST_LETTERS: usize = 16;
/// Deeply nested pages need room; the reader recurses.
const STACK: usize = 64 << 20;

/// The words of a PDF.
pub(super) fn read(bytes: &[u8]) -> Result<Content, Failure> {
    // On a thread of its own: its stack is larger, and a panic of the reader ends there.
    let reading = std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().stack_size(STACK);
        reader.spawn_scoped(scope, || pages(bytes)).map(std::thread::ScopedJoinHandle::join)
    });
    let (pages, title) = match reading {
        Ok(Ok(pages)) => pages?,
        Ok(Err(_)) | Err(_) => return Err(damaged("its structure is broken")),
    };
    let letters: usize = pages
        .iter()
        .flatten()
        .map(|line| line.text.chars().filter(|c| c.is_alphabetic()).count())
        .sum();
    if letters < FEWEST_LETTERS * pages.len().max(1) {
        return Err(Failure::input("this PDF holds pictures of pages, no text")
            .help("run OCR first, as with `ocrmypdf in.pdf out.pdf`, and give the new file"));
    }
    let mut content = Content::of_blocks(paragraphs::of(pages));
    content.title = content.title.or(title);
    Ok(content)
}

fn damaged(why: &str) -> Failure {
    Failure::input(format!("the PDF is damaged: {why}"))
        .help("open it in a viewer, print it to a new PDF or save its text, and give that file")
}

/// The lines of each page, and the title that the file names.
fn pages(bytes: &[u8]) -> Result<(Vec<Vec<Line>>, Option<String>), Failure> {
    let mut document = Document::load_mem(bytes).map_err(|error| damaged(&error.to_string()))?;
    if document.is_encrypted() && document.decrypt("").is_err() {
        return Err(Failure::input("the PDF is protected by a password")
            .help("save a copy without a password and give that file"));
    }
    let numbers: Vec<u32> = document.get_pages().into_keys().take(MOST_PAGES).collect();
    let mut pages = Vec::new();
    let mut letters = 0;
    for number in numbers {
        let mut page = Page::default();
        // A page that the reader gives up on is a gap, not the end.
        let _ = catch_unwind(AssertUnwindSafe(|| {
            pdf_extract::output_doc_page(&document, &mut page, number)
        }));
        let lines = page.into_lines();
        letters += lines.iter().map(|line| line.text.len()).sum::<usize>();
        if letters > super::MOST_TEXT {
            return Err(super::too_much_text());
        }
        pages.push(lines);
    }
    if pages.is_empty() {
        return Err(damaged("it has no pages"));
    }
    Ok((pages, title(&document)))
}

/// The title in the file's properties, unless a program put the name of a file there.
fn title(document: &Document) -> Option<String> {
    let info = document.trailer.get(b"Info").ok()?;
    let info = match info.as_reference() {
        Ok(id) => document.get_dictionary(id).ok()?,
        Err(_) => info.as_dict().ok()?,
    };
    let bytes = info.get(b"Title").ok()?.as_str().ok()?;
    let title = match bytes.strip_prefix(b"\xfe\xff") {
        Some(wide) => encoding_rs::UTF_16BE.decode_without_bom_handling(wide).0.into_owned(),
        None => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    let title = one_line(&title);
    let file_name =
        title.contains('.') && !title.contains(' ') || title.starts_with("Microsoft Word");
    (title.len() > 3 && !file_name && title != "untitled").then_some(title)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;

    /// A PDF of pages on which each line is `(size, x, y, text)`.
    fn pdf(pages: &[&[(f32, f32, f32, &str)]]) -> Vec<u8> {
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
            String::new(),
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
                .to_owned(),
        ];
        let mut kids = String::new();
        for lines in pages {
            let page = objects.len() + 1;
            write!(kids, "{page} 0 R ").unwrap();
            let mut content = String::new();
            for (size, x, y, text) in *lines {
                writeln!(content, "BT /F1 {size} Tf {x} {y} Td ({text}) Tj ET").unwrap();
            }
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {} 0 R \
                 /Resources << /Font << /F1 3 0 R >> >> >>",
                page + 1
            ));
            objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()));
        }
        objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
        let mut file = "%PDF-1.4\n".to_owned();
        let mut offsets = Vec::new();
        for (index, object) in objects.iter().enumerate() {
            offsets.push(file.len());
            write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
        }
        let start = file.len();
        write!(file, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
        for offset in offsets {
            writeln!(file, "{offset:010} 00000 n ").unwrap();
        }
        let size = objects.len() + 1;
        write!(file, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n")
            .unwrap();
        file.into_bytes()
    }

    #[test]
    fn pages_become_paragraphs_without_headers_numbers_and_broken_words() {
        let file = pdf(&[
            &[
                (9.0, 60.0, 780.0, "Journal of Tides 7"),
                (20.0, 60.0, 730.0, "On Slow Water"),
                (10.0, 60.0, 700.0, "The sea rises twice a day, and the har-"),
                (10.0, 60.0, 688.0, "bour master knows the hour of each tide by heart"),
                (10.0, 60.0, 676.0, "without a table."),
                (13.0, 60.0, 640.0, "1 Methods"),
                (10.0, 60.0, 616.0, "We watched one post for a year, in every kind of weather,"),
                (10.0, 60.0, 604.0, "and wrote down what we saw, which was mostly that the"),
                (9.0, 300.0, 30.0, "1"),
            ],
            &[
                (9.0, 60.0, 780.0, "Journal of Tides 8"),
                (10.0, 60.0, 740.0, "water came back."),
                (10.0, 72.0, 728.0, "A second post stood further out. It was lost in March,"),
                (10.0, 60.0, 716.0, "and never found."),
                (9.0, 300.0, 30.0, "2"),
            ],
            &[
                (9.0, 60.0, 780.0, "Journal of Tides 9"),
                (10.0, 60.0, 740.0, "So the record has a gap that no table fills."),
                (9.0, 300.0, 30.0, "3"),
            ],
        ]);
        insta::assert_snapshot!(read(&file).unwrap().to_markdown(), @r"
        # On Slow Water

        The sea rises twice a day, and the harbour master knows the hour of each tide by heart without a table.

        ## 1 Methods

        We watched one post for a year, in every kind of weather, and wrote down what we saw, which was mostly that the water came back.

        A second post stood further out. It was lost in March, and never found.

        So the record has a gap that no table fills.
        ");
    }

    #[test]
    fn a_scanned_pdf_says_that_it_holds_pictures() {
        let failure = read(&pdf(&[&[], &[(9.0, 300.0, 30.0, "2")]])).unwrap_err();
        insta::assert_snapshot!(format!("{failure}; {}", failure.help.as_deref().unwrap()), @"this PDF holds pictures of pages, no text; run OCR first, as with `ocrmypdf in.pdf out.pdf`, and give the new file");
    }

    #[test]
    fn broken_files_fail_and_never_panic() {
        let whole = pdf(&[&[(10.0, 60.0, 700.0, "The sea rises twice a day here.")]]);
        for cut in (0..whole.len()).step_by(37) {
            let _ = read(&whole[..cut]);
            let mut bent = whole.clone();
            bent[cut] = b'[';
            let _ = read(&bent);
        }
        let nested = format!("%PDF-1.4\n1 0 obj\n{}\nendobj\n", "[".repeat(100_000));
        assert!(read(nested.as_bytes()).is_err());
    }
}
