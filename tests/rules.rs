//! `docs/rules.md`: does the page tell every rule as `flow explain` does?

use crate::project::Project;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");

#[test]
fn the_page_of_rules_tells_every_rule() {
    let ran = Project::new().flow("explain --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    let document = ran.json();
    let rules = document["rules"].as_array().expect("a list of rules");
    let mut page = String::from(
        "# Rules\n\nWhat `flow check` can find wrong with a pipeline, by the name in brackets. `flow explain RULE` shows one of\nthese, `flow check --fix` mends what has only one repair.\n",
    );
    for rule in rules {
        let word = |key: &str| rule[key].as_str().expect("text").trim();
        page.push_str(&format!("\n## {}\n\n{}\n", word("rule"), word("explanation")));
    }
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PAGE, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(
        written == page,
        "docs/rules.md is not what `flow explain` says: run this test with UPDATE=1"
    );
}
