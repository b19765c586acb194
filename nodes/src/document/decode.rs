//! Which characters do these bytes stand for?

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flow_engine::kind::Failure;

/// The text of `bytes`: by byte order mark, else UTF-8, else UTF-16 by its zeros, else what the text itself names
/// (`<meta charset>`), else Windows-1252.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Failure> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (guess(bytes), bytes),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\x0c' | '\u{85}');
    let odd = text.chars().filter(|c| control(*c) || *c == '\u{fffd}').count();
    if odd * 50 > text.chars().count() {
        return Err(Failure::input("the file holds binary data, no text")
            .help("give a text, Markdown, HTML, PDF or DOCX file"));
    }
    Ok(text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', ""))
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    // A piece cut at any byte may end inside a character; whole files do not.
    if std::str::from_utf8(bytes).is_ok() && !bytes.contains(&0) {
        return UTF_8;
    }
    let head = &bytes[..bytes.len().min(4096)];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 4 > head.len() && even * 8 < head.len() {
        return UTF_16LE;
    }
    if even * 4 > head.len() && odd * 8 < head.len() {
        return UTF_16BE;
    }
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let named = head.split("charset=").nth(1).map(|rest| rest.trim_start_matches(['"', '\'']));
    let named = named.and_then(|rest| rest.split(['"', '\'', ';', '>', ' ', '/']).next());
    named.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(WINDOWS_1252)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_common_encoding_gives_the_same_text() {
        let utf16: Vec<u8> = "Café, naïve\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let with_mark = [&[0xFF, 0xFE], utf16.as_slice()].concat();
        for bytes in [
            "Café, naïve\r\n".as_bytes(),
            "\u{feff}Café, naïve\n".as_bytes(),
            &utf16,
            &with_mark,
            b"Caf\xe9, na\xefve\n",
        ] {
            assert_eq!(decode(bytes).unwrap(), "Café, naïve\n", "{bytes:?}");
        }
    }

    #[test]
    fn a_page_may_name_its_encoding() {
        let page = b"<meta charset=\"iso-8859-2\"><p>\xb3\xf3d\xbc";
        assert!(decode(page).unwrap().ends_with("łódź"));
    }

    #[test]
    fn binary_data_is_no_text() {
        let junk: Vec<u8> = (0..2000_u32).map(|n| u8::try_from(n * 7919 % 251).unwrap()).collect();
        assert!(decode(&junk).unwrap_err().message.contains("binary"));
    }
}
