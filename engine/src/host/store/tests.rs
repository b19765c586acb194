//! The store through its own door: commits, locks, damage, copies.

use std::path::Path;

use rusqlite::Connection;

use super::inbox::Message;
use super::*;
use crate::host::wallet::{Block, Sums, Wallet};
use crate::kind::mutant::with;
use crate::plan::graph::NodeIndex;
use crate::run::event::{At, AttemptId, Outcome, PurchaseId, ScopeId, Signal};

pub(super) fn run() -> RunId {
    RunId::new("20261126-120000-abcdef")
}

fn row(home: &str) -> RunRow {
    RunRow {
        run: run(),
        pipeline: "film".into(),
        plan: Digest::of(b"plan"),
        started: Timestamp(1),
        finished: None,
        outcome: None,
        epoch: 1,
        home: home.into(),
        spent: None,
    }
}

pub(super) fn commit(begin: Option<RunRow>, patience: Patience) -> Commit {
    let text = r#"["a value that is longer than it looks"]"#.to_owned();
    let digest = Digest::of(text.as_bytes());
    Commit {
        run: run(),
        epoch: 1,
        now: Timestamp(2),
        body: record::write(&[Event::Finished { outcome: Outcome::Succeeded }]),
        values: vec![(digest, text)],
        cached: vec![(Digest::of(b"fingerprint"), Value::Inline("7".into()))],
        begin,
        finish: None,
        bills: None,
        block: None,
        purchases: Vec::new(),
        taken: Vec::new(),
        patience,
    }
}

/// A store with a run of one tick.
pub(super) async fn stored(folder: &Path) -> Store {
    let store = Store::open(folder).unwrap();
    store.commit(commit(Some(row(store.id())), Patience::Limited)).await.unwrap();
    store.keep_up();
    store
}

#[tokio::test]
async fn a_commit_is_read_again_whole() {
    let folder = tempfile::tempdir().unwrap();
    drop(stored(folder.path()).await);
    let store = Store::look(folder.path()).unwrap().unwrap();
    let ticks = store.journal(&run()).unwrap();
    assert_eq!(ticks[0].events, [Event::Finished { outcome: Outcome::Succeeded }]);
    let cached = store.cached(&[Digest::of(b"fingerprint"), Digest::of(b"other")]).unwrap();
    assert_eq!(cached, [Some(Value::Inline("7".into())), None]);
    let examined = store.examine().unwrap();
    assert_eq!((examined.runs, examined.values, examined.flaws), (1, 1, vec![]));
}

#[tokio::test]
async fn what_is_damaged_is_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(stored(folder.path()).await);
    let connection = Connection::open(folder.path().join("flow.db")).unwrap();
    connection
        .execute_batch(
            "UPDATE value SET body = replace(body, 'longer', 'larger');
             UPDATE cache SET output = CAST('8' AS BLOB);
             UPDATE tick SET body = replace(body, 'succeeded', 'failed');
             UPDATE run SET plan = zeroblob(32);",
        )
        .unwrap();
    let store = Store::look(folder.path()).unwrap().unwrap();
    let digest = Digest::of(br#"["a value that is longer than it looks"]"#);
    assert!(matches!(store.value(&digest), Err(StoreError::Value(_))));
    assert_eq!(store.cached(&[Digest::of(b"fingerprint")]).unwrap(), [None]);
    assert!(matches!(store.journal(&run()), Err(StoreError::Damaged { tick: 0, .. })));
    assert_eq!(store.examine().unwrap().flaws.len(), 3);
}

#[tokio::test]
async fn a_flipped_bit_in_the_log_is_refused_before_sqlite_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = stored(folder.path()).await;
    for _ in 0..3 {
        store.commit(commit(None, Patience::Limited)).await.unwrap();
    }
    let copy = tempfile::tempdir().unwrap();
    for file in ["flow.db", "flow.db-wal"] {
        std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
    }
    let log = copy.path().join("flow.db-wal");
    let mut bytes = std::fs::read(&log).unwrap();
    bytes[3000] ^= 1;
    std::fs::write(&log, bytes).unwrap();
    let refused = Store::open(copy.path()).err().expect("it is damaged");
    assert!(matches!(refused, StoreError::Log { frame: 1, .. }), "{refused}");
    let refused = Store::look(copy.path()).err().expect("it is damaged");
    assert!(matches!(refused, StoreError::Log { .. }), "{refused}");
}

#[tokio::test]
async fn a_commit_with_money_waits_for_the_lock_as_long_as_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let store = stored(folder.path()).await;
    let locker = Connection::open(folder.path().join("flow.db")).unwrap();
    locker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut precious = std::pin::pin!(store.commit(commit(None, Patience::Endless)));
    for _ in 0..4 {
        let other = Store::open(folder.path()).unwrap();
        tokio::select! {
            biased;
            done = &mut precious => panic!("the lock is held: {done:?}"),
            refused = other.commit(commit(None, Patience::Limited)) => {
                assert!(matches!(refused, Err(StoreError::Write(_))), "{refused:?}");
            }
        }
        let closed = other.commit(commit(None, Patience::Limited)).await;
        assert!(matches!(closed, Err(StoreError::Closed)), "nothing follows an error: {closed:?}");
    }
    locker.execute_batch("COMMIT").unwrap();
    assert_eq!(precious.await.unwrap(), Room::Enough);
}

