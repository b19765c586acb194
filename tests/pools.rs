//! Does the command keep the limits that nodes share?

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
