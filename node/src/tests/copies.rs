//! Copied disks and restored files: who goes on under which incarnation, and that nothing is lost.

use super::*;
use crate::keys::keyring::{KEYRING_FILE, LockedKeyring, Signs};
use crate::store::{STORE_FILE, os_entropy};

/// The home of the same files on a machine of this name, unlocked.
fn opened_on(folder: TempDir, machine: &str) -> Home {
    let path = folder.path().join("home");
    let locked = LockedKeyring::read(&path.join(KEYRING_FILE)).expect("keys");
    let (keyring, secrets) = locked.unlock(None, &passphrase(), os_entropy()).expect("unlocked");
    let signs = Signs::of(&[machine.as_bytes().to_vec()], &path.join(STORE_FILE)).expect("signs");
    let log = Log::open_with(&path, keyring, signs).expect("a home");
    let member = secrets.member;
    log.admit_reader(secrets);
    Home { log: Arc::new(log), member, folder }
}

fn closed(home: Home) -> TempDir {
    let Home { log, folder, .. } = home;
    drop(log);
    folder
}

/// Both copies and a third node exchange until all hold the same.
fn settle(third: &Home, homes: [&Home; 2]) {
    for _ in 0..3 {
        for home in homes {
            exchange(third, home);
        }
    }
    for home in homes {
        assert_eq!(home.fingerprint(), third.fingerprint());
        assert_eq!(home.verify()["ok"], true);
        let members = crate::members::member_list(&home.log);
        let troubled =
            members.as_array().into_iter().flatten().filter(|m| m["suspended"] == true || m["revoked"] == true);
        assert_eq!(troubled.count(), 0, "{members}");
    }
    assert!(third.log.shared().forks.is_empty(), "no chain forked");
}

/// The same files under another machine-id: what a cloned disk image is.
#[test]
fn a_cloned_disk_goes_on_under_an_incarnation_and_numbers_of_its_own() {
    let rose = Home::founded();
    let ali = rose.invited("JER", "cfm_manager", "Ali");
    exchange(&rose, &ali);
    let first = ali.new_case(complaint());
    let original = opened_on(closed(ali), "the laptop");
    let incarnation = original.log.incarnation();
    let before = original.new_case(complaint());
    let entries = original.entries().len();
    let folder = closed(original);
    let image = TempDir::new().expect("a folder");
    std::fs::create_dir(image.path().join("home")).expect("made");
    for name in [KEYRING_FILE, STORE_FILE] {
        let [from, to] = [&folder, &image].map(|dir| dir.path().join("home").join(name));
        std::fs::copy(from, to).expect("copied");
    }
    let original = opened_on(folder, "the laptop");
    assert_eq!(original.log.incarnation(), incarnation, "the original stays what it was");
    let clone = opened_on(image, "the other laptop");
    assert_ne!(clone.log.incarnation(), incarnation);
    assert_eq!(clone.entries().len(), entries, "nothing is lost");
    let (one, two) = (clone.new_case(complaint()), original.new_case(complaint()));
    let references: std::collections::BTreeSet<String> =
        [&first, &before, &one, &two].iter().map(|case| case["ref"].to_string()).collect();
    assert_eq!(references.len(), 4, "{references:?}");
    settle(&rose, [&clone, &original]);
    for case in [&first, &before, &one, &two] {
        for home in [&rose, &clone, &original] {
            home.show(&case_id(case)).expect("everybody has it");
        }
    }
}

/// The machine alone tells as well: the disk itself was moved, or the image kept every inode.
#[test]
fn a_disk_in_another_machine_is_noticed_by_the_machine_alone() {
    let home = opened_on(closed(Home::founded()), "the laptop");
    let incarnation = home.log.incarnation();
    let home = opened_on(closed(home), "the laptop");
    assert_eq!(home.log.incarnation(), incarnation);
    assert_ne!(opened_on(closed(home), "the other laptop").log.incarnation(), incarnation);
}

/// Of two copies of one backup neither knows of the other, and each draws one of the two spare numbers: they may draw
/// the same. Their cases stay apart all the same.
#[test]
fn a_device_has_two_spare_numbers_drawn_by_lot_and_provisional_marks_after() {
    let rose = Home::founded();
    let ali = rose.invited("JER", "cfm_manager", "Ali");
    exchange(&rose, &ali);
    let node_of = |case: &Json| case["ref"].as_str().map(|text| text.split('-').nth(1).unwrap_or("").to_owned());
    let mut numbers = vec![node_of(&ali.new_case(complaint())).expect("a final reference")];
    let mut home = ali;
    for n in 0..3 {
        home = opened_on(closed(home), &format!("machine {n}"));
        let case = home.new_case(complaint());
        match n {
            0 | 1 => numbers.push(node_of(&case).expect("a final reference")),
            _ => assert_eq!(case["provisional"], true, "{case}"),
        }
    }
    let distinct: std::collections::BTreeSet<&String> = numbers.iter().collect();
    assert_eq!(distinct.len(), 3, "{numbers:?}");
}
