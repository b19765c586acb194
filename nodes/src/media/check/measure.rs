//! What do ffmpeg's detectors say of a film?

use std::path::Path;

use flow_engine::kind::{Attempt, Failure};

use super::Thresholds;
use crate::media::encode::words;
use crate::media::loudness::{Loudness, METER};
use crate::media::probe::Facts;
use crate::process::{self, Command, Finished};

/// A stretch of the film, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
}

/// What was found by decoding all of a film.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measured {
    pub(super) black: Vec<Span>,
    pub(super) frozen: Vec<Span>,
    pub(super) silent: Vec<Span>,
    pub(super) loudness: Loudness,
    /// The first thing that the decoder complained about.
    pub(super) broken: Option<String>,
}

impl Span {
    pub(super) fn seconds(self) -> f64 {
        self.end - self.start
    }
}

/// Decodes the film at `path` once, past all detectors.
pub(super) async fn measure(
    attempt: &dyn Attempt,
    path: &Path,
    facts: &Facts,
    thresholds: &Thresholds,
) -> Result<Measured, Failure> {
    let done =
        process::run(attempt, Command::ffmpeg(None).arguments(command(path, facts, thresholds)))
            .await?;
    Ok(read(&done, facts.seconds))
}

fn command(path: &Path, facts: &Facts, thresholds: &Thresholds) -> Vec<String> {
    let mut graphs = Vec::new();
    if facts.video.is_some() {
        graphs.push(format!(
            "[0:v:0]scale=320:-2:flags=fast_bilinear,\
             blackdetect=d={}:pic_th=0.98:pix_th=0.10,freezedetect=n=-60dB:d={},\
             metadata=print:file=-[picture]",
            thresholds.black, thresholds.frozen,
        ));
    }
    if facts.audio.is_some() {
        graphs.push(format!(
            "[0:a:0]aresample=48000,aformat=sample_fmts=fltp:channel_layouts=stereo,\
             silencedetect=noise=-45dB:d={},ametadata=print:file=-,{METER}[sound]",
            thresholds.silent,
        ));
    }
    let mut arguments = words(&["-loglevel", "level+info", "-nostats"]);
    arguments.extend(words(&["-i", &path.to_string_lossy()]));
    if !graphs.is_empty() {
        arguments.extend(words(&["-filter_complex", &graphs.join(";")]));
    }
    for (there, label) in [(facts.video.is_some(), "[picture]"), (facts.audio.is_some(), "[sound]")]
    {
        if there {
            arguments.extend(words(&["-map", label]));
        }
    }
    arguments.extend(words(&["-f", "null", "-"]));
    arguments
}

fn read(done: &Finished, seconds: f64) -> Measured {
    let stdout = done.stdout_text();
    let complaint = done.stderr.lines().find_map(|line| {
        let (_, complaint) = line.split_once("[error] ").or_else(|| line.split_once("[fatal] "))?;
        Some(complaint.trim().to_owned())
    });
    let unended = || (!done.status.success()).then(|| "the decoder gave up".to_owned());
    Measured {
        black: spans(&stdout, "black", seconds),
        frozen: spans(&stdout, "freezedetect.freeze", seconds),
        silent: spans(&stdout, "silence", seconds),
        loudness: Loudness::read(&done.stderr),
        broken: complaint.or_else(unended),
    }
}

/// What stands between `lavfi.{what}_start=` and `lavfi.{what}_end=`; the last one may last to the film's end.
fn spans(report: &str, what: &str, seconds: f64) -> Vec<Span> {
    let (starts, ends) = (format!("lavfi.{what}_start="), format!("lavfi.{what}_end="));
    let mut spans = Vec::new();
    let mut open = None;
    for line in report.lines() {
        if let Some(start) = line.strip_prefix(&starts).and_then(|text| text.trim().parse().ok()) {
            open = Some(start);
        }
        if let Some(end) = line.strip_prefix(&ends).and_then(|text| text.trim().parse().ok()) {
            spans.extend(open.take().map(|start| Span { start, end }));
        }
    }
    spans.extend(open.filter(|start| *start < seconds).map(|start| Span { start, end: seconds }));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_without_an_end_lasts_to_the_end_of_the_film() {
        let report = "\
frame:90   pts:46080   pts_time:3
lavfi.black_start=3
frame:120  pts:61440   pts_time:4
lavfi.black_end=4
frame:180  pts:92160   pts_time:6
lavfi.freezedetect.freeze_start=4
";
        assert_eq!(spans(report, "black", 7.0), [Span { start: 3.0, end: 4.0 }]);
        assert_eq!(spans(report, "freezedetect.freeze", 7.0), [Span { start: 4.0, end: 7.0 }]);
        assert_eq!(spans(report, "silence", 7.0), []);
    }
}
