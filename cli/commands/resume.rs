//! `flow resume [RUN]`: goes on with a run that was stopped or killed.

use std::path::Path;

use flow_engine::host::{OnCopy, State, history};

use crate::args::Global;
use crate::drive::{self, Answer, Place, Work};
use crate::exit::{Exit, Problem};
use crate::{runs, setup};

pub(crate) fn resume(
    run: Option<&str>,
    out: Option<&Path>,
    on_copy: OnCopy,
    global: &Global,
) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let row = runs::find(&runs::look(&project.state)?, run)?;
    let state = State::open(&project.state)?;
    let plan = history::plan(state.store(), &row)?;
    let out = drive::out(out, &plan.name);
    let place = Place { state: &state, out, answer: Answer::Paths, global };
    drive::drive(&plan, Work::Resume(row.run, on_copy), setup::registry_of(&project), &place)
}
