use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use node::api::{Progress, Ready, RunOptions, Runtime, Secret, Waiting};
use serde_json::{Value, json};

use super::*;
use crate::console::script::Script;

/// A node that answers from a list and remembers what it was asked.
#[derive(Default)]
struct Fake {
    replies: Mutex<std::collections::VecDeque<Reply>>,
    asked: Mutex<Vec<Envelope>>,
    /// Answers before a person is asked anything; none left: come in.
    doors: Mutex<std::collections::VecDeque<Reply>>,
    knocked: Mutex<Vec<Envelope>>,
    started: Mutex<Vec<RunOptions>>,
    needs_passphrase: bool,
}

impl Service for Fake {
    fn handle(&self, envelope: Envelope, _: &mut dyn FnMut(Progress)) -> Reply {
        if matches!(envelope.request, Request::BeforeAsking { .. }) {
            self.knocked.lock().expect("no panic").push(envelope);
            return self.doors.lock().expect("no panic").pop_front().unwrap_or_else(|| Ok(json!({})));
        }
        if matches!(envelope.request, Request::ClockShow { .. }) {
            // what these tests are about is asked by a right clock
            return Ok(json!({"suspect": false}));
        }
        self.asked.lock().expect("no panic").push(envelope);
        self.replies.lock().expect("no panic").pop_front().unwrap_or_else(|| Ok(json!({"ref": "A"})))
    }
}

impl Runtime for Fake {
    fn start(&self, options: &RunOptions) -> Result<Ready, Failure> {
        self.started.lock().expect("no panic").push(options.clone());
        if self.needs_passphrase && options.passphrase.is_none() {
            return Err(Failure::new("locked").arg("member", "Rose"));
        }
        Ok(Ready { ready: true, listening: vec!["/ip4/127.0.0.1/tcp/4001".into()], web: None })
    }

    fn stop(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn waiting(&self) -> Waiting {
        Waiting::default()
    }
}

struct Only(Arc<Fake>);

impl Backend for Only {
    fn open(&self, _: &Path) -> Result<Arc<dyn Service>, Failure> {
        Ok(self.0.clone())
    }

    fn runtime(&self, _: &Path) -> Result<Arc<dyn Runtime>, Failure> {
        Ok(self.0.clone())
    }
}

/// What a command did.
struct Done {
    exit: u8,
    out: String,
    err: String,
}

struct Bench {
    fake: Arc<Fake>,
    script: Script,
    env: BTreeMap<&'static str, &'static str>,
    /// What happens while the node runs.
    meanwhile: Arc<dyn Fn() + Send + Sync>,
}

impl Bench {
    fn with(replies: Vec<Reply>) -> Self {
        let fake = Fake { replies: Mutex::new(replies.into()), ..Fake::default() };
        Self { fake: Arc::new(fake), script: Script::default(), env: BTreeMap::new(), meanwhile: Arc::new(|| ()) }
    }

    fn run(&mut self, line: &[&str]) -> Done {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let env = self.env.clone();
        let meanwhile = self.meanwhile.clone();
        let world = World {
            env: &move |name| env.get(name).map(OsString::from),
            console: &mut self.script,
            out: &mut out,
            err: &mut err,
            out_terminal: false,
            err_terminal: false,
            now_ms: 0,
            backend: &Only(self.fake.clone()),
            arm: &move || {
                let meanwhile = meanwhile.clone();
                Ok(Box::new(move || {
                    meanwhile();
                    Ok(())
                }))
            },
        };
        let args = std::iter::once(&"boucle").chain(line).map(OsString::from).collect();
        let exit = command(args, world);
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Done { exit, out: text(out), err: text(err) }
    }

    fn asked(&self) -> Vec<Envelope> {
        self.fake.asked.lock().expect("no panic").clone()
    }
}

const HOME: &[&str] = &["--home", "/nowhere"];

fn line<'a>(words: &[&'a str]) -> Vec<&'a str> {
    [HOME, words].concat()
}

#[test]
fn a_reply_is_printed_and_the_exit_status_is_zero() {
    let mut bench = Bench::with(vec![Ok(json!({"ref": "JER-104-00193-54", "provisional": false}))]);
    let done = bench.run(&line(&["case", "new", "--type", "complaint", "--channel", "sms", "--member", "Rose"]));
    assert_eq!((done.exit, done.out.as_str()), (0, "Dossier JER-104-00193-54 enregistré.\n"));
    assert_eq!(bench.asked()[0].member.as_deref(), Some("Rose"));
    let done = bench.run(&line(&["--json", "case", "show", "@last"]));
    assert_eq!(done.out, "{\"ref\":\"A\"}\n");
}

