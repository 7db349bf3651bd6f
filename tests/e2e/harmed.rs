//! Somebody who was harmed: what they are asked, what they are offered, and what is kept.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

/// A sheet of services, as a coordinator keeps it.
const SHEET: &str = "\u{feff}Lieu;Genre;Nom;Téléphone;Heures;Âges;Coût;Vérifié le\r\n\
Tomat;médical;Centre de santé de Tomat;66 00 00 01;24h/24;tous;gratuit;2026-11-20\r\n\
Tomat;écoute, soutien;Espace des femmes;66 00 00 02;8h-16h;dès 12 ans;gratuit;01/05/2026\r\n\
Bol;droit;Avocats;66 00 00 03;;;;\r\n";

fn loaded(home: &Home) -> (tempfile::TempDir, Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("services.csv");
    std::fs::write(&file, SHEET).expect("written");
    let told = home.command("services load").arg(file.display().to_string()).run().ok();
    (folder, told)
}

#[test]
fn services_of_a_place_come_from_a_sheet_and_travel() {
    let org = Org::founded();
    let (odile, rose) = (org.join("JER", "operator", "Odile"), &org.rose);
    let (folder, told) = loaded(rose);
    assert_eq!((&told["rows"], &told["added"]), (&json!(3), &json!(3)), "{told}");
    let again = rose.command("services load").arg(folder.path().join("services.csv").display().to_string()).run().ok();
    assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(3)), "{again}");
    sync_until_equal(&[rose, &odile], &[(1, 0)]);
    let rows = odile.ok("services --near Tomat");
    let told: Vec<(&str, bool)> = rows
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| (row["kind"].as_str().unwrap_or_default(), row["here"] == true))
        .collect();
    // the most pressing first; of what the place lacks, what there is elsewhere
    assert_eq!(told, [("medical", true), ("psychosocial", true), ("legal", false)], "{rows}");
    assert_eq!(odile.ok("services --kind medical").as_array().map(Vec::len), Some(1));
    let wrong = folder.path().join("wrong.csv");
    std::fs::write(&wrong, "place,kind,name\nTomat,magic,X\n").expect("written");
    let refused = rose.command("services load").arg(wrong.display().to_string()).run();
    let error: Value = serde_json::from_str(&refused.stderr).expect("an error");
    assert_eq!((&error["error"]["code"], &error["error"]["where"]["row"]), (&json!("bad_value"), &json!(2)), "{error}");
}

#[test]
fn somebody_who_was_harmed_is_asked_what_helps_them_and_nothing_else() {
    let home = Home::init("PAM", "JER", "Rose");
    let (_folder, _) = loaded(&home);
    let at = home.command("").at_terminal();
    let at = at.answer("Your choice", "1").answer("How calls and complaints come", "hotline");
    // by one key, before anything is told
    let at = at.answer("Telephone, reference or name", "").answer("What is it", "Somebody was hurt");
    let at = at.answer("Are you safe now", "n").wait_for("Centre de sant").answer("Said (Enter)", "");
    let at = at.text("What the person says", "She does not want to say more.").answer("About what", "");
    let at = at.answer("Who tells of it", "2").answer("Sex of the person harmed", "1");
    let at = at.answer("Age of the person harmed", "1").answer("Language spoken", "").answer("Place", "Tomat");
    let at = at.answer("When did it happen", "1").wait_for("72 hours");
    let at = at.answer("a accepts", "a").answer("a accepts", "d").answer("a accepts", "o");
    let at = at.answer("called back", "n").answer("Save?", "");
    let at = at.answer("someone who works here?", "no").answer("What is alleged", "");
    let ended = at.answer("Your choice", "0").end();
    assert!(ended.status.success(), "{ended}");
    assert!(!ended.stdout.contains("Name of the person"), "no name is asked of who wants no call");
    let id = home.ok("case list")[0]["case_id"].as_str().expect("a case").to_owned();
    let shown = home.show(&id);
    let part = |name: &str| shown[name].clone();
    assert_eq!(
        [part("restricted"), part("reporter_is"), part("happened"), part("harmed_sex"), part("priority")],
        [json!(true), json!("family"), json!("within_72h"), json!("f"), json!("p1")],
        "{shown}"
    );
    let services = part("services");
    let answer = |kind: &str| {
        services
            .as_array()
            .into_iter()
            .flatten()
            .find(|given| given["kind"] == kind)
            .map(|given| given["answer"].clone())
    };
    let told = ["medical", "psychosocial", "legal"].map(answer);
    assert_eq!(told, ["accepted", "declined", "offered"].map(|answer| Some(json!(answer))), "{services}");
    assert_eq!((part("reporter_name"), part("phone")), (Value::Null, Value::Null));
    // what becomes of it is noted later, by those who read it
    home.ok(&format!("case service {id} --kind medical --answer received"));
    assert_eq!(home.show(&id)["services"].as_array().map(Vec::len), Some(4));
    home.ok(&format!("case set {id} accused_affiliation=contractor"));
}
