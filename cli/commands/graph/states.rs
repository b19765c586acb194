//! What became of each node of a pipeline in a run, its items taken together?

use std::collections::BTreeMap;
use std::time::Duration;

use flow_engine::host::history::{History, NodeHistory};
use flow_engine::money::Usd;
use flow_engine::plan::picture::{Shown, State, States};

use crate::render;

/// Instances of one node.
#[derive(Default)]
struct Instances {
    total: usize,
    succeeded: usize,
    skipped: usize,
    failed: usize,
    waiting: usize,
    took: Duration,
    spent: Usd,
}

pub(super) fn states(history: &History) -> States {
    let mut all: BTreeMap<String, Instances> = BTreeMap::new();
    for (path, node) in &history.nodes {
        all.entry(without_items(path)).or_default().add(node);
    }
    all.iter().map(|(path, instances)| (path.clone(), instances.shown())).collect()
}

impl Instances {
    fn add(&mut self, node: &NodeHistory) {
        self.total += 1;
        self.took += node.took;
        self.spent += node.spent;
        match node.state {
            "succeeded" | "reused" => self.succeeded += 1,
            "skipped" => self.skipped += 1,
            "failed" | "cancelled" => self.failed += 1,
            "waiting" | "in doubt" => self.waiting += 1,
            _ => {}
        }
    }

    fn shown(&self) -> Shown {
        let settled = self.succeeded + self.skipped;
        let state = match self {
            _ if self.failed > 0 => State::Failed,
            _ if self.waiting > 0 => State::Waiting,
            _ if self.skipped == self.total => State::Skipped,
            _ if settled == self.total => State::Succeeded,
            _ => State::Running,
        };
        let count = (self.total > 1).then(|| format!("{settled} of {}", self.total));
        let took = (!self.took.is_zero()).then(|| render::seconds(self.took));
        let spent = (self.spent > Usd::ZERO).then(|| self.spent.to_string());
        let words: Vec<String> = count.into_iter().chain(took).chain(spent).collect();
        Shown { state, note: words.join(", ") }
    }
}

/// `scenes[s-1]/picture` as `scenes/picture`; a key may itself hold brackets.
fn without_items(path: &str) -> String {
    let mut plain = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(open) = rest.find('[') {
        plain.push_str(&rest[..open]);
        let inside = &rest[open..];
        let close = inside.find("]/").or_else(|| inside.rfind(']')).unwrap_or(inside.len() - 1);
        rest = &inside[close + 1..];
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_items_of_a_node_are_taken_together() {
        assert_eq!(without_items("scenes[s-1]/picture"), "scenes/picture");
        assert_eq!(without_items("a[x]/b[0]"), "a/b");
        assert_eq!(without_items("a[b[1]]"), "a");
        assert_eq!(without_items("film"), "film");
    }

    #[test]
    fn a_node_is_as_far_as_all_of_its_items() {
        let instances = |succeeded, skipped, failed, total| {
            Instances { total, succeeded, skipped, failed, ..Instances::default() }.shown()
        };
        assert_eq!(instances(3, 0, 0, 3).state, State::Succeeded);
        assert_eq!(instances(2, 0, 0, 3), Shown { state: State::Running, note: "2 of 3".into() });
        assert_eq!(instances(2, 0, 1, 3).state, State::Failed);
        assert_eq!(instances(0, 1, 0, 1).state, State::Skipped);
    }
}
