//! Several homes in one process: what holds between nodes, without a network.

mod clock;
mod confidentiality;
mod consent;
mod copies;
mod doors;
pub(crate) mod generations;
mod hostile;
mod joining;
mod keys;
mod partners;
mod refusals;
mod set_aside;
mod trust;
mod verdicts;

use std::sync::{Arc, Mutex};

use crdt_model::edit::NewCase;
use crdt_model::values::{MemberId, Words};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::error::Failure;
use crate::keys::keyring::Passphrase;
use crate::log::{Log, Reader, locked};
use crate::members::{self, founder, new_site};
use crate::store::ChainKey;

pub(crate) const NOW: i64 = 1_760_000_000_000;

/// A home with one unlocked member.
pub(crate) struct Home {
    pub(crate) log: Arc<Log>,
    pub(crate) member: MemberId,
    pub(crate) folder: TempDir,
}

pub(crate) fn passphrase() -> Passphrase {
    Passphrase::new("a long enough passphrase")
}

impl Home {
    pub(crate) fn founded() -> Self {
        let folder = TempDir::new().expect("a folder");
        let home = folder.path().join("home");
        let (log, _) = members::init(&home, founder("Essai", "JER", "Rose"), &passphrase(), NOW).expect("founded");
        let member = log.unlocked()[0];
        Self { log: Arc::new(log), member, folder }
    }

    /// A new home that joins by an invitation of this one.
    pub(crate) fn invited(&self, site: &str, role: &str, name: &str) -> Self {
        let reply =
            self.with(|log, reader| crate::members::invite(log, reader, site, role, None, None, NOW)).expect("invited");
        let folder = TempDir::new().expect("a folder");
        let text = reply["invitation"].as_str().expect("a code");
        let home = folder.path().join("home");
        let (log, _) = members::join(&home, None, text, name, &passphrase(), NOW).expect("joined");
        let log = log.expect("a new home");
        let member = log.unlocked()[0];
        Self { log: Arc::new(log), member, folder }
    }

    pub(crate) fn site(&self, code: &str) {
        self.with(|log, reader| crate::members::site_add(log, reader, new_site(code, code, "office", None)))
            .expect("site added");
    }

    pub(crate) fn reader(&self) -> Arc<Mutex<Reader>> {
        self.log.reader(&self.member).expect("unlocked")
    }

    pub(crate) fn with<T>(&self, act: impl FnOnce(&Log, &mut Reader) -> Result<T, Failure>) -> Result<T, Failure> {
        let reader = self.reader();
        let mut reader = locked(&reader);
        self.log.refresh_reader(&mut reader)?;
        act(&self.log, &mut reader)
    }

    pub(crate) fn new_case(&self, case: NewCase) -> Json {
        self.with(|log, reader| crate::writes::case_new(log, reader, case, Some(&[]), NOW)).expect("a case")
    }

    pub(crate) fn show(&self, case: &str) -> Result<Json, Failure> {
        self.with(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, case)?;
            Ok(crate::cases::show(&shared, &loaded, NOW))
        })
    }

    pub(crate) fn fingerprint(&self) -> Json {
        crate::health::status::fingerprint(&self.log, &self.log.shared()).expect("fingerprint")
    }

    pub(crate) fn verify(&self) -> Json {
        self.with(|log, reader| crate::health::verify::verify(log, &log.shared(), reader, &mut |_, _| {}))
            .expect("verify")
    }

    /// Every entry held, chain by chain.
    pub(crate) fn entries(&self) -> Vec<Vec<u8>> {
        let snapshot = self.log.store.read().expect("readable");
        let chains: Vec<ChainKey> = snapshot.chains().map(|chain| chain.key).collect();
        let all = chains.iter().flat_map(|chain| snapshot.chain_entries(chain, 1, usize::MAX).expect("readable"));
        all.map(|stored| stored.bytes).collect()
    }

    pub(crate) fn housekeeping(&self) -> bool {
        self.housekeeping_at(NOW).wrote
    }

    pub(crate) fn housekeeping_at(&self, now_ms: i64) -> crate::writes::housekeeping::Kept {
        let reader = self.reader();
        crate::writes::housekeeping::housekeeping(&self.log, &mut locked(&reader), now_ms).expect("maintained")
    }
}

