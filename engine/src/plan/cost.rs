//! What can a run of this plan cost at most?
//!
//! Fan-out × rounds × attempts × alternatives × ceilings, over the plan alone. What has no bound is said, with the reason
//! and the place.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::graph::{Alternative, BodyIndex, Call, Node, Plan, Retry, Work};
use crate::expression::Template;
use crate::kind::{Catalog, Known, Port};
use crate::money::Usd;
use crate::schema::Schema;
use crate::source::Span;

/// The worst case of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worst {
    /// In the order of the plan, each body's nodes after the node that has it.
    pub nodes: Vec<NodeCost>,
}

/// The worst case of one node: all its copies, rounds, attempts and alternatives together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeCost {
    /// `shots/clip`.
    pub path: String,
    pub span: Span,
    /// Which of the plan's sources `span` is in.
    pub source: u32,
    /// So many attempts may be made in all.
    pub attempts: u64,
    /// The dearest attempt.
    pub each: Usd,
    pub worst: Bound,
    /// Whom it may be bought of.
    pub sellers: BTreeSet<String>,
}

/// An upper bound, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    AtMost(Usd),
    Unbounded(String),
}

impl Worst {
    /// The bound of the whole; or the first node without one, by path, and why it has none.
    pub fn total(&self) -> Result<Usd, (&str, &str)> {
        let mut total = Usd::ZERO;
        for node in &self.nodes {
            match &node.worst {
                Bound::AtMost(worst) => total += *worst,
                Bound::Unbounded(why) => return Err((&node.path, why)),
            }
        }
        Ok(total)
    }

    /// The nodes that can cost anything, the dearest first.
    pub fn paid(&self) -> Vec<&NodeCost> {
        let mut paid: Vec<_> =
            self.nodes.iter().filter(|node| node.worst != Bound::AtMost(Usd::ZERO)).collect();
        paid.sort_by_key(|node| match node.worst {
            Bound::Unbounded(_) => None,
            Bound::AtMost(worst) => Some(std::cmp::Reverse(worst)),
        });
        paid
    }
}

/// The most that a run of `plan` can cost, node by node.
pub fn worst(plan: &Plan, catalog: &Catalog) -> Worst {
    let mut walk = Walk { plan, catalog, source: 0, nodes: Vec::new() };
    walk.body(plan.root(), "", 1);
    Worst { nodes: walk.nodes }
}

impl Plan {
    /// The same plan with what undoing each node can cost, by the providers that it has now.
    #[must_use]
    pub fn with_undo_prices(mut self, catalog: &Catalog) -> Self {
        let walk = Walk { plan: &self, catalog, source: 0, nodes: Vec::new() };
        let price = |node: &Node| {
            let price = walk.price(node.undo.as_deref()?).ok()?;
            (price > Usd::ZERO).then_some(price)
        };
        let prices: Vec<_> = self.bodies.iter().flat_map(|body| &body.nodes).map(price).collect();
        let nodes = self.bodies.iter_mut().flat_map(|body| &mut body.nodes);
        for (node, price) in nodes.zip(prices) {
            node.undo_price = price;
        }
        self
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    catalog: &'a Catalog,
    /// Of the body at hand.
    source: u32,
    nodes: Vec<NodeCost>,
}

impl Walk<'_> {
    /// A body of which so many instances may run.
    fn body(&mut self, index: BodyIndex, path: &str, times: u64) {
        let body = self.plan.body(index);
        let is_node = matches!(body.gives, super::graph::Gives::Node(_));
        let outside = std::mem::replace(&mut self.source, body.source);
        for node in &body.nodes {
            let name = match (is_node, path) {
                (true, _) => path.to_owned(), // A map of one node: its body has no place in the file.
                (false, "") => node.name.to_string(),
                (false, _) => format!("{path}/{}", node.name),
            };
            self.node(node, &name, times);
        }
        self.source = outside;
    }

