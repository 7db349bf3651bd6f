//! Canaries in every personal and sensitive field, searched for wherever a keyless node, the wire or the disk could
//! show them. The control: in a process where sealing is replaced by identity, the same scan must find every canary, or
//! it proves nothing.

use crdt_model::edit::{Edit, NewCase, Telling};
use crdt_model::values::Words;
use data_encoding::{BASE64, HEXLOWER, HEXUPPER};

use std::sync::{Arc, Mutex};

use super::{Home, NOW, case_id, exchange};
use crate::api::RunOptions;
use crate::store::{MemberSpace, Snapshot, Space};
use crate::sync::Engine;
use crate::sync::session::FRAMES;

/// One canary: a word found nowhere else.
fn canary(field: &str) -> String {
    match field {
        // sixteen bytes at most
        "wallet" | "sim" => format!("zq{field}kanari"),
        _ => format!("zqx{field}kanari"),
    }
}

const PERSONAL: [&str; 20] = [
    "name",
    "phone",
    "contact",
    "safe",
    "household",
    "locality",
    "summary",
    "text",
    "note",
    "recall",
    "card",
    "wallet",
    "sim",
    "expected",
    "action",
    "behalf",
    "resolution",
    "answer",
    "spokesperson",
    "reason",
];
const SENSITIVE: [&str; 5] = ["allegation", "accused", "place", "sealedtext", "sealednote"];

