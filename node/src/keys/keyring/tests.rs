//! What the key-slot file promises.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;

use super::*;
use crate::store::{STORE_FILE, Space, Store, StoreError, os_entropy};

const GOOD: &str = "cinq mots sur un papier";
const OTHER: &str = "Lukala, 4 manguiers";

/// The same bytes in every run.
fn fixed_entropy() -> Entropy {
    let drawn = AtomicU64::new(0);
    Arc::new(move |out| {
        let n = drawn.fetch_add(1, Ordering::Relaxed);
        blake3::Hasher::new_derive_key("boucle keyring test").update(&n.to_be_bytes()).finalize_xof().fill(out);
        Ok(())
    })
}

fn device() -> DeviceSecrets {
    DeviceSecrets {
        store_key: StoreKey::new([0xa1; 32]),
        device_ed: Secret::new([0xa2; 32]),
        device_x: Secret::new([0xa3; 32]),
        transport_psk: Secret::new([0xa4; 32]),
    }
}

fn member(n: u8) -> MemberSecrets {
    MemberSecrets {
        member: MemberId([n; 16]),
        ed: Secret::new([n | 0x10; 32]),
        x: Secret::new([n | 0x20; 32]),
        data: Secret::new([n | 0x30; 32]),
    }
}

fn signs(n: u8) -> Signs {
    Signs { machine: [n; 16], volume: [n; 16] }
}

fn create(path: &Path, entropy: Entropy) -> Result<Keyring, KeyringError> {
    let new = NewKeyring {
        store_id: StoreId([0x5d; 16]),
        incarnation: Incarnation([0x1c; 8]),
        signs: signs(0x51),
        device: device(),
        member: &member(1),
        passphrase: &Passphrase::new(GOOD),
        cost: Cost::for_tests(),
    };
    Keyring::create(path, new, entropy)
}

fn unlock(path: &Path, passphrase: &str) -> Result<(Keyring, MemberSecrets), KeyringError> {
    LockedKeyring::read(path)?.unlock(None, &Passphrase::new(passphrase), os_entropy())
}

/// A directory with a key-slot file of one member.
fn home() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(KEYRING_FILE);
    create(&path, fixed_entropy()).expect("created");
    (dir, path)
}

/// The bytes of a block of the storage page.
fn golden(name: &str) -> String {
    let page = include_str!("../../../../docs/STORAGE.md");
    let block = page.split(&format!("```hex {name}\n")).nth(1).and_then(|rest| rest.split("```").next());
    block.expect("the page has the vector").split_whitespace().collect()
}

#[test]
fn the_files_equal_the_golden_vectors_of_the_storage_page() -> Result<(), KeyringError> {
    signs::fixed::SIGN.set(Some([0x52; 16]));
    let (dir, path) = home();
    let bytes = |path: &Path| HEXLOWER.encode(&fs::read(path).expect("read"));
    assert_eq!(bytes(&path), golden("keys.boucle"));
    let locked = LockedKeyring::read(&path)?;
    let (mut keyring, _) = locked.unlock(None, &Passphrase::new(GOOD), fixed_entropy())?;
    let (key_id, key) = ([0x1d; 16], Secret::new([0x4b; 32]));
    let key = UnattendedKey { store_id: keyring.store_id(), key_id, key };
    let file = dir.path().join("alone.key");
    key.write_new(&file)?;
    assert_eq!(bytes(&file), golden("key file"));
    keyring.admit_key_file(&key)?;
    assert_eq!(bytes(&path), golden("keys.boucle with a key file"));
    signs::fixed::SIGN.set(None);
    Ok(())
}

