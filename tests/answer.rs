//! A person's word: a run waits for it, takes it, and goes on or ends.

use crate::project::{Project, snapshot};

const ASKING: &str = "
flow: 1
name: asking
nodes:
  look:
    approve:
      ask: Which of them?
      choices: [red, blue]
  chosen:
    use: value
    with: { value: '${{ look.answer }}' }
outputs:
  chosen: ${{ chosen.value }}
";

fn waiting() -> Project {
    let project = Project::new().with("asking.yaml", ASKING);
    let ran = project.flow("run asking.yaml");
    assert_eq!(ran.status, Some(3), "{ran}");
    project
}

#[test]
fn a_run_waits_for_an_answer_and_goes_on_with_it() {
    let project = waiting();
    snapshot!(project.flow("answer"), @"
        exit status 3
        --- stdout
        look: Which of them?
          1  red
          2  blue
        after it at most 0.00 USD can be spent
        --- stderr
        help: answer with: flow answer [run] --value red
    ");
    snapshot!(project.flow("answer --value green"), @"
        exit status 2
        --- stderr
        error: `green` is none of the choices
        help:   1  red
          2  blue
    ");
    snapshot!(project.flow("answer --value blue"), @"
        exit status 0
        --- stderr
        recorded
        help: go on with: flow resume [run]
    ");
    let resumed = project.flow("resume --json").json();
    assert_eq!(resumed["outputs"]["chosen"], "blue", "{resumed}");
    snapshot!(project.flow("answer --value red"), @"
        exit status 2
        --- stderr
        error: the run [run] waits for no answer
    ");
}

#[test]
fn who_says_no_ends_the_run() {
    let project = waiting();
    snapshot!(project.flow("answer --no"), @"
        exit status 0
        --- stderr
        recorded; the run [run] has ended: failed
    ");
    assert_eq!(project.flow("runs --json").json()["runs"][0]["status"], "failed");
}

#[test]
fn a_run_that_waits_can_be_cancelled() {
    let project = waiting();
    snapshot!(project.flow("cancel"), @"
        exit status 0
        --- stderr
        recorded; the run [run] has ended: cancelled
    ");
    assert_eq!(project.flow("runs --json").json()["runs"][0]["status"], "cancelled");
}

#[test]
fn without_purchases_there_is_nothing_to_say_of_them() {
    let project = waiting();
    snapshot!(project.flow("jobs"), @"
        exit status 0
        --- stderr
        no purchase is open
    ");
}

/// What `flow run asking.yaml` says and does at a terminal where `typed` is typed; none, where no terminal can be made.
fn at_a_terminal(project: &Project, typed: &str) -> Option<crate::project::Ran> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut script = Command::new("script");
    let flow = env!("CARGO_BIN_EXE_flow");
    script.args(["-qec", &format!("{flow} run asking.yaml"), "/dev/null"]);
    script.current_dir(project.path()).env("TERM", "dumb");
    let piped = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().ok()?;
    let mut stdin = child.stdin.take().expect("standard input is piped");
    stdin.write_all(typed.as_bytes()).expect("it reads");
    let ran = project.ran(child.wait_with_output().expect("it ends"));
    drop(stdin);
    Some(ran)
}

#[test]
fn who_sits_at_the_terminal_is_asked_in_place() {
    let project = Project::new().with("asking.yaml", ASKING);
    let Some(ran) = at_a_terminal(&project, "green\nblue\n") else { return };
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.contains("`green` is none of the choices"), "{ran}");
    let chosen = std::fs::read_to_string(project.path().join("out/asking/chosen.txt"));
    assert_eq!(chosen.expect("it was written").trim(), "blue");
}
