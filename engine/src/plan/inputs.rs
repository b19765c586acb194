//! Which values does a pipeline ask for, and do those given fit?

use serde_json::{Map, Value as Json, json};

use super::graph::{Input, Plan};
use super::rules::bad_input;
use super::scope::Type;
use super::{Planner, field, files, refer};
use crate::diagnostic::nearest;
use crate::document::Document;
use crate::document::syntax::InputBlock;
use crate::document::tree::{Tree, Value};
use crate::expression::Template;
use crate::schema::{ARTIFACT, MEDIA, Schema, is_sound, not_a_schema};

/// What is wrong with a value that was given for an input, or with its absence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputProblem {
    #[error("the input `{name}` is required{}", described(.description.as_deref()))]
    Missing { name: String, description: Option<String> },
    #[error("there is no input `{name}`{}", meant(.nearest.as_deref()))]
    Unknown { name: String, nearest: Option<String> },
    #[error("the input `{name}` does not fit{}: {message}", place(.path))]
    Unfit { name: String, path: String, message: String },
}

/// The values that a run of `plan` starts with: those `given`, and the defaults of the others.
pub fn bind(
    plan: &Plan,
    mut given: Map<String, Json>,
) -> Result<Map<String, Json>, Vec<InputProblem>> {
    let mut bound = Map::new();
    let mut problems = Vec::new();
    for input in &plan.inputs {
        let name = input.name.as_str();
        let value = given.shift_remove(name);
        match value.filter(|value| !value.is_null() || input.schema.violations(value).is_empty()) {
            Some(value) => {
                let violations = input.schema.violations(&value);
                problems.extend(violations.into_iter().map(|violation| InputProblem::Unfit {
                    name: name.to_owned(),
                    path: violation.path,
                    message: violation.message,
                }));
                bound.insert(name.to_owned(), value);
            }
            None => match &input.default {
                Some(default) => {
                    bound.insert(name.to_owned(), default.clone());
                }
                None => problems.push(InputProblem::Missing {
                    name: name.to_owned(),
                    description: input
                        .schema
                        .as_json()
                        .get("description")
                        .and_then(Json::as_str)
                        .map(str::to_owned),
                }),
            },
        }
    }
    let known = || plan.inputs.iter().map(|input| input.name.as_str());
    problems.extend(given.into_iter().map(|(name, _)| InputProblem::Unknown {
        nearest: nearest(&name, known()).map(str::to_owned),
        name,
    }));
    if problems.is_empty() { Ok(bound) } else { Err(problems) }
}

fn described(description: Option<&str>) -> String {
    description.map(|text| format!(": {text}")).unwrap_or_default()
}

fn meant(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; `{name}` is one")).unwrap_or_default()
}

fn place(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

impl Planner<'_> {
    /// The pipeline's inputs, and the type of `inputs`.
    pub(super) fn inputs(&mut self, document: &Document) -> (Vec<Input>, Type) {
        let mut inputs = Vec::new();
        let mut fields = Some(Vec::new());
        for block in &document.inputs {
            let Some(schema) = self.input_schema(block) else {
                fields = None;
                continue;
            };
            if let Some(fields) = &mut fields {
                fields.push(field(block.name.value.as_str(), schema.clone()));
            }
            let default = block.default.as_ref().map(|tree| self.default(block, tree, &schema));
            inputs.push(Input { name: block.name.value.clone(), schema, default });
        }
        (inputs, fields.map(|fields| Schema::object(&fields)))
    }

    fn input_schema(&mut self, block: &InputBlock) -> Option<Schema> {
        let json = block.schema.to_json();
        let name = block.name.value.as_str();
        let is_sound = is_sound(&json);
        if let Some((path, why)) = not_a_schema(&json) {
            let tree = block.schema.at_pointer(&path);
            let finding = bad_input::schema(self.source, tree.place(), name, &why);
            self.findings.push(finding);
            return None;
        }
        if let Some(range) = block.schema.get(MEDIA)
            && !range.text().is_some_and(is_range)
        {
            self.findings.push(bad_input::media(self.source, range.place(), name));
            return None;
        }
        let json = match self.bundled(json) {
            Ok(json) => json,
            Err(refer::Lost { reference, why }) => {
                let at = refer::place(&block.schema, &reference).unwrap_or(&block.schema).place();
                let finding = bad_input::reference(self.source, at, &reference, &why);
                self.findings.push(finding);
                return None;
            }
        };
        let schema = Schema::new(with_files(json));
        if !is_sound && let Some(why) = schema.fault() {
            let finding = bad_input::schema(self.source, block.schema.place(), name, why);
            self.findings.push(finding);
            return None;
        }
        Some(schema)
    }

    fn default(&mut self, block: &InputBlock, tree: &Tree, schema: &Schema) -> Json {
        let value = Template::Literal(tree.to_json());
        let value = match self.files.taken(&value, schema, &self.source.path) {
            Template::Literal(json) => json,
            _ => tree.to_json(),
        };
        if is_any_file(&block.schema) && files::index(&value).is_some() {
            return value;
        }
        let tried = self.files.stood_in(&value);
        if schema.surely_accepts(&tried) {
            return value;
        }
        for violation in schema.violations(&tried) {
            let at = tree.at_pointer(&violation.path).place();
            let name = block.name.value.as_str();
            let finding = bad_input::default(self.source, at, name, &violation.message);
            self.findings.push(finding);
        }
        value
    }
}

