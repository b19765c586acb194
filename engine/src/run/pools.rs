//! Which shared limits have room, and who waits for some?
//!
//! What is used follows from the attempts that are open, and from when those of a pool with a rate began. Who waits
//! follows from what was looked at, and is forgotten at a restart.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rustc_hash::FxHashMap;

use super::RunState;
use super::event::{At, AttemptId};
use crate::plan::graph::{Plan, Pool, PoolIndex};
use crate::time::Timestamp;

#[derive(Clone, Debug, Default)]
pub(super) struct Pools {
    used: BTreeMap<PoolIndex, Use>,
    waiting: BTreeMap<PoolIndex, BTreeSet<At>>,
    places: FxHashMap<At, PoolIndex>,
}

#[derive(Clone, Debug, Default)]
struct Use {
    /// Attempts that are open.
    open: u32,
    /// When the last ones began, as many as the rate allows; empty without one.
    began: VecDeque<Timestamp>,
}

/// Why a pool lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// As many as it allows are under way.
    Limit,
    /// As many as it allows began in the time before; another may at this moment.
    Rate(Timestamp),
}

impl Pools {
    /// Why `pool` lets nobody in at `now`; none, if it does.
    fn full(&self, index: PoolIndex, pool: &Pool, now: Timestamp) -> Option<Full> {
        let used = self.used.get(&index)?;
        if pool.limit.is_some_and(|limit| used.open >= limit) {
            return Some(Full::Limit);
        }
        let (count, time) = pool.rate?;
        let first = used.began.front().filter(|_| used.began.len() >= count as usize)?;
        let next = first.after(time);
        (next > now).then_some(Full::Rate(next))
    }

    pub(super) fn leave(&mut self, at: At) {
        let Some(pool) = self.places.remove(&at) else { return };
        if let Some(line) = self.waiting.get_mut(&pool) {
            line.remove(&at);
            if line.is_empty() {
                self.waiting.remove(&pool);
            }
        }
    }

    fn wait(&mut self, at: At, pool: PoolIndex) {
        self.leave(at);
        self.places.insert(at, pool);
        self.waiting.entry(pool).or_default().insert(at);
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.places.len()
    }

    #[cfg(test)]
    pub(super) fn place(&self, at: At) -> Option<PoolIndex> {
        self.places.get(&at).copied()
    }

    /// What does not depend on what was looked at since the start of the process.
    #[cfg(test)]
    pub(super) fn lasting(&self) -> String {
        format!("{:?}", self.used)
    }
}

impl RunState {
    /// The first pool of `at` that lets nobody in at `now`, and why.
    pub(super) fn full_pool(
        &self,
        plan: &Plan,
        at: At,
        now: Timestamp,
    ) -> Option<(PoolIndex, Full)> {
        let pools = &self.node(plan, at).ok()?.pools;
        pools.iter().find_map(|index| {
            let pool = plan.pools.get(index.0 as usize)?;
            Some((*index, self.pools.full(*index, pool, now)?))
        })
    }

    /// Whether `at` waits for a pool from now on: one of its pools lets nobody in.
    pub(super) fn waits_for_pool(&mut self, plan: &Plan, at: At, now: Timestamp) -> bool {
        let full = self.full_pool(plan, at, now);
        if let Some((pool, _)) = full {
            self.pools.wait(at, pool);
        }
        full.is_some()
    }

    /// The moment that is recorded with an attempt at `at`: where one of its pools has a rate.
    pub(super) fn paced(&self, plan: &Plan, at: At, now: Timestamp) -> Option<Timestamp> {
        let has_rate = |index: &PoolIndex| {
            plan.pools.get(index.0 as usize).is_some_and(|pool| pool.rate.is_some())
        };
        let node = self.node(plan, at).ok()?;
        node.pools.iter().any(has_rate).then_some(now)
    }

    /// Calls up the first who waits for a pool that lets somebody in.
    pub(super) fn call_from_pool(&mut self, plan: &Plan, now: Timestamp) -> bool {
        let lets_in = |(index, line): (&PoolIndex, &BTreeSet<At>)| {
            let pool = plan.pools.get(index.0 as usize)?;
            let full = self.pools.full(*index, pool, now).is_some();
            line.first().copied().filter(|_| !full)
        };
        let Some(at) = self.pools.waiting.iter().find_map(lets_in) else { return false };
        self.pools.leave(at);
        let considered = self.queues.considered.get(&at).map(|considered| &considered.request);
        let hold = considered.or_else(|| self.requests.get(&at)).and_then(|request| request.hold);
        self.may_be_admitted(at, hold);
        true
    }

    /// When the next pool lets somebody in who waits for a rate.
    pub(super) fn next_turn(&self, plan: &Plan, now: Timestamp) -> Option<Timestamp> {
        let turn = |index: &PoolIndex| {
            let pool = plan.pools.get(index.0 as usize)?;
            match self.pools.full(*index, pool, now)? {
                Full::Rate(at) => Some(at),
                Full::Limit => None,
            }
        };
        self.pools.waiting.keys().filter_map(turn).min()
    }

    /// An attempt is open from now on: part of `apply`.
    pub(super) fn takes_pools(&mut self, plan: &Plan, of: AttemptId, began: Option<Timestamp>) {
        let Ok(node) = self.node(plan, of.at) else { return };
        for index in &node.pools {
            let Some(pool) = plan.pools.get(index.0 as usize) else { continue };
            let used = self.pools.used.entry(*index).or_default();
            used.open += 1;
            if let (Some((count, _)), Some(began)) = (pool.rate, began) {
                used.began.push_back(began);
                while used.began.len() > count as usize {
                    used.began.pop_front();
                }
            }
        }
    }

    /// An attempt is not open any more: part of `apply`.
    pub(super) fn leaves_pools(&mut self, plan: &Plan, of: AttemptId) {
        let Ok(node) = self.node(plan, of.at) else { return };
        for index in &node.pools {
            if let Some(used) = self.pools.used.get_mut(index) {
                used.open = used.open.saturating_sub(1);
            }
        }
    }
}
