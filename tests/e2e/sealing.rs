//! What must not lie open: sensitive words, cases sealed late, raised, lowered and erased; as typed, and as asked for.

use e2e::{Home, Org, sync, sync_until_equal};
use serde_json::{Value, json};

const REASON: &str = "Plus grave qu'il n'y paraissait.";

/// The founder, an operator of another site, and a confirmed focal point of the audience `psea`: all hold the same.
fn three() -> (Org, Home, Home) {
    let org = Org::founded();
    let (ali, nadia) = (org.join("MNK", "operator", "Ali"), org.join("JER", "focal_psea", "Nadia"));
    sync_until_equal(&[&org.rose, &ali, &nadia], &[(1, 0), (2, 0)]);
    org.confirm("Nadia");
    sync_until_equal(&[&org.rose, &ali, &nadia], &[(1, 0), (2, 0)]);
    (org, ali, nadia)
}

/// A command whose reason comes by standard input.
fn said(home: &Home, line: &str) -> e2e::Invocation {
    home.command(line).stdin(REASON)
}

#[test]
fn a_case_is_sealed_raised_lowered_and_erased_as_typed() {
    let (org, ali, nadia) = three();
    let (rose, canary) = (&org.rose, "Personne ne répare la pompe de Manakara.");
    let case = ali.new_case(canary);
    let text = |home: &Home| home.show(&case)["text"].clone();
    // who works here is asked before anything is sealed
    let line = format!("case seal {case} --reason - --audience psea");
    said(&ali, &line).run().refused(2, "recusal_not_asked");
    let (_, hint) = said(&ali, &line).in_words().run().refused_in_words(2);
    assert!(hint.is_some_and(|hint| hint.contains("--recuse") && hint.contains("--no-recusal")));
    ali.cmd(&format!("case seal {case} --no-recusal")).refused(2, "usage_missing");
    said(&ali, &format!("case seal {case} --reason - --no-recusal --audience nobody"))
        .run()
        .refused(3, "audience_not_found");
    assert_eq!((text(&ali), &ali.show(&case)["restricted"]), (json!(canary), &json!(false)), "nothing happened");

    let told = said(&ali, &format!("{line} --no-recusal")).run().ok();
    let shape = ["generation", "audience", "restricted", "readable", "status"].map(|name| told[name].clone());
    assert_eq!(shape, [json!(1), json!("psea"), json!(true), json!(false), json!("restricted")], "{told}");
    assert!(!ali.show(&case).to_string().contains("pompe"), "hidden at once where it was taken down");
    said(&ali, &format!("{line} --no-recusal")).run().refused(4, "outside_audience");
    said(&ali, &format!("case lower {case} --reason -")).run().refused(4, "outside_audience");
    sync(&ali, rose);
    sync(&nadia, rose);
    let inside = nadia.show(&case);
    assert_eq!((&inside["text"], &inside["sensitivity"]), (&json!(canary), &json!("s2")), "{inside}");
    assert!(inside["reasons"].to_string().contains(REASON) && inside["exposed"].to_string().contains("Ali"));

    let raise = format!("case raise {case} --to s3 --reason -");
    assert_eq!(said(&nadia, &raise).run().ok()["restricted"], true);
    assert_eq!(nadia.show(&case)["sensitivity"], "s3");
    said(&nadia, &raise).run().refused(1, "not_a_raise");
    let lowered = said(&nadia, &format!("case lower {case} --to s2 --reason -")).in_words().run();
    assert!(lowered.status.success() && lowered.stdout.contains("sensitivity lowered"), "{lowered}");
    assert_eq!((&nadia.show(&case)["sensitivity"], &nadia.show(&case)["restricted"]), (&json!("s2"), &json!(true)));
    let opened = said(&nadia, &format!("case lower {case} --to s0 --reason -")).in_words().run();
    assert!(opened.status.success() && opened.stdout.contains("open now"), "{opened}");

    // two signatures erase what came before, of two devices that may
    sync(&nadia, rose);
    sync(&ali, rose);
    assert_eq!(text(&ali), canary, "open for the site again");
    let erase = format!("case erase {case}");
    ali.cmd(&erase).refused(4, "not_permitted");
    rose.cmd(&format!("{erase} --approve")).refused(1, "nothing_to_approve");
    let proposed = rose.ok(&erase);
    assert_eq!((&proposed["erased"], &proposed["generation"]), (&json!(false), &json!(1)), "{proposed}");
    rose.cmd(&erase).refused(4, "second_signature_needed");
    sync(&nadia, rose);
    assert_eq!(nadia.ok("status")["erasures_to_approve"][0]["generation"], 1);
    let told = nadia.command("status").in_words().run();
    let line = told.stdout.lines().find_map(|line| line.trim().strip_prefix("boucle case erase --approve "));
    let id = line.unwrap_or_else(|| panic!("a command that works: {told}"));
    let done = nadia.command(&format!("case erase --approve {id}")).in_words().run();
    assert!(done.status.success() && done.stdout.contains("Erased here"), "{done}");
    nadia.cmd(&erase).refused(1, "nothing_to_erase");
    sync_until_equal(&[rose, &ali, &nadia], &[(1, 0), (2, 0), (1, 0)]);
    for home in [rose, &ali, &nadia] {
        assert_eq!((home.ok("verify")["ok"].clone(), text(home)), (json!(true), json!(canary)), "{}", home.member());
    }
}

