//! Which broken structures are told, and how?

use std::sync::Arc;

use insta::assert_snapshot;

use super::{read, yaml};
use crate::diagnostic::plain;
use crate::source::Source;

#[test]
fn broken_structures_are_told_with_their_place() {
    assert_snapshot!(yaml("flow: 1\nnodes:\n\ta: x\n"), @"
        error[tab] 3:1 `	`: a tab where YAML counts spaces
          help: indent with spaces
          fix: `  `
    ");
    assert_snapshot!(yaml("flow: 1\nnodes: { a: { use: value }\n"), @"error[syntax] 2:8 `{`: `{` is never closed");
    assert_snapshot!(yaml("flow: 1\nname: 'x\n"), @"
        error[syntax] 3:1 ``: a quoted value without its second quote
          help: close it where it ends
    ");
    assert_snapshot!(yaml("flow: 1\n---\nflow: 1\n"), @r"
        error[missing-key] 1:1 ``: a pipeline needs the key `nodes`
          help: add `nodes:`
        error[several-documents] 2:1 `---`: a second document begins here
          help: move it into a file of its own
    ");
    assert_snapshot!(yaml(&format!("flow: 1\nx-deep: {}", "[".repeat(99))), @r"
        error[too-deep] 2:73 `[`: lists and maps are nested too deep
          help: move the inner part into a file of its own
    ");
    assert_snapshot!(yaml(""), @r"
        error[missing-key] 1:1 ``: a pipeline needs the key `flow`
          help: add `flow: 1`
    ");
    assert_snapshot!(yaml("just text"), @r"
        error[wrong-type] 1:1 `just text`: a pipeline is a map of keys, not text
          help: begin the file with `flow: 1`
    ");
    assert_snapshot!(yaml("- a\n- b\n"), @r"
        error[wrong-type] 1:1 `- a`: a pipeline is a map of keys, not a list
          help: begin the file with `flow: 1`
    ");
}

#[test]
fn values_that_json_cannot_hold_are_told() {
    assert_snapshot!(yaml("flow: 1\nnodes: {}\nx-a: 2026-11-23\nx-b: .inf\nx-c: 99999999999999999999\nx-d: !secret x\n1: x\n~: y\n"), @r#"
        error[date] 3:6 `2026-11-23`: `2026-11-23` is a date without quotes
          help: write `"2026-11-23"`
          fix: `"2026-11-23"`
        error[number] 4:6 `.inf`: `.inf` is not a finite number
          help: write a number, or quote it if it is text
        error[number] 5:6 `99999999999999999999`: `99999999999999999999` does not fit into 64 bits
          help: quote it if it is text
        error[tag] 6:14 `x`: the tag `!secret` has no meaning for this value
          help: remove the tag
        error[key-not-text] 7:1 `1`: a key is text, not a number
          help: write `"1"`
          fix: `"1"`
        error[key-not-text] 8:1 `~`: a key is text, not nothing
          help: write `"~"`
          fix: `"~"`
    "#);
}

#[test]
fn aliases_are_followed_or_told() {
    assert_snapshot!(yaml("flow: 1\nnodes:\n  a: &a { use: value, limit: 0 }\n  b: *a\n  c: *nothing\n  d: &d { use: value, with: { x: *d } }\n"), @r"
        error[node-shape] 3:23 `limit`: `limit` means nothing without `map`
          help: remove it, or add `map`
        error[bad-value] 3:30 `0`: `limit` cannot be `0`
          help: write a whole number from 1 to 10000000
        error[bad-value] 4:6 `*a`: `limit` cannot be `0`
          3:30 `0`: the value stands here
          help: write a whole number from 1 to 10000000
        error[unknown-alias] 5:6 `*nothing`: no value before this is marked `&nothing`
          help: mark the value with `&nothing`, or quote the text if it is no alias
        error[unknown-alias] 6:34 `*d`: `*d` stands inside the value it repeats
          help: write the value out
    ");
    assert_snapshot!(yaml("flow: 1\nnodes:\n  a: &a { use: value }\n  b:\n    <<: *a\n    use: value\n"), @r"
        error[merge-key] 5:5 `<<`: `<<` is not supported
          3:9 `{ use: value }`: these keys
          help: write the keys out where they are needed
    ");
    let mut bomb = String::from("x-0: &x0 [y, y, y, y, y, y, y, y, y]\n");
    for level in 1..9 {
        let aliases = vec![format!("*x{}", level - 1); 9].join(", ");
        bomb += &format!("x-{level}: &x{level} [{aliases}]\n");
    }
    assert_snapshot!(yaml(&bomb), @r"
        error[alias-bomb] 6:16 `*x4`: aliases repeat more than 200000 values
          5:10 `[*x3, *x3, *x3, *x3, *x3, *x3, *x3, *x3, *x3]`: this value is repeated
          help: use `map` over a list instead of repeating values
    ");
}

#[test]
fn equal_keys_are_told_with_both_places() {
    assert_snapshot!(yaml("flow: 1\nnodes:\n  a: { use: value }\n  b: { use: value, use: value }\n  a: { use: value }\nflow: 1\n"), @r"
        error[duplicate-key] 4:20 `use`: the key `use` stands here twice
          here: the second
          4:8 `use`: the first
          help: remove one of them, or give it another name
        error[duplicate-key] 5:3 `a`: the key `a` stands here twice
          here: the second
          3:3 `a`: the first
          help: remove one of them, or give it another name
        error[duplicate-key] 6:1 `flow`: the key `flow` stands here twice
          here: the second
          1:1 `flow`: the first
          help: remove one of them, or give it another name
    ");
    let toml = "flow = 1\n[nodes.a]\nuse = \"value\"\nuse = \"x\"\n[nodes.b]\nuse = \"value\"\n[nodes.a]\nuse = \"y\"\n";
    assert_snapshot!(plain(&read("test.toml", toml).1), @r"
        error[duplicate-key] 4:1 `use`: the key `use` stands here twice
          here: the second
          3:1 `use`: the first
          help: remove one of them, or give it another name
        error[duplicate-key] 7:8 `a`: the key `a` stands here twice
          here: the second
          2:8 `a`: the first
          help: remove one of them, or give it another name
    ");
}

#[test]
fn broken_toml_is_told_with_several_places() {
    let toml = "flow = 1\nname = \nwhen = 2026-11-23\nx = inf\n[nodes.a]\nuse = 'value\n";
    assert_snapshot!(plain(&read("test.toml", toml).1), @r#"
        error[syntax] 2:8 ``: this is not TOML: string values must be quoted, expected literal string
        error[date] 3:8 `2026-11-23`: `2026-11-23` is a date without quotes
          help: write `"2026-11-23"`
          fix: `"2026-11-23"`
        error[number] 4:5 `inf`: `inf` is not a finite number
          help: write a number, or quote it if it is text
        error[syntax] 6:13 ``: a quoted value without its second quote
          help: close it on its line
    "#);
    let toml = "flow = 1\nnodes = {}\nx-a = 2026-11-23\nx-b = [1, inf]\nx-c = 1_000\n";
    assert_snapshot!(plain(&read("test.toml", toml).1), @r#"
        error[date] 3:7 `2026-11-23`: `2026-11-23` is a date without quotes
          help: write `"2026-11-23"`
          fix: `"2026-11-23"`
        error[number] 4:11 `inf`: `inf` is not a finite number
          help: write a number, or quote it if it is text
    "#);
}

#[test]
fn a_file_of_data_is_refused_before_it_costs_anything() {
    let long = format!("flow: 1\ndescription: {}\n", "a".repeat(17 << 20));
    let many = format!("flow: 1\nx-data: [{}1]\n", "1,".repeat(2_100_000));
    let toml = format!("flow = 1\nx-data = [{}1]\n", "1,".repeat(2_100_000));
    for (path, text, told) in [
        ("long.yaml", long, "a pipeline of 17 MB is too large"),
        ("many.yaml", many, "more values than a million"),
        ("many.toml", toml, "more values than a million"),
    ] {
        let (document, findings) = crate::document::parse(&Arc::new(Source::new(path, text)));
        let messages: Vec<_> = findings.iter().map(|finding| finding.message.as_str()).collect();
        assert!(document.is_none() && messages == [told], "{path}: {messages:?}");
    }
}
