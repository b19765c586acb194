//! `flow run FILE --rehearse --kill-everywhere`: what a run comes to that is killed at each of its moments.

use std::collections::BTreeMap;
use std::sync::Arc;

use flow_engine::host::rehearse::{Cell, Matrix, Row, Sold, Stage, kill_everywhere};
use flow_engine::kind::buy::RecoveryKind;
use flow_nodes::provider::rehearsal::book::InMemory;
use flow_nodes::provider::rehearsal::script::Script;
use serde::Serialize;

use super::rehearse::{Scene, runtime};
use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::table::table;
use crate::{render, setup};

/// Kills the run of `scene` at `most` moments for each way of recovery, and tells what it came to.
pub(super) fn everywhere(
    scene: &Scene,
    seed: u64,
    most: u64,
    global: &Global,
) -> Result<Exit, Problem> {
    let staging = |recovery: RecoveryKind| {
        let book = Arc::new(InMemory::default());
        let registry = setup::rehearsing_with(Arc::clone(&book), Script::faultless(recovery));
        let stage = Stage::new(registry, scene.state.artifacts().clone());
        let sold: Box<dyn Fn() -> Vec<Sold>> = Box::new(move || sold(&book));
        (stage, sold)
    };
    let (plan, inputs, files) = (&scene.plan, &scene.inputs, &scene.files);
    let matrix = runtime()?.block_on(kill_everywhere(plan, inputs, files, &staging, seed, most))?;
    if global.json {
        render::print_json(&document(&matrix))?;
    } else {
        render::print(&text(&matrix))?;
    }
    let cases = render::count(matrix.cases(), "case");
    if let Some(first) = matrix.broken.first() {
        let wrong = render::count(matrix.broken.len(), "case");
        return Err(Problem::failed(format!(
            "{wrong} of {cases} went wrong; first {}, moment {}: {}",
            word(first.recovery),
            first.moment,
            first.what
        ))
        .help("this is a fault of flow or of a kind: please report it with the pipeline"));
    }
    render::say(&format!("{}: {cases}, nothing bought twice, nothing forgotten\n", plan.name));
    Ok(Exit::Succeeded)
}

fn sold(book: &InMemory) -> Vec<Sold> {
    let entries = book.entries().into_iter();
    entries
        .map(|entry| Sold { client_ref: entry.client_ref, job: entry.job, bill: entry.bill })
        .collect()
}

const COLUMNS: [RecoveryKind; 4] = [
    RecoveryKind::ClientId,
    RecoveryKind::ListWithEcho,
    RecoveryKind::ListFinishedOnly,
    RecoveryKind::None,
];

fn word(recovery: RecoveryKind) -> &'static str {
    match recovery {
        RecoveryKind::ClientId => "client id",
        RecoveryKind::ListWithEcho => "list with echo",
        RecoveryKind::ListFinishedOnly => "finished only",
        RecoveryKind::OutputPrefix => "output prefix",
        RecoveryKind::None => "none",
    }
}

/// A row for each place of death, a column for each way of recovery.
fn text(matrix: &Matrix) -> String {
    let mut headings = vec!["killed"];
    headings.extend(COLUMNS.map(word));
    let rows = Row::ALL.map(|row| {
        let mut cells = vec![row.words().to_owned()];
        cells.extend(COLUMNS.map(|recovery| match matrix.cells.get(&(recovery, row)) {
            Some(cell) => told(cell),
            None => "not reached".to_owned(),
        }));
        cells
    });
    table(&headings, rows)
}

fn told(cell: &Cell) -> String {
    let Cell { cases, states, in_doubt } = *cell;
    let doubt = if in_doubt > 0 { format!(", {in_doubt} in doubt") } else { String::new() };
    format!("{cases} cases, {states} states{doubt}")
}

/// What programs read of it.
#[derive(Serialize)]
struct Document {
    cases: u64,
    cells: BTreeMap<&'static str, BTreeMap<&'static str, Counts>>,
    unreached: Vec<[&'static str; 2]>,
    broken: Vec<Wrong>,
}

#[derive(Serialize)]
struct Counts {
    cases: u64,
    states: u64,
    in_doubt: u64,
}

#[derive(Serialize)]
struct Wrong {
    recovery: &'static str,
    moment: u64,
    what: String,
}

fn document(matrix: &Matrix) -> Document {
    let mut cells: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for ((recovery, row), cell) in &matrix.cells {
        let Cell { cases, states, in_doubt } = *cell;
        cells
            .entry(word(*recovery))
            .or_default()
            .insert(row.words(), Counts { cases, states, in_doubt });
    }
    let wrong = matrix.broken.iter().map(|broken| Wrong {
        recovery: word(broken.recovery),
        moment: broken.moment,
        what: broken.what.clone(),
    });
    Document {
        cases: matrix.cases(),
        cells,
        unreached: matrix
            .unreached()
            .iter()
            .map(|(kind, row)| [word(*kind), row.words()])
            .collect(),
        broken: wrong.collect(),
    }
}
