//! How is money spent, and never twice for one thing?
//!
//! [`buy`] is the only way to spend: at most one submission for each slot of each attempt, whatever dies. [`order`] is what
//! kinds call: it buys, waits for the job, fetches the result, verifies and stores it. Who may spend how much was decided
//! before, by the run.

mod follow;
mod provider;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::mutant::{self, Mutant};
use super::purchase::{Armed, By, Job, NotRecorded, Slot, Step};
use super::{Attempt, Class, Failure};
use crate::name::{Digest, RunId};
use crate::time::Timestamp;
pub use follow::{Delivered, Withdrawn, follow, order, withdraw};
pub use provider::{
    Asset, CancelClass, Declared, Fetched, Provider, ProviderError, Recovery, RecoveryKind,
    Request, Status, SubmitError,
};

/// What a purchase came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bought {
    Job(Job),
    /// Only this says that nothing was bought: not recorded, not sent, refused, absent.
    Nothing(Cause),
    InDoubt,
}

/// Why nothing was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    NotRecorded(NotRecorded),
    NotSent(String),
    Refused(Failure),
    /// The provider has no such job, and may be believed. It uses up no attempt.
    Absent,
}

/// The only way to spend: at most one submission for `slot` of `attempt`, whatever dies.
pub async fn buy(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
) -> Bought {
    if let Some(job) = attempt.job(slot).await {
        return Bought::Job(job);
    }
    let client_ref = attempt.client_ref(slot);
    let armed = if mutant::is(Mutant::ArmAfterSend) || mutant::is(Mutant::NoArm) {
        Armed::First
    } else {
        match attempt.arm(slot, request.digest()).await {
            Ok(_) if mutant::is(Mutant::FenceByDelivery) && attempt.delivery() == 1 => Armed::First,
            Ok(_) if mutant::is(Mutant::FenceByDelivery) => Armed::Before,
            Ok(armed) => armed,
            Err(cause) => return Bought::Nothing(Cause::NotRecorded(cause)),
        }
    };
    let declared = provider.declared();
    // A later send than the claim: absence is not believed while it may still arrive.
    let sent = attempt.sleep(Duration::ZERO).await;
    // A provider that refuses a used id makes sending again safe: the second send finds the first.
    if attempt.may_send() && (armed == Armed::First || declared.refuses_reuse) {
        let sent = provider.submit(request, &client_ref).await;
        if mutant::is(Mutant::ArmAfterSend) {
            _ = attempt.arm(slot, request.digest()).await;
        }
        match sent {
            Ok(job) if mutant::is(Mutant::AcceptedAfterPolling) => {
                drop(provider.poll(&job).await);
                accepted(attempt, slot, &job, By::Answer).await;
                return Bought::Job(job);
            }
            Ok(job) => {
                accepted(attempt, slot, &job, By::Answer).await;
                return Bought::Job(job);
            }
            Err(SubmitError::OutcomeUnknown(_)) => {} // Look, below.
            Err(_) if armed == Armed::Before => {}    // "Id in use" is an answer, not a refusal.
            Err(cause) => {
                attempt.record(slot, Step::Refused).await;
                return Bought::Nothing(cause.into());
            }
        }
    }
    look(attempt, slot, provider, request, sent).await
}

/// Looks for what was sent before, patiently: found, absent beyond doubt, or in doubt.
async fn look(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
    sent: Timestamp,
) -> Bought {
    let (client_ref, declared) = (attempt.client_ref(slot), provider.declared());
    for wait in declared.patience(attempt.doubt_wait()) {
        let now = attempt.sleep(wait).await;
        match provider.recover(request, &client_ref).await {
            Ok(Recovery::Found(job)) => {
                if accepted(attempt, slot, &job, By::LookUp).await {
                    return Bought::Job(job);
                }
            }
            Ok(Recovery::NotFound) if mutant::is(Mutant::SentAgainOnNotFound) => {
                if let Ok(job) = provider.submit(request, &client_ref).await {
                    accepted(attempt, slot, &job, By::Answer).await;
                    return Bought::Job(job);
                }
            }
            Ok(Recovery::NotFound)
                if declared
                    .absence_is_final(attempt.last_send(slot).map(|last| last.max(sent)), now) =>
            {
                attempt.record(slot, Step::Absent).await;
                return Bought::Nothing(Cause::Absent);
            }
            Ok(_) | Err(_) => {} // Ambiguous, not yet listed, unreachable: none says "not bought".
        }
    }
    attempt.record(slot, Step::Doubted).await;
    Bought::InDoubt
}

/// Records whose job it is. False: another purchase's.
async fn accepted(attempt: &dyn Attempt, slot: Slot, job: &Job, by: By) -> bool {
    attempt.record(slot, Step::Accepted { job: job.clone(), by }).await
}

/// What a provider keeps with a purchase, the same at every delivery of its attempt: 26 letters and digits.
pub fn client_ref(state: &str, run: &RunId, path: &str, number: u16, slot: Slot) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    // Each part with its length: no two purchases write alike.
    let parts = [state, run.as_str(), path, &number.to_string(), &slot.to_string()];
    let parts = parts.map(|part| format!("{}:{part}", part.len()));
    let hash = Digest::of(parts.concat().as_bytes());
    let bit = |at: usize| u32::from(hash.as_bytes()[at / 8] >> (7 - at % 8) & 1);
    let letter = |at: usize| (0..5).fold(0, |index, n| index << 1 | bit(at * 5 + n)) as usize;
    (0..26).map(|at| char::from(ALPHABET[letter(at)])).collect()
}

impl From<SubmitError> for Cause {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::NotSent(why) | SubmitError::OutcomeUnknown(why) => Self::NotSent(why),
            SubmitError::Refused(failure) => Self::Refused(failure),
        }
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        match cause {
            Cause::NotRecorded(NotRecorded::OverBudget) => {
                Self::new(Class::OverBudget, NotRecorded::OverBudget.to_string())
            }
            Cause::NotRecorded(why @ (NotRecorded::Over | NotRecorded::Cancelled)) => {
                Self::new(Class::Cancelled, why.to_string())
            }
            Cause::NotRecorded(why) => Self::new(Class::Internal, why.to_string()),
            Cause::NotSent(why) => Self::new(Class::Network, format!("nothing was sent: {why}")),
            Cause::Refused(failure) => failure,
            Cause::Absent => {
                Self::new(Class::Network, "the provider never got the request: nothing was bought")
            }
        }
    }
}
