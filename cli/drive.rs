//! How is a run driven from a terminal: watched, stopped, and told at its end?

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use flow_engine::host::history::{self, History};
use flow_engine::host::wallet::Wallet;
use flow_engine::host::{
    Again, Delivered, Ending, How, OnCopy, Options, State, StateError, Stop, artifacts_in,
    file_system,
};
use flow_engine::kind::{Registry, Secrets};
use flow_engine::money::Usd;
use flow_engine::name::RunId;
use flow_engine::plan::graph::Plan;
use flow_engine::run::event::{Outcome, Rest};
use flow_engine::run::{Failed, Tally};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::args::Global;
use crate::commands::answer;
use crate::deliver;
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::outputs::{self, Written};
use crate::render::{self, WARN, progress};
use crate::runs;

/// What is to be driven.
pub(crate) enum Work {
    /// `files` stand for the plan's literal files, in order.
    Start {
        inputs: Map<String, Json>,
        files: Vec<Json>,
        /// What the run may spend; none: what its pipeline says.
        limit: Option<Usd>,
        /// Whether it buys what another run may have bought.
        buy_again: bool,
    },
    Resume(Box<Resumption>),
}

/// How a run is taken up.
pub(crate) struct Resumption {
    pub(crate) run: RunId,
    pub(crate) on_copy: OnCopy,
    pub(crate) again: Option<Again>,
    pub(crate) accept: Vec<(String, u32)>,
}

/// Where a run is kept, and where its outputs go.
pub(crate) struct Place<'a> {
    pub(crate) state: &'a State,
    pub(crate) out: PathBuf,
    pub(crate) answer: Answer,
    pub(crate) environment: &'a Environment,
    /// What all runs of the project may spend.
    pub(crate) wallet: Wallet,
    pub(crate) global: &'a Global,
}

/// What goes to standard output for people at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Where the outputs are, a file a line.
    Paths,
    /// The outputs themselves, as JSON.
    Values,
}

/// What programs read of a run that has ended.
#[derive(Serialize)]
struct Document<'a> {
    run: &'a RunId,
    status: &'static str,
    outputs: &'a Json,
    spent: String,
    seconds: f64,
    nodes: Tally,
    failures: Vec<Failure<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    path: &'a str,
    class: &'static str,
    message: &'a str,
    help: Option<&'a str>,
}

/// Drives `work` of `plan` to its end, shows it on the way, and tells the end.
pub(crate) fn drive(
    plan: &Arc<Plan>,
    work: Work,
    registry: &Registry,
    place: &Place,
) -> Result<Exit, Problem> {
    warn_of_network(place.state);
    // Before anything starts: a film without a place is no use.
    outputs::make_folder(&place.out)
        .map_err(|problem| Problem { exit: Exit::Refused, ..problem })?;
    let mut ending = driven(plan, work, registry.clone(), place)?;
    while ending.how == How::Rests(Rest::Person) && answer::is_here(place.global) {
        let Some(signal) = answer::in_place(place.state, &ending.run)? else { break };
        match deliver::record(place.state, &ending.run, signal, &place.wallet)? {
            Delivered::Recorded(Some(outcome)) => {
                ending.how = How::Finished(outcome);
                break;
            }
            Delivered::Refused(why) => render::problem(&Problem::refused(why)),
            Delivered::Recorded(None) | Delivered::Left => {}
        }
        let (run, on_copy) = (ending.run.clone(), OnCopy::Refuse);
        let resumption = Resumption { run, on_copy, again: None, accept: Vec::new() };
        ending = driven(plan, Work::Resume(resumption.into()), registry.clone(), place)?;
    }
    conclude(plan, ending, place)
}

/// Drives `work` until it ends or rests.
fn driven(
    plan: &Arc<Plan>,
    work: Work,
    registry: Registry,
    place: &Place,
) -> Result<Ending, Problem> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed(format!("cannot start threads: {error}")))?;
    let (stop, stops) = unbounded_channel();
    let mut options = Options::new(registry);
    options.stop = stops;
    options.wallet = place.wallet.clone();
    options.observer = match &work {
        Work::Start { limit, buy_again, .. } => {
            (options.limit, options.buy_again) = (*limit, *buy_again);
            progress::observer(plan, &[])?
        }
        Work::Resume(resumption) => {
            let Resumption { run, on_copy, again, accept } = &**resumption;
            options.on_copy = *on_copy;
            options.again.clone_from(again);
            options.accept.clone_from(accept);
            options.by = deliver::person();
            progress::observer(plan, &place.state.store().journal(run)?)?
        }
    };
    options.secrets = secrets(plan, place);
    let (state, plan) = (place.state.clone(), Arc::clone(plan));
    let ending = runtime.block_on(async {
        let signals = signal(SignalKind::interrupt()).and_then(|interrupts| {
            Ok(tokio::spawn(listen(stop, interrupts, signal(SignalKind::terminate())?)))
        });
        let signals = signals
            .map_err(|error| Problem::failed(format!("cannot listen to Ctrl-C: {error}")))?;
        // On a thread that executes attempts as well: a short one begins and ends there, and no other has to be woken.
        let driver = tokio::spawn(async move {
            match work {
                Work::Start { inputs, files, .. } => {
                    state.start(&plan, inputs, files, options).await
                }
                Work::Resume(what) => state.resume(&what.run, options).await,
            }
        });
        let ending = driver.await.unwrap_or_else(|died| resume_unwind(died.into_panic()));
        signals.abort();
        Ok::<_, Problem>(ending?)
    });
    // What is still under way is ended by the host, or waits for nobody.
    runtime.shutdown_timeout(Duration::from_secs(1));
    ending
}

