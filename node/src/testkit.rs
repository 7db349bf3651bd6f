//! Homes for tests: an organisation in temporary folders, and entries carried between them by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::edit::NewCase;
use crdt_model::entry::Kind;
use crdt_model::values::{DocId, MemberId, Words};

use crate::keys::keyring::Passphrase;
use crate::log::draft::{Draft, clear};
use crate::log::{Log, locked};
use crate::members;

/// The time of all that happens in tests, Unix milliseconds.
pub(crate) const NOW: i64 = 1_790_000_000_000;

/// An open home with one unlocked member.
pub(crate) struct Home {
    pub(crate) log: Arc<Log>,
    pub(crate) member: MemberId,
    dir: tempfile::TempDir,
}

fn passphrase() -> Passphrase {
    Passphrase::new("quatre tortues mangent lentement la laitue")
}

fn home_of(log: Log, dir: tempfile::TempDir) -> Home {
    let member = log.unlocked()[0];
    Home { log: Arc::new(log), member, dir }
}

/// A new organisation.
pub(crate) fn founded() -> Home {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().join("home");
    let (log, _) =
        members::init(&home, members::founder("Fondation", "REG", "Rose"), &passphrase(), NOW).expect("founded");
    home_of(log, dir)
}

/// A new home on this invitation.
pub(crate) fn joined(invitation: &str, name: &str) -> Home {
    let dir = tempfile::tempdir().expect("a folder");
    let home = dir.path().join("home");
    let (log, _) = members::join(&home, None, invitation, name, &passphrase(), NOW).expect("joined");
    home_of(log.expect("a new home"), dir)
}

impl Home {
    /// Acts as the home's member.
    pub(crate) fn act<T>(&self, act: impl FnOnce(&Log, &mut crate::log::Reader) -> T) -> T {
        let reader = self.log.reader(&self.member).expect("unlocked");
        let mut reader = locked(&reader);
        self.log.refresh_reader(&mut reader).expect("keys");
        act(&self.log, &mut reader)
    }

    pub(crate) fn invite(&self, role: &str) -> String {
        let told =
            self.act(|log, reader| crate::members::invite(log, reader, "REG", role, None, None, NOW)).expect("invited");
        told["invitation"].as_str().expect("a text").to_owned()
    }

    /// A new case; gives its reference.
    pub(crate) fn case(&self, text: &str) -> String {
        let case = NewCase {
            case_type: "complaint".into(),
            channel: "committee".into(),
            text: Some(Words::from(text)),
            ..NewCase::default()
        };
        let told = self.act(|log, reader| crate::writes::case_new(log, reader, case, None, NOW)).expect("a case");
        told["ref"].as_str().expect("a reference").to_owned()
    }

    /// What the member reads of a case, as JSON text.
    pub(crate) fn read(&self, reference: &str) -> String {
        self.act(|log, reader| {
            let shared = log.shared();
            let loaded = crate::list::find_case(log, &shared, reader, reference).expect("found");
            crate::cases::show(&shared, &loaded, NOW).to_string()
        })
    }

    /// Writes what the member's node owes to others.
    pub(crate) fn housekeeping(&self) {
        self.act(|log, reader| crate::writes::housekeeping::housekeeping(log, reader, NOW)).expect("maintained");
    }

    /// Every entry held, chain by chain, the membership first.
    pub(crate) fn entries(&self) -> Vec<Vec<u8>> {
        let snapshot = self.log.store.read().expect("readable");
        let mut chains: Vec<_> = snapshot.chains().collect();
        let membership = crdt_model::roster::membership_scope(&self.log.org);
        chains.sort_by_key(|chain| (chain.key.scope != membership, chain.key));
        let of = |chain: &crate::store::ChainTip| snapshot.chain_entries(&chain.key, 1, usize::MAX).expect("readable");
        chains.iter().flat_map(of).map(|entry| entry.bytes).collect()
    }

    /// The frontier's hash of each scope that is not empty, over effective tips.
    pub(crate) fn fingerprints(&self) -> BTreeMap<String, String> {
        let shared = self.log.shared();
        let told = crate::health::status::fingerprint(&self.log, &shared).expect("readable");
        let rows = told.as_array().expect("rows").iter().filter(|row| row["entries"] != 0);
        rows.map(|row| (row["id"].to_string(), row["fingerprint"].to_string())).collect()
    }

