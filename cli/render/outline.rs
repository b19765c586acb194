//! How does a person read a value? As an outline: text as it is, objects and lists by lines, files by their paths.

use serde_json::Value as Json;

use crate::outputs;

pub(crate) fn outline(value: &Json) -> String {
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

fn write(value: &Json, depth: usize, text: &mut String) {
    match value {
        Json::Object(_) if outputs::is_artifact(value) => line(&file(value), depth, text),
        Json::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                entry(&format!("{name}:"), field, depth, text);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                entry("-", item, depth, text);
            }
        }
        other => line(&plain(other), depth, text),
    }
}

/// What stands behind `label`: in its line if it is a line, else below it.
fn entry(label: &str, value: &Json, depth: usize, text: &mut String) {
    let mut below = String::new();
    write(value, depth + 1, &mut below);
    let is_line = below.lines().count() == 1 && !matches!(value, Json::Object(_) | Json::Array(_))
        || outputs::is_artifact(value);
    let indent = "  ".repeat(depth);
    if is_line || label == "-" {
        text.push_str(&format!("{indent}{label} {}\n", below.trim()));
    } else {
        text.push_str(&format!("{indent}{label}\n{below}"));
    }
}

fn line(words: &str, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    for line in words.lines() {
        text.push_str(&format!("{indent}{line}\n"));
    }
    if words.is_empty() {
        text.push('\n');
    }
}

fn plain(value: &Json) -> String {
    match value {
        // A text may come from anywhere: it must not steer the terminal.
        Json::String(text) => text.chars().filter(|c| !c.is_control() || *c == '\n').collect(),
        Json::Null => "nothing".into(),
        other => other.to_string(),
    }
}

fn file(artifact: &Json) -> String {
    let word = |name| artifact.get(name).and_then(Json::as_str).unwrap_or_default();
    match word("path") {
        "" => word("media_type").to_owned(),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_read_line_by_line() {
        let value = json!([
            { "question": "Which tone?", "options": ["calm", "loud"], "text": "one\ntwo", "left": null },
            7,
            [],
        ]);
        insta::assert_snapshot!(outline(&value), @"
        - question: Which tone?
          options:
            - calm
            - loud
          text:
            one
            two
          left: nothing
        - 7
        - []
        ");
    }

    #[test]
    fn a_text_steers_no_terminal() {
        assert_eq!(outline(&json!("a\u{1b}[31mb\nc")), "a[31mb\nc\n");
    }
}