    fn node(&mut self, node: &Node, path: &str, times: u64) {
        let items = node.each.as_ref().map_or(1, |each| u64::from(each.max_items));
        let rounds = node.repeat.as_ref().map_or(1, |repeat| u64::from(repeat.max));
        let times = times.saturating_mul(items).saturating_mul(rounds);
        match &node.work {
            Work::Call(call) => self.call(node, call, path.to_owned(), times),
            Work::Body(body) | Work::Pipeline { body, .. } => {
                self.body(*body, path, times.saturating_mul(u64::from(node.retry.attempts)));
                self.instead(node, path, times);
            }
            Work::Approve(_) => {}
        }
        if let Some(undo) = &node.undo {
            let priced = self.price(undo).map(|each| (each, each));
            self.add(format!("{path} (undo)"), node.span, times, priced, self.sellers(undo));
        }
    }

    fn call(&mut self, node: &Node, call: &Call, path: String, times: u64) {
        let mut attempts = u64::from(node.retry.attempts);
        let mut sum = self.all_attempts(call, &node.retry);
        let mut sellers = self.sellers(call);
        for alternative in &node.fallback {
            if let Alternative::Call { call, retry, .. } = alternative {
                attempts += u64::from(retry.attempts);
                sellers.extend(self.sellers(call));
                let more = self.all_attempts(call, retry);
                sum = sum.and_then(|(each, all)| {
                    let (other, more) = more?;
                    let all = plus(all, more).ok_or_else(too_much)?;
                    Ok((each.max(other), all))
                });
            }
        }
        self.add(path, node.span, times, sum, sellers);
        if let Some(last) = self.nodes.last_mut() {
            last.attempts = times.saturating_mul(attempts);
        }
    }

    /// What is called instead of a body that has failed.
    fn instead(&mut self, node: &Node, path: &str, times: u64) {
        for alternative in &node.fallback {
            let Alternative::Call { call, retry, .. } = alternative else { continue };
            let sum = self.all_attempts(call, retry);
            let times = times.saturating_mul(u64::from(retry.attempts));
            let sellers = self.sellers(call);
            self.add(format!("{path} (fallback)"), node.span, times, sum, sellers);
        }
    }

    /// The dearest attempt, and all of them.
    fn all_attempts(&self, call: &Call, retry: &Retry) -> Result<(Usd, Usd), String> {
        let each = self.price(call)?;
        Ok((each, times_of(each, u64::from(retry.attempts)).ok_or_else(too_much)?))
    }

    fn add(
        &mut self,
        path: String,
        span: Span,
        times: u64,
        sum: Result<(Usd, Usd), String>,
        sellers: BTreeSet<String>,
    ) {
        let (each, worst) = match sum {
            Ok((each, all)) => match times_of(all, times) {
                Some(worst) => (each, Bound::AtMost(worst)),
                None => (each, Bound::Unbounded(too_much())),
            },
            Err(why) => (Usd::ZERO, Bound::Unbounded(why)),
        };
        let source = self.source;
        self.nodes.push(NodeCost { path, span, source, attempts: times, each, worst, sellers });
    }

    /// Whom a call may buy of: those who give it for nothing are not among them.
    fn sellers(&self, call: &Call) -> BTreeSet<String> {
        let sells = |provider: &String| self.ceiling(call, provider) != Ok(Usd::ZERO);
        self.providers(call).into_iter().filter(sells).collect()
    }

    /// Who may do what a call asks for.
    fn providers(&self, call: &Call) -> BTreeSet<String> {
        match (&call.provider, self.catalog.kinds.get(&call.kind)) {
            (Some(Template::Literal(Json::String(provider))), _) => [provider.clone()].into(),
            (Some(Template::Literal(_)) | None, _) | (_, None) => {
                [self.plan.kind(&call.kind).provider.clone()].into()
            }
            (Some(_), Some(card)) => card.providers.iter().cloned().collect(),
        }
    }

    /// The most that one attempt of a call can cost: of all that it may choose from, the dearest.
    fn price(&self, call: &Call) -> Result<Usd, String> {
        let providers = self.providers(call);
        let prices = providers.iter().map(|provider| self.ceiling(call, provider));
        Ok(prices.collect::<Result<Vec<_>, _>>()?.into_iter().max().unwrap_or_default())
    }

