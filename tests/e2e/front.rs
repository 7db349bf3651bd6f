//! A shift at a real terminal from the menu alone, by somebody who knows no command and no code.

use std::time::Instant;

use e2e::{AtTerminal, Home};

/// Keys that a person types in a second.
const KEYS_PER_S: f64 = 5.0;

/// Somebody who types: what was asked, answered, and how many keys that took.
struct Typist {
    at: Option<AtTerminal>,
    keys: usize,
}

impl Typist {
    fn sits_down(home: &Home) -> Self {
        Self { at: Some(home.command("").at_terminal()), keys: 0 }
    }

    fn answers(&mut self, question: &str, answer: &str) -> &mut Self {
        self.keys += answer.chars().count() + 1;
        self.at = self.at.take().map(|at| at.answer(question, answer));
        self
    }

    fn writes(&mut self, question: &str, words: &str) -> &mut Self {
        self.keys += words.chars().count() + 2;
        self.at = self.at.take().map(|at| at.text(question, words));
        self
    }

    /// Keys since this was asked last.
    fn spent(&mut self) -> usize {
        std::mem::take(&mut self.keys)
    }

    fn leaves(mut self) -> String {
        self.answers("Your choice", "0");
        let ended = self.at.take().expect("at the terminal").end();
        assert!(ended.status.success(), "{ended}");
        ended.stdout
    }
}

/// The one question before anything could be read by others.
const HARM: &str = "Did anybody ask for money";
const KNOWN: &str = "Telephone, reference or name";

/// A question that is answered at once: nothing is asked of who the person is.
fn question(typist: &mut Typist, n: usize) {
    typist.answers("Your choice", "1");
    if n == 0 {
        typist.answers("How calls and complaints come", "hotline");
    }
    typist.answers(KNOWN, "").answers("What is it", "1").answers("About what", "1").answers("More exactly", "2");
    typist.answers("Sex", if n.is_multiple_of(2) { "1" } else { "2" });
    // the language of the one before is kept by Enter
    typist.answers("Language spoken", if n == 0 { "2" } else { "" });
    typist.answers("answered already", "").answers("answer the question", "").wait("recorded");
}

impl Typist {
    fn wait(&mut self, shown: &str) {
        self.at = self.at.take().map(|at| at.wait_for(shown));
    }
}

/// A complaint of somebody who agrees to everything.
fn complaint(typist: &mut Typist, n: usize) {
    typist.answers("Your choice", "1").answers(KNOWN, &format!("37 41 22 9{n}")).answers("What is it", "3");
    typist.writes("What the person says", "The transfer of November has not come.");
    typist.answers("About what", "payment not received").answers(HARM, "n").answers("urgent", "");
    typist.answers("name and number", "y").answers("in charge", "y").answers("call you back", "y");
    typist.answers("Name of the person", &format!("Marie Desir {n}")).answers("Telephone (Enter: 37", "");
    typist.answers("Sex", "1").answers("Age", "34").answers("Language spoken", "").answers("Place", "Market");
    typist.answers("safely", "mornings").answers("Save?", "").wait("Dictate the reference");
}

/// A call about a case that is there: its number leads to it, and a key to what is done.
fn repeat(typist: &mut Typist, n: usize) {
    typist.answers("Your choice", "1").answers(KNOWN, &format!("+509 3741-229{n}")).answers("Number of the case", "1");
    typist.answers("What to do", "n").writes("Note", "Still nothing.").answers("What to do", "").wait("New call");
}

/// Somebody was harmed, and wants no name kept.
fn survivor(typist: &mut Typist) {
    typist.answers("Your choice", "1").answers(KNOWN, "").answers("What is it", "3");
    typist.writes("What the person says", "Somebody of the distribution asked her to come alone at night.");
    typist.answers("About what", "").answers(HARM, "y");
    // from here on what is asked is what helps her
    typist.answers("Are you safe now", "y").answers("Said (Enter)", "").answers("Who tells of it", "1");
    typist.answers("Sex", "1").answers("Language spoken", "").answers("Place", "").answers("When did it happen", "1");
    typist.answers("called back", "n").answers("Save?", "");
    typist.answers("someone who works here?", "no").answers("What is alleged", "").wait("recorded");
}

