//! How does an agent hand over what people look at? As files, which open where they are clicked.

use flow_engine::kind::{Attempt, Class, Failure, File, MediaType};

/// A page for a browser.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page;

impl MediaType for Page {
    const RANGE: &'static str = "text/html";
}

/// A text in Markdown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Report;

impl MediaType for Report {
    const RANGE: &'static str = "text/markdown";
}

/// A table for a spreadsheet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table;

impl MediaType for Table {
    const RANGE: &'static str = "text/csv";
}

/// Stores `text` as a file that people would call `name`.
pub(super) async fn keep<M: MediaType>(
    attempt: &dyn Attempt,
    name: &str,
    text: &str,
) -> Result<File<M>, Failure> {
    let path = attempt.folder().join(name);
    tokio::fs::write(&path, text).await.map_err(|error| {
        Failure::new(Class::Storage, format!("cannot write `{}`: {error}", path.display()))
    })?;
    let (digest, bytes) = attempt.artifacts().keep(&path).await?;
    Ok(File::new(digest, M::RANGE, bytes).named(name))
}
