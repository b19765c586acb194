//! Which kinds, ports and values that go wrong are told, and how?

use insta::assert_snapshot;

use super::{nodes, refused, wrong};

#[test]
fn kinds_and_their_ports_are_told_with_what_was_meant() {
    assert_snapshot!(nodes("a: { use: image/concat, with: { x: 1 } }\nb: { use: agent/script-writr }\nc: { use: agent/script-writer, with: { topik: x, other: \"${{ a.x.y }}\" } }\nd: { use: frobnicate }\n"), @"
        error[unknown-kind] 3:13 `image/concat`: there is no kind `image/concat`
          help: `flow kinds` lists all kinds
        error[unknown-kind] 4:13 `agent/script-writr`: there is no kind `agent/script-writr`
          help: write `agent/script-writer`
          fix: `agent/script-writer`
        error[missing-port] 5:13 `agent/script-writer`: `agent/script-writer` needs `topic`
          help: add `topic: …` to `with`
        error[unknown-port] 5:42 `topik`: `agent/script-writer` has no port `topik`
          help: write `topic`
          fix: `topic`
        error[unknown-port] 5:52 `other`: `agent/script-writer` has no port `other`
          help: it has `topic`, `seconds`, `draft`
        error[unknown-kind] 6:13 `frobnicate`: there is no kind `frobnicate`
          help: `flow kinds` lists all kinds
    ");
    assert_snapshot!(nodes("a: { use: media/ken-burns, with: { image: x.png } }\nb: { use: media/concat }\n"), @r"
        error[missing-port] 3:13 `media/ken-burns`: `media/ken-burns` needs `seconds`
          help: add `seconds: …` to `with`
        error[missing-port] 4:13 `media/concat`: `media/concat` needs `clips`
          help: add `clips: …` to `with`
    ");
}

#[test]
fn written_values_are_checked_against_their_ports() {
    assert_snapshot!(nodes("a: { use: agent/script-writer, with: { topic: ab, seconds: 3.5, draft: yes } }\nb: { use: media/concat, with: { clips: [] } }\nc: { use: media/concat, with: { clips: [a.mp4, 3] } }\n"), @r#"
        error[value-mismatch] 3:49 `ab`: `topic` does not take this: "ab" is shorter than 3 characters
        error[value-mismatch] 3:62 `3.5`: `seconds` does not take this: 3.5 is not of type "integer"
        error[value-mismatch] 3:62 `3.5`: `seconds` does not take this: 3.5 is less than the minimum of 10
        error[yes-no] 3:74 `yes`: `draft` takes a boolean, and `yes` is text
          help: write `true`
          fix: `true`
        error[value-mismatch] 4:42 `[]`: `clips` does not take this: [] has less than 1 item
        error[value-mismatch] 5:50 `3`: `clips` does not take this: 3 is not of type "object"
    "#);
}

#[test]
fn computed_values_are_checked_against_their_ports() {
    let draft = "draft: { use: agent/script-writer, with: { topic: film } }\n";
    assert_snapshot!(nodes(&format!("{draft}a: {{ use: image/generate, with: {{ prompt: \"${{{{ draft.scenes }}}}\" }} }}\n")), @r#"
        error[port-mismatch] 4:45 `"${{ draft.scenes }}"`: `prompt` would not take `[{"id":"a","mood":"a","seconds":1,"text":"a"}]`
          here: may be a list
          help: read a value of another type, or give it through a node that changes it
    "#);
    assert_snapshot!(nodes(&format!("{draft}a:\n  map: draft.scenes\n  use: image/generate\n  with: {{ prompt: \"${{{{ item.mood }}}}\" }}\n")), @r#"
        error[port-mismatch] 7:21 `"${{ item.mood }}"`: `prompt` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
    "#);
    assert_snapshot!(nodes(&format!("{draft}a:\n  when: draft.title == 'x'\n  use: image/generate\n  with: {{ prompt: x }}\nb: {{ use: media/ken-burns, with: {{ image: \"${{{{ a.image }}}}\", seconds: 1 }} }}\n")), @r#"
        error[port-mismatch] 8:45 `"${{ a.image }}"`: `image` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
    "#);
    assert_snapshot!(nodes(&format!("{draft}a: {{ use: image/generate, with: {{ prompt: x }} }}\nb: {{ use: media/concat, with: {{ clips: [\"${{{{ a.image }}}}\"] }} }}\nc: {{ use: image/generate, with: {{ prompt: \"${{{{ draft.titel }}}}\" }} }}\n")), @r#"
        error[port-mismatch] 5:42 `["${{ a.image }}"]`: `clips` would not take `[{"$artifact":"b3:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bytes":0,"media_type":"image/png"}]`
          here: may be a list
          help: read a value of another type, or give it through a node that changes it
        error[unknown-field] 6:56 `titel`: there is no field `titel`
          help: write `title`
    "#);
    assert_snapshot!(nodes("a: { use: exec/command, with: { anything: 1 } }\nb: { use: image/generate, with: { prompt: \"${{ a.x }}\" } }\n"), @r#"
        error[unknown-port] 3:35 `anything`: `exec/command` has no port `anything`
          help: it takes no input: remove the port
        warning[port-mismatch] 4:45 `"${{ a.x }}"`: it cannot be proved that `prompt` takes every value of this
          here: nothing is known of the value
          help: the value is checked when it is there, before it is used
    "#);
}

#[test]
fn a_list_that_may_be_empty_fits_no_port_that_needs_an_item() {
    let pipeline = |on_error: &str| {
        nodes(&format!(
            "draft: {{ use: agent/script-writer, with: {{ topic: film }} }}\npictures: {{ map: draft.scenes, use: image/generate, with: {{ prompt: x }} }}\nclips: {{ map: pictures.image, on_error: {on_error}, use: media/ken-burns, with: {{ image: '${{{{ item }}}}', seconds: 1 }} }}\nfilm: {{ use: media/concat, with: {{ clips: '${{{{ clips.video }}}}' }} }}\n"
        ))
    };
    assert_snapshot!(pipeline("fail"), @"");
    assert_snapshot!(pipeline("drop"), @r#"
        error[port-mismatch] 6:45 `'${{ clips.video }}'`: `clips` would not take `[]`
          here: may be anything of `{"const":[]}`
          help: read a value of another type, or give it through a node that changes it
    "#);
    assert_snapshot!(pipeline("skip"), @r"
        error[port-mismatch] 6:45 `'${{ clips.video }}'`: `clips` would not take `[null]`
          here: may be a list
          help: take the nulls out: `x | compact`
    ");
}

#[test]
fn a_condition_narrows_what_its_node_reads() {
    assert_snapshot!(nodes("draft: { use: agent/script-writer, with: { topic: film } }\na:\n  map: draft.scenes\n  nodes:\n    picture:\n      when: item.mood is not none\n      use: image/generate\n      with: { prompt: \"${{ item.mood }}\" }\n"), @"");
}

#[test]
fn conditions_are_booleans_and_maps_go_over_lists() {
    assert_snapshot!(nodes("draft: { use: agent/script-writer, with: { topic: film } }\na: { when: draft.title, use: value, with: { value: 1 } }\nb: { map: draft.title, use: value, with: { value: \"${{ item.x.y }}\" } }\nc: { when: draft.title | frobnicate, use: value, with: { value: 1 } }\n"), @r"
        error[unknown-function] 6:28 `frobnicate`: there is no filter called `frobnicate`
          help: the filters are: chain, compact, default, first, flatten, items, join, last, length, map, rejectattr, selectattr, sort, unique
        error[expression-type] 4:14 `draft.title`: a condition is true or false, and this is a text
          help: write `x | length > 0` to ask whether there is anything in it
        error[expression-type] 5:13 `draft.title`: `map` takes a list, and this may be a text
          help: read a list; `x | items` makes one of an object, `x | default([])` of what may be null
    ");
}

#[test]
fn what_follows_from_a_finding_is_not_told() {
    assert_snapshot!(nodes("a: { use: frobnicate, with: { x: 1 } }\nb: { map: a.list, use: image/generate, with: { prompt: \"${{ item }}\" } }\nc: { use: media/concat, with: { clips: \"${{ b.image }}\" } }\nd:\n  nodes: { e: { use: nothing } }\n  outputs: { x: \"${{ e.y.z }}\" }\nf: { use: image/generate, with: { prompt: \"${{ d.x }} ${{ d.y }}\" } }\n"), @r"
        error[unknown-kind] 3:13 `frobnicate`: there is no kind `frobnicate`
          help: `flow kinds` lists all kinds
        error[unknown-kind] 7:24 `nothing`: there is no kind `nothing`
          help: `flow kinds` lists all kinds
    ");
}

#[test]
fn providers_are_those_that_the_kind_has() {
    assert_snapshot!(wrong("flow: 1\nproviders: { image: lumma, pictures: local, llm: rules }\nnodes:\n  a: { use: image/generate, provider: openai, with: { prompt: x } }\n  b: { use: value, provider: local, with: { value: 1 } }\n"), @"
        error[unknown-provider] 2:21 `lumma`: there is no provider `lumma` for `image`
          help: write `luma`
          fix: `luma`
        error[unknown-provider] 2:28 `pictures`: there is no capability `pictures`
          help: write one of `image`, `llm`, `music`, `sound`, `speech`, `video`
        error[unknown-provider] 4:39 `openai`: there is no provider `openai` for `image`
          help: write one of `local`, `luma`
        error[unknown-provider] 5:20 `provider`: `value` has no providers to choose from
          help: remove `provider`
    ");
}

#[test]
fn what_the_language_has_is_run() {
    assert_snapshot!(refused("flow: 1\nschedule: 24h\nbudget: 5 USD\npools: { gpu: 1 }\ndoubt: { then: fail }\nnodes:\n  a: { use: value, with: { value: '${{ budget.left }}' }, cache: auto, description: x }\n  b:\n    use: image/generate\n    with: { prompt: x }\n    model: big\n    cache: off\n    pool: gpu\n    budget: 1 USD\n    doubt: { then: fail }\n    undo: { use: value, with: { value: 1 } }\n    needs: { a: { when: true, else: ask } }\n  c: { approve: { ask: Go on? }, needs: { a: {} } }\n  e: { nodes: {}, retry: { attempts: 2 }, timeout: 3s, fallback: [{ value: {} }] }\n  f: { map: range(2), budget: { each: 1 USD }, use: value, with: { value: 1 } }\n"), @"");
    assert_snapshot!(refused("flow: 1\nnodes:\n  a: { use: value, with: { value: 1 } }\n  b:\n    use: image/generate\n    with: { prompt: x }\n    fallback: [{ provider: luma }, { value: { image: null } }]\n    repeat: { max: 3, until: b.image is not none }\n    carry: { x: b.image }\n    needs: { a: { when: a.value == 1, else: skip } }\n"), @"");
}

#[test]
fn inputs_are_schemas_with_defaults_that_fit() {
    assert_snapshot!(wrong("flow: 1\ninputs: { a: { x-media: image }, b: { x-media: 'image/*, text/plain' } }\nnodes: {}\n"), @r"
        error[bad-input] 2:25 `image`: the input `a` takes no kind of file
          help: write a range of media types, such as `image/*` or `text/*, application/pdf`
    ");
    assert_snapshot!(wrong("flow: 1\ninputs:\n  a: { type: strin }\n  b: { type: integer, default: x }\n  c: { x-media: image/*, default: cover.png }\n  d: { type: object, properties: { e: { type: integer } }, default: { e: no } }\nnodes: { f: { use: value, with: { value: \"${{ inputs.a.b }} ${{ inputs.g }}\" } } }\n"), @r#"
        error[bad-input] 3:14 `strin`: the input `a` has no valid schema: "strin" is no type: there are string, number, integer, boolean, object, array, null
          help: write a JSON Schema, such as `{ type: string }`
        error[bad-input] 4:32 `x`: the default of `b` does not fit: "x" is not of type "integer"
          help: change the default or the schema
        error[bad-input] 6:74 `no`: the default of `d` does not fit: "no" is not of type "integer"
          help: change the default or the schema
    "#);
}

#[test]
fn words_and_places_that_mean_nothing_are_told() {
    assert_snapshot!(nodes("a: { use: value, with: { value: 1 }, on_error: drop, retry: { errors: [timeout, sever, bad luck] } }\n"), @"
        error[drop-outside-map] 3:50 `drop`: `drop` is about the items of a `map`
          help: write `skip`: the node gives null when it fails
          fix: `skip`
        error[unknown-word] 3:83 `sever`: no failure is called `sever`
          help: write `server`
          fix: `server`
        error[unknown-word] 3:90 `bad luck`: no failure is called `bad luck`
          help: write some of `rate_limit`, `timeout`, `server`, `network`, `command`, `input`, `missing`, `moderated`, `gate`, `over_budget`, `in_doubt`, `expired`, `rejected`, `cancelled`, `output`, `storage`, `internal`
    ");
}

#[test]
fn what_names_an_item_or_a_provider_is_text() {
    assert_snapshot!(nodes("draft: { use: agent/script-writer, with: { topic: film } }\na: { map: draft.scenes, key: item, use: value, with: { value: 1 } }\nb: { map: draft.scenes, key: item.id, use: image/generate, provider: '${{ item.seconds }}', with: { prompt: x } }\n"), @r"
        error[expression-type] 4:32 `item`: `key` takes a text or a number, and this may be an object
          help: read another value, or `x | default(…)`
        error[expression-type] 5:72 `'${{ item.seconds }}'`: `provider` takes a text, and this may be a number
          help: read another value, or `x | default(…)`
    ");
}

#[test]
fn a_port_that_may_be_left_out_takes_null() {
    assert_snapshot!(nodes("draft: { use: agent/script-writer, with: { topic: film } }\na: { when: draft.title == 'x', use: agent/script-writer, with: { topic: film } }\nb: { use: agent/script-writer, with: { topic: film, seconds: '${{ a.title | length }}', draft: '${{ none }}' } }\n"), @r"
        error[expression-type] 5:69 `a.title | length`: `length` takes a list, object or text, not null
          help: add `| default([])` before it
    ");
}
