//! Which wrong keys, names and values are told, and how?

use insta::assert_snapshot;

use super::{nodes, read, yaml};
use crate::diagnostic::plain;

#[test]
fn unknown_keys_are_told_with_what_was_meant() {
    assert_snapshot!(yaml("flow: 1\nndoes: {}\nfrobnicate: 1\n"), @"
        error[missing-key] 1:1 ``: a pipeline needs the key `nodes`
          help: add `nodes:`
        error[unknown-key] 2:1 `ndoes`: a pipeline has no key `ndoes`
          help: write `nodes`
          fix: `nodes`
        error[unknown-key] 3:1 `frobnicate`: a pipeline has no key `frobnicate`
          help: it has `flow`, `name`, `description`, `schedule`, `inputs`, `budget`, `providers`, `pools`, `doubt`, `nodes`, `outputs`
    ");
    assert_snapshot!(nodes("a:\n  uses: value\n  wiht: {}\nb:\n  if: x\n  for_each: y\n  as: z\n  depends_on: [a]\n  gates: {}\n  use: value\n  colour: red\n"), @"
        error[foreign-key] 4:5 `uses`: a node has no key `uses`: it is called `use` here
          help: write `use`
          fix: `use`
        error[unknown-key] 5:5 `wiht`: a node has no key `wiht`
          help: write `with`
          fix: `with`
        error[foreign-key] 7:5 `if`: a node has no key `if`: it is called `when` here
          help: write `when`
          fix: `when`
        error[foreign-key] 8:5 `for_each`: a node has no key `for_each`: it is called `map` here
          help: write `map`
          fix: `map`
        error[foreign-key] 10:5 `depends_on`: a node has no key `depends_on`: it is called `needs` here
          help: write `needs`
          fix: `needs`
        error[foreign-key] 11:5 `gates`: a node has no key `gates`: it is called `needs` here
          help: write `needs`
          fix: `needs`
        error[unknown-key] 13:5 `colour`: a node has no key `colour`
          help: it has `use`, `with`, `provider`, `model`, `nodes`, `outputs`, `approve`, `when`, `map`, `as`, `key`, `limit`, `max_items`, `repeat`, `carry`, `needs`, `retry`, `timeout`, `fallback`, `on_error`, `budget`, `doubt`, `pool`, `cache`, `undo`, `description`
    ");
    assert_snapshot!(nodes("a:\n  use: value\n  retry: { atempts: 3 }\n  budget: { limt: 1 USD }\n  approved: 1\n"), @"
        error[unknown-key] 5:14 `atempts`: a `retry` has no key `atempts`
          help: write `attempts`
          fix: `attempts`
        error[unknown-key] 6:15 `limt`: a `budget` has no key `limt`
          help: write `limit`
          fix: `limit`
        error[unknown-key] 7:5 `approved`: a node has no key `approved`
          help: write `approve`
          fix: `approve`
    ");
}

#[test]
fn words_of_other_tools_are_told_once_with_what_they_are_called_here() {
    assert_snapshot!(yaml("version: 1\nparams: { topic: string }\nsteps:\n  a: { kind: value, params: { value: 1 } }\n"), @r"
        error[foreign-key] 1:1 `version`: a pipeline has no key `version`: it is called `flow` here
          help: write `flow`
          fix: `flow`
        error[foreign-key] 2:1 `params`: a pipeline has no key `params`: it is called `inputs` here
          help: write `inputs`
          fix: `inputs`
        error[foreign-key] 3:1 `steps`: a pipeline has no key `steps`: it is called `nodes` here
          help: write `nodes`
          fix: `nodes`
    ");
    assert_snapshot!(nodes("a: { kind: value, params: { value: 1 } }\nb: { use: value, inputs: { value: 1 }, after: [a] }\n"), @r"
        error[foreign-key] 3:8 `kind`: a node has no key `kind`: it is called `use` here
          help: write `use`
          fix: `use`
        error[foreign-key] 3:21 `params`: a node has no key `params`: it is called `with` here
          help: write `with`
          fix: `with`
        error[foreign-key] 4:20 `inputs`: a node has no key `inputs`: it is called `with` here
          help: write `with`
          fix: `with`
        error[foreign-key] 4:42 `after`: a node has no key `after`: it is called `needs` here
          help: write `needs`
          fix: `needs`
    ");
}

#[test]
fn values_of_a_likely_meaning_are_told_with_how_to_write_it() {
    assert_snapshot!(nodes("a: { use: value, with: [1], cache: true, fallback: local }\nb: { use: value, fallback: agent/critic }\nc: { nodes: {}, outputs: x }\n"), @r#"
        error[wrong-type] 3:26 `[1]`: `with` takes a map of ports and values, not a list
          help: write each value under its port: `with: { prompt: … }`
        error[wrong-type] 3:38 `true`: `cache` takes a word, not a boolean
          help: write `auto`, `off`, or `{ ttl: 30d }`
        error[wrong-type] 3:54 `local`: `fallback` takes a list of alternatives, not text
          help: write `[{ provider: local }]`
        error[wrong-type] 4:30 `agent/critic`: `fallback` takes a list of alternatives, not text
          help: write `[{ use: agent/critic }]`
        error[wrong-type] 5:28 `x`: `outputs` takes a map of names and values, not text
          help: give each value a name: `outputs: { film: "${{ film.video }}" }`
    "#);
    assert_snapshot!(nodes("a: { use: value, repeat: 3, doubt: ask }\nb: { approve: yes }\n"), @r"
        error[wrong-type] 3:28 `3`: `repeat` takes a map, not a number
          help: write `repeat: { max: 3, until: … }`, with the condition that ends it
        error[wrong-type] 3:38 `ask`: `doubt` takes a map, not text
          help: write `{ then: ask }`
        error[wrong-type] 4:17 `yes`: `approve` takes a map, not text
          help: write what is asked: `approve: { ask: Go on? }`
    ");
    assert_snapshot!(yaml("flow: 1\npools: [gpu]\nproviders: local\nnodes: {}\n"), @r"
        error[wrong-type] 2:8 `[gpu]`: `pools` takes a map, not a list
          help: write how many may go at once: `gpu: 4`
        error[wrong-type] 3:12 `local`: `providers` takes a map, not text
          help: write for what: `{ image: local }`
    ");
    assert_snapshot!(yaml("flow: 1\ninputs: [topic]\nnodes: [{ name: a }]\n"), @r"
        error[wrong-type] 2:9 `[topic]`: `inputs` takes a map, not a list
          help: write each input under its name: `topic: { type: string }`
        error[wrong-type] 3:8 `[{ name: a }]`: `nodes` takes a map of nodes by name, not a list
          help: write each node under its name: `draft: { use: … }`
    ");
    assert_snapshot!(plain(&read("test.toml", "flow = 1\ninputs.topic = 'string'\n[[nodes.a]]\nuse = 'value'\n").1), @r#"
        error[wrong-type] 2:16 `'string'`: `topic` takes a JSON Schema, such as `{ type: string }`, not text
          help: write `{ type = "string" }`
          fix: `{ type = "string" }`
        error[wrong-type] 3:1 `[[nodes.a]]`: `a` takes a map, not a list
          help: write `[nodes.a]`
    "#);
}

#[test]
fn keys_without_a_value_are_told() {
    assert_snapshot!(nodes("a:\nb:\n  use: value\n  when:\n  with:\n    x: null\n  needs:\n    a:\n"), @"
        error[null-value] 3:3 `a`: `a` has no value
          help: write a value, or remove the key
        error[null-value] 6:5 `when`: `when` has no value
          help: write a value, or remove the key
        error[null-value] 10:7 `a`: `a` has no value
          help: write `a: {}`
          fix: ` {}`
    ");
}

#[test]
fn names_that_expressions_cannot_read_are_told() {
    assert_snapshot!(nodes("a-b: { use: value }\nScene: { use: value }\nitem: { use: value }\nand: { use: value }\nrange: { use: value }\nc: { use: value, map: x, as: 2nd }\n'': { use: value }\n"), @"
        error[dash-in-name] 3:3 `a-b`: expressions would read `a-b` as a subtraction
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
        error[dash-in-name] 2:11 `my-topic`: expressions would read `my-topic` as a subtraction
          help: write `my_topic`
          fix: `my_topic`
        error[wrong-type] 2:42 `string`: `x` takes a JSON Schema, such as `{ type: string }`, not text
          help: write `{ type: string }`
          fix: `{ type: string }`
        error[dash-in-name] 4:12 `the-film`: expressions would read `the-film` as a subtraction
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
    assert_snapshot!(nodes("a: { use: [x], limit: '4', map: x, retry: 3, needs: b, with: 3, fallback: {} }\nb: { nodes: [x], pool: 3, on_error: true, timeout: 30 }\n"), @r#"
        error[wrong-type] 3:13 `[x]`: `use` takes text, not a list
        error[wrong-type] 3:25 `'4'`: `limit` takes a whole number, not text
          help: write `4`
          fix: `4`
        error[wrong-type] 3:45 `3`: `retry` takes a map, not a number
          help: write `retry: { attempts: 3 }`
        error[wrong-type] 3:55 `b`: `needs` takes a list of nodes: `[look]`, not text
          help: write `[b]`
          fix: `[b]`
        error[wrong-type] 3:64 `3`: `with` takes a map of ports and values, not a number
        error[wrong-type] 3:77 `{}`: `fallback` takes a list of alternatives, not a map
        error[wrong-type] 4:15 `[x]`: `nodes` takes a map of nodes by name, not a list
          help: write each node under its name: `draft: { use: … }`
        error[unquoted-text] 4:26 `3`: `pool` takes text, and `3` without quotes is a number
          help: write `"3"`
          fix: `"3"`
        error[wrong-type] 4:39 `true`: `on_error` takes a word, not a boolean
        error[bad-value] 4:54 `30`: `30` has no unit
          help: write `30s` for seconds
    "#);
    assert_snapshot!(yaml("flow: 1\nname: 3\ninputs: []\npools: x\nproviders: { image: 3 }\nnodes: []\noutputs: x\n"), @r#"
        error[unquoted-text] 2:7 `3`: `name` takes text, and `3` without quotes is a number
          help: write `"3"`
          fix: `"3"`
        error[wrong-type] 3:9 `[]`: `inputs` takes a map, not a list
          help: write each input under its name: `topic: { type: string }`
        error[wrong-type] 4:8 `x`: `pools` takes a map, not text
        error[unquoted-text] 5:21 `3`: `image` takes text, and `3` without quotes is a number
          help: write `"3"`
          fix: `"3"`
        error[wrong-type] 6:8 `[]`: `nodes` takes a map of nodes by name, not a list
          help: write each node under its name: `draft: { use: … }`
        error[wrong-type] 7:10 `x`: `outputs` takes a map of names and values, not text
          help: give each value a name: `outputs: { film: "${{ film.video }}" }`
    "#);
}

#[test]
fn values_that_a_key_cannot_mean_are_told() {
    assert_snapshot!(nodes("a: { use: Media/x, timeout: soon, limit: 0, map: x, retry: { attempts: 0, backoff: 60s..2s } }\nb: { use: value, on_error: ignore, budget: 5, cache: never }\nc: { use: value, budget: 5 EUR, doubt: { then: hope, auto_below: much } }\nd: { use: value, needs: { a: { else: wait } }, cache: { ttl: x } }\n"), @"
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
        error[no-currency] 4:46 `5`: `5` has no currency
          help: write `5 USD`
          fix: `5 USD`
        error[bad-value] 4:56 `never`: `cache` cannot be `never`
          help: write one of `auto`, `off`
        error[bad-value] 5:28 `5 EUR`: the only currency is USD, as in `5 USD`
          help: write an amount like `5 USD`
        error[bad-value] 5:50 `hope`: `then` cannot be `hope`
          help: write one of `ask`, `write_off`, `fail`
        error[bad-value] 5:68 `much`: an amount starts with a decimal number, as in `5 USD`
          help: write an amount like `5 USD`
        error[node-shape] 6:34 `else`: `else` means nothing without `when` or `budget`
          help: remove it, or add `when` or `budget`
        error[bad-value] 6:40 `wait`: `else` cannot be `wait`
          help: write `fail`
          fix: `fail`
        error[bad-value] 6:64 `x`: `x` is not a duration
          help: a duration is written like `90s`, `2m` or `1h30m`
    ");
    assert_snapshot!(yaml("flow: 2\nnodes: {}\n"), @r"
        error[flow-version] 1:7 `2`: this version of the format is not known
          help: write `flow: 1`
    ");
    assert_snapshot!(yaml("nodes: {}\nbudget: { warn: 120%, on_exceed: explode }\npools: { a: { rate: fast }, b: 0 }\n"), @"
        error[missing-key] 1:1 ``: a pipeline needs the key `flow`
          help: add `flow: 1`
          fix: `flow: 1
        `
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
