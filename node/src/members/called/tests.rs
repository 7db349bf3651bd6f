use crdt_model::edit::{Edit, Telling};
use crdt_model::values::{Who, Words};
use proptest::prelude::*;

use super::*;
use crate::api::SealOptions;
use crate::log::meta;
use crate::members::{NewSite, new_site};
use crate::store::Space;
use crate::tests::generations::confirmed;
use crate::tests::{Home, NOW, case_id, complaint, exchange, passphrase};

/// Ways to type one name.
const ANA: [&str; 6] =
    ["Ana Paul", "ana paul", "Ana\u{a0}Paul", " ANA\u{202f}PAUL ", "A\u{ff4e}a Paul", "A\u{301}na  Paul"];

/// As a member list of before this looked may hold it.
fn renamed(home: &Home, member: &MemberId, name: &str) {
    let key = meta::local_name(member);
    home.log.store.write(|tx| tx.put(Space::Meta, &key, name.as_bytes())).expect("written");
    home.log.refresh().expect("read anew");
}

fn refused(name: &str) -> &'static str {
    let folder = tempfile::TempDir::new().expect("a folder");
    let home = folder.path().join("home");
    let made = crate::members::init(&home, crate::members::founder("PAM", "JER", name), &passphrase(), NOW);
    let code = made.err().map_or("", |failure| failure.code);
    assert_eq!(home.exists(), code.is_empty(), "{name:?}: refused, nothing is begun");
    code
}

#[test]
fn a_member_is_found_by_the_name_people_read() {
    let founder = Home::founded();
    let ana = confirmed(&founder, "JER", "operator", "Ana\u{a0}Paul");
    let shared = founder.log.shared();
    assert_eq!(shared.name(&ana.member), "Ana Paul", "kept as it is read");
    for typed in ANA {
        assert_eq!(crate::members::find_member(&shared, typed).expect("found"), ana.member, "{typed:?}");
        let found = founder.with(|_, reader| crate::cases::who(&shared, reader, typed)).expect("found");
        assert_eq!(found, Who::Member(ana.member), "{typed:?}");
    }
    // a name that an older program kept as it was pasted
    for kept in ["Ana\u{a0}Paul", "An\u{200b}a Paul", "A\u{301}na Paul"] {
        renamed(&founder, &ana.member, kept);
        let shared = founder.log.shared();
        for typed in ANA {
            assert_eq!(crate::members::find_member(&shared, typed).expect("found"), ana.member, "{kept:?} {typed:?}");
        }
    }
}

#[test]
fn where_somebody_is_called_moi_nobody_is_guessed() {
    let founder = Home::founded();
    let ana = confirmed(&founder, "JER", "operator", "Ana");
    renamed(&founder, &ana.member, "Moi");
    let who = |typed: &str| founder.with(|_, reader| crate::cases::who(&founder.log.shared(), reader, typed));
    assert_eq!(who("moi").expect_err("two may be meant").code, "member_ambiguous");
    assert_eq!(who("me").expect("whoever asks"), Who::Member(founder.member));
}

#[test]
fn whoever_bears_the_name_is_recused_on_every_device_and_reads_nothing() {
    let founder = Home::founded();
    let first = confirmed(&founder, "JER", "focal_psea", "Ana\u{a0}Paul");
    let second = founder.invited("JER", "focal_psea", "ana paul");
    let shared = founder.log.shared();
    assert!(!shared.has_namesakes(&first.member));
    exchange(&founder, &second);
    let listed = crate::members::member_list(&founder.log);
    assert_eq!(listed.as_array().expect("members").iter().filter(|m| m["namesakes"] == true).count(), 2);
    let several =
        founder.with(|log, reader| crate::members::member_confirm(log, reader, "Ana Paul", &[])).expect_err("which?");
    assert_eq!(several.code, "member_ambiguous");
    let digits = second.member.short();
    let told = founder.with(|log, reader| crate::members::member_confirm(log, reader, &digits, &[])).expect("words");
    assert_eq!((&told["namesakes"], &told["warnings"]), (&json!(true), &json!(["namesake"])));
    let words: Vec<String> =
        told["words"].as_array().expect("words").iter().map(|w| w.as_str().expect("a word").to_owned()).collect();
    founder.with(|log, reader| crate::members::member_confirm(log, reader, &digits, &words)).expect("confirmed");
    exchange(&founder, &second);
    for typed in ANA {
        let case = crdt_model::edit::NewCase { text: Some("SECRET".into()), category: None, ..complaint() };
        let options = SealOptions {
            audience: Some("psea".into()),
            recuse: Some(vec![typed.to_owned()]),
            ..SealOptions::default()
        };
        let made =
            founder.with(|log, reader| crate::writes::case_new_with(log, reader, case, &options, NOW)).expect("made");
        let shown = founder.show(&case_id(&made)).expect("shown");
        assert_eq!(shown["recusals"].as_array().map(Vec::len), Some(2), "{typed:?}");
        for recused in [&first, &second] {
            exchange(&founder, recused);
            let seen = recused.show(&case_id(&made)).map(|shown| shown.to_string()).unwrap_or_default();
            assert!(!seen.contains("SECRET"), "{typed:?}");
        }
    }
}

