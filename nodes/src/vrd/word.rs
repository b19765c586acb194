//! How is a closed list of words read and written?
//!
//! [`words!`] makes an enum whose variants are words of files: a word outside the list is refused with the list.

use std::fmt;

/// A word outside a closed list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what} `{word}`: write one of {}", list(known))]
pub struct UnknownWord {
    pub what: &'static str,
    pub word: String,
    pub known: &'static [&'static str],
}

/// The words in backticks, by commas.
pub(crate) fn list<T: fmt::Display>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Declares an enum of words: `words! { /// doc Name("what it is") { Variant = "word" | "alias", … } }`.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident ($what:literal) {
        $($(#[$note:meta])* $variant:ident = $word:literal $(| $alias:literal)*),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$note])* $variant),+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word for it in files and displays.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::vrd::word::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word $(| $alias)* => Ok(Self::$variant),)+
                    _ => Err($crate::vrd::word::UnknownWord {
                        what: $what,
                        word: text.into(),
                        known: Self::WORDS,
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut words = Self::WORDS.to_vec();
                if generator.contract().is_deserialize() {
                    words.extend::<[&str; _]>([$($($alias,)*)+]);
                }
                schemars::json_schema!({ "type": "string", "enum": words })
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests {
    use crate::vrd::requirements::Mode;

    #[test]
    fn a_word_outside_the_list_is_refused_with_the_list() {
        assert_eq!(serde_json::from_str::<Mode>("\"yolo\"").unwrap(), Mode::Auto);
        let error = serde_json::from_str::<Mode>("\"manual\"").unwrap_err().to_string();
        assert!(error.starts_with("unknown mode `manual`: write one of `hitl`, `auto`"), "{error}");
        assert_eq!(Mode::ALL.len(), Mode::WORDS.len());
    }
}
