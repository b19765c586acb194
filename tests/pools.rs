//! Does the command keep the limits that nodes share?

use std::process::Stdio;

use crate::project::Project;

const TURNS: &str = r"
flow: 1
name: turns
pools: { gpu: 1 }
nodes:
  turn:
    map: range(6)
    use: exec/command
    pool: gpu
    with: { command: mkdir held && rmdir held && echo 1 }
outputs: {}
";

#[test]
fn nodes_of_one_pool_go_one_after_the_other() {
    let project = Project::new().with("turns.yaml", TURNS);
    let ran = project.flow("run turns.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
    let log = project.flow("show --log").stdout;
    let mut open = 0;
    for line in log.lines() {
        open += i32::from(line.contains("attempt 1 admitted"));
        open -= i32::from(line.contains("attempt 1 done"));
        assert!(open <= 1, "{log}");
    }
    assert_eq!(log.matches("attempt 1 done").count(), 6, "{log}");
}

const PACED: &str = r"
flow: 1
name: paced
pools: { api: { rate: 60/min } }
nodes:
  call:
    map: range(61)
    use: exec/command
    pool: api
    on_error: drop
    timeout: 10s
    with: { command: 'true' }
outputs: {}
";

#[test]
fn no_more_begin_in_a_minute_than_the_rate_of_a_pool_allows() {
    let project = Project::new().with("paced.yaml", PACED);
    let mut command = project.command("run paced.yaml");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut run = command.spawn().expect("it starts");
    let waits = loop {
        let shown = project.flow("show --log").stdout;
        if shown.matches("attempt 1 done").count() == 60 {
            break project.flow("show");
        }
        assert!(run.try_wait().expect("it can be asked").is_none(), "{shown}");
    };
    assert!(waits.to_string().contains("by its rate"), "{waits}");
    assert_eq!(project.flow("cancel").status, Some(0));
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    let log = project.flow("show --log").stdout;
    assert_eq!(log.matches("attempt 1 admitted").count(), 60, "{log}");
}
