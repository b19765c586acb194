//! `flow library`: which files are kept, and which may go?

use std::time::SystemTime;

use flow_engine::host::State;
use flow_engine::host::library::{self, Holding};
use serde::Serialize;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::setup::{self, Project};
use crate::{render, runs};

/// What programs read of the kept files.
#[derive(Serialize)]
struct Document {
    files: Vec<File>,
    bytes: u64,
}

#[derive(Serialize)]
struct File {
    artifact: String,
    path: String,
    bytes: u64,
    media_type: String,
    /// Null for a file that no run gave: it was handed in, or its run is gone.
    run: Option<String>,
    node: Option<String>,
}

/// What programs read of a cleaning.
#[derive(Serialize)]
struct Cleaned {
    removed: usize,
    bytes: u64,
    spared: usize,
}

pub(crate) fn list(global: &Global) -> Result<Exit, Problem> {
    let state = opened(&setup::project(global))?;
    let holdings = library::holdings(&state)?;
    let bytes = holdings.iter().map(|holding| holding.bytes).sum();
    if global.json {
        let files = holdings.iter().map(|holding| file(&state, holding)).collect();
        render::print_json(&Document { files, bytes })?;
        return Ok(Exit::Succeeded);
    }
    let rows = holdings.iter().map(|holding| {
        let (run, node) = match &holding.from {
            Some((run, node)) => (run.to_string(), node.clone()),
            None => (String::new(), "handed in".into()),
        };
        let name = holding.digest.to_hex()[..12].to_owned();
        vec![name, size(holding.bytes), holding.media_type.clone(), run, node]
    });
    render::print(&render::table::table(&["file", "size", "type", "run", "node"], rows))?;
    render::say(&format!("{}, {}\n", render::count(holdings.len(), "file"), size(bytes)));
    Ok(Exit::Succeeded)
}

pub(crate) fn clean(global: &Global) -> Result<Exit, Problem> {
    let state = opened(&setup::project(global))?;
    let cleaned = library::clean(&state, SystemTime::now())?;
    let library::Cleaned { files, bytes, spared } = cleaned;
    if global.json {
        render::print_json(&Cleaned { removed: files, bytes, spared })?;
    } else {
        let mut words = format!("removed {}, {}\n", render::count(files, "file"), size(bytes));
        if spared > 0 {
            let young = render::count(spared, "file");
            words.push_str(&format!("spared {young} that nothing names yet: younger than a day\n"));
        }
        render::say(&words);
    }
    Ok(Exit::Succeeded)
}

/// The state of the project, if it has one.
fn opened(project: &Project) -> Result<State, Problem> {
    runs::look(&project.state)?;
    Ok(State::open(&project.state)?)
}

fn file(state: &State, holding: &Holding) -> File {
    let from = holding.from.as_ref();
    File {
        artifact: holding.digest.to_string(),
        path: state.artifacts().path(&holding.digest).display().to_string(),
        bytes: holding.bytes,
        media_type: holding.media_type.clone(),
        run: from.map(|(run, _)| run.to_string()),
        node: from.map(|(_, node)| node.clone()),
    }
}

/// `812 B`, `3.1 MB`.
fn size(bytes: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
    let amount = bytes as f64;
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{:.1} kB", amount / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", amount / 1e6),
        _ => format!("{:.1} GB", amount / 1e9),
    }
}
