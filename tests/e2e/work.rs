//! Who has what to do, by when, and how it truly ends: through the program, days apart.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

const DAY_S: i64 = 24 * 3_600;

/// An act so many days from now.
pub(crate) fn on_day(home: &Home, day: i64, line: &str, words: Option<&str>) -> Value {
    let command = home.command(line).clock_off(day * DAY_S);
    words.map_or(command.clone(), |words| command.clone().stdin(words)).run().ok()
}

/// Why an act is refused so many days from now.
pub(crate) fn refused_on(home: &Home, day: i64, line: &str) -> String {
    let told = home.command(line).clock_off(day * DAY_S).run();
    let error: Value = serde_json::from_str(&told.stderr).unwrap_or_else(|_| panic!("{line}: {told}"));
    error["error"]["code"].as_str().unwrap_or_default().to_owned()
}

/// `todo` so many days from now: what is to be done, with which case, and whether it is late.
fn todo(home: &Home, day: i64) -> Vec<(String, String, bool)> {
    let told = on_day(home, day, "todo", None);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = told.as_array().expect("a list").iter().filter(|row| row["case_id"].is_string());
    rows.map(|row| (text(&row["task"]), text(&row["ref"]), row["late"] == true)).collect()
}

/// Everybody meets the one, so many days from now, until nothing more is owed.
pub(crate) fn meet_on(one: &Home, others: &[&Home], day: i64) {
    let serve = one.command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns").clock_off(day * DAY_S);
    let node = one.start_from(serve);
    for _ in 0..3 {
        for other in others {
            other.command("sync").arg(node.address()).clock_off(day * DAY_S).run().ok();
        }
    }
}

fn line(what: &str, case: &str, late: bool) -> (String, String, bool) {
    (what.to_owned(), case.to_owned(), late)
}

fn new(home: &Home, rest: &str) -> String {
    let made = home.command(&format!("case new --channel hotline {rest} --text -")).stdin("Inventé.").run().ok();
    made["ref"].as_str().expect("a reference").to_owned()
}

#[test]
fn everyday_cases_end_with_a_true_reason() {
    let rose = Home::init("PAM", "REG", "Rose");
    // answered, and the person does not wish to say
    let silent = new(&rose, "--type complaint --category payment.late --phone +23566112233 --consent given");
    for act in ["assign {} me", "accept {}", "resolve {} --text x", "answer {} --text y --satisfied declined"] {
        rose.ok(&format!("case {}", act.replace("{}", &silent)));
    }
    rose.ok(&format!("case close {silent} --as answered"));
    // who refused to be called back comes to the desk
    let refused = "--consent record=given --consent contact_back=refused";
    let came = new(&rose, &format!("--type complaint --category targeting.data_error {refused}"));
    let told = rose.ok(&format!("case answer {came} --text y --satisfied yes"));
    let warnings = told["warnings"].as_array().cloned().unwrap_or_default();
    assert!(warnings.contains(&json!("told_as_came")) && warnings.contains(&json!("settled_on_the_spot")), "{told}");
    assert_eq!(rose.ok(&format!("case close {came} --as satisfied"))["loop_closed"], true);
    // settled together on the telephone: two commands
    let pin = new(&rose, "--type complaint --category payment.pin --consent given");
    rose.ok(&format!("case answer {pin} --text y --satisfied yes"));
    assert_eq!(rose.ok(&format!("case close {pin} --as satisfied"))["loop_closed"], true);
    let shown = rose.show(&pin);
    assert_eq!((&shown["assignee"], &shown["alarms"]), (&json!("Rose"), &json!([])), "{shown}");
    // thanks: nobody waits
    let thanks = new(&rose, "--type thanks --category positive.thanks");
    assert_eq!(rose.show(&thanks)["due_at"], Value::Null);
    rose.command(&format!("case close {thanks} --as acknowledged --reason -")).stdin("Transmis.").run().ok();
    // resolved, and the person wants no contact
    let quiet = new(&rose, &format!("--type complaint --category payment.late {refused}"));
    for act in ["assign {} me", "resolve {} --text x", "close {} --as no_contact"] {
        rose.ok(&format!("case {}", act.replace("{}", &quiet)));
    }
    for (case, reason) in [(&silent, "answered"), (&thanks, "acknowledged"), (&quiet, "no_contact")] {
        let shown = rose.show(case);
        assert_eq!((&shown["closure"], &shown["loop_closed"]), (&json!(reason), &json!(false)), "{shown}");
    }
    assert_eq!(todo(&rose, 0), []);
}

