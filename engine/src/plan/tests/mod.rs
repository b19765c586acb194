//! The stage's door for tests: a pipeline goes in; a plan, or what is wrong with it, comes out.

mod catalog;
mod examples;
mod expressions;
mod fixes;
mod language;
mod names;
mod pipelines;
mod policy;
mod types;
mod unwrapped;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use insta::assert_snapshot;

use super::graph::{Body, Gives, Plan, Work};
use super::{check, check_with};
use crate::diagnostic::{Findings, Severity, plain};
use crate::document;
use crate::source::Source;
pub(in crate::plan) use catalog::catalog;

/// The plan, and what is wrong with it or with the file.
pub(in crate::plan) fn planned(path: &str, text: &str) -> (Option<Plan>, Findings) {
    let source = Arc::new(Source::new(path, text));
    let (document, mut findings) = document::parse(&source);
    let Some(document) = document else {
        return (None, findings);
    };
    let (plan, more) = check(&document, &catalog());
    findings.append(more);
    (plan, findings)
}

/// A plan that nothing is wrong with.
pub(in crate::plan) fn plan(text: &str) -> Plan {
    let (plan, findings) = planned("pipelines/test.yaml", text);
    assert_eq!(plain(&findings), "");
    plan.expect("a file that nothing is wrong with has a plan")
}

/// What is wrong with a pipeline.
fn wrong(text: &str) -> String {
    plain(&planned("pipelines/test.yaml", text).1)
}

/// What of a pipeline cannot be run yet.
fn refused(text: &str) -> String {
    plain(&super::unsupported(&plan(text)))
}

/// What is wrong with a pipeline that names these files.
fn among(files: &[(&str, &str)], text: &str) -> String {
    plain(&planned_among(files, text).1)
}

/// The plan of a pipeline that names these files, and what is wrong with it.
fn planned_among(files: &[(&str, &str)], text: &str) -> (Option<Plan>, Findings) {
    let source = Arc::new(Source::new("pipelines/test.yaml", text));
    let (document, mut findings) = document::parse(&source);
    let read = |path: &Path| match files.iter().find(|(name, _)| Path::new(name) == path) {
        Some((name, text)) => Ok(Source::new(name, *text)),
        None => Err(format!("there is no `{}`", path.display())),
    };
    let document = document.expect("the pipeline is read");
    let (plan, more) = check_with(&document, &catalog(), &read);
    findings.append(more);
    (plan, findings)
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
                Work::Pipeline { body, .. } => format!("pipeline {}", body.0),
                Work::Approve(_) => "approve".to_owned(),
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

pub(in crate::plan) const FILM: &str = "
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
          shots map draft.scenes as scene max 20: body 1; needs [draft], for [film]
          moods map draft.scenes as item max 20: body 2; needs [draft], for []
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

proptest::proptest! {
    #[test]
    fn no_pipeline_makes_planning_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "  a:\n", "  b:\n", "  c:\n", "    use: value\n", "    use: image/generate\n", "    map: a\n",
                "    map: a.value\n", "    as: x\n", "    key: x\n", "    with: { value: \"${{ a }}\" }\n",
                "    with: { prompt: \"${{ b.value }} ${{ x }}\" }\n", "    when: c\n", "    needs: [a, b]\n",
                "    nodes:\n      d: { use: value, with: { value: \"${{ c }}\" } }\n", "    outputs: { o: \"${{ d }}\" }\n",
                "    on_error: drop\n", "    provider: ${{ a }}\n", "    retry: { attempts: 2 }\n", "outputs: { o: \"${{ a }}\" }\n",
            ]),
            0..30,
        )
    ) {
        let text = format!("flow: 1\nnodes:\n{}", words.concat());
        let (plan, findings) = planned("test.yaml", &text);
        // Whatever has no error has a plan, and whatever has a plan can be drawn.
        let refused = findings.iter().any(|finding| finding.severity == Severity::Error);
        assert!(refused || plan.is_some(), "{text}");
        if let Some(plan) = plan {
            let none = super::picture::States::new();
            super::picture::dot(&[&plan], &none);
            super::picture::svg(&[&plan], &none);
            super::picture::json(&[&plan], &none);
            for body in &plan.bodies {
                for (at, node) in body.nodes.iter().enumerate() {
                    assert!(node.needs.iter().all(|need| (need.0 as usize) < at), "{text}");
                }
            }
        }
    }
}
