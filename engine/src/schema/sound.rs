//! Is this document plainly a JSON Schema?
//!
//! The meta-schema answers that for every document, and to prepare it takes longer than to check a small pipeline. This
//! look knows the keywords that pipelines use; of a document with others it claims nothing.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::TYPES;

/// Whether it is one for sure.
pub(crate) fn is_sound(schema: &Json) -> bool {
    match schema {
        Json::Bool(_) => true,
        Json::Object(fields) => fields.iter().all(|(keyword, value)| holds(keyword, value)),
        _ => false,
    }
}

fn holds(keyword: &str, value: &Json) -> bool {
    match keyword {
        "const" | "default" => true,
        "title" | "description" | "format" => value.is_string(),
        "enum" | "examples" => value.is_array(),
        "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" => value.is_boolean(),
        "type" => match value {
            Json::String(name) => TYPES.contains(&name.as_str()),
            names => texts(names).is_some_and(|names| {
                !names.is_empty() && names.iter().all(|name| TYPES.contains(name))
            }),
        },
        "required" => texts(value).is_some(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|number| number > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => value.is_u64(),
        "items"
        | "contains"
        | "additionalProperties"
        | "propertyNames"
        | "not"
        | "if"
        | "then"
        | "else" => is_sound(value),
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => {
            value.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is_sound))
        }
        "properties" | "$defs" => {
            value.as_object().is_some_and(|named| named.values().all(is_sound))
        }
        other => other.starts_with("x-"),
    }
}

/// The texts of a list, where each stands there once.
fn texts(value: &Json) -> Option<BTreeSet<&str>> {
    let all = value.as_array()?;
    let texts: BTreeSet<&str> = all.iter().map(Json::as_str).collect::<Option<_>>()?;
    (texts.len() == all.len()).then_some(texts)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::Schema;

    #[test]
    fn what_is_plainly_a_schema_is_one_for_the_meta_schema_too() {
        let words = json!([
            true, false, null, -1, 0, 1, 1.5, "", "string", [], ["a"], ["a", "a"], ["string"], ["string", "null"],
            [true], [1], {}, { "a": true }, { "a": 1 }, { "type": "strnig" },
        ]);
        let keywords = "const default title description format pattern enum examples uniqueItems deprecated \
            readOnly writeOnly type required minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength \
            maxLength minItems maxItems minProperties maxProperties minContains maxContains items contains \
            additionalProperties propertyNames not if then else allOf anyOf oneOf prefixItems properties $defs \
            x-media unknown $id $schema";
        let mut sound = 0;
        for keyword in keywords.split_whitespace() {
            for value in words.as_array().expect("a list") {
                let schema = json!({ keyword: value });
                if is_sound(&schema) {
                    sound += 1;
                    assert!(jsonschema::meta::is_valid(&schema), "{schema}");
                    assert_eq!(Schema::new(schema).fault(), None);
                }
            }
        }
        assert!(sound > 100, "{sound}");
        assert!(!is_sound(&json!({ "items": { "type": "strnig" } })));
        assert!(!is_sound(&json!(1)));
    }
}
