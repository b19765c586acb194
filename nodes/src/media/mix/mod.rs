//! How do voices and music become the sound of a film?
//!
//! Voices are placed on the timeline and brought to one level; music is brought to another, below it, and gives way
//! while somebody speaks; the sum is brought to its loudness, its peaks limited where they would be too high.

mod graph;
mod place;

use std::path::{Path, PathBuf};

use flow_engine::kind::{Attempt, Failure, File, Kind, Known, Nature};
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::graph::{HEAD, level_filter, speech_graph, sum_graph};
use self::place::{Said, Slot, Voice, place, samples};
use super::encode::{self, words};
use super::loudness::{Loudness, METER};
use super::probe;
use super::timeline::Scene;
use super::{Audio, Video, called};
use crate::process::{self, Command};

pub(crate) struct Mix;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// One voice for each scene, null where nobody speaks.
    #[serde(default)]
    voices: Vec<Option<File<Audio>>>,
    /// When each scene is shown; without it the voices follow one another.
    #[serde(default)]
    scenes: Vec<Scene>,
    /// A film whose own sound is what is said, and whose sound is replaced by the mix.
    video: Option<File<Video>>,
    /// What is heard below the voices. It starts again until the film ends.
    music: Option<File<Audio>>,
    /// The loudness of the whole, in LUFS.
    #[serde(default = "loudness")]
    #[schemars(range(min = -40.0, max = -8.0))]
    loudness: f64,
    /// The highest true peak, in dBTP.
    #[serde(default = "true_peak")]
    #[schemars(range(min = -9.0, max = -0.5))]
    true_peak: f64,
    /// How much quieter than the voices the music is while nobody speaks, in LU.
    #[serde(default = "music_below")]
    #[schemars(range(min = 0.0, max = 40.0))]
    music_below: f64,
    /// Seconds from the start of a scene to its voice.
    #[serde(default = "lead")]
    #[schemars(range(min = 0.0, max = 10.0))]
    lead: f64,
    /// Seconds of the whole; that of the scenes or of the film where nothing is said.
    seconds: Option<f64>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The mix: FLAC, stereo, 48 kHz.
    audio: File<Audio>,
    /// The film with the mix as its sound, where a film was given.
    video: Option<File<Video>>,
    seconds: f64,
    /// The scenes, with the start of each voice.
    scenes: Vec<Scene>,
    /// The measured loudness in LUFS; null for silence.
    loudness: Option<f64>,
    /// The measured true peak in dBTP; null for silence.
    true_peak: Option<f64>,
}

fn loudness() -> f64 {
    -16.0
}

fn true_peak() -> f64 {
    -1.5
}

fn music_below() -> f64 {
    9.0
}

fn lead() -> f64 {
    0.3
}

