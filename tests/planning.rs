//! Planning as its users meet it: from a sentence to a plan, from a plan to a film.

use std::path::Path;

use serde_json::{Value as Json, json};

use crate::project::{Project, Ran};

fn pipeline(name: &str) -> String {
    format!("{}/pipelines/{name}.yaml", env!("CARGO_MANIFEST_DIR"))
}

/// The one question that waits, as programs read it.
fn question(project: &Project) -> Json {
    let asked = project.flow("answer --json");
    assert_eq!(asked.status, Some(3), "{asked}");
    let questions = asked.json()["questions"].clone();
    assert_eq!(questions.as_array().map(Vec::len), Some(1), "{questions}");
    questions[0].clone()
}

/// Answers it, and lets the run go on.
fn answer(project: &Project, words: &[&str]) -> Ran {
    let said = project.run(project.command("answer").args(words));
    assert_eq!(said.status, Some(0), "{said}");
    project.flow("resume --json")
}

/// What a run of `name` with `words` came to; it must succeed.
fn run(project: &Project, name: &str, words: &[&str]) -> Ran {
    let mut command = project.command(&format!("run {} --json", pipeline(name)));
    let ran = project.run(command.args(words));
    assert_eq!(ran.status, Some(0), "{ran}");
    ran
}

fn read(path: &Path) -> Json {
    serde_json::from_str(&std::fs::read_to_string(path).expect("the output is there"))
        .expect("JSON")
}

#[test]
fn each_planning_pipeline_gives_a_plan_that_keeps_its_limits() {
    for (name, seconds, shape) in
        [("explainer", 60, "16:9"), ("social-ad", 15, "9:16"), ("product-demo", 45, "16:9")]
    {
        let project = Project::new();
        let outputs = run(&project, name, &[]).json()["outputs"].clone();
        let plan = &outputs["plan"];
        assert_eq!(plan["status"], "optimal", "{name}");
        assert_eq!(
            outputs["vrd"]["content_structure"]["total_duration_seconds"], seconds,
            "{name}"
        );
        assert_eq!(outputs["vrd"]["delivery"]["aspect_ratio"], shape, "{name}");
        let total = plan["total_estimated_cost_usd"].as_f64().expect("a number");
        let most = plan["constraints"]["max_cost_usd"].as_f64().unwrap_or(f64::MAX);
        assert!(total <= most, "{name}: {total}");
        assert_eq!(outputs["questions"], json!([]), "{name}: nobody is asked");
        let folder = project.path().join("out").join(name);
        for file in ["storyboard.html", "report.md", "shot_table.csv", "plan.json", "script.json"] {
            assert!(folder.join(file).is_file(), "{name}: {file}");
        }
    }
}

