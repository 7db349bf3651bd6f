//! Pages that were overwritten: what is read is right or an error, never a panic, and never the end of the process.

use super::*;

const PAGE: usize = 4096;
/// Entries written before the file is damaged.
const ENTRIES: u64 = 60;

fn rose() -> MemberKey {
    MemberKey::new(MemberId([1; 16]), &[11; 32])
}

/// A store with rows in all of its tables, some of its pages used twice, closed in order.
fn small_store(path: &Path) -> Vec<u8> {
    let store = Store::create(path, config()).expect("created");
    for seq in (1..=ENTRIES).step_by(10) {
        append(&store, seq, seq + 9).expect("appended");
    }
    fill(&store, 0, 100).expect("written");
    let record = QuarantineRecord { entry_id: id(1), reason: 1, first_seen_ms: 77, from_peer: DEVICE };
    store.write(|tx| tx.quarantine(&record)).expect("written");
    drop(store);
    std::fs::read(path).expect("nobody has it open")
}

fn fill(store: &Store, from: u8, len: usize) -> Result<(), StoreError> {
    store.write(|tx| {
        for n in from..from + 40 {
            for space in Space::ALL {
                tx.put(space, &[n], &vec![n; len])?;
            }
            for space in MemberSpace::ALL {
                tx.put_member(space, &rose(), &[n], &vec![n; len])?;
            }
            tx.put_pending(&shelved(200 + u64::from(n), 1, 0, 60))?;
            tx.put_aside(&shelved(300 + u64::from(n), 1, 0, 60))?;
        }
        tx.replace_entry_bytes(&id(2), b"header only")
    })
}

/// Digest of all that can be read.
fn read_all(store: &Store) -> Result<blake3::Hash, StoreError> {
    let snapshot = store.read()?;
    let mut seen = blake3::Hasher::new();
    for seq in 1..=ENTRIES {
        let entry = snapshot.entry(&id(seq))?;
        seen.update(&entry.map(|entry| entry.bytes).unwrap_or_default());
    }
    for entry in snapshot.chain_entries(&key(), 1, usize::MAX)? {
        seen.update(&entry.bytes);
    }
    for doc in snapshot.docs(&SCOPE)? {
        for entry in snapshot.doc_entries(&SCOPE, &doc?)? {
            seen.update(&entry.bytes);
        }
    }
    let mut pairs: Vec<Pair> = Vec::new();
    for space in Space::ALL {
        pairs.extend(snapshot.list(space)?);
    }
    for space in MemberSpace::ALL {
        pairs.extend(snapshot.list_member(space, &rose())?);
    }
    for (key, value) in pairs {
        seen.update(&key).update(&value);
    }
    for aside in snapshot.aside_of(&shelved(300, 1, 0, 60).chain)? {
        seen.update(&aside.bytes);
    }
    let more = (snapshot.changed_docs(None)?, snapshot.quarantine()?, snapshot.gaps()?.len(), snapshot.wants()?.len());
    seen.update(format!("{more:?} {:?}", snapshot.staging_counts()?).as_bytes());
    Ok(seen.finalize())
}

/// Adds, replaces and takes away in all tables, and closes.
fn write_all(store: Store) -> Result<(), StoreError> {
    append(&store, ENTRIES + 1, ENTRIES + 10)?;
    fill(&store, 20, 500)?;
    store.write(|tx| {
        tx.take_pending()?;
        tx.unquarantine(&id(1))?;
        Space::ALL.iter().try_for_each(|space| tx.delete(*space, &[1]).map(drop))
    })?;
    let space = store.space().map(drop);
    drop(store);
    space
}

/// Ways in which a page is damaged.
const DAMAGES: [fn(&mut [u8]); 5] = [
    |page| page.fill(0),
    |page| page[64..128].fill(0xa5),
    |page| page[2..4].fill(0xff),
    |page| page[4..64].rotate_left(3),
    |page| page.iter_mut().step_by(97).for_each(|byte| *byte ^= 0x10),
];

#[test]
fn a_damaged_page_is_an_error_or_harms_nothing_whichever_it_is() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join(STORE_FILE);
    let whole = small_store(&path);
    let right = read_all(&Store::open(&path, config()).expect("whole")).expect("whole");
    let (mut said, mut harmless) = (0, 0);
    let used = (0..whole.len() / PAGE).filter(|n| whole[n * PAGE..][..PAGE].iter().any(|byte| *byte != 0));
    for (n, page) in used.enumerate() {
        let mut altered = whole.clone();
        DAMAGES[n % DAMAGES.len()](&mut altered[page * PAGE..][..PAGE]);
        let open = || {
            std::fs::write(&path, &altered).expect("own files can be written");
            Store::open(&path, config())
        };
        // the same handle is asked again after an error: it opens the file anew
        let read = open().and_then(|store| read_all(&store).or_else(|_| read_all(&store)));
        let written = open().and_then(write_all);
        let is_damage = |error: &StoreError| matches!(error, StoreError::Damaged { .. } | StoreError::Closed { .. });
        match &read {
            Ok(read) => assert_eq!(*read, right, "page {page} is read as something else"),
            Err(error) => assert!(is_damage(error), "page {page}: {error:?}"),
        }
        assert!(written.as_ref().err().is_none_or(is_damage), "page {page}: {written:?}");
        match read.is_err() || written.is_err() {
            true => said += 1,
            false => harmless += 1,
        }
        let sound = open().is_ok_and(|store| store.is_sound());
        assert!(!sound || (read.is_ok() && written.is_ok()), "page {page} is called sound");
    }
    assert!(said > 30 && harmless > 0, "{said} pages are told, {harmless} are free or old");
}

#[test]
fn a_store_is_read_through_a_cache_of_no_size_as_through_a_large_one() {
    // every page is read, checked and written again and again, also before a commit
    let disk = FaultDisk::new();
    let small = StoreConfig { cache_bytes: 0, ..config() };
    let store = Store::with_backend(disk.clone(), Path::new("(disk)"), small.clone()).expect("made");
    for seq in (1..=ENTRIES).step_by(10) {
        append(&store, seq, seq + 9).expect("appended");
    }
    for round in 0..4 {
        fill(&store, 10 * round, 3000).expect("written");
        let refused: Result<(), StoreError> = store.write(|tx| {
            (0..200).try_for_each(|n| tx.put(Space::Meta, &[n], &[n; 3000]))?;
            Err(StoreError::BatchFailed)
        });
        assert!(refused.is_err());
    }
    let right = read_all(&store).expect("whole");
    assert!(store.is_sound());
    drop(store);
    for config in [small, config()] {
        let store = Store::with_backend(FaultDisk::holding(disk.image()), Path::new("(disk)"), config).expect("whole");
        assert_eq!(read_all(&store).expect("whole"), right);
        assert!(store.is_sound());
    }
}