#[test]
fn a_failure_goes_to_standard_error_with_its_exit_status() {
    let missing = Failure::new("ref_not_found").arg("ref", "X").arg("near", "");
    let mut bench = Bench::with(vec![Err(missing.clone()), Err(missing)]);
    let done = bench.run(&line(&["--lang", "en", "case", "show", "X"]));
    assert_eq!((done.exit, done.err.as_str(), done.out.as_str()), (3, "error: no case X here\n", ""));
    let done = bench.run(&line(&["--json", "case", "show", "X"]));
    let error: Value = serde_json::from_str(&done.err).expect("one document");
    assert_eq!((done.exit, error["error"]["code"].as_str()), (3, Some("ref_not_found")));
}

#[test]
fn usage_errors_exit_two_and_are_json_when_asked_for() {
    let mut bench = Bench::with(vec![]);
    let done = bench.run(&["case", "frobnicate"]);
    assert_eq!((done.exit, done.err.lines().next()), (2, Some("erreur : commande inconnue : frobnicate")));
    let done = bench.run(&["--json", "case", "new", "--home", "/nowhere"]);
    let error: Value = serde_json::from_str(&done.err).expect("one document");
    assert_eq!((done.exit, &error["error"]["code"]), (2, &json!("usage_missing")));
    assert!(error["error"]["message"].as_str().is_some_and(|text| text.contains("--type, --channel")));
    assert!(bench.asked().is_empty());
}

#[test]
fn the_language_comes_from_the_option_then_the_environment_then_french() {
    let mut bench = Bench::with(vec![]);
    let mut first = |env: &[(&'static str, &'static str)], words: &[&str]| {
        bench.env = env.iter().copied().collect();
        bench.run(words).err.split([' ', ':']).next().unwrap_or_default().to_owned()
    };
    assert_eq!(first(&[], &["nope"]), "erreur");
    assert_eq!(first(&[("LANG", "en_GB.UTF-8")], &["nope"]), "error");
    assert_eq!(first(&[("LANG", "en_GB.UTF-8"), ("BOUCLE_LANG", "fr")], &["nope"]), "erreur");
    assert_eq!(first(&[("BOUCLE_LANG", "fr")], &["--lang=en", "nope"]), "error");
    assert_eq!(first(&[("LANG", "C.UTF-8")], &["nope"]), "erreur");
}

#[test]
fn help_and_version_are_no_errors() {
    let mut bench = Bench::with(vec![]);
    for words in [&[][..], &["--help"], &["case", "--help"], &["case", "new", "-h"], &["--version"]] {
        let done = bench.run(words);
        assert!(done.exit == 0 && !done.out.is_empty() && done.err.is_empty(), "{words:?}: {}", done.err);
    }
    let shown = bench.run(&["--help"]).out;
    assert!(shown.contains("case") && shown.contains("todo") && !shown.contains("fingerprint"), "{shown}");
}

#[test]
fn a_passphrase_is_sent_when_given_and_asked_for_when_the_node_says_locked() {
    let locked = || Err(Failure::new("locked").arg("member", "Rose"));
    let mut bench = Bench::with(vec![locked()]);
    bench.env.insert("BOUCLE_PASSPHRASE", "du dossier d'environnement");
    assert_eq!(bench.run(&line(&["status"])).exit, 4);
    assert_eq!(bench.asked()[0].passphrase, Some(Secret::new("du dossier d'environnement".into())));

    let mut bench = Bench::with(vec![locked(), Ok(json!({"count": 1}))]);
    bench.script = Script::with(&["cinq mots"]);
    assert_eq!(bench.run(&line(&["case", "list", "--count"])).exit, 0);
    assert_eq!(bench.asked()[1].passphrase, Some(Secret::new("cinq mots".into())));

    // where no name is known, a sentence without one
    let mut bench = Bench::with(vec![Err(Failure::new("locked").arg("member", ""))]);
    let done = bench.run(&line(&["--lang", "en", "status"]));
    assert_eq!(done.err.lines().next(), Some("error: nobody is unlocked here"));

    // Without a terminal nobody is asked.
    let mut bench = Bench::with(vec![locked()]);
    let done = bench.run(&line(&["--lang", "en", "status"]));
    assert_eq!((done.exit, done.err.lines().next()), (4, Some("error: Rose is not unlocked")));
}