impl Kind for Mix {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/mix";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Mixes voices and music to the sound of a film, at an exact loudness.

```yaml
nodes:
  mixed:
    use: media/mix
    with:
      voices: ${{ scenes.voice }}
      scenes: ${{ joined.scenes }}
      music: ${{ bed.audio }}
```

| port | | |
|---|---|---|
| `voices` | in, optional | a sound or null for each scene |
| `scenes` | in, optional | `[{ start, seconds }]` from `media/concat`; without it the voices follow one another |
| `video` | in, optional | instead of `voices`: a film whose own sound is what is said |
| `music` | in, optional | the bed; it starts again until the end, fades in and out, and gives way to voices |
| `loudness` | in, -16 | LUFS of the whole, -40 to -8; podcasts -16, films on the web -14 |
| `true_peak` | in, -1.5 | highest true peak in dBTP, -9 to -0.5 |
| `music_below` | in, 9 | LU by which the music lies below the voices in pauses, 0 to 40; below speech it sinks further |
| `lead` | in, 0.3 | seconds from a scene's start to its voice, 0 to 10; scenes that carry `voice` keep theirs |
| `seconds` | in, optional | length of the whole |
| `audio` | out | FLAC, stereo, 48 kHz |
| `video` | out | the film with this sound, where `video` was given; its picture is copied |
| `scenes` | out | the scenes with `voice`, the start of each voice, which `media/captions` needs |
| `loudness`, `true_peak`, `seconds` | out | as measured; loudness is null for silence |

A voice must have ended before the next one starts: make the clip of its scene longer, or `lead` shorter.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg", "ffprobe"])
    }

    fn output(&self, known: &Known) -> Schema {
        super::with_film_if_given(&Schema::of::<Output>(), known)
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let (said, seconds) = said(attempt, &input).await?;
        let length = samples(seconds);
        let speech = match &said.slots[..] {
            [] => None,
            slots => Some(speech(attempt, slots, length).await?),
        };
        attempt.progress(0.3);
        let music = match &input.music {
            Some(music) => {
                let path = attempt.artifacts().open(&music.digest).await?;
                let measured = measure(attempt, &path).await?;
                measured.integrated.map(|integrated| Bed {
                    path,
                    gain: VOICE_LEVEL - input.music_below.clamp(0.0, 40.0) - integrated,
                })
            }
            None => None,
        };
        attempt.progress(0.5);
        let mixed = sum(attempt, speech, music.as_ref(), length, seconds).await?;
        attempt.progress(0.7);
        let level = Level {
            loudness: input.loudness.clamp(-40.0, -8.0),
            true_peak: input.true_peak.clamp(-9.0, -0.5),
        };
        let found = normalise(attempt, mixed, level).await?;
        let path = attempt.folder().join("mix.flac");
        let video = match &input.video {
            Some(video) => Some(sounding(attempt, video).await?),
            None => None,
        };
        let audio = super::keep(attempt, &path, "audio/flac").await?;
        let Loudness { integrated, true_peak } = found;
        let scenes = said.scenes;
        Ok(Output { audio, video, seconds, scenes, loudness: integrated, true_peak })
    }
}

/// The level to which voices are brought before they are mixed, in LUFS.
const VOICE_LEVEL: f64 = -18.0;

/// So many files can be open at once.
const MOST: usize = 500;

struct Bed {
    path: PathBuf,
    /// In dB.
    gain: f64,
}

#[derive(Clone, Copy)]
struct Level {
    loudness: f64,
    true_peak: f64,
}

/// What is said in the film, and how long the film is.
async fn said(attempt: &dyn Attempt, input: &Input) -> Result<(Said, f64), Failure> {
    if let Some(video) = &input.video {
        if !input.voices.is_empty() {
            return Err(Failure::input("there are `voices` and a `video`")
                .help("give `voices`, or a `video` that has them as its sound"));
        }
        let facts = probe::probe(attempt, video).await?;
        let path = attempt.artifacts().open(&video.digest).await?;
        let slots = facts.audio.map(|_| Slot { path, start: 0 }).into_iter().collect();
        let seconds = facts.video.map_or(facts.seconds, |video| video.seconds);
        return Ok((
            Said { slots, scenes: input.scenes.clone() },
            input.seconds.unwrap_or(seconds),
        ));
    }
    if input.voices.len() > MOST {
        let message =
            format!("there are {} voices, and at most {MOST} are mixed", input.voices.len());
        return Err(Failure::input(message).help("mix in groups, then join the groups"));
    }
    let mut voices = Vec::new();
    for voice in &input.voices {
        voices.push(match voice {
            None => None,
            Some(file) => {
                let path = attempt.artifacts().open(&file.digest).await?;
                let seconds = probe::probe(attempt, file).await?.audio.map(|audio| audio.seconds);
                let seconds = seconds.ok_or_else(|| {
                    Failure::input(format!("{} has no sound", called(file)))
                        .help("give sounds as `voices`, null for a scene without one")
                })?;
                Some(Voice { path, seconds })
            }
        });
    }
    place(voices, &input.scenes, input.lead.clamp(0.0, 10.0), input.seconds)
}

/// A sound in the attempt's folder and the gain that brings it to its level.
struct Speech {
    gain: f64,
}

