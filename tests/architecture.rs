//! Does each module import only what it may?
//!
//! The table is the design: `cli → nodes → engine::kind`, and inside the engine `host → run → plan → document →
//! vocabulary`. The sources are read as text, test modules aside; both `use` lines and paths in code count.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What the modules at and below `module` may import. The row with the longest `module` decides.
struct Row {
    module: &'static str,
    /// Modules of ours, besides `module` itself.
    may: &'static [&'static str],
    /// Exceptions to `may`, and crates and parts of std that are out of bounds.
    never: &'static [&'static str],
    why: &'static str,
}

const TABLE: &[Row] = &[
    Row {
        module: "engine::name",
        may: &[],
        never: OUTSIDE,
        why: "names, amounts, times and sources are values: they know std and nothing of ours",
    },
    Row {
        module: "engine::money",
        may: &[],
        never: OUTSIDE,
        why: "names, amounts, times and sources are values: they know std and nothing of ours",
    },
    Row {
        module: "engine::time",
        may: &[],
        never: OUTSIDE,
        why: "names, amounts, times and sources are values: they know std and nothing of ours",
    },
    Row {
        module: "engine::source",
        may: &[],
        never: OUTSIDE,
        why: "names, amounts, times and sources are values: they know std and nothing of ours",
    },
    Row {
        module: "engine::diagnostic",
        may: VALUES,
        never: OUTSIDE,
        why: "a diagnostic is data; what found it, and who shows it, is others' affair",
    },
    Row {
        module: "engine::schema",
        may: VALUES,
        never: OUTSIDE,
        why: "types belong to the vocabulary: they know values, and no stage",
    },
    Row {
        module: "engine::expression",
        may: &[
            "engine::name",
            "engine::money",
            "engine::time",
            "engine::source",
            "engine::diagnostic",
            "engine::schema",
        ],
        never: OUTSIDE,
        why: "expressions belong to the vocabulary: they know values and types, and no stage",
    },
    Row {
        module: "engine::kind",
        may: &["engine::name", "engine::money", "engine::time", "engine::schema"],
        never: &["tokio", "rusqlite", "std::fs", "std::env", "std::process"],
        why: "the contract with kinds knows no stage and no runtime",
    },
    Row {
        module: "engine::document",
        may: VOCABULARY,
        never: OUTSIDE,
        why: "the first stage turns text into a document, and knows none of the later ones",
    },
    Row {
        module: "engine::plan",
        may: &[
            "engine::document",
            "engine::kind",
            "engine::name",
            "engine::money",
            "engine::time",
            "engine::source",
            "engine::diagnostic",
            "engine::schema",
            "engine::expression",
        ],
        never: &[
            "engine::kind::registry",
            "engine::kind::Registry",
            "engine::kind::Attempt",
            "engine::kind::Kind",
            "engine::kind::Pure",
            "tokio",
            "rusqlite",
            "std::fs",
            "std::env",
            "std::process",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
        why: "planning knows what kinds are, not how they are run, and computes without effects",
    },
    Row {
        module: "engine::run",
        may: &[
            "engine::plan::graph",
            "engine::plan::body",
            "engine::kind",
            "engine::name",
            "engine::money",
            "engine::time",
            "engine::source",
            "engine::schema",
            "engine::expression",
        ],
        never: &[
            "engine::kind::registry",
            "engine::kind::Registry",
            "engine::kind::Attempt",
            "engine::kind::Kind",
            "tokio",
            "rusqlite",
            "std::fs",
            "std::env",
            "std::process",
            "std::time::Instant",
            "std::time::SystemTime",
        ],
        why: "a run decides from the plan and its events alone: no async, clock, file or chance",
    },
    Row {
        module: "engine::host",
        may: &[
            "engine::run",
            "engine::plan",
            "engine::kind",
            "engine::name",
            "engine::money",
            "engine::time",
            "engine::source",
            "engine::schema",
            "engine::expression",
        ],
        never: &["engine::document"],
        why: "the host performs: it never reads a pipeline's text, and never checks one",
    },
    Row {
        module: "nodes",
        may: &["engine::kind", "engine::schema", "engine::money", "engine::name", "engine::time"],
        never: &["std::io::stdout", "std::io::stderr", "anstream", "indicatif"],
        why: "kinds know their contract and values; stages and terminals are others' affair",
    },
    Row {
        module: "nodes::studio",
        may: &["engine::money", "engine::name", "engine::schema"],
        never: OUTSIDE,
        why: "the domain is data and rules: no kind, no async, no files",
    },
    Row {
        module: "nodes::vrd",
        may: &["engine::money", "engine::name", "engine::schema"],
        never: OUTSIDE,
        why: "the domain is data and rules: no kind, no async, no files",
    },
];

const VALUES: &[&str] = &["engine::name", "engine::money", "engine::time", "engine::source"];

const VOCABULARY: &[&str] = &[
    "engine::name",
    "engine::money",
    "engine::time",
    "engine::source",
    "engine::diagnostic",
    "engine::schema",
    "engine::expression",
];

/// What pure modules may not touch: a runtime, files, variables, processes, clocks.
const OUTSIDE: &[&str] = &[
    "tokio",
    "tokio_util",
    "async_trait",
    "futures_util",
    "rusqlite",
    "tempfile",
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

#[test]
fn each_module_imports_only_what_it_may() {
    let mut broken = String::new();
    for (file, module) in sources() {
        let Some(row) = row(&module) else { continue };
        let text = std::fs::read_to_string(&file).expect("a source can be read");
        for import in imports(&text, &module) {
            if !allowed(row, &import) {
                let file = file.display();
                writeln!(broken, "{file}: `{module}` imports `{import}`: {}", row.why)
                    .expect("text takes text");
            }
        }
    }
    assert!(broken.is_empty(), "\n{broken}");
}

fn row(module: &str) -> Option<&'static Row> {
    let matching = TABLE.iter().filter(|row| lies_in(module, row.module));
    matching.max_by_key(|row| row.module.len())
}

fn allowed(row: &Row, import: &str) -> bool {
    if row.never.iter().any(|never| lies_in(import, never)) {
        return false;
    }
    let ours = ["engine", "nodes", "cli"].iter().any(|package| lies_in(import, package));
    !ours || lies_in(import, row.module) || row.may.iter().any(|may| lies_in(import, may))
}

/// Whether `path` is `module` or something in it.
fn lies_in(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// All source files of the packages with the paths of their modules, but for test modules in files of their own.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for (folder, package) in [("engine/src", "engine"), ("nodes/src", "nodes"), ("cli", "cli")] {
        let base = root.join(folder);
        for entry in walkdir::WalkDir::new(&base).sort_by_file_name() {
            let path = entry.expect("a folder can be read").into_path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let module = module(package, path.strip_prefix(&base).expect("it is below"));
                found.push((path, module));
            }
        }
    }
    assert!(found.len() > 20, "the sources are where the test looks");
    let tests: Vec<String> = found
        .iter()
        .flat_map(|(file, module)| {
            let text = std::fs::read_to_string(file).expect("a source can be read");
            test_modules(&text).map(|name| format!("{module}::{name}")).collect::<Vec<_>>()
        })
        .collect();
    found.retain(|(_, module)| !tests.iter().any(|test| lies_in(module, test)));
    found
}

