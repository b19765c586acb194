//! What is undone when a run fails or is cancelled, and in which order?
//!
//! What undoes a node is rendered as soon as the node has succeeded, while all that it names is in sight. It is done when
//! nothing else is under way any more, the last first, each once.

use super::event::{At, AttemptId, Ended, Entry, Event, Request};
use super::ledger::AccountId;
use super::library::{Library, read};
use super::look::{Looked, Stop};
use super::sight::Sight;
use super::{Damaged, RunState};
use crate::kind::{Class, Failure};
use crate::plan::graph::{BodyIndex, Call, Plan};

/// The number of the one attempt to undo a node.
const NUMBER: u16 = u16::MAX;

/// What undoes one instance of a node; its scope may be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Undo {
    pub(super) at: At,
    pub(super) body: BodyIndex,
    pub(super) path: Box<str>,
    pub(super) request: Request,
}

impl Undo {
    pub(super) fn attempt(&self) -> AttemptId {
        AttemptId { at: self.at, number: NUMBER }
    }

    pub(super) fn call<'a>(&self, plan: &'a Plan) -> Option<&'a Call> {
        plan.body(self.body).node(self.at.node).undo.as_deref()
    }
}

impl RunState {
    /// Renders what undoes a node that has just succeeded.
    pub(super) fn undoable(
        &self,
        plan: &Plan,
        library: &dyn Library,
    ) -> Result<Option<Event>, Damaged> {
        let Some(at) = self.queues.undoable.first().copied() else { return Ok(None) };
        let node = self.node(plan, at)?;
        let call = node.undo.as_deref().ok_or(Damaged::NoNode(at))?;
        let output = self.output(at).ok_or(Damaged::NoNode(at))?;
        let mut sight = Sight::new(self, plan, library, at.scope);
        sight.own = Some((&node.name, read(library, &output)?));
        let request = match self.call(&sight, at, call, node) {
            Ok(Looked::Request(request)) => Ok(Request { fingerprint: None, ..request }),
            Ok(_) => Err(Failure::input("an inline kind undoes nothing")),
            Err(Stop::Failure(failure)) => Err(failure),
            Err(Stop::Damaged(damaged)) => return Err(damaged),
        };
        Ok(Some(Event::Undoable { at, request }))
    }

    /// What is undone next: the last of all that is left.
    pub(super) fn undo_next(&self) -> Option<Event> {
        let undo = self.undos.last()?;
        let attempt = undo.attempt();
        if self.open.contains_key(&attempt) {
            return None;
        }
        let account = self.accounts.of_undo(undo.at).unwrap_or(AccountId::RUN);
        let held = self.ledger.held(attempt);
        match undo.request.hold {
            Some(amount) if held.is_none() && self.ledger.fits(account, amount) => {
                Some(Event::Money(Entry::Held { attempt, account, amount }))
            }
            Some(amount) if held.is_none() => {
                let message = format!("there is no money to undo it: it may cost {amount}");
                let ended = Ended::Failed(Failure::new(Class::OverBudget, message));
                Some(Event::Ended { attempt, ended, took: std::time::Duration::ZERO })
            }
            _ => Some(Event::Undoing { attempt }),
        }
    }

    /// Whether `attempt` undoes a node, and is the next to be ended.
    pub(super) fn is_undo(&self, attempt: AttemptId) -> bool {
        self.undos.last().is_some_and(|undo| undo.attempt() == attempt)
    }

    /// Takes in an [`Event::Undoable`].
    pub(super) fn undo_is_known(
        &mut self,
        plan: &Plan,
        at: At,
        request: &Result<Request, Failure>,
    ) -> Result<(), Damaged> {
        self.queues.undoable.remove(&at);
        let path = self.path(plan, at);
        match request {
            Ok(request) => {
                let body = self.scopes.get(&at.scope).ok_or(Damaged::NoScope(at.scope))?.body;
                let (path, request) = (path.into(), request.clone());
                self.undos.push(Undo { at, body, path, request });
            }
            Err(failure) => {
                self.accounts.undo_ended(at);
                self.note_failure(format!("{path} (undo)"), failure.clone());
            }
        }
        Ok(())
    }

    /// Takes in the end of what undoes a node.
    pub(super) fn undone(&mut self, attempt: AttemptId, ended: &Ended) {
        self.open.remove(&attempt);
        self.may_release(attempt);
        let Some(undo) = self.undos.pop() else { return };
        self.accounts.undo_ended(undo.at);
        if let Ended::Failed(failure) = ended {
            self.note_failure(format!("{} (undo)", undo.path), failure.clone());
        }
    }
}
