//! What becomes of a job once it is known: waiting, fetching, storing, ending.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::{Either, select};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::provider::{Asset, CancelClass, Fetched, Provider, ProviderError, Request, Status};
use super::{Bought, buy};
use crate::kind::mutant::{self, Mutant};
use crate::kind::purchase::{Bill, Job, Slot, Source, Step};
use crate::kind::{AnyFile, Attempt, Class, Failure, Value};
use crate::money::Usd;

/// A result that was paid for, fetched, verified and stored: what [`Step::Landed`] carries, as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivered {
    pub files: BTreeMap<String, AnyFile>,
    pub facts: Json,
    pub provider: String,
    pub model: String,
    /// What it cost, as far as is known at this moment.
    pub cost: Usd,
}

/// What became of a job that nobody waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Withdrawn {
    /// It had finished: the result is kept.
    Landed,
    /// It ended without a result.
    Ended,
    /// It goes on, and is to be harvested later.
    Open,
}

/// So many fetches may fail before the result counts as lost.
const FETCHES: u32 = 5;

/// Buys `request`, waits for the job, and stores what it gave. What was landed before makes no request at all.
pub async fn order(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
) -> Result<Delivered, Failure> {
    match attempt.closed(slot).await {
        Some(Step::Landed { output, .. }) => return reread(attempt, &output).await,
        Some(closed) => return Err(ended(&closed)),
        None => {}
    }
    match buy(attempt, slot, provider, request).await {
        Bought::Job(job) => follow(attempt, slot, provider, request, &job).await,
        Bought::Nothing(cause) => Err(cause.into()),
        Bought::InDoubt => Err(Failure::new(
            Class::InDoubt,
            format!("it cannot be known whether `{}` took the request", provider.name()),
        )
        .help("`flow jobs` lists what may have been bought; `jobs adopt` or `jobs lost` decides")),
    }
}

/// Polls `job` until its end, and records it. A job that outlives its attempt stays open: it is harvested later.
pub async fn follow(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
    job: &Job,
) -> Result<Delivered, Failure> {
    let mut fetches = 0;
    loop {
        match provider.poll(job).await {
            Ok(Status::Succeeded { bill }) => {
                let bill = billed(bill, request);
                match land(attempt, slot, provider, request, job, bill).await {
                    Ok(delivered) => return Ok(delivered),
                    Err(Unlanded::Storage(failure)) => return Err(failure),
                    Err(Unlanded::NotFetched(why)) => {
                        fetches += 1;
                        if fetches == FETCHES {
                            let what = format!("the result was paid for and cannot be had: {why}");
                            return Err(fail(
                                attempt,
                                slot,
                                Failure::new(Class::Output, what),
                                bill,
                            )
                            .await);
                        }
                    }
                }
            }
            Ok(Status::Failed { failure, bill }) => {
                return Err(fail(attempt, slot, failure, billed(bill, request)).await);
            }
            Ok(Status::Gone) => {
                let what = format!(
                    "job {} of `{}` was paid for, and its result is gone",
                    job.id, job.provider
                );
                let failure = Failure::new(Class::Expired, what)
                    .help("name `expired` in `retry.errors` to buy it again");
                return Err(fail(attempt, slot, failure, billed(None, request)).await);
            }
            Ok(Status::Running(done)) => done.into_iter().for_each(|done| attempt.progress(done)),
            Err(ProviderError(_)) => {} // Unreachable: the job does not mind.
        }
        if waited(attempt, provider.declared().poll).await == Waited::Cancelled {
            let what = format!("job {} of `{}` goes on", job.id, job.provider);
            return Err(Failure::new(Class::Cancelled, what)
                .help("`flow jobs harvest` takes its result in when it is there"));
        }
    }
}

/// Ends a job that nobody waits for, where that saves money and destroys nothing. What has finished is kept.
pub async fn withdraw(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
    job: &Job,
) -> Withdrawn {
    let mut asked = false;
    loop {
        match provider.poll(job).await {
            Ok(Status::Succeeded { bill }) => {
                let bill = billed(bill, request);
                return match land(attempt, slot, provider, request, job, bill).await {
                    Ok(_) => Withdrawn::Landed,
                    Err(_) => Withdrawn::Open,
                };
            }
            Ok(Status::Failed { failure, bill }) => {
                fail(attempt, slot, failure, billed(bill, request)).await;
                return Withdrawn::Ended;
            }
            Ok(Status::Gone) => {
                let failure = Failure::new(Class::Expired, "the result is gone");
                fail(attempt, slot, failure, billed(None, request)).await;
                return Withdrawn::Ended;
            }
            Ok(Status::Running(_)) if asked => return Withdrawn::Open,
            Ok(Status::Running(_)) => {}
            Err(ProviderError(_)) => return Withdrawn::Open,
        }
        match provider.declared().cancel {
            CancelClass::Refunds | CancelClass::Stops => {
                asked = true;
                drop(provider.cancel(job).await); // What came of it, the next poll tells.
            }
            CancelClass::Destroys | CancelClass::None => return Withdrawn::Open,
        }
    }
}

