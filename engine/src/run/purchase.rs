//! Which purchases are open, which closed, and what does a further fact about one mean?
//!
//! Facts about money are never too late: each is taken in once, in any state of node and run. No new paid attempt of a
//! node is made while a purchase of a former one is open.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{At, AttemptId, Event, PurchaseId, ScopeId};
use super::ledger::{AccountId, Bill, Entry, Source};
use super::node::NodeState;
use super::{Damaged, RunState};
use crate::kind::Failure;
use crate::kind::mutant::{self, Mutant};
use crate::kind::purchase::{Armed, By, Job, NotRecorded, Slot, Step};
use crate::money::Usd;
use crate::name::Digest;
use crate::plan::graph::{Doubt, NodeIndex, Plan, Then};
use crate::time::Timestamp;

/// The purchases of one run.
#[derive(Clone, Debug, Default)]
pub(super) struct Purchases {
    known: BTreeMap<PurchaseId, Purchase>,
    /// A job has one owner.
    owners: BTreeMap<(Box<str>, Box<str>), PurchaseId>,
    /// Billed, and not booked so.
    pub(super) unbooked: BTreeSet<PurchaseId>,
    /// Over, and all of their purchases closed.
    pub(super) releasable: BTreeSet<AttemptId>,
    /// Their purchase was found or has landed after the attempt was given up.
    pub(super) retakes: BTreeSet<AttemptId>,
    /// Attempts with open purchases of bodies that are over, and the node whose body it was.
    left: BTreeMap<AttemptId, At>,
}

impl Purchases {
    /// The scope `id`, a copy of `parent`, is gone: its open purchases are the parent's from now on.
    pub(super) fn left_behind(&mut self, id: ScopeId, parent: At) {
        if self.known.is_empty() {
            return;
        }
        let moved = self.left.values_mut().filter(|home| home.scope == id);
        moved.for_each(|home| *home = parent);
        let of = |node, number, slot| {
            let attempt = AttemptId { at: At { scope: id, node: NodeIndex(node) }, number };
            PurchaseId { attempt, slot }
        };
        let all = self.known.range(of(0, 0, 0)..=of(u32::MAX, u16::MAX, Slot::MAX));
        let open = all.filter(|(_, purchase)| purchase.last.is_open());
        self.left.extend(open.map(|(id, _)| (id.attempt, parent)));
    }
}

/// What is known of one purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub client_ref: Box<str>,
    pub request: Digest,
    /// When its right to be sent was claimed.
    pub armed: Timestamp,
    pub job: Option<Job>,
    pub bill: Option<Bill>,
    /// The step that it came to last, corrections aside.
    pub last: Step,
    /// Whose account its bill belongs to.
    pub account: AccountId,
    /// Of whom it is bought; empty for a kind without a capability.
    pub seller: Box<str>,
}

/// What is answered to whoever reported a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is recorded, now or before.
    Recorded,
    Armed(Armed),
    /// The claim is refused.
    Refused(NotRecorded),
    /// The job is another purchase's, or there is no such purchase.
    NotYours,
}

impl RunState {
    /// What is known of `purchase`.
    pub fn purchase(&self, purchase: PurchaseId) -> Option<&Purchase> {
        self.purchases.known.get(&purchase)
    }

    /// All purchases, in order.
    pub fn purchases(&self) -> impl Iterator<Item = (PurchaseId, &Purchase)> {
        self.purchases.known.iter().map(|(id, purchase)| (*id, purchase))
    }

    /// Of how many it is not known yet what they came to.
    pub fn open_count(&self) -> usize {
        self.purchases().filter(|(_, purchase)| purchase.last.is_open()).count()
    }

    /// The purchases of `attempt` by slot.
    pub fn purchases_of(&self, attempt: AttemptId) -> impl Iterator<Item = (Slot, &Purchase)> {
        let slot = |slot| PurchaseId { attempt, slot };
        self.purchases
            .known
            .range(slot(0)..=slot(Slot::MAX))
            .map(|(id, purchase)| (id.slot, purchase))
    }

