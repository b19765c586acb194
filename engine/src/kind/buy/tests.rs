//! `buy` and `order` alone, on a provider and a journal that stand outside of what is killed.
//!
//! Every case is one purchase: what the network does with its request, what becomes of the job, how its list lies, and up
//! to two kills, each at one of the awaits. The provider's own book judges.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Future, pending};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value as Json, json};

use super::*;
use crate::kind::mutant::with;
use crate::kind::purchase::{Bill, Source};
use crate::kind::{Artifacts, StoreError, Value};
use crate::money::Usd;
use crate::time::Timestamp;

/// What the network does with the bytes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Answered,
    /// It arrives at once, and its answer does not.
    AnswerLost,
    /// It arrives just before the send deadline, when its sender may be dead.
    Late,
    Lost,
    Refused,
    /// Something on the way posts it twice: two jobs, unless their id is the client's.
    Twice,
}

/// What becomes of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// It succeeds, and is billed.
    Lands,
    /// Once it has succeeded, it is told to be running again; and the first file that comes is cut off.
    Flickers,
    /// It is refused by moderation, and billed.
    Moderated,
    /// Its result is gone before anybody fetches it, and no bill tells what it cost.
    Gone,
}

/// What becomes of the job, and how much later than declared its list shows it, because its clock is not ours.
type Course = (Turn, Duration);

const PLAIN: Course = (Turn::Lands, Duration::ZERO);

const COURSES: [Course; 5] = [
    PLAIN,
    (Turn::Lands, Duration::from_mins(10)),
    (Turn::Flickers, Duration::ZERO),
    (Turn::Moderated, Duration::ZERO),
    (Turn::Gone, Duration::ZERO),
];

const FATES: [Fate; 6] =
    [Fate::Answered, Fate::AnswerLost, Fate::Late, Fate::Lost, Fate::Refused, Fate::Twice];

const KINDS: [RecoveryKind; 4] = [
    RecoveryKind::None,
    RecoveryKind::ClientId,
    RecoveryKind::ListWithEcho,
    RecoveryKind::ListFinishedOnly,
];

const DEADLINE: Duration = Duration::from_mins(1);
const LAG: Duration = Duration::from_secs(20);
/// From the arrival of a request to its result.
const WORK: Duration = Duration::from_secs(45);
const RESULT: &[u8] = b"a moving picture";
const PRICE: i64 = 50_000;
/// In micro-dollars; what the provider bills where it does: less than its price for what lands, and more where nothing does.
const LANDED: i64 = 30_000;
const MODERATED: i64 = 60_000;

#[derive(Clone, Copy, Debug)]
struct Case {
    kind: RecoveryKind,
    /// Of the first request and of all later ones.
    fates: [Fate; 2],
    course: Course,
    /// The number of the await at which each life dies, before it takes effect or just after.
    kills: [Option<usize>; 2],
}

/// All that outlives a process: the journal, the stored files, the provider, the time.
struct World {
    case: Case,
    now: Timestamp,
    life: usize,
    /// Awaits of this life so far.
    awaits: usize,
    claimed: Option<Timestamp>,
    job: Option<Job>,
    closed: Option<Step>,
    stored: BTreeSet<Digest>,
    /// The provider's book: jobs by the moment of their arrival.
    book: Vec<Timestamp>,
    requests: usize,
    /// Files that were fetched.
    fetches: usize,
    /// It was told once that the job has succeeded, and after that that it has not.
    flickered: [bool; 2],
    /// Looked at so far; every third look is not answered.
    looks: usize,
    /// A life died between its claim and the record of a job, or the answer to a request was lost.
    excused: bool,
    broken: Vec<&'static str>,
}

#[derive(Clone)]
struct Shared(Arc<Mutex<World>>);

