//! Two people, one case, no network: nothing is lost, and what contradicts is shown until somebody settles it.

use e2e::{Home, Org, same_entries, sync};
use serde_json::{Value, json};

/// Ali and Awa, with equal rights at one office, who both hold one ordinary case.
struct Pair {
    /// Whose founder brought both in.
    org: Org,
    ali: Home,
    awa: Home,
    case: String,
}

impl Pair {
    fn new() -> Self {
        let org = Org::founded();
        let (ali, awa) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "cfm_manager", "Awa"));
        e2e::sync_until_equal(&[&org.rose, &ali, &awa], &[(1, 0), (2, 0)]);
        let case = ali.new_case("Inventé.");
        let pair = Self { org, ali, awa, case };
        pair.meet();
        pair
    }

    /// Both hold the same afterwards, and read the same.
    fn meet(&self) {
        sync(&self.ali, &self.awa);
        assert!(same_entries(&[&self.ali, &self.awa]));
        assert_eq!(self.ali.digest(), self.awa.digest());
    }

    fn both(&self) -> [&Home; 2] {
        [&self.ali, &self.awa]
    }

    /// An act on the case: `{}` stands for its reference.
    fn act(&self, who: &Home, line: &str) -> Value {
        who.ok(&line.replace("{}", &self.case))
    }

    fn acts(&self, who: &Home, lines: &[&str]) {
        lines.iter().for_each(|line| drop(self.act(who, line)));
    }

    /// What both see of the case; it must be the same.
    fn seen(&self, field: &str) -> Value {
        let [ali, awa] = self.both().map(|home| home.show(&self.case)[field].clone());
        assert_eq!(ali, awa, "{field}");
        ali
    }

    /// The conflicts that both see; the same ones.
    fn conflicts(&self) -> Vec<Value> {
        let [ali, awa] = self.both().map(|home| home.ok(&format!("case conflicts {}", self.case)));
        assert_eq!(ali, awa);
        ali.as_array().expect("a list").clone()
    }
}

/// From a fresh case to one that is answered, with a person who is satisfied.
const UP_TO_SATISFIED: [&str; 7] = [
    "case triage {} --category payment.not_received",
    "case assign {} me",
    "case accept {}",
    "case consent {} contact_back given --means oral",
    "case resolve {} --text Payé.",
    "case answer {} --text Payé.",
    "case answer {} --satisfied yes",
];

fn values(conflict: &Value) -> Vec<&str> {
    let values = conflict["values"].as_array().expect("values of a conflict").iter();
    values.map(|one| one["value"].as_str().expect("a code or text")).collect()
}

#[test]
fn the_same_field_edited_apart_shows_both_values_until_one_is_chosen() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} project=vivres");
    pair.act(&pair.awa, "case set {} project=transferts");
    assert_eq!(pair.conflicts(), [] as [Value; 0], "before they meet nobody can know");
    pair.meet();

    let conflicts = pair.conflicts();
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    let conflict = &conflicts[0];
    assert_eq!((&conflict["ref"], &conflict["field"]), (&json!(pair.case), &json!("project")));
    let mut sorted = values(conflict);
    sorted.sort_unstable();
    assert_eq!(sorted, ["transferts", "vivres"]);
    for one in conflict["values"].as_array().expect("values") {
        let (who, home) = if one["value"] == "vivres" { ("Ali", &pair.ali) } else { ("Awa", &pair.awa) };
        assert_eq!((&one["by"], &one["device"]), (&json!(who), &home.ok("status")["device"]), "{one}");
        assert!(one["at"].as_str().is_some_and(|at| at.ends_with('Z')), "{one}");
    }
    for home in pair.both() {
        assert_eq!(home.ok("status")["conflicts"], 1);
        assert_eq!(home.ok("case conflicts"), json!(conflicts), "without a reference: those of every case");
    }

    let chosen = values(conflict)[1].to_owned();
    pair.act(&pair.awa, "case settle {} project --pick 2");
    pair.meet();
    assert_eq!(pair.conflicts(), [] as [Value; 0]);
    assert_eq!(pair.seen("project"), json!(chosen));
    pair.ali.cmd(&format!("case settle {} project --pick 1", pair.case)).refused(3, "no_conflict");
}

#[test]
fn a_pick_that_is_not_there_settles_nothing() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} project=vivres");
    pair.act(&pair.awa, "case set {} project=transferts");
    pair.meet();
    let before = pair.ali.digest();
    pair.ali.cmd(&format!("case settle {} project --pick 3", pair.case)).refused(2, "no_such_pick");
    pair.ali.cmd(&format!("case settle {} partner --pick 1", pair.case)).refused(3, "no_conflict");
    assert_eq!(pair.ali.digest(), before);
    assert_eq!(pair.conflicts().len(), 1);
}

