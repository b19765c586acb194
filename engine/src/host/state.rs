//! What is in a state folder, and how does a run begin or go on there?
//!
//! `flow.db`, `artifacts/`, `work/` with a folder per run, `locks/` with a file per run. A process that drives a run holds
//! its lock for life; the kernel frees it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::artifacts::Folder;
use super::clock::{Clock, SystemClock};
use super::history;
use super::observer::{Observer, Unobserved};
use super::perform::Executor;
use super::resumption::{accepted, check_kinds, check_secrets, reopening};
use super::shelf::Shelf;
use super::store::inbox::Message;
use super::store::{Commit, Patience, Room, RunRow, Store, StoreError, record};
use super::twins::Twins;
use super::wallet::{Short, Wallet};
use super::{Ending, Host, HostError, Inbox, Stop, drive, output_json, survivors};
use crate::kind::Secrets;
use crate::kind::registry::Registry;
use crate::money::Usd;
use crate::name::{Digest, RunId};
use crate::plan::graph::Plan;
use crate::run::event::{Event, Granted, Outcome, SEMANTICS, Seen, Signal};
use crate::run::ledger::AccountId;
use crate::run::library::keep;
use crate::run::{Damaged, RunState};
use crate::time::Timestamp;

/// An open state folder.
#[derive(Clone)]
pub struct State {
    folder: PathBuf,
    store: Store,
    artifacts: Folder,
}

/// How a run is driven.
pub struct Options {
    pub registry: Registry,
    pub observer: Box<dyn Observer>,
    /// What a person asks of the run.
    pub stop: UnboundedReceiver<Stop>,
    /// How many attempts that need a core may execute at once.
    pub cores: usize,
    pub clock: Arc<dyn Clock>,
    /// What a new run may spend; none: what its pipeline says.
    pub limit: Option<Usd>,
    /// What all runs of the project may spend.
    pub wallet: Wallet,
    /// Buys what other runs may have bought already.
    pub buy_again: bool,
    pub on_copy: OnCopy,
    /// Of all that the plan names.
    pub secrets: Secrets,
    /// What of a run that has ended is done again.
    pub again: Option<Again>,
    /// Versions of kinds that a resumed run may go on with, though it was planned with others.
    pub accept: Vec<(String, u32)>,
    /// Who says so.
    pub by: String,
}

/// What of a run that has ended is done again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Again {
    /// Nodes of the pipeline itself, with all that follows from them.
    pub from: Vec<String>,
    /// Items of its maps, such as `shots[3]`.
    pub redo: Vec<String>,
    /// What `inputs` is for them; none, if it stays as it was.
    pub inputs: Option<Map<String, Json>>,
}

/// What is done about a run that was begun where this state is a copy from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnCopy {
    Refuse,
    /// The run goes on here, and buys under this state's own id.
    TakeOver,
}

/// What became of a message to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    /// Nobody drives the run: it is in its journal. It ended, if that ended it.
    Recorded(Option<Outcome>),
    /// It means nothing to the run, for this reason.
    Refused(String),
    /// It waits for the process that drives the run.
    Left,
}

/// Why a state folder cannot be used, or a run not be driven.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("cannot {doing} {}", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error(transparent)]
    File(#[from] crate::kind::StoreError),
    #[error("another process drives the run {0}")]
    Driven(RunId),
    #[error("a run is under way in this state")]
    InUse,
    #[error("the run {0} was begun elsewhere: this state is a copy, or was restored")]
    Copied(RunId),
    #[error("the secret `{0}` is not set")]
    NoSecret(String),
    #[error("the run {run} cannot be done again: {why}")]
    NotAgain { run: RunId, why: String },
    #[error("the run {run} has ended: {outcome}")]
    Ended { run: RunId, outcome: String },
    #[error("the run {run} was started with version {planned} of `{kind}`; this is version {here}")]
    OtherVersion { run: RunId, kind: String, planned: u32, here: u32 },
    #[error("the project's wallet has no room for the run: {0}")]
    Short(Short),
    #[error("the project has a wallet, and nothing bounds what the run may spend: `{path}`: {why}")]
    NoLimit { path: String, why: String },
    #[error("nothing was started: it was stopped while it waited for the project's wallet")]
    GaveUp,
    #[error("the run {run} needs the kind `{kind}`, which this version does not have")]
    NoKind { run: RunId, kind: String },
}

impl StateError {
    /// Whether a process drives the run, and sees to its purchases itself.
    pub fn is_driven(&self) -> bool {
        matches!(self, Self::Driven(_))
    }
}