impl Shared {
    fn new(case: Case) -> Self {
        Self(Arc::new(Mutex::new(World {
            case,
            now: Timestamp(1_000),
            life: 0,
            awaits: 0,
            claimed: None,
            job: None,
            closed: None,
            stored: BTreeSet::new(),
            book: Vec::new(),
            requests: 0,
            fetches: 0,
            flickered: [false; 2],
            looks: 0,
            excused: false,
            broken: Vec::new(),
        })))
    }

    fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        work(&mut self.0.lock().expect("one thread"))
    }

    /// A moment at which the process may die.
    async fn may_die(&self) {
        let dies = self.world(|world| {
            world.awaits += 1;
            let kill = world.case.kills.get(world.life).copied().flatten();
            kill == Some(world.awaits)
        });
        if dies {
            pending::<()>().await;
        }
    }

    /// `work` as something durable: the process may die before it and after it.
    async fn durable<T>(&self, work: impl FnOnce(&mut World) -> T + Send) -> T {
        self.may_die().await;
        let done = self.world(work);
        self.may_die().await;
        done
    }
}

impl World {
    /// One more request reaches the provider, or not.
    fn send(&mut self) -> Result<Job, SubmitError> {
        let fate = self.case.fates[self.requests.min(1)];
        self.requests += 1;
        let unknown = Err(SubmitError::OutcomeUnknown("no answer".into()));
        match fate {
            Fate::Refused => return Err(SubmitError::Refused(Failure::input("no"))),
            Fate::Lost => {
                self.excused = true;
                return unknown;
            }
            Fate::Answered | Fate::AnswerLost | Fate::Late | Fate::Twice => {}
        }
        let late = fate == Fate::Late;
        let arrives = if late { self.now.after(DEADLINE) } else { self.now };
        let reused = !self.book.is_empty() && self.case.kind == RecoveryKind::ClientId;
        if reused {
            // Whichever arrives first makes the job.
            self.book[0] = self.book[0].min(arrives);
        } else {
            self.book.push(arrives);
            if fate == Fate::Twice && self.case.kind != RecoveryKind::ClientId {
                self.book.push(arrives);
            }
        }
        self.excused |= fate != Fate::Answered;
        match fate {
            Fate::Answered | Fate::Twice if reused => {
                Err(SubmitError::Refused(Failure::input("the id is used")))
            }
            Fate::Answered | Fate::Twice => Ok(job(self.book.len() - 1)),
            _ => unknown,
        }
    }

    fn recover(&mut self) -> Result<Recovery, ProviderError> {
        self.looks += 1;
        if self.looks.is_multiple_of(3) {
            return Err(ProviderError("unreachable".into()));
        }
        let hidden = match self.case.kind {
            RecoveryKind::ClientId => Duration::ZERO,
            RecoveryKind::ListWithEcho => LAG,
            _ => LAG + WORK,
        } + self.case.course.1;
        let listed = |arrived: &Timestamp| arrived.after(hidden) <= self.now;
        let found: Vec<_> =
            (0..self.book.len()).filter(|index| listed(&self.book[*index])).map(job).collect();
        Ok(match found.as_slice() {
            [] => Recovery::NotFound,
            [one] => Recovery::Found(one.clone()),
            _ => Recovery::Ambiguous(found),
        })
    }

    /// How the job stands.
    fn status(&mut self) -> Status {
        if self.book[0].after(WORK) > self.now {
            return Status::Running(None);
        }
        match self.case.course.0 {
            Turn::Lands => Status::Succeeded { bill: Some(Usd::from_micros(LANDED)) },
            Turn::Flickers if self.flickered == [true, false] => {
                self.flickered[1] = true;
                Status::Running(None)
            }
            Turn::Flickers => {
                self.flickered[0] = true;
                Status::Succeeded { bill: Some(Usd::from_micros(LANDED)) }
            }
            Turn::Moderated => Status::Failed {
                failure: Failure::new(Class::Moderated, "not this"),
                bill: Some(Usd::from_micros(MODERATED)),
            },
            Turn::Gone => Status::Gone,
        }
    }

