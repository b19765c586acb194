//! Do the steps of `docs/language.md` work as they stand, and does the page name all there is?

use flow_engine::expression::signatures;

use crate::project::Project;

const PAGE: &str = include_str!("../docs/language.md");

/// A fenced part of the page.
struct Part<'p> {
    /// What stands behind the opening fence: `yaml postcards.yaml`, `console`.
    info: &'p str,
    text: &'p str,
}

fn parts() -> Vec<Part<'static>> {
    PAGE.split("\n```")
        .skip(1)
        .step_by(2)
        .map(|part| {
            let (info, text) = part.split_once('\n').unwrap_or((part, ""));
            Part { info, text }
        })
        .collect()
}

/// The lines of what a command says, in whatever order its two channels came, without how long things took.
fn settled(text: &str) -> Vec<String> {
    let is_seconds = |unit: &str| unit.trim_end_matches(';') == "s";
    let line = |line: &str| {
        let words: Vec<_> = line.trim_end().split(' ').collect();
        let settled = words.iter().enumerate().map(|(at, &word)| {
            let unit = words.get(at + 1).copied().unwrap_or_default();
            if is_seconds(unit) && word.parse::<f64>().is_ok() { "some" } else { word }
        });
        settled.collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<_> = text.lines().map(line).filter(|line| !line.is_empty()).collect();
    lines.sort();
    lines
}

#[test]
fn whoever_follows_the_page_writes_checks_and_runs_a_pipeline() {
    let mut project = Project::new();
    let mut commands = 0;
    for Part { info, text } in parts() {
        if let Some(file) = info.strip_prefix("yaml ") {
            project = project.with(file, text);
        } else if info == "console" {
            let (line, shown) = text.split_once('\n').unwrap_or((text, ""));
            let line = line.strip_prefix("$ flow ").expect("a step calls flow");
            // The page quotes for a shell, and no blank stands in the quotes.
            let ran = project.flow(&line.replace('\'', ""));
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(settled(&said), settled(shown), "$ flow {line}\n{said}");
            commands += 1;
        }
    }
    assert!(commands >= 3, "the page has steps");
}

#[test]
fn the_page_names_every_filter_test_and_function() {
    for signature in signatures() {
        let name = signature.name;
        let is_named = [format!("`{name}"), format!(" {name}`"), format!("{name}(")]
            .iter()
            .any(|written| PAGE.contains(written));
        assert!(is_named, "{name}");
    }
}

#[test]
fn the_other_pipelines_of_the_page_can_be_read() {
    let whole: Vec<_> = parts()
        .into_iter()
        .filter(|part| part.text.trim_start().starts_with("flow"))
        .filter(|part| !part.info.contains(' '))
        .collect();
    assert_eq!(whole.len(), 2);
    for part in whole {
        let file = format!("page.{}", part.info);
        let project = Project::new().with(&file, part.text).with("calm.mp3", "");
        let ran = project.flow(&format!("check {file}"));
        assert_eq!(ran.status, Some(0), "{}\n{ran}", part.text);
    }
}
