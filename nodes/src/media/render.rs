//! How is the finished film made?
//!
//! By the one real encode of a pipeline: picture, captions and fades are drawn, sound, soft captions, chapters and title
//! are added, and the index is put first, so that players can start at once.

use std::fmt::Write as _;
use std::path::Path;

use flow_engine::kind::{Attempt, Class, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::encode::{self, words};
use super::frame::{Frame, seconds_text, whole};
use super::probe::{self, Facts};
use super::timeline::Scene;
use super::{Audio, Image, Subtitles, Video, called};
use crate::process::{self, Command};

pub(crate) struct Render;

/// The ports of `media/render`, and what other kinds of this folder fill in.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Film {
    /// The picture, such as `media/concat` gives it.
    pub(crate) video: File<Video>,
    /// The sound, such as `media/mix` gives it; left out, the video's own.
    pub(crate) audio: Option<File<Audio>>,
    /// Captions to draw into the picture: `ass` of `media/captions`.
    pub(crate) burn: Option<File<Subtitles>>,
    /// Captions that players can switch on: `srt` or `vtt` of `media/captions`.
    pub(crate) subtitles: Option<File<Subtitles>>,
    /// The language of what is said, in three letters.
    #[serde(default = "language")]
    #[schemars(regex(pattern = "^[a-z]{3}$"))]
    pub(crate) language: String,
    /// Scenes with a title become chapters.
    #[serde(default)]
    pub(crate) scenes: Vec<Scene>,
    pub(crate) title: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) comment: Option<String>,
    /// Seconds for which the film fades in from black, and out to it.
    #[serde(default = "fade")]
    #[schemars(range(min = 0.0, max = 5.0))]
    pub(crate) fade: f64,
    /// The second of the film that its poster shows.
    #[schemars(range(min = 0.0))]
    pub(crate) poster: Option<f64>,
    /// The encoder's constant quality: lower is better and larger.
    #[serde(default = "quality")]
    #[schemars(range(min = 10, max = 40))]
    pub(crate) quality: u32,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The film: MP4, H.264 and AAC.
    pub(crate) video: File<Video>,
    /// One of its pictures.
    poster: File<Image>,
    seconds: f64,
    frames: u64,
    width: u32,
    height: u32,
    chapters: usize,
}

fn language() -> String {
    "eng".to_owned()
}

fn fade() -> f64 {
    0.4
}

fn quality() -> u32 {
    20
}

impl Kind for Render {
    type Input = Film;
    type Output = Output;

    const NAME: &'static str = "media/render";
    const VERSION: u32 = 2;
    const DOCS: &'static str = "\
Makes the finished film: picture, sound, captions, chapters and title in one MP4 that starts at once everywhere.

```yaml
nodes:
  film:
    use: media/render
    with:
      video: ${{ joined.video }}
      audio: ${{ mixed.audio }}
      burn: ${{ captions.ass }}
      subtitles: ${{ captions.srt }}
      scenes: ${{ joined.scenes }}
      title: ${{ script.title }}
```

| port | | |
|---|---|---|
| `video` | in | the picture |
| `audio` | in, optional | the sound, cut or filled with silence to the picture's length; left out, the video's own |
| `burn` | in, optional | `ass` of `media/captions`, drawn into the picture |
| `subtitles` | in, optional | `srt` or `vtt` of `media/captions`, for players to switch on |
| `language` | in, `eng` | of what is said, three letters (ISO 639-2) |
| `scenes` | in, optional | those with a `title` become chapters |
| `title`, `author`, `comment` | in, optional | what players show |
| `fade` | in, 0.4 | seconds from and to black, 0 to 5; 0 for none |
| `poster` | in, optional | the second that the poster shows; else one near the start |
| `quality` | in, 20 | constant quality of the encoder, 10 (large) to 40 (poor) |
| `video` | out | H.264 high, AAC 160 kbit/s, BT.709, index first |
| `poster` | out | a JPEG |
| `seconds`, `frames`, `width`, `height`, `chapters` | out | what was made |

The film keeps the size and rate of `video`. Equal inputs give equal films.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        format!("{}; {}", process::identity(&["ffmpeg", "ffprobe"]), font_identity())
    }

    async fn run(&self, attempt: &dyn Attempt, input: Film) -> Result<Output, Failure> {
        encode(attempt, &input).await
    }
}

