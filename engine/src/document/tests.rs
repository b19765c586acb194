//! The stage's door for tests: a text goes in, findings come out.

use std::sync::Arc;

use insta::assert_snapshot;

use super::{Document, parse};
use crate::diagnostic::{Diagnostic, plain};
use crate::source::{Source, Span};

fn read(path: &str, text: &str) -> (Option<Document>, Vec<Diagnostic>) {
    parse(&Arc::new(Source::new(path, text)))
}

/// What is wrong with a pipeline in YAML.
fn yaml(text: &str) -> String {
    plain(&read("test.yaml", text).1)
}

/// What is wrong with a pipeline of these nodes; the same is wrong with it in TOML, other places aside.
fn nodes(text: &str) -> String {
    let whole = format!("flow: 1\nnodes:\n  {}\n", text.trim_end().replace('\n', "\n  "));
    let findings = read("test.yaml", &whole).1;
    if let Some(twin) = twin(&whole) {
        let messages = |findings: &[Diagnostic]| {
            let mut messages: Vec<_> = findings
                .iter()
                .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
                .collect();
            messages.sort();
            messages
        };
        assert_eq!(messages(&read("test.toml", &twin).1), messages(&findings), "{twin}");
    }
    plain(&findings)
}

/// The same pipeline in TOML, unless it says something that TOML cannot.
fn twin(text: &str) -> Option<String> {
    let (tree, findings) = super::yaml::read(&Arc::new(Source::new("test.yaml", text)));
    if !findings.is_empty() {
        return None;
    }
    let json = tree?.to_json();
    toml::to_string(&serde_json::from_value::<toml::Table>(json).ok()?).ok()
}

/// The document without its places: what must be equal in both syntaxes.
fn shape(document: &Document) -> String {
    let mut text = format!("{document:?}");
    for source in ["test.yaml", "test.toml"] {
        text = text.replace(source, "test");
    }
    let source = format!("{:?}", document.source.text);
    let text = text.replace(&source, "");
    let without = |text: &str, place: &str, ends: fn(char) -> bool| {
        let mut parts = text.split(place);
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |whole, part| whole + part.trim_start_matches(ends))
    };
    let text = without(&text, "start: ", |c| c.is_ascii_digit());
    let text = without(&text, "end: ", |c| c.is_ascii_digit());
    without(&text, "style: ", |c| c.is_ascii_alphabetic())
}

const WHOLE: &str = r#"
flow: 1
name: whole
description: Every key that a pipeline may have.
schedule: 24h
inputs:
  topic: { type: string, minLength: 3 }
  count: { type: integer, default: 3 }
budget: { limit: 5 USD, warn: 80%, on_exceed: finish, unpriced: deny }
providers: { image: local }
pools: { gpu: 2, paid: { limit: 4, rate: 60/min } }
doubt: { wait: 10m, then: ask, auto_below: 0.05 USD }
x-editor: { colour: red }
nodes:
  draft:
    description: "Not read: ${{ nothing }}"
    use: agent/script-writer
    provider: rules
    model: "${{ inputs.topic }}"
    with:
      topic: "${{ inputs.topic }}"
      tone: [calm, "${{ inputs.topic }}"]
    pool: [gpu, paid]
    cache: { ttl: 30d }
    timeout: 2m
    retry: { attempts: 3, backoff: 2s..60s, errors: [rate_limit] }
    fallback:
      - provider: local
      - value: { scenes: [] }
    undo: { use: exec/command, with: { command: [rm] } }
  shots:
    map: draft.scenes
    as: scene
    key: scene.id
    limit: 4
    max_items: 50
    on_error: drop
    budget: { each: 0.50 USD, limit: "${{ budget.left }}" }
    carry: { frame: clip.last }
    when: inputs.count > 0 and true
    nodes:
      clip: { use: video/generate, with: { prompt: "${{ scene.text }}" }, pool: gpu, cache: "off" }
    outputs:
      clip: "${{ clip.video }}"
  take:
    repeat: { max: 3, until: take.passed, best: take.score }
    use: agent/qa-verifier
  look:
    approve: { ask: Go on?, show: "${{ shots.clip }}", timeout: 24h, above: 1 USD, else: reject }
    needs: [draft]
    doubt: { then: fail }
  film:
    use: media/concat
    budget: 2USD
    needs:
      look: {}
      shots: { when: shots | length >= 3, budget: 0.10 USD, else: fail }
    with: { clips: "${{ shots.clip }}" }
outputs:
  film: "${{ film.video }}"
"#;

