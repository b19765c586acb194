//! Where are the headings and paragraphs of a text without marks?
//!
//! Blank lines part blocks; lines broken at a width are joined again; a short line that stands alone, in capitals,
//! with a number, underlined, or above longer text, is a heading.

use super::content::{Block, Content};

/// Above this a line was not broken by hand.
const WIDEST_BROKEN_LINE: usize = 100;
/// A heading has no more words than this.
const LONGEST_HEADING: usize = 12;

/// The words of a plain text.
pub(crate) fn read(text: &str) -> Content {
    let text = without_license(text).replace('\x0c', "\n\n");
    let blocks = split(&text);
    let mut found = Vec::new();
    for (index, lines) in blocks.iter().enumerate() {
        let next = blocks.get(index + 1);
        match heading(lines, next, index == 0) {
            Some((level, text)) => {
                found.push(Block::Heading { level, text });
                // An underlined heading may stand directly on its paragraph.
                if lines.len() > 2 {
                    paragraphs(&lines[2..], &mut found);
                }
            }
            None => paragraphs(lines, &mut found),
        }
    }
    Content::of_blocks(found)
}

/// Project Gutenberg wraps each book in its terms, between two marks.
fn without_license(text: &str) -> &str {
    let start = text.find("*** START OF").and_then(|at| text[at..].find('\n').map(|end| at + end));
    let end = text.find("*** END OF").unwrap_or(text.len());
    start.filter(|start| *start < end).map_or(text, |start| &text[start..end])
}

/// Runs of lines between blank lines.
fn split(text: &str) -> Vec<Vec<&str>> {
    let mut blocks = vec![Vec::new()];
    for line in text.lines() {
        let line = line.trim_end();
        let rule =
            line.len() > 2 && line.trim().chars().all(|c| matches!(c, '*' | ' ' | '_' | '~'));
        if line.is_empty() || rule {
            blocks.push(Vec::new());
        } else if let Some(block) = blocks.last_mut() {
            block.push(line);
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn heading(lines: &[&str], next: Option<&Vec<&str>>, first: bool) -> Option<(u8, String)> {
    let text = lines.first()?.trim();
    if let Some(under) = lines.get(1) {
        let under = under.trim();
        let line_of = |mark: char| under.len() > 2 && under.chars().all(|c| c == mark);
        return match () {
            () if line_of('=') => Some((1, text.to_owned())),
            () if line_of('-') => Some((2, text.to_owned())),
            () => None,
        };
    }
    let words = text.split_whitespace().count();
    if words > LONGEST_HEADING || text.ends_with(['.', ',', ';', ':', '!', '?', '…', '"', '”'])
    {
        return numbered(text).filter(|_| words <= 4);
    }
    let has_letters = text.chars().any(char::is_alphabetic);
    let capitals = has_letters && !text.chars().any(char::is_lowercase);
    let above_text = next.is_some_and(|next| {
        next.iter().map(|line| line.split_whitespace().count()).sum::<usize>() > words.max(6)
    });
    match () {
        () if !has_letters || list_item(text).is_some() => None,
        () if first && next.is_some() => Some((1, text.to_owned())),
        () if capitals || numbered(text).is_some() => Some((2, text.to_owned())),
        () if above_text && text.starts_with(char::is_uppercase) => Some((2, text.to_owned())),
        () => None,
    }
}

/// A heading like `Chapter 3`, `IV.` or `2.1 Results`.
fn numbered(text: &str) -> Option<(u8, String)> {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let word = first.to_lowercase();
    let number = first.trim_end_matches(['.', ')']);
    let named = matches!(
        word.as_str(),
        "chapter" | "part" | "section" | "kapitel" | "chapitre" | "capítulo"
    );
    let roman = number.len() < first.len() && number.chars().all(|c| "IVXLC".contains(c));
    let decimal = number.contains('.') && number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let known =
        named && rest.split_whitespace().count() <= 8 || (roman || decimal) && !number.is_empty();
    known.then(|| (2, text.to_owned()))
}

fn list_item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let marked = ["- ", "* ", "• ", "– "].iter().find_map(|mark| line.strip_prefix(mark));
    marked.or_else(|| {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        let rest = line[digits..].strip_prefix(['.', ')'])?;
        (1..=2).contains(&digits).then(|| rest.strip_prefix(' ')).flatten()
    })
}

/// The paragraphs and list entries of a block.
fn paragraphs(lines: &[&str], found: &mut Vec<Block>) {
    let widest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let least = lines.iter().map(|line| indent(line)).min().unwrap_or(0);
    let mut open = String::new();
    for (index, line) in lines.iter().enumerate() {
        let item = list_item(line);
        let indented = index > 0 && indent(line) > least && indent(lines[index - 1]) == least;
        let ended = open.ends_with(['.', '!', '?', '"', '”', ':']);
        let begins = item.is_some()
            || widest > WIDEST_BROKEN_LINE
            || indented && ended && !open.starts_with("- ");
        if begins && !open.is_empty() {
            found.push(Block::Paragraph(std::mem::take(&mut open)));
        }
        if let Some(item) = item {
            open = format!("- {}", item.trim());
            continue;
        }
        if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(line.trim());
    }
    if !open.is_empty() {
        found.push(Block::Paragraph(open));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_found_and_broken_lines_joined() {
        let text = "\
The Ferryman

CHAPTER I.

It was late, and the river
ran high under the bridge.
  \"Who is there?\" he called, and
nobody answered him.

Chapter 2: The Rope

Three things were left:
- a rope,
- a lamp that
  smoked,
1) and time.

* * *

2.1 Results

They crossed.

Summary
-------
It held.
";
        insta::assert_snapshot!(read(text).to_markdown(), @r#"
        # The Ferryman

        ## CHAPTER I.

        It was late, and the river ran high under the bridge.

        "Who is there?" he called, and nobody answered him.

        ## Chapter 2: The Rope

        Three things were left:

        - a rope,
        - a lamp that smoked,
        - and time.

        ## 2.1 Results

        They crossed.

        ## Summary

        It held.
        "#);
    }

    #[test]
    fn long_lines_are_paragraphs_of_their_own() {
        let long = "word ".repeat(40);
        let content = read(&format!("{long}.\n{long}.\n"));
        assert_eq!(content.sections[0].paragraphs.len(), 2);
        assert_eq!(content.title, None);
    }

    #[test]
    fn the_terms_around_a_free_book_are_no_part_of_it() {
        let text = "Terms.\n*** START OF THE BOOK ***\n\nOnce upon a time it rained.\n\n*** END OF THE BOOK ***\nTerms.";
        assert_eq!(read(text).to_markdown(), "Once upon a time it rained.");
    }
}
