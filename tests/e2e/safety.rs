//! Questions about safety at a real terminal: the safe side is what Enter gives, what is not understood is asked again,
//! keys typed ahead answer nothing, and who is complained about gets no key on any way in.

use e2e::{AtTerminal, Home, Org, Output, sync, sync_until_equal};
use serde_json::{Value, json};

const NEW: &str = "case new --type complaint --channel hotline --anonymous";
/// What is asked, in English and in French.
const HARM: [&str; 2] = ["threaten, hit or touch", "frappé ou touché"];
const OPEN: [&str; 2] = ["Leave it open?", "Le laisser ouvert ?"];
const WHO: [&str; 2] = ["is the complaint about someone", "la plainte vise-t-elle"];
const ELSE: [&str; 2] = ["And somebody else?", "Et quelqu'un d'autre ?"];
const ALLEGED: [&str; 2] = ["What is alleged", "L'allégation"];
const NEAR: [&str; 2] = ["will not see this case", "ne verra pas ce cas"];
const LANGS: [&str; 2] = ["en", "fr"];
const SAID: &str = "La carte ne marche pas (inventé).";

fn done(typed: AtTerminal) -> Output {
    let done = typed.end();
    assert!(done.status.success(), "{done}");
    done
}

/// A new complaint at a terminal, up to the spoken question.
fn told(home: &Home, lang: usize, category: &str, text: &str) -> AtTerminal {
    let line = format!("--lang {} {NEW} {category}", LANGS[lang]);
    let where_ = ["Where, in words", "Lieu, en mots"][lang];
    home.command(&line).arg("--text").arg(text).at_terminal().answer(where_, "")
}

/// Whether a home reads what was said in the last case of another.
fn reads(home: &Home, case: &str, text: &str) -> bool {
    home.cmd(&format!("case show {case}")).stdout.contains(text)
}

/// The id of the case written last.
fn last(home: &Home) -> String {
    let shown = home.show("@last");
    shown["case_id"].as_str().unwrap_or_else(|| panic!("a case: {shown}")).to_owned()
}

fn count(home: &Home) -> Value {
    home.ok("case list --count")["count"].clone()
}

/// The founder, two operators of one committee, who have met.
fn committee() -> (Org, Home, Home) {
    let org = Org::founded();
    let (ali, bea) = (org.join("MNK", "operator", "Ali"), org.join("MNK", "operator", "Bea"));
    sync_until_equal(&[&org.rose, &ali, &bea], &[(1, 0), (2, 0)]);
    (org, ali, bea)
}

#[test]
fn yes_in_any_word_seals_what_happened_and_nothing_else_is_taken_for_no() {
    let (org, ali, bea) = committee();
    let payment = "--category payment.not_received";
    let mut sealed = Vec::new();
    let mut opened = Vec::new();
    for (lang, yes) in [(1, "oui"), (0, "yes"), (1, "O"), (0, "y")] {
        let typed = told(&ali, lang, payment, SAID).answer(HARM[lang], yes);
        done(typed.answer(OPEN[lang], "").answer(WHO[lang], "").answer(WHO[lang], "non").answer(ALLEGED[lang], ""));
        sealed.push(last(&ali));
    }
    // one Enter too many, an answer that is none, keys typed before the question was shown
    let line = format!("--lang fr {NEW} {payment} --text");
    let typed = ali.command(&line).arg(SAID).at_terminal().answer("Lieu, en mots", "\nn\nn");
    let typed = typed.answer(HARM[1], "").answer(HARM[1], "peut-être").answer("pas compris", "oui\no");
    done(typed.answer(OPEN[1], "").answer(WHO[1], "ne sait pas").answer(ALLEGED[1], ""));
    sealed.push(last(&ali));
    // open when that is said
    for (lang, no) in [(1, "non"), (0, "no"), (1, "ne sait pas")] {
        done(told(&ali, lang, payment, SAID).answer(HARM[lang], no));
        opened.push(last(&ali));
    }
    done(told(&ali, 1, payment, SAID).answer(HARM[1], "oui").answer(OPEN[1], "oui"));
    opened.push(last(&ali));
    // nobody answers: nothing is saved
    let before = count(&ali);
    let hung_up = told(&ali, 1, payment, SAID).answer(HARM[1], "\u{4}").end();
    assert_eq!((hung_up.status.code(), count(&ali)), (Some(2), before), "{hung_up}");
    sync(&ali, &org.rose);
    sync(&bea, &org.rose);
    for case in &sealed {
        assert!(!reads(&bea, case, SAID) && !reads(&ali, case, SAID) && reads(&org.rose, case, SAID), "{case}");
    }
    for case in &opened {
        assert!(reads(&bea, case, SAID), "{case}");
    }
}

