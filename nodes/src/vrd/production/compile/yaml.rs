//! How does a tree read as YAML in block style?

use serde_json::Value as Json;

/// `tree` as a document.
pub fn write(tree: &Json) -> String {
    let mut text = String::new();
    fields(tree, 0, &mut text);
    text
}

/// The fields or items of `value`, each on a line of its own, `depth` steps to the right.
fn fields(value: &Json, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(object) => {
            for (key, value) in object {
                text.push_str(&format!("{indent}{}:", scalar(&Json::String(key.clone()))));
                below(value, depth, text);
                let is_part = depth == 1 && value.is_object() || depth == 0 && key == "description";
                if is_part {
                    text.push('\n');
                }
            }
        }
        Json::Array(items) => {
            for item in items {
                text.push_str(&format!("{indent}-"));
                below(item, depth, text);
            }
        }
        other => text.push_str(&format!("{indent}{}\n", scalar(other))),
    }
}

/// What stands after a key or a dash.
fn below(value: &Json, depth: usize, text: &mut String) {
    match value {
        Json::Object(object) if object.is_empty() => text.push_str(" {}\n"),
        Json::Array(items) if items.is_empty() => text.push_str(" []\n"),
        Json::Object(object) if object.values().all(is_short) && object.len() <= 3 => {
            let pairs: Vec<String> = object
                .iter()
                .map(|(key, value)| {
                    format!("{}: {}", scalar(&Json::String(key.clone())), quoted(value))
                })
                .collect();
            text.push_str(&format!(" {{ {} }}\n", pairs.join(", ")));
        }
        Json::Object(_) | Json::Array(_) => {
            text.push('\n');
            fields(value, depth + 1, text);
        }
        scalar_value => text.push_str(&format!(" {}\n", scalar(scalar_value))),
    }
}

fn is_short(value: &Json) -> bool {
    match value {
        Json::String(text) => text.len() <= 30 && !text.starts_with("${{"),
        Json::Object(_) | Json::Array(_) => false,
        _ => true,
    }
}

/// A value inside braces: every text in quotes, for commas and brackets end one there.
fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) if !is_word(text) => value.to_string(),
        other => scalar(other),
    }
}

/// Text without quotes only where no reader could take it for anything else.
fn scalar(value: &Json) -> String {
    match value {
        Json::String(text) if is_word(text) || is_expression(text) => text.clone(),
        other => other.to_string(),
    }
}

fn is_word(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/');
    let is_other =
        ["true", "false", "null", "yes", "no", "on", "off", "inf", "nan"].contains(&text);
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(letters) && !is_other
}

/// `${{ cut.seconds }}`, `line is not none`, `spoken.value`: plain in block style.
fn is_expression(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ' ' | '[' | ']');
    let inner = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}"));
    let bare = text.contains(['.', ' ']) && text.starts_with(|c: char| c.is_ascii_lowercase());
    inner.is_some_and(|inner| inner.chars().all(plain))
        || bare && !text.ends_with(['.', ' ']) && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_that_could_be_taken_for_something_else_stand_in_quotes() {
        let tree = json!({
            "flow": 1, "plain": "word", "yes": "yes", "number": "12", "colon": "a: b", "hash": "a #b",
            "expression": "${{ a.b }}", "list": ["x", { "k": "a, b" }, null], "none": {}, "line": "one\ntwo",
        });
        insta::assert_snapshot!(write(&tree), @r#"
        flow: 1
        plain: word
        "yes": "yes"
        number: "12"
        colon: "a: b"
        hash: "a #b"
        expression: ${{ a.b }}
        list:
          - x
          - { k: "a, b" }
          - null
        none: {}
        line: "one\ntwo"
        "#);
    }
}
