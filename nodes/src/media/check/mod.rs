//! Is a film fit to be shown?
//!
//! Objective checks alone: nothing here knows what is in the picture.

mod judge;
mod measure;

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::judge::{Finding, Severity, judge, score};
use self::measure::measure;
use super::Video;
use super::probe;
use crate::process;

pub(crate) struct Check;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The film to check.
    video: File<Video>,
    /// How long it should be.
    #[schemars(range(min = 0.0))]
    seconds: Option<f64>,
    /// By which share of `seconds` it may be longer or shorter.
    seconds_off: Option<f64>,
    /// The loudness that it should have, in LUFS.
    loudness: Option<f64>,
    /// How far from it it may be, in LU.
    loudness_off: Option<f64>,
    /// The highest true peak that it may have, in dBTP.
    true_peak: Option<f64>,
    /// So many seconds of black inside the film are a fault.
    #[schemars(range(min = 0.05))]
    black: Option<f64>,
    /// So many seconds without any movement are a fault.
    #[schemars(range(min = 0.1))]
    frozen: Option<f64>,
    /// So many seconds of silence are a fault.
    #[schemars(range(min = 0.1))]
    silent: Option<f64>,
    /// Whether it must have a caption track.
    #[serde(default)]
    captions: bool,
    /// The least score that passes.
    #[schemars(range(min = 0, max = 100))]
    pass: Option<u32>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The film, as it came.
    video: File<Video>,
    /// Whether the score reaches `pass` and nothing major speaks against the film.
    passed: bool,
    /// 100, less what the findings cost.
    #[schemars(range(min = 0, max = 100))]
    score: u32,
    findings: Vec<Finding>,
    seconds: f64,
    /// In LUFS; null for silence.
    loudness: Option<f64>,
    /// In dBTP; null for silence.
    true_peak: Option<f64>,
}

/// What is asked of a film.
#[derive(Clone, Debug)]
struct Thresholds {
    seconds: Option<f64>,
    seconds_off: f64,
    loudness: f64,
    loudness_off: f64,
    true_peak: f64,
    black: f64,
    frozen: f64,
    silent: f64,
    captions: bool,
    pass: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            seconds: None,
            seconds_off: 0.25,
            loudness: -16.0,
            loudness_off: 1.0,
            true_peak: -1.0,
            black: 0.3,
            frozen: 2.0,
            silent: 2.0,
            captions: false,
            pass: 70,
        }
    }
}

impl Kind for Check {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/check";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Checks a film as far as numbers can: that it plays, moves, sounds and is as loud and as long as it should be.

```yaml
nodes:
  checked:
    use: media/check
    with:
      video: ${{ film.video }}
      captions: true
  publish:
    when: checked.passed
```

| port | | |
|---|---|---|
| `video` | in | the film |
| `seconds` | in, optional | how long it should be |
| `seconds_off` | in, 0.25 | by which share of that it may be longer or shorter |
| `loudness`, `loudness_off` | in, -16 and 1 | LUFS that it should have, and LU by which it may miss them |
| `true_peak` | in, -1 | highest true peak in dBTP |
| `black` | in, 0.3 | seconds of black that are a fault; fades of 0.6 s at the ends are none |
| `frozen` | in, 2 | seconds without movement that are a fault |
| `silent` | in, 2 | seconds of silence that are a fault |
| `captions` | in, false | whether a caption track must be there |
| `pass` | in, 70 | the least score that passes, 0 to 100 |
| `video` | out | the film, as it came |
| `passed` | out | whether the score reaches `pass` and nothing major or critical was found |
| `score` | out | 100, less 8 for each minor finding, 30 for each major and 100 for each critical one |
| `findings` | out | `[{ check, severity, message, at }]` |
| `seconds`, `loudness`, `true_peak` | out | as measured |

It never fails because of what it finds: use `passed`, in a gate or in `until`.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg", "ffprobe"])
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let thresholds = input.thresholds();
        let facts = probe::probe(attempt, &input.video).await?;
        let path = attempt.artifacts().open(&input.video.digest).await?;
        let measured = measure(attempt, &path, &facts, &thresholds).await?;
        let findings = judge(&facts, &measured, &thresholds);
        let score = score(&findings);
        let worst = findings.iter().map(|finding| finding.severity).max();
        Ok(Output {
            video: input.video,
            passed: score >= thresholds.pass && worst < Some(Severity::Major),
            score,
            findings,
            seconds: facts.seconds,
            loudness: measured.loudness.integrated,
            true_peak: measured.loudness.true_peak,
        })
    }
}

