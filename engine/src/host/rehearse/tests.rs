//! Rehearsals of small pipelines, with a seller that takes its time and sometimes fails.

use std::path::Path;
use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::*;
use crate::document;
use crate::kind::buy::{
    Asset, CancelClass, Declared, Fetched, Provider, ProviderError, Recovery, RecoveryKind,
    Request as Order, Status, SubmitError, order,
};
use crate::kind::file::{File, MediaType};
use crate::kind::mutant::{Mutant, with};
use crate::kind::{Attempt, Job, Kind, Unpriced};
use crate::plan;
use crate::source::Source;

/// Sells clips at 0.10 USD; those that are called `bad` fail once, unbilled.
struct Clips;

struct Seller<'a>(&'a dyn Attempt, bool);

#[derive(Deserialize, JsonSchema)]
struct Input {
    prompt: String,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    video: File<AnyVideo>,
    seconds: f64,
}

struct AnyVideo;

impl MediaType for AnyVideo {
    const RANGE: &'static str = "video/*";
}

impl Kind for Clips {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "test/clip";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Sells clips.";
    const NATURE: Nature = Nature::Drawn;
    const SLOTS: u8 = 1;

    fn quote(&self, _: &Asked<'_, Input>) -> Result<Usd, Unpriced> {
        Ok(Usd::from_micros(100_000))
    }

    fn ceiling(&self, _: &crate::kind::Known, _: &str, _: &str) -> Result<Usd, Unpriced> {
        Ok(Usd::from_micros(100_000))
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let fails = input.prompt == "bad" && attempt.number() == 1;
        let body = json!({ "prompt": input.prompt });
        let request = Order { model: "m".into(), body, price: Usd::from_micros(100_000) };
        let delivered = order(attempt, 0, &Seller(attempt, fails), &request).await?;
        let file = &delivered.files["video"];
        let video = File::new(file.digest, file.media_type.clone(), file.bytes);
        Ok(Output { video, seconds: 5.0 })
    }
}

/// A job takes one minute from the moment in its id.
#[async_trait::async_trait]
impl Provider for Seller<'_> {
    fn name(&self) -> &'static str {
        "seller"
    }

    fn declared(&self) -> Declared {
        Declared { cancel: CancelClass::None, poll: Duration::from_secs(5), ..Declared::nothing() }
    }

    async fn submit(&self, _: &Order, client_ref: &str) -> Result<Job, SubmitError> {
        let now = self.0.sleep(Duration::from_secs(1)).await;
        let id = format!("{}-{client_ref}", now.0);
        Ok(Job { provider: "seller".into(), id: id.into(), urls: [].into() })
    }

    async fn recover(&self, _: &Order, _: &str) -> Result<Recovery, ProviderError> {
        Ok(Recovery::Unknown)
    }

    async fn poll(&self, job: &Job) -> Result<Status, ProviderError> {
        let made: u64 = job.id.split('-').next().unwrap().parse().unwrap();
        let now = self.0.sleep(Duration::ZERO).await;
        if now.since(Timestamp(made)) < Duration::from_mins(1) {
            return Ok(Status::Running(None));
        }
        if self.1 {
            let failure = Failure::new(Class::Server, "out of film");
            return Ok(Status::Failed { failure, bill: Some(Usd::ZERO) });
        }
        Ok(Status::Succeeded { bill: None })
    }

    async fn fetch(&self, job: &Job, folder: &Path) -> Result<Fetched, ProviderError> {
        let path = folder.join(&*job.id);
        std::fs::write(&path, &*job.id).unwrap();
        let asset = Asset { path, media_type: "video/mp4".into(), bytes: None, digest: None };
        Ok(Fetched { files: [("video".to_owned(), asset)].into(), facts: Json::Null })
    }

    async fn cancel(&self, _: &Job) -> Result<(), ProviderError> {
        Ok(())
    }
}

/// Cuts clips together: local work that makes files.
struct Cut;

#[derive(Deserialize, JsonSchema)]
struct Clipped {
    #[expect(dead_code, reason = "it is never really cut")]
    clips: Vec<File<AnyVideo>>,
}

impl Kind for Cut {
    type Input = Clipped;
    type Output = Output;
    const NAME: &'static str = "test/cut";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Cuts clips together.";
    const NATURE: Nature = Nature::Pure;

