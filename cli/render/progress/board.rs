//! Where do the pipeline's own nodes stand?
//!
//! Followed from events, without a terminal in sight.

use std::collections::BTreeMap;
use std::time::Duration;

use flow_engine::plan::graph::{NodeIndex, Plan};
use flow_engine::run::RunState;
use flow_engine::run::event::{At, AttemptId, Decision, Event, ScopeId, Signal};
use flow_engine::time::Timestamp;

/// The scope of the pipeline itself.
const ROOT: ScopeId = ScopeId(0);

/// The pipeline's own nodes, in the plan's order.
pub(super) struct Board {
    pub(super) rows: Vec<Row>,
    /// Which row the scopes from a first one on belong to.
    owners: BTreeMap<ScopeId, Owner>,
}

#[derive(Clone, Copy)]
struct Owner {
    count: u32,
    row: usize,
    /// These scopes are the row's own items or body, not something deeper.
    direct: bool,
}

pub(super) struct Row {
    pub(super) name: String,
    needs: Vec<usize>,
    dependents: Vec<usize>,
    /// Of a map: items that ended, and all.
    pub(super) items: Option<(u32, u32)>,
    /// What executes, with how far it is.
    active: BTreeMap<AttemptId, Active>,
    began: Option<Timestamp>,
    ended: Option<Ended>,
}

struct Active {
    path: String,
    done: f64,
}

/// How a row ended, and how long it took from its first attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) how: &'static str,
    pub(super) took: Duration,
}

impl Board {
    pub(super) fn of(plan: &Plan) -> Self {
        let rows = plan.body(plan.root()).nodes.iter().map(|node| Row {
            name: node.name.to_string(),
            needs: node.needs.iter().map(|need| need.0 as usize).collect(),
            dependents: node.dependents.iter().map(|dependent| dependent.0 as usize).collect(),
            items: None,
            active: BTreeMap::new(),
            began: None,
            ended: None,
        });
        Self { rows: rows.collect(), owners: BTreeMap::new() }
    }

    /// Takes `event` in; gives the rows that look otherwise since.
    pub(super) fn take(&mut self, run: &RunState, event: &Event, now: Timestamp) -> Vec<usize> {
        let (row, word) = match event {
            Event::Expanded { at, first, count, items, .. } => {
                let row = self.row(*at);
                self.expanded(row, at.scope == ROOT, *first, *count, items.is_some());
                (row, None)
            }
            Event::Admitted { attempt, .. } | Event::TakenUp { attempt } => {
                (self.row(attempt.at), None)
            }
            Event::Ended { attempt, .. } => {
                let row = self.row(attempt.at);
                if let Some(row) = row.and_then(|row| self.rows.get_mut(row)) {
                    row.active.remove(attempt);
                }
                (row, None)
            }
            Event::Decided { at, what } => {
                let word = match what {
                    Decision::Reused { .. } if at.scope == ROOT => Some("cached"),
                    _ => None,
                };
                (self.row(*at), word)
            }
            Event::Gave { scope, .. } => (self.gave(*scope), None),
            Event::Closed { scope, .. } => (self.owner(*scope).map(|owner| owner.row), None),
            Event::Finished { .. } => return self.finish(run, now),
            Event::Asked { at, .. } | Event::Answered { at, .. } | Event::Exceeded { at, .. } => {
                (self.row(*at), None)
            }
            Event::Signalled { what: Signal::Reopen(_), .. } => return self.reopen(run),
            Event::Started { .. }
            | Event::Resumed { .. }
            | Event::Signalled { .. }
            | Event::Opened { .. }
            | Event::Undoable { .. }
            | Event::Undoing { .. }
            | Event::Money(_)
            | Event::Purchase { .. } => {
                return vec![];
            }
        };
        let Some(row) = row.filter(|row| self.rows[*row].ended.is_none()) else {
            return vec![];
        };
        self.rows[row].began.get_or_insert(now);
        let mut changed = vec![row];
        if self.settle(run, row, word, now) {
            let waiting = self.rows[row].dependents.iter().copied();
            changed.extend(waiting.filter(|dependent| self.rows[*dependent].ended.is_none()));
        }
        changed
    }

    /// An attempt stopped waiting for its turn.
    pub(super) fn began(&mut self, attempt: AttemptId, path: &str) -> Option<usize> {
        let row = self.row(attempt.at)?;
        self.rows[row].active.insert(attempt, Active { path: path.to_owned(), done: 0.0 });
        Some(row)
    }

    pub(super) fn progressed(&mut self, attempt: AttemptId, done: f64) -> Option<usize> {
        let row = self.row(attempt.at)?;
        self.rows[row].active.get_mut(&attempt)?.done = done.clamp(0.0, 1.0);
        Some(row)
    }

