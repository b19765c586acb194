//! A picture for Mermaid, as Markdown pages show it.

use std::fmt::{self, Write};

use super::{
    Carries, Drawn, Inside, States, account, colours, drawn, inputs_of, nodes_of, outputs, remarks,
};
use crate::plan::graph::{BodyIndex, Plan};

/// One flowchart of all `plans`, each a frame of its own.
pub fn mermaid(plans: &[&Plan], states: &States) -> String {
    let mut text = String::new();
    write(&mut text, plans, states).expect("a string takes all");
    text
}

fn write(to: &mut String, plans: &[&Plan], states: &States) -> fmt::Result {
    writeln!(to, "flowchart LR")?;
    for (of, plan) in plans.iter().enumerate() {
        let account = account(plan)
            .map_or(String::new(), |account| format!("<br/><i>{}</i>", escaped(&account)));
        writeln!(to, "  subgraph p{of}[\"{}{account}\"]", escaped(&plan.name))?;
        for (index, input) in plan.inputs.iter().enumerate() {
            writeln!(to, "    p{of}i{index}([\"{}\"])", escaped(input.name.as_str()))?;
        }
        body(to, (plan, of), (plan.root(), ""), states, 2)?;
        let root = plan.body(plan.root());
        for (index, (name, _)) in outputs(root).iter().enumerate() {
            writeln!(to, "    p{of}o{index}([\"{}\"])", escaped(name.as_str()))?;
        }
        let (nodes, _) = drawn(plan, of, plan.root(), "");
        for node in &nodes {
            for input in inputs_of(plan, node.node) {
                writeln!(to, "    p{of}i{input} --> {}", node.id)?;
            }
        }
        for (index, (_, value)) in outputs(root).iter().enumerate() {
            for node in nodes_of(root, value) {
                writeln!(to, "    {} --> p{of}o{index}", nodes[node].id)?;
            }
        }
        writeln!(to, "  end")?;
    }
    Ok(())
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
                let (open, close) =
                    if node.node.each.is_some() { ("[[\"", "\"]]") } else { ("(\"", "\")") };
                writeln!(
                    to,
                    "{pad}{}{open}{}{close}",
                    node.id,
                    label(plan, node, Some(kind), states)
                )?;
                let (fill, line) = colours(kind);
                let style = format!("fill:{fill},stroke:{line},color:#1F2937");
                writeln!(to, "{pad}style {} {style}", node.id)?;
            }
            Inside::Body(index, _) => {
                writeln!(to, "{pad}subgraph {}[\"{}\"]", node.id, label(plan, node, None, states))?;
                body(to, (plan, of), (index, &node.path), states, depth + 1)?;
                writeln!(to, "{pad}end")?;
            }
        }
    }
    for line in lines {
        let arrow = match line.carries {
            Carries::Data => "-->",
            Carries::Order => "-.->",
        };
        let words: Vec<_> =
            line.says.iter().chain(&line.gate).map(|words| escaped(words)).collect();
        let words =
            if words.is_empty() { String::new() } else { format!("|\"{}\"|", words.join("<br/>")) };
        writeln!(to, "{pad}{} {arrow}{words} {}", nodes[line.from].id, nodes[line.to].id)?;
    }
    Ok(())
}

fn label(plan: &Plan, node: &Drawn<'_>, kind: Option<&str>, states: &States) -> String {
    let mut lines = vec![format!("<b>{}</b>", escaped(node.node.name.as_str()))];
    lines.extend(kind.map(escaped));
    lines.extend(states.get(&node.path).map(|shown| format!("<b>{}</b>", escaped(&shown.words()))));
    lines.extend(
        remarks(plan, node.node).iter().map(|remark| format!("<i>{}</i>", escaped(remark))),
    );
    lines.join("<br/>")
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "#amp;").replace('"', "#quot;");
    let text = text.replace('<', "#lt;").replace('>', "#gt;");
    text.replace(|c: char| c.is_control(), " ")
}
