use clap::FromArgMatches;
use crdt_model::edit::{Edit, NewCase, Telling, Whom};
use crdt_model::values::{Moment, Precision, Words};
use node::api::{CaseFilter, Request, Roots, RowChange, SealOptions, Secret};
use node::texts::Texts;

use super::*;
use crate::args::Cli;
use crate::console::script::Script;

const NOW: i64 = 1_795_000_000_000;
const DAY: i64 = 86_400_000;

fn action_with(line: &[&str], script: &mut Script) -> Result<Action, Failure> {
    action_of(line, script, &Texts::for_lang("fr"))
}

fn action_of(line: &[&str], script: &mut Script, texts: &Texts) -> Result<Action, Failure> {
    let matches = crate::help::command(texts)
        .try_get_matches_from(std::iter::once(&"boucle").chain(line))
        .unwrap_or_else(|error| panic!("{line:?}: {error}"));
    let cli = Cli::from_arg_matches(&matches).expect("the same tree");
    let mut asker = Asker::new(script, texts, NOW);
    asker.member = cli.global.member;
    cli.command.action(&mut asker)
}

/// The request of a command line without a terminal.
fn request(line: &str) -> Request {
    let words: Vec<&str> = line.split(' ').collect();
    match action_with(&words, &mut Script::default()) {
        Ok(Action::Ask(request)) => request,
        other => panic!("{line}: {other:?}"),
    }
}

fn refusal(line: &str) -> Failure {
    let words: Vec<&str> = line.split(' ').collect();
    action_with(&words, &mut Script::default()).expect_err(line)
}

fn r() -> String {
    "@last".to_owned()
}

#[test]
fn bundles_and_the_stick_are_understood() {
    let export = |to: Option<&str>, after: Option<&str>, all, max_bytes| Request::BundleExport {
        path: "/s/a.boucle".into(),
        to: to.map(str::to_owned),
        after: after.map(str::to_owned),
        all,
        max_bytes,
    };
    assert_eq!(request("bundle export /s/a.boucle"), export(None, None, false, None));
    let line = "bundle export /s/a.boucle --for JER --after /s/b.boucle --max-size 2GB";
    assert_eq!(request(line), export(Some("JER"), Some("/s/b.boucle"), false, Some(2_000_000_000)));
    assert_eq!(request("bundle export /s/a.boucle --all"), export(None, None, true, None));
    let import = |accept_late| Request::BundleImport { path: "/s/a.boucle".into(), accept_late };
    assert_eq!(request("bundle import /s/a.boucle"), import(false));
    assert_eq!(request("bundle import /s/a.boucle --accept-late"), import(true));
    assert_eq!(request("bundle inspect /s/a.boucle"), Request::BundleInspect { path: "/s/a.boucle".into() });
    assert_eq!(request("carry"), Request::Carry { path: None });
    assert_eq!(request("carry /media/rose/CLE"), Request::Carry { path: Some("/media/rose/CLE".into()) });
    assert_eq!(refusal("bundle export /s/a.boucle --max-size big").code, "usage_bad_value");
}

#[test]
fn setting_up_is_understood() {
    let init = |roots| Request::Init {
        org: "PAM".into(),
        site: "JER".into(),
        member: "Rose".into(),
        roots,
        zone: Some("UTC".into()),
    };
    assert_eq!(request("init --org PAM --site JER --member Rose"), init(None));
    let two_of_three = Some(Roots { needed: 2, of: 3 });
    assert_eq!(request("init --org PAM --site JER --member Rose --roots 2-of-3"), init(two_of_three));
    let add = Request::SiteAdd {
        code: "MNK".into(),
        name: "Manakara".into(),
        kind: "committee".into(),
        parent: Some("JER".into()),
        org_unit: Some("PAM".into()),
        zone: Some("Indian/Antananarivo".into()),
    };
    let line = "site add MNK --name Manakara --kind committee --parent JER --org-unit PAM --zone Indian/Antananarivo";
    assert_eq!(request(line), add);
    let set = Request::SiteSet {
        code: "MNK".into(),
        zone: Some("Africa/Bangui".into()),
        name: None,
        closed: None,
        hours: None,
    };
    assert_eq!(request("site set MNK --zone Africa/Bangui"), set);
    let closes = Request::SiteSet {
        code: "MNK".into(),
        zone: None,
        name: Some("Sud".into()),
        closed: Some(true),
        hours: Some("-".into()),
    };
    assert_eq!(request("site set MNK --name Sud --close --hours -"), closes);
    assert_eq!(request("site list"), Request::SiteList);
    assert_eq!(request("routing import /a.csv"), Request::RoutingImport { path: "/a.csv".into() });
    assert_eq!(request("routing show"), Request::RoutingShow { site: None });
    let route = Request::RoutingSet {
        site: "MNK".into(),
        category: Some("payment".into()),
        to: Some("focal_cash".into()),
        duty_phone: None,
        alternate_phone: None,
    };
    assert_eq!(request("routing set MNK --category payment --to focal_cash"), route);
    let invite = Request::Invite { site: "JER".into(), role: "operator".into(), expires_ms: Some(30 * DAY), out: None };
    assert_eq!(request("invite --site JER --role operator --expires 30d"), invite);
    assert_eq!(
        request("join boucle1abc --member Ali"),
        Request::Join { invitation: Secret::new("boucle1abc".into()), member: "Ali".into() }
    );
    assert_eq!(request("member list"), Request::MemberList);
    assert_eq!(
        request("member set Zoé --speaks sg,kbl"),
        Request::MemberSet { name: "Zoé".into(), speaks: "sg,kbl".into() }
    );
    assert_eq!(
        request("member away Zoé --until 2026-12-15 --deputy Ali"),
        Request::MemberAway { name: "Zoé".into(), until: Some("2026-12-15".into()), deputy: Some("Ali".into()) }
    );
    assert_eq!(
        request("member away Zoé --back"),
        Request::MemberAway { name: "Zoé".into(), until: None, deputy: None }
    );
    let words = "un deux trois quatre cinq six";
    assert_eq!(
        request(&format!("member confirm Ali --words {words}")),
        Request::MemberConfirm { name: "Ali".into(), words: words.split(' ').map(str::to_owned).collect() }
    );
    assert_eq!(request("audience list"), Request::AudienceList);
    assert_eq!(request("taxonomy show"), Request::TaxonomyShow);
    let change = RowChange {
        labels: vec!["fr=Siège".into()],
        within_h: Some(24),
        reach: Some("+509".into()),
        audiences: vec!["psea".into()],
        sensitivities: vec!["s3".into()],
        projects: vec!["CASH".into()],
        fields: vec!["category".into(), "admin1".into()],
        ..RowChange::default()
    };
    assert_eq!(
        request(
            "taxonomy add body hq --label fr=Siège --within 24 --reach +509 --audience psea --sensitivity s3 \
             --project CASH --fields category,admin1"
        ),
        Request::TaxonomySet { table: "body".into(), code: "hq".into(), change, adds: true }
    );
    assert_eq!(
        request("taxonomy set project CASH --close"),
        Request::TaxonomySet {
            table: "project".into(),
            code: "CASH".into(),
            change: RowChange { closed: Some(true), ..RowChange::default() },
            adds: false
        }
    );
    assert_eq!(
        request("case notify @last --body hq --by phone --text Dit."),
        Request::edit("@last", Edit::Notify { body: "hq".into(), by: "phone".into(), text: Some("Dit.".into()) })
    );
    for (line, refused) in [("case appeal @last", false), ("case appeal @last --refused", true)] {
        assert_eq!(request(line), Request::edit("@last", Edit::Appeal { refused }));
    }
    assert_eq!(request("taxonomy import /a.toml"), Request::TaxonomyImport { path: "/a.toml".into() });
    assert_eq!(request("taxonomy export /a.toml"), Request::TaxonomyExport { path: "/a.toml".into() });
}

