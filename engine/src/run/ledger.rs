//! Who may spend what, and what was spent?
//!
//! Accounts nest. An account *caps* what is used below it; an allotment *sets aside* in the account above. Money is held
//! before it is spent, and a hold must fit in every account up the path. Nothing is ever moved between accounts.
//!
//! `use = spent + held + Σ claim(child)`, `claim = open ? max(allotment, use) : use`, and after every entry
//! `use ≤ limit + over`, where `over` grows only by a bill above its hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::event::AttemptId;
use crate::kind::purchase::Slot;
pub use crate::kind::purchase::{Bill, Source};
use crate::money::Usd;

/// A budget scope of a run. The run's own is [`AccountId::RUN`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub u32);

/// The unit of buying: the `slot`th paid call of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PurchaseId {
    pub attempt: AttemptId,
    pub slot: Slot,
}

/// Something that happened to money. Each has a precondition, and [`Ledger::book`] refuses what breaks it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The parent is open, the allotment fits there and is not above the limit.
    Opened { account: AccountId, parent: Option<AccountId>, limit: Option<Usd>, allotment: Usd },
    /// The attempt holds nothing yet, and the amount fits.
    Held { attempt: AttemptId, account: AccountId, amount: Usd },
    /// The hold is open, and the rest fits: an undeclared slot, a longer bucket.
    Raised { attempt: AttemptId, more: Usd },
    /// The hold is open, the purchase not settled. What a bill takes above its hold is booked all the same.
    Settled { purchase: PurchaseId, bill: Bill },
    /// The attempt holds nothing any more: a bill that came too late for its hold.
    Late { purchase: PurchaseId, account: AccountId, bill: Bill },
    /// The attempt is over, each of its purchases closed or never armed.
    Released { attempt: AttemptId },
    /// The purchase is settled: a refund, or a better bill. Also in closed accounts.
    Corrected { purchase: PurchaseId, bill: Bill },
    /// The new limit is not below what is used or set aside.
    Limited { account: AccountId, limit: Usd },
    /// All children are closed. What was not spent is the parent's again; an open hold stays.
    Closed { account: AccountId },
}

/// The accounts of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    accounts: BTreeMap<AccountId, Account>,
    /// Those that are open, among all that ever were.
    open: BTreeSet<AccountId>,
    holds: BTreeMap<AttemptId, Hold>,
    bills: BTreeMap<PurchaseId, (AccountId, Bill)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Account {
    parent: Option<AccountId>,
    children: BTreeSet<AccountId>,
    limit: Option<Usd>,
    allotment: Usd,
    spent: Usd,
    held: Usd,
    /// The sum of the children's claims.
    claimed: Usd,
    /// The part of it that is of closed children.
    sealed: Usd,
    over: Usd,
    open: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Hold {
    account: AccountId,
    left: Usd,
}

/// Whether an amount may be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    Fits,
    /// Not now; but it would, once the open holds and allotments in its way are given back.
    Waits,
    /// Not even then. The outermost account that lacks room decides.
    Refused {
        by: AccountId,
        free: Usd,
    },
}

/// An entry whose precondition does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ledger cannot book {entry:?}: {why}")]
pub struct Unbookable {
    pub entry: Entry,
    pub why: &'static str,
}

impl AccountId {
    pub const RUN: Self = Self(0);
}

impl Account {
    fn used(&self) -> Usd {
        self.spent + self.held + self.claimed
    }

    fn claim(&self) -> Usd {
        if self.open { self.used().max(self.allotment) } else { self.used() }
    }
}

impl Ledger {
    /// Changes the accounts by `entry`.
    pub fn book(&mut self, entry: &Entry) -> Result<(), Unbookable> {
        self.booked(entry).map_err(|why| Unbookable { entry: entry.clone(), why })
    }

