//! `flow runs` and `flow show`: what can be asked about runs afterwards?

use crate::project::{Project, counting, snapshot};

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
