//! Adding a member to a home in use, with the power failing at every step.

use std::io;
use std::path::Path;

use super::*;
use crate::api::node::Node;
use crate::api::{Envelope, Request, Secret, Service};
use crate::keys::keyring::{KEYRING_FILE, Keyring, KeyringError, LockedKeyring, MemberSecrets, fault};
use crate::store::fault::FaultDisk;
use crate::store::{STORE_FILE, Store, os_entropy};

const NEW: &str = "the passphrase of somebody new";

/// Where the power fails.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Before the n-th step of writing the key-slot file.
    Keys(u32),
    /// At the n-th write, resize or sync of the store's disk.
    Disk(u64),
}

/// A home to begin from: its two files.
struct Before {
    folder: TempDir,
    keys: Vec<u8>,
    store: Vec<u8>,
    invitation: String,
    entries: usize,
}

impl Before {
    fn new() -> Self {
        let home = Home::founded();
        let reply = home
            .with(|log, reader| crate::members::invite(log, reader, "JER", "operator", None, None, NOW))
            .expect("invited");
        let invitation = reply["invitation"].as_str().expect("a code").to_owned();
        let entries = home.entries().len();
        let Home { log, folder, .. } = home;
        let path = log.home.clone();
        drop(log);
        let read = |name| std::fs::read(path.join(name)).expect("readable");
        Self { keys: read(KEYRING_FILE), store: read(STORE_FILE), folder, invitation, entries }
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    fn put_back(&self) {
        let _ = std::fs::remove_file(self.path().join("keys.boucle.tmp"));
        std::fs::write(self.path().join(KEYRING_FILE), &self.keys).expect("written");
        std::fs::write(self.path().join(STORE_FILE), &self.store).expect("written");
    }

    /// Adds the member on a disk that fails at `cut`. What was told, and the disk as the power cut left it.
    fn cut_off(&self, cut: Cut, seed: u64) -> (Result<Json, Failure>, Vec<u8>) {
        self.put_back();
        let path = self.path();
        let (keyring, secrets) = unlock(&path, "a long enough passphrase").expect("unlocked");
        let disk = FaultDisk::holding(self.store.clone());
        let store = Store::with_backend(disk.clone(), &path.join(STORE_FILE), keyring.store_config()).expect("opened");
        let log = Log::assemble(&path, store, keyring).expect("a home");
        log.admit_reader(secrets);
        match cut {
            Cut::Keys(steps) => fault::after(Some(steps)),
            Cut::Disk(n) => disk.fail_at(disk.ops() + n, io::ErrorKind::Other),
        }
        let told = members::join(&path, Some(&log), &self.invitation, "Ali", &Passphrase::new(NEW), NOW);
        fault::after(None);
        let image = disk.after_power_cut(seed);
        drop(log);
        (told.map(|(_, reply)| reply), image)
    }
}

fn unlock(path: &Path, passphrase: &str) -> Result<(Keyring, MemberSecrets), KeyringError> {
    LockedKeyring::read(&path.join(KEYRING_FILE))?.unlock(None, &Passphrase::new(passphrase), os_entropy())
}

fn ask(path: &Path, name: &str, passphrase: &str, request: Request) -> Result<Json, Failure> {
    let envelope = Envelope {
        lang: "en".into(),
        member: Some(name.into()),
        passphrase: Some(Secret::new(passphrase.into())),
        now_ms: Some(NOW),
        request,
    };
    Node::open(path).expect("a node").handle(envelope, &mut |_| {})
}

#[test]
fn a_second_member_is_whole_or_absent_wherever_the_power_fails() {
    let before = Before::new();
    let path = before.path();
    let cuts = (0..18).map(Cut::Keys).chain((0..14).map(Cut::Disk));
    let (mut whole, mut absent, mut told_all) = (0, 0, 0);
    for cut in cuts {
        // what was not synced arrives in more than one way
        for seed in 0..if matches!(cut, Cut::Disk(_)) { 2 } else { 1 } {
            let (told, image) = before.cut_off(cut, seed);
            std::fs::write(path.join(STORE_FILE), image).expect("written");
            // the founder opens the home: whatever was begun is ended or taken back
            let (log, _) = Log::open(&path, &Passphrase::new("a long enough passphrase"), "Rose")
                .unwrap_or_else(|failure| panic!("{cut:?}: {failure:?}"));
            let shared = log.shared();
            let names: Vec<String> = shared.here.iter().map(|id| shared.name(id)).collect();
            let joins = shared.roster.members.len() - 1;
            let (slots, joining) = {
                let keyring = log.keyring();
                (keyring.members().count(), keyring.joining())
            };
            let snapshot = log.store.read().expect("readable");
            let entries: u64 = snapshot.chains().map(|chain| chain.tip_seq).sum();
            drop((snapshot, shared, log));
            assert_eq!(joining, None, "{cut:?}");
            if names == ["Rose", "Ali"] {
                whole += 1;
                assert_eq!((joins, slots, entries as usize), (1, 2, before.entries + 1), "{cut:?}");
                ask(&path, "Ali", NEW, Request::Digest).unwrap_or_else(|failure| panic!("{cut:?}: {failure:?}"));
            } else {
                absent += 1;
                assert!(told.is_err(), "{cut:?}: acknowledged means durable");
                assert_eq!((names, joins, slots, entries as usize), (vec!["Rose".to_owned()], 0, 1, before.entries));
                assert!(matches!(unlock(&path, NEW), Err(KeyringError::WrongPassphrase)), "{cut:?}");
                // and the invitation still serves
                let (log, _) = Log::open(&path, &passphrase(), "Rose").expect("opened");
                members::join(&path, Some(&log), &before.invitation, "Ali", &Passphrase::new(NEW), NOW)
                    .unwrap_or_else(|failure| panic!("{cut:?}: {failure:?}"));
                drop(log);
                ask(&path, "Ali", NEW, Request::Digest).unwrap_or_else(|failure| panic!("{cut:?}: {failure:?}"));
            }
            told_all += usize::from(told.is_ok());
        }
    }
    assert!(whole >= told_all && absent > 3 && told_all > 0, "{whole} whole, {absent} absent, {told_all} told");
}

/// The store was put back to before the member came, while others may hold the Join: the keys are not thrown away.
#[test]
fn a_store_put_back_does_not_cost_a_member_their_keys() {
    let before = Before::new();
    before.put_back();
    let path = before.path();
    let (log, _) = Log::open(&path, &passphrase(), "Rose").expect("opened");
    members::join(&path, Some(&log), &before.invitation, "Ali", &Passphrase::new(NEW), NOW).expect("joined");
    let there = log.store.read().expect("readable").chains().map(|chain| chain.key).collect::<Vec<_>>();
    let sent: Vec<Vec<u8>> = there
        .iter()
        .flat_map(|chain| log.store.read().expect("readable").chain_entries(chain, 1, usize::MAX).expect("read"))
        .map(|stored| stored.bytes)
        .collect();
    let member = log.unlocked().into_iter().find(|id| log.shared().name(id) == "Ali").expect("unlocked");
    let incarnation = log.incarnation();
    drop(log);
    std::fs::write(path.join(STORE_FILE), &before.store).expect("written");
    let (log, _) = Log::open(&path, &passphrase(), "Rose").expect("opened");
    assert_ne!(log.incarnation(), incarnation);
    assert_eq!(log.shared().here.len(), 1, "nobody speaks of who is not known here");
    assert!(log.keyring().members().any(|held| held == member), "and yet the keys are there");
    // a peer brings back what was lost here
    crate::log::admission::ingest(&log, &sent, None, NOW).expect("ingested");
    assert_eq!(log.shared().here.len(), 2);
    drop(log);
    let (_, secrets) = unlock(&path, NEW).expect("unlocked");
    assert_eq!(secrets.member, member);
}