    /// A second home from the same keys and the same store, under the same incarnation: what a copied disk is before
    /// anyone notices.
    pub(crate) fn copied(&self) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (from, to) = (self.dir.path().join("home"), dir.path().join("home"));
        std::fs::create_dir_all(&to).expect("a folder");
        for file in std::fs::read_dir(&from).expect("readable") {
            let file = file.expect("readable");
            std::fs::copy(file.path(), to.join(file.file_name())).expect("copied");
        }
        let keys = to.join(crate::keys::keyring::KEYRING_FILE);
        let locked = crate::keys::keyring::LockedKeyring::read(&keys).expect("keys");
        let unlocked = locked.unlock(None, &passphrase(), crate::store::os_entropy());
        let (keyring, secrets) = unlocked.expect("unlocked");
        let file = to.join(crate::store::STORE_FILE);
        let store = crate::store::Store::open(&file, keyring.store_config()).expect("a store");
        let log = Log::assemble(&to, store, keyring).expect("a home");
        log.admit_reader(secrets);
        home_of(log, dir)
    }
}

impl Home {
    /// The bytes of the store's file.
    pub(crate) fn image(&self) -> Vec<u8> {
        std::fs::read(self.dir.path().join("home").join(crate::store::STORE_FILE)).expect("readable")
    }

    /// The same home on another disk, under the same incarnation.
    pub(crate) fn on_disk(&self, disk: crate::store::fault::FaultDisk) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let (from, to) = (self.dir.path().join("home"), dir.path().join("home"));
        std::fs::create_dir_all(&to).expect("a folder");
        let keys = to.join(crate::keys::keyring::KEYRING_FILE);
        std::fs::copy(from.join(crate::keys::keyring::KEYRING_FILE), &keys).expect("copied");
        let locked = crate::keys::keyring::LockedKeyring::read(&keys).expect("keys");
        let (keyring, secrets) = locked.unlock(None, &passphrase(), crate::store::os_entropy()).expect("unlocked");
        let store = crate::store::Store::with_backend(disk, &to.join(crate::store::STORE_FILE), keyring.store_config());
        let log = Log::assemble(&to, store.expect("a store"), keyring).expect("a home");
        log.admit_reader(secrets);
        home_of(log, dir)
    }
}

/// Founder and one who joined, who have not met yet.
pub(crate) fn two() -> (Home, Home) {
    let founder = founded();
    let newcomer = joined(&founder.invite("cfm_manager"), "Ali");
    (founder, newcomer)
}

/// Brings everything `from` holds to `to`.
pub(crate) fn carry(from: &Home, to: &Home) -> crate::log::admission::Ingested {
    crate::log::admission::ingest(&to.log, &from.entries(), Some(from.log.device), NOW).expect("ingested")
}

/// Founder and one who joined, equal.
pub(crate) fn two_equal() -> (Home, Home) {
    let (founder, newcomer) = two();
    for _ in 0..4 {
        carry(&founder, &newcomer);
        newcomer.housekeeping();
        carry(&newcomer, &founder);
        founder.housekeeping();
    }
    carry(&founder, &newcomer);
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    (founder, newcomer)
}

impl Home {
    /// Writes `n` entries of `bytes` each that say nothing, in the site's scope.
    pub(crate) fn fill(&self, n: usize, bytes: usize) {
        let log = &self.log;
        let scope = crdt_model::roster::site_scope(&log.org, "REG");
        let (shared, incarnation) = (log.shared(), log.incarnation());
        let mut entropy = crate::log::entropy().expect("entropy");
        let filled = log.commit(|tx| {
            for i in 0..n {
                let filling = Draft {
                    scope,
                    kind: Kind::Receipt,
                    doc: DocId([i as u8; 16]),
                    incarnation,
                    auth: log.auth(&shared),
                    deps: Vec::new(),
                    sections: clear(vec![i as u8; bytes]),
                };
                filling.append(log, tx, None, &mut entropy)?;
            }
            Ok(())
        });
        filled.expect("written");
    }
}
