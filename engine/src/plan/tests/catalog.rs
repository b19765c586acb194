//! Kinds as planning sees them, for tests.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::kind::{Card, Catalog, Known, Later, Nature, Weight};
use crate::money::Usd;
use crate::plan::field;
use crate::schema::Schema;

/// Kinds as they might be: what planning sees of them.
pub(in crate::plan) fn catalog() -> Catalog {
    let object = |properties: Json, required: Json| {
        json!({ "type": "object", "properties": properties, "required": required,
                "additionalProperties": false })
    };
    let scene = object(
        json!({ "id": { "type": "string" }, "text": { "type": "string" },
                "mood": { "type": ["string", "null"] }, "seconds": { "type": "number", "minimum": 1 } }),
        json!(["id", "text", "mood", "seconds"]),
    );
    let mut catalog = Catalog::default();
    let mut add = |card: Card| {
        catalog.kinds.insert(card.name.clone(), card);
    };
    add(card(
        "agent/script-writer",
        object(
            json!({ "topic": { "type": "string", "minLength": 3 },
                    "seconds": { "type": "integer", "minimum": 10 },
                    "draft": { "type": "boolean" } }),
            json!(["topic"]),
        ),
        json!({
            "type": "object",
            "properties": {
                "scenes": { "type": "array", "items": { "$ref": "#/$defs/Scene" }, "minItems": 1, "maxItems": 20 },
                "title": { "type": "string" },
            },
            "required": ["scenes", "title"],
            "$defs": { "Scene": scene },
        }),
    ));
    let mut image = card(
        "image/generate",
        object(
            json!({ "prompt": { "type": "string" }, "style": { "type": ["string", "null"] } }),
            json!(["prompt"]),
        ),
        object(json!({ "image": file("image/*") }), json!(["image"])),
    );
    image.capability = Some("image");
    image.providers = vec!["local".into(), "luma".into()];
    add(image);
    add(card(
        "media/ken-burns",
        object(
            json!({ "image": { "$ref": "#/$defs/Image" }, "seconds": { "type": "number" },
                    "music": { "anyOf": [file("audio/*"), { "type": "null" }] } }),
            json!(["image", "seconds"]),
        )
        .with("$defs", json!({ "Image": file("image/*") })),
        object(json!({ "video": file("video/*") }), json!(["video"])),
    ));
    add(card(
        "media/concat",
        object(
            json!({ "clips": { "type": "array", "items": file("video/*"), "minItems": 1 } }),
            json!(["clips"]),
        ),
        object(json!({ "video": file("video/*") }), json!(["video"])),
    ));
    let mut video = card(
        "video/generate",
        object(json!({ "prompt": { "type": "string" } }), json!(["prompt"])),
        object(json!({ "video": file("video/*") }), json!(["video"])),
    );
    video.capability = Some("video");
    video.providers = vec!["local".into(), "luma".into()];
    video.nature = Nature::Drawn;
    add(video);
    add(card(
        "http/request",
        object(
            json!({ "url": { "type": "string" }, "headers": { "type": "object", "x-secret": true } }),
            json!(["url"]),
        ),
        object(json!({ "body": { "type": "string" } }), json!(["body"])),
    ));
    add(card(
        "llm/generate",
        object(
            json!({ "template": { "type": "string", "x-template": "variables" },
                    "variables": { "type": "object" } }),
            json!(["template"]),
        ),
        object(json!({ "text": { "type": "string" } }), json!(["text"])),
    ));
    add(card("exec/command", json!({ "type": "object" }), json!(true)));
    let mut value = card("value", object(json!({ "value": true }), json!(["value"])), json!({}));
    value.output_of = Arc::new(|known: &Known| {
        let of = known.ports.get("value").map(|port| port.schema.clone());
        Schema::object(&[field("value", of.unwrap_or_else(Schema::anything))])
    });
    value.inline = true;
    add(value);
    catalog
}

/// The schema of a file in a media range.
pub(in crate::plan) fn file(range: &str) -> Json {
    json!({
        "type": "object", "x-media": range,
        "properties": {
            "$artifact": { "type": "string", "pattern": "^b3:[0-9a-f]{64}$" },
            "media_type": { "type": "string" },
            "bytes": { "type": "integer", "minimum": 0 },
            "name": { "type": "string" },
        },
        "required": ["$artifact", "media_type", "bytes"],
    })
}

trait With {
    fn with(self, key: &str, value: Json) -> Self;
}

impl With for Json {
    fn with(mut self, key: &str, value: Json) -> Self {
        self[key] = value;
        self
    }
}

pub(in crate::plan) fn card(name: &str, input: Json, output: Json) -> Card {
    let output = Schema::new(output);
    let of = output.clone();
    Card {
        name: name.parse().expect("a kind's name"),
        version: 1,
        docs: "A kind for tests.",
        nature: Nature::Pure,
        weight: Weight::Light,
        inline: false,
        capability: None,
        providers: Vec::new(),
        input: Later::new(|| Schema::new(input)),
        output: Later::new(|| output),
        output_of: Arc::new(move |_| of.clone()),
        revision: Arc::new(|| "tool 1.2".into()),
        slots: 0,
        quote: Arc::new(|_| Ok(Usd::ZERO)),
        ceiling: Arc::new(|_, _, _| Ok(Usd::ZERO)),
    }
}
