//! Whoever has to work on a case reads it: at another site, offline half the time, to its end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

/// A word that stands in one case alone.
const CANARY: &str = "canariTurquoise";

/// Whatever a home shows of all cases and of one, with every switch that shows more.
fn views(home: &Home, case: &str) -> String {
    let lines = ["case list", "case conflicts", "outbox", "status", "verify", "member list", "audience list"];
    let of_case = ["show", "history", "conflicts"].map(|verb| format!("case {verb} {case}"));
    let lines = lines.into_iter().map(str::to_owned).chain(of_case);
    lines.map(|line| home.command(&line).run().stdout).collect()
}

/// No byte of `words` lies on the disk of a home in clear, nor in a bundle that it makes, nor in what it shows.
#[track_caller]
fn opens_not(home: &Home, case: &str, words: &str) {
    assert!(!holds(&home.files(), words), "{words} lies on the disk");
    assert!(!views(home, case).contains(words), "{words} is shown: {}", views(home, case));
}

fn told(home: &Home, line: &str, words: &str) -> Value {
    home.command(line).stdin(words).run().ok()
}

fn holds(files: &BTreeMap<PathBuf, Vec<u8>>, word: &str) -> bool {
    files.values().any(|bytes| bytes.windows(word.len()).any(|window| window == word.as_bytes()))
}

#[test]
fn a_focal_point_at_another_site_works_an_assigned_case_to_its_end_and_opens_no_other() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok("site add PES --name Pestel --kind office");
    let ali = org.join("JER", "cfm_manager", "Ali");
    let zoe = org.join("PES", "focal_cash", "Zoe");
    let all = [rose, &ali, &zoe];
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    org.confirm("Ali");
    org.confirm("Zoe");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);

    let case = ali.new_case("Inventé : le virement manque.");
    let other = ali.new_case(&format!("Inventé, {CANARY} : une autre affaire."));
    sync_until_equal(&all, &[(1, 0), (2, 0)]);
    // the founder writes without knowing that the case goes to somebody else
    told(rose, &format!("case note {case} --text -"), "Inventé : sans le savoir.");
    let given = ali.ok(&format!("case assign {case} Zoe"));
    assert_eq!(given["warnings"], json!([]), "{given}");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    assert!(zoe.show(&case).to_string().contains("sans le savoir"), "{}", zoe.show(&case));

    // from here on she is offline
    assert_eq!(zoe.show(&case)["text"], json!("Inventé : le virement manque."));
    let shut = zoe.show(&other);
    assert_eq!(shut["text"], json!({"withheld": "personal"}), "{shut}");
    opens_not(&zoe, &other, CANARY);
    zoe.ok(&format!("case accept {case}"));
    told(&zoe, &format!("case act {case} --text -"), "Inventé : la banque est appelée.");
    // meanwhile the office writes, too
    told(&ali, &format!("case note {case} --text -"), "Inventé : elle a rappelé.");
    told(rose, &format!("case note {case} --text -"), "Inventé : du siège.");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    let seen = zoe.show(&case).to_string();
    for words in ["elle a rappelé", "du siège", "la banque est appelée"] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    told(&zoe, &format!("case resolve {case} --text -"), "Inventé : payé le 12.");
    told(&zoe, &format!("case answer {case} --text -"), "Inventé : nous vous avons payé.");
    zoe.ok(&format!("case answer {case} --satisfied yes"));
    let closed = zoe.ok(&format!("case close {case} --as satisfied"));
    assert_eq!((&closed["status"], &closed["loop_closed"]), (&json!("closed"), &json!(true)), "{closed}");
    sync_until_equal(&all, &[(2, 0), (1, 0)]);
    let end = ali.show(&case);
    assert!(end["status"] == "closed" && end.to_string().contains("payé le 12"), "{end}");
    for home in all {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
    opens_not(&zoe, &other, CANARY);

    // the assignment of another ends: nothing written after it opens
    let third = ali.new_case("Inventé : troisième.");
    ali.ok(&format!("case assign {third} Zoe"));
    sync_until_equal(&all, &[(1, 0), (2, 0)]);
    ali.ok(&format!("case assign {third} me"));
    told(&ali, &format!("case note {third} --text -"), "Inventé : après la fin.");
    sync_until_equal(&all, &[(1, 0), (2, 0)]);
    let seen = zoe.show(&third).to_string();
    assert!(seen.contains("troisième") && !seen.contains("après la fin"), "{seen}");
}

