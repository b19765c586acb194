//! Journals of earlier versions: does what they say still hold?
//!
//! Each is three files in `tests/replay/`: the plan, the ticks, and what they came to. They are never changed: a version
//! that cannot follow one breaks its users' runs.

use std::path::{Path, PathBuf};

use flow_engine::host::history;
use flow_engine::host::store::{Store, record};
use flow_engine::plan::graph::Plan;
use flow_engine::run::RunState;
use flow_engine::run::event::{Outcome, Value};
use flow_engine::time::Timestamp;
use serde_json::{Value as Json, json};

use crate::project::Project;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay")
}

/// What a journal comes to, as its third file has it.
fn end(state: &RunState) -> Json {
    let failures = state.failures().iter().map(|failed| {
        json!({ "path": failed.path, "class": failed.failure.class, "message": failed.failure.message })
    });
    json!({
        "outcome": state.outcome().map(Outcome::word),
        "tally": state.tally(),
        "failures": failures.collect::<Vec<_>>(),
        "result": state.result().map(|value| match value {
            Value::Inline(text) => serde_json::from_str(text).expect("inline values are JSON"),
            Value::Stored(digest) => json!(digest),
        }),
    })
}

#[test]
fn every_golden_journal_replays() {
    let mut replayed = 0;
    for entry in folder().read_dir().expect("the folder is there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "journal") {
            continue;
        }
        let read = |extension: &str| {
            std::fs::read_to_string(path.with_extension(extension)).expect("it has three files")
        };
        let plan: Plan = serde_json::from_str(&read("plan.json")).expect("plans are read for ever");
        let mut state = RunState::default();
        for tick in read("journal").split("\n\n").filter(|tick| !tick.trim().is_empty()) {
            let (now, body) = tick.split_once('\n').expect("a tick has a moment and events");
            let _moment: Timestamp = Timestamp(now.parse().expect("milliseconds"));
            for event in record::read(body).expect("records are read for ever") {
                state.apply(&plan, &event).expect("events are followed for ever");
            }
        }
        let expected: Json = serde_json::from_str(&read("end.json")).expect("JSON");
        assert_eq!(end(&state), expected, "{}", path.display());
        replayed += 1;
    }
    assert!(replayed > 0, "there are golden journals");
}

/// One of everything that a run without money can do.
const EVERYTHING: &str = r#"
flow: 1
name: everything
inputs:
  words: { type: array, items: { type: string }, default: [one, two, three] }
nodes:
  each:
    map: inputs.words
    as: word
    key: word
    limit: 2
    nodes:
      length:
        use: exec/command
        with:
          command: tr -d '\n"' | wc -c
          input: ${{ word }}
          output: { type: integer }
      twice:
        use: value
        with: { value: '${{ length.output }}${{ length.output }}' }
    outputs:
      length: ${{ length.output }}
      twice: ${{ twice.value }}
  some:
    map: inputs.words
    as: word
    on_error: drop
    use: exec/command
    with: { command: 'grep -q t' , input: '${{ word }}' }
  flaky:
    use: exec/command
    with: { command: 'test -e made || { touch made; exit 1; }' }
    retry: { attempts: 2, backoff: 1ms..2ms }
  never:
    when: "false"
    use: value
    with: { value: 1 }
  gone:
    use: exec/command
    with: { command: exit 3 }
    on_error: skip
  inner:
    nodes:
      a: { use: value, with: { value: 1 } }
    outputs: { a: '${{ a.value }}' }
outputs:
  lengths: ${{ each.length }}
  gone: ${{ gone }}
  inner: ${{ inner.a }}
"#;

/// `GOLDEN=NAME cargo test --test flow -- --ignored writes_a_golden_journal` adds one, at each release.
#[test]
#[ignore = "writes a golden journal: only on purpose, with its name in GOLDEN"]
fn writes_a_golden_journal() {
    let name = std::env::var("GOLDEN").expect("GOLDEN=NAME says what it is to be called");
    let path = folder().join(&name);
    assert!(!path.with_extension("journal").exists(), "golden journals are never changed");
    let project = Project::new().with("everything.yaml", EVERYTHING);
    let ran = project.flow("run everything.yaml");
    assert_eq!(ran.status, Some(4), "{ran}");
    let store = Store::look(&project.path().join(".flow")).expect("readable").expect("there");
    let row = store.runs().expect("readable").remove(0);
    let plan = history::plan(&store, &row).expect("a plan");
    let (mut state, mut journal) = (RunState::default(), String::new());
    for tick in store.journal(&row.run).expect("readable") {
        for event in &tick.events {
            state.apply(&plan, event).expect("it was just written");
        }
        journal.push_str(&format!("{}\n{}\n", tick.now.0, record::write(&tick.events)));
    }
    let write = |extension: &str, text: String| {
        std::fs::write(path.with_extension(extension), text).expect("it can be written");
    };
    write("plan.json", serde_json::to_string_pretty(&plan).expect("JSON"));
    write("end.json", format!("{:#}\n", end(&state)));
    write("journal", journal);
}
