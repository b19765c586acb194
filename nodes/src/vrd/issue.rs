//! What can be wrong with a planning document?

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::word::words;

words! {
    /// Whether a document may be used as it is.
    Severity("severity") { Error = "error", Warning = "warning" }
}

/// One finding in a VRD, a script, a shot list or a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// The rule that was broken, such as `S012`.
    pub code: Cow<'static, str>,
    pub severity: Severity,
    /// Where, as a path of names by dots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beat_id: Option<Box<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot_id: Option<Box<str>>,
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Box<str>>,
}

impl Issue {
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    fn new(code: &'static str, severity: Severity, message: String) -> Self {
        let (path, beat_id, shot_id, fix) = (None, None, None, None);
        Self { code: code.into(), severity, path, beat_id, shot_id, message, fix }
    }

    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into().into());
        self
    }

    #[must_use]
    pub fn beat(mut self, beat_id: &str) -> Self {
        self.beat_id = Some(beat_id.into());
        self
    }

    #[must_use]
    pub fn shot(mut self, shot_id: &str) -> Self {
        self.shot_id = Some(shot_id.into());
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = Some(fix.into().into());
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// `error[S012] 8.1: the call to action …; write …`
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]", self.severity, self.code)?;
        if let Some(place) = self.path.as_ref().or(self.beat_id.as_ref()).or(self.shot_id.as_ref())
        {
            write!(f, " {place}")?;
        }
        write!(f, ": {}", self.message)?;
        match &self.fix {
            Some(fix) => write!(f, "; {fix}"),
            None => Ok(()),
        }
    }
}

/// The errors of `issues`, one to a line; none if there are only warnings.
pub fn errors(issues: &[Issue]) -> Option<String> {
    let errors: Vec<String> =
        issues.iter().filter(|issue| issue.is_error()).map(ToString::to_string).collect();
    (!errors.is_empty()).then(|| errors.join("\n"))
}
