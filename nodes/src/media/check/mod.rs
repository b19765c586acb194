//! Is a film fit to be shown?
//!
//! `measure` looks at the whole file once, `judge` compares what it saw with what is allowed, `report` tells people.

mod dump;
mod judge;
mod measure;
mod report;
mod stretch;
mod verdict;

use flow_engine::kind::{Attempt, Failure, File, Kind, Known, MediaType, Nature};
use flow_engine::schema::{MEDIA, Schema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::measure::Measured;
use self::verdict::{Finding, Scores, Severity};
use crate::process;

pub(crate) struct Check;

/// Pictures, sound, or both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Media;

impl MediaType for Media {
    const RANGE: &'static str = "video/*, audio/*";
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The film: picture, sound, or both.
    video: File<Media>,
    /// How long it should be.
    #[serde(default)]
    seconds: Option<f64>,
    /// By how many seconds its length may differ from `seconds`.
    #[serde(default = "allowed::tolerance")]
    #[schemars(range(min = 0.0))]
    tolerance: f64,
    /// How loud it should be over its whole length, in LUFS; null: not judged.
    #[serde(default = "allowed::loudness")]
    #[schemars(range(min = -70.0, max = 0.0))]
    loudness: Option<f64>,
    /// By how many LU its loudness may differ from `loudness`.
    #[serde(default = "allowed::loudness_tolerance")]
    #[schemars(range(min = 0.0))]
    loudness_tolerance: f64,
    /// The highest true peak allowed, in dBTP; null: not judged.
    #[serde(default = "allowed::peak")]
    peak: Option<f64>,
    /// The longest black stretch allowed, in seconds; null: not judged.
    #[serde(default = "allowed::black")]
    #[schemars(range(min = 0.0))]
    black: Option<f64>,
    /// The longest stretch without movement allowed, in seconds; null: not judged.
    #[serde(default = "allowed::frozen")]
    #[schemars(range(min = 0.0))]
    frozen: Option<f64>,
    /// The longest stretch of an empty picture allowed, in seconds; null: not judged.
    #[serde(default = "allowed::blank")]
    #[schemars(range(min = 0.0))]
    blank: Option<f64>,
    /// The longest silence allowed, in seconds; null: not judged.
    #[serde(default = "allowed::silence")]
    #[schemars(range(min = 0.0))]
    silence: Option<f64>,
    /// How many seconds may lie between the ends of picture and sound; null: not judged.
    #[serde(default = "allowed::sync")]
    #[schemars(range(min = 0.0))]
    sync: Option<f64>,
    #[serde(default)]
    picture: Need,
    #[serde(default)]
    sound: Need,
    /// A caption track that viewers can switch on.
    #[serde(default)]
    captions: Need,
    #[serde(default)]
    chapters: Need,
    /// Whether the node fails when the film does.
    #[serde(default)]
    strict: bool,
}

/// Whether the film must have it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Need {
    Required,
    #[default]
    Optional,
}

/// What is allowed unless a pipeline says otherwise.
mod allowed {
    #![expect(clippy::unnecessary_wraps, reason = "null is a value of these ports")]

    pub(super) fn tolerance() -> f64 {
        0.5
    }

    pub(super) fn loudness() -> Option<f64> {
        Some(-16.0)
    }

    pub(super) fn loudness_tolerance() -> f64 {
        1.0
    }

    pub(super) fn peak() -> Option<f64> {
        Some(-1.0)
    }

    pub(super) fn black() -> Option<f64> {
        Some(0.5)
    }

    pub(super) fn frozen() -> Option<f64> {
        Some(2.0)
    }

    pub(super) fn blank() -> Option<f64> {
        Some(2.0)
    }

    pub(super) fn silence() -> Option<f64> {
        Some(2.0)
    }

    pub(super) fn sync() -> Option<f64> {
        Some(0.1)
    }
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// Whether no finding is an error.
    passed: bool,
    /// Half the mean of `scores`, half the worst of them.
    #[schemars(range(max = 100))]
    score: u8,
    scores: Scores,
    findings: Vec<Finding>,
    measured: Measured,
    /// The same file, for nodes that shall only follow a check.
    video: File<Media>,
    /// The same for people, in Markdown.
    report: String,
}

