//! How do spoken words become captions?

mod formats;
mod lines;

use flow_engine::kind::{Attempt, Failure, File, Kind, Known, Nature};
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::formats::{Highlight, Look, ass, srt, vtt, width};
use self::lines::{Breaking, Line, lines};
use super::frame::{Aspect, Fps, Frame, Resolution};
use super::render::{self, Film};
use super::timeline::Scene;
use super::words::Word;
use super::{Subtitles, Text, Video, probe};
use crate::process;

pub(crate) struct Captions;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// The words of each scene, null where nobody speaks; or all words in the film's time.
    words: Words,
    /// When each scene, and its voice, starts.
    #[serde(default)]
    scenes: Vec<Scene>,
    /// A film into which the captions are to be drawn.
    video: Option<File<Video>>,
    #[serde(default)]
    aspect: Aspect,
    #[serde(default)]
    resolution: Resolution,
    /// Whether the word that is being said has a colour of its own.
    #[serde(default)]
    style: CaptionStyle,
    /// The colour of the word that is being said, such as `#ffb454`.
    #[serde(default = "colour")]
    #[schemars(regex(pattern = "^#[0-9a-fA-F]{6}$"))]
    colour: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Words {
    Film(Vec<Word>),
    Scenes(Vec<Option<Vec<Word>>>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum CaptionStyle {
    #[default]
    Highlight,
    Plain,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// For drawing into the picture.
    ass: File<Subtitles>,
    /// For players.
    srt: File<Subtitles>,
    /// For browsers.
    vtt: File<Subtitles>,
    /// What is said, a line of captions each.
    transcript: File<Text>,
    /// How many lines there are.
    lines: usize,
    /// The film with the captions drawn, where a film was given.
    video: Option<File<Video>>,
}

fn colour() -> String {
    "#ffb454".to_owned()
}

impl Kind for Captions {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "media/captions";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Breaks spoken words into captions: for the picture, with the spoken word coloured, and for players.

```yaml
nodes:
  captions:
    use: media/captions
    with:
      words: ${{ scenes.words }}
      scenes: ${{ mixed.scenes }}
```

| port | | |
|---|---|---|
| `words` | in | for each scene a list of `{ word, start, end }` from the start of its voice, or null; or one list in the film's time |
| `scenes` | in, optional | from `media/mix`, which knows when each voice starts; needed for words by scene |
| `aspect`, `resolution` | in, `16:9`, 720 | of the film into which `ass` will be drawn |
| `style` | in, `highlight` | `highlight` colours the word that is being said, `plain` none |
| `colour` | in, `#ffb454` | of that word |
| `video` | in, optional | a film: the captions are drawn into it, and added for players to switch on |
| `ass` | out | for `burn` of `media/render` |
| `srt`, `vtt` | out | for `subtitles` of `media/render`, for players, for browsers |
| `transcript` | out | the text |
| `lines` | out | how many captions there are |
| `video` | out | the finished film, where `video` was given |

Lines have at most 42 characters (24 in upright and square films), end at pauses and with sentences, stay at least \
0.8 s and long enough to be read, and stand inside the area that every screen shows. The face is Inter Semi Bold. With \
`video` the film is encoded here; where `media/render` follows, leave `video` out.";
    const NATURE: Nature = Nature::Pure;

    fn revision(&self) -> String {
        format!("{}; {}", process::identity(&["ffmpeg"]), render::font_identity())
    }

    fn output(&self, known: &Known) -> Schema {
        super::with_film_if_given(&Schema::of::<Output>(), known)
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        let words = in_film_time(input.words, &input.scenes)?;
        let look = Look {
            highlight: match input.style {
                CaptionStyle::Highlight => Highlight::Word,
                CaptionStyle::Plain => Highlight::None,
            },
            colour: read_colour(&input.colour)?,
        };
        let frame = match &input.video {
            None => Frame::new(input.aspect, input.resolution, Fps::default())?,
            Some(video) => {
                let facts = probe::probe(attempt, video).await?;
                render::frame_of(&facts, video)?
            }
        };
        let gap = 2.0 / f64::from(frame.fps());
        let lines = lines(&words, Breaking { width: width(frame), gap });
        let text: String = lines.iter().map(|line| line.text() + "\n").collect();
        let ass = keep(attempt, "captions.ass", ass(&lines, frame, look), "text/x-ssa").await?;
        let srt = keep(attempt, "captions.srt", srt(&lines), "application/x-subrip").await?;
        let vtt = keep(attempt, "captions.vtt", vtt(&lines), "text/vtt").await?;
        let transcript = attempt.folder().join("transcript.txt");
        super::write(&transcript, text).await?;
        let transcript = super::keep(attempt, &transcript, "text/plain").await?;
        let video = match input.video {
            None => None,
            Some(video) => {
                let film = Film {
                    burn: Some(ass.clone()),
                    subtitles: shown(&lines).then(|| srt.clone()),
                    scenes: input.scenes,
                    ..Film::of(video)
                };
                Some(render::encode(attempt, &film).await?.video)
            }
        };
        Ok(Output { ass, srt, vtt, transcript, lines: lines.len(), video })
    }
}

/// Players refuse a track without a line.
fn shown(lines: &[Line]) -> bool {
    !lines.is_empty()
}

/// All words in order, counted from the start of the film.
fn in_film_time(words: Words, scenes: &[Scene]) -> Result<Vec<Word>, Failure> {
    let mut words: Vec<Word> = match words {
        Words::Film(words) => words,
        Words::Scenes(by_scene) if by_scene.len() == scenes.len() => {
            let pairs = by_scene.into_iter().zip(scenes);
            let later = |(words, scene): (Option<Vec<Word>>, &Scene)| {
                let words = words.unwrap_or_default();
                words.into_iter().map(|word| word.later(scene.voice_start())).collect::<Vec<_>>()
            };
            pairs.flat_map(later).collect()
        }
        Words::Scenes(by_scene) => {
            let message = format!(
                "there are words for {} scenes, and times of {}",
                by_scene.len(),
                scenes.len()
            );
            return Err(Failure::input(message).help(
                "give the `scenes` that `media/mix` or `media/concat` gives for these voices",
            ));
        }
    };
    words.retain(|word| {
        !word.word.trim().is_empty() && word.start.is_finite() && word.end.is_finite()
    });
    words.sort_by(|a, b| a.start.total_cmp(&b.start));
    for word in &mut words {
        word.start = word.start.max(0.0);
        word.end = word.end.max(word.start);
    }
    Ok(words)
}

fn read_colour(text: &str) -> Result<[u8; 3], Failure> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, red, green, blue] = number
        .ok_or_else(|| {
            Failure::input(format!("`colour` is `{text}`")).help("write it like `#ffb454`")
        })?
        .to_be_bytes();
    Ok([red, green, blue])
}