    /// The most that one attempt of a call can cost at `provider`.
    fn ceiling(&self, call: &Call, provider: &str) -> Result<Usd, String> {
        let Some(card) = self.catalog.kinds.get(&call.kind) else {
            return Err(format!("this version has no kind `{}`", call.kind));
        };
        if card.slots == 0 {
            return Ok(Usd::ZERO);
        }
        let model = match &call.model {
            None => "",
            Some(Template::Literal(model)) => model.as_str().unwrap_or_default(),
            Some(_) => return Err("its model is computed, and has a price only when it is".into()),
        };
        let known = known(call, card.input.as_json());
        (card.ceiling)(&known, provider, model).map_err(|unpriced| unpriced.to_string())
    }
}

/// What the file says literally of a call's ports; of the others, what the kind itself allows.
fn known(call: &Call, input: &Json) -> Known {
    let schema = |port: &str| {
        let of_kind = input.get("properties").and_then(|ports| ports.get(port)).cloned();
        Schema::new(of_kind.unwrap_or(Json::Bool(true)))
    };
    let ports = call.with.iter().map(|(name, template)| {
        let constant = match template {
            Template::Literal(value) => Some(value.clone()),
            _ => None,
        };
        (name.clone(), Port { schema: schema(name), constant })
    });
    Known { ports: ports.collect() }
}

fn plus(one: Usd, other: Usd) -> Option<Usd> {
    one.micros().checked_add(other.micros()).map(Usd::from_micros)
}

fn times_of(amount: Usd, times: u64) -> Option<Usd> {
    amount.micros().checked_mul(i64::try_from(times).ok()?).map(Usd::from_micros)
}

fn too_much() -> String {
    "its bound is larger than any amount".into()
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::document;
    use crate::kind::Unpriced;
    use crate::plan::check;
    use crate::plan::tests::catalog;
    use crate::source::Source;

    /// Pictures cost ten cents from `local`, twenty from everybody else but `nobody`, whose price is not known.
    pub(in crate::plan) fn priced() -> Catalog {
        let mut catalog = catalog();
        let image = catalog.kinds.get_mut("image/generate").expect("the tests have it");
        image.slots = 1;
        image.providers = ["local", "luma", "nobody"].map(str::to_owned).to_vec();
        image.ceiling = Arc::new(|_, provider, _| match provider {
            "local" => Ok(Usd::from_micros(100_000)),
            "nobody" => Err(Unpriced { what: "`nobody`".into() }),
            _ => Ok(Usd::from_micros(200_000)),
        });
        catalog
    }

    /// `path attempts worst` of the nodes that cost anything.
    fn told(nodes: &str) -> Vec<String> {
        let catalog = priced();
        let text = format!("flow: 1\nname: film\nnodes:\n{nodes}");
        let (document, findings) = document::parse(&Arc::new(Source::new("film.yaml", text)));
        assert!(findings.is_empty(), "{findings:?}");
        let (plan, findings) = check(&document.expect("a document"), &catalog);
        let worst = worst(&plan.unwrap_or_else(|| panic!("{findings:?}")), &catalog);
        let line = |node: &&NodeCost| match &node.worst {
            Bound::AtMost(worst) => format!("{} {} {worst}", node.path, node.attempts),
            Bound::Unbounded(why) => format!("{} {} {why}", node.path, node.attempts),
        };
        worst.paid().iter().map(line).collect()
    }

    #[test]
    fn attempts_add_up_and_copies_multiply() {
        let told = told(
            "
  one: { use: image/generate, with: { prompt: hill } }
  shots:
    map: '[1, 2, 3]'
    max_items: 5
    nodes:
      picture:
        use: image/generate
        with: { prompt: hill }
        retry: { attempts: 3 }
",
        );
        assert_eq!(
            told,
            ["shots/picture 9 0.90 USD", "one 1 0.10 USD"],
            "the list is shorter than it may be"
        );
    }

    #[test]
    fn a_computed_provider_is_bounded_by_the_dearest_and_no_price_is_no_bound() {
        let one = |provider: &str| {
            told(&format!(
                "  a: {{ use: image/generate, provider: {provider}, with: {{ prompt: hill }} }}"
            ))
        };
        assert_eq!(one("luma"), ["a 1 0.20 USD"]);
        assert_eq!(one("nobody"), ["a 1 no price is known for `nobody`"]);
    }
}
