//! Which outputs are known without a look at what leads to them?
//!
//! The content key of an attempt needs its input, and so all its ancestors. A node's *derivation* says how its output comes
//! about: its own text, kinds, literals and files, the run's inputs, if it reads any, and the derivations of its needs. Equal
//! derivation, same output: a node late in the graph is taken from the cache, and its ancestors are spared.
//!
//! Only for nodes whose outputs follow from these alone: no effects, no alternatives, nothing read of the run itself.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value as Json, json};

use super::event::{Ask, At, Decision, Event, ScopeId, Value};
use super::library::{Library, Lost, read};
use super::node::NodeState;
use super::{Derived, RunState};
use crate::kind::Nature;
use crate::name::Digest;
use crate::plan::graph::{Body, BodyIndex, Cache, Gives, Node, NodeIndex, OnError, Plan, Work};

/// The instance of the pipeline itself.
const ROOT: ScopeId = ScopeId(0);

impl RunState {
    /// Asks, once in the life of a run, what the cache knows of derivations.
    pub(super) fn derive(
        &mut self,
        plan: &Plan,
        library: &dyn Library,
        asks: &mut Vec<Ask>,
    ) -> Result<(), Lost> {
        let (Derived::Unasked, Some(started)) = (&self.derived, &self.started) else {
            return Ok(());
        };
        self.derived = Derived::Told(VecDeque::new());
        if !may_spare(plan) {
            return Ok(());
        }
        let (inputs, files) = (read(library, &started.inputs)?, read(library, &started.files)?);
        self.derivations = derivations(plan, &inputs, &files);
        // Only a run of which nothing has happened: later, nodes stand as its events say.
        let states = self.scopes.get(&ROOT).map(|scope| &*scope.states).unwrap_or_default();
        let is_untouched = |state: &NodeState| {
            matches!(state, NodeState::Blocked { .. } | NodeState::Ready { last: 0 })
        };
        let is_new = states.iter().all(is_untouched);
        let nodes = self.derivations.iter().enumerate();
        let nodes = nodes.map(|(position, key)| (super::at(ROOT, position), *key));
        let worth = nodes.filter(|(at, _)| is_work(plan, plan.body(plan.root()).node(at.node)));
        let own: Vec<Ask> = worth
            .filter_map(|(at, key)| Some(Ask { at, fingerprint: key?, newer_than: None }))
            .collect();
        if is_new && !own.is_empty() {
            let open = own.iter().map(|ask| ask.at.node).collect();
            self.derived = Derived::Asked { open, found: BTreeMap::new() };
            asks.extend(own);
        }
        Ok(())
    }

    /// The node at `at` has succeeded: what it gave may be learned.
    pub(super) fn may_learn(&mut self, at: At) {
        if at.scope == ROOT && !self.derivations.is_empty() {
            self.gave.push(at.node);
        }
    }

    /// The outputs of nodes of the pipeline itself that have just succeeded, by their derivations. None where a person had
    /// a say: then they follow from more than the plan.
    pub(super) fn learned_by_derivation(&mut self, plan: &Plan) -> Vec<(Digest, Value)> {
        let gave = std::mem::take(&mut self.gave);
        if self.reopened.is_done_again() || !self.accepted.is_empty() {
            return Vec::new();
        }
        let worth =
            gave.into_iter().filter(|node| is_work(plan, plan.body(plan.root()).node(*node)));
        let learned = worth.filter_map(|node| {
            let key = self.derivations.get(node.0 as usize).copied().flatten()?;
            Some((key, self.output(At { scope: ROOT, node })?))
        });
        learned.collect()
    }

    /// Whether the cache's answer for `at` is to such a question.
    pub(super) fn is_asked_of_derivation(&self, at: At) -> bool {
        at.scope == ROOT && matches!(self.derived, Derived::Asked { .. })
    }

    /// Takes in what the cache has; the last answer settles who is known and who is spared.
    pub(super) fn told_of_derivation(&mut self, plan: &Plan, at: At, output: Option<Value>) {
        let Derived::Asked { open, found } = &mut self.derived else { return };
        if !open.remove(&at.node) {
            return; // Twice.
        }
        found.extend(output.map(|output| (at.node, output)));
        if open.is_empty() {
            let found = std::mem::take(found);
            self.derived = Derived::Told(self.told(plan, found));
        }
    }

    /// From the wanted nodes back: who is known needs nobody, and whom nobody needs is spared. Dependents first, so that
    /// nobody is made ready by one who is spared.
    fn told(&self, plan: &Plan, mut found: BTreeMap<NodeIndex, Value>) -> VecDeque<Event> {
        let body = plan.body(plan.root());
        let mut pending = wanted(plan, &self.derivations);
        let mut needed = BTreeSet::new();
        while let Some(node) = pending.pop() {
            if needed.insert(node) && !found.contains_key(&node) {
                pending.extend(&body.node(node).needs);
            }
        }
        let nodes = (0..body.nodes.len()).rev().map(|position| super::at(ROOT, position));
        let told = nodes.filter_map(|at| {
            let fingerprint = self.derivations.get(at.node.0 as usize).copied().flatten()?;
            let what = match (needed.contains(&at.node), found.remove(&at.node)) {
                (true, Some(output)) => Decision::Reused { output, fingerprint },
                (true, None) => return None,
                (false, _) => Decision::Spared,
            };
            Some(Event::Decided { at, what })
        });
        told.collect()
    }
}

/// Whether there is a node whose attempt could be spared.
fn may_spare(plan: &Plan) -> bool {
    plan.kinds.values().any(|kind| !kind.inline && kind.nature != Nature::Effectful)
}

