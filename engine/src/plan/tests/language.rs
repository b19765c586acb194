//! Is every row of the language's tables kept in the plan, in both syntaxes?
//!
//! A row is a pipeline in YAML. Its TOML is made of it, and must give the same plan.

use serde_json::{Map, Value as Json, json};

use super::planned;
use crate::diagnostic::plain;
use crate::plan::graph::Plan;

/// A row of a table: what it is about, nodes that use it, and what the plan must hold.
struct Row {
    about: &'static str,
    text: &'static str,
    holds: &'static [(&'static str, &'static str)],
}

const fn row(
    about: &'static str,
    text: &'static str,
    holds: &'static [(&'static str, &'static str)],
) -> Row {
    Row { about, text, holds }
}

/// The plan as data, without places in a file.
fn data(path: &str, text: &str) -> Json {
    let (plan, findings) = planned(path, text);
    assert_eq!(plain(&findings), "", "{text}");
    data_of(&plan.expect("a file that nothing is wrong with has a plan"))
}

/// The same of a plan that is there.
pub(super) fn data_of(plan: &Plan) -> Json {
    let mut plan = without_places(serde_json::to_value(plan).expect("a plan can be written"));
    if let Some(plan) = plan.as_object_mut() {
        for key in ["sources", "name", "kinds", "names"] {
            plan.shift_remove(key);
        }
    }
    plan
}

fn without_places(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let is_expression = fields.len() == 2 && fields.contains_key("text");
            let kept = fields.into_iter().filter(|(key, _)| {
                key != "span" && key != "names" && !(is_expression && key == "at")
            });
            Json::Object(kept.map(|(key, value)| (key, without_places(value))).collect())
        }
        Json::Array(items) => items.into_iter().map(without_places).collect(),
        other => other,
    }
}

/// The same pipeline in TOML: plain values first, as it wants them.
pub(super) fn toml(yaml: &str) -> String {
    let json: Json =
        serde_yaml::from_str(yaml).expect("a row is YAML that every reader reads alike");
    toml::to_string(&plain_first(json)).expect("a row has no null")
}

fn plain_first(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let (tables, plain): (Map<_, _>, Map<_, _>) = fields
                .into_iter()
                .map(|(key, value)| (key, plain_first(value)))
                .partition(|(_, value)| value.is_object() || has_tables(value));
            Json::Object(plain.into_iter().chain(tables).collect())
        }
        Json::Array(items) => items.into_iter().map(plain_first).collect(),
        other => other,
    }
}

fn has_tables(value: &Json) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(Json::is_object))
}

/// A pipeline of these nodes; or the text itself, if it is one.
fn whole(text: &str) -> String {
    if text.starts_with("flow:") {
        return text.to_owned();
    }
    format!("flow: 1\nnodes:\n  {}\n", text.trim_end().replace('\n', "\n  "))
}

fn all_hold(rows: &[Row]) {
    for Row { about, text, holds } in rows {
        let yaml = whole(text);
        let plan = data("test.yaml", &yaml);
        for (pointer, expected) in *holds {
            let expected: Json = serde_json::from_str(expected).expect("a row expects JSON");
            let found = plan.pointer(pointer).cloned().unwrap_or(json!("nothing"));
            assert_eq!(found, expected, "{about}: {pointer} of {plan:#}");
        }
        let toml = toml(&yaml);
        // A finding's place aside, TOML says the same.
        let same = data("test.toml", &toml);
        assert_eq!(sorted(&same), sorted(&plan), "{about}: {toml}");
    }
}