/// `image/*`, or several.
fn is_range(text: &str) -> bool {
    text.split(',').all(|one| one.trim().split('/').filter(|part| !part.is_empty()).count() == 2)
}

/// Whether the schema says what kind of file comes, and nothing else of it.
fn is_any_file(schema: &Tree) -> bool {
    let Value::Map(entries) = &schema.value else { return false };
    let says_more = |key: &str| !matches!(key, MEDIA | "title" | "description");
    entries.iter().any(|(key, _)| key.name == MEDIA)
        && !entries.iter().any(|(key, _)| says_more(&key.name))
}

/// The schema in which `x-media` says what a file is, wherever it stands without a type.
fn with_files(json: Json) -> Json {
    match json {
        Json::Object(fields) => {
            let is_file = fields.contains_key(MEDIA) && !fields.contains_key("type");
            let mut fields: Map<_, _> =
                fields.into_iter().map(|(key, value)| (key, with_files(value))).collect();
            if is_file {
                fields.insert("type".into(), json!("object"));
                fields.insert(
                    "properties".into(),
                    json!({
                        ARTIFACT: { "type": "string", "pattern": "^b3:[0-9a-f]{64}$" },
                        "media_type": { "type": "string" },
                        "bytes": { "type": "integer", "minimum": 0 },
                        "name": { "type": "string" },
                    }),
                );
                fields.insert("required".into(), json!([ARTIFACT, "media_type", "bytes"]));
            }
            Json::Object(fields)
        }
        Json::Array(items) => items.into_iter().map(with_files).collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan;

    fn bound(given: Json) -> Result<Json, String> {
        let plan = plan(
            "flow: 1\ninputs:\n  topic: { type: string, minLength: 3, description: What it is about }\n  \
             count: { type: integer, default: 3 }\n  note: { type: [string, 'null'], default: none yet }\n\
             nodes: {}\n",
        );
        let Json::Object(given) = given else { return Err("an object is given".into()) };
        match bind(&plan, given) {
            Ok(bound) => Ok(Json::Object(bound)),
            Err(problems) => {
                Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            }
        }
    }

    #[test]
    fn what_is_not_given_takes_its_default() {
        assert_eq!(
            bound(json!({ "topic": "cats" })),
            Ok(json!({ "topic": "cats", "count": 3, "note": "none yet" }))
        );
        assert_eq!(
            bound(json!({ "topic": "cats", "count": null, "note": null })),
            Ok(json!({ "topic": "cats", "count": 3, "note": null }))
        );
    }

    #[test]
    fn every_problem_is_told_at_once() {
        assert_eq!(
            bound(json!({ "count": "many", "topics": "cats" })),
            Err(
                "the input `topic` is required: What it is about; the input `count` does not fit: \
                 \"many\" is not of type \"integer\"; there is no input `topics`; `topic` is one"
                    .into()
            )
        );
    }
}
