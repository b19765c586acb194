//! What should people read about a film's check?

use super::measure::Seen;
use super::verdict::{Severity, Verdict, findings, passed};

/// The report on the film `name`, in Markdown.
pub(super) fn report(name: &str, seen: &Seen, verdicts: &[Verdict], score: u8) -> String {
    let result = if passed(verdicts) { "passes" } else { "does not pass" };
    let mut text = format!("# {name} {result}: {score} of 100\n\n");
    let facts = summary(seen);
    if !facts.is_empty() {
        text.push_str(&format!("{}\n\n", facts.join(" · ")));
    }
    text.push_str("| check | result | measured | allowed |\n|---|---|---|---|\n");
    for verdict in verdicts {
        let (check, score) = (verdict.check.name(), verdict.score);
        let result = match verdict.worst() {
            Some(Severity::Error) => format!("**fails**, {score}"),
            Some(Severity::Warning) => format!("warns, {score}"),
            Some(Severity::Note) => "not judged".into(),
            None => "passes".into(),
        };
        let (measured, allowed) = (&verdict.measured, &verdict.allowed);
        text.push_str(&format!("| {check} | {result} | {measured} | {allowed} |\n"));
    }
    let findings = findings(verdicts);
    if !findings.is_empty() {
        text.push_str("\n## What was found\n\n");
    }
    for finding in &findings {
        let at = finding.at.map(|at| format!(" at {}", clock(at))).unwrap_or_default();
        let check = finding.check.name();
        text.push_str(&format!("- **{check}**{at}: {}.\n  {}.\n", finding.message, finding.help));
    }
    text
}

/// What kind of film it is.
fn summary(seen: &Seen) -> Vec<String> {
    let mut facts = Vec::new();
    if seen.picture.is_some() || seen.sound.is_some() {
        facts.push(clock(seen.seconds()));
    }
    if let Some(video) = &seen.facts.video {
        let (width, height, fps) = (video.width, video.height, (video.fps * 100.0).round() / 100.0);
        facts.push(format!("{width}×{height}, {fps} fps, {}", video.codec));
    }
    if let Some(audio) = &seen.facts.audio {
        let channels = match audio.channels {
            1 => "mono".into(),
            2 => "stereo".into(),
            more => format!("{more} channels"),
        };
        facts.push(format!("{}, {channels}, {} Hz", audio.codec, audio.sample_rate));
    }
    if !seen.facts.subtitles.is_empty() {
        facts.push(format!("captions: {}", seen.facts.subtitles.join(", ")));
    }
    match seen.facts.chapters.len() {
        0 => {}
        1 => facts.push("1 chapter".into()),
        more => facts.push(format!("{more} chapters")),
    }
    facts
}

/// As players show it, with tenths: `1:02.5`.
fn clock(seconds: f64) -> String {
    let tenths = crate::media::frame::whole((seconds * 10.0).round());
    let (minutes, rest) = (tenths / 600, tenths % 600);
    format!("{minutes}:{:02}.{}", rest / 10, rest % 10)
}