#[test]
fn a_newcomer_recuses_by_any_spelling_of_a_name_it_was_told_of() {
    let founder = Home::founded();
    let focal = confirmed(&founder, "JER", "focal_psea", "Ana\u{a0}Paul");
    let newcomer = founder.invited("JER", "operator", "Odile");
    let shared = newcomer.log.shared();
    for typed in ANA {
        let found = crate::writes::recusals(&shared, &[typed.to_owned()]).expect("told of");
        assert_eq!(found, [crdt_model::edit::Recusal::Member(focal.member)], "{typed:?}");
    }
    assert_eq!(crate::writes::recusals(&shared, &["Anna".to_owned()]).expect_err("nobody").code, "recusal_unknown");
}

#[test]
fn names_that_cannot_be_seen_mix_scripts_or_mean_something_else_are_refused() {
    for (name, code) in [
        ("Ro\u{200b}se", "name_invisible"),
        ("\u{202e}esoR", "name_invisible"),
        ("Ro\u{7}se", "name_invisible"),
        ("R\u{43e}se", "name_mixed_scripts"),
        ("\u{391}na", "name_mixed_scripts"),
        (" \u{a0} ", "usage_missing"),
        ("me", "name_reserved"),
        ("Moi", "name_reserved"),
        ("@last", "name_reserved"),
        ("Focal_PSEA", "name_reserved"),
        ("\u{ff4f}perator", "name_reserved"),
        ("DEADBEEF", "name_reserved"),
        ("12345678", "name_reserved"),
        ("Rose علي", ""),
        ("Анна", ""),
        ("Facade", ""),
    ] {
        assert_eq!(refused(name), code, "{name:?}");
    }
    let founder = Home::founded();
    let added = |code: &str, name: &str, unit: Option<&str>| {
        founder
            .with(|log, reader| {
                crate::members::site_add(
                    log,
                    reader,
                    NewSite { org_unit: unit, ..new_site(code, name, "office", None) },
                )
            })
            .map_err(|f| f.code)
    };
    assert_eq!(added("BOM", "Bo\u{200d}mbo", None).expect_err("refused"), "name_invisible");
    assert_eq!(added("BOM", "Bombo", Some("P\u{430}M")).expect_err("refused"), "name_mixed_scripts");
    let told = added("\u{ff42}om", " Bombo\u{2003}nord", None).expect("added");
    assert_eq!((&told["site"], &told["name"]), (&json!("BOM"), &json!("Bombo nord")));
    let shared = founder.log.shared();
    for typed in ["bom", " BOM\u{a0}", "\u{ff22}\u{ff2f}\u{ff2d}"] {
        assert_eq!(crate::members::known_site(&shared, typed).expect("known"), "BOM", "{typed:?}");
    }
}

