//! What does `flow.toml` say?
//!
//! The file stands in the project's folder and holds what is true of all its runs. A key that is not known is refused: a
//! limit that is misspelt would limit nothing.

use std::collections::BTreeMap;
use std::path::Path;

use flow_engine::host::wallet::Wallet;
use flow_engine::money::Usd;
use serde::Deserialize;

use crate::exit::Problem;

pub(crate) const FILE: &str = "flow.toml";

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    pub(crate) budget: Budget,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Budget {
    /// What a run may spend whose pipeline does not say.
    pub(crate) run: Option<Usd>,
    /// What all runs may spend together in a month.
    month: Option<Usd>,
    /// The same at single providers.
    providers: BTreeMap<Box<str>, Usd>,
}

impl Settings {
    /// The settings of the project in `folder`; none are set, if it has no such file.
    pub(crate) fn of(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Problem::refused(format!("cannot read `{}`: {error}", path.display())));
            }
        };
        read(&text).map_err(|error| {
            Problem::refused(format!(
                "`{}` cannot be followed: {}",
                path.display(),
                error.trim_end()
            ))
            .help("below a line `[budget]` may stand `month = \"50 USD\"`, `run`, and `providers`")
        })
    }

    pub(crate) fn wallet(&self) -> Wallet {
        Wallet { month: self.budget.month, providers: self.budget.providers.clone() }
    }
}

fn read(text: &str) -> Result<Settings, String> {
    let settings: Settings = toml::from_str(text).map_err(|error| error.to_string())?;
    let Budget { run, month, providers } = &settings.budget;
    let amounts = run.iter().chain(month).chain(providers.values());
    match amounts.into_iter().find(|amount| **amount < Usd::ZERO) {
        Some(amount) => Err(format!("{amount} is less than nothing")),
        None => Ok(settings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_an_amount_and_no_key_is_overlooked() {
        let text = "[budget]\nrun = '5 USD'\nmonth = '50 USD'\nproviders = { luma = '20 USD' }\n";
        let settings = read(text).unwrap();
        assert_eq!(settings.budget.run, Some("5 USD".parse().unwrap()));
        assert_eq!(settings.wallet().providers["luma"], "20 USD".parse().unwrap());
        let wrong = [
            ("[budget]\nmonth = '50'", "currency"),
            ("[budget]\nmonht = '50 USD'", "unknown field `monht`"),
            ("[budget]\nmonth = '-1 USD'", "less than nothing"),
            ("[budgets]\nmonth = '1 USD'", "unknown field `budgets`"),
        ];
        for (text, why) in wrong {
            let said = read(text).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }
}
