//! How is a node's use of a kind or of a pipeline planned?

use std::collections::BTreeMap;

use super::Planner;
use super::graph::{Budget, Call, PlannedKind, Work};
use super::ports::Taker;
use super::rules;
use super::scope::{Scope, Type};
use crate::document::syntax::{CallBlock, Target};
use crate::expression::Template;
use crate::kind::{Card, Known, Nature};
use crate::name::KindName;
use crate::schema::{JsonTypes, Schema};
use crate::source::Span;

/// What a node uses.
#[derive(Default)]
pub(super) struct Used {
    /// None where something of it is broken.
    pub work: Option<Work>,
    pub of: Type,
    /// What a pipeline says that it may spend.
    pub budget: Option<Budget>,
}

/// What kinds said that they give. Most nodes of a kind are given the same types.
#[derive(Default)]
pub(super) struct Answers {
    known: BTreeMap<KindName, Vec<(Known, Schema)>>,
}

/// So many answers are kept of each kind.
const MOST_ANSWERS: usize = 8;

impl Answers {
    fn output_of(&mut self, card: &Card, known: Known) -> Schema {
        let is_computed = known.ports.values().all(|port| port.constant.is_none());
        let answers = self.known.entry(card.name.clone()).or_default();
        if let Some((_, of)) = answers.iter().find(|(other, _)| is_computed && same(other, &known))
        {
            return of.clone();
        }
        let of = (card.output_of)(&known);
        // What is written out differs from node to node.
        if is_computed && answers.len() < MOST_ANSWERS {
            answers.push((known, of.clone()));
        }
        of
    }
}

/// Whether the ports have the very same types; none of them is written out.
fn same(known: &Known, other: &Known) -> bool {
    let pairs = known.ports.iter().zip(&other.ports);
    known.ports.len() == other.ports.len()
        && pairs
            .into_iter()
            .all(|((name, port), (same, other))| name == same && port.schema.is(&other.schema))
}

impl Planner<'_> {
    /// A kind, or a pipeline file.
    pub(super) fn used(&mut self, block: &CallBlock, node: Span, scope: &Scope<'_>) -> Used {
        if let Some(Target::File(file)) = block.target.as_ref().map(|target| &target.value) {
            return self.pipeline(file, block, node, scope);
        }
        let (call, of) = self.call(block, node, scope);
        Used { work: call.map(Work::Call), of, budget: None }
    }

    /// The call of a kind, unless something of it is broken, and the type of what the kind gives.
    pub(super) fn call(
        &mut self,
        block: &CallBlock,
        node: Span,
        scope: &Scope<'_>,
    ) -> (Option<Call>, Type) {
        let (kind, at) = match block.target.as_ref().map(|target| (&target.value, target.span)) {
            Some((Target::Kind(kind), at)) => (kind, at),
            Some((Target::File(_), at)) => {
                self.findings.push(rules::no_alternative::pipeline(self.source, at));
                return (None, None);
            }
            None => return (None, None),
        };
        let catalog = self.catalog;
        let Some(card) = catalog.kinds.get(kind) else {
            let known: Vec<_> = catalog.kinds.keys().map(KindName::as_str).collect();
            let finding = rules::unknown_kind::found(self.source, kind.as_str(), at, &known);
            self.findings.push(finding);
            return (None, None);
        };
        self.kinds.entry(kind.clone()).or_insert_with(|| PlannedKind {
            version: card.version,
            revision: String::new(),
            nature: card.nature,
            weight: card.weight,
            inline: card.inline,
            input: Schema::clone(&card.input),
            output: Schema::clone(&card.output),
            provider: String::new(),
            slots: card.slots,
        });
        let provider = self.provider(card, block, scope);
        let model = self.model(card, block, scope);
        let inputs = self.ports_of(card);
        let taker = Taker { name: card.name.as_str(), inputs: &inputs, declared: None };
        let (with, known) = self.with(&taker, block, node, scope);
        let call = with.map(|mut with| {
            // What a drawn kind is given besides its ports: another take is another fingerprint.
            let take = match with.iter().position(|(port, _)| port == TAKE) {
                Some(at) if card.nature == Nature::Drawn && !inputs.declares(TAKE) => {
                    Some(with.remove(at).1)
                }
                _ => None,
            };
            Call { kind: kind.clone(), with, provider, model, take }
        });
        (call, known.map(|known| self.answers.output_of(card, known)))
    }

    /// The provider that the node names; and in the plan's kind, the one that is taken where none is named.
    fn provider(&mut self, card: &Card, block: &CallBlock, scope: &Scope<'_>) -> Option<Template> {
        let default = |chosen: Option<&String>| {
            chosen.or(card.providers.first()).cloned().unwrap_or_default()
        };
        let of_run = default(card.capability.and_then(|capability| self.chosen.get(capability)));
        let here = default(card.capability.and_then(|capability| self.providers.get(capability)));
        let is_other = here != of_run;
        if let Some(kind) = self.kinds.get_mut(&card.name) {
            kind.provider = of_run;
        }
        let Some(entry) = block.provider.as_ref() else {
            return is_other.then(|| Template::Literal(here.into()));
        };
        let Some(capability) = card.capability else {
            let name = card.name.as_str();
            let finding = rules::unknown_provider::no_capability(self.source, entry.key, name);
            self.findings.push(finding);
            return None;
        };
        let template = entry.value.template.as_ref()?;
        let of = match template {
            Template::Literal(name) => Some(Schema::constant_of(name.clone())),
            _ => self.type_of(template, scope),
        };
        let text = JsonTypes::TEXT | JsonTypes::NULL;
        self.expect("provider", "a text", entry.span, of.as_ref(), text);
        let unknown = of.as_ref().and_then(words_of).unwrap_or_default();
        if let Some(name) = unknown.iter().find(|name| !card.providers.contains(name)) {
            let known: Vec<_> = card.providers.iter().map(String::as_str).collect();
            self.findings.push(rules::unknown_provider::found(
                self.source,
                entry.span,
                name,
                capability,
                &known,
            ));
        }
        Some(template.clone())
    }

    /// The model that the node names, of the kind's provider.
    fn model(&mut self, card: &Card, block: &CallBlock, scope: &Scope<'_>) -> Option<Template> {
        let entry = block.model.as_ref()?;
        if card.capability.is_none() {
            let name = card.name.as_str();
            self.findings.push(rules::unknown_provider::no_model(self.source, entry.key, name));
            return None;
        }
        let template = entry.value.template.as_ref()?;
        let of = match template {
            Template::Literal(name) => Some(Schema::constant_of(name.clone())),
            _ => self.type_of(template, scope),
        };
        let text = JsonTypes::TEXT | JsonTypes::NULL;
        self.expect("model", "a text", entry.span, of.as_ref(), text);
        Some(template.clone())
    }
}

/// The input of every drawn kind: which of several takes is meant.
pub(super) const TAKE: &str = "take";

/// The texts that a value of the type can be, where it lists them all.
pub(super) fn words_of(of: &Schema) -> Option<Vec<String>> {
    let of = of.without_null();
    let json = of.as_json();
    let parts = match json.get("anyOf").and_then(serde_json::Value::as_array) {
        Some(parts) => parts.iter().collect(),
        None => vec![json],
    };
    let mut words = Vec::new();
    for part in parts {
        let listed = match (part.get("const"), part.get("enum")) {
            (Some(word), _) => std::slice::from_ref(word),
            (None, Some(serde_json::Value::Array(words))) => words,
            _ => return None,
        };
        words.extend(listed.iter().filter_map(|word| word.as_str().map(str::to_owned)));
    }
    Some(words)
}
