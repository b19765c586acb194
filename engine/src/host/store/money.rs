//! How are events of money and purchases written down?
//!
//! As [`super::record`]: types apart from the domain's, that are read for ever. `s` is a scope, `n` a node, `a` an
//! attempt's number, `slot` which of its paid calls.

use serde::{Deserialize, Serialize};

use super::record::{Stored, at, pair};
use crate::kind::Class;
use crate::kind::purchase::{Bill, By, Job, Slot, Step};
use crate::money::Usd;
use crate::name::Digest;
use crate::run::event::{AttemptId, Entry, Event, Owner, PurchaseId};
use crate::run::ledger::AccountId;
use crate::time::Timestamp;

/// An account is `c`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum MoneyRecord {
    Opened {
        of: Owner,
        c: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parent: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<Usd>,
        allotment: Usd,
    },
    Held {
        s: u32,
        n: u32,
        a: u16,
        c: u32,
        amount: Usd,
    },
    Raised {
        s: u32,
        n: u32,
        a: u16,
        more: Usd,
    },
    Settled {
        s: u32,
        n: u32,
        a: u16,
        slot: Slot,
        bill: Bill,
    },
    Late {
        s: u32,
        n: u32,
        a: u16,
        slot: Slot,
        c: u32,
        bill: Bill,
    },
    Released {
        s: u32,
        n: u32,
        a: u16,
    },
    Corrected {
        s: u32,
        n: u32,
        a: u16,
        slot: Slot,
        bill: Bill,
    },
    Limited {
        c: u32,
        limit: Usd,
    },
    Closed {
        c: u32,
    },
    Purchase {
        s: u32,
        n: u32,
        a: u16,
        slot: Slot,
        step: StepRecord,
        at: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepRecord {
    Armed { client_ref: Box<str>, request: Digest },
    Accepted { job: Job, by: By },
    Landed { output: Stored, bill: Bill },
    Failed { class: Class, bill: Bill },
    Refused,
    Absent,
    Doubted,
    WrittenOff { bill: Bill, by: By },
    Corrected { bill: Bill },
}

/// The record of an event of money; none for another event.
pub(super) fn record(event: &Event) -> Option<MoneyRecord> {
    Some(match event {
        Event::Opened { owner, account, parent, limit, allotment } => MoneyRecord::Opened {
            of: *owner,
            c: account.0,
            parent: parent.map(|parent| parent.0),
            limit: *limit,
            allotment: *allotment,
        },
        Event::Money(entry) => entry_record(entry)?,
        Event::Purchase { purchase, step, at } => {
            let (s, n, a, slot) = parts(*purchase);
            MoneyRecord::Purchase { s, n, a, slot, step: step.into(), at: *at }
        }
        _ => return None,
    })
}

fn entry_record(entry: &Entry) -> Option<MoneyRecord> {
    let of = |attempt: &AttemptId| (pair(attempt.at), attempt.number);
    Some(match entry {
        Entry::Opened { .. } => return None, // An event of its own, with its owner.
        Entry::Held { attempt, account, amount } => {
            let ((s, n), a) = of(attempt);
            MoneyRecord::Held { s, n, a, c: account.0, amount: *amount }
        }
        Entry::Raised { attempt, more } => {
            let ((s, n), a) = of(attempt);
            MoneyRecord::Raised { s, n, a, more: *more }
        }
        Entry::Settled { purchase, bill } => {
            let (s, n, a, slot) = parts(*purchase);
            MoneyRecord::Settled { s, n, a, slot, bill: *bill }
        }
        Entry::Late { purchase, account, bill } => {
            let (s, n, a, slot) = parts(*purchase);
            MoneyRecord::Late { s, n, a, slot, c: account.0, bill: *bill }
        }
        Entry::Released { attempt } => {
            let ((s, n), a) = of(attempt);
            MoneyRecord::Released { s, n, a }
        }
        Entry::Corrected { purchase, bill } => {
            let (s, n, a, slot) = parts(*purchase);
            MoneyRecord::Corrected { s, n, a, slot, bill: *bill }
        }
        Entry::Limited { account, limit } => MoneyRecord::Limited { c: account.0, limit: *limit },
        Entry::Closed { account } => MoneyRecord::Closed { c: account.0 },
    })
}

/// The event that was recorded.
pub(super) fn event(record: MoneyRecord) -> Event {
    let attempt = |s, n, number| AttemptId { at: at(s, n), number };
    let purchase = |s, n, a, slot| PurchaseId { attempt: attempt(s, n, a), slot };
    Event::Money(match record {
        MoneyRecord::Opened { of, c, parent, limit, allotment } => {
            let (account, parent) = (AccountId(c), parent.map(AccountId));
            return Event::Opened { owner: of, account, parent, limit, allotment };
        }
        MoneyRecord::Purchase { s, n, a, slot, step, at } => {
            return Event::Purchase { purchase: purchase(s, n, a, slot), step: step.into(), at };
        }
        MoneyRecord::Held { s, n, a, c, amount } => {
            Entry::Held { attempt: attempt(s, n, a), account: AccountId(c), amount }
        }
        MoneyRecord::Raised { s, n, a, more } => Entry::Raised { attempt: attempt(s, n, a), more },
        MoneyRecord::Settled { s, n, a, slot, bill } => {
            Entry::Settled { purchase: purchase(s, n, a, slot), bill }
        }
        MoneyRecord::Late { s, n, a, slot, c, bill } => {
            Entry::Late { purchase: purchase(s, n, a, slot), account: AccountId(c), bill }
        }
        MoneyRecord::Released { s, n, a } => Entry::Released { attempt: attempt(s, n, a) },
        MoneyRecord::Corrected { s, n, a, slot, bill } => {
            Entry::Corrected { purchase: purchase(s, n, a, slot), bill }
        }
        MoneyRecord::Limited { c, limit } => Entry::Limited { account: AccountId(c), limit },
        MoneyRecord::Closed { c } => Entry::Closed { account: AccountId(c) },
    })
}

fn parts(purchase: PurchaseId) -> (u32, u32, u16, Slot) {
    let (s, n) = pair(purchase.attempt.at);
    (s, n, purchase.attempt.number, purchase.slot)
}

impl From<&Step> for StepRecord {
    fn from(step: &Step) -> Self {
        match step.clone() {
            Step::Armed { client_ref, request } => Self::Armed { client_ref, request },
            Step::Accepted { job, by } => Self::Accepted { job, by },
            Step::Landed { output, bill } => Self::Landed { output: (&output).into(), bill },
            Step::Failed { class, bill } => Self::Failed { class, bill },
            Step::Refused => Self::Refused,
            Step::Absent => Self::Absent,
            Step::Doubted => Self::Doubted,
            Step::WrittenOff { bill, by } => Self::WrittenOff { bill, by },
            Step::Corrected { bill } => Self::Corrected { bill },
        }
    }
}

impl From<StepRecord> for Step {
    fn from(record: StepRecord) -> Self {
        match record {
            StepRecord::Armed { client_ref, request } => Self::Armed { client_ref, request },
            StepRecord::Accepted { job, by } => Self::Accepted { job, by },
            StepRecord::Landed { output, bill } => Self::Landed { output: output.into(), bill },
            StepRecord::Failed { class, bill } => Self::Failed { class, bill },
            StepRecord::Refused => Self::Refused,
            StepRecord::Absent => Self::Absent,
            StepRecord::Doubted => Self::Doubted,
            StepRecord::WrittenOff { bill, by } => Self::WrittenOff { bill, by },
            StepRecord::Corrected { bill } => Self::Corrected { bill },
        }
    }
}

/// One of each, to be written and read again.
#[cfg(test)]
pub(super) fn examples(attempt: AttemptId) -> Vec<Event> {
    use crate::kind::purchase::{Source, Value};

    let (amount, account) = (Usd::from_micros(250_000), AccountId(4));
    let bill = Bill { amount, source: Source::Table };
    let purchase = PurchaseId { attempt, slot: 2 };
    let urls = [("status".into(), "https://provider.example/1".into())].into();
    let job = Job { provider: "luma".into(), id: "j-1".into(), urls };
    let entries = [
        Entry::Held { attempt, account, amount },
        Entry::Raised { attempt, more: amount },
        Entry::Settled { purchase, bill },
        Entry::Late { purchase, account, bill },
        Entry::Released { attempt },
        Entry::Corrected { purchase, bill },
        Entry::Limited { account, limit: amount },
        Entry::Closed { account },
    ];
    let steps = [
        Step::Armed { client_ref: "r".into(), request: Digest::of(b"x") },
        Step::Accepted { job, by: By::Person("ann".into()) },
        Step::Landed { output: Value::null(), bill },
        Step::Failed { class: Class::Moderated, bill },
        Step::Refused,
        Step::Absent,
        Step::Doubted,
        Step::WrittenOff { bill, by: By::Policy },
        Step::Corrected { bill },
    ];
    let opened = [
        Owner::Run,
        Owner::Node(attempt.at),
        Owner::Item(attempt.at.scope),
        Owner::Undo(attempt.at),
    ]
    .map(|owner| {
        let (parent, limit) = (Some(AccountId::RUN), Some(amount));
        Event::Opened { owner, account, parent, limit, allotment: Usd::ZERO }
    });
    let at = Timestamp(11);
    let stepped = steps.map(|step| Event::Purchase { purchase, step, at });
    opened.into_iter().chain(entries.map(Event::Money)).chain(stepped).collect()
}
