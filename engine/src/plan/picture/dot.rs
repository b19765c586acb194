//! A picture for Graphviz: `flow graph | dot -Tsvg`.

use std::fmt::{self, Write};

use super::{
    Carries, Drawn, Inside, Line, States, account, colours, drawn, inputs_of, inside, nodes_of,
    outputs, remarks,
};
use crate::plan::graph::{BodyIndex, Plan};

const FONT: &str = "Helvetica, Arial, sans-serif";

/// One digraph of all `plans`, each a frame of its own.
pub fn dot(plans: &[&Plan], states: &States) -> String {
    let mut text = String::new();
    write(&mut text, plans, states).expect("a string takes all");
    text
}

fn write(to: &mut String, plans: &[&Plan], states: &States) -> fmt::Result {
    writeln!(to, "digraph flow {{")?;
    writeln!(to, "  graph [fontname=\"{FONT}\", fontsize=12, rankdir=LR, compound=true,")?;
    writeln!(to, "    bgcolor=\"white\", pad=0.3, nodesep=0.3, ranksep=0.6];")?;
    writeln!(to, "  node [fontname=\"{FONT}\", fontsize=11, shape=box, style=\"rounded,filled\",")?;
    writeln!(to, "    margin=\"0.16,0.09\", penwidth=1.2];")?;
    writeln!(to, "  edge [fontname=\"{FONT}\", color=\"#6B7280\", arrowsize=0.7, penwidth=1.1];")?;
    for (of, plan) in plans.iter().enumerate() {
        writeln!(to, "\n  subgraph cluster_p{of} {{")?;
        let account = account(plan).map_or(String::new(), |account| {
            format!("<br align=\"left\"/>{}<br align=\"left\"/>", small(&account, "#8A5A00"))
        });
        writeln!(to, "    label=<<b>{}</b>{account}>; labeljust=l;", escaped(&plan.name))?;
        writeln!(to, "    style=rounded; color=\"#C9CDD4\"; fontcolor=\"#374151\"; margin=16;")?;
        pipeline(to, (plan, of), states)?;
        writeln!(to, "  }}")?;
    }
    writeln!(to, "}}")
}

fn pipeline(to: &mut String, (plan, of): (&Plan, usize), states: &States) -> fmt::Result {
    for (index, input) in plan.inputs.iter().enumerate() {
        pill(to, &format!("p{of}i{index}"), input.name.as_str())?;
    }
    let (nodes, _) = drawn(plan, of, plan.root(), "");
    body(to, (plan, of), (plan.root(), ""), states, 2)?;
    for node in &nodes {
        for input in inputs_of(plan, node.node) {
            edge(
                to,
                2,
                (&format!("p{of}i{input}"), None),
                end(plan, of, node, End::Head),
                &plain(Carries::Data),
            )?;
        }
    }
    let root = plan.body(plan.root());
    for (index, (name, value)) in outputs(root).iter().enumerate() {
        let id = format!("p{of}o{index}");
        pill(to, &id, name.as_str())?;
        for node in nodes_of(root, value) {
            edge(
                to,
                2,
                end(plan, of, &nodes[node], End::Tail),
                (&id, None),
                &plain(Carries::Data),
            )?;
        }
    }
    Ok(())
}

/// An input or an output.
fn pill(to: &mut String, id: &str, name: &str) -> fmt::Result {
    writeln!(
        to,
        "    {id} [label=<{}>, shape=box, style=\"rounded,dashed\", color=\"#9AA1AC\", \
         fontcolor=\"#4B5563\", height=0.3];",
        escaped(name)
    )
}

