//! How does a run that has ended go on with a part of it done again?
//!
//! A node of the pipeline itself, with all that follows from it; or single items of its maps, of which the others keep what
//! they gave. What did not succeed is tried again too. Attempts count on, so that none shares a name with a former one.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use super::event::{At, ScopeId, Value};
use super::node::{Change, NodeState};
use super::scope::{Copy, Expansion};
use super::{Damaged, RunState, Tries};
use crate::diagnostic::nearest;
use crate::plan::graph::{Body, NodeIndex, Plan};

/// The instance of the pipeline itself.
const ROOT: ScopeId = ScopeId(0);

/// What of a run is done again, whatever the cache has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopen {
    /// Nodes of the pipeline itself, with what follows from them.
    pub from: Vec<NodeIndex>,
    /// Items of its maps, by position.
    pub redo: Vec<(NodeIndex, u32)>,
    /// JSON text: what `inputs` is for those items, or for the nodes and all after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Box<str>>,
    pub by: Box<str>,
}

/// What later reopenings need, and what the last one said.
#[derive(Clone, Debug, Default)]
pub(super) struct Reopened {
    /// The last attempt of each node of the pipeline itself.
    last: FxHashMap<NodeIndex, u16>,
    /// Its maps that are over, with what their items gave.
    over: FxHashMap<NodeIndex, Expansion>,
    /// What undoes a node was handed out: there is no way back.
    pub(super) is_undone: bool,
    nodes: BTreeSet<NodeIndex>,
    scopes: BTreeSet<ScopeId>,
    inputs: BTreeMap<ScopeId, Value>,
    /// How often each node of the pipeline itself was done again.
    takes: BTreeMap<NodeIndex, u16>,
}

impl Reopened {
    /// Whether a part of the run was ever done again.
    pub(super) fn is_done_again(&self) -> bool {
        !self.takes.is_empty()
    }

    pub(super) fn admitted(&mut self, at: At, number: u16) {
        if at.scope == ROOT {
            self.last.insert(at.node, number);
        }
    }

    pub(super) fn keep(&mut self, at: At, expansion: Expansion) {
        if at.scope == ROOT && expansion.items.is_some() {
            self.over.insert(at.node, expansion);
        }
    }

    /// The attempts that were made of a node before it was done again.
    pub(super) fn before(&self, at: At) -> u16 {
        if self.takes.is_empty() || at.scope != ROOT || !self.takes.contains_key(&at.node) {
            return 0;
        }
        self.last.get(&at.node).copied().unwrap_or(0)
    }

    /// `state`, with attempts counted on where the node is done again.
    pub(super) fn counted_on(&self, at: At, state: NodeState) -> NodeState {
        match state {
            NodeState::Ready { last: 0 } => NodeState::Ready { last: self.before(at) },
            state => state,
        }
    }

    /// What `inputs` is in `scope`, if it was said for it alone.
    pub(super) fn inputs(&self, scope: ScopeId) -> Option<&Value> {
        self.inputs.get(&scope)
    }
}

impl RunState {
    /// What is to be done again by the words of a person: nodes and items by their paths. Or why it cannot be.
    pub fn reopening(
        &self,
        plan: &Plan,
        from: &[String],
        redo: &[String],
    ) -> Result<Reopen, String> {
        if self.outcome.is_none() {
            return Err("it has not ended: resume it first".into());
        }
        if self.reopened.is_undone {
            return Err("what it did was undone: run the pipeline anew".into());
        }
        if let Some((id, _)) = self.purchases().find(|(_, purchase)| purchase.last.is_open()) {
            let path = self.path(plan, id.attempt.at);
            return Err(format!(
                "a purchase is open{}: `flow jobs` tells which; nothing new is bought before it is closed",
                if path.is_empty() { String::new() } else { format!(" at `{path}`") }
            ));
        }
        let body = plan.body(plan.root());
        let from = from.iter().map(|name| node_of(body, name)).collect::<Result<Vec<_>, _>>()?;
        let redo =
            redo.iter().map(|path| self.item_of(body, path)).collect::<Result<Vec<_>, _>>()?;
        let what = Reopen { from, redo, ..Reopen::default() };
        let again = self.again(plan, &what);
        for (node, _) in &what.redo {
            let cause = body.node(*node).needs.iter().find(|need| again.contains(need));
            if let Some(cause) = cause {
                let (map, cause) = (&body.node(*node).name, &body.node(*cause).name);
                return Err(format!("all of `{map}` is done again, because `{cause}` is"));
            }
        }
        let root_of = |path: &str| path.split(['/', '[']).next().unwrap_or_default().to_owned();
        let kept = self.undos.iter().find(|undo| {
            body.position(&root_of(&undo.path)).is_some_and(|node| again.contains(&node))
        });
        match kept {
            Some(undo) => Err(format!(
                "`{}` is done, and it is kept how to undo it: it cannot be done a second time",
                undo.path
            )),
            None => Ok(what),
        }
    }