#[test]
fn every_key_of_the_language_is_read_in_both_syntaxes() {
    let (document, findings) = read("test.yaml", WHOLE);
    assert_eq!(plain(&findings), "");
    let (twin, findings) = read("test.toml", &twin(WHOLE).expect("TOML can say it"));
    assert_eq!(plain(&findings), "");
    let (one, other) = (shape(&document.expect("read")), shape(&twin.expect("read")));
    assert!(one == other, "YAML gives {one}\nTOML gives {other}");
}

#[test]
fn an_expression_in_any_style_of_text_is_found_where_it_stands() {
    let text = "flow: 1\nnodes:\n  a:\n    use: value\n    with:\n      one: ${{ plain }}\n      \
                two: \"say \\\"x\\\" ${{ quoted }}\"\n      three: |\n        first\n        then ${{ block }}\n      \
                four: >-\n        folded\n        ${{ lines }}\n";
    let (document, findings) = read("test.yaml", text);
    assert_eq!(plain(&findings), "");
    let document = document.expect("read");
    let super::syntax::WorkBlock::Use(call) = &document.body.nodes[0].work else {
        panic!("a call");
    };
    for (_, value) in &call.with {
        for name in value.template.as_ref().expect("whole").names() {
            assert_eq!(document.source.slice(name.span), name.value);
        }
    }
}

#[test]
fn a_collection_ends_with_its_last_value() {
    let source = Arc::new(Source::new("test.yaml", "a:\n  b: [1, 2 ]\n\n# end\nc: x\n"));
    let (tree, _) = super::yaml::read(&source);
    let tree = tree.expect("read");
    assert_eq!(source.slice(tree.get("a").expect("read").span), "b: [1, 2 ]");
    assert_eq!(tree.span, Span::new(0..source.text.len() - 1));
}