#[test]
fn personal_words_edited_apart_are_both_kept_too() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} phone=+50900000001");
    pair.act(&pair.awa, "case set {} phone=+50900000002");
    pair.meet();
    let conflicts = pair.conflicts();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0]["field"], "phone");
    assert_eq!(values(&conflicts[0]).len(), 2);
    pair.act(&pair.ali, "case settle {} phone --pick 1");
    pair.meet();
    assert_eq!(pair.conflicts(), [] as [Value; 0]);
}

#[test]
fn a_value_that_followed_the_other_is_no_conflict() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} project=vivres");
    pair.meet();
    pair.act(&pair.awa, "case set {} project=transferts");
    pair.meet();
    assert_eq!(pair.conflicts(), [] as [Value; 0]);
    assert_eq!(pair.seen("project"), "transferts");
}

#[test]
fn two_who_settle_differently_are_asked_again() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} project=vivres");
    pair.act(&pair.awa, "case set {} project=transferts");
    pair.meet();
    pair.act(&pair.ali, "case settle {} project --pick 1");
    pair.act(&pair.awa, "case settle {} project --pick 2");
    pair.meet();
    assert_eq!(pair.conflicts().len(), 1, "two choices are a new question");
    pair.act(&pair.ali, "case settle {} project --pick 1");
    pair.meet();
    assert_eq!(pair.conflicts(), [] as [Value; 0]);
}

#[test]
fn different_fields_are_both_kept_without_a_conflict() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &["case set {} project=vivres", "case note {} --text Ali", "case set {} phone=+50900000001"]);
    pair.acts(&pair.awa, &["case set {} partner=croix", "case note {} --text Awa", "case set {} household_id=GA-1"]);
    pair.meet();
    assert_eq!(pair.conflicts(), [] as [Value; 0]);
    let kept = ["project", "partner", "phone", "household_id"].map(|field| pair.seen(field));
    assert_eq!(kept, [json!("vivres"), json!("croix"), json!("+50900000001"), json!("GA-1")]);
    let notes = pair.seen("notes").to_string();
    assert!(notes.contains("Ali") && notes.contains("Awa"), "{notes}");
}

#[test]
fn a_stale_status_never_regresses() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED[..5]);
    assert_eq!(pair.ali.show(&pair.case)["status"], "resolved");
    // Awa has heard nothing of it
    pair.acts(&pair.awa, &["case triage {} --category payment.not_received", "case assign {} me"]);
    assert_eq!(pair.awa.show(&pair.case)["status"], "assigned");
    pair.meet();
    assert_eq!(pair.seen("status"), "resolved");
}

#[test]
fn reopening_beats_a_closing_it_never_saw() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED);
    pair.meet();
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.acts(&pair.awa, &["case close {} --as satisfied", "case reopen {} --reason Nouveau"]);
    pair.meet();
    assert_eq!(pair.seen("status"), "reopened");
    assert_eq!(pair.seen("loop_closed"), false);
    // and the new round can be closed in its turn
    pair.acts(&pair.ali, &["case assign {} me", "case accept {}", "case resolve {} --text Payé."]);
    pair.acts(&pair.ali, &["case answer {} --text Payé.", "case answer {} --satisfied yes"]);
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.meet();
    assert_eq!((pair.seen("status"), pair.seen("loop_closed")), (json!("closed"), json!(true)));
}

#[test]
fn reopening_beats_the_closing_it_answers() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED);
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.meet();
    assert_eq!((pair.seen("status"), pair.seen("loop_closed")), (json!("closed"), json!(true)));
    // both reopen: one new round, not two
    pair.act(&pair.ali, "case reopen {} --reason Nouveau");
    pair.act(&pair.awa, "case reopen {} --reason Encore");
    pair.meet();
    assert_eq!((pair.seen("status"), pair.seen("epoch")), (json!("reopened"), json!(1)));
}

#[test]
fn a_note_after_a_closing_unseen_leaves_it_closed() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED);
    pair.meet();
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.act(&pair.awa, "case note {} --text Rappeler");
    pair.meet();
    assert_eq!(pair.seen("status"), "closed");
    assert!(pair.seen("notes").to_string().contains("Rappeler"));
}

#[test]
fn two_closings_for_different_reasons_are_no_closed_loop() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED);
    pair.meet();
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.act(&pair.awa, "case close {} --as withdrawn");
    pair.meet();
    assert_eq!((pair.seen("status"), pair.seen("loop_closed")), (json!("closed"), json!(false)));
    assert_eq!(pair.conflicts().len(), 1, "the reason is asked for");
}

#[test]
fn no_longer_satisfied_reopens_the_loop() {
    let pair = Pair::new();
    pair.acts(&pair.ali, &UP_TO_SATISFIED);
    pair.meet();
    pair.act(&pair.ali, "case close {} --as satisfied");
    pair.act(&pair.awa, "case answer {} --satisfied no");
    pair.meet();
    assert_eq!(pair.seen("loop_closed"), false);
    // somebody is to decide
    for home in pair.both() {
        let waits = home.ok("todo");
        let decide = waits.as_array().into_iter().flatten().filter(|line| line["task"] == "decide");
        assert_eq!(decide.count(), 1, "{waits}");
    }
}

