//! The stage's door for tests: a pipeline goes in; a plan, or what is wrong with it, comes out.

use std::fmt::Write as _;
use std::sync::Arc;

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use super::check;
use super::graph::{Body, Gives, Plan, Work};
use crate::diagnostic::{Diagnostic, plain};
use crate::document;
use crate::kind::{Card, Catalog, Known, Nature, Weight};
use crate::schema::Schema;
use crate::source::Source;

/// Kinds as they might be: what planning sees of them.
pub(super) fn catalog() -> Catalog {
    let file = |range: &str| {
        json!({
            "type": "object", "x-media": range,
            "properties": {
                "$artifact": { "type": "string", "pattern": "^b3:[0-9a-f]{64}$" },
                "media_type": { "type": "string" },
                "bytes": { "type": "integer", "minimum": 0 },
                "name": { "type": "string" },
            },
            "required": ["$artifact", "media_type", "bytes"],
        })
    };
    let object = |properties: Json, required: Json| {
        json!({ "type": "object", "properties": properties, "required": required,
                "additionalProperties": false })
    };
    let scene = object(
        json!({ "id": { "type": "string" }, "text": { "type": "string" },
                "mood": { "type": ["string", "null"] }, "seconds": { "type": "number", "minimum": 1 } }),
        json!(["id", "text", "mood", "seconds"]),
    );
    let mut catalog = Catalog::default();
    let mut add = |card: Card| {
        catalog.kinds.insert(card.name.clone(), card);
    };
    add(card(
        "agent/script-writer",
        object(
            json!({ "topic": { "type": "string", "minLength": 3 },
                    "seconds": { "type": "integer", "minimum": 10 },
                    "draft": { "type": "boolean" } }),
            json!(["topic"]),
        ),
        json!({
            "type": "object",
            "properties": {
                "scenes": { "type": "array", "items": { "$ref": "#/$defs/Scene" }, "maxItems": 20 },
                "title": { "type": "string" },
            },
            "required": ["scenes", "title"],
            "$defs": { "Scene": scene },
        }),
    ));
    let mut image = card(
        "image/generate",
        object(
            json!({ "prompt": { "type": "string" }, "style": { "type": ["string", "null"] } }),
            json!(["prompt"]),
        ),
        object(json!({ "image": file("image/*") }), json!(["image"])),
    );
    image.capability = Some("image");
    image.providers = vec!["local".into(), "luma".into()];
    add(image);
    add(card(
        "media/ken-burns",
        object(
            json!({ "image": { "$ref": "#/$defs/Image" }, "seconds": { "type": "number" },
                    "music": { "anyOf": [file("audio/*"), { "type": "null" }] } }),
            json!(["image", "seconds"]),
        )
        .with("$defs", json!({ "Image": file("image/*") })),
        object(json!({ "video": file("video/*") }), json!(["video"])),
    ));
    add(card(
        "media/concat",
        object(
            json!({ "clips": { "type": "array", "items": file("video/*"), "minItems": 1 } }),
            json!(["clips"]),
        ),
        object(json!({ "video": file("video/*") }), json!(["video"])),
    ));
    add(card("exec/command", json!({ "type": "object" }), json!(true)));
    let mut value = card("value", object(json!({ "value": true }), json!(["value"])), json!({}));
    value.output_of = Arc::new(|known: &Known| {
        let of = known.ports.get("value").map(|port| port.schema.clone());
        Schema::object(&[super::field("value", of.unwrap_or_else(Schema::anything))])
    });
    value.inline = true;
    add(value);
    catalog
}

trait With {
    fn with(self, key: &str, value: Json) -> Self;
}

impl With for Json {
    fn with(mut self, key: &str, value: Json) -> Self {
        self[key] = value;
        self
    }
}

fn card(name: &str, input: Json, output: Json) -> Card {
    let output = Schema::new(output);
    let of = output.clone();
    Card {
        name: name.parse().expect("a kind's name"),
        version: 1,
        docs: "A kind for tests.",
        nature: Nature::Pure,
        weight: Weight::Light,
        inline: false,
        capability: None,
        providers: Vec::new(),
        input: Schema::new(input),
        output,
        output_of: Arc::new(move |_| of.clone()),
        revision: Arc::new(|| "tool 1.2".into()),
    }
}

/// The plan, and what is wrong with it or with the file.
pub(super) fn planned(path: &str, text: &str) -> (Option<Plan>, Vec<Diagnostic>) {
    let source = Arc::new(Source::new(path, text));
    let (document, mut findings) = document::parse(&source);
    let Some(document) = document else {
        return (None, findings);
    };
    let (plan, more) = check(&document, &catalog());
    findings.extend(more);
    (plan, findings)
}