    /// The open purchases of all attempts at `at`.
    pub(super) fn open_purchases(&self, at: At) -> impl Iterator<Item = (PurchaseId, &Purchase)> {
        let of = |number, slot| PurchaseId { attempt: AttemptId { at, number }, slot };
        let unseen = mutant::is(Mutant::RetryWhileOpen);
        self.purchases
            .known
            .range(of(0, 0)..=of(u16::MAX, Slot::MAX))
            .filter(move |(_, purchase)| purchase.last.is_open() && !unseen)
            .map(|(id, purchase)| (*id, purchase))
    }

    /// Whether a purchase of `at`, or of its body that is over, may still turn out to be bought.
    pub(super) fn is_open_at(&self, at: At) -> bool {
        let left = || self.purchases.left.iter().filter(|(_, home)| **home == at);
        self.open_purchases(at).next().is_some()
            || (!mutant::is(Mutant::RetryWhileOpen)
                && left().any(|(attempt, _)| self.has_open(*attempt)))
    }

    pub(super) fn has_open(&self, attempt: AttemptId) -> bool {
        self.purchases_of(attempt).any(|(_, purchase)| purchase.last.is_open())
    }

    /// What a reported step means: the events, and what is answered.
    pub(super) fn judge_purchase(
        &self,
        plan: &Plan,
        purchase: PurchaseId,
        step: Step,
        now: Timestamp,
    ) -> (Vec<Event>, Receipt) {
        let known = self.purchases.known.get(&purchase);
        if let Step::Armed { .. } = step {
            return match known {
                Some(_) => (vec![], Receipt::Armed(Armed::Before)),
                None => self.judge_claim(plan, purchase, step, now),
            };
        }
        let Some(known) = known else { return (vec![], Receipt::NotYours) };
        if let Step::Accepted { job, .. } = &step {
            let owner = self.purchases.owners.get(&(job.provider.clone(), job.id.clone()));
            let other = known.job.as_ref().is_some_and(|known| known.id != job.id);
            let is_taken = owner.is_some_and(|owner| *owner != purchase)
                && !mutant::is(Mutant::AdoptionNotExclusive);
            if other || is_taken {
                return (vec![], Receipt::NotYours);
            }
        }
        let says_more = match (&known.last, &step) {
            // A job that is found after a write-off keeps the purchase closed: its bill will correct the assumed one.
            (_, Step::Accepted { .. }) => known.job.is_none(),
            (Step::Landed { .. }, Step::Landed { bill, .. })
            | (Step::Failed { .. }, Step::Failed { bill, .. })
            | (_, Step::Corrected { bill }) => known.bill != Some(*bill),
            (last, Step::Failed { .. }) => !matches!(last, Step::Landed { .. }),
            (last, Step::WrittenOff { .. }) => last.is_open(),
            (_, Step::Landed { .. })
            | (Step::Armed { .. } | Step::Doubted, Step::Refused | Step::Absent)
            | (Step::Armed { .. }, Step::Doubted) => true,
            _ => false,
        };
        let event = Event::Purchase { purchase, step, at: now };
        (if says_more { vec![event] } else { vec![] }, Receipt::Recorded)
    }

    /// Whether the right to send `purchase` is granted: once, to an attempt that is open and whose hold covers it.
    fn judge_claim(
        &self,
        plan: &Plan,
        purchase: PurchaseId,
        step: Step,
        now: Timestamp,
    ) -> (Vec<Event>, Receipt) {
        let attempt = purchase.attempt;
        let refused = |why| (vec![], Receipt::Refused(why));
        if !self.open.contains_key(&attempt) || self.outcome.is_some() {
            return refused(NotRecorded::Over);
        }
        if self.cancelled.is_some() && !self.is_undo(attempt) {
            return refused(NotRecorded::Cancelled);
        }
        if self.slots(plan, attempt).is_none_or(|slots| purchase.slot >= slots) {
            return refused(NotRecorded::Undeclared);
        }
        let mut events = Vec::new();
        if self.ledger.held(attempt).is_none() {
            // It costs nothing by its quote; a bill that says otherwise must find an account.
            let account = self.account_of(attempt.at);
            if !self.ledger.fits(account, Usd::ZERO) {
                return refused(NotRecorded::OverBudget);
            }
            events.push(Event::Money(Entry::Held { attempt, account, amount: Usd::ZERO }));
        }
        events.push(Event::Purchase { purchase, step, at: now });
        (events, Receipt::Armed(Armed::First))
    }

