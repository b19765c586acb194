//! The real binary, killed by SIGKILL at seeded moments: what does the seller's book say afterwards?
//!
//! The seller is the rehearsal, which keeps its book in a file, synced before it answers. `KILLS=200` kills so often;
//! `make kill-matrix` does.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use flow_engine::money::Usd;
use flow_nodes::provider::rehearsal::book::{Entry, InFile};

use crate::project::{Project, Ran};

const SHOP: &str = r"
flow: 1
name: shop
budget: 5 USD
doubt: { wait: 1s, then: ask }
nodes:
  shots:
    map: '[1, 2, 3, 4]'
    as: shot
    limit: 2
    nodes:
      first:
        use: image/generate
        provider: rehearsal
        with: { prompt: 'a hill, ${{ shot }}' }
      second:
        use: image/generate
        provider: rehearsal
        with: { prompt: 'the same, later, ${{ shot }}' }
        needs: [first]
    outputs:
      image: ${{ second.image }}
outputs:
  images: ${{ shots.image }}
";

/// So often by default: as many as a few seconds allow.
const KILLS: u64 = 24;

#[test]
#[ignore = "`make kill-matrix` runs it: it takes minutes"]
fn a_killed_binary_buys_nothing_twice_and_what_is_in_doubt_is_named() {
    let kills = std::env::var("KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut cells: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for recovery in ["client-id", "list-finished-only", "none"] {
        let whole = Shop::new(recovery);
        let began = Instant::now();
        let ran = whole.flow("run shop.yaml");
        assert_eq!(ran.status, Some(0), "{ran}");
        let takes = began.elapsed();
        for seed in 0..kills / 3 {
            let shop = Shop::new(recovery);
            let moment = takes.mul_f64(chance(recovery, seed));
            let outcome = shop.killed_at(moment).unwrap_or_else(|wrong| {
                panic!("{recovery}, seed {seed}, killed after {moment:?}: {wrong}")
            });
            *cells.entry((recovery, outcome)).or_default() += 1;
        }
    }
    let told = cells.iter().map(|((recovery, end), cases)| format!("{recovery}: {end}: {cases}\n"));
    std::io::stderr().write_all(told.collect::<String>().as_bytes()).expect("it takes text");
    let doubt = cells.keys().any(|(recovery, end)| (*recovery, *end) == ("client-id", "in doubt"));
    assert!(!doubt, "whoever can be asked by the client's id is never doubted: {cells:?}");
}

/// A project whose seller keeps a book in it.
struct Shop {
    project: Project,
    recovery: &'static str,
}

impl Shop {
    fn new(recovery: &'static str) -> Self {
        Self { project: Project::new().with("shop.yaml", SHOP), recovery }
    }

    fn command(&self, line: &str) -> std::process::Command {
        let mut command = self.project.command(line);
        command.env("FLOW_REHEARSAL_BOOK", self.project.path().join("book"));
        command.env("FLOW_REHEARSAL_RECOVERY", self.recovery);
        command
    }

    fn flow(&self, line: &str) -> Ran {
        self.project.run(&mut self.command(line))
    }

    fn book(&self) -> Vec<Entry> {
        InFile(self.project.path().join("book")).entries().expect("the book can be read")
    }

    /// Starts a run, kills it after `moment`, goes on to its end, and holds it against the book.
    fn killed_at(&self, moment: Duration) -> Result<&'static str, String> {
        let mut command = self.command("run shop.yaml");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        kill_after(command.spawn().expect("the binary starts"), moment);
        let mut ran = self.flow("resume --json");
        if ran.stderr.contains("there is no run") || ran.stderr.contains("no runs") {
            ran = self.flow("run shop.yaml --json"); // Killed before anything was recorded.
        }
        let book = self.book();
        for entry in &book {
            let twins = book.iter().filter(|other| other.client_ref == entry.client_ref).count();
            if twins > 1 {
                return Err(format!("{twins} jobs for one purchase: {}", entry.client_ref));
            }
        }
        let bills: Usd = book.iter().map(|entry| entry.bill).sum();
        match ran.status {
            Some(0) if book.len() != 8 => Err(format!("{} jobs and not 8", book.len())),
            Some(0) if ran.json()["spent"] != bills.to_string() => Err(format!("{bills}: {ran}")),
            Some(0) => Ok("as if never killed"),
            Some(5) => Ok("in doubt"),
            Some(2) if ran.stderr.contains("has ended") => Ok("ended before"),
            _ => Err(ran.to_string()),
        }
    }
}

/// Kills without asking, `after` so long or when it has ended by itself.
fn kill_after(mut child: Child, after: Duration) {
    let until = Instant::now() + after;
    while Instant::now() < until && child.try_wait().expect("it is ours").is_none() {
        std::thread::park_timeout(Duration::from_micros(200));
    }
    child.kill().expect("it is ours");
    child.wait().expect("it is ours");
}

/// Between 0 and 1, the same for the same seed.
fn chance(recovery: &str, seed: u64) -> f64 {
    let hash = flow_engine::name::Digest::of(format!("{recovery} {seed}").as_bytes());
    f64::from(u16::from_le_bytes([hash.as_bytes()[0], hash.as_bytes()[1]])) / f64::from(u16::MAX)
}
