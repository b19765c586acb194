//! How are clips joined?
//!
//! By copying: our own clips can be cut at every [`encode::GROUP`]th frame, so that only cross-fades are encoded, each
//! by itself.

mod command;
mod pieces;

use std::path::PathBuf;

use flow_engine::kind::{Attempt, Class, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::command::{Clip, Sound, fade_command, fade_name, join_command, list};
use self::pieces::{Piece, overlaps, pieces, scenes};
use super::canvas::Fill;
use super::encode::words;
use super::fit;
use super::frame::{Aspect, Fps, Frame, Resolution};
use super::probe::{self, Facts};
use super::timeline::Scene;
use super::{Video, called};
use crate::process::{self, Command};

pub(crate) struct Concat;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The clips, in order.
    #[schemars(length(min = 1))]
    clips: Vec<File<Video>>,
    /// What each scene is called; its chapters take it. Null for one without a name.
    #[serde(default)]
    titles: Vec<Option<String>>,
    /// How one clip follows another.
    #[serde(default)]
    transition: Transition,
    /// How long a cross-fade is, in seconds.
    #[serde(default = "overlap")]
    #[schemars(range(min = 0.1, max = 2.0))]
    overlap: f64,
    /// The film's shape; the first clip's where nothing is said.
    aspect: Option<Aspect>,
    /// The film's shorter side in pixels; the first clip's where nothing is said.
    resolution: Option<Resolution>,
    /// The film's pictures in a second; the first clip's where nothing is said.
    fps: Option<Fps>,
    /// How clips of another shape are fitted into the film's.
    #[serde(default)]
    fill: Fill,
}

/// How one clip follows another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transition {
    #[default]
    Cut,
    /// One fades while the other appears, for the time of `overlap`, by which the film is shorter.
    Fade,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    video: File<Video>,
    seconds: f64,
    frames: u64,
    /// When each clip is shown.
    scenes: Vec<Scene>,
}

/// So many files can be open at once.
const MOST: usize = 500;

fn overlap() -> f64 {
    0.5
}

impl Kind for Concat {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/concat";
    const VERSION: u32 = 2;
    const DOCS: &'static str = "\
Joins clips to one, by cuts or cross-fades, and tells when each scene is shown.

```yaml
nodes:
  joined:
    use: media/concat
    with:
      clips: ${{ scenes.clip }}
      titles: ${{ script.scenes.title }}
      transition: fade
```

| port | | |
|---|---|---|
| `clips` | in | videos, in order, at most 500. Those of another size, shape or rate are encoded anew; ours are copied |
| `titles` | in, optional | a text or null for each clip: its chapter's name |
| `transition` | in, `cut` | `cut` or `fade` |
| `overlap` | in, 0.5 | seconds of a cross-fade, 0.1 to 2; where a clip is too short for it, it is cut |
| `aspect`, `resolution`, `fps` | in, optional | the film's; the first clip's where none is given |
| `fill` | in, `cover` | for clips of another shape: `cover`, `contain` or `blur` |
| `video` | out | an MP4 on the way to `media/render`; with sound if a clip has sound |
| `seconds`, `frames` | out | its exact length |
| `scenes` | out | `[{ start, seconds, title }]`, which `media/mix`, `media/captions` and `media/render` take |

A film with cross-fades is shorter than its clips: by `overlap` for each but the last. Make clips longer by that much \
than what is said in them.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffmpeg", "ffprobe"])
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if !input.titles.is_empty() && input.titles.len() != input.clips.len() {
            let (titles, clips) = (input.titles.len(), input.clips.len());
            return Err(Failure::input(format!("there are {titles} titles for {clips} clips"))
                .help("give one title for each clip, null where it has none"));
        }
        if input.clips.len() > MOST {
            let message =
                format!("there are {} clips, and at most {MOST} are joined", input.clips.len());
            return Err(Failure::input(message).help("join them in groups, then join the groups"));
        }
        let clips = conformed(attempt, &input).await?;
        let first = clips.first().ok_or_else(|| {
            Failure::input("there is no clip to join").help("give at least one clip")
        })?;
        let frame = first.frame;
        let lengths: Vec<u64> = clips.iter().map(|clip| clip.frames).collect();
        let wanted = match input.transition {
            Transition::Cut => 0,
            Transition::Fade => frame.nearest(input.overlap.clamp(0.1, 2.0)).max(1),
        };
        let overlaps = overlaps(&lengths, wanted);
        let pieces = pieces(&lengths, &overlaps);
        for (number, piece) in pieces.iter().enumerate() {
            if let Piece::Fade(fade) = piece {
                let command = fade_command(fade, &clips, frame, &fade_name(number));
                let command = Command::ffmpeg(None).folder(attempt.folder()).arguments(command);
                process::succeed(attempt, command).await?;
            }
        }
        let total = pieces.iter().map(Piece::frames).sum();
        let list = list(&pieces, &clips, frame);
        super::write(&attempt.folder().join("list.txt"), list).await?;
        let command = Command::ffmpeg(Some(frame.seconds(total)))
            .folder(attempt.folder())
            .arguments(join_command(&clips, &overlaps, frame));
        process::succeed(attempt, command).await?;

        let path = attempt.folder().join("joined.mp4");
        let found = probe::probe_path(attempt, &path).await?.video.unwrap_or_default().frames;
        if found != total {
            let message = format!("joining gave {found} frames where {total} were expected");
            return Err(Failure::new(Class::Internal, message));
        }
        let video = super::keep(attempt, &path, "video/mp4").await?;
        let scenes = scenes(&lengths, &overlaps, &input.titles, frame);
        Ok(Output { video, seconds: frame.seconds(total), frames: total, scenes })
    }
}

