//! A run where nobody watches: one line for each node that ends after it began.

use super::Display;
use super::board::Board;
use crate::render;

pub(super) struct Lines;

impl Display for Lines {
    fn changed(&mut self, _: &Board, _: usize) {}

    fn ended(&mut self, board: &Board, index: usize) {
        // What was never begun is counted at the end.
        if board.rows[index].ended().is_some_and(|ended| ended.how != "cancelled") {
            render::say(&format!("{}\n", line(board, index)));
        }
    }

    fn say(&mut self, line: &str) {
        render::say(&format!("{line}\n"));
    }

    fn closed(&mut self) {}
}

/// `scenes: done, 9 items, 12.3 s`.
pub(super) fn line(board: &Board, index: usize) -> String {
    let row = &board.rows[index];
    let Some(ended) = row.ended() else {
        return row.name.clone();
    };
    let mut text = format!("{}: {}", row.name, ended.how);
    match row.items {
        Some((done, all)) if ended.how != "done" => {
            text.push_str(&format!(", {done} of {all} items"));
        }
        Some((_, all)) => text.push_str(&format!(", {}", render::count(all, "item"))),
        None => {}
    }
    if matches!(ended.how, "done" | "failed") {
        text.push_str(&format!(", {}", render::seconds(ended.took)));
    }
    text
}
