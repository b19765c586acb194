//! What does a kind see of its attempt?

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::artifacts::Folder;
use super::clock::Clock;
use super::folders::Lent;
use super::perform::News;
use super::shelf::Shelf;
use crate::kind::buy::client_ref;
use crate::kind::{Armed, Artifacts, Attempt, Job, NotRecorded, Secrets, Slot, Step, Value};
use crate::name::{Digest, RunId};
use crate::run::event::{AttemptId, PurchaseId};
use crate::run::ledger::AccountId;
use crate::run::library::{keep, read};
use crate::run::purchase::{Purchase, Receipt};
use crate::time::Timestamp;

/// One delivery of one attempt.
pub(super) struct Delivery {
    pub(super) attempt: AttemptId,
    pub(super) run: RunId,
    pub(super) key: String,
    pub(super) path: String,
    /// The path as its purchases are named by.
    pub(super) reference: String,
    pub(super) times: u32,
    pub(super) provider: Box<str>,
    pub(super) model: Box<str>,
    pub(super) shelf: Arc<Shelf>,
    /// What is known of its purchases: from before, and from this delivery.
    pub(super) purchases: Mutex<BTreeMap<Slot, Purchase>>,
    pub(super) doubt_wait: Duration,
    pub(super) sends: bool,
    pub(super) folder: Lent,
    pub(super) cancelled: CancellationToken,
    pub(super) artifacts: Folder,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) news: UnboundedSender<News>,
    /// By port, what stands nowhere but in the input.
    pub(super) secrets: BTreeMap<String, Secrets>,
}

impl Delivery {
    fn known(&self, slot: Slot) -> Option<Purchase> {
        let purchases = self.purchases.lock().expect("nothing panics while it holds the purchases");
        purchases.get(&slot).cloned()
    }

    /// Tells the run of a step, and waits until it is durable. Without end, when the run is over: nothing may go on then.
    async fn report(&self, slot: Slot, step: Step) -> Receipt {
        let (receipt, answer) = oneshot::channel();
        let purchase = PurchaseId { attempt: self.attempt, slot };
        drop(self.news.send(News::Went { purchase, step: step.clone(), receipt }));
        let Ok(receipt) = answer.await else { std::future::pending().await };
        if matches!(receipt, Receipt::Recorded | Receipt::Armed(Armed::First)) {
            self.remember(slot, step);
        }
        receipt
    }

    fn remember(&self, slot: Slot, step: Step) {
        let mut purchases =
            self.purchases.lock().expect("nothing panics while it holds the purchases");
        if let Step::Armed { client_ref, request } = &step {
            let armed = Purchase {
                client_ref: client_ref.clone(),
                request: *request,
                armed: self.clock.now(),
                job: None,
                bill: None,
                last: step.clone(),
                account: AccountId::RUN,
                seller: Box::default(),
            };
            purchases.insert(slot, armed);
        } else if let Some(known) = purchases.get_mut(&slot) {
            if let Step::Accepted { job, .. } = &step {
                known.job = Some(job.clone());
            }
            known.last = step;
        }
    }
}

/// The variable by which the children of a run are found when its process has died.
pub(super) const RUN_VARIABLE: &str = "FLOW_RUN";

#[async_trait]
impl Attempt for Delivery {
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
        self.folder.path()
    }

    fn environment(&self) -> Vec<(String, String)> {
        vec![
            (RUN_VARIABLE.into(), self.run.to_string()),
            ("FLOW_ATTEMPT".into(), self.key.clone()),
            ("FLOW_ATTEMPT_NUMBER".into(), self.attempt.number.to_string()),
            ("FLOW_DELIVERY".into(), self.times.to_string()),
        ]
    }

    async fn sleep(&self, time: Duration) -> Timestamp {
        self.clock.sleep_until(self.clock.now().after(time)).await;
        self.clock.now()
    }

    fn progress(&self, done: f64) {
        let news = News::Progressed { attempt: self.attempt, path: self.path.clone(), done };
        drop(self.news.send(news)); // The run is over: nobody watches.
    }

    async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    fn artifacts(&self) -> &dyn Artifacts {
        &self.artifacts
    }

    fn client_ref(&self, slot: Slot) -> String {
        if let Some(known) = self.known(slot) {
            return known.client_ref.into(); // As it was sent, whatever made it then.
        }
        client_ref(self.shelf.state(), &self.run, &self.reference, self.attempt.number, slot)
    }

    async fn job(&self, slot: Slot) -> Option<Job> {
        self.known(slot)?.job
    }

    async fn arm(&self, slot: Slot, request: Digest) -> Result<Armed, NotRecorded> {
        if !self.sends && self.known(slot).is_none() {
            return Err(NotRecorded::Over); // Nothing new is bought for an attempt that is over.
        }
        let client_ref = self.client_ref(slot).into();
        match self.report(slot, Step::Armed { client_ref, request }).await {
            Receipt::Armed(armed) => Ok(armed),
            Receipt::Refused(why) => Err(why),
            Receipt::Recorded | Receipt::NotYours => Err(NotRecorded::Over),
        }
    }

    fn may_send(&self) -> bool {
        self.sends
    }

    async fn record(&self, slot: Slot, step: Step) -> bool {
        self.report(slot, step).await == Receipt::Recorded
    }

    fn last_send(&self, slot: Slot) -> Option<Timestamp> {
        Some(self.known(slot)?.armed)
    }

    fn keep(&self, output: &serde_json::Value) -> Value {
        let hidden =
            self.secrets.values().fold(output.clone(), |output, secrets| secrets.hide(output));
        keep(&*self.shelf, &hidden)
    }

    async fn read(&self, output: &Value) -> Option<serde_json::Value> {
        read(&*self.shelf, output).ok().map(Arc::unwrap_or_clone)
    }

    async fn closed(&self, slot: Slot) -> Option<Step> {
        self.known(slot).map(|known| known.last).filter(|last| !last.is_open())
    }

    fn doubt_wait(&self) -> Duration {
        self.doubt_wait
    }
}
