//! How does a test call the binary? In a folder of its own, with no setting of the machine that runs it.

use std::fmt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// Hands what `ran` says to `check`, without what differs from run to run: times and ids.
pub(crate) fn settled(ran: &Ran, check: impl FnOnce(String)) {
    insta::with_settings!({ filters => vec![
        (r"\d{8}-\d{6}-[0-9a-f]{6}", "[run]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "[time]"),
        (r"\b\d+\.\d+ s", "[seconds]"),
        (r"\b\d+ min \d+ s", "[seconds]"),
        (r#""seconds": [0-9.e-]+"#, r#""seconds": 0"#),
    ] }, { check(ran.to_string()) });
}

/// Compares a command's exit status and both channels with a snapshot.
macro_rules! snapshot {
    ($ran:expr, @$text:literal) => {
        $crate::project::settled(&$ran, |text| ::insta::assert_snapshot!(text, @$text))
    };
}
pub(crate) use snapshot;

/// A folder that a user works in, gone at the end of the test.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a command came to: what a snapshot of it shows.
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Project {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("the machine has a temporary folder") }
    }

    /// The same with a file in it.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder"))
            .expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `flow` with the words of `line`, which blanks part.
    pub(crate) fn flow(&self, line: &str) -> Ran {
        self.run(&mut self.command(line))
    }

    /// `flow` with the words of `line`, to be started by the test.
    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
        command.args(line.split_whitespace()).current_dir(self.path()).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FLOW_") {
                command.env_remove(name);
            }
        }
        command
    }

    pub(crate) fn run(&self, command: &mut Command) -> Ran {
        self.ran(command.output().expect("the binary starts"))
    }

    /// What `output` says, without the folder's own name.
    pub(crate) fn ran(&self, output: Output) -> Ran {
        let read = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("flow writes UTF-8");
            let folder = self.path().display().to_string();
            text.replace(&folder, "[project]")
        };
        Ran {
            status: output.status.code(),
            stdout: read(output.stdout),
            stderr: read(output.stderr),
        }
    }
}

impl Ran {
    /// The document on standard output.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).expect("standard output holds one JSON document")
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => writeln!(f, "exit status {status}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// Three nodes, one of them a map, and each program leaves a mark of having run.
pub(crate) const COUNTING: &str = r"
flow: 1
name: counting
inputs:
  who: { type: string, default: world }
nodes:
  numbers:
    use: exec/command
    with:
      command: echo numbers >> marks; echo '[1, 2, 3]'
      output: { type: array, items: { type: integer } }
  each:
    map: numbers.output
    as: number
    limit: 1
    nodes:
      step:
        use: exec/command
        with:
          command: [sh, ./step]
          input: ${{ number }}
          output: { type: integer }
    outputs:
      doubled: ${{ step.output }}
  greeting:
    use: value
    with:
      value: Hello, ${{ inputs.who }}!
outputs:
  doubled: ${{ each.doubled }}
  greeting: ${{ greeting.value }}
";

pub(crate) const STEP: &str = "read n; echo step $n >> marks; echo $((n * 2))\n";

pub(crate) fn counting() -> Project {
    Project::new().with("counting.yaml", COUNTING).with("step", STEP)
}
