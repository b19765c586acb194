//! `flow runs`: which runs are kept here, newest first?

use flow_engine::host::store::{RunRow, Store};
use flow_engine::name::RunId;
use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::runs::{seconds, status};
use crate::wallet::{self, Standing};
use crate::{render, setup};

/// What programs read of all runs.
#[derive(Serialize)]
struct Document<'a> {
    runs: Vec<Line<'a>>,
    /// Of the project; left out, if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    wallet: Option<Standing>,
}

#[derive(Serialize)]
struct Line<'a> {
    run: &'a RunId,
    pipeline: &'a str,
    status: &'a str,
    /// RFC 3339.
    started: String,
    /// Null while it has not ended.
    seconds: Option<f64>,
    spent: String,
}

fn spent(row: &RunRow) -> String {
    row.spent.map(|spent| spent.to_string()).unwrap_or_default()
}

pub(crate) fn runs(global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    // A project without state is one without runs.
    let store = Store::look(&project.state)?;
    let rows = store.as_ref().map(Store::runs).transpose()?.unwrap_or_default();
    let wallet = wallet::standing(&project, store.as_ref())?;
    if global.json {
        let runs = rows.iter().map(|row| Line {
            run: &row.run,
            pipeline: &row.pipeline,
            status: status(row),
            started: row.started.to_string(),
            seconds: seconds(row),
            spent: spent(row),
        });
        render::print_json(&Document { runs: runs.collect(), wallet })?;
    } else if rows.is_empty() {
        render::say("there are no runs yet; start one: flow run FILE\n");
    } else {
        let lines = rows.iter().map(|row| {
            vec![
                row.run.to_string(),
                row.pipeline.clone(),
                status(row).to_owned(),
                row.started.to_string(),
                seconds(row).map(|seconds| format!("{seconds:.1} s")).unwrap_or_default(),
                spent(row),
            ]
        });
        let headings = ["run", "pipeline", "status", "started", "took", "spent"];
        let wallet = wallet.map(|wallet| wallet.text()).unwrap_or_default();
        render::print(&(render::table::table(&headings, lines) + &wallet))?;
    }
    Ok(Exit::Succeeded)
}
