//! How is a pipeline read: the keys around its nodes?

use std::sync::Arc;
use std::time::Duration;

use super::fields::{Field, Fields, Reader, entry};
use super::rules;
use super::syntax::{BodyBlock, Document, InputBlock, PoolBlock};
use super::tree::{Key, Text, Tree, Value};
use crate::name::NodeName;
use crate::source::Spanned;
use crate::time::parse_duration;

/// The keys of a pipeline.
pub(crate) const KEYS: [&str; 11] = [
    "flow",
    "name",
    "description",
    "schedule",
    "inputs",
    "budget",
    "providers",
    "pools",
    "doubt",
    "nodes",
    "outputs",
];

const FEW: u32 = 1_000_000;

/// The pipeline that `tree` writes; none where its version is not known.
pub(super) fn read(reader: &mut Reader<'_>, tree: &Tree) -> Option<Document> {
    if tree.value == Value::Null {
        reader.report(rules::missing_key::found(
            reader.source,
            tree.span,
            "a pipeline",
            "flow",
            "flow: 1",
        ));
        return None;
    }
    if !matches!(tree.value, Value::Map(_)) {
        reader.report(rules::wrong_type::no_pipeline(reader.source, tree));
        return None;
    }
    let mut fields = reader.fields(tree, "a pipeline")?;
    version(reader, &mut fields)?;
    let document = Document {
        source: Arc::clone(reader.source),
        name: name(reader, &mut fields),
        description: fields.take("description").and_then(|field| text(reader, field)),
        schedule: fields
            .take("schedule")
            .and_then(|field| Some(entry(field, reader.schedule(field)?))),
        inputs: fields.take("inputs").map(|field| inputs(reader, field)).unwrap_or_default(),
        budget: fields.take("budget").and_then(|field| reader.budget(field)),
        providers: fields
            .take("providers")
            .map(|field| providers(reader, field))
            .unwrap_or_default(),
        pools: fields.take("pools").and_then(|field| Some(entry(field, pools(reader, field)?))),
        doubt: fields.take("doubt").and_then(|field| reader.doubt(field)),
        body: body(reader, &mut fields),
    };
    reader.finish(fields, "a pipeline", &KEYS);
    Some(document)
}

