//! What does a kind run against in its tests?
//!
//! A real attempt over a temporary folder: files are hashed and kept, nothing is pretended.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use flow_engine::kind::{
    Armed, Artifacts, Attempt, File, Job, MediaType, NotRecorded, Slot, Step, StoreError, Value,
};
use flow_engine::name::Digest;
use flow_engine::time::Timestamp;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// An attempt with a folder of its own, and a store that it may share with others.
pub(crate) struct TestAttempt {
    folder: TempDir,
    provider: String,
    store: Arc<Folder>,
    cancelled: CancellationToken,
    progress: Mutex<Vec<f64>>,
}

/// Files by the hash of their content.
struct Folder(TempDir);

impl TestAttempt {
    pub(crate) fn new() -> Self {
        Self::over(Arc::new(Folder(TempDir::new().unwrap())))
    }

    /// Another attempt, with the same store.
    pub(crate) fn next(&self) -> Self {
        Self::over(Arc::clone(&self.store))
    }

    fn over(store: Arc<Folder>) -> Self {
        Self {
            folder: TempDir::new().unwrap(),
            provider: String::new(),
            store,
            cancelled: CancellationToken::new(),
            progress: Mutex::default(),
        }
    }

    pub(crate) fn with_provider(mut self, provider: &str) -> Self {
        self.provider = provider.to_owned();
        self
    }

    pub(crate) fn cancel(&self) {
        self.cancelled.cancel();
    }

    /// All that the kind has said of its progress.
    pub(crate) fn reported(&self) -> Vec<f64> {
        self.progress.lock().unwrap().clone()
    }

    /// Takes `content` into the store.
    pub(crate) fn store<M: MediaType>(
        &self,
        content: impl AsRef<[u8]>,
        media_type: &str,
    ) -> File<M> {
        let digest = Digest::of(content.as_ref());
        std::fs::write(self.store.path(&digest), content.as_ref()).unwrap();
        File::new(digest, media_type, content.as_ref().len() as u64)
    }

    /// Where the content of `file` lies.
    pub(crate) fn path_of<M>(&self, file: &File<M>) -> PathBuf {
        let path = self.store.path(&file.digest);
        assert!(path.is_file(), "{file:?} is not in the store");
        path
    }

    pub(crate) fn read<M>(&self, file: &File<M>) -> Vec<u8> {
        std::fs::read(self.path_of(file)).unwrap()
    }
}

#[async_trait]
impl Attempt for TestAttempt {
    fn key(&self) -> &'static str {
        "test"
    }

    fn path(&self) -> &'static str {
        "test"
    }

    fn number(&self) -> u16 {
        1
    }

    fn delivery(&self) -> u32 {
        1
    }

    fn provider(&self) -> &str {
        &self.provider
    }

    fn model(&self) -> &'static str {
        ""
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn environment(&self) -> Vec<(String, String)> {
        vec![("FLOW_ATTEMPT".into(), "test".into())]
    }

    async fn sleep(&self, time: Duration) -> Timestamp {
        tokio::time::sleep(time).await;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        Timestamp(u64::try_from(now.as_millis()).unwrap())
    }

    fn progress(&self, done: f64) {
        self.progress.lock().unwrap().push(done);
    }

    async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }

    fn artifacts(&self) -> &dyn Artifacts {
        &*self.store
    }

    fn client_ref(&self, slot: Slot) -> String {
        format!("test-{slot}")
    }

    async fn job(&self, _: Slot) -> Option<Job> {
        None
    }

    async fn arm(&self, _: Slot, _: Digest) -> Result<Armed, NotRecorded> {
        Err(NotRecorded::NoMarket)
    }

    async fn record(&self, _: Slot, _: Step) -> bool {
        false
    }

    fn last_send(&self, _: Slot) -> Option<Timestamp> {
        None
    }

    fn keep(&self, output: &serde_json::Value) -> Value {
        Value::Inline(output.to_string().into())
    }

    async fn read(&self, output: &Value) -> Option<serde_json::Value> {
        match output {
            Value::Inline(text) => serde_json::from_str(text).ok(),
            Value::Stored(_) => None,
        }
    }

    async fn closed(&self, _: Slot) -> Option<Step> {
        None
    }

    fn doubt_wait(&self) -> Duration {
        Duration::from_mins(10)
    }
}

impl Folder {
    fn path(&self, digest: &Digest) -> PathBuf {
        self.0.path().join(digest.to_hex())
    }
}

#[async_trait]
impl Artifacts for Folder {
    async fn open(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        let path = self.path(digest);
        if path.is_file() { Ok(path) } else { Err(StoreError::Missing(*digest)) }
    }

    async fn keep(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let failed =
            |source| StoreError::Io { doing: "take in the file", path: path.to_owned(), source };
        let content = std::fs::read(path).map_err(failed)?;
        let digest = Digest::of(&content);
        std::fs::rename(path, self.path(&digest))
            .or_else(|_| std::fs::write(self.path(&digest), &content))
            .map_err(failed)?;
        Ok((digest, content.len() as u64))
    }
}
