//! Runs through the host's door: real journals and files in a temporary folder, kinds that count their attempts.

use std::path::Path;
use std::sync::{Arc, Mutex};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use tokio::sync::{Semaphore, mpsc};

use super::clock::Clock;
use super::history::History;
use super::{Ending, HostError, How, Options, State, StateError, Stop};
use crate::document;
use crate::kind::{Attempt, Class, Failure, Kind, Nature, Registry, Weight};
use crate::plan::{self, graph::Plan};
use crate::run::event::Outcome;
use crate::source::Source;
use crate::time::Timestamp;

/// What the test's kinds share with the test.
#[derive(Clone)]
struct Shop {
    /// The keys of the attempts that were made, in order.
    made: Arc<Mutex<Vec<String>>>,
    /// Attempts that may still end; the others hang.
    permits: Arc<Semaphore>,
}

impl Shop {
    fn new(permits: usize) -> Self {
        Self { made: Arc::default(), permits: Arc::new(Semaphore::new(permits)) }
    }

    fn made(&self) -> Vec<String> {
        let mut made = self.made.lock().unwrap().clone();
        made.sort();
        made
    }

    fn registry(&self) -> Registry {
        let mut registry = Registry::default();
        registry.add(Work(self.clone()));
        registry
    }
}

/// Gives its word back, once it has a permit.
struct Work(Shop);

#[derive(Deserialize, JsonSchema)]
struct Input {
    word: String,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    word: String,
}

impl Kind for Work {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "test/work";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "Gives its word back.";
    const NATURE: Nature = Nature::Pure;
    const WEIGHT: Weight = Weight::Light;

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        self.0.permits.acquire().await.expect("never closed").forget();
        let key = attempt.key().split_once('/').map_or("", |(_, rest)| rest);
        self.0.made.lock().unwrap().push(key.to_owned());
        match input.word.as_str() {
            "full" => Err(Failure::new(Class::Storage, "no space left")),
            "panic" => panic!("a bug"),
            "late" => {
                attempt.cancelled().await;
                Err(Failure::new(Class::Internal, "cancelled"))
            }
            "twice" if attempt.number() < 2 => Err(Failure::new(Class::Server, "try again")),
            _ => Ok(Output { word: input.word }),
        }
    }
}

fn planned(shop: &Shop, text: &str) -> Plan {
    let source = Arc::new(Source::new("test.yaml", text));
    let (document, findings) = document::parse(&source);
    assert!(findings.is_empty(), "{findings:?}");
    let catalog = shop.registry().catalog();
    let (plan, findings) = plan::check(&document.expect("a document"), &catalog);
    plan.unwrap_or_else(|| panic!("{findings:?}")).with_revisions(&catalog)
}

async fn start(folder: &Path, shop: &Shop, text: &str) -> Result<Ending, HostError> {
    let plan = planned(shop, text);
    State::open(folder)?.start(&plan, Map::new(), Vec::new(), Options::new(shop.registry())).await
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        tokio::task::yield_now().await;
    }
}

const CHAIN: &str = "
flow: 1
name: chain
nodes:
  a: { use: test/work, with: { word: one } }
  each:
    map: '[a.word, \"two\", \"three\"]'
    as: word
    nodes:
      inner: { use: test/work, with: { word: '${{ word }}' } }
    outputs: { word: '${{ inner.word }}' }
  last: { use: test/work, with: { word: '${{ each[2].word }}!' } }
outputs: { words: '${{ each.word }}', last: '${{ last.word }}' }
";

#[tokio::test]
async fn a_run_gives_its_outputs_and_a_second_one_makes_nothing() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let ending = start(folder.path(), &shop, CHAIN).await.unwrap();
    assert_eq!(ending.how, How::Finished(Outcome::Succeeded));
    assert_eq!(ending.output, json!({ "words": ["one", "two", "three"], "last": "three!" }));
    // The first item asks for what `a` made.
    assert_eq!((ending.tally.ran, ending.tally.cached), (4, 1));
    let again = start(folder.path(), &shop, CHAIN).await.unwrap();
    assert_eq!(
        (again.tally.ran, again.tally.cached),
        (0, 3),
        "nothing inside of the map is asked for"
    );
    assert_eq!(again.output, ending.output);
}

#[tokio::test]
async fn a_run_that_lost_its_process_goes_on_and_keeps_what_was_finished() {
    for permits in 0..4 {
        let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(permits));
        let plan = planned(&shop, CHAIN);
        let state = State::open(folder.path()).unwrap();
        let run = state.start(&plan, Map::new(), Vec::new(), Options::new(shop.registry()));
        let made = shop.clone();
        tokio::select! {
            _ = run => panic!("it has too few permits to end"),
            () = until(|| made.made().len() == permits && !state.store().runs().unwrap().is_empty()) => {}
        }
        drop(state);
        let before = shop.made().len();
        shop.permits.add_permits(9);
        let state = State::open(folder.path()).unwrap();
        let run = state.store().runs().unwrap().remove(0).run;
        let ending = state.resume(&run, Options::new(shop.registry())).await.unwrap();
        assert_eq!(ending.output, json!({ "words": ["one", "two", "three"], "last": "three!" }));
        // What was made, but not recorded before the process was lost, is made again.
        assert!(shop.made().len() <= before.max(3) + 4, "{:?}", shop.made());
        let history = History::of(state.store(), state.store().run(&run).unwrap()).unwrap();
        assert!(history.lines.iter().any(|line| line.what.starts_with("resumed")));
    }
}

