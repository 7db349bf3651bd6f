//! Who is told of a case outside the mechanism, by when, and with what.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

fn todo(home: &Home, task: &str) -> Vec<(Value, Value)> {
    let told = home.ok("todo");
    let rows = told.as_array().expect("a list").iter().filter(|row| row["task"] == task);
    rows.map(|row| (row["case_id"].clone(), row["late"].clone())).collect()
}

fn refused(home: &Home, line: &str) -> Value {
    let told = home.cmd(line);
    serde_json::from_str::<Value>(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"))["error"]["code"].clone()
}

#[test]
fn a_notice_is_owed_to_whoever_reads_the_case_and_says_no_more_than_consent_allows() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok(
        "taxonomy add body hq --label fr=Siège --label en=Headquarters --within 24 --reach +41220000000 --audience psea \
         --fields category,reporter_name,allegation",
    );
    let ali = org.join("JER", "cfm_manager", "Ali");
    let nadia = org.join("JER", "focal_psea", "Nadia");
    let all = [rose, &ali, &nadia];
    let meet = || sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    meet();
    org.confirm("Ali");
    org.confirm("Nadia");
    meet();
    assert_eq!(
        refused(&ali, "taxonomy add body donor --label Bailleur"),
        "not_permitted",
        "who is told is for the coordination"
    );
    let line = "case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation -";
    let made = ali.command(line).arg("--reporter-name").arg("Inventée").stdin("Inventé.").run().ok();
    let id = made["case_id"].as_str().expect("an id").to_owned();
    let ordinary = ali.new_case("Inventé.");
    meet();

    // whoever reads it is told to tell; nobody else hears of it
    assert_eq!(todo(&nadia, "notify"), [(json!(id), json!(false))]);
    assert_eq!(todo(&ali, "notify"), [], "whoever captured it and reads nothing of it");
    let clocks = nadia.show(&id)["clocks"].clone();
    let clock = clocks.as_array().expect("clocks").iter().find(|clock| clock["step"] == "notify").expect("it runs");
    assert_eq!((&clock["body"], &clock["label"]), (&json!("hq"), &json!("Headquarters")));
    // late is overdue: two days from now
    let late = nadia.command("todo").clock_off(2 * 86_400).run().ok();
    let line = late.as_array().expect("a list").iter().find(|row| row["task"] == "notify").expect("still there");
    assert_eq!(line["late"], true);

    // told, without who she is; the reply says what went and what was kept
    let told =
        nadia.command(&format!("case notify {id} --body siege --by phone --text -")).stdin("Inventé.").run().ok();
    assert_eq!(told["notice"]["fields"], json!(["category", "allegation"]), "{told}");
    assert_eq!(told["notice"]["kept_back"], json!(["reporter_name"]), "{told}");
    assert_eq!(told["notice"]["reach"], "+41220000000");
    assert_eq!(todo(&nadia, "notify"), []);
    nadia.ok(&format!("case consent {id} share_identity_in_sensitive given --means oral"));
    let told = nadia.ok(&format!("case notify {id} --body hq --by email"));
    assert_eq!(told["notice"]["fields"], json!(["category", "reporter_name", "allegation"]), "{told}");
    let notices = nadia.show(&id)["notices"].clone();
    assert_eq!(notices.as_array().map(Vec::len), Some(2), "{notices}");
    assert_eq!((&notices[0]["by"], &notices[0]["means"]), (&json!("Nadia"), &json!("phone")));
    meet();
    // sealed: who captured it reads nothing of it
    assert!(ali.cmd(&format!("case show {id}")).stdout.find("hq").is_none());
    assert_eq!(refused(&ali, &format!("case notify {ordinary} --body nobody --by phone")), "not_listed");
    // a notice of an ordinary case is the operator's to give as well
    ali.ok(&format!("case notify {ordinary} --body hq --by letter"));

    // handed over to the body by its name: it is told with it
    let other =
        nadia.command("case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation -");
    let other = other.stdin("Inventé.").run().ok()["case_id"].as_str().expect("an id").to_owned();
    nadia.ok(&format!("case assign {other} me"));
    nadia.command(&format!("case handover {other} --receipt - --to Headquarters")).stdin("Reçu.").run().ok();
    let shown = nadia.show(&other);
    assert_eq!((&shown["closure"], &shown["actions"][0]["on_behalf_of"]), (&json!("handed_over"), &json!("Siège")));
    assert_eq!(todo(&nadia, "notify"), []);
    for home in all {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
}
