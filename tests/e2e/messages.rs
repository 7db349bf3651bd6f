//! Messages from WhatsApp and SMS: each joins the case of whoever sent it, once, whoever brings it.

use std::path::{Path, PathBuf};

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/messages").join(name)
}

fn import(home: &Home, format: &str, file: &Path, rest: &str) -> Value {
    home.command(&format!("import --as {format} {rest}")).arg(file.display().to_string()).run().ok()
}

fn code(home: &Home, line: &str, file: &Path) -> String {
    let told = home.command(line).arg(file.display().to_string()).run();
    let error: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
    error["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// How many messages were read, cases opened, messages added and skipped.
fn told(value: &Value) -> [u64; 4] {
    ["rows", "created", "updated", "skipped"].map(|name| value[name].as_u64().unwrap_or_else(|| panic!("{value}")))
}

#[test]
fn the_chats_of_telephones_in_four_languages_are_read() {
    let rose = Home::init("PAM", "JER", "Rose");
    // who wrote what is ours is not for the file to say
    assert_eq!(code(&rose, "import --as whatsapp", &sample("15_whatsapp_android_fr.txt")), "own_not_said");
    let french = import(&rose, "whatsapp", &sample("15_whatsapp_android_fr.txt"), "--own CFM");
    // a notice and a message that was deleted are none; ours follows the case it answers
    assert_eq!(told(&french), [5, 1, 1, 2], "{french}");
    let cases = rose.ok("case list");
    let shown = rose.show(cases[0]["ref"].as_str().expect("a reference"));
    assert_eq!((&shown["channel"], &shown["phone"]), (&json!("whatsapp"), &json!("+000 00 00 01")), "{shown}");
    let text = shown["text"].as_str().unwrap_or_default();
    assert!(text.starts_with("Bonjour, je n'ai pas reçu\nle transfert de mars") && text.contains('['), "{text}");
    assert!(shown["notes"].to_string().contains("quel est votre village"), "{shown}");
    for (name, rest) in [
        ("16_whatsapp_ios_fr.txt", "--own CFM"),
        ("17_whatsapp_android_us.txt", ""),
        ("18_whatsapp_android_es.txt", "--own -"),
        ("19_whatsapp_ios_ar.txt", "--own CFM"),
        ("20_whatsapp_misc_formats.txt", "--own - --dates dmy"),
    ] {
        let home = Home::init("PAM", "JER", "Rose");
        let value = import(&home, "whatsapp", &sample(name), rest);
        assert!(told(&value)[1] >= 1 && value["rejected"] == 0, "{name}: {value}");
    }
    assert_eq!(code(&rose, "import --as whatsapp", &sample("14b_rapidpro_messages.csv")), "no_messages");
}

#[test]
fn a_longer_export_of_a_chat_adds_only_what_is_new_at_whatever_node() {
    let org = Org::founded();
    let (odile, rose) = (org.join("JER", "operator", "Odile"), &org.rose);
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    org.confirm("Odile");
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("chat.txt");
    let chat = |lines: &[&str]| std::fs::write(&file, lines.join("\n")).expect("written");
    let first = ["13/03/2026 09:14 - +235 66 00 00 01: Bonjour", "13/03/2026 09:15 - +235 66 00 00 01: Rien reçu"];
    chat(&first);
    assert_eq!(told(&import(&odile, "whatsapp", &file, "")), [2, 1, 0, 0]);
    let again = import(&odile, "whatsapp", &file, "");
    assert_eq!((told(&again)[1], &again["unchanged"]), (0, &json!(2)), "{again}");
    // more was written, and two alike are two
    let more =
        ["16/03/2026 08:00 - +235 66 00 00 01: Toujours rien", "16/03/2026 08:00 - +235 66 00 00 01: Toujours rien"];
    chat(&[&first[..], &more[..]].concat());
    let trial = import(&odile, "whatsapp", &file, "--dry-run");
    assert_eq!((told(&trial)[2], &trial["dry_run"]), (2, &json!(true)), "{trial}");
    let longer = import(&odile, "whatsapp", &file, "");
    assert_eq!((told(&longer), &longer["unchanged"]), ([4, 0, 2, 0], &json!(2)), "{longer}");
    // a colleague who has met takes in nothing; one who has not writes the same words under the same name
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    let other = import(&odile, "whatsapp", &file, "");
    assert_eq!(other["unchanged"], 4, "{other}");
    assert_eq!(odile.ok("case list --count")["count"], 1);
    let reference = odile.ok("case list")[0]["ref"].as_str().expect("a reference").to_owned();
    let shown = odile.show(&reference);
    assert_eq!(
        shown["received_at"], "2026-03-13T09:14:00Z",
        "when the person wrote, not when the file was read: {shown}"
    );
    let contacts = shown["interactions"].as_array().map_or(0, Vec::len);
    assert_eq!(contacts, 1, "{shown}");
    // closed meanwhile, a new message is a new case, and is not lost
    odile.command(&format!("case answer {reference} --text - --satisfied yes")).stdin("x").run().ok();
    odile.ok(&format!("case triage {reference} --category payment.late"));
    odile.ok(&format!("case close {reference} --as satisfied"));
    chat(&[&first[..], &more[..], &["20/03/2026 08:00 - +235 66 00 00 01: Encore moi"]].concat());
    assert_eq!(told(&import(&odile, "whatsapp", &file, "")), [5, 1, 0, 0]);
}

#[test]
fn grave_words_of_a_message_join_no_ordinary_case() {
    let rose = Home::init("PAM", "JER", "Rose");
    let case = "case new --type complaint --channel hotline --category payment.late --phone +23566000001 --consent given --text -";
    let open = rose.command(case).stdin("Inventé.").run().ok()["ref"].clone();
    let sms = |from: &str, text: &str| rose.command(&format!("intake sms --from {from}")).stdin(text).run().ok();
    let joined = sms("66000001", "Merci, c'est toujours pareil.");
    assert_eq!(
        (&joined["ref"], &joined["joined"], &joined["sealed"]),
        (&open, &json!(true), &json!(false)),
        "{joined}"
    );
    let grave = sms("66000001", "L'agent m'a demandé de coucher avec lui pour avoir ma carte.");
    assert_eq!((&grave["joined"], &grave["sealed"]), (&json!(false), &json!(true)), "{grave}");
    let shown = rose.show(open.as_str().expect("a reference"));
    assert!(!shown.to_string().contains("coucher"), "{shown}");
}

#[test]
fn a_gateway_brings_a_message_in_any_of_its_forms_and_twice_changes_nothing() {
    let rose = Home::init("PAM", "JER", "Rose");
    let one = rose.command("intake sms --from +23566000001 --at 2026-03-01T09:00:00Z").stdin("Bonjour").run().ok();
    let twice = rose.command("intake sms --from +23566000001 --at 2026-03-01T09:00:00Z").stdin("Bonjour").run().ok();
    assert_eq!((&one["known"], &twice["known"]), (&json!(false), &json!(true)), "{twice}");
    let webhook =
        json!({"payload": {"phoneNumber": "+23566000001", "message": "Encore", "receivedAt": "2026-03-01T10:00:00Z"}});
    let told = rose.command("intake sms").stdin(webhook.to_string()).run().ok();
    assert_eq!((&told["joined"], &told["ref"]), (&json!(true), &one["ref"]), "{told}");
    // the table of the gateway brings the same again, and what went out
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sms.csv");
    let table = "Date,Contact,Direction,Text\n2026-03-01T09:00:00Z,+23566000001,Incoming,Bonjour\n\
        2026-03-01T11:00:00Z,+23566000001,Outgoing,Nous regardons\n";
    std::fs::write(&file, table).expect("written");
    let value = import(&rose, "sms", &file, "");
    assert_eq!(
        (&value["unchanged"], &value["updated"], &value["created"]),
        (&json!(1), &json!(1), &json!(0)),
        "{value}"
    );
    assert_eq!(
        rose.show(one["ref"].as_str().expect("a reference"))["answered"],
        false,
        "what went out is no answer yet"
    );
    let rapidpro = import(&rose, "sms", &sample("14b_rapidpro_messages.csv"), "");
    assert_eq!(told_created(&rapidpro), rapidpro["rows"].as_u64().unwrap_or(0), "{rapidpro}");
    // locked: the gateway keeps it
    let locked = rose.command("intake sms --from +23566000009").passphrase("").stdin("x").run();
    assert_eq!(locked.status.code(), Some(4), "{locked}");
    // a telephone system tells of calls
    rose.command("intake call").stdin(r#"{"event":"answer","from":"+23566000001"}"#).run().ok();
    rose.command("intake call").stdin(r#"{"event":"hangup","from":"+23566000001"}"#).run().ok();
    rose.ok("intake call --event missed --from +23566000002");
    assert_eq!(rose.ok("call list --kind missed --count")["count"], 1);
}

fn told_created(value: &Value) -> u64 {
    value["created"].as_u64().unwrap_or(0)
}