/// Of those that the plan names, what the environment has.
fn secrets(plan: &Plan, place: &Place) -> Secrets {
    let names = plan.secrets().into_iter();
    names
        .filter_map(|name| Some((name.clone(), place.environment.get(&name)?.to_owned())))
        .collect()
}

/// Hands out what a run gave that has ended: whoever drove it may have been killed before, or a person's word ended it.
pub(crate) fn hand_out(history: &History, place: &Place) -> Result<Exit, Problem> {
    let Some(outcome) = history.state.outcome() else {
        return Err(Problem::failed(format!("the run {} has not ended", history.row.run)));
    };
    let output = history.state.result();
    let output = output.map(|output| history::json(place.state.store(), output)).transpose()?;
    let ending = Ending {
        run: history.row.run.clone(),
        how: How::Finished(outcome),
        tally: history.tally(),
        failures: history.state.failures().to_vec(),
        output: output.unwrap_or_default(),
        spent: history.spent(),
        open: history.state.open_count(),
        took: Duration::from_secs_f64(runs::seconds(&history.row).unwrap_or_default()),
    };
    conclude(&history.plan, ending, place)
}

/// A journal on a network file system may be damaged, or not survive: its owner should know before anything is bought.
fn warn_of_network(state: &State) {
    if let Some(kind) = file_system::network(state.folder()) {
        let folder = state.folder().display();
        render::say(&format!(
            "{WARN}warning{WARN:#}: the state folder {folder} is on {kind}, where journals are not safe\n"
        ));
        render::hint("choose a folder on a local disk: --state DIR, or FLOW_STATE");
    }
}

/// Ctrl-C once: let end what executes. Twice: stop now. Being told to terminate counts as much.
async fn listen(stop: UnboundedSender<Stop>, mut interrupts: Signal, mut terminations: Signal) {
    let steps = [
        (Stop::Drain, "stopping: what executes may end; Ctrl-C again stops it too\n"),
        (Stop::Now, "stopping now; the journal is right at every moment\n"),
    ];
    for (step, words) in steps {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {}
        }
        render::say(words);
        if stop.send(step).is_err() {
            return;
        }
    }
}

/// Writes the outputs, tells the end.
fn conclude(plan: &Plan, ending: Ending, place: &Place) -> Result<Exit, Problem> {
    let Ending { run, how, tally, failures, mut output, spent, open, took } = ending;
    let written = if let Json::Object(outputs) = &mut output {
        let artifacts = place.state.artifacts();
        for digest in outputs.values().flat_map(artifacts_in) {
            artifacts.verify(&digest).map_err(StateError::from)?; // What is handed out is what was made.
        }
        let stored = |digest: &_| artifacts.path(digest);
        outputs::write(outputs, &place.out, &stored)?
    } else {
        // Made before the start; stays only if something is in it.
        drop(std::fs::remove_dir(&place.out));
        Vec::new()
    };
    let status = match how {
        How::Finished(outcome) => outcome.word(),
        How::Rests(Rest::Person) => "waiting",
        How::Rests(Rest::Doubt) => "in doubt",
        How::Interrupted => "interrupted",
    };
    if place.global.json {
        render::print_json(&Document {
            run: &run,
            status,
            outputs: &output,
            spent: spent.to_string(),
            seconds: took.as_secs_f64(),
            nodes: tally,
            failures: failures.iter().map(failure).collect(),
        })?;
    } else if place.answer == Answer::Paths {
        render::print(&paths(&written))?;
    } else if !output.is_null() {
        render::print(&format!("{output:#}\n"))?;
    }
    tell_failures(&failures);
    let nodes = nodes(tally);
    let seconds = render::seconds(took);
    render::say(&format!("{}: {status} in {seconds}; {nodes}; spent {spent}\n", plan.name));
    if let Some(next) = next(how, &run, place.global) {
        render::hint(&next);
    }
    if open > 0 && matches!(how, How::Finished(_)) {
        let state = state_option(place.global);
        let purchases = render::count(open, "purchase");
        render::hint(&format!(
            "{purchases} still open: flow jobs harvest{state} books them, and keeps what they gave"
        ));
    }
    Ok(exit(how))
}