/// A plan that nothing is wrong with.
pub(super) fn plan(text: &str) -> Plan {
    let (plan, findings) = planned("pipelines/test.yaml", text);
    assert_eq!(plain(&findings), "");
    plan.expect("a file that nothing is wrong with has a plan")
}

/// What is wrong with a pipeline.
fn wrong(text: &str) -> String {
    plain(&planned("pipelines/test.yaml", text).1)
}

/// What is wrong with a pipeline of these nodes.
fn nodes(text: &str) -> String {
    wrong(&format!("flow: 1\nnodes:\n  {}\n", text.trim_end().replace('\n', "\n  ")))
}

/// A plan's graph in short.
fn shape(plan: &Plan) -> String {
    let mut lines = String::new();
    for (index, body) in plan.bodies.iter().enumerate() {
        let parent = body.parent.map_or(String::new(), |(body, node)| {
            format!(" of {}:{}", body.0, plan.body(body).node(node).name)
        });
        writeln!(lines, "body {index}{parent}").expect("a string takes all");
        for node in &body.nodes {
            let each = node.each.as_ref().map_or(String::new(), |each| {
                format!(" map {} as {} max {}", each.list.text(), each.item, each.max_items)
            });
            let work = match &node.work {
                Work::Call(call) => call.kind.to_string(),
                Work::Body(body) => format!("body {}", body.0),
            };
            let needs = names(body, &node.needs);
            let dependents = names(body, &node.dependents);
            writeln!(lines, "  {}{each}: {work}; needs [{needs}], for [{dependents}]", node.name)
                .expect("a string takes all");
        }
        match &body.gives {
            Gives::Outputs(outputs) => {
                let outputs: Vec<_> = outputs.iter().map(|(name, _)| name.as_str()).collect();
                writeln!(lines, "  gives {{{}}}", outputs.join(", ")).expect("a string takes all");
            }
            Gives::Node(node) => {
                writeln!(lines, "  gives {}", body.node(*node).name).expect("a string takes all");
            }
        }
    }
    lines
}

fn names(body: &Body, nodes: &[super::graph::NodeIndex]) -> String {
    let names: Vec<_> = nodes.iter().map(|node| body.node(*node).name.as_str()).collect();
    names.join(", ")
}

