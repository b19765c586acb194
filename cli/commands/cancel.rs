//! `flow cancel [RUN]`: ends a run; what is paid for lands.

use flow_engine::run::event::Signal;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::{deliver, runs, setup};

pub(crate) fn cancel(run: Option<&str>, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let row = runs::find(&runs::look(&project.state)?, run)?;
    if let Some(outcome) = row.outcome {
        return Err(Problem::refused(format!("the run {} has ended: {outcome}", row.run)));
    }
    deliver::deliver(&row.run, Signal::Cancel { by: deliver::person().into() }, global)
}
