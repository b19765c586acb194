//! How does a secret stand in what is written down, and where does its value come back?
//!
//! In inputs, journals and fingerprints a stand-in with its name; the value is put in its place for the attempt alone, in
//! those ports whose template reads it, and taken out of whatever the attempt gives back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value as Json;

/// Values of secrets by name. Never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secrets(BTreeMap<String, String>);

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl FromIterator<(String, String)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// Shorter values are not looked for in what an attempt gives back: they stand everywhere.
const LEAST: usize = 4;

impl Secrets {
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Only those of `names`.
    pub(crate) fn only(&self, names: &BTreeSet<String>) -> Self {
        self.0
            .iter()
            .filter(|(name, _)| names.contains(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// `json` with the values in place of their stand-ins.
    pub(crate) fn reveal(&self, json: Json) -> Json {
        each_text(json, &|text| {
            self.0.iter().fold(text, |text, (name, value)| replace(text, &stand_in(name), value))
        })
    }

    /// `json` without any of the values.
    pub(crate) fn hide(&self, json: Json) -> Json {
        each_text(json, &|text| self.hide_text(text))
    }

    pub(crate) fn hide_text(&self, text: String) -> String {
        let long = self.0.iter().filter(|(_, value)| value.len() >= LEAST);
        long.fold(text, |text, (name, value)| replace(text, value, &format!("[secret {name}]")))
    }
}

/// What stands for the secret `name`. No text that a person types holds its control characters by chance.
pub(crate) fn stand_in(name: &str) -> String {
    format!("\u{1}secret {name}\u{1}")
}

fn replace(text: String, from: &str, to: &str) -> String {
    if text.contains(from) { text.replace(from, to) } else { text }
}

fn each_text(json: Json, change: &dyn Fn(String) -> String) -> Json {
    match json {
        Json::String(text) => Json::String(change(text)),
        Json::Array(items) => items.into_iter().map(|item| each_text(item, change)).collect(),
        Json::Object(fields) => Json::Object(
            fields
                .into_iter()
                .map(|(key, value)| (change(key), each_text(value, change)))
                .collect(),
        ),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_secret_is_put_in_and_taken_out_and_never_printed() {
        let secrets: Secrets =
            [("KEY".to_owned(), "sesame".to_owned()), ("PIN".to_owned(), "12".to_owned())]
                .into_iter()
                .collect();
        let written =
            json!({ "headers": [format!("Bearer {}", stand_in("KEY")), stand_in("PIN")] });
        let whole = secrets.reveal(written);
        assert_eq!(whole, json!({ "headers": ["Bearer sesame", "12"] }));
        assert_eq!(secrets.hide(whole), json!({ "headers": ["Bearer [secret KEY]", "12"] }));
        assert_eq!(secrets.hide(json!({ "sesame": 1 })), json!({ "[secret KEY]": 1 }));
        assert_eq!(format!("{secrets:?}"), r#"{"KEY", "PIN"}"#);
    }
}
