//! What a passphrase costs: a key is derived from it once a command, and never after somebody's last answer.

use e2e::{AtTerminal, Home, Output, PASSPHRASE};

const DERIVED: &str = "a key is derived from a passphrase";
const OTHER: &str = "cinq autres mots pour la suite";

fn derived(ended: &Output) -> usize {
    assert!(ended.status.success(), "{ended}");
    ended.stdout.matches(DERIVED).count() + ended.stderr.matches(DERIVED).count()
}

/// A command at a terminal that has no passphrase yet, and tells what it derives.
fn ask(home: &Home, line: &str) -> AtTerminal {
    home.command(line).passphrase("").logging("node::keys::keyring=debug").at_terminal()
}

#[test]
fn a_key_is_derived_once_a_command() {
    let home = Home::init("PAM", "JER", "Rose");
    let in_ = |terminal: AtTerminal| terminal.answer("Passphrase of Rose", PASSPHRASE);
    assert_eq!(derived(&in_(ask(&home, "case list")).end()), 1);
    // nothing is asked, and nothing typed
    assert_eq!(derived(&home.command("case list").logging("node::keys::keyring=debug").in_words().run()), 1);
    let new = "case new --type complaint --channel hotline --category payment.not_received --anonymous --text x";
    let told = in_(ask(&home, &format!("{new} --location"))).answer("Where", "ici").answer("Did anybody ask", "n");
    assert_eq!(derived(&told.end()), 1);
    assert_eq!(derived(&in_(ask(&home, "case note @last")).text("Note:", "Rappelée.").end()), 1);
    let site = in_(ask(&home, "site add AAA")).answer("Name of the site", "Centre").answer("Kind", "office");
    assert_eq!(derived(&site.end()), 1);
    assert_eq!(derived(&in_(ask(&home, "doctor")).end()), 1);
    // a passphrase mistyped is one more
    let twice = ask(&home, "case list").answer("Passphrase of Rose", "pas la bonne phrase du tout");
    assert_eq!(derived(&twice.answer("refused", PASSPHRASE).end()), 2);
}

#[test]
fn no_wait_follows_the_last_answer() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let asked = ask(&home, "case note @last").answer("Passphrase of Rose", PASSPHRASE).text("Note:", "Rappelée.").end();
    let (tried, answered) = (asked.stdout.find(DERIVED), asked.stdout.find("Note:"));
    assert!(tried.is_some() && tried < answered, "{asked}");
    assert!(asked.stdout.contains("checking…"), "{asked}");
    // while somebody types, others work
    let typing = ask(&home, "case note @last").answer("Passphrase of Rose", PASSPHRASE).wait_for("Note:");
    home.command("case note @last --text -").stdin("Entre-temps.").run().ok();
    assert_eq!(derived(&typing.text("Note:", "Après.").end()), 1);
    assert_eq!(home.show("@last")["notes"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_change_of_passphrase_tries_the_old_one_and_makes_the_new_one() {
    let home = Home::init("PAM", "JER", "Rose");
    let change = ask(&home, "passphrase change").answer("Passphrase of Rose", "pas la bonne phrase du tout");
    let change = change.answer("refused", PASSPHRASE).answer("New passphrase", OTHER).answer("same", OTHER).end();
    assert_eq!(derived(&change), 3, "two tries of the old one: {change}");
    home.command("case list").run().refused(4, "wrong_passphrase");
    home.command("case list").passphrase(OTHER).run().ok();
    // changed by another while somebody types: whoever was let in by the old one is asked anew
    home.command("case new --type complaint --channel hotline --text x").passphrase(OTHER).run().ok();
    let typing = ask(&home, "case note @last").answer("Passphrase of Rose", OTHER).wait_for("Note:");
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), PASSPHRASE).expect("written");
    let line = format!("passphrase change --new-passphrase-file {}", file.path().display());
    home.command(&line).passphrase(OTHER).run().ok();
    let typing = typing.text("Note:", "Après.").end();
    assert!(!typing.status.success() || home.show("@last")["notes"].as_array().map(Vec::len) == Some(1), "{typing}");
}

#[test]
fn who_founds_and_who_joins_waits_once() {
    let founder = Home::empty("Rose");
    let init =
        ask(&founder, "init --org PAM --site JER").answer("New passphrase", PASSPHRASE).answer("same", PASSPHRASE);
    assert_eq!(derived(&init.end()), 1);
    let joins = Home::empty("Jean");
    let join = ask(&joins, "join").keys("Invitation", format!("{}\n", founder.invite("JER", "operator")).as_bytes());
    assert_eq!(derived(&join.answer("New passphrase", PASSPHRASE).answer("same", PASSPHRASE).end()), 1);
}
