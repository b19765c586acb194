//! Which processes did a dead process of this run leave behind?
//!
//! `kill -9` leaves children. Each carries the run's name in its environment; before work is handed out again, the groups
//! of those that are still there are ended.

use std::path::Path;
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgid, kill_process_group};

use super::attempt::RUN_VARIABLE;
use crate::name::RunId;

/// Ends the process groups that carry `run`, and waits until they are gone; at most two seconds.
pub(super) async fn end(run: &RunId) {
    for _ in 0..100 {
        let groups = groups_of(run);
        if groups.is_empty() {
            return;
        }
        for group in groups {
            let _gone = kill_process_group(group, Signal::KILL);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Reads `/proc`; elsewhere there is none, and nothing is found.
fn groups_of(run: &RunId) -> Vec<Pid> {
    let wanted = format!("{RUN_VARIABLE}={run}");
    let own = getpgid(None).ok();
    let Ok(processes) = Path::new("/proc").read_dir() else { return Vec::new() };
    let mut groups: Vec<_> = processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|process| carries(*process, wanted.as_bytes()))
        .filter_map(|process| getpgid(Pid::from_raw(process)).ok())
        .filter(|group| Some(*group) != own)
        .collect();
    groups.sort_unstable_by_key(|group| group.as_raw_nonzero());
    groups.dedup();
    groups
}

fn carries(process: i32, wanted: &[u8]) -> bool {
    std::fs::read(format!("/proc/{process}/environ")).is_ok_and(|environment| {
        environment.split(|byte| *byte == 0).any(|variable| variable == wanted)
    })
}