#[test]
fn a_key_file_opens_the_device_and_no_member() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    assert!(!keyring.has_key_file());
    let entropy = os_entropy();
    let key = UnattendedKey::draw(keyring.store_id(), &entropy)?;
    let file = dir.path().join("alone.key");
    key.write_new(&file)?;
    assert!(matches!(key.write_new(&file), Err(KeyringError::Exists { .. })));
    keyring.admit_key_file(&key)?;
    let read = UnattendedKey::read(&file)?;
    let opened = LockedKeyring::read(&path)?.unlock_unattended(&read, os_entropy())?;
    assert_eq!(opened.device().store_key.expose(), &[0xa1; 32]);
    assert!(matches!(opened.unlock_member(None, &Passphrase::new(OTHER)), Err(KeyringError::WrongPassphrase)));
    // neither the key file nor what it leads to opens the slot of a member
    let slot = &opened.file.slots[0];
    let aad = slot.aad(opened.store_id());
    for key in [&opened.kek, &read.key, &opened.device().device_x, &opened.device().device_ed] {
        assert!(slot.sealed.open(key.expose(), &aad).is_none());
    }
    // a passphrase still opens, and a change of it leaves the key file in force
    let (mut keyring, _) = unlock(&path, GOOD)?;
    keyring.change_passphrase(MemberId([1; 16]), &Passphrase::new(GOOD), &Passphrase::new(OTHER), Cost::for_tests())?;
    LockedKeyring::read(&path)?.unlock_unattended(&read, os_entropy())?;

    // a newer key file takes the place of the older one; another home's is refused
    let newer = UnattendedKey::draw(keyring.store_id(), &entropy)?;
    keyring.admit_key_file(&newer)?;
    let refused = LockedKeyring::read(&path)?.unlock_unattended(&read, os_entropy());
    assert!(matches!(refused, Err(KeyringError::ForeignKeyFile)));
    let foreign = UnattendedKey::draw(StoreId([9; 16]), &entropy)?;
    assert!(matches!(keyring.admit_key_file(&foreign), Err(KeyringError::ForeignKeyFile)));
    Ok(())
}

#[test]
fn no_bent_key_file_opens_anything() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let key = UnattendedKey::draw(keyring.store_id(), &os_entropy())?;
    let file = dir.path().join("a.key");
    key.write_new(&file)?;
    keyring.admit_key_file(&key)?;
    let good = fs::read(&file).expect("read");
    let bent_path = dir.path().join("bent.key");
    for at in 0..good.len() {
        let mut bent = good.clone();
        bent[at] ^= 1 << (at % 8);
        fs::write(&bent_path, &bent).expect("written");
        let opened = UnattendedKey::read(&bent_path)
            .and_then(|key| LockedKeyring::read(&path)?.unlock_unattended(&key, os_entropy()));
        assert!(matches!(opened, Err(KeyringError::NoKeyFile { .. } | KeyringError::ForeignKeyFile)), "byte {at}");
        fs::write(&bent_path, &good[..at]).expect("written");
        assert!(matches!(UnattendedKey::read(&bent_path), Err(KeyringError::NoKeyFile { .. })));
    }
    fs::write(&bent_path, vec![0; 4096]).expect("written");
    assert!(matches!(UnattendedKey::read(&bent_path), Err(KeyringError::NoKeyFile { .. })));
    assert!(matches!(UnattendedKey::read(dir.path()), Err(KeyringError::NoKeyFile { .. } | KeyringError::Io { .. })));
    Ok(())
}

/// Whatever step the power fails at: one of the two passphrases opens, the same keys come out, the other members' still do.
#[test]
fn a_change_of_passphrase_is_whole_or_absent_wherever_it_is_cut_off() -> Result<(), KeyringError> {
    let mut seen = [false; 2];
    for steps in 0..8 {
        let (_dir, path) = home();
        let (mut keyring, _) = unlock(&path, GOOD)?;
        keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests())?;
        keyring.joined()?;
        let text = "un autre, plus long encore";
        fault::after(Some(steps));
        let told = keyring.change_passphrase(
            MemberId([1; 16]),
            &Passphrase::new(GOOD),
            &Passphrase::new(text),
            Cost::for_tests(),
        );
        fault::after(None);
        let in_force = || [GOOD, text].map(|passphrase| unlock(&path, passphrase).is_ok());
        let after = in_force();
        assert_ne!(after[0], after[1], "after {steps} steps");
        assert!(told.is_err() || after[1], "acknowledged means durable");
        seen[usize::from(after[1])] = true;
        let opens = if after[1] { text } else { GOOD };
        assert_eq!(unlock(&path, opens)?.1.ed.expose(), &[0x11; 32]);
        assert_eq!(unlock(&path, OTHER)?.1.ed.expose(), &[0x12; 32]);
        // the process, if it lives on, believes what the disk says
        keyring.bump(9)?;
        assert_eq!(in_force(), after);
    }
    assert_eq!(seen, [true, true]);
    Ok(())
}

