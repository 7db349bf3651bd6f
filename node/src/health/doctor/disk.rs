//! The disk the home lies on, and who may read it.

use std::path::Path;

use super::Finding;
use crate::keys::keyring::KEYRING_FILE;
use crate::store::STORE_FILE;

/// Less free space than this stops work soon, bytes.
const LITTLE: u64 = 500 << 20;
/// Less than this stops it now, bytes.
const NONE: u64 = 30 << 20;

pub(super) fn megabytes(bytes: u64) -> u64 {
    bytes >> 20
}

pub(super) fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| about.len())
}

/// The folder, its permissions, its disk.
pub(super) fn home(home: &Path) -> Vec<Finding> {
    let keys = home.join(KEYRING_FILE);
    if !keys.exists() {
        return vec![Finding::bad("home_missing").arg("home", home.display())];
    }
    let mut found = permissions(home);
    if found.is_empty() {
        found.push(Finding::ok("home_ok").arg("home", home.display()));
    }
    found.extend(space(home));
    found.extend(volume(home));
    found
}

#[cfg(unix)]
fn permissions(home: &Path) -> Vec<Finding> {
    use std::os::unix::fs::MetadataExt;
    let own = rustix::process::geteuid().as_raw();
    let files = [home.to_owned(), home.join(KEYRING_FILE), home.join(STORE_FILE)];
    let mut found = Vec::new();
    for file in files {
        let Ok(about) = std::fs::metadata(&file) else { continue };
        if about.uid() != own {
            found.push(Finding::bad("home_of_another").arg("file", file.display()));
        } else if about.mode() & 0o077 != 0 && !about.is_dir() {
            found.push(Finding::warn("home_open_to_others").arg("file", file.display()));
        }
    }
    found
}

#[cfg(not(unix))]
fn permissions(_: &Path) -> Vec<Finding> {
    Vec::new()
}

#[cfg(unix)]
fn space(home: &Path) -> Option<Finding> {
    let volume = rustix::fs::statvfs(home).ok()?;
    let free = volume.f_bavail.saturating_mul(volume.f_frsize);
    let store = size_of(&home.join(STORE_FILE));
    let finding = match free {
        free if free < NONE => Finding::bad("disk_full"),
        // a store is copied to be compacted, and grows
        free if free < LITTLE.max(store) => Finding::warn("disk_low"),
        _ => Finding::ok("disk_ok"),
    };
    Some(finding.arg("free_mb", megabytes(free)).arg("store_mb", megabytes(store)))
}

#[cfg(not(unix))]
fn space(_: &Path) -> Option<Finding> {
    None
}

/// What the system says of the volume: its kind, and whether it is encrypted.
fn volume(home: &Path) -> Vec<Finding> {
    let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Some(mount) = Mount::of(&home, &mounts) else { return vec![Finding::warn("disk_unknown")] };
    let kind = |finding: Finding| finding.arg("kind", &mount.kind);
    let mut found = Vec::new();
    match mount.kind.as_str() {
        "vfat" | "exfat" | "ntfs" | "ntfs3" | "fuseblk" => found.push(kind(Finding::warn("disk_without_permissions"))),
        "nfs" | "nfs4" | "cifs" | "smb3" | "9p" | "fuse.sshfs" | "fuse.rclone" | "davfs" => {
            found.push(kind(Finding::warn("disk_remote")));
        }
        "tmpfs" | "ramfs" => found.push(kind(Finding::warn("disk_in_memory"))),
        _ => {}
    }
    found.push(match mount.encrypted() {
        Some(true) => Finding::ok("disk_encrypted"),
        Some(false) => Finding::warn("disk_plain"),
        None => Finding::warn("disk_unknown"),
    });
    found
}

/// A line of `/proc/self/mountinfo`.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    /// `major:minor` of its device.
    device: String,
    kind: String,
}

impl Mount {
    /// The mount a path lies on: of those above it the deepest, and of those the last.
    fn of(path: &Path, mounts: &str) -> Option<Self> {
        let mut best: Option<(usize, Self)> = None;
        for line in mounts.lines() {
            let (fields, after) = line.split_once(" - ")?;
            let fields: Vec<&str> = fields.split(' ').collect();
            let (Some(device), Some(point), Some(kind)) = (fields.get(2), fields.get(4), after.split(' ').next())
            else {
                continue;
            };
            let point = point.replace("\\040", " ");
            let depth = Path::new(&point).components().count();
            if path.starts_with(&point) && best.as_ref().is_none_or(|(held, _)| *held <= depth) {
                best = Some((depth, Self { device: (*device).to_owned(), kind: kind.to_owned() }));
            }
        }
        best.map(|(_, mount)| mount)
    }

    /// Whether a layer of encryption lies below it. `None`: the system does not say.
    fn encrypted(&self) -> Option<bool> {
        match self.kind.as_str() {
            "ecryptfs" | "fuse.gocryptfs" | "fuse.cryfs" | "fuse.encfs" | "fuse.securefs" => return Some(true),
            _ => {}
        }
        let device = std::fs::canonicalize(Path::new("/sys/dev/block").join(&self.device)).ok()?;
        Some(has_crypt(&device, 0))
    }
}

/// Looks for dm-crypt in a block device and in those it is made of.
fn has_crypt(device: &Path, depth: usize) -> bool {
    let uuid = std::fs::read_to_string(device.join("dm/uuid")).unwrap_or_default();
    if uuid.starts_with("CRYPT-") {
        return true;
    }
    let below = std::fs::read_dir(device.join("slaves")).into_iter().flatten().flatten();
    depth < 8 && below.filter_map(|slave| slave.path().canonicalize().ok()).any(|slave| has_crypt(&slave, depth + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_deepest_mount_above_a_path_is_its_volume() {
        let mounts = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n\
                      30 22 0:26 / /home rw - btrfs /dev/sdb rw\n\
                      31 30 253:0 / /home/a\\040b rw - vfat /dev/sdc rw\n";
        let of = |path: &str| Mount::of(Path::new(path), mounts).map(|mount| (mount.device, mount.kind));
        assert_eq!(of("/var/x"), Some(("8:1".into(), "ext4".into())));
        assert_eq!(of("/home/c"), Some(("0:26".into(), "btrfs".into())));
        assert_eq!(of("/home/a b/boucle"), Some(("253:0".into(), "vfat".into())));
        assert_eq!(of("/homely"), Some(("8:1".into(), "ext4".into())));
    }
}
