//! Which values does a run hold in memory?
//!
//! The core's library: values by their hash, read from the store when they are asked for, and kept until the commit that
//! stores them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::Value as Json;

use crate::kind::registry::{Performer, Registry};
use crate::kind::{Asked, Class, Failure, Unpriced};
use crate::money::Usd;
use crate::name::{Digest, KindName};
use crate::run::library::{Library, Lost};

use super::store::Store;

/// Values up to this many bytes of JSON text stay in memory after they were used.
const AT_MOST: usize = 32 << 20;

pub(super) struct Shelf {
    registry: Registry,
    store: Store,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Parsed values, with the length of their text.
    values: HashMap<Digest, (Arc<Json>, usize)>,
    bytes: usize,
    /// Not stored yet.
    fresh: Vec<(Digest, String)>,
}

impl Shelf {
    pub(super) fn new(registry: Registry, store: Store) -> Self {
        Self { registry, store, held: Mutex::default() }
    }

    /// The id of the state folder.
    pub(super) fn state(&self) -> &str {
        self.store.id()
    }

    /// What the next commit must store.
    pub(super) fn take_fresh(&self) -> Vec<(Digest, String)> {
        std::mem::take(&mut self.lock().fresh)
    }

    /// Keeps a text that nobody reads from here: it is not parsed, and held no longer than until it is stored.
    pub(super) fn keep_unread(&self, text: String) -> Digest {
        let digest = Digest::of(text.as_bytes());
        self.lock().fresh.push((digest, text));
        digest
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().expect("nothing panics while it holds the values")
    }
}

impl Held {
    fn hold(&mut self, digest: Digest, value: Arc<Json>, bytes: usize) {
        if self.bytes + bytes > AT_MOST {
            self.values.clear(); // All can be read again; which were used last is not worth the bookkeeping.
            self.bytes = 0;
        }
        if self.values.insert(digest, (value, bytes)).is_none() {
            self.bytes += bytes;
        }
    }
}

impl Library for Shelf {
    fn read(&self, digest: &Digest) -> Result<Arc<Json>, Lost> {
        let mut held = self.lock();
        if let Some((value, _)) = held.values.get(digest) {
            return Ok(Arc::clone(value));
        }
        let fresh =
            held.fresh.iter().find(|(fresh, _)| fresh == digest).map(|(_, text)| text.clone());
        let text = match fresh {
            Some(text) => text,
            None => self.store.value(digest).map_err(|_| Lost(*digest))?.ok_or(Lost(*digest))?,
        };
        let value: Arc<Json> =
            serde_json::from_str(&text).map(Arc::new).map_err(|_| Lost(*digest))?;
        held.hold(*digest, Arc::clone(&value), text.len());
        Ok(value)
    }

    fn keep(&self, text: String) -> Digest {
        let digest = Digest::of(text.as_bytes());
        let mut held = self.lock();
        if !held.values.contains_key(&digest) {
            if let Ok(value) = serde_json::from_str(&text) {
                held.hold(digest, Arc::new(value), text.len());
            }
            held.fresh.push((digest, text));
        }
        digest
    }

    fn evaluate(&self, kind: &KindName, input: Json) -> Result<Json, Failure> {
        match self.registry.get(kind.as_str()) {
            Some((_, Performer::Inline(work))) => work.evaluate(input),
            _ => Err(Failure::new(
                Class::Missing,
                format!("this version has no inline kind `{kind}`"),
            )),
        }
    }

    fn quote(&self, kind: &KindName, asked: &Asked<'_, Json>) -> Result<Usd, Unpriced> {
        match self.registry.get(kind.as_str()) {
            Some((card, _)) => (card.quote)(asked),
            None => Err(Unpriced { what: format!("`{kind}`, which this version does not have") }),
        }
    }
}