    /// `shots[3]` or `shots[key]`: an item of a map that is over.
    fn item_of(&self, body: &Body, path: &str) -> Result<(NodeIndex, u32), String> {
        let help = "name an item of a map of the pipeline itself, such as `shots[3]`";
        let (name, key) = path
            .strip_suffix(']')
            .and_then(|rest| rest.split_once('['))
            .ok_or_else(|| format!("`{path}` is no item: {help}"))?;
        let node = node_of(body, name)?;
        let expansion = self
            .reopened
            .over
            .get(&node)
            .ok_or_else(|| match self.state(At { scope: ROOT, node }) {
                Some(NodeState::Succeeded { .. }) if body.node(node).each.is_some() => format!(
                    "`{name}` came from the cache as a whole: name the run that made it, or do all of it again, `--from {name}`"
                ),
                _ => format!("`{name}` has no items that are over: {help}"),
            })?;
        if !body.node(node).carry.is_empty() {
            return Err(format!(
                "the items of `{name}` hand on to each other: do all of it again, `--from {name}`"
            ));
        }
        let by_key =
            expansion.keys.as_ref().and_then(|keys| keys.iter().position(|it| **it == *key));
        let position = match &expansion.keys {
            Some(_) => by_key,
            None => key.parse().ok().filter(|index| *index < expansion.copies.len()),
        };
        let position = position.and_then(|position| u32::try_from(position).ok());
        position.map(|position| (node, position)).ok_or_else(|| {
            let mut known: Vec<String> = match &expansion.keys {
                Some(keys) => keys.iter().take(6).map(ToString::to_string).collect(),
                None => vec![format!("0 to {}", expansion.copies.len().saturating_sub(1))],
            };
            if expansion.keys.as_ref().is_some_and(|keys| keys.len() > 6) {
                known.push("…".into());
            }
            format!("`{name}` has no item `{key}`; it has {}", known.join(", "))
        })
    }

    /// The nodes of the pipeline itself that do not stay as they are.
    fn again(&self, plan: &Plan, what: &Reopen) -> BTreeSet<NodeIndex> {
        let body = plan.body(plan.root());
        let states = self.scopes.get(&ROOT).map(|scope| &*scope.states).unwrap_or_default();
        let missed = states
            .iter()
            .enumerate()
            .filter(|(_, state)| matches!(state, NodeState::Failed | NodeState::Cancelled));
        let mut pending: Vec<NodeIndex> =
            missed.map(|(index, _)| super::at(ROOT, index).node).collect();
        pending.extend(&what.from);
        pending.extend(what.redo.iter().map(|(node, _)| *node));
        let mut again = BTreeSet::new();
        while let Some(node) = pending.pop() {
            if again.insert(node) {
                pending.extend(&body.node(node).dependents);
            }
        }
        // They need what was spared: its output is not there.
        let mut pending: Vec<NodeIndex> = again.iter().copied().collect();
        while let Some(node) = pending.pop() {
            let needs = body.node(node).needs.iter().copied();
            let spared =
                needs.filter(|need| states.get(need.0 as usize) == Some(&NodeState::Spared));
            pending.extend(spared.filter(|need| again.insert(*need)));
        }
        again
    }