    /// What the purchase must be booked at, once its job has ended.
    fn bill(&self) -> Bill {
        let (micros, source) = match self.case.course.0 {
            Turn::Lands | Turn::Flickers => (LANDED, Source::Provider),
            Turn::Moderated => (MODERATED, Source::Provider),
            Turn::Gone => (PRICE, Source::Table),
        };
        Bill { amount: Usd::from_micros(micros), source }
    }

    fn record(&mut self, step: Step) -> bool {
        if let Step::Landed { output: Value::Inline(text), .. } = &step {
            let delivered: Delivered = serde_json::from_str(text).expect("a delivery");
            if delivered.files.values().any(|file| !self.stored.contains(&file.digest)) {
                self.broken.push("a result was recorded before its file was stored");
            }
            if delivered.files.is_empty() {
                self.broken.push("a result was recorded without its file");
            }
        }
        match step {
            Step::Accepted { job, .. } => self.job = Some(job),
            Step::Doubted => {}
            step => self.closed = Some(step),
        }
        true
    }
}

fn job(index: usize) -> Job {
    Job { provider: "test".into(), id: format!("job-{index}").into(), urls: BTreeMap::new() }
}

#[async_trait]
impl Provider for Shared {
    fn name(&self) -> &'static str {
        "test"
    }

    fn declared(&self) -> Declared {
        let kind = self.world(|world| world.case.kind);
        Declared {
            recovery: kind,
            refuses_reuse: kind == RecoveryKind::ClientId,
            send_deadline: DEADLINE,
            list_lag: Some(LAG),
            absence: Some("this one"),
            cancel: CancelClass::None,
            poll: Duration::from_secs(10),
        }
    }

    async fn submit(&self, _: &Request, _: &str) -> Result<Job, SubmitError> {
        self.durable(|world| {
            if world.closed.is_some() {
                world.broken.push("a closed purchase was sent");
            }
            world.send()
        })
        .await
    }

    async fn recover(&self, _: &Request, _: &str) -> Result<Recovery, ProviderError> {
        self.durable(World::recover).await
    }

    async fn poll(&self, job: &Job) -> Result<Status, ProviderError> {
        self.durable(|world| {
            if world.job.as_ref() != Some(job) {
                world.broken.push("a job was polled before it was recorded");
            }
            if world.closed.is_some() {
                world.broken.push("a closed purchase was asked for again");
            }
            Ok(world.status())
        })
        .await
    }

    async fn fetch(&self, _: &Job, _: &Path) -> Result<Fetched, ProviderError> {
        self.durable(|world| {
            world.fetches += 1;
            let is_cut = world.case.course.0 == Turn::Flickers && world.fetches == 1;
            let asset = Asset {
                path: PathBuf::from("result"),
                media_type: "video/mp4".into(),
                bytes: Some(RESULT.len() as u64 + u64::from(is_cut)),
                digest: None,
            };
            Ok(Fetched { files: [("video".to_owned(), asset)].into(), facts: Json::Null })
        })
        .await
    }

    async fn cancel(&self, _: &Job) -> Result<(), ProviderError> {
        Ok(())
    }
}

#[async_trait]
impl Artifacts for Shared {
    async fn open(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        Err(StoreError::Missing(*digest))
    }

    async fn keep(&self, _: &Path) -> Result<(Digest, u64), StoreError> {
        self.durable(|world| world.stored.insert(Digest::of(RESULT))).await;
        Ok((Digest::of(RESULT), RESULT.len() as u64))
    }
}

