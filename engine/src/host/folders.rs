//! In which folder does an attempt work?
//!
//! In one of its own, empty at first and gone when it is over. It is made when it is asked for; one that was left empty is
//! handed out again, since to make a folder and to remove it costs a disk more than to look into it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// The folders of one run's attempts.
pub(super) struct Folders {
    within: PathBuf,
    spare: Mutex<Vec<PathBuf>>,
}

/// The folder of one attempt.
pub(super) struct Lent {
    folders: Arc<Folders>,
    name: String,
    path: OnceLock<PathBuf>,
}

impl Folders {
    pub(super) fn within(folder: PathBuf) -> Arc<Self> {
        Arc::new(Self { within: folder, spare: Mutex::default() })
    }

    /// A folder that is called `name`, if it has to be made.
    pub(super) fn lend(self: &Arc<Self>, name: String) -> Lent {
        Lent { folders: Arc::clone(self), name, path: OnceLock::new() }
    }

    fn spare(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        self.spare.lock().expect("nothing panics while it holds the folders")
    }
}

impl Lent {
    pub(super) fn path(&self) -> &Path {
        self.path.get_or_init(|| {
            let spare = self.folders.spare().pop();
            spare.unwrap_or_else(|| {
                let path = self.folders.within.join(&self.name);
                // Whoever writes there is told what is wrong, if it cannot be made.
                drop(std::fs::create_dir_all(&path));
                path
            })
        })
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(path) = self.path.take() else { return };
        if path.read_dir().is_ok_and(|mut entries| entries.next().is_none()) {
            self.folders.spare().push(path);
        } else {
            drop(std::fs::remove_dir_all(path)); // What stays is removed with the run's folder.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_empty_whoever_had_it_before() {
        let temporary = tempfile::tempdir().unwrap();
        let folders = Folders::within(temporary.path().join("work"));
        let unused = folders.lend("unused".into());
        drop(unused);
        assert!(!temporary.path().join("work").exists(), "nobody asked for it");

        let first = folders.lend("first".into());
        let second = folders.lend("second".into());
        let (one, two) = (first.path().to_owned(), second.path().to_owned());
        assert_ne!(one, two);
        std::fs::write(one.join("note"), "mine").unwrap();
        drop((first, second));
        assert!(!one.exists(), "it is gone with what is in it");
        let third = folders.lend("third".into());
        assert_eq!(third.path(), two, "it was left empty");
        let fourth = folders.lend("fourth".into());
        assert!(fourth.path().ends_with("fourth") && fourth.path().is_dir());
    }
}
