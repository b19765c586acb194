//! When is which word spoken?
//!
//! Speech gives words with times; captions take them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A spoken word, its punctuation included, and when it is spoken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// As people should read it, such as `$4.50,`.
    pub word: String,
    /// Seconds from the start of its voice's sound to the start of the word.
    pub start: f64,
    /// Seconds from the start of its voice's sound to the end of the word.
    pub end: f64,
}

impl Word {
    /// The same word, if its voice starts so many seconds later.
    #[must_use]
    pub fn later(&self, seconds: f64) -> Self {
        Self { word: self.word.clone(), start: self.start + seconds, end: self.end + seconds }
    }
}
