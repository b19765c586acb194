//! Which account pays for a node, when is it opened and closed, and who gets what it asks for?

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::event::{About, At, AttemptId, Decision, Event, Owner, Question, ScopeId, Value};
use super::ledger::{AccountId, Entry, Fit};
use super::library::Library;
use super::line::{Use, Want};
use super::look::{Stop, ask};
use super::node::NodeState;
use super::purse::Short;
use super::sight::Sight;
use super::{Damaged, RunState};
use crate::kind::{Class, Failure};
use crate::money::Usd;
use crate::plan::graph::{Amount, Node, OnExceed, Plan, Unpriced};
use crate::time::Timestamp;

/// Attempts that cost money and are admitted and not ended at any time.
pub(super) const PAID_WINDOW: usize = 64;

/// Whose accounts there are.
#[derive(Clone, Debug, Default)]
pub(super) struct Accounts {
    of_nodes: BTreeMap<At, AccountId>,
    of_items: BTreeMap<ScopeId, AccountId>,
    of_undos: BTreeMap<At, AccountId>,
    owners: BTreeMap<AccountId, Owner>,
    next: u32,
    /// Items whose account is to be opened before anything of them is looked at.
    pub(super) unopened: BTreeSet<ScopeId>,
    /// Their owners have ended.
    pub(super) closable: BTreeSet<AccountId>,
}

impl Accounts {
    pub(super) fn of_node(&self, at: At) -> Option<AccountId> {
        self.of_nodes.get(&at).copied()
    }

    pub(super) fn of_undo(&self, at: At) -> Option<AccountId> {
        self.of_undos.get(&at).copied()
    }

    pub(super) fn opened(&mut self, owner: Owner, account: AccountId) {
        self.next = self.next.max(account.0 + 1);
        self.owners.insert(account, owner);
        match owner {
            Owner::Run => {}
            Owner::Node(at) => drop(self.of_nodes.insert(at, account)),
            Owner::Item(scope) => {
                self.unopened.remove(&scope);
                self.of_items.insert(scope, account);
            }
            Owner::Undo(at) => drop(self.of_undos.insert(at, account)),
        }
    }

    /// What the account was opened for has ended.
    pub(super) fn node_ended(&mut self, at: At) {
        if !self.of_nodes.is_empty() {
            self.closable.extend(self.of_nodes.remove(&at));
        }
    }

    /// The node will not be undone any more: it is, or there is nothing to undo.
    pub(super) fn undo_ended(&mut self, at: At) {
        if !self.of_undos.is_empty() {
            self.closable.extend(self.of_undos.remove(&at));
        }
    }

    /// Nothing will be undone.
    pub(super) fn undos_ended(&mut self) {
        self.closable.extend(std::mem::take(&mut self.of_undos).into_values());
    }

    pub(super) fn scope_ended(&mut self, scope: ScopeId) {
        self.unopened.remove(&scope);
        self.closable.extend(self.of_items.remove(&scope));
    }
}