/// Puts what is said one after the other, as long as the film, and measures it.
async fn speech(attempt: &dyn Attempt, slots: &[Slot], length: u64) -> Result<Speech, Failure> {
    let mut arguments = words(&["-loglevel", "info", "-nostats"]);
    for slot in slots {
        arguments.extend(words(&["-vn", "-i", &slot.path.to_string_lossy()]));
    }
    let graph = speech_graph(slots, length);
    arguments.extend(words(&["-filter_complex", &graph, "-map", "[speech]"]));
    arguments.extend(words(&[
        "-c:a",
        "pcm_f32le",
        "-fflags",
        "+bitexact",
        "-f",
        "w64",
        "speech.w64",
    ]));
    let command = Command::ffmpeg(None).folder(attempt.folder()).arguments(arguments);
    let done = process::succeed(attempt, command).await?;
    let integrated = Loudness::read(&done.stderr).integrated;
    Ok(Speech { gain: integrated.map_or(0.0, |integrated| VOICE_LEVEL - integrated) })
}

/// How loud the sound at `path` is.
async fn measure(attempt: &dyn Attempt, path: &Path) -> Result<Loudness, Failure> {
    let filter = format!("{HEAD},{METER}");
    let command = Command::ffmpeg(None).arguments(words(&[
        "-loglevel",
        "info",
        "-nostats",
        "-vn",
        "-i",
        &path.to_string_lossy(),
        "-af",
        &filter,
        "-f",
        "null",
        "-",
    ]));
    Ok(Loudness::read(&process::succeed(attempt, command).await?.stderr))
}

/// Adds voices and music, and measures the sum.
async fn sum(
    attempt: &dyn Attempt,
    speech: Option<Speech>,
    music: Option<&Bed>,
    length: u64,
    seconds: f64,
) -> Result<Loudness, Failure> {
    let mut arguments = words(&["-loglevel", "info", "-nostats"]);
    if speech.is_some() {
        arguments.extend(words(&["-i", "speech.w64"]));
    }
    if let Some(bed) = music {
        arguments.extend(words(&["-stream_loop", "-1", "-vn", "-i", &bed.path.to_string_lossy()]));
    }
    let graph =
        sum_graph(speech.map(|speech| speech.gain), music.map(|bed| bed.gain), length, seconds);
    arguments.extend(words(&["-filter_complex", &graph, "-map", "[sum]"]));
    arguments.extend(words(&["-c:a", "pcm_f32le", "-fflags", "+bitexact", "-f", "w64", "sum.w64"]));
    let command = Command::ffmpeg(None).folder(attempt.folder()).arguments(arguments);
    Ok(Loudness::read(&process::succeed(attempt, command).await?.stderr))
}

/// Brings the sum to its level, and says what was reached.
async fn normalise(
    attempt: &dyn Attempt,
    sum: Loudness,
    level: Level,
) -> Result<Loudness, Failure> {
    let (Some(integrated), Some(peak)) = (sum.integrated, sum.true_peak) else {
        return write_mix(attempt, 0.0, None).await;
    };
    let mut gain = level.loudness - integrated;
    let limit = |gain: f64| (peak + gain > level.true_peak).then_some(level.true_peak);
    let mut found = write_mix(attempt, gain, limit(gain)).await?;
    // What the limiter took is given back once; twice would be squeezing.
    if let Some(reached) = found.integrated.filter(|reached| (reached - level.loudness).abs() > 0.3)
    {
        gain += level.loudness - reached;
        found = write_mix(attempt, gain, limit(gain)).await?;
    }
    Ok(found)
}