#[test]
fn an_invitation_may_be_a_file_or_standard_input() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("invite.txt");
    std::fs::write(&file, "boucle1fromfile\n")?;
    let joined = |script: &mut Script, given: &str| match action_with(&["join", given, "--member", "Ali"], script) {
        Ok(Action::Ask(Request::Join { invitation, .. })) => invitation.expose().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(joined(&mut Script::default(), file.to_str().expect("UTF-8")), "boucle1fromfile");
    let mut piped = Script { stdin: "boucle1piped\n".into(), ..Script::default() };
    assert_eq!(joined(&mut piped, "-"), "boucle1piped");
    Ok(())
}

#[test]
fn what_is_meant_as_a_file_and_is_none_is_no_altered_invitation() {
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().to_str().expect("UTF-8").to_owned();
    for given in ["nosuchfile.txt", ".", "../invite", "C:\\invite", "nosuchfile", "boucle1.txt", &there] {
        let failure = action_with(&["join", given, "--member", "Ali"], &mut Script::default()).expect_err(given);
        assert_eq!((failure.code, failure.exit.code()), ("file_not_found", 3), "{given}");
    }
    // an invitation that lost its beginning is never repeated
    let lost = "OUCLE1".to_owned() + &"A".repeat(400);
    assert!(action_with(&["join", &lost, "--member", "Ali"], &mut Script::default()).is_ok());
    assert!(action_with(&["join", "BOUCLE1-AAAA", "--member", "Ali"], &mut Script::default()).is_ok());
    let mut piped = Script { stdin: "x.txt\n".into(), ..Script::default() };
    assert!(action_with(&["join", "-", "--member", "Ali"], &mut piped).is_ok(), "what is piped in names no file");
}

#[test]
fn six_words_are_asked_for_where_there_are_fewer() {
    for words in ["", " un", " un deux"] {
        let failure = refusal(&format!("member confirm Ali --words{words}"));
        assert_eq!((failure.code, failure.exit.code()), ("six_words", 2), "{words}");
    }
    assert!(Texts::for_lang("en").error(&Failure::new("six_words")).0.contains("six words"));
}

#[test]
fn on_a_terminal_closing_asks_for_its_reason_with_the_codes_there_are() {
    let mut script = Script::with(&["satisfed", "satisfied"]);
    let Ok(Action::Ask(Request::CaseEdit { edit: Edit::Close { reason, .. }, .. })) =
        action_with(&["case", "close", "@last"], &mut script)
    else {
        panic!("a closing")
    };
    assert_eq!(reason, "satisfied");
    assert!(
        script.asked[0].contains("pas satisfait·e") && script.asked[0].contains("injoignable"),
        "{:?}",
        script.asked
    );
    assert_eq!(refusal("case close @last").args[0], ("missing", "--as".to_owned()));
}

