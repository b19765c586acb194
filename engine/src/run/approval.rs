//! Up to which amount was approved what stands behind an approval?
//!
//! Whoever approves is shown what can be spent from there on. If more can be spent later, because a limit was raised or
//! because others gave back what they had taken, whoever would spend it asks again.

use std::collections::{BTreeMap, BTreeSet};

use super::event::{About, At, Event, ScopeId};
use super::ledger::AccountId;
use super::money::question;
use super::{Damaged, RunState};
use crate::money::Usd;
use crate::plan::graph::{Plan, Work};

/// How far the approvals reach that people gave, or did not need to give.
#[derive(Clone, Debug, Default)]
pub(super) struct Approvals(BTreeMap<At, Reach>);

/// The account around an approval, and the most that it may use before is asked again.
#[derive(Clone, Copy, Debug)]
struct Reach {
    account: AccountId,
    most: Usd,
}

impl Approvals {
    /// The scope is gone, and all that could depend on its approvals.
    pub(super) fn forget(&mut self, scope: ScopeId) {
        let of_scope = self.0.range(super::at(scope, 0)..).map(|(at, _)| *at);
        let gone: Vec<_> = of_scope.take_while(|at| at.scope == scope).collect();
        for at in gone {
            self.0.remove(&at);
        }
    }
}

impl RunState {
    /// The most that can be spent by what depends on the approval `at`; none, if nothing bounds it.
    pub(super) fn ahead(&self, plan: &Plan, at: At) -> Option<Usd> {
        if plan.kinds.values().all(|kind| kind.slots == 0) {
            return Some(Usd::ZERO);
        }
        self.ledger.left(self.account_around(at.scope))
    }

    /// The approval `at` is put, or passes, while so much can be spent.
    pub(super) fn reaches(&mut self, at: At) {
        let account = self.account_around(at.scope);
        match self.ledger.left(account) {
            Some(left) => {
                let most = self.ledger.used(account) + left;
                self.approvals.0.insert(at, Reach { account, most });
            }
            None => drop(self.approvals.0.remove(&at)),
        }
    }

    /// Asks again, if holding `quote` for `at` in `account` goes beyond an approval that it depends on.
    pub(super) fn beyond_approval(
        &self,
        plan: &Plan,
        at: At,
        account: AccountId,
        quote: Usd,
    ) -> Result<Option<Event>, Damaged> {
        if self.approvals.0.is_empty() {
            return Ok(None);
        }
        let approvals = self.approvals_before(plan, at)?;
        let passed = approvals.iter().find_map(|approval| {
            let Reach { account: around, most } = *self.approvals.0.get(approval)?;
            let used = self.ledger.used_with(around, account, quote);
            (used > most).then(|| (approval, most - self.ledger.used(around)))
        });
        let Some((approval, left)) = passed else { return Ok(None) };
        let ask = format!(
            "`{}` may cost {quote}, and {} are left of what `{}` approved. Go on all the same?",
            self.path(plan, at),
            left.max(Usd::ZERO),
            self.path(plan, *approval),
        );
        let mut question = question(About::Beyond, &ask);
        question.up_to = self.ledger.left(account);
        Ok(Some(Event::Asked { at, question: Box::new(question) }))
    }

    /// A person lets `at` go beyond the approvals that it depends on: they reach as far as can be spent now.
    pub(super) fn goes_beyond(&mut self, plan: &Plan, at: At) -> Result<(), Damaged> {
        for approval in self.approvals_before(plan, at)? {
            self.reaches(approval);
        }
        self.lines.freed(); // Whoever waits for the same answer has it.
        Ok(())
    }

    /// The approvals that `at` depends on, the nearest on every way, in its own body and those around it.
    fn approvals_before(&self, plan: &Plan, at: At) -> Result<Vec<At>, Damaged> {
        let (mut found, mut here) = (Vec::new(), at);
        loop {
            let scope = self.scopes.get(&here.scope).ok_or(Damaged::NoScope(here.scope))?;
            let body = plan.body(scope.body);
            let (mut seen, mut waiting) = (BTreeSet::new(), vec![here.node]);
            while let Some(index) = waiting.pop() {
                for need in body.node(index).needs.iter().filter(|need| seen.insert(**need)) {
                    match body.node(*need).work {
                        Work::Approve(_) => found.push(At { scope: here.scope, node: *need }),
                        _ => waiting.push(*need),
                    }
                }
            }
            let Some((parent, _)) = scope.parent else { return Ok(found) };
            here = parent;
        }
    }
}
