//! Is a film good enough, and what speaks against it?

use schemars::JsonSchema;
use serde::Serialize;

use super::Thresholds;
use super::measure::{Measured, Span};
use crate::media::probe::Facts;

/// Something that speaks against a film.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub(super) struct Finding {
    pub(super) check: Check,
    pub(super) severity: Severity,
    /// What was found, and what was expected.
    pub(super) message: String,
    /// The second of the film where it starts, if it has a place.
    pub(super) at: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    Decodable,
    Picture,
    Sound,
    Black,
    Frozen,
    Silent,
    Loudness,
    TruePeak,
    Sync,
    Duration,
    Faststart,
    Captions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Severity {
    /// A viewer may not notice.
    Minor,
    /// A viewer notices: the film does not pass.
    Major,
    /// Nobody can watch it.
    Critical,
}

impl Severity {
    /// How many of the 100 points it costs.
    fn cost(self) -> u32 {
        match self {
            Self::Minor => 8,
            Self::Major => 30,
            Self::Critical => 100,
        }
    }
}

/// Black at the very ends is a fade, not a fault.
const ENDS: f64 = 0.6;
/// How far sound and picture may end apart, besides a frame.
const APART: f64 = 0.040;

/// All that speaks against the film, in the order of the film.
pub(super) fn judge(facts: &Facts, measured: &Measured, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(broken) = &measured.broken {
        findings.push(whole(
            Check::Decodable,
            Severity::Critical,
            format!("the decoder says: {broken}"),
        ));
    }
    picture(&mut findings, facts, measured, thresholds);
    sound(&mut findings, facts, measured, thresholds);
    container(&mut findings, facts, thresholds);
    findings.sort_by(|a, b| a.at.unwrap_or(-1.0).total_cmp(&b.at.unwrap_or(-1.0)));
    findings
}

/// From 100 down to 0.
pub(super) fn score(findings: &[Finding]) -> u32 {
    let cost: u32 = findings.iter().map(|finding| finding.severity.cost()).sum();
    100_u32.saturating_sub(cost)
}

fn picture(
    findings: &mut Vec<Finding>,
    facts: &Facts,
    measured: &Measured,
    thresholds: &Thresholds,
) {
    if facts.video.is_none() {
        findings.push(whole(Check::Picture, Severity::Critical, "there is no picture"));
        return;
    }
    for span in &measured.black {
        let inside = Span {
            start: if span.start <= 0.05 { span.start + ENDS } else { span.start },
            end: if span.end >= facts.seconds - 0.05 { span.end - ENDS } else { span.end },
        };
        if inside.seconds() >= thresholds.black {
            let message = format!("the picture is black for {:.1} s", inside.seconds());
            findings.push(placed(Check::Black, Severity::Major, message, *span));
        }
    }
    for span in measured.frozen.iter().filter(|span| span.seconds() >= thresholds.frozen) {
        let long = span.seconds() > 2.5 * thresholds.frozen;
        let severity = if long { Severity::Major } else { Severity::Minor };
        let message = format!("the picture stands still for {:.1} s", span.seconds());
        findings.push(placed(Check::Frozen, severity, message, *span));
    }
}

fn sound(findings: &mut Vec<Finding>, facts: &Facts, measured: &Measured, thresholds: &Thresholds) {
    let Some(audio) = &facts.audio else {
        findings.push(whole(Check::Sound, Severity::Major, "there is no sound"));
        return;
    };
    for span in measured.silent.iter().filter(|span| span.seconds() >= thresholds.silent) {
        let message = format!("nothing is heard for {:.1} s", span.seconds());
        findings.push(placed(Check::Silent, Severity::Minor, message, *span));
    }
    match measured.loudness.integrated {
        None => findings.push(whole(Check::Sound, Severity::Major, "the sound is silence")),
        Some(found) => {
            let (wanted, off) = (thresholds.loudness, (found - thresholds.loudness).abs());
            if off > thresholds.loudness_off {
                let message = format!("the loudness is {found:.1} LUFS, not {wanted:.1}");
                let far = off > 3.0 * thresholds.loudness_off;
                let severity = if far { Severity::Major } else { Severity::Minor };
                findings.push(whole(Check::Loudness, severity, message));
            }
        }
    }
    if let Some(peak) = measured.loudness.true_peak.filter(|peak| *peak > thresholds.true_peak) {
        let message = format!("the true peak is {peak:.1} dBTP, above {:.1}", thresholds.true_peak);
        let severity = if peak > 0.0 { Severity::Major } else { Severity::Minor };
        findings.push(whole(Check::TruePeak, severity, message));
    }
    if let Some(video) = &facts.video {
        let apart = (video.seconds - audio.seconds).abs();
        if apart > APART + 1.0 / video.fps.max(1.0) {
            let message = format!("picture and sound end {apart:.2} s apart");
            findings.push(whole(Check::Sync, Severity::Major, message));
        }
    }
}

