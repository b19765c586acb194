//! How long does a chosen plan take, one job after another and side by side?

use super::candidate::Draft;
use super::model::{Choices, Model};
use super::plan::Timeline;
use super::schedule::{Job, Slot, end, place};
use super::workflow;
use crate::vrd::milli::Milli;
use crate::vrd::seconds::Seconds;
use crate::vrd::tools::Category;

/// What is assumed for the work after generation, where no step stands for it.
const AFTERWARDS: i64 = 30 * 60 * 1000;

/// When the printed schedule ends, in milliseconds.
pub fn end_millis(model: &Model, choices: &Choices, project: &[Draft]) -> i64 {
    let slots = place(&jobs(model, choices, project));
    i64::from(end(&slots).millis()) + afterwards(project)
}

/// The timeline of `choices` and the project's steps.
pub fn estimate(model: &Model, choices: &Choices, project: &[Draft]) -> Timeline {
    let jobs = jobs(model, choices, project);
    let schedule: Vec<Slot> = place(&jobs);
    let sequential: i64 = jobs.iter().map(|job| job.millis).sum::<i64>() + afterwards(project);
    let assembly: i64 = project
        .iter()
        .filter(|step| step.category == Category::Assembly)
        .map(|step| step.millis)
        .sum();
    let worst: Option<i64> = slow(model, choices);
    Timeline {
        parallel_generation: true,
        sequential_time_minutes: minutes(sequential),
        parallel_time_minutes: minutes(i64::from(end(&schedule).millis()) + afterwards(project)),
        post_processing_minutes: minutes(assembly + afterwards(project)),
        p95_sequential_minutes: worst.map(|more| minutes(sequential + more)),
        schedule,
        project_steps: workflow::priced(model.stack, project, workflow::cents(project), None, 1),
    }
}

/// How much longer the measured tools take one time in twenty; none if none was measured.
fn slow(model: &Model, choices: &Choices) -> Option<i64> {
    let steps = model.chosen(&choices.picks).flat_map(|option| &option.steps);
    let known: Vec<i64> = steps
        .filter_map(|step| step.worst_millis.map(|worst| (worst - step.millis).max(0)))
        .collect();
    (!known.is_empty()).then(|| known.iter().sum())
}

fn afterwards(project: &[Draft]) -> i64 {
    if project.iter().any(|step| step.category == Category::Assembly) { 0 } else { AFTERWARDS }
}

/// Rounded up to the thousandth of a minute, so that a limit that holds also holds as printed.
fn minutes(millis: i64) -> Milli {
    Milli((millis + 59) / 60)
}

fn jobs(model: &Model, choices: &Choices, project: &[Draft]) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    for (shot, option) in model.shots.iter().zip(model.chosen(&choices.picks)) {
        let first = jobs.len();
        for (index, step) in option.steps.iter().enumerate() {
            jobs.push(job(model, step, index, first, Some(shot.shot_id.clone())));
        }
    }
    let first = jobs.len();
    for (index, step) in project.iter().enumerate() {
        let mut job = job(model, step, index, first, None);
        if step.category == Category::Assembly {
            job.after = (0..jobs.len()).collect();
        }
        jobs.push(job);
    }
    jobs
}

fn job(model: &Model, step: &Draft, index: usize, first: usize, shot_id: Option<String>) -> Job {
    let tool = &model.stack.tools[step.tool];
    Job {
        shot_id,
        step: u32::try_from(index + 1).unwrap_or(u32::MAX),
        tool: tool.tool_id.clone(),
        provider: tool.provider(),
        concurrency: tool.concurrency(),
        millis: step.millis,
        after: step.after.iter().map(|before| first + before).collect(),
    }
}

/// For charts: how long the schedule is.
pub fn length(timeline: &Timeline) -> Seconds {
    end(&timeline.schedule)
}
