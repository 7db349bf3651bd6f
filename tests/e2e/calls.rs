//! Calls: timed, about a case, about none, missed and called back; shifts.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

use crate::work::on_day;

fn tasks(home: &Home, day: i64) -> Vec<(String, String)> {
    let told = on_day(home, day, "todo", None);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = told.as_array().expect("a list").iter().filter(|row| row["case_id"].is_string());
    rows.map(|row| (text(&row["task"]), text(&row["ref"]))).collect()
}

fn refused(home: &Home, line: &str, code: &str) {
    let told = home.cmd(line);
    let error: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
    assert_eq!(error["error"]["code"], code, "{line}");
}

#[test]
fn a_call_has_its_times_and_what_is_recorded_in_it_belongs_to_it() {
    let rose = Home::init("PAM", "REG", "Rose");
    let case = "case new --type complaint --channel hotline --category payment.late --consent given --text -";
    let told = rose.command(&format!("{case} --phone +23566112233")).stdin("Inventé.").run().ok();
    let first = told["ref"].clone();
    let begun = rose.ok("call start --phone 0023566112233");
    assert_eq!(begun["earlier"][0]["ref"], first, "{begun}");
    refused(&rose, "call start", "call_goes_on");
    // no telephone is said: that of the call is kept, since the person agrees
    let told = on_day(&rose, 0, case, Some("Inventé, encore."));
    let second = told["ref"].as_str().expect("a reference").to_owned();
    let ended = rose.ok("call end");
    assert_eq!((&ended["ref"], &ended["outcome"]), (&told["ref"], &json!("answered")), "{ended}");
    refused(&rose, "call end --outcome answered", "no_call_goes_on");
    let shown = rose.show(&second);
    let contact = &shown["interactions"][0];
    assert_eq!((&contact["started_at"], &contact["first_contact"]), (&begun["started_at"], &json!(true)), "{shown}");
    assert!(contact["ended_at"].as_str() >= contact["started_at"].as_str(), "{contact}");
    assert_eq!(shown["phone"], "0023566112233");
    // a call about a case that is there
    rose.ok("call start");
    rose.ok(&format!("call end --case {second}"));
    let contacts = rose.show(&second)["interactions"].clone();
    assert_eq!(contacts.as_array().map(Vec::len), Some(2), "{contacts}");
    assert!(contacts[1]["ended_at"].is_string(), "{contacts}");
    assert_eq!(rose.ok("case list --count")["count"], 2);
    assert_eq!(rose.ok("call list --count")["count"], 0);
}

#[test]
fn who_called_in_vain_is_called_back_by_anybody_there_three_times_at_most() {
    let org = Org::founded();
    let (odile, rose) = (org.join("JER", "operator", "Odile"), &org.rose);
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[rose, &odile, &ali], &[(1, 0), (2, 0)]);
    org.confirm("Odile");
    org.confirm("Ali");
    sync_until_equal(&[rose, &odile, &ali], &[(1, 0), (2, 0)]);
    let mut missed = Vec::new();
    for phone in ["+23566000001", "+23566000002"] {
        let noted = odile.ok(&format!("call log --kind missed --phone {phone}"));
        missed.push(noted["ref"].as_str().expect("a reference").to_owned());
    }
    for kind in ["wrong_number", "prank", "silent", "answered"] {
        odile.ok(&format!("call log --kind {kind}"));
    }
    // counted among calls, and among nothing else
    assert_eq!(odile.ok("case list --count")["count"], 0);
    assert_eq!(odile.ok("call list --count")["count"], 6);
    assert_eq!(odile.ok("call list --kind missed,silent --count")["count"], 3);
    assert_eq!(odile.ok("find 66000002")[0]["ref"], json!(missed[1]));
    sync_until_equal(&[rose, &odile, &ali], &[(1, 0), (2, 0)]);
    let waits = |home: &Home| {
        let mut all: Vec<(String, String)> = tasks(home, 0);
        all.sort_by_key(|(_, mark)| mark.clone());
        all
    };
    let both: Vec<_> = missed.iter().map(|mark| ("call_back".to_owned(), mark.clone())).collect();
    assert_eq!((waits(&odile), waits(&ali)), (both.clone(), both));
    // one is reached by a colleague, and nobody calls them again
    ali.ok("call start");
    ali.ok(&format!("call end --case {}", missed[0]));
    sync_until_equal(&[rose, &odile, &ali], &[(1, 0), (2, 0)]);
    assert_eq!(waits(&odile), [("call_back".to_owned(), missed[1].clone())]);
    let told = &odile.show(&missed[0])["interactions"];
    assert_eq!((&told[0]["outcome"], &told[1]["direction"]), (&json!("missed"), &json!("out")), "{told}");
    // the other never answers: three times, then it is enough
    for times in 1..=3 {
        assert_eq!(waits(&odile).len(), 1, "before the {times}th");
        odile.ok(&format!("case attempt {} --outcome no_answer", missed[1]));
    }
    assert_eq!(waits(&odile), []);
    assert_eq!(odile.ok("call list --kind missed --count")["count"], 2, "they are counted");
    // after a day it is late
    let third = odile.ok("call log --kind missed --phone +23566000003")["ref"].clone();
    let told = on_day(&odile, 2, "todo", None);
    assert_eq!((&told[0]["ref"], &told[0]["late"]), (&third, &json!(true)), "{told}");
}

