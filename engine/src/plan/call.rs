//! How is a node's call of a kind planned?

use super::Planner;
use super::graph::{Call, PlannedKind};
use super::rules;
use super::scope::{Scope, Type};
use crate::document::syntax::{CallBlock, Target};
use crate::expression::Template;
use crate::kind::Card;
use crate::name::KindName;
use crate::schema::JsonTypes;
use crate::source::Span;

impl Planner<'_> {
    /// The call, unless something of it is broken, and the type of what the kind gives.
    pub(super) fn call(
        &mut self,
        block: &CallBlock,
        node: Span,
        scope: &Scope<'_>,
    ) -> (Option<Call>, Type) {
        let kind = match block.target.as_ref().map(|target| (&target.value, target.span)) {
            Some((Target::Kind(kind), at)) => (kind, at),
            Some((Target::File(_), at)) => {
                self.not_yet("a pipeline file in `use`", Some(at));
                return (None, None);
            }
            None => return (None, None),
        };
        let (kind, at) = kind;
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
            input: card.input.clone(),
            output: card.output.clone(),
            provider: String::new(),
            slots: card.slots,
        });
        let provider = self.provider(card, block, scope);
        let (with, of) = self.ports(card, block, node, scope);
        (with.map(|with| Call { kind: kind.clone(), with, provider, model: None }), of)
    }

    /// The provider that the node names; and in the plan's kind, the one that is taken where none is named.
    fn provider(&mut self, card: &Card, block: &CallBlock, scope: &Scope<'_>) -> Option<Template> {
        let chosen = card.capability.and_then(|capability| self.providers.get(capability));
        let default = chosen.or(card.providers.first()).cloned().unwrap_or_default();
        if let Some(kind) = self.kinds.get_mut(&card.name) {
            kind.provider = default;
        }
        let entry = block.provider.as_ref()?;
        let Some(capability) = card.capability else {
            let name = card.name.as_str();
            let finding = rules::unknown_provider::no_capability(self.source, entry.key, name);
            self.findings.push(finding);
            return None;
        };
        let template = entry.value.template.as_ref()?;
        if let Template::Literal(serde_json::Value::String(name)) = template {
            if !card.providers.contains(name) {
                let known: Vec<_> = card.providers.iter().map(String::as_str).collect();
                self.findings.push(rules::unknown_provider::found(
                    self.source,
                    entry.span,
                    name,
                    capability,
                    &known,
                ));
            }
        } else {
            let of = self.type_of(template, scope);
            self.expect(
                "provider",
                "a text",
                entry.span,
                of.as_ref(),
                JsonTypes::TEXT | JsonTypes::NULL,
            );
        }
        Some(template.clone())
    }
}
