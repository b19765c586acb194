//! `flow schema`: what editors know of pipeline files, and whether one schema covers another.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value as Json, json};

use crate::project::Project;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn schema() -> Json {
    let ran = Project::new().flow("schema");
    assert_eq!(ran.status, Some(0), "{ran}");
    ran.json()
}

#[test]
fn the_schema_that_is_kept_is_the_one_that_is_written() {
    let path = Path::new(ROOT).join("schemas/pipeline.schema.json");
    let made = Project::new().flow("schema").stdout;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("it lies in a folder"))
            .expect("a folder can be made");
        std::fs::write(&path, &made).expect("the schema can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "schemas/pipeline.schema.json is old: run this test with UPDATE=1");
}

/// The pipelines of this repository, and what they say.
fn pipelines() -> Vec<(PathBuf, Json)> {
    let mut found = Vec::new();
    for folder in ["pipelines", "templates"] {
        for entry in walkdir::WalkDir::new(Path::new(ROOT).join(folder)) {
            let path = entry.expect("the folder can be read").into_path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let text = || std::fs::read_to_string(&path).expect("a pipeline can be read");
            let json = match ending {
                "yaml" => serde_yaml::from_str(&text()).expect("it is YAML"),
                "toml" => toml::from_str(&text()).expect("it is TOML"),
                _ => continue,
            };
            found.push((path, json));
        }
    }
    found
}

#[test]
fn the_pipelines_that_come_with_flow_fit_the_schema() {
    let schema = schema();
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let pipelines = pipelines();
    assert!(pipelines.len() >= 3);
    for (path, pipeline) in pipelines {
        let wrong: Vec<String> = validator
            .iter_errors(&pipeline)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:#?}", path.display());
    }
}

/// The YAML language server, where it is installed: `npm install --prefix target/tools yaml-language-server`.
fn language_server() -> Option<PathBuf> {
    let server = "node_modules/yaml-language-server/out/server/src/server.js";
    let named = std::env::var_os("FLOW_EDITOR_TOOLS").map(PathBuf::from);
    let folders = named.into_iter().chain([Path::new(ROOT).join("target/tools")]);
    folders.map(|folder| folder.join(server)).find(|server| server.exists())
}