/// Whether a node makes attempts: what is evaluated in the tick is cheaper than a look into the cache.
fn is_work(plan: &Plan, node: &Node) -> bool {
    match &node.work {
        Work::Call(call) => !plan.kind(&call.kind).inline,
        Work::Body(body) | Work::Pipeline { body, .. } => {
            plan.body(*body).nodes.iter().any(|node| is_work(plan, node))
        }
        Work::Approve(_) => false,
    }
}

/// The derivation of each node of the pipeline's own body; none, where its output follows from more than that.
fn derivations(plan: &Plan, inputs: &Json, files: &Json) -> Vec<Option<Digest>> {
    let body = plan.body(plan.root());
    let [inputs, files] = [inputs, files].map(|all| Digest::of(all.to_string().as_bytes()));
    let mut keys: Vec<Option<Digest>> = Vec::with_capacity(body.nodes.len());
    for node in &body.nodes {
        // Each stands after all that it needs.
        let needs: Option<Vec<Digest>> =
            node.needs.iter().map(|need| keys.get(need.0 as usize).copied().flatten()).collect();
        let key = needs.and_then(|needs| {
            let names: Vec<_> =
                node.needs.iter().map(|need| body.nodes[need.0 as usize].name.as_str()).collect();
            let text = derived(plan, node)?.to_string();
            let all = json!({
                "node": Digest::of(text.as_bytes()),
                "needs": names.into_iter().zip(needs).collect::<Vec<_>>(),
                // Text that merely looks like a use of them costs a derivation, and no more.
                "inputs": text.contains("inputs").then_some(inputs),
                "files": text.contains("$file").then_some(files),
            });
            Some(Digest::of(all.to_string().as_bytes()))
        });
        keys.push(key);
    }
    keys
}

/// All that a node's output follows from, its needs aside; none, if there is more to it.
fn derived(plan: &Plan, node: &Node) -> Option<Json> {
    let is_plain = node.fallback.is_empty()
        && node.on_error == OnError::Fail
        && node.cache == Cache::Auto
        && node.undo.is_none()
        && node.gates.iter().all(|gate| gate.budget.is_none());
    if !is_plain {
        return None;
    }
    let (kind, body) = match &node.work {
        Work::Call(call) => {
            let kind = plan.kind(&call.kind);
            if kind.nature == Nature::Effectful && !kind.inline {
                return None;
            }
            let kind = json!([kind.version, kind.revision, kind.provider]);
            (Some(kind), None)
        }
        Work::Body(body) | Work::Pipeline { body, .. } => (None, Some(derived_body(plan, *body)?)),
        Work::Approve(_) => return None,
    };
    let mut text = serde_json::to_value(node).expect("plans are JSON");
    for key in ["span", "needs", "dependents", "retry", "timeout", "pools", "doubt"] {
        text.as_object_mut()?.shift_remove(key);
    }
    let derived = json!({ "node": without_places(text), "kind": kind, "body": body });
    reads_no_more(&derived).then_some(derived)
}

fn derived_body(plan: &Plan, index: BodyIndex) -> Option<Json> {
    let body: &Body = plan.body(index);
    let nodes: Option<Vec<Json>> = body.nodes.iter().map(|node| derived(plan, node)).collect();
    let gives = serde_json::to_value(&body.gives).expect("plans are JSON");
    let inputs = serde_json::to_value(&body.inputs).expect("plans are JSON");
    Some(without_places(json!({ "nodes": nodes?, "gives": gives, "inputs": inputs })))
}

/// Where an expression stands in its file does not matter. What its author wrote as a value stays as it is, whatever its
/// keys are called.
fn without_places(json: Json) -> Json {
    match json {
        Json::Object(mut fields) => {
            if fields.len() == 2 && fields.contains_key("text") && fields.contains_key("at") {
                fields.shift_remove("at");
            }
            let kept = fields.into_iter().map(|(key, value)| match key.as_str() {
                "literal" | "default" | "schema" => (key, value),
                _ => (key, without_places(value)),
            });
            Json::Object(kept.collect())
        }
        Json::Array(items) => items.into_iter().map(without_places).collect(),
        other => other,
    }
}

/// Whether no text in it may be an expression that reads the run, its budget or a secret.
fn reads_no_more(json: &Json) -> bool {
    match json {
        Json::String(text) => !["run", "budget", "secrets"].iter().any(|word| has_word(text, word)),
        Json::Array(items) => items.iter().all(reads_no_more),
        Json::Object(fields) => fields.values().all(reads_no_more),
        _ => true,
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

/// The nodes that must be known or done: those that nothing else needs, those that the outputs read, and those whose
/// effects or choices are their own.
fn wanted(plan: &Plan, keys: &[Option<Digest>]) -> Vec<NodeIndex> {
    let body = plan.body(plan.root());
    let read: Vec<String> = match &body.gives {
        Gives::Outputs(outputs) => {
            let names = outputs.iter().flat_map(|(_, template)| template.names());
            names.map(|name| name.value.to_owned()).collect()
        }
        Gives::Node(_) => Vec::new(),
    };
    let is_wanted = |(position, node): &(usize, &Node)| {
        keys[*position].is_none()
            || node.dependents.is_empty()
            || read.iter().any(|name| name == node.name.as_str())
    };
    let wanted = body.nodes.iter().enumerate().filter(is_wanted);
    wanted.filter_map(|(_, node)| body.position(node.name.as_str())).collect()
}
