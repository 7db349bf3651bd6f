//! What is amiss is found, told with what to do, and whoever helps from afar gets nothing of a case.

use e2e::{Home, Output};
use serde_json::Value;

fn checks(report: &Value) -> Vec<(&str, &str)> {
    let checks = report["checks"].as_array().expect("a list");
    checks.iter().map(|check| (check["check"].as_str().unwrap_or(""), check["state"].as_str().unwrap_or(""))).collect()
}

fn has(report: &Value, check: &str, state: &str) -> bool {
    checks(report).contains(&(check, state))
}

/// Something is bad: exit 1, and everything not well says what to do.
fn bad(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(1), "{output}");
    let report = output.json();
    assert_eq!(report["ok"], false, "{report}");
    for check in report["checks"].as_array().expect("a list") {
        assert_eq!(check["state"] != "ok", check["advice"].is_string(), "{check}");
        assert!(!check["message"].as_str().unwrap_or("{").contains('{'), "{check}");
    }
    report
}

#[test]
fn a_home_that_works_is_examined_whole_and_a_locked_one_as_far_as_it_goes() {
    let home = Home::init("PAM", "JER", "Rose");
    let report = home.ok("doctor --deep");
    for check in ["store_ok", "store_verified", "store_space", "members_ok", "keys_incarnation", "clock_ok", "home_ok"]
    {
        assert!(has(&report, check, "ok"), "{check}: {report}");
    }
    // nobody met; one person alone holds every audience; a passphrase for tests
    for check in ["peers_never", "audiences_few", "keys_cheap"] {
        assert!(has(&report, check, "warn"), "{check}: {report}");
    }
    let locked = home.command("doctor").passphrase("").run().ok();
    assert!(has(&locked, "store_locked", "warn") && !has(&locked, "store_ok", "ok"), "{locked}");
    assert!(has(&locked, "keys_cheap", "warn"), "{locked}");
    home.command("doctor").passphrase("une autre phrase que celle de Rose").run().refused(4, "wrong_passphrase");
}

#[test]
fn a_node_that_runs_says_where_it_listens() {
    let home = Home::init("PAM", "JER", "Rose");
    let running = home.start();
    let report = home.ok("doctor");
    assert!(has(&report, "network_listening", "ok") && has(&report, "discovery_off", "ok"), "{report}");
    drop(running);
    assert!(has(&home.ok("doctor"), "network_not_running", "warn"));
}

#[test]
fn what_does_not_open_is_bad_and_told_apart() {
    assert!(has(&bad(&Home::empty("Rose").cmd("doctor")), "home_missing", "bad"));

    let home = Home::init("PAM", "JER", "Rose");
    let (keys, store) = (home.folder().join("keys.boucle"), home.folder().join("store.redb"));
    let whole = std::fs::read(&keys).expect("readable");
    std::fs::write(&keys, &whole[..whole.len() / 2]).expect("writable");
    let report = bad(&home.cmd("doctor"));
    assert!(has(&report, "keys_damaged", "bad"), "{report}");
    std::fs::write(&keys, &whole).expect("writable");

    let held = std::fs::read(&store).expect("readable");
    std::fs::write(&store, vec![0x5a; held.len()]).expect("writable");
    let report = bad(&home.cmd("doctor"));
    assert!(has(&report, "store_failed", "bad"), "{report}");

    std::fs::remove_file(&store).expect("removable");
    assert!(has(&bad(&home.cmd("doctor")), "store_missing", "bad"));
}

#[test]
fn the_support_file_holds_nothing_of_a_case_a_person_a_place_or_a_key() {
    let home = Home::init("Secours Zibeline", "QXZ", "Philomene");
    let other = Home::join(&home.invite("QXZ", "operator"), "Barnabe");
    let new = home.command("case new --type complaint --channel hotline --category payment.not_received --text -");
    let new = ["--phone", "+50900007719", "--reporter-name", "Canarine Personne", "--location", "Village Perdu"]
        .into_iter()
        .fold(new, |command, word| command.arg(word));
    let reference = new.stdin("canari-texte").run().ok()["ref"].as_str().expect("a reference").to_owned();
    home.new_allegation("canari-allegation");
    let running = home.start();
    // a peer is known, and something failed, with words in it
    other.ok(&format!("sync {}", running.address()));
    home.cmd("case show QXZ-999-99999-99");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("support.json");
    let write = home.command("support-file --addresses").arg(file.display().to_string());
    write.clone().run().ok();
    let written = std::fs::read_to_string(&file).expect("written");
    write.run().refused(1, "file_exists");
    let told = home.ok("support-file");
    let status = home.ok("status");
    assert_eq!(told["held"]["members"], 2, "{told}");
    assert!(
        told["recent_failures"]
            .as_array()
            .is_some_and(|all| all.iter().any(|f| f["error"] == "ref_check_digits" || f["error"] == "ref_not_found")),
        "{told}"
    );
    assert!(!told.to_string().contains("127.0.0.1") && written.contains("127.0.0.1"), "only when asked for");
    let ids = ["org_id", "device"].map(|name| status[name].as_str().expect("an id")[..8].to_owned());
    let peer = status["peers"][0]["device"].as_str().expect("a peer")[..8].to_owned();
    let folder = home.folder().display().to_string();
    let secrets = [
        "Zibeline",
        "QXZ",
        "Philomene",
        "Barnabe",
        "canari",
        "Canarine",
        "50900007719",
        "Perdu",
        "payment",
        "sea.abuse",
        "sept mots",
        &reference,
        &ids[0],
        &ids[1],
        &peer,
        &folder,
    ];
    for secret in secrets {
        assert!(!told.to_string().contains(secret) && !written.contains(secret), "{secret}: {written}");
    }
    // without a passphrase, too
    drop(running);
    let locked = home.command("support-file").passphrase("").run().ok();
    assert!(locked["held"].is_null() && locked["checks"].is_array(), "{locked}");
}

#[test]
fn completions_and_manual_need_no_home() {
    let home = Home::empty("Rose");
    let script = home.command("completions bash").passphrase("").in_words().run();
    assert!(script.status.success() && script.stdout.contains("boucle"), "{script}");
    assert!(!home.folder().exists());
}
