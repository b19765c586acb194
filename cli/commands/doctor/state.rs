//! Can runs be kept here: may we write, is the file system fit for a journal, is there room?

use std::path::{Path, PathBuf};

use super::{Area, Finding, Verdict};

/// Less than this is soon used up by films.
const ROOM: u64 = 2 << 30;

pub(super) fn findings(folder: &Path) -> Vec<Finding> {
    let place = existing(folder);
    vec![writable(folder, &place), journal(&place), room(&place)]
}

/// `folder`, or the nearest path above it that is there.
fn existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.into());
    absolute.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/")).into()
}

fn writable(folder: &Path, place: &Path) -> Finding {
    let name = "state folder";
    match tempfile::tempfile_in(place) {
        Ok(_) => Finding::found(Area::State, name, folder.display().to_string()),
        Err(error) => {
            let detail = format!("cannot write to {}: {error}", place.display());
            Finding::new(Area::State, name, Verdict::Missing, detail)
                .remedy("choose another folder: --state DIR, or FLOW_STATE")
        }
    }
}

/// A journal's shared memory works on local disks alone.
fn journal(place: &Path) -> Finding {
    let name = "file system";
    match network(place) {
        Some(kind) => {
            let detail =
                format!("{kind}: a journal there can be damaged when two programs read it");
            Finding::new(Area::State, name, Verdict::Warning, detail)
                .remedy("choose a folder on a local disk: --state DIR, or FLOW_STATE")
        }
        None => Finding::found(Area::State, name, "fit for a journal"),
    }
}

/// The name of the network file system that `place` lies on, if it does.
#[cfg(target_os = "linux")]
fn network(place: &Path) -> Option<&'static str> {
    // The numbers are from statfs(2).
    let kind = rustix::fs::statfs(place).ok()?.f_type & 0xffff_ffff;
    match kind {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9P"),
        0x00c3_6400 => Some("Ceph"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn network(_: &Path) -> Option<&'static str> {
    None
}

fn room(place: &Path) -> Finding {
    let name = "free space";
    let Ok(disk) = rustix::fs::statvfs(place) else {
        return Finding::new(Area::State, name, Verdict::Warning, "cannot be told");
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let detail = format!("{} GB", free / 1_000_000_000);
    if free >= ROOM {
        return Finding::found(Area::State, name, detail);
    }
    Finding::new(Area::State, name, Verdict::Warning, format!("{detail}: films may not fit"))
        .remedy("free some space, or choose a folder on another disk: --state DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_folder_may_not_exist_yet() {
        let folder = tempfile::tempdir().unwrap();
        let findings = findings(&folder.path().join("not/yet"));
        assert!(findings.iter().all(|finding| finding.verdict != Verdict::Missing), "{findings:?}");
        assert_eq!(existing(&folder.path().join("not/yet")), folder.path());
    }
}
