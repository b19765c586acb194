//! `flow run`: what does a run look like from outside?

use std::process::Stdio;

use serde_json::{Value as Json, json};

use crate::project::{COUNTING, Project, counting, snapshot};

#[test]
fn a_run_tells_its_nodes_and_ends_with_the_files_of_its_outputs() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml -i who=you"), @"
    exit status 0
    --- stdout
    out/counting/doubled.json
    out/counting/greeting.txt
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: done, 3 items, [seconds]
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    ");
    let file = |name| std::fs::read_to_string(project.path().join("out/counting").join(name));
    assert_eq!(file("greeting.txt").expect("the output is there"), "Hello, you!");
    let doubled: Json =
        serde_json::from_str(&file("doubled.json").expect("the output is there")).expect("JSON");
    assert_eq!(doubled, json!([2, 4, 6]));
}

#[test]
#[cfg(target_os = "linux")]
fn a_terminal_gets_lines_that_change_and_stay_when_nodes_end() {
    let project = counting();
    // The binary writes to the terminal that `script` makes.
    let line = format!("{} run counting.yaml", env!("CARGO_BIN_EXE_flow"));
    let mut script = std::process::Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
    let ran = project.run(script.current_dir(project.path()).stdin(Stdio::null()));
    assert_eq!(ran.status, Some(0), "{ran}");
    for part in ["waits for numbers", "✓", "each: done, 3 items", "\u{1b}["] {
        assert!(ran.stdout.contains(part), "{part}: {ran}");
    }
}

#[test]
fn programs_get_one_document_of_a_run() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml --json --out there"), @r#"
    exit status 0
    --- stdout
    {
      "run": "[run]",
      "status": "succeeded",
      "outputs": {
        "doubled": [
          2,
          4,
          6
        ],
        "greeting": "Hello, world!"
      },
      "spent": "0.00 USD",
      "seconds": 0,
      "nodes": {
        "ran": 5,
        "cached": 0,
        "skipped": 0,
        "failed": 0,
        "cancelled": 0,
        "dropped": 0
      },
      "failures": []
    }
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: done, 3 items, [seconds]
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    "#);
    assert!(project.path().join("there/greeting.txt").is_file());
}

#[test]
fn a_failure_names_the_node_and_leaves_no_folder_of_outputs() {
    let project = counting().with("step", "echo no luck >&2; exit 3\n");
    snapshot!(project.flow("run counting.yaml"), @"
    exit status 1
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: failed, 0 of 3 items, [seconds]
    error: `each[0]/step` failed: `sh` ended with status 3:
    no luck
    counting: failed in [seconds]; 2 nodes ran, 1 failed; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    assert!(!project.path().join("out/counting").exists());
}

#[test]
fn values_that_do_not_fit_are_refused_before_anything_starts() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml -i whoo=you"), @"
    exit status 2
    --- stderr
    error: there is no input `whoo`; `who` is one
    help: the inputs are who
    ");
    snapshot!(project.flow("run counting.yaml -i who"), @"
    exit status 2
    --- stderr
    error: invalid value 'who' for '--input <NAME=VALUE>': a value is given as `name=value`

    For more information, try '--help'.
    ");
    let ran = project.flow("run counting.yaml --provider nothing=local");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.starts_with("error: there is no capability `nothing`\nhelp: "), "{ran}");
    snapshot!(project.flow("run counting.yaml --out counting.yaml/out"), @"
    exit status 2
    --- stderr
    error: cannot write `counting.yaml/out`: Not a directory (os error 20)
    help: name a folder that can be written: --out DIR
    ");
    assert!(!project.path().join("marks").exists());
}

#[test]
fn settings_come_from_the_environment_and_from_its_file() {
    let project = counting().with(".env", "FLOW_STATE=there\nFLOW_PROVIDER_SPEECH=local\n");
    assert_eq!(project.flow("run counting.yaml").status, Some(0));
    assert!(project.path().join("there/flow.db").is_file());
    let mut command = project.command("run counting.yaml --state elsewhere");
    assert_eq!(project.run(command.env("FLOW_STATE", "nowhere")).status, Some(0));
    assert!(project.path().join("elsewhere/flow.db").is_file());
    assert!(!project.path().join("nowhere").exists(), "the command line goes first");
    let mut command = project.command("run counting.yaml");
    snapshot!(project.run(command.env("FLOW_PROVIDER_SPEECH", "nobody")), @"
        exit status 2
        --- stderr
        error: there is no provider `nobody` for `speech`
        help: change FLOW_PROVIDER_SPEECH, or unset it; take one of elevenlabs, google, local, rehearsal
    ");
}

#[test]
fn files_are_taken_in_and_come_out_under_the_names_of_outputs() {
    let project = Project::new().with("notes.txt", "Notes of one line.\n").with(
        "texts/reading.yaml",
        r#"
flow: 1
name: reading
inputs:
  article: { x-media: "text/*" }
nodes:
  beside:
    use: document/read
    with:
      file: ../notes.txt
outputs:
  article: ${{ inputs.article }}
  both: ["${{ inputs.article }}", "${{ inputs.article }}"]
  notes: ${{ beside.text }}
"#,
    );
    let project = project.with("article.md", "# Title\n\nA sentence.\n");
    snapshot!(project.flow("run texts/reading.yaml -i article=@article.md"), @"
    exit status 0
    --- stdout
    out/reading/article.md
    out/reading/both-1.md
    out/reading/both-2.md
    out/reading/notes.txt
    --- stderr
    beside: done, [seconds]
    reading: succeeded in [seconds]; 1 node ran; spent 0.00 USD
    ");
    let copy = std::fs::read_to_string(project.path().join("out/reading/article.md"));
    assert_eq!(copy.expect("the output is there"), "# Title\n\nA sentence.\n");
    let document = project.flow("run texts/reading.yaml -i article=article.md --json").json();
    assert_eq!(document["outputs"]["article"]["path"], "out/reading/article.md", "{document}");
    snapshot!(project.flow("run texts/reading.yaml"), @"
    exit status 2
    --- stderr
    error: the input `article` is required
    help: add -i article=@FILE
    ");
    snapshot!(project.flow("run texts/reading.yaml -i article=@missing.md"), @"
    exit status 2
    --- stderr
    error: `article` takes a file, and there is none at `missing.md`
    help: give the path of one (text): -i article=@FILE
    ");
    let project = project.with("picture.png", "\u{0}not text");
    snapshot!(project.flow("run texts/reading.yaml -i article=picture.png"), @"
    exit status 2
    --- stderr
    error: `article` takes text, and `picture.png` is image/png
    help: name another file: text
    ");
    std::fs::remove_file(project.path().join("notes.txt")).expect("the file is there");
    snapshot!(project.flow("run texts/reading.yaml -i article=article.md"), @"
    exit status 2
    --- stderr
    error: cannot read `texts/../notes.txt` for the pipeline: No such file or directory (os error 2)
    help: put a file there (text, PDF, XHTML or DOCX), or name another one
    ");
}

#[test]
fn a_broken_pipeline_is_not_run() {
    let project = counting().with("counting.yaml", &COUNTING.replace("number }}", "nmber }}"));
    let ran = project.flow("run counting.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("`nmber`"), "{ran}");
    let document = project.flow("run counting.yaml --json").json();
    assert_eq!(document["diagnostics"][0]["severity"], "error", "{document}");
    assert!(!project.path().join("marks").exists());
}