#[tokio::test]
async fn a_long_run_gets_a_log_of_full_length() {
    let folder = tempfile::tempdir().unwrap();
    let store = stored(folder.path()).await;
    let length = || std::fs::metadata(folder.path().join("flow.db-wal")).unwrap().len();
    for _ in 0..6 {
        store.commit(commit(None, Patience::Limited)).await.unwrap();
    }
    assert!(length() < 1 << 18, "a short one does not pay for it");
    for _ in 0..3 {
        store.commit(commit(None, Patience::Limited)).await.unwrap();
    }
    assert!(length() >= 1 << 18);
    drop(store);
    assert!(length() >= 1 << 18, "the next process finds it as long");
}

#[tokio::test]
async fn a_state_of_the_first_schema_is_brought_forward() {
    let folder = tempfile::tempdir().unwrap();
    let old = Connection::open(folder.path().join("flow.db")).unwrap();
    old.execute_batch(schema::MIGRATIONS[0]).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    let plan = Digest::of(b"plan");
    old.execute(
        "INSERT INTO run (run, pipeline, plan, started, epoch) VALUES ('r', 'film', ?1, 1, 1)",
        [plan.as_bytes()],
    )
    .unwrap();
    let key = Digest::of(b"fingerprint");
    old.execute(
        "INSERT INTO cache (fingerprint, output, run, made) VALUES (?1, CAST('7' AS BLOB), 'r', 1)",
        [key.as_bytes()],
    )
    .unwrap();
    drop(old);
    let store = Store::open(folder.path()).unwrap();
    assert_eq!(store.runs().unwrap()[0].home, "");
    assert_eq!(store.cached(&[key]).unwrap(), [Some(Value::Inline("7".into()))]);
}

#[test]
fn a_state_of_a_later_version_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(Store::open(folder.path()).unwrap());
    let later = Connection::open(folder.path().join("flow.db")).unwrap();
    later.pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(StoreError::Newer { found: 99, .. })));
}

#[tokio::test]
async fn a_copy_of_a_state_has_another_id_and_a_moved_one_the_same() {
    let temporary = tempfile::tempdir().unwrap();
    let (first, moved) = (temporary.path().join("first"), temporary.path().join("moved"));
    std::fs::create_dir(&first).unwrap();
    let id = stored(&first).await.id().to_owned();
    std::fs::rename(&first, &moved).unwrap();
    assert_eq!(Store::open(&moved).unwrap().id(), id);
    let copy = temporary.path().join("copy");
    std::fs::create_dir(&copy).unwrap();
    for file in moved.read_dir().unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.join(file.file_name())).unwrap();
    }
    let copy = Store::open(&copy).unwrap();
    assert_ne!(copy.id(), id);
    assert_eq!(copy.run(&run()).unwrap().home, id, "its runs remember where they were begun");
}

#[tokio::test]
async fn a_database_that_was_put_back_is_noticed_by_its_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flow.db");
    let store = stored(folder.path()).await;
    let id = store.id().to_owned();
    drop(store);
    let backup: Vec<u8> = {
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
        drop(connection);
        std::fs::read(&path).unwrap()
    };
    let store = Store::open(folder.path()).unwrap();
    store.take_over(&run()).await.unwrap();
    assert_eq!(store.id(), id);
    drop(store);
    drop(Connection::open(&path).map(|connection| {
        connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
    }));
    std::fs::write(&path, backup).unwrap(); // Into the same file: its number stays.
    assert_ne!(Store::open(folder.path()).unwrap().id(), id);
}

#[test]
fn who_was_taken_over_commits_no_more() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let overtaken = || {
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = stored(folder.path()).await;
            store.take_over(&run()).await.unwrap();
            store.commit(commit(None, Patience::Limited)).await.is_ok()
        })
    };
    assert!(!overtaken());
    let unnoticed = with(Some(Mutant::EpochNotChecked), overtaken);
    assert!(unnoticed, "an epoch that is not checked goes unnoticed");
}

#[tokio::test]
async fn a_message_is_there_until_a_commit_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = stored(folder.path()).await;
    let before = store.version().unwrap();
    let message = Message { id: "m-1".into(), what: Signal::Drain };
    for _ in 0..2 {
        store.send(&run(), &message, Timestamp(3)).unwrap();
    }
    assert_ne!(store.version().unwrap(), before);
    assert_eq!(store.inbox(&run()).unwrap(), [message]);
    let taking = Commit { taken: vec!["m-1".into()], ..commit(None, Patience::Limited) };
    store.commit(taking).await.unwrap();
    assert_eq!(store.inbox(&run()).unwrap(), []);
}

const MONTH: &str = "2026-11";