fn container(findings: &mut Vec<Finding>, facts: &Facts, thresholds: &Thresholds) {
    if let Some(wanted) = thresholds.seconds {
        let off = (facts.seconds - wanted).abs();
        if off > wanted * thresholds.seconds_off + 0.1 {
            let message = format!("the film is {:.1} s long, not {wanted:.1}", facts.seconds);
            findings.push(whole(Check::Duration, Severity::Major, message));
        }
    }
    if facts.faststart == Some(false) {
        let message = "players must read all of the file before they start";
        findings.push(whole(Check::Faststart, Severity::Minor, message));
    }
    if thresholds.captions && facts.subtitles.is_empty() {
        let message = "there is no caption track";
        findings.push(whole(Check::Captions, Severity::Major, message));
    }
}

fn whole(check: Check, severity: Severity, message: impl Into<String>) -> Finding {
    Finding { check, severity, message: message.into(), at: None }
}

fn placed(check: Check, severity: Severity, message: String, span: Span) -> Finding {
    Finding { check, severity, message, at: Some(span.start) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::loudness::Loudness;
    use crate::media::probe::{AudioFacts, VideoFacts};

    fn good() -> (Facts, Measured) {
        let facts = Facts {
            seconds: 20.0,
            faststart: Some(true),
            video: Some(VideoFacts { seconds: 20.0, fps: 30.0, ..VideoFacts::default() }),
            audio: Some(AudioFacts { seconds: 20.02, ..AudioFacts::default() }),
            ..Facts::default()
        };
        let loudness = Loudness { integrated: Some(-16.3), true_peak: Some(-1.4) };
        (facts, Measured { loudness, ..Measured::default() })
    }

    fn found(facts: &Facts, measured: &Measured, thresholds: &Thresholds) -> Vec<String> {
        let findings = judge(facts, measured, thresholds);
        findings
            .iter()
            .map(|one| format!("{:?} {:?}: {}", one.severity, one.check, one.message))
            .collect()
    }

    #[test]
    fn nothing_speaks_against_a_good_film() {
        let (facts, measured) = good();
        assert_eq!(judge(&facts, &measured, &Thresholds::default()), []);
        assert_eq!(score(&[]), 100);
    }

    #[test]
    fn fades_at_the_ends_are_no_fault_but_holes_are() {
        let (facts, mut measured) = good();
        let span = |start, end| Span { start, end };
        measured.black = vec![span(0.0, 0.7), span(8.0, 8.5), span(19.5, 20.0)];
        measured.frozen = vec![span(2.0, 5.0), span(10.0, 18.0)];
        measured.silent = vec![span(12.0, 15.0), span(16.0, 17.0)];
        insta::assert_snapshot!(found(&facts, &measured, &Thresholds::default()).join("\n"), @r"
        Minor Frozen: the picture stands still for 3.0 s
        Major Black: the picture is black for 0.5 s
        Major Frozen: the picture stands still for 8.0 s
        Minor Silent: nothing is heard for 3.0 s
        ");
    }

    #[test]
    fn what_was_asked_for_is_compared() {
        let (mut facts, mut measured) = good();
        facts.faststart = Some(false);
        facts.audio = Some(AudioFacts { seconds: 19.0, ..AudioFacts::default() });
        measured.loudness = Loudness { integrated: Some(-22.0), true_peak: Some(0.3) };
        measured.broken = Some("left block unavailable".to_owned());
        let thresholds =
            Thresholds { seconds: Some(30.0), captions: true, ..Thresholds::default() };
        insta::assert_snapshot!(found(&facts, &measured, &thresholds).join("\n"), @r"
        Critical Decodable: the decoder says: left block unavailable
        Major Loudness: the loudness is -22.0 LUFS, not -16.0
        Major TruePeak: the true peak is 0.3 dBTP, above -1.0
        Major Sync: picture and sound end 1.00 s apart
        Major Duration: the film is 20.0 s long, not 30.0
        Minor Faststart: players must read all of the file before they start
        Major Captions: there is no caption track
        ");
        assert_eq!(score(&judge(&facts, &measured, &thresholds)), 0);
    }
}
