//! What is left to write with when the disk is full?
//!
//! A file that holds some space for nothing, and gives it up when a commit finds no other: an answer that was paid for
//! can still be recorded.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

const BYTES: u64 = 16 << 20;

pub(super) struct Ballast {
    path: PathBuf,
}

impl Ballast {
    /// Takes the space in the state folder `folder`, if the disk has it and does not hold it yet.
    pub(super) fn take(folder: &Path) -> Self {
        let path = folder.join("ballast");
        if fs::metadata(&path).is_ok_and(|data| data.len() == BYTES) {
            return Self { path };
        }
        let taken = File::create(&path).and_then(|file| {
            Ok(fallocate(&file, FallocateFlags::empty(), 0, BYTES)?) // Where it cannot be done, there is no ballast.
        });
        if taken.is_err() {
            drop(fs::remove_file(&path)); // A part of it would be taken for the whole.
        }
        Self { path }
    }

    /// Gives the space up; false, if there was none.
    pub(super) fn free(&self) -> bool {
        fs::remove_file(&self.path).is_ok()
    }
}
