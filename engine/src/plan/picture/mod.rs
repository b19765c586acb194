//! How does a plan look as a picture?
//!
//! Text for Graphviz and for Mermaid, whose drawing is theirs; a drawing of our own; and data for other tools. Several
//! plans stand side by side in one picture. Of a run, what became of each node is shown with it.

mod dot;
mod edge;
mod json;
mod layout;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Body, BodyIndex, Gives, Node, NodeIndex, Plan, Work};
use crate::expression::{Expression, Template};
pub use dot::dot;
pub use json::json;
pub use mermaid::mermaid;
pub use svg::svg;

/// What became of nodes in a run, by their paths without items: `scenes/picture`.
pub type States = BTreeMap<String, Shown>;

/// What became of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub state: State,
    /// How often, how long, how much: a few words.
    pub note: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Succeeded,
    /// Some of its items are done.
    Running,
    Waiting,
    Skipped,
    Failed,
}

/// A node as it is drawn: a box, or a frame around its body.
struct Drawn<'p> {
    id: String,
    /// The names of the nodes around it, and its own.
    path: String,
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
    /// What is read, a few words each.
    says: Vec<String>,
    /// The gate on it.
    gate: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Carries {
    Data,
    /// Only that the one is done.
    Order,
}

/// The nodes of a body, whose own path is `within`, and the lines between them.
fn drawn<'p>(
    plan: &'p Plan,
    of: usize,
    index: BodyIndex,
    within: &str,
) -> (Vec<Drawn<'p>>, Vec<Line>) {
    let body = plan.body(index);
    let mut nodes = Vec::with_capacity(body.nodes.len());
    let mut lines = Vec::new();
    for (to, node) in body.nodes.iter().enumerate() {
        for NodeIndex(from) in &node.needs {
            let from = *from as usize;
            let says = edge::carried(plan, &body.nodes[from], node);
            let name = body.nodes[from].name.as_str();
            let is_read = edge::paths_of(plan, node).iter().any(|path| path.name.value == name);
            let carries = if is_read { Carries::Data } else { Carries::Order };
            let gates = node.gates.iter().filter(|gate| gate.on.as_str() == name);
            lines.push(Line {
                from,
                to,
                carries,
                says,
                gate: gates.flat_map(edge::gate).collect(),
            });
        }
        let name = node.name.as_str();
        let path = if within.is_empty() { name.to_owned() } else { format!("{within}/{name}") };
        nodes.push(Drawn { id: id(of, index, to), path, node, inside: inside(plan, node) });
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
fn remarks(plan: &Plan, node: &Node) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(each) = &node.each {
        let limit = each.limit.map_or(String::new(), |limit| format!(", {limit} at once"));
        remarks.push(format!("for each {} in {}{limit}", each.item, each.list.text()));
    }
    // With `map`, what is said of one item stands inside its body of one node.
    let repeat = node.repeat.as_ref().or_else(|| only_inside(plan, node)?.repeat.as_ref());
    if let Some(repeat) = repeat {
        remarks.push(format!("up to {} rounds, until {}", repeat.max, repeat.until.text()));
    }
    if let Some(when) = &node.when {
        remarks.push(format!("when {}", when.text()));
    }
    if let Some(limit) = node.budget.as_ref().and_then(|budget| budget.limit.as_ref()) {
        remarks.push(format!("budget {}", edge::amount_words(limit)));
    }
    if let Some(each) = node.each.as_ref().and_then(|each| each.budget.as_ref()) {
        remarks.push(format!("budget {} each", edge::amount_words(each)));
    }
    remarks
}

/// The only node of the body that `map` with `use` makes.
fn only_inside<'p>(plan: &'p Plan, node: &Node) -> Option<&'p Node> {
    let Work::Body(index) = &node.work else { return None };
    let body = plan.body(*index);
    matches!(body.gives, Gives::Node(_)).then(|| body.nodes.first())?
}

/// What is said under a pipeline's name.
fn account(plan: &Plan) -> Option<String> {
    let limit = plan.budget.as_ref()?.limit.as_ref()?;
    Some(format!("budget {}", edge::amount_words(limit)))
}

pub(super) fn outputs(body: &Body) -> &[(crate::name::NodeName, Template)] {
    match &body.gives {
        Gives::Outputs(outputs) => outputs,
        Gives::Node(_) => &[],
    }
}

/// The inputs that `node` reads.
fn inputs_of(plan: &Plan, node: &Node) -> Vec<usize> {
    let paths = edge::paths_of(plan, node);
    let read = |name: &str| {
        paths.iter().any(|path| {
            path.name.value == "inputs" && path.fields.first().is_some_and(|field| field == name)
        })
    };
    let inputs = plan.inputs.iter().enumerate();
    inputs.filter(|(_, input)| read(input.name.as_str())).map(|(index, _)| index).collect()
}

/// The nodes of the outermost body that `output` reads.
fn nodes_of(body: &Body, output: &Template) -> Vec<usize> {
    let paths = output.expressions().into_iter().flat_map(Expression::paths);
    let names: BTreeSet<String> = paths.map(|path| path.name.value).collect();
    let nodes = names.iter().filter_map(|name| body.position(name));
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
        "approve" => ("#FFF3C4", "#B8860B"),
        _ => ("#F1F2F4", "#7A828E"),
    }
}

impl State {
    /// The word for it, and its colour.
    fn look(self) -> (&'static str, &'static str) {
        match self {
            Self::Succeeded => ("done", "#2E9E5B"),
            Self::Running => ("running", "#2F7FB5"),
            Self::Waiting => ("waiting", "#B8860B"),
            Self::Skipped => ("skipped", "#8A919C"),
            Self::Failed => ("failed", "#D13F3F"),
        }
    }
}

impl Shown {
    fn words(&self) -> String {
        let (word, _) = self.state.look();
        if self.note.is_empty() { word.to_owned() } else { format!("{word}: {}", self.note) }
    }
}