#[test]
fn a_destroyed_file_is_not_written_again_by_whoever_still_holds_its_keys() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let staged = keyring.stage_bump(1)?;
    // by another process, which knows nothing of ours
    wipe(&path)?;
    assert!(matches!(keyring.finish_bump(staged), Err(KeyringError::Missing { .. } | KeyringError::Io { .. })));
    assert!(matches!(keyring.bump(2), Err(KeyringError::Missing { .. })));
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 0);
    keyring.destroy()?;
    assert!(matches!(keyring.bump(3), Err(KeyringError::Missing { .. })));
    Ok(())
}

/// An old copy written over the file keeps its inode, one moved to its place brings another: both carry the sign of the
/// file they were copied from.
#[test]
fn an_old_copy_in_the_place_of_the_file_is_told_by_the_sign_it_carries() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let old = fs::read(&path).expect("read");
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let here = signs(0x51);
    assert_eq!(keyring.check(&here, 0), None);
    keyring.bump(1)?;
    keyring.bump(2)?;
    assert_eq!(keyring.check(&here, 2), None, "own writes are no sign");
    assert_eq!(unlock(&path, GOOD)?.0.check(&here, 2), None);
    let copied = Some(IncarnationChange::Copied { machine: false, volume: false, keys: true });
    fs::write(&path, &old).expect("written over");
    // with its store, so that the counters agree
    assert_eq!(unlock(&path, GOOD)?.0.check(&here, 0), copied);
    let beside = dir.path().join("backup");
    fs::write(&beside, &old).expect("written");
    fs::rename(&beside, &path).expect("moved");
    assert_eq!(unlock(&path, GOOD)?.0.check(&here, 0), copied);
    let (mut keyring, _) = unlock(&path, GOOD)?;
    keyring.renew(Incarnation([2; 8]), here, 5)?;
    assert_eq!(unlock(&path, GOOD)?.0.check(&here, 5), None, "and once told it is over");
    Ok(())
}

#[test]
fn every_key_comes_back_and_only_with_its_passphrase() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (keyring, one) = unlock(&path, "cinq mots sur un papier\n")?;
    let held = keyring.device();
    assert_eq!(held.store_key.expose(), &[0xa1; 32]);
    assert_eq!(held.device_ed.expose(), &[0xa2; 32]);
    assert_eq!(held.device_x.expose(), &[0xa3; 32]);
    assert_eq!(held.transport_psk.expose(), &[0xa4; 32]);
    assert_eq!(one.member, MemberId([1; 16]));
    assert_eq!((one.ed.expose(), one.x.expose(), one.data.expose()), (&[0x11; 32], &[0x21; 32], &[0x31; 32]));
    assert_eq!((keyring.counter(), keyring.incarnation()), (0, Incarnation([0x1c; 8])));
    assert!(matches!(unlock(&path, "cinq mots sur un papie"), Err(KeyringError::WrongPassphrase)));
    let absent = LockedKeyring::read(&path)?.unlock(Some(MemberId([9; 16])), &Passphrase::new(GOOD), os_entropy());
    assert!(matches!(absent, Err(KeyringError::UnknownMember { .. })));
    Ok(())
}

#[test]
fn two_members_share_the_device_but_not_their_keys() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests())?;
    let again = keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests());
    assert!(matches!(again, Err(KeyringError::MemberExists { .. })));
    let (keyring, two) = unlock(&path, OTHER)?;
    assert_eq!((two.member, two.ed.expose()), (MemberId([2; 16]), &[0x12; 32]));
    assert_eq!(keyring.device().store_key.expose(), &[0xa1; 32]);
    assert_eq!(keyring.unlock_member(None, &Passphrase::new(GOOD))?.member, MemberId([1; 16]));
    let crossed = keyring.unlock_member(Some(MemberId([1; 16])), &Passphrase::new(OTHER));
    assert!(matches!(crossed, Err(KeyringError::WrongPassphrase)));
    Ok(())
}

