//! Runs through the host's door, with a journal on the disk of the project.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use flow_engine::host::{Ending, Options, State, Stop};
use flow_engine::kind::Registry;
use flow_engine::plan::graph::Plan;
use serde_json::Map;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;

use super::{memory, plans, report};

const ROUNDS: usize = 3;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime")
}

fn folder() -> TempDir {
    tempfile::tempdir_in(".").expect("a folder on the disk of the project")
}

fn run(runtime: &Runtime, folder: &Path, plan: &Plan, registry: Registry) -> (Duration, Ending) {
    let state = State::open(folder).expect("a state folder");
    let plan = plan.clone();
    let began = Instant::now();
    let ending = runtime.spawn(async move {
        state.start(&plan, Map::new(), Vec::new(), Options::new(registry)).await
    });
    let ending = runtime.block_on(ending).expect("no panic").expect("a run");
    (began.elapsed(), ending)
}

/// The mean of one append of `bytes` and its sync, to a file that has its length already.
fn appends(folder: &Path, count: u32, bytes: usize) -> Duration {
    let mut file = File::create(folder.join("append")).expect("a file");
    let row = vec![b'x'; bytes];
    file.write_all(&vec![0; bytes * count as usize])
        .and_then(|()| file.sync_all())
        .expect("written");
    std::io::Seek::rewind(&mut file).expect("a file can be rewound");
    let began = Instant::now();
    for _ in 0..count {
        file.write_all(&row).expect("written");
        file.sync_data().expect("synced");
    }
    began.elapsed() / count
}

/// The mean of one commit of a row of `bytes`, as a bare SQLite makes it with the journal's settings.
fn commits(folder: &Path, count: u32, bytes: usize) -> Duration {
    let database = rusqlite::Connection::open(folder.join("raw.db")).expect("a database");
    database
        .execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, body TEXT)")
        .expect("a table");
    let row = "x".repeat(bytes);
    let began = Instant::now();
    for _ in 0..count {
        database.execute("INSERT INTO t (body) VALUES (?1)", [&row]).expect("a row");
    }
    began.elapsed() / count
}

/// A chain of effectful nodes, alternated with as many appends and bare commits.
pub(super) fn chain() {
    const LENGTH: u32 = 2000;
    let (runtime, temporary) = (runtime(), folder());
    let plan = plans::chain("nothing", LENGTH as usize);
    let mut best: Option<(f64, String)> = None;
    for round in 0..ROUNDS {
        let before = appends(temporary.path(), LENGTH / 2, 4096);
        let path = temporary.path().join(format!("chain-{round}"));
        let (took, _) = run(&runtime, &path, &plan, plans::registry());
        let after = appends(temporary.path(), LENGTH / 2, 4096);
        let commit = commits(temporary.path(), LENGTH / 2, 300);
        let append = (before + after) / 2;
        let added = (took / LENGTH).as_secs_f64() - 1.1 * append.as_secs_f64();
        let more = format!(
            "append {append:.2?}, bare commit {commit:.2?}; 1.1 x append {:+.3} ms",
            added * 1e3
        );
        report("chain, effectful", LENGTH as usize, took, &more);
        if best.as_ref().is_none_or(|(least, _)| added < *least) {
            best = Some((added, more));
        }
    }
    if let Some((_, more)) = best {
        println!("{:30} {more}", "chain, best of three");
    }
}

pub(super) fn inline() {
    let (runtime, temporary) = (runtime(), folder());
    for length in [1_000, 10_000, 100_000] {
        let path = temporary.path().join(format!("inline-{length}"));
        let plan = plans::chain("inline", length);
        let (took, _) = run(&runtime, &path, &plan, plans::registry());
        report("chain, inside the tick", length, took, "");
    }
}

pub(super) fn fan_out() {
    let (runtime, temporary) = (runtime(), folder());
    for width in [1_000, 10_000, 10_000] {
        let path = temporary.path().join(format!("fan-{width}-{}", memory("VmHWM")));
        let (took, _) = run(&runtime, &path, &plans::fan_out(width), plans::registry());
        report("fan-out, effectful", width, took, "");
    }
}

pub(super) fn map() {
    let (runtime, temporary) = (runtime(), folder());
    for items in [10_000_u32, 100_000] {
        let path = temporary.path().join(format!("map-{items}"));
        let plan = plans::map("nothing", items as usize);
        let before = memory("VmRSS");
        let (took, _) = run(&runtime, &path, &plan, plans::registry());
        let peak = memory("VmHWM");
        let journal = journal_bytes(&path);
        let more = format!(
            "{} B journal/node, {} B memory/node, peak {} MB",
            journal / u64::from(items),
            peak.saturating_sub(before) / u64::from(items),
            peak / 1_000_000,
        );
        report("map, effectful", items as usize, took, &more);
    }
}

/// What the ticks of all runs take, as they are written.
fn journal_bytes(folder: &Path) -> u64 {
    let database = rusqlite::Connection::open(folder.join("flow.db")).expect("a database");
    let sum =
        database.query_row("SELECT sum(length(body)) FROM tick", [], |row| row.get::<_, i64>(0));
    sum.map_or(0, i64::cast_unsigned)
}

/// The second of two equal runs.
pub(super) fn cached() {
    const ITEMS: usize = 10_000;
    let (runtime, temporary) = (runtime(), folder());
    let plan = plans::map("echo", ITEMS);
    for name in ["map, made", "map, all cached", "map, all cached"] {
        let (took, ending) = run(&runtime, temporary.path(), &plan, plans::registry());
        report(
            name,
            ITEMS,
            took,
            &format!("{} made, {} cached", ending.tally.ran, ending.tally.cached),
        );
    }
}

/// From the call to the first attempt, of a run of 10 000 events that was stopped.
pub(super) fn resume() {
    const WIDTH: usize = 5_000;
    let (runtime, temporary) = (runtime(), folder());
    for _ in 0..ROUNDS {
        let (begun, mut beginnings) = unbounded_channel();
        let is_second = Arc::new(AtomicBool::new(false));
        let mut registry = plans::registry();
        registry.add(plans::Last { is_second: Arc::clone(&is_second), begun });
        let mut nodes: Vec<_> =
            (0..WIDTH).map(|at| plans::node(&format!("n{at}"), "nothing", &[])).collect();
        nodes.push(plans::node("last", "last", &(0..WIDTH).collect::<Vec<_>>()));
        let plan = plans::plan(&registry, Vec::new(), nodes);
        let state = State::open(temporary.path()).expect("a state folder");
        let (stop, stops) = unbounded_channel();
        let options = Options { stop: stops, ..Options::new(registry.clone()) };
        let id = runtime.block_on(async {
            let run = state.start(&plan, Map::new(), Vec::new(), options);
            tokio::pin!(run);
            loop {
                tokio::select! {
                    ending = &mut run => break ending.expect("a run").run,
                    _ = beginnings.recv() => drop(stop.send(Stop::Now)),
                }
            }
        });
        is_second.store(true, Ordering::SeqCst);
        let called = Instant::now();
        let resumed = runtime.block_on(state.resume(&id, Options::new(registry)));
        assert!(resumed.is_ok(), "it goes on");
        let first = runtime.block_on(beginnings.recv()).expect("it was begun");
        let loading = {
            let row = state.store().run(&id).expect("a run");
            let before = Instant::now();
            flow_engine::host::history::plan(state.store(), &row).expect("a plan");
            before.elapsed()
        };
        let more = format!("of these {loading:.1?} to load the plan");
        report("resume to the first attempt", 2 * WIDTH, first - called, &more);
    }
}
