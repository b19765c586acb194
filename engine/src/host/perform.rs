//! How does a recorded attempt become work, and its end something seen?
//!
//! Admission is the core's; what executes at once is bounded here, by the cores of the machine.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::artifacts::Folder;
use super::attempt::Delivery;
use super::clock::Clock;
use super::folders::Folders;
use super::harvest::Asked;
use super::shelf::Shelf;
use crate::kind::catalog::Weight;
use crate::kind::registry::Performer;
use crate::kind::{Class, Failure, Secrets, Slot, Step};
use crate::name::RunId;
use crate::plan::graph::{Call, Plan};
use crate::run::event::{AttemptId, PurchaseId, Request, Value};
use crate::run::library::{keep, read};
use crate::run::purchase::{Purchase, Receipt};
use crate::run::{RunState, Task};
use crate::schema::Schema;
use crate::time::Timestamp;

/// How long a cancelled attempt may take to end its processes before it is dropped.
const GRACE: Duration = Duration::from_secs(5);

/// How long an end may wait for others to be committed with it, while the cores have other work: so often so long, unless
/// something comes that cannot wait.
const GATHERINGS: u32 = 4;
const GATHERING: Duration = Duration::from_millis(1);

/// How long is looked for a purchase that nobody waits for, unless its absence can be believed after longer.
const ONE_LOOK: Duration = Duration::from_secs(2);

/// What is taken of the news at once.
const MOST_NEWS: usize = 1024;

/// What the tasks of attempts report.
pub(super) enum News {
    Done {
        attempt: AttemptId,
        output: Value,
        took: Duration,
    },
    Failed {
        attempt: AttemptId,
        path: String,
        failure: Failure,
        took: Duration,
    },
    Began {
        attempt: AttemptId,
        path: String,
    },
    Progressed {
        attempt: AttemptId,
        path: String,
        done: f64,
    },
    /// An attempt tells of one of its purchases, and waits until it is durable.
    Went {
        purchase: PurchaseId,
        step: Step,
        receipt: oneshot::Sender<Receipt>,
    },
    /// A task that was waiting for its turn went away, because the run drains.
    Withdrew,
}

impl News {
    /// Whether nobody stands still until it is recorded, and nothing is decided by it but what follows.
    fn can_wait(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Began { .. } | Self::Progressed { .. })
    }
}

/// Executes attempts, each in a task of its own.
pub(super) struct Executor {
    shared: Arc<Shared>,
    tasks: TaskTracker,
    news: UnboundedReceiver<News>,
}

struct Shared {
    run: RunId,
    shelf: Arc<Shelf>,
    artifacts: Folder,
    folders: Arc<Folders>,
    clock: Arc<dyn Clock>,
    secrets: Secrets,
    cores: Semaphore,
    executing: AtomicUsize,
    /// Tasks that wait for their turn.
    waiting: AtomicUsize,
    /// Whatever waits for its turn goes away.
    draining: CancellationToken,
    /// Whatever costs nothing is ended; what is paid for is told, and lands.
    cancelling: CancellationToken,
    /// Whatever executes is ended.
    stopping: CancellationToken,
    news: UnboundedSender<News>,
}

/// One attempt to execute.
struct Job {
    attempt: AttemptId,
    delivery: u32,
    request: Request,
    kind: Box<str>,
    output: Schema,
    weight: Weight,
    timeout: Option<Duration>,
    until: Option<Timestamp>,
    key: String,
    path: String,
    reference: String,
    /// By port, the secrets that stand in it.
    secrets: BTreeMap<String, Secrets>,
    purchases: BTreeMap<Slot, Purchase>,
    doubt_wait: Duration,
    /// Whether it may buy; else its purchases are only looked for and fetched.
    sends: bool,
}