#[test]
fn a_site_goes_by_its_name_too_where_one_alone_bears_it() {
    let founder = Home::founded();
    let add = |code: &str, name: &str| {
        let site = new_site(code, name, "office", None);
        founder.with(|log, reader| crate::members::site_add(log, reader, site)).expect("added");
    };
    add("PES", "P\u{e9}stel");
    add("NRD", "Nord");
    let known = |typed: &str| crate::members::known_site(&founder.log.shared(), typed);
    for typed in ["pestel", "P\u{c9}STEL", " Pe\u{301}stel "] {
        assert_eq!(known(typed).as_deref(), Ok("PES"), "{typed:?}");
    }
    let refused = known("pestle").expect_err("no such site");
    assert_eq!((refused.code, refused.args[1].1.as_str()), ("site_not_found", "PES (P\u{e9}stel)"));
    assert_eq!(known("").expect_err("nothing typed").code, "site_not_found");
    add("NRE", "NORD");
    let refused = known("nord").expect_err("two of them");
    assert_eq!((refused.code, refused.args[1].1.as_str()), ("site_ambiguous", "NRD, NRE"));
    // a code is the site's whose code it is, whatever another is called
    add("XYZ", "NRD");
    assert_eq!(known("nrd").as_deref(), Ok("NRD"));
}

#[test]
fn a_second_member_of_a_home_does_not_take_a_name_that_reads_alike() {
    let founder = Home::founded();
    let told = founder
        .with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, None, NOW))
        .expect("invited");
    let text = told["invitation"].as_str().expect("a text");
    for name in ["ROSE", "Ros\u{e9}", "Rose\u{a0}"] {
        let joined = crate::members::join(&founder.log.home, Some(&*founder.log), text, name, &passphrase(), NOW);
        assert_eq!(joined.err().map(|failure| failure.code), Some("member_exists"), "{name:?}");
    }
}

#[test]
fn lists_are_asked_for_projects_and_partners_in_any_case() {
    let founder = Home::founded();
    let case = crdt_model::edit::NewCase { project: Some("Lima".into()), partner: Some("ACF".into()), ..complaint() };
    founder.new_case(case);
    let count = |project: &str, partner: &str| {
        let filter = crate::api::CaseFilter {
            project: Some(project.into()),
            partner: Some(partner.into()),
            site: Some("\u{ff2a}er".into()),
            count: true,
            ..Default::default()
        };
        founder.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &filter, NOW)).expect("listed")
            ["count"]
            .clone()
    };
    assert_eq!(count("LIMA", "acf"), 1);
    assert_eq!(count(" lima\u{a0}", "\u{ff21}CF"), 1);
    assert_eq!(count("lim", "acf"), 0);
}

/// Texts that look like what the program itself writes.
fn nasty(member: &MemberId) -> Vec<String> {
    let mut seeds: Vec<String> = [
        "role:hotline",
        "role:abc",
        "Rose",
        "me",
        "{\"withheld\":\"personal\"}",
        "{\"by\":\"role:x\"}",
        " deux blancs  devant et derrière  ",
        "\nligne\n\nvide\n",
        "\tonglet",
        "e\u{301}te\u{301}",
        "عربي \u{200f}! \u{202e}abc",
        "pa\u{200b}s vu\u{feff}",
        "=1+1",
        "2026-11-21T21:18:13.512Z",
        "satisfied",
        "\u{2028}\u{a0}\u{3000}x",
        "👩\u{200d}🌾",
        "null",
    ]
    .map(str::to_owned)
    .to_vec();
    seeds.extend([
        member.to_string(),
        format!("member:{member}"),
        member.short(),
        "member:".to_owned() + &"0".repeat(32),
    ]);
    seeds
}

/// Every view of a case, but its own member's name where a member is meant.
fn told_everywhere(home: &Home, case: &str, text: &str) -> Vec<String> {
    let shown = home.show(case).expect("shown");
    let history = home
        .with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, case)?;
            Ok(crate::cases::history(&shared, &loaded))
        })
        .expect("told");
    let mut missing = Vec::new();
    for field in WORDS {
        if shown[field] != json!(text) {
            missing.push(format!("show {field}: {}", shown[field]));
        }
        let said = |row: &Json| row["field"] == *field && row["act"] == "set" && row["value"] == json!(text);
        if !history.as_array().expect("rows").iter().any(said) {
            missing.push(format!("history {field}"));
        }
    }
    for (at, value) in [
        ("locality", &shown["location"]["locality"]),
        ("note", &shown["notes"][0]["text"]),
        ("action", &shown["actions"][0]["what"]),
        ("behalf", &shown["actions"][0]["on_behalf_of"]),
        ("resolution", &shown["resolution"]["text"]),
        ("answer", &shown["responses"][0]["text"]),
    ] {
        if *value != json!(text) {
            missing.push(format!("show {at}: {value}"));
        }
    }
    for (field, act) in [("notes", "note"), ("actions", "action")] {
        let said = |row: &Json| row["field"] == field && row["act"] == act && row["value"] == json!(text);
        if !history.as_array().expect("rows").iter().any(said) {
            missing.push(format!("history {field}"));
        }
    }
    missing
}

