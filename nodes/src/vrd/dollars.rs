//! How does an amount stand in the planning documents, whose `*_usd` fields are JSON numbers?
//!
//! The text of the number is read as an exact decimal; it is calculated with as [`Usd`], never as a float.

use std::borrow::Cow;
use std::fmt;

use flow_engine::money::Usd;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

/// An amount written as a JSON number of at most six decimals: `0.4`, `50`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dollars(pub Usd);

impl Dollars {
    pub const ZERO: Self = Self(Usd::ZERO);

    /// The amount that `number` writes, if it has at most six decimals and fits.
    pub fn read(number: &Number) -> Option<Self> {
        let text = number.to_string();
        let decimal =
            Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).ok()?;
        Usd::new(decimal).ok().map(Self)
    }

    pub fn from_cents(cents: i64) -> Self {
        Self(Usd::from_micros(cents.saturating_mul(10_000)))
    }

    pub fn micros(self) -> i64 {
        self.0.micros()
    }

    /// The smallest number of whole cents that covers the amount.
    pub fn cents_up(self) -> i64 {
        let micros = self.micros();
        micros.div_euclid(10_000) + i64::from(micros.rem_euclid(10_000) > 0)
    }
}

/// Two decimals for people, more only below a cent: `$1.20`, `$0.0025`.
impl fmt::Display for Dollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimal = self.0.decimal();
        if decimal.is_zero() || decimal.abs() >= Decimal::new(1, 2) {
            let rounding = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
            write!(f, "${:.2}", decimal.round_dp_with_strategy(2, rounding))
        } else {
            write!(f, "${decimal}")
        }
    }
}

impl Serialize for Dollars {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let decimal = self.0.decimal();
        match decimal.to_i64().filter(|whole| Decimal::from(*whole) == decimal) {
            Some(whole) => serializer.serialize_i64(whole),
            // At most 15 digits up to a billion dollars: the float prints the very decimal that it was made of.
            None => serializer
                .serialize_f64(decimal.to_string().parse().map_err(serde::ser::Error::custom)?),
        }
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = Number::deserialize(deserializer)?;
        Self::read(&number).ok_or_else(|| {
            serde::de::Error::custom(format!("`{number}` is not an amount of at most six decimals"))
        })
    }
}

impl JsonSchema for Dollars {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Dollars".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_the_decimal_that_its_text_says() {
        for (json, micros) in [
            ("0.1", 100_000),
            ("50", 50_000_000),
            ("0.000001", 1),
            ("1e-6", 1),
            ("1234567.891234", 1_234_567_891_234),
        ] {
            let amount: Dollars = serde_json::from_str(json).unwrap();
            assert_eq!(amount.micros(), micros, "{json}");
            let again: Dollars =
                serde_json::from_str(&serde_json::to_string(&amount).unwrap()).unwrap();
            assert_eq!(again, amount);
        }
        assert!(serde_json::from_str::<Dollars>("0.0000001").is_err());
        assert!(serde_json::from_str::<Dollars>("\"5 USD\"").is_err());
    }

    #[test]
    fn a_started_cent_is_a_cent() {
        assert_eq!(Dollars(Usd::from_micros(10_001)).cents_up(), 2);
        assert_eq!(Dollars::from_cents(7).cents_up(), 7);
        assert_eq!(Dollars::from_cents(123).to_string(), "$1.23");
        assert_eq!(Dollars(Usd::from_micros(2_500)).to_string(), "$0.0025");
    }
}
