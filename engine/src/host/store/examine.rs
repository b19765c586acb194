//! Is everything in the database as it was written?
//!
//! For people who ask, with time to read all of it: pages, journals, values, the cache, and which files they name.

use std::collections::BTreeSet;
use std::fmt;

use rusqlite::params;

use super::{Store, StoreError, schema};
use crate::host::artifacts_in;
use crate::name::Digest;
use crate::run::event::{Event, Value};

/// What was read, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Examined {
    pub runs: usize,
    pub values: usize,
    pub flaws: Vec<Flaw>,
    /// Every file that a journal, a value or the cache names.
    pub artifacts: BTreeSet<Digest>,
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw(pub String);

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn examine(store: &Store) -> Result<Examined, StoreError> {
    let mut examined = Examined::default();
    pages(store, &mut examined)?;
    journals(store, &mut examined)?;
    values(store, &mut examined)?;
    cache(store, &mut examined)?;
    Ok(examined)
}

fn pages(store: &Store, examined: &mut Examined) -> Result<(), StoreError> {
    let connection = store.lock();
    let mut statement = connection.prepare("PRAGMA integrity_check").map_err(StoreError::Read)?;
    let words = statement.query_map([], |row| row.get::<_, String>(0)).map_err(StoreError::Read)?;
    for word in words {
        let word = word.map_err(StoreError::Read)?;
        if word != "ok" {
            examined.flaws.push(Flaw(format!("the database: {word}")));
        }
    }
    Ok(())
}

fn journals(store: &Store, examined: &mut Examined) -> Result<(), StoreError> {
    for row in store.runs()? {
        examined.runs += 1;
        let ticks = match store.journal(&row.run) {
            Ok(ticks) => ticks,
            Err(error) => {
                examined.flaws.push(Flaw(error.to_string()));
                continue;
            }
        };
        let events = || ticks.iter().flat_map(|tick| &tick.events);
        let plan = events().find_map(|event| match event {
            Event::Started { plan, .. } => Some(plan),
            _ => None,
        });
        if plan.is_some_and(|plan| *plan != row.plan) {
            examined
                .flaws
                .push(Flaw(format!("the list of runs names another plan for {}", row.run)));
        }
        let bodies = ticks.iter().map(|tick| super::record::write(&tick.events));
        for line in bodies.flat_map(|body| body.lines().map(str::to_owned).collect::<Vec<_>>()) {
            examined.note(&line);
        }
    }
    Ok(())
}

fn values(store: &Store, examined: &mut Examined) -> Result<(), StoreError> {
    let connection = store.lock();
    let mut statement =
        connection.prepare("SELECT digest, body FROM value").map_err(StoreError::Read)?;
    let mut rows = statement.query(params![]).map_err(StoreError::Read)?;
    while let Some(row) = rows.next().map_err(StoreError::Read)? {
        let digest = Digest::from_bytes(row.get(0).map_err(StoreError::Read)?);
        let body: String = row.get(1).map_err(StoreError::Read)?;
        examined.values += 1;
        if Digest::of(body.as_bytes()) != digest {
            examined.flaws.push(Flaw(StoreError::Value(digest).to_string()));
        }
        examined.note(&body);
    }
    Ok(())
}

fn cache(store: &Store, examined: &mut Examined) -> Result<(), StoreError> {
    let connection = store.lock();
    let mut statement = connection
        .prepare("SELECT output, crc, fingerprint FROM cache")
        .map_err(StoreError::Read)?;
    let mut rows = statement.query(params![]).map_err(StoreError::Read)?;
    while let Some(row) = rows.next().map_err(StoreError::Read)? {
        let fingerprint = Digest::from_bytes(row.get(2).map_err(StoreError::Read)?);
        match schema::output(&fingerprint, row).map_err(StoreError::Read)? {
            Some(Value::Inline(text)) => examined.note(&text),
            Some(Value::Stored(_)) => {}
            None => {
                let words = format!("the cache's row {fingerprint} is damaged; it is not used");
                examined.flaws.push(Flaw(words));
            }
        }
    }
    Ok(())
}

impl Examined {
    /// Takes in the files that a JSON text names.
    fn note(&mut self, text: &str) {
        if text.contains("$artifact")
            && let Ok(json) = serde_json::from_str(text)
        {
            self.artifacts.extend(artifacts_in(&json));
        }
    }
}