/// With the nodes of each body by name: TOML keeps another order.
pub(super) fn sorted(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(fields.into_iter().collect())
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, a row per key")]
fn every_key_of_a_node_stands_in_the_plan() {
    all_hold(&[
        row(
            "use, with",
            "a: { use: image/generate, with: { prompt: x } }",
            &[
                ("/bodies/0/nodes/0/work/call/kind", r#""image/generate""#),
                ("/bodies/0/nodes/0/work/call/with", r#"[["prompt", { "literal": "x" }]]"#),
            ],
        ),
        row(
            "provider, model",
            "a: { use: image/generate, provider: luma, model: photon-2, with: { prompt: x } }",
            &[
                ("/bodies/0/nodes/0/work/call/provider", r#"{ "literal": "luma" }"#),
                ("/bodies/0/nodes/0/work/call/model", r#"{ "literal": "photon-2" }"#),
            ],
        ),
        row(
            "nodes, outputs: an inline body sees the outer names, and from outside only its outputs are seen",
            "a: { use: value, with: { value: 1 } }\nb:\n  nodes: { c: { use: value, with: { value: '${{ a.value }}' } } }\n  outputs: { d: '${{ c.value }}' }\ne: { use: value, with: { value: '${{ b.d + 1 }}' } }",
            &[
                ("/bodies/0/nodes/1/work", r#"{ "body": 1 }"#),
                ("/bodies/0/nodes/1/needs", "[0]"),
                ("/bodies/1/gives/outputs", r#"[["d", { "expression": { "text": "c.value" } }]]"#),
            ],
        ),
        row(
            "approve",
            "a:\n  approve: { ask: 'Go on?', show: x, choices: [a, b], above: 1 USD, timeout: 2h, else: b }",
            &[
                ("/bodies/0/nodes/0/work/approve/ask", r#"{ "literal": "Go on?" }"#),
                ("/bodies/0/nodes/0/work/approve/choices", r#"{ "literal": ["a", "b"] }"#),
                ("/bodies/0/nodes/0/work/approve/above", r#"{ "written": "1.00 USD" }"#),
                ("/bodies/0/nodes/0/work/approve/timeout", r#"{ "secs": 7200, "nanos": 0 }"#),
                ("/bodies/0/nodes/0/work/approve/otherwise", r#"{ "literal": "b" }"#),
            ],
        ),
        row(
            "when",
            "a: { when: run.mode == 'live', use: value, with: { value: 1 } }",
            &[("/bodies/0/nodes/0/when/text", r#""run.mode == 'live'""#)],
        ),
        row(
            "map, as, key, limit, max_items",
            "a: { use: agent/script-writer, with: { topic: tides } }\nb:\n  map: a.scenes\n  as: scene\n  key: scene.id\n  limit: 4\n  max_items: 5\n  use: value\n  with: { value: '${{ scene.text }} ${{ index }}' }",
            &[
                ("/bodies/0/nodes/1/each/list/text", r#""a.scenes""#),
                ("/bodies/0/nodes/1/each/item", r#""scene""#),
                ("/bodies/0/nodes/1/each/key/text", r#""scene.id""#),
                ("/bodies/0/nodes/1/each/limit", "4"),
                ("/bodies/0/nodes/1/each/max_items", "5"),
            ],
        ),
        row(
            "max_items: the smaller of it and the list's own maxItems bounds the loop",
            "a: { use: agent/script-writer, with: { topic: tides } }\nb: { map: a.scenes, use: value, with: { value: '${{ item.text }}' } }\nc: { map: 'range(3)', use: value, with: { value: '${{ item }}' } }",
            &[
                ("/bodies/0/nodes/1/each/max_items", "20"),
                ("/bodies/0/nodes/2/each/max_items", "3"),
            ],
        ),
        row(
            "repeat, carry: with a body, its nodes are in sight",
            "a:\n  repeat: { max: 3, until: take.value > 2, best: take.value }\n  carry: { former: take.value }\n  nodes: { take: { use: value, with: { value: '${{ (former | default(0)) + 1 }}' } } }\n  outputs: { n: '${{ take.value }}' }",
            &[
                ("/bodies/0/nodes/0/repeat/max", "3"),
                ("/bodies/0/nodes/0/repeat/until/text", r#""take.value > 2""#),
                ("/bodies/0/nodes/0/repeat/best/text", r#""take.value""#),
                ("/bodies/0/nodes/0/carry/0/name", r#""former""#),
                ("/bodies/0/nodes/0/carry/0/value/text", r#""take.value""#),
                ("/bodies/0/nodes/0/work", r#"{ "body": 1 }"#),
            ],
        ),
        row(
            "repeat: with `use`, the node's own name is what it has just given",
            "a: { repeat: { max: 3, until: a.value == 1 }, use: value, with: { value: 1 } }",
            &[
                ("/bodies/0/nodes/0/repeat/until/text", r#""a.value == 1""#),
                ("/bodies/0/nodes/0/work", r#"{ "body": 1 }"#),
                ("/bodies/1/gives", r#"{ "node": 0 }"#),
            ],
        ),
        row(
            "map around repeat: from outside in",
            "a: { map: 'range(2)', repeat: { max: 3, until: a.value == 1 }, use: value, with: { value: 1 } }",
            &[
                ("/bodies/0/nodes/0/each/max_items", "2"),
                ("/bodies/0/nodes/0/work", r#"{ "body": 1 }"#),
                ("/bodies/1/nodes/0/repeat/max", "3"),
                ("/bodies/1/nodes/0/work", r#"{ "body": 2 }"#),
            ],
        ),
        row(
            "carry: items go one after the other, and the first gets null",
            "a: { map: 'range(3)', carry: { sum: a.value }, use: value, with: { value: '${{ (sum | default(0)) + item }}' } }",
            &[("/bodies/0/nodes/0/carry/0/value/text", r#""a.value""#)],
        ),
        row(
            "needs: a list is order alone",
            "a: { use: value, with: { value: 1 } }\nb: { needs: [a], use: value, with: { value: 2 } }",
            &[("/bodies/0/nodes/1/needs", "[0]"), ("/bodies/0/nodes/1/gates", r#""nothing""#)],
        ),
        row(
            "needs: gates on edges",
            "a: { use: value, with: { value: 1 } }\nb:\n  needs: { a: { when: a.value > 1, budget: 0.10 USD, else: ask } }\n  use: value\n  with: { value: 2 }",
            &[(
                "/bodies/0/nodes/1/gates",
                r#"[{ "on": "a", "when": { "text": "a.value > 1" }, "budget": { "written": "0.10 USD" }, "otherwise": "ask" }]"#,
            )],
        ),
        row(
            "retry, timeout",
            "a:\n  use: image/generate\n  with: { prompt: x }\n  retry: { attempts: 3, backoff: 2s..60s, errors: [rate_limit, timeout, server] }\n  timeout: 2m",
            &[
                ("/bodies/0/nodes/0/retry/attempts", "3"),
                ("/bodies/0/nodes/0/retry/least", "2000"),
                ("/bodies/0/nodes/0/retry/most", "60000"),
                ("/bodies/0/nodes/0/retry/errors", r#"["rate_limit", "timeout", "server"]"#),
                ("/bodies/0/nodes/0/timeout", "120000"),
            ],
        ),
        row(
            "fallback: each inherits what it does not name, nothing if it has `use`",
            "a:\n  use: image/generate\n  provider: luma\n  model: photon-2\n  with: { prompt: x }\n  retry: { attempts: 2 }\n  timeout: 1m\n  fallback:\n    - provider: local\n    - with: { style: y }\n    - use: media/ken-burns\n      with: { image: z.png, seconds: 1 }\n    - value: { image: none }",
            &[
                (
                    "/bodies/0/nodes/0/fallback/0/call/call/with",
                    r#"[["prompt", { "literal": "x" }]]"#,
                ),
                ("/bodies/0/nodes/0/fallback/0/call/call/provider", r#"{ "literal": "local" }"#),
                ("/bodies/0/nodes/0/fallback/0/call/call/model", r#""nothing""#),
                ("/bodies/0/nodes/0/fallback/0/call/retry/attempts", "2"),
                ("/bodies/0/nodes/0/fallback/0/call/timeout", "60000"),
                ("/bodies/0/nodes/0/fallback/1/call/call/model", r#"{ "literal": "photon-2" }"#),
                (
                    "/bodies/0/nodes/0/fallback/1/call/call/with",
                    r#"[["prompt", { "literal": "x" }], ["style", { "literal": "y" }]]"#,
                ),
                ("/bodies/0/nodes/0/fallback/2/call/call/kind", r#""media/ken-burns""#),
                ("/bodies/0/nodes/0/fallback/2/call/retry/attempts", "1"),
                ("/bodies/0/nodes/0/fallback/2/call/timeout", "null"),
                (
                    "/bodies/0/nodes/0/fallback/3",
                    r#"{ "value": { "literal": { "image": "none" } } }"#,
                ),
            ],
        ),
        row(
            "on_error",
            "a: { on_error: skip, use: value, with: { value: 1 } }\nb: { map: 'range(2)', on_error: drop, use: value, with: { value: 1 } }\nc: { on_error: fail, use: value, with: { value: 1 } }",
            &[
                ("/bodies/0/nodes/0/on_error", r#""skip""#),
                ("/bodies/0/nodes/1/on_error", r#""drop""#),
                ("/bodies/0/nodes/2/on_error", r#""fail""#),
            ],
        ),
        row(
            "budget: an amount, or a limit and what to do beyond it",
            "a: { budget: 2 USD, use: value, with: { value: 1 } }\nb: { budget: { limit: 2USD, on_exceed: fail }, use: value, with: { value: 1 } }",
            &[
                ("/bodies/0/nodes/0/budget/limit", r#"{ "written": "2.00 USD" }"#),
                ("/bodies/0/nodes/1/budget/on_exceed", r#""fail""#),
            ],
        ),
        row(
            "budget: of a map, of each item and of all",
            "a: { use: value, with: { value: [{ money: 1 USD }] } }\nb: { map: a.value, budget: { each: '${{ item.money }}', limit: 4 USD }, use: value, with: { value: 1 } }",
            &[
                (
                    "/bodies/0/nodes/1/each/budget",
                    r#"{ "computed": { "expression": { "text": "item.money" } } }"#,
                ),
                ("/bodies/0/nodes/1/budget/limit", r#"{ "written": "4.00 USD" }"#),
            ],
        ),
        row(
            "doubt: of a node, with the pipeline's for what it leaves open",
            "flow: 1\ndoubt: { wait: 5m, auto_below: 0.05 USD }\nnodes:\n  a: { doubt: { then: write_off }, use: value, with: { value: 1 } }\n  b: { use: value, with: { value: 1 } }\n",
            &[
                (
                    "/doubt",
                    r#"{ "wait": { "secs": 300, "nanos": 0 }, "then": "ask", "auto_below": "0.05 USD" }"#,
                ),
                (
                    "/bodies/0/nodes/0/doubt",
                    r#"{ "wait": { "secs": 300, "nanos": 0 }, "then": "write_off", "auto_below": "0.05 USD" }"#,
                ),
                ("/bodies/0/nodes/1/doubt", r#""nothing""#),
            ],
        ),
        row(
            "pool, cache: what a body says holds inside it",
            "flow: 1\npools: { gpu: 2, luma: { limit: 4, rate: 60/min } }\nnodes:\n  a:\n    pool: luma\n    cache: off\n    nodes:\n      b: { pool: [gpu], use: value, with: { value: 1 } }\n      c: { cache: { ttl: 30d }, use: value, with: { value: 1 } }\n",
            &[
                (
                    "/pools/1",
                    r#"{ "name": "luma", "limit": 4, "rate": [60, { "secs": 60, "nanos": 0 }] }"#,
                ),
                ("/bodies/1/nodes/0/pools", "[1, 0]"),
                ("/bodies/1/nodes/0/cache", r#""off""#),
                ("/bodies/1/nodes/1/cache", r#"{ "for": { "secs": 2592000, "nanos": 0 } }"#),
            ],
        ),
        row(
            "undo: reads what the node has just given",
            "a: { use: value, with: { value: 1 }, undo: { use: value, with: { value: '${{ a.value }}' } } }",
            &[("/bodies/0/nodes/0/undo/with/0/1", r#"{ "expression": { "text": "a.value" } }"#)],
        ),
        row(
            "description, x-*: for people and other tools",
            "a: { description: text, x-editor: { at: [1, 2] }, use: value, with: { value: 1 } }",
            &[("/bodies/0/nodes/0/name", r#""a""#)],
        ),
    ]);
}

#[test]
fn every_key_of_a_pipeline_stands_in_the_plan() {
    all_hold(&[
        row(
            "budget, long and short",
            "flow: 1\nbudget: { limit: 5 USD, warn: 80%, on_exceed: stop, unpriced: allow }\nnodes: {}\n",
            &[(
                "/budget",
                r#"{ "limit": { "written": "5.00 USD" }, "warn": 80, "on_exceed": "stop", "unpriced": "allow" }"#,
            )],
        ),
        row(
            "budget, computed when the account opens",
            "flow: 1\ninputs: { money: { type: string, format: money, default: 5 USD } }\nbudget: '${{ inputs.money }}'\nnodes: {}\n",
            &[("/budget/limit", r#"{ "computed": { "expression": { "text": "inputs.money" } } }"#)],
        ),
        row(
            "inputs: schemas with defaults",
            "flow: 1\ninputs: { n: { type: integer, minimum: 1, default: 3 } }\nnodes: {}\n",
            &[
                ("/inputs/0/schema", r#"{ "type": "integer", "minimum": 1 }"#),
                ("/inputs/0/default", "3"),
            ],
        ),
        row(
            "providers: defaults for each capability",
            "flow: 1\nproviders: { image: luma, llm: rules }\nnodes: {}\n",
            &[("/format", "1")],
        ),
        row(
            "schedule: a duration",
            "flow: 1\nschedule: 24h\nnodes: {}\n",
            &[("/schedule", r#""24h""#)],
        ),
        row(
            "schedule: a cron text with a zone",
            "flow: 1\nschedule: 0 6 * * MON-FRI Europe/Berlin\nnodes: {}\n",
            &[("/schedule", r#""0 6 * * MON-FRI Europe/Berlin""#)],
        ),
        row(
            "outputs",
            "flow: 1\nnodes:\n  a: { use: value, with: { value: 1 } }\noutputs: { n: '${{ a.value }}' }\n",
            &[("/bodies/0/gives/outputs/0/0", r#""n""#)],
        ),
    ]);
}
