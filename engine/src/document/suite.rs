//! Does the YAML reader agree with others: the official test suite, and a reader that shares nothing with ours?

#![expect(clippy::disallowed_methods, reason = "the suite lies outside, where a variable says")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::yaml;
use crate::source::Source;

/// What the reader makes of a text: a value, or the rules that refuse it.
fn read(text: &str) -> Result<Json, Vec<&'static str>> {
    let source = Arc::new(Source::new("case.yaml", text));
    let (tree, findings) = yaml::read(&source);
    if !findings.is_empty() {
        return Err(findings.iter().map(|finding| finding.rule.name).collect());
    }
    Ok(tree.map_or(Json::Null, |tree| tree.to_json()))
}

/// Folders with an `in.yaml`, of the suite where `FLOW_TEST_DATA` says.
fn cases() -> Option<Vec<PathBuf>> {
    let root = PathBuf::from(std::env::var_os("FLOW_TEST_DATA")?).join("yaml-test-suite");
    let mut cases = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        if folder.join("in.yaml").exists() {
            cases.push(folder);
            continue;
        }
        let inside = std::fs::read_dir(&folder).expect("the suite's folder can be read");
        folders.extend(inside.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()));
    }
    cases.sort();
    Some(cases)
}

fn text(folder: &Path, name: &str) -> Option<String> {
    std::fs::read_to_string(folder.join(name)).ok()
}

/// Why we refuse what the suite allows, and where it does. First the reason, then the cases.
const REFUSED: [(&str, &str); 5] = [
    ("date", "M5DY RZT7 UGM3"),
    (
        "key-not-text",
        "2JQS 4FJ6 6BFJ 6M2F 6PBE 9MMW CFD4 DFF7 FH7J FRK4 KK5P LX3P M2N8/00 M2N8/01 M5DY NHX8 NKF9 \
         PW8X Q9WF RZP5 S3PD SBG9 SM9W/01 UKK6/00 V9D5 X38W XW4D",
    ),
    (
        "several-documents",
        "35KP 5TYM 6WLZ 6XDY 6ZKB 7Z25 9DXL 9KAX 9WXW JHB9 KSS4 L383 M7A3 NKF9 PUW8 RZT7 U9NS UT92 W4TN",
    ),
    ("tag", "2XXW 565N 5TYM 6CK3 6WLZ 7FWL 9WXW C4HZ CC74 CUP7 J7PZ M5C3 P76L UGM3 Z67P Z9M4"),
    ("an empty file is read as nothing", "8G76 98YD AVM7 HWV9 QT73"),
];

#[test]
fn the_official_suite_is_read_or_refused_for_a_stated_reason() {
    let Some(cases) = cases() else {
        return say_skipped();
    };
    let root = cases[0].parent().expect("a case lies in the suite");
    let mut wrong = Vec::new();
    for folder in &cases {
        let name = folder.strip_prefix(root).expect("a case lies in the suite").to_string_lossy();
        let ours = read(&text(folder, "in.yaml").expect("a case has a text"));
        if let Some(why) = disagreement(folder, &name, ours) {
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert_eq!(wrong.join("\n"), "");
}

fn disagreement(folder: &Path, name: &str, ours: Result<Json, Vec<&str>>) -> Option<String> {
    let is_listed = |reason: &str| {
        let mut lists = REFUSED.iter().filter(|(listed, _)| *listed == reason);
        lists.any(|(_, names)| names.split(' ').any(|listed| listed == name))
    };
    let must_fail = folder.join("error").exists();
    match ours {
        Ok(_) if must_fail => Some("read, must be refused".into()),
        Ok(ours) => {
            let json = text(folder, "in.json")?;
            let values = serde_json::Deserializer::from_str(&json).into_iter();
            let theirs: Vec<Json> =
                values.collect::<Result<_, _>>().expect("the suite's JSON is whole");
            let nothing = theirs.is_empty() && is_listed("an empty file is read as nothing");
            (!nothing && theirs != [ours.clone()]).then(|| format!("{ours}, not {theirs:?}"))
        }
        Err(_) if must_fail => None,
        Err(rules) => rules.into_iter().find(|rule| !is_listed(rule)).map(String::from),
    }
}

#[expect(clippy::print_stderr, reason = "whoever runs the tests should know what was not tested")]
fn say_skipped() {
    eprintln!("skipped: FLOW_TEST_DATA does not name the folder of the YAML test suite");
}

#[test]
fn a_reader_that_shares_nothing_with_ours_reads_the_same() {
    let texts = [
        "a: 1\nb: [x, 'y', \"z\\n\", 1.5, ~, true]\nc: {d: -3, e: 0x1F, f: 0o17}\n",
        "text: |\n  one\n    two\n\n  three\nfolded: >-\n  one\n  two\n\n  three\n",
        "nodes:\n  a:\n    use: value\n    with: { value: \"${{ inputs.x }}\" }\n  b: &b { use: value }\n  c: *b\n",
        "- yes\n- no\n- on\n- 'null'\n- \"true\"\n- .5\n- 1e3\n",
        "when: shots | length >= 3\nask: Publish ${{ shots | length }} shots?\n",
        "plain over\n  two lines\n",
        "key with spaces: 'it''s'\n? long key\n: value\nempty:\n",
        "ключ: значение\n'🎬': \"\\u00e9\\x41\"\n",
        "[]",
        "{}",
    ];
    for text in texts {
        let theirs: Json = serde_yaml::from_str(text).expect("the case is YAML");
        assert_eq!(read(text), Ok(theirs), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_a_reader_panic(text in "(?s).{0,200}") {
        for path in ["case.yaml", "case.toml"] {
            let (_, findings) = super::parse(&Arc::new(Source::new(path, text.as_str())));
            for finding in findings {
                assert!(finding.at.source.text.get(finding.at.span.range()).is_some(), "{finding:?}");
            }
        }
    }

    #[test]
    fn no_pipeline_like_text_makes_a_reader_panic(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "flow: 1\n", "nodes:", "\n", "\n  ", "\n    ", "a:", " use:", " value", " &x", " *x", " <<:", "\t",
                " [", "]", " {", "}", ",", " - ", " ${{", "}}", " '", "\"", " #", " |\n", " >\n", "é", "map: x", "when: ",
                "[nodes.a]\n", "= ", "\"\"\"", "{ a = 1 }", "---\n", "...\n", "!!int", " 1", " .inf", "? ",
            ]),
            0..40,
        )
    ) {
        let text = words.concat();
        for path in ["case.yaml", "case.toml"] {
            let (_, findings) = super::parse(&Arc::new(Source::new(path, text.as_str())));
            for finding in findings {
                assert!(finding.at.source.text.get(finding.at.span.range()).is_some(), "{finding:?}");
            }
        }
    }
}