pub(super) const FILM: &str = "
flow: 1
name: film
inputs:
  topic: { type: string, minLength: 3 }
  music: { x-media: audio/* }
  bigger: { type: boolean, default: false }
providers: { image: luma }
nodes:
  film:
    use: media/concat
    needs: [title]
    with:
      clips: ${{ shots.clip }}
  draft:
    use: agent/script-writer
    with: { topic: \"${{ inputs.topic }}\", seconds: 30 }
    retry: { attempts: 3, backoff: 2s..60s, errors: [server] }
    timeout: 2m
  shots:
    map: draft.scenes
    as: scene
    key: scene.id
    limit: 4
    max_items: 50
    on_error: drop
    nodes:
      clip:
        use: media/ken-burns
        with:
          image: ${{ picture.image }}
          seconds: ${{ scene.seconds }}
          music: ${{ inputs.music }}
      picture:
        use: image/generate
        provider: local
        with: { prompt: \"${{ scene.text }}, ${{ draft.title }}\", style: \"${{ scene.mood }}\" }
    outputs:
      clip: ${{ clip.video }}
  moods:
    map: draft.scenes
    when: inputs.bigger
    on_error: skip
    use: value
    with: { value: \"${{ item.text }} ${{ index }}\" }
  title:
    use: media/ken-burns
    with: { image: ../images/title.png, seconds: 3, music: null }
outputs:
  film: ${{ film.video }}
  moods: ${{ moods }}
";

#[test]
fn a_pipeline_becomes_a_graph_in_which_each_node_stands_behind_what_it_needs() {
    let plan = plan(FILM);
    assert_snapshot!(shape(&plan), @r"
        body 0
          draft: agent/script-writer; needs [], for [shots, moods]
          shots map draft.scenes as scene max 50: body 1; needs [draft], for [film]
          moods map draft.scenes as item max 1000: body 2; needs [draft], for []
          title: media/ken-burns; needs [], for [film]
          film: media/concat; needs [shots, title], for []
          gives {film, moods}
        body 1 of 0:shots
          picture: image/generate; needs [], for [clip]
          clip: media/ken-burns; needs [picture], for []
          gives {clip}
        body 2 of 0:moods
          moods: value; needs [], for []
          gives moods
    ");
    assert_snapshot!(format!("{:?}", plan.files), @r#"[LiteralFile { path: "pipelines/../images/title.png", media: "image/*" }]"#);
    let kinds: Vec<_> =
        plan.kinds.iter().map(|(name, kind)| (name.as_str(), kind.provider.as_str())).collect();
    assert_snapshot!(format!("{kinds:?}"), @r#"[("agent/script-writer", ""), ("image/generate", "luma"), ("media/concat", ""), ("media/ken-burns", ""), ("value", "")]"#);
}

#[test]
fn a_plan_reads_what_it_writes() {
    let plan = plan(FILM).with_revisions(&catalog());
    assert!(plan.kinds.values().all(|kind| kind.revision == "tool 1.2"));
    let written = serde_json::to_string(&plan).expect("a plan can be written");
    let read: Plan = serde_json::from_str(&written).expect("and read");
    assert_eq!(read, plan);
}

#[test]
fn names_that_nothing_has_are_told_with_what_was_meant() {
    assert_snapshot!(nodes("draft: { use: value, with: { value: 1 } }\nfilm: { use: value, with: { value: \"${{ drft.value }} ${{ nothing }}\" }, needs: [darft] }\n"), @r"
        error[unknown-name] 4:43 `drft`: nothing here is called `drft`
          help: write `draft`, or add a node called `drft`
        error[unknown-name] 4:61 `nothing`: nothing here is called `nothing`
          help: add a node called `nothing`, or read one that there is
        error[unknown-name] 4:84 `darft`: nothing here is called `darft`
          help: write `draft`, or add a node called `darft`
    ");
    assert_snapshot!(nodes("my-node: { use: value, with: { value: 1 } }\nfilm: { use: value, with: { value: \"${{ my-node.value }}\" } }\n"), @r"
        error[bad-name] 3:3 `my-node`: `my-node` is not a name that expressions can read
          help: write `my_node`
          fix: `my_node`
        error[unknown-name] 4:43 `my-node`: `my-node` would subtract: `-` is no part of a name
          help: write `my_node`
          fix: `my_node`
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ item }} ${{ index }} ${{ budget.left }} ${{ secrets.KEY }}\" } }\n"), @r"
        error[unknown-name] 3:40 `item`: `item` stands only inside a `map`
          help: name what is meant, or give the node a `map`; one with `as` calls its item so
        error[unknown-name] 3:52 `index`: `index` stands only inside a `map`
          help: name what is meant, or give the node a `map`; one with `as` calls its item so
        error[not-yet] 3:65 `budget`: `budget` is not supported by this version
          help: take it out
        error[not-yet] 3:84 `secrets`: `secrets` is not supported by this version
          help: take it out
    ");
    assert_snapshot!(nodes("a:\n  nodes: { b: { use: value, with: { value: 1 } } }\nc: { use: value, with: { value: \"${{ b.value }}\" } }\n"), @r"
        error[unknown-name] 5:40 `b`: nothing here is called `b`
          help: add a node called `b`, or read one that there is
    ");
}

#[test]
fn a_name_hides_no_other() {
    assert_snapshot!(nodes("a: { use: value, with: { value: [1] } }\nb:\n  map: a.value\n  as: a\n  nodes:\n    b: { use: value, with: { value: 1 } }\n"), @r"
        error[hidden-name] 6:9 `a`: `a` hides another `a`
          3:3 `a`: the other
          help: give one of them another name
        error[hidden-name] 8:7 `b`: `b` hides another `b`
          4:3 `b`: the other
          help: give one of them another name
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: [[1]] } }\nb:\n  map: a.value\n  nodes:\n    c: { map: item, use: value, with: { value: \"${{ item }}\" } }\n"), @r"
        error[hidden-name] 7:12 `map`: `item` hides another `item`
          5:5 `map`: the other
          help: give the inner `map` an `as`, such as `as: scene`
    ");
}

#[test]
fn nodes_that_wait_for_each_other_are_told_once() {
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ c.value }}\" } }\nb: { use: value, with: { value: \"${{ a.value }}\" } }\nc: { use: value, with: { value: 1 }, needs: [b] }\nd: { use: value, with: { value: \"${{ a.value.x }}\" } }\n"), @r"
        error[cycle] 3:40 `c`: `a`, `c`, `b` need each other
          here: `a` needs `c`
          5:48 `b`: `c` needs `b`
          4:40 `a`: `b` needs `a`
          help: take one of these references out, or make a `repeat` of what goes round
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ a.value }}\" } }\n"), @r"
        error[cycle] 3:40 `a`: `a` needs itself
          3:3 `a`: this node
          help: take one of these references out, or make a `repeat` of what goes round
    ");
    assert_snapshot!(nodes("a:\n  nodes:\n    b: { use: value, with: { value: \"${{ a }}\" } }\n"), @r"
        error[cycle] 5:44 `a`: `a` needs itself
          3:3 `a`: this node
          help: take one of these references out, or make a `repeat` of what goes round
    ");
}

#[test]
fn kinds_and_their_ports_are_told_with_what_was_meant() {
    assert_snapshot!(nodes("a: { use: image/concat, with: { x: 1 } }\nb: { use: agent/script-writr }\nc: { use: agent/script-writer, with: { topik: x, other: \"${{ a.x.y }}\" } }\nd: { use: frobnicate }\n"), @r"
        error[unknown-kind] 3:13 `image/concat`: there is no kind `image/concat`
          help: write `media/concat`
        error[unknown-kind] 4:13 `agent/script-writr`: there is no kind `agent/script-writr`
          help: write `agent/script-writer`
        error[missing-port] 5:13 `agent/script-writer`: `agent/script-writer` needs `topic`
          help: add `topic: …` to `with`
        error[unknown-port] 5:42 `topik`: `agent/script-writer` has no port `topik`
          help: write `topic`
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
        error[value-mismatch] 3:74 `yes`: `draft` does not take this: "yes" is not of type "boolean"
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
        error[port-mismatch] 4:45 `"${{ draft.scenes }}"`: `prompt` would not take every value of this
          here: may be anything of `"a list"`
          help: read a value of another type, or give it through a node that changes it
    "#);
    assert_snapshot!(nodes(&format!("{draft}a:\n  map: draft.scenes\n  use: image/generate\n  with: {{ prompt: \"${{{{ item.mood }}}}\" }}\n")), @r#"
        error[port-mismatch] 7:21 `"${{ item.mood }}"`: `prompt` would not take `null`
          here: may be anything of `"null"`
          help: say what to take instead: `${{ … | default(…) }}`
    "#);
    assert_snapshot!(nodes(&format!("{draft}a:\n  when: draft.title == 'x'\n  use: image/generate\n  with: {{ prompt: x }}\nb: {{ use: media/ken-burns, with: {{ image: \"${{{{ a.image }}}}\", seconds: 1 }} }}\n")), @r#"
        error[port-mismatch] 8:45 `"${{ a.image }}"`: `image` would not take `null`
          here: may be anything of `"null"`
          help: say what to take instead: `${{ … | default(…) }}`
    "#);
    assert_snapshot!(nodes(&format!("{draft}a: {{ use: image/generate, with: {{ prompt: x }} }}\nb: {{ use: media/concat, with: {{ clips: [\"${{{{ a.image }}}}\"] }} }}\nc: {{ use: image/generate, with: {{ prompt: \"${{{{ draft.titel }}}}\" }} }}\n")), @r"
        error[unknown-field] 6:56 `titel`: there is no field `titel`
          help: write `title`
    ");
    assert_snapshot!(nodes("a: { use: exec/command, with: { anything: 1 } }\nb: { use: image/generate, with: { prompt: \"${{ a.x }}\" } }\n"), @r#"
        error[unknown-port] 3:35 `anything`: `exec/command` has no port `anything`
          help: it takes no input: remove the port
        warning[port-mismatch] 4:45 `"${{ a.x }}"`: it cannot be proved that `prompt` takes every value of this
          help: the value is checked when it is there, before it is used
    "#);
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
    assert_snapshot!(wrong("flow: 1\nproviders: { image: lumma, pictures: local }\nnodes:\n  a: { use: image/generate, provider: openai, with: { prompt: x } }\n  b: { use: value, provider: local, with: { value: 1 } }\n"), @r"
        error[unknown-provider] 2:21 `lumma`: there is no provider `lumma` for `image`
          help: write `luma`
        error[unknown-provider] 2:28 `pictures`: there is no capability `pictures`
          help: write one of `image`
        error[unknown-provider] 4:39 `openai`: there is no provider `openai` for `image`
          help: write one of `local`, `luma`
        error[unknown-provider] 5:20 `provider`: `value` has no providers to choose from
          help: remove `provider`
    ");
}

#[test]
fn what_cannot_be_run_yet_is_refused() {
    assert_snapshot!(wrong("flow: 1\nschedule: 24h\nbudget: 5 USD\npools: { gpu: 1 }\ndoubt: { then: fail }\ninputs: { x: { $ref: schemas/x.json } }\nnodes:\n  a: { use: value, with: { value: 1 }, cache: auto, description: x }\n  b:\n    use: image/generate\n    with: { prompt: x }\n    model: big\n    cache: off\n    pool: gpu\n    budget: 1 USD\n    doubt: { then: fail }\n    undo: { use: value }\n    fallback: [{ provider: luma }]\n    repeat: { max: 3, until: b.ok }\n    carry: { x: b.image }\n    needs: { a: { else: skip } }\n  c: { approve: { ask: Go on? }, needs: { a: {} } }\n  d: { use: ./other.yaml }\n  e: { nodes: {}, retry: { attempts: 2 }, timeout: 3s }\n"), @r"
        error[not-yet] 3:1 `budget`: `budget` is not supported by this version
          help: take it out
        error[not-yet] 4:1 `pools`: `pools` is not supported by this version
          help: take it out
        error[not-yet] 5:1 `doubt`: `doubt` is not supported by this version
          help: take it out
        error[not-yet] 6:22 `schemas/x.json`: a `$ref` to another file is not supported by this version
          help: take it out
        error[not-yet] 12:5 `model`: `model` is not supported by this version
          help: take it out
        error[not-yet] 13:5 `cache`: `cache` is not supported by this version
          help: take it out
        error[not-yet] 14:5 `pool`: `pool` is not supported by this version
          help: take it out
        error[not-yet] 15:5 `budget`: `budget` is not supported by this version
          help: take it out
        error[not-yet] 16:5 `doubt`: `doubt` is not supported by this version
          help: take it out
        error[not-yet] 17:5 `undo`: `undo` is not supported by this version
          help: take it out
        error[not-yet] 18:5 `fallback`: `fallback` is not supported by this version
          help: take it out
        error[not-yet] 19:5 `repeat`: `repeat` is not supported by this version
          help: take it out
        error[not-yet] 20:5 `carry`: `carry` is not supported by this version
          help: take it out
        error[not-yet] 21:19 `else`: a condition in `needs` is not supported by this version
          help: take it out
        error[not-yet] 22:8 `approve`: `approve` is not supported by this version
          help: take it out
        error[not-yet] 23:13 `./other.yaml`: a pipeline file in `use` is not supported by this version
          help: take it out
        error[not-yet] 24:19 `retry`: `retry` of a node with `nodes` is not supported by this version
          help: take it out
        error[not-yet] 24:43 `timeout`: `timeout` of a node with `nodes` is not supported by this version
          help: take it out
    ");
}

#[test]
fn inputs_are_schemas_with_defaults_that_fit() {
    assert_snapshot!(wrong("flow: 1\ninputs:\n  a: { type: strin }\n  b: { type: integer, default: x }\n  c: { x-media: image/*, default: cover.png }\n  d: { type: object, properties: { e: { type: integer } }, default: { e: no } }\nnodes: { f: { use: value, with: { value: \"${{ inputs.a.b }} ${{ inputs.g }}\" } } }\n"), @r#"
        error[bad-input] 3:14 `strin`: the input `a` has no valid schema: "strin" is not valid under any of the schemas listed in the 'anyOf' keyword
          help: write a JSON Schema, such as `{ type: string }`
        error[bad-input] 4:32 `x`: the default of `b` does not fit: "x" is not of type "integer"
          help: change the default or the schema
        error[bad-input] 6:74 `no`: the default of `d` does not fit: "no" is not of type "integer"
          help: change the default or the schema
    "#);
}

#[test]
fn words_and_places_that_mean_nothing_are_told() {
    assert_snapshot!(nodes("a: { use: value, with: { value: 1 }, on_error: drop, retry: { errors: [timeout, sever, bad luck] } }\n"), @r"
        error[drop-outside-map] 3:50 `drop`: `drop` is about the items of a `map`
          help: write `skip`: the node gives null when it fails
        error[unknown-word] 3:83 `sever`: no failure is called `sever`
          help: write `server`
        error[unknown-word] 3:90 `bad luck`: no failure is called `bad luck`
          help: write some of `rate_limit`, `timeout`, `server`, `network`, `command`, `input`, `missing`, `moderated`, `output`, `storage`, `internal`
    ");
}
