//! A box, a desk: many cases under one header, counted; slips of paper with references of their own; a node in the background.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

fn refused(home: &Home, line: &str, code: &str) {
    let told = home.cmd(line);
    let error: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
    assert_eq!(error["error"]["code"], code, "{line}");
}

#[test]
fn a_box_is_opened_by_two_and_its_slips_are_counted_against_its_cases() {
    let org = Org::founded();
    let (odile, rose) = (org.join("JER", "operator", "Odile"), &org.rose);
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    org.confirm("Odile");
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    refused(&odile, "session add --text x", "no_session_goes_on");
    refused(&odile, "session open --kind box --slips 3 --opened-by Odile", "two_openers");
    refused(&odile, "session open --kind box --slips 3 --opened-by Odile,odile", "two_openers");
    refused(&odile, "session open --kind box --opened-by Odile,Ali", "slips_not_counted");
    refused(&odile, "session open --kind party", "usage_bad_value");
    let opened = odile.ok("session open --kind box --slips 3 --opened-by Odile,Ali --location Tomat");
    let session = opened["session"].as_str().expect("a session").to_owned();
    refused(&odile, "session open --kind desk", "session_goes_on");
    // what nobody classified stays sealed until somebody does; what is ordinary opens at once
    let add = |line: &str| odile.command(&format!("session add {line} --text -")).stdin("Inventé.").run().ok();
    let first = add("--category payment.late");
    let shown = odile.show(first["ref"].as_str().expect("a reference"));
    let part = |name: &str| shown[name].clone();
    assert_eq!(
        [part("channel"), part("session_id"), part("location")["locality"].clone(), part("type")],
        [json!("box"), json!(session), json!("Tomat"), json!("complaint")],
        "{shown}"
    );
    let second = odile.command("session add --no-recusal --text -").stdin("Inventé.").run().ok();
    assert_eq!(second["restricted"], true, "{second}");
    assert_eq!(odile.ok("session show")["recorded"], 2, "a sealed one is counted where it was typed");
    refused(&odile, "session close", "slips_differ");
    let closed = odile.command("session close --reason -").stdin("Un papier est blanc.").run().ok();
    assert_eq!((&closed["recorded"], &closed["slips"]), (&json!(2), &json!(3)), "{closed}");
    assert_eq!(odile.ok("session show"), Value::Null);
    // it travels, with who opened it and what was found, and is no case
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    let told = rose.ok("session list");
    assert_eq!((told.as_array().map(Vec::len), &told[0]["status"]), (Some(1), &json!("closed")), "{told}");
    let record = rose.show(&session);
    assert_eq!((&record["slips_counted"], &record["opened_by"]), (&json!(3), &json!("Odile, Ali")), "{record}");
    assert!(record.to_string().contains("2 / 3. Un papier est blanc."), "{record}");
    assert_eq!(rose.ok("case list --count")["count"], 2);
    assert_eq!(rose.ok(&format!("case list --session {session} --count"))["count"], 2, "she decides on both");
    assert_eq!(odile.ok(&format!("case list --session {session} --count"))["count"], 1);
}

#[test]
fn a_slip_of_paper_has_the_reference_of_its_case_before_there_is_one() {
    let rose = Home::init("PAM", "REG", "Rose");
    let made = rose.ok("slips print --count 3");
    let slips: Vec<String> =
        made["slips"].as_array().into_iter().flatten().filter_map(|slip| slip.as_str().map(str::to_owned)).collect();
    assert_eq!(slips.len(), 3, "{made}");
    let new = |line: &str| {
        let case = format!("case new --type complaint --channel letter --category payment.late {line} --text -");
        rose.command(&case).stdin("Inventé.").run().ok()
    };
    // a case that was not on paper goes past the reserved ones
    let other = new("")["ref"].as_str().expect("a reference").to_owned();
    assert!(!slips.contains(&other), "{other}");
    let typed = new(&format!("--slip {}", slips[1]));
    assert_eq!(typed["ref"], json!(slips[1]));
    assert_eq!(rose.show(&slips[1])["slip"], json!(slips[1]));
    refused(
        &rose,
        &format!("case new --type complaint --channel letter --category payment.late --slip {} --text x", slips[1]),
        "slip_used",
    );
    refused(
        &rose,
        &format!("case new --type complaint --channel letter --category payment.late --slip {other} --text x"),
        "slip_used",
    );
    // the digits alone are enough
    let digits: String = slips[0].chars().filter(char::is_ascii_digit).collect();
    assert_eq!(new(&format!("--slip {digits}"))["ref"], json!(slips[0]));
    // a number that another mechanism printed stays what it is
    let foreign = new("--slip A-17");
    assert_eq!(rose.ok("find A-17")[0]["ref"], foreign["ref"]);
    // a receipt tells nothing of the matter, and there is none of what is sealed
    let told = rose.command(&format!("slips print --receipt {other} --phone 3000")).in_words().run();
    assert!(told.stdout.contains(&other) && told.stdout.contains("3000"), "{told}");
    assert!(!told.stdout.contains("Inventé"), "{told}");
    let sealed = rose.new_allegation("Inventé.");
    refused(&rose, &format!("slips print --receipt {sealed}"), "no_paper_of_sealed");
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    rose.command("slips print --count 2 --out").arg(page.display().to_string()).run().ok();
    assert!(std::fs::read_to_string(&page).expect("a page").contains("<h1>REG-"));
}

#[cfg(unix)]
#[test]
fn unlocking_starts_a_node_in_the_background_and_locking_ends_it() {
    let rose = Home::init("PAM", "REG", "Rose");
    rose.command("unlock").passphrase("not hers").run().refused(4, "wrong_passphrase");
    let told = rose.ok("unlock");
    assert_eq!((&told["started"], &told["unlocked"]), (&json!(true), &json!(true)), "{told}");
    // nobody is asked again
    let case = rose.command("case list --count").passphrase("").run();
    assert_eq!(case.status.code(), Some(0), "{case}");
    assert_eq!(rose.ok("unlock").get("started"), None, "one runs already");
    assert_eq!(rose.ok("lock")["unlocked"], false);
    // it is gone: the home is free again
    for _ in 0..100 {
        if rose.cmd("run --no-mdns --listen x").stderr.contains("bad_address") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the node in the background did not end");
}

#[test]
fn from_the_menu_a_box_is_opened_read_and_closed() {
    let home = Home::init("PAM", "JER", "Rose");
    let at = home.command("").at_terminal();
    let at = at.answer("Your choice", "6").answer("How many slips", "2").answer("Who opened it", "Rose, Ali");
    let at = at.answer("Place (Enter: not said)", "Tomat").wait_for("goes on");
    // nobody is there to be asked for consent, or called back by telephone
    let at = at.answer("Enter: the next case", "").answer("What is it", "3");
    let at = at.text("What the person says", "The rice is spoiled.").answer("About what", "");
    let at = at.answer("urgent", "").answer("Name of the person", "").answer("Telephone (Enter", "");
    let at = at.answer("Sex", "").answer("Language spoken", "").answer("Place", "").answer("Save?", "");
    // what nobody classified is sealed, so somebody who works here may be meant
    let at = at.answer("someone who works here?", "no").answer("What is alleged", "");
    let at = at.answer("Enter: the next case", "f").answer("Why slips and cases", "One is blank.");
    let ended = at.answer("Your choice", "0").end();
    assert!(ended.status.success(), "{ended}");
    let sessions = home.ok("session list");
    assert_eq!(sessions[0]["status"], "closed", "{sessions}");
    assert_eq!(home.ok("case list --count")["count"], 1);
}
