//! Each check passes what a sound organisation answers, and fails once any one thing in it is not so.

use serde_json::json;

use super::*;

/// `check` passes `good`, and fails with each of these values in the place of what stands there.
fn fails_with(name: &str, check: &dyn Fn(&Value) -> Result<(), Failure>, good: &Value, wrong: &[(&str, Value)]) {
    check(good).unwrap_or_else(|failure| panic!("{name} fails what is good: {failure}"));
    for (place, value) in wrong {
        let mut broken = good.clone();
        let found = broken.pointer_mut(place).unwrap_or_else(|| panic!("{name}: nothing stands at {place}"));
        assert_ne!(found, value, "{name}: {place}");
        *found = value.clone();
        let failure = check(&broken).err().unwrap_or_else(|| panic!("{name} passes {value} at {place}"));
        assert_eq!(failure.code, "demo_stopped", "{name}");
    }
}

fn list(value: &Value) -> Vec<Value> {
    rows(value).cloned().collect()
}

#[test]
fn an_import_of_other_counts_is_no_import_of_the_sample() {
    let good: Value = SUMMARY.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
    for (name, _) in SUMMARY {
        fails_with("import", &|it| import(it).map(drop), &good, &[(&format!("/{name}"), json!(7))]);
    }
    let again = json!({"created": 0, "unchanged": 32});
    let wrong = [("/created", json!(1)), ("/unchanged", json!(31))];
    fails_with("import again", &|it| import_again(it).map(drop), &again, &wrong);
}

#[test]
fn an_edit_that_is_lost_or_a_conflict_that_is_hidden_is_noticed_on_any_node() {
    let case = json!({"partner": "croix-bleue", "location": {"locality": PLACE}, "project": "vivres"});
    let conflict = json!([{"field": "project", "values": [{"value": "vivres"}, {"value": "transferts"}]}]);
    let good = json!({"cases": [case, case], "conflicts": [conflict, conflict]});
    let check = |it: &Value| both_edits("REF", &list(&it["cases"]), &list(&it["conflicts"])).map(drop);
    fails_with(
        "both edits",
        &check,
        &good,
        &[
            ("/cases/1/partner", json!(null)),
            ("/cases/0/location/locality", json!("ailleurs")),
            ("/conflicts/1", json!([])),
            ("/conflicts/0/0/field", json!("partner")),
            ("/conflicts/1/0/values/0/value", json!("transferts")),
        ],
    );
    let good = json!({"cases": [case, case], "conflicts": [[], []]});
    let check = |it: &Value| settled("vivres", &list(&it["cases"]), &list(&it["conflicts"])).map(drop);
    let wrong = [("/cases/1/project", json!("eau")), ("/conflicts/1", conflict.clone())];
    fails_with("settled", &check, &good, &wrong);
}

#[test]
fn whatever_is_shown_of_a_restricted_case_is_noticed() {
    let row = json!({"case_id": "c1", "status": "restricted", "ref": null, "category": null, "channel": null,
        "type": null, "sensitivity": null, "received_at": null});
    let good = json!({"list": [row], "case": {"allegation": {"withheld": "sensitive"}, "notes": ""}, "history": [""]});
    let check = |it: &Value| sees_nothing("Ali", "c1", &it["list"], &it["case"], &it["history"]);
    fails_with(
        "office cannot",
        &check,
        &good,
        &[
            ("/list", json!([])),
            ("/list/0/status", json!("new")),
            ("/list/0/ref", json!("REF")),
            ("/list/0/category", json!("sea.abuse")),
            ("/list/0/channel", json!("committee")),
            ("/list/0/type", json!("complaint")),
            ("/list/0/sensitivity", json!("s2")),
            ("/list/0/received_at", json!("2026-11-30")),
            ("/case/allegation", json!([{"text": "Récit inventé."}])),
            ("/case/notes", json!(ALLEGATION)),
            ("/history/0", json!(ALLEGATION)),
        ],
    );
}

#[test]
fn a_focal_point_who_does_not_read_it_is_noticed() {
    let good = json!({"allegation": [{"text": ALLEGATION}], "category": "sea.abuse", "ref": "REF"});
    fails_with(
        "focal can",
        &|it| focal_can("REF", it).map(drop),
        &good,
        &[
            ("/allegation", json!({"withheld": "sensitive"})),
            ("/allegation/0/text", json!(CANARY)),
            ("/category", json!(null)),
            ("/ref", json!("OTHER")),
        ],
    );
}

