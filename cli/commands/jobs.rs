//! `flow jobs`: which purchases are not closed, and a person's word on them.

use flow_engine::host::history::History;
use flow_engine::host::{HostError, Options, State};
use flow_engine::kind::purchase::Job;
use flow_engine::name::RunId;
use flow_engine::run::event::{PurchaseId, Signal};
use flow_engine::run::purchase::Purchase;
use serde::Serialize;

use crate::args::{Global, Jobs};
use crate::exit::{Exit, Problem};
use crate::{deliver, render, runs, setup};

/// What programs read of open purchases.
#[derive(Serialize)]
struct Document {
    jobs: Vec<Line>,
}

#[derive(Clone, Serialize)]
struct Line {
    run: String,
    node: String,
    attempt: u16,
    slot: u8,
    /// `armed`, `accepted` or `in doubt`.
    state: &'static str,
    provider: Option<String>,
    job: Option<String>,
    client_ref: String,
    /// What is held for its attempt.
    held: Option<String>,
    since: String,
    #[serde(skip)]
    purchase: PurchaseId,
}

pub(crate) fn jobs(what: Option<&Jobs>, global: &Global) -> Result<Exit, Problem> {
    match what {
        None => list(global),
        Some(Jobs::Harvest { run }) => harvest(run.as_deref(), global),
        Some(Jobs::Adopt { run, node, provider, job }) => {
            let line = find(run, node, global)?;
            let job = Job {
                provider: provider.as_str().into(),
                id: job.as_str().into(),
                urls: std::collections::BTreeMap::new(),
            };
            let by = deliver::person().into();
            let signal = Signal::Adopt { purchase: line.purchase, job, by };
            deliver::deliver(&RunId::new(&line.run), signal, global)
        }
        Some(Jobs::Lost { run, node }) => {
            let line = find(run, node, global)?;
            let signal = Signal::Lost { purchase: line.purchase, by: deliver::person().into() };
            deliver::deliver(&RunId::new(&line.run), signal, global)
        }
    }
}

fn list(global: &Global) -> Result<Exit, Problem> {
    let lines = open(global)?;
    if global.json {
        render::print_json(&Document { jobs: lines })?;
        return Ok(Exit::Succeeded);
    }
    if lines.is_empty() {
        render::say("no purchase is open\n");
        return Ok(Exit::Succeeded);
    }
    let rows = lines.into_iter().map(|line| {
        let job = line.job.unwrap_or(line.client_ref);
        let held = line.held.unwrap_or_default();
        vec![line.run, line.node, line.state.into(), line.provider.unwrap_or_default(), job, held]
    });
    let headings = ["run", "node", "state", "provider", "job", "held"];
    render::print(&render::table::table(&headings, rows))?;
    render::hint(
        "`flow resume RUN` and `flow jobs harvest` look for them; `flow jobs lost RUN NODE` gives one up",
    );
    Ok(Exit::Succeeded)
}

/// What programs read of a harvest.
#[derive(Serialize)]
struct Harvest {
    jobs: Vec<Gathered>,
}

#[derive(Serialize)]
struct Gathered {
    run: String,
    node: String,
    attempt: u16,
    slot: u8,
    state: &'static str,
    open: bool,
    /// Why it gave nothing.
    why: Option<String>,
}

/// Looks for the open purchases of runs that nobody drives, and tells what became of each.
fn harvest(run: Option<&str>, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let store = runs::look(&project.state)?;
    let rows = match run {
        Some(run) => vec![runs::find(&store, Some(run))?],
        None => store.runs()?,
    };
    let state = State::open(&project.state)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed(format!("cannot start threads: {error}")))?;
    let mut jobs = Vec::new();
    for row in rows {
        let history = History::of(&store, row)?;
        if !history.state.purchases().any(|(_, purchase)| purchase.last.is_open()) {
            continue;
        }
        let id = &history.row.run;
        let options = Options::new(setup::registry_of(&project));
        let harvested = match runtime.block_on(state.harvest(id, options)) {
            Err(HostError::State(error)) if error.is_driven() && run.is_none() => continue,
            harvested => harvested?,
        };
        jobs.extend(harvested.into_iter().map(|it| Gathered {
            run: id.to_string(),
            node: it.path,
            attempt: it.purchase.attempt.number,
            slot: it.purchase.slot,
            state: it.state,
            open: it.is_open,
            why: it.failure.map(|failure| failure.message),
        }));
    }
    let exit = if jobs.iter().any(|job| job.open) { Exit::InDoubt } else { Exit::Succeeded };
    if global.json {
        render::print_json(&Harvest { jobs })?;
    } else if jobs.is_empty() {
        render::say("no purchase is open\n");
    } else {
        let rows = jobs
            .into_iter()
            .map(|job| vec![job.run, job.node, job.state.into(), job.why.unwrap_or_default()]);
        render::print(&render::table::table(&["run", "node", "became", "why"], rows))?;
    }
    Ok(exit)
}

/// Every open purchase of every run, newest run first.
fn open(global: &Global) -> Result<Vec<Line>, Problem> {
    let project = setup::project(global);
    let store = runs::look(&project.state)?;
    let mut lines = Vec::new();
    for row in store.runs()? {
        let history = History::of(&store, row)?;
        let open = history.state.purchases().filter(|(_, purchase)| purchase.last.is_open());
        lines.extend(open.map(|(id, purchase)| line(&history, id, purchase)));
    }
    Ok(lines)
}

fn line(history: &History, id: PurchaseId, purchase: &Purchase) -> Line {
    let job = purchase.job.as_ref();
    let held = history.state.ledger().held(id.attempt);
    Line {
        run: history.row.run.to_string(),
        node: history.state.path(&history.plan, id.attempt.at),
        attempt: id.attempt.number,
        slot: id.slot,
        state: purchase.last.word(),
        provider: job.map(|job| job.provider.to_string()),
        job: job.map(|job| job.id.to_string()),
        client_ref: purchase.client_ref.to_string(),
        held: held.map(|held| held.to_string()),
        since: purchase.armed.to_string(),
        purchase: id,
    }
}

/// The one open purchase of `node` in the run that `run` names.
fn find(run: &str, node: &str, global: &Global) -> Result<Line, Problem> {
    let store = runs::look(&setup::project(global).state)?;
    let run = runs::find(&store, Some(run))?.run;
    let lines = open(global)?;
    let mut of_node = lines.iter().filter(|line| line.run == run.as_str() && line.node == node);
    match (of_node.next(), of_node.next()) {
        (Some(line), None) => Ok(line.clone()),
        (Some(_), Some(_)) => Err(Problem::refused(format!("`{node}` has several open purchases"))
            .help("`flow jobs --json` tells them apart; resume the run, which looks for each")),
        (None, _) => Err(Problem::refused(format!("`{node}` has no open purchase in {run}"))
            .help("`flow jobs` lists those that are open")),
    }
}
