//! The stage's door for tests: a text goes in, findings come out.

mod expressions;
mod keys;
mod structure;

use std::sync::Arc;

use super::{Document, parse};
use crate::diagnostic::{Diagnostic, Findings, plain};
use crate::source::{Source, Span};

fn read(path: &str, text: &str) -> (Option<Document>, Findings) {
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
                // Only YAML cuts a value short; in TOML the same text is whole, and no expression.
                .map(|finding| format!("{}: {}", finding.rule.name, finding.message))
                .map(|line| line.replace("missing-quotes:", "expression-syntax:"))
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
