//! How is it told that a value breaks a schema?
//!
//! In the words of whoever wrote the value. Where a schema has alternatives and one alone can have been meant, what is wrong
//! with that one is told, at its place; else what the alternatives are, and which one comes nearest.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use super::{JsonTypes, Schema, Violation};

/// So many alternatives are named.
const NAMED: usize = 6;

/// What `error`, met with `schema`, comes to.
pub(super) fn violations(schema: &Schema, error: &ValidationError<'_>) -> Vec<Violation> {
    let violation =
        |message: String| vec![Violation { path: error.instance_path().to_string(), message }];
    match error.kind() {
        ValidationErrorKind::Format { format } if format == "money" => {
            violation(format!("{} is no amount such as \"0.05 USD\"", error.instance()))
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            let forms = forms(schema, error);
            let types = forms.iter().fold(JsonTypes::NONE, |types, form| types | form.types());
            if !forms.is_empty() && !types.has(JsonTypes::of(error.instance())) {
                return violation(format!("{} is not {types}", error.instance()));
            }
            match &meant(context, error)[..] {
                [one] => one.iter().flat_map(|error| violations(schema, error)).collect(),
                several => violation(none_of(schema, error, &forms, several)),
            }
        }
        _ => violation(error.to_string()),
    }
}

/// The alternatives that the value may have been meant for: it has their type, and the words by which they are told apart.
fn meant<'e>(
    context: &'e [Vec<ValidationError<'static>>],
    whole: &ValidationError<'_>,
) -> Vec<&'e Vec<ValidationError<'static>>> {
    let at = whole.instance_path().as_str();
    let is_other = |error: &ValidationError<'_>| match error.kind() {
        ValidationErrorKind::Type { .. } => error.instance_path().as_str() == at,
        ValidationErrorKind::Constant { .. } => true,
        _ => false,
    };
    context.iter().filter(|errors| !errors.is_empty() && !errors.iter().any(is_other)).collect()
}

fn none_of(
    schema: &Schema,
    whole: &ValidationError<'_>,
    forms: &[Schema],
    meant: &[&Vec<ValidationError<'static>>],
) -> String {
    let mut text = format!("{} is none of what is taken", whole.instance());
    let mut words: Vec<String> = Vec::new();
    for form in forms {
        let form = form_in_words(form);
        if !words.contains(&form) {
            words.push(form);
        }
    }
    if words.len() > 1 && words.len() <= NAMED {
        let _ = write!(text, ": {}", words.join("; or "));
    }
    let nearest = meant.iter().min_by_key(|errors| errors.len()).and_then(|errors| errors.first());
    if let Some(first) = nearest.and_then(|error| violations(schema, error).into_iter().next()) {
        let inside = first.path.strip_prefix(whole.instance_path().as_str()).unwrap_or_default();
        let place = if inside.is_empty() { String::new() } else { format!("at {inside}: ") };
        let _ = write!(text, "; nearest to one, but {place}{}", first.message);
    }
    text
}

/// The alternatives that `error` speaks of.
fn forms(schema: &Schema, error: &ValidationError<'_>) -> Vec<Schema> {
    let node = schema.as_json().pointer(error.schema_path().as_str()).and_then(Json::as_array);
    let within = |form: &Json| Schema::within(form.clone(), &schema.0.defs);
    node.into_iter().flatten().map(within).collect()
}

/// An object with `image`; `"fast"`; a text.
fn form_in_words(form: &Schema) -> String {
    let node = form.as_json();
    if let Some(title) = node.get("title").and_then(Json::as_str) {
        return title.to_owned();
    }
    if let Some(constant) = node.get("const") {
        return constant.to_string();
    }
    let types = form.types();
    let mut words = types.to_string();
    if types == JsonTypes::OBJECT {
        let needed = form.properties().into_iter().filter(|(_, _, required)| *required);
        let needed: Vec<_> = needed.map(|(name, ..)| format!("`{name}`")).collect();
        if !needed.is_empty() {
            let _ = write!(words, " with {}", needed.join(", "));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(schema: Json, value: &Json) -> String {
        let violations = Schema::new(schema).violations(value);
        violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn of_alternatives_the_one_that_was_meant_is_held_against_the_value() {
        let schema = json!({ "properties": { "size": { "anyOf": [
            { "type": "object", "properties": { "width": { "type": "integer" } }, "required": ["width"] },
            { "type": "integer", "minimum": 5 },
        ] } } });
        let told = |value: Json| told(schema.clone(), &json!({ "size": value }));
        insta::assert_snapshot!(told(json!({ "width": "wide" })), @r#"at /size/width: "wide" is not of type "integer""#);
        insta::assert_snapshot!(told(json!(3)), @"at /size: 3 is less than the minimum of 5");
        insta::assert_snapshot!(told(json!("wide")), @r#"at /size: "wide" is not an integer or an object"#);
    }

    #[test]
    fn where_several_may_be_meant_all_are_named_and_the_nearest_is_told() {
        let schema = json!({ "oneOf": [
            { "type": "object", "properties": { "a": { "type": "integer" } }, "required": ["a"] },
            { "type": "object", "properties": { "a": { "type": "integer" }, "b": {}, "c": {} }, "required": ["b", "c"] },
        ] });
        insta::assert_snapshot!(told(schema, &json!({ "a": "x" })), @r#"{"a":"x"} is none of what is taken: an object with `a`; or an object with `b`, `c`; nearest to one, but at /a: "x" is not of type "integer""#);
        let kinds = json!({ "anyOf": [
            { "properties": { "kind": { "const": "cut" }, "at": { "type": "number" } }, "required": ["kind"] },
            { "properties": { "kind": { "const": "fade" }, "over": { "type": "number" } }, "required": ["kind"] },
        ] });
        insta::assert_snapshot!(told(kinds, &json!({ "kind": "fade", "over": "long" })), @r#"at /over: "long" is not of type "number""#);
    }
}
