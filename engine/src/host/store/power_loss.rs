//! What is left of a journal when the power goes?
//!
//! The files are copied whenever a commit was answered. Between two copies lie the writes that the power may cut off: any
//! of their sectors may be there or not, in any order, as long as what was synced before stays. Each such state is opened,
//! and must hold every commit that was answered, at most the one that was under way, and nothing else.

use std::path::{Path, PathBuf};

use super::tests::{commit, run, stored};
use super::*;

/// What a disk writes at once or not at all.
const SECTOR: usize = 512;
const COMMITS: usize = 30;
const HEADER: usize = 32;

/// The state's two files, as bytes.
#[derive(Clone, Default)]
struct Disk {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Disk {
    fn read(folder: &Path) -> Self {
        let read = |name| std::fs::read(folder.join(name)).unwrap();
        Self { database: read("flow.db"), log: read("flow.db-wal") }
    }

    /// How many ticks the journal has, if the files are whole.
    fn ticks(&self, folder: &Path) -> Result<usize, StoreError> {
        drop(std::fs::remove_file(folder.join("flow.db-shm")));
        std::fs::write(folder.join("flow.db"), &self.database).unwrap();
        std::fs::write(folder.join("flow.db-wal"), &self.log).unwrap();
        let store = Store::look(folder)?.expect("the database is there");
        Ok(store.journal(&run())?.len())
    }
}

/// `before` with the sectors of `after` that `is_written` says.
fn torn(before: &[u8], after: &[u8], mut is_written: impl FnMut(usize) -> bool) -> Vec<u8> {
    let mut torn = before.to_vec();
    let changed = (0..after.len()).step_by(SECTOR).filter(|at| {
        let range = *at..(at + SECTOR).min(after.len());
        before.get(range.clone()) != Some(&after[range])
    });
    for (number, at) in changed.enumerate() {
        if is_written(number) {
            let end = (at + SECTOR).min(after.len());
            torn.resize(torn.len().max(end), 0);
            torn[at..end].copy_from_slice(&after[at..end]);
        }
    }
    torn
}

/// Chance, the same in every run of the test.
struct Chance(u64);

impl Chance {
    fn flip(&mut self) -> bool {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 & 8 == 0
    }
}

/// The ways in which the writes from `before` to `after` may be cut off: in order, and in any order.
fn cuts(before: &[u8], after: &[u8], chance: &mut Chance) -> Vec<Vec<u8>> {
    let mut cuts: Vec<Vec<u8>> = Vec::new();
    let count = {
        let mut count = 0;
        torn(before, after, |_| {
            count += 1;
            false
        });
        count
    };
    cuts.extend((0..=count).map(|end| torn(before, after, |number| number < end)));
    cuts.extend((0..8).map(|_| torn(before, after, |_| chance.flip())));
    cuts
}

/// Every state in which the power may leave the disk on its way from one copy to the next.
fn states(before: &Disk, after: &Disk, chance: &mut Chance) -> Vec<Disk> {
    let (mut database, mut log) = (before.database.clone(), before.log.clone());
    let mut states = Vec::new();
    let is_new = before.log.get(..HEADER) != Some(&after.log[..HEADER]);
    if is_new {
        // Begun anew: all of it was written back and synced before; then its header is, before the first frame.
        let written_back = cuts(&database, &after.database, chance).into_iter();
        states.extend(written_back.map(|database| Disk { database, log: log.clone() }));
        database.clone_from(&after.database);
        log.resize(log.len().max(HEADER), 0);
        log[..HEADER].copy_from_slice(&after.log[..HEADER]);
        states.push(Disk { database: database.clone(), log: log.clone() });
    }
    let logs = cuts(&log, &after.log, chance).into_iter();
    states.extend(logs.map(|log| Disk { database: database.clone(), log }));
    if !is_new {
        // Written back: only once the log is synced.
        let written_back = cuts(&database, &after.database, chance).into_iter();
        states.extend(written_back.map(|database| Disk { database, log: after.log.clone() }));
    }
    states
}

#[tokio::test]
async fn no_answered_commit_is_lost_with_the_power_and_none_is_half_there() {
    let (folder, crashed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = stored(folder.path()).await;
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    let (mut before, mut tried, mut restarts) = (Disk::read(folder.path()), 0, 0);
    for number in 1..COMMITS {
        let mut next = commit(None, Patience::Limited);
        let body = format!("\"{}\"", "a longer value ".repeat(number * 11 % 300));
        next.values = vec![(Digest::of(body.as_bytes()), body)];
        store.commit(next).await.unwrap();
        let after = Disk::read(folder.path());
        restarts += usize::from(before.log.get(..HEADER) != Some(&after.log[..HEADER]));
        for (at, state) in states(&before, &after, &mut chance).into_iter().enumerate() {
            let ticks = state.ticks(crashed.path());
            let is_right = ticks.as_ref().is_ok_and(|ticks| (number..=number + 1).contains(ticks));
            assert!(is_right, "after commit {number}, state {at}: {ticks:?}");
            tried += 1;
        }
        before = after;
    }
    assert!(tried > 1000 && restarts > 0, "{tried} states, {restarts} logs begun anew");
}

#[tokio::test]
async fn a_log_that_was_cut_at_any_frame_holds_what_was_committed_before() {
    let (folder, cut) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = stored(folder.path()).await;
    for _ in 0..5 {
        store.commit(commit(None, Patience::Limited)).await.unwrap();
    }
    let disk = Disk::read(folder.path());
    let database: PathBuf = folder.path().join("flow.db");
    let ends = wal::commits(&database);
    for length in (0..disk.log.len()).step_by(24 + 4096) {
        let log = disk.log[..length].to_vec();
        let committed = ends.iter().filter(|end| **end <= length as u64).count();
        // The first two commits make the tables and the state's home; what they lack is no journal yet.
        let Some(expected) = committed.checked_sub(ends.len() - 6) else { continue };
        let ticks = Disk { log, ..disk.clone() }.ticks(cut.path());
        assert_eq!(ticks.unwrap(), expected, "{length} bytes");
    }
}