#[tokio::test]
async fn a_drained_run_is_left_open_and_can_be_resumed() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(1));
    let plan = planned(&shop, CHAIN);
    let state = State::open(folder.path()).unwrap();
    let (person, asked) = mpsc::unbounded_channel();
    let options = Options { stop: asked, ..Options::new(shop.registry()) };
    person.send(Stop::Drain).unwrap();
    let ending = state.start(&plan, Map::new(), Vec::new(), options).await.unwrap();
    assert_eq!((ending.how, ending.output), (How::Interrupted, Json::Null));
    shop.permits.add_permits(9);
    let ending = state.resume(&ending.run, Options::new(shop.registry())).await.unwrap();
    assert_eq!(ending.how, How::Finished(Outcome::Succeeded));
    let again = state.resume(&ending.run, Options::new(shop.registry())).await;
    assert!(matches!(again, Err(HostError::State(StateError::Ended { .. }))));
}

#[tokio::test]
async fn a_full_disk_ends_the_process_and_not_the_run() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let text = "{flow: 1, name: full, nodes: {a: {use: test/work, with: {word: full}}}}";
    let error = start(folder.path(), &shop, text).await.unwrap_err();
    assert_eq!(error.to_string(), "`a` cannot store its work: no space left");
    let state = State::open(folder.path()).unwrap();
    assert_eq!(state.store().runs().unwrap()[0].outcome, None);
}

#[tokio::test]
async fn a_bug_in_a_kind_fails_its_node_alone() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let text = "
flow: 1
name: bug
nodes:
  a: { use: test/work, with: { word: panic } }
  b: { use: test/work, with: { word: b } }
  c: { use: test/work, with: { word: '${{ a.word }}' } }
";
    let ending = start(folder.path(), &shop, text).await.unwrap();
    assert_eq!(ending.how, How::Finished(Outcome::Failed));
    assert_eq!((ending.tally.ran, ending.tally.failed, ending.tally.cancelled), (1, 1, 1));
    assert_eq!(ending.failures[0].failure.to_string(), "`test/work` has a bug: a bug");
}

#[tokio::test]
async fn an_attempt_has_its_time_and_a_passing_failure_its_retries() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let text = "
flow: 1
name: retries
nodes:
  late: { use: test/work, with: { word: late }, timeout: 20ms, on_error: skip }
  twice: { use: test/work, with: { word: twice }, retry: { attempts: 3, backoff: 1ms..2ms } }
outputs: { word: '${{ twice.word }}', late: '${{ late }}' }
";
    let ending = start(folder.path(), &shop, text).await.unwrap();
    assert_eq!(ending.output, json!({ "word": "twice", "late": null }));
    assert_eq!(shop.made(), ["late#1", "twice#1", "twice#2"]);
    assert_eq!(ending.failures[0].failure.class, Class::Timeout);
}

#[tokio::test]
async fn one_process_drives_a_run() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(0));
    let plan = planned(&shop, CHAIN);
    let state = State::open(folder.path()).unwrap();
    let mut run =
        std::pin::pin!(state.start(&plan, Map::new(), Vec::new(), Options::new(shop.registry())));
    tokio::select! {
        _ = &mut run => panic!("it has no permits"),
        () = until(|| !state.store().runs().unwrap().is_empty()) => {}
    }
    let id = state.store().runs().unwrap().remove(0).run;
    let second = state.resume(&id, Options::new(shop.registry())).await;
    assert!(matches!(second, Err(HostError::State(StateError::Driven(_)))));
}

/// Goes back by a minute each time it is asked.
struct Backwards(std::sync::atomic::AtomicU64);

#[async_trait::async_trait]
impl Clock for Backwards {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_sub(60_000, std::sync::atomic::Ordering::SeqCst))
    }

    async fn sleep_until(&self, _: Timestamp) {}
}

#[tokio::test]
async fn a_clock_that_goes_back_is_not_followed() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let plan = planned(&shop, CHAIN);
    let clock = Arc::new(Backwards(1_800_000_000_000.into()));
    let options = Options { clock, ..Options::new(shop.registry()) };
    let state = State::open(folder.path()).unwrap();
    let ending = state.start(&plan, Map::new(), Vec::new(), options).await.unwrap();
    assert_eq!(ending.how, How::Finished(Outcome::Succeeded));
    let moments: Vec<_> =
        state.store().journal(&ending.run).unwrap().iter().map(|tick| tick.now).collect();
    assert!(moments.is_sorted() && moments[0] == Timestamp(1_800_000_000_000), "{moments:?}");
}

#[tokio::test]
async fn a_damaged_journal_is_named_and_not_replayed() {
    let (folder, shop) = (tempfile::tempdir().unwrap(), Shop::new(9));
    let ending = start(folder.path(), &shop, CHAIN).await.unwrap();
    let connection = rusqlite::Connection::open(folder.path().join("flow.db")).unwrap();
    connection
        .execute("UPDATE tick SET body = replace(body, 'two', 'tow') WHERE seq = 3", [])
        .unwrap();
    let changed = connection.execute("UPDATE run SET outcome = NULL", []).unwrap();
    assert_eq!(changed, 1);
    let state = State::open(folder.path()).unwrap();
    let error = state.resume(&ending.run, Options::new(shop.registry())).await.unwrap_err();
    assert!(error.to_string().ends_with("its checksum does not match"), "{error}");
}

#[test]
fn sqlite_is_free_of_the_wal_reset_race() {
    assert!(rusqlite::version_number() >= 3_051_003);
}