#[async_trait]
impl Attempt for Shared {
    fn key(&self) -> &'static str {
        "run/clip#1"
    }

    fn path(&self) -> &'static str {
        "clip"
    }

    fn number(&self) -> u16 {
        1
    }

    fn delivery(&self) -> u32 {
        self.world(|world| u32::try_from(world.life).expect("few") + 1)
    }

    fn provider(&self) -> &'static str {
        "test"
    }

    fn model(&self) -> &'static str {
        ""
    }

    fn folder(&self) -> &Path {
        Path::new("folder")
    }

    fn environment(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    async fn sleep(&self, time: Duration) -> Timestamp {
        self.durable(|world| {
            world.now = world.now.after(time);
            world.now
        })
        .await
    }

    fn progress(&self, _: f64) {}

    async fn cancelled(&self) {
        pending::<()>().await;
    }

    fn artifacts(&self) -> &dyn Artifacts {
        self
    }

    fn client_ref(&self, slot: Slot) -> String {
        client_ref("state", &RunId::new("run"), "clip", 1, slot)
    }

    async fn job(&self, _: Slot) -> Option<Job> {
        self.durable(|world| world.job.clone()).await
    }

    async fn arm(&self, _: Slot, _: Digest) -> Result<Armed, NotRecorded> {
        self.durable(|world| {
            let armed = if world.claimed.is_some() { Armed::Before } else { Armed::First };
            world.claimed = world.claimed.or(Some(world.now));
            Ok(armed)
        })
        .await
    }

    async fn record(&self, _: Slot, step: Step) -> bool {
        self.durable(|world| world.record(step)).await
    }

    fn last_send(&self, _: Slot) -> Option<Timestamp> {
        self.world(|world| world.claimed)
    }

    fn keep(&self, output: &Json) -> Value {
        Value::Inline(output.to_string().into())
    }

    async fn read(&self, output: &Value) -> Option<Json> {
        match output {
            Value::Inline(text) => serde_json::from_str(text).ok(),
            Value::Stored(_) => None,
        }
    }

    async fn closed(&self, _: Slot) -> Option<Step> {
        self.durable(|world| world.closed.clone()).await
    }

    fn doubt_wait(&self) -> Duration {
        Duration::from_mins(10)
    }
}

/// Runs one case to its end, and says what is wrong with it; and whether each kill was reached.
fn play(case: Case) -> (Result<Cell, String>, [bool; 2]) {
    let shared = Shared::new(case);
    let request = Request {
        model: String::new(),
        body: json!({ "prompt": "x" }),
        price: Usd::from_micros(PRICE),
    };
    let mut reached = [false; 2];
    let mut died = "never";
    for life in 0..3 {
        let sent_before = shared.world(|world| {
            (world.life, world.awaits) = (life, 0);
            (world.closed.is_some(), world.requests)
        });
        let made = {
            let order = pin!(order(&shared, 0, &shared, &request));
            let mut order = order;
            order.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        if let Poll::Ready(ended) = made {
            return (judge(&shared, &ended, died), reached);
        }
        reached[life] = true;
        died = shared.world(|world| {
            if sent_before.0 && world.requests > sent_before.1 {
                world.broken.push("a closed purchase was sent");
            }
            world.excused |= world.claimed.is_some() && world.job.is_none();
            row(world)
        });
    }
    (Err("the third life died, and nobody killed it".into()), reached)
}

/// Which row of the matrix the death of a life belongs to.
fn row(world: &World) -> &'static str {
    match (&world.closed, &world.job, world.claimed) {
        (Some(_), _, _) => "closed",
        (None, Some(_), _) if !world.stored.is_empty() => "stored, not landed",
        (None, Some(_), _) => "accepted",
        (None, None, Some(_)) if world.requests > 0 => "sent, not accepted",
        (None, None, Some(_)) => "armed, not sent",
        (None, None, None) => "before armed",
    }
}

/// Row and outcome of a case that is right.
type Cell = (&'static str, &'static str);

