//! `flow doctor`: what does this machine lack?

use crate::project::Project;

#[test]
fn a_machine_without_tools_is_told_what_to_install() {
    let project = Project::new();
    let ran = project.run(project.command("doctor --json").env("PATH", ""));
    assert_eq!(ran.status, Some(1), "{ran}");
    let report = ran.json();
    assert_eq!(report["ok"], false);
    let finding = |name: &str| {
        let findings = report["findings"].as_array().expect("a list of findings");
        findings
            .iter()
            .find(|finding| finding["name"] == name)
            .expect("the finding is there")
            .clone()
    };
    assert_eq!(finding("ffmpeg")["verdict"], "missing");
    assert_eq!(finding("ffmpeg")["remedy"], "install ffmpeg");
    assert_eq!(finding("festival, voice slt")["detail"], "nothing here can speak");
    let line = report["install"]["debian"].as_str().expect("there is something to install");
    for package in ["ffmpeg", "festival", "flite", "espeak-ng", "graphviz"] {
        assert!(line.split(' ').any(|word| word == package), "{package}: {line}");
    }
}

#[test]
fn keys_are_named_and_never_shown() {
    let project = Project::new().with(".env", "OPENAI_API_KEY=sk-file\nFAL_KEY=from-file\n");
    for line in ["doctor", "doctor --json"] {
        let ran = project.run(project.command(line).env("FAL_KEY", "fal-process"));
        for secret in ["sk-file", "from-file", "fal-process"] {
            assert!(!ran.to_string().contains(secret), "{ran}");
        }
        assert!(ran.stdout.contains("OPENAI_API_KEY"), "{ran}");
        assert!(ran.stdout.contains("set in the environment"), "{ran}");
        assert!(ran.stdout.contains("set in .env"), "{ran}");
    }
}

#[test]
fn a_state_folder_that_cannot_be_written_is_a_finding() {
    let project = Project::new().with("plain-file", "");
    let ran = project.flow("doctor --json --state plain-file/state");
    let findings = ran.json();
    let state = findings["findings"]
        .as_array()
        .expect("a list of findings")
        .iter()
        .find(|finding| finding["name"] == "state folder")
        .expect("the state folder is looked at")
        .clone();
    assert_eq!(state["verdict"], "missing", "{state}");
}
