//! How does a plan look as a picture?
//!
//! Text for Graphviz and for Mermaid; drawing it is theirs. Several plans stand side by side in one picture.

mod dot;
mod mermaid;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use super::graph::{Body, BodyIndex, Gives, Node, NodeIndex, Plan, Work};
use crate::expression::{Expression, Template};
pub use dot::dot;
pub use mermaid::mermaid;

/// A node as it is drawn: a box, or a frame around its body.
struct Drawn<'p> {
    id: String,
    node: &'p Node,
    inside: Inside<'p>,
}

enum Inside<'p> {
    /// Calls a kind; with `map`, once per item.
    Kind(&'p str),
    Body(BodyIndex, &'p Body),
}

/// A line between two drawn nodes of one body.
struct Line {
    from: usize,
    to: usize,
    carries: Carries,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    Data,
    /// Only that the one is done.
    Order,
}

/// The nodes of a body, and the lines between them.
fn drawn(plan: &Plan, of: usize, index: BodyIndex) -> (Vec<Drawn<'_>>, Vec<Line>) {
    let body = plan.body(index);
    let mut nodes = Vec::with_capacity(body.nodes.len());
    let mut lines = Vec::new();
    for (to, node) in body.nodes.iter().enumerate() {
        let mut names = BTreeSet::new();
        names_of(plan, node, &mut names);
        for NodeIndex(from) in &node.needs {
            let from = *from as usize;
            let name = body.nodes[from].name.to_string();
            let carries =
                if names.contains(&(name, None)) { Carries::Data } else { Carries::Order };
            lines.push(Line { from, to, carries });
        }
        let id = id(of, index, to);
        nodes.push(Drawn { id, node, inside: inside(plan, node) });
    }
    (nodes, lines)
}

fn id(of: usize, body: BodyIndex, node: usize) -> String {
    format!("p{of}b{}n{node}", body.0)
}

fn inside<'p>(plan: &'p Plan, node: &'p Node) -> Inside<'p> {
    match &node.work {
        Work::Call(call) => Inside::Kind(call.kind.as_str()),
        Work::Approve(_) => Inside::Kind("approve"),
        Work::Body(index) | Work::Pipeline { body: index, .. } => {
            let body = plan.body(*index);
            // `map` with `use`: its body is one call, and drawing a frame around it would tell nothing.
            match (&body.gives, &body.nodes[..]) {
                (Gives::Node(_), [Node { work: Work::Call(call), .. }]) => {
                    Inside::Kind(call.kind.as_str())
                }
                _ => Inside::Body(*index, body),
            }
        }
    }
}

/// What is said under a node's name, besides its kind.
fn remarks(node: &Node) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(each) = &node.each {
        remarks.push(format!("for each {} in {}", each.item, each.list.text()));
    }
    if let Some(when) = &node.when {
        remarks.push(format!("when {}", when.text()));
    }
    remarks
}

/// A name, and for `inputs` the one that is meant.
type Name = (String, Option<String>);

/// All names that a node reads, its body's nodes included.
fn names_of(plan: &Plan, node: &Node, names: &mut BTreeSet<Name>) {
    let each = node.each.as_ref();
    let list = each.map(|each| &each.list);
    let key = each.and_then(|each| each.key.as_ref());
    for expression in [node.when.as_ref(), list, key].into_iter().flatten() {
        names_in(expression, names);
    }
    match &node.work {
        Work::Call(call) => {
            for value in call.with.iter().map(|(_, value)| value).chain(&call.provider) {
                value.expressions().into_iter().for_each(|expression| names_in(expression, names));
            }
        }
        Work::Pipeline { with, .. } => {
            for (_, value) in with {
                value.expressions().into_iter().for_each(|expression| names_in(expression, names));
            }
        }
        Work::Approve(approve) => {
            let values = [Some(&approve.ask), approve.show.as_ref(), approve.choices.as_ref()];
            for value in values.into_iter().flatten().chain(&approve.schema) {
                value.expressions().into_iter().for_each(|expression| names_in(expression, names));
            }
        }
        Work::Body(index) => {
            let body = plan.body(*index);
            body.nodes.iter().for_each(|node| names_of(plan, node, names));
            for (_, value) in outputs(body) {
                value.expressions().into_iter().for_each(|expression| names_in(expression, names));
            }
        }
    }
}

fn names_in(expression: &Expression, names: &mut BTreeSet<Name>) {
    for path in expression.paths() {
        let input = if path.name.value == "inputs" { path.fields.first().cloned() } else { None };
        names.insert((path.name.value, input));
    }
}

pub(super) fn outputs(body: &Body) -> &[(crate::name::NodeName, Template)] {
    match &body.gives {
        Gives::Outputs(outputs) => outputs,
        Gives::Node(_) => &[],
    }
}

/// The inputs that `node` reads.
fn inputs_of(plan: &Plan, node: &Node) -> Vec<usize> {
    let mut names = BTreeSet::new();
    names_of(plan, node, &mut names);
    let read = |name: &str| names.contains(&("inputs".to_owned(), Some(name.to_owned())));
    let inputs = plan.inputs.iter().enumerate();
    inputs.filter(|(_, input)| read(input.name.as_str())).map(|(index, _)| index).collect()
}

/// The nodes of the outermost body that `output` reads.
fn nodes_of(body: &Body, output: &Template) -> Vec<usize> {
    let mut names = BTreeSet::new();
    output.expressions().into_iter().for_each(|expression| names_in(expression, &mut names));
    let nodes = names.iter().filter_map(|(name, _)| body.position(name));
    nodes.map(|node| node.0 as usize).collect()
}

/// What a kind's family looks like: what fills its boxes, and their edges.
fn colours(kind: &str) -> (&'static str, &'static str) {
    match kind.split('/').next().unwrap_or_default() {
        "agent" | "llm" => ("#EFE7FD", "#7C5CC4"),
        "image" | "video" | "speech" | "music" | "sound" => ("#FDEBD8", "#C8772A"),
        "media" => ("#DFF0FB", "#2F7FB5"),
        "document" | "text" => ("#E3F5E1", "#4A9A45"),
        "studio" | "memory" => ("#DDF4F1", "#2B9488"),
        _ => ("#F1F2F4", "#7A828E"),
    }
}
