//! `flow call`: one attempt of a kind, without a pipeline file.

use crate::project::{Project, snapshot};

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
