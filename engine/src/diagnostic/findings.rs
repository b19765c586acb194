//! How are findings gathered, however many there are?

use std::ops::{Deref, DerefMut};

use super::{Diagnostic, Severity};

/// So many findings of one file are worked out in full, and shown: a file with more is no pipeline, or has one mistake
/// many times.
pub const MOST_TOLD: usize = 200;
/// So many are kept: some are sorted away or said twice.
const MOST_KEPT: usize = 5_000;

/// What is wrong with a file. The first few thousand findings are kept, all are counted.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kept: Vec<Diagnostic>,
    more: More,
}

/// So many are not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct More {
    errors: usize,
    warnings: usize,
}

/// How many findings there were at some time, to go back to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    kept: usize,
    more: More,
}

impl Findings {
    pub fn push(&mut self, finding: Diagnostic) {
        if self.kept.len() < MOST_KEPT {
            self.kept.push(finding);
        } else if finding.severity == Severity::Error {
            self.more.errors += 1;
        } else {
            self.more.warnings += 1;
        }
    }

    /// Takes all of `others`.
    pub fn append(&mut self, others: Self) {
        self.extend(others.kept);
        self.more.errors += others.more.errors;
        self.more.warnings += others.more.warnings;
    }

    /// So many are counted and not kept.
    pub fn more(&self) -> usize {
        self.more.errors + self.more.warnings
    }

    /// Whether nothing can come of the file.
    pub fn has_errors(&self) -> bool {
        self.more.errors > 0 || self.errors().next().is_some()
    }

    /// The errors among those that are kept.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Whether so many are kept that no further one is shown.
    pub fn are_many(&self) -> bool {
        self.kept.len() >= MOST_TOLD
    }

    pub fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.kept.retain(keep);
    }

    /// Each once: what is said of one place by one rule in the same words, and follows itself.
    pub fn dedup(&mut self) {
        self.kept.dedup_by(|next, former| {
            next.order() == former.order() && next.message == former.message
        });
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { kept: self.kept.len(), more: self.more }
    }

    /// Forgets what was found since.
    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.kept.truncate(mark.kept);
        self.more = mark.more;
    }
}

impl Deref for Findings {
    type Target = [Diagnostic];

    fn deref(&self) -> &[Diagnostic] {
        &self.kept
    }
}

impl DerefMut for Findings {
    fn deref_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.kept
    }
}

impl Extend<Diagnostic> for Findings {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, findings: I) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }
}

impl FromIterator<Diagnostic> for Findings {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        let mut all = Self::default();
        all.extend(findings);
        all
    }
}

impl IntoIterator for Findings {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::Rule;
    use crate::source::{Source, Span};

    #[test]
    fn an_error_among_too_many_findings_still_counts() {
        static RULE: Rule = Rule { name: "rule", explanation: "" };
        let source = Arc::new(Source::new("a.yaml", ""));
        let error = || Diagnostic::error(&RULE, &source, Span::default(), "wrong");
        let mut findings: Findings = (0..MOST_KEPT + 2).map(|_| error().warning()).collect();
        assert!(!findings.has_errors());
        let before = findings.mark();
        findings.push(error());
        assert!(findings.has_errors());
        assert_eq!((findings.len(), findings.more()), (MOST_KEPT, 3));
        findings.back_to(before);
        assert!(!findings.has_errors());
        assert_eq!(findings.more(), 2);
    }
}
