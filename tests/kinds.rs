//! `flow kinds`: what can nodes use?

use crate::project::Project;

#[test]
fn a_kind_has_a_page() {
    insta::assert_snapshot!(Project::new().flow("kinds value"), @"
    exit status 0
    --- stdout
    value  version 1, pure: equal inputs, equal outputs

    Gives the value that it is given, under a name that other nodes can read.

    Use it to write an expression once and read it often. It is free, immediate, and keeps the value's type.

    ```yaml
    nodes:
      long_scenes:
        use: value
        with:
          value: ${{ script.scenes | selectattr('seconds', 'gt', 5) }}
      film:
        use: media/concat
        with:
          clips: ${{ long_scenes.value.clip }}
    ```

    | port | | |
    |---|---|---|
    | `value` | in | any value |
    | `value` | out | the same value |

    input  type                meaning
    value  anything  required  Whatever the node is to give.

    output  type              meaning
    value   anything  always
    ");
}

#[test]
fn every_kind_says_in_one_line_what_it_does() {
    let ran = Project::new().flow("kinds --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    let document = ran.json();
    let kinds = document["kinds"].as_array().expect("a list of kinds");
    assert!(!kinds.is_empty());
    for kind in kinds {
        let docs = kind["docs"].as_str().expect("docs are text");
        let line = docs.lines().next().unwrap_or_default();
        assert!(line.ends_with('.') && line.len() < 140, "{}: {line}", kind["name"]);
    }
}

#[test]
fn an_unknown_kind_is_refused_with_the_nearest_one() {
    insta::assert_snapshot!(Project::new().flow("kinds valeu"), @"
    exit status 2
    --- stderr
    error: no kind is called `valeu`
    help: did you mean `value`? `flow kinds` lists them all
    ");
}