#[test]
fn founding_needs_a_passphrase_typed_twice() {
    let init = line(&["init", "--org", "PAM", "--site", "JER", "--member", "Rose"]);
    let mut bench = Bench::with(vec![]);
    assert_eq!(bench.run(&init).exit, 2);
    bench.script = Script::with(&["a b c d e", "a b c d f"]);
    assert_eq!(bench.run(&init).exit, 2);
    assert!(bench.asked().is_empty());
    bench.script = Script::with(&["a b c d e", "a b c d e"]);
    assert_eq!(bench.run(&init).exit, 0);
    assert_eq!(bench.asked()[0].passphrase, Some(Secret::new("a b c d e".into())));
}

/// What the node says of whom words mean.
fn meant(near: &[&str], roles: &[&str]) -> Reply {
    let near: Vec<Value> = near.iter().map(|name| json!({"name": name, "site": "JER"})).collect();
    Ok(json!({"near": near, "roles": roles, "in_texts": [], "met": true}))
}

/// Sealed whatever its words: nothing else is asked first.
fn sealed() -> Reply {
    Ok(json!({"sensitive_words": [], "restricted": true}))
}

/// Not sealed by its category, and no word found.
fn open() -> Reply {
    Ok(json!({"sensitive_words": [], "restricted": false}))
}

const NEW_SEALED: &[&str] = &[
    "--lang",
    "en",
    "case",
    "new",
    "--type",
    "complaint",
    "--channel",
    "sms",
    "--category",
    "sea.abuse",
    "--anonymous",
];

/// A new case that its category seals, with these answers after the words and the place. `meant`: what the node says of
/// each name, and of none at the end.
fn sealed_with(said: Vec<Reply>, answers: &[&str]) -> (Done, Bench) {
    let mut replies = vec![sealed(), Err(Failure::new("recusal_not_asked"))];
    replies.extend(said);
    replies.push(meant(&[], &[]));
    let mut bench = Bench::with(replies);
    bench.script = Script::with(&[&["mots", ""], answers].concat());
    let done = bench.run(&line(NEW_SEALED));
    (done, bench)
}

/// The new case that was sent in the end.
fn sent(bench: &Bench) -> (SealOptions, crdt_model::edit::NewCase) {
    match bench.asked().pop().map(|envelope| envelope.request) {
        Some(Request::CaseNew { seal, case }) => (seal, *case),
        other => panic!("a new case, not {other:?}"),
    }
}

fn names(all: &[&str]) -> Vec<String> {
    all.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn on_a_terminal_who_is_complained_about_is_asked_before_sealing_and_has_no_default() {
    let mut bench = Bench::with(vec![Err(Failure::new("recusal_not_asked"))]);
    assert_eq!(bench.run(&line(NEW_SEALED)).exit, 2, "nobody to ask");
    for (answers, accused) in [
        (&["", "", "non", "ce qui est dit"][..], None),
        (&["je ne sais pas", "ce qui est dit"], None),
        (&["oui", "un agent", "", "ce qui est dit"], Some("un agent")),
    ] {
        let said = if accused.is_some() { vec![meant(&[], &[])] } else { vec![] };
        let (done, bench) = sealed_with(said, answers);
        assert_eq!(done.exit, 0, "{}", done.err);
        let (seal, case) = sent(&bench);
        assert_eq!(seal.recuse, Some(vec![]));
        assert_eq!(case.accused, accused.map(Into::into), "{answers:?}");
        assert_eq!(case.allegation, Some("ce qui est dit".into()));
    }
    // the input ends: nothing is saved
    let (done, bench) = sealed_with(vec![], &[]);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("nothing was recorded"), "{}", done.err);
    assert!(bench.asked().iter().filter(|e| matches!(e.request, Request::CaseNew { .. })).count() == 1);
}