/// Why a finished job's result is not there yet.
enum Unlanded {
    /// Fetched badly or not at all: it may be fetched again.
    NotFetched(String),
    /// No place for it: the job stays open, and is fetched again by a resumed run.
    Storage(Failure),
}

/// Fetches, verifies and stores a result; then, and only then, records it.
async fn land(
    attempt: &dyn Attempt,
    slot: Slot,
    provider: &dyn Provider,
    request: &Request,
    job: &Job,
    bill: Bill,
) -> Result<Delivered, Unlanded> {
    let fetched = provider.fetch(job, attempt.folder()).await;
    let Fetched { files, facts } =
        fetched.map_err(|ProviderError(why)| Unlanded::NotFetched(why))?;
    let mut delivered = Delivered {
        files: BTreeMap::new(),
        facts,
        provider: provider.name().to_owned(),
        model: request.model.clone(),
        cost: bill.amount,
    };
    let early = mutant::is(Mutant::SuccessBeforeSync);
    if early {
        record_landed(attempt, slot, &delivered, bill).await;
    }
    for (name, asset) in files {
        delivered.files.insert(name, keep(attempt, asset).await?);
    }
    if !early {
        record_landed(attempt, slot, &delivered, bill).await;
    }
    Ok(delivered)
}

async fn record_landed(attempt: &dyn Attempt, slot: Slot, delivered: &Delivered, bill: Bill) {
    let json = serde_json::to_value(delivered).expect("deliveries have text keys");
    attempt.record(slot, Step::Landed { output: attempt.keep(&json), bill }).await;
}

/// Takes one file in, if it is what the provider said it would be.
async fn keep(attempt: &dyn Attempt, asset: Asset) -> Result<AnyFile, Unlanded> {
    let kept = attempt.artifacts().keep(&asset.path).await;
    let (digest, bytes) = kept.map_err(|error| Unlanded::Storage(error.into()))?;
    if bytes == 0 || asset.bytes.is_some_and(|expected| expected != bytes) {
        let expected = asset.bytes.map_or_else(|| "some".into(), |bytes| bytes.to_string());
        return Err(Unlanded::NotFetched(format!("{bytes} bytes came instead of {expected}")));
    }
    if asset.digest.is_some_and(|expected| expected != digest) {
        return Err(Unlanded::NotFetched("its hash is not the one that was announced".into()));
    }
    Ok(AnyFile::new(digest, asset.media_type, bytes))
}

async fn fail(attempt: &dyn Attempt, slot: Slot, failure: Failure, bill: Bill) -> Failure {
    attempt.record(slot, Step::Failed { class: failure.class, bill }).await;
    failure
}

/// The provider's own bill, or what the table says.
fn billed(bill: Option<Usd>, request: &Request) -> Bill {
    match bill {
        Some(amount) => Bill { amount, source: Source::Provider },
        None => Bill { amount: request.price, source: Source::Table },
    }
}

/// What an earlier delivery landed.
async fn reread(attempt: &dyn Attempt, output: &Value) -> Result<Delivered, Failure> {
    let json = attempt.read(output).await;
    json.and_then(|json| serde_json::from_value(json).ok()).ok_or_else(|| {
        Failure::new(Class::Output, "the result that was stored for this purchase cannot be read")
    })
}

/// What an earlier delivery came to, without a result.
fn ended(step: &Step) -> Failure {
    match step {
        Step::Failed { class, .. } => {
            Failure::new(*class, "the provider had ended the job without a result")
        }
        Step::Absent => super::Cause::Absent.into(),
        step => Failure::new(Class::Network, format!("the purchase was {}", step.word())),
    }
}

#[derive(PartialEq, Eq)]
enum Waited {
    Slept,
    Cancelled,
}

async fn waited(attempt: &dyn Attempt, time: Duration) -> Waited {
    match select(attempt.cancelled(), attempt.sleep(time)).await {
        Either::Left(_) => Waited::Cancelled,
        Either::Right(_) => Waited::Slept,
    }
}