impl Options {
    /// Watched by nobody, on the machine's clock and all its cores.
    pub fn new(registry: Registry) -> Self {
        let (_, stop) = tokio::sync::mpsc::unbounded_channel();
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            registry,
            observer: Box::new(Unobserved),
            stop,
            cores,
            clock: Arc::new(SystemClock),
            limit: None,
            wallet: Wallet::default(),
            buy_again: false,
            on_copy: OnCopy::Refuse,
            secrets: Secrets::default(),
            again: None,
            accept: Vec::new(),
            by: String::new(),
        }
    }
}

impl State {
    /// Opens the state folder at `folder`, and makes it if it is not there.
    pub fn open(folder: &Path) -> Result<Self, HostError> {
        let made = ["artifacts", "work", "locks"]
            .iter()
            .try_for_each(|part| std::fs::create_dir_all(folder.join(part)));
        made.map_err(io_error("create the state folder", folder))?;
        // Told here rather than by the journal, which would only know that it cannot be opened.
        rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)
            .map_err(|error| io_error("write to the state folder", folder)(error.into()))?;
        let folder = folder.canonicalize().map_err(io_error("find", folder))?;
        let artifacts = Folder::open(&folder.join("artifacts"))
            .map_err(|error| io_error("create", &folder)(std::io::Error::other(error)))?;
        Ok(Self { store: Store::open(&folder)?, artifacts, folder })
    }

    /// Where it is, absolute.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn artifacts(&self) -> &Folder {
        &self.artifacts
    }

    /// Takes a copy of the file at `path` in, and gives the value that stands for it.
    pub fn import(&self, path: &Path, media_type: &str) -> Result<Json, StateError> {
        let (digest, bytes) = self.artifacts.import(path).map_err(|error| match error {
            crate::kind::StoreError::Io { doing, path, source } => {
                StateError::Io { doing, path, source }
            }
            other => io_error("take in", path)(std::io::Error::other(other)),
        })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(json!({ "$artifact": digest, "media_type": media_type, "bytes": bytes, "name": name }))
    }

    /// Begins a run of `plan` and drives it. `inputs` fit the plan's; `files` stand for its literal files, in order.
    pub async fn start(
        &self,
        plan: &Plan,
        inputs: Map<String, Json>,
        files: Vec<Json>,
        options: Options,
    ) -> Result<Ending, HostError> {
        check_secrets(plan, &options.secrets)?;
        let now = options.clock.now();
        let run = new_id(now);
        let lock = self.lock(&run)?;
        let limit = options.limit;
        let catalog = (!options.wallet.is_unlimited()).then(|| options.registry.catalog());
        let mut host = self.host(&run, 1, now, options);
        let text = serde_json::to_string(plan).expect("plans have text keys and finite numbers");
        let digest = host.shelf.keep_unread(text);
        let files = Json::Array(files);
        let inputs = fill(Json::Object(inputs), &files);
        let facts = json!({
            "id": run, "name": plan.name, "seed": seed(&run), "mode": "local", "started": now.to_string(),
        });
        let mut event = Event::Started {
            run: run.clone(),
            plan: digest,
            semantics: SEMANTICS,
            inputs: keep(&*host.shelf, &inputs),
            files: keep(&*host.shelf, &files),
            facts: keep(&*host.shelf, &facts),
            limit,
            granted: Granted::new(),
        };
        let need = host.need(plan, catalog.as_ref(), &event)?;
        let state = loop {
            let block = host.wait_for_block(&need).await?;
            if let Event::Started { limit, granted, .. } = &mut event {
                *limit = limit.or(need.all.filter(|_| host.wallet.month.is_some()));
                granted.clone_from(&block.granted);
            }
            host.block = Some(block);
            match self.enter(&mut host, plan, digest, &event).await {
                Err(HostError::Store(StoreError::NoRoom(_))) => {} // Another run was quicker.
                entered => break entered.and_then(|()| Ok(begun(plan, &event)?))?,
            }
        };
        host.observer.recorded(plan, &state, &event, now);
        let ending = self.finish(plan, state, host).await;
        drop(lock);
        ending
    }

    async fn enter(
        &self,
        host: &mut Host,
        plan: &Plan,
        digest: Digest,
        event: &Event,
    ) -> Result<(), HostError> {
        let row = RunRow {
            run: host.run.clone(),
            pipeline: plan.name.clone(),
            plan: digest,
            started: host.last,
            finished: None,
            outcome: None,
            epoch: host.epoch,
            home: self.store.id().to_owned(),
            spent: Some(Usd::ZERO),
        };
        let commit = Commit {
            run: host.run.clone(),
            epoch: host.epoch,
            now: host.last,
            body: record::write(std::slice::from_ref(event)),
            values: host.shelf.take_fresh(),
            cached: Vec::new(),
            begin: Some(row),
            finish: None,
            bills: None,
            block: host.block.take(),
            purchases: Vec::new(),
            taken: Vec::new(),
            patience: Patience::Limited,
        };
        host.room = self.store.commit(commit).await?;
        self.store.keep_up();
        Ok(())
    }

    /// Takes up a run that was interrupted, whoever or whatever interrupted it.
    pub async fn resume(&self, run: &RunId, options: Options) -> Result<Ending, HostError> {
        let lock = self.lock(run)?;
        let row = self.store.run(run)?;
        if let (Some(outcome), None) = (&row.outcome, &options.again) {
            let outcome = outcome.clone();
            return Err(StateError::Ended { run: run.clone(), outcome }.into());
        }
        // Runs of the first schema know no home.
        let is_elsewhere = !row.home.is_empty() && row.home != self.store.id();
        if is_elsewhere && options.on_copy == OnCopy::Refuse {
            return Err(StateError::Copied(run.clone()).into());
        }
        let plan = history::plan(&self.store, &row)?;
        let epoch = self.store.take_over(run).await?;
        let (state, last) = self.replay(&plan, &row)?;
        check_secrets(&plan, &options.secrets)?;
        check_kinds(run, &plan, &state, &options)?;
        let reopen = reopening(&state, &plan, run, &options)?;
        survivors::end(run).await;
        drop(std::fs::remove_dir_all(self.work(run))); // Work folders are per delivery: nothing in it is asked for.
        let is_reopened = reopen.is_some();
        let catalog = (!options.wallet.is_unlimited()).then(|| options.registry.catalog());
        let mut begins = accepted(run, epoch, &options);
        begins.extend(reopen.map(|reopen| Seen::Signal {
            id: format!("again-{epoch}").into(),
            what: Signal::Reopen(reopen),
        }));
        let mut host = self.host(run, epoch, last, options);
        if is_reopened {
            let need = host.need_again(&plan, catalog.as_ref(), &state)?;
            host.block = Some(host.wait_for_block(&need).await?);
        }
        host.begins = begins;
        let ending = self.finish(&plan, state, host).await;
        drop(lock);
        ending
    }

    /// The state of a run as its journal tells it, and the moment of its last tick.
    fn replay(&self, plan: &Plan, row: &RunRow) -> Result<(RunState, Timestamp), HostError> {
        let (mut state, mut last) = (RunState::default(), row.started);
        for tick in self.store.journal(&row.run)? {
            last = tick.now;
            for event in &tick.events {
                state.apply(plan, event)?;
            }
        }
        Ok((state, last))
    }

    /// Sends `message` to `run`. If nobody drives it, this process makes the one tick that takes it in.
    pub async fn deliver(
        &self,
        run: &RunId,
        message: &Message,
        options: Options,
    ) -> Result<Delivered, HostError> {
        let row = self.store.run(run)?;
        self.store.send(run, message, options.clock.now())?;
        let lock = match self.lock(run) {
            Ok(lock) => lock,
            Err(StateError::Driven(_)) => return Ok(Delivered::Left),
            Err(error) => return Err(error.into()),
        };
        let plan = history::plan(&self.store, &row)?;
        let epoch = self.store.take_over(run).await?;
        let (mut state, last) = self.replay(&plan, &row)?;
        let mut host = self.host(run, epoch, last, options);
        host.last = host.last.max(host.clock.now());
        let mut seen = host.inbox.hear(self.store.inbox(run)?);
        if state.outcome().is_none() {
            seen.push(host.drain("message")); // What follows from it is for the process that resumes the run.
        }
        let refused = host.keep_to_wallet(&plan, &state, &mut seen)?;
        let tick = state.tick(&plan, &*host.shelf, seen, host.last)?;
        host.append(&state, &tick).await?;
        drop(lock);
        let mut refused = refused.into_iter().chain(tick.refused);
        if let Some((_, why)) = refused.find(|(id, _)| *id == message.id) {
            return Ok(Delivered::Refused(why));
        }
        Ok(Delivered::Recorded(tick.outcome))
    }

    async fn finish(
        &self,
        plan: &Plan,
        mut state: RunState,
        mut host: Host,
    ) -> Result<Ending, HostError> {
        let began = Instant::now();
        let how = drive(plan, &mut state, &mut host).await;
        if how.is_err() {
            host.executor.stop().await; // The journal takes nothing more: nothing may go on.
        }
        let how = how?;
        drop(std::fs::remove_dir_all(self.work(&host.run)));
        Ok(Ending {
            run: host.run.clone(),
            how,
            tally: state.tally(),
            failures: state.failures().to_vec(),
            output: output_json(&*host.shelf, state.result())?,
            spent: state.ledger().spent(AccountId::RUN),
            open: state.open_count(),
            took: began.elapsed(),
        })
    }

    pub(super) fn host(&self, run: &RunId, epoch: u64, last: Timestamp, options: Options) -> Host {
        let Options { registry, observer, stop, cores, clock, secrets, wallet, buy_again, .. } =
            options;
        let values = Arc::new(Shelf::new(registry, self.store.clone()));
        let (artifacts, work) = (self.artifacts.clone(), self.work(run));
        let executor = Executor::new(
            run.clone(),
            Arc::clone(&values),
            artifacts.clone(),
            work,
            Arc::clone(&clock),
            cores,
            secrets,
        );
        Host {
            run: run.clone(),
            epoch,
            store: self.store.clone(),
            shelf: values,
            artifacts,
            executor,
            clock,
            last,
            observer,
            stop,
            draining: false,
            room: Room::Enough,
            inbox: Inbox::new(),
            told: Vec::new(),
            begins: Vec::new(),
            wallet,
            block: None,
            twins: Twins::new(self.clone(), buy_again),
        }
    }

    fn work(&self, run: &RunId) -> PathBuf {
        self.folder.join("work").join(run.as_str())
    }

    /// The lock of the one process that may drive `run`, and a share of the lock against cleaning; the kernel frees both
    /// when the process ends.
    pub(super) fn lock(&self, run: &RunId) -> Result<(File, File), StateError> {
        let shared = self.whole_lock()?;
        shared.lock_shared().map_err(io_error("lock", &self.folder))?;
        let path = self.folder.join("locks").join(run.as_str());
        let file = File::create(&path).map_err(io_error("create", &path))?;
        match file.try_lock() {
            Ok(()) => Ok((file, shared)),
            Err(TryLockError::WouldBlock) => Err(StateError::Driven(run.clone())),
            Err(TryLockError::Error(source)) => Err(StateError::Io { doing: "lock", path, source }),
        }
    }

    /// The lock of a process that no run may be driven beside.
    pub(super) fn lock_all(&self) -> Result<File, StateError> {
        let file = self.whole_lock()?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse),
            Err(TryLockError::Error(source)) => Err(io_error("lock", &self.folder)(source)),
        }
    }

    fn whole_lock(&self) -> Result<File, StateError> {
        let path = self.folder.join("locks").join("all");
        File::create(&path).map_err(io_error("create", &path))
    }
}

