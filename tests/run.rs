//! `flow run`, `resume`, `runs`, `show` and `call`: what do runs look like from outside?

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::project::{Project, Ran};

/// Three nodes, one of them a map, and each program leaves a mark of having run.
const COUNTING: &str = r"
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

const STEP: &str = "read n; echo step $n >> marks; echo $((n * 2))\n";

fn counting() -> Project {
    Project::new().with("counting.yaml", COUNTING).with("step", STEP)
}

/// Times and ids differ from run to run.
fn assert_settled(ran: &Ran, check: impl FnOnce(String)) {
    insta::with_settings!({ filters => vec![
        (r"\d{8}-\d{6}-[0-9a-f]{6}", "[run]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", "[time]"),
        (r"\b\d+\.\d+ s", "[seconds]"),
        (r#""seconds": [0-9.e-]+"#, r#""seconds": 0"#),
    ] }, { check(ran.to_string()) });
}

macro_rules! snapshot {
    ($ran:expr, @$text:literal) => {
        assert_settled(&$ran, |text| insta::assert_snapshot!(text, @$text))
    };
}

#[test]
fn a_run_tells_its_nodes_and_ends_with_the_files_of_its_outputs() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml -i who=you"), @"
    exit status 0
    --- stdout
    out/counting/doubled.json
    out/counting/greeting.txt
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: done, 3 items, [seconds]
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    ");
    let file = |name| std::fs::read_to_string(project.path().join("out/counting").join(name));
    assert_eq!(file("greeting.txt").expect("the output is there"), "Hello, you!");
    let doubled: Json =
        serde_json::from_str(&file("doubled.json").expect("the output is there")).expect("JSON");
    assert_eq!(doubled, json!([2, 4, 6]));
}

#[test]
fn programs_get_one_document_of_a_run() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml --json --out there"), @r#"
    exit status 0
    --- stdout
    {
      "run": "[run]",
      "status": "succeeded",
      "outputs": {
        "doubled": [
          2,
          4,
          6
        ],
        "greeting": "Hello, world!"
      },
      "spent": "0.00 USD",
      "seconds": 0,
      "nodes": {
        "ran": 5,
        "cached": 0,
        "skipped": 0,
        "failed": 0,
        "cancelled": 0,
        "dropped": 0
      },
      "failures": []
    }
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: done, 3 items, [seconds]
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    "#);
    assert!(project.path().join("there/greeting.txt").is_file());
}