/// Writes `mix.flac`: the sum, louder by `gain` dB, its true peaks below `limit` dBTP where one is given.
async fn write_mix(
    attempt: &dyn Attempt,
    gain: f64,
    limit: Option<f64>,
) -> Result<Loudness, Failure> {
    let filter = level_filter(gain, limit);
    let mut arguments = words(&["-loglevel", "info", "-nostats", "-i", "sum.w64", "-af", &filter]);
    arguments.extend(words(&["-c:a", "flac", "-sample_fmt", "s16", "-fflags", "+bitexact"]));
    arguments.extend(words(&["-flags:a", "+bitexact", "mix.flac"]));
    let command = Command::ffmpeg(None).folder(attempt.folder()).arguments(arguments);
    Ok(Loudness::read(&process::succeed(attempt, command).await?.stderr))
}

/// `video` with the mix as its sound, its picture copied.
async fn sounding(attempt: &dyn Attempt, video: &File<Video>) -> Result<File<Video>, Failure> {
    let path = attempt.artifacts().open(&video.digest).await?;
    let ours = probe::probe(attempt, video).await?.ours;
    let mut arguments = words(&["-i", &path.to_string_lossy(), "-i", "mix.flac"]);
    arguments.extend(words(&["-map", "0:v:0", "-map", "1:a:0", "-c", "copy"]));
    arguments.extend(words(&["-strict", "experimental"]));
    arguments.extend(if ours { encode::clip_container() } else { encode::container() });
    arguments.push("mixed.mp4".into());
    let command = Command::ffmpeg(None).folder(attempt.folder()).arguments(arguments);
    process::succeed(attempt, command).await?;
    super::keep(attempt, &attempt.folder().join("mixed.mp4"), "video/mp4").await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestAttempt;

    /// Something like speech: a tone that stops and starts.
    async fn voice(attempt: &TestAttempt, hertz: u32, seconds: f64) -> File<Audio> {
        sound(
            attempt,
            &format!("sine=f={hertz}:r=16000,volume='0.3+0.3*sin(t*9)':eval=frame"),
            seconds,
        )
        .await
    }

    async fn sound(attempt: &TestAttempt, source: &str, seconds: f64) -> File<Audio> {
        let folder = attempt.next();
        let command = Command::ffmpeg(None).folder(folder.folder()).arguments(words(&[
            "-f",
            "lavfi",
            "-i",
            source,
            "-t",
            &seconds.to_string(),
            "sound.wav",
        ]));
        process::succeed(&folder, command).await.unwrap();
        super::super::keep(attempt, &folder.folder().join("sound.wav"), "audio/wav").await.unwrap()
    }

    fn scene(start: f64, seconds: f64) -> Scene {
        Scene { start, seconds, title: None, voice: None }
    }

    #[tokio::test]
    async fn a_mix_has_its_loudness_and_no_higher_peak() {
        let attempt = TestAttempt::new();
        let input = json!({
            "voices": [voice(&attempt, 300, 1.5).await, null, voice(&attempt, 200, 1.0).await],
            "scenes": [scene(0.0, 2.0), scene(2.0, 1.0), scene(3.0, 2.0)],
            "music": sound(&attempt, "sine=f=110:r=44100", 2.0).await,
        });
        let output = Mix.run(&attempt, serde_json::from_value(input).unwrap()).await.unwrap();
        assert!((output.loudness.unwrap() + 16.0).abs() <= 0.5, "{output:?}");
        assert!(output.true_peak.unwrap() <= -1.4, "{output:?}");
        let facts = probe::probe(&attempt, &output.audio).await.unwrap().audio.unwrap();
        assert!((facts.seconds - 5.0).abs() < 1e-3);
        assert_eq!((facts.sample_rate, facts.channels), (48_000, 2));
        let starts: Vec<Option<f64>> = output.scenes.iter().map(|scene| scene.voice).collect();
        assert_eq!(starts, [Some(0.3), None, Some(3.3)]);
    }

    #[tokio::test]
    async fn silence_stays_silence() {
        let attempt = TestAttempt::new();
        let input = json!({ "voices": [sound(&attempt, "anullsrc", 0.5).await], "seconds": 1 });
        let output = Mix.run(&attempt, serde_json::from_value(input).unwrap()).await;
        // The pause after the voice does not count where the length is given.
        assert_eq!(output.unwrap().loudness, None);
    }
}
