//! `flow library`: is what is kept listed, and is nothing removed that is needed?

use std::fs::FileTimes;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use crate::project::{Project, counting, snapshot};
use crate::running::{Running, waiting_step};

const READ: &str = "
flow: 1
name: reading
inputs:
  page: { x-media: text/* }
nodes:
  read:
    use: document/read
    with: { file: '${{ inputs.page }}' }
outputs:
  title: ${{ read.title }}
";

fn reading() -> Project {
    Project::new().with("reading.yaml", READ).with("page.md", "# A page\n\nWith a few words.\n")
}

/// A file in the store that nothing names, so old.
fn stray(project: &Project, content: &str, age: Duration) -> PathBuf {
    let digest = flow_engine::name::Digest::of(content.as_bytes()).to_hex();
    let name = format!(".flow/artifacts/b3/{}/{}", &digest[..2], &digest[2..]);
    let path = project.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    std::fs::write(&path, content).expect("a file can be written");
    let times = FileTimes::new().set_modified(SystemTime::now() - age);
    let file = std::fs::File::options().write(true).open(&path).expect("it is there");
    file.set_times(times).expect("its age can be set");
    path
}

#[test]
fn what_no_run_names_goes_after_a_day_and_nothing_else() {
    let project = reading();
    assert_eq!(project.flow("run reading.yaml -i page=@page.md").status, Some(0));
    let (old, young) = (Duration::from_hours(25), Duration::from_hours(1));
    let (old, young) = (stray(&project, "old", old), stray(&project, "young", young));
    snapshot!(project.flow("library clean"), @"
    exit status 0
    --- stderr
    removed 1 file, 3 B
    spared 1 file that nothing names yet: younger than a day
    ");
    assert_eq!((old.exists(), young.exists()), (false, true));
    let listed = project.flow("library --json").json();
    assert_eq!(listed["files"].as_array().map(Vec::len), Some(2), "{listed}");
    let again = project.flow("run reading.yaml -i page=@page.md --json").json();
    assert_eq!(again["nodes"]["cached"], 1, "{again}");
}

#[test]
fn nothing_is_cleaned_beside_a_run() {
    let project = counting().with("step", &waiting_step());
    let running = Running::start(&project, "run counting.yaml");
    running.wait_for_mark("step 1");
    snapshot!(project.flow("library clean"), @"
    exit status 2
    --- stderr
    error: a run is under way in this state
    help: wait until it ends, then clean
    ");
    running.let_go();
    assert_eq!(running.end().status, Some(0));
}

#[test]
fn a_damaged_file_is_named_by_doctor_and_never_handed_out() {
    let project = reading();
    assert_eq!(project.flow("run reading.yaml -i page=@page.md").status, Some(0));
    let listed = project.flow("library --json").json();
    let path = listed["files"][0]["path"].as_str().expect("a path");
    let path = project.path().join(path.trim_start_matches("[project]/"));
    std::fs::remove_file(&path).expect("it can be removed");
    std::fs::write(&path, "# A pagE\n\nWith a few words.\n").expect("it can be written");
    let doctor = project.flow("doctor --json --state");
    let findings = doctor.json();
    let finding = findings["findings"].as_array().expect("a list").iter().find(|finding| {
        finding["detail"].as_str().is_some_and(|detail| detail.contains("is damaged"))
    });
    assert!(finding.is_some(), "{findings}");
}