#[test]
fn a_name_near_a_colleagues_sets_them_aside_by_enter_and_somebody_else_takes_a_word() {
    let (done, bench) = sealed_with(vec![meant(&["Rose"], &[])], &["Roze", "", "", ""]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let (seal, case) = sent(&bench);
    assert_eq!((seal.recuse, seal.not_them, case.accused), (Some(names(&["Rose"])), vec![], Some("Roze".into())));
    let (_, bench) = sealed_with(vec![meant(&["Rose"], &[])], &["Rose", "peut-être", "n", "", ""]);
    let (seal, case) = sent(&bench);
    assert_eq!((seal.recuse, seal.not_them), (Some(vec![]), names(&["Rose"])));
    assert_eq!(case.accused, Some("Rose".into()));
    // several: by number, all by Enter, none by 0
    for (answer, aside, others) in
        [("", &["Rose", "Rosa"][..], &[][..]), ("2", &["Rosa"], &["Rose"]), ("0", &[], &["Rose", "Rosa"])]
    {
        let (_, bench) = sealed_with(vec![meant(&["Rose", "Rosa"], &[])], &["Ros", answer, "", ""]);
        let (seal, _) = sent(&bench);
        assert_eq!((seal.recuse, seal.not_them), (Some(names(aside)), names(others)), "{answer}");
    }
    // a role and a stranger, in one answer
    let said = vec![meant(&[], &["hr"]), meant(&[], &[])];
    let (done, bench) = sealed_with(said, &["hr, Jo", "", ""]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let (seal, case) = sent(&bench);
    assert_eq!((seal.recuse, case.accused), (Some(names(&["hr"])), Some("hr, Jo".into())));
    let told = bench.script.asked.join("\n");
    assert!(told.contains("near “Jo”"), "{told}");
}

#[test]
fn before_the_first_sync_the_role_of_who_is_complained_about_is_asked() {
    let unmet = || Ok(json!({"near": [], "roles": [], "in_texts": [], "met": false}));
    let said = vec![unmet(), unmet(), Ok(json!({"near": [], "roles": ["focal_psea"], "in_texts": [], "met": false}))];
    let (done, bench) = sealed_with(said, &["Ana", "", "chef", "focal_psea", "", ""]);
    assert_eq!(done.exit, 0, "{}", done.err);
    let (seal, case) = sent(&bench);
    assert_eq!((seal.recuse, case.accused), (Some(names(&["focal_psea"])), Some("Ana".into())));
}

#[test]
fn colleagues_named_in_the_texts_are_asked_about_in_the_same_way() {
    let replies = vec![
        sealed(),
        Err(Failure::new("recusal_not_asked")),
        Ok(json!({"near": [], "roles": [], "in_texts": [{"name": "Rose", "site": "JER"}], "met": true})),
    ];
    for (answer, aside) in [("", &["Rose"][..]), ("n", &[])] {
        let mut bench = Bench::with(replies.clone());
        bench.script = Script::with(&["mots", "", "non", answer, ""]);
        assert_eq!(bench.run(&line(NEW_SEALED)).exit, 0);
        assert_eq!(sent(&bench).0.recuse, Some(names(aside)));
    }
}

#[test]
fn on_a_terminal_the_passphrase_is_asked_and_checked_before_the_first_question() {
    let locked = || Err(Failure::new("locked").arg("member", "Rose"));
    let wrong = || Err(Failure::new("wrong_passphrase").arg("member", "Rose"));
    let new = line(&["--lang", "en", "case", "new", "--anonymous"]);
    let mut bench = Bench::with(vec![]);
    bench.fake.doors.lock().expect("no panic").extend([locked(), wrong()]);
    bench.script = Script::with(&["mal tapée", "cinq mots", "complaint", "hotline", "", "Pa gen dlo", "", "non"]);
    let done = bench.run(&new);
    assert_eq!(done.exit, 0, "{}", done.err);
    assert!(bench.script.asked[1].starts_with("error: passphrase refused for Rose"), "{:?}", bench.script.asked);
    assert!(bench.script.asked[2].contains("Type (code)"), "{:?}", bench.script.asked);
    assert!(bench.asked().iter().all(|asked| asked.passphrase == Some(Secret::new("cinq mots".into()))));

    // not for ever, and what no person typed is refused at once
    let mut bench = Bench::with(vec![]);
    bench.fake.doors.lock().expect("no panic").extend([locked(), wrong(), wrong(), wrong()]);
    bench.script = Script::with(&["a", "b", "c", "d"]);
    assert_eq!((bench.run(&new).exit, bench.script.asked.len(), bench.asked().len()), (4, 3, 0));
    let mut bench = Bench::with(vec![]);
    bench.fake.doors.lock().expect("no panic").push_back(wrong());
    bench.env.insert("BOUCLE_PASSPHRASE", "mal copiée");
    bench.script = Script::with(&["complaint"]);
    assert_eq!((bench.run(&new).exit, bench.script.asked.len(), bench.asked().len()), (4, 0, 0));

    // where nothing is asked nobody need come in first; a passphrase the node asks for has its three tries too
    let mut bench = Bench::with(vec![locked(), wrong()]);
    bench.script = Script::with(&["mal tapée", "cinq mots"]);
    assert_eq!((bench.run(&line(&["case", "list"])).exit, bench.script.asked.len()), (0, 2));
    assert!(bench.fake.knocked.lock().expect("no panic").is_empty());
}

#[test]
fn what_the_line_says_of_sealing_is_looked_at_before_the_first_question() {
    let mut bench = Bench::with(vec![]);
    let unknown = Failure::new("member_not_found").arg("member", "Pual").arg("near", "Paul");
    bench.fake.doors.lock().expect("no panic").push_back(Err(unknown));
    bench.script = Script::with(&["ce qui est dit"]);
    let done = bench.run(&line(&["case", "new", "--type", "complaint", "--channel", "sms", "--recuse", "Pual"]));
    assert_eq!((done.exit, bench.script.asked.len()), (3, 0), "{}", done.err);
    let knocked = bench.fake.knocked.lock().expect("no panic").clone();
    let Request::BeforeAsking { seal } = &knocked[0].request else { panic!("a knock") };
    assert_eq!(seal.recuse, Some(vec!["Pual".to_owned()]));
}

#[test]
fn who_set_every_reader_of_a_case_aside_is_asked_anew() {
    let nobody = || Err(Failure::new("everybody_set_aside").arg("audience", "psea").arg("call", "Marie"));
    let mut bench = Bench::with(vec![
        Err(Failure::new("recusal_not_asked")),
        meant(&[], &["administrator"]),
        meant(&[], &[]),
        nobody(),
        meant(&[], &["hr"]),
        meant(&[], &[]),
        Ok(json!({"ref": "A"})),
    ]);
    bench.script = Script::with(&["administrator", "", "hr", ""]);
    let done = bench.run(&line(&["--lang", "en", "case", "seal", "A", "--reason", "grave"]));
    assert_eq!(done.exit, 0, "{}", done.err);
    let Some(Request::CaseSeal { seal, .. }) = bench.asked().pop().map(|envelope| envelope.request) else {
        panic!("a sealing")
    };
    assert_eq!((seal.recuse, seal.accused), (Some(names(&["hr"])), Some("hr".into())));
    assert!(bench.script.asked[2].contains("Marie"), "{:?}", bench.script.asked);
}

#[test]
fn of_a_case_that_will_be_sealed_nothing_is_asked_twice() {
    let mut bench = Bench::with(vec![sealed(), meant(&[], &[]), meant(&[], &[])]);
    bench.script = Script::with(&["mots", "", "", "un agent", ""]);
    let done = bench.run(&line(&[NEW_SEALED, &["--accused"]].concat()));
    assert_eq!(done.exit, 0, "{}", done.err);
    let asked = &bench.script.asked;
    assert_eq!(asked.iter().collect::<std::collections::BTreeSet<_>>().len(), asked.len(), "{asked:?}");
    assert_eq!(sent(&bench).1.accused, Some("un agent".into()));
}

#[test]
fn on_a_terminal_the_entry_to_take_back_is_picked_from_a_list() {
    let which = || Err(Failure::new("withdraw_which").arg("ref", "A").arg("entries", "11aa22bb text; 33cc44dd notes"));
    let withdraw = line(&["case", "withdraw", "A"]);
    let mut bench = Bench::with(vec![which()]);
    let done = bench.run(&withdraw);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("33cc44dd"), "without a terminal the error lists them: {}", done.err);
    let mut bench = Bench::with(vec![which()]);
    bench.script = Script::with(&["7", "2"]);
    assert_eq!(bench.run(&withdraw).exit, 0);
    assert!(bench.script.asked[0].contains("1  11aa22bb text"), "{}", bench.script.asked[0]);
    let Request::CaseWithdraw { entry, .. } = &bench.asked()[1].request else { panic!("a withdrawal") };
    assert_eq!(entry.as_deref(), Some("33cc44dd"));
    // nothing typed takes back nothing
    let mut bench = Bench::with(vec![which()]);
    bench.script = Script::with(&[""]);
    assert_eq!((bench.run(&withdraw).exit, bench.asked().len()), (2, 1));
}

#[test]
fn an_import_with_rejected_rows_prints_its_counts_and_exits_seven() {
    let mut bench = Bench::with(vec![Ok(json!({"rows": 2, "created": 1, "rejected": 1}))]);
    let done = bench.run(&line(&["--json", "import", "a.csv", "--as", "kobo"]));
    assert_eq!((done.exit, done.out.contains("\"rejected\":1")), (7, true));
}

#[test]
fn a_reader_that_left_is_no_error_and_a_full_disk_is() {
    struct Broken(io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }
    let new = ["case", "new", "--type", "complaint", "--channel", "sms"];
    for (kind, words, exit, told) in [
        (io::ErrorKind::BrokenPipe, &["status"][..], 0, ""),
        (io::ErrorKind::StorageFull, &["status"], 1, "error: cannot write file -\n"),
        (io::ErrorKind::BrokenPipe, &new, 0, ""),
        // it is recorded: whoever repeats it has it twice
        (io::ErrorKind::StorageFull, &new, 1, "error: done, recorded as A; the answer could not be printed\n"),
    ] {
        let mut err = Vec::new();
        let world = World {
            env: &|_| None,
            console: &mut Script::default(),
            out: &mut Broken(kind),
            err: &mut err,
            out_terminal: false,
            err_terminal: false,
            now_ms: 0,
            backend: &Only(Arc::default()),
            arm: &|| Ok(Box::new(|| Ok(()))),
        };
        let args = ["boucle", "--lang", "en", "--home", "/nowhere"].iter().chain(words).map(OsString::from).collect();
        assert_eq!(command(args, world), exit, "{words:?}");
        let err = String::from_utf8(err).expect("UTF-8");
        assert!(err.starts_with(told) && err.is_empty() == (exit == 0), "{words:?}: {err}");
    }
}

#[test]
fn without_a_home_the_error_says_how_to_name_one() {
    let mut bench = Bench::with(vec![]);
    let done = bench.run(&["status"]);
    assert_eq!(done.exit, 2);
    assert!(done.err.contains("BOUCLE_HOME"));
}

#[test]
fn run_says_ready_first_answers_other_commands_and_stops_when_told() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let path = home.path().to_owned();
    let mut bench = Bench::with(vec![Ok(json!({"site": "JER"}))]);
    let answered = Arc::new(Mutex::new(None));
    let (seen, inside) = (answered.clone(), path.clone());
    bench.meanwhile = Arc::new(move || {
        let service = backend::Local::default().open(&inside).expect("the node listens on its socket");
        let envelope =
            Envelope { lang: "fr".into(), member: None, passphrase: None, now_ms: None, request: Request::Status };
        *seen.lock().expect("no panic") = Some(service.handle(envelope, &mut |_| {}));
        let second = backend::Local::default().runtime(&inside).err().map(|failure| failure.code);
        assert_eq!(second, Some("already_running"));
    });
    let done = bench.run(&["--home", path.to_str().expect("UTF-8"), "run", "--no-mdns", "--peer", "h:1"]);
    let expected = "{\"ready\":true,\"listening\":[\"/ip4/127.0.0.1/tcp/4001\"],\"web\":null}\n";
    assert_eq!((done.exit, done.out.as_str(), done.err.as_str()), (0, expected, ""));
    assert_eq!(*answered.lock().expect("no panic"), Some(Ok(json!({"site": "JER"}))));
    assert!(node::api::client::try_connect(&path).is_none());
    let started = bench.fake.started.lock().expect("no panic").clone();
    assert_eq!((started[0].mdns, started[0].peers.as_slice()), (false, &["h:1".to_owned()][..]));
    Ok(())
}