#[test]
fn without_a_category_yes_seals_for_triage_and_sexual_words_seal_by_enter() {
    let (org, ali, bea) = committee();
    let category = ["Category", "Catégorie"];
    let mut triage = Vec::new();
    for (lang, harm, words) in [(1, "oui", SAID), (0, "?", "She was raped (invented).")] {
        let typed = ali.command(&format!("--lang {} {NEW}", LANGS[lang])).arg("--text").arg(words).at_terminal();
        let typed = typed.answer(category[lang], "").answer(["Where, in words", "Lieu, en mots"][lang], "");
        done(typed.answer(HARM[lang], harm).answer(WHO[lang], "non").answer(ALLEGED[lang], ""));
        triage.push(last(&ali));
    }
    let words = "Il l'a violée (inventé).";
    let typed = told(&ali, 1, "--category payment.not_received", words).answer(HARM[1], "non");
    done(typed.answer("Le sceller", "").answer(WHO[1], "non").answer(ALLEGED[1], ""));
    let grave = last(&ali);
    // of violence alone a person decides
    let words = "J'ai fui à cause des violences (inventé).";
    let typed = told(&ali, 1, "--category payment.not_received", words).answer(HARM[1], "non");
    let violence = typed.answer("(1 / 2 / 3)", "").answer("(1 / 2 / 3)", "non").answer("(1 / 2 / 3)", "3");
    done(violence);
    let context = last(&ali);
    sync(&ali, &org.rose);
    sync(&bea, &org.rose);
    assert!(!reads(&bea, &grave, "viol") && reads(&org.rose, &grave, "viol"));
    assert!(reads(&bea, &context, "violences"));
    for case in &triage {
        assert_eq!(org.rose.show(case)["audience"], json!("triage"));
        assert_eq!(bea.show(case)["status"], json!("restricted"));
    }
}

/// The founder, an operator, and a focal point whose name is complained about.
fn accused() -> (Org, Home, Home) {
    let org = Org::founded();
    let (ali, ana) = (org.join("JER", "operator", "Ali"), org.join("JER", "focal_psea", "Ana"));
    sync_until_equal(&[&org.rose, &ali, &ana], &[(1, 0), (2, 0)]);
    org.confirm("Ana");
    sync_until_equal(&[&org.rose, &ali, &ana], &[(1, 0), (2, 0)]);
    (org, ali, ana)
}