/// The modules that `text` declares for tests alone, in files of their own.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    text.split("#[cfg(test)]\n").skip(1).filter_map(|rest| {
        let line = rest.lines().find(|line| !line.trim_start().starts_with("#["))?;
        line.trim().strip_suffix(';')?.rsplit_once("mod ").map(|(_, name)| name)
    })
}

/// `engine`, `plan/rules/cycle.rs` → `engine::plan::rules::cycle`.
fn module(package: &str, file: &Path) -> String {
    let mut parts = vec![package.to_owned()];
    for part in file.with_extension("").iter().map(|part| part.to_string_lossy()) {
        if !matches!(&*part, "mod" | "lib" | "main") {
            parts.push(part.into_owned());
        }
    }
    parts.join("::")
}

/// Every path in `text`, as seen from the root of all packages: `use` trees taken apart, `crate`, `self` and `super`
/// resolved.
fn imports(text: &str, module: &str) -> BTreeSet<String> {
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

#[test]
fn an_import_out_of_bounds_is_found() {
    let row = Row {
        module: "engine::plan",
        may: &["engine::kind"],
        never: &["engine::kind::registry", "tokio"],
        why: "",
    };
    assert!(allowed(&row, "engine::plan::graph"));
    assert!(allowed(&row, "engine::kind::catalog::Card"));
    assert!(allowed(&row, "serde::Serialize"));
    assert!(!allowed(&row, "engine::kind::registry::Registry"));
    assert!(!allowed(&row, "engine::planning"));
    assert!(!allowed(&row, "tokio::time::sleep"));
    assert!(!allowed(&row, "engine::run"));
}
