//! Who stands in for a provider that costs money?
//!
//! A provider without a network: it answers as its script says, late, wrongly or not at all, deterministic by the
//! purchase's own reference. Its [`Book`] says what was bought; a file of it, synced, outlives the process.

pub mod book;
mod result;
pub mod script;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use flow_engine::kind::buy::{
    Asset, CancelClass, Declared, Fetched, Provider, ProviderError, Recovery, RecoveryKind,
    Request, Status, SubmitError,
};
use flow_engine::kind::{Attempt, Class, Failure, Job};
use flow_engine::time::Timestamp;

use book::{Book, BookError, Entry};
use script::{Answer, End, Script};

pub(crate) const NAME: &str = "rehearsal";

/// The stand-in for one provider, seen from one attempt: its time is the attempt's.
pub(crate) struct Rehearsal<'a> {
    pub(crate) attempt: &'a dyn Attempt,
    pub(crate) capability: &'static str,
    pub(crate) book: &'a dyn Book,
    pub(crate) script: &'a Script,
}

impl Rehearsal<'_> {
    async fn now(&self) -> Timestamp {
        self.attempt.sleep(Duration::ZERO).await
    }

    fn entries(&self, client_ref: &str) -> Result<Vec<Entry>, ProviderError> {
        self.book.of(client_ref).map_err(|BookError(why)| ProviderError(why))
    }

    /// The job's id begins with the reference that it was made with.
    fn entry(&self, job: &Job) -> Result<Option<Entry>, ProviderError> {
        let client_ref = job.id.rsplit_once('-').map_or(&*job.id, |(client_ref, _)| client_ref);
        Ok(self.entries(client_ref)?.into_iter().find(|entry| *entry.job == *job.id))
    }

    fn job(&self, entry: &Entry) -> Job {
        Job {
            provider: self.attempt.provider().into(),
            id: entry.job.as_str().into(),
            urls: [].into(),
        }
    }
}

#[async_trait]
impl Provider for Rehearsal<'_> {
    fn name(&self) -> &str {
        self.attempt.provider()
    }

    fn declared(&self) -> Declared {
        Declared {
            recovery: self.script.recovery,
            refuses_reuse: self.script.recovery == RecoveryKind::ClientId,
            send_deadline: self.script.send_deadline,
            list_lag: Some(self.script.list_lag),
            absence: Some("the book is complete at every moment"),
            cancel: CancelClass::Refunds,
            poll: self.script.poll(self.capability),
        }
    }

    async fn submit(&self, request: &Request, client_ref: &str) -> Result<Job, SubmitError> {
        let now = self.now().await;
        let answer = self.script.answer(client_ref);
        match answer {
            Answer::RateLimited => {
                let failure = Failure::new(Class::RateLimit, "slow down (rehearsed)");
                return Err(SubmitError::Refused(failure.after(Duration::from_secs(5))));
            }
            Answer::NeverArrives => {
                return Err(SubmitError::OutcomeUnknown("no answer (rehearsed)".into()));
            }
            Answer::Accepted | Answer::Lost => {}
        }
        let unknown = |BookError(why)| SubmitError::OutcomeUnknown(why);
        let known = self.book.of(client_ref).map_err(unknown)?;
        if self.script.recovery == RecoveryKind::ClientId && !known.is_empty() {
            let failure = Failure::input("a job with this id is there already (rehearsed)");
            return Err(SubmitError::Refused(failure));
        }
        let play = self.script.play(self.capability, client_ref, request.price);
        let entry = Entry {
            job: format!("{client_ref}-{}", known.len() + 1),
            client_ref: client_ref.to_owned(),
            request: request.digest(),
            made: now,
            ends: now.after(play.takes),
            end: play.end,
            bill: play.bill,
            cancelled: false,
        };
        self.book.write(&entry).map_err(unknown)?;
        self.now().await; // The answer is on its way.
        match answer {
            Answer::Lost => {
                Err(SubmitError::OutcomeUnknown("the answer was lost (rehearsed)".into()))
            }
            _ => Ok(self.job(&entry)),
        }
    }

    async fn recover(&self, _: &Request, client_ref: &str) -> Result<Recovery, ProviderError> {
        let now = self.now().await;
        let shown = |entry: &Entry| match self.script.recovery {
            RecoveryKind::ClientId => true,
            RecoveryKind::ListWithEcho => entry.made.after(self.script.list_lag) <= now,
            RecoveryKind::ListFinishedOnly | RecoveryKind::OutputPrefix => entry.ends <= now,
            RecoveryKind::None => false,
        };
        let mut found = self.entries(client_ref)?;
        found.retain(shown);
        Ok(match found.as_slice() {
            _ if self.script.recovery == RecoveryKind::None => Recovery::Unknown,
            [] => Recovery::NotFound,
            [one] => Recovery::Found(self.job(one)),
            several => Recovery::Ambiguous(several.iter().map(|one| self.job(one)).collect()),
        })
    }

    async fn poll(&self, job: &Job) -> Result<Status, ProviderError> {
        let now = self.now().await;
        let Some(entry) = self.entry(job)? else { return Ok(Status::Gone) };
        if entry.cancelled {
            let failure = Failure::new(Class::Cancelled, "cancelled (rehearsed)");
            return Ok(Status::Failed { failure, bill: Some(entry.bill) });
        }
        if now < entry.ends {
            let whole = entry.ends.since(entry.made).as_secs_f64();
            return Ok(Status::Running(Some(now.since(entry.made).as_secs_f64() / whole)));
        }
        Ok(match entry.end {
            End::Good => Status::Succeeded { bill: Some(entry.bill) },
            End::Moderated => Status::Failed {
                failure: Failure::new(Class::Moderated, "the content was refused (rehearsed)"),
                bill: Some(entry.bill),
            },
            End::Broken => Status::Failed {
                failure: Failure::new(Class::Server, "the job failed (rehearsed)"),
                bill: Some(entry.bill),
            },
        })
    }

    async fn fetch(&self, job: &Job, folder: &Path) -> Result<Fetched, ProviderError> {
        let Some(result) = result::of(self.capability, &job.id, self.script.results) else {
            return Ok(Fetched::default());
        };
        let path = folder.join(format!("{}.{}", job.id, result.extension));
        let cannot = |error| ProviderError(format!("cannot write {}: {error}", path.display()));
        std::fs::write(&path, &result.bytes).map_err(cannot)?;
        let asset = Asset {
            path,
            media_type: result.media_type.to_owned(),
            bytes: Some(result.bytes.len() as u64),
            digest: None,
        };
        Ok(Fetched { files: [(self.capability.to_owned(), asset)].into(), facts: result.facts })
    }

    async fn cancel(&self, job: &Job) -> Result<(), ProviderError> {
        let now = self.now().await;
        match self.entry(job)? {
            Some(entry) if now < entry.ends => {
                let cancelled =
                    Entry { cancelled: true, bill: flow_engine::money::Usd::ZERO, ..entry };
                self.book.write(&cancelled).map_err(|BookError(why)| ProviderError(why))
            }
            _ => Ok(()),
        }
    }
}
