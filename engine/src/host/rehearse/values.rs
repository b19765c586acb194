//! Which values does a rehearsal hold? All of them, in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use serde_json::Value as Json;

use crate::kind::registry::{Performer, Registry};
use crate::kind::{Asked, Class, Failure, Unpriced};
use crate::money::Usd;
use crate::name::{Digest, KindName};
use crate::run::library::{Library, Lost};

pub(super) struct Values {
    registry: Registry,
    held: Mutex<HashMap<Digest, Arc<Json>>>,
}

impl Values {
    pub(super) fn new(registry: Registry) -> Self {
        Self { registry, held: Mutex::default() }
    }
}

impl Library for Values {
    fn read(&self, digest: &Digest) -> Result<Arc<Json>, Lost> {
        let held = self.held.lock().expect("nothing panics while it holds the values");
        held.get(digest).map(Arc::clone).ok_or(Lost(*digest))
    }

    fn keep(&self, text: String) -> Digest {
        let digest = Digest::of(text.as_bytes());
        let value = serde_json::from_str(&text).expect("the core keeps JSON");
        let mut held = self.held.lock().expect("nothing panics while it holds the values");
        held.insert(digest, Arc::new(value));
        digest
    }

    fn quote(&self, kind: &KindName, asked: &Asked<'_, Json>) -> Result<Usd, Unpriced> {
        match self.registry.get(kind.as_str()) {
            Some((card, _)) => (card.quote)(asked),
            None => Err(Unpriced { what: format!("`{kind}`") }),
        }
    }

    fn evaluate(&self, kind: &KindName, input: Json) -> Result<Json, Failure> {
        match self.registry.get(kind.as_str()) {
            Some((_, Performer::Inline(work))) => work.evaluate(input),
            _ => Err(Failure::new(Class::Missing, format!("there is no inline kind `{kind}`"))),
        }
    }
}
