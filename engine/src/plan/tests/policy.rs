//! Which budgets, gates, questions, rounds, alternatives, secrets and prompts that go wrong are told, and how?

use insta::assert_snapshot;
use serde_json::json;

use super::{among, nodes, wrong};

#[test]
fn a_budget_says_what_it_caps() {
    assert_snapshot!(nodes("a: { map: range(3), budget: 2 USD, use: value, with: { value: 1 } }\nb: { budget: { each: 1 USD }, use: value, with: { value: 1 } }\nc: { budget: { on_exceed: fail }, use: value, with: { value: 1 } }\nd: { budget: { limit: 1 USD, warn: 80%, unpriced: allow }, use: value, with: { value: 1 } }\ne: { budget: -1 USD, use: value, with: { value: 1 } }\n"), @r"
        error[bad-value] 7:16 `-1 USD`: nobody can spend less than nothing
          help: write an amount like `5 USD`
        error[budget-shape] 3:31 `2 USD`: `2 USD` does not say whether it caps each item or all of them
          help: write `{ each: 2 USD }` or `{ limit: 2 USD }`
        error[budget-shape] 4:8 `budget`: `b` has no items, so `each` caps nothing
          help: write `limit`, or give the node a `map`
        error[budget-shape] 5:8 `budget`: the budget of a node needs a limit
          help: add `limit: 2 USD`
        error[budget-shape] 6:8 `budget`: `warn` and `unpriced` are said of the whole pipeline, not of a node
          help: move them to the pipeline's `budget`
    ");
    assert_snapshot!(wrong("flow: 1\nbudget: { each: 1 USD }\nnodes: {}\n"), @r"
        error[budget-shape] 2:1 `budget`: a pipeline has no items, so `each` caps nothing
          help: write `limit`, or give the node a `map`
    ");
}

#[test]
fn an_amount_that_is_computed_is_an_amount() {
    assert_snapshot!(nodes("a: { budget: '${{ run.name }}', use: value, with: { value: 1 } }\nb: { budget: '${{ 3 }}', use: value, with: { value: 1 } }\nc: { budget: '${{ usd(3) }}', use: value, with: { value: 1 } }\nd: { budget: '${{ budget.left }}', use: value, with: { value: 1 } }\ne: { needs: { a: { budget: '${{ 1 > 2 }}' } }, use: value, with: { value: 1 } }\n"), @r#"
        error[port-mismatch] 3:16 `'${{ run.name }}'`: `budget` would not take `"a"`
          here: may be anything of `{"type":"string","allOf":[{"not":{"format":"money"}}]}`
          help: read a value of another type, or give it through a node that changes it
        error[port-mismatch] 4:16 `'${{ 3 }}'`: `budget` would not take `3`
          here: may be anything of `{"const":3}`
          help: read a value of another type, or give it through a node that changes it
        error[port-mismatch] 7:30 `'${{ 1 > 2 }}'`: `budget` would not take `false`
          here: may be anything of `{"enum":[false,true]}`
          help: read a value of another type, or give it through a node that changes it
    "#);
    assert_snapshot!(wrong("flow: 1\nbudget: '${{ a.value }}'\nnodes: { a: { use: value, with: { value: 1 USD } } }\n"), @r"
        error[unknown-name] 2:14 `a`: nothing here is called `a`
          help: add a node called `a`, or read one that there is
    ");
}

#[test]
fn a_gate_may_go_by_what_its_node_reads() {
    assert_snapshot!(nodes("a: { when: run.mode == 'live', use: value, with: { value: x } }\nb: { needs: { a: { when: a is not none, else: skip } }, use: image/generate, with: { prompt: '${{ a.value }}' } }\nc: { needs: { a: { when: a is not none, else: ask } }, use: image/generate, with: { prompt: '${{ a.value }}' } }\nd: { needs: { a: { when: a.value } }, use: value, with: { value: '${{ b.image }}' } }\n"), @r#"
        error[port-mismatch] 5:95 `'${{ a.value }}'`: `prompt` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
        error[expression-type] 6:28 `a.value`: a condition is true or false, and this is a text or null
          help: write `x is not none` to ask whether there is a value
    "#);
}

#[test]
fn a_question_can_be_answered() {
    assert_snapshot!(nodes("a: { approve: { ask: x, timeout: 1h, else: accept } }\nb: { approve: { ask: x, timeout: 1h, else: reject } }\nc: { approve: { ask: x, timeout: 1h, else: true } }\n"), @r#"
        error[question] 3:46 `accept`: nobody could answer "accept"
          help: write `true` to go on at the timeout, or `reject` to fail
    "#);
    assert_snapshot!(nodes("a: { approve: { ask: x, choices: [], show: '${{ run.nme }}' } }\nb: { approve: { ask: x, choices: '${{ run.name }}' } }\nc: { approve: { ask: '${{ [1] }}', schema: { type: strng } } }\nd: { approve: { ask: x, choices: [y, z], timeout: 1h, else: w } }\ne: { approve: { ask: x, else: reject } }\nf: { approve: { ask: x, timeout: 1h, else: reject }, retry: {}, timeout: 1h }\ng: { approve: { ask: x, choices: [y], schema: {} } }\nh: { approve: { ask: x, above: '${{ 1 }}' } }\n"), @r#"
        error[node-shape] 8:56 `retry`: `retry` means nothing beside `approve`, which makes no attempts
          8:8 `approve`: asks a person
          help: remove it
        error[node-shape] 8:67 `timeout`: `timeout` means nothing beside `approve`, which makes no attempts
          8:8 `approve`: asks a person
          help: write the `timeout` inside `approve`
        error[node-shape] 9:41 `schema`: the answer cannot be one of `choices` and fit a `schema`
          9:27 `choices`: the other
          help: remove one of them
        error[question] 3:36 `[]`: there is nothing to choose from
          help: list what a person may choose, or remove `choices`
        error[unknown-field] 3:55 `nme`: there is no field `nme`
          help: write `name`
        error[expression-type] 4:36 `'${{ run.name }}'`: `choices` takes a list, and this may be a text
          help: read another value, or `x | default(…)`
        error[expression-type] 5:24 `'${{ [1] }}'`: `ask` takes a text, and this may be a list
          help: read another value, or `x | default(…)`
        error[question] 5:54 `strng`: `schema` is no JSON Schema: "strng" is no type: there are string, number, integer, boolean, object, array, null
          help: write one, such as `{ type: object, properties: { title: { type: string } } }`
        error[port-mismatch] 6:63 `w`: `else` would not take `"w"`
          here: may be anything of `{"const":"w"}`
          help: read a value of another type, or give it through a node that changes it
        error[question] 7:33 `reject`: `else` means nothing without `timeout`
          help: add `timeout: 24h`, or remove `else`
        error[port-mismatch] 10:34 `'${{ 1 }}'`: `above` would not take `1`
          here: may be anything of `{"const":1}`
          help: read a value of another type, or give it through a node that changes it
    "#);
}

#[test]
fn an_answer_has_a_type() {
    assert_snapshot!(nodes("a: { approve: { ask: x, choices: [y, z] } }\nb: { approve: { ask: x } }\nc: { approve: { ask: x, schema: { type: object, properties: { n: { type: integer } }, required: [n], additionalProperties: false } } }\nd: { when: a.answer == 1, use: value, with: { value: '${{ c.answer.n + 1 }}' } }\ne: { when: b.answer, use: value, with: { value: '${{ c.answer.m }} ${{ b.by }} ${{ b.at }}' } }\nf: { use: image/generate, with: { prompt: '${{ b.comment }}' } }\n"), @r#"
        error[expression-type] 6:14 `a.answer == 1`: `==` cannot compare a text with an integer
        error[unknown-field] 7:65 `m`: there is no field `m`
          help: the fields are: n
        error[port-mismatch] 8:45 `'${{ b.comment }}'`: `prompt` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
    "#);
}

#[test]
fn rounds_end_by_a_condition_and_have_a_best() {
    assert_snapshot!(nodes("a: { repeat: { max: 2, until: a.value, best: a.value }, use: value, with: { value: x } }\nb: { repeat: { max: 2, until: c.value > 1 }, nodes: { c: { use: value, with: { value: 1 } } } }\nd: { use: value, with: { value: '${{ c.value }}' } }\n"), @r"
        error[expression-type] 3:33 `a.value`: a condition is true or false, and this is a text
          help: write `x | length > 0` to ask whether there is anything in it
        error[expression-type] 3:48 `a.value`: `best` takes a number, and this may be a text
          help: read another value, or `x | default(…)`
        error[unknown-name] 5:40 `c`: nothing here is called `c`
          help: add a node called `c`, or read one that there is
    ");
}

#[test]
fn what_is_carried_is_null_at_first() {
    assert_snapshot!(nodes("a: { repeat: { max: 2, until: true }, carry: { former: a.image }, use: image/generate, with: { prompt: '${{ former.media_type }}' } }\nb: { map: range(2), carry: { sum: b.value }, use: value, with: { value: '${{ sum + item }}' } }\nc: { map: range(2), carry: { last: c.value }, use: value, with: { value: '${{ last | default(0) }}' } }\nd: { use: value, with: { value: '${{ c.value.x }}' } }\n"), @r#"
        error[port-mismatch] 3:106 `'${{ former.media_type }}'`: `prompt` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
        error[expression-type] 4:80 `sum + item`: `+` calculates with numbers, not with a number or null and an integer
          help: add `| default(0)` to what may be null
    "#);
}

#[test]
fn what_a_node_gives_is_any_of_its_alternatives() {
    assert_snapshot!(nodes("a: { use: image/generate, with: { prompt: x }, fallback: [{ value: { image: null } }] }\nb: { use: media/ken-burns, with: { image: '${{ a.image }}', seconds: 1 } }\nc: { use: image/generate, with: { prompt: x }, fallback: [{ provider: nobody }, { with: { prompt: 3 } }] }\nd: { nodes: {}, fallback: [{ provider: local }] }\ne: { use: image/generate, with: { prompt: x }, fallback: [{ use: ./x.yaml }] }\nf: { use: image/generate, with: { prompt: x }, fallback: [{}, { use: value, value: 1 }], undo: { with: {} } }\ng: { use: image/generate, with: { prompt: x }, fallback: [] }\n"), @r#"
        error[node-shape] 8:61 `{}`: this alternative says nothing else than the node
          help: write `provider: …`, or `use` with its `with`, or `value: …` alone
        error[node-shape] 8:65 `{ use: value, value: 1 }`: this alternative is both a call and a `value`
          help: write `provider: …`, or `use` with its `with`, or `value: …` alone
        error[missing-key] 8:92 `undo`: an `undo` needs the key `use`
          help: add `use: http/request`
        error[node-shape] 9:60 `[]`: this alternative is missing
          help: write `provider: …`, or `use` with its `with`, or `value: …` alone
        error[port-mismatch] 4:45 `'${{ a.image }}'`: `image` would not take `null`
          here: may be anything of `{"type":"null"}`
          help: say what to take instead: `${{ … | default(…) }}`
        error[unknown-provider] 5:73 `nobody`: there is no provider `nobody` for `image`
          help: write one of `local`, `luma`
        error[unquoted-text] 5:101 `3`: `prompt` takes text, and `3` without quotes is a number
          help: write `"3"`
          fix: `"3"`
        error[no-alternative] 6:19 `fallback`: there is no `use` that the alternative could inherit
          help: add `use` with its `with`, or write `value: …`
        error[no-alternative] 7:68 `./x.yaml`: a pipeline file cannot stand here, only a kind
          help: name a kind, or give the file a node of its own
    "#);
}

#[test]
fn pools_and_providers_are_those_that_there_are() {
    assert_snapshot!(wrong("flow: 1\npools: { gpu: 1, A: 2, x-y: {} }\nnodes:\n  a: { pool: [gpu, gpo], use: image/generate, with: { prompt: x }, provider: \"${{ 'lumo' if run.mode == 'live' else 'local' }}\" }\n  b: { use: value, with: { value: 1 }, model: x }\n"), @r#"
        error[bad-name] 2:18 `A`: `A` is not the name of a pool
          help: use `a-z`, `0-9`, `_` and `-`, first a letter, at most 64 characters
        error[missing-key] 2:24 `x-y`: a pool needs the key `limit`
          help: add `limit: 4`
        error[unknown-pool] 4:20 `gpo`: there is no pool `gpo`
          help: write `gpu`, or declare `gpo` under `pools`
        error[unknown-provider] 4:78 `"${{ 'lumo' if run.mode == 'live' else 'local' }}"`: there is no provider `lumo` for `image`
          help: write `luma`
          fix: `"luma"`
        error[unknown-provider] 5:40 `model`: `value` has no models to choose from
          help: remove `model`
    "#);
}

#[test]
fn a_schedule_is_a_time() {
    assert_snapshot!(wrong("flow: 1\nschedule: sometimes\nnodes: {}\n"), @r"
        error[bad-value] 2:11 `sometimes`: `sometimes` is no schedule: Invalid pattern: Pattern must have between 5 and 7 fields.
          help: write a duration such as `24h`, or a cron text such as `0 6 * * *`, perhaps with a time zone behind it: `0 6 * * * Europe/Berlin`
    ");
}

#[test]
fn a_secret_stands_only_where_it_is_kept() {
    assert_snapshot!(nodes("a: { use: http/request, with: { url: x, headers: { authorization: 'Bearer ${{ secrets.TOKEN }}' } } }\nb: { use: http/request, with: { url: '${{ secrets.TOKEN }}' } }\nc: { when: secrets.TOKEN == 'x', use: value, with: { value: 1 } }\n"), @r"
        error[secret-port] 4:45 `secrets`: a secret stands only in a port that is marked secret
          help: take it out, or give it to such a port; `flow kinds NAME` shows which are
        error[secret-port] 5:14 `secrets`: a secret stands only in a port that is marked secret
          help: take it out, or give it to such a port; `flow kinds NAME` shows which are
    ");
}

#[test]
fn a_prompt_finds_all_that_it_reads() {
    assert_snapshot!(nodes("a: { use: llm/generate, with: { template: 'Of {{ topic }} and {{ scene.mood }}', variables: { topic: x, scene: { mood: '${{ run.name }}' } } } }\nb: { use: llm/generate, with: { template: 'Of {{ topik }} and {{ scene.moods }}', variables: { topic: x, scene: { mood: y } } } }\nc: { use: llm/generate, with: { template: '{{ topic }}' } }\nd: { use: llm/generate, with: { template: '{% if %}' } }\ne: { use: llm/generate, with: { template: '${{ run.name }}' } }\nf: { use: llm/generate, with: { template: ./no.md } }\n"), @r"
        error[prompt] 4:45 `'Of {{ topik }} and {{ scene.moods }}'`: the prompt reads `scene.moods`, which `variables` does not bind
          4:96 `{ topic: x, scene: { mood: y } }`: what it may read
          help: write `mood`, or bind `moods`
        error[prompt] 4:45 `'Of {{ topik }} and {{ scene.moods }}'`: the prompt reads `topik`, which `variables` does not bind
          4:96 `{ topic: x, scene: { mood: y } }`: what it may read
          help: write `topic`, or bind `topik`
        error[prompt] 5:45 `'{{ topic }}'`: the prompt reads `topic`, which `variables` does not bind
          help: add `topic` to `variables`
        error[prompt] 6:45 `'{% if %}'`: the prompt is broken in its line 1: unexpected end of block
          help: mend the template, or write `{{ '{{' }}` for the signs themselves
        error[prompt] 7:45 `'${{ run.name }}'`: `template` takes a prompt, which is never computed
          help: bind the value to a variable, and read it in the prompt as `{{ name }}`
        error[prompt] 8:45 `./no.md`: the prompt `./no.md` cannot be read: other files are not read here
          help: name a text file beside this one
    ");
    assert_snapshot!(among(&[("pipelines/prompts/a.md", "Of {{ topic }}\n")], "flow: 1\nnodes:\n  a: { use: llm/generate, with: { template: ./prompts/a.md, variables: { topik: x } } }\n"), @r"
        error[prompt] 3:45 `./prompts/a.md`: the prompt reads `topic`, which `variables` does not bind
          3:72 `{ topik: x }`: what it may read
          help: write `topik`, or bind `topic`
    ");
}

#[test]
fn a_drawn_kind_takes_a_take_besides_its_ports() {
    let (plan, findings) = super::planned(
        "a.yaml",
        "flow: 1\nnodes: { a: { map: range(3), use: video/generate, with: { prompt: x, take: '${{ index }}' } } }\n",
    );
    assert_eq!(crate::diagnostic::plain(&findings), "");
    let plan = serde_json::to_value(plan.expect("sound")).expect("written");
    assert_eq!(
        plan["bodies"][1]["nodes"][0]["work"]["call"]["with"],
        json!([["prompt", { "literal": "x" }]])
    );
    assert_eq!(
        plan["bodies"][1]["nodes"][0]["work"]["call"]["take"]["expression"]["text"],
        json!("index")
    );
    assert_snapshot!(nodes("a: { use: video/generate, with: { prompt: x, take: first } }\nb: { use: value, with: { value: 1, take: 1 } }\n"), @r#"
        error[value-mismatch] 3:54 `first`: `take` does not take this: "first" is not of type "integer"
        error[unknown-port] 4:38 `take`: `value` has no port `take`
          help: it has `value`
    "#);
}
