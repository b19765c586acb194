//! Does each module import only what it may?
//!
//! The table is the design: `cli → nodes → engine::kind`, and inside the engine `host → run → plan → document →
//! vocabulary`. The sources are read as text, test modules aside; both `use` lines and paths in code count.

mod imports;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use imports::imports;

/// What the modules at and below `module` may import. The row with the longest `module` decides.
struct Row {
    module: &'static str,
    /// Modules of ours, besides `module` itself, in groups.
    may: &'static [&'static [&'static str]],
    /// Exceptions to `may`, and crates and parts of std that are out of bounds.
    never: &'static [&'static str],
    why: &'static str,
}

const TABLE: &[Row] = &[
    Row { module: "engine::name", may: &[], never: OUTSIDE, why: VALUE },
    Row { module: "engine::money", may: &[], never: OUTSIDE, why: VALUE },
    Row { module: "engine::time", may: &[], never: OUTSIDE, why: VALUE },
    Row { module: "engine::source", may: &[], never: OUTSIDE, why: VALUE },
    Row {
        module: "engine::diagnostic",
        may: &[VALUES],
        never: OUTSIDE,
        why: "a diagnostic is data; what found it, and who shows it, is others' affair",
    },
    Row {
        module: "engine::schema",
        may: &[VALUES],
        never: OUTSIDE,
        why: "types belong to the vocabulary: they know values, and no stage",
    },
    Row {
        module: "engine::expression",
        may: &[VALUES, &["engine::diagnostic", "engine::schema"]],
        never: OUTSIDE,
        why: "expressions belong to the vocabulary: they know values and types, and no stage",
    },
    Row {
        module: "engine::kind",
        may: &[&["engine::name", "engine::money", "engine::time", "engine::schema"]],
        never: &["tokio", "rusqlite", "std::fs", "std::env", "std::process"],
        why: "the contract with kinds knows no stage and no runtime",
    },
    Row {
        module: "engine::document",
        may: &[VOCABULARY],
        never: OUTSIDE,
        why: "the first stage turns text into a document, and knows none of the later ones",
    },
    Row {
        module: "engine::plan",
        may: &[VOCABULARY, &["engine::document", "engine::kind"]],
        never: PERFORMING,
        why: "planning knows what kinds are, not how they are run, and computes without effects",
    },
    Row {
        module: "engine::run",
        may: &[VOCABULARY, &["engine::plan::graph", "engine::plan::body", "engine::kind"]],
        never: PERFORMING,
        why: "a run decides from the plan and its events alone: no async, clock, file or chance",
    },
    Row {
        module: "engine::host",
        may: &[VOCABULARY, &["engine::run", "engine::plan", "engine::kind"]],
        never: &["engine::document"],
        why: "the host performs: it never reads a pipeline's text",
    },
    Row {
        module: "nodes",
        may: &[CONTRACT],
        never: TERMINAL,
        why: "kinds know their contract and values; stages and terminals are others' affair",
    },
    Row {
        module: "nodes::control",
        may: &[CONTRACT, &["nodes::process", "nodes::studio"]],
        never: TERMINAL,
        why: "a folder of kinds knows no other folder's kinds",
    },
    Row {
        module: "nodes::document",
        may: &[CONTRACT],
        never: TERMINAL,
        why: "a folder of kinds knows no other folder's kinds",
    },
    Row {
        module: "nodes::text",
        may: &[CONTRACT, &["nodes::document"]],
        never: TERMINAL,
        why: "text kinds know what documents hold, and no other folder",
    },
    Row {
        module: "nodes::media",
        may: &[CONTRACT, &["nodes::process"]],
        never: TERMINAL,
        why: "media kinds call programs, and know no other folder's kinds",
    },
    Row {
        module: "nodes::agent",
        may: &[
            CONTRACT,
            &["nodes::studio", "nodes::vrd", "nodes::document", "nodes::provider::llm"],
        ],
        never: TERMINAL,
        why: "agents know the domain, and no media",
    },
    Row {
        module: "nodes::provider",
        may: &[
            CONTRACT,
            &[
                "nodes::generate",
                "nodes::media",
                "nodes::process",
                "nodes::http",
                "nodes::price",
                "nodes::secret",
            ],
        ],
        never: &["engine::kind::Kind", "engine::kind::Pure", "engine::kind::Registry"],
        why: "a provider implements a capability, and is no kind",
    },
    Row {
        module: "nodes::tool_stack",
        may: &[CONTRACT, &["nodes::vrd"]],
        never: TERMINAL,
        why: "the tools database keeps what the domain describes, and knows no kind",
    },
    Row { module: "nodes::studio", may: &[DATA], never: OUTSIDE, why: DOMAIN },
    Row { module: "nodes::vrd", may: &[DATA], never: OUTSIDE, why: DOMAIN },
];

const VALUE: &str = "names, amounts, times and sources are values: they know nothing else of ours";
const DOMAIN: &str = "the domain is data and rules: no kind, no async, no files";

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

/// What kinds may know of the engine.
const CONTRACT: &[&str] =
    &["engine::kind", "engine::schema", "engine::money", "engine::name", "engine::time"];

/// What the domain may know of the engine.
const DATA: &[&str] = &["engine::money", "engine::name", "engine::schema"];

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

/// The same for stages that know kinds, but not how they are performed.
const PERFORMING: &[&str] = &[
    "engine::kind::registry",
    "engine::kind::Registry",
    "engine::kind::Attempt",
    "engine::kind::Kind",
    "engine::kind::Pure",
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

const TERMINAL: &[&str] = &["std::io::stdout", "std::io::stderr", "anstream", "indicatif"];

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
    !ours
        || lies_in(import, row.module)
        || row.may.iter().copied().flatten().any(|may| lies_in(import, may))
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

#[test]
fn an_import_out_of_bounds_is_found() {
    let row = Row {
        module: "engine::plan",
        may: &[&["engine::kind"]],
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