impl Input {
    fn thresholds(&self) -> Thresholds {
        let usual = Thresholds::default();
        Thresholds {
            seconds: self.seconds,
            seconds_off: self.seconds_off.unwrap_or(usual.seconds_off).max(0.0),
            loudness: self.loudness.unwrap_or(usual.loudness),
            loudness_off: self.loudness_off.unwrap_or(usual.loudness_off).max(0.1),
            true_peak: self.true_peak.unwrap_or(usual.true_peak),
            black: self.black.unwrap_or(usual.black).max(0.05),
            frozen: self.frozen.unwrap_or(usual.frozen).max(0.1),
            silent: self.silent.unwrap_or(usual.silent).max(0.1),
            captions: self.captions,
            pass: self.pass.unwrap_or(usual.pass).min(100),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::judge::Check as Asked;
    use super::*;
    use crate::media::encode::words;
    use crate::process::Command;
    use crate::testing::TestAttempt;

    /// Three seconds that move and sound, then whatever `after` is.
    async fn film(attempt: &TestAttempt, after: &str) -> File<Video> {
        let folder = attempt.next();
        let graph = format!(
            "testsrc2=s=320x180:r=30:d=3[a];{after},trim=duration=2.5,setpts=PTS-STARTPTS[b];\
             [a][b]concat=n=2[v];sine=f=300:r=48000:d=5.5,volume=4dB[s]"
        );
        let command = Command::ffmpeg(None).folder(folder.folder()).arguments(words(&[
            "-filter_complex",
            &graph,
            "-map",
            "[v]",
            "-map",
            "[s]",
            "-pix_fmt",
            "yuv420p",
            "-movflags",
            "+faststart",
            "film.mp4",
        ]));
        process::succeed(&folder, command).await.unwrap();
        super::super::keep(attempt, &folder.folder().join("film.mp4"), "video/mp4").await.unwrap()
    }

    async fn checked(attempt: &TestAttempt, video: &File<Video>) -> Output {
        let input = json!({ "video": video, "loudness_off": 5.0 });
        Check.run(attempt, serde_json::from_value(input).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn a_film_that_moves_and_sounds_passes() {
        let attempt = TestAttempt::new();
        let video = film(&attempt, "testsrc=s=320x180:r=30").await;
        let output = checked(&attempt, &video).await;
        assert!(output.passed && output.findings.is_empty(), "{output:?}");
        assert_eq!(output.video.digest, video.digest);
    }

    #[tokio::test]
    async fn black_and_broken_films_do_not_pass() {
        let attempt = TestAttempt::new();
        let video = film(&attempt, "color=black:s=320x180:r=30").await;
        let output = checked(&attempt, &video).await;
        let asked: Vec<Asked> = output.findings.iter().map(|finding| finding.check).collect();
        assert!(!output.passed && asked.contains(&Asked::Black), "{output:?}");
        assert!(asked.contains(&Asked::Frozen), "{output:?}");

        let mut bytes = attempt.read(&video);
        let middle = bytes.len() / 2;
        bytes[middle..middle + 2000].fill(0x55);
        let broken: File<Video> = attempt.store(bytes, "video/mp4");
        let output = checked(&attempt, &broken).await;
        assert!(!output.passed, "{output:?}");
        assert_eq!(output.findings[0].check, Asked::Decodable);
        assert_eq!(output.score, 0);
    }
}
