//! Secrets: a pipeline names them, an attempt gets them, and nothing that is kept or shown holds them.

use std::path::Path;

use crate::project::{Project, snapshot};

const VALUE: &str = "sesame-1739";

fn project(command: &str) -> Project {
    let pipeline = format!(
        "
flow: 1
name: keys
nodes:
  call:
    use: exec/command
    with:
      command: {command}
      variables: {{ TOKEN: '${{{{ secrets.FILM_TOKEN }}}}', HEADER: 'Bearer ${{{{ secrets.FILM_TOKEN }}}}' }}
      output: {{ type: string }}
outputs:
  said: ${{{{ call.output }}}}
"
    );
    Project::new().with("keys.yaml", &pipeline)
}

#[test]
fn a_secret_reaches_its_program_and_nothing_that_is_kept() {
    // The pipeline's own text is kept, so it does not hold the value.
    let command = r#"case "$HEADER" in "Bearer sesame-"*) echo "\"it is $TOKEN\"";; esac"#;
    let project = project(command);
    let project = project.with(".env", &format!("FILM_TOKEN={VALUE}\n"));
    let ran = project.flow("run keys.yaml --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(ran.json()["outputs"]["said"], "it is [secret FILM_TOKEN]", "{ran}");
    for line in ["show --log", "show --json", "show"] {
        let shown = project.flow(line).to_string();
        assert!(!shown.contains(VALUE), "{shown}");
    }
    let run = project.flow("runs --json").json()["runs"][0]["run"].as_str().unwrap().to_owned();
    let node = project.flow(&format!("show {run} call --json"));
    assert!(!node.to_string().contains(VALUE), "{node}");
    assert_eq!(holding(&project.path().join(".flow")), Vec::<String>::new());
}

#[test]
fn what_a_failed_program_says_of_a_secret_is_left_out() {
    let project = project("echo \"no entry with $TOKEN\" >&2; exit 4");
    let project = project.with(".env", &format!("FILM_TOKEN={VALUE}\n"));
    snapshot!(project.flow("run keys.yaml"), @"
        exit status 1
        --- stderr
        call: failed, [seconds]
        error: `call` failed: `sh` ended with status 4:
        no entry with [secret FILM_TOKEN]
        keys: failed in [seconds]; 0 nodes ran, 1 failed; spent 0.00 USD
        help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    assert_eq!(holding(&project.path().join(".flow")), Vec::<String>::new());
}

#[test]
fn without_its_secret_nothing_starts() {
    let project = project("touch started");
    snapshot!(project.flow("run keys.yaml"), @"
        exit status 2
        --- stderr
        error: the secret `FILM_TOKEN` is not set
        help: set the variable FILM_TOKEN, or write `FILM_TOKEN=…` into .env
    ");
    assert!(!project.path().join("started").exists());
}

#[test]
fn nothing_is_computed_of_a_secret() {
    let text = "
flow: 1
name: keys
nodes:
  call:
    use: exec/command
    with:
      command: 'true'
      variables: { TOKEN: '${{ secrets.A ~ secrets.B }}' }
";
    snapshot!(Project::new().with("keys.yaml", text).flow("run keys.yaml"), @"
        exit status 2
        --- stderr
        error[not-yet]: a secret within a larger expression is not supported by this version
         --> keys.yaml:5:3
          |
        5 |   call:
          |   ^^^^
          |
        help: take it out

        error: `keys.yaml` was not run: 1 error
        help: mend what is said above; `flow explain RULE` tells more about the name in brackets
    ");
}

/// Files below `folder` that hold the secret.
fn holding(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(holding(&path));
        } else if std::fs::read(&path)
            .is_ok_and(|bytes| bytes.windows(VALUE.len()).any(|part| part == VALUE.as_bytes()))
        {
            found.push(path.display().to_string());
        }
    }
    found
}