/// Holds the end of a purchase against the provider's book.
fn judge(
    shared: &Shared,
    ended: &Result<Delivered, Failure>,
    died: &'static str,
) -> Result<Cell, String> {
    shared.world(|world| {
        if let Some(broken) = world.broken.first() {
            return Err((*broken).to_owned());
        }
        let is_safe = world.case.kind == RecoveryKind::ClientId;
        if world.requests > 1 && !is_safe {
            return Err(format!("{} requests for one purchase", world.requests));
        }
        let is_doubled = world.case.fates[0] == Fate::Twice && !is_safe;
        if world.book.len() > 1 && !is_doubled {
            return Err(format!("{} jobs for one purchase", world.book.len()));
        }
        let bought = !world.book.is_empty();
        match ended {
            Ok(delivered) => {
                let file = delivered.files.get("video").ok_or("no file")?;
                let landed = matches!(&world.closed, Some(Step::Landed { bill, .. }) if *bill == world.bill());
                if bought && landed && file.digest == Digest::of(RESULT) {
                    Ok((died, "landed"))
                } else {
                    Err("a result that nobody made".into())
                }
            }
            Err(failure) if failure.class == Class::InDoubt => {
                let may_doubt = match world.case.kind {
                    RecoveryKind::None => true,
                    RecoveryKind::ListFinishedOnly => {
                        !bought || is_doubled || world.case.course.1 > Duration::ZERO
                    }
                    _ => is_doubled, // Two that may be the one are both named, and neither is taken.
                };
                if may_doubt && world.excused {
                    Ok((died, "in doubt"))
                } else {
                    Err("in doubt, and could be known".into())
                }
            }
            Err(failure) if bought => match &world.closed {
                Some(Step::Failed { class, bill })
                    if *class == failure.class && *bill == world.bill() =>
                {
                    Ok((died, "paid for nothing"))
                }
                _ => Err("a purchase was forgotten".into()),
            },
            Err(_) => match &world.closed {
                Some(Step::Absent) => Ok((died, "absent")),
                Some(Step::Refused) => Ok((died, "refused")),
                step => Err(format!("ended without an end: {step:?}")),
            },
        }
    })
}

/// What a cell of the matrix holds.
#[derive(Default)]
struct Held {
    cases: u64,
    /// Where the lives died.
    kills: BTreeSet<[Option<usize>; 2]>,
}

type Cells = BTreeMap<Cell, Held>;

/// Plays every case of `kind`, and counts them by cell. Stops at the first that is wrong.
fn matrix(kind: RecoveryKind, courses: &[Course]) -> Result<Cells, String> {
    let mut cells = Cells::new();
    // Only where a used id is refused is anything sent again.
    let again = if kind == RecoveryKind::ClientId { &FATES[..] } else { &FATES[..1] };
    for fates in FATES.into_iter().flat_map(|first| again.iter().map(move |then| [first, *then])) {
        for course in courses.iter().copied() {
            kill_everywhere(Case { kind, fates, course, kills: [None; 2] }, &mut cells)?;
        }
    }
    Ok(cells)
}

/// Plays `case` with no kill, with one at each await, and with a second one after it.
fn kill_everywhere(case: Case, cells: &mut Cells) -> Result<(), String> {
    for one in std::iter::once(None).chain((1..).map(Some)) {
        // Of the second kills every so many: over all first ones, each place has its turn.
        let stride = if is_asked_for() { 3 } else { 7 };
        let seconds = (1 + one.unwrap_or(0) % stride..).step_by(stride).map(Some);
        for two in std::iter::once(None).chain(seconds) {
            let case = Case { kills: [one, two], ..case };
            let (judged, reached) = play(case);
            if one.is_some() && !reached[0] {
                return Ok(()); // It ended before: there is nothing left to kill.
            }
            if two.is_some() && !reached[1] {
                break;
            }
            let cell = judged.map_err(|wrong| format!("{case:?}: {wrong}"))?;
            let held = cells.entry(cell).or_default();
            held.cases += 1;
            held.kills.insert(case.kills);
            if one.is_none() {
                break; // A life that ends is not followed by another.
            }
        }
    }
    Ok(())
}

/// Whether `make kill-matrix` asks for all of it, and what each cell holds.
#[expect(clippy::disallowed_methods, reason = "it is asked for from outside")]
fn is_asked_for() -> bool {
    std::env::var_os("KILL_MATRIX").is_some()
}

