//! References, sites, roles and codes that are mistyped.

use e2e::{Home, Org};
use serde_json::Value;

/// ISO 7064 MOD 97-10 over the digits of a reference without its last two.
fn reference(site: &str, node: u64, counter: u64) -> String {
    let digits = format!("{node}{counter:05}").parse::<u64>().expect("digits");
    format!("{site}-{node}-{counter:05}-{:02}", 98 - digits * 100 % 97)
}

fn said(error: &Value) -> String {
    format!("{} {}", error["message"].as_str().unwrap_or_default(), error["hint"].as_str().unwrap_or_default())
}

#[test]
fn a_mistyped_reference_is_caught_by_its_check_digits_and_the_real_one_named() {
    let home = Home::init("PAM", "JER", "Rose");
    let real = home.new_case("Inventé.");
    let (start, end) = real.split_at(real.len() - 1);
    let last = end.parse::<u8>().expect("a reference ends with a digit");
    let mistyped = format!("{start}{}", (last + 1) % 10);
    for line in ["case show", "case history", "case accept", "case conflicts"] {
        let error = home.cmd(&format!("{line} {mistyped}")).refused(3, "ref_check_digits");
        assert!(said(&error).contains(&real), "{error}");
        assert_eq!(error["where"]["ref"], mistyped.as_str(), "{error}");
    }
    let (_, hint) = home.command(&format!("case show {mistyped}")).in_words().run().refused_in_words(3);
    assert!(hint.is_some_and(|hint| hint.contains(&real)));
}

#[test]
fn a_reference_that_is_right_and_not_here_is_not_found() {
    let home = Home::init("PAM", "JER", "Rose");
    let real = home.new_case("Inventé.");
    let mut parts = real.split('-').skip(1).map(|part| part.parse::<u64>().expect("digits"));
    let (node, counter) = (parts.next().expect("node"), parts.next().expect("counter"));
    assert_eq!(reference("JER", node, counter), real, "the arithmetic of this test is that of the product");
    home.cmd(&format!("case show {}", reference("JER", node, counter + 77))).refused(3, "ref_not_found");
    // nothing was mistyped: what is near is somebody else's case
    let error = home.cmd(&format!("case show {}", reference("JER", node, counter + 1))).refused(3, "ref_not_found");
    assert!(!error.to_string().contains(&real), "{error}");
    home.cmd("case show nulle-part").refused(3, "ref_not_found");
    // an ending that several cases share
    let before = home.digest();
    home.cmd("case accept 12").refused(3, "ref_not_found");
    assert_eq!(home.digest(), before);
}

#[test]
fn a_code_outside_the_taxonomy_is_refused_with_the_near_ones() {
    let home = Home::init("PAM", "JER", "Rose");
    for (line, near) in [
        ("case new --type complant --channel hotline", "complaint"),
        ("case new --type complaint --channel hotlin", "hotline"),
        ("case new --type complaint --channel hotline --category payment.not_receved", "payment.not_received"),
        ("case new --type complaint --channel hotline --stakeholder non_benificiary", "non_beneficiary"),
        ("invite --site REG --role operater", "operator"),
    ] {
        let line = line.replace("REG", "JER");
        let error = home.cmd(&line).refused(2, "not_in_taxonomy");
        assert!(said(&error).contains(near), "{line}: {error}");
        let (_, hint) = home.command(&line).in_words().run().refused_in_words(2);
        assert!(hint.is_some_and(|hint| hint.contains(near)), "{line}");
    }
    assert_eq!(home.ok("case list --count")["count"], 0);
}