#[test]
fn a_changed_passphrase_replaces_the_old_and_a_removed_member_is_out() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let (one, two) = (MemberId([1; 16]), MemberId([2; 16]));
    assert!(matches!(keyring.remove_member(one), Err(KeyringError::LastMember)));
    keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests())?;
    let fresh = Passphrase::new("un autre, plus long encore");
    keyring.change_passphrase(one, &Passphrase::new(GOOD), &fresh, Cost::for_tests())?;
    assert!(matches!(unlock(&path, GOOD), Err(KeyringError::WrongPassphrase)));
    assert_eq!(unlock(&path, "un autre, plus long encore")?.1.ed.expose(), &[0x11; 32]);
    keyring.remove_member(two)?;
    assert!(matches!(unlock(&path, OTHER), Err(KeyringError::WrongPassphrase)));
    assert!(matches!(keyring.remove_member(two), Err(KeyringError::UnknownMember { .. })));
    Ok(())
}

#[test]
fn weak_passphrases_get_no_slot() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let before = fs::read(&path).expect("read");
    let weak = keyring.add_member(&member(2), &Passphrase::new("court"), Cost::for_tests());
    assert!(matches!(weak, Err(KeyringError::WeakPassphrase(Weakness::TooShort))));
    assert_eq!(fs::read(&path).expect("read"), before);
    Ok(())
}

#[test]
fn slots_are_bounded() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    for n in 2..=SLOTS_MAX as u8 {
        keyring.add_member(&member(n), &Passphrase::new(OTHER), Cost::for_tests())?;
    }
    let full = keyring.add_member(&member(200), &Passphrase::new(OTHER), Cost::for_tests());
    assert!(matches!(full, Err(KeyringError::SlotsFull { .. })));
    assert_eq!(LockedKeyring::read(&path)?.members().count(), SLOTS_MAX);
    Ok(())
}

/// Unlocks as [`LockedKeyring::unlock`] does, deriving each (cost, salt) once: Argon2 is most of the time.
#[derive(Default)]
struct CachedUnlock(HashMap<(Cost, [u8; 16]), Zeroizing<[u8; 32]>>);

impl CachedUnlock {
    fn opens(&mut self, path: &Path) -> Result<bool, KeyringError> {
        let file = LockedKeyring::read(path)?.file;
        let slot = &file.slots[0];
        let key = match self.0.entry((cost_of(slot, path)?, slot.salt)) {
            Entry::Occupied(held) => held.into_mut(),
            Entry::Vacant(free) => {
                let (cost, salt) = *free.key();
                free.insert(Passphrase::new(GOOD).derive(cost, &salt)?)
            }
        };
        let keys = slot.sealed.open(key, &slot.aad(file.clear.store_id));
        Ok(keys.is_some_and(|keys| file.body.open(&file::key_at(&keys, 0), &file.body_aad()).is_some()))
    }
}

/// Every byte of the file, one bit each: refused, or the passphrase is called wrong; no key ever comes out.
#[test]
fn no_flipped_byte_is_accepted() {
    let (dir, path) = home();
    let good = fs::read(&path).expect("read");
    let bent_path = dir.path().join("bent.boucle");
    let mut cached = CachedUnlock::default();
    assert!(cached.opens(&path).expect("good"));
    for at in 0..good.len() {
        let mut bent = good.clone();
        bent[at] ^= 1 << (at % 8);
        fs::write(&bent_path, &bent).expect("written");
        assert!(!matches!(cached.opens(&bent_path), Ok(true)), "byte {at}");
        if at % 10 != 0 {
            continue;
        }
        match unlock(&bent_path, GOOD) {
            Err(KeyringError::WrongPassphrase) => {}
            Err(
                KeyringError::Damaged { path, .. }
                | KeyringError::Foreign { path }
                | KeyringError::Version { path, .. }
                | KeyringError::CostRefused { path, .. },
            ) => assert_eq!(path, bent_path),
            other => panic!("byte {at}: {other:?}"),
        }
    }
}

