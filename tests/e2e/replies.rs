//! The shape of what every verb answers with `--json`, one file a verb: a change of it is seen where it is made.
//!
//! One story goes through all verbs of the program; what differs from run to run is put out of the replies. Where a reply
//! changed on purpose, `INSTA_UPDATE=always cargo test --locked -p e2e --test suites replies` writes the files anew; the
//! diff is then part of the change.

mod scrub;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use e2e::{Home, Org, sync, sync_until_equal};
use serde_json::Value;

/// Replies by verb.
struct Replies {
    by_verb: BTreeMap<String, String>,
    /// Folders of this run.
    folders: Vec<String>,
}

impl Replies {
    /// Asks, keeps the reply without what differs, and gives it back as it was.
    fn of(&mut self, home: &Home, verb: &str, args: &str) -> Value {
        self.of_with(home, verb, args, None)
    }

    /// As [`of`](Self::of), with words on standard input.
    fn of_with(&mut self, home: &Home, verb: &str, args: &str, words: Option<&str>) -> Value {
        let reply = asked(home, verb, args, words);
        let shown = scrub::scrubbed(verb, &reply, &self.folders);
        self.keep(verb, args, &shown);
        reply
    }

    fn keep(&mut self, verb: &str, args: &str, shown: &Value) {
        let line = scrub::line(format!("boucle {verb} {args}").trim_end(), &self.folders);
        let pretty = serde_json::to_string_pretty(shown).expect("JSON is text");
        let file = self.by_verb.entry(verb.to_owned()).or_default();
        write!(file, "$ {line}\n{pretty}\n\n").expect("a text grows");
    }

    /// Of a reply about this machine: names and types only.
    fn shape_of(&mut self, home: &Home, verb: &str, args: &str) {
        let shown = scrub::shape_of_checks(&asked(home, verb, args, None));
        self.keep(verb, args, &shown);
    }
}

fn asked(home: &Home, verb: &str, args: &str, words: Option<&str>) -> Value {
    let command = home.command(format!("{verb} {args}").trim_end());
    match words {
        Some(words) => command.stdin(words),
        None => command,
    }
    .run()
    .ok()
}

/// The people of the story: the founder at REG, two at JER, and one who reads what is sealed.
struct People {
    rose: Home,
    ali: Home,
    awa: Home,
    nadia: Home,
}

#[test]
fn every_verb_answers_in_the_shape_its_file_shows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folders = vec![folder.path().display().to_string()];
    let mut replies = Replies { by_verb: BTreeMap::new(), folders };
    let people = an_organisation(&mut replies);
    an_ordinary_case(&mut replies, &people);
    one_matter_told_twice(&mut replies, &people.ali);
    two_who_disagree(&mut replies, &people);
    what_is_sealed_and_erased(&mut replies, &people);
    sensitive_words(&mut replies, &people.rose);
    a_file_of_forms(&mut replies, &people.ali, folder.path());
    a_list(&mut replies, &people.ali, folder.path());
    calls_and_boxes(&mut replies, &people.rose, folder.path());
    a_stick(&mut replies, &people, folder.path());
    clocks(&mut replies, &people);
    the_state_of_a_node(&mut replies, &people.rose);
    keys(&mut replies, &people.ali, folder.path());

    let with: Vec<&str> = replies.by_verb.keys().map(String::as_str).collect();
    let without: Vec<&str> = node::api::commands().filter(|verb| !with.contains(verb)).collect();
    assert!(without.is_empty(), "no reply of these is shown: {without:?}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots/replies");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (verb, replies) in &replies.by_verb {
            insta::assert_snapshot!(verb.replace(' ', "-"), replies.trim_end());
        }
    });
}