    fn booked(&mut self, entry: &Entry) -> Result<(), &'static str> {
        match *entry {
            Entry::Opened { account, parent, limit, allotment } => {
                self.open(account, parent, limit, allotment)
            }
            Entry::Held { attempt, account, amount } => {
                check(!self.holds.contains_key(&attempt), "the attempt holds an amount already")?;
                check(self.fits(account, amount), "the amount does not fit")?;
                self.holds.insert(attempt, Hold { account, left: amount });
                self.grow(account, |account| account.held += amount)
            }
            Entry::Raised { attempt, more } => {
                let account = self.hold(attempt)?.account;
                check(self.fits(account, more), "the amount does not fit")?;
                self.hold(attempt)?.left += more;
                self.grow(account, |account| account.held += more)
            }
            Entry::Settled { purchase, bill } => {
                check(!self.bills.contains_key(&purchase), "the purchase is settled already")?;
                check(bill.amount >= Usd::ZERO, "a bill is never negative")?;
                let hold = self.hold(purchase.attempt)?;
                let (account, covered) = (hold.account, hold.left.min(bill.amount));
                hold.left -= covered;
                self.bills.insert(purchase, (account, bill));
                self.grow(account, |account| {
                    account.held -= covered;
                    account.spent += bill.amount;
                })
            }
            Entry::Late { purchase, account, bill } => {
                check(!self.bills.contains_key(&purchase), "the purchase is settled already")?;
                check(!self.holds.contains_key(&purchase.attempt), "the attempt holds an amount")?;
                check(bill.amount >= Usd::ZERO, "a bill is never negative")?;
                check(self.accounts.contains_key(&account), "there is no such account")?;
                self.bills.insert(purchase, (account, bill));
                self.grow(account, |account| account.spent += bill.amount)
            }
            Entry::Released { attempt } => {
                let Hold { account, left } =
                    self.holds.remove(&attempt).ok_or("the attempt holds nothing")?;
                self.grow(account, |account| account.held -= left)
            }
            Entry::Corrected { purchase, bill } => {
                check(bill.amount >= Usd::ZERO, "a bill is never negative")?;
                let (account, former) =
                    self.bills.get_mut(&purchase).ok_or("the purchase is not settled")?;
                let (account, delta) = (*account, bill.amount - former.amount);
                *former = bill;
                self.grow(account, |account| account.spent += delta)
            }
            Entry::Limited { account, limit } => {
                let account = self.accounts.get_mut(&account).ok_or("there is no such account")?;
                check(account.open, "the account is closed")?;
                check(
                    limit >= account.used() && limit >= account.allotment,
                    "the limit is below what is used",
                )?;
                (account.limit, account.over) = (Some(limit), Usd::ZERO);
                Ok(())
            }
            Entry::Closed { account } => {
                let closing = self.accounts.get(&account).ok_or("there is no such account")?;
                check(closing.open, "the account is closed already")?;
                check(!self.has_open_below(account), "an account below it is open")?;
                self.grow(account, |account| account.open = false)?;
                self.seal(account)
            }
        }
    }

    /// What a closed account used stays used in the one above it, whatever is freed.
    fn seal(&mut self, account: AccountId) -> Result<(), &'static str> {
        self.open.remove(&account);
        let closed = self.accounts.get(&account).ok_or("there is no such account")?;
        let (parent, claim) = (closed.parent, closed.claim());
        if let Some(parent) = parent {
            self.accounts.get_mut(&parent).ok_or("there is no parent")?.sealed += claim;
        }
        Ok(())
    }

    fn open(
        &mut self,
        account: AccountId,
        parent: Option<AccountId>,
        limit: Option<Usd>,
        allotment: Usd,
    ) -> Result<(), &'static str> {
        check(!self.accounts.contains_key(&account), "the account is there already")?;
        check(allotment >= Usd::ZERO, "an allotment is never negative")?;
        check(limit.is_none_or(|limit| limit >= allotment), "the allotment is above the limit")?;
        if let Some(parent) = parent {
            check(self.fits(parent, allotment), "the allotment does not fit")?;
            self.accounts.get_mut(&parent).ok_or("there is no parent")?.children.insert(account);
        }
        let opened = Account {
            parent,
            children: BTreeSet::new(),
            limit,
            allotment: Usd::ZERO,
            spent: Usd::ZERO,
            held: Usd::ZERO,
            claimed: Usd::ZERO,
            sealed: Usd::ZERO,
            over: Usd::ZERO,
            open: true,
        };
        self.accounts.insert(account, opened);
        self.open.insert(account);
        self.grow(account, |account| account.allotment = allotment)
    }

    /// Changes one account, and carries the change of its claim upwards until there is none.
    fn grow(
        &mut self,
        account: AccountId,
        change: impl FnOnce(&mut Account),
    ) -> Result<(), &'static str> {
        let mut here = self.accounts.get_mut(&account).ok_or("there is no such account")?;
        let (mut claim, mut sealed) = (here.claim(), !here.open);
        change(here);
        loop {
            // Only a bill can lift the use above the limit: all else was held against it before.
            here.over = here.limit.map_or(Usd::ZERO, |limit| (here.used() - limit).max(Usd::ZERO));
            let delta = here.claim() - claim;
            let Some(parent) = here.parent.filter(|_| delta != Usd::ZERO) else { return Ok(()) };
            here = self.accounts.get_mut(&parent).ok_or("there is no parent")?;
            claim = here.claim();
            here.claimed += delta;
            if sealed {
                here.sealed += delta;
            }
            sealed = !here.open;
        }
    }

    /// Whether `amount` may be held in `account`: all up the path are open and not over, none would pass its limit.
    pub fn fits(&self, account: AccountId, amount: Usd) -> bool {
        self.lacking(account, amount, Account::used).is_none() && amount >= Usd::ZERO
    }

    /// Whether `amount` may be held now, or later. Allotments in `waiting` stay: their owners wait for money themselves.
    pub fn fit(
        &self,
        account: AccountId,
        amount: Usd,
        waiting: &BTreeSet<AccountId>,
        doubtful: &BTreeSet<AttemptId>,
    ) -> Fit {
        if self.fits(account, amount) {
            return Fit::Fits;
        }
        let firm = self.firm(waiting, doubtful);
        let used = |id: AccountId| firm.get(&id).copied().unwrap_or_default();
        let mut refused = None;
        let mut growth = amount;
        for (id, here) in self.path(account) {
            let free = here.limit.map(|limit| limit - used(id));
            if !here.open
                || here.over > Usd::ZERO
                || free.is_some_and(|free| growth > free && growth > Usd::ZERO)
            {
                refused =
                    Some(Fit::Refused { by: id, free: free.unwrap_or_default().max(Usd::ZERO) });
            }
            let set_aside = if waiting.contains(&id) { here.allotment } else { Usd::ZERO };
            growth = (used(id) + growth).max(set_aside) - used(id).max(set_aside);
        }
        refused.unwrap_or(Fit::Waits)
    }

    /// What each account uses for certain: without open holds that are not in doubt, and allotments shrunk to their use.
    fn firm(
        &self,
        waiting: &BTreeSet<AccountId>,
        doubtful: &BTreeSet<AttemptId>,
    ) -> BTreeMap<AccountId, Usd> {
        let mut firm: BTreeMap<_, _> = (self.open.iter())
            .filter_map(|id| {
                self.accounts.get(id).map(|account| (*id, account.spent + account.sealed))
            })
            .collect();
        for (_, hold) in self.holds.iter().filter(|(attempt, _)| doubtful.contains(attempt)) {
            // What a closed account holds is sealed in the one above it.
            if let Some(used) = firm.get_mut(&hold.account) {
                *used += hold.left;
            }
        }
        // Children have higher numbers than their parents.
        for id in self.open.iter().rev() {
            let Some(account) = self.accounts.get(id) else { continue };
            let own = firm.get(id).copied().unwrap_or_default();
            let claim = if waiting.contains(id) { own.max(account.allotment) } else { own };
            if let Some(used) = account.parent.and_then(|parent| firm.get_mut(&parent)) {
                *used += claim;
            }
        }
        firm
    }

    /// The first account up the path that lacks room for `amount`.
    fn lacking(
        &self,
        account: AccountId,
        amount: Usd,
        used: impl Fn(&Account) -> Usd,
    ) -> Option<AccountId> {
        let mut growth = amount;
        for (id, here) in self.path(account) {
            let room = here.limit.is_none_or(|limit| used(here) + growth <= limit);
            if !here.open || here.over > Usd::ZERO || (growth > Usd::ZERO && !room) {
                return Some(id);
            }
            growth = (used(here) + growth).max(here.allotment) - here.claim();
        }
        None
    }

    /// The account and those above it, inside out.
    fn path(&self, account: AccountId) -> impl Iterator<Item = (AccountId, &Account)> {
        let find = |id: AccountId| self.accounts.get(&id).map(|account| (id, account));
        std::iter::successors(find(account), move |(_, account)| find(account.parent?))
    }

    /// That no account is used above its limit by anything but bills, counted anew; for tests of whole runs.
    #[cfg(test)]
    pub(super) fn assert_sound(&self) {
        for (id, account) in &self.accounts {
            let own: Usd =
                self.holds.values().filter(|hold| hold.account == *id).map(|hold| hold.left).sum();
            let spent: Usd =
                self.bills.values().filter(|(of, _)| of == id).map(|(_, bill)| bill.amount).sum();
            let below: Usd =
                account.children.iter().map(|child| self.accounts[child].claim()).sum();
            assert_eq!(
                (account.held, account.spent, account.claimed),
                (own, spent, below),
                "{id:?}"
            );
            if let Some(limit) = account.limit {
                assert!(account.used() <= limit + account.over, "{id:?} is overdrawn");
            }
        }
    }

    fn hold(&mut self, attempt: AttemptId) -> Result<&mut Hold, &'static str> {
        self.holds.get_mut(&attempt).ok_or("the attempt holds nothing")
    }

    /// What may still be spent in `account`: the least that is free up the path; none, if nothing limits it.
    pub fn left(&self, account: AccountId) -> Option<Usd> {
        let free = self
            .path(account)
            .filter_map(|(_, here)| Some((here.limit? - here.used()).max(Usd::ZERO)));
        free.min()
    }

    /// What was billed in `account` and below it.
    pub fn spent(&self, account: AccountId) -> Usd {
        let Some(here) = self.accounts.get(&account) else { return Usd::ZERO };
        here.spent + here.children.iter().map(|child| self.spent(*child)).sum()
    }

    /// What was billed in all, by who says so.
    pub fn by_source(&self) -> BTreeMap<Source, Usd> {
        let mut sums = BTreeMap::new();
        for (_, bill) in self.bills.values() {
            *sums.entry(bill.source).or_default() += bill.amount;
        }
        sums
    }

    pub fn limit(&self, account: AccountId) -> Option<Usd> {
        self.accounts.get(&account)?.limit
    }

    /// What is spent, held or set aside in `account`.
    pub fn used(&self, account: AccountId) -> Usd {
        self.accounts.get(&account).map_or(Usd::ZERO, Account::used)
    }

    /// What would be used in `above` if `amount` were held in `account`, itself or below it.
    pub fn used_with(&self, above: AccountId, account: AccountId, amount: Usd) -> Usd {
        let mut growth = amount;
        for (id, here) in self.path(account).take_while(|(id, _)| *id != above) {
            debug_assert!(id > above, "children have higher numbers than their parents");
            growth = (here.used() + growth).max(here.allotment) - here.claim();
        }
        self.used(above) + growth
    }

    /// What `account` takes of the one above it.
    pub fn claim(&self, account: AccountId) -> Usd {
        self.accounts.get(&account).map_or(Usd::ZERO, Account::claim)
    }

    pub fn is_open(&self, account: AccountId) -> bool {
        self.open.contains(&account)
    }

    pub fn has(&self, account: AccountId) -> bool {
        self.accounts.contains_key(&account)
    }

    /// What is left of the hold of `attempt`; none, if it holds nothing.
    pub fn held(&self, attempt: AttemptId) -> Option<Usd> {
        self.holds.get(&attempt).map(|hold| hold.left)
    }

    /// The attempts that hold something.
    pub fn holders(&self) -> impl Iterator<Item = AttemptId> {
        self.holds.keys().copied()
    }

    /// What `purchase` was billed, as booked.
    pub fn bill(&self, purchase: PurchaseId) -> Option<Bill> {
        self.bills.get(&purchase).map(|(_, bill)| *bill)
    }

    /// Whether an account below `account` is open.
    pub fn has_open_below(&self, account: AccountId) -> bool {
        let below = self.accounts.get(&account).map(|account| &account.children);
        below.is_some_and(|below| below.iter().any(|child| self.open.contains(child)))
    }
}

