//! Which guard is taken away, to show that its test can fail?
//!
//! A switch for tests alone: in every other build [`is`] is constantly false.

/// One way to break a promise about money. Each is caught by at least one case of the kill matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mutant {
    ArmAfterSend,
    NoArm,
    AcceptedAfterPolling,
    SentAgainOnNotFound,
    RetryWhileOpen,
    AdoptionNotExclusive,
    HoldReleasedOnTimeout,
    LateBillIgnored,
    SuccessBeforeSync,
    FenceByDelivery,
    EpochNotChecked,
}

#[cfg(test)]
pub(crate) use switch::{is, with};

#[cfg(not(test))]
#[inline]
pub(crate) const fn is(_: Mutant) -> bool {
    false
}

#[cfg(test)]
mod switch {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    pub(crate) fn is(mutant: Mutant) -> bool {
        ON.get() == Some(mutant)
    }

    /// Runs `work` on this thread with one guard taken away.
    pub(crate) fn with<T>(mutant: Option<Mutant>, work: impl FnOnce() -> T) -> T {
        /// Puts the guard back, also when the work panics.
        struct Restore(Option<Mutant>);
        impl Drop for Restore {
            fn drop(&mut self) {
                ON.set(self.0);
            }
        }
        let _restore = Restore(ON.replace(mutant));
        work()
    }
}
