//! Locking, unattended nodes, wiping: what a running node holds, and when it lets go.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex as StdMutex, Weak};

use crdt_model::document::Opened;
use crdt_model::layer::Layer;
use crdt_model::values::Words;

use super::*;
use crate::store::{MemberKey, MemberSpace};
use crate::testkit::NOW;
use crate::tests::{Home, complaint};

const PASSPHRASE: &str = "a long enough passphrase";
const CANARY: &str = "le puits de Manakara est sec";

/// A clock that a test moves.
#[derive(Clone, Default)]
struct Time(Arc<AtomicU64>);

impl Time {
    fn pass(&self, minutes: u64) {
        self.0.fetch_add(minutes * 60, Ordering::SeqCst);
    }

    fn clock(&self) -> Clock {
        let at = Arc::clone(&self.0);
        Arc::new(move || Duration::from_secs(at.load(Ordering::SeqCst)))
    }
}

/// A founded home with one case in it, closed; and the case's reference.
fn closed_home() -> (tempfile::TempDir, PathBuf, String) {
    let home = Home::founded();
    let mut case = complaint();
    case.text = Some(Words::from(CANARY));
    let reference = home.new_case(case)["ref"].as_str().expect("a reference").to_owned();
    let kept = home.with(|log, reader| {
        let access = reader.secrets.store_access();
        Ok(log.store.write(|tx| tx.put_member(MemberSpace::Rows, &access, b"canary", CANARY.as_bytes()))?)
    });
    kept.expect("written");
    let path = home.log.home.clone();
    let Home { log, folder, .. } = home;
    drop(log);
    (folder, path, reference)
}

fn envelope(passphrase: Option<&str>, request: Request) -> Envelope {
    let passphrase = passphrase.map(|text| Secret::new(text.to_owned()));
    Envelope { lang: "en".into(), member: None, passphrase, now_ms: Some(NOW), request }
}

fn ask(node: &Node, passphrase: Option<&str>, request: Request) -> Reply {
    node.handle(envelope(passphrase, request), &mut |_| {})
}

fn show(reference: &str) -> Request {
    Request::CaseShow { r#ref: reference.to_owned() }
}

fn refused(reply: Reply) -> &'static str {
    reply.expect_err("refused").code
}

/// A node as `run` has it, without a network.
fn running(path: &Path, time: &Time) -> Node {
    let node = Node::open_at(path, time.clock()).expect("a node");
    node.sessions.set_auto_lock(Some(Duration::from_secs(600)));
    node
}

/// What stays of a member's keys if something stays.
fn reader_of(node: &Node) -> Weak<StdMutex<Reader>> {
    let log = node.held().expect("open");
    let member = log.unlocked()[0];
    Arc::downgrade(&log.reader(&member).expect("unlocked"))
}

#[test]
fn unused_keys_go_after_ten_minutes_and_every_use_begins_them_anew() {
    let (_folder, path, reference) = closed_home();
    let time = Time::default();
    let node = running(&path, &time);
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked by it");
    let log = node.held().expect("open");
    for _ in 0..3 {
        time.pass(9);
        assert_eq!(node.sessions.lock_idle(&log), 0);
        ask(&node, None, show(&reference)).expect("still unlocked");
    }
    let keys = reader_of(&node);
    time.pass(10);
    assert_eq!(node.sessions.lock_idle(&log), 1);
    assert!(keys.upgrade().is_none(), "keys, cases and all are dropped");
    assert_eq!(refused(ask(&node, None, show(&reference))), "locked");
    assert_eq!(refused(ask(&node, Some("another passphrase here"), show(&reference))), "wrong_passphrase");
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked again");
    // nobody looked in time: the next request finds the keys unused for too long all the same
    time.pass(11);
    assert_eq!(refused(ask(&node, None, show(&reference))), "locked");
}

#[test]
fn an_open_request_is_never_locked_under_its_hands() {
    let (_folder, path, reference) = closed_home();
    let time = Time::default();
    let node = running(&path, &time);
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked by it");
    let mut looked = 0;
    node.handle(envelope(None, Request::Verify), &mut |_| {
        // the machine slept for an hour in the middle of it
        time.pass(60);
        assert_eq!(node.sessions.lock_idle(&node.held().expect("open")), 0);
        looked += 1;
    })
    .expect("done");
    assert!(looked > 0, "there was a middle");
    // and the ten minutes begin when it ends
    time.pass(9);
    ask(&node, None, show(&reference)).expect("still unlocked");
}

