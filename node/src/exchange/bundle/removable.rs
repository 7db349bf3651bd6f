//! Finding the stick: what people have put in and may write to.

use std::path::{Path, PathBuf};

use crate::error::Failure;

/// Where desktops mount what people put in.
const MEDIA: [&str; 2] = ["/media/", "/run/media/"];

/// The one removable medium that can be written to.
pub(super) fn find() -> Result<PathBuf, Failure> {
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    one_of(candidates(&mounts, &is_removable))
}

fn one_of(mut found: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    match found.len() {
        0 => Err(Failure::new("no_stick")),
        1 => Ok(found.remove(0)),
        _ => {
            let names: Vec<String> = found.iter().map(|path| path.display().to_string()).collect();
            Err(Failure::new("several_sticks").arg("folders", names.join("; ")))
        }
    }
}

/// Mount points of block devices that are removable or stand where desktops mount such, and may be written to.
fn candidates(mounts: &str, is_removable: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for line in mounts.lines() {
        let mut fields = line.split(' ');
        let (Some(device), Some(place), Some(_), Some(options)) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let place = unescape(place);
        let put_in = MEDIA.iter().any(|media| place.starts_with(media)) || is_removable(device);
        let place = PathBuf::from(place);
        let writable = options.split(',').any(|option| option == "rw");
        if device.starts_with("/dev/") && put_in && writable && !found.contains(&place) {
            found.push(place);
        }
    }
    found
}

/// The kernel's word on a device, or on the disk it is a part of.
fn is_removable(device: &str) -> bool {
    let Some(name) = device.strip_prefix("/dev/") else { return false };
    let Ok(folder) = Path::new("/sys/class/block").join(name).canonicalize() else { return false };
    let says = |folder: &Path| std::fs::read_to_string(folder.join("removable")).is_ok_and(|text| text.trim() == "1");
    says(&folder) || folder.parent().is_some_and(says)
}

/// `\040` is a space.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let octal = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        };
        match after.get(..3).and_then(octal) {
            Some(escaped) if *byte == b'\\' => {
                bytes.push(escaped);
                rest = &after[3..];
            }
            _ => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
proc /proc proc rw,nosuid 0 0
/dev/sda2 / ext4 rw,relatime 0 0
/dev/sdb1 /media/rose/CL\u{c9}\\040USB vfat rw,nosuid 0 0
/dev/sr0 /media/rose/cd iso9660 ro,nosuid 0 0
/dev/sdc1 /mnt/stick exfat rw 0 0
tmpfs /media/rose/tmp tmpfs rw 0 0
";

    #[test]
    fn sticks_are_what_was_put_in_and_can_be_written_to() {
        let none = |_: &str| false;
        assert_eq!(candidates(MOUNTS, &none), [PathBuf::from("/media/rose/CLÉ USB")]);
        let all = |device: &str| device == "/dev/sdc1";
        assert_eq!(candidates(MOUNTS, &all).len(), 2);
        assert!(candidates("", &all).is_empty());
        assert!(candidates("nonsense\n\\\n/dev/x \\04", &|_| true).is_empty());
    }

    #[test]
    fn none_or_several_are_for_a_person_to_settle() {
        assert_eq!(one_of(vec![]).expect_err("none").code, "no_stick");
        assert_eq!(one_of(vec!["/a".into()]).expect("one"), PathBuf::from("/a"));
        let several = one_of(vec!["/a".into(), "/b".into()]).expect_err("two");
        assert_eq!((several.code, several.args[0].1.as_str()), ("several_sticks", "/a; /b"));
    }
}
