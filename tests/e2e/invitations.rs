//! Invitations that fell into other hands: altered on the way, or copied.

use crdt_model::roster::Invitation;
use crdt_model::seal::Secret;
use e2e::{Home, Org, Output, RunningNode, first_peer};
use serde_json::Value;

fn sync(from: &Home, to: &RunningNode) -> Output {
    from.command("sync").arg(to.address()).run()
}

/// Codes of what a command warns of.
fn alarms(told: &Value) -> Vec<&str> {
    let mut codes: Vec<&str> =
        told["alarms"].as_array().expect("a list").iter().filter_map(|a| a["code"].as_str()).collect();
    codes.sort_unstable();
    codes
}

fn finds(home: &Home, check: &str) -> bool {
    let told = home.cmd("doctor").json();
    told["checks"].as_array().expect("a list").iter().any(|finding| finding["check"] == check)
}

#[test]
fn an_altered_invitation_is_told_on_both_sides_and_nobody_is_confirmed_on_it() {
    let org = Org::founded();
    let mut told = Invitation::from_text(&org.rose.invite("JER", "operator")).expect("an invitation");
    let psea = told.audiences.iter_mut().find(|key| key.name == "psea").expect("an audience");
    // whoever carried it wants to read what Ali takes down
    psea.pk = Secret([7; 32]).kem_public();
    let ali = Home::join(&told.to_text(), "Ali");
    let (ordinary, sealed) = (ali.new_case("La file commence la nuit."), ali.new_allegation("Le chef a exigé."));
    assert!(alarms(&ali.ok("status")).is_empty(), "nothing can be known yet");

    let rose = org.rose.start();
    let met = sync(&ali, &rose);
    assert_eq!(met.status.code(), Some(1), "{met}");
    let met = met.json();
    assert_eq!((first_peer(&met)["equal"].as_bool(), alarms(&met)), (Some(true), vec!["altered_here"]), "{met}");
    // what was sealed to the forger's key is named, to be taken again
    let retake = met["alarms"][0]["retake"].to_string();
    assert!(!retake.contains(&ordinary) && retake.contains("JER-"), "{met}");
    assert!(!org.rose.show(&sealed).to_string().contains("exigé"));
    assert_eq!(alarms(&org.rose.ok("status")), ["altered_elsewhere"]);
    assert!(finds(&ali, "members_invited_falsely") && finds(&org.rose, "members_altered"));
    let (words, _) = org.rose.command("member confirm Ali").in_words().run().refused_in_words(4);
    assert!(words.contains("Ali"), "{words}");
    org.rose.cmd("member confirm Ali").refused(4, "invitation_altered");

    // from now on, to the true audience
    let later = ali.new_allegation("Il est revenu.");
    assert!(sync(&ali, &rose).status.code() == Some(1), "it is said until somebody invites Ali anew");
    assert!(org.rose.show(&later).to_string().contains("Il est revenu."));
    assert_eq!(org.rose.ok("verify")["ok"], true);
}

#[test]
fn whoever_copies_an_invitation_silences_nobody() {
    let org = Org::founded();
    let text = org.rose.invite("JER", "operator");
    let (ali, copy) = (Home::join(&text, "Ali"), Home::join(&text, "Ali"));
    let rose = org.rose.start();
    // twice each: names are told once the keys have come
    for home in [&ali, &copy, &ali, &copy] {
        sync(home, &rose);
    }
    assert_eq!(alarms(&ali.ok("status")), ["suspended_elsewhere", "suspended_here"]);
    assert_eq!(alarms(&org.rose.ok("status")), ["suspended_elsewhere", "suspended_elsewhere"]);
    // the two have one name: which is meant is said by the digits of the one who is called
    org.rose.cmd("member confirm Ali").refused(3, "member_ambiguous");
    let members = ali.ok("member list");
    let here = members.as_array().expect("a list").iter().find(|member| member["here"] == true).expect("Ali");
    let id = here["id"].as_str().expect("digits").to_owned();
    let case = ali.new_case("Personne ne répond au numéro.");
    let shown = org.rose.ok(&format!("member confirm {id}"));
    let words: Vec<&str> = shown["words"].as_array().expect("six").iter().filter_map(Value::as_str).collect();
    org.rose.ok(&format!("member confirm {id} --words {}", words.join(" ")));
    sync(&ali, &rose).ok();
    assert!(org.rose.show(&case).to_string().contains("Personne ne répond"));
    assert!(alarms(&ali.ok("status")).is_empty());
    // the other is told so by whoever it meets, and what it writes stays with it
    sync(&copy, &rose).refused(6, "peer_refused");
    let lost = copy.ok("case new --type complaint --channel hotline --text x");
    assert!(lost["warnings"].to_string().contains("suspended"), "{lost}");
}

#[test]
fn an_invitation_shown_once_more_opens_nothing_and_its_inviter_is_told() {
    let org = Org::founded();
    let text = org.rose.invite("JER", "operator");
    let ali = Home::join(&text, "Ali");
    let rose = org.rose.start();
    sync(&ali, &rose).ok();
    org.confirm("Ali");
    assert!(alarms(&org.rose.ok("status")).is_empty());
    let thief = Home::join(&text, "Zoe");
    sync(&thief, &rose).refused(6, "peer_refused");
    let told = org.rose.ok("status");
    assert_eq!(alarms(&told), ["invitation_reused"]);
    assert_eq!(told["alarms"][0]["member"], "Ali", "{told}");
    assert!(finds(&org.rose, "invitation_reused"));
    let shown = org.rose.command("status").in_words().run();
    assert!(shown.stdout.contains("a copy of it is in other hands"), "{shown}");
    assert_eq!(thief.ok("case list --count")["count"], 0);
    sync(&ali, &rose).ok();
}