/// The refusal of a stranger names acts; each of them is taken, and read by the audience alone.
#[test]
fn a_stranger_to_a_sealed_case_may_do_what_the_refusal_names() {
    let (org, ali, nadia) = three();
    let (rose, canary) = (&org.rose, "Il était à Mahatsara ce soir-là.");
    let new = "case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation -";
    let told = rose.command(new).stdin("Inventé.").run().ok();
    let case = told["case_id"].as_str().expect("a case");
    sync(rose, &ali);
    let (_, hint) = ali.command(&format!("case assign {case} Nadia")).in_words().run().refused_in_words(4);
    let hint = hint.expect("what may be done instead");
    for (act, rest) in [
        ("note", "--text -"),
        ("act", "-"),
        ("attempt", "--outcome no_answer"),
        ("consent", "record refused --means oral"),
    ] {
        assert!(hint.split([' ', ',']).any(|word| word == act), "{hint}");
        let added = ali.command(&format!("case {act} {case} {rest}")).stdin(canary).run().ok();
        assert_eq!((&added["restricted"], &added["status"]), (&json!(true), &json!("restricted")), "{added}");
    }
    assert!(!ali.show(case).to_string().contains("Mahatsara"), "not even by who wrote it");
    sync(&ali, rose);
    sync(&nadia, rose);
    for home in [rose, &nadia] {
        let inside = home.show(case);
        assert_eq!(inside["notes"][0]["text"], canary, "{inside}");
        assert_eq!(inside["actions"][0]["what"], canary, "{inside}");
        assert_eq!(inside["interactions"][0]["outcome"], "no_answer", "{inside}");
        assert!(inside["consents"].to_string().contains("refused"), "{inside}");
        assert_eq!(home.ok("verify")["ok"], true);
    }
}

/// What a script gets where a person would be asked: a refusal that names the command, and nothing done.
#[test]
fn what_makes_a_case_restricted_seals_it_in_one_act_or_leaves_it_as_it_is() {
    let home = Home::init("PAM", "JER", "Rose");
    let sealed = |reply: &Value, audience: &str| {
        assert_eq!((&reply["restricted"], &reply["audience"]), (&json!(true), &json!(audience)), "{reply}");
    };
    home.command("case new --type complaint --channel hotline --category sea.abuse --allegation -")
        .stdin("Inventé.")
        .run()
        .refused(2, "recusal_not_asked");
    assert_eq!(home.ok("case list --count"), json!({"count": 0}));

    let case = home.new_case("Inventé.");
    let ordinary = |case: &str| assert_eq!(home.show(case)["restricted"], false);
    home.cmd(&format!("case triage {case} --category sea.abuse")).refused(2, "recusal_not_asked");
    let refused = home.cmd(&format!("case set {case} category=sea.abuse")).refused(1, "needs_sealing");
    let hint = refused["hint"].as_str().expect("what to do instead");
    let command = format!("case triage {case} --category sea.abuse");
    assert!(hint.contains(&format!("boucle {command}")) && hint.contains("--no-recusal"), "{hint}");
    ordinary(&case);
    sealed(&home.ok(&format!("{command} --no-recusal")), "psea");
    assert_eq!(home.show(&case)["category"], "sea.abuse");

    let case = home.new_case("Inventé.");
    let other = home.cmd(&format!("case set {case} other_categories=sea.abuse")).refused(1, "needs_sealing");
    assert!(other["hint"].as_str().is_some_and(|hint| hint.contains(&format!("boucle case seal {case}"))), "{other}");
    said(&home, &format!("case raise {case} --to s2 --reason -")).run().refused(2, "recusal_not_asked");
    ordinary(&case);
    sealed(&said(&home, &format!("case raise {case} --to s2 --reason - --recuse hr")).run().ok(), "triage");
    assert_eq!(home.show(&case)["recusals"], json!(["hr"]));
    assert_eq!(home.ok("verify")["ok"], true);
}

