//! What was bought, as the seller knows it?
//!
//! It stands outside of every run: in memory for one rehearsal, or in a file that is synced before an answer is given, so
//! that it judges what a killed process believes.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::Mutex;

use flow_engine::money::Usd;
use flow_engine::name::Digest;
use flow_engine::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::script::End;

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    pub job: String,
    pub client_ref: String,
    pub request: Digest,
    pub made: Timestamp,
    pub ends: Timestamp,
    pub end: End,
    pub bill: Usd,
    pub cancelled: bool,
}

/// Where jobs are written down. A later entry of the same job takes the place of a former one.
pub trait Book: Send + Sync {
    /// Durable on return, as far as this book is.
    fn write(&self, entry: &Entry) -> Result<(), BookError>;
    /// The jobs that were made with `client_ref`, in order.
    fn of(&self, client_ref: &str) -> Result<Vec<Entry>, BookError>;
}

/// A book that cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rehearsal's book: {0}")]
pub struct BookError(pub String);

/// A book for one process.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<BTreeMap<String, Vec<Entry>>>);

/// A line of JSON for each entry.
#[derive(Clone, Debug)]
pub struct InFile(pub PathBuf);

impl Book for InMemory {
    fn write(&self, entry: &Entry) -> Result<(), BookError> {
        let mut jobs = self.0.lock().expect("nothing panics while it writes");
        put(jobs.entry(entry.client_ref.clone()).or_default(), entry.clone());
        Ok(())
    }

    fn of(&self, client_ref: &str) -> Result<Vec<Entry>, BookError> {
        let jobs = self.0.lock().expect("nothing panics while it reads");
        Ok(jobs.get(client_ref).cloned().unwrap_or_default())
    }
}

impl InMemory {
    /// All jobs, by the references that they were made with.
    pub fn entries(&self) -> Vec<Entry> {
        let jobs = self.0.lock().expect("nothing panics while it reads");
        jobs.values().flatten().cloned().collect()
    }
}

impl InFile {
    fn open(&self) -> Result<File, BookError> {
        let file = OpenOptions::new().create(true).append(true).read(true).open(&self.0);
        file.map_err(|error| BookError(format!("{}: {error}", self.0.display())))
    }
}

impl Book for InFile {
    fn write(&self, entry: &Entry) -> Result<(), BookError> {
        let line = serde_json::to_string(entry).expect("entries have text keys") + "\n";
        let mut file = self.open()?;
        // One write, under a lock: lines of two processes never mix.
        file.lock()
            .and_then(|()| file.write_all(line.as_bytes()))
            .and_then(|()| file.sync_all())
            .map_err(|error| BookError(error.to_string()))
    }

    fn of(&self, client_ref: &str) -> Result<Vec<Entry>, BookError> {
        let mut entries = self.entries()?;
        entries.retain(|entry| entry.client_ref == client_ref);
        Ok(entries)
    }
}

impl InFile {
    /// All jobs, in order.
    pub fn entries(&self) -> Result<Vec<Entry>, BookError> {
        let mut text = String::new();
        let read = self.open()?.read_to_string(&mut text);
        read.map_err(|error| BookError(error.to_string()))?;
        let mut entries = Vec::new();
        // A last line without its end was being written when its process was killed: nobody was answered.
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let entry = serde_json::from_str(line)
                .map_err(|error| BookError(format!("{error}: {line}")))?;
            put(&mut entries, entry);
        }
        Ok(entries)
    }
}

fn put(entries: &mut Vec<Entry>, entry: Entry) {
    match entries.iter_mut().find(|known| known.job == entry.job) {
        Some(known) => *known = entry,
        None => entries.push(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_holds_what_was_written_last_and_forgives_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let book = InFile(folder.path().join("book"));
        assert_eq!(book.entries(), Ok(vec![]));
        let entry = Entry {
            job: "a-1".into(),
            client_ref: "a".into(),
            request: Digest::of(b"x"),
            made: Timestamp(1),
            ends: Timestamp(2),
            end: End::Good,
            bill: Usd::from_micros(40_000),
            cancelled: false,
        };
        let cancelled = Entry { cancelled: true, ..entry.clone() };
        let other = Entry { job: "b-2".into(), ..entry.clone() };
        for entry in [&entry, &other, &cancelled] {
            book.write(entry).unwrap();
        }
        let mut file = book.open().unwrap();
        file.write_all(b"{\"job\": \"c").unwrap();
        assert_eq!(book.entries(), Ok(vec![cancelled, other]));
    }
}
