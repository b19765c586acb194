//! Is a folder on a disk that a journal can be kept on?

use std::path::Path;

/// The name of the network file system that `place` lies on, if it does: a journal's shared memory works on local disks
/// alone, and there it can be damaged when two programs read it.
#[cfg(target_os = "linux")]
pub fn network(place: &Path) -> Option<&'static str> {
    let kind = rustix::fs::statfs(place).ok()?.f_type & 0xffff_ffff;
    name(u32::try_from(kind).ok()?)
}

#[cfg(not(target_os = "linux"))]
pub fn network(_: &Path) -> Option<&'static str> {
    None
}

/// The numbers are from statfs(2).
#[cfg(target_os = "linux")]
fn name(kind: u32) -> Option<&'static str> {
    match kind {
        0x6969 => Some("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9P"),
        0x00c3_6400 => Some("Ceph"),
        0x5346_414f => Some("AFS"),
        _ => None,
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_told_from_local_ones() {
        let kinds = [
            (0x6969, Some("NFS")),
            (0xfe53_4d42, Some("SMB")),
            (0xef53, None),
            (0x0102_1994, None),
        ];
        for (kind, expected) in kinds {
            assert_eq!(name(kind), expected, "{kind:x}");
        }
        assert_eq!(network(Path::new("/proc")), None);
    }
}