impl Home {
    /// Writes a generation that this home may not write: the case as it was before, ordinary.
    pub(super) fn forge_generation(&self, before: &crate::cases::Loaded, case: &str, generation: u32) {
        use crate::writes::{SensitiveKey, Write};
        use crdt_model::layer::{Layer, LayerOp};

        self.with(|log, reader| {
            let shared = log.shared();
            let now = crate::list::find_case(log, &shared, reader, case)?;
            let mut ops = crdt_model::edit::EditOps::default();
            for (layer, into) in [(Layer::Open, &mut ops.open), (Layer::Personal, &mut ops.personal)] {
                for (key, cells) in before.document.states[usize::from(layer.code())].iter().flatten() {
                    let value = cells[0].value.clone();
                    into.push(LayerOp::Put { key: key.clone(), value });
                }
            }
            let write = Write {
                scope: now.scope,
                doc: now.doc,
                ops,
                deps: now.document.heads.clone(),
                birth: true,
                week_start_ms: None,
                sensitive: SensitiveKey::None,
                current: None,
                generation,
                salt: [0; 8],
                alone: false,
            };
            let mut entropy = crate::log::entropy()?;
            log.commit(|tx| crate::writes::append_edit(log, tx, &shared, reader, write, NOW, &mut entropy))
        })
        .expect("forged");
    }
}

/// What a sync does, by hand: both hold what either held, and what each then owes the other.
#[track_caller]
pub(crate) fn exchange(a: &Home, b: &Home) {
    for _ in 0..6 {
        for (from, to) in [(a, b), (b, a)] {
            crate::log::admission::ingest(&to.log, &from.entries(), Some(from.log.device), NOW).expect("ingested");
        }
        let wrote = [a, b].map(Home::housekeeping);
        if !wrote.contains(&true) && a.fingerprint() == b.fingerprint() {
            return;
        }
    }
    panic!("two homes did not become equal:\n{}\n{}", a.fingerprint(), b.fingerprint());
}

pub(crate) fn complaint() -> NewCase {
    NewCase {
        case_type: "complaint".into(),
        channel: "hotline".into(),
        category: Some("payment.not_received".into()),
        text: Some(Words::from("pas reçu")),
        ..NewCase::default()
    }
}

pub(crate) fn case_id(reply: &Json) -> String {
    reply["case_id"].as_str().expect("a case id").to_owned()
}

#[test]
fn an_invitation_kept_too_long_is_refused_and_begins_nothing() {
    const DAY_MS: i64 = 86_400_000;
    let home = Home::founded();
    let invite = |log: &Log, reader: &mut Reader| {
        crate::members::invite(log, reader, "JER", "operator", Some(DAY_MS), None, NOW)
    };
    let reply = home.with(invite).expect("invited");
    let text = reply["invitation"].as_str().expect("a code");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fresh = folder.path().join("home");
    let late = members::join(&fresh, None, text, "Ali", &passphrase(), NOW + DAY_MS + 1);
    assert_eq!(late.err().map(|failure| failure.code), Some("invitation_expired"));
    assert!(!fresh.exists(), "nothing is begun with it");
    let added = members::join(&home.log.home, Some(&*home.log), text, "Ali", &passphrase(), NOW + DAY_MS + 1);
    assert_eq!(added.err().map(|failure| failure.code), Some("invitation_expired"));
    members::join(&home.log.home, Some(&*home.log), text, "Ali", &passphrase(), NOW + DAY_MS).expect("in time");
}

#[test]
fn a_case_sealed_for_its_words_goes_to_whom_they_concern() {
    let home = Home::founded();
    for (text, audience) in
        [("il viole les filles", "psea"), ("on m'a demandé un pot-de-vin", "integrity"), ("Inventé.", "triage")]
    {
        let case = case_id(&home.new_case(NewCase { text: Some(Words::from(text)), ..complaint() }));
        let options = crate::api::SealOptions { recuse: Some(Vec::new()), ..Default::default() };
        home.with(|log, reader| crate::writes::case_seal(log, reader, &case, &Words::from("parce que"), &options, NOW))
            .expect("sealed");
        assert_eq!(home.show(&case).expect("shown")["audience"], audience, "{text}");
    }
}