#[test]
fn running_and_checking_is_understood() {
    for (line, expected) in [
        ("status", Request::Status),
        ("sync", Request::Sync { target: None }),
        ("sync 127.0.0.1:4001", Request::Sync { target: Some("127.0.0.1:4001".into()) }),
        ("verify", Request::Verify),
        ("fingerprint", Request::Fingerprint),
        ("digest", Request::Digest),
        ("outbox", Request::Outbox),
        ("case withdraw 193 3fa9c1d2", Request::CaseWithdraw { r#ref: "193".into(), entry: Some("3fa9c1d2".into()) }),
        ("case withdraw @last", Request::CaseWithdraw { r#ref: "@last".into(), entry: None }),
        ("lock", Request::Lock),
        ("unlock", Request::Unlock),
        ("passphrase change", Request::PassphraseChange { new: Secret::default() }),
    ] {
        assert_eq!(request(line), expected);
    }
    let words = ["run", "--listen", "/ip4/127.0.0.1/tcp/0", "--peer", "h:1", "--peer", "h:2"];
    let Ok(Action::Run(options, _, _)) = action_with(&[&words[..], &["--no-mdns"]].concat(), &mut Script::default())
    else {
        panic!("run is an action of its own")
    };
    assert_eq!((options.listen.len(), options.peers.len(), options.mdns), (1, 2, false));
    assert_eq!((options.auto_lock_ms, options.key_file), (Some(600_000), None));
    let alone = ["run", "--unattended", "--keyfile", "/stick/a.key", "--auto-lock", "off"];
    let Ok(Action::Run(options, _, _)) = action_with(&alone, &mut Script::default()) else { panic!("run") };
    assert_eq!((options.auto_lock_ms, options.key_file), (None, Some("/stick/a.key".into())));
    assert_eq!(refusal("run --auto-lock soon").code, "bad_value");
    assert!(matches!(action_with(&["wipe"], &mut Script::default()), Ok(Action::Wipe { yes: false })));
    assert!(matches!(action_with(&["wipe", "--yes"], &mut Script::default()), Ok(Action::Wipe { yes: true })));
    assert!(matches!(
        action_with(&["demo", "--keep", "/tmp/demo"], &mut Script::default()),
        Ok(Action::Demo(demo::Demo { keep: Some(_) }))
    ));
}

#[test]
fn every_option_of_a_new_case_reaches_its_field() {
    let line = "case new --type complaint --channel hotline --category payment.not_received --spoken ht --text mots \
                --urgent --project P1 --partner O1 --stakeholder affected_person --filer group --group-size 12 \
                --reporter-name Awa --phone 0612 --sex f --age-group 18-29 --disability 1,1,3,1,0,1 --location Ambo \
                --consent given --consent refer_external=refused:oral --safe-contact soir --received-at 2026-11-20 \
                --incident-at 2026-10 --allegation dit --accused qui --recuse Paul hr --sensitivity s2 \
                --external-id kobo:uuid:1 --slip S-1 --session B-1 --admin1 A1 --admin2 A2 --admin3 A3 --age 31";
    let line: Vec<&str> = line.split_whitespace().collect();
    let Ok(Action::Ask(Request::CaseNew { case, seal })) = action_with(&line, &mut Script::default()) else {
        panic!("understood")
    };
    let some = |text: &str| Some(text.to_owned());
    let words = |text: &str| Some(Words::from(text));
    assert_eq!(
        seal,
        SealOptions { recuse: Some(vec!["Paul".into(), "hr".into()]), audience: None, ..SealOptions::default() }
    );
    assert_eq!(case.consents.len(), 4);
    assert_eq!(case.consents[3].means, some("oral"));
    assert_eq!(case.received_at.map(|moment| moment.precision), Some(Precision::Day));
    assert_eq!(case.incident_at.map(|moment| moment.precision), Some(Precision::Month));
    let expected = NewCase {
        case_type: "complaint".into(),
        channel: "hotline".into(),
        category: some("payment.not_received"),
        spoken_language: some("ht"),
        text: words("mots"),
        priority: some("p1"),
        project: some("P1"),
        partner: some("O1"),
        stakeholder: some("affected_person"),
        filer: some("group"),
        group_size: Some(12),
        reporter_name: words("Awa"),
        phone: words("0612"),
        sex: some("f"),
        age: Some(31),
        age_group: some("18-29"),
        disability_answers: Some([1, 1, 3, 1, 0, 1]),
        locality: words("Ambo"),
        admin1: some("A1"),
        admin2: some("A2"),
        admin3: some("A3"),
        safe_contact: words("soir"),
        allegation: words("dit"),
        accused: words("qui"),
        sensitivity: some("s2"),
        external_ids: vec![("kobo".into(), "uuid:1".into())],
        slip: some("S-1"),
        session_id: some("B-1"),
        consents: case.consents.clone(),
        received_at: case.received_at,
        incident_at: case.incident_at,
        ..NewCase::default()
    };
    assert_eq!(*case, expected);
}

#[test]
fn without_a_terminal_a_new_case_needs_only_type_and_channel() {
    let Request::CaseNew { case, seal } = request("case new --type question --channel desk --anonymous --no-recusal")
    else {
        panic!("a new case")
    };
    assert_eq!(seal.recuse, Some(vec![]));
    assert_eq!((case.anonymous, case.text.clone()), (Some(true), None));
    let Request::CaseNew { seal, .. } = request("case new --type question --channel desk") else {
        panic!("a new case")
    };
    assert_eq!(seal.recuse, None);
    let failure = refusal("case new --text mots");
    assert_eq!(failure.args[0], ("missing", "--type, --channel".to_owned()));
    // of other commands it is not true that nearly all is asked for
    let hint = |failure: &Failure| Texts::for_lang("en").error(failure).1.unwrap_or_default();
    assert!(hint(&failure).contains("on a terminal nearly all"), "{failure:?}");
    let failure = refusal("case note @last");
    assert_eq!(hint(&failure), "`--help` says what each takes");
}

#[test]
fn on_a_terminal_a_new_case_asks_and_blank_means_not_said() {
    let mut script = Script::with(&["complaint", "hotline", "", "Pa gen dlo", "Awa", "", "Ambo"]);
    let Ok(Action::Ask(Request::CaseNew { case, .. })) = action_with(&["case", "new"], &mut script) else {
        panic!("a new case")
    };
    assert_eq!(case.text, Some(Words::from("Pa gen dlo")));
    assert_eq!((case.category.clone(), case.phone.clone()), (None, None));
    assert_eq!(case.locality, Some(Words::from("Ambo")));
    assert_eq!(script.asked.len(), 7, "where there is no phone, nobody asks when to call");
    // Who stays unknown is not asked for a name.
    let mut script = Script::with(&["", "mots"]);
    let line = ["case", "new", "--type", "complaint", "--channel", "box", "--anonymous"];
    assert!(action_with(&line, &mut script).is_ok());
    assert_eq!(script.asked.len(), 3);
}

#[test]
fn a_mistyped_code_is_told_when_it_is_typed_and_one_on_the_line_before_anything_is_asked() {
    let mut script = Script::with(&["compl", "complaint", "hotlin", "hotline", "nocat", "payment.not_receivd", ""]);
    let texts = Texts::for_lang("en");
    let Ok(Action::Ask(Request::CaseNew { case, .. })) =
        action_of(&["case", "new", "--anonymous"], &mut script, &texts)
    else {
        panic!("a new case")
    };
    assert_eq!((case.case_type.as_str(), case.channel.as_str(), &case.category), ("complaint", "hotline", &None));
    for (question, told) in [(1, "no such code: compl"), (3, "hotline"), (6, "payment.not_received")] {
        assert!(script.asked[question].contains(told), "{told}: {:?}", script.asked);
    }
    for option in [["--type", "compl"], ["--channel", "hotlin"], ["--category", "nocat"], ["--sex", "zz"]] {
        let mut script = Script::with(&["complaint", "hotline", "", ""]);
        let failure = action_with(&[&["case", "new"][..], &option].concat(), &mut script).expect_err(option[1]);
        assert_eq!((failure.code, script.asked.len()), ("not_in_taxonomy", 0), "{option:?}");
    }
}

#[test]
fn nobody_opens_a_sealed_case_by_leaving_a_word_out() {
    let line = ["case", "lower", "@last"];
    let lower = |answers: &[&str]| action_with(&line, &mut Script::with(answers)).map_err(|failure| failure.code);
    let Ok(Action::Ask(Request::CaseLower { to, reason, .. })) = lower(&["S0", "y", "a mistake"]) else {
        panic!("lowered")
    };
    assert_eq!((to.as_deref(), reason), (Some("s0"), Words::from("a mistake")));
    assert!(lower(&["s2", "a mistake"]).is_ok(), "what stays sealed needs no second word");
    assert!(matches!(lower(&["s0", "n", "a mistake"]), Err("not_confirmed")));
    assert!(matches!(lower(&["sys:12"]), Err("safety_unanswered")), "asked again until it is understood");
    assert!(lower(&["", "sys:12", "s0", "peut-être", "", "oui", "a mistake"]).is_ok());
}

#[test]
fn of_a_case_that_will_be_sealed_the_allegation_is_asked_too() {
    let mut script = Script::with(&["mots", "", "0612", "le soir", "", "ce qui est dit"]);
    let line = "case new --type complaint --channel hotline --category sea.abuse --no-recusal";
    let line: Vec<&str> = line.split(' ').collect();
    let Ok(Action::Ask(Request::CaseNew { case, seal })) = action_with(&line, &mut script) else {
        panic!("a new case")
    };
    assert_eq!((case.allegation, case.accused), (Some("ce qui est dit".into()), None));
    assert_eq!((case.safe_contact, case.locality), (Some("le soir".into()), None));
    assert_eq!(seal, SealOptions { recuse: Some(vec![]), audience: None, ..SealOptions::default() });
}

/// No word of a person need stand on a command line: every option that takes some asks for it when it stands alone, and
/// names itself where nobody can be asked.
#[test]
fn every_option_for_a_persons_words_asks_when_it_stands_alone() {
    let new = "case new --type complaint --channel sms --category sea.abuse --no-recusal";
    for (line, option, question) in [
        (new, "--text", "What the person says (blank: nothing):"),
        (new, "--reporter-name", "Name of the person (blank: not said):"),
        (new, "--phone", "Phone (blank: not said):"),
        (new, "--safe-contact", "When and how to reach safely (blank: not said):"),
        (new, "--location", "Where, in words (blank: not said):"),
        (new, "--allegation", "What is alleged, in the person's words (blank: nothing more):"),
        (new, "--external-id", "Number elsewhere, SYSTEM:ID (blank: none):"),
        ("case note @last", "--text", "Note:"),
        ("case act @last", "--text", "What was done or is to be done:"),
        ("case act @last --text mots", "--on-behalf", "On behalf of whom, without the system (blank: nobody):"),
        ("case resolve @last", "--text", "Outcome, and what to tell the person:"),
        ("case answer @last", "--text", "Answer given to the person:"),
        ("case answer @last --satisfied yes", "--text", "Answer given to the person:"),
        ("case reopen @last", "--reason", "Reason:"),
        ("case seal @last", "--reason", "Reason:"),
        ("case raise @last", "--reason", "Reason:"),
        ("case lower @last --to s1", "--reason", "Reason:"),
    ] {
        let line: Vec<&str> = line.split(' ').chain([option]).collect();
        // `SYS:ID` is an answer that every option takes
        let mut script = Script::with(&["sys:12"; 12]);
        let texts = Texts::for_lang("en");
        let action = action_of(&line, &mut script, &texts);
        assert!(action.is_ok(), "{line:?}: {action:?}");
        // a text of several lines says how it ends behind it
        assert!(script.asked.iter().any(|asked| asked.starts_with(question)), "{line:?}: {:?}", script.asked);
        let shown = serde_json::to_string(&match action {
            Ok(Action::Ask(request)) => request,
            _ => panic!("a request"),
        });
        let shown = shown.expect("plain data");
        assert!(shown.contains("12") && !shown.contains("\\u0000"), "{line:?}: {shown}");
        // nobody to ask
        let failure = action_of(&line, &mut Script::default(), &texts).expect_err("missing");
        assert_eq!(failure.args[0], ("missing", option.to_owned()), "{line:?}");
    }
    // who is complained about is asked with who works here, once the rest is known
    for line in [new, "case seal @last --reason mots", "case raise @last --reason mots", "case triage @last --urgent"] {
        let line: Vec<&str> = line.split(' ').chain(["--accused"]).collect();
        let texts = Texts::for_lang("en");
        assert!(action_of(&line, &mut Script::with(&["sys:12"; 12]), &texts).is_ok(), "{line:?}");
        let failure = action_of(&line, &mut Script::default(), &texts).expect_err("nobody to ask");
        assert_eq!(failure.args[0], ("missing", "--accused".to_owned()), "{line:?}");
    }
}

#[test]
fn what_names_a_colleague_or_a_secret_is_asked_for_as_well() {
    for (line, answers) in [
        ("case assign @last", &["focal_cash"][..]),
        ("case triage @last", &["sea.abuse"]),
        ("case set @last", &["phone, sex", "0612", "f"]),
        ("member confirm", &["Ali"]),
    ] {
        let mut script = Script::with(answers);
        let line: Vec<&str> = line.split(' ').collect();
        let action = action_with(&line, &mut script).expect("understood");
        assert_eq!(script.asked.len(), answers.len(), "{line:?}: {:?}", script.asked);
        match action {
            Action::Ask(Request::CaseEdit { edit: Edit::Assign { to }, .. }) => {
                assert_eq!(to, Whom::Typed("focal_cash".into()));
            }
            Action::Ask(Request::CaseEdit { edit: Edit::Triage { category, .. }, .. }) => {
                assert_eq!(category.as_deref(), Some("sea.abuse"))
            }
            Action::Ask(Request::CaseEdit { edit: Edit::Set { values: assignments }, .. }) => {
                let expected = [("phone", "0612"), ("sex", "f")];
                assert_eq!(assignments, expected.map(|(field, value)| (field.to_owned(), Words::from(value))));
            }
            Action::Ask(Request::MemberConfirm { name, .. }) => assert_eq!(name, "Ali"),
            other => panic!("{other:?}"),
        }
    }
    // one a line, as a file holds them
    let mut script = Script { stdin: "kamba\nbwèt wouj, ti mesye\n".into(), ..Script::default() };
    let Ok(Action::Ask(Request::WordsAdd { words, .. })) = action_with(&["words", "add", "-"], &mut script) else {
        panic!("words")
    };
    assert_eq!(words, ["kamba", "bwèt wouj", "ti mesye"]);
}

#[test]
fn a_whole_record_comes_as_json_and_options_go_over_it() {
    let record = r#"{"type":"complaint","channel":"sms","text":"mots","anonymous":false,"recuse":[]}"#;
    let mut script = Script { stdin: record.into(), ..Script::default() };
    let Ok(Action::Ask(Request::CaseNew { case, seal })) =
        action_with(&["case", "new", "--from-json", "-", "--channel", "desk"], &mut script)
    else {
        panic!("a new case")
    };
    assert_eq!((case.case_type.as_str(), case.channel.as_str()), ("complaint", "desk"));
    assert_eq!((case.text.clone(), seal.recuse), (Some(Words::from("mots")), Some(vec![])));
}

#[test]
fn a_record_that_is_none_is_refused_without_quoting_it() {
    for (record, code) in [
        ("", "bad_record"),
        ("[]", "bad_record"),
        (r#"{"type":"complaint","Marie":1}"#, "unknown_field"),
        (r#"{"type":"complaint","age":"Marie"}"#, "bad_value"),
        (r#"{"type":"#, "bad_record"),
        (r#"{"type": Marie}"#, "bad_record"),
        ("null", "bad_record"),
    ] {
        let mut script = Script { stdin: record.into(), ..Script::default() };
        let failure = action_with(&["case", "new", "--from-json", "-"], &mut script).expect_err(record);
        assert_eq!((failure.code, failure.exit.code()), (code, 2), "{record}");
        assert!(!format!("{failure:?}").contains("Marie"), "{failure:?}");
    }
}

#[test]
fn every_filter_of_a_listing_is_understood() {
    let line = "case list --status received --status triaged,closed --category sea.abuse --site JER --project P \
                --partner O --channel sms --spoken ht --assignee me --sensitivity s1 --since 30d --until 2026-11-21 \
                --older-than 2w --overdue --untriaged --unanswered --not-delivered --session B --sort -due_at \
                --limit 10";
    let filter = CaseFilter {
        status: ["received", "triaged", "closed"].map(str::to_owned).to_vec(),
        category: vec!["sea.abuse".into()],
        site: Some("JER".into()),
        project: Some("P".into()),
        partner: Some("O".into()),
        channel: Some("sms".into()),
        spoken: Some("ht".into()),
        assignee: Some("me".into()),
        sensitivity: Some("s1".into()),
        since: Some(Moment { at_ms: NOW - 30 * DAY, precision: Precision::Minute }),
        until: Some(Moment { at_ms: 20_778 * DAY, precision: Precision::Day }),
        older_than_ms: Some(14 * DAY),
        overdue: true,
        untriaged: true,
        unanswered: true,
        not_delivered: true,
        session: Some("B".into()),
        sort: Some("-due_at".into()),
        limit: Some(10),
        ..CaseFilter::default()
    };
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(request(&line), Request::CaseList(Box::new(filter)));
    let grouped = CaseFilter { group_by: vec!["site".into(), "status".into()], ..CaseFilter::default() };
    assert_eq!(request("case list --group-by site,status"), Request::CaseList(Box::new(grouped)));
    let counted = CaseFilter { count: true, ..CaseFilter::default() };
    assert_eq!(request("case list --count"), Request::CaseList(Box::new(counted)));
    assert_eq!(refusal("case list --since hier").code, "bad_value");
}

#[test]
fn every_verb_on_a_case_is_understood() {
    let w = || Words::from("mots");
    let ahead = |ms| Some(Moment { at_ms: NOW + ms, precision: Precision::Minute });
    let triage = Request::CaseEdit {
        r#ref: r(),
        edit: Edit::Triage {
            category: Some("sea.abuse".into()),
            case_type: None,
            sensitivity: None,
            priority: Some("p1".into()),
            project: None,
        },
        seal: SealOptions { recuse: Some(vec!["hr".into()]), audience: None, ..SealOptions::default() },
    };
    let many = |filter: fn(&mut CaseFilter), edit: Edit, only_look: bool| {
        let mut chosen = CaseFilter::default();
        filter(&mut chosen);
        Request::CaseMany { filter: Box::new(chosen), edit, only_look }
    };
    for (line, expected) in [
        ("case show @last", Request::CaseShow { r#ref: r() }),
        ("case history @last", Request::CaseHistory { r#ref: r() }),
        ("case conflicts", Request::CaseConflicts { r#ref: None }),
        ("case conflicts @last", Request::CaseConflicts { r#ref: Some(r()) }),
        ("case settle @last category --pick 2", Request::edit(r(), Edit::Settle { field: "category".into(), pick: 2 })),
        ("case note @last --text mots", Request::edit(r(), Edit::Note { text: w() })),
        ("case note @last mots", Request::edit(r(), Edit::Note { text: w() })),
        ("case triage @last --category sea.abuse --urgent --recuse hr", triage),
        ("case assign @last focal_cash", Request::edit(r(), Edit::Assign { to: Whom::Typed("focal_cash".into()) })),
        ("case accept @last", Request::edit(r(), Edit::Accept)),
        (
            "case return @last --reason misdirected --text mots",
            Request::edit(r(), Edit::Return { reason: "misdirected".into(), because: w() }),
        ),
        (
            "case refer @last --outside mots --by phone",
            Request::edit(r(), Edit::Outside { to: w(), by: "phone".into() }),
        ),
        ("case confirm @last --by-phone", Request::edit(r(), Edit::Confirm)),
        ("case remind @last", Request::edit(r(), Edit::Remind)),
        (
            "case ask @last --text mots",
            Request::edit(r(), Edit::Ask { of: Whom::Typed("cfm_manager".into()), text: "mots".into() }),
        ),
        (
            "case ask @last mots --to Zoé",
            Request::edit(r(), Edit::Ask { of: Whom::Typed("Zoé".into()), text: "mots".into() }),
        ),
        ("case handover @last --to mots --receipt mots", Request::edit(r(), Edit::Handover { to: w(), receipt: w() })),
        ("case remind --all", many(|filter| filter.late = true, Edit::Remind, false)),
        (
            "case assign focal_cash --category payment --site JER --dry-run",
            many(
                |filter| (filter.category, filter.site) = (vec!["payment".into()], Some("JER".into())),
                Edit::Assign { to: Whom::Typed("focal_cash".into()) },
                true,
            ),
        ),
        (
            "case close --as answered --reason mots --unanswered",
            many(
                |filter| filter.unanswered = true,
                Edit::Close { reason: "answered".into(), because: Some(w()) },
                false,
            ),
        ),
        ("todo", Request::Todo { limit: None }),
        ("batch list", Request::BatchList),
        (
            "batch out /l.csv --to mots --category payment --fields text,phone --due 3d --confidential --dry-run",
            Request::BatchOut {
                filter: Box::new(CaseFilter { category: vec!["payment".into()], ..CaseFilter::default() }),
                to: w(),
                purpose: None,
                fields: vec!["text".into(), "phone".into()],
                confidential: true,
                due_in_ms: Some(3 * DAY),
                path: "/l.csv".into(),
                only_look: true,
            },
        ),
        (
            "batch in /l.csv --answer Payé=hier=paid --take 12=JER-104-00193-54",
            Request::BatchIn {
                path: "/l.csv".into(),
                encoding: None,
                to: None,
                answers: vec![("Payé=hier".into(), "paid".into())],
                takes: vec![(12, "JER-104-00193-54".into())],
                only_look: false,
            },
        ),
        ("todo --all", Request::Todo { limit: Some(u64::MAX) }),
        (
            "case refer @last --to PES --fields text,phone",
            Request::CaseRefer {
                r#ref: r(),
                to: "PES".into(),
                fields: Some(vec!["text".into(), "phone".into()]),
                text: None,
            },
        ),
        ("case link @last 9 --as related", Request::CaseLink { r#ref: r(), to: "9".into(), kind: "related".into() }),
        ("case merge @last 9", Request::CaseMerge { r#ref: r(), into: "9".into() }),
        ("case unmerge @last", Request::CaseUnmerge { r#ref: r() }),
        ("case duplicates", Request::CaseDuplicates { r#ref: None }),
        ("case duplicates @last", Request::CaseDuplicates { r#ref: Some(r()) }),
        ("case move @last --site PES", Request::CaseMove { r#ref: r(), site: "PES".into(), only_look: false }),
        (
            "case share @last --with focal_cash --stop",
            Request::edit(r(), Edit::Share { with: Whom::Typed("focal_cash".into()), stop: true }),
        ),
        (
            "case act @last --text mots --on-behalf Paul --due 24h",
            Request::edit(r(), Edit::Act { what: w(), on_behalf_of: Some("Paul".into()), due: ahead(DAY) }),
        ),
        (
            "case hold @last --for person --until 2d",
            Request::edit(r(), Edit::Hold { reason: "person".into(), until: ahead(2 * DAY) }),
        ),
        ("case unhold @last", Request::edit(r(), Edit::Unhold)),
        ("case resolve @last --text mots", Request::edit(r(), Edit::Resolve { outcome: "resolved".into(), text: w() })),
        (
            "case resolve @last --outcome paid",
            Request::edit(r(), Edit::Resolve { outcome: "paid".into(), text: Words::default() }),
        ),
        (
            "case answer @last --text mots --satisfied yes",
            Request::edit(
                r(),
                Edit::Answer(Telling { text: Some(w()), satisfied: Some("satisfied".into()), ..Telling::default() }),
            ),
        ),
        (
            "case answer @last --satisfied no",
            Request::edit(r(), Edit::Answer(Telling { satisfied: Some("not_satisfied".into()), ..Telling::default() })),
        ),
        (
            "case answer @last --text mots",
            Request::edit(r(), Edit::Answer(Telling { text: Some(w()), ..Telling::default() })),
        ),
        (
            "case attempt @last --outcome busy",
            Request::edit(r(), Edit::Attempt { outcome: "busy".into(), channel: None }),
        ),
        (
            "case consent @last contact_back given --means oral",
            Request::edit(
                r(),
                Edit::Consent {
                    purpose: "contact_back".into(),
                    answer: "given".into(),
                    means: Some("oral".into()),
                    by: None,
                },
            ),
        ),
        (
            "case close @last --as satisfied",
            Request::edit(r(), Edit::Close { reason: "satisfied".into(), because: None }),
        ),
        ("case reopen @last --reason mots", Request::edit(r(), Edit::Reopen { reason: w() })),
        (
            "case seal @last --reason mots --no-recusal --audience psea",
            Request::CaseSeal {
                r#ref: r(),
                reason: w(),
                seal: SealOptions { recuse: Some(vec![]), audience: Some("psea".into()), ..SealOptions::default() },
                then: None,
            },
        ),
        (
            "case raise @last --to s3 --reason mots --recuse hr",
            Request::CaseRaise {
                r#ref: r(),
                to: Some("s3".into()),
                reason: w(),
                seal: SealOptions { recuse: Some(vec!["hr".into()]), audience: None, ..SealOptions::default() },
            },
        ),
        ("case lower @last --reason mots", Request::CaseLower { r#ref: r(), to: None, reason: w() }),
        ("case erase --approve @last", Request::CaseErase { r#ref: r(), approve: true, late_too: false }),
        ("words show", Request::WordsShow { lang: None }),
        ("words add --spoken sg kamba", Request::WordsAdd { lang: "sg".into(), words: vec!["kamba".into()] }),
        ("clock show", Request::ClockShow { brief: false }),
        (
            "clock set 2026-11-29T22:10:00Z --sure",
            Request::ClockSet { at_ms: Some(1_795_990_200_000), sure: true, before_home: false },
        ),
        ("clock set --machine", Request::ClockSet { at_ms: None, sure: true, before_home: false }),
        ("clock accept Odile", Request::ClockAccept { who: Some("Odile".into()) }),
        ("words remove bouzen", Request::WordsRemove { lang: "fr".into(), words: vec!["bouzen".into()] }),
    ] {
        assert_eq!(request(line), expected);
    }
}

#[test]
fn words_left_out_are_asked_for_or_named_as_missing() {
    for (line, missing) in [
        ("case note @last", "--text"),
        ("case act @last", "--text"),
        ("case resolve @last", "--text"),
        ("case answer @last", "--text"),
        ("case reopen @last", "--reason"),
        ("case seal @last", "--reason"),
        ("case raise @last", "--reason"),
        ("case lower @last", "--reason"),
        ("words add", "WORD"),
        ("clock set", "TIME"),
        ("case set @last phone", "phone=VALUE"),
        ("case set @last", "FIELD=VALUE"),
        ("case assign @last", "WHO"),
        ("member confirm", "NAME"),
        ("init", "--org, --site, --member"),
        ("site add", "CODE, --name, --kind"),
        ("invite", "--site, --role"),
        ("join", "INVITE, --member"),
    ] {
        assert_eq!(refusal(line).args, vec![("missing", missing.to_owned())], "{line}");
    }
    let mut script = Script::with(&["mots"]);
    assert!(matches!(
        action_with(&["case", "note", "@last"], &mut script),
        Ok(Action::Ask(Request::CaseEdit { edit: Edit::Note { text }, .. })) if text == Words::from("mots")
    ));
}

#[test]
fn assignments_take_a_value_standard_input_or_an_answer() {
    let mut script = Script { stdin: "0612\n".into(), ..Script::with(&["Awa"]) };
    let line = ["case", "set", "@last", "project=P=1", "phone=-", "reporter_name", "partner="];
    let Ok(Action::Ask(Request::CaseEdit { edit: Edit::Set { values: assignments }, .. })) =
        action_with(&line, &mut script)
    else {
        panic!("a set")
    };
    let expected = [("project", "P=1"), ("phone", "0612"), ("reporter_name", "Awa"), ("partner", "")];
    assert_eq!(assignments, expected.map(|(field, value)| (field.to_owned(), Words::from(value))));
    assert_eq!(script.asked, ["Valeur de Nom de la personne :"]);
    // a pipe that failed clears nothing
    for nothing in ["", "\n", " \r\n"] {
        let mut script = Script { stdin: nothing.into(), ..Script::default() };
        let failure = action_with(&["case", "set", "@last", "phone=-"], &mut script).expect_err("empty");
        assert_eq!((failure.code, failure.exit.code()), ("nothing_on_stdin", 2));
    }
    let slip = refusal("case set @last Marie-Louise");
    assert_eq!(slip.code, "usage_bad_value");
    assert!(!format!("{slip:?}").contains("Marie"));
}

#[test]
fn an_import_names_files_by_their_whole_path() {
    let Request::Import { path, format, mapping, site, dry_run, rejects, .. } =
        request("import k.csv --as kobo --mapping m.toml --site JER --dry-run --rejects r.csv")
    else {
        panic!("an import")
    };
    for path in [path, mapping.expect("given"), rejects.expect("given")] {
        assert!(std::path::Path::new(&path).is_absolute(), "{path}");
    }
    assert_eq!((format.as_str(), site.as_deref(), dry_run), ("kobo", Some("JER"), true));
}

#[test]
fn wrong_consents_and_numbers_elsewhere_are_refused_without_being_quoted() {
    for option in ["--consent Marie", "--consent =given", "--consent record=Marie", "--external-id Marie"] {
        let failure = refusal(&format!("case new --type complaint --channel sms {option}"));
        assert_eq!(failure.code, "bad_value", "{option}");
        assert!(!format!("{failure:?}").contains("Marie"));
    }
}

/// The act of a command line whose parts may hold blanks.
fn act(line: &[&str]) -> Edit {
    match action_with(line, &mut Script::default()) {
        Ok(Action::Ask(Request::CaseEdit { edit, .. })) => edit,
        other => panic!("{line:?}: {other:?}"),
    }
}

#[test]
fn a_label_is_taken_where_a_code_is() {
    let close = |reason: &str| Edit::Close { reason: reason.into(), because: None };
    let hold = |reason: &str| Edit::Hold { reason: reason.into(), until: None };
    let attempt = |outcome: &str| Edit::Attempt { outcome: outcome.into(), channel: None };
    let says = |satisfied: &str| Edit::Answer(Telling { satisfied: Some(satisfied.into()), ..Telling::default() });
    for (line, expected) in [
        (&["case", "close", "@last", "--as", "retiré"][..], close("withdrawn")),
        (&["case", "close", "@last", "--as", "RETIREE PAR LA PERSONNE"], close("withdrawn")),
        (&["case", "close", "@last", "--as", "withdrawn"], close("withdrawn")),
        (&["case", "hold", "@last", "--for", "personne"], hold("person")),
        (&["case", "hold", "@last", "--for", "la personne"], hold("person")),
        (&["case", "attempt", "@last", "--outcome", "occupé"], attempt("busy")),
        (&["case", "attempt", "@last", "--outcome", "Pas de reponse"], attempt("no_answer")),
        (&["case", "answer", "@last", "--satisfied", "oui"], says("satisfied")),
        (&["case", "answer", "@last", "--satisfied", "no"], says("not_satisfied")),
        (&["case", "answer", "@last", "--satisfied", "en partie"], says("partly")),
        (&["case", "answer", "@last", "--satisfied", "declined"], says("declined")),
    ] {
        assert_eq!(act(line), expected, "{line:?}");
    }
    let set = act(&["case", "set", "@last", "category=Paiement non reçu", "sex=femme"]);
    let of = |field: &str, code: &str| (field.to_owned(), Words::from(code));
    assert_eq!(set, Edit::Set { values: vec![of("category", "payment.not_received"), of("sex", "f")] });
    let triage = act(&["case", "triage", "@last", "--category", "paiement non reçu"]);
    assert!(
        matches!(&triage, Edit::Triage { category: Some(code), .. } if code == "payment.not_received"),
        "{triage:?}"
    );
    let list = ["case", "list", "--category", "paiement non reçu", "--status", "fermé", "--channel", "courriel"];
    match action_with(&list, &mut Script::default()) {
        Ok(Action::Ask(Request::CaseList(filter))) => {
            assert_eq!((&filter.category[0][..], &filter.status[0][..]), ("payment.not_received", "closed"));
            assert_eq!(filter.channel.as_deref(), Some("email"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_word_that_may_mean_several_or_none_is_refused_with_the_candidates_in_words() {
    let refused = |line: &[&str]| {
        let failure = action_with(line, &mut Script::default()).expect_err("refused");
        let (message, hint) = Texts::for_lang("fr").error(&failure);
        (failure.code, message, hint.unwrap_or_default())
    };
    let (code, message, hint) = refused(&["case", "close", "@last", "--as", "personne"]);
    assert_eq!((code, &message[..]), ("ambiguous_code", "Clôture : plusieurs réponses correspondent"));
    assert!(hint.contains("retiré") && hint.contains("services seulement (services_only)"), "{hint}");
    let (code, message, hint) = refused(&["case", "close", "@last", "--as", "injoinable"]);
    assert_eq!((code, &message[..]), ("unknown_code", "Clôture : cette réponse n'existe pas"));
    assert_eq!(hint, "possibles : injoignable (unreachable)");
    let (code, _, hint) = refused(&["case", "attempt", "@last", "--outcome", "xyzzy"]);
    assert_eq!((code, &hint[..]).0, "unknown_code");
    assert!(hint.contains("Occupé (busy)"), "{hint}");
}

#[test]
fn what_a_terminal_can_ask_for_is_asked_for_with_labels() {
    let asks = |line: &[&str], answers: &[&str]| {
        let mut script = Script::with(answers);
        let asked = action_with(line, &mut script);
        match asked {
            Ok(Action::Ask(Request::CaseEdit { edit, .. })) => (edit, script.asked),
            other => panic!("{line:?}: {other:?}"),
        }
    };
    let (edit, asked) = asks(&["case", "hold", "@last"], &["", "9", "2"]);
    assert_eq!(edit, Edit::Hold { reason: "document".into(), until: None });
    assert!(asked[0].contains("1 la personne\n") && asked[0].contains("2 un document\n"), "{asked:?}");
    assert!(asked[2].contains("n'existe pas"), "{asked:?}");
    let (edit, _) = asks(&["case", "attempt", "@last"], &["occupe"]);
    assert_eq!(edit, Edit::Attempt { outcome: "busy".into(), channel: None });
    let (edit, asked) = asks(&["case", "close", "@last"], &["retiré"]);
    assert_eq!(edit, Edit::Close { reason: "withdrawn".into(), because: None });
    assert!(asked[0].contains("retiré") && !asked[0].contains("withdrawn"), "{asked:?}");
    let (edit, _) = asks(&["case", "settle", "@last"], &["Clôture", "2"]);
    assert_eq!(edit, Edit::Settle { field: "closure".into(), pick: 2 });
    let mut script = Script::with(&["affiche", "Distribution lundi.", ""]);
    match action_with(&["broadcast", "--site", "JER"], &mut script) {
        Ok(Action::Ask(Request::CaseMany { edit: Edit::Broadcast { by, .. }, .. })) => assert_eq!(by, "poster"),
        other => panic!("{other:?}"),
    }
    // without a terminal all of it is named at once
    assert_eq!(refusal("case hold @last").args, [("missing", "--for".to_owned())]);
    assert_eq!(refusal("case settle @last").args, [("missing", "FIELD, --pick".to_owned())]);
}

#[test]
fn a_list_of_no_lines_is_no_list() {
    let line = ["boucle", "todo", "--limit", "0"];
    assert!(crate::help::command(&Texts::for_lang("fr")).try_get_matches_from(line).is_err());
}