#[test]
fn runs_and_nodes_can_be_asked_about_afterwards() {
    let project = counting();
    assert_eq!(project.flow("run counting.yaml").status, Some(0));
    snapshot!(project.flow("runs"), @"
    exit status 0
    --- stdout
    run                     pipeline  status     started                   took   spent
    [run]  counting  succeeded  [time]  [seconds]  0.00 USD
    ");
    snapshot!(project.flow("runs --json"), @r#"
    exit status 0
    --- stdout
    {
      "runs": [
        {
          "run": "[run]",
          "pipeline": "counting",
          "status": "succeeded",
          "started": "[time]",
          "seconds": 0,
          "spent": "0.00 USD"
        }
      ]
    }
    "#);
    snapshot!(project.flow("show"), @r#"
    exit status 0
    --- stdout
    [run]  counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    started [time]

    node          kind          state      attempts  took
    greeting      value         succeeded  0
    numbers       exec/command  succeeded  1         [seconds]
    each          map           succeeded  0
    each[0]/step  exec/command  succeeded  1         [seconds]
    each[1]/step  exec/command  succeeded  1         [seconds]
    each[2]/step  exec/command  succeeded  1         [seconds]

    outputs
    {
      "doubled": [
        2,
        4,
        6
      ],
      "greeting": "Hello, world!"
    }
    "#);
    let listed = project.flow("runs --json").json();
    let run = listed["runs"][0]["run"].as_str().expect("a run has an id");
    snapshot!(project.flow(&format!("show {run} each[1]/step")), @r#"
    exit status 0
    --- stdout
    each[1]/step  exec/command: succeeded after 1 attempt, [seconds]

    input
    {
      "command": [
        "sh",
        "./step"
      ],
      "input": 2,
      "output": {
        "type": "integer"
      }
    }

    output
    {
      "output": 4
    }
    "#);
    snapshot!(project.flow(&format!("show {run} each[1]/step --log")), @"
    exit status 0
    --- stdout
    at                        node          what
    [time]  each[1]/step  attempt 1 admitted
    [time]  each[1]/step  attempt 1 done in [seconds]
    ");
    snapshot!(project.flow(&format!("show {run} each[1]/stop")), @"
    exit status 2
    --- stderr
    error: nothing happened at `each[1]/stop` in [run]
    help: did you mean `each[1]/step`?
    ");
    snapshot!(project.flow("show nothing-like-it"), @"
    exit status 2
    --- stderr
    error: no run is called `nothing-like-it`
    help: `flow runs` lists them
    ");
}

#[test]
fn a_project_without_runs_says_so() {
    let project = Project::new();
    snapshot!(project.flow("runs"), @"
    exit status 0
    --- stderr
    there are no runs yet; start one: flow run FILE
    ");
    snapshot!(project.flow("runs --json"), @r#"
    exit status 0
    --- stdout
    {
      "runs": []
    }
    "#);
    snapshot!(project.flow("show"), @"
    exit status 2
    --- stderr
    error: there are no runs: `.flow` holds no state
    help: go to the project's folder, or name its state: --state DIR
    ");
    assert!(!project.path().join(".flow").exists(), "looking makes nothing");
}

#[test]
fn a_failure_names_the_node_and_leaves_no_folder_of_outputs() {
    let project = counting().with("step", "echo no luck >&2; exit 3\n");
    snapshot!(project.flow("run counting.yaml"), @"
    exit status 1
    --- stderr
    greeting: done, [seconds]
    numbers: done, [seconds]
    each: failed, 0 of 3 items, [seconds]
    error: `each[0]/step` failed: `sh` ended with status 3:
    no luck
    counting: failed in [seconds]; 2 nodes ran, 1 failed; spent 0.00 USD
    help: `flow show [run]` tells more; once it is mended, run it again: what is done is taken from the cache
    ");
    assert!(!project.path().join("out/counting").exists());
}

#[test]
fn values_that_do_not_fit_are_refused_before_anything_starts() {
    let project = counting();
    snapshot!(project.flow("run counting.yaml -i whoo=you"), @"
    exit status 2
    --- stderr
    error: there is no input `whoo`; `who` is one
    help: the inputs are who
    ");
    snapshot!(project.flow("run counting.yaml -i who"), @"
    exit status 2
    --- stderr
    error: invalid value 'who' for '--input <NAME=VALUE>': a value is given as `name=value`

    For more information, try '--help'.
    ");
    let ran = project.flow("run counting.yaml --provider nothing=local");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.starts_with("error: no kind has providers of `nothing`\nhelp: "), "{ran}");
    snapshot!(project.flow("run counting.yaml --out counting.yaml/out"), @"
    exit status 2
    --- stderr
    error: cannot write `counting.yaml/out`: Not a directory (os error 20)
    help: name a folder that can be written: --out DIR
    ");
    assert!(!project.path().join("marks").exists());
}

#[test]
fn files_are_taken_in_and_come_out_under_the_names_of_outputs() {
    let project = Project::new().with("notes.txt", "Notes of one line.\n").with(
        "texts/reading.yaml",
        r#"
flow: 1
name: reading
inputs:
  article: { x-media: "text/*" }
nodes:
  beside:
    use: document/read
    with:
      file: ../notes.txt
outputs:
  article: ${{ inputs.article }}
  both: ["${{ inputs.article }}", "${{ inputs.article }}"]
  notes: ${{ beside.text }}
"#,
    );
    let project = project.with("article.md", "# Title\n\nA sentence.\n");
    snapshot!(project.flow("run texts/reading.yaml -i article=@article.md"), @"
    exit status 0
    --- stdout
    out/reading/article.md
    out/reading/both-1.md
    out/reading/both-2.md
    out/reading/notes.txt
    --- stderr
    beside: done, [seconds]
    reading: succeeded in [seconds]; 1 node ran; spent 0.00 USD
    ");
    let copy = std::fs::read_to_string(project.path().join("out/reading/article.md"));
    assert_eq!(copy.expect("the output is there"), "# Title\n\nA sentence.\n");
    let document = project.flow("run texts/reading.yaml -i article=article.md --json").json();
    assert_eq!(document["outputs"]["article"]["path"], "out/reading/article.md", "{document}");
    snapshot!(project.flow("run texts/reading.yaml"), @"
    exit status 2
    --- stderr
    error: the input `article` is required
    help: add -i article=@FILE
    ");
    snapshot!(project.flow("run texts/reading.yaml -i article=@missing.md"), @"
    exit status 2
    --- stderr
    error: `article` takes a file (text/*), and there is none at `missing.md`
    help: give the path of one: -i article=@path/to/file
    ");
    let project = project.with("picture.png", "\u{0}not text");
    snapshot!(project.flow("run texts/reading.yaml -i article=picture.png"), @"
    exit status 2
    --- stderr
    error: `article` takes a file of text/*, and `picture.png` is image/png
    help: name a file of text/*
    ");
    std::fs::remove_file(project.path().join("notes.txt")).expect("the file is there");
    snapshot!(project.flow("run texts/reading.yaml -i article=article.md"), @"
    exit status 2
    --- stderr
    error: cannot read `texts/../notes.txt` for the pipeline: No such file or directory (os error 2)
    help: put a file of text/*, application/pdf, application/xhtml+xml, application/vnd.openxmlformats-officedocument.wordprocessingml.document, application/octet-stream there, or name another one
    ");
}

#[test]
fn a_broken_pipeline_is_not_run() {
    let project = counting().with("counting.yaml", &COUNTING.replace("number }}", "nmber }}"));
    let ran = project.flow("run counting.yaml");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("`nmber`"), "{ran}");
    let document = project.flow("run counting.yaml --json").json();
    assert_eq!(document["diagnostics"][0]["severity"], "error", "{document}");
    assert!(!project.path().join("marks").exists());
}

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

#[test]
fn a_kind_can_be_called_alone() {
    let project = Project::new();
    snapshot!(project.flow("call value -i value={\"a\":1} --json"), @r#"
    exit status 0
    --- stdout
    {
      "run": "[run]",
      "status": "succeeded",
      "outputs": {
        "value": {
          "a": 1
        }
      },
      "spent": "0.00 USD",
      "seconds": 0,
      "nodes": {
        "ran": 1,
        "cached": 0,
        "skipped": 0,
        "failed": 0,
        "cancelled": 0,
        "dropped": 0
      },
      "failures": []
    }
    --- stderr
    call: done, [seconds]
    call-value: succeeded in [seconds]; 1 node ran; spent 0.00 USD
    "#);
    snapshot!(project.flow("call exec/command -i command=[\"echo\",\"\\\"${{x}}\\\"\"]"), @r#"
    exit status 0
    --- stdout
    {
      "output": "${{x}}"
    }
    --- stderr
    call: done, [seconds]
    call-exec-command: succeeded in [seconds]; 1 node ran; spent 0.00 USD
    "#);
    snapshot!(project.flow("call exec/command"), @"
    exit status 2
    --- stderr
    error: `exec/command` needs `command`
    help: give each port by -i PORT=VALUE; `flow kinds exec/command` tells what they take
    ");
    snapshot!(project.flow("call value -i vlaue=1"), @"
    exit status 2
    --- stderr
    error: `value` needs `value`; `value` has no port `vlaue`
    help: give each port by -i PORT=VALUE; `flow kinds value` tells what they take
    ");
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
