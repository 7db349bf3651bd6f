//! Whoever is not satisfied is heard one level above, and nobody is closed over before that was offered.

use e2e::{Home, sync};
use serde_json::{Value, json};

fn refused(home: &Home, line: &str) -> Value {
    let told = home.cmd(line);
    serde_json::from_str::<Value>(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"))["error"]["code"].clone()
}

fn unhappy(home: &Home) -> String {
    let case = home.new_case("Inventé.");
    home.ok(&format!("case assign {case} me"));
    for _ in 0..2 {
        home.ok(&format!("case answer {case} --text x --satisfied no"));
    }
    case
}

#[test]
fn an_appeal_runs_a_clock_of_its_own_and_comes_before_closing_over_somebody() {
    let rose = Home::init("PAM", "REG", "Rose");
    let free = unhappy(&rose);
    assert_eq!(refused(&rose, &format!("case appeal {free}")), "no_levels");
    rose.ok(&format!("case close {free} --as not_satisfied"));
    for (code, label, rank, hours) in [("comite", "Comité", 1, 168), ("commune", "Commune", 2, 72)] {
        rose.ok(&format!("taxonomy add level {code} --label {label} --rank {rank} --within {hours}"));
    }
    let case = unhappy(&rose);
    let declined = unhappy(&rose);
    assert_eq!(refused(&rose, &format!("case close {case} --as not_satisfied")), "appeal_first");

    // two who appeal apart
    let ali = Home::join(&rose.invite("REG", "cfm_manager"), "Ali");
    sync(&ali, &rose);
    sync(&ali, &rose);
    let told = rose.ok(&format!("case appeal {case}"));
    assert_eq!((&told["level"]["code"], &told["status"]), (&json!("commune"), &json!("reopened")), "{told}");
    ali.ok(&format!("case appeal {case}"));
    sync(&ali, &rose);
    let shown = ali.show(&case);
    assert_eq!((&shown["level"]["label"], &shown["appeals"].as_array().map(Vec::len)), (&json!("Commune"), &Some(2)));
    assert_eq!(shown["due_at"], shown["level"]["due_at"]);
    assert_eq!(rose.show(&case)["level"], shown["level"]);
    let late = rose.command(&format!("case show {case}")).clock_off(4 * 86_400).run().ok();
    assert_eq!(late["overdue"], true, "the second level is late after three days");

    rose.ok(&format!("case answer {case} --text x --satisfied no"));
    assert_eq!(refused(&rose, &format!("case appeal {case}")), "last_level");
    rose.ok(&format!("case close {case} --as not_satisfied"));
    // who does not wish it is asked, and that is noted
    assert_eq!(rose.ok(&format!("case appeal {declined} --refused"))["level"], Value::Null);
    rose.ok(&format!("case close {declined} --as not_satisfied"));
    let words = rose.command(&format!("case show {declined}")).in_words().run().stdout;
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("Commune offered, the person does not wish it"), "{words}");
    // what is sealed has no level
    let sealed = rose.new_allegation("Inventé.");
    assert_eq!(refused(&rose, &format!("case appeal {sealed}")), "sealed_no_level");
    assert_eq!(rose.ok("verify")["problems"], json!([]));
}