impl Executor {
    pub(super) fn new(
        run: RunId,
        shelf: Arc<Shelf>,
        artifacts: Folder,
        work: PathBuf,
        clock: Arc<dyn Clock>,
        cores: usize,
        secrets: Secrets,
    ) -> Self {
        let (sender, news) = unbounded_channel();
        let shared = Shared {
            run,
            shelf,
            artifacts,
            folders: Folders::within(work),
            clock,
            secrets,
            cores: Semaphore::new(cores.max(1)),
            executing: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            draining: CancellationToken::new(),
            cancelling: CancellationToken::new(),
            stopping: CancellationToken::new(),
            news: sender,
        };
        Self { shared: Arc::new(shared), tasks: TaskTracker::new(), news }
    }

    /// Starts the open attempt `attempt` of `run`.
    pub(super) fn execute(&self, plan: &Plan, run: &RunState, attempt: AttemptId) {
        let Some(Task { call, timeout, until, request, path }) = run.task(plan, attempt) else {
            return; // Not open any more: its end was seen in the same tick.
        };
        let kind = plan.kind(&call.kind);
        let job = Job {
            attempt,
            delivery: run.delivery(attempt).unwrap_or(1),
            request: request.clone(),
            kind: call.kind.as_str().into(),
            output: kind.output.clone(),
            weight: kind.weight,
            timeout,
            until,
            key: run.attempt_key(plan, attempt),
            path,
            reference: run.reference(plan, attempt.at),
            secrets: self.secrets_of(call),
            purchases: run.purchases_of(attempt).map(|(slot, it)| (slot, it.clone())).collect(),
            doubt_wait: run.doubt(plan, attempt.at).unwrap_or_default().wait,
            sends: true,
        };
        self.begin(job);
    }

    /// Delivers an attempt that is over once more: its purchases are looked for and fetched, and nothing is bought.
    pub(super) fn look_after(
        &self,
        plan: &Plan,
        run: &RunState,
        attempt: AttemptId,
        asked: &Asked,
    ) -> bool {
        let Some(kind) = plan.kinds.get(&*asked.kind) else { return false };
        self.begin(Job {
            attempt,
            delivery: run.delivery(attempt).unwrap_or(1) + 1,
            request: asked.request.clone(),
            kind: asked.kind.clone(),
            output: kind.output.clone(),
            weight: Weight::Light,
            timeout: None,
            until: None,
            key: asked.key.clone(),
            path: asked.path.clone(),
            reference: asked.reference.clone(),
            secrets: BTreeMap::new(),
            purchases: run.purchases_of(attempt).map(|(slot, it)| (slot, it.clone())).collect(),
            doubt_wait: ONE_LOOK,
            sends: false,
        });
        true
    }

    fn begin(&self, job: Job) {
        let shared = Arc::clone(&self.shared);
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        self.tasks.spawn(async move {
            let withdrew = execute(&shared, job).await.is_none();
            shared.executing.fetch_sub(usize::from(!withdrew), Ordering::SeqCst);
            if withdrew {
                drop(shared.news.send(News::Withdrew)); // The run is over: nobody waits.
            }
        });
    }

    fn secrets_of(&self, call: &Call) -> BTreeMap<String, Secrets> {
        if self.shared.secrets.is_empty() {
            return BTreeMap::new();
        }
        let of = |(port, names)| (port, self.shared.secrets.only(&names));
        call.secrets().into_iter().map(of).collect()
    }

    /// What the tasks report next: all that is there, at least one. While others wait for their turn, nothing stands still
    /// for want of a commit: ends are gathered, one sync for many.
    pub(super) async fn news(&mut self, into: &mut Vec<News>) {
        self.news.recv_many(into, MOST_NEWS).await;
        let mut seen = 0;
        for _ in 0..GATHERINGS {
            if self.shared.waiting.load(Ordering::SeqCst) == 0
                || !into[seen..].iter().all(News::can_wait)
            {
                return;
            }
            seen = into.len();
            tokio::time::sleep(GATHERING).await; // Not woken by each of them.
            while let Ok(news) = self.news.try_recv() {
                into.push(news);
            }
        }
    }

