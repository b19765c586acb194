//! Does everything exist that README.md names?

use std::collections::BTreeSet;
use std::path::Path;

use crate::project::Project;

/// What stands between backticks in the second column of the table "What replaces what".
fn replacements() -> Vec<String> {
    let readme = read("README.md");
    let (_, table) = readme.split_once("## What replaces what").expect("README.md has the table");
    let rows = table.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let cells = rows.take_while(|line| line.starts_with('|')).map(|row| {
        let cell = row.trim_matches('|').split(" | ").nth(1);
        cell.unwrap_or_else(|| panic!("a row has two columns: {row}")).to_owned()
    });
    cells.flat_map(|cell| quoted(&cell)).collect()
}

/// The texts between backticks.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Why `name` is nothing that there is; none if it is a file, a command, a kind or a key of a pipeline.
fn missing(name: &str, kinds: &BTreeSet<String>, verbs: &str, schema: &str) -> Option<String> {
    let there = if name.contains('.') {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name).exists()
    } else if let Some(line) = name.strip_prefix("flow ") {
        let verb = line.split(' ').next().unwrap_or_default();
        let mut flags = line.split(' ').filter(|word| word.starts_with("--"));
        let help = Project::new().flow(&format!("{verb} --help"));
        verbs.contains(&format!("\n  {verb} ")) && flags.all(|flag| help.stdout.contains(flag))
    } else if let Some(key) = name.strip_suffix(':') {
        schema.contains(&format!("\"{key}\""))
    } else {
        kinds.contains(name)
    };
    (!there).then(|| format!("`{name}`"))
}

#[test]
fn every_name_in_the_table_of_replacements_exists() {
    let project = Project::new();
    let listed = project.flow("kinds --json").json();
    let kinds = listed["kinds"].as_array().expect("a list of kinds").iter();
    let kinds = kinds.map(|kind| kind["name"].as_str().expect("a name").to_owned()).collect();
    let verbs = project.flow("--help").stdout;
    let keys = read("engine/src/document/node.rs") + &read("engine/src/document/pipeline.rs");
    let names = replacements();
    assert!(names.len() > 10, "the table is read: {names:?}");
    let lost: Vec<String> =
        names.iter().filter_map(|name| missing(name, &kinds, &verbs, &keys)).collect();
    assert!(lost.is_empty(), "README.md promises what is not there: {}", lost.join(", "));
    assert!(missing("media/nothing", &kinds, &verbs, &keys).is_some());
    assert!(missing("flow fly", &kinds, &verbs, &keys).is_some());
}

#[test]
fn every_page_and_picture_that_a_page_links_to_is_there() {
    let mut broken = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        for target in read(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = target.contains("://") || path.is_empty();
            if !outside && !Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists() {
                broken.push(format!("{page} → {target}"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join(", "));
}

#[test]
fn the_pipeline_that_the_readme_shows_is_the_one_that_runs() {
    let readme = read("README.md");
    let (_, shown) = readme.split_once("```yaml\n").expect("README.md shows a pipeline");
    let (shown, _) = shown.split_once("```").expect("the pipeline ends");
    assert!(
        read("pipelines/podcast.yaml").contains(shown),
        "README.md shows another file:\n{shown}"
    );
}