    /// Takes in that the run goes on.
    pub(super) fn reopen(&mut self, plan: &Plan, what: &Reopen) -> Result<(), Damaged> {
        let again = self.again(plan, what);
        let inputs = what.inputs.clone().map(Value::Inline);
        if let (Some(inputs), Some(started), true) =
            (&inputs, &mut self.started, what.redo.is_empty())
        {
            started.inputs = inputs.clone();
        }
        if self.end.as_ref().is_some_and(|end| matches!(end, super::End::Failed)) {
            (self.tally.failed, self.tally.cancelled) = (0, 0); // It is tried again.
        }
        (self.end, self.outcome, self.cancelled) = (None, None, None);
        (self.budget_ended, self.stopping, self.draining) = (false, false, false);
        self.failures.clear();
        self.reopened.nodes = what.from.iter().copied().collect();
        self.reopened.scopes.clear();
        self.reopened.inputs.clear();
        let scope = self.scope_mut(ROOT)?;
        (scope.failed, scope.winding, scope.over) = (false, false, false);
        scope.open += u32::try_from(again.len()).expect("a body has far fewer nodes");
        let body = plan.body(plan.root());
        let mut maps = Vec::new();
        for node in &again {
            let at = At { scope: ROOT, node: *node };
            let failed = self.state(at) == Some(&NodeState::Failed);
            let open = body.node(*node).needs.iter().filter(|need| again.contains(need)).count();
            let open = u32::try_from(open).expect("a body has far fewer nodes");
            *self.reopened.takes.entry(*node).or_default() += 1;
            let last = self.reopened.before(at);
            self.tries.remove(&at);
            if last > 0 {
                self.tries.insert(at, Tries { before: last, ..Tries::default() });
            }
            self.change(at, Change::Reopened { open, last })?;
            let asked: BTreeSet<u32> =
                what.redo.iter().filter(|(map, _)| map == node).map(|(_, copy)| *copy).collect();
            let is_redone = failed || !asked.is_empty();
            match self.reopened.over.remove(node) {
                Some(expansion) if is_redone && open == 0 && !what.from.contains(node) => {
                    maps.push((at, expansion, asked));
                }
                _ => {}
            }
        }
        for (at, expansion, asked) in maps {
            self.reopen_map(plan, at, expansion, &asked, inputs.as_ref())?;
        }
        Ok(())
    }

    /// Opens those items of a map again that were asked for, and those that failed, under new scopes.
    fn reopen_map(
        &mut self,
        plan: &Plan,
        at: At,
        mut expansion: Expansion,
        asked: &BTreeSet<u32>,
        inputs: Option<&Value>,
    ) -> Result<(), Damaged> {
        expansion.first = ScopeId(self.next_scope);
        self.next_scope += u32::try_from(expansion.copies.len()).unwrap_or(u32::MAX);
        for copy in asked {
            let scope = ScopeId(expansion.first.0 + copy);
            self.reopened.scopes.insert(scope);
            if let Some(inputs) = inputs {
                self.reopened.inputs.insert(scope, inputs.clone());
            }
            if let Some(slot) = expansion.copies.get_mut(*copy as usize) {
                let former = std::mem::replace(slot, Copy::Pending);
                self.tally.dropped -= u64::from(former == Copy::Dropped);
            }
        }
        let missing = (0..expansion.opened)
            .filter(|copy| expansion.copies.get(*copy as usize) == Some(&Copy::Pending));
        expansion.again = missing.collect();
        (expansion.failed, expansion.active, expansion.cause) = (false, 0, None);
        self.change(at, Change::Expanded)?;
        self.expansions.insert(at, expansion);
        self.open_copies(plan, at)
    }

    /// Whether what `at` does is done again, whatever the cache has.
    pub(super) fn is_anew(&self, at: At) -> bool {
        if self.reopened.nodes.is_empty() && self.reopened.scopes.is_empty() {
            return false;
        }
        let mut at = at;
        loop {
            if self.reopened.scopes.contains(&at.scope) {
                return true;
            }
            match self.scopes.get(&at.scope).and_then(|scope| scope.parent) {
                Some((parent, _)) => at = parent,
                None => return self.reopened.nodes.contains(&at.node),
            }
        }
    }

    /// The path of `at`, told apart from what stood there before it was done again.
    pub fn reference(&self, plan: &Plan, at: At) -> String {
        match self.take(at) {
            0 => self.path(plan, at),
            take => format!("{}~{take}", self.path(plan, at)),
        }
    }

    /// How often the node of the pipeline itself that `at` belongs to was done again.
    fn take(&self, at: At) -> u16 {
        if self.reopened.takes.is_empty() {
            return 0;
        }
        let mut at = at;
        while let Some((parent, _)) = self.scopes.get(&at.scope).and_then(|scope| scope.parent) {
            at = parent;
        }
        self.reopened.takes.get(&at.node).copied().unwrap_or(0)
    }
}

/// The node of the pipeline itself that is called `name`.
fn node_of(body: &Body, name: &str) -> Result<NodeIndex, String> {
    body.position(name).ok_or_else(|| {
        let names = body.nodes.iter().map(|node| node.name.as_str());
        match nearest(name, names) {
            Some(near) => format!("the pipeline has no node `{name}`; did you mean `{near}`?"),
            None => format!("the pipeline has no node `{name}` of its own"),
        }
    })
}
