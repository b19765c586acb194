//! How does a run come to its block of the project's wallet?
//!
//! It waits for what other runs may give back, and is refused what is spent. What is offered here is held against the
//! wallet once more when it is stored: two runs that are offered the same do not both get it.

use std::time::Duration;

use super::wallet::{Block, Need, Offer};
use super::{Host, HostError, StateError, next_stop};
use crate::kind::Catalog;
use crate::money::Usd;
use crate::plan::cost;
use crate::plan::graph::Plan;
use crate::run::RunState;
use crate::run::event::{Event, Granted, Seen};
use crate::run::ledger::AccountId;

/// How often a run that waits looks whether the wallet has room.
const LOOK: Duration = Duration::from_millis(500);

impl Host {
    /// What a run takes that begins with `started`. Without a wallet no catalog is asked.
    pub(super) fn need(
        &self,
        plan: &Plan,
        catalog: Option<&Catalog>,
        started: &Event,
    ) -> Result<Need, HostError> {
        let mut state = RunState::default();
        state.apply(plan, started)?;
        self.need_within(plan, catalog, state.own_limit(plan, &*self.shelf)?)
    }

    /// What a run takes that has ended and is done again: what it was granted, less what it spent in other months.
    pub(super) fn need_again(
        &self,
        plan: &Plan,
        catalog: Option<&Catalog>,
        state: &RunState,
    ) -> Result<Need, HostError> {
        let need = self.need_within(plan, catalog, state.ledger().limit(AccountId::RUN))?;
        match catalog {
            Some(_) => Ok(Need { at: state.granted().clone(), ..need }),
            None => Ok(need),
        }
    }

    fn need_within(
        &self,
        plan: &Plan,
        catalog: Option<&Catalog>,
        limit: Option<Usd>,
    ) -> Result<Need, HostError> {
        let Some(catalog) = catalog else { return Ok(Need { all: limit, at: Granted::new() }) };
        let no_limit = |(path, why)| StateError::NoLimit { path, why };
        Ok(self.wallet.need(limit, &cost::worst(plan, catalog)).map_err(no_limit)?)
    }

    /// The block that `need` comes to, once the wallet has room for it.
    pub(super) async fn wait_for_block(&mut self, need: &Need) -> Result<Block, HostError> {
        let mut is_told = false;
        loop {
            let short = match self.offer(need)? {
                Offer::Block(block) => return Ok(block),
                Offer::Refused(short) => return Err(StateError::Short(short).into()),
                Offer::Waits(short) => short,
            };
            if !std::mem::replace(&mut is_told, true) {
                self.observer.waits(&short);
            }
            tokio::select! {
                _ = next_stop(&mut self.stop) => return Err(StateError::GaveUp.into()),
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    fn offer(&self, need: &Need) -> Result<Offer, HostError> {
        let month = self.clock.now().month();
        let lines = self.store.wallet(&month, Some(&self.run))?;
        let before = self.store.before(&self.run, &month)?;
        Ok(self.wallet.offer(month, &lines, &before, need))
    }

    /// Leaves out of `seen` the answers that raise the run's limit above what the wallet has room for, and tells which
    /// and why; for the others more is taken of it.
    pub(super) fn keep_to_wallet(
        &mut self,
        plan: &Plan,
        state: &RunState,
        seen: &mut Vec<Seen>,
    ) -> Result<Vec<(Box<str>, String)>, HostError> {
        let (mut kept, mut refused) = (Vec::with_capacity(seen.len()), Vec::new());
        for fact in seen.drain(..) {
            let raised = match &fact {
                Seen::Signal { id, what } => state.raises_to(plan, what).map(|limit| (id, limit)),
                _ => None,
            };
            let Some((id, limit)) = raised else {
                kept.push(fact);
                continue;
            };
            match self.offer(&Need { all: Some(limit), at: Granted::new() })? {
                Offer::Block(block) => {
                    self.block = Some(block);
                    kept.push(fact);
                }
                Offer::Waits(short) | Offer::Refused(short) => {
                    refused.push((id.clone(), format!("the wallet has no room for it: {short}")));
                }
            }
        }
        *seen = kept;
        Ok(refused)
    }
}