#[test]
fn a_shift_of_thirty_calls_goes_from_the_menu_alone() {
    let home = Home::init("PAM", "JER", "Rose");
    let mut typist = Typist::sits_down(&home);
    let began = Instant::now();
    let mut spent: Vec<(&str, usize)> = Vec::new();
    for n in 0..20 {
        question(&mut typist, n);
        spent.push(("question", typist.spent()));
        if n < 3 {
            complaint(&mut typist, n);
            spent.push(("case", typist.spent()));
        }
        if n >= 14 {
            repeat(&mut typist, n % 3);
            spent.push(("repeat", typist.spent()));
        }
        if n == 9 {
            survivor(&mut typist);
            spent.push(("survivor", typist.spent()));
        }
    }
    let shown = typist.leaves();
    for kind in ["question", "repeat", "case", "survivor"] {
        let keys: Vec<usize> = spent.iter().filter(|(of, _)| *of == kind).map(|(_, keys)| *keys).collect();
        let most = keys.iter().max().copied().unwrap_or_default();
        eprintln!("{kind}: {} calls, at most {most} keys, {:.0} s of typing", keys.len(), most as f64 / KEYS_PER_S);
        // a question in ten seconds, any other call in sixty
        let limit = if kind == "question" { 10.0 } else { 60.0 };
        assert!(most as f64 / KEYS_PER_S <= limit, "{kind}: {most} keys");
    }
    eprintln!("the program took {:.1} s of the whole shift", began.elapsed().as_secs_f64());
    // no code was shown where a person has a word for it
    for code in ["payment.not_received", "info.calendar", "p1", "not_asked"] {
        assert!(!shown.contains(code), "{code}: {shown}");
    }
    let count = |filter: &str| home.ok(&format!("case list --count {filter}"))["count"].as_u64();
    assert_eq!((count(""), count("--status closed")), (Some(24), Some(20)), "20 questions end on the spot");
    assert_eq!(count("--category information"), Some(20));
    let found = home.ok("find 37412291");
    let case = found[0]["ref"].as_str().expect("a reference").to_owned();
    let shown = home.show(&case);
    assert_eq!(shown["notes"].as_array().map(Vec::len), Some(2), "two of the six repeats: {shown}");
    let calls = shown["interactions"].as_array().into_iter().flatten().filter(|call| call["purpose"] == "follow_up");
    assert_eq!(calls.count(), 2, "{shown}");
    // the one that was sealed keeps neither name nor number, and what nobody agreed to is in no case
    let sealed = home.ok("case list --sensitivity s2");
    assert_eq!(sealed.as_array().map(Vec::len), Some(1), "{sealed}");
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn going_back_correcting_and_leaving_lose_nothing_that_was_meant_and_save_nothing_that_was_not() {
    let home = Home::init("PAM", "JER", "Rose");
    let count = || home.ok("case list --count")["count"].as_u64();
    let mut typist = Typist::sits_down(&home);
    typist.answers("Your choice", "1").answers("How calls and complaints come", "1").answers(KNOWN, "");
    // a word that is none of these is asked again; `<` goes back
    typist.answers("What is it", "zzz").answers("What is it", "<").answers(KNOWN, "").answers("What is it", "3");
    typist.writes("What the person says", "First words.").answers("About what", "3").answers("More exactly", "<");
    typist.answers("About what", "3").answers("More exactly", "2").answers(HARM, "n");
    typist.answers("urgent", "");
    // the name is refused: neither name, number nor age is asked for any more
    typist.answers("name and number", "n").answers("in charge", "y");
    typist.answers("Sex", "").answers("Language spoken", "").answers("Place", "");
    // a line of the recap is said again, and nothing else
    typist.answers("Save?", "99").answers("Save?", "2").writes("What the person says", "Better words.");
    typist.answers("Save?", "").answers(HARM, "n").wait("Dictate the reference");
    assert_eq!(count(), Some(1));
    // one that is left is not saved
    typist.answers("Your choice", "1").answers(KNOWN, "").answers("What is it", "3");
    typist.writes("What the person says", "Never mind.").answers("About what", "").keys(HARM, b"\x03");
    typist.wait("Nothing was saved");
    typist.leaves();
    assert_eq!(count(), Some(1));
    let shown = home.show("@last");
    assert_eq!((&shown["text"], &shown["phone"]), (&"Better words.".into(), &serde_json::Value::Null), "{shown}");
    assert_eq!(shown["anonymous"], true);
}

impl Typist {
    fn keys(&mut self, shown: &str, bytes: &[u8]) -> &mut Self {
        self.at = self.at.take().map(|at| at.keys(shown, bytes));
        self
    }
}

#[test]
fn an_interview_that_is_interrupted_is_offered_again_and_one_that_would_be_sealed_never_comes_to_the_disk() {
    let home = Home::init("PAM", "JER", "Rose");
    let mut typist = Typist::sits_down(&home);
    typist.answers("Your choice", "1").answers("How calls and complaints come", "1").answers(KNOWN, "37412290");
    typist.answers("What is it", "3").writes("What the person says", "The transfer has not come.");
    typist.answers("About what", "payment not received").keys(HARM, b"\x03");
    typist.wait("kept for you alone");
    typist.leaves();
    // another day: what was said is there, and only what is missing is asked
    let mut typist = Typist::sits_down(&home);
    typist.answers("Your choice", "1").answers("go on with it", "r");
    typist.answers("Save?", "").answers(HARM, "n").wait("Dictate the reference");
    let shown = home.show("@last");
    assert_eq!(
        (&shown["text"], &shown["category"]),
        (&"The transfer has not come.".into(), &"payment.not_received".into())
    );
    // nothing is offered twice
    typist.answers("Your choice", "1").answers("How calls and complaints come", "1").answers(KNOWN, "");
    typist
        .answers("What is it", "3")
        .writes("What the person says", "CANARYWORD: he raped her.")
        .answers("About what", "");
    typist.keys(HARM, b"\x03").wait("nowhere on the disk");
    // as long as somebody sits there it is there
    typist.answers("Your choice", "1").answers("go on with it", "n").answers(KNOWN, "");
    typist.keys("What is it", b"\x03").wait("New call");
    typist.leaves();
    let mut typist = Typist::sits_down(&home);
    typist.answers("Your choice", "1").answers("How calls and complaints come", "1").keys(KNOWN, b"\x03");
    typist.wait("New call");
    typist.leaves();
    for (path, bytes) in home.files() {
        assert!(!bytes.windows(10).any(|part| part == b"CANARYWORD"), "{}", path.display());
    }
}

#[test]
fn another_person_takes_over_and_works_in_their_own_name() {
    let home = Home::init("PAM", "JER", "Rose");
    let invitation = home.ok("invite --site JER --role operator")["invitation"].as_str().expect("a text").to_owned();
    home.ok(&format!("join {invitation} --member Jean"));
    let mut typist = Typist::sits_down(&home);
    typist.answers("Your choice", "8").answers("Who works here now", "jean");
    typist.wait("JER – Jean");
    typist
        .answers("Your choice", "1")
        .answers("How calls and complaints come", "phone")
        .answers("How calls and complaints come", "1");
    typist.answers(KNOWN, "").answers("What is it", "thanks").writes("What the person says", "Thank you.");
    typist.answers("About what", "").answers("urgent", "").answers("name and number", "n").answers("in charge", "n");
    typist.answers("Sex", "").answers("Language spoken", "").answers("Place", "").answers("Save?", "");
    typist.wait("recorded");
    // whoever looks for it by a word of it gets it by its number
    typist.answers("Your choice", "2").answers("Telephone, reference, name or words", "thank").answers("case", "1");
    typist.answers("What to do", "");
    typist.leaves();
    let cases = home.ok("case list");
    let shown = home.show(cases[0]["ref"].as_str().expect("a reference"));
    assert_eq!(shown["created_by"], "Jean", "{shown}");
}

#[test]
fn what_is_not_asked_any_more_is_not_kept_and_what_was_to_be_sealed_stays_so() {
    let home = Home::init("PAM", "JER", "Rose");
    let mut typist = Typist::sits_down(&home);
    let begins = |typist: &mut Typist, harm: &str, record: &str| {
        typist.answers(KNOWN, "37412290").answers("What is it", "3");
        typist.writes("What the person says", "She tells something.").answers("About what", "").answers(HARM, harm);
        typist.answers("urgent", "y").answers("name and number", record).answers("in charge", "y");
    };
    // a complaint turns out to be a question that is answered: who asked is not kept
    typist.answers("Your choice", "1").answers("How calls and complaints come", "1");
    begins(&mut typist, "n", "y");
    typist.answers("call you back", "y").answers("Name of the person", "Marie").answers("Telephone (Enter: 37", "");
    typist.answers("Sex", "1").answers("Age", "34").answers("Language spoken", "").answers("Place", "Market");
    typist.answers("safely", "mornings").answers("Save?", "1").answers("What is it", "1");
    typist.answers("About what", "1").answers("More exactly", "2").answers("Sex", "").answers("Language spoken", "");
    typist
        .answers("answered already", "")
        .answers("Save it so", "")
        .answers("answer the question", "")
        .wait("recorded");
    let shown = home.show("@last");
    for field in ["text", "reporter_name", "phone", "safe_contact", "age", "priority"] {
        assert!(shown[field].is_null() || field == "priority", "{field}: {shown}");
    }
    assert_eq!((&shown["status"], &shown["consents"]), (&"closed".into(), &serde_json::json!([])), "{shown}");

    // refused at first, then allowed: the name goes with it; the other way round it does not
    typist.answers("Your choice", "1");
    begins(&mut typist, "n", "n");
    typist.answers("Sex", "").answers("Language spoken", "").answers("Place", "");
    typist
        .answers("Save?", "5")
        .answers("name and number", "y")
        .answers("in charge", "y")
        .answers("call you back", "y");
    // what that is about is asked now
    typist.answers("Name of the person", "Marie").answers("Telephone (Enter: 37", "-").answers("Sex", "");
    typist.answers("Age", "").answers("Language spoken", "").answers("Place", "").answers("Save?", "").wait("Dictate");
    let shown = home.show("@last");
    assert_eq!((&shown["reporter_name"], &shown["anonymous"]), (&"Marie".into(), &serde_json::Value::Null), "{shown}");
    assert!(shown["phone"].is_null(), "it was taken away again: {shown}");

    // somebody was harmed: it is sealed, also once it is called a thank-you
    typist.answers("Your choice", "1");
    typist.answers(KNOWN, "37412290").answers("What is it", "3");
    typist.writes("What the person says", "She tells something.").answers("About what", "").answers(HARM, "y");
    let helps = |typist: &mut Typist| {
        typist.answers("Are you safe now", "y").answers("Said (Enter)", "").answers("Who tells of it", "1");
        typist.answers("Sex", "").answers("Language spoken", "").answers("Place", "").answers("When did it", "");
        typist.answers("called back", "n");
    };
    helps(&mut typist);
    typist.answers("Save?", "1").answers("What is it", "6").answers("What the person says", "");
    typist.answers("About what", "");
    helps(&mut typist);
    typist.wait("will be sealed");
    typist.answers("Save?", "");
    typist.answers("someone who works here?", "no").answers("What is alleged", "").wait("recorded");
    // words said after that question are looked at as well
    typist.answers("Your choice", "1");
    begins(&mut typist, "n", "n");
    typist.answers("Sex", "").answers("Language spoken", "").answers("Place", "the house where she was raped");
    typist.answers("Save?", "").answers("(Y/n)", "").answers("someone who works here?", "no");
    typist.answers("What is alleged", "").wait("cannot be read here again");
    typist.leaves();
    let cases = home.ok("case list");
    let sealed = cases.as_array().into_iter().flatten().filter(|case| case["restricted"] == true).count();
    assert_eq!((cases.as_array().map(Vec::len), sealed), (Some(4), 2), "{cases}");
}
