//! What may stand in a node?

use serde_json::{Map, Value as Json, json};

use super::ports::name_of;
use super::{described, object, refer, text, words};
use crate::kind::{Card, Catalog, Class};

/// Defines nodes and the calls in them.
pub(super) fn define(catalog: &Catalog, to: &mut Map<String, Json>) {
    to.insert("use".into(), kinds(catalog));
    to.insert(
        "call".into(),
        json!({ "allOf": catalog.kinds.values().map(call).collect::<Vec<_>>() }),
    );
    to.insert(
        "nodes".into(),
        json!({
            "description": "Nodes by name; the order does not matter.",
            "type": "object",
            "propertyNames": refer("name"),
            "additionalProperties": refer("node"),
        }),
    );
    let mut node = object(keys(), &[]);
    node["allOf"] = json!([refer("call")]);
    node["oneOf"] = json!([
        { "required": ["use"] },
        { "required": ["nodes"] },
        { "required": ["approve"] },
    ]);
    to.insert("node".into(), node);
}

/// A kind, each with what it does, or a file.
fn kinds(catalog: &Catalog) -> Json {
    let mut all: Vec<Json> = catalog
        .kinds
        .values()
        .map(|card| described(json!({ "const": card.name }), card.summary()))
        .collect();
    let file = json!({ "type": "string", "pattern": "^[./]|\\.(yaml|yml|toml)$" });
    all.push(described(file, "A pipeline file, beside this one."));
    json!({ "anyOf": all })
}

/// What follows for a node from its use of a kind: its ports, and its providers.
fn call(card: &Card) -> Json {
    let name = name_of(card);
    let needs = card.input.as_json().get("required").and_then(Json::as_array);
    let required: &[&str] =
        if needs.is_some_and(|ports| !ports.is_empty()) { &["with"] } else { &[] };
    let mut properties = Map::from_iter([("with".to_owned(), refer(&name))]);
    if !card.providers.is_empty() {
        let provider = json!({ "anyOf": [{ "enum": card.providers }, refer("expression")] });
        properties.insert("provider".into(), provider);
    }
    json!({
        "if": { "properties": { "use": { "const": card.name } }, "required": ["use"] },
        "then": { "required": required, "properties": properties },
    })
}

fn keys() -> Json {
    let own = [what(), when(), failing(), paying()];
    own.into_iter().flat_map(|keys| keys.as_object().cloned().unwrap_or_default()).collect()
}

fn what() -> Json {
    json!({
        "use": described(refer("use"), "A kind (`flow kinds` lists them), or a pipeline file."),
        "with": { "type": "object", "description": "Values by port. A value that is one `${{ }}` keeps its type; null leaves the port out." },
        "provider": described(text(), "Which implementation of the kind's capability."),
        "model": described(text(), "Which of the provider's models."),
        "nodes": described(refer("nodes"), "A body: a graph of its own, which sees the outer names."),
        "outputs": refer("outputs"),
        "approve": approve(),
        "description": described(text(), "For people."),
    })
}

fn approve() -> Json {
    let keys = json!({
        "ask": described(text(), "The question."),
        "show": { "description": "What is shown with it." },
        "choices": { "description": "A list, of which one is chosen." },
        "schema": { "description": "A JSON Schema of the answer." },
        "above": described(refer("money"), "Below this worst case ahead it approves by itself."),
        "timeout": described(refer("duration"), "How long to wait for an answer."),
        "else": { "description": "The answer at the timeout; `reject` is the default." },
    });
    described(object(keys, &["ask"]), "Waits for a person's answer.")
}

fn when() -> Json {
    json!({
        "when": described(refer("bare"), "Whether the node runs, decided once; if not, it gives null."),
        "map": described(refer("bare"), "One copy for each item of this list."),
        "as": described(refer("name"), "What the item is called inside; `item` without it."),
        "key": described(refer("bare"), "What names an item, for cache and resume; the index without it."),
        "limit": described(refer("count"), "So many items at once."),
        "max_items": described(refer("count"), "So many items at most, 1000 without it; more is an error before any spend."),
        "repeat": described(object(json!({
            "max": described(refer("count"), "So many rounds at most."),
            "until": described(refer("bare"), "The last round is the first for which this holds."),
            "best": described(refer("bare"), "If `until` never holds, the round with the highest of these is taken."),
        }), &["max", "until"]), "Rounds of the node, until a condition holds."),
        "carry": { "type": "object", "propertyNames": refer("name"), "additionalProperties": refer("bare"), "description": "Items or rounds go one after the other, and read what the former one left." },
        "needs": needs(),
    })
}

fn needs() -> Json {
    let gate = object(
        json!({
            "when": described(refer("bare"), "The gate opens when this holds."),
            "budget": described(refer("money"), "So much must be free, and is set aside for this node."),
            "else": described(words(&["fail", "skip", "ask"]), "What becomes of the node otherwise; `fail` is the default."),
        }),
        &[],
    );
    json!({
        "description": "Nodes that settle first: a list, or conditions on the edges.",
        "anyOf": [
            { "type": "array", "items": text() },
            { "type": "object", "additionalProperties": gate },
        ],
    })
}

fn failing() -> Json {
    let classes: Vec<&str> = Class::ALL.iter().map(|class| class.word()).collect();
    let mut alternative = object(
        json!({
            "use": refer("use"),
            "with": { "type": "object" },
            "provider": text(),
            "model": text(),
            "value": { "description": "A plain value instead." },
        }),
        &[],
    );
    alternative["allOf"] = json!([refer("call")]);
    let mut undo = object(
        json!({ "use": refer("use"), "with": { "type": "object" }, "provider": text(), "model": text() }),
        &["use"],
    );
    undo["allOf"] = json!([refer("call")]);
    json!({
        "retry": described(object(json!({
            "attempts": described(refer("count"), "All attempts, the first among them."),
            "backoff": described(text(), "The shortest and the longest pause: `2s..60s`."),
            "errors": { "type": "array", "items": { "enum": classes }, "description": "After which failures; without it, after those that may pass." },
        }), &[]), "When a failed attempt is tried again."),
        "timeout": described(refer("duration"), "How long one attempt may take."),
        "fallback": { "type": "array", "items": alternative, "description": "What is done instead, in order, after the last attempt failed." },
        "on_error": described(words(&["fail", "skip", "drop"]), "What a failure means: `fail` (default), `skip` gives null, `drop` leaves the item out."),
        "undo": described(undo, "What to run if the run fails or is cancelled after this node succeeded."),
    })
}

fn paying() -> Json {
    json!({
        "budget": described(refer("budget"), "What the node may spend: `2 USD`, or `{ limit, each, on_exceed }`."),
        "doubt": refer("doubt"),
        "pool": { "anyOf": [text(), { "type": "array", "items": text() }], "description": "Shared limits, by their names under `pools`." },
        "cache": { "description": "Whether a former equal output is used again.", "anyOf": [
            words(&["auto", "off"]),
            object(json!({ "ttl": described(refer("duration"), "For so long.") }), &["ttl"]),
        ] },
    })
}
