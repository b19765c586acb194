//! What does which model of which provider cost?
//!
//! The one price truth: `nodes/prices/*.toml`, read once and checked. Quotes are rounded up to the micro-dollar.

use std::sync::OnceLock;

use flow_engine::kind::{Known, Unpriced};
use flow_engine::money::Usd;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Deserialize;
use serde_json::Value as Json;

/// One row of a price list.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Price {
    pub(crate) provider: String,
    pub(crate) model: String,
    /// Taken where no model is named.
    #[serde(default)]
    default: bool,
    unit: Unit,
    amount: Usd,
    /// Who says so.
    #[cfg_attr(not(test), expect(dead_code, reason = "a price without them is refused by a test"))]
    source: String,
    /// When somebody looked.
    #[cfg_attr(not(test), expect(dead_code, reason = "a price without them is refused by a test"))]
    date: jiff::civil::Date,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unit {
    Image,
    Second,
    ThousandCharacters,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    capability: String,
    price: Vec<Price>,
}

/// The price of `model`; of the provider's default, if it is empty.
pub(crate) fn find(
    capability: &str,
    provider: &str,
    model: &str,
) -> Result<&'static Price, Unpriced> {
    let mut of_provider = rows(capability).filter(|price| price.provider == provider);
    let found = of_provider.find(|price| match model {
        "" => price.default,
        model => price.model == model,
    });
    found.ok_or_else(|| {
        let model = if model.is_empty() { String::new() } else { format!(" model `{model}`") };
        Unpriced { what: format!("`{provider}`{model} as {capability}") }
    })
}

/// The providers that sell `capability`, in the order of the list.
pub(crate) fn providers(capability: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for price in rows(capability) {
        if !names.contains(&price.provider) {
            names.push(price.provider.clone());
        }
    }
    names
}

impl Price {
    /// What `count` of `unit` cost, rounded up. None, if the price is for something else.
    pub(crate) fn of(&self, count: Decimal, unit: Unit) -> Result<Usd, Unpriced> {
        let amount = (self.amount.decimal() * count.max(Decimal::ZERO))
            .round_dp_with_strategy(6, RoundingStrategy::AwayFromZero);
        let amount = Usd::new(amount).ok().filter(|_| unit == self.unit);
        amount.ok_or_else(|| Unpriced {
            what: format!("`{}` model `{}`: {count} {unit:?}", self.provider, self.model),
        })
    }
}

/// The most that the number at `port` may be, by what is known of it.
pub(crate) fn most_number(known: &Known, port: &str, otherwise: f64) -> f64 {
    let Some(port) = known.ports.get(port) else { return otherwise };
    if let Some(constant) = &port.constant {
        return constant.as_f64().unwrap_or(otherwise);
    }
    let bound = port.schema.as_json().get("maximum").and_then(Json::as_f64);
    bound.map_or(otherwise, |bound| bound.min(otherwise))
}

/// The most characters that the text at `port` may have; none, if nothing bounds them.
pub(crate) fn most_characters(known: &Known, port: &str) -> Option<u64> {
    let port = known.ports.get(port)?;
    match &port.constant {
        Some(constant) => Some(constant.as_str()?.chars().count() as u64),
        None => port.schema.as_json().get("maxLength").and_then(Json::as_u64),
    }
}

fn rows(capability: &str) -> impl Iterator<Item = &'static Price> {
    let of_capability = lists().iter().filter(move |list| list.capability == capability);
    of_capability.flat_map(|list| &list.price)
}

fn lists() -> &'static [List] {
    static LISTS: OnceLock<Vec<List>> = OnceLock::new();
    const TEXTS: [&str; 3] = [
        include_str!("../prices/image.toml"),
        include_str!("../prices/video.toml"),
        include_str!("../prices/speech.toml"),
    ];
    LISTS.get_or_init(|| {
        let read = |text| toml::from_str(text).expect("a test reads every price list");
        TEXTS.into_iter().map(read).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_price_is_positive_and_says_where_it_is_from() {
        let mut models = BTreeSet::new();
        for list in lists() {
            for price in &list.price {
                let of = format!("{} {} {}", list.capability, price.provider, price.model);
                assert!(price.amount > Usd::ZERO, "{of}");
                assert!(!price.source.is_empty() && price.date.year() >= 2026, "{of}");
                assert!(models.insert(of.clone()), "{of} stands there twice");
            }
            for provider in providers(&list.capability) {
                let defaults = list.price.iter().filter(|p| p.provider == provider && p.default);
                assert_eq!(
                    defaults.count(),
                    1,
                    "{provider} has one default for {}",
                    list.capability
                );
            }
        }
    }

    #[test]
    fn a_quote_is_exact_and_never_rounded_down() {
        let price = |model| find("video", "luma", model);
        let five = price("").unwrap().of(Decimal::from(5), Unit::Second);
        assert_eq!(five.unwrap().to_string(), "0.71 USD");
        let odd = price("ray-2").unwrap().of(Decimal::new(1, 6), Unit::Second);
        assert_eq!(odd.unwrap(), Usd::from_micros(1));
        let unknown = price("ray-9").unwrap_err();
        assert_eq!(unknown.to_string(), "no price is known for `luma` model `ray-9` as video");
        assert!(price("").unwrap().of(Decimal::ONE, Unit::Image).is_err());
    }
}
