//! What does a `$ref` of an input's schema to another file bring in?
//!
//! The other file becomes a definition of the schema, and every reference one inside it: a plan is whole in itself.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json};

use super::{Planner, pipeline};
use crate::document::tree::{Tree, Value};

/// A reference that leads nowhere.
pub(super) struct Lost {
    pub reference: String,
    pub why: String,
}

impl Planner<'_> {
    /// `schema`, which stands in the file at hand, with what it refers to in other files.
    pub(super) fn bundled(&self, schema: Json) -> Result<Json, Lost> {
        let mut bundle = Bundle { planner: self, files: Vec::new(), all: Map::new() };
        let mut schema = bundle.rewritten(schema, &self.source.path, None)?;
        if let (Json::Object(schema), false) = (&mut schema, bundle.all.is_empty()) {
            let defs = schema.entry("$defs").or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(defs) = defs {
                defs.extend(bundle.all);
            }
        }
        Ok(schema)
    }
}

struct Bundle<'b, 'a> {
    planner: &'b Planner<'a>,
    /// The files that are in, each a definition named by its position.
    files: Vec<PathBuf>,
    all: Map<String, Json>,
}

impl Bundle<'_, '_> {
    /// `json` of the file at `beside`, whose own root is definition `own`; none for the pipeline's schema.
    fn rewritten(&mut self, json: Json, beside: &Path, own: Option<usize>) -> Result<Json, Lost> {
        match json {
            Json::Object(fields) => {
                let mut rewritten = Map::new();
                for (key, value) in fields {
                    let value = match (key.as_str(), value) {
                        ("$ref", Json::String(reference)) => {
                            self.target(&reference, beside, own)?.into()
                        }
                        (_, value) => self.rewritten(value, beside, own)?,
                    };
                    rewritten.insert(key, value);
                }
                Ok(Json::Object(rewritten))
            }
            Json::Array(items) => {
                let items = items.into_iter().map(|item| self.rewritten(item, beside, own));
                Ok(Json::Array(items.collect::<Result<_, _>>()?))
            }
            other => Ok(other),
        }
    }

    /// What `reference` is inside the bundle.
    fn target(
        &mut self,
        reference: &str,
        beside: &Path,
        own: Option<usize>,
    ) -> Result<String, Lost> {
        let (file, inside) = reference.split_once('#').unwrap_or((reference, ""));
        let definition =
            if file.is_empty() { own } else { Some(self.file(file, reference, beside)?) };
        Ok(match definition {
            None => format!("#{inside}"),
            Some(definition) => format!("#/$defs/{}{inside}", name(definition)),
        })
    }

    /// The definition that holds `file`.
    fn file(&mut self, file: &str, reference: &str, beside: &Path) -> Result<usize, Lost> {
        let lost = |why: String| Lost { reference: reference.to_owned(), why };
        if file.contains("://") {
            return Err(lost("only files are read, and nothing from the network".into()));
        }
        let path = pipeline::beside(beside, file);
        if let Some(known) = self.files.iter().position(|known| *known == path) {
            return Ok(known);
        }
        let source = (self.planner.read)(&path).map_err(lost)?;
        let json = serde_json::from_str(&source.text)
            .map_err(|error| lost(format!("it is not JSON: {error}")))?;
        self.files.push(path.clone());
        let definition = self.files.len() - 1;
        let json = self.rewritten(json, &path, Some(definition))?;
        self.all.insert(name(definition), json);
        Ok(definition)
    }
}

fn name(definition: usize) -> String {
    format!("file{definition}")
}

/// Where `reference` stands in `tree`.
pub(super) fn place<'t>(tree: &'t Tree, reference: &str) -> Option<&'t Tree> {
    match &tree.value {
        Value::Map(entries) => entries.iter().find_map(|(key, value)| match value.text() {
            Some(text) if key.name == "$ref" && text == reference => Some(value),
            _ => place(value, reference),
        }),
        Value::List(items) => items.iter().find_map(|item| place(item, reference)),
        _ => None,
    }
}
