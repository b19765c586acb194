//! When does each job run, if every provider works at a few at once?
//!
//! List scheduling: of the jobs that may start, the one whose shot has most work left goes first. The project's sounds
//! are made beside the shots; the assembly waits for everything.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::vrd::seconds::Seconds;

/// A job to be placed.
#[derive(Clone, Debug)]
pub struct Job {
    /// The shot it belongs to; none for the project's own.
    pub shot_id: Option<String>,
    pub step: u32,
    pub tool: String,
    pub provider: String,
    pub concurrency: u32,
    pub millis: i64,
    /// The jobs that must have ended, by their places.
    pub after: Vec<usize>,
}

/// A job with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Slot {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot_id: Option<String>,
    pub step: u32,
    pub tool: String,
    pub provider: String,
    pub start_seconds: Seconds,
    pub end_seconds: Seconds,
}

/// Places `jobs`, in the order of their starts.
pub fn place(jobs: &[Job]) -> Vec<Slot> {
    let tails = tails(jobs);
    let mut ends: Vec<Option<i64>> = vec![None; jobs.len()];
    let mut starts = vec![0; jobs.len()];
    let mut busy: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for job in jobs {
        let lanes = busy.entry(&job.provider).or_default();
        lanes.resize(lanes.len().max(job.concurrency.max(1) as usize), 0);
    }
    for _ in 0..jobs.len() {
        // The job that can start first; of those the one with the longest way to the end.
        let ready = |index: &usize| {
            let job = &jobs[*index];
            let after = job.after.iter().map(|before| ends[*before]).collect::<Option<Vec<i64>>>();
            after.map(|after| after.into_iter().max().unwrap_or(0))
        };
        let next = (0..jobs.len())
            .filter(|index| ends[*index].is_none())
            .filter_map(|index| {
                let free = busy[jobs[index].provider.as_str()].iter().min().copied().unwrap_or(0);
                Some((ready(&index)?.max(free), -tails[index], index))
            })
            .min();
        let Some((start, _, index)) = next else { break };
        let end = start + jobs[index].millis;
        (starts[index], ends[index]) = (start, Some(end));
        if let Some(lanes) = busy.get_mut(jobs[index].provider.as_str())
            && let Some(lane) = lanes.iter_mut().min()
        {
            *lane = end;
        }
    }
    let mut order: Vec<usize> = (0..jobs.len()).filter(|index| ends[*index].is_some()).collect();
    order.sort_by_key(|index| (starts[*index], *index));
    order.into_iter().map(|index| slot(&jobs[index], starts[index])).collect()
}

fn slot(job: &Job, start: i64) -> Slot {
    let seconds = |millis: i64| Seconds::from_millis(u32::try_from(millis).unwrap_or(u32::MAX));
    Slot {
        shot_id: job.shot_id.clone(),
        step: job.step,
        tool: job.tool.clone(),
        provider: job.provider.clone(),
        start_seconds: seconds(start),
        end_seconds: seconds(start + job.millis),
    }
}

/// The longest way from the start of each job to the end of all.
fn tails(jobs: &[Job]) -> Vec<i64> {
    let mut tails: Vec<i64> = jobs.iter().map(|job| job.millis).collect();
    // Jobs stand after those they wait for.
    for index in (0..jobs.len()).rev() {
        for before in &jobs[index].after {
            tails[*before] = tails[*before].max(jobs[*before].millis + tails[index]);
        }
    }
    tails
}

/// When the last job ends.
pub fn end(slots: &[Slot]) -> Seconds {
    slots.iter().map(|slot| slot.end_seconds).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(provider: &str, concurrency: u32, seconds: i64, after: &[usize]) -> Job {
        Job {
            shot_id: None,
            step: 1,
            tool: "t".into(),
            provider: provider.into(),
            concurrency,
            millis: seconds * 1000,
            after: after.into(),
        }
    }

    #[test]
    fn lanes_are_shared_the_longest_first_and_order_is_kept() {
        let jobs = [
            job("a", 2, 10, &[]),
            job("a", 2, 30, &[]),
            job("a", 2, 10, &[]),
            job("b", 1, 5, &[0]),
            job("b", 1, 5, &[3, 1]),
        ];
        let slots = place(&jobs);
        let times: Vec<String> = slots
            .iter()
            .map(|slot| format!("{} {}–{}", slot.provider, slot.start_seconds, slot.end_seconds))
            .collect();
        assert_eq!(times, ["a 0–10", "a 0–30", "a 10–20", "b 10–15", "b 30–35"]);
        assert_eq!(end(&slots), Seconds::whole(35));
    }

    #[test]
    fn no_provider_runs_more_jobs_than_it_may() {
        let jobs: Vec<Job> = (0..60_u32)
            .map(|index| {
                let kind = index % 3;
                let after: Vec<usize> = (index as usize).checked_sub(3).into_iter().collect();
                job(["a", "b", "c"][kind as usize], 1 + kind, 3 + i64::from(index * 7 % 11), &after)
            })
            .collect();
        let slots = place(&jobs);
        assert_eq!(slots.len(), jobs.len());
        for slot in &slots {
            let running = slots.iter().filter(|other| {
                other.provider == slot.provider
                    && other.start_seconds <= slot.start_seconds
                    && slot.start_seconds < other.end_seconds
            });
            let most = match slot.provider.as_str() {
                "a" => 1,
                "b" => 2,
                _ => 3,
            };
            assert!(running.count() <= most);
        }
    }
}