impl RunState {
    /// The accounts of the run, by what they belong to.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, Owner)> {
        self.accounts.owners.iter().map(|(account, owner)| (*account, *owner))
    }

    /// The innermost account around all that `at` does.
    pub(super) fn account_of(&self, at: At) -> AccountId {
        self.accounts.of_node(at).unwrap_or_else(|| self.account_around(at.scope))
    }

    /// The innermost account around the nodes of `scope`.
    pub(super) fn account_around(&self, scope: ScopeId) -> AccountId {
        let mut scope = scope;
        loop {
            if let Some(account) = self.accounts.of_items.get(&scope) {
                return *account;
            }
            let Some((parent, _)) = self.scopes.get(&scope).and_then(|scope| scope.parent) else {
                return AccountId::RUN;
            };
            if let Some(account) = self.accounts.of_node(parent) {
                return account;
            }
            scope = parent.scope;
        }
    }

    /// What the run may spend in all; none, if nothing limits it or the limit cannot be computed.
    pub fn own_limit(&self, plan: &Plan, library: &dyn Library) -> Result<Option<Usd>, Damaged> {
        Ok(match self.open_account(plan, library)? {
            Some(Event::Opened { limit, .. }) => limit,
            _ => None,
        })
    }

    /// Opens the run's account, then those of items, before anything in them is looked at.
    pub(super) fn open_account(
        &self,
        plan: &Plan,
        library: &dyn Library,
    ) -> Result<Option<Event>, Damaged> {
        if !self.ledger.has(AccountId::RUN) {
            let given = self.started.as_ref().and_then(|started| started.limit);
            let said = plan.budget.as_ref().and_then(|budget| budget.limit.as_ref());
            let limit = match (given, said) {
                (None, Some(amount)) => {
                    amount_in(&Sight::new(self, plan, library, ScopeId(0)), amount).map(Some)
                }
                (given, _) => Ok(given),
            };
            let account = AccountId::RUN;
            return self.opening(ScopeId(0), limit, |limit| Event::Opened {
                owner: Owner::Run,
                account,
                parent: None,
                limit,
                allotment: Usd::ZERO,
            });
        }
        let Some(scope) = self.accounts.unopened.first().copied() else { return Ok(None) };
        let (at, _) = (self.scopes.get(&scope))
            .and_then(|scope| scope.parent)
            .ok_or(Damaged::NoScope(scope))?;
        let each = self.node(plan, at)?.each.as_ref().and_then(|each| each.budget.as_ref());
        let amount = each.ok_or(Damaged::NoNode(at))?;
        let limit = amount_in(&Sight::new(self, plan, library, scope), amount).map(Some);
        let (account, parent) = (AccountId(self.accounts.next), self.account_around(scope));
        self.opening(scope, limit, |limit| Event::Opened {
            owner: Owner::Item(scope),
            account,
            parent: Some(parent),
            limit,
            allotment: Usd::ZERO,
        })
    }

    /// Opens an account, or fails its scope: its limit cannot be computed, or the account above is overdrawn.
    fn opening(
        &self,
        scope: ScopeId,
        limit: Result<Option<Usd>, Stop>,
        event: impl FnOnce(Option<Usd>) -> Event,
    ) -> Result<Option<Event>, Damaged> {
        let failed = |failure| Ok(Some(Event::Gave { scope, output: Err(failure) }));
        let limit = match limit {
            Ok(limit) => limit,
            Err(Stop::Failure(failure)) => return failed(failure),
            Err(Stop::Damaged(damaged)) => return Err(damaged),
        };
        let event = event(limit);
        match event {
            Event::Opened { parent: Some(parent), .. } if !self.ledger.fits(parent, Usd::ZERO) => {
                failed(Failure::new(Class::OverBudget, "the budget around it is overdrawn"))
            }
            event => Ok(Some(event)),
        }
    }

    /// Closes the innermost account whose owner has ended.
    pub(super) fn close_account(&self) -> Option<Event> {
        let account = *self.accounts.closable.last()?;
        if self.ledger.has_open_below(account) {
            return None;
        }
        Some(Event::Money(Entry::Closed { account }))
    }

    /// What a node asks for before it starts: its gates' budgets set aside, its own as limit. None: no account of its own.
    pub(super) fn own_account(
        &self,
        sight: &Sight,
        at: At,
        node: &Node,
    ) -> Result<Option<Want>, Stop> {
        let mut allotment = Usd::ZERO;
        for amount in node.gates.iter().filter_map(|gate| gate.budget.as_ref()) {
            allotment += amount_in(sight, amount)?;
        }
        let limit = node.budget.as_ref().and_then(|budget| budget.limit.as_ref());
        let limit = limit.map(|limit| amount_in(sight, limit)).transpose()?;
        if let Some(limit) = limit.filter(|limit| *limit < allotment) {
            let message =
                format!("its gates set {allotment} aside, more than its budget of {limit}");
            return Err(Stop::Failure(Failure::new(Class::OverBudget, message)));
        }
        if allotment == Usd::ZERO && node.budget.is_none() {
            return Ok(None);
        }
        let account = self.account_around(at.scope);
        Ok(Some(Want { account, amount: allotment, use_: Use::Account { limit } }))
    }

    /// What is set aside before a node starts, so that it can be undone. None: nothing, or it is already.
    pub(super) fn own_undo(&self, at: At, node: &Node) -> Option<Want> {
        let amount = node.undo_price.filter(|_| self.accounts.of_undo(at).is_none())?;
        Some(Want { account: AccountId::RUN, amount, use_: Use::Undo })
    }

    /// Whether an attempt whose price nobody knows may be made at `at`.
    pub(super) fn allows_unpriced(plan: &Plan, node: &Node) -> bool {
        [&plan.budget, &node.budget]
            .iter()
            .any(|budget| budget.as_ref().is_some_and(|it| it.unpriced == Unpriced::Allow))
    }

    /// Gives the first in some line what it asks for, or decides that it never will have it.
    pub(super) fn serve_lines(
        &mut self,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<Option<Event>, Damaged> {
        while let Some(account) = self.lines.next() {
            self.let_pass(plan, account, now);
            if let Some(event) = self.serve(plan, account, now)? {
                return Ok(Some(event));
            }
            self.lines.stuck(account);
        }
        Ok(None)
    }

    /// Takes out of the line whoever waits for another node that makes the same output, or for a pool.
    fn let_pass(&mut self, plan: &Plan, account: AccountId, now: Timestamp) {
        loop {
            let stays = |(at, _): &(At, Want)| self.has_open_purchase(plan, *at);
            let first = self.lines.of(account).find(|first| !stays(first));
            let Some((at, Want { use_: Use::Hold, .. })) = first else { return };
            let holds = |next| self.ledger.held(next).is_some();
            let has_hold = self.next_attempt_of(at).is_some_and(holds);
            let passes = (!has_hold && self.follows(at)) || self.waits_for_pool(plan, at, now);
            if !passes {
                return;
            }
            self.lines.leave(at);
        }
    }

    fn serve(
        &self,
        plan: &Plan,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<Event>, Damaged> {
        for (at, want) in self.lines.of(account) {
            if want.use_ == Use::Hold {
                if self.open_paid >= PAID_WINDOW {
                    return Ok(None);
                }
                // Whoever waits for a purchase to be closed lets others pass: it waits for no money.
                if self.has_open_purchase(plan, at) {
                    continue;
                }
                let Some(attempt) = self.next_attempt_of(at) else { continue };
                if self.ledger.held(attempt).is_some() {
                    return Ok(self.admitted(plan, at, now));
                }
                if self.ledger.fits(account, want.amount) {
                    let quote = want.amount;
                    if let Some(asked) = self.beyond_approval(plan, at, account, quote)? {
                        // One question: whoever comes later waits for its answer.
                        let is_asked = self.is_asked(About::Beyond);
                        return Ok(Some(asked).filter(|_| !is_asked));
                    }
                    let held = Event::Money(Entry::Held { attempt, account, amount: quote });
                    return Ok(match self.short_at_provider(at, quote, &self.doubtful()) {
                        None => Some(held),
                        Some(Short::Waits) => None,
                        Some(Short::Refused { seller, free }) => {
                            let what = Decision::OverGrant { seller, quote, free };
                            Some(Event::Decided { at, what })
                        }
                    });
                }
            } else if self.ledger.fits(account, want.amount) {
                return Ok(Some(self.own_account_opened(at, want)));
            }
            let mut waiting = self.lines.accounts();
            waiting.extend(self.accounts.of_undos.values()); // Theirs stay for as long as the run may fail.
            return match self.ledger.fit(account, want.amount, &waiting, &self.doubtful()) {
                Fit::Fits | Fit::Waits => Ok(None),
                Fit::Refused { by, free } => self.refused(plan, at, want, by, free),
            };
        }
        Ok(None)
    }

    /// Attempts that are over and hold money for purchases that are not closed.
    fn doubtful(&self) -> BTreeSet<AttemptId> {
        let is_doubtful = |attempt: &AttemptId| {
            !self.open.contains_key(attempt) && !self.purchases.releasable.contains(attempt)
        };
        self.ledger.holders().filter(is_doubtful).collect()
    }

    fn own_account_opened(&self, at: At, want: Want) -> Event {
        let (owner, limit) = match want.use_ {
            Use::Account { limit } => (Owner::Node(at), limit),
            Use::Hold => (Owner::Node(at), None),
            Use::Undo => (Owner::Undo(at), None),
        };
        Event::Opened {
            owner,
            account: AccountId(self.accounts.next),
            parent: Some(want.account),
            limit,
            allotment: want.amount,
        }
    }

    /// The attempt that would be next at `at`, if one may be made.
    pub(super) fn next_attempt_of(&self, at: At) -> Option<AttemptId> {
        match self.state(at)? {
            NodeState::Ready { last } | NodeState::Delayed { attempt: last, .. } => {
                Some(AttemptId { at, number: last + 1 })
            }
            _ => None,
        }
    }

    /// Its next attempt, admitted.
    pub(super) fn admitted(&self, plan: &Plan, at: At, now: Timestamp) -> Option<Event> {
        let attempt = self.next_attempt_of(at)?;
        let considered = self.queues.considered.get(&at).map(|ready| &ready.request);
        let request = considered.or_else(|| self.requests.get(&at))?.clone();
        Some(Event::Admitted { attempt, request, began: self.paced(plan, at, now) })
    }

    /// The account `by` has no room for what `at` asks for, and will have none.
    fn refused(
        &self,
        plan: &Plan,
        at: At,
        want: Want,
        by: AccountId,
        free: Usd,
    ) -> Result<Option<Event>, Damaged> {
        let node = self.node(plan, at)?;
        if matches!(want.use_, Use::Account { .. })
            && let Some(gate) = node.gates.iter().position(|gate| gate.budget.is_some())
        {
            let gate = u8::try_from(gate).unwrap_or(u8::MAX);
            return self.gate_closed(plan, at, gate).map(Some);
        }
        let quote = want.amount;
        let over = Event::Decided { at, what: Decision::OverBudget { by, quote, free } };
        // A cheaper way is tried before anything bigger is decided.
        if matches!(want.use_, Use::Account { .. }) || self.has_alternative(plan, at)? {
            return Ok(Some(over));
        }
        let then = match self.accounts.owners.get(&by) {
            Some(Owner::Run) => {
                let said = plan.budget.as_ref().and_then(|budget| budget.on_exceed);
                Some(said.unwrap_or(OnExceed::Finish))
            }
            Some(Owner::Node(owner)) => {
                self.node(plan, *owner)?.budget.as_ref().and_then(|budget| budget.on_exceed)
            }
            _ => None,
        };
        Ok(Some(match then {
            None | Some(OnExceed::Fail) => over,
            // One question an account: whoever comes later waits for its answer.
            Some(OnExceed::Ask) if self.is_asked(About::Budget(by)) => return Ok(None),
            Some(OnExceed::Ask) => {
                let needed = self.ledger.used(by) + quote;
                let ask = format!(
                    "`{}` needs {quote}, and {free} are free: raise the limit to {needed} or more?",
                    self.path(plan, at)
                );
                Event::Asked { at, question: Box::new(question(About::Budget(by), &ask)) }
            }
            Some(then) => Event::Exceeded { at, account: by, quote, free, then },
        }))
    }

    fn is_asked(&self, about: About) -> bool {
        self.questions.values().any(|question| question.about == about)
    }

    /// What `budget` is where `at` or `scope` stands: amounts as texts. Without any limit, the largest amount there is.
    pub(super) fn budget_json(&self, at: Option<At>, scope: ScopeId) -> Json {
        let account = at.map_or_else(|| self.account_around(scope), |at| self.account_of(at));
        let most = Usd::from_micros(i64::MAX);
        serde_json::json!({
            "limit": self.ledger.limit(account).unwrap_or(most),
            "spent": self.ledger.used(account),
            "left": self.ledger.left(account).unwrap_or(most),
        })
    }

    /// Takes in an [`Event::Exceeded`]: what the account is around ends.
    pub(super) fn exceeded(
        &mut self,
        plan: &Plan,
        at: At,
        account: AccountId,
        then: OnExceed,
        failure: Failure,
    ) -> Result<(), Damaged> {
        let owner = self.accounts.owners.get(&account).copied();
        if owner == Some(Owner::Node(at)) {
            return self.gave_up(plan, at, failure); // A call within an account of its own.
        }
        self.note_failure(self.path(plan, at), failure.clone());
        match owner {
            Some(Owner::Run) => {
                self.budget_ended = true;
                self.stopping |= then == OnExceed::Stop;
                self.wind_down(plan, ScopeId(0))
            }
            Some(Owner::Node(owner)) => {
                if let Some(expansion) = self.expansions.get_mut(&owner) {
                    expansion.cause = Some(Box::new(failure));
                }
                self.wind_down_node(plan, owner)
            }
            Some(Owner::Item(scope)) => self.wind_down(plan, scope),
            Some(Owner::Undo(_)) | None => Ok(()), // It has no limit of its own.
        }
    }
}

/// A question with nothing but its text.
pub(super) fn question(about: About, ask: &str) -> Question {
    Question {
        about,
        ask: ask.into(),
        show: Value::null(),
        choices: Value::null(),
        schema: Value::null(),
        up_to: None,
        until: None,
        otherwise: None,
    }
}

/// What `amount` is where `sight` looks from.
pub(super) fn amount_in(sight: &Sight, amount: &Amount) -> Result<Usd, Stop> {
    let template = match amount {
        Amount::Written(amount) => return Ok(*amount),
        Amount::Computed(template) => template,
    };
    let problem = match ask(sight, || template.evaluate(sight))? {
        Json::String(text) => match text.parse::<Usd>() {
            Ok(amount) if amount >= Usd::ZERO => return Ok(amount),
            Ok(amount) => format!("the budget is {amount}, less than nothing"),
            Err(error) => format!("the budget is `{text}`: {error}"),
        },
        other => format!("the budget is {other}, not an amount such as `\"0.05 USD\"`"),
    };
    Err(Stop::Failure(Failure::input(problem).help("give an amount of 0 USD or more")))
}
