//! How does a clip fit a voice, and a picture a frame?

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::canvas::Fill;
use super::encode::{self, words};
use super::frame::{Aspect, Fps, Frame, Resolution, seconds_text};
use super::probe;
use super::{Audio, Video, called};
use crate::process::{self, Command};

pub(crate) struct Fit;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The clip.
    video: File<Video>,
    /// The sound that the clip is to have instead of its own; null: the clip keeps its own.
    audio: Option<File<Audio>>,
    /// What gives way where clip and sound are not equally long.
    #[serde(default)]
    mode: Mode,
    /// The clip is made at most so many times as fast, or as slow; the rest is frozen or trimmed.
    #[serde(default = "fastest")]
    #[schemars(range(min = 1.0, max = 10.0))]
    max_speed: f64,
    /// Seconds of silence after the sound.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 60.0))]
    pause: f64,
    #[serde(default)]
    aspect: Aspect,
    #[serde(default)]
    resolution: Resolution,
    #[serde(default)]
    fps: Fps,
    /// How a clip of another shape is fitted into the frame.
    #[serde(default)]
    fill: Fill,
}

/// What gives way where clip and sound are not equally long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// The clip's speed, until it is as long as the sound.
    #[default]
    #[serde(alias = "stretch")]
    SpeedMatch,
    /// Nothing: the last frame freezes, or the sound ends in silence.
    #[serde(alias = "longest")]
    Hold,
    /// The longer one is cut.
    #[serde(alias = "shortest")]
    Trim,
    /// The clip starts again, or is cut, until it is as long as the sound.
    Loop,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    video: File<Video>,
    /// Its exact length.
    seconds: f64,
    frames: u64,
    /// How many times as fast as it was the clip now is.
    speed: f64,
}

fn fastest() -> f64 {
    2.0
}

impl Kind for Fit {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/fit";
    const VERSION: u32 = 2;
    const DOCS: &'static str = "\
Fits a clip to its sound and to the film's frame.

```yaml
nodes:
  fitted:
    use: media/fit
    with:
      video: ${{ clip.video }}
      audio: ${{ voice.audio }}
      mode: speed-match
```

| port | | |
|---|---|---|
| `video` | in | a clip of any size, shape and rate |
| `audio` | in, optional | its sound; left out or null, the clip keeps its own sound and its length |
| `mode` | in, `speed-match` | see below |
| `max_speed` | in, 2 | at most so many times as fast or as slow, 1 to 10 |
| `pause` | in, 0 | seconds of silence after the sound, which count as part of it |
| `aspect`, `resolution`, `fps` | in, `16:9`, 720, 30 | the frame |
| `fill` | in, `cover` | for clips of another shape: `cover` cuts, `contain` adds bars, `blur` a blurred copy behind |
| `video` | out | an MP4 with the sound in it, on the way to `media/concat` |
| `seconds`, `frames`, `speed` | out | its exact length, and how many times as fast it became |

| mode | the sound is longer | the sound is shorter | length |
|---|---|---|---|
| `speed-match` | the clip is slowed down | the clip is sped up | the sound's |
| `hold` | the last frame freezes | silence follows | the longer one's |
| `trim` | the sound is cut | the clip is cut | the shorter one's |
| `loop` | the clip starts again | the clip is cut | the sound's |

Beyond `max_speed`, `speed-match` goes to that limit and freezes or cuts the rest.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg", "ffprobe"])
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let frame = Frame::new(input.aspect, input.resolution, input.fps)?;
        let facts = probe::probe(attempt, &input.video).await?;
        let Some(picture) = &facts.video else {
            return Err(Failure::input(format!("{} has no picture", called(&input.video)))
                .help("give a video"));
        };
        let clip = attempt.artifacts().open(&input.video.digest).await?;
        let mut arguments = Vec::new();
        let plan = match &input.audio {
            None => Plan { speed: 1.0, seconds: picture.seconds },
            Some(audio) => {
                let sound = heard(attempt, audio).await? + input.pause.clamp(0.0, 60.0);
                Plan::of(input.mode, picture.seconds, sound, input.max_speed.clamp(1.0, 10.0))
            }
        };
        if input.mode == Mode::Loop && plan.seconds > picture.seconds {
            arguments.extend(words(&["-stream_loop", "-1"]));
        }
        arguments.extend(words(&["-i", &clip.to_string_lossy()]));
        let frames = match input.mode {
            Mode::Trim => frame.within(plan.seconds).max(1),
            Mode::SpeedMatch | Mode::Hold | Mode::Loop => frame.frames(plan.seconds),
        };
        if let Some(audio) = &input.audio {
            let sound = attempt.artifacts().open(&audio.digest).await?;
            arguments.extend(words(&["-i", &sound.to_string_lossy()]));
        }
        let sound = match (&input.audio, &facts.audio) {
            (Some(_), _) => Some(1),
            (None, Some(_)) => Some(0),
            (None, None) => None,
        };
        arguments.extend(command(frame, input.fill, plan, frames, sound));
        let command = Command::ffmpeg(Some(frame.seconds(frames)))
            .folder(attempt.folder())
            .arguments(arguments);
        process::succeed(attempt, command).await?;
        let video = super::keep(attempt, &attempt.folder().join("fitted.mp4"), "video/mp4").await?;
        Ok(Output { video, seconds: frame.seconds(frames), frames, speed: plan.speed })
    }
}