#[test]
fn nothing_is_bought_twice_and_nothing_is_forgotten_whatever_dies() {
    let (mut shown, mut told) = (String::new(), String::new());
    let mut all = 0;
    for kind in KINDS {
        let cells = matrix(kind, &COURSES).unwrap_or_else(|wrong| panic!("{wrong}"));
        shown.push_str(&format!("{kind:?}\n"));
        let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ((row, outcome), Held { cases, kills }) in cells {
            all += cases;
            rows.entry(row).or_default().push(outcome);
            let kills = kills.len();
            told.push_str(&format!(
                "{kind:?}, {row}: {outcome}: {cases} cases, {kills} places of kills\n"
            ));
        }
        for (row, outcomes) in rows {
            shown.push_str(&format!("  {row}: {}\n", outcomes.join(", ")));
        }
    }
    assert!(all > 50_000, "{all} cases");
    if is_asked_for() {
        told.push_str(&format!("{all} cases of buying alone\n"));
        std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
    }
    insta::assert_snapshot!(shown, @"
    None
      accepted: landed, paid for nothing
      armed, not sent: in doubt
      before armed: in doubt, landed, paid for nothing, refused
      closed: landed, paid for nothing, refused
      never: in doubt, landed, paid for nothing, refused
      sent, not accepted: in doubt
      stored, not landed: landed
    ClientId
      accepted: landed, paid for nothing
      armed, not sent: absent, landed, paid for nothing
      before armed: absent, landed, paid for nothing, refused
      closed: absent, landed, paid for nothing, refused
      never: absent, landed, paid for nothing, refused
      sent, not accepted: absent, landed, paid for nothing
      stored, not landed: landed
    ListWithEcho
      accepted: landed, paid for nothing
      armed, not sent: absent
      before armed: absent, landed, paid for nothing, refused
      closed: absent, landed, paid for nothing, refused
      never: absent, landed, paid for nothing, refused
      sent, not accepted: absent, in doubt, landed, paid for nothing
      stored, not landed: landed
    ListFinishedOnly
      accepted: landed, paid for nothing
      armed, not sent: in doubt
      before armed: in doubt, landed, paid for nothing, refused
      closed: landed, paid for nothing, refused
      never: in doubt, landed, paid for nothing, refused
      sent, not accepted: in doubt, landed, paid for nothing
      stored, not landed: landed
    ");
}

#[test]
fn a_case_fails_for_every_guard_that_is_taken_away() {
    let of_buying = [
        Mutant::ArmAfterSend,
        Mutant::NoArm,
        Mutant::AcceptedAfterPolling,
        Mutant::SentAgainOnNotFound,
        Mutant::SuccessBeforeSync,
        Mutant::FenceByDelivery,
    ];
    for mutant in of_buying {
        let caught =
            with(Some(mutant), || KINDS.iter().find_map(|kind| matrix(*kind, &[PLAIN]).err()));
        assert!(caught.is_some(), "{mutant:?} goes unnoticed");
    }
}

#[test]
fn a_client_s_reference_is_the_same_for_one_purchase_alone() {
    let run = RunId::new("20261120-091500-3f2a9c");
    let one = client_ref("state", &run, "shots[s-17]/clip", 2, 0);
    assert_eq!(one, client_ref("state", &run, "shots[s-17]/clip", 2, 0));
    insta::assert_snapshot!(one, @"dtrp7jbfcdtsn7nrvydy3hzg2f");
    let others = [
        client_ref("copy", &run, "shots[s-17]/clip", 2, 0),
        client_ref("state", &RunId::new("other"), "shots[s-17]/clip", 2, 0),
        client_ref("state", &run, "shots[s-1]/clip", 2, 0),
        client_ref("state", &run, "shots[s-17]/clip", 3, 0),
        client_ref("state", &run, "shots[s-17]/clip", 2, 1),
    ];
    assert_eq!(BTreeSet::from(others.clone()).len(), 5);
    assert!(!others.contains(&one));
}
