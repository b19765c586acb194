//! Where are the files that attempts made?
//!
//! In a folder, by content: `b3/<2 hex>/<62 hex>`. A file is written under a temporary name, synced and renamed, and its
//! folder synced, before anything names it: whatever a journal refers to is there, also after a loss of power.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use async_trait::async_trait;

use crate::kind::{Artifacts, StoreError};
use crate::name::Digest;

/// A folder of files by content.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    /// Those whose content this process has held against their hash.
    whole: Arc<Mutex<HashSet<Digest>>>,
}

/// A file as it lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub digest: Digest,
    pub bytes: u64,
    pub made: SystemTime,
}

impl Folder {
    /// The store below `root`, which is made if it is not there.
    pub fn open(root: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(root.join("b3")).map_err(io_error("create", root))?;
        Ok(Self { root: root.into(), whole: Arc::default() })
    }

    /// Holds the content of `digest` against it, once in the life of this value.
    pub fn verify(&self, digest: &Digest) -> Result<(), StoreError> {
        if self.whole().contains(digest) {
            return Ok(());
        }
        let path = self.path(digest);
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(StoreError::Missing(*digest));
            }
            file => file.map_err(io_error("read", &path))?,
        };
        let (found, _) = hash(&mut file).map_err(io_error("read", &path))?;
        if found != *digest {
            return Err(StoreError::Damaged(*digest));
        }
        self.whole().insert(*digest);
        Ok(())
    }

    fn whole(&self) -> MutexGuard<'_, HashSet<Digest>> {
        self.whole.lock().expect("nothing panics while it holds the set")
    }

    /// All files, in the order of their hashes.
    pub fn list(&self) -> Result<Vec<Stored>, StoreError> {
        let mut stored = Vec::new();
        let top = self.root.join("b3");
        for folder in entries(&top)? {
            let first = folder.file_name().to_string_lossy().into_owned();
            for file in entries(&folder.path())? {
                let name = format!("b3:{first}{}", file.file_name().to_string_lossy());
                let (Ok(digest), Ok(data)) = (name.parse(), file.metadata()) else { continue };
                let made = data.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                stored.push(Stored { digest, bytes: data.len(), made });
            }
        }
        stored.sort_unstable_by_key(|stored| stored.digest);
        Ok(stored)
    }

    /// Where the content of `digest` lies, or would lie.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.to_hex();
        self.root.join("b3").join(&hex[..2]).join(&hex[2..])
    }

    pub fn contains(&self, digest: &Digest) -> bool {
        self.path(digest).is_file()
    }

    /// Removes the content of `digest`. Only for those who hold the lock of the whole state.
    pub(super) fn remove(&self, digest: &Digest) -> Result<(), StoreError> {
        let path = self.path(digest);
        fs::remove_file(&path).map_err(io_error("remove", &path))
    }

    /// Takes a copy of the file at `path`, which stays as it is.
    pub fn import(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let copy = tempfile::NamedTempFile::new_in(&self.root)
            .map_err(io_error("write below", &self.root))?;
        let mut from = File::open(path).map_err(io_error("read", path))?;
        io::copy(&mut from, &mut copy.as_file()).map_err(io_error("copy", path))?;
        self.take(copy.path())
    }

    /// Takes the file at `path` itself; it may be gone afterwards.
    fn take(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let mut file =
            OpenOptions::new().read(true).write(true).open(path).map_err(io_error("read", path))?;
        let (digest, bytes) = hash(&mut file).map_err(io_error("read", path))?;
        let target = self.path(&digest);
        if fs::metadata(&target).is_ok_and(|there| there.len() == bytes) {
            return self
                .verify(&digest)
                .or_else(|_| replace(path, &target))
                .map(|()| (digest, bytes));
        }
        file.sync_all().map_err(io_error("sync", path))?;
        let folder = target.parent().unwrap_or(&self.root);
        let is_new = !folder.is_dir();
        fs::create_dir_all(folder).map_err(io_error("create", folder))?;
        match fs::rename(path, &target) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                return self.import(path);
            }
            other => other.map_err(io_error("rename", path))?,
        }
        sync_folder(folder)?;
        if is_new {
            sync_folder(&self.root.join("b3"))?;
        }
        self.whole().insert(digest);
        Ok((digest, bytes))
    }
}

#[async_trait]
impl Artifacts for Folder {
    async fn open(&self, digest: &Digest) -> Result<PathBuf, StoreError> {
        let path = self.path(digest);
        let (folder, wanted) = (self.clone(), *digest);
        let task = tokio::task::spawn_blocking(move || folder.verify(&wanted));
        task.await.expect("reading a file does not panic")?;
        Ok(path)
    }

    async fn keep(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let (folder, path) = (self.clone(), path.to_owned());
        let task = tokio::task::spawn_blocking(move || folder.take(&path));
        task.await.expect("taking a file does not panic")
    }
}

/// Puts the file at `path` in the place of one whose content is damaged.
fn replace(path: &Path, target: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(io_error("sync", path))?;
    fs::rename(path, target).map_err(io_error("rename", path))?;
    target.parent().map_or(Ok(()), sync_folder)
}

fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>, StoreError> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect);
    entries.map_err(io_error("list", folder))
}

fn hash(file: &mut File) -> io::Result<(Digest, u64)> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => {
                hasher.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
    Ok((Digest::from_bytes(*hasher.finalize().as_bytes()), bytes))
}

fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io_error("sync", folder))
}

fn io_error(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Io { doing, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_found_by_its_content() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let store = Folder::open(&temporary.path().join("artifacts")).expect("a store");
        let path = temporary.path().join("film.mp4");
        for _ in 0..2 {
            fs::write(&path, b"moving").expect("written");
            let (digest, bytes) = store.keep(&path).await.expect("kept");
            assert_eq!((digest, bytes), (Digest::of(b"moving"), 6));
        }
        let found = store.open(&Digest::of(b"moving")).await.expect("there");
        assert_eq!(fs::read(found).expect("readable"), b"moving");
        let missing = store.open(&Digest::of(b"still")).await;
        assert!(matches!(missing, Err(StoreError::Missing(_))));
        assert_eq!(store.list().expect("a folder").len(), 1);
    }

    #[tokio::test]
    async fn a_flipped_bit_is_named_and_mended_by_the_next_file_of_that_content() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let path = temporary.path().join("film.mp4");
        fs::write(&path, b"moving").expect("written");
        let open = || Folder::open(&temporary.path().join("artifacts")).expect("a store");
        let (digest, _) = open().import(&path).expect("imported");
        fs::write(open().path(&digest), b"movinG").expect("written");
        let damaged = open().open(&digest).await;
        assert!(matches!(damaged, Err(StoreError::Damaged(_))), "{damaged:?}");
        open().import(&path).expect("imported again");
        assert_eq!(open().open(&digest).await.expect("whole"), open().path(&digest));
    }

    #[test]
    fn an_imported_file_stays_where_it_was() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let store = Folder::open(&temporary.path().join("artifacts")).expect("a store");
        let path = temporary.path().join("article.md");
        fs::write(&path, b"# Words").expect("written");
        let (digest, _) = store.import(&path).expect("imported");
        assert!(store.contains(&digest) && path.exists());
    }
}