#[test]
fn a_partner_works_what_was_sent_on_and_its_outcome_comes_back() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok("site add PAR --name Partenaire --kind partner");
    let ali = org.join("JER", "cfm_manager", "Ali");
    let paul = org.join("PAR", "partner_focal", "Paul");
    let all = [rose, &ali, &paul];
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    org.confirm("Ali");
    org.confirm("Paul");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);

    let line = "case new --type complaint --channel hotline --category payment.not_received \
                --reporter-name FictiveInventee --phone +50900000001 --consent refer_external=given --text -";
    let case = told(&ali, line, &format!("Inventé {CANARY} : le virement manque."));
    let case = case["ref"].as_str().expect("a reference").to_owned();
    let choices = ali.ok(&format!("case refer {case} --to PAR"));
    assert!(choices["sent"].is_null() && choices["choices"].to_string().contains("reporter_name"), "{choices}");
    let sent = ali.ok(&format!("case refer {case} --to PAR --fields text"));
    let other = sent["sent"]["ref"].as_str().expect("born there").to_owned();
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);

    // the partner works its own half, offline, and opens nothing of the other
    assert!(paul.show(&other)["text"].to_string().contains(CANARY));
    assert_eq!(paul.show(&other)["reporter_name"], json!(null), "only what was chosen");
    assert_eq!(paul.show(&case)["text"], json!({"withheld": "personal"}));
    opens_not(&paul, &case, "FictiveInventee");
    opens_not(&paul, &case, "+509");
    let inside = ali.new_case("Inventé, canariOrange : une affaire d'ici.");
    sync_until_equal(&all, &[(1, 0), (2, 0)]);
    opens_not(&paul, &inside, "canariOrange");
    paul.ok(&format!("case assign {other} me"));
    paul.ok(&format!("case accept {other}"));
    told(&paul, &format!("case resolve {other} --text -"), "Inventé : versé par le partenaire.");
    sync_until_equal(&all, &[(2, 0), (1, 0), (2, 0)]);
    let half = ali.show(&case)["halves"][0].clone();
    assert_eq!((&half["site"], &half["status"]), (&json!("PAR"), &json!("resolved")), "{half}");
    assert_eq!(half["text"], json!("Inventé : versé par le partenaire."), "{half}");
    let shown = ali.command(&format!("case show {case}")).in_words().run();
    assert!(shown.status.success() && shown.stdout.contains("versé par le partenaire"), "{shown}");
    for home in all {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
}

#[test]
fn a_case_that_moves_goes_on_at_the_other_site_and_what_the_old_one_still_wrote_comes_along() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok("site add PES --name Pestel --kind office");
    let ali = org.join("JER", "operator", "Ali");
    let zoe = org.join("PES", "cfm_manager", "Zoe");
    let all = [rose, &ali, &zoe];
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    org.confirm("Ali");
    org.confirm("Zoe");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);

    let case = ali.new_case("Inventé : le virement manque.");
    sync_until_equal(&all, &[(1, 0), (2, 0)]);
    let moved = rose.ok(&format!("case move {case} --site PES"));
    assert!(moved["moved"]["case_id"].is_string() && moved["readers"].to_string().contains("Ali"), "{moved}");
    // Ali has not heard of it, and writes where it was
    told(&ali, &format!("case note {case} --text -"), "Inventé : elle a rappelé.");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    let seen = zoe.show(&case);
    assert_eq!((&seen["ref"], &seen["text"]), (&json!(case), &json!("Inventé : le virement manque.")), "{seen}");
    assert!(seen.to_string().contains("elle a rappelé"), "{seen}");
    let old = ali.show(&format!("{case}@JER"));
    assert_eq!((&old["status"], &old["closure"]), (&json!("closed"), &json!("moved")), "{old}");
    zoe.ok(&format!("case assign {case} me"));
    zoe.ok(&format!("case accept {case}"));
    told(&zoe, &format!("case resolve {case} --text -"), "Inventé : payé le 12.");
    sync_until_equal(&all, &[(2, 0), (1, 0)]);
    let shown = ali.command(&format!("case show {case}")).in_words().run();
    assert!(shown.status.success() && shown.stdout.contains("JER"), "{shown}");
    for home in all {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
}

#[test]
fn a_recused_administrator_and_a_recused_member_of_the_audience_hold_every_byte_and_read_nothing() {
    let org = Org::founded();
    let rose = &org.rose;
    let ali = org.join("JER", "operator", "Ali");
    let nadia = org.join("JER", "focal_protection", "Nadia");
    let all = [rose, &ali, &nadia];
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    org.confirm("Ali");
    org.confirm("Nadia");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    let sealed = |recused: &str, words: &str| {
        let line = "case new --type complaint --channel hotline --category conduct.harassment";
        let told = told(&ali, &format!("{line} --recuse {recused} --text -"), words);
        told["case_id"].as_str().expect("an id").to_owned()
    };
    let of_rose = sealed("Rose", "Inventé, canariUn : elle la suit.");
    let of_nadia = sealed("Nadia", "Inventé, canariDeux : elle la suit.");
    // whoever holds the same hashes of chains holds the same bytes
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    assert!(nadia.show(&of_rose)["text"].to_string().contains("canariUn"), "the control: of the audience");
    assert!(rose.show(&of_nadia)["text"].to_string().contains("canariDeux"), "the control: of the audience");
    opens_not(rose, &of_rose, "canariUn");
    opens_not(&nadia, &of_nadia, "canariDeux");
    for home in all {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
}