/// Where Debian's package `fonts-inter` puts the faces of captions.
const FONTS: &str = "/usr/share/fonts/opentype/inter";
const FACE: &str = "Inter-SemiBold.otf";

/// What a fingerprint should know of the captions' face.
pub(crate) fn font_identity() -> String {
    match Path::new(FONTS).join(FACE).metadata() {
        Ok(data) => format!("{FACE} {}", data.len()),
        Err(_) => format!("{FACE} missing"),
    }
}

impl Film {
    /// A film of `video` and nothing else.
    pub(crate) fn of(video: File<Video>) -> Self {
        Self {
            video,
            audio: None,
            burn: None,
            subtitles: None,
            language: language(),
            scenes: Vec::new(),
            title: None,
            author: None,
            comment: None,
            fade: fade(),
            poster: None,
            quality: quality(),
        }
    }
}

/// The frame of a clip that can be rendered.
pub(crate) fn frame_of(facts: &Facts, file: &File<Video>) -> Result<Frame, Failure> {
    let Some(video) = &facts.video else {
        return Err(Failure::input(format!("{} has no picture", called(file))).help("give a video"));
    };
    Frame::of_clip(video.width, video.height, video.fps).ok_or_else(|| {
        let (width, height, fps) = (video.width, video.height, video.fps);
        Failure::input(format!("{} has {width}×{height} pixels at {fps:.3} a second", called(file)))
            .help("bring it into an even size and a whole rate with `media/fit` first")
    })
}

/// What the command line is made of.
struct Edit<'a> {
    film: &'a Film,
    frame: Frame,
    frames: u64,
    sound: Option<Sound>,
    /// Which input holds the soft captions, and their format.
    subtitles: Option<(usize, &'static str)>,
    chapters: usize,
}

/// Where the sound comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sound {
    Own,
    Given,
}

/// Encodes `film`, with its poster.
pub(crate) async fn encode(attempt: &dyn Attempt, film: &Film) -> Result<Output, Failure> {
    let facts = probe::probe(attempt, &film.video).await?;
    let frame = frame_of(&facts, &film.video)?;
    let frames = facts.video.as_ref().map_or(0, |video| video.frames);
    if frames == 0 {
        return Err(Failure::input(format!("{} has no frame", called(&film.video))));
    }
    let seconds = frame.seconds(frames);
    let chapters = chapters(&film.scenes, seconds);
    bring(attempt, film, &chapters).await?;
    let sound = match (&film.audio, &facts.audio) {
        (Some(_), _) => Some(Sound::Given),
        (None, Some(_)) => Some(Sound::Own),
        (None, None) => None,
    };
    let subtitles =
        soft_format(film)?.map(|format| (2 + usize::from(film.audio.is_some()), format));
    let edit = Edit { film, frame, frames, sound, subtitles, chapters: chapters.len() };
    let command = Command::ffmpeg(Some(seconds)).folder(attempt.folder()).arguments(command(&edit));
    process::succeed(attempt, command).await?;

    let at = film.poster.unwrap_or_else(|| poster_time(&film.scenes, seconds));
    let command = Command::ffmpeg(None)
        .folder(attempt.folder())
        .arguments(poster_command(at.clamp(0.0, (seconds - 2.0 * frame.seconds(1)).max(0.0))));
    process::succeed(attempt, command).await?;
    let poster = super::keep(attempt, &attempt.folder().join("poster.jpg"), "image/jpeg").await?;
    let video = super::keep(attempt, &attempt.folder().join("film.mp4"), "video/mp4").await?;
    let (width, height, chapters) = (frame.width(), frame.height(), edit.chapters);
    Ok(Output { video, poster, seconds, frames, width, height, chapters })
}

