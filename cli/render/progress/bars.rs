//! A run on a terminal: a line for each node that is not over, and above them those that are.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Display;
use super::board::Board;
use super::lines::line;
use crate::render::{self, BAD, DIM, GOOD};

/// More lines than this say less.
const AT_ONCE: usize = 16;

pub(super) struct Bars {
    all: MultiProgress,
    rows: Vec<Option<ProgressBar>>,
    width: usize,
}

impl Bars {
    pub(super) fn of(board: &Board) -> Self {
        let width = board.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        let all = MultiProgress::new();
        render::share_terminal(Some(all.clone()));
        let mut bars = Self { all, rows: vec![None; board.rows.len()], width };
        for index in (0..board.rows.len()).filter(|row| board.rows[*row].ended().is_none()) {
            bars.changed(board, index);
        }
        bars
    }

    /// The line of a row; none where there are too many.
    fn bar(&mut self, board: &Board, index: usize) -> Option<&ProgressBar> {
        let has_room = || self.rows.iter().flatten().count() < AT_ONCE;
        if self.rows[index].is_none() && (board.rows[index].has_begun() || has_room()) {
            let above = self.rows[..index].iter().rev().find_map(Option::as_ref);
            // Not by `set_prefix`: a bar that is not among the others yet would draw itself, once, and stay.
            let name = format!("{:<width$}", board.rows[index].name, width = self.width);
            let fresh = ProgressBar::new_spinner().with_prefix(name).with_style(waiting());
            let bar = match above {
                Some(above) => self.all.insert_after(above, fresh),
                None => self.all.insert(0, fresh),
            };
            self.rows[index] = Some(bar);
        }
        self.rows[index].as_ref()
    }
}

impl Display for Bars {
    fn changed(&mut self, board: &Board, index: usize) {
        let row = &board.rows[index];
        let has_begun = row.has_begun();
        let Some(bar) = self.bar(board, index) else { return };
        if has_begun {
            if bar.message().is_empty() || bar.message().starts_with("waits for ") {
                bar.set_style(running());
                bar.reset_elapsed();
                bar.enable_steady_tick(Duration::from_millis(120));
            }
            bar.set_message(row.activity());
        } else {
            bar.set_style(waiting());
            let awaited = board.awaited(index);
            let what = if awaited.is_empty() { "its turn".into() } else { awaited.join(", ") };
            bar.set_message(format!("waits for {what}"));
            bar.tick();
        }
    }

    fn ended(&mut self, board: &Board, index: usize) {
        if let Some(bar) = self.rows[index].take() {
            bar.finish_and_clear();
            self.all.remove(&bar);
        }
        let (style, mark) = match board.rows[index].ended().map(|ended| ended.how) {
            Some("failed") => (BAD, "✗"),
            Some("done" | "cached") => (GOOD, "✓"),
            _ => (DIM, "–"),
        };
        let text = format!("{style}{mark}{style:#} {}", line(board, index));
        // A terminal that is gone wants no lines.
        let _ = self.all.println(render::for_stderr(&text));
    }

    fn say(&mut self, line: &str) {
        let _ = self.all.println(line);
    }

    fn closed(&mut self) {
        let _ = self.all.clear();
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.closed();
        render::share_terminal(None);
    }
}

fn running() -> ProgressStyle {
    ProgressStyle::with_template("{spinner:.cyan} {prefix:.bold}  {elapsed:>4.dim}  {wide_msg}")
        .expect("the template is right")
}

fn waiting() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:.dim}          {wide_msg:.dim}")
        .expect("the template is right")
}
