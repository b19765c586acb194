//! Does what a finding offers to write make it go away?

use insta::assert_snapshot;

use super::planned;
use crate::diagnostic::{Severity, mended, plain};

/// The text with every fix made, again and again as `flow check --fix` does, and what is wrong with it then.
fn fixed(path: &str, text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..9 {
        let findings = planned(path, &text).1;
        let fixes: Vec<_> = findings.iter().filter_map(|finding| finding.fix.clone()).collect();
        let (next, made) = mended(&text, &fixes);
        if made == 0 {
            let left: Vec<_> = findings
                .into_iter()
                .filter(|finding| {
                    finding.severity == Severity::Error && finding.rule.name != "not-yet"
                })
                .collect();
            return format!("{text}{}", plain(&left));
        }
        text = next;
    }
    panic!("fixes go in circles: {text}");
}

pub(super) fn yaml(text: &str) -> String {
    fixed("test.yaml", text)
}

fn nodes(text: &str) -> String {
    yaml(&format!("flow: 1\nnodes:\n  {}\n", text.trim_end().replace('\n', "\n  ")))
}

pub(super) fn toml(text: &str) -> String {
    fixed("test.toml", text)
}

#[test]
fn words_of_other_tools_and_slips_of_the_finger_are_mended() {
    assert_snapshot!(nodes("a: { uses: value, with: { value: [1] } }\nb:\n  if: true\n  for_each: a.value   # stays\n  depends_on: [a]\n  use: value\n  wiht: { value: 1 }\nc: { use: value, with: { valeu: 1 }, gates: { a: {} }, retry: { atempts: 2, errors: [sever] } }\nd: { use: agent/script-writr, with: { topik: film }, on_error: skpi }\ne: { use: 'image/generat', with: { prompt: x }, provider: \"lumma\" }\n"), @r#"
        flow: 1
        nodes:
          a: { use: value, with: { value: [1] } }
          b:
            when: true
            map: a.value   # stays
            needs: [a]
            use: value
            with: { value: 1 }
          c: { use: value, with: { value: 1 }, needs: { a: {} }, retry: { attempts: 2, errors: [server] } }
          d: { use: agent/script-writer, with: { topic: film }, on_error: skip }
          e: { use: 'image/generate', with: { prompt: x }, provider: "luma" }
    "#);
    assert_snapshot!(toml("flow = 1\nnmae = 'x'\n[nodes.a]\nuses = 'valeu'\nwith.value = 1\n[nodes.b]\nif = 'true'\nuse = \"value\" # stays\nwith.value = 1\ndepends_on = ['a']\n"), @r#"
        flow = 1
        name = 'x'
        [nodes.a]
        use = 'value'
        with.value = 1
        [nodes.b]
        when = 'true'
        use = "value" # stays
        with.value = 1
        needs = ['a']
    "#);
}

#[test]
fn quotes_are_put_where_yaml_needs_them() {
    assert_snapshot!(nodes("a:\n  use: value\n  when: 'live' == run.mode  # stays\n  with: { value: 1 }\n"), @r#"
        flow: 1
        nodes:
          a:
            use: value
            when: "'live' == run.mode"  # stays
            with: { value: 1 }
    "#);
    assert_snapshot!(nodes("a:\n  map: [1, 2] | chain([3])\n  use: value\n  with: { value: 1 }\n"), @r#"
        flow: 1
        nodes:
          a:
            map: "[1, 2] | chain([3])"
            use: value
            with: { value: 1 }
    "#);
    assert_snapshot!(nodes("a: { use: value, with: { value: 1 } }\nb:\n  map: [1, 2]\n  use: value\n  with: { value: a ${{ a.value }} b, }\nc:\n  use: value\n  with: { value: [${{ a.value }}, 'x', ${{ {'k': 1} | default(\"}}\") }}] }\n"), @r#"
        flow: 1
        nodes:
          a: { use: value, with: { value: 1 } }
          b:
            map: "[1, 2]"
            use: value
            with: { value: "a ${{ a.value }} b", }
          c:
            use: value
            with: { value: ["${{ a.value }}", 'x', '${{ {''k'': 1} | default("}}") }}'] }
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  with:\n    value: Really: ${{ run.id }}?\n"), @r#"
        flow: 1
        nodes:
          a:
            use: value
            with:
              value: "Really: ${{ run.id }}?"
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  when: run.name == 'a #b' # stays\n  with:\n    value: ${{ none | default('a #b') }}\n"), @r#"
        flow: 1
        nodes:
          a:
            use: value
            when: "run.name == 'a #b'" # stays
            with:
              value: "${{ none | default('a #b') }}"
    "#);
    assert_snapshot!(nodes("a: { use: value, when: range(1, 2) | length == 1, with: { value: 1 } }\n"), @r#"
        flow: 1
        nodes:
          a: { use: value, when: "range(1, 2) | length == 1", with: { value: 1 } }
        error[expression-syntax] 3:27 `range(1, 2)`: `range` takes one argument
    "#);
}

#[test]
fn braces_around_bare_expressions_are_taken_off() {
    assert_snapshot!(nodes("a:\n  use: value\n  when: ${{ run.mode == 'x' }}\n  with: { value: 1 }\nb: { use: value, when: \"${{ run.mode == 'x' }}\", with: { value: 1 } }\n"), @r#"
        flow: 1
        nodes:
          a:
            use: value
            when: run.mode == 'x'
            with: { value: 1 }
          b: { use: value, when: "run.mode == 'x'", with: { value: 1 } }
    "#);
    assert_snapshot!(toml("flow = 1\n[nodes.a]\nuse = 'value'\nwith.value = 1\nwhen = \"${{ run.mode == 'x' }}\"\n"), @r#"
        flow = 1
        [nodes.a]
        use = 'value'
        with.value = 1
        when = "run.mode == 'x'"
    "#);
}

#[test]
fn names_are_mended_where_they_are_given_and_where_they_are_read() {
    assert_snapshot!(nodes("my-node: { use: value, with: { value: 1 } }\nBig: { use: value, with: { value: 1 } }\nb: { use: value, with: { value: \"${{ my-node.value }} ${{ Big.value }}\" }, needs: [my-node, Big] }\n"), @r#"
        flow: 1
        nodes:
          my_node: { use: value, with: { value: 1 } }
          big: { use: value, with: { value: 1 } }
          b: { use: value, with: { value: "${{ my_node.value }} ${{ big.value }}" }, needs: [my_node, big] }
    "#);
    assert_snapshot!(toml("flow = 1\n[nodes.my-node]\nuse = 'value'\nwith.value = 1\n[nodes.b]\nuse = 'value'\nwith.value = '${{ my-node.value }}'\n"), @"
        flow = 1
        [nodes.my_node]
        use = 'value'
        with.value = 1
        [nodes.b]
        use = 'value'
        with.value = '${{ my_node.value }}'
    ");
}

#[test]
fn values_get_the_form_that_their_type_wants() {
    assert_snapshot!(yaml("name: 1.10\ninputs: { loud: { type: boolean, default: no } }\nbudget: 5\nnodes:\n  a: { use: agent/script-writer, with: { topic: 1.10, draft: yes } }\n  b: { use: value, with: { value: 2026-11-23 }, needs: a }\n  c: { use: value, with: { value: { 1: x, ~: y } }, needs: { a:, b: } }\n  d: { map: '[1]', limit: '4', use: value, with: { value: 1 }, needs: { c } }\n"), @r#"
        flow: 1
        name: "1.10"
        inputs: { loud: { type: boolean, default: false } }
        budget: 5 USD
        nodes:
          a: { use: agent/script-writer, with: { topic: "1.10", draft: true } }
          b: { use: value, with: { value: "2026-11-23" }, needs: [a] }
          c: { use: value, with: { value: { "1": x, "~": y } }, needs: { a: {}, b: {} } }
          d: { map: '[1]', limit: 4, use: value, with: { value: 1 }, needs: { c: {} } }
    "#);
    assert_snapshot!(yaml("flow: '1'\nbudget: { limit: $0.50 }\ndoubt: { auto_below: 1 }\nnodes: { a: { use: agent/script-writer, with: { topic: 007, draft: 'off' }, on_error: drop } }\n"), @r#"
        flow: 1
        budget: { limit: 0.50 USD }
        doubt: { auto_below: 1 USD }
        nodes: { a: { use: agent/script-writer, with: { topic: "007", draft: false }, on_error: skip } }
    "#);
    assert_snapshot!(toml("name = 1.10\nbudget = 5\n[nodes.a]\nuse = 'agent/script-writer'\nwith = { topic = 'film', draft = 'no' }\n"), @r#"
        flow = 1
        name = "1.10"
        budget = "5 USD"
        [nodes.a]
        use = 'agent/script-writer'
        with = { topic = 'film', draft = false }
    "#);
}

#[test]
fn tabs_become_spaces_as_wide_as_the_others() {
    assert_snapshot!(yaml("flow: 1\nnodes:\n\ta:\n\t\tuse: value\n\t\twith: { value: \"\t\" }\t# stays\n"), @r#"
        flow: 1
        nodes:
          a:
            use: value
            with: { value: "	" }	# stays
    "#);
    assert_snapshot!(yaml("flow: 1\nnodes:\n    a:\n    \tuse: value\n    \twith:\n\t\t\tvalue: |\n\t\t\t\ttext\n"), @"
        flow: 1
        nodes:
            a:
                use: value
                with:
                    value: |
                        text
    ");
}