/// `nodes` and `outputs` of a pipeline.
fn body(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> BodyBlock {
    let is_told = rules::foreign_key::words_for("nodes").any(|word| fields.names(word));
    if !fields.names("nodes") && !is_told {
        reader.report(rules::missing_key::found(
            reader.source,
            crate::source::Span { end: fields.span.start, ..fields.span },
            "a pipeline",
            "nodes",
            "nodes:",
        ));
    }
    BodyBlock {
        nodes: fields.take("nodes").map(|field| reader.nodes(field)).unwrap_or_default(),
        outputs: fields.take("outputs").map(|field| reader.outputs(field)).unwrap_or_default(),
    }
}

fn version(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> Option<()> {
    let Some((_, tree)) = fields.take("flow") else {
        let start = crate::source::Span { end: fields.span.start, ..fields.span };
        if !rules::foreign_key::words_for("flow").any(|word| fields.names(word)) {
            reader.report(rules::missing_key::no_version(reader.source, start));
        }
        return Some(());
    };
    if tree.to_json() != 1 {
        reader.report(rules::flow_version::found(reader.source, tree));
        return None;
    }
    Some(())
}

/// The name that the file says, else the file's own.
fn name(reader: &mut Reader<'_>, fields: &mut Fields<'_>) -> String {
    let said = fields.take("name").and_then(|field| reader.literal(field));
    match said {
        Some(name) => name.to_owned(),
        None => reader
            .source
            .path
            .file_stem()
            .map_or_else(|| "pipeline".into(), |stem| stem.to_string_lossy().into_owned()),
    }
}

/// A text for people, in which nothing is read.
fn text(reader: &mut Reader<'_>, (key, tree): Field<'_>) -> Option<String> {
    match tree.text() {
        Some(text) => Some(text.to_owned()),
        None => reader.no_text(tree, &key.name),
    }
}

fn inputs(reader: &mut Reader<'_>, (key, tree): Field<'_>) -> Vec<InputBlock> {
    let Some(mut fields) = reader.fields(tree, &key.name) else {
        return Vec::new();
    };
    fields.rest().into_iter().filter_map(|field| input(reader, field)).collect()
}

fn input(reader: &mut Reader<'_>, (key, tree): Field<'_>) -> Option<InputBlock> {
    let name = reader.name(&key.name, key.span);
    let Value::Map(entries) = &tree.value else {
        reader.report(rules::wrong_type::no_schema(reader.source, tree, &key.name));
        return None;
    };
    refuse_expressions(reader, tree, &key.name);
    let default = entries.iter().find(|(key, _)| key.name == "default");
    let schema: Vec<(Key, Tree)> =
        entries.iter().filter(|(key, _)| key.name != "default").cloned().collect();
    Some(InputBlock {
        name: name?,
        schema: Tree { value: Value::Map(schema), ..tree.clone() },
        default: default.map(|(_, tree)| tree.clone()),
    })
}

/// Tells every expression inside a value that must be written out.
fn refuse_expressions(reader: &mut Reader<'_>, tree: &Tree, name: &str) {
    match &tree.value {
        Value::Text(Text { text, .. }) if text.contains("${{") => {
            reader.report(rules::literal_only::found(reader.source, tree, name));
        }
        Value::List(items) => {
            for item in items {
                refuse_expressions(reader, item, name);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                refuse_expressions(reader, value, &key.name);
            }
        }
        _ => {}
    }
}

fn providers(
    reader: &mut Reader<'_>,
    (key, tree): Field<'_>,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let Some(mut fields) = reader.fields(tree, &key.name) else {
        return Vec::new();
    };
    let mut providers = Vec::new();
    for (capability, tree) in fields.rest() {
        if let Some(provider) = reader.literal((capability, tree)) {
            let capability = Spanned::new(capability.name.clone(), capability.span);
            providers.push((capability, Spanned::new(provider.to_owned(), tree.place())));
        }
    }
    providers
}

fn pools(reader: &mut Reader<'_>, (key, tree): Field<'_>) -> Option<Vec<PoolBlock>> {
    let mut fields = reader.fields(tree, &key.name)?;
    Some(fields.rest().into_iter().filter_map(|field| pool(reader, field)).collect())
}

fn pool(reader: &mut Reader<'_>, (key, tree): Field<'_>) -> Option<PoolBlock> {
    let name = Spanned::new(key.name.clone(), key.span);
    if !is_pool_name(&key.name) {
        reader.report(rules::bad_name::no_pool(reader.source, &key.name, key.span));
        return None;
    }
    match &tree.value {
        Value::Number(_) => {
            let limit = reader.count((key, tree), FEW)?;
            Some(PoolBlock { name, limit: Some(limit), rate: None })
        }
        Value::Map(_) => {
            let mut fields = reader.fields(tree, &key.name)?;
            if fields.key("limit").or(fields.key("rate")).is_none() {
                let at = key.span;
                let missing =
                    rules::missing_key::found(reader.source, at, "a pool", "limit", "limit: 4");
                reader.report(missing);
            }
            let limit = fields.take("limit").and_then(|field| reader.count(field, FEW));
            let rate = fields.take("rate").and_then(|field| rate(reader, field));
            reader.finish(fields, "a pool", &["limit", "rate"]);
            Some(PoolBlock { name, limit, rate })
        }
        _ => reader.wrong(tree, &key.name, "a whole number, or `limit` and `rate`"),
    }
}

/// Of `a-z`, `0-9`, `_` and `-`, first a letter, as the names of kinds and providers.
fn is_pool_name(name: &str) -> bool {
    name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name.len() <= 64
        && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-_".contains(&c))
}

/// `60/min`, `5/s`, `1000/24h`.
fn rate(reader: &mut Reader<'_>, field: Field<'_>) -> Option<(u32, Duration)> {
    let text = reader.literal(field)?;
    let rate = text.split_once('/').and_then(|(count, time)| {
        let time = time.trim();
        let time = if time.starts_with(|c: char| c.is_ascii_digit()) {
            parse_duration(time)
        } else {
            parse_duration(&format!("1{time}"))
        };
        let count = count.trim().parse().ok().filter(|count| *count > 0)?;
        Some((count, time.ok()?))
    });
    match rate {
        Some(rate) => Some(rate),
        None => reader.bad(field.1, format!("`{text}` is not a rate"), "write it like `60/min`"),
    }
}

impl Reader<'_> {
    /// `outputs` of a pipeline or a body.
    pub(super) fn outputs(
        &mut self,
        (key, tree): Field<'_>,
    ) -> Vec<(Spanned<NodeName>, super::syntax::ValueBlock)> {
        let Some(entries) = self.map(tree, &key.name, "a map of names and values") else {
            return Vec::new();
        };
        let mut outputs = Vec::with_capacity(entries.len());
        for (key, tree) in entries {
            if let Some(name) = self.name(&key.name, key.span) {
                outputs.push((name, self.value(tree)));
            }
        }
        outputs
    }
}
