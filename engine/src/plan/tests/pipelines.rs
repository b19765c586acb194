//! Do pipelines that use other files fit together, and do errors show both files?

use insta::assert_snapshot;
use serde_json::json;

use super::{among, planned_among};
use crate::plan::graph::{Amount, Plan, Work};

const SCENE: &str = "flow: 1\ninputs:\n  text: { type: string, minLength: 3 }\n  seconds: { type: number, default: 4 }\nproviders: { image: luma }\npools: { gpu: 8, own: 1 }\nbudget: 1 USD\nnodes:\n  picture: { use: image/generate, pool: gpu, with: { prompt: '${{ inputs.text }}' } }\n  clip: { use: media/ken-burns, pool: own, with: { image: '${{ picture.image }}', seconds: '${{ inputs.seconds }}' } }\noutputs:\n  video: ${{ clip.video }}\n";

fn planned(files: &[(&str, &str)], text: &str) -> Plan {
    let (plan, findings) = planned_among(files, text);
    assert_eq!(crate::diagnostic::plain(&findings), "");
    plan.expect("nothing is wrong with it")
}

#[test]
fn a_pipeline_is_a_node_typed_by_its_inputs_and_outputs() {
    let plan = planned(
        &[("pipelines/scene.yaml", SCENE)],
        "flow: 1\npools: { gpu: 2 }\nnodes:\n  a: { use: ./scene.yaml, with: { text: tides } }\n  b: { map: 'range(3)', use: ../pipelines/scene.yaml, with: { text: tides, seconds: '${{ item + 1 }}' } }\n  film: { use: media/concat, with: { clips: '${{ b.video }}' } }\noutputs: { one: '${{ a.video }}' }\n",
    );
    let root = plan.body(plan.root());
    let Work::Pipeline { body, with } = &root.nodes[0].work else { panic!("a pipeline") };
    assert_eq!(with.len(), 1);
    let inside = plan.body(*body);
    assert_eq!((inside.parent, inside.source), (None, 1));
    assert_eq!(inside.inputs[1].default, Some(json!(4)));
    // Its budget is an account around the node; its pools yield to the run's; so do its providers.
    let limit = root.nodes[0].budget.as_ref().and_then(|budget| budget.limit.clone());
    assert_eq!(limit, Some(Amount::Written("1 USD".parse().expect("an amount"))));
    let pools: Vec<_> = plan.pools.iter().map(|pool| (pool.name.as_str(), pool.limit)).collect();
    assert_eq!(pools, [("gpu", Some(2)), ("own", Some(1))]);
    let Work::Call(call) = &inside.nodes[0].work else { panic!("a call") };
    assert_eq!(
        call.provider.as_ref().and_then(|provider| provider.constant()),
        Some(&json!("luma"))
    );
    assert_eq!(plan.kind(&call.kind).provider, "local");
    // It is planned once, however often it is used.
    let Work::Body(map) = root.nodes[1].work else { panic!("a map") };
    let Work::Pipeline { body: again, .. } = &plan.body(map).nodes[0].work else {
        panic!("a pipeline")
    };
    assert_eq!(again, body);
    assert_eq!(plan.sources.len(), 2);
}

#[test]
fn the_providers_of_the_run_prevail_in_the_pipelines_that_it_uses() {
    let plan = planned(
        &[("pipelines/scene.yaml", SCENE)],
        "flow: 1\nproviders: { image: local }\nnodes: { a: { use: ./scene.yaml, with: { text: tides } } }\n",
    );
    let Work::Pipeline { body, .. } = plan.body(plan.root()).nodes[0].work else {
        panic!("a pipeline")
    };
    let Work::Call(call) = &plan.body(body).nodes[0].work else { panic!("a call") };
    assert_eq!(call.provider, None);
}

