//! Whoever has to work on a case reads it: at another site, offline half the time, to its end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

/// A word that stands in one case alone.
const CANARY: &str = "canariTurquoise";

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
    assert!(!holds(&zoe.files(), CANARY), "no byte of the other case's words is on her disk in clear");
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
    assert_eq!(zoe.show(&other)["text"], json!({"withheld": "personal"}));

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
    let paul = org.join("PAR", "cfm_manager", "Paul");
    let all = [rose, &ali, &paul];
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);
    org.confirm("Ali");
    org.confirm("Paul");
    sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0)]);

    let line = "case new --type complaint --channel hotline --category payment.not_received \
                --reporter-name FictiveInventee --consent refer_external=given --text -";
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
