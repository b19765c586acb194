//! What does the process ask of the kernel, and in which order? Read from a trace of its system calls.
//!
//! Needs `strace`; where there is none, the tests say that they were left out.

use std::process::Command;

use crate::project::{Project, counting};
use crate::running::marks;

/// `flow run` of `pipeline` under strace with `options`, and its trace. Whoever sells keeps a book in the project.
fn traced(
    project: &Project,
    pipeline: &str,
    options: &[&str],
) -> Option<(crate::project::Ran, Vec<String>)> {
    if Command::new("strace").arg("--version").output().is_err() {
        left_out();
        return None;
    }
    let mut strace = Command::new("strace");
    strace.args(["-f", "-y", "-qq", "-s", "64", "-o", "trace"]).args(options);
    strace.args([env!("CARGO_BIN_EXE_flow"), "run", pipeline]).current_dir(project.path());
    strace.env("FLOW_REHEARSAL_BOOK", project.path().join("book"));
    strace.env("FLOW_REHEARSAL_RECOVERY", "client-id");
    let ran = project.run(&mut strace);
    let trace = std::fs::read_to_string(project.path().join("trace")).unwrap_or_default();
    if trace.is_empty() {
        left_out(); // Tracing is not allowed here.
        return None;
    }
    Some((ran, trace.lines().map(str::to_owned).collect()))
}

#[expect(clippy::print_stderr, reason = "a test that was left out must be seen to be")]
fn left_out() {
    eprintln!("left out: nothing can be traced here; install strace");
}

/// The log has been written to and not synced yet, line after line of a trace.
#[derive(Default)]
struct Log {
    is_dirty: bool,
    /// Threads whose sync has begun.
    syncing: Vec<String>,
}

impl Log {
    fn follow(&mut self, line: &str) {
        let thread = line.split_whitespace().next().unwrap_or_default().to_owned();
        let is_log = line.contains("flow.db-wal>");
        if is_log && line.contains("pwrite64(") {
            self.is_dirty = true;
        } else if is_log && line.contains("sync(") {
            if line.ends_with("= 0") {
                self.is_dirty = false;
            } else {
                self.syncing.push(thread);
            }
        } else if line.contains("sync resumed") && line.ends_with("= 0") {
            self.is_dirty &= !self.syncing.contains(&thread);
            self.syncing.retain(|syncing| *syncing != thread);
        }
    }
}

#[test]
fn no_program_starts_before_the_commit_that_admits_it_is_synced() {
    let project = counting();
    let calls = "trace=pwrite64,fsync,fdatasync,execve";
    let Some((ran, trace)) = traced(&project, "counting.yaml", &["-e", calls]) else { return };
    assert_eq!(ran.status, Some(0), "{ran}");
    let (mut log, mut starts) = (Log::default(), 0);
    for line in &trace {
        log.follow(line);
        // The first program of each step is the shell.
        if line.contains("execve(") && line.contains("[\"sh\"") && line.ends_with("= 0") {
            assert!(!log.is_dirty, "started before the log was synced: {line}");
            starts += 1;
        }
    }
    assert_eq!(starts, 4, "numbers and three steps");
}

#[test]
fn after_a_failed_sync_nothing_more_is_written_and_another_process_goes_on() {
    let project = counting();
    // The state is made by a run before: from then on only the writing thread syncs.
    assert_eq!(project.flow("run counting.yaml").status, Some(0));
    let fault = "inject=fsync,fdatasync:error=EIO:when=3+";
    let calls = "trace=fsync,fdatasync,pwrite64";
    let Some((ran, trace)) = traced(&project, "counting.yaml", &["-e", calls, "-e", fault]) else {
        return;
    };
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("cannot be written"), "{ran}");
    let failed =
        trace.iter().position(|line| line.contains("flow.db-wal>") && line.contains("EIO"));
    let failed = failed.expect("a sync of the log failed");
    let later = trace[failed + 1..].iter().filter(|line| line.contains("flow.db"));
    assert_eq!(later.count(), 0, "the log is left alone: {:?}", &trace[failed..]);
    let resumed = project.flow("resume");
    assert_eq!(resumed.status, Some(0), "{resumed}");
    assert!(marks(&project).ends_with(&["step 3".to_owned()]));
}

/// Two pictures, one after the other.
const SHOP: &str = r"
flow: 1
name: shop
budget: 1 USD
nodes:
  first: { use: image/generate, provider: rehearsal, with: { prompt: a hill } }
  second: { use: image/generate, provider: rehearsal, needs: [first], with: { prompt: a tree } }
";

#[test]
fn no_request_that_buys_leaves_before_its_claim_is_synced() {
    let project = Project::new().with("shop.yaml", SHOP);
    let calls = "trace=pwrite64,write,fsync,fdatasync";
    let options = ["-s", "8192", "-e", calls];
    let Some((ran, trace)) = traced(&project, "shop.yaml", &options) else { return };
    assert_eq!(ran.status, Some(0), "{ran}");
    let (mut log, mut written, mut requests) = (Log::default(), String::new(), 0);
    for line in &trace {
        log.follow(line);
        if line.contains("flow.db-wal>") && line.contains("pwrite64(") {
            written.push_str(line);
        }
        // The seller writes down what he is asked for, as soon as he has read it.
        if line.contains("/book>") && line.contains("write(") {
            requests += 1;
            let name = line.split_once(r#"client_ref\":\""#).map(|(_, rest)| &rest[..26]);
            let name = name.unwrap_or_else(|| panic!("the book names the purchase: {line}"));
            assert!(written.contains(name), "its claim is not in the log: {line}");
            assert!(!log.is_dirty, "it left before the log was synced: {line}");
        }
    }
    assert_eq!(requests, 2, "two were bought");
}