#[test]
fn a_site_that_is_not_there_is_refused_with_the_near_ones() {
    let org = Org::founded();
    let before = e2e::fingerprints(&org.rose);
    for line in ["invite --site JRR --role operator", "site add XYZ --name X --kind office --parent JRR"] {
        let error = org.rose.cmd(line).refused(3, "site_not_found");
        assert!(said(&error).contains("JER"), "{error}");
    }
    for code in ["", "J", "JERE", "J3R", "é"] {
        let made = org.rose.command("site add").arg(code).arg("--name").arg("X").arg("--kind").arg("office").run();
        assert_eq!(made.status.code(), Some(2), "{made}");
    }
    org.rose.cmd("site add JER --name X --kind office").refused(1, "site_exists");
    assert_eq!(e2e::fingerprints(&org.rose), before);
}

#[test]
fn an_act_on_a_case_refuses_what_it_does_not_know() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let before = home.digest();
    for (line, exit, code) in [
        ("case triage @last --category payment.never", 2, "unknown_code"),
        ("case set @last phon=1", 2, "unknown_field"),
        ("case set @last status=closed", 2, "field_by_verb"),
        ("case assign @last Nobody", 3, "member_not_found"),
        ("case close @last --as magic", 2, "unknown_code"),
        ("case hold @last --for magic", 2, "unknown_code"),
        ("case consent @last magic given", 2, "unknown_code"),
        ("case settle @last project --pick 1", 3, "no_conflict"),
        ("case settle @last magic --pick 1", 3, "no_conflict"),
        ("case reopen @last --reason x", 1, "not_closed"),
        ("case close @last --as satisfied", 1, "not_answered"),
    ] {
        home.cmd(line).refused(exit, code);
        home.command(line).in_words().run().refused_in_words(exit);
    }
    assert_eq!(home.digest(), before, "nothing that was refused left a trace");
}

#[test]
fn words_beyond_their_bounds_are_refused_by_name_and_never_repeated() {
    let home = Home::init("PAM", "JER", "Rose");
    let long = "secretword ".repeat(60_000);
    let new = home.command("case new --type complaint --channel hotline --text -").stdin(&long);
    for done in [new.clone().run(), new.in_words().run()] {
        assert_eq!(done.status.code(), Some(2), "{}", done.stderr);
        assert!(!done.stderr.contains("secretword"), "a person's words are never in an error");
    }
    home.new_case("Inventé.");
    let before = home.digest();
    let note = home.command("case note @last -").stdin(&long);
    note.run().refused(2, "too_long");
    assert_eq!(home.digest(), before);
    assert_eq!(home.ok("case list --count")["count"], 1);
}

#[test]
fn a_record_that_is_no_record_is_refused_with_its_place() {
    let home = Home::init("PAM", "JER", "Rose");
    let deep = "[".repeat(100_000);
    for record in ["", "{", "[]", "null", "7", "{\"type\":7}", "{\"nope\":1}", "\u{0}", deep.as_str()] {
        let done = home.command("case new --from-json -").stdin(record).run();
        assert_eq!(done.status.code(), Some(2), "{record:.20}: {done}");
        assert!(!done.stderr.contains("panicked"), "{done}");
    }
    assert_eq!(home.ok("case list --count")["count"], 0);
}

#[test]
fn a_filter_that_no_case_can_meet_is_refused_with_what_may_be_meant() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    for (filter, near) in [
        ("--status recieved", "received"),
        ("--category payment.not_recieved", "payment.not_received"),
        ("--channel hotlin", "hotline"),
    ] {
        let error = home.cmd(&format!("case list {filter}")).refused(2, "not_in_taxonomy");
        assert!(said(&error).contains(near), "{filter}: {error}");
    }
    home.cmd("case list --site NOPE").refused(3, "site_not_found");
    for filter in ["--status restricted", "--status received,closed", "--category payment", "--site jer"] {
        home.ok(&format!("case list {filter}"));
    }
    assert_eq!(home.ok("case list --count --site jer")["count"], 1);
}

#[test]
fn a_language_that_nobody_has_written_is_refused() {
    let home = Home::init("PAM", "JER", "Rose");
    let error = home.cmd("case list --lang xx").refused(2, "usage_bad_value");
    assert!(said(&error).contains("fr, en"), "{error}");
    home.ok("case list --lang fr_TD.UTF-8");
}