#[test]
fn who_is_complained_about_gets_no_key_unless_it_is_said_to_be_somebody_else() {
    let (org, ali, ana) = accused();
    let sea = "--category sea.abuse";
    let (mut kept_from, mut given) = (Vec::new(), Vec::new());
    for lang in [0, 1] {
        let typed = told(&ali, lang, sea, SAID).answer(WHO[lang], "").answer(WHO[lang], "aña");
        done(typed.answer(NEAR[lang], "").answer(ELSE[lang], "").answer(ALLEGED[lang], ""));
        kept_from.push(last(&ali));
        let typed = told(&ali, lang, sea, SAID).answer(WHO[lang], "Ana").answer(NEAR[lang], "peut-être");
        done(typed.answer(NEAR[lang], "n").answer(ELSE[lang], "").answer(ALLEGED[lang], ""));
        given.push(last(&ali));
    }
    // keys typed ahead do not say that it is somebody else
    let typed = told(&ali, 1, sea, SAID).answer(WHO[1], "Ana\nn\nn").answer(NEAR[1], "");
    done(typed.answer(ELSE[1], "").answer(ALLEGED[1], ""));
    kept_from.push(last(&ali));
    // named in the words, or on the line though nobody was to be set aside
    let typed = told(&ali, 1, sea, "Ana du magasin l'a dit (inventé).").answer(WHO[1], "non");
    done(typed.answer("nomme Ana", "").answer(ALLEGED[1], ""));
    kept_from.push(last(&ali));
    let line = format!("{NEW} {sea} --no-recusal --text {} --accused Ana", "inventé");
    let typed = ali.command(&line).at_terminal().answer("Where, in words", "").answer(ALLEGED[0], "");
    done(typed.answer(NEAR[0], ""));
    kept_from.push(last(&ali));
    // and where nobody is asked
    let scripted = ali.ok(&format!("{line} --location là"));
    assert_eq!(scripted["set_aside"], json!(["Ana"]), "{scripted}");
    kept_from.push(last(&ali));
    let record = json!({"type": "complaint", "channel": "sms", "category": "sea.abuse", "accused": "ANA, du magasin",
                        "no_recusal": true});
    ali.command("case new --from-json -").stdin(record.to_string()).run().ok();
    kept_from.push(last(&ali));
    given.push({
        ali.ok(&format!("{line} --location là --not-them Ana"));
        last(&ali)
    });
    sync(&ali, &org.rose);
    sync(&ana, &org.rose);
    let inside = |home: &Home, case: &str| home.show(case)["status"] != "restricted";
    for case in &kept_from {
        assert!(!inside(&ana, case) && inside(&org.rose, case), "{case}");
    }
    for case in &given {
        assert!(inside(&ana, case), "{case}");
    }
}

#[test]
fn a_record_that_nobody_may_read_is_held_and_given_to_the_first_who_may() {
    let (org, ali, bea) = committee();
    let typed = told(&ali, 1, "--category sea.abuse", SAID).answer(WHO[1], "Rose");
    let held = done(typed.answer(NEAR[1], "").answer(ELSE[1], "").answer(ALLEGED[1], ""));
    assert!(held.stdout.replace('\n', " ").contains("sous scellé sur cette machine"), "{held}");
    assert_eq!((count(&ali), ali.ok("status")["held"].clone()), (json!(0), json!(1)));
    ali.cmd("case show @last").refused(3, "no_last_case");
    // a script is answered in the same way
    let scripted = ali.ok(&format!("{NEW} --category sea.abuse --recuse Rose --text inventé"));
    assert_eq!((&scripted["held"], &scripted["case_id"]), (&json!(true), &Value::Null), "{scripted}");
    for (_, bytes) in ali.files() {
        assert!(!bytes.windows(SAID.len()).any(|at| at == SAID.as_bytes()), "nothing lies open");
    }
    // an existing case stays as it was, and the question is asked anew
    let case = ali.new_case(SAID);
    let seal = ali.command(&format!("case seal {case} --reason grave --audience psea")).at_terminal();
    let sealed = seal.answer(WHO[0], "Rose").answer(NEAR[0], "").answer(ELSE[0], "").answer(WHO[0], "no");
    done(sealed);
    sync(&ali, &org.rose);
    sync(&bea, &org.rose);
    assert_eq!(count(&org.rose), json!(1), "nothing of what is held has left");
    let nadia = org.join("JER", "focal_psea", "Nadia");
    sync_until_equal(&[&org.rose, &nadia], &[(1, 0)]);
    org.confirm("Nadia");
    sync_until_equal(&[&org.rose, &nadia, &ali], &[(1, 0), (2, 0)]);
    assert_eq!(ali.ok("status")["held"], json!(0));
    sync_until_equal(&[&org.rose, &nadia, &ali], &[(2, 0), (1, 0)]);
    let mark = scripted["ref"].as_str().expect("the reference that was promised");
    assert_eq!(nadia.show(mark)["text"], json!("inventé"));
    let cases = nadia.ok("case list");
    let given = cases.as_array().into_iter().flatten().filter(|row| row["status"] != "restricted").count();
    assert!(given >= 2 && reads(&nadia, mark, "inventé"), "{cases}");
    let of_rose = org.rose.ok("case list");
    assert!(!of_rose.to_string().contains(mark), "{of_rose}");
}
