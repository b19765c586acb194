//! What does a kind see of its attempt in a rehearsal?
//!
//! The same as in earnest; only that its time is virtual, and the run that it tells of its purchases has no disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value as Json;
use tokio::sync::oneshot;

use super::clock::VirtualClock;
use super::killer::Killer;
use super::values::Values;
use crate::host::artifacts::Folder;
use crate::kind::buy::client_ref;
use crate::kind::{Armed, Artifacts, Attempt, Job, NotRecorded, Slot, Step, StoreError, Value};
use crate::name::{Digest, RunId};
use crate::run::event::{AttemptId, PurchaseId};
use crate::run::library::{keep, read};
use crate::run::purchase::{Purchase, Receipt};
use crate::time::Timestamp;

/// One attempt of a rehearsal.
#[derive(Clone)]
pub(super) struct Rehearsed {
    pub(super) run: RunId,
    pub(super) attempt: AttemptId,
    pub(super) key: String,
    pub(super) path: String,
    pub(super) provider: Box<str>,
    pub(super) model: Box<str>,
    pub(super) folder: PathBuf,
    pub(super) doubt_wait: Duration,
    pub(super) files: Files,
    pub(super) clock: VirtualClock,
    pub(super) values: Arc<Values>,
    pub(super) desk: Desk,
    pub(super) times: u32,
    pub(super) killer: Killer,
}

/// Where attempts tell the run of steps, and read what is durable. Clones are the same desk.
#[derive(Clone, Default)]
pub(super) struct Desk(Arc<Mutex<Told>>);

/// A step that was told, and who waits for its being durable.
pub(super) type Telling = (PurchaseId, Step, oneshot::Sender<Receipt>);

#[derive(Default)]
struct Told {
    waiting: Vec<Telling>,
    durable: BTreeMap<PurchaseId, Purchase>,
}

impl Desk {
    /// What was told since the last time.
    pub(super) fn told(&self) -> Vec<Telling> {
        std::mem::take(&mut self.lock().waiting)
    }

    /// Shows what is durable of one purchase.
    pub(super) fn show(&self, id: PurchaseId, purchase: &Purchase) {
        self.lock().durable.insert(id, purchase.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().expect("nothing panics while it holds the desk")
    }
}

/// Files of a rehearsal: those of the state can be read, those that doubles make are counted and thrown away.
#[derive(Clone)]
pub(super) struct Files {
    pub(super) stored: Folder,
    pub(super) attempt: AttemptId,
    pub(super) killer: Killer,
}

#[async_trait]
impl Artifacts for Files {
    async fn open(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        self.stored.open(digest).await
    }

    async fn keep(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let failed = |source| StoreError::Io { doing: "read", path: path.to_owned(), source };
        self.killer.strike(self.attempt).await;
        let bytes = std::fs::read(path).map_err(failed)?;
        drop(std::fs::remove_file(path)); // The folder goes with the rehearsal.
        self.killer.strike(self.attempt).await;
        Ok((Digest::of(&bytes), bytes.len() as u64))
    }
}

impl Rehearsed {
    fn known(&self, slot: Slot) -> Option<Purchase> {
        self.desk.lock().durable.get(&PurchaseId { attempt: self.attempt, slot }).cloned()
    }

    /// Tells the run of a step, and waits until it is durable.
    async fn report(&self, slot: Slot, step: Step) -> Receipt {
        self.killer.strike(self.attempt).await;
        let (receipt, answer) = oneshot::channel();
        let purchase = PurchaseId { attempt: self.attempt, slot };
        self.desk.lock().waiting.push((purchase, step, receipt));
        let Ok(receipt) = answer.await else { std::future::pending().await };
        self.killer.strike(self.attempt).await;
        receipt
    }
}

#[async_trait]
impl Attempt for Rehearsed {
    fn key(&self) -> &str {
        &self.key
    }

    fn path(&self) -> &str {
        &self.path
    }

    fn number(&self) -> u16 {
        self.attempt.number
    }

    fn delivery(&self) -> u32 {
        self.times
    }

    fn provider(&self) -> &str {
        &self.provider
    }

    fn model(&self) -> &str {
        &self.model
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn environment(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    async fn sleep(&self, time: Duration) -> Timestamp {
        self.killer.strike(self.attempt).await;
        self.clock.sleep_until(self.clock.now().after(time)).await
    }

    fn progress(&self, _: f64) {}

    async fn cancelled(&self) {
        std::future::pending::<()>().await;
    }

    fn artifacts(&self) -> &dyn Artifacts {
        &self.files
    }

    fn client_ref(&self, slot: Slot) -> String {
        match self.known(slot) {
            Some(known) => known.client_ref.into(),
            None => client_ref("rehearsal", &self.run, &self.path, self.attempt.number, slot),
        }
    }

    async fn job(&self, slot: Slot) -> Option<Job> {
        self.killer.strike(self.attempt).await;
        self.known(slot)?.job
    }

    async fn arm(&self, slot: Slot, request: Digest) -> Result<Armed, NotRecorded> {
        let client_ref = self.client_ref(slot).into();
        match self.report(slot, Step::Armed { client_ref, request }).await {
            Receipt::Armed(armed) => Ok(armed),
            Receipt::Refused(why) => Err(why),
            Receipt::Recorded | Receipt::NotYours => Err(NotRecorded::Over),
        }
    }

    async fn record(&self, slot: Slot, step: Step) -> bool {
        self.report(slot, step).await == Receipt::Recorded
    }

    fn last_send(&self, slot: Slot) -> Option<Timestamp> {
        Some(self.known(slot)?.armed)
    }

    fn keep(&self, output: &Json) -> Value {
        keep(&*self.values, output)
    }

    async fn read(&self, output: &Value) -> Option<Json> {
        read(&*self.values, output).ok().map(Arc::unwrap_or_clone)
    }

    async fn closed(&self, slot: Slot) -> Option<Step> {
        self.killer.strike(self.attempt).await;
        self.known(slot).map(|known| known.last).filter(|last| !last.is_open())
    }

    fn doubt_wait(&self) -> Duration {
        self.doubt_wait
    }
}