#[test]
fn who_has_no_node_works_by_a_list_that_comes_back() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("liste.csv").display().to_string();
    let complaint = "--type complaint --category payment.not_received";
    let allowed = "--consent refer_external=given --phone +23566112233";
    let [paid, open] = std::array::from_fn(|_| new(&ali, &format!("{complaint} {allowed}")));
    let silent = new(&ali, complaint);
    let sealed = ali.new_allegation("CANARY faits");
    ali.command("batch out --to").arg("Agent Moov").arg(&file).arg("--fields").arg("phone,text").run().ok();
    let text = std::fs::read_to_string(&file).expect("a list");
    let row = |case: &str| text.lines().find(|line| line.contains(case)).map(str::to_owned);
    assert!(row(&paid).is_some_and(|row| row.contains("66112233")), "{text}");
    assert!(row(&silent).is_some_and(|row| !row.contains("66112233")), "{text}");
    assert!(row(&sealed).is_none() && !text.contains("CANARY"), "{text}");
    // the agent has a spreadsheet
    let line = row(&paid).expect("a row");
    let answered =
        text.replace(&line, &format!("{}Versé;12/11;au guichet", line.strip_suffix(";;").expect("blank cells")));
    std::fs::write(&file, answered).expect("written");
    // a week later it is late: one line
    assert!(todo(&ali, 8).iter().all(|(what, ..)| what != "confirm"));
    let lines = on_day(&ali, 8, "todo", None);
    let late: Vec<&Value> = lines.as_array().into_iter().flatten().filter(|line| line["task"] == "batch").collect();
    assert_eq!((late.len(), &late[0]["cases"], &late[0]["late"]), (1, &json!(3), &json!(true)), "{lines}");
    // at a terminal a person says once what an answer means
    let back = ali.command("batch in").arg(&file).clock_off(8 * DAY_S).at_terminal();
    let shown = back.answer("« Versé »", "paid").end();
    assert!(shown.stdout.contains("Noted 1, cases resolved 1"), "{shown}");
    let again = ali.command("batch in").arg(&file).clock_off(8 * DAY_S).run().ok();
    assert_eq!((&again["done"], &again["unchanged"], &again["open"]), (&json!(0), &json!(1), &json!(2)), "{again}");
    let shown = on_day(&ali, 8, &format!("case show {paid}"), None);
    assert_eq!((&shown["status"], &shown["actions"][0]["on_behalf_of"]), (&json!("resolved"), &json!("Agent Moov")));
    assert_eq!(on_day(&ali, 8, &format!("case show {open}"), None)["status"], "assigned");
}

#[test]
fn cases_of_one_cause_are_resolved_and_answered_as_one() {
    let rose = Home::init("PAM", "REG", "Rose");
    let complaint = "--type complaint --category payment.not_received";
    let [one, two] = std::array::from_fn(|_| new(&rose, complaint));
    let other = new(&rose, "--type complaint --category targeting.exclusion");
    let joined = rose.ok("case incident add panne-moov --category payment");
    assert_eq!((&joined["done"], &joined["refused"]), (&json!(2), &json!(0)), "{joined}");
    rose.ok(&format!("case incident add panne-moov {other}"));
    rose.ok(&format!("case incident add panne-moov {other} --leave"));
    assert_eq!(rose.ok("case list --incident panne-moov --count")["count"], 2);
    let trial =
        rose.command("case incident close panne-moov --outcome paid --dry-run --text -").stdin("Payé.").run().ok();
    assert_eq!((&trial["done"], &trial["dry_run"]), (&json!(2), &json!(true)));
    rose.command("case incident close panne-moov --outcome paid --text -").stdin("Payé le 12.").run().ok();
    assert_eq!(rose.show(&one)["status"], "resolved");
    let told = rose.command("broadcast --by radio --incident panne-moov --text -").stdin("Tout est payé.").run().ok();
    assert_eq!((&told["done"], &told["refused"]), (&json!(2), &json!(0)), "{told}");
    // one is satisfied, of the other nobody knows: neither counts for the other
    rose.ok(&format!("case answer {one} --satisfied yes"));
    assert_eq!(rose.ok(&format!("case close {one} --as satisfied"))["loop_closed"], true);
    let closed = format!("case close {two} --as answered --reason -");
    rose.command(&closed).stdin("Réponse à la radio.").run().ok();
    assert_eq!(rose.show(&two)["loop_closed"], false);
    assert_eq!(rose.show(&other)["status"], "received");
}