#[test]
fn every_truncation_and_any_foreign_file_is_refused() {
    let (dir, path) = home();
    let good = fs::read(&path).expect("read");
    let other = dir.path().join("other.boucle");
    for len in 0..good.len() {
        fs::write(&other, &good[..len]).expect("written");
        assert!(LockedKeyring::read(&other).is_err());
    }
    fs::write(&other, [good.as_slice(), &[0]].concat()).expect("written");
    assert!(matches!(LockedKeyring::read(&other), Err(KeyringError::Damaged { .. })));
    fs::write(&other, b"%PDF-1.7 something else").expect("written");
    assert!(matches!(LockedKeyring::read(&other), Err(KeyringError::Foreign { .. })));
    fs::write(&other, vec![0x85; file::FILE_BYTES_MAX + 1]).expect("written");
    assert!(matches!(LockedKeyring::read(&other), Err(KeyringError::Foreign { .. })));
    assert!(matches!(LockedKeyring::read(dir.path()), Err(KeyringError::Foreign { .. } | KeyringError::Io { .. })));
    let missing = LockedKeyring::read(&dir.path().join("none")).expect_err("missing");
    assert!(matches!(missing, KeyringError::Missing { .. }) && missing.to_string().contains("none"));
}

#[test]
fn a_newer_version_is_told_as_such() {
    let (_dir, path) = home();
    let mut bytes = fs::read(&path).expect("read");
    assert_eq!(bytes[13], 1, "the version follows the magic");
    bytes[13] = 2;
    fs::write(&path, bytes).expect("written");
    assert!(matches!(LockedKeyring::read(&path), Err(KeyringError::Version { found: 2, newest: 1, .. })));
}

#[test]
fn oversized_costs_are_refused_before_any_work() {
    let (_dir, path) = home();
    let good: KeyFile = cbor::decode(&fs::read(&path).expect("read")).expect("canonical");
    let start = Instant::now();
    for (memory_kib, passes, lanes) in
        [(u64::MAX, 1, 1), (2 << 20, 1, 1), (8192, 1 << 40, 1), (8192, 1, 1000), (1, 1, 1)]
    {
        let mut bent = good.clone();
        (bent.slots[0].memory_kib, bent.slots[0].passes, bent.slots[0].lanes) = (memory_kib, passes, lanes);
        fs::write(&path, cbor::encode(&bent)).expect("written");
        assert!(matches!(LockedKeyring::read(&path), Err(KeyringError::CostRefused { .. })));
    }
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn a_slot_or_counter_from_another_time_does_not_fit() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let first: KeyFile = cbor::decode(&fs::read(&path).expect("read")).expect("canonical");
    let (mut keyring, _) = unlock(&path, GOOD)?;
    keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests())?;
    keyring.bump(7)?;
    let now: KeyFile = cbor::decode(&fs::read(&path).expect("read")).expect("canonical");
    let altered = [
        KeyFile { clear: first.clear, ..now.clone() },
        KeyFile { slots: first.slots.clone(), ..now.clone() },
        KeyFile { slots: now.slots.iter().rev().cloned().collect(), ..now.clone() },
        KeyFile { body: first.body.clone(), ..now.clone() },
    ];
    for file in altered {
        fs::write(&path, cbor::encode(&file)).expect("written");
        assert!(matches!(unlock(&path, GOOD), Err(KeyringError::Damaged { .. })));
    }
    Ok(())
}

#[test]
fn a_crash_before_the_rename_leaves_the_old_file_usable() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let before = fs::read(&path).expect("read");
    let staged = disk::stage(&path, |_| b"what the process had written so far".to_vec(), true)?;
    drop(staged);
    assert_eq!(fs::read(&path).expect("read"), before);
    unlock(&path, GOOD)?;
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 2, "the leftover lies beside");
    keyring.bump(1)?;
    assert_eq!(unlock(&path, GOOD)?.0.counter(), 1);
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1, "and the next write clears it away");
    Ok(())
}

#[test]
fn a_failed_write_changes_neither_file_nor_memory() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let before = fs::read(&path).expect("read");
    fs::create_dir(dir.path().join("keys.boucle.tmp")).expect("made");
    let error = keyring.bump(3).expect_err("a directory is in the way");
    assert!(matches!(error, KeyringError::Io { .. }), "{error}");
    assert_eq!((keyring.counter(), fs::read(&path).expect("read")), (0, before));
    Ok(())
}

