//! A coordinator's fortnight, through the program: three sites and a partner, whoever has a node and whoever has none,
//! an absence, outages, and two hundred cases.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

use crate::work::{meet_on, on_day, refused_on};

const DAY_S: i64 = 24 * 3_600;

/// Everybody, and the day it is.
struct Fortnight {
    org: Org,
    /// At JER: the manager, and the operator of the hotline.
    ali: Home,
    odile: Home,
    /// At PES: two who see to payments.
    zoe: Home,
    theo: Home,
    /// At BOL: the operator of a small office that is often cut off.
    mia: Home,
    /// At the partner.
    paul: Home,
    day: i64,
}

impl Fortnight {
    fn founded() -> Self {
        let org = Org::founded();
        let rose = &org.rose;
        for (site, name, kind) in
            [("PES", "Pestel", "office"), ("BOL", "Bol", "office"), ("PAR", "Partenaire", "partner")]
        {
            rose.ok(&format!("site add {site} --name {name} --kind {kind} --parent REG"));
        }
        let (ali, odile) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "operator", "Odile"));
        let (zoe, theo) = (org.join("PES", "focal_cash", "Zoe"), org.join("PES", "focal_cash", "Theo"));
        let (mia, paul) = (org.join("BOL", "operator", "Mia"), org.join("PAR", "partner_focal", "Paul"));
        let fortnight = Self { org, ali, odile, zoe, theo, mia, paul, day: 0 };
        let meetings = [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0)];
        sync_until_equal(&fortnight.all(), &meetings);
        for name in ["Ali", "Odile", "Zoe", "Theo", "Mia", "Paul"] {
            fortnight.org.confirm(name);
        }
        sync_until_equal(&fortnight.all(), &meetings);
        fortnight
    }

    fn all(&self) -> [&Home; 7] {
        [&self.org.rose, &self.ali, &self.odile, &self.zoe, &self.theo, &self.mia, &self.paul]
    }

    fn act(&self, home: &Home, line: &str) -> Value {
        self.act_in(home, 0, line)
    }

    /// So many days ahead of the day it is.
    fn act_in(&self, home: &Home, days: i64, line: &str) -> Value {
        on_day(home, self.day + days, line, None)
    }

    /// The time it is, of the machine of the founder.
    fn now(&self) -> String {
        self.act(&self.org.rose, "clock show")["now"].as_str().expect("a time").to_owned()
    }

    fn say(&self, home: &Home, line: &str, words: &str) -> Value {
        on_day(home, self.day, line, Some(words))
    }

    fn refused(&self, home: &Home, line: &str) -> String {
        refused_on(home, self.day, line)
    }

    /// These meet at the coordinator's; the others are cut off.
    fn meet(&self, others: &[&Home]) {
        meet_on(&self.org.rose, others, self.day);
    }

    /// How many lines of each kind `todo` has, late ones apart (`accept!`).
    fn waits(&self, home: &Home) -> BTreeMap<String, usize> {
        let lines = self.act(home, "todo --limit 1000");
        let mut all = BTreeMap::new();
        for line in lines.as_array().expect("a list") {
            let late = if line["late"] == true { "!" } else { "" };
            *all.entry(format!("{}{late}", line["task"].as_str().unwrap_or_default())).or_default() += 1;
        }
        all
    }

    fn count(&self, home: &Home, filter: &str) -> u64 {
        self.act(home, &format!("case list {filter} --count"))["count"].as_u64().expect("a count")
    }

    fn refs(&self, home: &Home, filter: &str, n: usize) -> Vec<String> {
        let rows = self.act(home, &format!("case list {filter} --limit {n}"));
        let refs: Vec<String> =
            rows.as_array().into_iter().flatten().filter_map(|row| row["ref"].as_str().map(str::to_owned)).collect();
        assert_eq!(refs.len(), n, "{filter}: {rows}");
        refs
    }
}

