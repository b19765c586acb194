//! Can runs be kept here: may we write, is the file system fit for a journal, is there room? And is what was kept whole?

use std::fmt::Display;
use std::path::{Path, PathBuf};

use flow_engine::host::artifacts::Folder;
use flow_engine::host::store::{Examined, Store};
use flow_engine::host::{StateError, file_system};

use super::{Area, Finding, Verdict};
use crate::exit::Problem;
use crate::render;

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

fn journal(place: &Path) -> Finding {
    let name = "file system";
    match file_system::network(place) {
        Some(kind) => {
            let detail =
                format!("{kind}: a journal there can be damaged when two programs read it");
            Finding::new(Area::State, name, Verdict::Warning, detail)
                .remedy("choose a folder on a local disk: --state DIR, or FLOW_STATE")
        }
        None => Finding::found(Area::State, name, "fit for a journal"),
    }
}

/// Everything that is kept, held against its checksums: a finding for each thing that is not as it was written.
pub(super) fn examine(folder: &Path) -> Result<Vec<Finding>, Problem> {
    let store = match Store::look(folder) {
        Ok(Some(store)) => store,
        Ok(None) => return Ok(vec![Finding::found(Area::State, "journals", "there are no runs")]),
        Err(error) => return Ok(vec![flaw("journals", error)]),
    };
    let examined = match store.examine() {
        Ok(examined) => examined,
        Err(error) => return Ok(vec![flaw("journals", error)]),
    };
    let mut findings: Vec<_> = examined.flaws.iter().map(|found| flaw("journals", found)).collect();
    if findings.is_empty() {
        let runs = render::count(examined.runs, "run");
        let values = render::count(examined.values, "stored value");
        let words = format!("{runs} and {values}, all as they were written");
        findings.push(Finding::found(Area::State, "journals", words));
    }
    findings.extend(files(folder, &examined)?);
    Ok(findings)
}

fn files(folder: &Path, examined: &Examined) -> Result<Vec<Finding>, Problem> {
    let artifacts = Folder::open(&folder.join("artifacts")).map_err(StateError::from)?;
    let (mut findings, mut whole) = (Vec::new(), 0);
    for stored in artifacts.list().map_err(StateError::from)? {
        match artifacts.verify(&stored.digest) {
            Ok(()) => whole += 1,
            Err(error) => {
                let path = artifacts.path(&stored.digest);
                findings.push(flaw("files", error).remedy(format!(
                    "remove {}: whatever made it will make it anew",
                    path.display()
                )));
            }
        }
    }
    let gone = examined.artifacts.iter().filter(|digest| !artifacts.contains(digest)).count();
    if gone > 0 {
        let words = format!("{} of earlier runs not there any more", render::count(gone, "file"));
        findings.push(Finding::new(Area::State, "files", Verdict::Optional, words));
    }
    if findings.is_empty() {
        let words = format!("{} as they were written", render::count(whole, "file"));
        findings.push(Finding::found(Area::State, "files", words));
    }
    Ok(findings)
}

/// Something that is not as it was written.
fn flaw(name: &str, what: impl Display) -> Finding {
    Finding::new(Area::State, name, Verdict::Missing, what.to_string())
        .remedy("restore the state folder from a backup, or start with a new one: --state DIR")
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