#[test]
fn run_asks_for_the_passphrase_it_needs() -> io::Result<()> {
    let home = tempfile::tempdir()?;
    let mut bench = Bench::with(vec![]);
    bench.fake = Arc::new(Fake { needs_passphrase: true, ..Fake::default() });
    let words = ["--home", home.path().to_str().expect("UTF-8"), "run"];
    assert_eq!(bench.run(&words).exit, 4);
    bench.script = Script::with(&["cinq mots"]);
    assert_eq!(bench.run(&words).exit, 0);
    Ok(())
}

fn hit(topic: &str, audience: &str) -> Reply {
    Ok(json!({"sensitive_words": [{"field": "notes", "topic": topic, "audience": audience}], "restricted": false}))
}

#[test]
fn enter_seals_a_case_for_sexual_words_before_anything_is_saved() {
    let mut bench = Bench::with(vec![
        hit("sea", "psea"),
        Err(Failure::new("recusal_not_asked")),
        meant(&[], &[]),
        Ok(json!({"ref": "A"})),
    ]);
    bench.script = Script::with(&["", "", "grave", "non"]);
    let done = bench.run(&line(&["case", "note", "@last", "--text", "mots"]));
    assert_eq!(done.exit, 0, "{}", done.err);
    let asked: Vec<Request> = bench.asked().into_iter().map(|envelope| envelope.request).collect();
    let edit = Edit::Note { text: "mots".into() };
    let note = Request::edit("@last", edit.clone());
    assert_eq!(asked[0], Request::WordsCheck { of: Box::new(note) });
    let Request::CaseSeal { reason, seal, then, .. } = &asked[3] else { panic!("sealed: {asked:?}") };
    assert_eq!((reason, seal.audience.as_deref(), &seal.recuse), (&"grave".into(), Some("psea"), &Some(vec![])));
    // sealed with the note in it, or neither
    assert_eq!((then, asked.len()), (&Some(edit), 4));
}