impl Kind for Check {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/check";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Watches a whole film and tells what is wrong with it: black, frozen or empty pictures, silence, loudness, damage.

```yaml
nodes:
  check:
    use: media/check
    with:
      video: ${{ film.video }}
      seconds: ${{ film.seconds }}
      captions: required
  publish:
    use: exec/command
    when: check.passed
    with:
      command: [python3, tools/publish.py]
      input:
        film: ${{ check.video }}
        report: ${{ check.report }}
```

A film that fails does not fail the node, unless `strict` is true: read `passed`, `score` or `findings` and decide.
A file that is empty, or no media at all, does not pass either. What a film does not have is not judged: a sound file
has no black stretches. A limit of null switches its check off.

| port | | |
|---|---|---|
| `video` | in | a film, a clip without sound, or a sound |
| `seconds`, `tolerance` | in, optional, 0.5 | how long it should be, and by how much it may differ |
| `loudness`, `loudness_tolerance` | in, -16, 1 | LUFS over the whole film, and by how many LU it may differ; -14 for YouTube |
| `peak` | in, -1 | the highest true peak, dBTP |
| `black`, `frozen`, `blank` | in, 0.5, 2, 2 | the longest stretch, in seconds, that is black, does not move, or shows nothing |
| `silence` | in, 2 | the longest silence, in seconds: less than -45 dB |
| `sync` | in, 0.1 | how many seconds may lie between the ends of picture and sound |
| `picture`, `sound`, `captions`, `chapters` | in, `optional` | `required`: a film without it fails |
| `strict` | in, false | true: the node fails when the film does |
| `passed` | out | true if no finding is an error |
| `score`, `scores` | out | 0 to 100: half the mean of all checks, half the worst; and each of them, null if not judged |
| `findings` | out | `[{ check, severity, at, seconds, message, help }]`, errors first |
| `measured` | out | `{ seconds, frames, loudness, true_peak, black, frozen, blank, silence, sync, … }`, the longest stretches |
| `video` | out | the same file, for nodes that shall wait for its check |
| `report` | out | all of it for people, in Markdown |

A stretch at the very head or tail may last twice as long. A check that passes scores 100, one that fails less than 50, and less the
farther it is from what is allowed. Severities: `error` fails the film; `warning` only costs points (empty pictures, an index at
the file's end, which makes players wait); `note` costs nothing.

The film is decoded once; an hour of 720p takes about five minutes of one core.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg", "ffprobe"])
    }

    /// What goes in as a video comes out as one.
    fn output(&self, known: &Known) -> Schema {
        let mut output = Schema::of::<Output>().as_json().clone();
        let video = known.ports.get("video").map(|port| port.schema.as_json());
        if let Some(video) = video.filter(|video| video.get(MEDIA).is_some()) {
            output["properties"]["video"] = video.clone();
        }
        Schema::new(output)
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let name = super::called(&input.video);
        let path = attempt.artifacts().open(&input.video.digest).await?;
        let seen = measure::measure(attempt, &path).await?;
        let verdicts = judge::judge(&seen, &input);
        let passed = verdict::passed(&verdicts);
        let findings = verdict::findings(&verdicts);
        if input.strict && !passed {
            return Err(refusal(&name, &findings));
        }
        let score = verdict::total(&verdicts);
        let report = report::report(&name, &seen, &verdicts, score);
        let scores = Scores::of(&verdicts);
        Ok(Output {
            passed,
            score,
            scores,
            findings,
            measured: seen.measured(),
            video: input.video,
            report,
        })
    }
}

/// Why a strict check fails its node.
fn refusal(name: &str, findings: &[Finding]) -> Failure {
    let errors: Vec<&Finding> =
        findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    let list: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", error.check.name(), error.message)).collect();
    let failure = Failure::input(format!("{name} does not pass:\n{}", list.join("\n")));
    match errors.first() {
        Some(first) => failure.help(first.help.clone()),
        None => failure,
    }
}

#[cfg(test)]
mod tests;
