//! Which texts are told that were meant to be read?

use insta::assert_snapshot;

use super::fixes::{toml, yaml};
use super::{nodes, wrong};

const DRAFT: &str = "draft: { use: agent/script-writer, with: { topic: film } }\n";

/// What is wrong with `rest` behind a node that writes a script.
fn behind_a_draft(rest: &str) -> String {
    nodes(&format!("{DRAFT}{rest}"))
}

#[test]
fn a_text_that_names_a_field_in_sight_is_told() {
    assert_snapshot!(wrong("flow: 1\ninputs: { topic: { type: string } }\nnodes:\n  draft:\n    use: agent/script-writer\n    with: { topic: inputs.topic }\noutputs:\n  title: draft.title\n  scenes: [\"draft.scenes[-1].text\", { first: 'draft.scenes[0]' }]\n"), @r#"
        warning[unwrapped-expression] 6:20 `inputs.topic`: `inputs.topic` is a text here, and reads like an expression
          help: write `${{ inputs.topic }}`
          fix: `"${{ inputs.topic }}"`
        warning[unwrapped-expression] 8:10 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `${{ draft.title }}`
        warning[unwrapped-expression] 9:12 `"draft.scenes[-1].text"`: `draft.scenes[-1].text` is a text here, and reads like an expression
          help: write `${{ draft.scenes[-1].text }}`
          fix: `"${{ draft.scenes[-1].text }}"`
        warning[unwrapped-expression] 9:46 `'draft.scenes[0]'`: `draft.scenes[0]` is a text here, and reads like an expression
          help: write `${{ draft.scenes[0] }}`
          fix: `'${{ draft.scenes[0] }}'`
    "#);
    assert_snapshot!(behind_a_draft("shots:\n  map: draft.scenes\n  as: scene\n  nodes:\n    a: { use: value, with: { value: scene.text } }\n  outputs: { text: scene.text, a: a.value }\n"), @r#"
        warning[unwrapped-expression] 8:39 `scene.text`: `scene.text` is a text here, and reads like an expression
          help: write `${{ scene.text }}`
          fix: `"${{ scene.text }}"`
        warning[unwrapped-expression] 9:22 `scene.text`: `scene.text` is a text here, and reads like an expression
          help: write `${{ scene.text }}`
          fix: `"${{ scene.text }}"`
        warning[unwrapped-expression] 9:37 `a.value`: `a.value` is a text here, and reads like an expression
          help: write `${{ a.value }}`
          fix: `"${{ a.value }}"`
    "#);
    assert_snapshot!(behind_a_draft("look: { approve: { ask: draft.title, show: draft.scenes, timeout: 1h, else: draft.title } }\na: { use: image/generate, with: { prompt: x }, fallback: [{ value: { image: draft.title } }] }\n"), @r#"
        warning[unwrapped-expression] 4:27 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `"${{ draft.title }}"`
        warning[unwrapped-expression] 4:46 `draft.scenes`: `draft.scenes` is a text here, and reads like an expression
          help: write `${{ draft.scenes }}`
          fix: `"${{ draft.scenes }}"`
        error[question] 4:79 `draft.title`: nobody could answer "draft.title"
          help: write `true` to go on at the timeout, or `reject` to fail
        warning[unwrapped-expression] 4:79 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `"${{ draft.title }}"`
        warning[unwrapped-expression] 5:79 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `"${{ draft.title }}"`
    "#);
}

#[test]
fn a_text_that_says_nothing_in_sight_stays_a_text() {
    for text in [
        "draft",
        "draft.titel",
        "draft.title and more",
        "See draft.title.",
        "draft.title | length",
        "drafts.title",
        "a.value",
        "$${{ draft.title }}",
        "draft.scenes[draft.title]",
    ] {
        assert_eq!(
            behind_a_draft(&format!("a: {{ use: value, with: {{ value: \"{text}\" }} }}\n")),
            "",
            "{text}"
        );
    }
    // Of anything it is not known which fields it has.
    let any = "flow: 1\ninputs: { any: {} }\nnodes: {}\noutputs: { a: inputs.any.x }\n";
    assert_eq!(wrong(any), "");
}

#[test]
fn what_is_planned_later_is_known_at_the_end() {
    assert_snapshot!(nodes("a:\n  use: value\n  with: { value: draft.title }\nb:\n  nodes:\n    c: { use: value, with: { value: draft.title } }\n    d: { use: value, with: { value: x } }\n  outputs: { e: draft.scenes, d: d.value }\ndraft: { use: agent/script-writer, with: { topic: film } }\n"), @r#"
        warning[unwrapped-expression] 5:20 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `"${{ draft.title }}"`
        warning[unwrapped-expression] 8:39 `draft.title`: `draft.title` is a text here, and reads like an expression
          help: write `${{ draft.title }}`
          fix: `"${{ draft.title }}"`
        warning[unwrapped-expression] 10:19 `draft.scenes`: `draft.scenes` is a text here, and reads like an expression
          help: write `${{ draft.scenes }}`
          fix: `"${{ draft.scenes }}"`
        warning[unwrapped-expression] 10:36 `d.value`: `d.value` is a text here, and reads like an expression
          help: write `${{ d.value }}`
          fix: `"${{ d.value }}"`
    "#);
}

#[test]
fn a_text_that_names_what_waits_for_it_stays_a_text() {
    assert_eq!(
        nodes(
            "a: { use: value, with: { value: c.value } }\nb: { use: value, with: { value: '${{ a.value }}' } }\nc: { use: value, with: { value: '${{ b.value }}' } }\nd: { nodes: {}, outputs: { d: d.d } }\ne: { use: value, with: { value: e.value } }\n"
        ),
        ""
    );
}

#[test]
fn a_prompt_is_never_taken_for_an_expression() {
    let prompt = "a: { use: llm/generate, with: { template: draft.title, variables: {} } }\n";
    assert_eq!(behind_a_draft(prompt), "");
}

#[test]
fn a_text_is_wrapped_where_it_stands() {
    let text = "flow: 1\nnodes:\n  a: { use: value, with: { value: { \"x-y\": 1 } } }\n  b:\n    use: value\n    with:\n      value: a.value   # stays\n  c: { use: value, with: { value: [a.value, 'a.value', \"b.value\", 'a.value[\"x-y\"]'] } }\n  d:\n    use: value\n    with:\n      value:\n        - a.value['x-y']\n        - |\n          a.value\n        - |-\n          a.value\n";
    assert_snapshot!(yaml(text), @r#"
        flow: 1
        nodes:
          a: { use: value, with: { value: { "x-y": 1 } } }
          b:
            use: value
            with:
              value: ${{ a.value }}   # stays
          c: { use: value, with: { value: ["${{ a.value }}", '${{ a.value }}', "${{ b.value }}", '${{ a.value["x-y"] }}'] } }
          d:
            use: value
            with:
              value:
                - ${{ a.value['x-y'] }}
                - |
                  a.value
                - |-
                  a.value
    "#);
    assert_snapshot!(toml("flow = 1\n[nodes.a]\nuse = 'value'\nwith.value = { x = 1 }\n[nodes.b]\nuse = 'value'\nwith.value = \"a.value.x\"\n"), @r#"
        flow = 1
        [nodes.a]
        use = 'value'
        with.value = { x = 1 }
        [nodes.b]
        use = 'value'
        with.value = "${{ a.value.x }}"
    "#);
}
