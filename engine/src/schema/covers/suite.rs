//! Does the comparison of schemas agree with the public containment test suite?
//!
//! The suite is not part of this project: `FLOW_TEST_DATA` names the folder that holds `containment-draft7/`.

#![expect(
    clippy::disallowed_methods,
    reason = "the test reads the suite and measures; the comparison does neither"
)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value as Json;

use super::{Verdict, covers};
use crate::schema::{Draft, Schema};

#[test]
#[expect(
    clippy::print_stderr,
    reason = "a test that is passed over says so, and figures are shown"
)]
fn the_suite_is_decided_and_never_contradicted() {
    let Some(folder) = std::env::var_os("FLOW_TEST_DATA") else {
        eprintln!("passed over: FLOW_TEST_DATA names no folder with containment-draft7/");
        return;
    };
    let (mut times, mut unknown, mut wrong, mut refuted) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (name, item) in items(&PathBuf::from(folder).join("containment-draft7")) {
        for (key, from, to) in
            [("s1SubsetEqOfs2", "schema1", "schema2"), ("s2SubsetEqOfs1", "schema2", "schema1")]
        {
            let Some(expected) = item["tests"].get(key).and_then(Json::as_bool) else { continue };
            let original = (&item[from], &item[to]);
            let [from, to] =
                [from, to].map(|key| Schema::in_draft(item[key].clone(), Draft::Seven));
            let start = Instant::now();
            let verdict = covers(&to, &from);
            times.push(start.elapsed());
            let told = format!("{name} {} {key}: {verdict:?}\n  {from:?}\n  {to:?}", item["id"]);
            match verdict {
                Verdict::Unknown { .. } => unknown.push(told),
                verdict if (verdict == Verdict::Yes) != expected => {
                    if is_proved(&verdict, original) {
                        refuted.push(told);
                    } else {
                        wrong.push(told);
                    }
                }
                Verdict::Yes | Verdict::No { .. } => {}
            }
        }
    }
    times.sort_unstable();
    let decided = times.len() - unknown.len();
    for told in wrong.iter().chain(&unknown).chain(&refuted) {
        eprintln!("{told}");
    }
    eprintln!(
        "{decided} of {} decided with an example for each no, {} wrong, {} answers of the suite refuted by a value; median {:?}, 95 % within {:?}, all within {:?}",
        times.len(),
        wrong.len(),
        refuted.len(),
        times[times.len() / 2],
        times[times.len() * 95 / 100],
        times[times.len() - 1],
    );
    assert!(wrong.is_empty());
    assert!(refuted.len() <= 8, "so many answers of the suite are known to be wrong");
    assert!(decided * 100 >= times.len() * 98);
}

/// Whether a value that both schemas speak of, as they are written, proves the verdict against the suite.
fn is_proved(verdict: &Verdict, (from, to): (&Json, &Json)) -> bool {
    let accepts = |schema: &Json, value: &Json| {
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(schema);
        options.is_ok_and(|validator| validator.is_valid(value))
    };
    match verdict {
        Verdict::Yes => from.get("const").is_some_and(|only| accepts(to, only)),
        Verdict::No { example, .. } => accepts(from, example) && !accepts(to, example),
        Verdict::Unknown { .. } => false,
    }
}

/// All items of the core files, each with its file's name.
fn items(folder: &Path) -> Vec<(String, Json)> {
    let mut found = Vec::new();
    let groups = std::fs::read_dir(folder).expect("the folder of the suite");
    for group in groups.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()) {
        let files = std::fs::read_dir(&group).expect("a group of the suite");
        for file in files.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_file())
        {
            let text = std::fs::read_to_string(&file).expect("a file of the suite");
            let items: Vec<Json> = serde_json::from_str(&text).expect("a list of items");
            let name = file.strip_prefix(folder).expect("below the folder").display().to_string();
            found.extend(items.into_iter().map(|item| (name.clone(), item)));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}
