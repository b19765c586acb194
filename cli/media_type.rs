//! What kind of file is this, and what do files of a kind end in?

use std::io::Read;
use std::path::Path;

use flow_engine::kind::file::in_range;

use crate::exit::Problem;

/// Media types and what their files end in, the usual ending first.
const ENDINGS: [(&str, &[&str]); 30] = [
    ("video/mp4", &["mp4", "m4v"]),
    ("video/quicktime", &["mov"]),
    ("video/webm", &["webm"]),
    ("video/x-matroska", &["mkv"]),
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/webp", &["webp"]),
    ("image/gif", &["gif"]),
    ("image/svg+xml", &["svg"]),
    ("audio/wav", &["wav"]),
    ("audio/x-wav", &["wav"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/mp4", &["m4a"]),
    ("audio/aac", &["aac"]),
    ("audio/ogg", &["ogg", "oga"]),
    ("audio/flac", &["flac"]),
    ("audio/midi", &["mid", "midi"]),
    ("application/x-subrip", &["srt"]),
    ("text/vtt", &["vtt"]),
    ("text/x-ssa", &["ass", "ssa"]),
    ("text/markdown", &["md", "markdown"]),
    ("text/html", &["html", "htm"]),
    ("application/xhtml+xml", &["xhtml"]),
    ("text/csv", &["csv"]),
    ("text/plain", &["txt", "text", "log"]),
    ("application/json", &["json"]),
    ("application/yaml", &["yaml", "yml"]),
    ("application/pdf", &["pdf"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/zip", &["zip"]),
];

/// So much of a file tells what it is.
const START: u64 = 8192;

/// What files of `media_type` end in, if it is a common one.
pub(crate) fn ending(media_type: &str) -> Option<&'static str> {
    let plain = media_type.split(';').next().unwrap_or_default().trim();
    let found = ENDINGS.iter().find(|(known, _)| *known == plain);
    found.and_then(|(_, endings)| endings.first().copied())
}

/// A media range in words: `text, PDF or DOCX`. What a range takes besides, because its type cannot be told, is not named.
pub(crate) fn words(range: &str) -> String {
    let named = |part: &str| {
        let part = part.trim();
        if let Some(family) = part.strip_suffix("/*").filter(|family| *family != "*") {
            return family.to_owned();
        }
        ending(part).map_or_else(|| part.to_owned(), str::to_uppercase)
    };
    let untold = |part: &&str| part.trim() != "application/octet-stream";
    let mut parts: Vec<String> = range.split(',').filter(untold).map(named).collect();
    match (parts.pop(), parts.is_empty()) {
        (None, _) => range.to_owned(),
        (Some(only), true) => only,
        (Some(last), false) => format!("{} or {last}", parts.join(", ")),
    }
}

/// The media type of the file at `path`, which `taker` takes only within `range`.
pub(crate) fn fitting(taker: &str, path: &Path, range: &str) -> Result<String, Problem> {
    let shown = path.display();
    let media_type = of(path).map_err(|error| {
        Problem::refused(format!("cannot read `{shown}` for {taker}: {error}"))
            .help(format!("put a file there ({}), or name another one", words(range)))
    })?;
    if in_range(&media_type, range) {
        return Ok(media_type);
    }
    let words = words(range);
    Err(Problem::refused(format!("{taker} takes {words}, and `{shown}` is {media_type}"))
        .help(format!("name another file: {words}")))
}

/// By content where that tells, else by the name's ending; what else is text is plain text.
fn of(path: &Path) -> std::io::Result<String> {
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(START).read_to_end(&mut start)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    Ok(of_content(&start, ending.as_deref()).to_owned())
}

fn of_content(start: &[u8], ending: Option<&str>) -> &'static str {
    let content = infer::get(start).map(|kind| kind.mime_type());
    let named = ending.and_then(|ending| {
        let found = ENDINGS.iter().find(|(_, endings)| endings.contains(&ending));
        found.map(|(media_type, _)| *media_type)
    });
    match (content, named) {
        // Text types are told by their names: what looks like a script may be an article about one.
        (Some(content), _) if !content.starts_with("text/") => content,
        (_, Some(named)) => named,
        (Some(content), None) => content,
        (None, None) if is_text(start) => "text/plain",
        (None, None) => "application/octet-stream",
    }
}

/// UTF-8, but for a last character that the start may have cut.
fn is_text(start: &[u8]) -> bool {
    match std::str::from_utf8(start) {
        Ok(text) => !text.contains('\0'),
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_goes_before_the_name() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(of_content(png, Some("txt")), "image/png");
        assert_eq!(of_content(b"# Title\n", Some("md")), "text/markdown");
        assert_eq!(
            of_content(b"1\n00:00:01,000 --> 00:00:02,000\nHi\n", Some("srt")),
            "application/x-subrip"
        );
        assert_eq!(of_content(b"plain words", None), "text/plain");
        assert_eq!(of_content("caf\u{e9}".as_bytes().split_last().unwrap().1, None), "text/plain");
        assert_eq!(of_content(b"\0\x01\x02", Some("unknown")), "application/octet-stream");
    }

    #[test]
    fn an_ending_is_the_usual_one() {
        assert_eq!(ending("image/jpeg"), Some("jpg"));
        assert_eq!(ending("text/plain; charset=utf-8"), Some("txt"));
        assert_eq!(ending("model/gltf"), None);
    }

    #[test]
    fn a_file_out_of_range_is_refused() {
        let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock"));
        assert_eq!(fitting("`article`", path, "text/*").unwrap(), "text/plain");
        let problem = fitting("`picture`", path, "image/*").unwrap_err();
        assert!(problem.message.contains("takes image, and"), "{}", problem.message);
    }

    #[test]
    fn a_range_is_told_in_words() {
        assert_eq!(words("text/*"), "text");
        assert_eq!(words("image/*, application/pdf, application/octet-stream"), "image or PDF");
        assert_eq!(
            words("text/*, application/pdf, application/x-odd"),
            "text, PDF or application/x-odd"
        );
        assert_eq!(words("*/*"), "*/*");
        assert_eq!(words("application/octet-stream"), "application/octet-stream");
    }
}