#[test]
fn a_staged_counter_is_in_force_once_finished_and_undoes_no_change_in_between() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let before = fs::read(&path).expect("read");
    keyring.stage_bump(1)?.discard();
    assert_eq!((keyring.counter(), fs::read(&path).expect("read")), (0, before.clone()));
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1, "nothing lies beside");

    let staged = keyring.stage_bump(1)?;
    assert_eq!(fs::read(&path).expect("read"), before);
    keyring.finish_bump(staged)?;
    assert_eq!((keyring.counter(), unlock(&path, GOOD)?.0.counter()), (1, 1));

    let staged = keyring.stage_bump(2)?;
    keyring.add_member(&member(2), &Passphrase::new(OTHER), Cost::for_tests())?;
    keyring.finish_bump(staged)?;
    assert_eq!(unlock(&path, OTHER)?.0.counter(), 2, "the member who came in between is still there");
    Ok(())
}

#[test]
fn the_bytes_of_the_replaced_file_are_overwritten() -> Result<(), KeyringError> {
    let (dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    let old = dir.path().join("second name of the old file");
    fs::hard_link(&path, &old).expect("linked");
    keyring.bump(1)?;
    assert!(fs::read(&old).expect("read").iter().all(|byte| *byte == 0));
    wipe(&path)?;
    assert!(!path.exists());
    wipe(&path)
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, path) = home();
    let store = dir.path().join(STORE_FILE);
    Store::create(&store, StoreConfig::new(StoreId([1; 16]), StoreKey::new([2; 32]))).expect("created");
    for file in [path, store] {
        assert_eq!(fs::metadata(file).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn create_refuses_to_replace_a_file() {
    let (_dir, path) = home();
    assert!(matches!(create(&path, fixed_entropy()), Err(KeyringError::Exists { .. })));
}

#[test]
fn copies_and_restores_ask_for_a_new_incarnation() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let (mut keyring, _) = unlock(&path, GOOD)?;
    keyring.bump(4)?;
    let here = signs(0x51);
    assert_eq!(keyring.check(&here, 4), None);
    assert_eq!(keyring.check(&here, 5), None, "cut off between the store's write and ours");
    assert_eq!(keyring.check(&here, 3), Some(IncarnationChange::Restored { keys: 4, store: 3 }));
    assert_eq!(keyring.check(&here, 6), Some(IncarnationChange::KeysRestored { keys: 4, store: 6 }));
    let elsewhere = Signs { machine: [9; 16], ..here };
    let copied = |machine, volume| Some(IncarnationChange::Copied { machine, volume, keys: false });
    assert_eq!(keyring.check(&elsewhere, 4), copied(true, false));
    assert_eq!(keyring.check(&Signs { volume: [9; 16], ..here }, 4), copied(false, true));

    let next = keyring.next_counter(3);
    assert_eq!((next, keyring.next_counter(9)), (5, 10));
    keyring.renew(Incarnation([2; 8]), elsewhere, next)?;
    let (mut keyring, _) = unlock(&path, GOOD)?;
    assert_eq!((keyring.check(&elsewhere, 5), keyring.incarnation()), (None, Incarnation([2; 8])));
    assert!(matches!(keyring.bump(5), Err(KeyringError::CounterBack { held: 5, asked: 5 })));
    Ok(())
}

#[test]
fn signs_stay_while_the_file_is_written_and_change_when_it_is_copied() -> Result<(), Box<dyn std::error::Error>> {
    let dir = tempfile::tempdir()?;
    let path = dir.path().join(STORE_FILE);
    assert!(matches!(Signs::read(dir.path()), Err(KeyringError::Missing { .. })));
    let config = StoreConfig::new(StoreId([1; 16]), StoreKey::new([2; 32]));
    let store = Store::create(&path, config.clone())?;
    let before = Signs::read(dir.path())?;
    store.write(|tx| tx.put(Space::Meta, b"k", b"v"))?;
    drop(store);
    Store::open(&path, config)?;
    assert_eq!(Signs::read(dir.path())?, before);
    let copy = dir.path().join("copy");
    fs::copy(&path, &copy)?;
    let machine = [b"this machine".to_vec()];
    assert_ne!(Signs::of(&machine, &path)?.volume, Signs::of(&machine, &copy)?.volume);
    assert_ne!(Signs::of(&machine, &path)?.machine, Signs::of(&[b"another".to_vec()], &path)?.machine);
    Ok(())
}

/// The order of writes of [`Keyring::check`], with a crash after each step and a store put back.
#[test]
fn the_counter_survives_crashes_and_tells_a_restored_store() -> Result<(), Box<dyn std::error::Error>> {
    let (dir, path) = home();
    let store_path = dir.path().join(STORE_FILE);
    let (keyring, _) = unlock(&path, GOOD)?;
    let store = Store::create(&store_path, keyring.store_config())?;
    let here = signs(0x51);
    drop((keyring, store));
    let mut backups = Vec::new();
    for run in 0..4 {
        let (mut keyring, _) = unlock(&path, GOOD)?;
        let store = Store::open(&store_path, keyring.store_config())?;
        assert_eq!(keyring.check(&here, store.keyring_counter()), None, "run {run}");
        let next = keyring.next_counter(store.keyring_counter());
        store.write(|tx| {
            tx.set_keyring_counter(next);
            tx.put(Space::Meta, b"run", &[run])
        })?;
        // Every second run is cut off here, before it could publish anything.
        if run % 2 == 0 {
            keyring.bump(next)?;
        }
        drop(store);
        backups.push(fs::read(&store_path)?);
    }
    for (backup, restored) in backups.iter().zip([true, true, false, false]) {
        fs::write(&store_path, backup)?;
        let (keyring, _) = unlock(&path, GOOD)?;
        let store = Store::open(&store_path, keyring.store_config())?;
        let found = keyring.check(&here, store.keyring_counter());
        assert_eq!(matches!(found, Some(IncarnationChange::Restored { .. })), restored, "{found:?}");
    }
    Ok(())
}

#[test]
fn failing_entropy_is_an_error_and_changes_nothing() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let locked = LockedKeyring::read(&path)?;
    let broken: Entropy = Arc::new(|_| Err(io::ErrorKind::Other.into()));
    let (mut keyring, _) = locked.unlock(None, &Passphrase::new(GOOD), broken)?;
    assert!(matches!(keyring.bump(1), Err(KeyringError::Entropy { .. })));
    assert_eq!(keyring.counter(), 0);
    Ok(())
}

#[test]
fn nothing_secret_is_shown() -> Result<(), KeyringError> {
    let (_dir, path) = home();
    let shown = Mutex::new(String::new());
    let show = |text: String| shown.lock().expect("not poisoned").push_str(&text);
    show(format!("{:?} {:?}", LockedKeyring::read(&path)?, Passphrase::new(GOOD)));
    let (keyring, one) = unlock(&path, GOOD)?;
    show(format!("{keyring:?} {:?} {one:?} {:?}", keyring.device(), one.store_access()));
    show(format!("{}", unlock(&path, OTHER).expect_err("wrong")));
    let shown = shown.into_inner().expect("not poisoned");
    for needle in ["161", "a1a1", "0x11", "17, 17", "mots", "manguiers"] {
        assert!(!shown.contains(needle), "{needle}: {shown}");
    }
    Ok(())
}

#[test]
fn a_store_opens_with_what_the_keyring_gives() -> Result<(), StoreError> {
    let (dir, path) = home();
    let (keyring, one) = unlock(&path, GOOD).expect("unlocked");
    let store = Store::create(&dir.path().join(STORE_FILE), keyring.store_config())?;
    store.write(|tx| tx.put_member(crate::store::MemberSpace::Rows, &one.store_access(), b"k", b"v"))?;
    drop(store);
    let (keyring, one) = unlock(&path, GOOD).expect("unlocked");
    let store = Store::open(&dir.path().join(STORE_FILE), keyring.store_config())?;
    let rows = store.read()?.list_member(crate::store::MemberSpace::Rows, &one.store_access())?;
    assert_eq!(rows.len(), 1);
    Ok(())
}
