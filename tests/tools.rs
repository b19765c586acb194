//! `flow tools`: lists, versions, and plans that are made again with the tools of then.

use serde_json::json;

use crate::project::Project;

#[test]
fn the_tools_that_ship_are_listed_without_a_database() {
    let project = Project::new();
    let all = project.flow("tools list --json").json();
    assert_eq!(all["tools"].as_array().map(Vec::len), Some(79));
    let few = project.flow("tools list --category text_to_video --max-price 0.05 --status active");
    assert_eq!(few.status, Some(0), "{few}");
    assert!(
        few.stdout.contains("google-veo-3.1-lite") && !few.stdout.contains("openai-sora-2"),
        "{few}"
    );
    let wide =
        project.flow("tools list --shot-type wide --complexity high --with 4k --json").json();
    assert!(wide["tools"].as_array().is_some_and(|tools| !tools.is_empty()));
    assert!(!project.path().join(".flow").exists(), "looking makes nothing");
}

#[test]
fn a_tool_is_shown_with_what_replaces_it() {
    let project = Project::new();
    let gone = project.flow("tools show kling-2.1");
    assert!(gone.stdout.contains("plan with `kling-2.5-turbo` instead"), "{gone}");
    let wrong = project.flow("tools show kling-2.2");
    assert_eq!(wrong.status, Some(2));
    assert!(wrong.stderr.contains("did you mean `kling-2."), "{wrong}");
    let unknown = project.flow("tools list --category magic");
    assert!(unknown.stderr.contains("write one of `text_to_video`"), "{unknown}");
}

#[test]
fn what_is_exported_can_be_edited_and_imported_as_a_version() {
    let project = Project::new();
    let table = project.flow("tools export").stdout;
    let dearer = table.replacen(",0.4,second,", ",0.5,second,", 1);
    assert_ne!(table, dearer);
    let project = project.with("tools.csv", &dearer);
    let ran = project.flow("tools import tools.csv --as 2026-12");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.contains("published: version 2026-12 with 79 tools"), "{ran}");
    assert!(ran.stdout.contains("google-veo-3.1") && ran.stdout.contains("price change"), "{ran}");
    assert_eq!(project.flow("tools export").stdout, dearer);
    assert_eq!(project.flow("tools export --of 2026-10-24").stdout, table);
    let history = project.flow("tools history --json").json();
    assert_eq!(history["versions"][1]["version"], "2026-12");
    assert_eq!(history["changes"][0]["kind"], "price_change");
    let again = project.flow("tools import tools.csv --as 2026-12");
    assert!(again.stdout.starts_with("already there"), "{again}");
    let project = project.with("tools.csv", &table);
    let taken = project.flow("tools import tools.csv --as 2026-12");
    assert_eq!(taken.status, Some(2));
    assert!(taken.stderr.contains("published versions never change"), "{taken}");
}

#[test]
fn a_plan_names_its_version_and_is_made_again_with_it() {
    let shots = r#"[{ "shot_id": "shot_001", "beat_ref": "1.1", "shot_number": 1, "shot_type": "wide", "subject": "cat",
        "action": "A cat crosses the street.", "duration_seconds": 5.4 }]"#;
    let project = Project::new().with("shots.json", shots);
    let plan = |words: &str| {
        let ran =
            project.flow(&format!("call agent/video-solver --json -i shots=@shots.json {words}"));
        assert_eq!(ran.status, Some(0), "{ran}");
        ran.json()["outputs"]["plan"].clone()
    };
    let first = plan("");
    assert_eq!(first["tool_stack_version"], "2026-10-24");
    let used = first["shot_plans"][0]["recommended_workflow"]["steps"][0]["tool"]
        .as_str()
        .expect("a tool")
        .to_owned();
    let mut stack = project.flow("tools export --format json").json();
    let tools = stack["tools"].as_array_mut().expect("a list");
    for tool in tools.iter_mut().filter(|tool| tool["tool_id"] == used.as_str()) {
        tool["status"] = json!("retired");
    }
    stack["tool_stack_version"] = json!("2026-12");
    std::fs::write(project.path().join("next.json"), stack.to_string())
        .expect("a file can be written");
    let imported = project.flow("tools import next.json");
    assert_eq!(imported.status, Some(0), "{imported}");
    let second = plan("");
    assert_eq!(second["tool_stack_version"], "2026-12");
    assert!(!second["shot_plans"][0].to_string().contains(&format!("\"tool\":\"{used}\"")));
    assert_eq!(plan("-i tool_stack_version=2026-10-24"), first);
}

#[test]
fn what_holds_no_tools_is_refused_by_its_lines() {
    let project = Project::new()
        .with("a.csv", "tool_id,name,vendor,category,status\nx,X,V,magic,active\n")
        .with("b.json", "{}");
    let ran = project.flow("tools import a.csv");
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("line 2: unknown tool category `magic`"), "{ran}");
    assert_eq!(project.flow("tools import b.json").status, Some(2));
    assert_eq!(project.flow("tools import none.csv").status, Some(2));
    assert_eq!(project.flow("tools list --of 1999").status, Some(2));
    assert!(!project.path().join(".flow/tools.db").exists());
}
