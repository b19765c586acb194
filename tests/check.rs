//! `flow check` and `flow explain`: what is wrong with a pipeline, and why?

use crate::project::Project;

const GREETING: &str = "\
flow: 1
name: greeting
inputs:
  who: { type: string, default: world }
nodes:
  greeting:
    use: value
    with:
      value: Hello, ${{ inputs.who }}!
outputs:
  text: ${{ greeting.value }}
";

#[test]
fn a_sound_pipeline_passes() {
    let project = Project::new().with("greeting.yaml", GREETING);
    insta::assert_snapshot!(project.flow("check greeting.yaml"), @"
    exit status 0
    --- stderr
    checked 1 pipeline: nothing wrong
    ");
}

#[test]
fn values_that_hold_each_other_twice_at_every_step_are_checked_at_once() {
    let mut chain =
        "flow: 1\nname: chain\ninputs:\n  n: { type: string, default: x }\nnodes:\n".to_owned();
    let mut former = "inputs.n".to_owned();
    for step in 0..60 {
        chain.push_str(&format!(
            "  n{step}: {{ use: value, with: {{ value: '${{{{ [{former}, {former}] }}}}' }} }}\n"
        ));
        former = format!("n{step}.value");
    }
    let project = Project::new().with("chain.yaml", &chain);
    insta::assert_snapshot!(project.flow("check chain.yaml"), @"
    exit status 0
    --- stderr
    checked 1 pipeline: nothing wrong
    ");
}

#[test]
fn a_finding_names_its_place_and_its_repair() {
    let broken = GREETING.replace("name: greeting", "nam: greeting");
    let project = Project::new().with("greeting.yaml", &broken);
    insta::assert_snapshot!(project.flow("check greeting.yaml"), @"
        exit status 2
        --- stderr
        error[unknown-key]: a pipeline has no key `nam`
         --> greeting.yaml:2:1
          |
        2 | nam: greeting
          | ^^^
          |
        help: write `name`
          |
        2 | name: greeting
          |    +

        checked 1 pipeline: 1 error
        help: `flow check greeting.yaml --fix` mends 1 of them
    ");
}

#[test]
fn programs_read_findings_as_one_document() {
    let broken = GREETING.replace("name: greeting", "nam: greeting");
    let project = Project::new().with("greeting.yaml", &broken);
    insta::assert_snapshot!(project.flow("check greeting.yaml --json"), @r#"
    exit status 2
    --- stdout
    {
      "diagnostics": [
        {
          "rule": "unknown-key",
          "severity": "error",
          "message": "a pipeline has no key `nam`",
          "file": "greeting.yaml",
          "line": 2,
          "column": 1,
          "end_line": 2,
          "end_column": 4,
          "help": "write `name`",
          "related": []
        }
      ]
    }
    "#);
}

#[test]
fn without_a_file_all_pipelines_are_checked() {
    let project = Project::new()
        .with("pipelines/one.yaml", GREETING)
        .with("pipelines/deeper/two.yml", GREETING)
        .with("pipelines/LICENSE", "words");
    insta::assert_snapshot!(project.flow("check"), @"
    exit status 0
    --- stderr
    checked 2 pipelines: nothing wrong
    ");
}

#[test]
fn the_pipelines_that_come_with_flow_are_sound() {
    let project = Project::new();
    let mut command = project.command("check --json");
    let ran = project.run(command.current_dir(env!("CARGO_MANIFEST_DIR")));
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(ran.json()["diagnostics"], serde_json::json!([]), "{ran}");
}

#[test]
fn without_a_folder_of_pipelines_a_file_must_be_named() {
    insta::assert_snapshot!(Project::new().flow("check"), @"
    exit status 2
    --- stderr
    error: no file is named, and there is no folder `pipelines` here
    help: name a pipeline file, or go to the folder that holds `pipelines`
    ");
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    insta::assert_snapshot!(Project::new().flow("check missing.yaml"), @"
    exit status 2
    --- stderr
    error: cannot read `missing.yaml`: No such file or directory (os error 2)
    help: name a pipeline file, such as pipelines/podcast.yaml
    ");
    let project = Project::new();
    std::fs::write(project.path().join("latin.yaml"), b"name: caf\xe9\n")
        .expect("a file can be written");
    insta::assert_snapshot!(project.flow("check latin.yaml"), @"
    exit status 2
    --- stderr
    error: `latin.yaml` is not UTF-8 on line 1
    help: save it as UTF-8
    ");
}

#[test]
fn a_rule_is_explained() {
    let ran = Project::new().flow("explain unknown-key");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("unknown-key\n\n"), "{ran}");
    assert!(ran.stdout.len() > 200, "{ran}");
}

#[test]
fn an_unknown_rule_is_refused_with_the_nearest_one() {
    insta::assert_snapshot!(Project::new().flow("explain unknown-kay"), @"
    exit status 2
    --- stderr
    error: no rule is called `unknown-kay`
    help: did you mean `unknown-key`?
    ");
}

#[test]
fn fixes_are_made_and_the_file_is_checked_again() {
    let broken = GREETING
        .replace("name: greeting", "nmae: greeting  # stays")
        .replace("use: value", "uses: valeu")
        .replace("outputs:", "\r\noutputs:");
    let project = Project::new().with("greeting.yaml", &broken);
    insta::assert_snapshot!(project.flow("check --fix greeting.yaml"), @"
        exit status 0
        --- stderr
        mended 3 places in greeting.yaml
        checked 1 pipeline: nothing wrong
    ");
    let mended =
        std::fs::read_to_string(project.path().join("greeting.yaml")).expect("it is there");
    let expected = broken.replace("nmae", "name").replace("uses: valeu", "use: value");
    assert_eq!(mended, expected);
}

#[test]
fn what_no_fix_mends_is_left_and_told() {
    let broken = GREETING.replace("who }}", "whom }}").replace("flow: 1\n", "");
    let project = Project::new().with("greeting.yaml", &broken);
    insta::assert_snapshot!(project.flow("check --fix greeting.yaml"), @"
        exit status 2
        --- stderr
        mended 1 place in greeting.yaml
        error[unknown-field]: there is no field `whom`
         --> greeting.yaml:9:32
          |
        9 |       value: Hello, ${{ inputs.whom }}!
          |                                ^^^^
          |
        help: write `who`

        checked 1 pipeline: 1 error
    ");
}

#[test]
fn strict_takes_warnings_for_errors() {
    let unproven = "flow: 1\nnodes:\n  a: { use: exec/command, with: { command: [echo, x], output: {} } }\n  b: { use: image/generate, with: { prompt: '${{ a.output }}' } }\n";
    let project = Project::new().with("a.yaml", unproven);
    assert_eq!(project.flow("check a.yaml").status, Some(0));
    insta::assert_snapshot!(project.flow("check --strict a.yaml"), @"
        exit status 2
        --- stderr
        error[port-mismatch]: it cannot be proved that `prompt` takes every value of this
         --> a.yaml:4:45
          |
        4 |   b: { use: image/generate, with: { prompt: '${{ a.output }}' } }
          |                                             ^^^^^^^^^^^^^^^^^ nothing is known of the value
          |
        help: the value is checked when it is there, before it is used

        checked 1 pipeline: 1 error
    ");
}

#[test]
fn scanning_services_get_sarif() {
    let broken = GREETING.replace("name: greeting", "nam: greeting");
    let project = Project::new().with("greeting.yaml", &broken);
    let ran = project.flow("check greeting.yaml --format sarif");
    assert_eq!(ran.status, Some(2), "{ran}");
    let log = ran.json();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unknown-key");
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][0]["id"], "unknown-key");
    assert_eq!(
        result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"],
        "name"
    );
}

#[test]
fn three_mistakes_are_told_in_the_order_of_the_file() {
    let broken = GREETING
        .replace("name: greeting", "nam: greeting")
        .replace("use: value", "use: valeu")
        .replace("greeting.value", "greting.value");
    let project = Project::new().with("greeting.yaml", &broken);
    let ran = project.flow("check greeting.yaml --json");
    let document = ran.json();
    let found = document["diagnostics"].as_array().expect("a list");
    let lines: Vec<_> = found.iter().map(|found| (&found["rule"], &found["line"])).collect();
    insta::assert_snapshot!(format!("{lines:?}"), @r#"[(String("unknown-key"), Number(2)), (String("unknown-kind"), Number(7)), (String("unknown-name"), Number(11))]"#);
}

#[test]
fn what_a_used_pipeline_has_wrong_is_told_once_for_the_whole_folder() {
    let part = "flow: 1\nname: part\nnodes:\n  a: { use: value, with: { value: 1, other: 2 } }\n";
    let whole = "flow: 1\nname: whole\nnodes:\n  b: { use: ./part.yaml }\n";
    let project = Project::new().with("all/part.yaml", part).with("all/whole.yaml", whole);
    let ran = project.flow("check all");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.ends_with("checked 2 pipelines: 1 error\n"), "{ran}");
}

#[test]
fn of_very_many_findings_the_first_are_shown_and_the_others_counted() {
    let mut file = "flow: 1\nname: many\nnodes:\n".to_owned();
    for node in 0..300 {
        file.push_str(&format!("  n{node}: {{ uses: value }}\n"));
    }
    let project = Project::new().with("many.yaml", &file);
    let ran = project.flow("check many.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert_eq!(ran.stderr.matches("error[").count(), 200, "{ran}");
    assert!(ran.stderr.contains("200 errors, and 100 more that are not shown\n"), "{ran}");
}

/// Pipelines from elsewhere whose kinds are all there: `FLOW_TEST_EXAMPLES` names their folder.
#[test]
#[expect(clippy::print_stderr, reason = "whoever runs it sees that it was passed over")]
fn pipelines_from_elsewhere_are_sound_with_the_real_kinds() {
    let Some(folder) = std::env::var_os("FLOW_TEST_EXAMPLES").map(std::path::PathBuf::from) else {
        eprintln!("passed over: FLOW_TEST_EXAMPLES names no folder of pipelines");
        return;
    };
    for name in ["planning.yaml", "podcast.yaml"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("it can be read");
        let project = Project::new().with(name, &text);
        let ran = project.flow(&format!("check --strict {name}"));
        assert_eq!(ran.status, Some(0), "{name}: {ran}");
    }
}