/// How long `audio` is.
async fn heard(attempt: &dyn Attempt, audio: &File<Audio>) -> Result<f64, Failure> {
    match probe::probe(attempt, audio).await?.audio {
        Some(facts) if facts.seconds > 0.0 => Ok(facts.seconds),
        _ => Err(Failure::input(format!("{} has no sound", called(audio)))
            .help("give a sound, or leave `audio` out")),
    }
}

/// How fast the clip plays, and when it ends.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Plan {
    speed: f64,
    seconds: f64,
}

impl Plan {
    fn of(mode: Mode, clip: f64, sound: f64, max_speed: f64) -> Self {
        match mode {
            Mode::SpeedMatch => {
                Self { speed: (clip / sound).clamp(1.0 / max_speed, max_speed), seconds: sound }
            }
            Mode::Hold => Self { speed: 1.0, seconds: clip.max(sound) },
            Mode::Trim => Self { speed: 1.0, seconds: clip.min(sound) },
            Mode::Loop => Self { speed: 1.0, seconds: sound },
        }
    }
}

/// Arguments after the inputs: `sound` is the input whose sound is heard.
fn command(frame: Frame, fill: Fill, plan: Plan, frames: u64, sound: Option<u32>) -> Vec<String> {
    let seconds = seconds_text(frame.seconds(frames));
    let pace = format!("setpts=PTS/{:.9}", plan.speed);
    // The last frame freezes for as long as is needed; `trim` ends it at the exact frame.
    let graph = format!(
        "[0:v:0]{pace},{picture},tpad=stop=-1:stop_mode=clone,trim=end_frame={frames},\
         setpts=N/{fps}/TB[picture]",
        picture = picture_filter(frame, fill),
        fps = frame.fps(),
    );
    let mut arguments = Vec::new();
    match sound {
        None => arguments.extend(words(&["-filter_complex", &graph, "-map", "[picture]"])),
        Some(input) => {
            let ending = match plan.speed {
                1.0 => format!(
                    ",afade=t=out:st={}:d=0.05",
                    seconds_text((frame.seconds(frames) - 0.05).max(0.0))
                ),
                _ => String::new(),
            };
            let graph = format!(
                "{graph};[{input}:a:0]aresample=48000:first_pts=0,\
                 aformat=sample_fmts=fltp:channel_layouts=stereo,\
                 apad=whole_dur={seconds},atrim=end={seconds}{ending}[sound]"
            );
            arguments.extend(words(&["-filter_complex", &graph]));
            arguments.extend(words(&["-map", "[picture]", "-map", "[sound]"]));
        }
    }
    arguments.extend(encode::clip(frame));
    arguments.push("fitted.mp4".into());
    arguments
}

/// Arguments after the input that bring a clip into `frame`, its sound untouched.
pub(crate) fn conform(frame: Frame, fill: Fill) -> Vec<String> {
    let graph = format!("[0:v:0]{}[picture]", picture_filter(frame, fill));
    let mut arguments = words(&["-filter_complex", &graph, "-map", "[picture]", "-map", "0:a:0?"]);
    arguments.extend(encode::clip(frame));
    arguments
}