/// An export of a hotline's form: so many rows of each category, all received at one time.
fn kobo(path: &Path, at: &str, seed: usize, categories: &[(&str, usize)]) {
    let mut out = String::from(
        "_uuid;start;end;accueil/canal;accueil/consentement;retour/type_retour;retour/categories;retour/description;__version__\r\n",
    );
    let mut row = seed;
    for (category, rows) in categories {
        for _ in 0..*rows {
            row += 1;
            writeln!(
                out,
                "{row:08x}-0000-4000-8000-{row:012x};{at};{at};hotline;oui;plainte;{category};Inventé, ligne {row}.;v1\r"
            )
            .expect("a string grows");
        }
    }
    std::fs::write(path, out).expect("own files can be written");
}

fn settled(told: &Value) -> u64 {
    told["done"].as_u64().unwrap_or_else(|| panic!("{told}"))
}

#[test]
fn two_hundred_cases_of_three_sites_and_a_partner_come_to_true_ends_in_a_fortnight() {
    let mut all = Fortnight::founded();
    let folder = tempfile::tempdir().expect("a folder");

    // day 0: two offices take in what their hotlines wrote down; what is grave is sealed
    let now = all.now();
    for (home, name, seed, categories) in [
        (&all.odile, "jer.csv", 0, &[("paiement_non_recu", 60), ("qualite_vivres", 50), ("fraude", 10)][..]),
        (&all.mia, "bol.csv", 1_000, &[("paiement_non_recu", 40), ("qualite_vivres", 40)][..]),
    ] {
        let file = folder.path().join(name);
        kobo(&file, &now, seed, categories);
        let told = home.command("import --as kobo").arg(file.display().to_string()).run().ok();
        assert_eq!(told["rejected"], 0, "{told}");
    }
    all.meet(&[&all.ali, &all.odile, &all.mia, &all.zoe, &all.theo]);
    let rose = &all.org.rose;
    assert_eq!(all.count(rose, ""), 200);
    // the coordinator decides with whom payments go, and gives them, after a trial
    all.act(rose, "routing set REG --category payment --to Zoe --duty-phone +23566000001");
    let trial = all.act(rose, "case assign auto --category payment --dry-run");
    assert_eq!(all.count(rose, "--status assigned"), 0, "{trial}");
    let given = all.act(rose, "case assign auto --category payment");
    assert_eq!(settled(&given), 100, "{given}");
    all.meet(&[&all.ali, &all.odile, &all.zoe, &all.theo]);
    assert_eq!(all.waits(&all.zoe)["accept"], 100);
    assert_eq!(all.count(&all.zoe, "--assignee me"), 100);

    // somebody who waits for word tells of a theft; it is sealed, and the coordinator takes it up
    let told = all.say(
        &all.odile,
        "case new --type complaint --channel hotline --category integrity.fraud --no-recusal --consent contact_back=given --allegation -",
        "Inventé : des sacs manquent.",
    );
    let fraud = told["case_id"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
    all.meet(&[&all.odile]);
    all.act(rose, &format!("case assign {fraud} me"));
    all.act(rose, &format!("case accept {fraud}"));

    // day 1: Zoe begins; BOL is cut off from now on, and goes on by itself
    all.day = 1;
    let begun = all.refs(&all.zoe, "--assignee me --site JER", 4);
    for case in &begun {
        all.say(&all.zoe, &format!("case act {case} --text -"), "Inventé : la banque est appelée.");
    }
    let of_bol = all.refs(&all.mia, "--site BOL --category distribution", 3);
    for case in &of_bol {
        let told = all.say(&all.mia, &format!("case answer {case} --text - --satisfied yes"), "Inventé : sac échangé.");
        assert_eq!(told["ref"], json!(case), "{told}");
        all.act(&all.mia, &format!("case close {case} --as satisfied"));
    }
    assert_eq!(all.count(&all.mia, "--site BOL --status closed"), 3);

    // day 2: Zoe is called away; Theo stands in, and reads what she has
    all.day = 2;
    let until = all.act_in(&all.zoe, 9, "clock show")["now"].to_string();
    all.act(&all.zoe, &format!("member away Zoe --until {} --deputy Theo", &until[1..11]));
    all.meet(&[&all.ali, &all.odile, &all.zoe, &all.theo]);
    all.meet(&[&all.theo]);
    assert!(all.waits(&all.theo)["accept"] >= 90, "{:?}", all.waits(&all.theo));
    let taken = all.refs(&all.theo, "--site JER --status assigned --category payment", 3);
    for case in &taken {
        assert!(all.act(&all.theo, &format!("case show {case}"))["text"].is_string());
        all.act(&all.theo, &format!("case accept {case}"));
        all.say(&all.theo, &format!("case resolve {case} --text -"), "Inventé : versé.");
    }
    // one goes on to the partner, with words and no name
    let passed = all.refs(&all.ali, "--site JER --category distribution --status received", 1).remove(0);
    let told = all.act(&all.ali, &format!("case refer {passed} --to PAR --fields text,category"));
    let other = told["sent"]["ref"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
    all.meet(&[&all.ali, &all.odile, &all.paul, &all.theo]);
    assert_eq!(all.count(&all.paul, "--site PAR"), 1);
    assert!(all.act(&all.paul, &format!("case show {other}"))["text"].is_string());
    let outside = all.act(&all.paul, &format!("case show {passed}"));
    assert!(outside["text"].is_object(), "a partner reads its own half and nothing else: {outside}");

    // day 4: nobody took up most of what Zoe was given: it comes up to the manager, one line a case
    all.day = 4;
    all.act(&all.paul, &format!("case assign {other} me"));
    all.say(&all.paul, &format!("case resolve {other} --text -"), "Inventé : échangé par le partenaire.");
    all.meet(&[&all.ali, &all.odile, &all.theo, &all.paul]);
    let late = all.waits(&all.ali);
    let not_taken = all.count(&all.ali, "--site JER --category payment --status assigned") as usize;
    assert_eq!(late.get("late!"), Some(&not_taken), "{late:?}");
    assert_eq!(all.waits(&all.odile).get("late!"), None, "an operator is not told of what is late with others");
    let half = all.act(&all.ali, &format!("case show {passed}"))["halves"][0].clone();
    assert_eq!((&half["site"], &half["status"]), (&json!("PAR"), &json!("resolved")), "{half}");
    // what nobody was given is late as well, with whoever is to give it
    assert!(late.get("refer!").is_some_and(|lines| *lines > 0), "{late:?}");
    // whoever told of the theft has had no word that it arrived
    assert_eq!(all.waits(&all.org.rose)["acknowledge!"], 1);
    for home in [&all.ali, &all.odile] {
        assert_eq!(all.waits(home).get("acknowledge!"), None, "it is nobody else's: {}", home.member());
    }
    let until = all.act_in(&all.org.rose, 9, "clock show")["now"].to_string();
    let line = format!("case answer {fraud} --interim --until {} --text -", &until[1..11]);
    all.say(&all.org.rose, &line, "Inventé : c'est arrivé.");
    assert_eq!(all.waits(&all.org.rose).get("acknowledge!"), None);
    let reminded = all.act(&all.ali, "case remind --all");
    assert!(reminded.to_string().contains("Zoe"), "{reminded}");

    // day 5: the food goes to somebody without a node, by a list that comes back answered
    all.day = 5;
    let list = folder.path().join("liste.csv").display().to_string();
    let to = all
        .ali
        .command("batch out --confidential --site JER --category distribution --status received --fields text --to");
    let sent = to.arg("Magasin Moov").arg(&list).clock_off(5 * DAY_S).run().ok();
    assert_eq!(sent["cases"], 49, "{sent}");
    let text = std::fs::read_to_string(&list).expect("a list");
    assert!(!text.contains("fraude"), "nothing sealed is in a list: {text}");
    let answered: Vec<String> = text
        .lines()
        .map(|line| line.strip_suffix(";;").map_or(line.to_owned(), |row| format!("{row}Échangé;12/11;")))
        .collect();
    std::fs::write(&list, answered.join("\r\n")).expect("written");
    let back = all.ali.command("batch in").arg(&list).clock_off(5 * DAY_S).at_terminal();
    let shown = back.answer("« Échangé »", "replaced").end();
    assert!(shown.status.success(), "{shown}");
    all.meet(&[&all.ali, &all.odile]);

    // day 7: BOL is back; what it closed alone stands, what it was given meanwhile has arrived
    all.day = 7;
    all.meet(&[&all.mia, &all.ali, &all.odile, &all.theo]);
    assert_eq!(all.count(rose, "--site BOL --status closed"), 3);
    assert_eq!(all.count(&all.mia, "--site BOL --status assigned"), 40);
    // the rest of the food is answered on the radio
    let told = all.say(
        rose,
        "broadcast --by radio --site BOL --category distribution --status received --text -",
        "Inventé : les sacs sont échangés.",
    );
    assert_eq!(settled(&told), 37, "{told}");
    let closed = all.act(
        rose,
        "case close --as answered --reason collective --site BOL --category distribution --status responded",
    );
    assert_eq!(settled(&closed), 37, "{closed}");

    // day 8: what cannot be is refused with its reason
    all.day = 8;
    let (resolved, received) =
        (&taken[0], all.refs(&all.ali, "--site JER --status resolved --category distribution", 1).remove(0));
    let sealed = all.act(&all.odile, "case list --status restricted")[0]["case_id"].as_str().expect("an id").to_owned();
    for (home, line, why) in [
        (&all.odile, format!("case close {resolved} --as satisfied"), "not_answered"),
        (&all.odile, format!("case close {resolved} --as acknowledged --reason x"), "answer_expected"),
        (&all.odile, format!("case close {} --as no_contact", begun[0]), "not_resolved"),
        (&all.odile, format!("case close {received} --as services_only --reason x"), "only_sealed"),
        (&all.odile, format!("case handover {received} --to x --receipt y"), "only_sealed"),
        (&all.odile, format!("case return {resolved} --reason misdirected --text x"), "not_yours"),
        (&all.odile, format!("case accept {resolved}"), "not_yours"),
        (&all.odile, format!("case resolve {sealed} --text x"), "outside_audience"),
        (&all.theo, format!("case assign {received} Theo"), "case_not_read"),
    ] {
        assert_eq!(all.refused(home, &line), why, "{line}");
    }

    // day 15: who was resolved is called back; the answer to the others is late, and says so once
    all.day = 15;
    for case in &taken {
        all.say(&all.odile, &format!("case answer {case} --text - --satisfied yes"), "Inventé : c'est versé.");
        assert_eq!(all.act(&all.odile, &format!("case close {case} --as satisfied"))["loop_closed"], true);
    }
    all.meet(&[&all.ali, &all.odile, &all.zoe, &all.theo, &all.mia, &all.paul]);
    let lines = all.act(&all.ali, "todo --limit 1000");
    let mut seen: Vec<(String, String)> = Vec::new();
    for line in lines.as_array().expect("a list").iter().filter(|line| line["case_id"].is_string()) {
        seen.push((line["task"].to_string(), line["case_id"].to_string()));
    }
    let (told, mut once) = (seen.len(), seen);
    once.sort();
    once.dedup();
    assert_eq!(once.len(), told, "each line once");
    assert!(all.count(&all.ali, "--overdue") > 0);

    // nothing was lost, and everybody holds a sound store
    assert_eq!(all.count(rose, ""), 201 + 1, "with the half at the partner");
    for home in all.all() {
        assert_eq!(all.act(home, "verify")["problems"], json!([]), "{}", home.member());
    }
}
