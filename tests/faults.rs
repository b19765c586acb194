//! What happens when the machine fails: no space, no right to write, a lock, a clock, a child that does not behave?
//!
//! Some of it needs the right to mount; where there is none, the test says that it was left out.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::project::{Project, STEP, counting};
use crate::running::{Running, marks, waiting_step};

/// A mounted folder, until the end of the test.
struct Mount(PathBuf);

impl Mount {
    /// None, where one may not mount; says so.
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        let mounted = Command::new("mount").args(arguments).arg(at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(at.into()));
        }
        left_out("nothing may be mounted here");
        None
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status()); // What stays is gone with the machine.
    }
}

#[expect(clippy::print_stderr, reason = "a test that was left out must be seen to be")]
fn left_out(why: &str) {
    eprintln!("left out: {why}");
}

/// A state folder on a disk of its own.
fn on_small_disk(project: &Project, size: &str) -> Option<Mount> {
    let folder = project.path().join(".flow");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    Mount::new(&["-t", "tmpfs", "-o", size, "none"], &folder)
}

/// Writes a file until the disk has no byte left.
fn fill(path: &Path) {
    let mut file = File::create(path).expect("a file can be made");
    for size in [1 << 20, 4096, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

#[test]
fn a_full_disk_lets_what_is_under_way_be_recorded_and_the_run_go_on_later() {
    let project = counting().with("step", &waiting_step());
    let Some(_disk) = on_small_disk(&project, "size=40m") else { return };
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    let filler = project.path().join(".flow/filler");
    fill(&filler);
    running.let_go();
    let ran = running.end();
    assert_eq!(ran.status, Some(1), "{ran}");
    let said = "the disk of the state folder is full; what was under way is recorded";
    assert!(ran.stderr.contains(said), "{ran}");
    std::fs::remove_file(filler).expect("a file can be removed");
    let resumed = project.flow("resume");
    assert_eq!(resumed.status, Some(0), "{resumed}");
    assert_eq!(marks(&project), ["numbers", "step 1", "step 2", "step 3"], "nothing ran twice");
}

#[test]
fn a_disk_that_was_full_from_the_start_runs_nothing() {
    let project = counting();
    let Some(_disk) = on_small_disk(&project, "size=1m") else { return };
    fill(&project.path().join(".flow/filler"));
    let ran = project.flow("run counting.yaml");
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(marks(&project).is_empty(), "{ran}");
}

#[test]
fn a_state_that_cannot_be_written_is_read_and_nothing_is_run() {
    let project = counting();
    assert_eq!(project.flow("run counting.yaml").status, Some(0));
    let before = marks(&project);
    let folder = project.path().join(".flow");
    let source = folder.display().to_string();
    let Some(_bound) = Mount::new(&["--bind", &source], &folder) else { return };
    let Some(_bound) = Mount::new(&["-o", "remount,ro,bind"], &folder) else { return };
    let listed = project.flow("runs --json");
    assert_eq!(listed.status, Some(0), "{listed}");
    let ran = project.flow("run counting.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("ead-only") && ran.stderr.contains("--state DIR"), "{ran}");
    assert_eq!(marks(&project), before);
}

#[test]
fn a_database_that_another_program_locks_is_waited_for() {
    let project = counting().with("step", &waiting_step());
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    let other =
        rusqlite::Connection::open(project.path().join(".flow/flow.db")).expect("it is there");
    other.execute_batch("BEGIN IMMEDIATE").expect("the run waits for its step");
    running.let_go();
    let listed = project.flow("runs --json");
    assert_eq!(listed.status, Some(0), "readers do not wait: {listed}");
    other.execute_batch("COMMIT").expect("it was begun");
    let ran = running.end();
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(marks(&project), ["numbers", "step 1", "step 2", "step 3"]);
}

/// A pipeline of one command.
fn command(script: &str, more: &str) -> Project {
    let text = format!(
        "flow: 1\nname: one\nnodes:\n  one:\n    use: exec/command\n    {more}\n    with:\n      command: sh ./script\n"
    );
    Project::new().with("one.yaml", &text).with("script", script)
}

#[test]
fn ten_gigabytes_of_output_fill_no_memory() {
    // Standard output above its limit fails; of standard error the end is kept.
    for (to, status, said) in [("1", 1, "wrote more than"), ("2", 0, "succeeded")] {
        let project = command(&format!("head -c 10G /dev/zero >&{to}\n"), "timeout: 5m");
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 4000000; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_flow")]);
        shell.args(["run", "one.yaml"]).current_dir(project.path());
        let ran = project.run(&mut shell);
        assert_eq!(ran.status, Some(status), "{ran}");
        assert!(ran.stderr.contains(said), "{ran}");
    }
}

#[test]
fn a_child_that_ignores_sigterm_ends_with_its_attempt_and_so_do_those_that_it_left() {
    let script =
        "trap '' TERM; sleep 1000 & echo $! > grandchild; echo $$ > child; wait; sleep 1000\n";
    let project = command(script, "timeout: 1s");
    let ran = project.flow("run one.yaml");
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("no end within its timeout"), "{ran}");
    for name in ["child", "grandchild"] {
        let id = std::fs::read_to_string(project.path().join(name)).expect("it was started");
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
        let runs = stat.is_ok_and(|stat| !stat.contains(") Z "));
        assert!(!runs, "the {name} {id} is still there");
    }
}

#[test]
fn a_child_that_closes_its_standard_input_is_no_failure() {
    let list = vec!["a long word"; 20_000];
    let text = format!(
        "flow: 1\nname: one\nnodes:\n  one:\n    use: exec/command\n    with:\n      command: exec 0<&-; echo 1\n      input: {}\n",
        serde_json::to_string(&list).expect("texts")
    );
    let ran = Project::new().with("one.yaml", &text).flow("run one.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
}

#[test]
fn a_step_that_is_killed_with_its_run_leaves_no_child_behind() {
    let project = counting().with(
        "step",
        &STEP.replace("; echo $((", "; sleep 1000 & echo $! > child; wait; echo $(("),
    );
    let mut running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.kill();
    running.end();
    let project = project.with("step", STEP);
    assert_eq!(project.flow("resume").status, Some(0));
    let id = std::fs::read_to_string(project.path().join("child")).expect("it was started");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", id.trim()));
    assert!(!stat.is_ok_and(|stat| !stat.contains(") Z ")), "{id} is still there");
}
