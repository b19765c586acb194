//! Which run is meant?

use std::path::Path;

use flow_engine::diagnostic::nearest;
use flow_engine::host::store::{RunRow, Store};

use crate::exit::Problem;

/// The runs of the state folder, to look at.
pub(crate) fn look(state: &Path) -> Result<Store, Problem> {
    Store::look(state)?.ok_or_else(|| {
        Problem::refused(format!("there are no runs: `{}` holds no state", state.display()))
            .help("go to the project's folder, or name its state: --state DIR")
    })
}

/// The run that `text` names, by its id or the only one that begins or ends so; the newest, if nothing is named.
pub(crate) fn find(store: &Store, text: Option<&str>) -> Result<RunRow, Problem> {
    let rows = store.runs()?;
    let Some(text) = text else {
        return rows.into_iter().next().ok_or_else(|| {
            Problem::refused("there are no runs yet").help("start one: flow run FILE")
        });
    };
    let fits = |row: &&RunRow| {
        let id = row.run.as_str();
        !text.is_empty() && (id.starts_with(text) || id.ends_with(text))
    };
    if let Some(row) = rows.iter().find(|row| row.run.as_str() == text) {
        return Ok(row.clone());
    }
    match rows.iter().filter(fits).collect::<Vec<_>>()[..] {
        [row] => Ok(row.clone()),
        [] => {
            let problem = Problem::refused(format!("no run is called `{text}`"));
            Err(match nearest(text, rows.iter().map(|row| row.run.as_str())) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None => problem.help("`flow runs` lists them"),
            })
        }
        ref several => Err(Problem::refused(format!("`{text}` fits {} runs", several.len()))
            .help("write more of the id; `flow runs` lists them")),
    }
}

/// What became of a run, in a word.
pub(crate) fn status(row: &RunRow) -> &str {
    row.outcome.as_deref().unwrap_or("unfinished")
}

/// From its start to its end; none while it has not ended.
pub(crate) fn seconds(row: &RunRow) -> Option<f64> {
    row.finished.map(|finished| finished.since(row.started).as_secs_f64())
}