    /// Lets nothing start that waits for its turn.
    pub(super) fn drain(&self) {
        self.shared.draining.cancel();
    }

    /// Ends what costs nothing, and lets land what is paid for.
    pub(super) fn cancel(&self) {
        self.shared.cancelling.cancel();
    }

    /// Whether nothing executes and nothing that ended is still to be reported.
    pub(super) fn is_idle(&self) -> bool {
        self.shared.executing.load(Ordering::SeqCst) == 0 && self.news.is_empty()
    }

    /// Ends whatever executes, and waits for it.
    pub(super) async fn stop(&self) {
        self.drain();
        self.shared.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Waits for its turn, makes the attempt, reports its end. None: withdrew before its turn.
async fn execute(shared: &Arc<Shared>, job: Job) -> Option<()> {
    let needs_core = job.weight == Weight::Core;
    let turn = tokio::select! {
        biased;
        () = shared.draining.cancelled() => Turn::Withdrawn,
        () = shared.cancelling.cancelled() => Turn::Free,
        () = sleep_until(shared, job.until) => Turn::Free,
        core = shared.cores.acquire(), if needs_core => core.map_or(Turn::Free, Turn::Core),
        () = std::future::ready(()), if !needs_core => Turn::Free,
    };
    shared.waiting.fetch_sub(1, Ordering::SeqCst);
    if matches!(turn, Turn::Withdrawn) {
        return None;
    }
    shared.executing.fetch_add(1, Ordering::SeqCst);
    let began = Instant::now();
    drop(shared.news.send(News::Began { attempt: job.attempt, path: job.path.clone() }));
    let made = make(shared, &job).await.without(&job.secrets);
    let (attempt, took) = (job.attempt, began.elapsed());
    let news = match made {
        Made::Stopped => return Some(()), // Open in the journal: a resumed run makes it again.
        Made::Done(output) => News::Done { attempt, output: keep(&*shared.shelf, &output), took },
        Made::Failed(failure) => News::Failed { attempt, path: job.path, failure, took },
    };
    drop(shared.news.send(news)); // The run is over: nobody waits.
    Some(())
}

/// How a task came to its turn.
enum Turn<'s> {
    /// It holds a core until its end.
    Core(#[expect(dead_code, reason = "held, not read")] SemaphorePermit<'s>),
    /// It needs none, or has nothing to do but to tell why it ends.
    Free,
    Withdrawn,
}

enum Made {
    Done(Json),
    Failed(Failure),
    Stopped,
}

impl Made {
    /// The same without any secret that the attempt was given.
    fn without(self, secrets: &BTreeMap<String, Secrets>) -> Self {
        secrets.values().fold(self, |made, secrets| match made {
            Self::Done(output) => Self::Done(secrets.hide(output)),
            Self::Failed(failure) => Self::Failed(Failure {
                message: secrets.hide_text(failure.message),
                help: failure.help.map(|help| secrets.hide_text(help)),
                ..failure
            }),
            Self::Stopped => Self::Stopped,
        })
    }
}

/// `input` with the values of its secrets, each in its port.
fn revealed(input: Json, secrets: &BTreeMap<String, Secrets>) -> Json {
    let Json::Object(mut ports) = input else { return input };
    for (port, secrets) in secrets {
        if let Some(value) = ports.get_mut(port) {
            *value = secrets.reveal(value.take());
        }
    }
    Json::Object(ports)
}

/// Makes the attempt in a folder of its own, within its time.
async fn make(shared: &Arc<Shared>, job: &Job) -> Made {
    let name =
        format!("{}-{}-{}", job.attempt.at.scope.0, job.attempt.at.node.0, job.attempt.number);
    let folder = shared.folders.lend(format!("{name}-{}", job.delivery));
    let delivery = Delivery {
        attempt: job.attempt,
        run: shared.run.clone(),
        key: job.key.clone(),
        path: job.path.clone(),
        reference: job.reference.clone(),
        times: job.delivery,
        provider: job.request.provider.clone(),
        model: job.request.model.clone(),
        purchases: Mutex::new(job.purchases.clone()),
        shelf: Arc::clone(&shared.shelf),
        doubt_wait: job.doubt_wait,
        sends: job.sends,
        folder,
        cancelled: shared.cancelling.child_token(),
        artifacts: shared.artifacts.clone(),
        clock: Arc::clone(&shared.clock),
        news: shared.news.clone(),
        secrets: job.secrets.clone(),
    };
    make_within(shared, job, &delivery).await
}

async fn make_within(shared: &Arc<Shared>, job: &Job, delivery: &Delivery) -> Made {
    let input = match read(&*shared.shelf, &job.request.input) {
        Ok(input) => revealed(Arc::unwrap_or_clone(input), &job.secrets),
        Err(lost) => return Made::Failed(Failure::new(Class::Storage, lost.to_string())),
    };
    let Some((_, Performer::Attempt(kind))) = shared.shelf.registry().get(&job.kind) else {
        return Made::Failed(Failure::new(
            Class::Missing,
            format!("this version has no kind `{}`", job.kind),
        ));
    };
    let making = AssertUnwindSafe(kind.make(delivery, input)).catch_unwind();
    tokio::pin!(making);
    let is_free = job.request.hold.is_none() && job.purchases.is_empty();
    let cause = tokio::select! {
        biased;
        () = shared.cancelling.cancelled(), if is_free => Cause::Cancelled,
        made = &mut making => return finished(job, made),
        () = sleep_until(shared, job.until) => Cause::Expired,
        () = shared.stopping.cancelled() => Cause::Stopped,
        () = sleep(shared, job.timeout) => Cause::Timeout(job.timeout.unwrap_or_default()),
    };
    delivery.cancelled.cancel();
    tokio::select! {
        _ = &mut making => {}
        () = tokio::time::sleep(GRACE) => {}
    }
    match cause {
        Cause::Timeout(timeout) => {
            let message = format!("no end within its timeout of {timeout:?}");
            Made::Failed(
                Failure::new(Class::Timeout, message)
                    .help("raise `timeout:`, or give it less to do"),
            )
        }
        Cause::Expired => {
            Made::Failed(Failure::new(Class::Timeout, "its body did not end within its `timeout`"))
        }
        Cause::Cancelled => Made::Failed(Failure::new(Class::Cancelled, "the run was cancelled")),
        Cause::Stopped => Made::Stopped,
    }
}

/// Why an attempt is ended before its end.
enum Cause {
    Timeout(Duration),
    Cancelled,
    /// The time of a body around it is over.
    Expired,
    Stopped,
}

async fn sleep(shared: &Shared, time: Option<Duration>) {
    match time {
        Some(time) => shared.clock.sleep_until(shared.clock.now().after(time)).await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(shared: &Shared, until: Option<Timestamp>) {
    match until {
        Some(until) => shared.clock.sleep_until(until).await,
        None => std::future::pending().await,
    }
}

/// Holds what the kind gave against its own schema.
fn finished(job: &Job, made: Result<Result<Json, Failure>, Box<dyn std::any::Any + Send>>) -> Made {
    let output = match made {
        Ok(Ok(output)) => output,
        Ok(Err(failure)) => return Made::Failed(failure),
        Err(panic) => {
            let said = panic.downcast_ref::<&str>().map(|said| (*said).to_owned());
            let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            let message = format!("`{}` has a bug: {said}", job.kind);
            return Made::Failed(Failure::new(Class::Internal, message));
        }
    };
    let violations: Vec<_> =
        job.output.violations(&output).iter().map(ToString::to_string).collect();
    if violations.is_empty() {
        return Made::Done(output);
    }
    let message =
        format!("the output of `{}` breaks its own schema: {}", job.kind, violations.join("; "));
    Made::Failed(Failure::new(Class::Output, message))
}