fn body(
    to: &mut String,
    (plan, of): (&Plan, usize),
    (index, within): (BodyIndex, &str),
    states: &States,
    depth: usize,
) -> fmt::Result {
    let pad = "  ".repeat(depth);
    let (nodes, lines) = drawn(plan, of, index, within);
    for node in &nodes {
        match node.inside {
            Inside::Kind(kind) => {
                let (fill, line) = colours(kind);
                let shape = if node.node.each.is_some() { ", peripheries=2" } else { "" };
                let label = label(plan, node, Some(kind), states);
                writeln!(
                    to,
                    "{pad}{} [label=<{label}>, fillcolor=\"{fill}\", color=\"{line}\"{shape}];",
                    node.id
                )?;
            }
            Inside::Body(index, inner) => {
                writeln!(to, "{pad}subgraph cluster_{} {{", node.id)?;
                writeln!(to, "{pad}  label=<{}>; labeljust=l;", label(plan, node, None, states))?;
                writeln!(
                    to,
                    "{pad}  style=\"rounded,filled\"; fillcolor=\"#FAFBFC\"; color=\"#A9B0BB\"; \
                     margin=12;"
                )?;
                if inner.nodes.is_empty() {
                    writeln!(to, "{pad}  {}_empty [label=\"\", style=invis];", node.id)?;
                }
                body(to, (plan, of), (index, &node.path), states, depth + 1)?;
                writeln!(to, "{pad}}}")?;
            }
        }
    }
    for line in lines {
        let (from, into) = (&nodes[line.from], &nodes[line.to]);
        edge(to, depth, end(plan, of, from, End::Tail), end(plan, of, into, End::Head), &line)?;
    }
    Ok(())
}

/// Which end of a line.
#[derive(Clone, Copy)]
enum End {
    Head,
    Tail,
}

/// The box at which a line to or from `node` ends; and the frame at which it is cut.
fn end<'d>(plan: &Plan, of: usize, node: &'d Drawn<'_>, at: End) -> (String, Option<&'d str>) {
    let (mut id, mut inner) = (node.id.clone(), &node.inside);
    let mut next;
    // Any box inside serves; a line into a body leads to its start, one out of it comes from its end.
    while let Inside::Body(index, body) = inner {
        let position = match at {
            End::Head => 0,
            End::Tail => body.nodes.len().saturating_sub(1),
        };
        let Some(node) = body.nodes.get(position) else {
            id += "_empty";
            break;
        };
        id = super::id(of, *index, position);
        next = inside(plan, node);
        inner = &next;
    }
    (id, matches!(node.inside, Inside::Body(..)).then_some(&node.id))
}

fn edge(
    to: &mut String,
    depth: usize,
    (tail, from): (impl AsRef<str>, Option<&str>),
    (head, into): (impl AsRef<str>, Option<&str>),
    line: &Line,
) -> fmt::Result {
    let mut marks = Vec::new();
    marks.extend(from.map(|frame| format!("ltail=cluster_{frame}")));
    marks.extend(into.map(|frame| format!("lhead=cluster_{frame}")));
    if line.carries == Carries::Order {
        marks.push("style=dashed".into());
    }
    let says = line.says.iter().map(|words| small(words, "#6B7280"));
    let gate = line.gate.iter().map(|words| small(words, "#8A5A00"));
    let words: Vec<_> = says.chain(gate).collect();
    if !words.is_empty() {
        marks.push(format!("label=<{}>", words.join("<br/>")));
    }
    let pad = "  ".repeat(depth);
    let marks = if marks.is_empty() { String::new() } else { format!(" [{}]", marks.join(", ")) };
    writeln!(to, "{pad}{} -> {}{marks};", tail.as_ref(), head.as_ref())
}

/// Lines of an HTML-like label: the name, the kind, what else is to say.
fn label(plan: &Plan, node: &Drawn<'_>, kind: Option<&str>, states: &States) -> String {
    let mut lines = vec![format!("<b>{}</b>", escaped(node.node.name.as_str()))];
    lines.extend(kind.map(|kind| small(kind, "#4B5563")));
    lines.extend(remarks(plan, node.node).iter().map(|remark| small(remark, "#8A5A00")));
    lines.extend(states.get(&node.path).map(|shown| small(&shown.words(), shown.state.look().1)));
    match kind {
        Some(_) => lines.join("<br/>"),
        // A frame's label stands in its corner.
        None => lines.iter().map(|line| line.clone() + "<br align=\"left\"/>").collect(),
    }
}

fn small(text: &str, colour: &str) -> String {
    format!("<font point-size=\"9\" color=\"{colour}\">{}</font>", escaped(text))
}

/// A line on which nothing is said.
fn plain(carries: Carries) -> Line {
    Line { from: 0, to: 0, carries, says: Vec::new(), gate: Vec::new() }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // A control character would end the label or the file.
    text.replace('"', "&quot;").replace(|c: char| c.is_control(), " ")
}