fn begun(plan: &Plan, started: &Event) -> Result<RunState, Damaged> {
    let mut state = RunState::default();
    state.apply(plan, started)?;
    Ok(state)
}

/// Puts files in place of `{"$file": index}`.
pub(super) fn fill(json: Json, files: &Json) -> Json {
    match json {
        Json::Object(fields) => match fields.get("$file").and_then(Json::as_u64) {
            Some(index) => {
                files.get(usize::try_from(index).unwrap_or(usize::MAX)).cloned().unwrap_or_default()
            }
            None => Json::Object(
                fields.into_iter().map(|(key, value)| (key, fill(value, files))).collect(),
            ),
        },
        Json::Array(items) => items.into_iter().map(|item| fill(item, files)).collect(),
        other => other,
    }
}

/// `20261120-091500-3f2a9c`: the moment in UTC, and enough chance to tell runs of one second apart.
fn new_id(now: Timestamp) -> RunId {
    let moment: String = now.to_string().chars().filter(char::is_ascii_digit).take(14).collect();
    let (day, time) = moment.split_at(moment.len().min(8));
    let chance = uuid::Uuid::now_v7().simple().to_string();
    RunId::new(&format!("{day}-{time}-{}", &chance[26..]))
}

/// A number that is the run's own, exact in every JSON reader.
fn seed(run: &RunId) -> u64 {
    let hash = Digest::of(run.as_str().as_bytes());
    let mut bytes = [0; 8];
    bytes[..6].copy_from_slice(&hash.as_bytes()[..6]);
    u64::from_le_bytes(bytes)
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> StateError {
    let path = path.to_owned();
    move |source| StateError::Io { doing, path, source }
}
