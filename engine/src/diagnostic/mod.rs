//! What is a finding in a user's file?
//!
//! A diagnostic is data about the file, never an operation that failed. Only the command line renders it.

mod findings;
mod fix;
mod nearest;

use std::ffi::OsStr;
use std::sync::Arc;

use crate::source::{Source, Span};
pub(crate) use findings::Mark;
pub use findings::{Findings, MOST_TOLD};
pub use fix::{Fix, mended};
pub use nearest::nearest;

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

    /// Says to write `word` at the marked place; quotes that stand around it stay.
    #[must_use]
    pub fn write(self, word: &str) -> Self {
        let span = self.at.span;
        let text = match self.at.source.slice(span).chars().next() {
            Some(quote @ ('"' | '\'')) => format!("{quote}{word}{quote}"),
            _ => word.to_owned(),
        };
        self.help(format!("write `{word}`")).fix(span, text)
    }

    /// The file and place by which findings are sorted.
    pub fn order(&self) -> (&OsStr, Span, &'static str) {
        (self.at.source.path.as_os_str(), self.at.span, self.rule.name)
    }
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
