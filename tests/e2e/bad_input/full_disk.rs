//! A disk that is full, and one that cannot be written. Needs a small file system of its own, which only root can mount:
//! skipped, with the reason, where that is not possible.

use std::path::{Path, PathBuf};
use std::process::Command;

use e2e::Home;

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|done| String::from_utf8_lossy(&done.stdout).trim() == "0")
}

/// A small file system in memory, taken away at the end.
struct Disk {
    at: tempfile::TempDir,
}

impl Disk {
    fn mount(kibibytes: u32) -> Option<Self> {
        let at = tempfile::tempdir().expect("a temporary folder");
        let options = format!("size={kibibytes}k,mode=700");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "boucle"]).arg(at.path()).output();
        let why = match mounted {
            Ok(done) if done.status.success() => return Some(Self { at }),
            Ok(done) => String::from_utf8_lossy(&done.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        // past the capture of the test's output: a test that did not run must not look like one that did
        let said = format!("SKIPPED, not passed: a full disk could not be made: {why}\n");
        let _ = std::io::Write::write_all(&mut std::io::stderr(), said.as_bytes());
        assert!(!is_root(), "root can mount a small disk: {why}");
        None
    }

    fn path(&self) -> &Path {
        self.at.path()
    }

    fn remount(&self, option: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{option}")]).arg(self.path()).status();
        assert!(done.is_ok_and(|status| status.success()), "what was mounted can be remounted");
    }

    /// Takes all the space there is.
    fn fill(&self) -> PathBuf {
        let filler = self.path().join("filler");
        let whole = std::fs::write(&filler, vec![0xa5; 64 << 20]);
        assert!(whole.is_err(), "the disk is smaller than that");
        filler
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

/// Writes cases of this length until one is refused: a store has some room of its own. The refusal.
fn write_until_refused(home: &Home) -> (u64, e2e::Output) {
    let words = "Inventé. ".repeat(3_000);
    for made in 0..500 {
        let new = home.command("case new --type complaint --channel hotline --text -").stdin(&words);
        let done = new.run();
        if !done.status.success() {
            return (made, done);
        }
    }
    panic!("500 cases on a disk without space");
}

#[test]
fn on_a_full_disk_nothing_is_half_written_and_with_space_it_goes_on() {
    let Some(disk) = Disk::mount(16 << 10) else { return };
    let home = Home::at(&disk.path().join("home"), "Rose");
    home.command("init --org PAM --site JER").run().ok();
    home.new_case("Inventé.");
    let filler = disk.fill();
    let (made, refused) = write_until_refused(&home);
    refused.refused(1, "disk_full");
    let words = "Inventé. ".repeat(3_000);
    let again = home.command("case new --type complaint --channel hotline --text -").stdin(&words);
    again.in_words().run().refused_in_words(1);
    // reading still works, and shows what was acknowledged
    assert_eq!(home.ok("case list --count")["count"], made + 1);
    let before = home.digest();
    let sheet = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(sheet.path(), include_str!("../../../cli/src/demo/kobo.csv")).expect("another disk has space");
    home.command("import --as kobo").arg(sheet.path().display().to_string()).run().refused(1, "disk_full");
    assert_eq!(home.digest(), before, "a batch is written whole or not at all");

    std::fs::remove_file(filler).expect("the filler is ours");
    assert_eq!((home.digest(), &home.ok("verify")["ok"]), (before, &true.into()));
    home.new_case("De nouveau de la place.");
    assert_eq!(home.ok("case list --count")["count"], made + 2);
}

#[test]
fn on_a_full_disk_no_home_is_begun() {
    let Some(disk) = Disk::mount(1 << 10) else { return };
    let invitation = Home::init("PAM", "JER", "Rose").invite("JER", "operator");
    let filler = disk.fill();
    let home = Home::at(&disk.path().join("home"), "Ali");
    let begun = |line: &str| {
        let done = home.command(line).run();
        done.refused(1, "disk_full");
        let left = std::fs::read_dir(home.folder()).map_or(0, Iterator::count);
        assert_eq!(left, 0, "nothing remains of what was refused");
    };
    begun("init --org PAM --site JER");
    begun(&format!("join {invitation}"));
    std::fs::remove_file(filler).expect("the filler is ours");
    disk.remount("size=16m");
    home.command("join").arg(invitation).run().ok();
}

#[test]
fn a_home_that_cannot_be_written_is_not_called_damaged() {
    let Some(disk) = Disk::mount(16 << 10) else { return };
    let home = Home::at(&disk.path().join("home"), "Rose");
    home.command("init --org PAM --site JER").run().ok();
    home.new_case("Inventé.");
    disk.remount("ro");
    let before = home.files();
    for line in ["case new --type complaint --channel hotline", "case list", "run --no-mdns"] {
        let done = home.cmd(line);
        let said = format!("{}{}", done.stdout, done.stderr);
        assert!(!said.contains("home_damaged") && !said.contains("panicked"), "{done}");
        assert!(done.status.success() || matches!(done.status.code(), Some(1 | 4)), "{done}");
    }
    assert_eq!(home.files(), before);
    disk.remount("rw");
    home.new_case("De nouveau.");
    assert_eq!(home.ok("case list --count")["count"], 2);
}

/// A stick with its lock pushed in: what it brought is kept and said, and that nothing left.
#[test]
fn a_stick_that_cannot_be_written_says_what_was_read_from_it() {
    let Some(disk) = Disk::mount(16 << 10) else { return };
    let org = e2e::Org::founded();
    let ali = org.join("JER", "operator", "Ali");
    ali.new_case("Inventé.");
    let stick = disk.path().display().to_string();
    ali.command("carry").arg(&stick).run().ok();
    disk.remount("ro");
    org.rose.new_case("Inventé aussi.");
    let error = org.rose.command("carry").arg(&stick).run().refused(1, "stick_not_writable");
    let said = error["message"].as_str().unwrap_or_default();
    assert!(said.contains(&stick) && said.contains("read back from it"), "{error}");
    assert_eq!(org.rose.ok("case list --count")["count"], 2, "what was read is kept");
    disk.remount("rw");
    let told = org.rose.command("carry").arg(&stick).run().ok();
    assert!(told["take"].as_u64().is_some_and(|n| n > 0), "{told}");
}
