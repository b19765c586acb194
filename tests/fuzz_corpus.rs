//! The stored corpus of the fuzzer, replayed: what was found once stays found.

#[expect(unreachable_pub, reason = "a library where it is fuzzed, a module here")]
#[path = "../fuzz/src/lib.rs"]
mod targets;

use std::path::Path;

/// Gives every file of a target's corpus to the target, which says what must hold.
fn replayed(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the corpus lies in the repository")
        .map(|entry| entry.expect("a file of the corpus").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{target} has no corpus");
    for file in files {
        run(&std::fs::read(&file).expect("a file of the corpus"));
    }
}

#[test]
fn documents_in_yaml_hold() {
    replayed("document_yaml", targets::document_yaml);
}

#[test]
fn documents_in_toml_hold() {
    replayed("document_toml", targets::document_toml);
}

#[test]
fn plans_hold() {
    replayed("plan", targets::plan);
}

#[test]
fn expressions_hold() {
    replayed("expression", targets::expression);
}

#[test]
fn pairs_of_schemas_hold() {
    replayed("schemas", targets::schemas);
}