/// One sentence of each shipped list.
const SENSITIVE: [(&str, &str); 5] = [
    ("fr", "Il l'a violée près du point d'eau."),
    ("en", "She was raped near the water point."),
    ("es", "Hubo una violacion cerca del pozo."),
    ("ht", "Se yon kadejak ki fèt bò pi a."),
    ("ar", "هذا اغتصاب قرب البئر"),
];

#[test]
fn sensitive_words_of_every_language_warn_and_are_never_repeated() {
    let home = Home::init("PAM", "JER", "Rose");
    let shown = home.ok("words show");
    let warned = |reply: &Value, field: &str, words: &str| {
        assert!(reply["warnings"].to_string().contains("sensitive_words"), "{field}: {words}: {reply}");
        assert_eq!(reply["sensitive_words"][0]["field"], field, "{reply}");
        assert_eq!(reply["sensitive_words"][0]["audience"], "psea", "{reply}");
        assert!(!reply.to_string().contains(words), "{reply}");
    };
    let new = "case new --type complaint --channel hotline --category payment.not_received --text -";
    for (lang, words) in SENSITIVE {
        let rows = shown.as_array().expect("a list").iter().filter(|row| row["lang"] == lang).count();
        assert!(rows > 20, "{lang}: {rows}");
        warned(&home.command(new).stdin(words).run().ok(), "text", words);
        warned(&home.command("case note @last --text -").stdin(words).run().ok(), "notes", words);
        warned(&home.command("case set @last summary=-").stdin(words).run().ok(), "summary", words);
    }
    let told = home.command("case note @last --text -").stdin(SENSITIVE[0].1).in_words().run();
    assert!(told.status.success() && told.stdout.contains("boucle case seal"), "{told}");
    assert!(!told.stdout.contains("viol"), "{told}");

    // a word of the place, added here and taken out again
    let note =
        || home.command("case note @last --text -").stdin("kambakuru na ga").run().ok()["sensitive_words"].clone();
    assert_eq!(note(), Value::Null);
    let added = home.command("words add --spoken sg -").stdin("Kambakuru\nbwetwouj\n").run().ok();
    assert_eq!((&added["lang"], &added["added"]), (&json!("sg"), &json!(2)), "{added}");
    assert_eq!(note()[0]["audience"], "triage");
    let listed = home.ok("words show --spoken sg");
    assert_eq!(listed.as_array().map(Vec::len), Some(2), "{listed}");
    assert!(home.command("words show --spoken sg").in_words().run().stdout.contains("kambakuru"));
    let removed = home.command("words remove --spoken sg kambakuru").in_words().run();
    assert!(removed.stdout.contains("List sg: 1 taken out."), "{removed}");
    assert_eq!(note(), Value::Null);
    home.cmd("words remove --spoken sg kambakuru").refused(3, "word_not_found");
    home.cmd("words add --spoken sg *").refused(2, "bad_value");
    home.cmd("words add --spoken sg").refused(2, "usage_missing");
    // a code is no word of anybody
    let set = home.ok("case set @last category=payment.partial");
    assert!(!set["warnings"].to_string().contains("sensitive_words"), "{set}");
}

#[cfg(target_os = "linux")]
mod at_a_terminal {
    use super::*;

    const HARM: &str = "threaten, hit or touch";
    const SEAL: &str = "Seal it";
    const WHO: &str = "is the complaint about someone";
    const ELSE: &str = "And somebody else?";
    const ALLEGED: &str = "What is alleged";

    fn done(output: &e2e::Output) {
        assert!(output.status.success(), "{output}");
    }

