//! What was billed by which provider, and what does the project's wallet let a run spend there?
//!
//! A second line beside the accounts: a hold at a provider that the wallet limits fits in what the run was granted there.
//! The wallet itself, above all runs, is the host's.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Sum;
use std::ops::AddAssign;

use super::RunState;
use super::event::{At, AttemptId, PurchaseId};
use super::ledger::{Bill, Source};
use crate::money::Usd;

/// What a run may spend at each provider that the wallet limits.
pub type Granted = BTreeMap<Box<str>, Usd>;

/// What was billed, by who says so, and what may still turn out to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub provider: Usd,
    pub table: Usd,
    pub assumed: Usd,
    /// Held after the end of a run, for purchases that nobody knows the end of.
    pub doubtful: Usd,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Purse {
    pub(super) granted: Granted,
    billed: BTreeMap<Box<str>, Sums>,
}

/// There is no room at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Short {
    /// There would be, once the open holds there are given back.
    Waits,
    Refused {
        seller: Box<str>,
        free: Usd,
    },
}

impl Sums {
    pub fn spent(&self) -> Usd {
        self.provider + self.table + self.assumed
    }

    pub fn used(&self) -> Usd {
        self.spent() + self.doubtful
    }

    fn of(&mut self, source: Source) -> &mut Usd {
        match source {
            Source::Provider => &mut self.provider,
            Source::Table => &mut self.table,
            Source::Assumed => &mut self.assumed,
        }
    }
}

impl Sum for Sums {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, more| {
            sum += more;
            sum
        })
    }
}

impl AddAssign for Sums {
    fn add_assign(&mut self, other: Self) {
        self.provider += other.provider;
        self.table += other.table;
        self.assumed += other.assumed;
        self.doubtful += other.doubtful;
    }
}

impl RunState {
    /// What the run may spend at each provider that the wallet limits.
    pub fn granted(&self) -> &Granted {
        &self.purse.granted
    }

    /// What was billed so far, by provider; after the end of the run also what is in doubt.
    pub fn bills(&self) -> BTreeMap<Box<str>, Sums> {
        let mut bills = self.purse.billed.clone();
        if self.outcome.is_some() {
            for attempt in self.ledger.holders() {
                let held = self.ledger.held(attempt).unwrap_or_default();
                bills.entry(self.seller(attempt)).or_default().doubtful += held;
            }
        }
        bills
    }

    /// Whose work `attempt` buys, or would buy; empty for a kind without a capability.
    pub(super) fn seller(&self, attempt: AttemptId) -> Box<str> {
        if let Some((_, purchase)) = self.purchases_of(attempt).next() {
            return purchase.seller.clone();
        }
        let undo = self.undos.last().filter(|undo| undo.attempt() == attempt);
        let considered = self.queues.considered.get(&attempt.at).map(|it| &it.request);
        let request =
            undo.map(|undo| &undo.request).or(considered).or(self.requests.get(&attempt.at));
        request.map(|request| request.provider.clone()).unwrap_or_default()
    }

    /// Takes in a bill in place of the `former` one.
    pub(super) fn billed(&mut self, purchase: PurchaseId, former: Option<Bill>, bill: Bill) {
        let seller = self.purchase(purchase).map(|purchase| purchase.seller.clone());
        let sums = self.purse.billed.entry(seller.unwrap_or_default()).or_default();
        if let Some(former) = former {
            *sums.of(former.source) += -former.amount;
        }
        *sums.of(bill.source) += bill.amount;
    }

    /// Why `amount` cannot be held now for the next attempt at `at`, if its provider is one that the wallet limits.
    pub(super) fn short_at_provider(
        &self,
        at: At,
        amount: Usd,
        doubtful: &BTreeSet<AttemptId>,
    ) -> Option<Short> {
        if self.purse.granted.is_empty() {
            return None;
        }
        let seller = self.seller(self.next_attempt_of(at)?);
        let granted = *self.purse.granted.get(&seller)?;
        let spent = self.purse.billed.get(&seller).map_or(Usd::ZERO, Sums::spent);
        let (mut held, mut firm) = (Usd::ZERO, spent);
        for attempt in self.ledger.holders().filter(|attempt| self.seller(*attempt) == seller) {
            let left = self.ledger.held(attempt).unwrap_or_default();
            held += left;
            if doubtful.contains(&attempt) {
                firm += left;
            }
        }
        if spent + held + amount <= granted {
            None
        } else if firm + amount <= granted {
            Some(Short::Waits)
        } else {
            Some(Short::Refused { seller, free: (granted - firm).max(Usd::ZERO) })
        }
    }
}
