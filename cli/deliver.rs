//! How does a word reach a run: through its driver, or by a tick of our own?

use flow_engine::host::history::History;
use flow_engine::host::store::inbox::Message;
use flow_engine::host::wallet::Wallet;
use flow_engine::host::{Delivered, Options, State};
use flow_engine::name::{Digest, RunId};
use flow_engine::run::event::{Outcome, Signal};
use serde::Serialize;

use crate::args::Global;
use crate::drive::{self, Place};
use crate::exit::{Exit, Problem};
use crate::setup::Project;
use crate::{render, setup};

/// What programs read of a delivery.
#[derive(Serialize)]
struct Document<'a> {
    run: &'a RunId,
    /// `recorded`, or `left` for the process that drives the run.
    delivered: &'static str,
}

pub(crate) fn deliver(run: &RunId, what: Signal, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let state = State::open(&project.state)?;
    let wallet = project.settings()?.wallet();
    let delivered = record(&state, run, what, &wallet)?;
    let word = match &delivered {
        Delivered::Refused(why) => return Err(Problem::refused(why)),
        Delivered::Recorded(_) => "recorded",
        Delivered::Left => "left",
    };
    if global.json {
        render::print_json(&Document { run, delivered: word })?;
        return Ok(Exit::Succeeded);
    }
    match delivered {
        Delivered::Recorded(Some(outcome)) => {
            render::say(&format!("recorded; the run {run} has ended: {}\n", outcome.word()));
            if matches!(outcome, Outcome::Succeeded | Outcome::Partial) {
                return hand_out(run, &state, &project, global);
            }
        }
        Delivered::Recorded(None) => {
            render::say("recorded\n");
            render::hint(&format!("go on with: flow resume {run}"));
        }
        _ => render::say(&format!("left for the process that drives {run}\n")),
    }
    Ok(Exit::Succeeded)
}

/// What a run gave that the word has ended.
fn hand_out(
    run: &RunId,
    state: &State,
    project: &Project,
    global: &Global,
) -> Result<Exit, Problem> {
    let history = History::of(state.store(), state.store().run(run)?)?;
    let out = drive::out(None, &history.plan.name);
    let place = Place {
        state,
        out,
        answer: drive::Answer::Paths,
        environment: &project.environment,
        wallet: project.settings()?.wallet(),
        global,
    };
    drive::hand_out(&history, &place)
}

/// Brings `what` to the run, whoever drives it.
pub(crate) fn record(
    state: &State,
    run: &RunId,
    what: Signal,
    wallet: &Wallet,
) -> Result<Delivered, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Problem::failed(format!("cannot start: {error}")))?;
    let message = Message { id: id(run, &what), what };
    let mut options = Options::new(setup::registry());
    options.wallet = wallet.clone();
    Ok(runtime.block_on(state.deliver(run, &message, options))?)
}

/// The same word on the same thing, said again by an impatient person, is one message.
fn id(run: &RunId, what: &Signal) -> Box<str> {
    let said = serde_json::to_string(what).unwrap_or_default();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let second = now.map_or(0, |now| now.as_secs());
    let hash = Digest::of(format!("{run} {second} {said}").as_bytes());
    hash.to_hex()[..16].into()
}

/// The person at the terminal, as the machine knows them.
pub(crate) fn person() -> String {
    std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "someone".into())
}