#[test]
fn a_testimonial_asks_and_waits_for_a_person_at_each_stage() {
    let project = Project::new();
    let begun = project.flow(&format!("run {}", pipeline("testimonial")));
    assert_eq!(begun.status, Some(3), "{begun}");
    let asked = question(&project);
    assert_eq!(asked["node"], "clarify");
    assert!(asked["show"].as_array().is_some_and(|questions| questions.len() > 2), "{asked}");

    let wrong = project.run(project.command("answer").args(["--value", r#"{"core_message": 5}"#]));
    assert_eq!(wrong.status, Some(2), "{wrong}");
    let words = json!({ "core_message": "Lumo gave Ada her mornings back.", "tone": "friendly" });
    answer(&project, &["--value", &words.to_string()]);
    let asked = question(&project);
    assert_eq!(asked["choices"], json!(["accept", "revise"]));
    let narrative = |asked: &Json| asked["show"].as_str().map(str::to_owned).expect("a text");
    assert!(narrative(&asked).contains("Lumo gave Ada her mornings back."), "{asked}");
    assert!(narrative(&asked).contains("in 90 s"), "{asked}");

    answer(&project, &["--value", "revise", "--comment", "Make it 60 seconds."]);
    let asked = question(&project);
    assert!(narrative(&asked).contains("in 60 s"), "the reviewer's word counts: {asked}");
    answer(&project, &["--value", "accept"]);

    let asked = question(&project);
    let board = asked["show"]["path"].as_str().expect("a file");
    let board = std::fs::read_to_string(project.path().join(board)).expect("the storyboard");
    assert!(board.starts_with("<!doctype html>"), "{}", &board[..40]);
    answer(&project, &["--value", "accept"]);

    let asked = question(&project);
    assert_eq!(asked["node"], "accept");
    let ended = project.flow("answer --value yes");
    assert!(ended.stderr.contains("has ended: succeeded"), "{ended}");
    assert!(project.path().join("out/testimonial/plan.json").is_file(), "{ended}");
}

#[test]
fn a_testimonial_that_asks_nobody_ends_by_itself() {
    let project = Project::new();
    let outputs = run(&project, "testimonial", &["-i", "mode=auto"]).json()["outputs"].clone();
    assert_eq!(outputs["plan"]["status"], "optimal");
}

#[test]
fn equal_inputs_give_equal_bytes() {
    let (one, other) = (Project::new(), Project::new());
    for project in [&one, &other] {
        run(project, "explainer", &[]);
    }
    for file in
        ["plan.json", "storyboard.html", "report.md", "shots.json", "script.json", "vrd.json"]
    {
        let text = |project: &Project| {
            std::fs::read(project.path().join("out/explainer").join(file))
                .expect("the output is there")
        };
        assert_eq!(text(&one), text(&other), "{file}");
    }
}

#[test]
fn changing_only_the_constraints_plans_anew_and_nothing_else() {
    let project = Project::new();
    let first = run(&project, "product-demo", &[]).json();
    assert_eq!(first["nodes"]["ran"], 4);
    let limits = r#"constraints={"max_cost_usd": 6, "quality_priority": "budget"}"#;
    let second = run(&project, "product-demo", &["-i", limits]).json();
    assert_eq!((&second["nodes"]["ran"], &second["nodes"]["cached"]), (&json!(1), &json!(3)));
    assert_eq!(first["outputs"]["shots"], second["outputs"]["shots"]);
    assert_ne!(first["outputs"]["plan"], second["outputs"]["plan"]);
}

#[test]
fn the_solver_works_alone_from_files() {
    let project = Project::new()
        .with("c.json", r#"{ "max_cost_usd": 20, "quality_priority": "high" }"#)
        .with(
            "t.json",
            r#"[{ "tool_id": "mine", "name": "Mine", "vendor": "Me", "category": "text_to_video", "status": "active",
                  "pricing": { "cost": 0.1, "unit": "second" }, "capabilities": { "max_resolution": "4k" } },
                { "tool_id": "cutter", "name": "Cutter", "vendor": "Me", "category": "assembly", "status": "active",
                  "pricing": { "cost": 0, "unit": "run" } }]"#,
        )
        .with(
            "shots.json",
            r#"[{ "shot_id": "shot_001", "beat_ref": "1.1", "shot_number": 1, "shot_type": "wide", "subject": "cat",
                  "action": "A cat crosses the street.", "duration_seconds": 5.4 }]"#,
        );
    let line = "call agent/video-solver --json -i shots=@shots.json -i constraints=@c.json -i tools=@t.json";
    let ran = project.flow(line);
    assert_eq!(ran.status, Some(0), "{ran}");
    let plan = &ran.json()["outputs"]["plan"];
    assert_eq!(plan["shot_plans"][0]["recommended_workflow"]["steps"][0]["tool"], "mine");
    assert_eq!(plan["status"], "optimal");
}