#[test]
fn two_categories_said_apart_are_both_kept_and_the_graver_protects() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case set {} category=payment.late");
    pair.act(&pair.awa, "case set {} category=payment.agent_fee");
    pair.meet();
    let conflicts = pair.conflicts();
    assert_eq!((conflicts.len(), &conflicts[0]["field"]), (1, &json!("category")), "{conflicts:?}");
    // one is ordinary, the other confidential
    assert_eq!(pair.seen("sensitivity"), "s1");
}

#[test]
fn words_written_while_it_was_sealed_come_into_the_seal_and_stay_nowhere_else() {
    let pair = Pair::new();
    let case_id = pair.seen("case_id").as_str().expect("an id").to_owned();
    pair.act(&pair.ali, "case seal {} --audience psea --reason Grave --no-recusal");
    pair.act(&pair.awa, "case note {} --text canariNote");
    assert!(pair.act(&pair.awa, "case show {}").to_string().contains("canariNote"), "the control: it was there");
    sync(&pair.ali, &pair.awa);
    sync(&pair.ali, &pair.awa);
    // both sealed it away from themselves: neither is of that audience
    for home in pair.both() {
        let shown = home.show(&case_id);
        assert_eq!(shown["status"], "restricted", "{shown}");
        assert!(!shown.to_string().contains("canariNote"), "{shown}");
    }
    // the founder sits in the audience
    let rose = &pair.org.rose;
    e2e::sync_until_equal(&[rose, &pair.ali, &pair.awa], &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    let inside = rose.show(&case_id);
    assert!(inside["notes"].to_string().contains("canariNote"), "{inside}");
}

#[test]
fn given_to_two_people_apart_both_have_it_until_one_takes_it_up() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case assign {} Ali");
    pair.act(&pair.awa, "case assign {} Awa");
    pair.meet();
    let conflicts = pair.conflicts();
    assert_eq!((conflicts.len(), &conflicts[0]["field"]), (1, &json!("assignee")), "{conflicts:?}");
    for (home, name) in [(&pair.ali, "Ali"), (&pair.awa, "Awa")] {
        let mine = home.ok("case list --assignee me");
        assert_eq!(mine.as_array().map(Vec::len), Some(1), "{name}: {mine}");
        assert!(home.ok("todo").to_string().contains(&pair.case), "{name}");
    }
    pair.act(&pair.awa, "case accept {}");
    pair.meet();
    assert_eq!((pair.seen("status"), pair.conflicts().len()), (json!("in_progress"), 0));
    let [of_ali, of_awa] = pair.both().map(|home| home.ok("case list --assignee me").as_array().map_or(0, Vec::len));
    assert_eq!((of_ali, of_awa), (0, 1));
}

#[test]
fn passed_on_to_two_outside_apart_both_referrals_live() {
    let pair = Pair::new();
    pair.act(&pair.ali, "case refer {} --by phone --outside Mairie");
    pair.act(&pair.awa, "case refer {} --by email --outside Banque");
    pair.meet();
    let shown = pair.seen("referrals").to_string();
    assert!(shown.contains("Mairie") && shown.contains("Banque"), "{shown}");
}

#[test]
fn moved_to_two_sites_apart_both_go_on_under_one_reference_and_a_person_closes_one() {
    let pair = Pair::new();
    let rose = &pair.org.rose;
    for (site, name) in [("PES", "Pestel"), ("BOL", "Bol")] {
        rose.ok(&format!("site add {site} --name {name} --kind office --parent JER"));
    }
    let all = [rose, &pair.ali, &pair.awa];
    let meet = || e2e::sync_until_equal(&all, &[(1, 0), (2, 0), (1, 0), (2, 0)]);
    meet();
    pair.org.confirm("Ali");
    pair.org.confirm("Awa");
    meet();
    pair.act(&pair.ali, "case move {} --site PES");
    pair.act(&pair.awa, "case move {} --site BOL");
    meet();
    let case = &pair.case;
    let old = rose.show(&format!("{case}@JER"));
    assert_eq!((&old["status"], &old["closure"]), (&json!("closed"), &json!("moved")), "{old}");
    let [pes, bol] = ["PES", "BOL"].map(|site| rose.show(&format!("{case}@{site}")));
    assert_eq!((&pes["ref"], &bol["ref"]), (&json!(case), &json!(case)));
    let (pes, bol) = (format!("{case}@PES"), format!("{case}@BOL"));
    rose.ok(&format!("case merge {bol} {pes}"));
    assert_eq!(rose.show(&bol)["closure"], "duplicate");
    assert_ne!(rose.show(&pes)["status"], "closed");
}
