//! How do the copies of a node open and end: items of a map, rounds, the one instance of a body?
//!
//! Part of `apply`: it follows from events alone.

use std::collections::BTreeSet;

use super::event::{At, Closing, Event, ScopeId, Value};
use super::scope::{Copy, Expansion, ITEMS_AT_ONCE, Scope};
use super::{Damaged, End, RunState};
use crate::plan::graph::{Each, Node, OnError, Plan, Work};

impl RunState {
    /// Takes in an [`Event::Expanded`].
    pub(super) fn expanded(&mut self, plan: &Plan, event: &Event) -> Result<(), Damaged> {
        let Event::Expanded { at, first, count, items, keys, inputs, until } = event else {
            return Ok(());
        };
        let node = self.node(plan, *at)?;
        let (Work::Body(body) | Work::Pipeline { body, .. }) = node.work else {
            return Err(Damaged::NotABody(*at));
        };
        let at_once = node.each.as_ref().and_then(|each| each.limit).unwrap_or(ITEMS_AT_ONCE);
        let expansion = Expansion {
            body,
            first: *first,
            items: items.clone(),
            keys: keys.clone(),
            inputs: inputs.clone(),
            limit: if node.carry.is_empty() { at_once } else { 1 },
            granted: if node.repeat.is_some() { 1 } else { *count },
            opened: 0,
            again: BTreeSet::new(),
            active: 0,
            failed: false,
            cause: None,
            until: *until,
            copies: vec![Copy::Pending; *count as usize],
            carried: Vec::new(),
            best: None,
            chosen: 0,
        };
        self.next_scope = first.0 + count;
        self.expansions.insert(*at, expansion);
        self.queues.expiring.extend(until.map(|until| (until, *at)));
        self.open_copies(plan, *at)
    }

    /// A scope is over: it gave `output`, or failed. What a next copy may need of it is asked first.
    pub(super) fn scope_ended(
        &mut self,
        plan: &Plan,
        id: ScopeId,
        output: Option<Value>,
    ) -> Result<(), Damaged> {
        let scope = self.scopes.get(&id).ok_or(Damaged::NoScope(id))?;
        let Some((parent, _)) = scope.parent else {
            if output.is_some() {
                self.accounts.undos_ended();
            }
            self.end = Some(output.map_or(End::Failed, End::Gave));
            self.queues.settled.remove(&id);
            if let Some(scope) = self.scopes.get_mut(&id) {
                scope.over = true;
            }
            return Ok(()); // The root's states stay, for reports.
        };
        let node = self.node(plan, parent)?;
        match output {
            Some(output) if node.repeat.is_some() || !node.carry.is_empty() => {
                self.closing.insert(id, output);
                Ok(())
            }
            output => self.copy_ended(plan, id, output.map(|output| (output, None))),
        }
    }

    /// A copy is over for good: with what it gave and means for the next, or failed.
    pub(super) fn copy_ended(
        &mut self,
        plan: &Plan,
        id: ScopeId,
        ended: Option<(Value, Option<&Closing>)>,
    ) -> Result<(), Damaged> {
        let scope = self.scopes.remove(&id).ok_or(Damaged::NoScope(id))?;
        self.forget(id, &scope);
        let (parent, copy) = scope.parent.ok_or(Damaged::NoScope(id))?;
        self.purchases.left_behind(id, parent);
        let node = self.node(plan, parent)?;
        let expansion = self.expansions.get_mut(&parent).ok_or(Damaged::NoScope(id))?;
        expansion.active -= 1;
        if ended.is_none() && expansion.cause.is_none() {
            expansion.cause = scope.cause;
        }
        let closing = ended.as_ref().and_then(|(_, closing)| *closing);
        expansion.carried = closing.map(|closing| closing.carried.clone()).unwrap_or_default();
        self.tally.dropped += u64::from(expansion.end_copy(node, copy, ended));
        self.open_copies(plan, parent)
    }