/// Fields of words, but those that stand elsewhere in what is shown.
const WORDS: &[&str] = &[
    "reporter_name",
    "phone",
    "alt_contact",
    "safe_contact",
    "recall_word",
    "household_id",
    "card_no",
    "summary",
    "text",
    "expected_outcome",
    "incident_place",
];

fn written(home: &Home, text: &str) -> String {
    let words = || Some(Words::from(text));
    let case = crdt_model::edit::NewCase {
        reporter_name: words(),
        phone: words(),
        alt_contact: words(),
        safe_contact: words(),
        recall_word: words(),
        household_id: words(),
        card_no: words(),
        locality: words(),
        summary: words(),
        text: words(),
        expected_outcome: words(),
        incident_place: words(),
        ..complaint()
    };
    let case = case_id(&home.new_case(case));
    let acts = [
        Edit::Note { text: text.into() },
        Edit::Act { what: text.into(), on_behalf_of: words(), due: None },
        Edit::Assign { to: Who::Member(home.member).into() },
        Edit::Resolve { outcome: "resolved".into(), text: text.into() },
        Edit::Answer(Telling { text: words(), ..Telling::default() }),
    ];
    for act in acts {
        home.with(|log, reader| crate::writes::act(log, reader, &case, &act, NOW)).expect("acted");
    }
    case
}

#[test]
fn words_that_look_like_ids_and_names_come_back_as_they_were_said() {
    let home = Home::founded();
    for text in nasty(&home.member) {
        let case = written(&home, &text);
        assert_eq!(told_everywhere(&home, &case, &text), [""; 0], "{text:?}");
        let shown = home.show(&case).expect("shown");
        for named in [&shown["created_by"], &shown["assignee"], &shown["notes"][0]["by"], &shown["resolution"]["by"]] {
            assert_eq!(*named, json!("Rose"), "where a member is meant there is a name");
        }
    }
}

#[test]
fn what_was_said_of_a_sealed_case_comes_back_and_who_is_recused_has_a_name() {
    let home = Home::founded();
    let _ana = confirmed(&home, "JER", "operator", "Ana");
    for text in nasty(&home.member) {
        let case = crdt_model::edit::NewCase {
            category: Some("sea.abuse".into()),
            allegation: Some(text.as_str().into()),
            accused: Some(text.as_str().into()),
            ..complaint()
        };
        // one of the texts is a name here: it is said that it means somebody else
        let not_them = vec!["Rose".to_owned()];
        let options = SealOptions { recuse: Some(vec!["Ana".to_owned()]), not_them, ..SealOptions::default() };
        let made =
            home.with(|log, reader| crate::writes::case_new_with(log, reader, case, &options, NOW)).expect("made");
        let shown = home.show(&case_id(&made)).expect("shown");
        assert_eq!((&shown["allegation"][0]["text"], &shown["accused"]), (&json!(text), &json!(text)));
        assert_eq!((&shown["recusals"][0], &shown["allegation"][0]["by"]), (&json!("Ana"), &json!("Rose")));
        let told = home.with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, &case_id(&made))?;
            Ok(crate::cases::history(&shared, &loaded))
        });
        let told = told.expect("told");
        let said = |act: &str, value: &str| {
            told.as_array().expect("rows").iter().any(|row| row["act"] == act && row["value"] == json!(value))
        };
        assert!(said("allegation", &text) && said("set", &text) && said("recusal", "Ana"), "{text:?}");
    }
}