#[test]
fn a_loop_closed_by_less_than_a_satisfied_person_is_noticed() {
    let closed = json!({"status": "closed", "loop_closed": true});
    let good = json!({"open": [{"loop_closed": false}], "early": "not_satisfied", "closed": [closed, closed]});
    let check = |it: &Value| loop_closed("REF", &list(&it["open"]), word(it, "early"), &list(&it["closed"])).map(drop);
    fails_with(
        "loop",
        &check,
        &good,
        &[
            ("/open/0/loop_closed", json!(true)),
            ("/early", json!("")),
            ("/early", json!("not_permitted")),
            ("/closed/1/status", json!("answered")),
            ("/closed/0/loop_closed", json!(false)),
        ],
    );
}

#[test]
fn a_file_that_lost_something_on_its_way_is_noticed() {
    let scopes = json!([{"id": "b", "entries": 2, "fingerprint": "2"}, {"id": "a", "entries": 1, "fingerprint": "1"}]);
    let turned = json!([scopes[1], scopes[0]]);
    let good =
        json!({"out": {"entries": 3}, "in": {"new": 3, "missing": 0}, "back": {"back": 2}, "of": [scopes, turned]});
    let check =
        |it: &Value| bundle(&it["out"], &it["in"], &it["back"], [it["of"][0].clone(), it["of"][1].clone()]).map(drop);
    fails_with(
        "bundle",
        &check,
        &good,
        &[
            ("/out/entries", json!(0)),
            ("/in/new", json!(2)),
            ("/in/missing", json!(1)),
            ("/back/back", json!(0)),
            ("/of/1/0/fingerprint", json!("3")),
        ],
    );
    let good = json!([scopes, turned, turned]);
    fails_with(
        "same entries",
        &|it| same_entries(list(it)).map(drop),
        &good,
        &[("/1/0/entries", json!(9)), ("/2/1/fingerprint", json!("3")), ("/2", json!([])), ("", json!([[], [], []]))],
    );
}

#[test]
fn nodes_that_read_differently_or_have_news_or_are_not_in_order_are_noticed() {
    let good = json!([{"cases": 3, "digest": "d"}, {"cases": 3, "digest": "d"}]);
    let wrong = [("/0/cases", json!(2)), ("/1/digest", json!("e")), ("", json!([{}, {}]))];
    fails_with("same digest", &|it| same_digest(&it[0], &it[1]).map(drop), &good, &wrong);
    let good =
        json!({"entries_sent": 0, "entries_received": 0, "round_trips": 1, "bytes_sent": 200, "bytes_received": 200});
    fails_with(
        "quiet",
        &|it| quiet(it).map(drop),
        &good,
        &[
            ("/entries_sent", json!(1)),
            ("/entries_received", json!(1)),
            ("/round_trips", json!(2)),
            ("/bytes_received", json!(201)),
        ],
    );
    let good = json!([{"ok": true, "entries": 5}, {"ok": true, "entries": 5}]);
    let wrong = [("/1/ok", json!(false)), ("/0/entries", json!(0))];
    fails_with("verified", &|it| verified(&list(it)).map(drop), &good, &wrong);
}

#[test]
fn whatever_is_left_is_noticed() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let socket = folder.path().join("node.sock");
    assert!(clean(3, false, &[&socket]).is_ok());
    std::fs::write(&socket, b"")?;
    let left = clean(3, false, &[&socket]).expect_err("it is there");
    assert!(left.args[0].1.ends_with("node.sock is left"), "{left}");
    Ok(())
}

#[test]
fn words_on_a_disk_are_found_in_whatever_folder() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    assert!(without(folder.path(), CANARY).is_err(), "nothing was searched");
    std::fs::create_dir_all(folder.path().join("a/b"))?;
    std::fs::write(folder.path().join("a/b/clean"), b"nothing")?;
    assert!(matches!(without(folder.path(), CANARY), Ok(7)));
    std::fs::write(folder.path().join("a/b/dirty"), format!("\0\0{ALLEGATION}\0"))?;
    assert!(without(folder.path(), CANARY).is_err());
    Ok(())
}

#[test]
fn what_is_not_so_is_told_with_what_was_expected() {
    let failure = same("created", 30, 31).expect_err("they differ");
    assert_eq!((failure.code, failure.args), ("demo_stopped", vec![("why", "created: 30 ≠ 31".to_owned())]));
}
