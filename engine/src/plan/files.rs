//! Which literal texts are paths of files?
//!
//! A literal text in a media port is a path beside the pipeline's file. The plan lists it; whether the file is there is
//! asked when a run starts.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::graph::LiteralFile;
use crate::expression::Template;
use crate::schema::{ARTIFACT, MEDIA, Schema};

/// The key that stands for a listed file.
const FILE: &str = "$file";
/// Definitions may refer to each other for ever; no port nests files deeper.
const DEPTH: usize = 16;

/// The files that a pipeline names literally, each once.
#[derive(Default)]
pub(super) struct Files {
    pub all: Vec<LiteralFile>,
    known: HashMap<(String, String), usize>,
}

impl Files {
    /// `value` with `{"$file": index}` for every path of a file, given a port of `schema` in the pipeline at `beside`.
    pub(super) fn taken(&mut self, value: &Template, schema: &Schema, beside: &Path) -> Template {
        if !schema.mentions(MEDIA) {
            return value.clone();
        }
        let root = schema.as_json();
        let mut taking = Taking { files: self, root, beside };
        taking.template(value, root)
    }

    /// `value` with a file that fits in place of every `{"$file": index}`.
    pub(super) fn stood_in(&self, value: &Json) -> Json {
        match value {
            Json::Object(fields) => match index(value) {
                Some(index) => {
                    let file = self.all.get(index);
                    stand_in(file.map_or("*/*", |file| file.media.as_str()))
                }
                None => Json::Object(
                    fields.iter().map(|(key, value)| (key.clone(), self.stood_in(value))).collect(),
                ),
            },
            Json::Array(items) => items.iter().map(|item| self.stood_in(item)).collect(),
            other => other.clone(),
        }
    }

    fn index(&mut self, path: &str, media: &str, beside: &Path) -> usize {
        let folder = beside.parent().unwrap_or(Path::new(""));
        let path = folder.join(path).to_string_lossy().into_owned();
        let key = (path.clone(), media.to_owned());
        *self.known.entry(key).or_insert_with(|| {
            self.all.push(LiteralFile { path, media: media.to_owned() });
            self.all.len() - 1
        })
    }
}

struct Taking<'f> {
    files: &'f mut Files,
    /// Holds the definitions.
    root: &'f Json,
    beside: &'f Path,
}

impl<'f> Taking<'f> {
    fn template(&mut self, value: &Template, schema: &'f Json) -> Template {
        match value {
            Template::Literal(json) => Template::Literal(self.json(json, schema)),
            Template::List(items) => {
                let of = self.part(schema, "items");
                let items = items.iter().map(|item| match of {
                    Some(of) => self.template(item, of),
                    None => item.clone(),
                });
                Template::List(items.collect())
            }
            Template::Object(fields) => {
                let of = self.part(schema, "properties").and_then(Json::as_object);
                let fields = fields.iter().map(|(name, value)| {
                    let of = of.and_then(|of| of.get(name));
                    (name.clone(), of.map_or_else(|| value.clone(), |of| self.template(value, of)))
                });
                Template::Object(fields.collect())
            }
            other => other.clone(),
        }
    }

    fn json(&mut self, value: &Json, schema: &'f Json) -> Json {
        match value {
            Json::String(path) => match self.media(schema) {
                Some(media) => json!({ FILE: self.files.index(path, media, self.beside) }),
                None => value.clone(),
            },
            Json::Array(items) => match self.part(schema, "items") {
                Some(of) => items.iter().map(|item| self.json(item, of)).collect(),
                None => value.clone(),
            },
            Json::Object(fields) => {
                let of = self.part(schema, "properties").and_then(Json::as_object);
                let fields = fields.iter().map(|(name, value)| {
                    let of = of.and_then(|of| of.get(name));
                    (name.clone(), of.map_or_else(|| value.clone(), |of| self.json(value, of)))
                });
                Json::Object(fields.collect::<Map<_, _>>())
            }
            other => other.clone(),
        }
    }

    /// The media range, if a text there can only be a path.
    fn media(&self, schema: &'f Json) -> Option<&'f str> {
        let forms = self.forms(schema);
        let takes_text = |form: &&Json| match form.get("type") {
            Some(Json::String(of)) => of == "string",
            Some(Json::Array(of)) => of.iter().any(|of| of == "string"),
            _ => form.get(MEDIA).is_none(),
        };
        if forms.iter().any(takes_text) {
            return None;
        }
        forms.iter().find_map(|form| form.get(MEDIA)?.as_str())
    }

    fn part(&self, schema: &'f Json, key: &str) -> Option<&'f Json> {
        self.forms(schema).into_iter().find_map(|form| form.get(key))
    }

    /// The alternatives of `schema`, references followed.
    fn forms(&self, schema: &'f Json) -> Vec<&'f Json> {
        let mut forms = Vec::new();
        let mut open = vec![(schema, 0)];
        while let Some((schema, depth)) = open.pop() {
            if depth > DEPTH {
                continue;
            }
            let reference = schema.get("$ref").and_then(Json::as_str);
            let target =
                reference.and_then(|reference| self.root.pointer(reference.strip_prefix('#')?));
            let alternatives =
                ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array());
            match (target, alternatives) {
                (Some(target), _) => open.push((target, depth + 1)),
                (None, Some(parts)) => open.extend(parts.iter().map(|part| (part, depth + 1))),
                (None, None) => forms.push(schema),
            }
        }
        forms
    }
}

/// Which of the listed files `value` stands for, if for one.
pub(super) fn index(value: &Json) -> Option<usize> {
    usize::try_from(value.get(FILE)?.as_u64()?).ok()
}

/// Some file of a media range.
fn stand_in(media: &str) -> Json {
    let first = media.split(',').next().unwrap_or_default().trim();
    json!({
        ARTIFACT: format!("b3:{}", "0".repeat(64)),
        "media_type": first.replace('*', "x"),
        "bytes": 0,
    })
}
