//! Who waits for money, and in which order?
//!
//! One line per account, in the order of the nodes. Nobody overtakes: a large hold that waits is not starved by small
//! ones. What stands here follows from what was looked at, and is forgotten at a restart.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::event::At;
use super::ledger::AccountId;
use crate::money::Usd;

#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    wants: FxHashMap<At, Want>,
    queues: BTreeMap<AccountId, BTreeSet<At>>,
    /// Lines whose first may have what it wants.
    unchecked: BTreeSet<AccountId>,
}

/// What a node asks of the account at whose line it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Want {
    pub(super) account: AccountId,
    pub(super) amount: Usd,
    pub(super) use_: Use,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// A hold for its next attempt.
    Hold,
    /// An account of its own, with this limit; the amount is set aside in it.
    Account { limit: Option<Usd> },
    /// An account for what undoes it, of the run; the amount is set aside in it.
    Undo,
}

impl Lines {
    pub(super) fn join(&mut self, at: At, want: Want) {
        self.leave(at);
        self.wants.insert(at, want);
        self.queues.entry(want.account).or_default().insert(at);
        self.unchecked.insert(want.account);
    }

    pub(super) fn leave(&mut self, at: At) {
        let Some(want) = self.wants.remove(&at) else { return };
        if let Some(line) = self.queues.get_mut(&want.account) {
            line.remove(&at);
            if line.is_empty() {
                self.queues.remove(&want.account);
                self.unchecked.remove(&want.account);
            } else {
                self.unchecked.insert(want.account);
            }
        }
    }

    /// Money was freed, or a purchase closed: whoever stands first may have what it wants.
    pub(super) fn freed(&mut self) {
        if self.unchecked.len() < self.queues.len() {
            self.unchecked = self.queues.keys().copied().collect();
        }
    }

    /// A line to be looked at.
    pub(super) fn next(&self) -> Option<AccountId> {
        self.unchecked.first().copied()
    }

    /// Its first must wait.
    pub(super) fn stuck(&mut self, account: AccountId) {
        self.unchecked.remove(&account);
    }

    /// Those who stand in one line, the first first.
    pub(super) fn of(&self, account: AccountId) -> impl Iterator<Item = (At, Want)> {
        let line = self.queues.get(&account).into_iter().flatten();
        line.filter_map(|at| Some((*at, *self.wants.get(at)?)))
    }

    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<At> {
        self.wants.keys().copied().collect()
    }

    /// The accounts at which somebody waits.
    pub(super) fn accounts(&self) -> BTreeSet<AccountId> {
        self.queues.keys().copied().collect()
    }
}
