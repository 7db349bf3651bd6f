//! Invitations that were cut, altered, or made for somebody else. Of one kept too long the tests of `node` tell, which set
//! the time themselves.

use e2e::{Home, Org};

/// Refused as no invitation, and no node was begun.
fn refused(text: &str) {
    let home = Home::empty("Ali");
    home.command("join -").stdin(text).run().refused(7, "invitation_bad");
    assert!(!home.folder().exists(), "nothing is begun with a bad invitation");
}

#[test]
fn cut_anywhere_is_refused() {
    let whole = Org::founded().rose.invite("JER", "operator");
    let cuts = (1..whole.len()).step_by(97).chain([6, 7, 8, whole.len() - 2, whole.len() - 1]);
    cuts.for_each(|length| refused(&whole[..length]));
}

#[test]
fn one_letter_altered_anywhere_is_refused() {
    let whole = Org::founded().rose.invite("JER", "operator");
    for at in (0..whole.len()).step_by(41).chain([whole.len() - 1]) {
        let mut altered = whole.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        refused(&String::from_utf8(altered).expect("base 32 is ASCII"));
    }
}

#[test]
fn what_never_was_an_invitation_is_refused() {
    for text in ["x", "BOUCLE1", "BOUCLE1AAAA", "BOUCLE2RQAVBYRM", "https://example.org/", "\u{202e}1ELCUOB", "é"] {
        refused(text);
    }
    refused(&"BOUCLE1".repeat(9_000));
    refused(&format!("BOUCLE1{}", "A".repeat(60_000)));
}

#[test]
fn more_than_any_invitation_is_refused_by_its_length() {
    let home = Home::empty("Ali");
    home.command("join -").stdin("A".repeat(3 << 20)).run().refused(2, "too_long");
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), "A".repeat(3 << 20)).expect("a temporary file can be written");
    let from_file = home.command("join").arg(file.path().display().to_string());
    from_file.clone().run().refused(2, "too_long");
    from_file.in_words().run().refused_in_words(2);
    assert!(!home.folder().exists());
}

#[test]
fn of_another_organisation_it_adds_nobody_to_this_home() {
    let (org, other) = (Org::founded(), Org::founded());
    let (members, held) = (org.rose.ok("member list"), e2e::fingerprints(&org.rose));
    let foreign = other.rose.invite("JER", "operator");
    org.rose.command("join -").member("Ali").stdin(&foreign).run().refused(7, "invitation_other_org");
    assert_eq!((org.rose.ok("member list"), e2e::fingerprints(&org.rose)), (members, held));
}

#[test]
fn a_second_time_on_the_same_home_it_is_used() {
    let org = Org::founded();
    let invitation = org.rose.invite("JER", "operator");
    let ali = Home::join(&invitation, "Ali");
    let held = e2e::fingerprints(&ali);
    for name in ["Ali", "Awa"] {
        ali.command("join -").member(name).stdin(&invitation).run().refused(7, "invitation_used");
    }
    assert_eq!(e2e::fingerprints(&ali), held);
    assert_eq!(ali.ok("status")["members"].as_array().map(Vec::len), Some(1));
}

#[test]
fn a_home_is_founded_or_joined_once() {
    let org = Org::founded();
    let before = e2e::fingerprints(&org.rose);
    org.rose.cmd("init --org Autre --site AUT").refused(1, "already_initialised");
    assert_eq!(e2e::fingerprints(&org.rose), before);
}

#[test]
fn a_lifetime_outside_the_bounds_is_refused() {
    let org = Org::founded();
    let before = e2e::fingerprints(&org.rose);
    for lifetime in ["1s", "400d", "9999999999999999d"] {
        org.rose.cmd(&format!("invite --site JER --role operator --expires {lifetime}")).refused(2, "bad_value");
    }
    assert_eq!(e2e::fingerprints(&org.rose), before);
}
