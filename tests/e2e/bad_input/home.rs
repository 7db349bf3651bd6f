//! A home whose files were cut, overwritten or taken away.

use std::path::Path;

use e2e::Home;

const KEYS: &str = "keys.boucle";
const STORE: &str = "store.redb";

/// A home with a case in it.
fn home() -> Home {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    home
}

/// Puts `bytes` in place of the file, has every command refused with a clear line, and nothing written by it. Then puts
/// the file back: the home works as before.
fn refused_with(home: &Home, file: &str, bytes: &[u8], exits: &[i32]) {
    let digest = home.digest();
    let path = home.folder().join(file);
    let whole = std::fs::read(&path).expect("the home has this file");
    std::fs::write(&path, bytes).expect("own files can be written");
    let before = home.files();
    for line in ["case list", "status", "run --no-mdns", "case new --type complaint --channel hotline"] {
        let done = home.command(line).in_words().run();
        let exit = done.status.code().filter(|exit| exits.contains(exit));
        let exit = exit.unwrap_or_else(|| panic!("not one of {exits:?}: {done}"));
        done.refused_in_words(exit);
    }
    assert!(home.files() == before, "a damaged {file} is left as it is");
    std::fs::write(&path, whole).expect("own files can be written");
    assert_eq!(home.digest(), digest);
}

fn read(home: &Home, file: &str) -> Vec<u8> {
    std::fs::read(home.folder().join(file)).expect("the home has this file")
}

#[test]
fn a_cut_key_file_is_named_and_left_alone() {
    let home = home();
    let whole = read(&home, KEYS);
    for length in [0, 1, 7, whole.len() / 2, whole.len() - 1] {
        refused_with(&home, KEYS, &whole[..length], &[1]);
    }
    refused_with(&home, KEYS, &[whole.as_slice(), b"more"].concat(), &[1]);
    refused_with(&home, KEYS, &vec![0xa5; whole.len()], &[1]);
}

#[test]
fn one_byte_altered_anywhere_in_the_key_file_opens_nothing() {
    let home = home();
    let whole = read(&home, KEYS);
    for at in (0..whole.len()).step_by(23) {
        let mut altered = whole.clone();
        altered[at] ^= 0x41;
        let path = home.folder().join(KEYS);
        std::fs::write(&path, &altered).expect("own files can be written");
        let done = home.command("case list").in_words().run();
        // inside a slot it cannot be told from a wrong passphrase
        let exit = done.status.code().filter(|exit| [1, 4].contains(exit));
        done.refused_in_words(exit.unwrap_or_else(|| panic!("byte {at}: {done}")));
        assert_eq!(read(&home, KEYS), altered);
    }
    std::fs::write(home.folder().join(KEYS), whole).expect("own files can be written");
    home.ok("case list");
}

#[test]
fn a_cut_store_is_named_and_left_alone() {
    let home = home();
    let whole = read(&home, STORE);
    for length in [0, 1, 319, 4096, whole.len() / 2] {
        refused_with(&home, STORE, &whole[..length], &[1]);
    }
    refused_with(&home, STORE, &vec![0xa5; whole.len()], &[1]);
    refused_with(&home, STORE, "not a store at all".as_bytes(), &[1]);
}

#[test]
fn the_store_of_another_home_is_refused() {
    let (home, other) = (home(), home());
    let digest = home.digest();
    let own = read(&home, STORE);
    std::fs::write(home.folder().join(STORE), read(&other, STORE)).expect("own files can be written");
    home.cmd("case list").refused(1, "home_damaged");
    home.command("case new --type complaint --channel hotline").in_words().run().refused_in_words(1);
    // redb notes in the file that it was opened; what the file holds is as it was
    std::fs::write(other.folder().join(STORE), read(&home, STORE)).expect("own files can be written");
    assert_eq!(other.ok("verify")["ok"], true);
    std::fs::write(home.folder().join(STORE), own).expect("own files can be written");
    assert_eq!(home.digest(), digest);
}

/// A command says that the file is damaged, or answers right.
#[test]
fn a_page_overwritten_in_the_store_is_said_or_does_no_harm() {
    let home = home();
    let whole = read(&home, STORE);
    let digest = home.digest();
    let page = 4096;
    for at in (0..whole.len() / page).step_by(1 + whole.len() / page / 24) {
        let mut altered = read(&home, STORE);
        altered[at * page + 64..at * page + 128].fill(0xa5);
        std::fs::write(home.folder().join(STORE), &altered).expect("own files can be written");
        let done = home.command("digest").run();
        if done.stdout.is_empty() {
            done.refused(1, "home_damaged");
        } else {
            assert_eq!(done.ok()["digest"], digest.as_str(), "page {at}: {done}");
        }
        std::fs::write(home.folder().join(STORE), &whole).expect("own files can be written");
    }
    assert_eq!(home.digest(), digest);
}

#[test]
fn without_one_of_its_files_a_home_is_not_founded_again_by_accident() {
    let home = home();
    for file in [KEYS, STORE] {
        let path = home.folder().join(file);
        let away = home.folder().join("away");
        std::fs::rename(&path, &away).expect("own files can be moved");
        let done = home.command("case list").in_words().run();
        let exit = done.status.code().filter(|exit| [1, 3].contains(exit));
        done.refused_in_words(exit.unwrap_or_else(|| panic!("without {file}: {done}")));
        assert!(!path.exists(), "reading makes no files");
        std::fs::rename(&away, &path).expect("own files can be moved");
    }
    home.ok("case list");
}

#[test]
fn a_folder_that_is_none_is_said_so() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let home = Home::at(file.path(), "Rose");
    home.command("init --org PAM --site JER").in_words().run().refused_in_words(1);
    let nowhere = Home::at(Path::new("/proc/none/home"), "Rose");
    let done = nowhere.command("init --org PAM --site JER").in_words().run();
    assert!(matches!(done.status.code(), Some(1 | 3 | 4)), "{done}");
    let empty = Home::empty("Rose");
    for line in ["case list", "status", "run --no-mdns", "verify"] {
        empty.cmd(line).refused(3, "not_initialised");
    }
    assert!(!empty.folder().exists(), "looking makes no folder");
}