    /// A scope is gone: nothing that did not settle in it is looked at again.
    fn forget(&mut self, id: ScopeId, scope: &Scope) {
        self.accounts.scope_ended(id);
        self.approvals.forget(id);
        self.queues.settled.remove(&id);
        if scope.open == 0 {
            return;
        }
        for (index, state) in scope.states.iter().enumerate().filter(|(_, it)| !it.is_settled()) {
            let at = super::at(id, index);
            self.unqueue(at, state);
            self.accounts.node_ended(at);
            self.accounts.undo_ended(at);
        }
    }

    /// Opens as many copies as the limit allows; ends the node when none is left.
    pub(super) fn open_copies(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        loop {
            let expansion = self.expansions.get_mut(&at).ok_or(Damaged::NoScope(at.scope))?;
            let Some(copy) = expansion.next_copy() else { break };
            expansion.opened += u32::from(!expansion.again.remove(&copy));
            expansion.active += 1;
            let (id, body) = (ScopeId(expansion.first.0 + copy), expansion.body);
            let has_account = |each: &Each| each.budget.is_some();
            if self.node(plan, at)?.each.as_ref().is_some_and(has_account) {
                self.accounts.unopened.insert(id);
            }
            self.open_scope(plan, id, Scope::new(body, plan.body(body), Some((at, copy))));
        }
        let expansion = self.expansions.get(&at).ok_or(Damaged::NoScope(at.scope))?;
        if !expansion.is_over() {
            return Ok(());
        }
        if expansion.failed {
            let expansion = self.end_expansion(at);
            let cause = expansion.as_ref().and_then(|expansion| expansion.cause.clone());
            if let Some(expansion) = expansion {
                self.reopened.keep(at, expansion);
            }
            return self.body_failed(plan, at, cause);
        }
        if self.node(plan, at)?.each.is_some() {
            self.queues.gathering.insert(at);
            return Ok(());
        }
        let expansion = self.end_expansion(at).ok_or(Damaged::NoScope(at.scope))?;
        match expansion.copies.get(expansion.chosen as usize) {
            Some(Copy::Gave(output)) => self.succeeded(plan, at, output.clone()),
            _ => Err(Damaged::NoScope(at.scope)),
        }
    }
}

impl Expansion {
    /// Takes in how copy `copy` of `node` ended; whether it was dropped.
    fn end_copy(
        &mut self,
        node: &Node,
        copy: u32,
        ended: Option<(Value, Option<&Closing>)>,
    ) -> bool {
        let slot = &mut self.copies[copy as usize];
        match ended {
            Some((output, closing)) => {
                *slot = Copy::Gave(output);
                if let (Some(closing), true) = (closing, node.repeat.is_some()) {
                    self.end_round(copy, closing);
                }
            }
            None if node.repeat.is_some() => self.choose_best(),
            None if node.each.is_some() && node.on_error == OnError::Skip => {
                *slot = Copy::Gave(Value::null());
            }
            None if node.each.is_some() && node.on_error == OnError::Drop => {
                *slot = Copy::Dropped;
                return true;
            }
            None => self.failed = true,
        }
        false
    }

    /// A round is over: it was the one, or there is another, or the best of all is taken.
    fn end_round(&mut self, round: u32, closing: &Closing) {
        let score = closing.score.as_ref().and_then(|score| match score {
            Value::Inline(text) => text.parse::<f64>().ok(),
            Value::Stored(_) => None,
        });
        if let Some(score) = score.filter(|score| self.best.is_none_or(|(_, best)| *score > best)) {
            self.best = Some((round, score));
        }
        if closing.until {
            self.chosen = round;
        } else if (round as usize) + 1 < self.copies.len() {
            self.granted += 1;
        } else {
            self.choose_best();
        }
    }

    fn choose_best(&mut self) {
        match self.best {
            Some((round, _)) => self.chosen = round,
            None => self.failed = true,
        }
    }
}
