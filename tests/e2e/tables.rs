//! The tables that an organisation keeps itself: by what a case is coded, and who may add to it.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

fn new(home: &Home, rest: &str) -> Value {
    let line = format!("case new --type complaint --channel hotline --category payment.not_received {rest} --text -");
    home.command(&line).stdin("Inventé.").run().ok()
}

fn refused(home: &Home, line: &str) -> Value {
    let told = home.cmd(line);
    serde_json::from_str::<Value>(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"))["error"].clone()
}

#[test]
fn a_field_is_free_until_its_table_has_a_row_and_then_takes_codes_and_names_alone() {
    let org = Org::founded();
    let rose = &org.rose;
    // the first day: nobody is kept from working
    let free = new(rose, "--project projet-a --partner X --admin1 ht08");
    let free = free["ref"].as_str().expect("a reference").to_owned();
    rose.ok("taxonomy add project CASH --label fr=Transferts --label en=Cash");
    let odile = org.join("JER", "operator", "Odile");
    sync_until_equal(&[rose, &odile], &[(1, 0), (1, 0)]);
    org.confirm("Odile");
    sync_until_equal(&[rose, &odile], &[(1, 0)]);

    // a code or a name, as it is typed; the code is kept
    for typed in ["cash", "CASH", "transferts"] {
        let case = new(&odile, &format!("--project {typed}"))["ref"].as_str().expect("a reference").to_owned();
        assert_eq!(odile.show(&case)["project"], "CASH", "{typed}");
    }
    assert_eq!(odile.ok("case list --project transferts --count"), json!({"count": 3}));
    let shown = odile.command("case show @last").in_words().run().stdout;
    assert!(shown.contains("Cash") && !shown.contains("CASH"), "{shown}");

    // another is refused, with what may be meant and what to do; whoever may add it is told so
    let line = "case set @last project=cach";
    let error = refused(&odile, line);
    assert_eq!((&error["code"], &error["where"]["field"]), (&json!("not_listed"), &json!("project")), "{error}");
    assert!(
        error["hint"].as_str().is_some_and(|hint| hint.contains("CASH") && !hint.contains("taxonomy add")),
        "{error}"
    );
    let error = refused(rose, &format!("case set {free} project=cach"));
    assert!(error["hint"].as_str().is_some_and(|hint| hint.contains("boucle taxonomy add project")), "{error}");
    assert_eq!(refused(&odile, "taxonomy add project VIV --label Vivres")["code"], "not_permitted");
    // what was said before stands, and other tables are as free as before
    assert_eq!(rose.show(&free)["project"], "projet-a");
    rose.ok(&format!("case set {free} partner=Y"));

    // closed: not offered, kept by the cases that have it
    rose.ok("taxonomy set project transferts --label fr=Argent --close");
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    assert_eq!(odile.show("@last")["labels"]["project"], "Cash");
    assert_eq!(refused(&odile, &format!("case set {free} project=CASH"))["code"], "not_offered");
    assert_eq!(odile.show("@last")["project"], "CASH");
    // languages and outcomes are there from the first day
    odile.ok("case set @last spoken_language=Haoussa");
    assert_eq!(odile.show("@last")["spoken_language"], "ha");
    odile.ok("case assign @last me");
    assert_eq!(refused(&odile, "case resolve @last --outcome n'importe --text x")["code"], "not_listed");
    odile.command("case resolve @last --text x --outcome").arg("Payé").run().ok();
    assert_eq!(odile.show("@last")["resolution"]["outcome"], "paid");
    for home in [rose, &odile] {
        assert_eq!(home.ok("verify")["problems"], json!([]));
    }
}

#[test]
fn tables_come_in_and_go_out_as_a_file_and_a_bad_one_changes_nothing() {
    let rose = Home::init("PAM", "REG", "Rose");
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let places = "[[place]]\ncode = \"HT08\"\nlabel = { fr = \"Grand'Anse\" }\n\
                  [[place]]\ncode = \"HT0811\"\nlabel = { fr = \"Jérémie\" }\nparent = \"HT08\"\n";
    std::fs::write(at("places.toml"), places).expect("written");
    let told = rose.ok(&format!("taxonomy import {}", at("places.toml")));
    assert_eq!((&told["added"], &told["changed"], &told["unchanged"]), (&json!(2), &json!(0), &json!(0)), "{told}");
    assert_eq!(rose.ok(&format!("taxonomy import {}", at("places.toml")))["unchanged"], 2);
    rose.ok(&format!("taxonomy export {}", at("all.toml")));
    let other = Home::init("ONG", "REG", "Awa");
    assert_eq!(other.ok(&format!("taxonomy import {}", at("all.toml")))["added"], 2);
    for bad in [places.replace("HT08\"\nlabel", "ht08\"\nlabel"), places.replace("[[place]]", "[[plase]]"), "[[".into()]
    {
        std::fs::write(at("bad.toml"), bad).expect("written");
        assert_eq!(refused(&rose, &format!("taxonomy import {}", at("bad.toml")))["code"], "taxonomy_file_bad");
    }
    // a place by its name: its code is kept
    new(&rose, "--admin1 grand'anse --admin2 jeremie");
    let location = rose.show("@last")["location"].clone();
    assert_eq!((&location["admin1"], &location["admin2"]), (&json!("HT08"), &json!("HT0811")));
}

#[test]
fn an_import_keeps_what_no_table_knows_and_lists_it_once() {
    let rose = Home::init("PAM", "REG", "Rose");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("forms.csv");
    let head = "start;end;canal;categories;langue;departement;consentement;details;_uuid;_id";
    let row = |n: u32, language: &str, place: &str| {
        format!(
            "2026-03-02T09:00:00+01:00;2026-03-02T09:10:00+01:00;ligne_verte;payment.not_received;{language};{place};oui;\
             Inventé {n}.;d5e638fe-7d8e-4ea5-a5b1-70fe6de8b5{n:02};{n}"
        )
    };
    let rows = [row(1, "Fulfulde du Nord", "HT08"), row(2, "Fulfulde du Nord", "ht09"), row(3, "Haoussa", "ht09")];
    std::fs::write(&file, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    rose.ok("taxonomy add place HT08 --label Grand'Anse");
    rose.ok("taxonomy add partner ONG --label Partenaire");
    assert_eq!(refused(&rose, &format!("import {} --as kobo --partner autre", file.display()))["code"], "not_listed");
    let told = rose.ok(&format!("import {} --as kobo --partner partenaire", file.display()));
    assert_eq!(told["created"], 3, "{told}");
    let listed: Vec<&str> = told["warnings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|warning| warning["code"] == "unlisted_value")
        .filter_map(|warning| warning["message"].as_str())
        .collect();
    assert_eq!(listed.len(), 2, "{told}");
    assert!(listed.iter().any(|line| line.contains("Fulfulde du Nord") && line.contains("2 rows")), "{listed:?}");
    assert!(listed.iter().any(|line| line.contains("ht09") && line.contains("2 rows")), "{listed:?}");
    let cases = rose.ok("case list");
    let notes = |case: &Value| rose.show(case["ref"].as_str().expect("a reference"))["notes"].to_string();
    let kept = cases.as_array().expect("a list").iter().filter(|case| notes(case).contains("langue: Fulfulde du Nord"));
    assert_eq!(kept.count(), 2, "{cases}");
    assert_eq!(rose.ok("case list --spoken haoussa --count"), json!({"count": 1}));
    assert_eq!(rose.ok("case list --partner ONG --count"), json!({"count": 3}));
}

#[test]
fn at_a_terminal_whoever_may_add_it_is_asked_and_enter_adds_nothing() {
    let rose = Home::init("PAM", "REG", "Rose");
    rose.new_case("Inventé.");
    rose.ok("taxonomy add project CASH --label Transferts");
    let ended = rose.command("case set @last project=VIV").at_terminal().keys("Add it?", b"\n").end();
    assert!(!ended.status.success(), "{ended}");
    assert_eq!(rose.ok("taxonomy show")["projects"].as_array().map(Vec::len), Some(1));
    let ended = rose
        .command("case set @last project=VIV")
        .at_terminal()
        .keys("Add it?", b"y\n")
        .keys("Name", b"Vivres\n")
        .end();
    assert!(ended.status.success(), "{ended}");
    assert_eq!(rose.show("@last")["project"], "VIV");
    assert_eq!(rose.ok("taxonomy show")["projects"][1]["label"], "Vivres");
}
