//! What does a check say of a film, and how do all of them make one score?

use schemars::JsonSchema;
use serde::Serialize;

use crate::media::frame::{count, whole};

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Check {
    Decodes,
    Picture,
    Sound,
    Captions,
    Chapters,
    Seconds,
    Sync,
    Black,
    Frozen,
    Blank,
    Silence,
    Loudness,
    Peak,
    Faststart,
}

/// What one check found.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    pub(super) check: Check,
    /// 100 if it passed, else less than 50; at least 50 for what only warns.
    pub(super) score: u8,
    /// For people.
    pub(super) measured: String,
    pub(super) allowed: String,
    pub(super) findings: Vec<Finding>,
}

/// Something that is wrong with the film.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Finding {
    pub(super) check: Check,
    pub(super) severity: Severity,
    /// Seconds from the start of the film; null if it concerns the whole.
    pub(super) at: Option<f64>,
    /// How long it lasts.
    pub(super) seconds: Option<f64>,
    /// What is wrong, as a lower-case fragment.
    pub(super) message: String,
    /// What to do about it.
    pub(super) help: String,
}

/// What a finding does to the film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Severity {
    /// It does not pass.
    Error,
    /// It passes with fewer points.
    Warning,
    /// Nothing; but people may want to know.
    Note,
}

/// The points of each check, 0 to 100; null if it does not apply.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Scores {
    decodes: Option<u8>,
    picture: Option<u8>,
    sound: Option<u8>,
    captions: Option<u8>,
    chapters: Option<u8>,
    seconds: Option<u8>,
    sync: Option<u8>,
    black: Option<u8>,
    frozen: Option<u8>,
    blank: Option<u8>,
    silence: Option<u8>,
    loudness: Option<u8>,
    peak: Option<u8>,
    faststart: Option<u8>,
}

/// Whether no finding is an error.
pub(super) fn passed(verdicts: &[Verdict]) -> bool {
    verdicts.iter().all(|verdict| verdict.worst() != Some(Severity::Error))
}

/// All findings: errors first, then as they come in the film.
pub(super) fn findings(verdicts: &[Verdict]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        verdicts.iter().flat_map(|verdict| verdict.findings.iter().cloned()).collect();
    findings.sort_by(|one, other| {
        let at = |finding: &Finding| finding.at.unwrap_or(-1.0);
        one.severity.cmp(&other.severity).then(at(one).total_cmp(&at(other)))
    });
    findings
}

/// Half the mean, half the worst: one bad fault is not hidden by many trifles that are right.
pub(super) fn total(verdicts: &[Verdict]) -> u8 {
    let Some(worst) = verdicts.iter().map(|verdict| verdict.score).min() else { return 0 };
    let sum: f64 = verdicts.iter().map(|verdict| f64::from(verdict.score)).sum();
    let mean = sum / count(verdicts.len() as u64);
    points(f64::midpoint(mean, f64::from(worst)))
}

impl Check {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Decodes => "decodes",
            Self::Picture => "picture",
            Self::Sound => "sound",
            Self::Captions => "captions",
            Self::Chapters => "chapters",
            Self::Seconds => "seconds",
            Self::Sync => "sync",
            Self::Black => "black",
            Self::Frozen => "frozen",
            Self::Blank => "blank",
            Self::Silence => "silence",
            Self::Loudness => "loudness",
            Self::Peak => "peak",
            Self::Faststart => "faststart",
        }
    }
}

impl Verdict {
    pub(super) fn new(
        check: Check,
        measured: impl Into<String>,
        allowed: impl Into<String>,
    ) -> Self {
        let (measured, allowed) = (measured.into(), allowed.into());
        Self { check, score: 100, measured, allowed, findings: Vec::new() }
    }

    pub(super) fn find(
        mut self,
        severity: Severity,
        score: u8,
        message: String,
        help: &str,
    ) -> Self {
        self.score = self.score.min(score);
        let (check, help) = (self.check, help.to_owned());
        self.findings.push(Finding { check, severity, at: None, seconds: None, message, help });
        self
    }

    /// The severity of the worst finding.
    pub(super) fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).min()
    }
}

impl Scores {
    pub(super) fn of(verdicts: &[Verdict]) -> Self {
        let of = |check| {
            verdicts.iter().find(|verdict| verdict.check == check).map(|verdict| verdict.score)
        };
        Self {
            decodes: of(Check::Decodes),
            picture: of(Check::Picture),
            sound: of(Check::Sound),
            captions: of(Check::Captions),
            chapters: of(Check::Chapters),
            seconds: of(Check::Seconds),
            sync: of(Check::Sync),
            black: of(Check::Black),
            frozen: of(Check::Frozen),
            blank: of(Check::Blank),
            silence: of(Check::Silence),
            loudness: of(Check::Loudness),
            peak: of(Check::Peak),
            faststart: of(Check::Faststart),
        }
    }
}

/// The points of what exceeds its limit: less than 50, and fewer the farther it is away.
pub(super) fn closeness(measured: f64, limit: f64) -> u8 {
    points(50.0 * limit / measured).min(49)
}

fn points(score: f64) -> u8 {
    u8::try_from(whole(score.round())).unwrap_or(100).min(100)
}