#[test]
fn the_reason_of_a_closing_is_looked_at_like_any_other_words() {
    let mut bench = Bench::with(vec![hit("fraud", "integrity"), Ok(json!({"ref": "A"}))]);
    bench.script = Script::with(&["3"]);
    let done = bench.run(&line(&["case", "close", "@last", "--as", "answered", "--reason", "mots"]));
    assert_eq!(done.exit, 0, "{}", done.err);
    let asked: Vec<Request> = bench.asked().into_iter().map(|envelope| envelope.request).collect();
    let close = Request::edit("@last", Edit::Close { reason: "answered".into(), because: Some("mots".into()) });
    assert_eq!(asked, [Request::WordsCheck { of: Box::new(close.clone()) }, close]);
}

#[test]
fn of_other_words_a_person_decides_and_nothing_is_taken_for_no() {
    let told = || Ok(json!({"ref": "A", "warnings": ["sensitive_words"]}));
    // kept open: asked until that is said
    let mut bench = Bench::with(vec![hit("fraud", "integrity"), told()]);
    bench.script = Script::with(&["", "oui", "3"]);
    let done = bench.run(&line(&["case", "note", "@last", "--text", "mots"]));
    assert_eq!((done.exit, bench.asked().len(), bench.script.asked.len()), (0, 2, 3));
    assert!(done.out.contains("mots sensibles"), "{}", done.out);
    for (answer, audience) in [("1", "integrity"), ("2", "triage")] {
        let mut bench = Bench::with(vec![
            hit("fraud", "integrity"),
            Err(Failure::new("recusal_not_asked")),
            meant(&[], &[]),
            Ok(json!({})),
        ]);
        bench.script = Script::with(&[answer, "grave", "non"]);
        assert_eq!(bench.run(&line(&["case", "note", "@last", "--text", "mots"])).exit, 0);
        let Request::CaseSeal { seal, .. } = &bench.asked()[3].request else { panic!("sealed first") };
        assert_eq!(seal.audience.as_deref(), Some(audience));
    }
    // nobody to ask: nothing is asked, the node's warning tells
    let mut bench = Bench::with(vec![told()]);
    bench.run(&line(&["case", "note", "@last", "--text", "mots"]));
    assert_eq!(bench.asked().len(), 1);
    // the input ends: nothing is saved
    let mut bench = Bench::with(vec![hit("fraud", "integrity")]);
    bench.script = Script::with(&[""]);
    assert_eq!((bench.run(&line(&["case", "note", "@last", "--text", "mots"])).exit, bench.asked().len()), (2, 1));
}

