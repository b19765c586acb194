//! Does every verdict hold, whatever the schemas?

use proptest::prelude::*;

use serde_json::{Value as Json, json};

use super::{Verdict, covers, samples};
use crate::schema::Schema;

/// Small schemas of few words, so that one often covers the other.
fn schemas() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!({ "type": "null" })),
        Just(json!({ "type": "boolean" })),
        Just(json!({ "const": "a" })),
        Just(json!({ "const": { "a": 1 } })),
        Just(json!({ "type": ["string", "null"] })),
        Just(json!({ "format": "money" })),
        Just(json!({ "type": "object", "x-media": "video/*" })),
        Just(json!({ "x-media": "video/mp4" })),
        prop::sample::subsequence(vec!["a", "b", "c"], 1..3)
            .prop_map(|texts| json!({ "enum": texts })),
        (0..3, 0..3).prop_map(
            |(low, more)| json!({ "type": "integer", "minimum": low, "maximum": low + more })
        ),
        (0..3).prop_map(|low| json!({ "type": "number", "exclusiveMinimum": low })),
        (0..3).prop_map(|least| json!({ "type": "string", "minLength": least })),
        prop::sample::select(vec!["^a+$", "^[ab]*$", "a", "^b"])
            .prop_map(|pattern| json!({ "type": "string", "pattern": pattern })),
    ];
    let plain = leaf.prop_recursive(3, 12, 3, |inner| {
        let field = prop::sample::select(vec!["a", "b"]);
        let fields = prop::collection::btree_map(field.clone(), inner.clone(), 0..3);
        let required = prop::sample::subsequence(vec!["a", "b"], 0..2);
        let rest = prop_oneof![3 => Just(None), 1 => Just(Some(json!(false))), 1 => inner.clone().prop_map(Some)];
        prop_oneof![
            (fields, required, rest).prop_map(|(fields, required, rest)| {
                let mut object = json!({ "type": "object", "properties": fields, "required": required });
                if let Some(rest) = rest {
                    object["additionalProperties"] = rest;
                }
                object
            }),
            (inner.clone(), 0..2, 1..3).prop_map(|(items, least, more)| {
                json!({ "type": "array", "items": items, "minItems": least, "maxItems": least + more })
            }),
            prop::collection::vec(inner.clone(), 1..3).prop_map(|items| {
                json!({ "type": "array", "prefixItems": items, "items": false, "minItems": items.len() })
            }),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| json!({ "anyOf": parts })),
            prop::collection::vec(inner.clone(), 2..3).prop_map(|parts| json!({ "oneOf": parts })),
            prop::collection::vec(inner, 2..3).prop_map(|parts| json!({ "allOf": parts })),
        ]
    });
    // Some contain themselves.
    prop_oneof![
        4 => plain.clone(),
        1 => plain.prop_map(|part| json!({
            "$defs": { "T": { "type": "object", "properties": { "a": part, "b": { "$ref": "#/$defs/T" } } } },
            "$ref": "#/$defs/T",
        })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_yes_holds_for_every_value_tried_and_a_no_has_its_proof(a in schemas(), b in schemas()) {
        let [consumer, producer] = [a, b].map(Schema::new);
        match covers(&consumer, &producer) {
            Verdict::Yes => {
                for value in samples::against(&consumer, &producer) {
                    prop_assert!(!producer.accepts(&value) || consumer.accepts(&value), "{value}");
                }
            }
            Verdict::No { offending, example } => {
                prop_assert!(producer.accepts(&example) && !consumer.accepts(&example), "{example}");
                prop_assert!(offending.accepts(&example), "{offending:?} {example}");
            }
            Verdict::Unknown { .. } => {}
        }
    }

    #[test]
    fn every_schema_covers_itself_and_its_union_with_another(a in schemas(), b in schemas()) {
        let [a, b] = [a, b].map(Schema::new);
        prop_assert_eq!(covers(&a, &a), Verdict::Yes);
        let both = Schema::union(&[a.clone(), b]);
        let verdict = covers(&both, &a);
        let holds = !matches!(verdict, Verdict::No { .. });
        prop_assert!(holds, "{both:?} {a:?} {verdict:?}");
    }
}
