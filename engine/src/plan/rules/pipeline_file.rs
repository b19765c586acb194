//! A pipeline file that cannot be used.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Label, Rule};
use crate::source::{Source, Span};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "pipeline-file",
    explanation: "\
`use: ./scene.yaml` uses another pipeline as a node: typed by its `inputs` and `outputs`, seeing no outer name. The path is
relative to the file that names it. Files may use each other, but never in a circle. The used pipeline chooses providers
itself; those that the run's pipeline names prevail.
",
};

pub(in crate::plan) fn unreadable(source: &Arc<Source>, at: Span, why: &str) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("the pipeline cannot be read: {why}"))
        .help("name a pipeline file beside this one, such as `./scene.yaml`")
}

/// The file at `path` is used inside itself, by way of `uses`.
pub(in crate::plan) fn cycle(
    source: &Arc<Source>,
    at: Span,
    path: &Path,
    uses: &[Label],
) -> Diagnostic {
    let message = format!("`{}` would use itself without end", path.display());
    let mut finding = Diagnostic::error(&RULE, source, at, message);
    finding.related.extend(uses.iter().cloned());
    finding.help("make a `repeat` of what goes round, or use another file")
}

pub(in crate::plan) fn too_deep(source: &Arc<Source>, at: Span, most: usize) -> Diagnostic {
    Diagnostic::error(&RULE, source, at, format!("pipelines use each other more than {most} deep"))
        .help("use fewer files inside each other")
}

pub(in crate::plan) fn chooses_itself(source: &Arc<Source>, at: Span) -> Diagnostic {
    let message = "a pipeline chooses providers and models itself";
    Diagnostic::error(&RULE, source, at, message)
        .help("make it an input of that pipeline, or name it under `providers` of this one")
}

pub(in crate::plan) fn computed_budget(source: &Arc<Source>, at: Span) -> Diagnostic {
    let message = "the budget of a pipeline that another one uses is written out";
    Diagnostic::error(&RULE, source, at, message)
        .help("write an amount, or give the node that uses it a computed `budget`")
}