fn check(holds: bool, why: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(why) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::graph::NodeIndex;
    use crate::run::event::{At, ScopeId};

    const RUN: AccountId = AccountId::RUN;

    fn usd(text: &str) -> Usd {
        format!("{text} USD").parse().unwrap()
    }

    fn attempt(number: u16) -> AttemptId {
        AttemptId { at: At { scope: ScopeId(0), node: NodeIndex(0) }, number }
    }

    fn open(account: u32, parent: Option<u32>, limit: &str, allotment: &str) -> Entry {
        let (account, parent) = (AccountId(account), parent.map(AccountId));
        Entry::Opened { account, parent, limit: Some(usd(limit)), allotment: usd(allotment) }
    }

    fn held(number: u16, account: u32, amount: &str) -> Entry {
        Entry::Held { attempt: attempt(number), account: AccountId(account), amount: usd(amount) }
    }

    fn settled(number: u16, slot: u8, amount: &str) -> Entry {
        let bill = Bill { amount: usd(amount), source: Source::Provider };
        Entry::Settled { purchase: PurchaseId { attempt: attempt(number), slot }, bill }
    }

    fn released(number: u16) -> Entry {
        Entry::Released { attempt: attempt(number) }
    }

    fn ledger(entries: &[Entry]) -> Ledger {
        let mut ledger = Ledger::default();
        for entry in entries {
            ledger.book(entry).unwrap();
        }
        ledger
    }

    /// Attempts from `first` on that spend `amount` in `account`, which is closed afterwards.
    fn spends(account: u32, first: u16, amount: &str) -> [Entry; 4] {
        let closed = Entry::Closed { account: AccountId(account) };
        [held(first, account, amount), settled(first, 0, amount), released(first), closed]
    }

    #[test]
    fn pilots_that_spend_less_leave_the_rest_to_the_next_round() {
        let mut entries = vec![open(0, None, "150", "0")];
        entries.extend([
            open(1, Some(0), "40", "0"),
            open(2, Some(0), "60", "0"),
            open(3, Some(0), "50", "0"),
        ]);
        for (account, amount) in [(1, "10"), (2, "20"), (3, "15")] {
            entries.extend(spends(account, u16::try_from(account).unwrap(), amount));
        }
        entries.extend([
            open(4, Some(0), "15", "0"),
            open(5, Some(0), "75", "0"),
            open(6, Some(0), "0", "0"),
        ]);
        let mut ledger = ledger(&entries);
        assert_eq!(ledger.left(RUN), Some(usd("105")));
        for entry in spends(4, 4, "15").iter().chain(&spends(5, 5, "75")) {
            ledger.book(entry).unwrap();
        }
        assert!(!ledger.fits(AccountId(6), usd("0.000001")));
        assert_eq!((ledger.spent(RUN), ledger.left(RUN)), (usd("135"), Some(usd("15"))));
    }

    #[test]
    fn an_allotment_sets_aside_and_a_limit_only_caps() {
        let ledger = ledger(&[
            open(0, None, "10", "0"),
            open(1, Some(0), "8", "0"),
            open(2, Some(0), "6", "4"),
        ]);
        assert_eq!(ledger.left(RUN), Some(usd("6")));
        assert_eq!(ledger.left(AccountId(1)), Some(usd("6")), "the least that is free up the path");
        assert!(ledger.fits(AccountId(2), usd("6")), "within the allotment, and two of the rest");
        assert!(!ledger.fits(RUN, usd("6.000001")));
    }

    #[test]
    fn a_bill_above_its_hold_is_booked_and_stops_all_else() {
        let mut ledger =
            ledger(&[open(0, None, "10", "0"), open(1, Some(0), "2", "0"), held(1, 1, "2")]);
        ledger.book(&settled(1, 0, "3")).unwrap();
        ledger.book(&released(1)).unwrap();
        assert_eq!(ledger.spent(RUN), usd("3"));
        assert!(!ledger.fits(AccountId(1), Usd::ZERO), "nothing more is granted there");
        assert!(ledger.fits(RUN, usd("7")), "the account above still has room");
    }

    #[test]
    fn what_waits_is_told_from_what_can_never_be() {
        let ledger = ledger(&[
            open(0, None, "10", "0"),
            open(1, Some(0), "3", "0"),
            held(1, 0, "9"),
            held(2, 1, "1"),
        ]);
        let none = BTreeSet::new();
        let doubtful = BTreeSet::from([attempt(1)]);
        assert_eq!(ledger.fit(AccountId(1), usd("3"), &BTreeSet::new(), &none), Fit::Waits);
        let refused = Fit::Refused { by: RUN, free: usd("1") };
        assert_eq!(ledger.fit(AccountId(1), usd("3"), &BTreeSet::new(), &doubtful), refused);
        let refused = Fit::Refused { by: AccountId(1), free: usd("3") };
        assert_eq!(ledger.fit(AccountId(1), usd("3.5"), &BTreeSet::new(), &none), refused);
    }

    #[test]
    fn a_refund_comes_back_even_after_the_end() {
        let mut ledger = ledger(&[open(0, None, "10", "0"), open(1, Some(0), "5", "5")]);
        for entry in spends(1, 1, "4") {
            ledger.book(&entry).unwrap();
        }
        assert_eq!(
            ledger.left(RUN),
            Some(usd("6")),
            "what was set aside and not spent is free again"
        );
        let bill = Bill { amount: usd("1"), source: Source::Provider };
        ledger
            .book(&Entry::Corrected { purchase: PurchaseId { attempt: attempt(1), slot: 0 }, bill })
            .unwrap();
        assert_eq!(ledger.left(RUN), Some(usd("9")));
    }

    #[test]
    fn what_breaks_a_precondition_is_refused_and_changes_nothing() {
        let good = ledger(&[
            open(0, None, "10", "0"),
            open(1, Some(0), "5", "0"),
            held(1, 1, "2"),
            settled(1, 0, "1"),
        ]);
        let bad = [
            open(1, Some(0), "5", "0"),
            open(2, Some(0), "5", "6"),
            open(2, Some(9), "5", "0"),
            open(2, Some(0), "20", "9"),
            held(1, 1, "1"),
            held(2, 1, "5"),
            settled(1, 0, "1"),
            settled(2, 0, "1"),
            released(7),
            Entry::Closed { account: RUN },
            Entry::Limited { account: AccountId(1), limit: usd("1.5") },
        ];
        for entry in bad {
            let mut ledger = good.clone();
            assert!(ledger.book(&entry).is_err(), "{entry:?}");
            assert_eq!(ledger, good, "{entry:?}");
        }
    }

    /// One random operation: which, on which account and attempt, how much.
    type Operation = (u8, prop::sample::Index, prop::sample::Index, i64, i64);

    fn entry(ledger: &Ledger, operation: &Operation, next: u16) -> Option<Entry> {
        let (what, account, hold, amount, limit) = operation;
        let accounts: Vec<_> = ledger.accounts.keys().copied().collect();
        let holds: Vec<_> = ledger.holds.keys().copied().collect();
        let bills: Vec<_> = ledger.bills.keys().copied().collect();
        let account = accounts[account.index(accounts.len())];
        let amount = Usd::from_micros(*amount);
        let bill = Bill { amount, source: Source::Table };
        let attempt_of = |index: &prop::sample::Index| {
            (!holds.is_empty()).then(|| holds[index.index(holds.len())])
        };
        Some(match what {
            0 => {
                let limit = Usd::from_micros(*limit);
                let child = AccountId(u32::try_from(accounts.len()).unwrap());
                let allotment = if amount <= limit { amount } else { Usd::ZERO };
                Entry::Opened {
                    account: child,
                    parent: Some(account),
                    limit: Some(limit),
                    allotment,
                }
            }
            1 | 2 => Entry::Held { attempt: attempt(next), account, amount },
            3 => Entry::Raised { attempt: attempt_of(hold)?, more: amount },
            4 | 5 => {
                let slot = u8::try_from(limit % 3).unwrap();
                Entry::Settled { purchase: PurchaseId { attempt: attempt_of(hold)?, slot }, bill }
            }
            6 => Entry::Released { attempt: attempt_of(hold)? },
            7 if !bills.is_empty() => {
                Entry::Corrected { purchase: bills[hold.index(bills.len())], bill }
            }
            8 => Entry::Closed { account },
            _ => Entry::Limited { account, limit: Usd::from_micros(*limit) },
        })
    }

    /// Use and claim, counted from nothing.
    fn counted(ledger: &Ledger, id: AccountId) -> (Usd, Usd) {
        let account = &ledger.accounts[&id];
        let below: Usd = account.children.iter().map(|child| counted(ledger, *child).1).sum();
        let held: Usd =
            ledger.holds.values().filter(|hold| hold.account == id).map(|hold| hold.left).sum();
        let spent: Usd =
            ledger.bills.values().filter(|(of, _)| *of == id).map(|(_, bill)| bill.amount).sum();
        let used = spent + held + below;
        (used, if account.open { used.max(account.allotment) } else { used })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn no_account_is_overdrawn_and_no_cent_is_lost(
            operations in prop::collection::vec((0u8..10, any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0i64..3_000_000, 0i64..9_000_000), 1..300)
        ) {
            let mut ledger = ledger(&[open(0, None, "20", "0")]);
            for (next, operation) in (1..).zip(&operations) {
                let Some(entry) = entry(&ledger, operation, next) else { continue };
                let before = ledger.clone();
                if ledger.book(&entry).is_err() {
                    prop_assert_eq!(&ledger, &before, "a refused entry changes nothing");
                    continue;
                }
                let may_overdraw = matches!(entry, Entry::Settled { .. } | Entry::Corrected { .. });
                for (id, account) in &ledger.accounts {
                    let (used, claim) = counted(&ledger, *id);
                    prop_assert_eq!((account.used(), account.claim()), (used, claim), "after {:?}", entry);
                    let former = before.accounts.get(id).map_or(Usd::ZERO, |account| account.over);
                    let over = account.limit.map_or(Usd::ZERO, |limit| (used - limit).max(Usd::ZERO));
                    prop_assert!(over <= former || may_overdraw, "{:?} overdraws {:?}", entry, id);
                }
                let billed: Usd = ledger.bills.values().map(|(_, bill)| bill.amount).sum();
                prop_assert_eq!(ledger.spent(RUN), billed);
            }
        }
    }
}