    #[test]
    fn no_personal_word_need_stand_on_a_command_line() {
        let home = Home::init("PAM", "JER", "Rose");
        let typed = home
            .command("case new")
            .at_terminal()
            .answer("Type (code):", "complaint")
            .answer("Channel (code):", "hotline")
            .answer("Category", "payment.not_received")
            .text("What the person says", "La carte ne marche pas.")
            .answer("Name of the person", "Awa (inventée)")
            .answer("Phone", "+50900000000")
            .answer("When and how to reach safely", "le soir")
            .answer("Where, in words", "près du vieux puits")
            .answer(HARM, "n")
            .end();
        done(&typed);
        let shown = home.show("@last");
        let fields = ["text", "reporter_name", "phone", "safe_contact"].map(|name| shown[name].clone());
        let expected = ["La carte ne marche pas.", "Awa (inventée)", "+50900000000", "le soir"];
        assert_eq!(fields, expected.map(|words| json!(words)), "{shown}");
        assert_eq!(shown["location"]["locality"], "près du vieux puits");
        let note = home.command("--lang fr case note @last").at_terminal().text("Note :", "Rappelée.").end();
        done(&note);
        assert_eq!(home.show("@last")["notes"][0]["text"], "Rappelée.");
        // nobody to ask: what is missing is named, and nothing happens
        let refused =
            home.cmd("case new --type complaint --channel sms --location --phone").refused(2, "usage_missing");
        assert!(refused["message"].as_str().is_some_and(|text| text.contains("--phone, --location")), "{refused}");
        assert_eq!(home.ok("case list --count"), json!({"count": 1}));

        // a case that will be sealed: recusals before it is, and the rest of what only its audience reads
        let typed = home
            .command("case new --type complaint --channel hotline --category sea.abuse --anonymous")
            .at_terminal()
            .answer("What the person says", "")
            .answer("Where, in words", "")
            .answer(WHO, "hr")
            .answer(ELSE, "un agent (inventé)")
            .answer(ELSE, "")
            .text(ALLEGED, "Ce qui est dit (inventé).")
            .end();
        done(&typed);
        let shown = home.show("@last");
        let accused = json!("hr, un agent (inventé)");
        assert_eq!((&shown["restricted"], &shown["accused"]), (&json!(true), &accused), "{shown}");
        assert!(shown["allegation"].to_string().contains("Ce qui est dit"), "{shown}");
        assert!(shown["recusals"].to_string().contains("hr"), "{shown}");
    }

    #[test]
    fn one_answer_mistyped_costs_no_interview() {
        let home = Home::init("PAM", "JER", "Rose");
        let typed = home
            .command("case new --type complaint --channel hotline --anonymous")
            .passphrase("")
            .at_terminal()
            .answer("Passphrase of Rose:", "pas la bonne phrase du tout")
            .answer("passphrase refused", e2e::PASSPHRASE)
            .answer("Category", "nocat")
            .answer("no such code: nocat", "sea.abuse")
            .text("What the person says", "Inventé.")
            .answer("Where", "")
            .answer(WHO, "")
            .answer(WHO, "Jo, hr")
            .answer("Nobody here has a name near “Jo”", "")
            .text(ALLEGED, "Ce qui est dit (inventé).")
            .end();
        done(&typed);
        let shown = home.show("@last");
        assert_eq!((&shown["accused"], &shown["recusals"]), (&json!("Jo, hr"), &json!(["hr"])), "{shown}");
        assert!(shown["allegation"].to_string().contains("Ce qui est dit"), "{shown}");
        // what stands on the line is looked at before anything is asked
        let refused = |line: &str| home.command(line).at_terminal().end().status.code();
        assert_eq!(refused("case new --type complaint --channel hotlin"), Some(2));
        assert_eq!(refused("case new --type complaint --channel hotline --recuse Jo"), Some(3));
        let wrong = home.command("case new").passphrase("pas la bonne phrase du tout").at_terminal().end();
        assert_eq!(wrong.status.code(), Some(4), "{wrong}");

        // a node that runs and is locked
        let case = home.new_case("Inventé.");
        let node = home.start();
        home.ok("lock");
        let sealed = home
            .command(&format!("case seal {case}"))
            .passphrase("")
            .at_terminal()
            .answer("Passphrase of Rose:", "pas la bonne phrase du tout")
            .answer("passphrase refused", e2e::PASSPHRASE)
            .text("Reason:", REASON)
            .answer(WHO, "Jo")
            .answer(ELSE, "hr")
            .answer(ELSE, "")
            .end();
        done(&sealed);
        drop(node);
        assert_eq!(home.show(&case)["recusals"], json!(["hr"]));
    }

