//! One's own words back while nobody else has them, and what is told of the words that wait.

use e2e::{Home, Org, first_peer, sync_until_equal};
use serde_json::{Value, json};

/// Asks until it is so: each question is a process of its own, and takes the time that one takes.
fn until(what: &str, holds: impl Fn() -> bool) {
    assert!((0..2_000).any(|_| holds()), "never: {what}");
}

fn count(home: &Home) -> Value {
    home.ok("case list --count")["count"].clone()
}

fn urgent(home: &Home, text: &str) -> String {
    let line = "case new --type complaint --channel hotline --category payment.not_received --urgent --text -";
    let made = home.command(line).stdin(text).run().ok();
    made["ref"].as_str().expect("a reference").to_owned()
}

/// The lines of `case history` that wrote this value.
fn written(home: &Home, case: &str, value: &str) -> Vec<String> {
    let history = home.ok(&format!("case history {case}"));
    let lines = history.as_array().expect("a list").iter().filter(|line| line["value"] == value);
    lines.map(|line| line["entry"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn what_is_taken_back_before_its_release_never_reaches_anybody_and_what_is_urgent_goes_at_once() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    let rose = &org.rose;
    let (there, regret) = (rose.start(), "mots de trop");
    let address = there.address();
    let here = ali.start_with(&format!("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns --peer {address}"));

    // nobody asks for a sync here: what is urgent goes by itself
    let case = urgent(&ali, "Inventé, pressant.");
    until("an urgent case reaches the other", || count(rose) == json!(1));
    ali.command(&format!("case note {case} --text -")).stdin(regret).run().ok();
    let kept = ali.new_allegation("Inventé, et à reprendre.");
    let outbox = ali.ok("outbox");
    let row = outbox["captured"][0].clone();
    let facts = ["case_id", "left_machine", "held_by_n", "withdrawable"].map(|name| row[name].clone());
    assert_eq!(facts, [json!(kept), json!(false), json!(0), json!(true)], "{outbox}");
    assert!(outbox["waiting"]["entries"].as_u64().is_some_and(|n| n >= 2), "{outbox}");
    assert!(outbox["waiting"]["oldest"].is_string(), "{outbox}");
    let told = ali.command("outbox").in_words().run();
    assert!(told.status.success() && told.stdout.contains(row["ref"].as_str().expect("a reference")), "{told}");

    // they meet meanwhile, and what waits stays
    urgent(rose, "Inventé, de l'autre côté.");
    until("the two have met again", || count(&ali) == json!(3));
    assert_eq!(count(rose), json!(2));
    assert!(written(rose, &case, regret).is_empty());

    // which one is asked, by fields and never by words
    let which = ali.cmd(&format!("case withdraw {case}")).refused(2, "withdraw_which");
    let message = which["message"].as_str().expect("a list");
    let entry = written(&ali, &case, regret).pop().expect("it is there");
    assert!(message.contains(&entry[..8]) && !message.contains(regret), "{message}");
    let birth = written(&ali, &case, "Inventé, pressant.").pop().expect("it is there");
    ali.cmd(&format!("case withdraw {case} {birth}")).refused(1, "entry_offered");
    let back = ali.ok(&format!("case withdraw {case} {}", &entry[..8]));
    assert_eq!((&back["withdrawn"], &back["case_withdrawn"]), (&json!([entry]), &json!(false)), "{back}");
    let listed = ali.cmd(&format!("case withdraw {kept}")).refused(2, "withdraw_which");
    let listed = listed["message"].as_str().expect("a list");
    let whole = listed.split([' ', ';']).find(|word| word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit()));
    let whole = whole.unwrap_or_else(|| panic!("no entry in {listed}")).to_owned();
    let gone = ali.command(&format!("case withdraw {kept} {whole}")).in_words().run();
    assert!(gone.status.success() && gone.stdout.contains("the case is taken back"), "{gone}");
    ali.cmd(&format!("case show {kept}")).refused(3, "ref_not_found");
    assert_eq!(ali.ok("outbox")["captured"], json!([]));

    // then everything is let go, and the words are nowhere
    let stays = ali.new_allegation("Inventé, et gardé.");
    let met = ali.command("sync").arg(&address).run().ok();
    assert_eq!(first_peer(&met)["equal"], true, "{met}");
    assert_eq!((count(rose), count(&ali)), (json!(3), json!(3)));
    assert!(written(rose, &case, regret).is_empty() && !rose.show(&case).to_string().contains(regret));
    rose.cmd(&format!("case show {kept}")).refused(3, "ref_not_found");
    let outbox = ali.ok("outbox");
    let row = &outbox["captured"][0];
    let facts = ["case_id", "left_machine", "held_by_n", "withdrawable"].map(|name| row[name].clone());
    assert_eq!(facts, [json!(stays), json!(true), json!(1), json!(false)], "{outbox}");
    assert_eq!(outbox["waiting"]["entries"], 0, "{outbox}");
    for home in [rose, &ali] {
        assert_eq!(home.ok("verify")["ok"], true);
    }
    drop((here, there));
}
