//! How does a text become a voice?

use flow_engine::kind::buy::Delivered;
use flow_engine::kind::{Asked, Attempt, Failure, File, Kind, Known, Nature, Unpriced};
use flow_engine::money::Usd;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::market::{self, Market};
use crate::media::Audio;
use crate::media::words::Word;
use crate::price::{self, Unit};
use crate::provider::local;

/// `speech/synthesize`.
#[derive(Clone, Default)]
pub struct Synthesize {
    pub market: Market,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
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
    /// What it cost; absent where nothing is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
}

impl Kind for Synthesize {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "speech/synthesize";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Pure;
    const CAPABILITY: Option<&'static str> = Some(CAPABILITY);
    const SLOTS: u8 = 1;
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
        market::providers(CAPABILITY)
    }

    fn revision(&self) -> String {
        local::speech::revision()
    }

    fn quote(&self, asked: &Asked<'_, Input>) -> Result<Usd, Unpriced> {
        quote(asked.provider, asked.model, characters(&asked.input.text))
    }

    fn ceiling(&self, known: &Known, provider: &str, model: &str) -> Result<Usd, Unpriced> {
        match price::most_characters(known, "text") {
            Some(most) => quote(provider, model, Decimal::from(most)),
            None if provider == local::NAME => Ok(Usd::ZERO),
            None => Err(Unpriced { what: format!("`{provider}`: a text of any length") }),
        }
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if !(0.5..=2.0).contains(&input.rate) {
            let message = format!("`rate` is {}, and must be from 0.5 to 2", input.rate);
            return Err(Failure::input(message).help("1 is the voice's own pace"));
        }
        if market::is_local(attempt) {
            return local::speech::synthesize(attempt, &input).await;
        }
        let (provider, model) = (attempt.provider(), attempt.model());
        let price = market::priced(quote(provider, model, characters(&input.text)))?;
        let delivered = self.market.order(attempt, CAPABILITY, json!(input), price).await?;
        bought(&delivered, &input)
    }
}

const CAPABILITY: &str = "speech";

fn characters(text: &str) -> Decimal {
    Decimal::from(text.chars().count())
}

fn quote(provider: &str, model: &str, characters: Decimal) -> Result<Usd, Unpriced> {
    if provider == local::NAME {
        return Ok(Usd::ZERO);
    }
    let thousands = characters / Decimal::ONE_THOUSAND;
    price::find(CAPABILITY, provider, model)?.of(thousands, Unit::ThousandCharacters)
}

/// Where the seller gives no times, words are spoken evenly.
fn bought(delivered: &Delivered, input: &Input) -> Result<Output, Failure> {
    /// Characters a second, the blanks included.
    const PACE: f64 = 15.0;
    let mut words = Vec::new();
    let mut at = 0.0;
    for word in input.text.split_whitespace() {
        let letters = u32::try_from(word.chars().count() + 1).unwrap_or(u32::MAX);
        let end = at + f64::from(letters) / (PACE * input.rate);
        words.push(Word { word: word.to_owned(), start: at, end });
        at = end;
    }
    Ok(Output {
        audio: market::file(delivered, CAPABILITY)?,
        seconds: market::fact(delivered, "seconds").unwrap_or(at),
        words,
        estimated: true,
        provider: delivered.provider.clone(),
        engine: delivered.model.clone(),
        voice: input.voice.clone(),
        cost: Some(delivered.cost.to_string()),
    })
}
