//! Nodes that wait for each other for ever.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::document::syntax::BodyBlock;
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "cycle",
    explanation: "\
A node starts when all that it mentions is there. Nodes that mention each other in a circle would wait for ever. A node
inside a body that names the body's own node does so too: the body is done only when all its nodes are.

What is meant to go round belongs into a node with `repeat`.
",
};

/// `round` leads from a node back to itself: each node, and where it mentions the next.
pub(in crate::plan) fn found(
    source: &Arc<Source>,
    block: &BodyBlock,
    round: &[(usize, Span)],
) -> Diagnostic {
    let name = |position: usize| block.nodes[position].name.value.as_str();
    let next = |step: usize| name(round[(step + 1) % round.len()].0);
    let first = round.first().map_or(Span::default(), |(_, at)| *at);
    let message = if let [(only, _)] = round {
        format!("`{}` needs itself", name(*only))
    } else {
        let names: Vec<_> = round.iter().map(|(node, _)| format!("`{}`", name(*node))).collect();
        format!("{} need each other", names.join(", "))
    };
    let mut finding = Diagnostic::error(&RULE, source, first, message)
        .help("take one of these references out, or make a `repeat` of what goes round");
    if let [(only, _)] = round {
        return finding.related(source, block.nodes[*only].name.span, "this node");
    }
    for (step, (node, at)) in round.iter().enumerate() {
        let text = format!("`{}` needs `{}`", name(*node), next(step));
        finding = if step == 0 { finding.label(text) } else { finding.related(source, *at, text) };
    }
    finding
}
