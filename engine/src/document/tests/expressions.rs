//! Which broken expressions are told, and how?

use insta::assert_snapshot;

use super::{nodes, yaml};

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
        error[missing-quotes] 5:18 `=`: text after a quoted value
          help: quote the whole expression: `when: "'live' == run.mode"`
          fix: `"'live' == run.mode"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  map: [1, 2] | chain(x)\n"), @r#"
        error[missing-quotes] 5:17 `|`: this is not YAML: while scanning a block scalar, did not find expected comment or line break
          help: quote the whole expression: `map: "[1, 2] | chain(x)"`
          fix: `"[1, 2] | chain(x)"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  map: [1, 2]\n"), @r#"
        error[missing-quotes] 5:10 `[1, 2]`: `map` takes an expression, not a list
          help: quote the whole expression: `"[1, 2]"`
          fix: `"[1, 2]"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  with: { text: ${{ x.y }} }\n"), @r#"
        error[missing-quotes] 5:20 `{`: this is not YAML: while parsing a flow mapping, did not find expected ',' or '}'
          help: quote values with `${{ }}` that stand in `{ }` or `[ ]`
          fix: `{ text: "${{ x.y }}" }`
    "#);
    assert_snapshot!(nodes("a:\n  approve:\n    ask: Really: ${{ x }}?\n"), @r#"
        error[missing-quotes] 5:18 `:`: `: ` inside a value that has no quotes
          help: quote the whole value: `ask: "Really: ${{ x }}?"`
          fix: `"Really: ${{ x }}?"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  when: name == 'a #b'\n"), @r#"
        error[missing-quotes] 5:21 ``: unexpected end of string
          help: quote the whole value: YAML ends one without quotes at ` #`
          fix: `"name == 'a #b'"`
    "#);
    assert_snapshot!(nodes("a:\n  use: value\n  with:\n    text: ${{ x | default('a #b') }}\n"), @r#"
        error[missing-quotes] 6:13 `${{`: `${{` is not closed
          help: quote the whole value: YAML ends one without quotes at ` #`
          fix: `"${{ x | default('a #b') }}"`
    "#);
    assert_snapshot!(nodes("a: { use: value, when: range(1, 2), with: {} }\n"), @r#"
        error[missing-quotes] 3:32 `1`: unexpected end of input, expected `,`
          help: quote the whole value: in `{ }` and `[ ]` YAML ends it at `,` and brackets
          fix: `"range(1, 2)"`
    "#);
}
