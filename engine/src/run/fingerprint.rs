//! What must be equal for an output to be used again?

use serde_json::{Map, Value as Json, json};

use crate::name::{Digest, KindName};
use crate::plan::graph::PlannedKind;

/// The hash of all that decides an attempt's output: kind, versions, provider, model, and the input with its files by
/// content; of a drawn kind also which take it is.
pub(super) fn fingerprint(
    name: &KindName,
    kind: &PlannedKind,
    (provider, model): (&str, &str),
    input: &Json,
    take: Option<(Option<u32>, Json)>,
) -> Digest {
    let mut all = json!({
        "kind": name,
        "version": kind.version,
        "revision": kind.revision,
        "provider": provider,
        "input": canonical(input),
    });
    if !model.is_empty() {
        all["model"] = json!(model);
    }
    if let Some((round, said)) = take {
        all["take"] = json!([round, said]);
    }
    Digest::of(all.to_string().as_bytes())
}

/// The same value with the keys of its objects in order: how a file orders them does not matter.
fn canonical(json: &Json) -> Json {
    match json {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_unstable_by_key(|(key, _)| *key);
            let fields: Map<_, _> =
                fields.into_iter().map(|(key, value)| (key.clone(), canonical(value))).collect();
            Json::Object(fields)
        }
        Json::Array(items) => items.iter().map(canonical).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::{Nature, Weight};
    use crate::schema::Schema;

    fn of(revision: &str, provider: &str, input: &str) -> Digest {
        let kind = PlannedKind {
            version: 1,
            revision: revision.into(),
            nature: Nature::Pure,
            weight: Weight::Core,
            inline: false,
            input: Schema::anything(),
            output: Schema::anything(),
            provider: String::new(),
            slots: 0,
        };
        let name = "image/generate".parse().expect("a kind's name");
        let input = serde_json::from_str(input).expect("JSON");
        fingerprint(&name, &kind, (provider, ""), &input, None)
    }

    #[test]
    fn the_order_of_keys_does_not_matter_and_all_else_does() {
        let one = of("r", "local", r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#);
        assert_eq!(one, of("r", "local", r#"{"b": {"d": null, "c": [1, 2]}, "a": 1}"#));
        assert_ne!(one, of("r", "local", r#"{"b": {"d": null, "c": [2, 1]}, "a": 1}"#));
        assert_ne!(one, of("r2", "local", r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#));
        assert_ne!(one, of("r", "other", r#"{"a": 1, "b": {"c": [1, 2], "d": null}}"#));
    }
}
