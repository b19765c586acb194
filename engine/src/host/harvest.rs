//! What became of purchases that nobody waits for any more?
//!
//! Each attempt with an open purchase is delivered once more, with its own request and under its own name, to be looked
//! for and fetched, never to be sent. What it tells of money is booked in whatever state the run is; what it gave is kept
//! under its fingerprint, so that the next run takes it.

use std::collections::BTreeMap;

use super::history;
use super::perform::News;
use super::state::{Options, State};
use super::{Host, HostError};
use crate::kind::Failure;
use crate::name::{Digest, RunId};
use crate::plan::graph::{Cache, Plan};
use crate::run::RunState;
use crate::run::event::{AttemptId, Event, PurchaseId, Request, Seen, Value};

/// What became of one purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Harvested {
    pub purchase: PurchaseId,
    /// Where its node stands.
    pub path: String,
    /// The word of the step that it came to last.
    pub state: &'static str,
    pub is_open: bool,
    /// Why it gave nothing.
    pub failure: Option<Failure>,
}

/// An attempt as it was admitted.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) kind: Box<str>,
    pub(super) path: String,
    pub(super) reference: String,
    pub(super) key: String,
    /// Its output may be used again.
    is_kept: bool,
}

impl State {
    /// Looks for each open purchase of `run`, which nobody drives, and books what became of it.
    pub async fn harvest(
        &self,
        run: &RunId,
        options: Options,
    ) -> Result<Vec<Harvested>, HostError> {
        let lock = self.lock(run)?;
        let row = self.store().run(run)?;
        let plan = history::plan(self.store(), &row)?;
        let epoch = self.store().take_over(run).await?;
        let (mut state, mut asked, mut last) = (RunState::default(), BTreeMap::new(), row.started);
        for tick in self.store().journal(run)? {
            last = tick.now;
            for event in &tick.events {
                state.apply(&plan, event)?;
                if let Event::Admitted { attempt, request, .. } = event {
                    asked.extend(note(&plan, &state, *attempt, request).map(|it| (*attempt, it)));
                }
            }
        }
        let open: Vec<_> =
            state.purchases().filter(|(_, it)| it.last.is_open()).map(|(id, _)| id).collect();
        let mut host = self.host(run, epoch, last, options);
        let failures = host.gather_in(&plan, &mut state, &asked, &open).await?;
        drop(lock);
        let harvested = open.into_iter().filter_map(|purchase| {
            let step = &state.purchase(purchase)?.last;
            let path = asked.get(&purchase.attempt).map(|asked| asked.path.clone());
            Some(Harvested {
                purchase,
                path: path.unwrap_or_default(),
                state: step.word(),
                is_open: step.is_open(),
                failure: failures.get(&purchase.attempt).cloned(),
            })
        });
        Ok(harvested.collect())
    }
}

fn note(plan: &Plan, state: &RunState, attempt: AttemptId, request: &Request) -> Option<Asked> {
    let task = state.task(plan, attempt)?;
    let is_kept = state.node(plan, attempt.at).is_ok_and(|node| node.cache != Cache::Off);
    Some(Asked {
        request: request.clone(),
        kind: task.call.kind.as_str().into(),
        path: task.path,
        reference: state.reference(plan, attempt.at),
        key: state.attempt_key(plan, attempt),
        is_kept,
    })
}

impl Host {
    /// Delivers the attempts of the `open` purchases, and takes in what they tell until all of them have ended.
    async fn gather_in(
        &mut self,
        plan: &Plan,
        state: &mut RunState,
        asked: &BTreeMap<AttemptId, Asked>,
        open: &[PurchaseId],
    ) -> Result<BTreeMap<AttemptId, Failure>, HostError> {
        let mut waiting: Vec<AttemptId> = Vec::new();
        for attempt in open.iter().map(|purchase| purchase.attempt) {
            let Some(asked) = asked.get(&attempt).filter(|_| !waiting.contains(&attempt)) else {
                continue;
            };
            if self.executor.look_after(plan, state, attempt, asked) {
                waiting.push(attempt);
            }
        }
        let mut failures = BTreeMap::new();
        // What follows from it is for the process that resumes the run.
        let mut seen = if state.outcome().is_none() { vec![self.drain("harvest")] } else { vec![] };
        let mut kept: Vec<(Digest, Value)> = Vec::new();
        loop {
            self.last = self.last.max(self.clock.now());
            let mut tick = state.tick(plan, &*self.shelf, std::mem::take(&mut seen), self.last)?;
            tick.learned.append(&mut kept);
            self.append(state, &tick).await?;
            self.answer(tick.receipts);
            if waiting.is_empty() {
                return Ok(failures);
            }
            let mut news = Vec::new();
            tokio::select! {
                biased;
                _ = super::next_stop(&mut self.stop) => {
                    self.executor.stop().await; // What is open stays open.
                    return Ok(failures);
                }
                () = self.executor.news(&mut news) => {}
                // A person's word on a purchase is not kept waiting.
                () = tokio::time::sleep_until(self.inbox.next_look) => self.look_into_inbox(&mut seen)?,
            }
            for news in news {
                match news {
                    News::Went { purchase, step, receipt } => {
                        self.told.push(receipt);
                        seen.push(Seen::Purchase { purchase, step });
                    }
                    News::Done { attempt, output, .. } => {
                        waiting.retain(|other| *other != attempt);
                        let asked = asked.get(&attempt).filter(|asked| asked.is_kept);
                        let fingerprint = asked.and_then(|asked| asked.request.fingerprint);
                        kept.extend(fingerprint.map(|fingerprint| (fingerprint, output)));
                    }
                    News::Failed { attempt, failure, .. } => {
                        waiting.retain(|other| *other != attempt);
                        failures.insert(attempt, failure);
                    }
                    News::Began { .. } | News::Progressed { .. } | News::Withdrew => {}
                }
            }
        }
    }
}
