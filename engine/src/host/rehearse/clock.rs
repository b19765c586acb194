//! What time is it in a rehearsal?
//!
//! Time stands still while anything can be done, and then jumps to the next moment that somebody waits for.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use crate::time::Timestamp;

/// A clock that is moved by hand. Clones show the same time.
#[derive(Clone, Default)]
pub(super) struct VirtualClock(Arc<Mutex<Times>>);

#[derive(Default)]
struct Times {
    now: Timestamp,
    /// Who waits for which moment, in the order of their coming.
    waiting: BTreeMap<(Timestamp, u64), Waker>,
    next: u64,
}

impl VirtualClock {
    pub(super) fn now(&self) -> Timestamp {
        self.times().now
    }

    pub(super) fn sleep_until(&self, moment: Timestamp) -> Sleep {
        Sleep { clock: self.clone(), moment, ticket: None }
    }

    /// The next moment that somebody waits for.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.times().waiting.first_key_value().map(|((moment, _), _)| *moment)
    }

    /// Moves on to `moment`, and wakes whoever waits for it.
    pub(super) fn jump(&self, moment: Timestamp) {
        let mut times = self.times();
        times.now = times.now.max(moment);
        while let Some(first) = times.waiting.first_entry() {
            if first.key().0 > moment {
                break;
            }
            first.remove().wake();
        }
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.0.lock().expect("nothing panics while it holds the clock")
    }
}

pub(super) struct Sleep {
    clock: VirtualClock,
    moment: Timestamp,
    ticket: Option<u64>,
}

impl Future for Sleep {
    type Output = Timestamp;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Timestamp> {
        let clock = self.clock.clone();
        let mut times = clock.times();
        if times.now >= self.moment {
            return Poll::Ready(times.now);
        }
        let ticket = self.ticket.unwrap_or(times.next);
        times.next = times.next.max(ticket + 1);
        self.ticket = Some(ticket);
        times.waiting.insert((self.moment, ticket), context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.clock.times().waiting.remove(&(self.moment, ticket));
        }
    }
}
