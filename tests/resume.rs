//! `flow resume`: what becomes of runs that are stopped or killed?

use std::path::Path;
use std::process::Command;

use crate::project::{Project, counting, snapshot};
use crate::running::{Running, marks, waiting_step};

#[test]
fn a_stopped_run_lets_end_what_executes_and_goes_on_later() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.interrupt();
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
    std::fs::remove_dir_all(project.path().join("out")).expect("the outputs are there");
    snapshot!(project.flow("resume"), @"
    exit status 0
    --- stdout
    out/counting/doubled.json
    out/counting/greeting.txt
    --- stderr
    counting: succeeded in [seconds]; 5 nodes ran; spent 0.00 USD
    ");
}

#[test]
fn a_run_that_is_stopped_twice_ends_at_once() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.interrupt();
    running.wait_for_line("stopping: what executes may end");
    running.interrupt();
    running.wait_for_line("stopping now");
    let ran = running.end();
    assert_eq!(ran.status, Some(130), "{ran}");
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let project = counting().with("step", &waiting_step());
    let mut running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    running.kill();
    running.let_go();
    assert_eq!(running.end().status, None, "it was killed");
    let resumed = project.flow("resume");
    assert_eq!(resumed.status, Some(0), "{resumed}");
    let marks = marks(&project);
    assert_eq!(marks.iter().filter(|mark| *mark == "numbers").count(), 1, "{marks:?}");
    assert_eq!(marks.last().map(String::as_str), Some("step 3"), "{marks:?}");
}

#[test]
fn a_film_that_was_killed_on_its_way_is_the_same_film() {
    let project = small_films();
    let whole = project.flow("run podcast.yaml -i article=fog.md --state whole --out whole/out");
    assert_eq!(whole.status, Some(0), "{whole}");
    let expected = decoded(&project, "whole/out/film.mp4");
    // While scenes are made, and while the film is encoded.
    for (number, line) in ["script: done", "captions: done"].iter().enumerate() {
        let place = format!("--state killed-{number} --out killed-{number}/out");
        let mut running =
            Running::start(&project, &format!("run podcast.yaml -i article=fog.md {place}"));
        running.wait_for_line(line);
        running.kill();
        assert_eq!(running.end().status, None, "it was killed after {line}");
        let resumed = project.flow(&format!("resume {place}"));
        assert_eq!(resumed.status, Some(0), "{resumed}");
        assert!(!resumed.stderr.contains(line), "what was finished is kept: {resumed}");
        let film = format!("killed-{number}/out/film.mp4");
        assert_eq!(decoded(&project, &film), expected, "killed after {line}");
        let log = project.flow(&format!("show --log --json --state killed-{number}")).json();
        let events = log["events"].as_array().expect("a list of events").iter();
        let ends = events
            .filter(|event| event["what"].as_str().is_some_and(|what| what.contains(" done in ")));
        let mut paths: Vec<&str> = ends.filter_map(|event| event["path"].as_str()).collect();
        let count = paths.len();
        paths.sort_unstable();
        paths.dedup();
        assert_eq!(paths.len(), count, "nothing was done twice: {log}");
    }
}

/// The pipeline of films, for a short text and in a small size.
fn small_films() -> Project {
    let pipeline = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipelines/podcast.yaml");
    let text = std::fs::read_to_string(pipeline).expect("the pipeline is there");
    let clip = "use: media/ken-burns\n        with:\n";
    assert!(text.contains(clip), "the pipeline makes clips");
    let small = text.replace(clip, &format!("{clip}          resolution: 180\n"));
    let article = "# Fog\n\nFog is a cloud that lies on the ground.\n\n## Horns\n\nA horn tells a captain which \
        harbour is near.\n\n## Bells\n\nA bell needs no power, because the waves ring it.\n";
    let project = Project::new().with("podcast.yaml", &small).with("fog.md", article);
    project.with("articles/lighthouses.md", article)
}

/// What the pictures and the sound of a film are, decoded.
fn decoded(project: &Project, film: &str) -> String {
    let words = "-v error -i FILM -map 0:v -map 0:a -f streamhash -hash md5 -";
    let words = words.split(' ').map(|word| if word == "FILM" { film } else { word });
    let output = Command::new("ffmpeg").args(words).current_dir(project.path()).output();
    let output = output.expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("hashes are text")
}

