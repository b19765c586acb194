//! What is an amount of money, and how is it written?
//!
//! Amounts are exact decimals of US dollars. Nothing here knows budgets: who may spend what is the ledger's affair.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

/// An exact amount of US dollars, written `5 USD` or `0.05 USD`.
///
/// Invariant: at most six decimals, and its micro-dollars fit in an `i64` (about 9.2 billion dollars either way).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(into = "String", try_from = "String")]
pub struct Usd(Decimal);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadAmount {
    #[error("an amount starts with a decimal number, as in `5 USD`")]
    NotANumber,
    #[error("an amount names its currency, as in `5 USD`")]
    NoCurrency,
    #[error("the only currency is USD, as in `5 USD`")]
    OtherCurrency,
    #[error("an amount has at most six decimals")]
    TooFine,
    #[error("the amount is too large")]
    TooLarge,
}

impl Usd {
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The amount of `decimal` dollars.
    pub fn new(decimal: Decimal) -> Result<Self, BadAmount> {
        let decimal = decimal.normalize();
        if decimal.scale() > 6 {
            return Err(BadAmount::TooFine);
        }
        let micros = decimal.checked_mul(Decimal::from(1_000_000)).ok_or(BadAmount::TooLarge)?;
        if micros.to_i64().is_none() {
            return Err(BadAmount::TooLarge);
        }
        Ok(Self(decimal))
    }

    /// The amount of `micros` millionths of a dollar.
    pub fn from_micros(micros: i64) -> Self {
        Self(Decimal::new(micros, 6).normalize())
    }

    /// The amount in millionths of a dollar, as databases keep it.
    pub fn micros(self) -> i64 {
        (self.0 * Decimal::from(1_000_000)).to_i64().expect("checked in Usd::new")
    }

    pub fn decimal(self) -> Decimal {
        self.0
    }
}

impl FromStr for Usd {
    type Err = BadAmount;

    fn from_str(text: &str) -> Result<Self, BadAmount> {
        let text = text.trim();
        let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (number, currency) = text.split_at(end);
        let decimal = Decimal::from_str_exact(number.trim()).map_err(|_| BadAmount::NotANumber)?;
        match currency {
            "USD" => Self::new(decimal),
            "" => Err(BadAmount::NoCurrency),
            _ => Err(BadAmount::OtherCurrency),
        }
    }
}

/// At least two decimals: `5.00 USD`, `0.005 USD`.
impl fmt::Display for Usd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = self.0.scale().max(2) as usize;
        write!(f, "{:.scale$} USD", self.0)
    }
}

impl From<Usd> for String {
    fn from(amount: Usd) -> Self {
        amount.to_string()
    }
}

impl TryFrom<String> for Usd {
    type Error = BadAmount;

    fn try_from(text: String) -> Result<Self, BadAmount> {
        text.parse()
    }
}

impl Add for Usd {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Usd {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Neg for Usd {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sub for Usd {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Usd {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_and_needs_its_currency() {
        assert_eq!("0.1 USD".parse::<Usd>().map(Usd::micros), Ok(100_000));
        assert_eq!("5USD".parse::<Usd>().map(|amount| amount.to_string()), Ok("5.00 USD".into()));
        assert_eq!("0.000001 USD".parse::<Usd>().map(Usd::micros), Ok(1));
        assert_eq!("5".parse::<Usd>(), Err(BadAmount::NoCurrency));
        assert_eq!("5 EUR".parse::<Usd>(), Err(BadAmount::OtherCurrency));
        assert_eq!("five USD".parse::<Usd>(), Err(BadAmount::NotANumber));
        assert_eq!("0.0000001 USD".parse::<Usd>(), Err(BadAmount::TooFine));
        assert_eq!("99999999999999 USD".parse::<Usd>(), Err(BadAmount::TooLarge));
    }
}