#[test]
fn half_the_delay_over_whoever_gave_a_case_is_told_what_to_do_instead() {
    let org = Org::founded();
    let rose = &org.rose;
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[rose, &ali], &[(1, 0)]);
    org.confirm("Ali");
    rose.ok("routing set JER --duty-phone +50922334455");
    rose.ok("routing set REG --category payment --to Ali");
    let case = new(rose, "--type complaint --category payment.not_received --reporter-name CANARY");
    let proposed = &rose.show(&case)["suggested"];
    assert_eq!((&proposed["to"], &proposed["by"]), (&json!("Ali"), &json!("routing")), "{proposed}");
    rose.ok(&format!("case assign {case} auto"));
    assert_eq!(rose.show(&case)["delivery"]["advice"], Value::Null, "there is time");
    let shown = on_day(rose, 2, &format!("case show {case}"), None);
    let advice = &shown["delivery"]["advice"];
    assert_eq!((&advice["site"], &advice["duty_phone"]), (&json!("JER"), &json!("+50922334455")), "{shown}");
    assert!(advice["last_met"].is_string(), "{advice}");
    let told = rose.command(&format!("case show {case}")).clock_off(2 * DAY_S).in_words().run();
    let sms = told.stdout.lines().skip_while(|line| !line.contains("SMS")).take(2).collect::<String>();
    assert!(sms.contains(&case) && !sms.contains("CANARY"), "{told}");
    assert!(told.stdout.contains("+50922334455") && told.stdout.contains("boucle carry"), "{told}");
}

#[test]
fn a_command_of_the_house_hears_that_more_waits_and_nothing_else() {
    let rose = Home::init("PAM", "REG", "Rose");
    let folder = tempfile::tempdir().expect("a folder");
    let heard = folder.path().join("heard");
    let made = std::process::Command::new("mkfifo").arg(&heard).status().expect("there is mkfifo");
    assert!(made.success(), "{made}");
    let command = format!("env | grep ^BOUCLE_ > {}", heard.display());
    let serve = rose.command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns --on-event").arg(command);
    let node = rose.start_from(serve);
    let case = new(&rose, "--type complaint --category payment.not_received");
    let (says, said) = std::sync::mpsc::channel();
    std::thread::spawn(move || says.send(std::fs::read_to_string(heard)));
    let told = said.recv_timeout(std::time::Duration::from_secs(20)).expect("the command ran").expect("text");
    let is_told = |line: &&str| ["BOUCLE_C", "BOUCLE_E", "BOUCLE_W"].iter().any(|name| line.starts_with(name));
    let mut lines: Vec<&str> = told.lines().filter(is_told).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["BOUCLE_COUNT=1", "BOUCLE_EVENT=refer", "BOUCLE_WAITING=1"], "{told}");
    assert!(!told.contains(&case) && !told.contains("BOUCLE_PASSPHRASE"), "{told}");
    drop(node);
}

