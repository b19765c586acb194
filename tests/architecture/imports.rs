//! Which paths does a source file name?
//!
//! Read from its text: `use` trees and paths in code, without comments, literals and its test module.

use std::collections::BTreeSet;

/// Every path in `text`, as seen from the root of all packages: `use` trees taken apart, `crate`, `self` and `super`
/// resolved.
pub(super) fn imports(text: &str, module: &str) -> BTreeSet<String> {
    let tokens = tokens(without_tests(text));
    let mut found = BTreeSet::new();
    let mut at = 0;
    while at < tokens.len() {
        let begins = is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|next| next == "::");
        let goes_on = at > 0 && tokens[at - 1] == "::";
        if begins && !goes_on {
            at = tree(&tokens, at, "", &mut |path| {
                found.insert(resolve(path, module));
            });
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path or brace tree from `at`, after `prefix`; returns where it ends.
fn tree(tokens: &[String], mut at: usize, prefix: &str, found: &mut dyn FnMut(&str)) -> usize {
    let mut path = prefix.to_owned();
    while let Some(token) = tokens.get(at) {
        if is_name(token) {
            path = if path.is_empty() { token.clone() } else { format!("{path}::{token}") };
            at += 1;
        } else if token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| token != "}") {
                let next = tree(tokens, at, &path, found);
                // A comma, or what no tree begins with: one step, so that the end is reached.
                at = next.max(at + 1);
            }
            return at + 1;
        } else {
            break;
        }
        if tokens.get(at).is_some_and(|token| token == "::") {
            at += 1;
        } else {
            break;
        }
    }
    if path != prefix {
        found(&path);
    }
    at
}

fn resolve(path: &str, module: &str) -> String {
    let package = module.split("::").next().unwrap_or_default();
    let mut here: Vec<&str> = module.split("::").collect();
    let mut rest: Vec<&str> = path.split("::").collect();
    match rest[0] {
        "crate" => here = vec![package],
        "flow_engine" => here = vec!["engine"],
        "flow_nodes" => here = vec!["nodes"],
        "self" => {}
        "super" => {
            here.pop();
        }
        _ => return path.to_owned(),
    }
    rest.remove(0);
    while rest.first() == Some(&"super") {
        rest.remove(0);
        here.pop();
    }
    here.extend(rest.into_iter().filter(|part| *part != "self"));
    here.join("::")
}

/// The text up to its test module, which stands last.
fn without_tests(text: &str) -> &str {
    let mut end = text.len();
    for (at, mark) in text.match_indices("#[cfg(test)]\n") {
        let next = text[at + mark.len()..].lines().next().unwrap_or_default();
        if next.contains("mod ") && next.ends_with('{') {
            end = end.min(at);
        }
    }
    &text[..end]
}

/// Names, `::` and braces; comments, texts and characters are passed over.
fn tokens(text: &str) -> Vec<String> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(length) = literal(rest) {
            at += length;
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            at += 2;
        } else if bytes[at].is_ascii_alphabetic() || bytes[at] == b'_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            tokens.push(rest[..end].to_owned());
            at += end;
        } else {
            let c = rest.chars().next().expect("there is more text");
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += c.len_utf8();
        }
    }
    tokens
}

/// How long the text or character literal is that `rest` begins with, if it does.
fn literal(rest: &str) -> Option<usize> {
    let raw = rest.trim_start_matches('b');
    if let Some(after) = raw.strip_prefix('r') {
        let hashes = after.len() - after.trim_start_matches('#').len();
        if after[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let open = rest.len() - after.len() + hashes + 1;
            return Some(
                rest[open..].find(&close).map_or(rest.len(), |end| open + end + close.len()),
            );
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut characters = rest.char_indices().skip(1);
    let mut seen = 0;
    while let Some((at, c)) = characters.next() {
        if c == quote {
            return Some(at + 1);
        }
        seen += 1;
        if c == '\\' {
            characters.next();
        } else if quote == '\'' && seen > 1 && !rest.starts_with("'\\") {
            // A lifetime: `'a`.
            return Some(1);
        }
    }
    (quote == '"').then_some(rest.len())
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

#[test]
fn imports_are_read_from_use_trees_and_from_code() {
    let text = r##"
        //! crate::comment::is_none
        use std::fs;
        use crate::{plan::{self, graph::Plan}, name::*};
        use super::super::host::drive as d;
        pub(crate) fn f<'a>(x: &'a str) -> char { flow_engine::run::go("crate::text"); '\'' }
        const RAW: &str = r#"crate::raw "#;
        const C: char = '"'; type T = self::inner::X<crate::kind::Y>;
        #[cfg(test)]
        mod tests {
            use crate::document;
        }
    "##
    .replace("\n        ", "\n");
    let expected = [
        "engine::host::drive",
        "engine::kind::Y",
        "engine::name",
        "engine::plan",
        "engine::plan::graph::Plan",
        "engine::plan::rules::inner::X",
        "engine::run::go",
        "std::fs",
    ];
    let found = imports(&text, "engine::plan::rules");
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}
