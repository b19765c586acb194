//! Is every variable of a prompt bound?
//!
//! A port that its kind marks `x-template` takes a text whose `{{ }}` are filled in when it is sent, from the fields of
//! another port. The text is written out, or read from a file beside the pipeline: it is never computed, so that what
//! was inserted is never read again.

use serde_json::Value as Json;

use super::ports::Inputs;
use super::rules::prompt as rule;
use super::{Planner, pipeline};
use crate::document::syntax::{CallBlock, ValueBlock};
use crate::expression::{Template, prompt_variables};
use crate::kind::{Known, Port};
use crate::schema::{NoField, Schema};
use crate::source::Span;

/// The schema keyword of a port that takes a prompt; it names the port whose fields are the variables.
const MARK: &str = "x-template";
/// That port, where the keyword is `true`.
const VARIABLES: &str = "variables";

/// The port whose fields a prompt of this type may read; none, where it is no prompt.
pub(super) fn variables_of(schema: &Schema) -> Option<String> {
    match schema.as_json().get(MARK)? {
        Json::Bool(true) => Some(VARIABLES.to_owned()),
        Json::String(port) => Some(port.clone()),
        _ => None,
    }
}

impl Planner<'_> {
    /// Checks a prompt. Gives it as the plan keeps it: the text itself.
    pub(super) fn prompt(
        &mut self,
        port: &str,
        value: &ValueBlock,
        template: &Template,
        schema: &Schema,
    ) -> (Option<Template>, Option<Port>) {
        let at = value.tree.place();
        let Template::Literal(json) = template else {
            self.findings.push(rule::computed(self.source, at, port));
            return (None, None);
        };
        let json = match json.as_str().filter(|text| is_file(text)) {
            None => json.clone(),
            Some(file) => match (self.read)(&pipeline::beside(&self.source.path, file)) {
                Ok(source) => Json::String(source.text),
                Err(why) => {
                    self.findings.push(rule::unreadable(self.source, at, file, &why));
                    return (None, None);
                }
            },
        };
        self.literal(port, value, &json, schema);
        if let Some(broken) = json.as_str().and_then(|text| prompt_variables(text).err()) {
            self.findings.push(rule::broken(self.source, at, &broken));
        }
        let of = Port { schema: Schema::constant_of(json.clone()), constant: Some(json.clone()) };
        (Some(Template::Literal(json)), Some(of))
    }

    /// Checks that the prompts of a call find all that they read.
    pub(super) fn prompts(&mut self, inputs: &Inputs, block: &CallBlock, known: Option<&Known>) {
        let Some(known) = known else { return };
        for port in &inputs.ports {
            let Some(variables) = &port.taken.prompt else { continue };
            let text = known.ports.get(&port.name).and_then(|port| port.constant.as_ref());
            let Some(Ok(read)) = text.and_then(Json::as_str).map(prompt_variables) else {
                continue;
            };
            let place = |name: &str| {
                let given = block.with.iter().find(|(port, _)| port.value == name);
                given.map(|(_, value)| value.tree.place())
            };
            let Some(at) = place(&port.name) else { continue };
            let bound = known.ports.get(variables).map(|port| &port.schema);
            for path in &read {
                self.bound(path, bound, variables, (at, place(variables)));
            }
        }
    }

    fn bound(
        &mut self,
        path: &[String],
        bound: Option<&Schema>,
        variables: &str,
        (at, given): (Span, Option<Span>),
    ) {
        let mut of = bound.cloned().unwrap_or_else(|| Schema::constant_of(serde_json::json!({})));
        for (depth, name) in path.iter().enumerate() {
            let known = match of.field(name) {
                Ok(field) => {
                    of = field;
                    continue;
                }
                Err(NoField::Unknown { known }) => known,
                // What is no object is the template engine's to tell: it has ways of its own to read a text.
                Err(NoField::NoObject { .. }) => return,
            };
            let read = path[..=depth].join(".");
            let finding = rule::unbound(self.source, at, &read, variables, (given, &known, name));
            self.findings.push(finding);
            return;
        }
    }
}

/// A path beside the pipeline, `./prompts/scene.md`, and no text.
fn is_file(text: &str) -> bool {
    (text.starts_with("./") || text.starts_with("../")) && !text.contains('\n')
}
