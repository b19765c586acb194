//! What is in a media file?

use std::path::Path;

use flow_engine::kind::{AnyFile, Attempt, Class, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::timeline::Scene;
use crate::process::{self, Command};

pub(crate) struct Probe;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// A video, a sound or a picture.
    file: AnyFile,
}

/// What a media file holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Facts {
    /// How long it is; 0 for a picture.
    pub(crate) seconds: f64,
    /// The containers that it may be, as ffmpeg calls them: `mov,mp4,m4a,3gp,3g2,mj2`.
    pub(crate) format: String,
    /// Whether players can start before they have all of it. Null where the container has no such order.
    pub(crate) faststart: Option<bool>,
    pub(crate) video: Option<VideoFacts>,
    pub(crate) audio: Option<AudioFacts>,
    /// The languages of the soft caption tracks; `und` where a track does not say.
    pub(crate) subtitles: Vec<String>,
    pub(crate) chapters: Vec<Scene>,
    #[serde(skip)]
    pub(crate) ours: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct VideoFacts {
    pub(crate) codec: String,
    /// As stored, before `rotation`.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) pixel_format: String,
    /// Pictures in a second, on average.
    pub(crate) fps: f64,
    /// Counted where the container says it, else from length and rate.
    pub(crate) frames: u64,
    pub(crate) seconds: f64,
    /// Degrees by which players turn the picture.
    pub(crate) rotation: i32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct AudioFacts {
    pub(crate) codec: String,
    pub(crate) channels: u32,
    pub(crate) sample_rate: u32,
    pub(crate) seconds: f64,
}

impl Kind for Probe {
    type Input = Input;
    type Output = Facts;

    const NAME: &'static str = "media/probe";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Reads what a video, a sound or a picture holds: length, size, rate, codecs, tracks, chapters.

```yaml
nodes:
  facts:
    use: media/probe
    with:
      file: ${{ inputs.clip }}
  louder:
    when: facts.audio is not none
```

| port | | |
|---|---|---|
| `file` | in | any media file |
| `seconds` | out | its length; 0 for a picture |
| `format`, `faststart` | out | the container, and whether its index comes first (null where there is none) |
| `video` | out | `{ codec, width, height, pixel_format, fps, frames, seconds, rotation }` or null |
| `audio` | out | `{ codec, channels, sample_rate, seconds }` or null |
| `subtitles` | out | the languages of the caption tracks that players can switch on |
| `chapters` | out | `[{ start, seconds, title }]` |";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        process::identity(&["ffprobe"])
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Facts, Failure> {
        probe(attempt, &input.file).await
    }
}

/// What `file` holds.
pub(crate) async fn probe<M>(attempt: &dyn Attempt, file: &File<M>) -> Result<Facts, Failure> {
    let path = attempt.artifacts().open(&file.digest).await?;
    probe_path(attempt, &path).await.map_err(|failure| match failure.class {
        Class::Command => Failure::input(format!(
            "{} is not media that ffmpeg can read: {}",
            super::called(file),
            failure.message
        ))
        .help("give a video, a sound or a picture that plays"),
        _ => failure,
    })
}

/// What the file at `path` holds.
pub(crate) async fn probe_path(attempt: &dyn Attempt, path: &Path) -> Result<Facts, Failure> {
    let command = Command::new("ffprobe")
        .arguments(["-v", "error", "-show_streams", "-show_format", "-show_chapters"])
        .arguments(["-of", "json", "-i"])
        .arguments([path]);
    let said = process::succeed(attempt, command).await?;
    let report: Report = serde_json::from_slice(&said.stdout).map_err(|error| {
        Failure::new(Class::Internal, format!("ffprobe's report cannot be read: {error}"))
    })?;
    let mut facts = report.facts();
    if facts.format.contains("mp4") {
        facts.faststart = index_first(path).ok().flatten();
    }
    Ok(facts)
}

/// Whether an MP4 file's index (`moov`) stands before its media (`mdat`).
fn index_first(path: &Path) -> std::io::Result<Option<bool>> {
    use std::io::{Read, Seek, SeekFrom};

    let mut file = std::fs::File::open(path)?;
    let mut at = 0;
    loop {
        let mut header = [0; 16];
        file.seek(SeekFrom::Start(at))?;
        if file.read(&mut header)? < 16 {
            return Ok(None);
        }
        let [size, long] = [
            u64::from(u32::from_be_bytes([header[0], header[1], header[2], header[3]])),
            u64::from_be_bytes(header[8..].try_into().unwrap_or_default()),
        ];
        match &header[4..8] {
            b"moov" => return Ok(Some(true)),
            b"mdat" => return Ok(Some(false)),
            _ => {}
        }
        at += match size {
            0 => return Ok(None),
            1 => long.max(16),
            _ => size.max(8),
        };
    }
}

/// What ffprobe writes, as far as we read it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Report {
    streams: Vec<Stream>,
    format: Format,
    chapters: Vec<Chapter>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Format {
    format_name: String,
    duration: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stream {
    codec_type: String,
    codec_name: String,
    width: u32,
    height: u32,
    pix_fmt: String,
    avg_frame_rate: String,
    nb_frames: String,
    duration: String,
    channels: u32,
    sample_rate: String,
    tags: Tags,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tags {
    language: String,
    title: String,
    handler_name: String,
    /// How Matroska says a track's length.
    #[serde(rename = "DURATION")]
    duration: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct SideData {
    rotation: i32,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chapter {
    start_time: String,
    end_time: String,
    tags: Tags,
}

impl Report {
    fn facts(&self) -> Facts {
        let seconds = number(&self.format.duration).unwrap_or_default();
        let picture = self.format.format_name.ends_with("_pipe")
            || self.format.format_name == "image2"
            || self.format.format_name == "gif" && seconds == 0.0;
        let seconds = if picture { 0.0 } else { seconds };
        let of = |kind: &'static str| {
            self.streams.iter().filter(move |stream| {
                stream.codec_type == kind && stream.disposition.attached_pic == 0
            })
        };
        Facts {
            seconds,
            format: self.format.format_name.clone(),
            faststart: None,
            video: of("video").next().map(|stream| stream.video(seconds)),
            audio: of("audio").next().map(|stream| stream.audio(seconds)),
            subtitles: of("subtitle").map(|stream| language(&stream.tags)).collect(),
            chapters: self.chapters.iter().map(Chapter::scene).collect(),
            ours: of("video").next().is_some_and(|video| {
                video.tags.handler_name == super::encode::MARK && video.codec_name == "h264"
            }),
        }
    }
}

impl Stream {
    fn seconds(&self) -> Option<f64> {
        number(&self.duration).or_else(|| clock(&self.tags.duration))
    }

    fn video(&self, whole: f64) -> VideoFacts {
        let seconds = self.seconds().unwrap_or(whole);
        let fps = ratio(&self.avg_frame_rate).unwrap_or_default();
        let counted = self.nb_frames.parse().ok();
        VideoFacts {
            codec: self.codec_name.clone(),
            width: self.width,
            height: self.height,
            pixel_format: self.pix_fmt.clone(),
            fps,
            frames: counted.unwrap_or_else(|| super::frame::whole(seconds * fps)),
            seconds,
            rotation: self.side_data_list.iter().map(|data| data.rotation).sum(),
        }
    }

    fn audio(&self, whole: f64) -> AudioFacts {
        AudioFacts {
            codec: self.codec_name.clone(),
            channels: self.channels,
            sample_rate: self.sample_rate.parse().unwrap_or_default(),
            seconds: self.seconds().unwrap_or(whole),
        }
    }
}

impl Chapter {
    fn scene(&self) -> Scene {
        let start = number(&self.start_time).unwrap_or_default();
        let end = number(&self.end_time).unwrap_or(start);
        let title = Some(self.tags.title.clone()).filter(|title| !title.is_empty());
        Scene { start, seconds: end - start, title, voice: None }
    }
}

fn language(tags: &Tags) -> String {
    if tags.language.is_empty() { "und".to_owned() } else { tags.language.clone() }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Seconds of `00:00:01.600000000`.
fn clock(text: &str) -> Option<f64> {
    let mut parts = text.rsplitn(3, ':');
    let (seconds, minutes, hours) = (parts.next()?, parts.next()?, parts.next()?);
    Some((number(hours)? * 60.0 + number(minutes)?) * 60.0 + number(seconds)?)
}

fn ratio(text: &str) -> Option<f64> {
    let (over, under) = text.split_once('/')?;
    let (over, under) = (number(over)?, number(under)?);
    (under > 0.0).then(|| over / under)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestAttempt;

    #[tokio::test]
    async fn a_film_s_tracks_and_chapters_are_told() {
        let attempt = TestAttempt::new();
        let path = attempt.folder().join("film.mp4");
        std::fs::write(
            attempt.folder().join("meta"),
            ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=One\n",
        )
        .unwrap();
        let make = Command::ffmpeg(None)
            .folder(attempt.folder())
            .arguments(["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=1"])
            .arguments(["-f", "lavfi", "-i", "sine=r=48000:d=1", "-i", "meta"])
            .arguments(["-map_metadata", "2", "-map_chapters", "2", "-pix_fmt", "yuv420p"])
            .arguments(["-map", "0:v", "-map", "1:a", "-movflags", "+faststart", "film.mp4"]);
        process::succeed(&attempt, make).await.unwrap();

        let facts = probe_path(&attempt, &path).await.unwrap();
        assert!((facts.seconds - 1.0).abs() < 0.1);
        assert_eq!(facts.faststart, Some(true));
        let video = facts.video.unwrap();
        assert_eq!((video.width, video.height, video.frames), (320, 180, 25));
        assert!((video.fps - 25.0).abs() < 1e-9);
        assert_eq!(facts.audio.unwrap().sample_rate, 48_000);
        assert_eq!(facts.chapters[0].title.as_deref(), Some("One"));
    }

    #[tokio::test]
    async fn a_file_that_is_no_media_is_an_error_of_the_input() {
        let attempt = TestAttempt::new();
        let file = attempt.store("no film", "video/mp4").named("notes.txt");
        let failure = Probe.run(&attempt, Input { file }).await.unwrap_err();
        assert_eq!(failure.class, Class::Input);
        assert!(failure.message.starts_with("`notes.txt` is not media"), "{}", failure.message);
    }

    #[test]
    fn rates_and_lengths_are_read_as_written() {
        assert_eq!(ratio("50/2"), Some(25.0));
        assert_eq!(clock("01:00:01.500000000"), Some(3601.5));
        assert_eq!(clock(""), None);
        assert_eq!(ratio("0/0"), None);
    }
}