async fn keep(
    attempt: &dyn Attempt,
    name: &str,
    text: String,
    media_type: &str,
) -> Result<File<Subtitles>, Failure> {
    let path = attempt.folder().join(name);
    super::write(&path, text).await?;
    super::keep(attempt, &path, media_type).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::TestAttempt;

    fn word(word: &str, start: f64) -> Word {
        Word { word: word.to_owned(), start, end: start + 0.2 }
    }

    #[tokio::test]
    async fn words_by_scene_stand_where_their_voices_start() {
        let attempt = TestAttempt::new();
        let input = json!({
            "words": [[word("One.", 0.0)], null, [word("Two.", 0.1)]],
            "scenes": [
                { "start": 0.0, "seconds": 2.0, "voice": 0.3 },
                { "start": 2.0, "seconds": 2.0 },
                { "start": 4.0, "seconds": 2.0 },
            ],
        });
        let output = Captions.run(&attempt, serde_json::from_value(input).unwrap()).await.unwrap();
        let srt = String::from_utf8(attempt.read(&output.srt)).unwrap();
        assert!(srt.contains("00:00:00,300 --> 00:00:01,100\nOne."), "{srt}");
        assert!(srt.contains("00:00:04,100 --> "), "{srt}");
        assert_eq!(attempt.read(&output.transcript), b"One.\nTwo.\n");
    }

    #[test]
    fn words_without_the_times_of_their_scenes_are_refused() {
        let words = Words::Scenes(vec![Some(vec![word("One.", 0.0)])]);
        assert!(in_film_time(words, &[]).is_err());
        assert!(in_film_time(Words::Film(vec![word("One.", 0.0)]), &[]).is_ok());
    }

    #[test]
    fn a_colour_has_six_digits() {
        assert_eq!(read_colour("#ffB454").ok(), Some([255, 180, 84]));
        assert!(read_colour("red").is_err());
        assert!(read_colour("#ffff").is_err());
    }
}
