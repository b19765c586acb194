//! `flow run FILE --rehearse`: plays a pipeline, and tells its bill, its time and its failures.

use std::path::Path;
use std::time::Duration;

use flow_engine::host::State;
use flow_engine::host::rehearse::{self, Part, Report, Simulation, Stage};
use flow_engine::kind::{Catalog, Registry};
use flow_engine::plan::graph::Plan;
use flow_engine::run::event::Outcome;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tempfile::TempDir;

use super::kill;
use super::run::sound;
use crate::args::{Global, Rehearsal, Values};
use crate::exit::{Exit, Problem};
use crate::render::table::table;
use crate::setup::Project;
use crate::{drive, media_type, render, setup, values};

pub(crate) fn rehearse(
    file: &Path,
    given: &Values,
    providers: &[String],
    how: &Rehearsal,
    global: &Global,
) -> Result<Exit, Problem> {
    let scene = Scene::of(file, given, providers, global)?;
    if let Some(most) = how.kill_everywhere {
        return kill::everywhere(&scene, how.seed, most, global);
    }
    let report = scene.play(how.seed)?;
    if global.json {
        render::print_json(&document(&report))?;
    } else {
        render::print(&text(&report))?;
    }
    let taken = render::seconds(report.took);
    let word = word(&report);
    let nodes = drive::nodes(report.tally);
    render::say(&format!(
        "{}: rehearsed: {word} after {taken}; {nodes}; would have spent {}\n",
        scene.plan.name, report.spent
    ));
    drive::tell_failures(&report.failures);
    Ok(match report.outcome {
        Some(Outcome::Succeeded) => Exit::Succeeded,
        Some(Outcome::Failed) => Exit::Failed,
        Some(Outcome::Partial) => Exit::Partial,
        Some(Outcome::Cancelled) => Exit::Cancelled,
        None => Exit::Waiting,
    })
}

/// A plan with all that a rehearsal of it needs.
pub(super) struct Scene {
    pub(super) plan: Plan,
    pub(super) catalog: Catalog,
    pub(super) project: Project,
    registry: Registry,
    pub(super) inputs: Map<String, Json>,
    pub(super) files: Vec<Json>,
    pub(super) state: State,
    /// Where the project has no state yet.
    _temporary: Option<TempDir>,
}

impl Scene {
    pub(super) fn of(
        file: &Path,
        given: &Values,
        providers: &[String],
        global: &Global,
    ) -> Result<Self, Problem> {
        let project = setup::project(global);
        let registry = setup::rehearsing();
        let catalog = setup::catalog(&registry, &project.environment)?;
        let plan = sound(file, &catalog, global)?;
        let plan = setup::insist(plan, &catalog, providers)?
            .with_revisions(&catalog)
            .with_undo_prices(&catalog);
        let (state, temporary) = if project.state.is_dir() {
            (State::open(&project.state)?, None)
        } else {
            let folder = tempfile::tempdir()
                .map_err(|error| Problem::failed(format!("cannot make a folder: {error}")))?;
            (State::open(folder.path())?, Some(folder))
        };
        let mut import = |taker: &str, path: &Path, range: &str| -> Result<Json, Problem> {
            let media_type = media_type::fitting(taker, path, range)?;
            Ok(state.import(path, &media_type)?)
        };
        let inputs = values::inputs(&plan, &given.input, &project.environment, &mut import)?;
        let files =
            plan.files.iter().map(|file| import("the pipeline", file.path.as_ref(), &file.media));
        let files = files.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { plan, catalog, project, registry, inputs, files, state, _temporary: temporary })
    }

    fn stage(&self) -> Stage {
        Stage::new(self.registry.clone(), self.state.artifacts().clone())
    }

    /// One run, as if nothing had been done before.
    pub(super) fn play(&self, seed: u64) -> Result<Report, Problem> {
        self.play_on(&self.stage(), seed)
    }

    /// One run that finds what the project's cache has.
    pub(super) fn play_on_cache(&self, seed: u64) -> Result<Report, Problem> {
        let mut stage = self.stage();
        stage.cache = Some(self.state.store().clone());
        self.play_on(&stage, seed)
    }

    fn play_on(&self, stage: &Stage, seed: u64) -> Result<Report, Problem> {
        let playing = rehearse::rehearse(&self.plan, &self.inputs, &self.files, stage, seed);
        Ok(runtime()?.block_on(playing)?)
    }

    pub(super) fn simulate(
        &self,
        runs: u64,
        budget: Option<flow_engine::money::Usd>,
    ) -> Result<Simulation, Problem> {
        let stage = self.stage();
        let (plan, inputs, files) = (&self.plan, &self.inputs, &self.files);
        Ok(runtime()?.block_on(rehearse::simulate(plan, inputs, files, &stage, runs, budget))?)
    }
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Problem> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed(format!("cannot start threads: {error}")))
}

fn word(report: &Report) -> &'static str {
    report.outcome.map_or("waits for a person", Outcome::word)
}

fn text(report: &Report) -> String {
    let rows = report.nodes.iter().map(|(path, share)| {
        vec![
            path.clone(),
            part(share.part).to_owned(),
            share.attempts.to_string(),
            render::seconds(share.took),
            share.spent.to_string(),
        ]
    });
    let mut text = table(&["node", "was", "attempts", "took", "spent"], rows);
    text.push_str(&critical(report));
    for path in &report.open {
        text.push_str(&format!("left open: a purchase of {path}\n"));
    }
    text
}

/// The chain that took as long as the whole.
pub(super) fn critical(report: &Report) -> String {
    let legs: Vec<_> = report
        .critical
        .iter()
        .map(|leg| format!("{} {}", leg.path, render::seconds(leg.ended.since(leg.began))))
        .collect();
    if legs.is_empty() {
        return String::new();
    }
    format!("critical path: {}\n", legs.join(" → "))
}

pub(super) fn part(part: Part) -> &'static str {
    match part {
        Part::Done => "computed",
        Part::Doubled => "doubled",
        Part::Bought => "bought",
    }
}

/// What programs read of a rehearsal.
#[derive(Serialize)]
struct Document {
    seed: u64,
    status: &'static str,
    spent: String,
    seconds: f64,
    nodes: Vec<Node>,
    critical: Vec<Leg>,
    open: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Node {
    path: String,
    was: &'static str,
    attempts: u32,
    purchases: u32,
    failed: u32,
    seconds: f64,
    spent: String,
}

#[derive(Serialize)]
pub(super) struct Leg {
    path: String,
    seconds: f64,
}

fn document(report: &Report) -> Document {
    Document {
        seed: report.seed,
        status: report.outcome.map_or("waiting", Outcome::word),
        spent: report.spent.to_string(),
        seconds: report.took.as_secs_f64(),
        nodes: nodes(report),
        critical: legs(report),
        open: report.open.clone(),
    }
}

pub(super) fn nodes(report: &Report) -> Vec<Node> {
    let of = |(path, share): (&String, &rehearse::Share)| Node {
        path: path.clone(),
        was: part(share.part),
        attempts: share.attempts,
        purchases: share.purchases,
        failed: share.failed,
        seconds: share.took.as_secs_f64(),
        spent: share.spent.to_string(),
    };
    report.nodes.iter().map(of).collect()
}

pub(super) fn legs(report: &Report) -> Vec<Leg> {
    let seconds = |took: Duration| took.as_secs_f64();
    report
        .critical
        .iter()
        .map(|leg| Leg { path: leg.path.clone(), seconds: seconds(leg.ended.since(leg.began)) })
        .collect()
}