#[test]
fn never_means_never() {
    let (_folder, path, reference) = closed_home();
    let time = Time::default();
    let node = running(&path, &time);
    node.sessions.set_auto_lock(None);
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked by it");
    time.pass(60 * 24 * 365);
    ask(&node, None, show(&reference)).expect("still unlocked");
}

#[test]
fn who_is_waited_for_is_named_in_a_case_and_in_a_list() {
    let (_folder, path, reference) = closed_home();
    let node = Node::open(&path).expect("opened");
    let passphrase = Some("a long enough passphrase");
    let r#ref = || reference.clone();
    let category = Some("payment.not_received".to_owned());
    let triage = Edit::Triage { category, case_type: None, sensitivity: None, priority: None, project: None };
    ask(&node, passphrase, Request::edit(r#ref(), triage)).expect("triaged");
    ask(&node, passphrase, Request::edit(r#ref(), Edit::Assign { to: crdt_model::edit::Whom::Typed("me".into()) }))
        .expect("assigned");
    assert_eq!(ask(&node, passphrase, show(&reference)).expect("shown")["waiting_on"], "Rose");
    let listed = ask(&node, passphrase, Request::CaseList(Box::default())).expect("listed");
    assert_eq!(listed[0]["waiting_on"], "Rose");
}

#[test]
fn locking_drops_the_keys_of_one_or_of_all_and_needs_no_passphrase() {
    let home = Home::founded();
    let told = home
        .with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, None, NOW))
        .expect("invited");
    let second = Passphrase::new("another passphrase here");
    let text = told["invitation"].as_str().expect("a code");
    members::join(&home.log.home, Some(&*home.log), text, "Ali", &second, NOW).expect("joined");
    let Home { log, folder, .. } = home;
    let path = log.home.clone();
    drop(log);
    let node = running(&path, &Time::default());
    let as_one = |name: &str, passphrase: Option<&str>, request| {
        let asked = Envelope { member: Some(name.to_owned()), ..envelope(passphrase, request) };
        node.handle(asked, &mut |_| {})
    };
    let unlocked = |reply: &Json| -> Vec<String> {
        let members = reply["members"].as_array().expect("members").iter();
        members.filter(|m| m["unlocked"] == true).map(|m| m["name"].as_str().expect("named").to_owned()).collect()
    };
    as_one("Rose", Some(PASSPHRASE), Request::Digest).expect("unlocked");
    as_one("Ali", Some("another passphrase here"), Request::Digest).expect("unlocked");
    let told = as_one("Ali", None, Request::Lock).expect("locked");
    assert_eq!(unlocked(&told), ["Rose"]);
    assert_eq!(refused(as_one("Ali", None, Request::Digest)), "locked");
    as_one("Rose", None, Request::Digest).expect("Rose goes on");
    assert_eq!(refused(as_one("Eve", None, Request::Lock)), "member_not_found");
    assert!(unlocked(&ask(&node, None, Request::Lock).expect("all")).is_empty());
    assert!(node.held().expect("open").unlocked().is_empty());
    // nothing recognises a passphrase any more: that would be a way to guess it for next to nothing
    for (member, passphrase) in [("Rose", PASSPHRASE), ("Ali", "another passphrase here")] {
        let log = node.held().expect("open");
        let id = log.shared().here.iter().copied().find(|id| log.shared().name(id) == member).expect("here");
        assert!(!node.sessions.recognises(&id, passphrase));
    }
    // unlocking is for a process that stays
    assert_eq!(refused(as_one("Rose", Some(PASSPHRASE), Request::Unlock)), "not_running");
    drop(folder);
}

#[test]
fn what_a_member_opens_is_out_of_reach_of_an_unattended_node_until_the_member_unlocks_it() {
    let (folder, path, reference) = closed_home();
    let file = folder.path().join("alone.key");
    let options = |passphrase: Option<&str>| RunOptions {
        passphrase: passphrase.map(|text| Secret::new(text.to_owned())),
        key_file: Some(file.clone()),
        ..RunOptions::default()
    };
    let open = |passphrase: Option<&str>| {
        let node = running(&path, &Time::default());
        let opened = node.open_unattended(&file, &options(passphrase)).map(drop);
        opened.map(|()| node)
    };
    // the first time a passphrase makes the file; not even then does a member stay unlocked
    assert_eq!(open(None).expect_err("no key file yet").code, "locked");
    assert!(!file.exists());
    assert!(open(Some(PASSPHRASE)).expect("made").held().expect("open").unlocked().is_empty());
    let node = open(None).expect("alone");
    let log = node.held().expect("open");
    assert!(log.unlocked().is_empty());

    // by its keys: no personal and no sensitive section of any case opens, and the open ones do
    let snapshot = log.store.read().expect("readable");
    let shared = log.shared();
    let keychain = log.device_keychain(&snapshot, &shared).expect("keys");
    let mut sections = [0; 2];
    for scope in crate::cases::case_scopes(&log, &shared) {
        for doc in
            snapshot.docs(&scope).expect("listed").flatten().filter(|doc| *doc != crdt_model::values::DocId::ZERO)
        {
            for entry in log.entries(&snapshot, &scope, &doc).expect("held") {
                let opened = keychain.open_entry(&entry).layers;
                assert!(matches!(opened[0], Opened::Plain(_)));
                for layer in [Layer::Personal, Layer::Sensitive] {
                    assert!(!matches!(opened[usize::from(layer.code())], Opened::Plain(_)), "{layer:?}");
                    sections[usize::from(layer.code()) - 1] += 1;
                }
            }
        }
    }
    assert!(sections.iter().all(|seen| *seen > 0));
    // by its store: the members' values are there and do not open with what this process holds
    let keyring = log.keyring();
    let device = keyring.device();
    for member in keyring.members() {
        for key in [device.store_key.expose(), device.device_ed.expose(), device.device_x.expose()] {
            let listed = snapshot.list_member(MemberSpace::Rows, &MemberKey::new(member, key));
            assert!(listed.is_err(), "there is something, and it does not open");
        }
    }
    drop(keyring);

    // by its answers
    for request in [show(&reference), Request::Digest, Request::CaseList(Box::default()), Request::MemberList] {
        assert_eq!(refused(ask(&node, None, request)), "locked");
    }
    let status = ask(&node, None, Request::Status).expect("the device knows");
    assert_eq!((&status["members"][0]["unlocked"], &status["cases"]), (&json!(false), &json!(0)));
    assert!(ask(&node, None, Request::Fingerprint).expect("the device knows").as_array().is_some_and(|s| s.len() > 1));
    let verified = ask(&node, None, Request::Verify).expect("the device knows");
    assert_eq!((&verified["ok"], &verified["cases"]), (&json!(true), &json!(1)));
    assert_eq!(refused(ask(&node, None, Request::Sync { target: Some("127.0.0.1:1".into()) })), "peer_unreachable");

    // the member's passphrase unlocks it, and the lock takes it back
    let shown = ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked").to_string();
    assert!(shown.contains(CANARY));
    let keys = reader_of(&node);
    ask(&node, None, Request::Lock).expect("locked");
    assert!(keys.upgrade().is_none());
    assert_eq!(refused(ask(&node, None, show(&reference))), "locked");
}

#[test]
fn a_key_file_of_another_home_is_refused_and_an_older_one_wants_a_passphrase_once() {
    let (folder, path, _) = closed_home();
    let (other_folder, other, _) = closed_home();
    let (file, newer) = (folder.path().join("a.key"), folder.path().join("b.key"));
    let open = |path: &Path, file: &Path, passphrase: Option<&str>| {
        let node = running(path, &Time::default());
        let options =
            RunOptions { passphrase: passphrase.map(|text| Secret::new(text.to_owned())), ..RunOptions::default() };
        node.open_unattended(file, &options).map(drop)
    };
    open(&path, &file, Some(PASSPHRASE)).expect("made");
    assert_eq!(open(&other, &file, None).expect_err("another home's").code, "key_file_foreign");
    assert_eq!(open(&other, &file, Some(PASSPHRASE)).expect_err("another home's").code, "key_file_foreign");
    open(&path, &newer, Some(PASSPHRASE)).expect("made");
    assert_eq!(open(&path, &file, None).expect_err("an older one").code, "locked");
    open(&path, &newer, None).expect("the newer one opens");
    open(&path, &file, Some(PASSPHRASE)).expect("admitted again");
    std::fs::write(&newer, b"a photograph").expect("written");
    assert_eq!(open(&path, &newer, Some(PASSPHRASE)).expect_err("no key file").code, "key_file_bad");
    assert_eq!(std::fs::read(&newer).expect("read"), b"a photograph", "what is something else is left alone");
    drop(other_folder);
}

#[test]
fn a_passphrase_is_changed_by_whoever_knows_the_old_one() {
    let (_folder, path, reference) = closed_home();
    let node = running(&path, &Time::default());
    let fresh = "cinq mots encore plus longs";
    let change =
        |passphrase, new: &str| ask(&node, passphrase, Request::PassphraseChange { new: Secret::new(new.to_owned()) });
    assert_eq!(refused(change(Some("not the right passphrase"), fresh)), "wrong_passphrase");
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked");
    assert_eq!(refused(change(None, fresh)), "locked", "an unlocked machine is no proof");
    assert_eq!(refused(change(Some(PASSPHRASE), "court")), "passphrase_weak");
    assert_eq!(change(Some(PASSPHRASE), fresh).expect("changed")["changed"], true);
    assert_eq!(refused(ask(&node, Some(PASSPHRASE), show(&reference))), "wrong_passphrase");
    assert!(ask(&node, Some(fresh), show(&reference)).expect("opens").to_string().contains(CANARY));
    drop(node);
    let node = running(&path, &Time::default());
    assert_eq!(refused(ask(&node, Some(PASSPHRASE), show(&reference))), "wrong_passphrase");
    ask(&node, Some(fresh), show(&reference)).expect("opens");
}

#[test]
fn a_wipe_leaves_neither_keys_on_the_disk_nor_in_memory_and_nothing_comes_back() {
    let (_folder, path, reference) = closed_home();
    let node = running(&path, &Time::default());
    ask(&node, Some(PASSPHRASE), show(&reference)).expect("unlocked");
    let (keys, log) = (reader_of(&node), node.held().expect("open"));
    assert_eq!(refused(ask(&node, None, Request::Wipe { yes: false })), "usage_missing");
    ask(&node, None, show(&reference)).expect("nothing happened");
    let done = ask(&node, None, Request::Wipe { yes: true }).expect("no passphrase");
    assert_eq!((&done["wiped"], &done["left"]), (&json!(true), &json!([])), "{done}");
    assert!(done["keys_us"].as_u64().is_some_and(|us| us < 100_000), "{done}");
    assert!(!path.exists() && keys.upgrade().is_none());
    // an act that was under way does not write the keys again
    let late = log.commit_quietly(|tx| Ok(tx.put(crate::store::Space::Meta, b"late", b"1")?));
    drop(late);
    assert!(log.keyring().bump(u64::MAX).is_err());
    assert!(!path.join(KEYRING_FILE).exists());
    for passphrase in [None, Some(PASSPHRASE)] {
        assert_eq!(refused(ask(&node, passphrase, show(&reference))), "not_initialised");
    }
}

/// Numbers that look drawn, from a seed.
fn drawn(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

#[test]
fn a_damaged_page_is_named_and_never_an_internal_error() {
    const PAGE: usize = 4096;
    let home = Home::founded();
    for _ in 0..120 {
        home.new_case(complaint());
    }
    let path = home.log.home.clone();
    let Home { log, folder: _folder, .. } = home;
    drop(log);
    let file = path.join(STORE_FILE);
    let good = std::fs::read(&file).expect("read");
    let mut draw = drawn(0x9e37_79b9_7f4a_7c15);
    // the first page is redb's own, which tells by itself
    let used: Vec<usize> = (1..good.len() / PAGE).filter(|n| good[n * PAGE..(n + 1) * PAGE] != [0; PAGE]).collect();
    let (mut named, mut went_on) = (0, 0);
    for _ in 0..48 {
        let page = used[draw() as usize % used.len()];
        let mut bad = good.clone();
        bad[page * PAGE..(page + 1) * PAGE].fill_with(|| draw() as u8);
        std::fs::write(&file, &bad).expect("written");
        let look = |request| {
            let node = Node::open(&path).expect("a node");
            std::panic::catch_unwind(AssertUnwindSafe(|| ask(&node, Some(PASSPHRASE), request)))
                .unwrap_or_else(|_| panic!("page {page}: an internal error"))
        };
        let listed = look(Request::CaseList(Box::default()));
        if let Err(failure) = &listed {
            assert_eq!(failure.code, "home_damaged", "page {page}");
        }
        let problems = match look(Request::Verify) {
            Err(failure) => {
                assert_eq!(failure.code, "home_damaged", "page {page}");
                named += 1;
                continue;
            }
            Ok(told) => told["problems"].as_array().expect("a list").clone(),
        };
        if problems.iter().any(|problem| problem["reason"] == "page_damaged") {
            named += 1;
            went_on += 1;
        }
        assert!(listed.is_ok() || !problems.is_empty(), "page {page}: what a list cannot read, the check names");
    }
    std::fs::write(&file, &good).expect("written");
    // redb is built without its own assertions, as it ships: a check goes on past a page that cannot be read
    assert!(named > 4 && went_on > 0, "{named} named, {went_on} of them by a check that went on");
}
