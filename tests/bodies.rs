//! Does the command try a body again as a whole, end it in time, and take what stands in its place?

use crate::project::Project;

const AGAIN: &str = r"
flow: 1
name: again
nodes:
  scene:
    retry: { attempts: 2, backoff: 1ms..2ms, errors: [command] }
    nodes:
      first: { use: exec/command, with: { command: 'echo first >> marks; echo 1' } }
      second:
        use: exec/command
        needs: [first]
        with:
          command: 'echo second >> marks; test -e tried || { touch tried; exit 3; }'
  slow:
    timeout: 1s
    nodes:
      waits: { use: exec/command, with: { command: tail -f /dev/null } }
    fallback: [{ value: { plain: true } }]
outputs:
  slow: ${{ slow }}
";

#[test]
fn a_body_is_tried_again_ended_in_time_and_replaced() {
    let project = Project::new().with("again.yaml", AGAIN);
    let ran = project.flow("run again.yaml");
    assert_eq!(ran.status, Some(0), "{ran}");
    let marks = std::fs::read_to_string(project.path().join("marks")).expect("it ran");
    assert_eq!(marks, "first\nsecond\nfirst\nsecond\n");
    let slow =
        std::fs::read_to_string(project.path().join("out/again/slow.json")).expect("it came");
    assert!(slow.contains("plain"), "{slow}");
    let log = project.flow("show --log").stdout;
    assert!(log.contains("scene#2/second"), "{log}");
    // Whichever is seen first: the moment itself, or the attempt that it ends.
    let told = ["its time is over", "its body did not end within its `timeout`"];
    assert!(told.iter().any(|words| log.contains(words)), "{log}");
    assert!(log.contains("fell back to the next alternative"), "{log}");
}
