//! What may the core ask while it decides?
//!
//! Only questions whose answer depends on the question alone: contents by their hash, pure functions by their input.

use std::sync::Arc;

use serde_json::Value as Json;

use super::event::Value;
use crate::kind::Failure;
use crate::kind::purchase::{Asked, Unpriced};
use crate::money::Usd;
use crate::name::{Digest, KindName};

/// Contents by hash, and the kinds that are evaluated inside the tick.
pub trait Library: Sync {
    fn read(&self, digest: &Digest) -> Result<Arc<Json>, Lost>;
    /// Holds `text`, compact JSON, until the next commit stores it.
    fn keep(&self, text: String) -> Digest;
    fn evaluate(&self, kind: &KindName, input: Json) -> Result<Json, Failure>;
    /// The most that one attempt of `kind` can cost.
    fn quote(&self, kind: &KindName, asked: &Asked<'_, Json>) -> Result<Usd, Unpriced>;
}

/// A stored value that cannot be read again: the state folder is damaged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored value {0} cannot be read; the state folder is damaged")]
pub struct Lost(pub Digest);

/// The JSON of `value`.
pub fn read(library: &dyn Library, value: &Value) -> Result<Arc<Json>, Lost> {
    match value {
        Value::Inline(text) => {
            serde_json::from_str(text).map(Arc::new).map_err(|_| Lost(Digest::of(text.as_bytes())))
        }
        Value::Stored(digest) => library.read(digest),
    }
}

/// `json` as events carry it.
pub fn keep(library: &dyn Library, json: &Json) -> Value {
    let text = json.to_string();
    if text.len() <= Value::INLINE {
        Value::Inline(text.into())
    } else {
        Value::Stored(library.keep(text))
    }
}
