//! How does a test watch a run that is under way?

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::project::{Project, Ran, STEP};

/// Leaves its mark, then waits for the file `go`.
pub(crate) fn waiting_step() -> String {
    STEP.replace("; echo $((", "; while [ ! -e go ]; do sleep 0.05; done; echo $((")
}

pub(crate) fn marks(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.path().join("marks")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// A run under way.
pub(crate) struct Running<'a> {
    project: &'a Project,
    child: Child,
    stderr: BufReader<ChildStderr>,
    read: String,
}

impl<'a> Running<'a> {
    pub(crate) fn start(project: &'a Project, line: &str) -> Self {
        let mut command = project.command(line);
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("standard error is piped"));
        Self { project, child, stderr, read: String::new() }
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        self.signal(Signal::INT);
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id()).expect("a process id fits");
        let id = Pid::from_raw(id).expect("a process id is not zero");
        kill_process(id, signal).expect("the process is there");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("the process is there");
    }

    /// Lets the steps end that wait.
    pub(crate) fn let_go(&self) {
        std::fs::write(self.project.path().join("go"), "").expect("a file can be written");
    }

    /// Reads on until a line holds `text`.
    pub(crate) fn wait_for_line(&mut self, text: &str) {
        let from = self.read.len();
        while !self.read[from..].contains(text) {
            let read = self.stderr.read_line(&mut self.read).expect("standard error is text");
            assert!(read > 0, "`{text}` was not said: {}", self.read);
        }
    }

    /// The mark comes from a process that nobody can be told of: looked for again and again, for a minute at most.
    pub(crate) fn wait_for_mark(&self, mark: &str) {
        let end = Instant::now() + Duration::from_mins(1);
        while !marks(self.project).iter().any(|line| line == mark) {
            assert!(Instant::now() < end, "`{mark}` did not come");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    pub(crate) fn end(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.read).expect("standard error is text");
        let mut output = self.child.wait_with_output().expect("the process ends");
        output.stderr = self.read.into_bytes();
        self.project.ran(output)
    }
}