/// What became of a new complaint with these answers: the audience it is sealed to, if it is.
fn complaint(category: &[&str], check: Reply, answers: &[&str]) -> Option<String> {
    let mut bench = Bench::with(vec![check, Ok(json!({"ref": "A"}))]);
    let new = ["case", "new", "--type", "complaint", "--channel", "sms", "--anonymous"];
    let asked: &[&str] = if category.is_empty() { &["", "mots", ""] } else { &["mots", ""] };
    bench.script = Script::with(&[asked, answers].concat());
    let done = bench.run(&line(&[&new, category].concat()));
    assert_eq!((done.exit, bench.script.answers.len()), (0, 0), "{answers:?}: {}", done.err);
    sent(&bench).0.audience
}

#[test]
fn one_spoken_question_decides_before_the_words_do() {
    let payment: &[&str] = &["--category", "payment.not_received"];
    let triage = Some("triage".to_owned());
    let psea = Some("psea".to_owned());
    for oui in ["o", "oui", "OUI", "yes", "y"] {
        assert_eq!(complaint(&[], open(), &[oui]), triage, "{oui}");
    }
    // asked until it is understood
    assert_eq!(complaint(&[], open(), &["", "euh", "oui"]), triage);
    assert_eq!(complaint(&[], open(), &["non"]), None);
    assert_eq!(complaint(&[], open(), &["ne sait pas"]), None);
    assert_eq!(complaint(&[], hit("sea", "psea"), &["?"]), triage, "not known, and a word");
    // with a category that does not seal: Enter seals
    assert_eq!(complaint(payment, open(), &["oui", ""]), triage);
    assert_eq!(complaint(payment, open(), &["oui", "o"]), None);
    assert_eq!(complaint(payment, hit("sea", "psea"), &["oui", ""]), psea);
    assert_eq!(complaint(payment, hit("sea", "psea"), &["nsp", ""]), psea);
    // no, and words all the same
    assert_eq!(complaint(payment, hit("sea", "psea"), &["non", ""]), psea);
    assert_eq!(complaint(payment, hit("child", "protection"), &["n", "non"]), None);
    assert_eq!(complaint(payment, hit("violence", "protection"), &["n", "", "3"]), None);
    assert_eq!(complaint(payment, hit("violence", "protection"), &["n", "1"]), Some("protection".to_owned()));
    assert_eq!(complaint(payment, hit("fraud", "integrity"), &["n", "2"]), triage);
}