#[test]
fn what_does_not_fit_is_told_with_both_files() {
    assert_snapshot!(among(&[("pipelines/scene.yaml", SCENE)], "flow: 1\nnodes:\n  a: { use: ./scene.yaml, with: { text: ab, secnds: 3 } }\n  b: { use: ./scene.yaml, with: { seconds: '${{ run.name }}' } }\n  c: { use: ./scene.yaml, provider: luma, with: { text: abc } }\n  d: { use: value, with: { value: '${{ c.vidoe }}' } }\n"), @r#"
        error[value-mismatch] 3:41 `ab`: `text` does not take this: "ab" is shorter than 3 characters
          3:3 `text`: the input is declared here
        error[unknown-port] 3:45 `secnds`: `./scene.yaml` has no port `secnds`
          help: write `seconds`
          fix: `seconds`
        error[missing-port] 4:13 `./scene.yaml`: `./scene.yaml` needs `text`
          3:3 `text`: the input is declared here
          help: add `text: …` to `with`
        error[port-mismatch] 4:44 `'${{ run.name }}'`: `seconds` would not take `"a"`
          here: may be anything of `{"type":"string"}`
          4:3 `seconds`: the input is declared here
          help: read a value of another type, or give it through a node that changes it
        error[pipeline-file] 5:27 `provider`: a pipeline chooses providers and models itself
          help: make it an input of that pipeline, or name it under `providers` of this one
        error[unknown-field] 6:42 `vidoe`: there is no field `vidoe`
          help: write `video`
    "#);
    assert_snapshot!(among(&[("pipelines/scene.yaml", "flow: 1\nnodes:\n  a: { use: nothing }\n")], "flow: 1\nnodes:\n  a: { use: ./scene.yaml }\n  b: { use: ./scene.yaml }\n"), @r"
        error[unknown-kind] 3:13 `nothing`: there is no kind `nothing`
          3:13 `./scene.yaml`: used here, in `pipelines/test.yaml`
          help: `flow kinds` lists all kinds
    ");
}

#[test]
fn a_pipeline_sees_no_outer_name() {
    assert_snapshot!(among(&[("pipelines/inner.yaml", "flow: 1\nnodes:\n  b: { use: value, with: { value: '${{ a }} ${{ inputs.x }}' } }\n")], "flow: 1\ninputs: { x: { type: string } }\nnodes:\n  a: { use: value, with: { value: 1 } }\n  c: { use: ./inner.yaml }\n"), @r"
        error[unknown-name] 3:40 `a`: nothing here is called `a`
          5:13 `./inner.yaml`: used here, in `pipelines/test.yaml`
          help: add a node called `a`, or read one that there is
    ");
}

#[test]
fn files_that_use_each_other_without_end_are_told() {
    let files = [
        ("pipelines/b.yaml", "flow: 1\nnodes:\n  b: { use: ./c.yaml }\n"),
        ("pipelines/c.yaml", "flow: 1\nnodes:\n  c: { use: ./sub/../b.yaml }\n"),
        ("pipelines/test.yaml", "never read"),
    ];
    assert_snapshot!(among(&files, "flow: 1\nnodes:\n  a: { use: ./b.yaml }\n"), @r"
        error[pipeline-file] 3:13 `./sub/../b.yaml`: `pipelines/b.yaml` would use itself without end
          3:13 `./b.yaml`: used here, in `pipelines/test.yaml`
          3:13 `./c.yaml`: used here, in `pipelines/b.yaml`
          help: make a `repeat` of what goes round, or use another file
    ");
    assert_snapshot!(among(&files, "flow: 1\nnodes:\n  a: { use: ./test.yaml }\n  b: { use: ./d.yaml }\n"), @r"
        error[pipeline-file] 3:13 `./test.yaml`: `pipelines/test.yaml` would use itself without end
          help: make a `repeat` of what goes round, or use another file
        error[pipeline-file] 4:13 `./d.yaml`: the pipeline cannot be read: there is no `pipelines/d.yaml`
          help: name a pipeline file beside this one, such as `./scene.yaml`
    ");
}

#[test]
fn an_input_takes_its_schema_from_a_file() {
    let schema = r##"{ "type": "object", "properties": { "next": { "$ref": "#" }, "mood": { "$ref": "moods.json#/$defs/mood" } }, "required": ["mood"], "additionalProperties": false }"##;
    let moods = r#"{ "$defs": { "mood": { "enum": ["calm", "wild"] } } }"#;
    let files = [("pipelines/schemas/scene.json", schema), ("pipelines/schemas/moods.json", moods)];
    let plan = planned(
        &files,
        "flow: 1\ninputs: { scene: { $ref: schemas/scene.json } }\nnodes: { a: { when: inputs.scene.mood == 'calm', use: value, with: { value: '${{ inputs.scene.next.mood }}' } } }\n",
    );
    assert!(plan.inputs[0].schema.accepts(&json!({ "mood": "calm", "next": { "mood": "wild" } })));
    assert!(!plan.inputs[0].schema.accepts(&json!({ "mood": "calm", "next": { "mood": "loud" } })));
    assert_snapshot!(among(&[("pipelines/x.json", "{")], "flow: 1\ninputs: { a: { $ref: x.json }, b: { $ref: y.json }, c: { $ref: 'https://example.com/z.json' } }\nnodes: {}\n"), @r"
        error[bad-input] 2:22 `x.json`: `x.json` cannot be read: it is not JSON: EOF while parsing an object at line 1 column 1
          help: name a file of JSON Schema beside this one, or a definition: `#/$defs/scene`
        error[bad-input] 2:43 `y.json`: `y.json` cannot be read: there is no `pipelines/y.json`
          help: name a file of JSON Schema beside this one, or a definition: `#/$defs/scene`
        error[bad-input] 2:64 `'https://example.com/z.json'`: `https://example.com/z.json` cannot be read: only files are read, and nothing from the network
          help: name a file of JSON Schema beside this one, or a definition: `#/$defs/scene`
    ");
}