/// Brings all inputs into the attempt's folder, under bare names that no filter can misread.
async fn bring(attempt: &dyn Attempt, film: &Film, chapters: &[Chapter]) -> Result<(), Failure> {
    let folder = attempt.folder();
    let mut links = vec![(attempt.artifacts().open(&film.video.digest).await?, "picture")];
    if let Some(audio) = &film.audio {
        links.push((attempt.artifacts().open(&audio.digest).await?, "sound"));
    }
    if let Some(subtitles) = &film.subtitles {
        links.push((attempt.artifacts().open(&subtitles.digest).await?, "soft"));
    }
    if let Some(burn) = &film.burn {
        if burn.media_type != "text/x-ssa" {
            return Err(Failure::input(format!("{} cannot be drawn", called(burn)))
                .help("give `ass` of `media/captions` as `burn`"));
        }
        if !Path::new(FONTS).join(FACE).is_file() {
            return Err(Failure::new(Class::Missing, format!("the face {FACE} is missing"))
                .help("install it: `apt-get install --no-install-recommends fonts-inter`"));
        }
        links.push((attempt.artifacts().open(&burn.digest).await?, "burn.ass"));
        links.push((FONTS.into(), "fonts"));
    }
    for (path, name) in links {
        std::os::unix::fs::symlink(&path, folder.join(name)).map_err(|error| {
            Failure::new(Class::Storage, format!("cannot link {}: {error}", path.display()))
        })?;
    }
    super::write(&folder.join("about"), about(film, chapters)).await
}

