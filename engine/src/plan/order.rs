//! In which order can the nodes of a body go, and which of them wait for each other for ever?

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::sync::Arc;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::resolve::Need;
use super::rules::cycle;
use crate::diagnostic::Findings;
use crate::document::syntax::BodyBlock;
use crate::source::{Source, Span};

/// The nodes of a body in order. Nodes go by their position in the file.
pub(super) struct Ordered {
    /// Each behind all that it needs, otherwise as in the file; those in a cycle, and those behind them, last.
    pub order: Vec<usize>,
    pub cyclic: Vec<bool>,
}

pub(super) fn order(
    source: &Arc<Source>,
    block: &BodyBlock,
    needs: &[Vec<Need>],
    findings: &mut Findings,
) -> Ordered {
    let mut cyclic = vec![false; needs.len()];
    let free = free(needs);
    if free.len() == needs.len() {
        return Ordered { order: free, cyclic };
    }
    for group in groups(needs) {
        for position in &group {
            cyclic[*position] = true;
        }
        findings.push(cycle::found(source, block, &round(needs, &group)));
    }
    Ordered { order: with_the_rest(free, &cyclic), cyclic }
}

/// Nodes that need each other, or themselves; in the file's order.
fn groups(needs: &[Vec<Need>]) -> Vec<BTreeSet<usize>> {
    let mut graph = DiGraph::<(), ()>::with_capacity(needs.len(), needs.len());
    for _ in needs {
        graph.add_node(());
    }
    for (position, needs) in needs.iter().enumerate() {
        for need in needs {
            graph.add_edge(NodeIndex::new(need.position), NodeIndex::new(position), ());
        }
    }
    let mut groups: Vec<BTreeSet<_>> = tarjan_scc(&graph)
        .into_iter()
        .map(|group| group.into_iter().map(NodeIndex::index).collect::<BTreeSet<_>>())
        .filter(|group| match group.first() {
            Some(only) if group.len() == 1 => {
                needs[*only].iter().any(|need| need.position == *only)
            }
            _ => true,
        })
        .collect();
    groups.sort();
    groups
}

/// A shortest way from the first node of `group` back to itself: each node, and where it mentions the next.
fn round(needs: &[Vec<Need>], group: &BTreeSet<usize>) -> Vec<(usize, Span)> {
    let Some(&first) = group.first() else { return Vec::new() };
    let mut came_from = vec![None; needs.len()];
    let mut waiting = VecDeque::from([first]);
    while let Some(position) = waiting.pop_front() {
        for need in needs[position].iter().filter(|need| group.contains(&need.position)) {
            if need.position == first {
                let mut way = vec![(position, need.at)];
                let mut position = position;
                while let Some((former, at)) = came_from[position] {
                    way.push((former, at));
                    position = former;
                }
                way.reverse();
                return way;
            }
            if came_from[need.position].is_none() {
                came_from[need.position] = Some((position, need.at));
                waiting.push_back(need.position);
            }
        }
    }
    Vec::new()
}

/// All nodes that can go: of those that may at a time, the first in the file goes first.
fn free(needs: &[Vec<Need>]) -> Vec<usize> {
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut dependents = vec![Vec::new(); needs.len()];
    for (position, needs) in needs.iter().enumerate() {
        for need in needs {
            dependents[need.position].push(position);
        }
    }
    let mut ready: BinaryHeap<_> =
        (0..needs.len()).filter(|position| open[*position] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(Reverse(position)) = ready.pop() {
        order.push(position);
        for &dependent in &dependents[position] {
            open[dependent] -= 1;
            if open[dependent] == 0 {
                ready.push(Reverse(dependent));
            }
        }
    }
    order
}

/// The same with those in a cycle behind, and those behind them.
fn with_the_rest(mut order: Vec<usize>, cyclic: &[bool]) -> Vec<usize> {
    let placed: BTreeSet<_> = order.iter().copied().collect();
    let left = |cycle: bool| {
        let placed = &placed;
        (0..cyclic.len())
            .filter(move |position| !placed.contains(position) && cyclic[*position] == cycle)
    };
    let (in_cycle, behind): (Vec<_>, Vec<_>) = (left(true).collect(), left(false).collect());
    order.extend(in_cycle);
    order.extend(behind);
    order
}
