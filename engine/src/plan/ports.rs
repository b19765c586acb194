//! Does what `with` gives fit the ports of its kind?

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::call::TAKE;
use super::graph::Input;
use super::pipeline::Declared;
use super::scope::Scope;
use super::{Planner, prompt, rules, secret};
use crate::document::rules::no_currency;
use crate::document::syntax::{CallBlock, ValueBlock};
use crate::expression::Template;
use crate::kind::{Card, Known, Nature, Port};
use crate::schema::{JsonTypes, MEDIA, Schema, Verdict};
use crate::source::{Span, Spanned};

/// Values by port, as a plan keeps them.
pub(super) type With = Vec<(String, Template)>;

/// Who takes what a `with` gives.
pub(super) struct Taker<'t> {
    /// The kind, or the pipeline's file.
    pub name: &'t str,
    pub inputs: &'t Inputs,
    /// Of a pipeline: where its inputs are declared.
    pub declared: Option<&'t Declared<'t>>,
}

impl Planner<'_> {
    /// The input ports of a kind, looked at once.
    pub(super) fn ports_of(&mut self, card: &Card) -> Arc<Inputs> {
        let inputs = self.inputs.entry(card.name.clone());
        Arc::clone(inputs.or_insert_with(|| Arc::new(Inputs::of(card))))
    }

    /// Checks all that is given. Gives the values, unless one is broken, and what is known of each.
    pub(super) fn with(
        &mut self,
        taker: &Taker<'_>,
        block: &CallBlock,
        node: Span,
        scope: &Scope<'_>,
    ) -> (Option<With>, Option<Known>) {
        let mut with = Some(Vec::new());
        let mut known = Some(Known::default());
        for (port, value) in &block.with {
            let Some(wanted) = taker.inputs.taken(&port.value) else {
                let names: Vec<_> =
                    taker.inputs.ports.iter().map(|port| port.name.as_str()).collect();
                let finding = rules::unknown_port::found(
                    self.source,
                    &port.value,
                    port.span,
                    taker.name,
                    &names,
                );
                self.findings.push(finding);
                continue;
            };
            let before = self.findings.len();
            let (template, of) = self.port(port, value, wanted, scope);
            let label = taker.declared.and_then(|declared| declared.label(&port.value));
            if let Some(label) = label {
                let found = self.findings.iter_mut().skip(before);
                found.for_each(|finding| finding.related.push(label.clone()));
            }
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
        self.missing(taker, block, node);
        self.prompts(taker.inputs, block, known.as_ref());
        (with, known)
    }

    fn missing(&mut self, taker: &Taker<'_>, block: &CallBlock, node: Span) {
        let given = |port: &str| block.with.iter().any(|(given, _)| given.value == port);
        let required = taker.inputs.ports.iter().filter(|port| port.required);
        let missing = required.map(|port| port.name.as_str()).filter(|port| !given(port));
        let missing: Vec<_> = missing.collect();
        if !missing.is_empty() {
            let at = block.target.as_ref().map_or(node, |target| target.span);
            let mut finding = rules::missing_port::found(self.source, at, taker.name, &missing);
            let labels = missing.iter().filter_map(|port| taker.declared?.label(port));
            finding.related.extend(labels);
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
        if taken.prompt.is_some() {
            return self.prompt(&port.value, value, template, &taken.written);
        }
        self.unwrapped(&value.tree, scope);
        let template = if taken.files {
            self.files.taken(template, &taken.written, &self.source.path)
        } else {
            template.clone()
        };
        if let Template::Literal(json) = &template {
            self.literal(&port.value, value, json, &taken.written);
            let constant = json.clone();
            let of = Schema::constant_of(constant.clone());
            return (Some(template), Some(Port { schema: of, constant: Some(constant) }));
        }
        let of = if secret::reads(&template) && secret::may_stand(&template, &taken.written) {
            let mut inside = Scope::inside(scope);
            inside.give("secrets", Some(secret::type_of(&template)));
            if inside.knows_all(&template.names()) { self.typed(&template, &inside) } else { None }
        } else {
            self.type_of(&template, scope)
        };
        let Some(of) = of else {
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
                let finding =
                    rules::port_mismatch::found(self.source, at, &port.value, &offending, &example);
                self.findings.push(if only_items_are_null(&taken.computed, &of) {
                    finding.help("take the nulls out: `x | compact`")
                } else {
                    finding
                });
            }
        }
        (Some(template), Some(Port { schema: of, constant: None }))
    }

    pub(super) fn literal(&mut self, port: &str, value: &ValueBlock, json: &Json, schema: &Schema) {
        if schema.takes_everything() {
            return;
        }
        let json = self.files.stood_in(json);
        if schema.surely_accepts(&json) {
            return;
        }
        for violation in schema.violations(&json) {
            let tree = value.tree.at_pointer(&violation.path);
            if schema.is_amount()
                && let Some(finding) = no_currency::found(self.source, tree)
            {
                self.findings.push(finding);
                continue;
            }
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
    pub ports: Vec<InputPort>,
    /// What a port may be given that the kind does not name; none, where it takes no such port.
    other: Option<Taken>,
    /// Of a drawn kind, which takes it besides its ports.
    take: Option<Taken>,
}

pub(super) struct InputPort {
    pub name: String,
    pub taken: Taken,
    required: bool,
}

/// What a port takes.
pub(super) struct Taken {
    /// Of what the file says itself.
    pub written: Schema,
    /// Of what an expression gives: null leaves a port out that need not be there.
    computed: Schema,
    /// It may be a file, or hold one.
    files: bool,
    /// Of a prompt: the port whose fields are its variables.
    pub prompt: Option<String>,
}

impl Taken {
    fn new(schema: Schema, required: bool) -> Self {
        Self {
            computed: if required { schema.clone() } else { schema.or_null() },
            files: schema.mentions(MEDIA),
            prompt: prompt::variables_of(&schema),
            written: schema,
        }
    }
}

impl Inputs {
    fn of(card: &Card) -> Self {
        let json = card.input.as_json();
        let open = match json.get("additionalProperties") {
            Some(others) => *others != Json::Bool(false),
            None => json.get("properties").is_none() && json.get("type").is_none(),
        };
        let ports = card.input.properties().into_iter();
        let ports = ports.map(|(name, schema, required)| port(name, schema, required));
        let other = Taken::new(Schema::anything(), true);
        let mut inputs = Self { ports: ports.collect(), other: open.then_some(other), take: None };
        if card.nature == Nature::Drawn && !inputs.declares(TAKE) {
            let take = Schema::new(json!({ "type": "integer", "minimum": 0 }));
            inputs.take = Some(port(TAKE.to_owned(), take, false).taken);
        }
        inputs
    }

    /// The ports of a pipeline: those of its inputs that have no default must be given.
    pub(super) fn of_pipeline(inputs: &[Input]) -> Self {
        let ports = inputs.iter().map(|input| {
            port(input.name.to_string(), input.schema.clone(), input.default.is_none())
        });
        Self { ports: ports.collect(), other: None, take: None }
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        self.ports.iter().any(|port| port.name == name)
    }

    /// What may be given to a port: null too, where it may be left out.
    fn taken(&self, name: &str) -> Option<&Taken> {
        let port = self.ports.iter().find(|port| port.name == name);
        let take = self.take.as_ref().filter(|_| name == TAKE);
        port.map(|port| &port.taken).or(take).or(self.other.as_ref())
    }
}

fn port(name: String, schema: Schema, required: bool) -> InputPort {
    InputPort { name, taken: Taken::new(schema, required), required }
}