    #[test]
    fn a_sensitive_word_offers_to_seal_in_every_language_and_blocks_nothing() {
        let home = Home::init("PAM", "JER", "Rose");
        let new = "case new --type complaint --channel hotline --category payment.not_received --anonymous";
        for (lang, words) in SENSITIVE {
            // born sealed
            let born = home.command(new).at_terminal().text("What the person says", words).answer("Where", "");
            let born = born.answer(HARM, "no").answer(SEAL, "");
            done(&born.answer(WHO, "no").answer(ALLEGED, "").end());
            let shown = home.show("@last");
            assert_eq!((&shown["restricted"], &shown["text"]), (&json!(true), &json!(words)), "{lang}: {shown}");

            // sealed first, then noted
            let case = home.new_case("Inventé.");
            let note = home.command(&format!("case note {case}")).at_terminal().text("Note:", words);
            done(&note.answer(SEAL, "").text("Reason:", REASON).answer(WHO, "no").end());
            let shown = home.show(&case);
            assert_eq!((&shown["restricted"], &shown["audience"]), (&json!(true), &json!("psea")), "{lang}: {shown}");
            assert_eq!(shown["notes"][0]["text"], words, "{lang}");

            // kept as it is
            let case = home.new_case("Inventé.");
            let set = home.command(&format!("case set {case} summary")).at_terminal();
            let set = set.answer("Value of", words).answer(SEAL, "n").end();
            done(&set);
            assert!(set.stdout.contains("sensitive words"), "{lang}: {set}");
            let shown = home.show(&case);
            assert_eq!((&shown["restricted"], &shown["summary"]), (&json!(false), &json!(words)), "{lang}: {shown}");
        }

        // a category that an ordinary case cannot have
        let case = home.new_case("Inventé.");
        let set = || home.command(&format!("case set {case} category=sea.abuse")).at_terminal();
        assert_eq!(set().answer("This category calls for sealing", "n").end().status.code(), Some(1));
        assert_eq!(home.show(&case)["restricted"], false);
        let done = set().answer("This category calls for sealing", "").answer(WHO, "no").end();
        assert!(done.status.success() && done.stdout.contains("for the audience psea alone"), "{done}");
        assert_eq!(home.show(&case)["category"], "sea.abuse");
    }
}

/// At the finest level of its log a command says nothing of what a person said, and puts nothing down beside the home.
#[test]
fn no_word_reaches_the_log_nor_a_temporary_file() {
    const CANARY: &str = "zqxkanarilog";
    let home = Home::init("PAM", "JER", "Rose");
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let rows = tempfile::NamedTempFile::new().expect("a temporary file");
    let text = format!(
        "_uuid;end;canal;type;categories;description;precisez;nom\r\n\
         a1;2024-06-15T16:51:43.000-04:00;sms;plainte;sim_perdue;{CANARY} violée;{CANARY} violée;{CANARY}\r\n\
         a2;2024-06-15T16:51:43.000-04:00;{CANARY};plainte;eas;{CANARY};;{CANARY}\r\n"
    );
    std::fs::write(rows.path(), text).expect("a temporary file can be written");
    let mut logged = 0;
    let mut quiet = |line: &str, exit: i32| {
        let command = home.command(line).stdin(CANARY).traced(temporary.path());
        let done =
            if line.starts_with("import") { command.arg(rows.path().display().to_string()) } else { command }.run();
        assert_eq!(done.status.code(), Some(exit), "{done}");
        logged += done.stderr.len();
        assert!(!done.stderr.contains(CANARY) && !done.stdout.contains(CANARY), "{line}: {done}");
    };
    quiet("case new --type complaint --channel hotline --category payment.not_received --text -", 0);
    quiet("case new --type complaint --channel hotline --category sea.abuse --no-recusal --allegation -", 0);
    quiet("case note @last --text -", 0);
    quiet("case new --type complaint --channel hotline --category payment.not_received --recall-word -", 2);
    quiet("case new --type complaint --channel hotline --category payment.not_received --text -", 0);
    for line in [
        "case set @last recall_word=-",
        "case set @last card_no=-",
        "case set @last expected_outcome=-",
        "case act @last -",
        "case raise @last --to s1 --reason -",
        "case seal @last --no-recusal --audience psea --reason -",
    ] {
        quiet(line, 0);
    }
    quiet("import --as kobo", 7);
    assert!(logged > 0, "something was logged");
    let left: Vec<_> = std::fs::read_dir(temporary.path()).expect("readable").flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
