//! The digest: all that a member may read, and nothing else.

use e2e::{Home, ORDINARY_ACTS, Org, sync, sync_until_equal};

#[test]
fn it_changes_with_every_edit_that_the_member_may_read() {
    let home = Home::init("PAM", "JER", "Rose");
    let mut before = home.digest();
    let new = "case new --type complaint --channel hotline --category payment.not_received --text Inventé.";
    let before_work = [
        new,
        "case set @last project=vivres",
        "case set @last project=transferts",
        "case set @last project=vivres",
        "case set @last phone=+50900000001",
        "case set @last phone=",
        "case note @last --text Inventé.",
    ];
    for line in before_work.into_iter().chain(ORDINARY_ACTS).chain(["case reopen @last --reason Encore.", new]) {
        home.ok(line);
        let after = home.digest();
        assert_ne!(after, before, "{line}");
        before = after;
    }
    assert_eq!(home.ok("digest")["cases"], 2);
}

#[test]
fn it_does_not_change_with_looking_time_or_refusals() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let before = home.ok("digest");
    for line in ["case list", "case show @last", "case history @last", "status", "verify", "member list", "digest"] {
        home.ok(line);
        assert_eq!(home.ok("digest"), before, "{line}");
    }
    home.cmd("case set @last status=closed").refused(2, "field_by_verb");
    home.cmd("case close @last --as satisfied").refused(1, "not_answered");
    assert_eq!(home.ok("digest"), before);
    {
        let _node = home.start();
        assert_eq!(home.ok("digest"), before, "the same through a node that runs");
    }
    assert_eq!(home.ok("digest"), before);
    // the organisation grows; what is known of cases does not
    home.ok("site add MNK --name Manakara --kind committee");
    home.invite("MNK", "operator");
    assert_eq!(home.ok("digest"), before);
}

#[test]
fn it_changes_with_a_conflict_that_a_sync_brings_and_with_its_settling() {
    let org = Org::founded();
    let (ali, awa) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "cfm_manager", "Awa"));
    let case = ali.new_case("Inventé.");
    sync_until_equal(&[&org.rose, &ali, &awa], &[(1, 0), (2, 0)]);
    assert_eq!(ali.digest(), awa.digest());

    // the same value, written twice: nobody has to choose, and yet more is known
    ali.ok(&format!("case set {case} project=vivres"));
    awa.ok(&format!("case set {case} project=transferts"));
    let (before_ali, before_awa) = (ali.digest(), awa.digest());
    assert_ne!(before_ali, before_awa);
    sync(&ali, &awa);
    let conflict = ali.digest();
    assert_eq!(conflict, awa.digest());
    assert!(conflict != before_ali && conflict != before_awa, "a conflict is something to read");

    sync(&ali, &awa);
    assert_eq!((ali.digest(), awa.digest()), (conflict.clone(), conflict.clone()), "a sync without news");
    ali.ok(&format!("case settle {case} project --pick 1"));
    assert_ne!(ali.digest(), conflict);
    sync(&awa, &ali);
    assert_eq!(ali.digest(), awa.digest());
}

#[test]
fn what_the_audience_writes_is_nothing_to_an_operator() {
    let org = Org::founded();
    let olga = org.join("JER", "operator", "Olga");
    let (paule, pia) = (org.join("JER", "focal_psea", "Paule"), org.join("JER", "focal_psea", "Pia"));
    let homes = [&org.rose, &olga, &paule, &pia];
    sync_until_equal(&homes, &[(1, 0), (2, 0), (3, 0)]);
    org.confirm("Paule");
    org.confirm("Pia");
    let case = paule.new_allegation("Récit inventé.");
    sync_until_equal(&homes, &[(1, 0), (2, 0), (3, 0)]);
    assert_eq!(paule.digest(), pia.digest(), "equal rights read the same");
    let (outside, inside) = (olga.digest(), pia.digest());

    paule.command(&format!("case note {case} -")).stdin("Note inventée.").run().ok();
    paule.command(&format!("case act {case} -")).stdin("Orientée vers un service inventé.").run().ok();
    paule.ok(&format!("case assign {case} Pia"));
    sync_until_equal(&homes, &[(2, 0), (1, 0), (3, 0)]);
    assert_eq!(olga.digest(), outside, "she may not read it, so nothing changed for her");
    assert_ne!(pia.digest(), inside, "the audience reads it");
    assert_eq!(paule.digest(), pia.digest());
}