#[test]
fn a_date_that_cannot_be_is_kept_and_pointed_out() {
    let home = Home::founded();
    let at = |at_ms: i64| Some(crdt_model::values::Moment { at_ms, precision: crdt_model::values::Precision::Day });
    for (received_at, odd) in [(at(NOW), false), (at(NOW + 200_000_000), true), (at(0), true), (None, false)] {
        let told = home.new_case(NewCase { received_at, ..complaint() });
        assert_eq!(told["warnings"].to_string().contains("odd_date"), odd, "{told}");
    }
}

#[test]
fn two_members_of_one_home_may_have_one_passphrase() {
    use crate::api::node::Node;
    use crate::api::{Envelope, Request, Secret, Service};

    let home = Home::founded();
    let reply = home
        .with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, None, NOW))
        .expect("invited");
    let text = reply["invitation"].as_str().expect("a code");
    members::join(&home.log.home, Some(&*home.log), text, "Ali", &passphrase(), NOW).expect("joined");
    let Home { log, folder, .. } = home;
    let path = log.home.clone();
    drop(log);
    for name in ["Ali", "Rose"] {
        let node = Node::open(&path).expect("a node");
        let ask = |passphrase: &str| {
            let envelope = Envelope {
                lang: "en".into(),
                member: Some(name.into()),
                passphrase: Some(Secret::new(passphrase.into())),
                now_ms: Some(NOW),
                request: Request::Status,
            };
            node.handle(envelope, &mut |_| {})
        };
        let told = ask("a long enough passphrase").expect("answered");
        let unlocked = told["members"].as_array().into_iter().flatten().filter(|m| m["unlocked"] == true);
        assert_eq!(unlocked.map(|m| m["name"].clone()).collect::<Vec<_>>(), [name]);
        // another passphrase is refused even while the member is unlocked
        assert_eq!(ask("not the right passphrase").expect_err("refused").code, "wrong_passphrase");
    }
    drop(folder);
}

#[test]
fn an_invitation_that_cannot_be_kept_is_not_made() {
    let home = Home::founded();
    let folder = TempDir::new().expect("a folder");
    let before = home.fingerprint();
    let invite = |path: &std::path::Path| {
        let out = path.display().to_string();
        home.with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, Some(&out), NOW))
    };
    let taken = folder.path().join("taken");
    std::fs::write(&taken, b"there").expect("written");
    assert_eq!(invite(&taken).expect_err("refused").code, "file_exists");
    assert_eq!(std::fs::read(&taken).expect("read"), b"there");
    assert_eq!(invite(&folder.path().join("none").join("a")).expect_err("refused").code, "file_not_found");
    assert_eq!(home.fingerprint(), before, "nobody was invited");
    // and where the membership refuses, no file is left
    let path = folder.path().join("kept");
    let out = path.display().to_string();
    home.with(|log, reader| crate::members::invite(log, reader, "JER", "nobody", None, Some(&out), NOW))
        .expect_err("no such role");
    assert!(!path.exists());
    let told = invite(&path).expect("invited");
    let text = std::fs::read_to_string(&path).expect("read");
    assert_eq!(Some(text.trim_end()), told["invitation"].as_str());
    assert_ne!(home.fingerprint(), before);
}

#[test]
fn the_keys_of_a_home_whose_data_file_is_gone_are_never_replaced() {
    use crate::keys::keyring::{KEYRING_FILE, Passphrase};
    use crate::store::STORE_FILE;
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("home");
    let passphrase = Passphrase::new("quatre tortues mangent lentement la laitue");
    let init = || members::init(&path, founder("PAM", "JER", "Rose"), &passphrase, NOW);
    drop(init().expect("founded"));
    let (data, aside) = (path.join(STORE_FILE), folder.path().join("elsewhere"));
    std::fs::rename(&data, &aside).expect("moved");
    let keys = std::fs::read(path.join(KEYRING_FILE)).expect("read");
    let refused = init().err().expect("refused");
    assert_eq!(refused.code, "data_file_missing");
    assert!(refused.where_.iter().any(|(name, file)| *name == "file" && *file == data.display().to_string()));
    let opened = Log::open(&path, &passphrase, "Rose").err().expect("refused");
    assert_eq!((opened.code, &opened.where_), ("data_file_missing", &refused.where_));
    assert_eq!(std::fs::read(path.join(KEYRING_FILE)).expect("read"), keys);
    std::fs::rename(&aside, &data).expect("moved");
    assert!(Log::open(&path, &passphrase, "Rose").is_ok(), "put back, all is there");
}