/// What the editor shows in each step.
fn editor(server: &Path, steps: &Json) -> Vec<Json> {
    let script = Path::new(ROOT).join("tests/editor/session.mjs");
    let schema = Path::new(ROOT).join("schemas/pipeline.schema.json");
    let mut child = Command::new("node")
        .args([&script, server, &schema])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node starts");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(steps.to_string().as_bytes()).expect("the session reads its steps");
    drop(input);
    let output = child.wait_with_output().expect("the session ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("the session answers in JSON")
}

#[test]
fn an_editor_completes_explains_and_marks_what_is_wrong() {
    let Some(server) = language_server().filter(|_| which::which("node").is_ok()) else {
        let how = "npm install --prefix target/tools yaml-language-server";
        std::io::stderr()
            .write_all(format!("skipped: no YAML language server; {how}\n").as_bytes())
            .expect("stderr is open");
        return;
    };
    let head = "flow: 1\nnodes:\n  clip:\n    use: media/ken-burns\n    with:\n";
    let podcast = std::fs::read_to_string(Path::new(ROOT).join("pipelines/podcast.yaml"))
        .expect("it is there");
    let answers = editor(
        &server,
        &json!([
            { "text": format!("{head}      image: a.png\n      \n  b:\n    use: value\n"), "complete": [6, 6] },
            { "text": "flow: 1\nnodes:\n  clip:\n    use: \n", "complete": [3, 9] },
            { "text": "flow: 1\nnodes:\n  clip:\n    use: value\n    with: { value: 1 }\n    \n", "complete": [5, 4] },
            { "text": format!("{head}      image: a.png\n      seconds: 3\n"), "hover": [6, 8] },
            { "text": format!("{head}      image: a.png\n      seconds: 3\n"), "hover": [3, 12] },
            { "text": format!("{head}      image: a.png\n      seconds: [soon]\n") },
            { "text": format!("{head}      image: a.png\n      seconds: 3\n      imaeg: b.png\n") },
            { "text": podcast },
        ]),
    );
    let has = |answer: &Json, word: &str| {
        answer.as_array().is_some_and(|labels| labels.iter().any(|label| label == word))
    };
    assert!(has(&answers[0], "seconds") && has(&answers[0], "aspect"), "{}", answers[0]);
    assert!(!has(&answers[0], "voices"), "ports of other kinds: {}", answers[0]);
    assert!(has(&answers[1], "media/ken-burns") && has(&answers[1], "value"), "{}", answers[1]);
    assert!(has(&answers[2], "when") && has(&answers[2], "retry"), "{}", answers[2]);
    assert!(answers[3].as_str().is_some_and(|text| text.contains("second")), "{}", answers[3]);
    assert!(
        answers[4].as_str().is_some_and(|text| text.contains("still picture")),
        "{}",
        answers[4]
    );
    let first = |answer: &Json| answer[0].as_str().unwrap_or_default().to_owned();
    assert!(first(&answers[5]).starts_with("6:15 Incorrect type"), "{}", answers[5]);
    assert!(first(&answers[6]).starts_with("7:6 Property imaeg is not allowed"), "{}", answers[6]);
    assert_eq!(answers[7], json!([]), "a sound pipeline has no marks");
}

#[test]
fn one_schema_covers_another_or_a_value_tells_why_not() {
    let project = Project::new()
        .with("small.json", r#"{ "type": "integer", "minimum": 3, "maximum": 9 }"#)
        .with("large.json", r#"{ "type": "number", "minimum": 0 }"#)
        .with("broken.json", r#"{ "type": "strin" }"#);
    insta::assert_snapshot!(project.flow("schema covers small.json large.json"), @"
        exit status 0
        --- stdout
        yes: every value of the first is valid for the second
    ");
    insta::assert_snapshot!(project.flow("schema covers large.json small.json"), @r#"
        exit status 1
        --- stdout
        no: some value of the first is not valid for the second
        difference: {"anyOf":[{"type":"integer","minimum":0,"maximum":2},{"type":"integer","minimum":10},{"type":"number","minimum":0,"not":{"multipleOf":1}}]}
        example: 0
    "#);
    insta::assert_snapshot!(project.flow("schema covers small.json large.json --json"), @r#"
        exit status 0
        --- stdout
        {
          "verdict": "yes",
          "difference": null,
          "example": null,
          "why": null
        }
    "#);
    insta::assert_snapshot!(project.flow("schema covers small.json broken.json"), @r#"
        exit status 2
        --- stderr
        error: a schema is faulty: "strin" is no type: there are string, number, integer, boolean, object, array, null
        help: name two files that hold a JSON Schema each
    "#);
    assert_eq!(project.flow("schema covers small.json").status, Some(2));
}

#[test]
fn a_batch_answers_line_by_line_and_outlives_bad_ones() {
    let project = Project::new();
    let mut child = project
        .command("schema covers --batch")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = child.stdin.take().expect("it is piped");
    let lines = concat!(
        r#"{"id": 1, "output": {"const": 3}, "input": {"type": "integer"}}"#,
        "\n",
        "not json\n\n",
        r#"{"id": "b", "output": {"type": "integer"}, "input": {"$schema": "http://json-schema.org/draft-07/schema#", "type": "string"}}"#,
        "\n",
        r#"{"id": 3, "output": {}}"#,
        "\n",
        r#"{"id": 4, "output": {"type": 7}, "input": {"type": "string"}}"#,
        "\n",
        r#"{"id": 5, "output": false, "input": {}}"#,
    );
    input.write_all(lines.as_bytes()).expect("it reads");
    drop(input);
    let ran = project.ran(child.wait_with_output().expect("it ends"));
    insta::assert_snapshot!(ran, @r#"
        exit status 1
        --- stdout
        {"id":1,"verdict":"yes","example":null}
        {"id":null,"verdict":"error","example":null,"error":"line 2 is not JSON: expected ident at line 1 column 2"}
        {"id":"b","verdict":"no","example":0}
        {"id":3,"verdict":"error","example":null,"error":"line 5: missing field `input`"}
        {"id":4,"verdict":"error","example":null,"error":"line 6: a schema is faulty: 7 is no type: there are string, number, integer, boolean, object, array, null"}
        {"id":5,"verdict":"yes","example":null}
    "#);
}
