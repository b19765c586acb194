//! Which files are kept, who made them, and which may go?
//!
//! A file is kept for as long as a journal, a value or the cache names it, and for a day if nothing does: a file is stored
//! before the commit that names it.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use serde_json::Value as Json;

use super::history::{self, History};
use super::store::{Store, StoreError};
use super::{HostError, State, StateError};
use crate::name::{Digest, RunId};

/// What no event names yet is spared for so long: it may be about to be named.
const SPARED: Duration = Duration::from_hours(24);

/// A kept file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    pub digest: Digest,
    pub bytes: u64,
    /// Empty where no run tells.
    pub media_type: String,
    /// The node that gave it first, in the newest run that names it.
    pub from: Option<(RunId, String)>,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub files: usize,
    pub bytes: u64,
    /// Not named by anything, and too young to be removed.
    pub spared: usize,
}

/// All files that are kept.
pub fn holdings(state: &State) -> Result<Vec<Holding>, HostError> {
    let origins = origins(state.store())?;
    let stored = state.artifacts().list().map_err(StateError::from)?.into_iter();
    let holdings = stored.map(|file| {
        let origin = origins.get(&file.digest).cloned();
        let (media_type, from) = match origin {
            Some((media_type, run, path)) => (media_type, Some((run, path))),
            None => (String::new(), None),
        };
        Holding { digest: file.digest, bytes: file.bytes, media_type, from }
    });
    Ok(holdings.collect())
}

type Origins = BTreeMap<Digest, (String, RunId, String)>;

fn origins(store: &Store) -> Result<Origins, HostError> {
    let mut origins = Origins::new();
    for row in store.runs()? {
        // A run that cannot be read names nothing; `examine` tells of it.
        let Ok(history) = History::of(store, row) else { continue };
        let mut nodes: Vec<_> = history.nodes.iter().collect();
        nodes.sort_by_key(|(_, node)| node.position);
        for (path, node) in nodes {
            let Some(output) = &node.output else { continue };
            note(&history::json(store, output)?, &history.row.run, path, &mut origins);
        }
    }
    Ok(origins)
}

fn note(json: &Json, run: &RunId, path: &str, origins: &mut Origins) {
    match json {
        Json::Object(fields) => {
            let digest = fields.get("$artifact").and_then(Json::as_str);
            match digest.and_then(|digest| digest.parse().ok()) {
                Some(digest) => {
                    let media_type = fields.get("media_type").and_then(Json::as_str).unwrap_or("");
                    let origin = || (media_type.to_owned(), run.clone(), path.to_owned());
                    origins.entry(digest).or_insert_with(origin);
                }
                None => fields.values().for_each(|field| note(field, run, path, origins)),
            }
        }
        Json::Array(items) => items.iter().for_each(|item| note(item, run, path, origins)),
        _ => {}
    }
}

/// Removes what nothing names, and nothing can be about to name. No run may be under way, and none begins meanwhile.
pub fn clean(state: &State, now: SystemTime) -> Result<Cleaned, HostError> {
    let lock = state.lock_all()?;
    let examined = state.store().examine()?;
    if let Some(flaw) = examined.flaws.first() {
        // What is damaged may name files that are needed.
        return Err(StoreError::Flawed(flaw.to_string()).into());
    }
    let mut cleaned = Cleaned::default();
    for file in state.artifacts().list().map_err(StateError::from)? {
        if examined.artifacts.contains(&file.digest) {
            continue;
        }
        if now.duration_since(file.made).is_ok_and(|age| age >= SPARED) {
            state.artifacts().remove(&file.digest).map_err(StateError::from)?;
            cleaned.files += 1;
            cleaned.bytes += file.bytes;
        } else {
            cleaned.spared += 1;
        }
    }
    drop(lock);
    Ok(cleaned)
}
