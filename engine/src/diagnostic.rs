//! What is a finding in a user's file?
//!
//! A diagnostic is data about the file, never an operation that failed. Only the command line renders it.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::{Source, Span};

/// One finding in a pipeline file: which rule, what is wrong, where, and how to fix it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    pub rule: &'static Rule,
    pub severity: Severity,
    /// A lower-case fragment with the user's words in backticks: the thing, then the law it broke.
    pub message: String,
    pub at: Label,
    /// Other places that belong to the finding, such as the first of two equal keys.
    pub related: Vec<Label>,
    /// An order that works when followed.
    pub help: Option<String>,
    /// A replacement that makes the finding go away, safe to apply unasked.
    pub fix: Option<Fix>,
}

/// A place and what to say about it.
#[derive(Clone, Debug)]
pub struct Label {
    pub source: Arc<Source>,
    pub span: Span,
    pub text: String,
}

/// Writes `text` over `span` of the file that the finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    pub span: Span,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// A law that files can break: its name, and the page that explains it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Kebab-case, as printed in `error[unknown-node]`.
    pub name: &'static str,
    /// Markdown: what the law is, why it holds, a broken example and its repair.
    pub explanation: &'static str,
}

impl Diagnostic {
    /// An error of `rule` at `span`, with nothing else said yet.
    pub fn error(
        rule: &'static Rule,
        source: &Arc<Source>,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            severity: Severity::Error,
            message: message.into(),
            at: Label { source: Arc::clone(source), span, text: String::new() },
            related: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// What stands under the marked place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.at.text = text.into();
        self
    }

    #[must_use]
    pub fn related(mut self, source: &Arc<Source>, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { source: Arc::clone(source), span, text: text.into() });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn fix(mut self, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, text: text.into() });
        self
    }

    /// The file and place by which findings are sorted.
    pub fn order(&self) -> (PathBuf, Span, &'static str) {
        (self.at.source.path.clone(), self.at.span, self.rule.name)
    }
}

/// The word of `known` that is most like `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match word.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= allowed && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many single-character edits, swaps of neighbours among them, lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// One line a finding and place, for tests of every stage.
#[cfg(test)]
pub(crate) fn plain(findings: &[Diagnostic]) -> String {
    let place = |label: &Label| {
        let place = label.source.place(label.span.start);
        let marked = label.source.slice(label.span).lines().next().unwrap_or_default();
        format!("{}:{} `{marked}`", place.line, place.column)
    };
    let mut lines = Vec::new();
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let (at, rule) = (place(&finding.at), finding.rule.name);
        lines.push(format!("{severity}[{rule}] {at}: {}", finding.message));
        if !finding.at.text.is_empty() {
            lines.push(format!("  here: {}", finding.at.text));
        }
        lines.extend(finding.related.iter().map(|at| format!("  {}: {}", place(at), at.text)));
        lines.extend(finding.help.iter().map(|help| format!("  help: {help}")));
        lines.extend(finding.fix.iter().map(|fix| format!("  fix: `{}`", fix.text)));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        assert_eq!(nearest("scrpt", ["script", "narrate"]), Some("script"));
        assert_eq!(nearest("ndoes", ["nodes", "name"]), Some("nodes"));
        assert_eq!(nearest("frobnicate", ["script", "narrate"]), None);
    }
}