/// A map whose items leave marks with the note that they saw, and what follows from it.
const SHOTS: &str = r#"
flow: 1
name: shots
inputs:
  note: { type: string, default: plain }
nodes:
  shots:
    map: '["1", "2", "3"]'
    as: shot
    limit: 1
    nodes:
      picture:
        use: exec/command
        with:
          command: [sh, ./shoot, '${{ shot }}', '${{ inputs.note }}']
          output: { type: string }
    outputs:
      picture: ${{ picture.output }}
  film:
    use: exec/command
    with:
      command: cat >> marks; echo ' film' >> marks
      input: ${{ shots.picture }}
outputs:
  pictures: ${{ shots.picture }}
"#;

fn shots() -> Project {
    let shoot = "echo shot $1 $2 >> marks; test -e broken && test $1 = 2 && exit 1; echo \"\\\"$1 $2\\\"\"\n";
    Project::new().with("shots.yaml", SHOTS).with("shoot", shoot)
}

#[test]
fn one_item_of_a_finished_run_is_done_again_with_a_note() {
    let project = shots();
    assert_eq!(project.flow("run shots.yaml").status, Some(0));
    std::fs::remove_file(project.path().join("marks")).expect("it left marks");
    snapshot!(project.flow("resume --redo shots[1] -i note=darker"), @"
        exit status 0
        --- stdout
        out/shots/pictures.json
        --- stderr
        shots: done, [seconds]
        film: done, [seconds]
        shots: succeeded in [seconds]; 6 nodes ran; spent 0.00 USD
    ");
    assert_eq!(marks(&project), ["shot 2 darker", r#"["1 plain","2 darker","3 plain"] film"#]);
    let shown = project.flow("resume --redo shots[1] --json").json();
    assert_eq!(shown["outputs"]["pictures"][1], "2 plain", "a note is for one time: {shown}");
    assert_eq!(project.flow("runs --json").json()["runs"].as_array().map(Vec::len), Some(1));
    let log = project.flow("show --log").stdout;
    assert!(log.contains("begun again by "), "{log}");
}

#[test]
fn a_finished_run_is_done_again_from_a_node_on() {
    let project = shots();
    assert_eq!(project.flow("run shots.yaml").status, Some(0));
    std::fs::remove_file(project.path().join("marks")).expect("it left marks");
    let ran = project.flow("resume --from film");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(marks(&project), [r#"["1 plain","2 plain","3 plain"] film"#]);
    let ran = project.flow("resume --from shots -i note=dark");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert_eq!(marks(&project).len(), 1 + 3 + 1);
}

#[test]
fn what_failed_is_tried_again_and_what_succeeded_stays() {
    let project = shots().with("broken", "");
    assert_eq!(project.flow("run shots.yaml").status, Some(1));
    std::fs::remove_file(project.path().join("broken")).expect("it is there");
    std::fs::remove_file(project.path().join("marks")).expect("it left marks");
    let ran = project.flow("resume --redo shots[1]");
    assert_eq!(ran.status, Some(0), "{ran}");
    let expected = ["shot 2 plain", "shot 3 plain", r#"["1 plain","2 plain","3 plain"] film"#];
    assert_eq!(marks(&project), expected);
}

#[test]
fn what_cannot_be_done_again_is_said() {
    let project = shots();
    assert_eq!(project.flow("run shots.yaml").status, Some(0));
    snapshot!(project.flow("resume --redo shots[7]"), @"
        exit status 2
        --- stderr
        error: the run [run] cannot be done again: `shots` has no item `7`; it has 0 to 2
    ");
    snapshot!(project.flow("resume --redo shots"), @"
        exit status 2
        --- stderr
        error: the run [run] cannot be done again: `shots` is no item: name an item of a map of the pipeline itself, such as `shots[3]`
    ");
    snapshot!(project.flow("resume --from flm"), @"
        exit status 2
        --- stderr
        error: the run [run] cannot be done again: the pipeline has no node `flm`; did you mean `film`?
    ");
    snapshot!(project.flow("resume -i note=x"), @"
        exit status 2
        --- stderr
        error: a run goes on with the inputs that it was started with
        help: say what is done again with others: --from NODE, or --redo 'shots[3]'
    ");
    snapshot!(project.flow("resume --accept media/concat"), @"
        exit status 2
        --- stderr
        error: invalid value 'media/concat' for '--accept <KIND@VERSION>': write a kind and its version, such as media/concat@2

        For more information, try '--help'.
    ");
}