#[test]
fn a_new_case_with_a_sensitive_word_is_born_sealed_and_who_is_complained_about_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("case.json");
    std::fs::write(
        &file,
        r#"{"type": "complaint", "channel": "sms", "category": "payment.not_received", "text": "mots"}"#,
    )
    .expect("written");
    let mut bench = Bench::with(vec![
        hit("sea", "psea"),
        Err(Failure::new("recusal_not_asked")),
        meant(&[], &["hr"]),
        meant(&[], &[]),
        meant(&[], &[]),
    ]);
    bench.script = Script::with(&["non", "", "hr", "un agent", "", ""]);
    let done = bench.run(&line(&["case", "new", "--from-json", file.to_str().expect("UTF-8")]));
    assert_eq!(done.exit, 0, "{}", done.err);
    let (seal, case) = sent(&bench);
    assert_eq!((seal.recuse, seal.audience.as_deref()), (Some(names(&["hr"])), Some("psea")));
    assert_eq!(case.accused, Some("hr, un agent".into()));
}

#[test]
fn who_is_named_on_the_line_is_looked_at_though_recusals_were_said() {
    let mut bench = Bench::with(vec![sealed(), meant(&["Rose"], &[]), meant(&[], &[])]);
    bench.script = Script::with(&["mots", "", "", ""]);
    let done = bench.run(&line(&[NEW_SEALED, &["--no-recusal", "--accused", "Rose"]].concat()));
    assert_eq!(done.exit, 0, "{}", done.err);
    assert_eq!(sent(&bench).0.recuse, Some(names(&["Rose"])));
}

#[test]
fn a_category_that_calls_for_sealing_seals_the_case_by_enter_and_is_refused_by_a_word() {
    let refused = || Err(Failure::new("needs_sealing").arg("level", "s3").arg("ref", "A").arg("command", "boucle x"));
    let set = line(&["case", "set", "@last", "category=sea.abuse"]);
    let mut bench = Bench::with(vec![refused()]);
    let done = bench.run(&set);
    assert_eq!((done.exit, bench.asked().len()), (1, 1));
    assert!(done.err.contains("boucle x"), "{}", done.err);
    let mut bench = Bench::with(vec![open(), refused()]);
    bench.script = Script::with(&["s", "non"]);
    assert_eq!((bench.run(&set).exit, bench.asked().len()), (1, 2));
    let mut bench = Bench::with(vec![
        open(),
        refused(),
        Err(Failure::new("recusal_not_asked")),
        meant(&[], &["hr"]),
        meant(&[], &[]),
        Ok(json!({"ref": "A", "audience": "psea"})),
    ]);
    bench.script = Script::with(&["", "hr", ""]);
    let done = bench.run(&set);
    assert_eq!(done.exit, 0, "{}", done.err);
    assert!(bench.script.asked[0].contains("s3") && done.out.contains("psea"), "{:?} {}", bench.script.asked, done.out);
    let Some(Request::CaseEdit { edit: Edit::Triage { category, .. }, seal, .. }) =
        bench.asked().pop().map(|envelope| envelope.request)
    else {
        panic!("a triage")
    };
    assert_eq!(category.as_deref(), Some("sea.abuse"));
    assert_eq!((seal.recuse, seal.accused), (Some(names(&["hr"])), Some("hr".into())));
}

#[test]
fn on_a_shared_device_a_terminal_asks_who_is_at_work() {
    let which = || Err(Failure::new("member_not_named").arg("members", "Ali, Rose"));
    let mut bench = Bench::with(vec![which()]);
    assert_eq!((bench.run(&line(&["status"])).exit, bench.asked().len()), (2, 1));
    let mut bench = Bench::with(vec![which()]);
    bench.script = Script::with(&["Ali"]);
    assert_eq!(bench.run(&line(&["case", "list"])).exit, 0);
    assert!(bench.script.asked[0].contains("Ali, Rose"));
    assert_eq!(bench.asked()[1].member.as_deref(), Some("Ali"));
}
