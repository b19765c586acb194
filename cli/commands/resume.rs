//! `flow resume [RUN]`: goes on with a run that was stopped or killed, or does a part of one again.

use flow_engine::host::history::{self, History};
use flow_engine::host::store::{RunRow, Store};
use flow_engine::host::{Again, OnCopy, State};
use flow_engine::plan::graph::Plan;
use serde_json::Value as Json;

use crate::args::{Global, Resume};
use crate::drive::{self, Answer, Place, Resumption, Work};
use crate::environment::Environment;
use crate::exit::{Exit, Problem};
use crate::{media_type, runs, setup, values};

pub(crate) fn resume(what: &Resume, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let row = runs::find(&runs::look(&project.state)?, what.run.as_deref())?;
    let state = State::open(&project.state)?;
    let plan = history::plan(state.store(), &row)?;
    let out = drive::out(what.out.as_deref(), &plan.name);
    let resumption = Resumption {
        run: row.run.clone(),
        on_copy: if what.take_over { OnCopy::TakeOver } else { OnCopy::Refuse },
        again: again(what, &plan, &row, &state, &project.environment)?,
        accept: what.accept.clone(),
    };
    let place = Place {
        state: &state,
        out,
        answer: Answer::Paths,
        environment: &project.environment,
        wallet: project.settings()?.wallet(),
        global,
    };
    if row.outcome.is_some() && resumption.again.is_none() {
        let history = History::of(state.store(), row)?;
        if history.state.result().is_some() {
            return drive::hand_out(&history, &place);
        }
    }
    drive::drive(
        &plan.into(),
        Work::Resume(resumption.into()),
        &setup::registry_of(&project),
        &place,
    )
}

/// What of the run is to be done again, and with which inputs.
fn again(
    what: &Resume,
    plan: &Plan,
    row: &RunRow,
    state: &State,
    environment: &Environment,
) -> Result<Option<Again>, Problem> {
    let Resume { from, redo, values, .. } = what;
    if from.is_empty() && redo.is_empty() {
        if values.input.is_empty() {
            return Ok(None);
        }
        return Err(Problem::refused("a run goes on with the inputs that it was started with")
            .help("say what is done again with others: --from NODE, or --redo 'shots[3]'"));
    }
    let mut inputs = None;
    if !values.input.is_empty() {
        let mut import = |taker: &str, path: &std::path::Path, range: &str| {
            let media_type = media_type::fitting(taker, path, range)?;
            Ok(state.import(path, &media_type)?)
        };
        let former = former(state.store(), row)?;
        let changed = values::changed(plan, former, &values.input, environment, &mut import)?;
        inputs = Some(changed);
    }
    Ok(Some(Again { from: from.clone(), redo: redo.clone(), inputs }))
}

/// What the run was given.
fn former(store: &Store, row: &RunRow) -> Result<serde_json::Map<String, Json>, Problem> {
    let history = History::of(store, row.clone())?;
    Ok(match history.state.inputs().map(|inputs| history::json(store, inputs)).transpose()? {
        Some(Json::Object(inputs)) => inputs,
        _ => serde_json::Map::new(),
    })
}