    /// Takes in an [`Event::Purchase`].
    pub(super) fn purchase_went(
        &mut self,
        purchase: PurchaseId,
        step: &Step,
        at: Timestamp,
    ) -> Result<(), Damaged> {
        let account = self.account_of(purchase.attempt.at);
        if let Step::Armed { client_ref, request } = step {
            let armed = Purchase {
                client_ref: client_ref.clone(),
                request: *request,
                armed: at,
                job: None,
                bill: None,
                last: step.clone(),
                account,
                seller: self.seller(purchase.attempt),
            };
            self.purchases.known.insert(purchase, armed);
            return Ok(());
        }
        let known = self.purchases.known.get_mut(&purchase).ok_or(Damaged::NoPurchase(purchase))?;
        if let Step::Accepted { job, .. } = step {
            known.job = Some(job.clone());
            self.purchases.owners.insert((job.provider.clone(), job.id.clone()), purchase);
        }
        let is_late = !self.open.contains_key(&purchase.attempt);
        let ignored = is_late && mutant::is(Mutant::LateBillIgnored);
        if let Some(bill) = step.bill().filter(|_| !ignored) {
            known.bill = Some(bill);
            let booked = self.ledger.bill(purchase);
            if booked != Some(bill) {
                self.purchases.unbooked.insert(purchase);
            }
        }
        let adopted_late = matches!(step, Step::Accepted { .. }) && !known.last.is_open();
        if !adopted_late && !matches!(step, Step::Corrected { .. }) {
            known.last = step.clone();
        }
        self.after_step(purchase.attempt, step);
        self.may_release(purchase.attempt);
        self.may_land(purchase.attempt);
        Ok(())
    }

    /// What a step means for a node that waits for its purchases to be closed.
    fn after_step(&mut self, attempt: AttemptId, step: &Step) {
        if !self.has_open(attempt)
            && let Some(home) = self.purchases.left.remove(&attempt)
            && matches!(self.state(home), Some(NodeState::InDoubt { .. }))
            && !self.is_open_at(home)
        {
            return self.reconsider(home);
        }
        if !self.is_in_doubt(attempt.at, attempt.number) {
            return;
        }
        match step {
            Step::Accepted { .. } | Step::Landed { .. } => {
                self.purchases.retakes.insert(attempt);
            }
            Step::Failed { class, .. } => {
                let tries = self.tries.entry(attempt.at).or_default();
                tries.last = Some(Failure::new(*class, "the provider did not make it"));
            }
            // Nothing was bought: it used up no attempt.
            Step::Absent | Step::Refused => {
                self.tries.entry(attempt.at).or_default().limited += 1;
            }
            _ => {}
        }
        let open = self.open_purchases(attempt.at).next().is_some();
        if !open && !self.purchases.retakes.contains(&attempt) {
            self.reconsider(attempt.at);
        }
    }

    /// Marks the hold of `attempt` as free to go, if it is over and all of its purchases are closed.
    pub(super) fn may_release(&mut self, attempt: AttemptId) {
        let goes_on = self.open.contains_key(&attempt) || self.purchases.retakes.contains(&attempt);
        if self.ledger.held(attempt).is_none() || goes_on {
            return;
        }
        let early = mutant::is(Mutant::HoldReleasedOnTimeout);
        if early || self.purchases_of(attempt).all(|(_, purchase)| !purchase.last.is_open()) {
            self.purchases.releasable.insert(attempt);
        } else {
            self.purchases.releasable.remove(&attempt);
        }
    }