fn usd(dollars: i64) -> crate::money::Usd {
    crate::money::Usd::from_micros(dollars * 1_000_000)
}

/// The first commit of the run `of`, which takes `dollars` of a wallet of 50.
fn beginning(of: &str, dollars: i64, month: &str) -> Commit {
    let wallet = Wallet { month: Some(usd(50)), ..Wallet::default() };
    let (month, all) = (month.to_owned(), usd(dollars));
    let block = Block { month, all, wallet, ..Block::default() };
    let row = RunRow { run: RunId::new(of), ..row("") };
    Commit {
        run: RunId::new(of),
        block: Some(block),
        values: vec![],
        cached: vec![],
        ..commit(Some(row), Patience::Endless)
    }
}

/// A commit by which the run `of` was billed so many dollars, and ends or goes on.
fn billed(of: &str, dollars: i64, finish: Option<Finish>) -> Commit {
    let sums = Sums { provider: usd(dollars), ..Sums::default() };
    let bills = Some([("luma".into(), sums)].into());
    Commit { begin: None, block: None, bills, finish, ..beginning(of, 0, MONTH) }
}

#[tokio::test]
async fn two_processes_that_begin_at_once_do_not_both_pass_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let stores = [Store::open(folder.path()).unwrap(), Store::open(folder.path()).unwrap()];
    let (a, b) = tokio::join!(
        stores[0].commit(beginning("a", 30, MONTH)),
        stores[1].commit(beginning("b", 30, MONTH)),
    );
    let (lucky, other) = if a.is_ok() { ("a", "b") } else { ("b", "a") };
    assert_eq!(a.is_ok(), b.is_err(), "{a:?} {b:?}");
    let refused = a.and(b);
    assert!(matches!(refused, Err(StoreError::NoRoom(_))), "{refused:?}");
    let store = &stores[0];
    assert!(
        matches!(store.run(&RunId::new(other)), Err(StoreError::NoRun(_))),
        "nothing of it is there"
    );
    store.commit(billed(lucky, 5, Some(Finish::As("succeeded")))).await.unwrap();
    store.commit(beginning(other, 45, MONTH)).await.unwrap();
    let line = |name: &str| store.wallet(MONTH, None).unwrap()[name].clone();
    assert_eq!((line("").sums().used(), line("").set_aside()), (usd(5), usd(45)));
    assert_eq!(line("luma").sums().provider, usd(5));
}

#[tokio::test]
async fn what_a_run_was_billed_stays_in_its_month_and_more_is_taken_of_the_one_in_which_it_goes_on()
{
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    store.commit(beginning("a", 30, "2026-10")).await.unwrap();
    store.commit(billed("a", 10, Some(Finish::As("succeeded")))).await.unwrap();
    let again = beginning("a", 30, MONTH);
    let again = Commit { begin: None, finish: Some(Finish::Undone), ..again };
    store.commit(again).await.unwrap();
    let line = |month: &str| store.wallet(month, None).unwrap()[""].clone();
    assert_eq!((line("2026-10").sums().used(), line("2026-10").set_aside()), (usd(10), usd(0)));
    assert_eq!((line(MONTH).sums().used(), line(MONTH).set_aside()), (usd(0), usd(20)));
    store.commit(billed("a", 16, Some(Finish::As("succeeded")))).await.unwrap();
    store.commit(billed("a", 17, None)).await.unwrap();
    assert_eq!((line("2026-10").sums().used(), line(MONTH).sums().used()), (usd(10), usd(7)));
    assert_eq!(store.run(&RunId::new("a")).unwrap().spent, Some(usd(17)), "late bills are booked");
}

#[tokio::test]
async fn an_open_purchase_is_known_to_other_runs_until_it_is_closed() {
    let folder = tempfile::tempdir().unwrap();
    let store = stored(folder.path()).await;
    let clip = Digest::of(b"a clip");
    let purchase = |number| {
        let at = At { scope: ScopeId(0), node: NodeIndex(3) };
        PurchaseId { attempt: AttemptId { at, number }, slot: 0 }
    };
    let noted = |purchases| Commit { purchases, ..commit(None, Patience::Endless) };
    let other = RunId::new("other");
    assert!(!store.has_open_purchases().unwrap());
    let both = vec![(purchase(1), Some(clip)), (purchase(2), Some(clip))];
    store.commit(noted(both)).await.unwrap();
    assert!(store.has_open_purchases().unwrap());
    assert_eq!(store.twin(&clip, &other).unwrap(), Some(run()));
    assert_eq!(store.twin(&clip, &run()).unwrap(), None, "its own it knows");
    assert_eq!(store.twin(&Digest::of(b"another"), &other).unwrap(), None);
    store.commit(noted(vec![(purchase(1), None)])).await.unwrap();
    assert_eq!(store.twin(&clip, &other).unwrap(), Some(run()), "one is still open");
    store.commit(noted(vec![(purchase(2), None)])).await.unwrap();
    assert_eq!(store.twin(&clip, &other).unwrap(), None);
}
