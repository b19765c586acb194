//! `flow resume`: what becomes of runs that are stopped or killed?

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::project::{Project, Ran, STEP, counting, snapshot};

#[test]
fn a_stopped_run_lets_end_what_executes_and_goes_on_later() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project);
    running.wait_for_mark("step 1");
    running.signal();
    running.wait_for_line("stopping: what executes may end");
    running.let_go();
    let ran = running.end();
    assert_eq!(ran.status, Some(130), "{ran}");
    assert!(ran.stderr.contains("go on with: flow resume "), "{ran}");
    assert_eq!(marks(&project), ["numbers", "step 1"], "nothing new was started");
    snapshot!(project.flow("resume"), @"
    exit status 0
    --- stdout
    out/counting/doubled.json
    out/counting/greeting.txt
    --- stderr
    each: done, 3 items, [seconds]
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    ");
    assert_eq!(marks(&project), ["numbers", "step 1", "step 2", "step 3"], "nothing ran twice");
    snapshot!(project.flow("resume"), @"
    exit status 2
    --- stderr
    error: the run [run] has ended: succeeded
    help: start a new one: flow run FILE
    ");
}

#[test]
fn a_run_that_is_stopped_twice_ends_at_once() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project);
    running.wait_for_mark("step 1");
    running.signal();
    running.wait_for_line("stopping: what executes may end");
    running.signal();
    running.wait_for_line("stopping now");
    let ran = running.end();
    assert_eq!(ran.status, Some(130), "{ran}");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project);
    running.wait_for_mark("step 1");
    running.child.kill().expect("the process is there");
    running.let_go();
    assert_eq!(running.end().status, None, "it was killed");
    let resumed = project.flow("resume");
    assert_eq!(resumed.status, Some(0), "{resumed}");
    let marks = marks(&project);
    assert_eq!(marks.iter().filter(|mark| *mark == "numbers").count(), 1, "{marks:?}");
    assert_eq!(marks.last().map(String::as_str), Some("step 3"), "{marks:?}");
}

/// Leaves its mark, then waits for the file `go`.
fn waiting_step() -> String {
    STEP.replace("; echo $((", "; while [ ! -e go ]; do sleep 0.05; done; echo $((")
}

fn marks(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.path().join("marks")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// A run under way.
struct Running<'a> {
    project: &'a Project,
    child: Child,
    stderr: BufReader<ChildStderr>,
    read: String,
}

impl<'a> Running<'a> {
    fn start(project: &'a Project) -> Self {
        let mut command = project.command("run counting.yaml");
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
        Self { project, child, stderr, read: String::new() }
    }

    /// As Ctrl-C does.
    fn signal(&self) {
        let id = i32::try_from(self.child.id()).expect("a process id fits");
        let id = Pid::from_raw(id).expect("a process id is not zero");
        kill_process(id, Signal::INT).expect("the process is there");
    }

    /// Lets the steps end that wait.
    fn let_go(&self) {
        std::fs::write(self.project.path().join("go"), "").expect("a file can be written");
    }

    /// Reads on until a line holds `text`.
    fn wait_for_line(&mut self, text: &str) {
        let from = self.read.len();
        while !self.read[from..].contains(text) {
            let read = self.stderr.read_line(&mut self.read).expect("standard error is text");
            assert!(read > 0, "`{text}` was not said: {}", self.read);
        }
    }

    /// The mark comes from a process that nobody can be told of: looked for again and again, for a minute at most.
    fn wait_for_mark(&self, mark: &str) {
        let end = Instant::now() + Duration::from_mins(1);
        while !marks(self.project).iter().any(|line| line == mark) {
            assert!(Instant::now() < end, "`{mark}` did not come");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn end(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.read).expect("standard error is text");
        let mut output = self.child.wait_with_output().expect("the process ends");
        output.stderr = self.read.into_bytes();
        self.project.ran(output)
    }
}
