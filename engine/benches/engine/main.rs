//! How much does the engine add to what the disk takes?
//!
//! `cargo bench -p flow-engine --bench engine` measures each part in a process of its own; `-- PART…` some of them.
//! Pairs are measured in one run, on one disk, and alternated: ratios hold where absolute figures depend on the machine
//! and its neighbours.

#![expect(clippy::disallowed_methods, reason = "a bench has a clock and writes files")]
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

mod alone;
mod plans;
mod whole;

use std::process::Command;
use std::time::Duration;

const PARTS: [(&str, fn()); 7] = [
    ("chain", whole::chain),
    ("inline", whole::inline),
    ("fan-out", whole::fan_out),
    ("map", whole::map),
    ("cached", whole::cached),
    ("resume", whole::resume),
    ("alone", alone::alone),
];

fn main() {
    // What `cargo bench` says to every bench.
    let words: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let [part] = &words[..] {
        if let Some(count) = part.strip_prefix("counted-").and_then(|count| count.parse().ok()) {
            return alone::counted(count); // For callgrind, and too short for a clock.
        }
        match PARTS.iter().find(|(name, _)| name == part) {
            Some((_, measure)) => measure(),
            None => println!("there is no part `{part}`"),
        }
        return;
    }
    let program = std::env::current_exe().expect("a bench has a file");
    for (name, _) in
        PARTS.iter().filter(|(name, _)| words.is_empty() || words.iter().any(|word| word == name))
    {
        let ended = Command::new(&program).arg(name).status();
        assert!(ended.is_ok_and(|status| status.success()), "`{name}` failed");
    }
}

fn report(name: &str, count: usize, took: Duration, more: &str) {
    let seconds = took.as_secs_f64();
    let count = f64::from(u32::try_from(count).expect("small"));
    println!(
        "{name:30} {count:>7} nodes {seconds:8.3} s {:>9.0} nodes/s {:8.2} µs/node  {more}",
        count / seconds,
        seconds * 1e6 / count,
    );
}

/// A figure of this process as the kernel tells it, in bytes: `VmRSS`, `VmHWM`.
fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what)).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|number| number.parse().ok());
    kilobytes.unwrap_or(0_u64) * 1024
}
