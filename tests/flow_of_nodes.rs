//! What the keys of a node do in a run: maps, rounds, gates, failures, and what is done again or undone.

use serde_json::{Value as Json, json};

use crate::project::{Project, Ran};

/// Runs a pipeline of these nodes and outputs.
fn run(nodes: &str) -> (Project, Ran) {
    let project = Project::new().with("p.yaml", &format!("flow: 1\nname: p\n{nodes}"));
    let ran = project.flow("run p.yaml --json");
    (project, ran)
}

fn outputs(ran: &Ran) -> Json {
    ran.json()["outputs"].clone()
}

#[test]
fn items_hand_on_what_they_carry_and_rounds_keep_the_best() {
    let (project, ran) = run(r#"
nodes:
  sums:
    map: "[3, 4, 5]"
    as: n
    key: n
    carry: { total: sum.value }
    nodes:
      sum: { use: value, with: { value: "${{ n + (total | default(0)) }}" } }
    outputs: { sum: "${{ sum.value }}" }
  draft:
    repeat: { max: 3, until: "false", best: score.value }
    carry: { round: next.value }
    nodes:
      next: { use: value, with: { value: "${{ (round | default(0)) + 1 }}" } }
      score: { use: value, with: { value: "${{ 10 - (next.value - 2) * (next.value - 2) }}" } }
    outputs: { round: "${{ next.value }}" }
outputs:
  sums: ${{ sums.sum }}
  round: ${{ draft.round }}
"#);
    assert_eq!(outputs(&ran), json!({ "sums": [3, 7, 12], "round": 2 }), "{ran}");
    let shown = project.flow("show --json").json();
    let paths: Vec<_> = shown["nodes"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
    assert!(paths.contains(&&json!("sums[4]/sum")), "an item goes by its key: {shown}");
    assert!(paths.contains(&&json!("draft[3]/score")), "{shown}");
}

#[test]
fn a_list_that_is_too_long_starts_nothing() {
    let (_, ran) = run(r#"
nodes:
  list: { use: exec/command, with: { command: "echo [1,2,3]", output: { type: array } } }
  each:
    map: list.output
    max_items: 2
    use: exec/command
    with: { command: touch made }
"#);
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("more than `max_items: 2` allows"), "{ran}");
}

/// A gate that stays closed.
fn gated(otherwise: &str) -> String {
    format!(
        r#"
nodes:
  clips: {{ use: value, with: {{ value: [1, 2] }} }}
  film:
    use: value
    needs: {{ clips: {{ when: "clips.value | length >= 3", else: {otherwise} }} }}
    with: {{ value: done }}
outputs: {{ film: "${{{{ film.value }}}}" }}
"#
    )
}

#[test]
fn a_gate_that_stays_closed_fails_skips_or_asks() {
    let (_, failed) = run(&gated("fail"));
    assert_eq!(failed.status, Some(1), "{failed}");
    let (_, skipped) = run(&gated("skip"));
    assert_eq!(
        (skipped.status, outputs(&skipped)),
        (Some(0), json!({ "film": null })),
        "{skipped}"
    );
    let (project, asked) = run(&gated("ask"));
    assert_eq!(asked.status, Some(3), "{asked}");
    assert_eq!(project.flow("answer --value yes").status, Some(0));
    let resumed = project.flow("resume --json");
    assert_eq!(outputs(&resumed), json!({ "film": "done" }), "{resumed}");
}

#[test]
fn an_answer_fits_its_schema_and_what_costs_little_is_not_asked_about() {
    let (project, asked) = run(r#"
budget: 1 USD
nodes:
  cheap: { approve: { ask: Go on?, above: 2 USD } }
  length:
    approve:
      ask: How long?
      schema: { type: object, properties: { seconds: { type: integer } }, required: [seconds] }
    needs: [cheap]
outputs: { seconds: "${{ length.answer.seconds }}" }
"#);
    assert_eq!(asked.status, Some(3), "{asked}");
    let wrong = project.flow(r#"answer --value {"seconds":"many"}"#);
    assert_eq!(wrong.status, Some(2), "{wrong}");
    assert_eq!(project.flow(r#"answer --value {"seconds":3}"#).status, Some(0));
    assert_eq!(outputs(&project.flow("resume --json")), json!({ "seconds": 3 }));
}

#[test]
fn what_a_failed_run_did_is_undone_the_last_first() {
    let (project, ran) = run(r#"
nodes:
  a:
    use: exec/command
    with: { command: "echo 1" }
    undo: { use: exec/command, with: { command: "echo a${{ a.output }} >> undone" } }
  b:
    use: exec/command
    needs: [a]
    with: { command: "echo 2" }
    undo: { use: exec/command, with: { command: "echo b${{ b.output }} >> undone" } }
  c: { use: exec/command, needs: [b], with: { command: exit 1 } }
"#);
    assert_eq!(ran.status, Some(1), "{ran}");
    let undone = std::fs::read_to_string(project.path().join("undone")).unwrap_or_default();
    assert_eq!(undone, "b2\na1\n", "{ran}");
    let again = project.flow("resume --from a");
    assert_eq!(again.status, Some(2), "not after it was undone: {again}");
}

#[test]
fn items_that_fail_are_left_out_and_a_node_that_fails_gives_null() {
    let (_, ran) = run(r#"
nodes:
  odd:
    map: "['1', '2', '3']"
    as: n
    on_error: drop
    use: exec/command
    with: { command: [sh, -c, 'test "$0" != 2 && echo "$0"', "${{ n }}"], output: { type: integer } }
  lost: { use: exec/command, with: { command: exit 1 }, on_error: skip }
outputs: { odd: "${{ odd.output }}", lost: "${{ lost.output }}" }
"#);
    assert_eq!(ran.status, Some(4), "{ran}");
    assert_eq!(outputs(&ran), json!({ "odd": [1, 3], "lost": null }), "{ran}");
}

#[test]
fn an_attempt_is_made_again_ended_in_time_or_replaced() {
    let (project, ran) = run(r#"
nodes:
  again:
    use: exec/command
    with: { command: "test -e tried && echo 1 || { touch tried; exit 1; }" }
    retry: { attempts: 2, backoff: 1ms..2ms }
  late:
    use: exec/command
    with: { command: tail -f /dev/null, output: { type: string } }
    timeout: 100ms
    fallback: [{ value: { output: plain } }]
outputs: { again: "${{ again.output }}", late: "${{ late.output }}" }
"#);
    assert_eq!(outputs(&ran), json!({ "again": 1, "late": "plain" }), "{ran}");
    let log = project.flow("show --log").stdout;
    assert!(log.contains("failed (timeout)"), "{log}");
}

#[test]
fn what_may_not_be_used_again_is_made_again() {
    let picture = |cache: &str| {
        format!(
            "nodes:\n  picture: {{ use: image/generate, provider: local, with: {{ prompt: a hill }}, cache: {cache} }}\n"
        )
    };
    let counts = |cache: &str| {
        let (project, first) = run(&picture(cache));
        assert_eq!(first.status, Some(0), "{first}");
        let again = project.flow("run p.yaml --json").json();
        (again["nodes"]["ran"].clone(), again["nodes"]["cached"].clone())
    };
    assert_eq!(counts("off"), (1.into(), 0.into()));
    assert_eq!(counts("{ ttl: 30d }"), (0.into(), 1.into()));
    assert_eq!(counts("{ ttl: 1ms }"), (1.into(), 0.into()));
}