/// The clips in the film's frame: ours as they are, others encoded anew.
async fn conformed(attempt: &dyn Attempt, input: &Input) -> Result<Vec<Clip>, Failure> {
    let mut clips = Vec::new();
    let mut frame = None;
    for (number, file) in input.clips.iter().enumerate() {
        let path = attempt.artifacts().open(&file.digest).await?;
        let facts = probe::probe(attempt, file).await?;
        let seen = shown(&facts, file)?;
        let frame = match frame {
            Some(frame) => frame,
            None => *frame.insert(film_frame(input, seen)?),
        };
        let conformed = if facts.ours && seen == Some(frame) {
            clip(path, &facts, frame)
        } else {
            let name = PathBuf::from(format!("clip{number}.mp4"));
            let mut arguments = words(&["-i"]);
            arguments.push(path.to_string_lossy().into_owned());
            arguments.extend(fit::conform(frame, input.fill));
            arguments.push(name.to_string_lossy().into_owned());
            let command =
                Command::ffmpeg(Some(facts.seconds)).folder(attempt.folder()).arguments(arguments);
            process::succeed(attempt, command).await?;
            let path = attempt.folder().join(&name);
            let facts = probe::probe_path(attempt, &path).await?;
            clip(path, &facts, frame)
        };
        if conformed.frames == 0 {
            return Err(Failure::input(format!("{} has no frame", called(file)))
                .help("leave it out, or make it again"));
        }
        clips.push(conformed);
    }
    Ok(clips)
}

fn clip(path: PathBuf, facts: &Facts, frame: Frame) -> Clip {
    let sound = if facts.audio.is_some() { Sound::Some } else { Sound::None };
    Clip { path, frame, frames: facts.video.as_ref().map_or(0, |video| video.frames), sound }
}

/// The frame in which players show `file`; none, if it is one that we would not make.
fn shown<M>(facts: &Facts, file: &File<M>) -> Result<Option<Frame>, Failure> {
    let video = facts.video.as_ref().ok_or_else(|| {
        Failure::input(format!("{} has no picture", called(file)))
            .help("give a video; sound goes to `media/mix`")
    })?;
    let turned = video.rotation.rem_euclid(180) == 90;
    let (width, height) =
        if turned { (video.height, video.width) } else { (video.width, video.height) };
    Ok(Frame::of_clip(width, height, video.fps))
}

fn film_frame(input: &Input, first: Option<Frame>) -> Result<Frame, Failure> {
    match (input.aspect, input.resolution, input.fps, first) {
        (None, None, None, Some(frame)) => Ok(frame),
        (aspect, resolution, fps, _) => Frame::new(
            aspect.unwrap_or_default(),
            resolution.unwrap_or_default(),
            fps.unwrap_or_default(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::media::encode;
    use crate::testing::TestAttempt;

    fn frame() -> Frame {
        Frame::new(Aspect::Wide, Resolution(180), Fps(30)).unwrap()
    }

    /// A clip of ours, or one as strangers make them.
    async fn made(attempt: &TestAttempt, source: &str, tone: u32, seconds: f64) -> File<Video> {
        let folder = attempt.next();
        let sine = format!("sine=f={tone}:r=48000");
        let mut arguments = words(&["-f", "lavfi", "-i", source, "-f", "lavfi", "-i", &sine]);
        arguments.extend(words(&["-t", &seconds.to_string()]));
        arguments.extend(if source.contains("320x180:r=30") {
            encode::clip(frame())
        } else {
            words(&["-pix_fmt", "yuv444p", "-f", "matroska"])
        });
        arguments.push("clip".into());
        let command = Command::ffmpeg(None).folder(folder.folder()).arguments(arguments);
        process::succeed(&folder, command).await.unwrap();
        super::super::keep(attempt, &folder.folder().join("clip"), "video/mp4").await.unwrap()
    }

    #[tokio::test]
    async fn cross_faded_clips_have_exactly_their_frames_and_samples() {
        let attempt = TestAttempt::new();
        let clips = [
            made(&attempt, "testsrc2=s=320x180:r=30", 440, 2.5).await,
            made(&attempt, "testsrc=s=320x180:r=30", 660, 2.1).await,
            made(&attempt, "testsrc=s=240x240:r=25", 880, 2.0).await,
        ];
        let input = json!({
            "clips": clips, "transition": "fade", "overlap": 0.4, "titles": ["A", null, "C"],
        });
        let output = Concat.run(&attempt, serde_json::from_value(input).unwrap()).await.unwrap();
        assert_eq!(output.frames, 75 + 63 + 60 - 2 * 12);
        let starts: Vec<f64> = output.scenes.iter().map(|scene| scene.start).collect();
        assert_eq!(starts, [0.0, 2.1, 3.8]);
        let facts = probe::probe(&attempt, &output.video).await.unwrap();
        assert!(facts.ours);
        let (video, audio) = (facts.video.unwrap(), facts.audio.unwrap());
        assert!((video.seconds - 5.8).abs() < 1e-3, "{video:?}");
        assert!((audio.seconds - 5.8).abs() < 1e-3, "{audio:?}");
    }

    #[tokio::test]
    async fn titles_belong_to_clips() {
        let attempt = TestAttempt::new();
        let clip: File<Video> = attempt.store("x", "video/mp4");
        let input = serde_json::from_value(json!({ "clips": [clip], "titles": ["a", "b"] }));
        let failure = Concat.run(&attempt, input.unwrap()).await.unwrap_err();
        assert_eq!(failure.message, "there are 2 titles for 1 clips");
    }
}
