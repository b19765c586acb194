//! What may a display watch of a run?
//!
//! It is told of durable events only, and cannot steer.

use super::wallet::Short;
use crate::name::RunId;
use crate::plan::graph::Plan;
use crate::run::RunState;
use crate::run::event::{AttemptId, Event};
use crate::time::Timestamp;

/// Watches a run, from the thread that drives it: whatever takes long belongs elsewhere.
pub trait Observer: Send {
    /// `event` is durable, and `run` has taken it in, along with the rest of its tick.
    fn recorded(&mut self, plan: &Plan, run: &RunState, event: &Event, now: Timestamp);
    /// What a person or another process said means nothing to the run, and why.
    fn unheard(&mut self, why: &str);
    /// The project's wallet has no room for the run, and others may give back what is missing: it waits for them.
    fn waits(&mut self, short: &Short);
    /// `other` may have bought already what the run needs: it waits for what came of that.
    fn twin(&mut self, other: &RunId);
    /// An attempt stopped waiting for its turn and is executed.
    fn began(&mut self, attempt: AttemptId, path: &str);
    /// An attempt is that far, from 0 to 1.
    fn progressed(&mut self, attempt: AttemptId, path: &str, done: f64);
}

/// Watches nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn recorded(&mut self, _: &Plan, _: &RunState, _: &Event, _: Timestamp) {}
    fn unheard(&mut self, _: &str) {}
    fn waits(&mut self, _: &Short) {}
    fn twin(&mut self, _: &RunId) {}
    fn began(&mut self, _: AttemptId, _: &str) {}
    fn progressed(&mut self, _: AttemptId, _: &str, _: f64) {}
}