fn soft_format(film: &Film) -> Result<Option<&'static str>, Failure> {
    let Some(soft) = &film.subtitles else { return Ok(None) };
    match soft.media_type.as_str() {
        "application/x-subrip" => Ok(Some("srt")),
        "text/vtt" => Ok(Some("webvtt")),
        other => Err(Failure::input(format!("{} is {other}", called(soft)))
            .help("give `srt` of `media/captions` as `subtitles`, and `ass` as `burn`")),
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Chapter {
    start: u64,
    end: u64,
    title: String,
}

/// The scenes with a title, in milliseconds; the first starts with the film, the last ends with it.
fn chapters(scenes: &[Scene], seconds: f64) -> Vec<Chapter> {
    let milliseconds = |seconds: f64| whole((seconds * 1000.0).round());
    let mut chapters: Vec<Chapter> = Vec::new();
    for scene in scenes.iter().filter(|scene| scene.start < seconds) {
        let Some(title) = scene.title.as_ref().filter(|title| !title.trim().is_empty()) else {
            continue;
        };
        let start = if chapters.is_empty() { 0 } else { milliseconds(scene.start) };
        if let Some(former) = chapters.last_mut() {
            former.end = start;
        }
        chapters.push(Chapter {
            start,
            end: milliseconds(seconds),
            title: title.trim().to_owned(),
        });
    }
    chapters
}

/// ffmpeg's own format for what players show.
fn about(film: &Film, chapters: &[Chapter]) -> String {
    let mut about = ";FFMETADATA1\n".to_owned();
    let fields = [("title", &film.title), ("artist", &film.author), ("comment", &film.comment)];
    for (name, value) in fields {
        if let Some(value) = value {
            let _ = writeln!(about, "{name}={}", escaped(value));
        }
    }
    for Chapter { start, end, title } in chapters {
        let _ = write!(
            about,
            "[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle={}\n",
            escaped(title)
        );
    }
    about
}

fn escaped(value: &str) -> String {
    let mut escaped = String::new();
    for c in value.chars() {
        match c {
            '=' | ';' | '#' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn command(edit: &Edit) -> Vec<String> {
    let Edit { film, frame, frames, sound, subtitles, chapters } = edit;
    let seconds = seconds_text(frame.seconds(*frames));
    let mut arguments = words(&["-i", "picture", "-f", "ffmetadata", "-i", "about"]);
    if film.audio.is_some() {
        arguments.extend(words(&["-i", "sound"]));
    }
    if let Some((_, format)) = subtitles {
        arguments.extend(words(&["-f", format, "-i", "soft"]));
    }
    let mut graph = picture_graph(edit);
    let from = match sound {
        Some(Sound::Own) => Some(0),
        Some(Sound::Given) => Some(2),
        None => None,
    };
    if let Some(input) = from {
        let _ = write!(
            graph,
            ";[{input}:a:0]aresample=48000:first_pts=0,\
             aformat=sample_fmts=fltp:channel_layouts=stereo,\
             apad=whole_dur={seconds},atrim=end={seconds},asetpts=N/SR/TB[sound]"
        );
    }
    arguments.extend(words(&["-filter_complex", &graph, "-map", "[picture]"]));
    if sound.is_some() {
        arguments.extend(words(&["-map", "[sound]"]));
    }
    arguments.extend(words(&["-map_metadata", "1"]));
    arguments.extend(words(&["-map_chapters", if *chapters > 0 { "1" } else { "-1" }]));
    let language = format!("language={}", film.language);
    if let Some((input, _)) = subtitles {
        arguments.extend(words(&["-map", &format!("{input}:s:0"), "-c:s", "mov_text"]));
        arguments.extend(words(&["-metadata:s:s:0", &language]));
    }
    if sound.is_some() {
        arguments.extend(words(&["-metadata:s:a:0", &language]));
    }
    arguments.extend(encode::film(*frame, film.quality.clamp(10, 40)));
    arguments.push("film.mp4".into());
    arguments
}

/// Fades lie above the captions: the film goes dark with all that is in it.
fn picture_graph(edit: &Edit) -> String {
    let Edit { film, frame, frames, .. } = edit;
    let seconds = frame.seconds(*frames);
    let mut graph = format!("[0:v:0]setpts=N/{}/TB", frame.fps());
    if film.burn.is_some() {
        graph.push_str(",ass=burn.ass:fontsdir=fonts");
    }
    let fade = film.fade.clamp(0.0, 5.0).min(seconds / 3.0);
    if fade > 0.0 {
        let (length, start) = (seconds_text(fade), seconds_text(seconds - fade));
        let _ = write!(graph, ",fade=t=in:st=0:d={length},fade=t=out:st={start}:d={length}");
    }
    graph.push_str(",setsar=1,format=yuv420p[picture]");
    graph
}

/// A moment of the first scene that is certainly not in a fade.
fn poster_time(scenes: &[Scene], seconds: f64) -> f64 {
    scenes.first().map_or(seconds, |scene| scene.seconds.min(seconds)) * 0.4
}

fn poster_command(at: f64) -> Vec<String> {
    let mut arguments = words(&["-ss", &seconds_text(at), "-i", "film.mp4", "-frames:v", "1"]);
    arguments.extend(words(&["-q:v", "2", "-threads", "1", "-fflags", "+bitexact"]));
    arguments.extend(words(&["-flags:v", "+bitexact", "-update", "1", "poster.jpg"]));
    arguments
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestAttempt;

    fn scene(start: f64, seconds: f64, title: Option<&str>) -> Scene {
        Scene { start, seconds, title: title.map(str::to_owned), voice: None }
    }

    const ASS: &str = "[Script Info]\nScriptType: v4.00+\nPlayResX: 320\nPlayResY: 180\n\n\
        [V4+ Styles]\nFormat: Name, Fontname, Fontsize, PrimaryColour, Bold, Alignment, MarginV\n\
        Style: Caption,Inter Semi Bold,30,&H00FFFFFF,0,2,20\n\n\
        [Events]\nFormat: Layer, Start, End, Style, Text\nDialogue: 0,0:00:00.00,0:00:02.00,Caption,Hello there\n";

    async fn clip(attempt: &TestAttempt) -> (File<Video>, File<Audio>) {
        let folder = attempt.next();
        let command = Command::ffmpeg(None).folder(folder.folder()).arguments(words(&[
            "-f",
            "lavfi",
            "-i",
            "color=c=0x204060:s=320x180:r=30:d=2",
            "-pix_fmt",
            "yuv420p",
            "clip.mp4",
            "-f",
            "lavfi",
            "-i",
            "sine=r=44100:d=1.5",
            "-map",
            "1:a",
            "sound.wav",
        ]));
        process::succeed(&folder, command).await.unwrap();
        let path = |name: &str| folder.folder().join(name);
        (
            super::super::keep(attempt, &path("clip.mp4"), "video/mp4").await.unwrap(),
            super::super::keep(attempt, &path("sound.wav"), "audio/wav").await.unwrap(),
        )
    }

    #[tokio::test]
    async fn a_film_carries_all_that_it_was_given() {
        let attempt = TestAttempt::new();
        let (video, audio) = clip(&attempt).await;
        let burn: File<Subtitles> = attempt.store(ASS, "text/x-ssa");
        let srt = "1\n00:00:00,000 --> 00:00:02,000\nHello there\n";
        let subtitles: File<Subtitles> = attempt.store(srt, "application/x-subrip");
        let input = json!({
            "video": video, "audio": audio, "burn": burn, "subtitles": subtitles,
            "title": "A = B; C", "fade": 0.2, "poster": 1.0,
            "scenes": [scene(0.0, 1.0, Some("One")), scene(1.0, 1.0, Some("Two"))],
        });
        let output = Render.run(&attempt, serde_json::from_value(input).unwrap()).await.unwrap();
        assert_eq!((output.frames, output.width, output.chapters), (60, 320, 2));

        let facts = probe::probe(&attempt, &output.video).await.unwrap();
        assert_eq!(facts.faststart, Some(true));
        assert_eq!(facts.subtitles, ["eng"]);
        let titles: Vec<_> = facts.chapters.iter().filter_map(|one| one.title.as_deref()).collect();
        assert_eq!(titles, ["One", "Two"]);
        let (picture, sound) = (facts.video.unwrap(), facts.audio.unwrap());
        assert_eq!((picture.frames, picture.codec.as_str()), (60, "h264"));
        assert!((sound.seconds - 2.0).abs() < 0.03, "{sound:?}");

        // The caption is white, the ground is not.
        let poster = flow_pixels::decode(&attempt.path_of(&output.poster)).unwrap();
        let bright = |y: u32| (0..320).filter(|x| poster.get_pixel(*x, y).0[0] > 200).count();
        let rows: Vec<u32> = (0..180).filter(|y| bright(*y) > 5).collect();
        assert!(rows.len() > 10 && rows[0] > 100, "{rows:?}");
    }

    #[tokio::test]
    async fn equal_inputs_give_equal_films() {
        let attempt = TestAttempt::new();
        let (video, _) = clip(&attempt).await;
        let mut digests = Vec::new();
        for _ in 0..2 {
            let attempt = attempt.next();
            digests.push(encode(&attempt, &Film::of(video.clone())).await.unwrap().video.digest);
        }
        assert_eq!(digests[0], digests[1]);
    }

    #[test]
    fn untitled_scenes_belong_to_the_chapter_before() {
        let scenes = [
            scene(0.0, 2.0, None),
            scene(2.0, 2.0, Some("A")),
            scene(4.0, 2.0, None),
            scene(6.0, 2.0, Some("B")),
        ];
        let chapter = |start, end, title: &str| Chapter { start, end, title: title.to_owned() };
        assert_eq!(chapters(&scenes, 8.0), [chapter(0, 6000, "A"), chapter(6000, 8000, "B")]);
    }
}