    /// What is to be booked next: bills first, then what is left of holds.
    pub(super) fn book(&self) -> Option<Event> {
        if let Some(id) = self.purchases.unbooked.first().copied() {
            let purchase = self.purchases.known.get(&id)?;
            let bill = purchase.bill?;
            let entry = match (self.ledger.bill(id), self.ledger.held(id.attempt)) {
                (Some(_), _) => Entry::Corrected { purchase: id, bill },
                (None, Some(_)) => Entry::Settled { purchase: id, bill },
                (None, None) => Entry::Late { purchase: id, account: purchase.account, bill },
            };
            return Some(Event::Money(entry));
        }
        let attempt = *self.purchases.releasable.first()?;
        Some(Event::Money(Entry::Released { attempt }))
    }

    /// The step by which doubt about a purchase of `at` ends without a person's word, if `doubt` gives one.
    pub(super) fn write_off(
        &self,
        plan: &Plan,
        at: At,
        now: Timestamp,
    ) -> Result<Option<Event>, Damaged> {
        let Some((purchase, _)) = self
            .open_purchases(at)
            .find(|(_, purchase)| matches!(purchase.last, Step::Doubted | Step::Armed { .. }))
        else {
            return Ok(None);
        };
        let doubt = self.doubt(plan, at)?;
        let held = self.ledger.held(purchase.attempt).unwrap_or_default();
        let attempts = self.retry_of(plan, at)?.map_or(1, |retry| retry.attempts);
        let is_small = held <= doubt.auto_below && self.written_off(at) < usize::from(attempts);
        if !is_small && doubt.then != Then::WriteOff {
            return Ok(None);
        }
        let bill = Bill { amount: held, source: Source::Assumed };
        let step = Step::WrittenOff { bill, by: By::Policy };
        Ok(Some(Event::Purchase { purchase, step, at: now }))
    }

    /// How many purchases of `at` were written off by `doubt`.
    fn written_off(&self, at: At) -> usize {
        let of = |number, slot| PurchaseId { attempt: AttemptId { at, number }, slot };
        self.purchases
            .known
            .range(of(0, 0)..=of(u16::MAX, Slot::MAX))
            .filter(|(_, purchase)| {
                matches!(purchase.last, Step::WrittenOff { by: By::Policy, .. })
            })
            .count()
    }

    /// What is said of doubt at `at`.
    pub fn doubt(&self, plan: &Plan, at: At) -> Result<Doubt, Damaged> {
        Ok(self.node(plan, at)?.doubt.or(plan.doubt).unwrap_or_default())
    }

    /// The write-off of `purchase` by a person's word.
    pub(super) fn given_up(&self, purchase: PurchaseId, by: &str) -> Step {
        let amount = self.ledger.held(purchase.attempt).unwrap_or_default();
        let bill = Bill { amount, source: Source::Assumed };
        Step::WrittenOff { bill, by: By::Person(by.into()) }
    }

    /// Whether a purchase of `at`, or of a former round of the same node, may still turn out to be bought.
    pub(super) fn has_open_purchase(&self, plan: &Plan, at: At) -> bool {
        if self.purchases.known.is_empty() {
            return false;
        }
        if self.open_purchases(at).next().is_some() {
            return true;
        }
        let parent = self.scopes.get(&at.scope).and_then(|scope| scope.parent);
        let Some((parent, copy)) = parent else { return false };
        let repeats = self.node(plan, parent).is_ok_and(|node| node.repeat.is_some());
        let Some(expansion) = self.expansions.get(&parent).filter(|_| repeats) else {
            return false;
        };
        (0..copy).any(|round| {
            let scope = super::event::ScopeId(expansion.first.0 + round);
            self.open_purchases(At { scope, node: at.node }).next().is_some()
        })
    }
}
