//! Passphrases that are wrong, weak or missing.

use e2e::Home;

#[test]
fn a_wrong_one_opens_nothing_and_changes_nothing() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let before = home.files();
    for line in ["case list", "status", "case new --type complaint --channel hotline", "verify", "digest", "run"] {
        let done = home.command(line).passphrase("une tout autre suite de mots").run();
        done.refused(4, "wrong_passphrase");
        assert!(!done.stderr.contains("autre suite"), "a passphrase is never repeated: {done}");
    }
    home.command("status").passphrase("une tout autre suite de mots").in_words().run().refused_in_words(4);
    assert_eq!(home.files(), before);
}

#[test]
fn none_at_all_is_locked() {
    let home = Home::init("PAM", "JER", "Rose");
    let before = home.files();
    for line in ["case list", "status", "run --no-mdns"] {
        home.command(line).passphrase("").run().refused(4, "locked");
    }
    assert_eq!(home.files(), before);
    // making a member needs one to be there
    let fresh = Home::empty("Ali");
    fresh.command("init --org PAM --site JER").passphrase("").run().refused(2, "usage_missing");
    assert!(!fresh.folder().exists());
}

#[test]
fn a_weak_one_founds_and_joins_nothing() {
    let invitation = Home::init("PAM", "JER", "Rose").invite("JER", "operator");
    for weak in ["a", "password", "1234567890", "aaaaaaaaaaaaaaaaaaaa"] {
        let home = Home::empty("Ali");
        home.command("init --org PAM --site JER").passphrase(weak).run().refused(2, "passphrase_weak");
        home.command("join").arg(&invitation).passphrase(weak).run().refused(2, "passphrase_weak");
        let left = std::fs::read_dir(home.folder()).map_or(0, Iterator::count);
        assert_eq!(left, 0, "nothing remains of what was refused");
        // and the same folder can be used afterwards
        home.command("join").arg(&invitation).run().ok();
    }
}

#[test]
fn somebody_who_is_not_there_cannot_act() {
    let home = Home::init("PAM", "JER", "Rose");
    let done = home.command("case list").member("Ali").run();
    assert_eq!(done.status.code(), Some(4), "whose passphrase it is stays open: {done}");
    done.refused(4, "wrong_passphrase");
}
