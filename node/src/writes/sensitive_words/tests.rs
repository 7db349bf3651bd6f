use crdt_model::edit::{Edit, NewCase};
use crdt_model::values::Words;
use serde_json::json;

use super::*;
use crate::api::node::Node;
use crate::api::{Envelope, Request, SealOptions, Secret, Service};
use crate::tests::{Home, NOW};

fn new_case(text: &str) -> NewCase {
    NewCase {
        case_type: "complaint".into(),
        channel: "hotline".into(),
        category: Some("payment.not_received".into()),
        text: Some(Words::from(text)),
        ..NewCase::default()
    }
}

#[test]
fn words_are_added_and_taken_out_on_this_node_alone() {
    let home = Home::founded();
    let log = &home.log;
    let hits =
        |text: &str| look(&crate::writes::sensitive_words::word_list(log).expect("a list"), [("text", text)]).json();
    assert_eq!(hits("kambakuru na ga"), json!([]));
    let told = crate::writes::sensitive_words::words_change(log, "sg", &["Kambakuru".into()], true).expect("added");
    assert_eq!((&told["lang"], &told["added"]), (&json!("sg"), &json!(1)));
    assert_eq!(hits("kambakuru na ga"), json!([{"field": "text", "topic": "other", "audience": "triage"}]));
    // a shipped word taken out is out, and comes back when added again
    assert_eq!(hits("yon bouzen")[0]["topic"], "sea");
    crate::writes::sensitive_words::words_change(log, "ht", &["bouzen".into()], false).expect("removed");
    assert_eq!(hits("yon bouzen"), json!([]));
    let shown = crate::writes::sensitive_words::words_show(log, Some("ht")).expect("shown").to_string();
    assert!(!shown.contains("\"bouzen\"") && shown.contains("kadejak*"));
    crate::writes::sensitive_words::words_change(log, "ht", &["bouzen".into()], true).expect("added");
    assert_eq!(hits("yon bouzen")[0]["topic"], "sea");
    for (lang, word, code) in
        [("ht", "pa ladan", "word_not_found"), ("créole", "x", "bad_value"), ("fr", "*", "bad_value")]
    {
        assert_eq!(
            crate::writes::sensitive_words::words_change(log, lang, &[word.into()], false).expect_err("refused").code,
            code
        );
    }
}

#[test]
fn a_hit_is_told_by_field_and_topic_and_never_by_its_words() {
    let Home { log, folder, .. } = Home::founded();
    let path = log.home.clone();
    drop(log);
    let node = Node::open(&path).expect("a node");
    let ask = |request: Request| {
        let envelope = Envelope {
            lang: "en".into(),
            member: None,
            passphrase: Some(Secret::new("a long enough passphrase".into())),
            now_ms: Some(NOW),
            request,
        };
        node.handle(envelope, &mut |_| {}).expect("answered")
    };
    let case = |text: &str| Request::CaseNew { case: Box::new(new_case(text)), seal: SealOptions::default() };
    let clean = ask(case("le code ne marche pas"));
    assert_eq!((&clean["warnings"], &clean["sensitive_words"]), (&json!([]), &json!([])));
    let check = ask(Request::WordsCheck { of: Box::new(case("il m'a violée")) });
    let hit = json!([{"field": "text", "topic": "sea", "audience": "psea"}]);
    assert_eq!((&check["sensitive_words"], &check["restricted"]), (&hit, &json!(false)));
    let count = ask(Request::CaseList(Box::new(crate::api::CaseFilter { count: true, ..Default::default() })));
    assert_eq!(count["count"], 1, "checking saves nothing");
    let warned = ask(case("il m'a violée"));
    assert_eq!((&warned["warnings"], &warned["sensitive_words"]), (&json!(["sensitive_words"]), &hit));
    assert!(!warned.to_string().contains("viol"));
    let reference = warned["ref"].as_str().expect("a reference").to_owned();
    let noted = ask(Request::edit(reference.clone(), Edit::Note { text: Words::from("pot-de-vin") }));
    assert!(noted["warnings"].to_string().contains("sensitive_words"), "{noted}");
    assert_eq!(noted["sensitive_words"][0]["topic"], "fraud");
    // sealed, there is nothing to warn of
    let seal = SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..SealOptions::default() };
    let sealed = ask(Request::CaseSeal {
        r#ref: reference.clone(),
        reason: Words::from("viol"),
        seal: seal.clone(),
        then: None,
    });
    assert_eq!(sealed["restricted"], true);
    assert!(!sealed["warnings"].to_string().contains("sensitive_words"));
    let noted = ask(Request::edit(reference, Edit::Note { text: Words::from("pot-de-vin") }));
    assert!(!noted["warnings"].to_string().contains("sensitive_words"), "{noted}");
    let born = ask(Request::CaseNew { case: Box::new(new_case("un viol")), seal });
    assert_eq!((&born["restricted"], &born["warnings"]), (&json!(true), &json!([])));
    drop(folder);
}
