//! Which provider does a plan take when whoever runs it insists on one?

use super::graph::{Plan, Work};
use crate::kind::Catalog;

impl Plan {
    /// The same plan with `provider` for every node of `capability`, whatever its file names. Kinds that do not have it
    /// keep theirs.
    #[must_use]
    pub fn with_provider(mut self, catalog: &Catalog, capability: &str, provider: &str) -> Self {
        let has_it = |kind: &str| {
            let card = catalog.kinds.get(kind);
            card.is_some_and(|card| {
                card.capability == Some(capability)
                    && card.providers.iter().any(|name| name == provider)
            })
        };
        for (name, kind) in &mut self.kinds {
            if has_it(name.as_str()) {
                provider.clone_into(&mut kind.provider);
            }
        }
        for node in self.bodies.iter_mut().flat_map(|body| &mut body.nodes) {
            match &mut node.work {
                Work::Call(call) if has_it(call.kind.as_str()) => call.provider = None,
                _ => {}
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use crate::plan::graph::{Plan, Work};
    use crate::plan::tests::{catalog, planned};

    fn chosen(plan: &Plan) -> (&str, bool) {
        let Work::Call(call) = &plan.body(plan.root()).nodes[0].work else {
            panic!("the node calls a kind");
        };
        (&plan.kind(&call.kind).provider, call.provider.is_some())
    }

    #[test]
    fn whoever_runs_a_plan_has_the_last_word_on_providers() {
        let text = "flow: 1\nnodes:\n  a:\n    use: image/generate\n    provider: local\n    with: { prompt: x }\n";
        let plan = planned("a.yaml", text).0.expect("the pipeline is sound");
        assert_eq!(chosen(&plan), ("local", true));
        let insisted = plan.clone().with_provider(&catalog(), "image", "luma");
        assert_eq!(chosen(&insisted), ("luma", false));
        let other = plan.clone().with_provider(&catalog(), "speech", "luma");
        assert_eq!(other, plan, "another capability");
        let unknown = plan.clone().with_provider(&catalog(), "image", "nobody");
        assert_eq!(unknown, plan, "no kind has it");
    }
}