/// The filter that brings any picture into `frame` and into the film's colours.
fn picture_filter(frame: Frame, fill: Fill) -> String {
    let (width, height, fps) = (frame.width(), frame.height(), frame.fps());
    let size = format!("{width}:{height}");
    let colours = "flags=bicubic:out_color_matrix=bt709:out_range=tv";
    let cover = format!("scale={size}:force_original_aspect_ratio=increase:{colours},crop={size}");
    let inside =
        format!("scale={size}:force_original_aspect_ratio=decrease:force_divisible_by=2:{colours}");
    let filled = match fill {
        Fill::Cover => cover,
        Fill::Contain => format!("{inside},pad={size}:(ow-iw)/2:(oh-ih)/2"),
        Fill::Blur => format!(
            "split[front][back];[back]{cover},scale=iw/16:ih/16,boxblur=2,scale={size}:flags=bilinear,\
             eq=brightness=-0.15[behind];[front]{inside}[whole];\
             [behind][whole]overlay=(W-w)/2:(H-h)/2"
        ),
    };
    format!("fps={fps},{filled},setsar=1,format=yuv420p")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestAttempt;

    async fn inputs(attempt: &TestAttempt, clip: f64, sound: f64) -> (File<Video>, File<Audio>) {
        let folder = attempt.next();
        let (clip, sound) = (clip.to_string(), sound.to_string());
        let command = Command::ffmpeg(None).folder(folder.folder()).arguments(words(&[
            "-f",
            "lavfi",
            "-t",
            &clip,
            "-i",
            "testsrc2=s=200x300:r=24",
            "clip.mkv",
            "-f",
            "lavfi",
            "-t",
            &sound,
            "-i",
            "sine=f=440:r=16000",
            "sound.wav",
        ]));
        process::succeed(&folder, command).await.unwrap();
        let keep = |name: &str| folder.folder().join(name);
        (
            super::super::keep(attempt, &keep("clip.mkv"), "video/x-matroska").await.unwrap(),
            super::super::keep(attempt, &keep("sound.wav"), "audio/wav").await.unwrap(),
        )
    }

    #[tokio::test]
    async fn picture_and_sound_end_at_the_same_frame() {
        let attempt = TestAttempt::new();
        let (video, audio) = inputs(&attempt, 1.0, 1.6).await;
        for (mode, fill, frames) in [
            ("speed-match", "cover", 48),
            ("hold", "blur", 48),
            ("trim", "contain", 30),
            ("loop", "cover", 48),
        ] {
            let attempt = attempt.next();
            let input = json!({
                "video": video, "audio": audio, "mode": mode, "fill": fill, "resolution": 180,
            });
            let output = Fit.run(&attempt, serde_json::from_value(input).unwrap()).await.unwrap();
            assert_eq!(output.frames, frames, "{mode}");
            let facts = probe::probe(&attempt, &output.video).await.unwrap();
            let (video, audio) = (facts.video.unwrap(), facts.audio.unwrap());
            assert_eq!((video.width, video.height, video.frames), (320, 180, frames), "{mode}");
            assert!((audio.seconds - output.seconds).abs() < 0.001, "{mode}: {audio:?}");
        }
    }

    #[test]
    fn each_mode_has_its_length_and_speed() {
        let plan = |mode, clip, sound| {
            let Plan { speed, seconds } = Plan::of(mode, clip, sound, 2.0);
            ((speed * 1000.0).round() / 1000.0, seconds)
        };
        let table = [
            (Mode::SpeedMatch, 5.0, 8.0, (0.625, 8.0)),
            (Mode::Hold, 5.0, 8.0, (1.0, 8.0)),
            (Mode::Trim, 5.0, 8.0, (1.0, 5.0)),
            (Mode::SpeedMatch, 5.0, 3.0, (1.667, 3.0)),
            (Mode::Hold, 5.0, 3.0, (1.0, 5.0)),
            (Mode::Trim, 5.0, 3.0, (1.0, 3.0)),
            (Mode::SpeedMatch, 5.0, 20.0, (0.5, 20.0)),
            (Mode::SpeedMatch, 20.0, 5.0, (2.0, 5.0)),
        ];
        for (mode, clip, sound, expected) in table {
            assert_eq!(plan(mode, clip, sound), expected, "{mode:?} {clip} {sound}");
        }
    }
}