fn an_organisation(replies: &mut Replies) -> People {
    let rose = Home::empty("Rose");
    replies.of(&rose, "init", "--org PAM --site REG");
    replies.of(&rose, "site add", "JER --name Jeremie --kind office --parent REG");
    replies.of(&rose, "site set", "JER --zone Africa/Bangui");
    replies.of(&rose, "site list", "");
    let invited = replies.of(&rose, "invite", "--site JER --role cfm_manager");
    let ali = Home::empty("Ali");
    replies.of(&ali, "join", invited["invitation"].as_str().expect("a text"));
    let org = Org { rose };
    let awa = org.join("JER", "cfm_manager", "Awa");
    let nadia = org.join("JER", "focal_psea", "Nadia");
    {
        let node = org.rose.start();
        replies.of(&ali, "sync", &node.address());
    }
    sync_until_equal(&[&org.rose, &ali, &awa, &nadia], &[(1, 0), (2, 0), (3, 0)]);
    let shown = replies.of(&org.rose, "member confirm", "Nadia");
    let words: Vec<&str> = shown["words"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let confirmed = asked(&org.rose, "member confirm", &format!("Nadia --words {}", words.join(" ")), None);
    let shown = scrub::scrubbed("member confirm", &confirmed, &replies.folders);
    replies.keep("member confirm", "Nadia --words <words>", &shown);
    sync_until_equal(&[&org.rose, &ali, &awa, &nadia], &[(1, 0), (2, 0), (3, 0), (1, 0)]);
    replies.of(&org.rose, "audience list", "");
    let members = replies.of(&org.rose, "member list", "");
    assert_eq!(members.as_array().map(Vec::len), Some(4), "{members}");
    People { rose: org.rose, ali, awa, nadia }
}

fn an_ordinary_case(replies: &mut Replies, people: &People) {
    let ali = &people.ali;
    for (code, rank) in [("comite", 1), ("commune", 2)] {
        people.rose.ok(&format!("taxonomy add level {code} --label {code} --rank {rank} --within 72"));
    }
    sync(ali, &people.rose);
    let new = "--type complaint --channel hotline --category payment.not_received";
    let told = format!("{new} --reporter-name Invente --phone +50900000001 --sex f --text Inventé.");
    replies.of(ali, "case new", &told);
    for (verb, args) in [
        ("case set", "@last project=vivres"),
        ("case note", "@last --text Inventé."),
        ("case consent", "@last contact_back given --means oral"),
        ("case triage", "@last --category targeting.exclusion --priority p1"),
        ("case assign", "@last me"),
        ("case accept", "@last"),
        ("case share", "@last --with focal_cash"),
        ("case refer", "@last --to REG"),
        ("case act", "@last --text Appelé."),
        ("case attempt", "@last --outcome no_answer"),
        ("case hold", "@last --for person"),
        ("case unhold", "@last"),
        ("case resolve", "@last --text Payé."),
        ("case answer", "@last --text Payé."),
        ("case answer", "@last --satisfied yes"),
        ("case close", "@last --as satisfied"),
        ("case reopen", "@last --reason Encore."),
        ("case answer", "@last --text Payé. --satisfied no"),
        ("case appeal", "@last --refused"),
        ("case appeal", "@last"),
        ("case assign", "@last me"),
        ("call log", "--case @last --channel hotline"),
        ("find", "@last"),
        ("find", "personne-de-ce-nom"),
        ("case remind", "@last"),
        ("case refer", "@last --outside Mairie --by phone"),
        ("case confirm", "@last --by-phone"),
        ("todo", ""),
        ("case remind", "--all --dry-run"),
        ("case assign", "me --untriaged --dry-run"),
        ("case show", "@last"),
        ("case list", ""),
        ("case list", "--count"),
        ("case history", "@last"),
        ("case conflicts", "@last"),
    ] {
        replies.of(ali, verb, args);
    }
    // a case of which nothing has left is taken back
    let note = ali.ok("case note @last --text Regret.");
    let entry = note["entry"].as_str().map(str::to_owned).unwrap_or_else(|| last_entry(ali));
    replies.of(ali, "case withdraw", &format!("@last {entry}"));
}

fn one_matter_told_twice(replies: &mut Replies, home: &Home) {
    let new = "case new --type complaint --channel sms --category info.calendar --phone +50900000077 --text Inventé.";
    let [first, second] = [0; 2].map(|_| home.ok(new)["ref"].as_str().expect("a reference").to_owned());
    replies.of(home, "case duplicates", "");
    replies.of(home, "case show", &second);
    replies.of(home, "case link", &format!("{second} {first} --as duplicate"));
    replies.of(home, "case merge", &format!("{second} {first}"));
    replies.of(home, "case show", &first);
    replies.of(home, "case history", &first);
    replies.of(home, "case unmerge", &second);
}

/// The entry that was written last to the last case.
fn last_entry(home: &Home) -> String {
    let history = home.ok("case history @last");
    let row = history.as_array().and_then(|rows| rows.last()).expect("a history");
    row["entry"].as_str().expect("every row names its entry").to_owned()
}

fn two_who_disagree(replies: &mut Replies, people: &People) {
    let (ali, awa) = (&people.ali, &people.awa);
    replies.of(ali, "member away", "me --until 2099-12-31");
    replies.of(ali, "member away", "me --back");
    replies.of(ali, "member set", "me --speaks fr,ht");
    replies.of(ali, "member set", "me --speaks -");
    let case = ali.new_case("Inventé, deux fois.");
    sync(ali, awa);
    replies.of(ali, "case ask", &format!("{case} --to Awa --text Inventé."));
    ali.ok(&format!("case assign {case} Awa"));
    sync(ali, awa);
    replies.of(awa, "case return", &format!("{case} --reason need_info --text Encore."));
    sync(ali, awa);
    ali.ok(&format!("case set {case} project=vivres"));
    awa.ok(&format!("case set {case} project=transferts"));
    sync(ali, awa);
    replies.of(ali, "case conflicts", &case);
    replies.of(ali, "case settle", &format!("{case} project --pick 1"));
    sync(ali, &people.rose);
    replies.of(&people.rose, "case move", &format!("{case} --site REG"));
    sync(ali, &people.rose);
    replies.of(ali, "case show", &format!("{case}@JER"));
}

fn what_is_sealed_and_erased(replies: &mut Replies, people: &People) {
    let People { rose, ali, nadia, .. } = people;
    let case = ali.new_case("Inventé, à sceller.");
    let seal = format!("{case} --reason - --audience psea --no-recusal");
    replies.of_with(ali, "case seal", &seal, Some("Inventé."));
    replies.of(ali, "case list", "--status restricted");
    replies.of(ali, "case show", &case);
    sync_until_equal(&[rose, ali, nadia], &[(1, 0), (2, 0)]);
    replies.of_with(nadia, "case raise", &format!("{case} --to s3 --reason -"), Some("Inventé."));
    replies.of(nadia, "case show", &case);
    replies.of_with(nadia, "case lower", &format!("{case} --to s0 --reason -"), Some("Inventé."));
    sync_until_equal(&[rose, ali, nadia], &[(2, 0), (1, 0)]);
    replies.of(rose, "case erase", &case);
    sync_until_equal(&[rose, ali, nadia], &[(2, 0), (1, 0)]);
    replies.of(nadia, "status", "");
    replies.of(nadia, "case erase", &format!("--approve {case}"));
    sync_until_equal(&[rose, ali, nadia], &[(2, 0), (1, 0)]);
    // taken down at a machine that may not read it back
    let told = "--type complaint --channel hotline --category sea.abuse --no-recusal --allegation -";
    let sealed = replies.of_with(ali, "case new", told, Some("Inventé."));
    replies.of(ali, "outbox", "");
    sync_until_equal(&[rose, ali, nadia], &[(1, 0), (2, 0)]);
    let id = sealed["case_id"].as_str().expect("an id");
    nadia.ok(&format!("case assign {id} me"));
    rose.ok("taxonomy add body hq --label fr=Siège --within 24 --audience psea --fields category,allegation");
    sync_until_equal(&[rose, ali, nadia], &[(1, 0), (2, 0)]);
    replies.of(nadia, "case notify", &format!("{id} --body hq --by phone"));
    replies.of(nadia, "case show", id);
    replies.of(nadia, "case handover", &format!("{id} --to Inspection --receipt Reçu."));
}

fn sensitive_words(replies: &mut Replies, home: &Home) {
    replies.of_with(home, "words add", "--spoken sg -", Some("Kambakuru\n"));
    replies.of(home, "words show", "--spoken sg");
    replies.of(home, "words show", "");
    replies.of(home, "words remove", "--spoken sg kambakuru");
    replies.of(home, "taxonomy show", "");
    replies.of(home, "taxonomy add", "partner ONG --label fr=Partenaire --label en=Partner");
    replies.of(home, "taxonomy set", "partner ONG --close");
    let folder = tempfile::tempdir().expect("a folder");
    replies.folders.push(folder.path().display().to_string());
    let file = folder.path().join("tables.toml").display().to_string();
    replies.of(home, "taxonomy export", &file);
    replies.of(home, "taxonomy import", &file);
}

fn a_file_of_forms(replies: &mut Replies, home: &Home, folder: &Path) {
    let file = folder.join("forms.csv");
    std::fs::write(&file, include_str!("../data/import/consent-1-0.csv")).expect("written");
    let file = file.display();
    replies.of(home, "import", &format!("{file} --as kobo --dry-run"));
    replies.of(home, "import", &format!("{file} --as kobo"));
    let batches = replies.of(home, "import", "--undo");
    let batch = batches["batches"][0]["batch"].as_str().expect("a batch").to_owned();
    replies.of(home, "import", &format!("--undo {batch}"));
}

fn a_list(replies: &mut Replies, home: &Home, folder: &Path) {
    home.ok("case new --type complaint --channel hotline --category payment.late --text Inventé.");
    replies.of(home, "case incident add", "panne --category payment.late");
    replies.of(home, "case incident close", "panne --outcome paid --text Payé. --dry-run");
    replies.of(home, "broadcast", "--by radio --incident panne --text Payé. --dry-run");
    let file = folder.join("liste.csv");
    let line = format!("{} --to Moov --fields text --category payment.late", file.display());
    replies.of(home, "batch out", &format!("{line} --dry-run"));
    replies.of(home, "batch out", &line);
    let text = std::fs::read_to_string(&file).expect("there");
    std::fs::write(&file, text.replacen("Inventé.;;;", "Inventé.;Payé;12/11;", 1)).expect("written");
    replies.of(home, "batch in", &format!("{} --answer Payé=paid", file.display()));
    replies.of(home, "batch list", "");
    replies.of(home, "routing set", "JER --category payment --to focal_cash --duty-phone +50922334455");
    let table = folder.join("circuits.csv");
    std::fs::write(&table, "Site;Catégorie;Pour\nJER;targeting;focal_targeting\nJER;payment;focal_cash\n")
        .expect("written");
    replies.of(home, "routing import", &table.display().to_string());
    replies.of(home, "routing show", "");
    replies.of(home, "batch calls", &folder.join("appels.csv").display().to_string());
}

fn calls_and_boxes(replies: &mut Replies, home: &Home, folder: &Path) {
    replies.of(home, "call start", "--phone +50900000001");
    replies.of(home, "call end", "--outcome cut");
    replies.of(home, "call list", "");
    replies.of(home, "shift start", "");
    replies.of(home, "shift end", "");
    replies.of(home, "session open", "--kind box --slips 1 --opened-by Rose,Ali");
    replies.of(home, "session show", "");
    replies.of(home, "session close", "--reason Blanc.");
    replies.of(home, "session list", "");
    replies.of(home, "slips print", "--count 1");
    replies.of_with(home, "intake sms", "--from +50900000009", Some("Inventé."));
    let services = folder.join("services.csv");
    std::fs::write(&services, "place,kind,name,phone\nTomat,medical,Centre,66000001\n").expect("written");
    replies.of(home, "services load", &services.display().to_string());
    replies.of(home, "services", "--near Tomat");
    let list = folder.join("paiements.csv");
    std::fs::write(&list, "carte;nom;telephone\nA1;Invente;37412291\n").expect("written");
    replies.of(home, "reference load", &format!("{} --as payments", list.display()));
    replies.of(home, "reference list", "");
    replies.of(home, "reference find", "37412291");
    replies.of(home, "reference drop", "");
    home.ok("case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation Inventé.");
    replies.of(home, "case service", "@last --kind medical --answer accepted");
}

fn a_stick(replies: &mut Replies, people: &People, folder: &Path) {
    let stick = folder.join("stick");
    std::fs::create_dir(&stick).expect("made");
    let file = folder.join("all.boucle");
    people.ali.new_case("Inventé, à porter.");
    replies.of(&people.ali, "bundle export", &format!("{} --all", file.display()));
    replies.of(&people.awa, "bundle inspect", &file.display().to_string());
    replies.of(&people.awa, "bundle import", &file.display().to_string());
    replies.of(&people.ali, "carry", &stick.display().to_string());
    replies.of(&people.awa, "carry", &stick.display().to_string());
}

fn clocks(replies: &mut Replies, people: &People) {
    const CENTURY_S: i64 = 100 * 366 * 86_400;
    let (rose, awa) = (&people.rose, &people.awa);
    replies.of(rose, "clock show", "");
    replies.of(rose, "clock set", "--machine");
    let new = "case new --type complaint --channel hotline --category payment.not_received --text -";
    awa.command(new).stdin("Inventé, en 2126.").clock_off(CENTURY_S).run().ok();
    sync_until_equal(&[rose, awa], &[(1, 0)]);
    replies.of(rose, "status", "");
    replies.of(rose, "clock accept", "Awa");
    replies.of(rose, "clock show", "");
}

fn the_state_of_a_node(replies: &mut Replies, home: &Home) {
    for verb in ["verify", "fingerprint", "digest", "outbox"] {
        replies.of(home, verb, "");
    }
    replies.shape_of(home, "doctor", "");
    replies.shape_of(home, "support-file", "");
}

fn keys(replies: &mut Replies, home: &Home, folder: &Path) {
    let fresh = folder.join("new");
    std::fs::write(&fresh, "une autre phrase, choisie pour changer\n").expect("written");
    {
        let _node = home.start();
        replies.of(home, "lock", "");
        replies.of(home, "unlock", "");
    }
    replies.of(home, "passphrase change", &format!("--new-passphrase-file {}", fresh.display()));
    replies.of(home, "wipe", "--yes");
}
