//! Does what `with` gives fit the ports of its kind?

use std::sync::Arc;

use serde_json::Value as Json;

use super::Planner;
use super::rules;
use super::scope::{Scope, Type};
use crate::document::syntax::{CallBlock, ValueBlock};
use crate::expression::Template;
use crate::kind::{Card, Known, Port};
use crate::schema::{JsonTypes, Schema, Verdict};
use crate::source::{Span, Spanned};

/// Values by port, as a plan keeps them.
type With = Vec<(String, Template)>;

impl Planner<'_> {
    /// Checks every port of a call. Gives the values, unless one is broken, and the type of what the kind gives.
    pub(super) fn ports(
        &mut self,
        card: &Card,
        block: &CallBlock,
        node: Span,
        scope: &Scope<'_>,
    ) -> (Option<With>, Type) {
        let inputs = self.inputs.entry(card.name.clone());
        let inputs = Arc::clone(inputs.or_insert_with(|| Arc::new(Inputs::of(&card.input))));
        let mut with = Some(Vec::new());
        let mut known = Some(Known::default());
        for (port, value) in &block.with {
            let Some(taken) = inputs.taken(&port.value) else {
                let names: Vec<_> = inputs.ports.iter().map(|port| port.name.as_str()).collect();
                let finding = rules::unknown_port::found(
                    self.source,
                    &port.value,
                    port.span,
                    card.name.as_str(),
                    &names,
                );
                self.findings.push(finding);
                continue;
            };
            let (template, of) = self.port(port, value, &taken, scope);
            match (&mut with, template) {
                (Some(with), Some(template)) => with.push((port.value.clone(), template)),
                _ => with = None,
            }
            match (&mut known, of) {
                (Some(known), Some(of)) => {
                    known.ports.insert(port.value.clone(), of);
                }
                _ => known = None,
            }
        }
        self.missing(card, &inputs, block, node);
        (with, known.map(|known| (card.output_of)(&known)))
    }

    fn missing(&mut self, card: &Card, inputs: &Inputs, block: &CallBlock, node: Span) {
        let given = |port: &str| block.with.iter().any(|(given, _)| given.value == port);
        let required = inputs.ports.iter().filter(|port| port.required);
        let missing = required.map(|port| port.name.as_str()).filter(|port| !given(port));
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            let at = block.target.as_ref().map_or(node, |target| target.span);
            let finding = rules::missing_port::found(self.source, at, card.name.as_str(), &missing);
            self.findings.push(finding);
        }
    }

    /// Checks one port. Gives the value as the plan keeps it, and what is known of it.
    fn port(
        &mut self,
        port: &Spanned<String>,
        value: &ValueBlock,
        taken: &Taken,
        scope: &Scope<'_>,
    ) -> (Option<Template>, Option<Port>) {
        let Some(template) = &value.template else {
            return (None, None);
        };
        let template = self.files.taken(template, &taken.written, &self.source.path);
        if let Template::Literal(json) = &template {
            self.literal(&port.value, value, json, &taken.written);
            let constant = json.clone();
            let of = Schema::constant_of(constant.clone());
            return (Some(template), Some(Port { schema: of, constant: Some(constant) }));
        }
        let Some(of) = self.type_of(&template, scope) else {
            return (Some(template), None);
        };
        let at = value.tree.place();
        match self.fits.fit(&taken.computed, &of) {
            Verdict::Yes => {}
            Verdict::Unknown { why } => {
                let finding = rules::port_mismatch::unproven(self.source, at, &port.value, &why);
                self.findings.push(finding);
            }
            Verdict::No { offending, example } => {
                let finding = rules::port_mismatch::found(
                    self.source,
                    at,
                    &port.value,
                    &offending,
                    example.as_ref(),
                );
                self.findings.push(if only_items_are_null(&taken.computed, &of) {
                    finding.help("take the nulls out: `x | compact`")
                } else {
                    finding
                });
            }
        }
        (Some(template), Some(Port { schema: of, constant: None }))
    }

    fn literal(&mut self, port: &str, value: &ValueBlock, json: &Json, schema: &Schema) {
        let json = self.files.stood_in(json);
        for violation in schema.violations(&json) {
            let tree = value.tree.at_pointer(&violation.path);
            self.findings.push(rules::value_mismatch::found(
                self.source,
                tree,
                port,
                &violation.message,
            ));
        }
    }
}

/// Whether `of` may be a list with nulls in it, where `taken` is one of values.
fn only_items_are_null(taken: &Schema, of: &Schema) -> bool {
    let null_items = |list: &Schema| {
        list.items_type()
            .filter(|_| !list.is_anything())
            .map(|items| items.types().has(JsonTypes::NULL))
    };
    null_items(of) == Some(true) && null_items(taken) == Some(false)
}

/// The input ports of a kind.
pub(super) struct Inputs {
    ports: Vec<InputPort>,
    /// The kind takes ports that it does not name.
    open: bool,
}

struct InputPort {
    name: String,
    taken: Taken,
    required: bool,
}

/// What a port takes.
#[derive(Clone)]
struct Taken {
    /// Of what the file says itself.
    written: Schema,
    /// Of what an expression gives: null leaves a port out that need not be there.
    computed: Schema,
}

impl Inputs {
    fn of(schema: &Schema) -> Self {
        let json = schema.as_json();
        let open = match json.get("additionalProperties") {
            Some(others) => *others != Json::Bool(false),
            None => json.get("properties").is_none() && json.get("type").is_none(),
        };
        let ports = schema.properties().into_iter();
        let ports = ports.map(|(name, schema, required)| {
            let computed = if required { schema.clone() } else { schema.or_null() };
            InputPort { name, taken: Taken { written: schema, computed }, required }
        });
        Self { ports: ports.collect(), open }
    }

    /// What may be given to a port: null too, where it may be left out.
    fn taken(&self, name: &str) -> Option<Taken> {
        match self.ports.iter().find(|port| port.name == name) {
            Some(port) => Some(port.taken.clone()),
            None if self.open => {
                Some(Taken { written: Schema::anything(), computed: Schema::anything() })
            }
            None => None,
        }
    }
}