/// The ways in which a word may stand in bytes.
fn forms(word: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u16> = word.encode_utf16().collect();
    let le = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let be = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let mut all = vec![
        ("utf-8", word.as_bytes().to_vec()),
        ("utf-16le", le),
        ("utf-16be", be),
        ("hex", HEXLOWER.encode(word.as_bytes()).into_bytes()),
        ("HEX", HEXUPPER.encode(word.as_bytes()).into_bytes()),
    ];
    // base64 of a longer text holds the word at one of three phases: its inner part is the same there
    for phase in 0..3 {
        let padded = [&b"\0\0"[..phase], word.as_bytes()].concat();
        let inner = &BASE64.encode(&padded)[4..padded.len() / 3 * 4];
        all.push(("base64", inner.as_bytes().to_vec()));
    }
    all
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// Places in which a canary was found.
fn scan(what: &[(String, Vec<u8>)]) -> Vec<(String, String, &'static str)> {
    let mut found = Vec::new();
    for field in PERSONAL.iter().chain(&SENSITIVE) {
        for (form, needle) in forms(&canary(field)) {
            for (place, bytes) in what {
                if contains(bytes, &needle) {
                    found.push(((*field).to_owned(), place.clone(), form));
                }
            }
        }
    }
    found
}

/// A case whose personal fields are canaries, and a sealed one.
fn cases() -> (NewCase, NewCase) {
    let word = |field: &str| Some(Words::from(canary(field).as_str()));
    let ordinary = NewCase {
        case_type: "complaint".into(),
        channel: "hotline".into(),
        category: Some("payment.not_received".into()),
        reporter_name: word("name"),
        phone: word("phone"),
        alt_contact: word("contact"),
        safe_contact: word("safe"),
        household_id: word("household"),
        locality: word("locality"),
        summary: word("summary"),
        text: word("text"),
        recall_word: word("recall"),
        card_no: word("card"),
        wallet_last4: word("wallet"),
        sim_last4: word("sim"),
        expected_outcome: word("expected"),
        ..NewCase::default()
    };
    let sealed = NewCase {
        case_type: "complaint".into(),
        channel: "committee".into(),
        category: Some("sea.abuse".into()),
        allegation: word("allegation"),
        accused: word("accused"),
        incident_place: word("place"),
        text: word("sealedtext"),
        ..NewCase::default()
    };
    (ordinary, sealed)
}

/// Every value of every table, opened with the node's own store key.
fn opened_values(home: &Home) -> Vec<(String, Vec<u8>)> {
    let snapshot: Snapshot = home.log.store.read().expect("readable");
    let mut values = Vec::new();
    for chain in snapshot.chains() {
        for stored in snapshot.chain_entries(&chain.key, 1, usize::MAX).expect("readable") {
            values.push((format!("entry {}", stored.entry_id.short()), stored.bytes));
        }
        for shelved in snapshot.aside_of(&chain.key).expect("readable") {
            values.push(("aside".into(), shelved.bytes));
        }
    }
    for space in Space::ALL {
        for (key, value) in snapshot.list(space).expect("readable") {
            values.push((format!("{space:?}"), [key.as_slice(), value.as_slice()].concat()));
        }
    }
    values
}

/// The member's own values, opened with the member's key too.
fn member_values(home: &Home) -> Vec<(String, Vec<u8>)> {
    let access = home.reader().lock().expect("unlocked").secrets.store_access();
    let snapshot = home.log.store.read().expect("readable");
    let mut values = Vec::new();
    for space in MemberSpace::ALL {
        for (key, value) in snapshot.list_member(space, &access).expect("readable") {
            values.push((format!("{space:?}"), [key.as_slice(), value.as_slice()].concat()));
        }
    }
    values
}

/// Every file under a folder, as it lies on the disk.
fn files(folder: &std::path::Path, into: &mut Vec<(String, Vec<u8>)>) {
    for item in std::fs::read_dir(folder).expect("a folder") {
        let path = item.expect("an item").path();
        if path.is_dir() {
            files(&path, into);
        } else if let Ok(bytes) = std::fs::read(&path) {
            into.push((path.display().to_string(), bytes));
        }
    }
}

/// Files of the system's temporary folder that this process made since `began`. Others' are theirs.
fn leftovers(began: std::time::SystemTime, into: &mut Vec<(String, Vec<u8>)>) {
    let items = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for item in items.filter(|item| item.path().is_file()) {
        let fresh = item.metadata().and_then(|meta| meta.modified()).is_ok_and(|at| at >= began);
        if fresh && let Ok(bytes) = std::fs::read(item.path()) {
            into.push((item.path().display().to_string(), bytes));
        }
    }
}

/// A bundle of everything as the founder's node makes it, as it lies on a stick; and every entry that the relay, to which
/// it opens, finds in it.
fn carried(from: &Home, to: &Home) -> Vec<(String, Vec<u8>)> {
    use crdt_model::bundle::{Event, Reader};

    let stick = tempfile::TempDir::new().expect("a folder");
    let path = stick.path().join("a.boucle");
    let request =
        crate::exchange::bundle::ExportRequest { path: &path, to: None, after: None, all: true, max_bytes: None };
    crate::exchange::bundle::export::bundle_export(&from.log, &request, NOW, &mut |_| ()).expect("exported");
    let file = std::fs::read(&path).expect("read");
    let mut reader = Reader::new(to.log.org, vec![to.log.device_x.clone()]);
    reader.push(&file).expect("whole");
    reader.finish().expect("whole");
    let mut places = vec![("on the stick".to_owned(), file)];
    while let Some(event) = reader.poll() {
        if let Event::Entry(entry) = event {
            places.push(("in the bundle".to_owned(), entry));
        }
    }
    assert!(places.len() > 1, "entries are in it");
    places
}

/// What every part of the program logs, at the finest level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A sync over real libp2p on loopback.
fn sync(from: &Home, to: &Home) {
    let listen = RunOptions { listen: vec!["/ip4/127.0.0.1/tcp/0".into()], ..RunOptions::default() };
    let (served, ready) = Engine::start(Arc::clone(&to.log), &listen).expect("started");
    let caller = Engine::dial_only(Arc::clone(&from.log), &RunOptions::default()).expect("started");
    let reply = caller.sync(Some(&ready.listening[0]), &mut |_| ()).expect("synced");
    assert_eq!(reply["peers"][0]["equal"], true, "{reply}");
    caller.stop();
    served.stop();
}

/// What was scanned, and whose machine took the words down.
struct Scanned {
    operator: Home,
    /// The restricted case.
    sealed: String,
    found: Vec<(String, String, &'static str)>,
}

/// Writes every canary, lets all of it go where it goes, and scans.
fn scanned() -> Scanned {
    let began = std::time::SystemTime::now();
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    tracing::subscriber::set_global_default(subscriber).expect("the only test that listens to the log");
    let founder = Home::founded();
    founder.site("PES");
    let operator = founder.invited("PES", "operator", "Ali");
    let relay = founder.invited("PES", "relay", "Relais");
    exchange(&founder, &operator);
    exchange(&founder, &relay);
    let (ordinary, sealed) = cases();
    let ordinary = case_id(&operator.new_case(ordinary));
    let sealed = case_id(&operator.new_case(sealed));
    let note = |home: &Home, case: &str, word: &str| {
        let edit = Edit::Note { text: Words::from(canary(word).as_str()) };
        home.with(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("noted");
    };
    note(&operator, &ordinary, "note");
    let words = |word: &str| Words::from(canary(word).as_str());
    let (outcome, means) = ("resolved".to_owned(), Some("oral".to_owned()));
    for edit in [
        Edit::Act { what: words("action"), on_behalf_of: Some(words("behalf")), due: None },
        Edit::Assign { to: crdt_model::values::Who::Role("operator".into()).into() },
        Edit::Attempt { outcome: "no_answer".into(), channel: Some("hotline".into()) },
        Edit::Resolve { outcome, text: words("resolution") },
        Edit::Answer(Telling {
            text: Some(words("answer")),

            satisfied: Some("satisfied".into()),
            by: Some(words("spokesperson")),
            means,
            ..Telling::default()
        }),
        Edit::Raise { to: crdt_model::values::Level::S1, reason: words("reason") },
    ] {
        operator.with(|log, reader| crate::writes::act(log, reader, &ordinary, &edit, NOW)).expect("written");
    }
    sync(&operator, &founder);
    note(&founder, &sealed, "sealednote");
    sync(&relay, &founder);

    // the founder, who is the first holder of every audience, reads both: the canaries are really there
    for (case, fields) in [(&ordinary, &PERSONAL[..]), (&sealed, &SENSITIVE[..])] {
        let shown = founder.show(case).expect("shown").to_string();
        for field in fields {
            assert!(shown.contains(&canary(field)), "{field} is in the case");
        }
    }

    let mut places = opened_values(&relay);
    places.extend(member_values(&relay));
    let frames = FRAMES.lock().expect("whole").clone();
    assert!(frames.iter().any(|frame| frame.len() > 4_096), "entries crossed the network");
    places.extend(frames.into_iter().map(|frame| ("handed to transport".to_owned(), frame)));
    places.extend(carried(&founder, &relay));
    let logged = log.0.lock().expect("whole").clone();
    assert!(!logged.is_empty(), "something was logged");
    places.push(("log".into(), logged));
    for home in [&relay, &operator, &founder] {
        files(home.folder.path(), &mut places);
    }
    // what was put down beside the homes meanwhile: nothing of ours writes there, and nothing that does may say a word
    leftovers(began, &mut places);
    Scanned { found: scan(&places), operator, sealed }
}

#[test]
fn no_canary_is_found_without_the_keys() {
    let Scanned { operator, sealed, found } = scanned();
    assert!(found.is_empty(), "found: {found:?}");
    // sensitive words are in no table of the machine that took them down, whatever key opens it
    let mut there = opened_values(&operator);
    there.extend(member_values(&operator));
    assert!(scan(&there).is_empty());
    // and that machine cannot read them back
    let shown = operator.show(&sealed).expect("shown").to_string();
    assert!(SENSITIVE.iter().all(|field| !shown.contains(&canary(field))));
}

/// Set for the process in which sealing is off.
const CONTROL: &str = "BOUCLE_TEST_UNSEALED";

#[test]
fn the_same_scan_finds_every_canary_where_sealing_is_off() {
    if std::env::var_os(CONTROL).is_none() {
        return in_a_process_of_its_own(concat!(
            module_path!(),
            "::the_same_scan_finds_every_canary_where_sealing_is_off"
        ));
    }
    crdt_model::seal::testing::turn_sealing_off();
    let found = scanned().found;
    for field in PERSONAL.iter().chain(&SENSITIVE) {
        for place in ["handed to transport", "entry ", "on the stick", "in the bundle"] {
            let there = |(f, p, _): &(String, String, &str)| f == field && p.starts_with(place);
            assert!(found.iter().any(there), "the control must find {field} in what is {place}");
        }
    }
}

/// Runs one test of this program alone: sealing is off for a whole process, and other tests share this one.
fn in_a_process_of_its_own(test: &str) {
    let (_, name) = test.split_once("::").expect("a test stands in a module of this crate");
    let own = std::env::current_exe().expect("a test has a path");
    let mut control = std::process::Command::new(own);
    let done = control.args(["--exact", name, "--nocapture"]).env(CONTROL, "1").output().expect("started");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&done.stderr));
}
