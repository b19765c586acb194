//! How does a run look while it runs?
//!
//! The pipeline's own nodes are shown, a map with the number of its items; what happens inside counts for the node that
//! it belongs to. On a terminal as lines that change, elsewhere as a line for each node that ends. All on standard
//! error.

mod bars;
mod board;
mod lines;

use std::io::IsTerminal;

use flow_engine::host::HostError;
use flow_engine::host::observer::Observer;
use flow_engine::host::store::TickRow;
use flow_engine::host::wallet::Short;
use flow_engine::name::RunId;
use flow_engine::plan::graph::Plan;
use flow_engine::run::RunState;
use flow_engine::run::event::{AttemptId, Event};
use flow_engine::time::Timestamp;

use crate::exit::Problem;
use board::Board;

/// A way to show the board.
trait Display: Send {
    /// What is shown of the row at `index` may have changed.
    fn changed(&mut self, board: &Board, index: usize);
    /// The row at `index` has ended, and changes no more.
    fn ended(&mut self, board: &Board, index: usize);
    /// A line for people, about no row.
    fn say(&mut self, line: &str);
    /// The run goes no further.
    fn closed(&mut self);
}

struct Watch<D> {
    board: Board,
    display: D,
}

/// A display of a run of `plan` after what its journal tells of the `past`, as fits where standard error leads.
pub(crate) fn observer(plan: &Plan, past: &[TickRow]) -> Result<Box<dyn Observer>, Problem> {
    let mut board = Board::of(plan);
    let mut run = RunState::default();
    for tick in past {
        for event in &tick.events {
            run.apply(plan, event).map_err(HostError::from)?;
            board.take(&run, event, tick.now);
        }
    }
    Ok(if std::io::stderr().is_terminal() {
        let display = bars::Bars::of(&board);
        Box::new(Watch { board, display })
    } else {
        Box::new(Watch { board, display: lines::Lines })
    })
}

impl<D: Display> Observer for Watch<D> {
    fn recorded(&mut self, _: &Plan, run: &RunState, event: &Event, now: Timestamp) {
        for index in self.board.take(run, event, now) {
            if self.board.rows[index].ended().is_some() {
                self.display.ended(&self.board, index);
            } else {
                self.display.changed(&self.board, index);
            }
        }
        if matches!(event, Event::Finished { .. }) {
            self.display.closed();
        }
    }

    fn unheard(&mut self, why: &str) {
        self.display.say(&format!("not heard: {why}"));
    }

    fn waits(&mut self, short: &Short) {
        let runs: Vec<_> = short.runs.iter().map(ToString::to_string).collect();
        let line = format!(
            "waiting for the project's wallet: {short}; {} may give the rest back: `flow resume` or `flow cancel` ends \
             one that nobody drives",
            runs.join(", ")
        );
        self.display.say(&line);
    }

    fn twin(&mut self, other: &RunId) {
        self.display.say(&format!(
            "waiting for what {other} may have bought already: `flow jobs` tells what, `flow jobs lost` gives it up; \
             `flow run --buy-again` does not wait"
        ));
    }

    fn began(&mut self, attempt: AttemptId, path: &str) {
        if let Some(index) = self.board.began(attempt, path) {
            self.display.changed(&self.board, index);
        }
    }

    fn progressed(&mut self, attempt: AttemptId, _: &str, done: f64) {
        if let Some(index) = self.board.progressed(attempt, done) {
            self.display.changed(&self.board, index);
        }
    }
}
