//! One process drives a run: what do others meet, and what does one that lost its run?

use std::path::Path;

use rustix::process::Signal;

use crate::project::{counting, snapshot};
use crate::running::{Running, marks, waiting_step};

#[test]
fn a_stopped_process_keeps_its_run() {
    let project = counting().with("step", &waiting_step());
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.signal(Signal::STOP);
    snapshot!(project.flow("resume"), @"
    exit status 2
    --- stderr
    error: another process drives the run [run]
    help: wait until it ends, or stop it with Ctrl-C where it runs
    ");
    running.signal(Signal::CONT);
    running.let_go();
    let ran = running.end();
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(marks(&project), ["numbers", "step 1", "step 2", "step 3"], "nothing ran twice");
}

#[test]
fn a_process_whose_lock_was_lost_records_nothing_more() {
    let project = counting().with("step", &waiting_step());
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.signal(Signal::STOP);
    for lock in project.path().join(".flow/locks").read_dir().expect("a folder") {
        std::fs::remove_file(lock.expect("an entry").path()).expect("a lock can be removed");
    }
    running.let_go();
    let resumed = project.flow("resume");
    assert_eq!(resumed.status, Some(0), "{resumed}");
    running.signal(Signal::CONT);
    let ran = running.end();
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("another process took over"), "{ran}");
    let shown = project.flow("show --json").json();
    assert_eq!(shown["status"], "succeeded", "the run is that of the process that took over");
}

#[test]
fn a_copied_state_goes_on_only_when_it_is_told_to() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.kill();
    running.end();
    let copy = counting();
    copy_folder(&project.path().join(".flow"), &copy.path().join(".flow"));
    snapshot!(copy.flow("resume"), @"
    exit status 2
    --- stderr
    error: the run [run] was begun elsewhere: this state is a copy, or was restored
    help: make sure that it is driven nowhere else, then: flow resume --take-over
    ");
    let taken = copy.flow("resume --take-over");
    assert_eq!(taken.status, Some(0), "{taken}");
    let again = project.with("go", "").flow("resume");
    assert_eq!(again.status, Some(0), "where it was begun it goes on as before: {again}");
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in from.read_dir().expect("a folder") {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).expect("an entry");
        if path.is_dir() {
            copy_folder(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).expect("a file can be copied");
        }
    }
}

/// Readers never wait for the writer, nor it for them.
#[test]
fn a_run_under_way_can_be_looked_at() {
    let project = counting().with("step", &waiting_step());
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    let shown = project.flow("show --json").json();
    assert_eq!(shown["status"], "unfinished");
    let nodes = shown["nodes"].as_array().expect("a list of nodes");
    let done = nodes.iter().find(|node| node["path"] == "numbers").expect("it is under way");
    assert_eq!(done["state"], "succeeded");
    running.let_go();
    assert_eq!(running.end().status, Some(0));
}
