//! `flow why`: is the reason told for what a node did?

use crate::project::{Project, snapshot};

const GREETING: &str = "
flow: 1
name: greeting
inputs:
  who: { type: string, default: world }
  loud: { type: boolean, default: false }
nodes:
  page:
    use: text/narrate
    with: { text: 'Some words about the ${{ inputs.who }}. They are few, and they are enough.' }
  shout:
    when: inputs.loud
    use: value
    with: { value: HELLO }
  broken:
    use: exec/command
    with: { command: exit 3 }
    retry: { attempts: 2, backoff: 1ms..2ms }
  after:
    use: value
    needs: [broken]
    with: { value: 1 }
";

#[test]
fn the_reason_is_told() {
    let project = Project::new().with("greeting.yaml", GREETING);
    for who in ["world", "moon"] {
        let ran = project.flow(&format!("run greeting.yaml -i who={who}"));
        assert_eq!(ran.status, Some(1), "{ran}");
    }
    let newest = project.flow("runs --json").json()["runs"][0]["run"].as_str().unwrap().to_owned();
    let why = |node: &str| project.flow(&format!("why {newest} {node}"));
    snapshot!(why("page"), @r#"
    exit status 0
    --- stdout
    page  succeeded
    it ran because `with.text` is not what it was in [run]
      then  "Some words about the world. They are few, and they are enough."
      now   "Some words about the moon. They are few, and they are enough."
    [time]  attempt 1 admitted
    [time]  attempt 1 done in [seconds]
    "#);
    snapshot!(why("shout"), @"
    exit status 0
    --- stdout
    shout  skipped
    it did not run: `when: inputs.loud` was false
    [time]  skipped: `when` said no
    ");
    snapshot!(why("broken"), @"
    exit status 0
    --- stdout
    broken  failed
    it ran because its kind does something in the world each time
    it failed (command): `sh` ended with status 3 and said nothing
    [time]  attempt 1 admitted
    [time]  attempt 1 failed (command): `sh` ended with status 3 and said nothing
    [time]  next attempt at [time]
    [time]  attempt 2 admitted
    [time]  attempt 2 failed (command): `sh` ended with status 3 and said nothing
    [time]  no further attempt
    ");
    snapshot!(why("after"), @"
    exit status 0
    --- stdout
    after  not run
    it did not run: it needs `broken`, which failed
    ");
    snapshot!(why("pages"), @"
    exit status 2
    --- stderr
    error: nothing happened at `pages` in [run]
    help: did you mean `page`?
    ");
}

/// The second picture is asked for when the first is there.
const PICTURES: &str = r"
flow: 1
name: pictures
nodes:
  early: { use: image/generate, provider: local, with: { prompt: a hill } }
  late: { use: image/generate, provider: local, needs: [early], with: { prompt: a tree } }
outputs: { image: '${{ late.image }}' }
";

#[test]
fn a_hit_on_the_last_node_spares_those_that_lead_to_it() {
    let project = Project::new().with("pictures.yaml", PICTURES);
    let states = |project: &Project| {
        let nodes = project.flow("show --json").json()["nodes"].clone();
        let nodes: Vec<_> = nodes.as_array().expect("a list").clone();
        let state = |name: &str| {
            let node = nodes.iter().find(|node| node["path"] == name).expect("it is there");
            node["state"].as_str().expect("a word").to_owned()
        };
        [state("early"), state("late")]
    };
    assert_eq!(project.flow("run pictures.yaml").status, Some(0));
    assert_eq!(states(&project), ["succeeded", "succeeded"]);
    let ran = project.flow("run pictures.yaml --json");
    assert_eq!(ran.json()["nodes"]["ran"], 0, "{ran}");
    assert_eq!(states(&project), ["spared", "cached"]);
    let run = project.flow("show --json").json()["run"].as_str().expect("an id").to_owned();
    let why = project.flow(&format!("why {run} early"));
    assert!(why.stdout.contains("what follows from it is in the cache"), "{why}");
    let changed = PICTURES.replace("a hill", "a house");
    let project = project.with("pictures.yaml", &changed);
    let ran = project.flow("run pictures.yaml --json");
    assert_eq!(states(&project), ["succeeded", "cached"], "late by its input alone: {ran}");
}

#[test]
fn another_take_is_named() {
    let clip = |take: u8| {
        format!(
            "flow: 1\nname: clip\nbudget: 9 USD\nnodes:\n  clip:\n    use: video/generate\n    provider: rehearsal\n    with: {{ prompt: a hill, seconds: 5, take: {take} }}\n"
        )
    };
    let run = |project: &Project| {
        let mut command = project.command("run clip.yaml --json");
        command.env("FLOW_REHEARSAL_BOOK", project.path().join("book"));
        project.run(command.env("FLOW_REHEARSAL_PACE", "0.001"))
    };
    let project = Project::new().with("clip.yaml", &clip(1));
    assert_eq!(run(&project).status, Some(0));
    let project = project.with("clip.yaml", &clip(2));
    let ran = run(&project);
    assert_eq!(ran.json()["nodes"]["ran"], 1, "{ran}");
    let id = ran.json()["run"].as_str().expect("an id").to_owned();
    let why = project.flow(&format!("why {id} clip --json")).json();
    let changed = &why["changed"];
    assert_eq!(
        (&changed["part"], &changed["then"], &changed["now"]),
        (&"with.take".into(), &1.into(), &2.into()),
        "{why}"
    );
}
