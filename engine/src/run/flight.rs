//! Who makes an output just now, and who waits for it?
//!
//! Of equal attempts one is made. Part of `apply`: it follows from events alone.

use super::RunState;
use super::event::{At, AttemptId, Ended};
use crate::name::Digest;

impl RunState {
    pub(super) fn opened_attempt(&mut self, attempt: AttemptId, delivery: u32) {
        self.open.insert(attempt, delivery);
        let Some(request) = self.requests.get(&attempt.at) else { return };
        self.open_paid += usize::from(request.hold.is_some());
        if let Some(fingerprint) = request.fingerprint {
            self.flights.insert(fingerprint, attempt.at);
        }
    }

    /// An attempt is over: its hold may be released, and whoever waits for the same output goes on.
    pub(super) fn ended_flight(&mut self, attempt: AttemptId, ended: &Ended) {
        self.may_release(attempt);
        let Some(request) = self.requests.get(&attempt.at) else { return };
        if request.hold.is_some() {
            self.open_paid -= 1;
            self.lines.freed();
        }
        match ended {
            Ended::Done(output) => {
                for (follower, fingerprint) in self.leave_flight(attempt.at) {
                    self.queues.served.push((follower, fingerprint, output.clone()));
                }
            }
            Ended::Failed(_) => self.may_land(attempt),
        }
    }

    /// Whoever waits for the output of `attempt` makes its own, if the attempt is over and nothing may still turn out to be
    /// bought by it.
    pub(super) fn may_land(&mut self, attempt: AttemptId) {
        let first = AttemptId { at: attempt.at, number: 0 };
        let goes_on =
            self.open.range(first..).next().is_some_and(|(open, _)| open.at == attempt.at);
        if !goes_on && !self.has_open(attempt) {
            self.give_up_flight(attempt.at);
        }
    }

    /// Whoever waits for the output of `at` makes its own.
    pub(super) fn give_up_flight(&mut self, at: At) {
        for (follower, _) in self.leave_flight(at) {
            let hold = self.queues.considered.get(&follower).map(|it| it.request.hold);
            self.may_be_admitted(follower, hold.flatten());
        }
    }

    /// `at` leads no more: those who waited for its output, and for which.
    fn leave_flight(&mut self, at: At) -> Vec<(At, Digest)> {
        let Some(fingerprint) = self.requests.get(&at).and_then(|request| request.fingerprint)
        else {
            return Vec::new();
        };
        if self.flights.get(&fingerprint) != Some(&at) {
            return Vec::new();
        }
        self.flights.remove(&fingerprint);
        let followers = self.queues.followers.remove(&fingerprint).unwrap_or_default();
        followers.into_iter().map(|follower| (follower, fingerprint)).collect()
    }
}