#[test]
fn a_fortnight_of_a_coordinator() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok("site add PES --name Pestel --kind office --parent REG");
    let ali = org.join("JER", "cfm_manager", "Ali");
    let odile = org.join("JER", "operator", "Odile");
    let zoe = org.join("PES", "focal_cash", "Zoe");
    let all = [rose, &ali, &odile, &zoe];
    let before = || sync_until_equal(&all, &[(1, 0), (2, 0), (3, 0), (1, 0), (2, 0), (3, 0)]);
    before();
    for name in ["Ali", "Odile", "Zoe"] {
        org.confirm(name);
    }
    before();
    let meet = |day: i64| meet_on(rose, &[&ali, &odile, &zoe], day);

    // the first day: the hotline rings
    let complaint = "--type complaint --category payment.not_received --consent given";
    let [given, misdirected, forgotten, outside] = std::array::from_fn(|_| new(&odile, complaint));
    let free = new(&odile, complaint);
    meet(0);
    let waiting: Vec<String> = todo(&ali, 0).into_iter().map(|(what, ..)| what).collect();
    assert_eq!(waiting, ["refer"; 5]);
    // who it is about to be given to: by the verb people type
    assert_eq!(ali.ok(&format!("case refer {given} --to Zoe"))["assigned"], true);
    ali.ok(&format!("case refer {misdirected} --to Zoe"));
    ali.ok(&format!("case refer {forgotten} --to Zoe"));
    ali.command(&format!("case refer {outside} --by phone --outside")).arg("Mairie").run().ok();
    meet(0);
    let mut accepts: Vec<_> = todo(&zoe, 0);
    accepts.sort();
    let mut expected = [&given, &misdirected, &forgotten].map(|case| line("accept", case, false));
    expected.sort();
    assert_eq!(accepts, expected);
    assert!(rose.ok("status")["todo"].as_array().is_some_and(|first| first.len() <= 3));

    // the second day: the first act takes a case up; another goes back
    on_day(&zoe, 1, &format!("case act {given} --text -"), Some("Inventé : la banque est appelée."));
    assert_eq!(on_day(&zoe, 1, &format!("case show {given}"), None)["status"], "in_progress");
    on_day(&zoe, 1, &format!("case return {misdirected} --reason misdirected --text -"), Some("Inventé : ciblage."));
    meet(1);
    assert!(todo(&ali, 1).contains(&line("returned", &misdirected, false)), "{:?}", todo(&ali, 1));
    assert!(!todo(&zoe, 1).iter().any(|(_, case, _)| *case == misdirected));
    on_day(&ali, 1, &format!("case assign {misdirected} Odile"), None);
    // outside nobody has confirmed: by voice it is done, once
    assert!(todo(&ali, 1).iter().any(|(what, case, _)| what == "confirm" && *case == outside));
    on_day(&ali, 1, &format!("case confirm {outside} --by-phone"), None);
    assert_eq!(refused_on(&ali, 1, &format!("case confirm {outside} --by-phone")), "not_sent_outside");

    // the fifth day: what nobody took up has come up to the manager; what nobody has is late
    meet(5);
    let late = todo(&ali, 5);
    assert!(late.contains(&line("late", &forgotten, true)), "{late:?}");
    assert!(late.contains(&line("refer", &free, true)), "{late:?}");
    assert!(todo(&zoe, 5).contains(&line("accept", &forgotten, true)));
    // the operator is not told of what is late with others
    assert!(!todo(&odile, 5).iter().any(|(what, ..)| what == "late"));
    on_day(&ali, 5, &format!("case remind {forgotten}"), None);

    // the person hears meanwhile what is being done: the day moves
    let due = |day: i64| on_day(&ali, day, &format!("case show {given}"), None)["due_day"].clone();
    let before = due(5);
    let until = on_day(&ali, 18, "clock show", None)["now"].as_str().map(|now| now[..10].to_owned());
    let until = until.expect("a day");
    let answer = format!("case answer {given} --interim --until {until} --text -");
    assert_eq!(on_day(&odile, 5, &answer, Some("Inventé : la banque cherche."))["interim"], true);
    meet(5);
    assert_ne!(due(5), before);
    assert_eq!(refused_on(&odile, 5, &format!("case answer {given} --satisfied yes")), "not_answered");

    // the end: the answer, and what she said of it
    on_day(&zoe, 8, &format!("case resolve {given} --text -"), Some("Inventé : payé."));
    meet(8);
    assert!(todo(&odile, 8).contains(&line("call_back", &given, false)), "{:?}", todo(&odile, 8));
    on_day(&odile, 9, &format!("case answer {given} --text - --satisfied yes"), Some("Inventé : c'est payé."));
    assert!(todo(&odile, 9).iter().any(|(what, case, _)| what == "close" && *case == given));
    // what cannot be is refused with its reason
    for (act, why) in [
        (format!("case close {free} --as satisfied"), "not_answered"),
        (format!("case close {free} --as acknowledged --reason x"), "answer_expected"),
        (format!("case close {free} --as no_contact"), "not_resolved"),
        (format!("case close {free} --as services_only --reason x"), "only_sealed"),
        (format!("case close {given} --as answered"), "said_otherwise"),
        (format!("case return {given} --reason misdirected --text x"), "not_yours"),
        (format!("case remind {free}"), "not_assigned"),
        (format!("case handover {given} --to x --receipt y"), "only_sealed"),
    ] {
        assert_eq!(refused_on(&odile, 9, &act), why, "{act}");
    }
    let closed = on_day(&odile, 9, &format!("case close {given} --as satisfied"), None);
    assert_eq!(closed["loop_closed"], true, "{closed}");
    meet(9);
    for home in all {
        assert_eq!(on_day(home, 9, "verify", None)["problems"], json!([]));
        assert_eq!(on_day(home, 9, &format!("case show {given}"), None)["status"], "closed");
    }
}

