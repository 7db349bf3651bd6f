//! One matter told at two machines: proposed where they meet, merged, taken apart.

use e2e::{Home, Org, sync, sync_until_equal};
use serde_json::{Value, json};

/// A complaint taken down with a telephone; the reply.
fn told(home: &Home, phone: &str, words: &str) -> Value {
    let new =
        format!("case new --type complaint --channel hotline --category payment.not_received --phone {phone} --text -");
    home.command(&new).stdin(words).run().ok()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// Two managers of one site.
fn office() -> (Org, Home) {
    let org = Org::founded();
    let ali = org.join("REG", "cfm_manager", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    org.confirm("Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    (org, ali)
}

#[test]
fn one_complaint_at_two_machines_is_proposed_and_merged_with_both_histories() {
    let (org, ali) = office();
    let rose = &org.rose;
    let first = text(&told(rose, "37120001", "Inventé : dit au siège.")["ref"]);
    let second = text(&told(&ali, "+50937120001", "Inventé : dit au bureau.")["ref"]);
    sync(&ali, rose);
    for home in [rose, &ali] {
        let pairs = home.ok("case duplicates");
        assert_eq!((pairs.as_array().map(Vec::len), &pairs[0]["why"]), (Some(1), &json!(["phone"])), "{pairs}");
        let line = home.ok("todo").as_array().expect("lines").iter().find(|row| row["task"] == "duplicates").cloned();
        assert_eq!(line.expect("one line")["n"], json!(1));
    }
    // whoever takes a third down is told at once, on standard error
    let new =
        "case new --type complaint --channel hotline --category payment.not_received --phone 0050937120001 --text -";
    let third = ali.command(new).stdin("Inventé : encore.").in_words().run();
    assert!(third.status.success() && third.stderr.contains(&first) && third.stderr.contains(&second), "{third}");
    assert!(!third.stdout.contains(&first), "{third}");
    let third = text(&ali.show("@last")["ref"]);
    ali.ok(&format!("case link {third} {first} --as related"));
    ali.ok(&format!("case link {third} {second} --as related"));
    let merged = ali.ok(&format!("case merge {second} {first}"));
    assert_eq!((&merged["status"], &merged["into"]), (&json!("closed"), &json!(first)), "{merged}");
    sync(&ali, rose);
    for home in [rose, &ali] {
        assert_eq!(home.ok("case duplicates"), json!([]));
        let history = home.ok(&format!("case history {first}")).to_string();
        assert!(history.contains("dit au siège") && history.contains("dit au bureau"), "{history}");
        let shown = home.command(&format!("case show {first}")).in_words().run().stdout;
        assert!(shown.contains(&second) && shown.contains("37120001"), "{shown}");
    }
    rose.ok(&format!("case unmerge {second}"));
    sync(&ali, rose);
    assert_eq!(ali.show(&second)["status"], json!("reopened"));
}

#[test]
fn a_merge_at_each_of_two_machines_loses_neither_case() {
    let (org, ali) = office();
    let rose = &org.rose;
    let [first, second] = ["Inventé : un.", "Inventé : deux."].map(|words| rose.new_case(words));
    sync(&ali, rose);
    rose.ok(&format!("case merge {first} {second}"));
    ali.ok(&format!("case merge {second} {first}"));
    sync(&ali, rose);
    for home in [rose, &ali] {
        let conflicts = home.ok("case conflicts");
        assert_eq!(conflicts.as_array().map(Vec::len), Some(2), "{conflicts}");
        for case in [&first, &second] {
            assert_ne!(home.show(case)["status"], json!("closed"));
        }
        let said = home.command("case conflicts").in_words().run().stdout;
        assert!(said.contains("case unmerge") && !said.contains("duplicate_of"), "{said}");
    }
    ali.ok(&format!("case unmerge {first}"));
    sync(&ali, rose);
    assert_eq!(
        (&rose.show(&second)["closure"], &rose.show(&first)["status"]),
        (&json!("duplicate"), &json!("reopened"))
    );
    assert_eq!(rose.ok("case conflicts"), json!([]));
}