    async fn run(&self, _: &dyn Attempt, _: Clipped) -> Result<Output, Failure> {
        panic!("a rehearsal doubles what makes files")
    }
}

/// Splits a text into words: computed in earnest.
struct Words;

#[derive(Deserialize, JsonSchema)]
struct Text {
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct Split {
    words: Vec<String>,
}

impl Kind for Words {
    type Input = Text;
    type Output = Split;
    const NAME: &'static str = "test/words";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Splits a text.";
    const NATURE: Nature = Nature::Pure;

    async fn run(&self, _: &dyn Attempt, input: Text) -> Result<Split, Failure> {
        Ok(Split { words: input.text.split(' ').map(str::to_owned).collect() })
    }
}

const FILM: &str = "
flow: 1
name: film
nodes:
  script: { use: test/words, with: { text: 'one bad three' } }
  shots:
    map: script.words
    as: word
    nodes:
      clip: { use: test/clip, with: { prompt: '${{ word }}' }, retry: { attempts: 2 } }
    outputs: { video: '${{ clip.video }}' }
  film: { use: test/cut, with: { clips: '${{ shots.video }}' } }
outputs: { film: '${{ film.video }}' }
";

async fn played(text: &str, runs: std::ops::Range<u64>) -> (Vec<Report>, Simulation) {
    let mut registry = Registry::default();
    registry.add(Clips);
    registry.add(Cut);
    registry.add(Words);
    let catalog = registry.catalog();
    let source = Arc::new(Source::new("film.yaml", text));
    let (document, findings) = document::parse(&source);
    assert!(findings.is_empty(), "{findings:?}");
    let (plan, findings) = plan::check(&document.expect("a document"), &catalog);
    let plan = plan.unwrap_or_else(|| panic!("{findings:?}"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stage = Stage::new(registry, Folder::open(folder.path()).expect("a store"));
    let mut reports = Vec::new();
    for seed in runs {
        let report = rehearse(&plan, &Map::new(), &[], &stage, seed).await;
        reports.push(report.expect("it can be played"));
    }
    let budget = Some(Usd::from_micros(300_000));
    let simulation = simulate(&plan, &Map::new(), &[], &stage, 20, budget).await;
    (reports, simulation.expect("it can be played"))
}

#[tokio::test]
async fn a_rehearsal_tells_bill_time_and_failures_of_a_whole_production_at_once() {
    let (reports, simulation) = played(FILM, 7..9).await;
    let report = &reports[0];
    assert_eq!(report.outcome, Some(Outcome::Succeeded), "{report:?}");
    assert_eq!(report.spent.to_string(), "0.30 USD");
    let share = |path: &str| report.nodes[path];
    let clips = share("shots/clip");
    assert_eq!(
        (clips.attempts, clips.purchases, clips.failed, clips.part),
        (4, 4, 1, Part::Bought)
    );
    assert_eq!((share("film").part, share("script").part), (Part::Doubled, Part::Done));
    // The one that failed was bought again, after the wait of its retry.
    assert!(report.took > Duration::from_mins(2), "{:?}", report.took);
    let legs: Vec<_> = report.critical.iter().map(|leg| leg.path.as_str()).collect();
    assert_eq!(legs, ["shots[1]/clip", "shots[1]/clip", "film"]);
    assert_eq!(report.open, Vec::<String>::new());
    assert_eq!((simulation.runs, simulation.succeeded, simulation.within), (20, 20, Some(20)));
    assert_eq!(simulation.nodes[0].0, "shots/clip");
    assert!(simulation.took.half <= simulation.took.p95);
}

#[tokio::test]
async fn equal_seeds_go_alike_and_others_do_not() {
    let (one, _) = played(FILM, 3..5).await;
    let (other, _) = played(FILM, 3..5).await;
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
    assert_ne!(one[0].took, one[1].took);
}

/// What the seller of one case has sold, and for which prompt.
type Ledger = Arc<Mutex<Vec<(Sold, Json)>>>;

/// Sells pictures from a book; asked again as `RecoveryKind` says.
struct Pictures(RecoveryKind, Ledger);

struct Shop<'a>(&'a dyn Attempt, &'a Pictures);

#[derive(Serialize, JsonSchema)]
struct Picture {
    image: File<AnyVideo>,
}

impl Kind for Pictures {
    type Input = Input;
    type Output = Picture;
    const NAME: &'static str = "test/picture";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Sells pictures.";
    const NATURE: Nature = Nature::Drawn;
    const SLOTS: u8 = 1;

    fn quote(&self, _: &Asked<'_, Input>) -> Result<Usd, Unpriced> {
        Ok(Usd::from_micros(40_000))
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Picture, Failure> {
        let body = json!({ "prompt": input.prompt });
        let request = Order { model: "m".into(), body, price: Usd::from_micros(40_000) };
        let delivered = order(attempt, 0, &Shop(attempt, self), &request).await?;
        let file = &delivered.files["image"];
        Ok(Picture { image: File::new(file.digest, "video/mp4", file.bytes) })
    }
}

impl Shop<'_> {
    fn job(sold: &Sold) -> Job {
        Job { provider: "shop".into(), id: sold.job.as_str().into(), urls: [].into() }
    }

    /// Ten seconds after the moment in its id.
    fn is_done(job: &str, now: Timestamp) -> bool {
        let made: u64 = job.split('-').next().unwrap().parse().unwrap();
        now.since(Timestamp(made)) >= Duration::from_secs(10)
    }
}

#[async_trait::async_trait]
impl Provider for Shop<'_> {
    fn name(&self) -> &'static str {
        "shop"
    }

    fn declared(&self) -> Declared {
        Declared {
            recovery: self.1.0,
            refuses_reuse: self.1.0 == RecoveryKind::ClientId,
            list_lag: Some(Duration::from_secs(5)),
            absence: Some("this one"),
            poll: Duration::from_secs(4),
            ..Declared::nothing()
        }
    }

    async fn submit(&self, order: &Order, client_ref: &str) -> Result<Job, SubmitError> {
        let now = self.0.sleep(Duration::from_secs(1)).await;
        let sold = {
            let mut book = self.1.1.lock().unwrap();
            let known = book.iter().any(|(sold, _)| sold.client_ref == client_ref);
            if known && self.1.0 == RecoveryKind::ClientId {
                return Err(SubmitError::Refused(Failure::input("the id is used")));
            }
            let job = format!("{}-{client_ref}", now.0);
            let sold = Sold { client_ref: client_ref.into(), job, bill: order.price };
            book.push((sold.clone(), order.body.clone()));
            sold
        };
        self.0.sleep(Duration::from_secs(1)).await;
        Ok(Self::job(&sold))
    }

    /// A list of what has finished shows prompts alone; the others show the client's reference.
    async fn recover(&self, order: &Order, client_ref: &str) -> Result<Recovery, ProviderError> {
        let now = self.0.sleep(Duration::ZERO).await;
        let book = self.1.1.lock().unwrap();
        let found = book.iter().filter(|(sold, body)| match self.1.0 {
            RecoveryKind::ListFinishedOnly => *body == order.body && Self::is_done(&sold.job, now),
            _ => sold.client_ref == client_ref,
        });
        let found: Vec<_> = found.map(|(sold, _)| Self::job(sold)).collect();
        Ok(match found.as_slice() {
            [] => Recovery::NotFound,
            [one] => Recovery::Found(one.clone()),
            _ => Recovery::Ambiguous(found),
        })
    }

    async fn poll(&self, job: &Job) -> Result<Status, ProviderError> {
        let now = self.0.sleep(Duration::ZERO).await;
        if !Self::is_done(&job.id, now) {
            return Ok(Status::Running(None));
        }
        Ok(Status::Succeeded { bill: Some(Usd::from_micros(40_000)) })
    }

    async fn fetch(&self, _: &Job, folder: &Path) -> Result<Fetched, ProviderError> {
        self.0.sleep(Duration::ZERO).await;
        let path = folder.join(self.0.client_ref(0));
        std::fs::write(&path, self.0.path()).unwrap();
        let asset = Asset { path, media_type: "video/mp4".into(), bytes: None, digest: None };
        Ok(Fetched { files: [("image".to_owned(), asset)].into(), facts: Json::Null })
    }

    async fn cancel(&self, _: &Job) -> Result<(), ProviderError> {
        Ok(())
    }
}

const PICTURES: &str = "
flow: 1
name: pictures
nodes:
  script: { use: test/words, with: { text: 'one two three four' } }
  shots:
    map: script.words
    as: word
    limit: 2
    nodes:
      picture: { use: test/picture, with: { prompt: '${{ word }}' }, retry: { attempts: 3 } }
      second: { use: test/picture, with: { prompt: 'after ${{ word }}' }, needs: [picture], retry: { attempts: 3 } }
    outputs: { image: '${{ second.image }}' }
  film: { use: test/cut, with: { clips: '${{ shots.image }}' } }
outputs: { film: '${{ film.video }}', images: '${{ shots.image }}' }
";

/// Two pictures for one prompt, at once.
const TWINS: &str = "
flow: 1
name: twins
nodes:
  one: { use: test/picture, with: { prompt: hill }, retry: { attempts: 3 } }
  other: { use: test/picture, with: { prompt: hill }, retry: { attempts: 3 } }
outputs: { one: '${{ one.image }}', other: '${{ other.image }}' }
";

/// A seller with a book of its own.
fn staged(recovery: RecoveryKind) -> (Stage, Box<dyn Fn() -> Vec<Sold>>) {
    let ledger = Ledger::default();
    let mut registry = Registry::default();
    registry.add(Pictures(recovery, Arc::clone(&ledger)));
    registry.add(Cut);
    registry.add(Words);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stage = Stage::new(registry, Folder::open(folder.path()).expect("a store"));
    let book: Box<dyn Fn() -> Vec<Sold>> =
        Box::new(move || ledger.lock().unwrap().iter().map(|(sold, _)| sold.clone()).collect());
    (stage, book)
}

fn planned(text: &str) -> Plan {
    let source = Arc::new(Source::new("pictures.yaml", text));
    let (document, findings) = document::parse(&source);
    assert!(findings.is_empty(), "{findings:?}");
    let catalog = staged(RecoveryKind::None).0.registry.catalog();
    let (plan, findings) = plan::check(&document.expect("a document"), &catalog);
    plan.unwrap_or_else(|| panic!("{findings:?}"))
}

async fn killed(text: &str, most: u64) -> Matrix {
    let plan = planned(text);
    let matrix = kill_everywhere(&plan, &Map::new(), &[], &staged, 1, most).await;
    matrix.expect("it can be played")
}

#[test]
fn a_run_that_is_killed_at_any_moment_buys_nothing_twice_and_loses_nothing() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let most = if is_asked_for() { u64::MAX } else { 60 };
    let matrix = runtime.block_on(killed(PICTURES, most));
    assert_eq!(matrix.broken, [], "of {} cases", matrix.cases());
    assert!(matrix.cases() > 200, "{} cases", matrix.cases());
    let mut shown = String::new();
    for ((recovery, row), cell) in &matrix.cells {
        let doubt = if cell.in_doubt > 0 { ", some in doubt" } else { "" };
        shown.push_str(&format!("{recovery:?}: {}{doubt}\n", row.words()));
        assert!(cell.states > 0 && cell.states <= cell.cases);
    }
    tell(&matrix);
    if is_asked_for() {
        return; // All of its moments: more cells than those of a part of them.
    }
    insta::assert_snapshot!(shown, @"
    ClientId: before the claim
    ClientId: claimed, not sent
    ClientId: sent, not recorded
    ClientId: accepted, not landed
    ClientId: landed
    ClientId: elsewhere
    ListWithEcho: before the claim
    ListWithEcho: claimed, not sent
    ListWithEcho: sent, not recorded
    ListWithEcho: accepted, not landed
    ListWithEcho: landed
    ListWithEcho: elsewhere
    ListFinishedOnly: before the claim
    ListFinishedOnly: claimed, not sent, some in doubt
    ListFinishedOnly: sent, not recorded
    ListFinishedOnly: accepted, not landed
    ListFinishedOnly: landed
    ListFinishedOnly: elsewhere
    None: before the claim
    None: claimed, not sent, some in doubt
    None: sent, not recorded, some in doubt
    None: accepted, not landed
    None: landed
    None: elsewhere, some in doubt
    ");
}

fn is_asked_for() -> bool {
    std::env::var_os("KILL_MATRIX").is_some()
}

/// Prints what each cell holds, where `make kill-matrix` asks for it.
fn tell(matrix: &Matrix) {
    if !is_asked_for() {
        return;
    }
    let mut text = format!("{} moments, {} cases\n", matrix.moments, matrix.cases());
    for ((recovery, row), Cell { cases, states, in_doubt }) in &matrix.cells {
        let row = row.words();
        text.push_str(&format!(
            "{recovery:?}, {row}: {cases} cases, {states} states, {in_doubt} in doubt\n"
        ));
    }
    std::io::Write::write_all(&mut std::io::stderr(), text.as_bytes()).unwrap();
}

#[test]
fn a_killed_run_shows_every_guard_of_buying_that_is_taken_away() {
    let of_buying =
        [Mutant::ArmAfterSend, Mutant::NoArm, Mutant::SentAgainOnNotFound, Mutant::FenceByDelivery];
    for mutant in of_buying {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let matrix = with(Some(mutant), || runtime.block_on(killed(TWINS, u64::MAX)));
        assert!(!matrix.broken.is_empty(), "{mutant:?} goes unnoticed");
    }
}

#[test]
fn a_job_is_adopted_by_one_purchase_alone() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let matrix = runtime.block_on(killed(TWINS, u64::MAX));
    assert_eq!(matrix.broken, [], "of {} cases", matrix.cases());
}

