//! What may things be called, and how are runs and contents identified?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A name that expressions can read: of a node, an input, an output, a loop's variable.
///
/// Invariant: 1–64 of `a–z 0–9 _`, first a letter; so a name is also a file name, a log field and an identifier,
/// with no escaping anywhere (`a-b` subtracts).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct NodeName(Box<str>);

/// The name of a kind: `value`, `media/ken-burns`.
///
/// Invariant: one or two parts of `a–z 0–9 -`, each starting with a letter, joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KindName(Box<str>);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    #[error("a name has 1 to 64 characters of `a-z`, `0-9` and `_`, and starts with a letter")]
    Node,
    #[error("a kind is written `word` or `family/word`, of `a-z`, `0-9` and `-`")]
    Kind,
}

/// Words that stand for something else in expressions, so nothing can be called by them.
pub const RESERVED: [&str; 17] = [
    "inputs", "item", "index", "run", "budget", "secrets", // roots
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "null", // words
];

impl FromStr for NodeName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        if is_name(text) { Ok(Self(text.into())) } else { Err(BadName::Node) }
    }
}

/// Whether something in a pipeline may be called so.
pub fn is_name(text: &str) -> bool {
    let rest = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    text.len() <= 64
        && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && text.bytes().all(rest)
}

impl FromStr for KindName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Self, BadName> {
        let part = |part: &str| {
            part.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
                && part.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
        };
        let fits = text.len() <= 64 && text.split('/').count() <= 2 && text.split('/').all(part);
        if fits { Ok(Self(text.into())) } else { Err(BadName::Kind) }
    }
}

macro_rules! text_name {
    ($name:ident) => {
        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                text.parse()
            }
        }
    };
}

text_name!(NodeName);
text_name!(KindName);

/// The BLAKE3 hash of some content, written `b3:` and 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

/// A text that is not `b3:` and 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is written `b3:` and 64 hexadecimal digits")]
pub struct BadDigest;

impl Digest {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 64 hexadecimal digits alone.
    pub fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().to_string()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "b3:{}", self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = BadDigest;

    fn from_str(text: &str) -> Result<Self, BadDigest> {
        let hex = text.strip_prefix("b3:").ok_or(BadDigest)?;
        blake3::Hash::from_hex(hex).map(|hash| Self(*hash.as_bytes())).map_err(|_| BadDigest)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = BadDigest;

    fn try_from(text: String) -> Result<Self, BadDigest> {
        text.parse()
    }
}

/// Names one run of one state folder: time-ordered, so that later runs sort last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(Box<str>);

impl RunId {
    /// The id of a run as it stands in a journal or was typed by a person.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_name_can_be_read_by_expressions() {
        assert!("scene_2".parse::<NodeName>().is_ok());
        for bad in ["", "a-b", "2nd", "Scene", "_x", &"x".repeat(65)] {
            assert_eq!(bad.parse::<NodeName>(), Err(BadName::Node), "{bad}");
        }
    }

    #[test]
    fn a_kind_has_a_family_and_a_word() {
        assert!("media/ken-burns".parse::<KindName>().is_ok());
        assert!("value".parse::<KindName>().is_ok());
        for bad in ["", "a/b/c", "/x", "Media/x", "./scene.yaml"] {
            assert_eq!(bad.parse::<KindName>(), Err(BadName::Kind), "{bad}");
        }
    }

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest::of(b"flow");
        assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
        assert_eq!("b3:12".parse::<Digest>(), Err(BadDigest));
    }
}
