//! How does a moving picture come into being?

use flow_engine::kind::buy::Delivered;
use flow_engine::kind::{Asked, Attempt, Failure, File, Kind, Known, Nature, Unpriced};
use flow_engine::money::Usd;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::market::{self, Market};
use crate::media::frame::{Aspect, Resolution};
use crate::media::{Image, Video};
use crate::price::{self, Unit};

/// `video/generate`.
#[derive(Clone, Default)]
pub struct Generate {
    pub market: Market,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What the clip shows, and how it moves.
    #[schemars(length(min = 1))]
    pub prompt: String,
    /// A picture to start from.
    pub image: Option<File<Image>>,
    /// How long the clip is: 1 to 20 seconds are sold, another length is refused before anything is bought.
    #[serde(default = "five")]
    #[schemars(range(min = 0.1))]
    pub seconds: f64,
    #[serde(default)]
    pub aspect: Aspect,
    /// The shorter side of the picture.
    #[serde(default)]
    pub resolution: Resolution,
    /// Another number gives another clip.
    #[serde(default)]
    pub seed: u64,
    /// Another number buys another clip for the same prompt.
    #[serde(default)]
    pub take: u64,
}

fn five() -> f64 {
    5.0
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    pub video: File<Video>,
    pub seconds: f64,
    pub provider: String,
    pub model: String,
    pub cost: String,
}

impl Kind for Generate {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "video/generate";
    const VERSION: u32 = 1;
    const NATURE: Nature = Nature::Drawn;
    const WEIGHT: flow_engine::kind::Weight = flow_engine::kind::Weight::Light;
    const CAPABILITY: Option<&'static str> = Some(CAPABILITY);
    const SLOTS: u8 = 1;
    const DOCS: &'static str = "\
Makes a clip of what a prompt says, from a picture if one is given.

This is paid work, priced by the second: no provider makes it on this machine. `flow run FILE --rehearse` tells what a
pipeline with it would cost and how long it would take; `media/ken-burns` moves a camera over a picture for nothing.

- `seconds`: 5 by default; providers round it up to a length that they sell. From 1 to 20 are sold: another length fails before
  anything is bought, and a `fallback` takes its place.
- `take`: another number buys another clip for the same prompt.

```yaml
clip:
  use: video/generate
  provider: luma
  with:
    prompt: ${{ shot.video_prompt }}
    image: ${{ picture.image }}
    seconds: 5
```
";

    fn providers(&self) -> Vec<String> {
        let mut names = price::providers(CAPABILITY);
        // The first one is taken where none is named: the one that costs nothing in earnest.
        names.rotate_right(1);
        names
    }

    fn quote(&self, asked: &Asked<'_, Input>) -> Result<Usd, Unpriced> {
        quote(asked.provider, asked.model, asked.input.seconds)
    }

    fn ceiling(&self, known: &Known, provider: &str, model: &str) -> Result<Usd, Unpriced> {
        let seconds = if known.ports.contains_key("seconds") {
            price::most_number(known, "seconds", MOST_SECONDS)
        } else {
            five()
        };
        quote(provider, model, seconds)
    }

    async fn run(&self, attempt: &dyn Attempt, input: Input) -> Result<Output, Failure> {
        if !(1.0..=MOST_SECONDS).contains(&input.seconds) {
            let message = format!("`seconds` is {}, and must be from 1 to 20", input.seconds);
            return Err(Failure::input(message));
        }
        let price = quote(attempt.provider(), attempt.model(), input.seconds);
        let price = market::priced(price)?;
        let delivered = self.market.order(attempt, CAPABILITY, json!(input), price).await?;
        bought(&delivered, input.seconds)
    }
}

const CAPABILITY: &str = "video";
const MOST_SECONDS: f64 = 20.0;

fn quote(provider: &str, model: &str, seconds: f64) -> Result<Usd, Unpriced> {
    let whole = Decimal::from_f64(seconds.ceil()).unwrap_or(Decimal::MAX);
    price::find(CAPABILITY, provider, model)?.of(whole, Unit::Second)
}

fn bought(delivered: &Delivered, seconds: f64) -> Result<Output, Failure> {
    Ok(Output {
        video: market::file(delivered, CAPABILITY)?,
        seconds: market::fact(delivered, "seconds").unwrap_or(seconds),
        provider: delivered.provider.clone(),
        model: delivered.model.clone(),
        cost: delivered.cost.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use flow_engine::kind::Port;
    use flow_engine::schema::Schema;

    use super::*;

    fn quoted(provider: &str, seconds: f64) -> Result<String, String> {
        quote(provider, "", seconds).map(|usd| usd.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn a_clip_is_priced_by_begun_seconds() {
        assert_eq!(quoted("kling", 5.0), Ok("0.35 USD".into()));
        assert_eq!(quoted("kling", 5.2), Ok("0.42 USD".into()));
        assert_eq!(quoted("local", 5.0), Err("no price is known for `local` as video".into()));
    }

    #[test]
    fn a_ceiling_goes_by_what_is_known_of_the_seconds() {
        let generate = Generate::default();
        let ceiling = |constant: Option<f64>| {
            let schema = Schema::of::<f64>();
            let port = Port { schema, constant: constant.map(|seconds| json!(seconds)) };
            let known = Known { ports: [("seconds".to_owned(), port)].into() };
            generate.ceiling(&known, "luma", "").map(|usd| usd.to_string())
        };
        assert_eq!(ceiling(Some(5.0)), Ok("0.71 USD".into()));
        assert_eq!(ceiling(None), Ok("2.84 USD".into()), "the longest clip");
        let nothing = generate.ceiling(&Known::default(), "luma", "");
        assert_eq!(nothing.map(|usd| usd.to_string()), Ok("0.71 USD".into()), "the default");
    }

    #[test]
    fn whoever_costs_nothing_in_earnest_is_taken_where_none_is_named() {
        assert_eq!(Generate::default().providers().first().map(String::as_str), Some("rehearsal"));
    }
}