/// Pictures that nobody waits long enough for: a job takes ten seconds.
const LATE: &str = "
flow: 1
name: late
budget: 0.04 USD
nodes:
  one:
    use: test/picture
    with: { prompt: hill }
    timeout: 5s
    retry: { attempts: 2, errors: [timeout] }
  other: { use: test/picture, with: { prompt: dale }, needs: [one] }
outputs: { other: '${{ other.image }}' }
";

/// Plays once, and lets the last purchase land after its attempt was given up. Gives what was sold, and what the run booked.
fn late(text: &str) -> (Vec<Sold>, Usd) {
    let plan = planned(text);
    let (stage, book) = staged(RecoveryKind::ListFinishedOnly);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut run = Play::new(&plan, &stage, 1, Killer::default()).unwrap();
    run.begin(&Map::new(), &[]).unwrap();
    runtime.block_on(run.on()).unwrap();
    let sold = book();
    let open: Vec<_> = run.state.purchases().filter(|(_, it)| it.last.is_open()).collect();
    let landed = open.into_iter().map(|(purchase, _)| {
        let bill = crate::kind::Bill {
            amount: Usd::from_micros(40_000),
            source: crate::kind::Source::Provider,
        };
        let output = Value::Inline("{}".into());
        Seen::Purchase { purchase, step: crate::kind::Step::Landed { output, bill } }
    });
    let landed: Vec<_> = landed.collect();
    run.state.tick(&plan, &*run.values, landed, run.clock.now()).unwrap();
    (sold, run.state.ledger().spent(AccountId::RUN))
}

