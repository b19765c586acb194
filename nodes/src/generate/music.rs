//! How does a film get its music?

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::media::Audio;
use crate::provider::local;

/// `music/generate`.
pub struct Compose;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// How long the music is: 3 to 3600 seconds.
    pub seconds: f64,
    #[serde(default)]
    pub mood: Mood,
    /// Beats a minute; the mood's own if absent.
    #[schemars(range(min = 40, max = 180))]
    pub tempo: Option<f64>,
    /// Another number gives another piece.
    #[serde(default)]
    pub seed: u64,
}

/// What the music should feel like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mood {
    /// Slow, soft, behind a voice.
    #[default]
    Calm,
    /// Friendly, with a plucked guitar.
    Warm,
    /// Quick and light.
    Bright,
    /// Slow and rising.
    Hopeful,
    /// Minor and low.
    Serious,
    /// Minor, wide and quiet.
    Night,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub audio: File<Audio>,
    pub seconds: f64,
    /// Whom to name at the film's end.
    pub credits: Vec<String>,
    pub provider: String,
    pub mood: Mood,
    /// Beats a minute.
    pub tempo: f64,
}

impl Kind for Compose {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "music/generate";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Seeded;
    const CAPABILITY: Option<&'static str> = Some("music");
    const DOCS: &'static str = "\
Composes a bed of music of exactly the wanted length.

- `mood`: `calm` (default), `warm`, `bright`, `hopeful`, `serious`, `night`; `tempo` in beats a minute, if the mood's own
  does not fit.
- The same `seed` gives the same piece.
- `audio` is a stereo WAV at 48 kHz that begins and ends softly; `media/mix` lowers it under a voice.
- `credits` names the instruments' maker.

The provider `local` plays pad, arpeggio, bass and a sparse melody with a General MIDI soundfont (SF2) of this machine.

```yaml
bed:
  use: music/generate
  with:
    seconds: 60
    mood: calm
```
";

    fn providers(&self) -> Vec<String> {
        vec![local::NAME.to_owned()]
    }

    fn revision(&self) -> String {
        local::music::revision()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if !(3.0..=3600.0).contains(&input.seconds) {
            let message = format!("`seconds` is {}, and must be from 3 to 3600", input.seconds);
            return Err(Failure::input(message));
        }
        if input.tempo.is_some_and(|tempo| !(40.0..=180.0).contains(&tempo)) {
            return Err(Failure::input("`tempo` is from 40 to 180 beats a minute"));
        }
        local::music::compose(attempt, input).await
    }
}
