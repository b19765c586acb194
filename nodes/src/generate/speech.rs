//! How does a text become a voice?

use flow_engine::kind::{Attempt, Failure, File, Kind, Nature};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::media::Audio;
use crate::media::words::Word;
use crate::provider::local;

/// `speech/synthesize`.
pub struct Synthesize;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What is said, as people would write it.
    #[schemars(length(min = 1))]
    pub text: String,
    /// Who says it: `narrator`, or a voice of the provider.
    #[serde(default = "narrator")]
    pub voice: String,
    /// How fast: 1 is the voice's own pace.
    #[serde(default = "own_pace")]
    #[schemars(range(min = 0.5, max = 2.0))]
    pub rate: f64,
    /// The language of the text, such as `en` or `de`.
    pub language: Option<String>,
}

fn narrator() -> String {
    "narrator".to_owned()
}

fn own_pace() -> f64 {
    1.0
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub audio: File<Audio>,
    pub seconds: f64,
    /// When each word is spoken, in the spelling of the text.
    pub words: Vec<Word>,
    /// Whether the times are estimates and not the voice's own.
    pub estimated: bool,
    pub provider: String,
    /// The program or service that spoke.
    pub engine: String,
    /// The voice that was used.
    pub voice: String,
}

impl Kind for Synthesize {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "speech/synthesize";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Pure;
    const CAPABILITY: Option<&'static str> = Some("speech");
    const DOCS: &'static str = "\
Says a text, and tells when each word is spoken.

- `audio` is a mono WAV at 48 kHz; `words` is what `media/captions` takes.
- `voice: narrator` is the best voice that is installed; `flow doctor` lists them.
- `rate: 1.1` is a tenth faster.
- `estimated` tells whether the words' times are guessed from their lengths and the pauses.

The provider `local` speaks with festival, flite, ffmpeg's flite or espeak-ng, the first that is installed; all of it
stays on this machine. Its voices: `narrator`, `slt`, `rms`, `awb`, `kal`, and `espeak` or `espeak-de` for other
languages. With `language: de` the narrator speaks German.

```yaml
voice:
  use: speech/synthesize
  with:
    text: ${{ scene.narration_text }}
```
";

    fn providers(&self) -> Vec<String> {
        vec![local::NAME.to_owned()]
    }

    fn revision(&self) -> String {
        local::speech::revision()
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if !(0.5..=2.0).contains(&input.rate) {
            let message = format!("`rate` is {}, and must be from 0.5 to 2", input.rate);
            return Err(Failure::input(message).help("1 is the voice's own pace"));
        }
        local::speech::synthesize(attempt, &input).await
    }
}