#[test]
fn a_timeout_closes_nothing_and_a_late_bill_is_booked() {
    let (sold, spent) = late(LATE);
    assert_eq!((sold.len(), spent), (1, Usd::from_micros(40_000)), "{sold:?}");
    let again = with(Some(Mutant::RetryWhileOpen), || late(&LATE.replace("0.04", "1")));
    assert!(again.0.len() > 1, "a retry beside an open purchase goes unnoticed");
    let (_, ignored) = with(Some(Mutant::LateBillIgnored), || late(LATE));
    assert_eq!(ignored, Usd::ZERO, "a late bill that is ignored goes unnoticed");
}

/// Two pictures and money for one: the first is still under way when nobody waits for it any more.
const POOR: &str = "
flow: 1
name: poor
budget: 0.04 USD
nodes:
  one: { use: test/picture, with: { prompt: hill }, timeout: 5s, on_error: skip }
  other: { use: test/picture, with: { prompt: dale } }
outputs: { other: '${{ other.image }}' }
";

#[test]
fn a_hold_outlives_the_timeout_of_its_attempt() {
    let (sold, _) = late(POOR);
    assert_eq!(sold.len(), 1, "{sold:?}");
    let (sold, _) = with(Some(Mutant::HoldReleasedOnTimeout), || late(POOR));
    assert_eq!(sold.len(), 2, "a hold that is released on time-out goes unnoticed");
}
