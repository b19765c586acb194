//! At which moment does the process of a rehearsal die?
//!
//! Moments are numbered: each append to the journal, and each thing that an attempt asks of the world, has one before it
//! takes effect and one after.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::run::event::AttemptId;

/// Counts moments, and kills at one of them. Clones count together.
#[derive(Clone, Default)]
pub(super) struct Killer(Arc<Mutex<Moments>>);

#[derive(Default)]
struct Moments {
    passed: u64,
    kill_at: Option<u64>,
    died: Option<Death>,
}

/// Whose moment it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    Journal,
    Attempt(AttemptId),
}

impl Killer {
    pub(super) fn at(moment: u64) -> Self {
        Self(Arc::new(Mutex::new(Moments { kill_at: Some(moment), ..Moments::default() })))
    }

    /// One moment more. True: the process is dead, and does nothing any more.
    pub(super) fn strikes(&self, who: Death) -> bool {
        let mut moments = self.moments();
        moments.passed += 1;
        if moments.kill_at == Some(moments.passed) {
            moments.died = Some(who);
        }
        moments.died.is_some()
    }

    /// As [`Killer::strikes`], for something that is waited for: a dead process waits for ever.
    pub(super) async fn strike(&self, who: AttemptId) {
        if self.strikes(Death::Attempt(who)) {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn death(&self) -> Option<Death> {
        self.moments().died
    }

    pub(super) fn passed(&self) -> u64 {
        self.moments().passed
    }

    fn moments(&self) -> MutexGuard<'_, Moments> {
        self.0.lock().expect("nothing panics while it counts")
    }
}
