//! A refused command leaves nothing behind, and a case is given to nobody who is not there or must not have it.

use e2e::{Home, Org};
use serde_json::{Value, json};

/// What a home holds and tells: entries, everything readable, the list, what `@last` means. How old a case is changes by
/// itself and is left out.
fn all(home: &Home, case: &str) -> (Value, String, Value, Value, Value) {
    let ageless = |mut told: Value| {
        match &mut told {
            Value::Array(rows) => rows.iter_mut().for_each(|row| row["age_ms"] = Value::Null),
            one => one["age_ms"] = Value::Null,
        }
        told
    };
    let last = ageless(home.ok("case show @last"));
    (home.ok("fingerprint"), home.digest(), ageless(home.ok("case list")), ageless(home.show(case)), last)
}

#[test]
fn a_refused_command_leaves_everything_as_it_was() {
    let org = Org::founded();
    let rose = &org.rose;
    let case = rose.new_case("Le paiement n'est pas venu.");
    rose.new_case("Un autre, pour que celui-ci ne soit pas le dernier.");
    let refusing = "case new --type complaint --channel hotline --category payment.not_received --text - \
                    --consent refer_internal=refused";
    let unwilling = rose.command(refusing).stdin("Ne le dites à personne.").run().ok()["case_id"].clone();
    let unwilling = unwilling.as_str().expect("an id").to_owned();
    rose.new_case("Le dernier.");
    let before = all(rose, &case);
    let lines = [
        // the type had changed already
        (format!("case triage {case} --type question --category sea.abuse"), 2, "recusal_not_asked"),
        (format!("case triage {case} --type question --category sea.nope"), 2, "unknown_code"),
        (format!("case set {case} project=P1 colour=red"), 2, "unknown_field"),
        (format!("case assign {case} nobody"), 3, "member_not_found"),
        (format!("case assign {unwilling} focal_cash"), 1, "consent_refuses_referral"),
        (format!("case accept {case}"), 1, "not_assigned"),
        (format!("case close {case} --as satisfied"), 1, "not_answered"),
        (format!("case raise {case} --to s2 --reason x"), 2, "recusal_not_asked"),
        (format!("case seal {case} --reason x --no-recusal --audience nobody"), 3, "audience_not_found"),
        (format!("case erase {case}"), 1, "nothing_to_erase"),
        ("site add JER --name Encore --kind office".into(), 1, "site_exists"),
        ("invite --site JER --role king".into(), 2, "not_in_taxonomy"),
        ("import /nowhere.csv --as kobo".into(), 3, "file_not_found"),
    ];
    for (line, exit, code) in lines {
        rose.cmd(&line).refused(exit, code);
        assert!(all(rose, &case) == before, "{line} changed something");
    }
    assert_eq!(rose.ok("verify")["ok"], true);
}

#[test]
fn a_case_assigned_to_a_role_that_nobody_holds_is_said_to_be_lost() {
    let home = Home::init("PAM", "REG", "Rose");
    let case = home.new_case("Le paiement n'est pas venu.");
    let told = home.ok(&format!("case assign {case} hr"));
    assert_eq!(told["warnings"], json!(["nobody_in_role"]), "{told}");
    assert_eq!(told["near_roles"][0]["member"], "Rose", "{told}");
    assert_eq!(home.ok("case list --not-delivered --count"), json!({"count": 1}));
    assert_eq!(home.ok("status")["undelivered"], 1);
    let doctor = home.ok("doctor");
    let found = doctor["checks"].as_array().expect("checks").iter().find(|check| check["check"] == "cases_to_nobody");
    assert_eq!(found.expect("named")["found"], json!({"n": 1, "who": "hr (1)"}));
    for (lang, words) in [("en", "nobody holds the role hr"), ("fr", "personne ne tient le rôle hr")] {
        let shown = home.command(&format!("--lang {lang} case assign {case} hr")).in_words().run().stdout;
        let flat = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words) && flat.contains("coordinator (Rose, REG)"), "{shown}");
    }
    home.ok(&format!("case assign {case} coordinator"));
    assert_eq!(home.ok("case list --not-delivered --count"), json!({"count": 0}));
    assert_eq!(home.ok("case list --assignee me --count"), json!({"count": 1}), "a role of mine");
}
