//! How does a picture come into being?

use flow_engine::kind::buy::Delivered;
use flow_engine::kind::{Asked, Attempt, Failure, File, Kind, Known, Nature, Unpriced};
use flow_engine::money::Usd;
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::market::{self, Market};
use crate::media::Image;
use crate::media::frame::{Aspect, Resolution};
use crate::price::{self, Unit};
use crate::provider::local;

/// `image/generate`.
#[derive(Clone, Default)]
pub struct Generate {
    pub market: Market,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What the picture shows.
    #[schemars(length(min = 1))]
    pub prompt: String,
    /// A picture of one's own to start from.
    pub reference: Option<File<Image>>,
    /// How it should look, such as `watercolour` or `neon night`.
    pub style: Option<String>,
    /// Large words on the picture.
    pub title: Option<String>,
    /// A short line above the title.
    pub kicker: Option<String>,
    /// A short line below the title.
    pub footer: Option<String>,
    /// A figure to show large, such as `60 %`.
    pub number: Option<String>,
    /// The colours: a name, or any text, which always gets the same ones; `auto` goes by the prompt.
    #[serde(default = "auto")]
    pub theme: String,
    #[serde(default)]
    pub aspect: Aspect,
    /// The shorter side of the film that the picture is for; the picture is larger, so that a camera can move over it.
    #[serde(default)]
    pub resolution: Resolution,
    /// Another number gives another picture.
    #[serde(default)]
    pub seed: u64,
}

fn auto() -> String {
    "auto".to_owned()
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub image: File<Image>,
    pub width: u32,
    pub height: u32,
    pub provider: String,
    pub model: String,
    /// What it cost; absent where nothing is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
}

impl Kind for Generate {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "image/generate";
    const VERSION: u32 = 2;
    const NATURE: Nature = Nature::Seeded;
    const CAPABILITY: Option<&'static str> = Some(CAPABILITY);
    const SLOTS: u8 = 1;
    const DOCS: &'static str = "\
Makes a picture of what a prompt says.

The provider `local` draws: with `title` a designed card, without one an illustrated scene that follows the prompt's
words for place, time of day, weather and subject. Both are drawings and look like drawings.

- `theme`: `midnight`, `ember`, `forest`, `ocean`, `plum`, `slate`, `rose`, `aurora`, `paper`, `dawn`, `mint`, `ink`, or any
  text: `theme: ${{ script.title }}` keeps one set of colours for a film.
- `kicker`, `footer`, `number` add to a card. The lowest part stays free for captions.
- `aspect`: `16:9`, `9:16`, `1:1`, `4:5`; `resolution`: that of the film, 720 by default. The picture is 1.25 times as
  large, for `media/ken-burns`.
- With `reference`, a picture of your own, `local` draws nothing: that picture is the output.
- The same input gives the same bytes; another `seed` another picture.

```yaml
picture:
  use: image/generate
  with:
    prompt: ${{ scene.video_prompt }}
    title: ${{ scene.title }}
    kicker: ${{ scene.kicker }}
    theme: ${{ script.title }}
```
";

    fn providers(&self) -> Vec<String> {
        market::providers(CAPABILITY)
    }

    fn revision(&self) -> String {
        local::image::revision()
    }

    fn quote(&self, asked: &Asked<'_, Input>) -> Result<Usd, Unpriced> {
        quote(asked.provider, asked.model)
    }

    fn ceiling(&self, _: &Known, provider: &str, model: &str) -> Result<Usd, Unpriced> {
        quote(provider, model)
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if input.prompt.trim().is_empty() {
            return Err(
                Failure::input("`prompt` is empty").help("say what the picture should show")
            );
        }
        if market::is_local(attempt) {
            return local::image::generate(attempt, input).await;
        }
        let price = market::priced(quote(attempt.provider(), attempt.model()))?;
        let delivered = self.market.order(attempt, CAPABILITY, json!(input), price).await?;
        bought(&delivered)
    }
}

const CAPABILITY: &str = "image";

fn quote(provider: &str, model: &str) -> Result<Usd, Unpriced> {
    if provider == local::NAME {
        return Ok(Usd::ZERO);
    }
    price::find(CAPABILITY, provider, model)?.of(Decimal::ONE, Unit::Image)
}

fn bought(delivered: &Delivered) -> Result<Output, Failure> {
    let side = |name| delivered.facts.get(name).and_then(Json::as_u64);
    let side = |name| side(name).and_then(|side| u32::try_from(side).ok());
    Ok(Output {
        image: market::file(delivered, CAPABILITY)?,
        width: side("width").unwrap_or_default(),
        height: side("height").unwrap_or_default(),
        provider: delivered.provider.clone(),
        model: delivered.model.clone(),
        cost: Some(delivered.cost.to_string()),
    })
}