fn exit(how: How) -> Exit {
    match how {
        How::Finished(Outcome::Succeeded) => Exit::Succeeded,
        How::Finished(Outcome::Failed) => Exit::Failed,
        How::Finished(Outcome::Partial) => Exit::Partial,
        How::Finished(Outcome::Cancelled) | How::Interrupted => Exit::Cancelled,
        How::Rests(Rest::Person) => Exit::Waiting,
        How::Rests(Rest::Doubt) => Exit::InDoubt,
    }
}

/// ` --state FOLDER` where it was said.
fn state_option(global: &Global) -> String {
    match global.state.as_ref().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => format!(" --state {}", folder.display()),
        None => String::new(),
    }
}

/// What to do about an end that was not wanted.
fn next(how: How, run: &RunId, global: &Global) -> Option<String> {
    let state = state_option(global);
    match how {
        How::Finished(Outcome::Succeeded | Outcome::Cancelled) => None,
        How::Finished(Outcome::Failed) => Some(format!(
            "`flow show {run}{state}` tells more; once it is mended, run it again: what is done is taken from the cache"
        )),
        How::Finished(Outcome::Partial) => Some(format!(
            "`flow show {run}{state}` tells which items were dropped, or what the budget ended"
        )),
        How::Rests(Rest::Person) => {
            Some(format!("it waits for an answer: flow answer {run}{state}"))
        }
        How::Rests(Rest::Doubt) => Some(format!("money may have been spent: flow jobs{state}")),
        How::Interrupted => Some(format!("go on with: flow resume {run}{state}")),
    }
}

/// Nodes that failed for the same reason are told once, with the first of them in order of path.
pub(crate) fn tell_failures(failures: &[Failed]) {
    let alike = |a: &Failed, b: &Failed| {
        (&a.failure.message, &a.failure.help) == (&b.failure.message, &b.failure.help)
    };
    for (index, first) in failures.iter().enumerate() {
        if failures[..index].iter().any(|former| alike(former, first)) {
            continue;
        }
        let same: Vec<&Failed> = failures.iter().filter(|other| alike(other, first)).collect();
        let path = same.iter().map(|failed| failed.path.as_str()).min().unwrap_or_default();
        let mut place = if path.is_empty() { "the outputs".into() } else { format!("`{path}`") };
        if same.len() > 1 {
            place.push_str(&format!(" and {} more", same.len() - 1));
        }
        let failure = &first.failure;
        render::problem(&Problem {
            message: format!("{place} failed: {}", failure.message),
            help: failure.help.clone(),
            exit: Exit::Failed,
        });
    }
}

fn failure(failed: &Failed) -> Failure<'_> {
    Failure {
        path: &failed.path,
        class: failed.failure.class.word(),
        message: &failed.failure.message,
        help: failed.failure.help.as_deref(),
    }
}

/// `12 nodes ran, 3 from the cache`.
pub(crate) fn nodes(tally: Tally) -> String {
    let mut words = vec![format!("{} ran", render::count(tally.ran, "node"))];
    let others = [
        (tally.cached, "from the cache"),
        (tally.skipped, "skipped"),
        (tally.failed, "failed"),
        (tally.cancelled, "cancelled"),
    ];
    words.extend(
        others
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}")),
    );
    if tally.dropped > 0 {
        words.push(format!("{} dropped", render::count(tally.dropped, "item")));
    }
    words.join(", ")
}

/// One path a line, so that other programs can read them.
fn paths(written: &[Written]) -> String {
    let files = written.iter().flat_map(|output| &output.files);
    files.fold(String::new(), |lines, file| lines + &file.display().to_string() + "\n")
}

/// Where the outputs of the pipeline `name` go if nobody says otherwise. A name is any text, but never leads out of `out`.
pub(crate) fn out(wanted: Option<&Path>, name: &str) -> PathBuf {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let folder: String = name.chars().map(|c| if fits(c) { c } else { '-' }).collect();
    let folder = folder.trim_start_matches('.');
    let folder = if folder.is_empty() { "pipeline" } else { folder };
    wanted.map_or_else(|| Path::new("out").join(folder), Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_leads_out_of_the_folder_of_outputs() {
        let cases = [
            ("short-film", "out/short-film"),
            ("Ein Film, kurz", "out/Ein-Film--kurz"),
            ("../../.ssh", "out/-..-.ssh"),
            ("/etc", "out/-etc"),
            ("..", "out/pipeline"),
            ("", "out/pipeline"),
        ];
        for (name, expected) in cases {
            assert_eq!(out(None, name), Path::new(expected), "{name}");
        }
        assert_eq!(out(Some(Path::new("/there")), "film"), Path::new("/there"));
    }
}