#[test]
fn whoever_does_not_read_a_case_adds_a_note_and_decides_nothing() {
    let org = Org::founded();
    let rose = &org.rose;
    rose.ok("site add PES --name Pestel --kind office --parent REG");
    rose.ok("site add PAR --name Partenaire --kind partner --parent REG");
    let ali = org.join("JER", "cfm_manager", "Ali");
    let zoe = org.join("PES", "focal_cash", "Zoe");
    let paul = org.join("PAR", "partner_focal", "Paul");
    let all = [rose, &ali, &zoe, &paul];
    let meet = || sync_until_equal(&all, &[(1, 0), (2, 0), (3, 0), (1, 0), (2, 0), (3, 0)]);
    meet();
    for name in ["Ali", "Zoe", "Paul"] {
        org.confirm(name);
    }
    meet();
    let case = new(&ali, "--type complaint --category payment.not_received --phone +23566112233 --consent given");
    meet();
    for stranger in [&zoe, &paul] {
        assert_eq!(on_day(stranger, 0, &format!("case note {case} --text -"), Some("Inventé."))["noted"], Value::Null);
        for act in [
            "case set {} phone=+23560000000",
            "case set {} project=x",
            "case triage {} --category payment.late",
            "case assign {} me",
            "case answer {} --text x --satisfied yes",
            "case resolve {} --text x",
            "case hold {} --for person",
            "case consent {} contact_back withdrawn --means oral",
            "case attempt {} --outcome busy",
            "case act {} --text x",
            "case close {} --as withdrawn --reason x",
            "case reopen {} --reason x",
            "case share {} --with me",
            "case refer {} --outside x --by phone",
            "case remind {}",
            "case seal {} --audience psea --reason x --no-recusal",
            "case move {} --site PES",
        ] {
            let why = refused_on(stranger, 0, &act.replace("{}", &case));
            assert!(
                [
                    "case_not_read",
                    "withheld",
                    "only_site_reader",
                    "not_permitted",
                    "never_assigned",
                    "not_closed",
                    "not_assigned"
                ]
                .contains(&&*why),
                "{act}: {why}"
            );
        }
    }
    let before = ali.show(&case);
    meet();
    let shown = ali.show(&case);
    assert_eq!((&shown["status"], &shown["phone"]), (&before["status"], &json!("+23566112233")), "{shown}");
    assert_eq!(shown["notes"].as_array().map(Vec::len), Some(2), "{shown}");
    assert_eq!(shown["conflicts"], json!([]));
}

#[test]
fn a_hold_ends_on_its_day_and_an_answer_that_did_not_settle_it_is_looked_at_again() {
    let org = Org::founded();
    let ali = org.join("JER", "cfm_manager", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    let case = new(&ali, "--type complaint --category payment.not_received --consent given");
    let due = |day: i64| on_day(&ali, day, &format!("case show {case}"), None)["due_day"].clone();
    let foreseen = on_day(&ali, 3, "clock show", None)["now"].as_str().map(|now| now[..10].to_owned()).expect("a day");
    let past = on_day(&ali, 0, "clock show", None)["now"].as_str().map(|_| "2026-01-02").expect("a day");
    assert_eq!(refused_on(&ali, 0, &format!("case hold {case} --for person --until {past}")), "hold_over");
    on_day(&ali, 0, &format!("case hold {case} --for person --until {foreseen}"), None);
    let held = due(0);
    assert_eq!((due(10), due(200)), (held.clone(), held), "the hold is over, and the days run");
    assert_eq!(on_day(&ali, 200, &format!("case show {case}"), None)["overdue"], true);
}