    /// The names of what the row at `index` still waits for.
    pub(super) fn awaited(&self, index: usize) -> Vec<&str> {
        let needs = self.rows[index].needs.iter().map(|need| &self.rows[*need]);
        needs.filter(|row| row.ended.is_none()).map(|row| row.name.as_str()).collect()
    }

    /// The row that a node belongs to, wherever it stands below.
    fn row(&self, at: At) -> Option<usize> {
        if at.scope == ROOT {
            return Some(at.node.0 as usize).filter(|row| *row < self.rows.len());
        }
        self.owner(at.scope).map(|owner| owner.row)
    }

    fn owner(&self, scope: ScopeId) -> Option<Owner> {
        let (first, owner) = self.owners.range(..=scope).next_back()?;
        (scope.0 - first.0 < owner.count).then_some(*owner)
    }

    fn expanded(
        &mut self,
        row: Option<usize>,
        direct: bool,
        first: ScopeId,
        count: u32,
        is_map: bool,
    ) {
        let Some(row) = row else { return };
        self.owners.insert(first, Owner { count, row, direct });
        if direct && is_map {
            self.rows[row].items = Some((0, count));
        }
    }

    /// A scope has ended: an item more, if it is one of a row's own.
    fn gave(&mut self, scope: ScopeId) -> Option<usize> {
        let owner = self.owner(scope)?;
        if owner.direct
            && let Some((done, _)) = &mut self.rows[owner.row].items
        {
            *done += 1;
        }
        Some(owner.row)
    }

    /// Notes the row's end, if the run has it; says whether it did.
    fn settle(
        &mut self,
        run: &RunState,
        row: usize,
        word: Option<&'static str>,
        now: Timestamp,
    ) -> bool {
        let node = NodeIndex(u32::try_from(row).unwrap_or(u32::MAX));
        let Some(state) = run.state(At { scope: ROOT, node }).filter(|state| state.is_settled())
        else {
            return false;
        };
        self.end(row, word.unwrap_or(state.word()), now);
        true
    }

    fn end(&mut self, row: usize, how: &'static str, now: Timestamp) {
        let row = &mut self.rows[row];
        let how = if how == "succeeded" { "done" } else { how };
        row.active.clear();
        row.ended =
            Some(Ended { how, took: row.began.map_or(Duration::ZERO, |began| now.since(began)) });
    }

    /// Rows that are done again have not ended.
    fn reopen(&mut self, run: &RunState) -> Vec<usize> {
        let is_open = |row: &usize| {
            let node = NodeIndex(u32::try_from(*row).unwrap_or(u32::MAX));
            run.state(At { scope: ROOT, node }).is_some_and(|state| !state.is_settled())
        };
        let open: Vec<usize> = (0..self.rows.len()).filter(is_open).collect();
        for row in &open {
            let row = &mut self.rows[*row];
            (row.ended, row.began, row.items) = (None, None, None);
        }
        open
    }

    /// What has not ended by now never will.
    fn finish(&mut self, run: &RunState, now: Timestamp) -> Vec<usize> {
        let open: Vec<usize> =
            (0..self.rows.len()).filter(|row| self.rows[*row].ended.is_none()).collect();
        for row in &open {
            if !self.settle(run, *row, None, now) {
                self.end(*row, "cancelled", now);
            }
        }
        open
    }
}

impl Row {
    pub(super) fn ended(&self) -> Option<Ended> {
        self.ended
    }

    pub(super) fn has_begun(&self) -> bool {
        self.began.is_some()
    }

    /// What goes on inside, in a few words: items, how far, what executes.
    pub(super) fn activity(&self) -> String {
        let mut words = Vec::new();
        if let Some((done, all)) = self.items {
            words.push(format!("{done}/{all} items"));
        }
        let inside = self.active.values().filter_map(|active| {
            let place = active.path.strip_prefix(&self.name).unwrap_or(&active.path);
            let place = place.trim_start_matches('/');
            let percent = (active.done > 0.0).then(|| format!("{:.0} %", active.done * 100.0));
            let words: Vec<String> = [(!place.is_empty()).then(|| place.to_owned()), percent]
                .into_iter()
                .flatten()
                .collect();
            (!words.is_empty()).then(|| words.join(" "))
        });
        let mut inside: Vec<String> = inside.collect();
        if inside.len() > 3 {
            let more = inside.len() - 2;
            inside.truncate(2);
            inside.push(format!("{more} more"));
        }
        if self.active.is_empty() && self.items.is_none() {
            words.push("waits for its turn".into());
        }
        words.extend(inside);
        words.join(" · ")
    }
}