#[test]
fn broken_structures_are_told_with_their_place() {
    assert_snapshot!(yaml("flow: 1\nnodes:\n\ta: x\n"), @r"
        error[tab] 3:1 `	`: a tab where YAML counts spaces
          help: indent with spaces
    ");
    assert_snapshot!(yaml("flow: 1\nnodes: { a: { use: value }\n"), @"error[syntax] 2:8 `{`: `{` is never closed");
    assert_snapshot!(yaml("flow: 1\nname: 'x\n"), @"error[syntax] 3:1 ``: a quoted value without its second quote");
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
        error[key-not-text] 8:1 `~`: a key is text, not nothing
          help: write `"~"`
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
        error[syntax] 6:13 ``: this is not TOML: invalid literal string, expected `'`
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
fn unknown_keys_are_told_with_what_was_meant() {
    assert_snapshot!(yaml("flow: 1\nndoes: {}\nfrobnicate: 1\n"), @r"
        error[missing-key] 1:1 ``: a pipeline needs the key `nodes`
          help: add `nodes:`
        error[unknown-key] 2:1 `ndoes`: a pipeline has no key `ndoes`
          help: write `nodes`
        error[unknown-key] 3:1 `frobnicate`: a pipeline has no key `frobnicate`
          help: it has `flow`, `name`, `description`, `schedule`, `inputs`, `budget`, `providers`, `pools`, `doubt`, `nodes`, `outputs`
    ");
    assert_snapshot!(nodes("a:\n  uses: value\n  wiht: {}\nb:\n  if: x\n  for_each: y\n  as: z\n  depends_on: [a]\n  gates: {}\n  use: value\n  colour: red\n"), @r"
        error[unknown-key] 4:5 `uses`: a node has no key `uses`
          help: write `use`
          fix: `use`
        error[unknown-key] 5:5 `wiht`: a node has no key `wiht`
          help: write `with`
        error[unknown-key] 7:5 `if`: a node has no key `if`
          help: write `when`
          fix: `when`
        error[unknown-key] 8:5 `for_each`: a node has no key `for_each`
          help: write `map`
          fix: `map`
        error[unknown-key] 10:5 `depends_on`: a node has no key `depends_on`
          help: write `needs`
          fix: `needs`
        error[unknown-key] 11:5 `gates`: a node has no key `gates`
          help: write `needs`
          fix: `needs`
        error[unknown-key] 13:5 `colour`: a node has no key `colour`
          help: it has `use`, `with`, `provider`, `model`, `nodes`, `outputs`, `approve`, `when`, `map`, `as`, `key`, `limit`, `max_items`, `repeat`, `carry`, `needs`, `retry`, `timeout`, `fallback`, `on_error`, `budget`, `doubt`, `pool`, `cache`, `undo`, `description`
    ");
    assert_snapshot!(nodes("a:\n  use: value\n  retry: { atempts: 3 }\n  budget: { limt: 1 USD }\n  approved: 1\n"), @r"
        error[unknown-key] 5:14 `atempts`: a `retry` has no key `atempts`
          help: write `attempts`
        error[unknown-key] 6:15 `limt`: a `budget` has no key `limt`
          help: write `limit`
        error[unknown-key] 7:5 `approved`: a node has no key `approved`
          help: write `approve`
    ");
}

#[test]
fn keys_without_a_value_are_told() {
    assert_snapshot!(nodes("a:\nb:\n  use: value\n  when:\n  with:\n    x: null\n  needs:\n    a:\n"), @r"
        error[null-value] 3:3 `a`: `a` has no value
          help: write a value, or remove the key
        error[null-value] 6:5 `when`: `when` has no value
          help: write a value, or remove the key
        error[null-value] 10:7 `a`: `a` has no value
          help: write `a: {}`
    ");
}

#[test]
fn names_that_expressions_cannot_read_are_told() {
    assert_snapshot!(nodes("a-b: { use: value }\nScene: { use: value }\nitem: { use: value }\nand: { use: value }\nrange: { use: value }\nc: { use: value, map: x, as: 2nd }\n'': { use: value }\n"), @r"
        error[bad-name] 3:3 `a-b`: `a-b` is not a name that expressions can read
          help: write `a_b`
          fix: `a_b`
        error[bad-name] 4:3 `Scene`: `Scene` is not a name that expressions can read
          help: write `scene`
          fix: `scene`
        error[reserved-name] 5:3 `item`: `item` means something else in expressions
          help: give it another name
        error[reserved-name] 6:3 `and`: `and` means something else in expressions
          help: give it another name
        error[reserved-name] 7:3 `range`: `range` means something else in expressions
          help: give it another name
        error[bad-name] 8:32 `2nd`: `2nd` is not a name that expressions can read
          help: use `a-z`, `0-9` and `_`, first a letter, at most 64 characters
        error[bad-name] 9:3 `''`: `` is not a name that expressions can read
          help: use `a-z`, `0-9` and `_`, first a letter, at most 64 characters
    ");
    assert_snapshot!(yaml("flow: 1\ninputs: { my-topic: { type: string }, x: string }\nnodes: {}\noutputs: { the-film: 1 }\n"), @r"
        error[bad-name] 2:11 `my-topic`: `my-topic` is not a name that expressions can read
          help: write `my_topic`
          fix: `my_topic`
        error[wrong-type] 2:42 `string`: `x` takes a JSON Schema, such as `{ type: string }`, not text
        error[bad-name] 4:12 `the-film`: `the-film` is not a name that expressions can read
          help: write `the_film`
          fix: `the_film`
    ");
}

#[test]
fn a_node_does_exactly_one_thing() {
    assert_snapshot!(nodes("a: {}\nb: { use: value, nodes: {} }\nc: { nodes: {}, with: {}, provider: x }\nd: { use: value, as: x, limit: 3, outputs: {} }\ne: [x]\nf: { use: value, carry: { x: y } }\n"), @r"
        error[node-shape] 3:3 `a`: `a` has nothing to do
          help: add `use` with a kind, or `nodes`, or `approve`
        error[node-shape] 4:20 `nodes`: `b` has both `use` and `nodes`
          4:8 `use`: the first
          help: make two nodes of it
        error[node-shape] 5:19 `with`: `with` means nothing without `use`
          help: remove it, or add `use`
        error[node-shape] 5:29 `provider`: `provider` means nothing without `use`
          help: remove it, or add `use`
        error[node-shape] 6:20 `as`: `as` means nothing without `map`
          help: remove it, or add `map`
        error[node-shape] 6:27 `limit`: `limit` means nothing without `map`
          help: remove it, or add `map`
        error[node-shape] 6:37 `outputs`: `outputs` means nothing without `nodes`
          help: remove it, or add `nodes`
        error[wrong-type] 7:6 `[x]`: `e` takes a map, not a list
        error[node-shape] 8:20 `carry`: `carry` means nothing without `map` or `repeat`
          help: remove it, or add `map` or `repeat`
    ");
}

#[test]
fn values_of_another_type_are_told() {
    assert_snapshot!(nodes("a: { use: [x], limit: '4', map: x, retry: 3, needs: b, with: 3, fallback: {} }\nb: { nodes: [x], pool: 3, on_error: true, timeout: 30 }\n"), @r"
        error[wrong-type] 3:13 `[x]`: `use` takes text, not a list
        error[wrong-type] 3:25 `'4'`: `limit` takes a whole number, not text
        error[wrong-type] 3:45 `3`: `retry` takes a map, not a number
        error[wrong-type] 3:55 `b`: `needs` takes a list of nodes: `[look]`, not text
        error[wrong-type] 3:64 `3`: `with` takes a map of ports and values, not a number
        error[wrong-type] 3:77 `{}`: `fallback` takes a list of alternatives, not a map
        error[wrong-type] 4:15 `[x]`: `nodes` takes a map of nodes by name, not a list
        error[wrong-type] 4:26 `3`: `pool` takes text, not a number
        error[wrong-type] 4:39 `true`: `on_error` takes text, not a boolean
        error[bad-value] 4:54 `30`: `30` has no unit
          help: write `30s` for seconds
    ");
    assert_snapshot!(yaml("flow: 1\nname: 3\ninputs: []\npools: x\nproviders: { image: 3 }\nnodes: []\noutputs: x\n"), @r"
        error[wrong-type] 2:7 `3`: `name` takes text, not a number
        error[wrong-type] 3:9 `[]`: `inputs` takes a map, not a list
        error[wrong-type] 4:8 `x`: `pools` takes a map, not text
        error[wrong-type] 5:21 `3`: `image` takes text, not a number
        error[wrong-type] 6:8 `[]`: `nodes` takes a map of nodes by name, not a list
        error[wrong-type] 7:10 `x`: `outputs` takes a map of names and values, not text
    ");
}

#[test]
fn values_that_a_key_cannot_mean_are_told() {
    assert_snapshot!(nodes("a: { use: Media/x, timeout: soon, limit: 0, map: x, retry: { attempts: 0, backoff: 60s..2s } }\nb: { use: value, on_error: ignore, budget: 5, cache: never }\nc: { use: value, budget: 5 EUR, doubt: { then: hope, auto_below: much } }\nd: { use: value, needs: { a: { else: wait } }, cache: { ttl: x } }\n"), @r"
        error[bad-value] 3:13 `Media/x`: `Media/x` is not the name of a kind
          help: a kind is written `word` or `family/word`, of `a-z`, `0-9` and `-`
        error[bad-value] 3:31 `soon`: `soon` is not a duration
          help: a duration is written like `90s`, `2m` or `1h30m`
        error[bad-value] 3:44 `0`: `limit` cannot be `0`
          help: write a whole number from 1 to 10000000
        error[bad-value] 3:74 `0`: `attempts` cannot be `0`
          help: write a whole number from 1 to 1000
        error[bad-value] 3:86 `60s..2s`: `60s..2s` ends before it begins
          help: write the shorter pause first
        error[bad-value] 4:30 `ignore`: `on_error` cannot be `ignore`
          help: write one of `fail`, `skip`, `drop`
        error[bad-value] 4:46 `5`: `5` has no currency
          help: write `5 USD`
        error[bad-value] 4:56 `never`: `cache` cannot be `never`
          help: write one of `auto`, `off`
        error[bad-value] 5:28 `5 EUR`: the only currency is USD, as in `5 USD`
          help: write an amount like `5 USD`
        error[bad-value] 5:50 `hope`: `then` cannot be `hope`
          help: write one of `ask`, `write_off`, `fail`
        error[bad-value] 5:68 `much`: an amount starts with a decimal number, as in `5 USD`
          help: write an amount like `5 USD`
        error[bad-value] 6:40 `wait`: `else` cannot be `wait`
          help: write one of `fail`, `skip`, `ask`
        error[bad-value] 6:64 `x`: `x` is not a duration
          help: a duration is written like `90s`, `2m` or `1h30m`
    ");
    assert_snapshot!(yaml("flow: 2\nnodes: {}\n"), @r"
        error[flow-version] 1:7 `2`: this version of the format is not known
          help: write `flow: 1`
    ");
    assert_snapshot!(yaml("nodes: {}\nbudget: { warn: 120%, on_exceed: explode }\npools: { a: { rate: fast }, b: 0 }\n"), @r"
        error[missing-key] 1:1 ``: a pipeline needs the key `flow`
          help: add `flow: 1`
        error[bad-value] 2:17 `120%`: `120%` is not a share
          help: write it like `80%`
        error[bad-value] 2:34 `explode`: `on_exceed` cannot be `explode`
          help: write one of `finish`, `stop`, `ask`, `fail`
        error[bad-value] 3:21 `fast`: `fast` is not a rate
          help: write it like `60/min`
        error[bad-value] 3:32 `0`: `b` cannot be `0`
          help: write a whole number from 1 to 1000000
    ");
}

#[test]
fn what_must_be_written_out_cannot_be_computed() {
    assert_snapshot!(nodes("a: { use: \"${{ x }}\", limit: \"${{ n }}\", map: x, needs: [\"${{ y }}\"] }\n"), @r#"
        error[literal-only] 3:13 `"${{ x }}"`: `use` cannot be computed
          help: write the value itself
        error[literal-only] 3:32 `"${{ n }}"`: `limit` cannot be computed
          help: write the value itself
        error[literal-only] 3:60 `"${{ y }}"`: `needs` cannot be computed
          help: write the value itself
    "#);
    assert_snapshot!(yaml("flow: 1\ninputs: { x: { type: string, default: '${{ y }}' } }\nnodes: {}\n"), @r"
        error[literal-only] 2:39 `'${{ y }}'`: `default` cannot be computed
          help: write the value itself
    ");
}

#[test]
fn a_bare_expression_has_no_braces() {
    assert_snapshot!(nodes("a:\n  use: value\n  when: ${{ inputs.x }}\n  map: \"${{ inputs.list }}\"\n"), @r#"
        error[wrapped-expression] 5:11 `${{ inputs.x }}`: `when` takes the expression itself
          help: write `when: inputs.x`
          fix: `inputs.x`
        error[wrapped-expression] 6:10 `"${{ inputs.list }}"`: `map` takes the expression itself
          help: write `map: inputs.list`
          fix: `"inputs.list"`
    "#);
}

#[test]
fn broken_expressions_are_told_where_they_break() {
    assert_snapshot!(nodes("a:\n  use: value\n  when: x ==\n  with:\n    a: ${{ x\n    b: text ${{ }} and ${{ 1 + }}\n    c: |\n      two\n      lines ${{ a b }}\n"), @r"
        error[expression-syntax] 5:13 `==`: unexpected end of input, expected expression
        error[expression-syntax] 7:10 `${{`: `${{` is not closed
          help: write `}}` behind the expression, or `$${{` for the signs
        error[expression-syntax] 8:15 `${{ }}`: an expression is missing
        error[expression-syntax] 8:32 `+`: unexpected end of input, expected expression
        error[expression-syntax] 11:21 `b`: unexpected input after expression
    ");
}

#[test]
fn values_that_yaml_cuts_short_are_told_with_the_quotes_they_need() {
    assert_snapshot!(nodes("a:\n  use: value\n  when: 'live' == run.mode\n"), @r#"
        error[syntax] 5:18 `=`: text after a quoted value
          help: quote the whole expression: `when: "'live' == run.mode"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  map: [1, 2] | chain(x)\n"), @r#"
        error[syntax] 5:17 `|`: this is not YAML: while scanning a block scalar, did not find expected comment or line break
          help: quote the whole expression: `map: "[1, 2] | chain(x)"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  map: [1, 2]\n"), @r"
        error[wrong-type] 5:10 `[1, 2]`: `map` takes an expression, not a list
          help: quote the whole expression: `'[1, 2]'`
    ");
    assert_snapshot!(nodes("a:\n  use: value\n  with: { text: ${{ x.y }} }\n"), @r"
        error[syntax] 5:20 `{`: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
          help: quote values with `${{ }}` that stand in `{ }` or `[ ]`
    ");
    assert_snapshot!(nodes("a:\n  approve:\n    ask: Really: ${{ x }}?\n"), @r#"
        error[syntax] 5:18 `:`: `: ` inside a value that has no quotes
          help: quote the whole value: `ask: "Really: ${{ x }}?"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  when: name == 'a #b'\n"), @r"
        error[expression-syntax] 5:21 ``: unexpected end of string
          help: quote the whole value: YAML ends one without quotes at ` #`
    ");
    assert_snapshot!(nodes("a:\n  use: value\n  with:\n    text: ${{ x | default('a #b') }}\n"), @r"
        error[expression-syntax] 6:13 `${{`: `${{` is not closed
          help: quote the whole value: YAML ends one without quotes at ` #`
    ");
    assert_snapshot!(nodes("a: { use: value, when: range(1, 2), with: {} }\n"), @r"
        error[expression-syntax] 3:32 `1`: unexpected end of input, expected `,`
          help: quote the whole value: in `{ }` and `[ ]` YAML ends it at `,` and brackets
        error[null-value] 3:35 `2)`: `2)` has no value
          help: write a value, or remove the key
    ");
}
