//! What if another run may have bought the same already?
//!
//! Then its purchase is waited for, and looked for where nobody drives that run: what it gives is in the cache. Only once it
//! is closed without a result is the same bought anew; or where a person insists on it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::state::{Options, State};
use super::{Host, HostError};
use crate::name::RunId;
use crate::run::event::{Ask, Seen};

/// How often is looked whether the other purchase is closed.
const LOOK: Duration = Duration::from_millis(500);

/// Questions to the cache that wait for purchases of other runs.
pub(super) struct Twins {
    state: State,
    /// A person wants to buy whatever others may have bought.
    insists: bool,
    waiting: Vec<(Ask, RunId)>,
    next_look: Instant,
    /// Looks for the purchases of one of these runs.
    harvest: Option<JoinHandle<()>>,
    /// Runs that were looked into, the next one last; and those that a person was told of.
    turn: usize,
    told: BTreeSet<RunId>,
}

impl Twins {
    pub(super) fn new(state: State, insists: bool) -> Self {
        let (waiting, next_look) = (Vec::new(), Instant::now());
        Self { state, insists, waiting, next_look, harvest: None, turn: 0, told: BTreeSet::new() }
    }

    /// When to look again; none, if nobody waits.
    pub(super) fn next_look(&self) -> Option<Instant> {
        (!self.waiting.is_empty()).then_some(self.next_look)
    }
}

impl Host {
    /// What the cache has. An output whose files are gone is none; one that another run may have bought is waited for.
    pub(super) fn look_up(&mut self, asks: Vec<Ask>) -> Result<Vec<Seen>, HostError> {
        let asked: Vec<_> = (asks.iter())
            .map(|ask| (ask.fingerprint, ask.newer_than.unwrap_or_default()))
            .collect();
        let found = self.store.cached_since(&asked)?;
        let is_buying = !self.twins.insists && self.store.has_open_purchases()?;
        let mut seen = Vec::with_capacity(asks.len());
        for (ask, output) in asks.into_iter().zip(found) {
            let output = output.filter(|output| self.is_whole(output));
            let twin = match output {
                None if is_buying => self.store.twin(&ask.fingerprint, &self.run)?,
                _ => None,
            };
            match twin {
                Some(run) => self.wait_for(ask, run),
                None => seen.push(Seen::Cached { at: ask.at, output }),
            }
        }
        Ok(seen)
    }

    fn wait_for(&mut self, ask: Ask, run: RunId) {
        if self.twins.told.insert(run.clone()) {
            self.observer.twin(&run);
        }
        self.twins.waiting.push((ask, run));
    }

    /// Asks again what waits for others, and looks for the purchases of one of them.
    pub(super) fn look_for_twins(&mut self) -> Result<Vec<Seen>, HostError> {
        let asks = std::mem::take(&mut self.twins.waiting).into_iter().map(|(ask, _)| ask);
        let seen = self.look_up(asks.collect())?;
        self.twins.next_look = Instant::now() + LOOK;
        let is_looking = self.twins.harvest.as_ref().is_some_and(|task| !task.is_finished());
        if !is_looking && !self.twins.waiting.is_empty() {
            self.twins.turn = (self.twins.turn + 1) % self.twins.waiting.len();
            let run = self.twins.waiting[self.twins.turn].1.clone();
            let clock = Arc::clone(&self.clock);
            let options = Options { clock, ..Options::new(self.shelf.registry().clone()) };
            let state = self.twins.state.clone();
            // Whoever drives that run looks itself; what else fails is tried again.
            let look = async move { drop(state.harvest(&run, options).await) };
            self.twins.harvest = Some(tokio::spawn(look));
        }
        Ok(seen)
    }
}