#[test]
fn a_shift_tells_at_its_end_what_was_done_and_what_waits() {
    let rose = Home::init("PAM", "REG", "Rose");
    refused(&rose, "shift end", "no_shift_goes_on");
    rose.ok("shift start");
    refused(&rose, "shift start", "shift_goes_on");
    rose.ok("call start");
    rose.ok("case new --type question --channel hotline");
    rose.ok("call end");
    rose.ok("call log --kind missed --phone +23566000001");
    rose.ok("call log --kind silent");
    rose.ok("call start");
    refused(&rose, "shift end", "call_goes_on");
    rose.ok("call end --outcome cut");
    let told = rose.ok("shift end");
    assert_eq!(told["calls"], json!({"answered": 1, "missed": 1, "silent": 1, "cut": 1}), "{told}");
    assert_eq!((&told["cases"], &told["questions"]), (&json!(1), &json!(1)), "{told}");
    assert!(told["waits"].as_u64().is_some_and(|n| n >= 1), "{told}");
    refused(&rose, "call end --case x --outcome prank", "no_call_goes_on");
    refused(&rose, "call log --kind nothing", "usage_bad_value");
}

#[test]
fn from_the_menu_a_missed_call_is_one_key_and_calling_back_leads_to_the_interview() {
    let home = Home::init("PAM", "JER", "Rose");
    let at = home.command("").at_terminal();
    let at = at.answer("Your choice", "1").answer("How calls and complaints come", "hotline");
    let at = at.answer("Telephone, reference or name", "m").answer("Telephone of the missed call", "+23566000009");
    let at = at.wait_for("called back");
    let at = at.answer("Your choice", "1").answer("Telephone, reference or name", "x");
    let at = at.answer("What kind of call", "2").wait_for("silent");
    // nobody answers, then the person does, and says what it is about
    let at = at.answer("Your choice", "3").answer("Number of the case", "1").answer("answer your call", "n");
    let at = at.answer("How the try ended", "1").answer("Number of the case", "1").answer("answer your call", "y");
    let at = at.answer("What is it", "3").text("What the person says", "The transfer has not come.");
    let at = at.answer("About what", "payment not received").answer("Did anybody ask for money", "n");
    let at =
        at.answer("urgent", "").answer("name and number", "y").answer("in charge", "y").answer("call you back", "y");
    let at = at.answer("Name of the person", "Marie").answer("Telephone (Enter: +235", "");
    let at = at.answer("Sex", "1").answer("Age", "").answer("Language spoken", "").answer("Place", "");
    let at = at.answer("safely", "").answer("Save?", "").wait_for("Dictate the reference");
    let ended = at.answer("Your choice", "0").end();
    assert!(ended.status.success(), "{ended}");
    let cases = home.ok("case list");
    assert_eq!(cases.as_array().map(Vec::len), Some(1), "{cases}");
    let shown = home.show(cases[0]["ref"].as_str().expect("a reference"));
    assert_eq!(shown["phone"], "+23566000009");
    assert!(shown["interactions"][0]["ended_at"].is_string(), "a call from the menu is timed: {shown}");
    assert_eq!(home.ok("call list --count")["count"], 2);
    assert_eq!(tasks(&home, 0).iter().filter(|(task, _)| task == "call_back").count(), 0);
}

/// A payment list as a provider sends it.
const PAYMENTS: &str = "N° carte;Nom du bénéficiaire;Téléphone;Opérateur;Montant;Date\r\n\
AB-12;Marie Désir;+509 37 41 22 91;Moov;15000;12/11/2026\r\n\
AB-13;CANARYNAME Paul;37412292;Moov;15000;12/11/2026\r\n";

#[test]
fn a_payment_list_is_looked_up_at_a_call_stays_on_this_machine_and_goes_on_its_day() {
    let org = Org::founded();
    let (odile, rose) = (org.join("JER", "operator", "Odile"), &org.rose);
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("paiements.csv");
    std::fs::write(&file, PAYMENTS).expect("written");
    let load = |home: &Home| home.command("reference load --as payments --expires 30d").arg(file.display().to_string());
    let loaded = load(&odile).run().ok();
    assert_eq!(loaded["rows"], 2, "{loaded}");
    // in any form of the number, by card, by name
    for typed in ["0050937412291", "ab12", "désir marie"] {
        let told = odile.command("reference find").arg(typed).run().ok();
        assert_eq!(told[0]["fields"]["card_no"], "AB-12", "{typed}: {told}");
        assert_eq!(told.as_array().map(Vec::len), Some(1), "{typed}");
    }
    let begun = odile.ok("call start --phone 37412291");
    assert_eq!(begun["listed"][0]["fields"]["provider"], "Moov", "{begun}");
    odile.ok("call end --outcome answered");
    // nobody else has it, and the disk shows nothing of it
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    assert_eq!(rose.ok("reference list"), json!([]));
    assert_eq!(rose.ok("reference find 37412291"), json!([]));
    for (path, bytes) in odile.files() {
        let is_there = bytes.windows(10).any(|part| part == b"CANARYNAME");
        assert!(!is_there, "{}", path.display());
    }
    // on its day it goes
    assert_eq!(on_day(&odile, 29, "reference list", None).as_array().map(Vec::len), Some(1));
    assert_eq!(on_day(&odile, 31, "reference find 37412291", None), json!([]));
    assert_eq!(odile.ok("reference list"), json!([]), "it is gone for good");
    load(&odile).run().ok();
    assert_eq!(odile.ok("reference drop")["dropped"], json!(["payments"]));
    assert_eq!(odile.ok("reference find 37412291"), json!([]));
    let bad = folder.path().join("autre.csv");
    std::fs::write(&bad, "a;b\r\n1;2\r\n").expect("written");
    let told = odile.command("reference load --as households").arg(bad.display().to_string()).run();
    assert!(told.stderr.contains("reference_no_column"), "{told}");
}