/// Two say two things of one field: both come back as they were said, in the conflict, once settled and once sealed.
fn rivals_come_back(founder: &Home, ana: &Home, text: &str) {
    let case = case_id(&founder.new_case(complaint()));
    exchange(founder, ana);
    let other = format!("{text}'");
    for (home, text) in [(founder, text), (ana, other.as_str())] {
        let set = Edit::Set { values: vec![("summary".to_owned(), text.into())] };
        home.with(|log, reader| crate::writes::act(log, reader, &case, &set, NOW)).expect("set");
    }
    exchange(founder, ana);
    let shown = founder.show(&case).expect("shown");
    let rivals = shown["conflicts"][0]["values"].as_array().expect("rivals").clone();
    let values: std::collections::BTreeSet<&str> = rivals.iter().filter_map(|rival| rival["value"].as_str()).collect();
    assert_eq!(values, [text, other.as_str()].into());
    let by: std::collections::BTreeSet<&str> = rivals.iter().filter_map(|rival| rival["by"].as_str()).collect();
    assert_eq!(by, ["Ana", "Rose"].into());
    let pick =
        usize::try_from(rivals.iter().find(|r| r["value"] == json!(text)).expect("there")["pick"].as_u64().expect("n"));
    let settle = Edit::Settle { field: "summary".into(), pick: pick.expect("small") };
    founder.with(|log, reader| crate::writes::act(log, reader, &case, &settle, NOW)).expect("settled");
    assert_eq!(founder.show(&case).expect("shown")["summary"], json!(text));
    let options = SealOptions { recuse: Some(Vec::new()), ..SealOptions::default() };
    founder
        .with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from(text), &options, NOW))
        .expect("sealed");
    let sealed = founder.show(&case).expect("shown");
    assert_eq!(sealed["summary"], json!(text), "restated as it stood");
    assert!(sealed["reasons"].as_array().expect("reasons").iter().any(|told| told["text"] == json!(text)));
}

#[test]
fn rivals_come_back_as_they_were_said_and_settled_as_they_came() {
    let founder = Home::founded();
    let ana = confirmed(&founder, "JER", "operator", "Ana");
    for text in nasty(&founder.member) {
        rivals_come_back(&founder, &ana, &text);
    }
}

#[test]
fn who_does_the_work_is_named_in_lists_and_groups_and_nothing_else_is() {
    let home = Home::founded();
    let case = case_id(&home.new_case(complaint()));
    let assign = Edit::Assign { to: Who::Member(home.member).into() };
    home.with(|log, reader| crate::writes::act(log, reader, &case, &assign, NOW)).expect("assigned");
    let filter = |group: &[&str]| crate::api::CaseFilter {
        group_by: group.iter().map(|field| (*field).to_owned()).collect(),
        ..Default::default()
    };
    let list = |group: &[&str]| {
        home.with(|log, reader| crate::list::query::list(log, &log.shared(), reader, &filter(group), NOW))
            .expect("listed")
    };
    assert_eq!((&list(&[])[0]["assignee"], &list(&[])[0]["waiting_on"]), (&json!("Rose"), &json!("Rose")));
    assert_eq!(list(&["assignee"]), json!([{"assignee": "Rose", "count": 1}]));
    let to_role = Edit::Assign { to: Who::Role("operator".into()).into() };
    home.with(|log, reader| crate::writes::act(log, reader, &case, &to_role, NOW)).expect("assigned");
    assert_eq!((&list(&[])[0]["assignee"], &list(&[])[0]["waiting_on"]), (&json!("operator"), &json!("operator")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_in_any_field_comes_back_in_any_view(text in any::<String>()) {
        thread_local! {
            static HOME: Home = Home::founded();
        }
        // what a terminal would obey is refused, a line ends in one way, and blanks alone say nothing
        let text: String = text.chars().filter(|c| !c.is_control()).take(15).collect();
        prop_assume!(!text.trim().is_empty());
        HOME.with(|home| {
            let case = written(home, &text);
            prop_assert_eq!(told_everywhere(home, &case, &text), Vec::<String>::new());
            Ok(())
        })?;
    }

    #[test]
    fn any_text_comes_back_in_a_conflict_once_settled_and_once_sealed(text in "\\PC{1,200}") {
        thread_local! {
            static HOMES: (Home, Home) = {
                let founder = Home::founded();
                let ana = confirmed(&founder, "JER", "operator", "Ana");
                (founder, ana)
            };
        }
        prop_assume!(!text.trim().is_empty());
        HOMES.with(|(founder, ana)| rivals_come_back(founder, ana, &text));
    }
}
