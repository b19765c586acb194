//! `flow graph`: how do pipelines look as pictures?

use std::io::Write;
use std::process::{Command, Stdio};

use crate::project::Project;

const PIPELINE: &str = "\
flow: 1
name: letters
nodes:
  first:
    use: value
    with:
      value: [a, b]
  each:
    map: first.value
    as: letter
    nodes:
      twice:
        use: value
        with:
          value: ${{ letter }}${{ letter }}
    outputs:
      word: ${{ twice.value }}
outputs:
  words: ${{ each.word }}
";

fn project() -> Project {
    Project::new().with("pipelines/letters.yaml", PIPELINE)
}

#[test]
fn a_pipeline_is_drawn_for_markdown() {
    insta::assert_snapshot!(project().flow("graph pipelines/letters.yaml --format mermaid"), @r#"
        exit status 0
        --- stdout
        flowchart LR
          subgraph p0["letters"]
            p0b0n0("<b>first</b><br/>value")
            style p0b0n0 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            subgraph p0b0n1["<b>each</b><br/><i>for each letter in first.value</i>"]
              p0b1n0("<b>twice</b><br/>value")
              style p0b1n0 fill:#F1F2F4,stroke:#7A828E,color:#1F2937
            end
            p0b0n0 -->|"value"| p0b0n1
            p0o0(["words"])
            p0b0n1 --> p0o0
          end
    "#);
}

#[test]
fn all_pipelines_are_one_graph_that_graphviz_draws() {
    let other = PIPELINE.replace("name: letters", "name: words");
    let project = project().with("pipelines/words.yaml", &other);
    let ran = project.flow("graph");
    assert_eq!(ran.status, Some(0), "{ran}");
    let Ok(mut dot) =
        Command::new("dot").arg("-Tsvg").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()
    else {
        panic!("graphviz is missing: scripts/setup test installs it");
    };
    let mut stdin = dot.stdin.take().expect("standard input is piped");
    stdin.write_all(ran.stdout.as_bytes()).expect("dot reads");
    drop(stdin);
    let output = dot.wait_with_output().expect("dot ends");
    assert!(output.status.success(), "{ran}");
    let svg = String::from_utf8(output.stdout).expect("SVG is UTF-8");
    for word in ["letters", "words", "first", "each", "twice"] {
        assert!(svg.contains(word), "{word}: {svg}");
    }
}

#[test]
fn a_broken_pipeline_is_not_drawn() {
    let broken = PIPELINE.replace("first.value", "frst.value");
    let ran = Project::new().with("broken.yaml", &broken).flow("graph broken.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert_eq!(ran.stdout, "", "{ran}");
    assert!(ran.stderr.contains("1 pipeline cannot be drawn"), "{ran}");
}

#[test]
fn a_pipeline_is_drawn_without_any_other_program() {
    let ran = project().flow("graph pipelines/letters.yaml --format svg");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("<svg ") && ran.stdout.contains(">twice</text>"), "{ran}");
}

#[test]
fn a_run_is_drawn_with_what_became_of_its_nodes() {
    let project = crate::project::counting();
    let ran = project.flow("run counting.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
    let runs = project.flow("runs --json").json();
    let run = runs["runs"][0]["run"].as_str().expect("a run has a name").to_owned();
    let drawn = project.flow(&format!("graph {run} --format json")).json();
    let nodes = &drawn["pipelines"][0]["nodes"];
    let states: Vec<_> = nodes
        .as_array()
        .expect("a list")
        .iter()
        .map(|node| format!("{} {}", node["path"], node["state"]))
        .collect();
    insta::assert_snapshot!(states.join(", "), @r#""numbers" "succeeded", "each" "succeeded", "greeting" "succeeded""#);
    let svg = project.flow(&format!("graph {run} --format svg"));
    assert!(svg.stdout.contains("done: 3 of 3"), "{svg}");
}