#[test]
fn contradictory_constraints_end_a_run_with_the_way_out() {
    let project = Project::new();
    let mut command = project.command(&format!("run {}", pipeline("explainer")));
    let ran = project.run(command.args(["-i", r#"constraints={"max_cost_usd": 0.05}"#]));
    assert_eq!(ran.status, Some(1), "{ran}");
    assert!(ran.stderr.contains("write `max_cost_usd: "), "{ran}");
    let mut command =
        project.command(&format!("run {} --json -i mode=hitl", pipeline("explainer")));
    let ran = project.run(command.args(["-i", r#"constraints={"max_cost_usd": 0.05}"#]));
    assert_eq!(ran.json()["outputs"]["plan"]["status"], "infeasible");
    let refused = project.flow("new --plan out/explainer/plan.json");
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("max_cost_usd"), "{refused}");
}

#[test]
fn a_plan_becomes_a_pipeline_that_makes_its_shots() {
    let project = Project::new();
    run(&project, "social-ad", &[]);
    let made = project.flow("new --plan out/social-ad/plan.json");
    assert_eq!(made.status, Some(0), "{made}");
    let project = project.with("production.yaml", &made.stdout);
    let checked = project.flow("check production.yaml --json");
    assert_eq!(checked.status, Some(0), "{checked}");
    assert_eq!(checked.json()["diagnostics"], json!([]), "{checked}");
    let ran = project.flow("run production.yaml -i resolution=120");
    assert_eq!(ran.status, Some(0), "{ran}");
    let film = project.path().join("out/production/film.mp4");
    let seconds = probe(&film);
    assert!((seconds - 15.0).abs() < 0.3, "{seconds}");
    let shots = read(&project.path().join("out/social-ad/shots.json"));
    assert!(shots.as_array().expect("a list").len() >= 4);
}

/// How long the film is.
fn probe(film: &Path) -> f64 {
    let mut ffprobe = std::process::Command::new("ffprobe");
    ffprobe.args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"]).arg(film);
    let said = ffprobe.output().expect("ffprobe is installed").stdout;
    String::from_utf8_lossy(&said).trim().parse().expect("a number of seconds")
}

#[test]
fn what_is_no_plan_is_refused_with_where_to_find_one() {
    let project = Project::new().with("x.json", "{}").with("y.json", "no");
    for file in ["x.json", "y.json", "z.json"] {
        let ran = project.flow(&format!("new --plan {file}"));
        assert_eq!(ran.status, Some(2), "{ran}");
        assert!(ran.stderr.contains("out/explainer/plan.json"), "{ran}");
    }
}

const BEGINS: &str = "<!-- the worked example begins -->\n";
const ENDS: &str = "<!-- the worked example ends -->";

#[test]
fn the_worked_example_of_the_docs_is_what_comes_out() {
    let project = Project::new();
    let outputs = run(&project, "explainer", &[]).json()["outputs"].clone();
    let mut command =
        project.command(&format!("run {} --json -i mode=hitl", pipeline("explainer")));
    let poor = project.run(command.args(["-i", r#"constraints={"max_cost_usd": 0.5}"#])).json();
    let told = told(&outputs, &poor["outputs"]["plan"]);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/planning.md");
    let docs = std::fs::read_to_string(&file).expect("the docs are there");
    let (before, rest) = docs.split_once(BEGINS).expect("the example begins");
    let (stands, after) = rest.split_once(ENDS).expect("the example ends");
    if std::env::var_os("UPDATE").is_some() {
        let text = format!("{before}{BEGINS}{told}{ENDS}{after}");
        std::fs::write(&file, text).expect("the docs can be written");
    } else {
        assert_eq!(stands, told, "run the test with UPDATE=1, and read what it wrote");
    }
}

/// The example in Markdown.
fn told(outputs: &Json, poor: &Json) -> String {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let (vrd, script, plan) = (&outputs["vrd"], &outputs["script"], &outputs["plan"]);
    let origin = |path: &str| text(&vrd["provenance"][path]);
    let mut lines = vec![
        String::new(),
        format!(
            "The sentence says a type ({}), a name (“{}”, {}) and a core message: “{}” ({}). The length, {} s, is the \
             pipeline's ({}); the call to action, “{}”, is a {}.",
            text(&vrd["video_type"]),
            text(&vrd["project"]["name"]),
            origin("project.name"),
            text(&vrd["key_messages"]["core_message"]),
            origin("key_messages.core_message"),
            vrd["content_structure"]["total_duration_seconds"],
            origin("content_structure.total_duration_seconds"),
            text(&vrd["key_messages"]["cta"]),
            origin("key_messages.cta"),
        ),
        String::new(),
        "| beat | seconds | part | what is said |".into(),
        "|---|---:|---|---|".into(),
    ];
    for beat in list(&script["beats"]) {
        let said = [&beat["script"]["voiceover"], &beat["script"]["dialogue"]];
        lines.push(format!(
            "| {} | {} | {} | {} |",
            text(&beat["beat_id"]),
            beat["duration_seconds"],
            text(&beat["narrative_function"]["eight_part_position"]).replace('_', " "),
            said.into_iter().find_map(Json::as_str).unwrap_or("–"),
        ));
    }
    let shots = list(&plan["shot_plans"]).len();
    lines.push(String::new());
    lines.push(format!(
        "The beats become {shots} shots. The plan makes them for {} USD in {} minutes at quality {} of 10, and it is {}; \
         everything one after another would take {} minutes. The tools are those of {}.",
        plan["total_estimated_cost_usd"],
        plan["total_estimated_time_minutes"],
        plan["quality"],
        text(&plan["status"]),
        plan["timeline_estimate"]["sequential_time_minutes"],
        text(&plan["tool_stack_version"]),
    ));
    lines.push(String::new());
    lines.push("| plan | USD | minutes | quality |".into());
    lines.push("|---|---:|---:|---:|".into());
    for point in list(&plan["pareto"]) {
        lines.push(format!(
            "| {} | {} | {} | {} |",
            text(&point["label"]),
            point["cost_usd"],
            point["time_minutes"],
            point["quality"]
        ));
    }
    let ways: Vec<String> =
        list(&poor["infeasible"]["relaxations"]).iter().map(|way| text(&way["fix"])).collect();
    lines.push(String::new());
    lines.push(format!(
        "With `max_cost_usd: 0.5` it is {}; the way out: {}.",
        text(&poor["status"]),
        ways.join(", or ")
    ));
    lines.push(String::new());
    lines.push(String::new());
    lines.join("\n")
}
